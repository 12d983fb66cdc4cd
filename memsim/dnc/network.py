"""The Differentiable Neural Computer: a controller and its memory."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Literal, NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from memsim.base import Network, Respond, check_choice, check_shares, check_sizes, map_tensors
from memsim.controllers import Controller, ControllerName
from memsim.dnc import fast
from memsim.dnc.cell import Memory, MemoryState, MemoryTrace
from memsim.lesion import Lesion


class DNCState(NamedTuple):
    """State of the whole network between two steps.

    Attributes
    ----------
    controller : tuple
        State of the controller: hidden vectors (b, hidden_size) and, for an LSTM, cell vectors
        layer by layer; empty for a feed-forward controller; a DNCState for a DNC.
    memory : MemoryState
    """

    controller: Any
    memory: MemoryState


class DNCTrace(NamedTuple):
    """What happened in a network; over a sequence, every tensor has time after the batch.

    Attributes
    ----------
    hidden : (b, hidden)
        The controller's output.
    memory : MemoryTrace
        Interface, weightings, and the memory's state after the step.
    """

    hidden: Float[Tensor, "b hidden"]
    memory: MemoryTrace


class DNC(Network):
    """Differentiable Neural Computer (Graves et al., 2016), with the variants of later papers.

    Parameters
    ----------
    input_size, output_size : int
        Channels in and out at each step.
    hidden_size : int
        Units of the controller, in each of its layers.
    controller : {"lstm", "feedforward", "rnn", "gru", "deep-lstm"} or mapping
        See `memsim.controllers.Controller`. A mapping holds the options of a DNC whose outputs
        are the hidden units: a fast memory inside a slow one.
    n_layers : int
        Layers of a deep LSTM.
    layer_norm : {None, "hidden", "interface"}
        Layer normalisation of the controller's output (Park et al., 2021) or of the interface
        vector (Franke et al., 2018).
    dropout, bypass_dropout : float
        Share of hidden units that are silent while training: for memory and output alike, or
        only on the way past the memory to the output (Franke et al., 2018).
    clip, interface_clip : float, optional
        Bound of the controller's output and state and of the network's output, as in the code
        that the authors of the DNC released; bound of the interface vector, as in that of
        Csordas & Schmidhuber (2019).
    **memory_options
        Sizes and options of the memory: `n_locations`, `word_size`, `n_read_heads`,
        `n_write_heads`, `n_blocks`, `allocation`, `temporal_links`, ...; see
        `memsim.dnc.Memory`.

    Raises
    ------
    ValueError
        For sizes below 1, numbers out of range, unknown names, and options that exclude each
        other.
    TypeError
        For an option that neither network nor memory has.

    Examples
    --------
    >>> _ = torch.manual_seed(0)
    >>> net = DNC(3, 2, hidden_size=8, n_locations=5, word_size=4)
    >>> inputs = torch.randn(7, 10, 3)  # 7 sequences of 10 steps
    >>> outputs, state = net(inputs)
    >>> outputs.shape, state.memory.memory.shape  # batch, block, location, word
    (torch.Size([7, 10, 2]), torch.Size([7, 1, 5, 4]))

    A sequence in chunks is the sequence whole:

    >>> first, state = net(inputs[:, :4])
    >>> rest, state = net(inputs[:, 4:], state)
    >>> torch.allclose(torch.cat([first, rest], dim=1), outputs, atol=1e-6)
    True

    What the memory did at every step, and what it does without its links from step 5 on:

    >>> outputs, state, trace = net(inputs, return_trace=True)
    >>> trace.memory.state.write_weighting.shape  # batch, time, block, write head, location
    torch.Size([7, 10, 1, 1, 5])
    >>> lesioned, state = net(inputs, lesion=Lesion(temporal_links=True, from_step=5))
    >>> torch.equal(lesioned[:, :5], outputs[:, :5])
    True

    References
    ----------
    Graves, A., et al. (2016). Hybrid computing using a neural network with dynamic external
    memory. Nature, 538, 471-476.
    """

    #: whether the fast path may be taken; its results are those of the steps, to rounding
    fast = True

    def __init__(
        self,
        input_size: int,
        output_size: int,
        *,
        hidden_size: int,
        controller: ControllerName | Mapping[str, Any] = "lstm",
        n_layers: int = 1,
        layer_norm: Literal["hidden", "interface"] | None = None,
        dropout: float = 0.0,
        bypass_dropout: float = 0.0,
        clip: float | None = None,
        interface_clip: float | None = None,
        **memory_options: Any,
    ) -> None:
        nested = isinstance(controller, Mapping)
        super().__init__(
            input_size,
            output_size,
            {
                "hidden_size": hidden_size,
                "controller": dict(controller) if isinstance(controller, Mapping) else controller,
                "n_layers": n_layers,
                "layer_norm": layer_norm,
                "dropout": dropout,
                "bypass_dropout": bypass_dropout,
                "clip": clip,
                "interface_clip": interface_clip,
                **memory_options,
            },
        )
        check_sizes(hidden_size=hidden_size)
        check_choice("layer_norm", layer_norm, (None, "hidden", "interface"))
        check_shares(dropout=dropout, bypass_dropout=bypass_dropout)
        for name, bound in (("clip", clip), ("interface_clip", interface_clip)):
            if bound is not None and not bound > 0:
                raise ValueError(f"{name} must be more than 0, got {bound!r}")
        if nested and n_layers > 1:
            raise ValueError(f"n_layers={n_layers} needs controller=deep-lstm, got a DNC")
        self.memory = Memory(**memory_options)
        self.layer_norm = layer_norm
        self.dropout = dropout
        self.bypass_dropout = bypass_dropout
        self.clip = clip
        self.interface_clip = interface_clip
        read_size = self.memory.n_read_heads * self.memory.word_size
        self.controller: Network = (
            DNC(input_size + read_size, hidden_size, **controller)
            if isinstance(controller, Mapping)
            else Controller(input_size + read_size, hidden_size, controller, n_layers)
        )
        units = self.controller.output_size
        self.to_interface = nn.Linear(units, self.memory.interface_size)
        self.hidden_to_output = nn.Linear(units, output_size)
        self.reads_to_output = nn.Linear(read_size, output_size, bias=False)
        normed = {None: None, "hidden": units, "interface": self.memory.interface_size}[layer_norm]
        self.norm = nn.LayerNorm(normed) if normed else None

    def initial_state(self, batch: int) -> DNCState:
        """State before the first step: everything zero."""
        weight = self.to_interface.weight
        return DNCState(
            controller=self.controller.initial_state(batch),
            memory=self.memory.initial_state(batch, dtype=weight.dtype, device=weight.device),
        )

    def check_lesion(self, lesion: Lesion) -> None:
        """Raise a ValueError if the network does not have the parts of a lesion."""
        memory = self.memory
        lesion.check_numbers(
            read_heads=memory.n_read_heads,
            write_heads=memory.n_write_heads,
            blocks=memory.n_blocks,
        )
        if lesion.temporal_links and not memory.temporal_links:
            raise ValueError("a lesion of temporal_links: the network has none")
        if lesion.controller_recurrence and not self.controller.initial_state(1):
            raise ValueError(
                "a lesion of controller_recurrence: a feed-forward controller carries nothing"
            )

    def traced_step(
        self,
        inputs: Float[Tensor, "b x"],
        state: DNCState,
        generator: torch.Generator | None = None,
        lesion: Lesion | None = None,
    ) -> tuple[Float[Tensor, "b y"], DNCState, DNCTrace]:
        """Outputs, the next state, and what happened.

        y_t = W_y h_t + W_r [r^1_t; ...; r^R_t], h_t = controller([x_t; r^1_{t-1}; ...; r^R_{t-1}]).
        """
        carried = state.controller
        if lesion is not None and lesion.controller_recurrence:
            carried = self.controller.initial_state(len(inputs))
        seen = torch.cat([inputs, state.memory.read_vectors.flatten(1)], dim=1)
        hidden, carried = self.controller.step(seen, carried, generator)
        if self.clip is not None:
            hidden = self._clipped(hidden)
            carried = map_tensors(self._clipped, carried)
        if self.norm is not None and self.layer_norm == "hidden":
            hidden = self.norm(hidden)
        hidden = self._dropped(hidden, self.dropout, generator)

        vector = self.to_interface(hidden)
        if self.norm is not None and self.layer_norm == "interface":
            vector = self.norm(vector)
        if self.interface_clip is not None:
            vector = vector.clamp(-self.interface_clip, self.interface_clip)
        # the memory computes in its own precision, also where the rest is told to use less
        with _full_precision(vector.device.type):
            vector = vector.to(state.memory.memory.dtype)
            trace = self.memory.step(state.memory, vector, generator, lesion)

        bypass = self._dropped(hidden, self.bypass_dropout, generator)
        reads = trace.state.read_vectors.flatten(1)
        outputs = self.hidden_to_output(bypass) + self.reads_to_output(reads)
        if self.clip is not None:
            outputs = self._clipped(outputs)
        return outputs, DNCState(carried, trace.state), DNCTrace(hidden, trace)

    def run(
        self,
        inputs: Float[Tensor, "b t x"],
        state: DNCState,
        lengths: Int[Tensor, " b"] | None,
        respond: Respond | None,
        generator: torch.Generator | None,
        lesion: Lesion | None,
        return_trace: bool,
    ) -> Any:
        """By the fast path where it applies (see `memsim.dnc.fast`), else step after step."""
        special = return_trace or lesion is not None or lengths is not None
        if self.fast and not special and fast.why_not(self, inputs) is None:
            return fast.run_together([self], inputs, state, respond, [generator])
        return super().run(inputs, state, lengths, respond, generator, lesion, return_trace)

    def _clipped(self, x: Tensor) -> Tensor:
        assert self.clip is not None
        return x.clamp(-self.clip, self.clip)

    def _dropped(self, x: Tensor, share: float, generator: torch.Generator | None) -> Tensor:
        """`F.dropout`, from a generator."""
        if not share or not self.training:
            return x
        kept = torch.rand(x.shape, generator=generator, device=x.device) >= share
        return x * kept / (1 - share)


def _full_precision(device_type: str) -> AbstractContextManager[Any]:
    """Autocast off, on devices that know it."""
    if torch.amp.is_autocast_available(device_type):
        return torch.autocast(device_type, enabled=False)
    return nullcontext()
