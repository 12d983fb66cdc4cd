"""The relational memory core: a memory whose rows attend to one another at every step.

Letters in shapes:

    b batch    k memory blocks    a attention blocks    heads    x input channels
    n slots (rows of a memory)    rows = n + 1: the slots, then the input    w numbers in a row

References
----------
Santoro, A., Faulkner, R., Raposo, D., et al. (2018). Relational recurrent neural networks.
Advances in Neural Information Processing Systems, 31.

Park, T., Choi, I., & Lee, M. (2021). Distributed associative memory network with association
reinforcing loss, appendix F. (several memories)
"""

from typing import Any, Literal, NamedTuple, get_args

import torch
from jaxtyping import Float
from torch import Tensor, nn

from memsim.base import Network, check_choice, check_sizes
from memsim.lesion import Lesion

Gating = Literal["unit", "memory"]


def initial_memory(n_slots: int, row_size: int) -> Float[Tensor, "n w"]:
    """Rows of the identity matrix, padded with zeros or cut off: no two are alike.

    With more slots than numbers in a row, the slots left over are zero and alike.
    """
    return torch.eye(n_slots, row_size)


def attention_weights(
    queries: Float[Tensor, "*b rows d"], keys: Float[Tensor, "*b rows d"]
) -> Float[Tensor, "*b rows rows"]:
    """softmax(Q K^T / sqrt(d)): how much each row attends to each."""
    scaled = queries / queries.shape[-1] ** 0.5
    return torch.softmax(scaled @ keys.transpose(-1, -2), dim=-1)


def attend(
    weights: Float[Tensor, "*b rows rows"], values: Float[Tensor, "*b rows d"]
) -> Float[Tensor, "*b rows d"]:
    """A(Q, K, V) = softmax(Q K^T / sqrt(d)) V: what each row takes from those it attends to."""
    return weights @ values


def gated_update(
    memory: Float[Tensor, "*b n w"],
    attended: Float[Tensor, "*b n w"],
    input_gate: Float[Tensor, "*b n gates"],
    forget_gate: Float[Tensor, "*b n gates"],
) -> Float[Tensor, "*b n w"]:
    """M_t = f M_{t-1} + i tanh(M~): a gate for each number, or one for each row."""
    return forget_gate * memory + input_gate * torch.tanh(attended)


def mix_blocks(
    memory: Float[Tensor, "b k n w"], gate: Float[Tensor, "b k"]
) -> Float[Tensor, "b r"]:
    """r = sum_k g^k [M^k[1]; ...; M^k[N]]: one read-out, all rows in a line, from all blocks."""
    return torch.einsum("bknw,bk->bnw", memory, gate).flatten(1)


class RelationalState(NamedTuple):
    """What is carried from one step to the next.

    Attributes
    ----------
    memory : (b, k, n, w)
        M, the rows of each block.
    read_out : (b, n * w)
        What the last step read, of all blocks together; zero before the first.
    """

    memory: Float[Tensor, "b k n w"]
    read_out: Float[Tensor, "b r"]


class RelationalTrace(NamedTuple):
    """What happened at one step; over a sequence, every tensor has time after the batch.

    Attributes
    ----------
    attention : (b, k, a, heads, rows, rows)
        How much each row attends to each, itself included; the last row is the input.
    input_gate, forget_gate : (b, k, n, w), or (b, k, n, 1) with gating "memory"
    block_gate : (b, k), or None with one block
        Share of each block in the read-out.
    memory : (b, k, n, w)
        After the step.
    """

    attention: Float[Tensor, "b k a heads rows rows"]
    input_gate: Float[Tensor, "b k n gates"]
    forget_gate: Float[Tensor, "b k n gates"]
    block_gate: Float[Tensor, "b k"] | None
    memory: Float[Tensor, "b k n w"]


