"""The Differentiable Neural Computer: a controller and its memory."""

from numbers import Integral
from typing import Any, Literal, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

from memsim.dnc.cell import Allocation, Memory, MemoryState

Controller = Literal["lstm", "feedforward"]


class DNCState(NamedTuple):
    """State of the whole network between two steps.

    Attributes
    ----------
    controller : tuple of (b, hidden_size)
        Hidden and cell state of an LSTM; empty for a feed-forward controller.
    memory : MemoryState
    """

    controller: tuple[Float[Tensor, "b hidden"], ...]
    memory: MemoryState


class DNC(nn.Module):
    """Differentiable Neural Computer (Graves et al., 2016).

    Parameters
    ----------
    input_size, output_size : int
        Channels in and out at each step.
    hidden_size : int
        Units of the controller.
    n_locations, word_size, n_read_heads : int
        N locations of W numbers, read by R heads; one write head.
    controller : {"lstm", "feedforward"}
        A feed-forward controller (one tanh layer) remembers nothing by itself: whatever it knows
        of the past it has read from the memory.
    allocation : {"sort", "softmax"}
        Sort of the usage (Graves et al., 2016) or differentiable softmax of the non-usage with a
        learned strength (Ben-Ari & Bekker, 2017).
    temporal_links : bool
        Links between locations written one after the other; without them reads only look
        content up.
    storage_noise : float
        Forgetting: every step, each memory row diffuses by this share of its own root mean
        square. 0 is the published network.

    Raises
    ------
    ValueError
        For sizes below 1, a negative `storage_noise`, or an unknown option.

    Examples
    --------
    >>> _ = torch.manual_seed(0)
    >>> net = DNC(3, 2, hidden_size=8, n_locations=5, word_size=4)
    >>> inputs = torch.randn(7, 10, 3)  # 7 sequences of 10 steps
    >>> outputs, state = net(inputs)
    >>> outputs.shape, state.memory.memory.shape
    (torch.Size([7, 10, 2]), torch.Size([7, 5, 4]))

    A sequence in chunks is the sequence whole:

    >>> first, state = net(inputs[:, :4])
    >>> rest, state = net(inputs[:, 4:], state)
    >>> torch.allclose(torch.cat([first, rest], dim=1), outputs, atol=1e-6)
    True

    References
    ----------
    Graves, A., et al. (2016). Hybrid computing using a neural network with dynamic external
    memory. Nature, 538, 471-476.
    """

    def __init__(
        self,
        input_size: int,
        output_size: int,
        *,
        hidden_size: int,
        n_locations: int,
        word_size: int,
        n_read_heads: int = 1,
        controller: Controller = "lstm",
        allocation: Allocation = "sort",
        temporal_links: bool = True,
        storage_noise: float = 0.0,
    ) -> None:
        super().__init__()
        _check_sizes(
            input_size=input_size,
            output_size=output_size,
            hidden_size=hidden_size,
            n_locations=n_locations,
            word_size=word_size,
            n_read_heads=n_read_heads,
        )
        _check_choice("controller", controller, ("lstm", "feedforward"))
        _check_choice("allocation", allocation, ("sort", "softmax"))
        if not 0 <= storage_noise < float("inf"):
            raise ValueError(f"storage_noise must be a number from 0, got {storage_noise!r}")
        self.input_size = input_size
        self.hidden_size = hidden_size
        #: the arguments that make this network again
        self.options: dict[str, Any] = {
            "input_size": input_size,
            "output_size": output_size,
            "hidden_size": hidden_size,
            "n_locations": n_locations,
            "word_size": word_size,
            "n_read_heads": n_read_heads,
            "controller": controller,
            "allocation": allocation,
            "temporal_links": temporal_links,
            "storage_noise": storage_noise,
        }
        self.memory = Memory(
            n_locations=n_locations,
            word_size=word_size,
            n_read_heads=n_read_heads,
            allocation=allocation,
            temporal_links=temporal_links,
            storage_noise=storage_noise,
        )
        read_size = n_read_heads * word_size
        self.controller: nn.Module = (
            nn.LSTMCell(input_size + read_size, hidden_size)
            if controller == "lstm"
            else nn.Sequential(nn.Linear(input_size + read_size, hidden_size), nn.Tanh())
        )
        self.to_interface = nn.Linear(hidden_size, self.memory.interface_size)
        self.hidden_to_output = nn.Linear(hidden_size, output_size)
        self.reads_to_output = nn.Linear(read_size, output_size, bias=False)

    def initial_state(self, batch: int) -> DNCState:
        """State before the first step: everything zero."""
        weight = self.to_interface.weight
        n_recurrent = 2 if isinstance(self.controller, nn.LSTMCell) else 0
        return DNCState(
            controller=tuple(weight.new_zeros(batch, self.hidden_size) for _ in range(n_recurrent)),
            memory=self.memory.initial_state(batch, dtype=weight.dtype, device=weight.device),
        )

    def step(
        self,
        inputs: Float[Tensor, "b x"],
        state: DNCState,
        generator: torch.Generator | None = None,
    ) -> tuple[Float[Tensor, "b y"], DNCState]:
        """One step: what a closed loop calls, feeding outputs back as inputs.

        y_t = W_y h_t + W_r [r^1_t; ...; r^R_t], h_t = controller([x_t; r^1_{t-1}; ...; r^R_{t-1}]).
        """
        seen = torch.cat([inputs, state.memory.read_vectors.flatten(1)], dim=1)
        if isinstance(self.controller, nn.LSTMCell):
            carried = self.controller(seen, state.controller)
            hidden = carried[0]
        else:
            carried, hidden = (), self.controller(seen)
        memory = self.memory.step(state.memory, self.to_interface(hidden), generator)
        outputs = self.hidden_to_output(hidden) + self.reads_to_output(
            memory.read_vectors.flatten(1)
        )
        return outputs, DNCState(carried, memory)

    def forward(
        self,
        inputs: Float[Tensor, "b t x"],
        state: DNCState | None = None,
        *,
        generator: torch.Generator | None = None,
    ) -> tuple[Float[Tensor, "b t y"], DNCState]:
        """A whole sequence, or the next chunk of one.

        Parameters
        ----------
        inputs : (b, t, input_size)
        state : DNCState, optional
            From an earlier chunk; an empty memory where left out.
        generator : torch.Generator, optional
            Source of the storage noise, on the network's device; torch's own where left out.

        Returns
        -------
        outputs : (b, t, output_size)
        state : DNCState
            After the last step.
        """
        if inputs.ndim != 3 or inputs.shape[1] == 0 or inputs.shape[2] != self.input_size:
            raise ValueError(
                f"inputs must have shape (batch, time, {self.input_size}) with at least one step, "
                f"got {tuple(inputs.shape)}"
            )
        if state is None:
            state = self.initial_state(inputs.shape[0])
        outputs = []
        for now in inputs.unbind(dim=1):
            output, state = self.step(now, state, generator)
            outputs.append(output)
        return torch.stack(outputs, dim=1), state


def _check_sizes(**sizes: int) -> None:
    for name, size in sizes.items():
        if isinstance(size, bool) or not isinstance(size, Integral) or size < 1:
            raise ValueError(f"{name} must be a whole number from 1, got {size!r}")


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}; got {value!r}")
