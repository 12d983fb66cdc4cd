"""What every network here has in common: a step, a state that is a value, and sequences of steps."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial
from numbers import Integral
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from memsim.lesion import Lesion

#: what the outputs of a step add to the inputs of the next
Respond = Callable[[int, Tensor], Tensor | None]


class Network(nn.Module, ABC):
    """A recurrent network: `step` and `initial_state` define it, `forward` runs a sequence.

    A state is a value: nested tuples of tensors whose first dimension is the batch. A step makes
    a new one and changes nothing.

    Attributes
    ----------
    input_size, output_size : int
        Channels in and out at each step.
    options : dict
        The arguments that make this network again; all of them JSON.
    """

    def __init__(self, input_size: int, output_size: int, options: dict[str, Any]) -> None:
        super().__init__()
        check_sizes(input_size=input_size, output_size=output_size)
        self.input_size = input_size
        self.output_size = output_size
        given = {"input_size": input_size, "output_size": output_size} | options
        # numbers of NumPy have no place in a file
        self.options = {k: v.item() if isinstance(v, np.generic) else v for k, v in given.items()}

    @abstractmethod
    def initial_state(self, batch: int) -> Any:
        """State before the first step."""

    @abstractmethod
    def traced_step(
        self,
        inputs: Float[Tensor, "b x"],
        state: Any,
        generator: torch.Generator | None = None,
        lesion: Lesion | None = None,
    ) -> tuple[Float[Tensor, "b y"], Any, Any]:
        """Outputs, the next state, and what a trace keeps of the step: a tuple like a state."""

    def check_lesion(self, lesion: Lesion) -> None:
        """Raise a ValueError if a network does not have the parts of a lesion."""
        raise ValueError(
            f"a lesion of {', '.join(lesion.parts)} is of parts that {type(self).__name__} lacks"
        )

    def step(
        self,
        inputs: Float[Tensor, "b x"],
        state: Any,
        generator: torch.Generator | None = None,
        lesion: Lesion | None = None,
    ) -> tuple[Float[Tensor, "b y"], Any]:
        """One step: what a closed loop calls, feeding outputs back as inputs.

        Parameters
        ----------
        inputs : (b, input_size)
        state : as `initial_state` returns
        generator : torch.Generator, optional
            Source of noise and dropout.
        lesion : Lesion, optional
            Parts that do not work at this step, whatever its `from_step`.

        Returns
        -------
        outputs : (b, output_size)
        state
        """
        if lesion is not None:
            self.check_lesion(lesion)
        outputs, state, _ = self.traced_step(inputs, state, generator, lesion)
        return outputs, state

    def forward(
        self,
        inputs: Float[Tensor, "b t x"],
        state: Any = None,
        *,
        lengths: Int[Tensor, " b"] | None = None,
        respond: Respond | None = None,
        generator: torch.Generator | None = None,
        lesion: Lesion | None = None,
        return_trace: bool = False,
    ) -> Any:
        """A whole sequence, or the next chunk of one.

        Parameters
        ----------
        inputs : (b, t, input_size)
        state : optional
            From an earlier chunk; `initial_state` where left out.
        lengths : (b,) integers, optional
            Steps of each sequence; what follows is padding. It leaves the state alone, and
            outputs are 0 there.
        respond : function, optional
            Closes the loop: `respond(t, outputs)` gets the number of the step and the network's
            (b, output_size) there, and returns what is added to the (b, input_size) of the next
            step, or None. No gradient flows through it. In chunks, what the last step said is
            not passed on, and steps are counted from 0 in each.
        generator : torch.Generator, optional
            Source of noise and dropout, on the network's device; torch's own where left out.
        lesion : Lesion, optional
            Parts that do not work from its `from_step`, counted from the start of these inputs.
        return_trace : bool
            Whether to keep what happened at every step; what it holds of padding means nothing.

        Returns
        -------
        outputs : (b, t, output_size)
        state
            After the last step.
        trace
            With `return_trace` only: nested tuples of (b, t, ...) tensors.

        Raises
        ------
        ValueError
            For inputs, lengths or a state of wrong shape, and a lesion of what is not there.
        """
        if inputs.ndim != 3 or inputs.shape[1] == 0 or inputs.shape[2] != self.input_size:
            raise ValueError(
                f"inputs must have shape (batch, time, {self.input_size}) with at least one step, "
                f"got {tuple(inputs.shape)}"
            )
        weight = next(self.parameters())
        if inputs.dtype != weight.dtype and not torch.is_autocast_enabled(inputs.device.type):
            raise ValueError(
                f"inputs must be {weight.dtype}, as the network's weights are, got {inputs.dtype}; "
                f"convert them, as in inputs.to({weight.dtype})"
            )
        batch, n_steps = inputs.shape[:2]
        if state is None:
            state = self.initial_state(batch)
        else:
            self._check_state(state, batch)
        if lengths is not None:
            _check_lengths(lengths, batch, n_steps)
            # gradients of steps that are thrown away are 0 only where padding is finite
            within = torch.arange(n_steps, device=inputs.device) < lengths[:, None]
            inputs = torch.where(within[..., None], inputs, torch.zeros_like(inputs))
        if lesion is not None:
            self.check_lesion(lesion)
        return self.run(inputs, state, lengths, respond, generator, lesion, return_trace)

    def run(
        self,
        inputs: Float[Tensor, "b t x"],
        state: Any,
        lengths: Int[Tensor, " b"] | None,
        respond: Respond | None,
        generator: torch.Generator | None,
        lesion: Lesion | None,
        return_trace: bool,
    ) -> Any:
        """What `forward` does once its arguments are checked: step after step."""
        outputs, trace = [], []
        said = None
        for t, now in enumerate(inputs.unbind(dim=1)):
            output, after, record = self.traced_step(
                now if said is None else now + said,
                state,
                generator,
                lesion.at(t) if lesion else None,
            )
            if lengths is not None:
                going = t < lengths
                after = map_tensors(partial(_where, going), after, state)
                output = _where(going, output, torch.zeros_like(output))
            state = after
            outputs.append(output)
            if respond is not None:
                with torch.no_grad():
                    said = respond(t, output.detach())
            if return_trace:
                trace.append(record)
        whole = torch.stack(outputs, dim=1)
        if not return_trace:
            return whole, state
        return whole, state, map_tensors(lambda *steps: torch.stack(steps, dim=1), *trace)

    def _check_state(self, state: Any, batch: int) -> None:
        misfit = _misfit(state, self.initial_state(batch))
        if misfit is not None:
            there, expected = misfit
            raise ValueError(
                f"state does not fit: it has {there} where this network, for {batch} sequences, "
                f"has {expected}; it comes from another network or another batch"
            )


def map_tensors(function: Callable[..., Tensor], *trees: Any) -> Any:
    """Apply a function to corresponding tensors of nested tuples of one shape."""
    first = trees[0]
    if isinstance(first, Tensor):
        return function(*trees)
    if first is None:
        return None
    parts = [map_tensors(function, *parts) for parts in zip(*trees, strict=True)]
    return type(first)(*parts) if hasattr(first, "_fields") else tuple(parts)


def _misfit(given: Any, expected: Any) -> tuple[str, str] | None:
    """What two states have where they first differ in form, in words."""
    if isinstance(given, tuple) and type(given) is type(expected) and len(given) == len(expected):
        return next(filter(None, map(_misfit, given, expected)), None)
    forms = _form(given), _form(expected)
    return None if forms[0] == forms[1] else forms


def _form(part: Any) -> str:
    if isinstance(part, Tensor):
        return f"a tensor of shape {tuple(part.shape)}"
    return f"a {type(part).__name__}" + (f" of {len(part)}" if isinstance(part, tuple) else "")


def check_sizes(**sizes: int) -> None:
    """Raise a ValueError for what is no whole number from 1."""
    for name, size in sizes.items():
        if isinstance(size, bool) or not isinstance(size, Integral) or size < 1:
            raise ValueError(f"{name} must be a whole number from 1, got {size!r}")


def check_choice(name: str, value: object, choices: tuple[object, ...]) -> None:
    """Raise a ValueError for what is none of the choices."""
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(str, choices))}; got {value!r}")


def check_shares(**shares: float) -> None:
    """Raise a ValueError for what is no number in [0, 1)."""
    for name, share in shares.items():
        if not 0 <= share < 1:
            raise ValueError(f"{name} must be a share from 0 to below 1, got {share!r}")


def _check_lengths(lengths: Tensor, batch: int, n_steps: int) -> None:
    if lengths.shape != (batch,) or lengths.is_floating_point():
        raise ValueError(
            f"lengths must be {batch} integers, one per sequence, got {lengths.dtype} "
            f"of shape {tuple(lengths.shape)}"
        )
    if lengths.min() < 0 or lengths.max() > n_steps:
        raise ValueError(
            f"lengths must lie in 0..{n_steps}, the steps of inputs; "
            f"they reach from {int(lengths.min())} to {int(lengths.max())}"
        )


def _where(going: Tensor, new: Tensor, old: Tensor) -> Tensor:
    return torch.where(going.view(-1, *[1] * (new.ndim - 1)), new, old)