class RelationalCore(nn.Module):
    """The weights of one memory block, and how it changes with an input. It keeps no state."""

    def __init__(
        self,
        input_size: int,
        *,
        n_heads: int,
        head_size: int,
        n_attention_blocks: int,
        n_mlp_layers: int,
        gating: Gating,
        input_bias: float,
        forget_bias: float,
    ) -> None:
        super().__init__()
        size = n_heads * head_size
        self.n_heads = n_heads
        self.input_bias = input_bias
        self.forget_bias = forget_bias
        self.to_row = nn.Linear(input_size, size)
        each = range(n_attention_blocks)
        self.to_heads = nn.ModuleList(nn.Linear(size, 3 * size) for _ in each)
        self.head_norms = nn.ModuleList(nn.LayerNorm(3 * size) for _ in each)
        self.attention_norms = nn.ModuleList(nn.LayerNorm(size) for _ in each)
        self.mlp_norms = nn.ModuleList(nn.LayerNorm(size) for _ in each)
        layers: list[nn.Module] = [nn.Linear(size, size)]
        for _ in range(n_mlp_layers - 1):
            layers += [nn.ReLU(), nn.Linear(size, size)]
        self.mlp = nn.Sequential(*layers)
        n_gates = {"unit": size, "memory": 1}[gating]
        self.input_to_gates = nn.Linear(size, 2 * n_gates)
        self.memory_to_gates = nn.Linear(size, 2 * n_gates, bias=False)

    def forward(
        self, inputs: Float[Tensor, "b x"], memory: Float[Tensor, "b n w"]
    ) -> tuple[Float[Tensor, "b n w"], Tensor, Tensor, Tensor]:
        """The next memory, attention weights, input gate and forget gate."""
        row = self.to_row(inputs)[:, None]
        rows = torch.cat([memory, row], dim=1)
        weights = []
        for to_heads, head_norm, attention_norm, mlp_norm in zip(
            self.to_heads, self.head_norms, self.attention_norms, self.mlp_norms, strict=True
        ):
            # (b, rows, 3 w) -> query, key and value of each head, (b, heads, rows, d)
            heads = head_norm(to_heads(rows)).unflatten(-1, (self.n_heads, -1)).transpose(1, 2)
            queries, keys, values = heads.chunk(3, dim=-1)
            weights.append(attention_weights(queries, keys))
            attended = attend(weights[-1], values).transpose(1, 2).flatten(2)
            rows = attention_norm(rows + attended)
            rows = mlp_norm(rows + self.mlp(rows))
        gates = self.input_to_gates(row) + self.memory_to_gates(torch.tanh(memory))
        to_input, to_forget = gates.chunk(2, dim=-1)
        input_gate = torch.sigmoid(to_input + self.input_bias)
        forget_gate = torch.sigmoid(to_forget + self.forget_bias)
        after = gated_update(memory, rows[:, :-1], input_gate, forget_gate)
        return after, torch.stack(weights, dim=1), input_gate, forget_gate


