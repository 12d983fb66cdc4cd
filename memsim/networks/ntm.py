"""The Neural Turing Machine: heads that move over a memory, by content and step by step.

Equations and their numbers are those of Graves et al. (2014). Those that the Differentiable
Neural Computer kept stand in `memsim.dnc.equations`:

    eq. 2    read              r = sum_i w(i) M(i)
    eq. 3-4  erase_and_write   M(i) = M(i) (1 - w(i) e) + w(i) a; all heads erase, then all add
    eq. 5-6  content_weighting w^c = softmax(beta cosine(k, M(i))); cosine with nothing is 0

Letters in shapes: *b batch, n locations, w word, h heads (r read heads, u write heads).

References
----------
Graves, A., Wayne, G., & Danihelka, I. (2014). Neural Turing machines. arXiv 1410.5401.
"""

from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from memsim.base import Network, check_sizes
from memsim.controllers import Controller, ControllerName
from memsim.dnc.equations import content_weighting, erase_and_write, oneplus, read
from memsim.lesion import Lesion

#: steps that a head can move; 1 is towards later locations
SHIFTS = (-1, 0, 1)
#: every number of the memory before the first step
INITIAL_MEMORY = 1e-6


def interpolate(
    content: Float[Tensor, "*b h n"],
    weighting: Float[Tensor, "*b h n"],
    gates: Float[Tensor, "*b h"],
) -> Float[Tensor, "*b h n"]:
    """w^g = g w^c + (1 - g) w_{t-1}: found by content, or where the head was (eq. 7)."""
    return torch.lerp(weighting, content, gates[..., None])


def shift(
    weighting: Float[Tensor, "*b h n"], shifts: Float[Tensor, "*b h 3"]
) -> Float[Tensor, "*b h n"]:
    """w~(i) = sum_j w^g(j) s(i - j), locations on a ring (eq. 8).

    `shifts` holds s(-1), s(0) and s(1). On a ring of one location every shift stays there, on a
    ring of two both neighbours are the same.
    """
    moved = torch.stack([weighting.roll(step, dims=-1) for step in SHIFTS], dim=-1)
    return torch.einsum("...ns,...s->...n", moved, shifts)


def sharpen(
    weighting: Float[Tensor, "*b h n"], sharpness: Float[Tensor, "*b h"]
) -> Float[Tensor, "*b h n"]:
    """w(i) = w~(i)^gamma / sum_j w~(j)^gamma (eq. 9).

    The weighting is first divided by its peak, which changes nothing but keeps high powers of
    small numbers from vanishing. Where nothing is attended to, nothing is afterwards.
    """
    peak = weighting.detach().amax(dim=-1, keepdim=True)
    power = (weighting / torch.where(peak > 0, peak, 1)) ** sharpness[..., None]
    # the peak itself adds 1 to the sum
    return power / power.sum(dim=-1, keepdim=True).clamp_min(1)


class Addressing(NamedTuple):
    """How heads are told where to attend, already in range, and what they found by content."""

    keys: Float[Tensor, "b h w"]
    strengths: Float[Tensor, "b h"]
    gates: Float[Tensor, "b h"]
    shifts: Float[Tensor, "b h 3"]
    sharpness: Float[Tensor, "b h"]
    content_weighting: Float[Tensor, "b h n"]


class NTMState(NamedTuple):
    """What is carried from one step to the next.

    Attributes
    ----------
    controller : tuple
        See `memsim.controllers.Controller`.
    memory : (b, n, w)
        M.
    write_weighting : (b, u, n)
        Where the write heads are.
    read_weighting : (b, r, n)
        Where the read heads are.
    read_vectors : (b, r, w)
        What they read there: the controller's second input at the next step.
    """

    controller: tuple[Float[Tensor, "b hidden"], ...]
    memory: Float[Tensor, "b n w"]
    write_weighting: Float[Tensor, "b u n"]
    read_weighting: Float[Tensor, "b r n"]
    read_vectors: Float[Tensor, "b r w"]