class RelationalMemory(Network):
    """Relational memory core (Santoro et al., 2018) and a linear read-out, y = W r + b.

    The paper's equations leave details open; these follow the code that its authors released:
    queries, keys and values of all heads are layer-normalised together; each attention block has
    weights of its own but for the MLP (ReLU between its layers), which they share; the input's
    row takes part in every attention block and is then dropped; gates see the projected input
    and tanh of the memory; and there is no output gate, which the paper's equations have.

    With several blocks (Park et al., 2021, "DARMC", who give no details) each is a memory core
    of its own weights that sees the same inputs and starts from the same rows. A gate as in
    their distributed DNC, softmax over blocks of W [x_t; r_{t-1}] + b, mixes the blocks' rows
    into one read-out r_t, from which the outputs come; only the gate sees the last read-out, so
    blocks change independently of each other. One block has no gate.

    Parameters
    ----------
    input_size, output_size : int
        Channels in and out at each step.
    n_slots : int
        Rows of a memory, each of n_heads * head_size numbers.
    n_heads, head_size : int
        Attention heads, and numbers of a row that each of them writes.
    n_attention_blocks : int
        Rounds of attention and MLP at each step.
    n_mlp_layers : int
        Layers of the MLP.
    n_blocks : int
        Memories side by side.
    gating : {"unit", "memory"}
        A gate for each number, or one for each row.
    input_bias, forget_bias : float
        Added to what the gates learn; what is stored is kept to begin with.

    Raises
    ------
    ValueError
        For sizes below 1 and an unknown gating.

    Examples
    --------
    >>> net = RelationalMemory(3, 2, n_slots=4, n_heads=2, head_size=5, n_blocks=3)
    >>> outputs, state, trace = net(torch.randn(7, 10, 3), return_trace=True)
    >>> outputs.shape, state.memory.shape  # batch, block, slot, number
    (torch.Size([7, 10, 2]), torch.Size([7, 3, 4, 10]))

    Attention has a row for each slot and one for the input; the shares of blocks sum to 1:

    >>> trace.attention.shape  # batch, time, block, attention block, head, row, row
    torch.Size([7, 10, 3, 1, 2, 5, 5])
    >>> torch.allclose(trace.block_gate.sum(dim=-1), torch.ones(7, 10))
    True
    """

    def __init__(
        self,
        input_size: int,
        output_size: int,
        *,
        n_slots: int,
        head_size: int,
        n_heads: int = 1,
        n_attention_blocks: int = 1,
        n_mlp_layers: int = 2,
        n_blocks: int = 1,
        gating: Gating = "unit",
        input_bias: float = 0.0,
        forget_bias: float = 1.0,
    ) -> None:
        of_a_core: dict[str, Any] = {
            "n_heads": n_heads,
            "head_size": head_size,
            "n_attention_blocks": n_attention_blocks,
            "n_mlp_layers": n_mlp_layers,
            "gating": gating,
            "input_bias": input_bias,
            "forget_bias": forget_bias,
        }
        options = {"n_slots": n_slots, "n_blocks": n_blocks} | of_a_core
        super().__init__(input_size, output_size, options)
        check_sizes(
            n_slots=n_slots,
            n_heads=n_heads,
            head_size=head_size,
            n_attention_blocks=n_attention_blocks,
            n_mlp_layers=n_mlp_layers,
            n_blocks=n_blocks,
        )
        check_choice("gating", gating, get_args(Gating))
        self.n_slots = n_slots
        self.row_size = n_heads * head_size
        self.n_blocks = n_blocks
        read_size = n_slots * self.row_size
        self.cores = nn.ModuleList(RelationalCore(input_size, **of_a_core) for _ in range(n_blocks))
        self.to_block_gate = nn.Linear(input_size + read_size, n_blocks) if n_blocks > 1 else None
        self.read_to_output = nn.Linear(read_size, output_size)

    def initial_state(self, batch: int) -> RelationalState:
        """Rows of the identity in every block, nothing read yet."""
        weight = self.read_to_output.weight
        rows = initial_memory(self.n_slots, self.row_size).to(weight)
        return RelationalState(
            memory=rows.repeat(batch, self.n_blocks, 1, 1),
            read_out=weight.new_zeros(batch, self.n_slots * self.row_size),
        )

    def check_lesion(self, lesion: Lesion) -> None:
        """Only blocks can be lesioned: they stay as they are and add nothing to the read-out."""
        missing = {part: getattr(lesion, part) for part in lesion.parts if part != "blocks"}
        if missing:
            super().check_lesion(Lesion(**missing))
        lesion.check_numbers(blocks=self.n_blocks)

    def traced_step(
        self,
        inputs: Float[Tensor, "b x"],
        state: RelationalState,
        generator: torch.Generator | None = None,
        lesion: Lesion | None = None,
    ) -> tuple[Float[Tensor, "b y"], RelationalState, RelationalTrace]:
        """Every block attends, is gated and read; y_t = W r_t + b."""
        blocks = zip(self.cores, state.memory.unbind(dim=1), strict=True)
        memory, attention, input_gate, forget_gate = (
            torch.stack(parts, dim=1)
            for parts in zip(*(core(inputs, rows) for core, rows in blocks), strict=True)
        )
        works = memory.new_ones(self.n_blocks)
        if lesion is not None and lesion.blocks:
            works[list(lesion.blocks)] = 0
            memory = torch.where(works[:, None, None] > 0, memory, state.memory)
        block_gate, shares = None, works.expand(len(inputs), -1)
        if self.to_block_gate is not None:
            seen = torch.cat([inputs, state.read_out], dim=1)
            block_gate = torch.softmax(self.to_block_gate(seen), dim=-1)
            shares = block_gate * works
        read_out = mix_blocks(memory, shares)
        trace = RelationalTrace(attention, input_gate, forget_gate, block_gate, memory)
        return self.read_to_output(read_out), RelationalState(memory, read_out), trace