class NTMTrace(NamedTuple):
    """What happened at one step; over a sequence, every tensor has time after the batch.

    Attributes
    ----------
    hidden : (b, hidden)
        The controller's output.
    write_addressing, read_addressing : Addressing
    erase_vectors, add_vectors : (b, u, w)
    state : NTMState
        After the step.
    """

    hidden: Float[Tensor, "b hidden"]
    write_addressing: Addressing
    read_addressing: Addressing
    erase_vectors: Float[Tensor, "b u w"]
    add_vectors: Float[Tensor, "b u w"]
    state: NTMState


class NTM(Network):
    """Neural Turing Machine (Graves et al., 2014).

    What the paper leaves open, here: the heads write and then read, so that reads see M_t, as in
    eq. 2, while writes are addressed by the content of M_{t-1}, the only one there is then.
    Outputs are linear in the controller's hidden units and in what was just read, as in a DNC.
    Key strengths are softplus, sharpness 1 + softplus, gates and erase vectors sigmoid, shifts
    softmax; keys and what is added are linear. Before the first step the memory is constant,
    all heads are at the first location and nothing has been read (the paper learns biases).

    Parameters
    ----------
    input_size, output_size : int
        Channels in and out at each step.
    hidden_size : int
        Units of the controller, in each of its layers.
    n_locations, word_size : int
        N and M of the paper.
    n_read_heads, n_write_heads : int
        Each moves by itself. All erase, then all add; the order among heads does not matter.
    controller : {"lstm", "feedforward", "rnn", "gru", "deep-lstm"}
        See `memsim.controllers.Controller`.
    n_layers : int
        Layers of a deep LSTM.

    Raises
    ------
    ValueError
        For sizes below 1 and an unknown controller.

    Examples
    --------
    >>> net = NTM(3, 2, hidden_size=8, n_locations=5, word_size=4, n_read_heads=2)
    >>> outputs, state, trace = net(torch.randn(7, 10, 3), return_trace=True)
    >>> outputs.shape, state.memory.shape  # batch, location, word
    (torch.Size([7, 10, 2]), torch.Size([7, 5, 4]))
    >>> trace.state.read_weighting.shape  # batch, time, head, location
    torch.Size([7, 10, 2, 5])
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
        n_write_heads: int = 1,
        controller: ControllerName = "lstm",
        n_layers: int = 1,
    ) -> None:
        sizes = {
            "hidden_size": hidden_size,
            "n_locations": n_locations,
            "word_size": word_size,
            "n_read_heads": n_read_heads,
            "n_write_heads": n_write_heads,
        }
        options: dict[str, Any] = {**sizes, "controller": controller, "n_layers": n_layers}
        super().__init__(input_size, output_size, options)
        check_sizes(**sizes)
        self.n_locations = n_locations
        self.word_size = word_size
        self.n_read_heads = n_read_heads
        self.n_write_heads = n_write_heads
        read_size = n_read_heads * word_size
        self.controller = Controller(input_size + read_size, hidden_size, controller, n_layers)
        units = self.controller.output_size
        # for each head a key, its strength, the gate, three shifts and the sharpness
        self._per_head = [word_size, 1, 1, len(SHIFTS), 1]
        addressing = sum(self._per_head)
        self.to_read_heads = nn.Linear(units, n_read_heads * addressing)
        self.to_write_heads = nn.Linear(units, n_write_heads * addressing)
        self.to_erase_and_add = nn.Linear(units, n_write_heads * 2 * word_size)
        self.hidden_to_output = nn.Linear(units, output_size)
        self.reads_to_output = nn.Linear(read_size, output_size, bias=False)

    def initial_state(self, batch: int) -> NTMState:
        """A constant memory, all heads at the first location, nothing read yet."""
        weight = self.hidden_to_output.weight
        first = F.one_hot(torch.tensor(0), self.n_locations).to(weight)
        return NTMState(
            controller=self.controller.initial_state(batch),
            memory=weight.new_full((batch, self.n_locations, self.word_size), INITIAL_MEMORY),
            write_weighting=first.repeat(batch, self.n_write_heads, 1),
            read_weighting=first.repeat(batch, self.n_read_heads, 1),
            read_vectors=weight.new_zeros(batch, self.n_read_heads, self.word_size),
        )

    def check_lesion(self, lesion: Lesion) -> None:
        """Raise a ValueError if the network does not have the parts of a lesion."""
        heads = {"read_heads": self.n_read_heads, "write_heads": self.n_write_heads}
        there = {"content_lookup", "controller_recurrence", *heads}
        missing = {part: getattr(lesion, part) for part in lesion.parts if part not in there}
        if missing:
            super().check_lesion(Lesion(**missing))
        lesion.check_numbers(**heads)
        if lesion.controller_recurrence and not self.controller.initial_state(1):
            raise ValueError(
                "a lesion of controller_recurrence: a feed-forward controller carries nothing"
            )

    def traced_step(
        self,
        inputs: Float[Tensor, "b x"],
        state: NTMState,
        generator: torch.Generator | None = None,
        lesion: Lesion | None = None,
    ) -> tuple[Float[Tensor, "b y"], NTMState, NTMTrace]:
        """Move the write heads and write, then move the read heads and read.

        y_t = W_y h_t + W_r [r^1_t; ...; r^R_t], h_t = controller([x_t; r^1_{t-1}; ...; r^R_{t-1}]).
        """
        carried = state.controller
        if lesion is not None and lesion.controller_recurrence:
            carried = self.controller.initial_state(len(inputs))
        seen = torch.cat([inputs, state.read_vectors.flatten(1)], dim=1)
        hidden, carried = self.controller.step(seen, carried)
        told = (self.to_write_heads(hidden), self.to_read_heads(hidden))
        erase_and_add = self.to_erase_and_add(hidden)
        # the memory computes in its own precision, also where the rest is told to use less
        with torch.autocast(hidden.device.type, enabled=False):
            to_write, to_read = (vector.to(state.memory.dtype) for vector in told)
            erase, add = (
                erase_and_add.to(state.memory.dtype)
                .unflatten(-1, (self.n_write_heads, 2, self.word_size))
                .unbind(dim=-2)
            )
            erase = torch.sigmoid(erase)
            writing, wrote = self._move(to_write, state.memory, state.write_weighting, lesion)
            if lesion is not None:
                wrote = _silence(wrote, lesion.write_heads)
            memory = erase_and_write(state.memory, wrote, erase, add)
            reading, looked = self._move(to_read, memory, state.read_weighting, lesion)
            if lesion is not None:
                looked = _silence(looked, lesion.read_heads)
            reads = read(memory, looked)
        outputs = self.hidden_to_output(hidden) + self.reads_to_output(reads.flatten(1))
        state = NTMState(carried, memory, wrote, looked, reads)
        return outputs, state, NTMTrace(hidden, writing, reading, erase, add, state)

    def _move(
        self,
        told: Float[Tensor, "b all"],
        memory: Float[Tensor, "b n w"],
        weighting: Float[Tensor, "b h n"],
        lesion: Lesion | None,
    ) -> tuple[Addressing, Float[Tensor, "b h n"]]:
        """Where heads were told to go, and where they are then (eq. 5-9)."""
        parts = told.unflatten(-1, (weighting.shape[-2], -1)).split(self._per_head, dim=-1)
        keys, strengths, gates, shifts, sharpness = parts
        strengths = F.softplus(strengths.squeeze(-1))
        content = content_weighting(memory, keys, strengths)
        if lesion is not None and lesion.content_lookup:
            content = torch.zeros_like(content)
        addressing = Addressing(
            keys=keys,
            strengths=strengths,
            gates=torch.sigmoid(gates.squeeze(-1)),
            shifts=torch.softmax(shifts, dim=-1),
            sharpness=oneplus(sharpness.squeeze(-1)),
            content_weighting=content,
        )
        moved = shift(interpolate(content, weighting, addressing.gates), addressing.shifts)
        return addressing, sharpen(moved, addressing.sharpness)


def _silence(weighting: Float[Tensor, "b h n"], heads: tuple[int, ...]) -> Float[Tensor, "b h n"]:
    """Heads that attend to nothing."""
    if not heads:
        return weighting
    attends = weighting.new_ones(weighting.shape[1])
    attends[list(heads)] = 0
    return weighting * attends[:, None]
