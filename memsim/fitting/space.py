"""What is fitted, and where it is looked for: parameters of a model as points of a unit cube."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

#: a box whose ends are this many times apart is searched on a log scale
LOG_RATIO = 100.0


@dataclass(frozen=True)
class Space:
    """Free parameters of a model, each scaled so that its search box becomes 0 to 1.

    A parameter whose box has both ends above 0 and 100 or more times apart is scaled by its
    logarithm.

    Attributes
    ----------
    template : model
        Says which variant of the model it is, and holds what is not free.
    box : mapping of str to (low, high)
        Search box of each free parameter.
    tied : mapping of str to str
        Parameters that always equal a free one, as ``{"c": "a"}``.

    Examples
    --------
    >>> from memsim.cognitive import TCM
    >>> boxes = {"beta": (0.25, 0.75), "tau": (0.01, 1)}
    >>> space = search_space(TCM.preset("TCM-10"), ["beta", "tau"], boxes)
    >>> model = space.model(np.array([0.5, 0.5]))  # tau by its logarithm
    >>> model.beta, round(model.tau, 6), model.gamma
    (0.5, 0.1, 0.9237)
    """

    template: Any
    box: dict[str, tuple[float, float]]
    tied: dict[str, str]

    @property
    def names(self) -> tuple[str, ...]:
        """Free parameters."""
        return tuple(self.box)

    @property
    def whole(self) -> frozenset[str]:
        """Parameters that are whole numbers, which only a search by simulation can fit."""
        whole: frozenset[str] = getattr(self.template, "whole", frozenset())
        return whole

    def values(self, point: torch.Tensor) -> dict[str, torch.Tensor]:
        """Parameters at a point of the cube, (free,), differentiable in it."""
        values = {}
        for u, (name, (low, high)) in zip(point.unbind(-1), self.box.items(), strict=True):
            if _is_log(low, high):
                values[name] = low * torch.exp(u * float(np.log(high / low)))
            else:
                values[name] = low + (high - low) * u
        return values

    def tensor_model(self, point: torch.Tensor) -> Any:
        """The model at a point, with tensors as parameters."""
        return self._model(self.values(point))

    def model(self, point: NDArray[np.floating]) -> Any:
        """The model at a point, with numbers as parameters."""
        return self._model(self.numbers(point))

    def numbers(self, point: NDArray[np.floating]) -> dict[str, float]:
        """Parameters at a point as numbers, none beyond its box by rounding."""
        values = self.values(torch.as_tensor(point, dtype=torch.float64))
        numbers: dict[str, float] = {}
        for u, (name, (low, high)) in zip(point, self.box.items(), strict=True):
            if name in self.whole:  # of two neighbours none has more room than the other
                numbers[name] = int(min(low + (high - low + 1) * float(u), high))
            else:
                numbers[name] = min(max(float(values[name]), low), high)
        return numbers

    def point(self, model: Any) -> NDArray[np.floating]:
        """Where a model lies in the cube; what lies outside the box comes to its nearest side."""
        point = []
        for name, (low, high) in self.box.items():
            value = min(max(float(getattr(model, name)), low), high)
            if name in self.whole:
                point.append((value - low + 0.5) / (high - low + 1))
            elif _is_log(low, high):
                point.append(np.log(value / low) / np.log(high / low))
            else:
                point.append((value - low) / (high - low))
        return np.array(point)

    def slopes(self, point: NDArray[np.floating]) -> NDArray[np.floating]:
        """(free,) units of each parameter per unit of the cube at a point."""
        numbers = self.numbers(point)
        return np.array(
            [
                numbers[name] * np.log(high / low) if _is_log(low, high) else high - low
                for name, (low, high) in self.box.items()
            ]
        )

    def _model(self, values: Mapping[str, Any]) -> Any:
        tied = {name: values[source] for name, source in self.tied.items()}
        return replace(self.template, **values, **tied)


def search_space(
    template: Any,
    free: Sequence[str] | None = None,
    bounds: Mapping[str, tuple[float, float]] | None = None,
    tied: Mapping[str, str] | None = None,
) -> Space:
    """What is fitted of a model, and where it is looked for.

    Parameters
    ----------
    template : model
        Says which variant of the model it is, and holds what is not free.
    free : sequence of str, optional
        Parameters to fit. Left out, all that the model names in `search`, but those that are
        None here and those tied to others.
    bounds : mapping of str to (low, high), optional
        Other ends of the search box.
    tied : mapping of str to str, optional
        Parameters that are to equal a free one, as ``{"c": "a"}``.

    Raises
    ------
    ValueError
        If a name is no parameter, a box is empty or not finite or leaves the parameter's range,
        or a tie has no free end.
    """
    known = [f.name for f in fields(template)]
    kind = type(template).__name__
    search = {**getattr(template, "search", {}), **(bounds or {})}
    tied = dict(tied or {})
    for name in [*(free or ()), *(bounds or ()), *tied, *tied.values()]:
        if name not in known or name == "stop":
            numeric = ", ".join(name for name in known if name != "stop")
            raise ValueError(f"{kind} has no parameter {name!r} to fit; it has {numeric}")
    if free is None:
        free = [name for name in search if getattr(template, name) is not None and name not in tied]
    if not free:
        raise ValueError(f"there is nothing to fit: name parameters of {kind} in free=")
    for name in free:
        if getattr(template, name) is None:
            raise ValueError(
                f"{name} is None in the model given, so it has no part in this variant of {kind}; "
                f"give it a value there to fit it, or leave it out of free="
            )
        if name not in search:
            raise ValueError(
                f"{kind} names no search box for {name}; give one as bounds={{{name!r}: "
                "(low, high)}"
            )
        if name in tied:
            raise ValueError(f"{name} cannot both be free and tied to {tied[name]}")
    for name, source in tied.items():
        if source not in free:
            raise ValueError(f"tied={{{name!r}: {source!r}}}: {source} must be free itself")
    ranges = getattr(template, "ranges", {})
    box = {name: _check_box(name, search[name], ranges.get(name)) for name in free}
    return Space(template, box, tied)


def _check_box(name: str, box: tuple[float, float], interval: str | None) -> tuple[float, float]:
    low, high = map(float, box)
    if not (np.isfinite(low) and np.isfinite(high) and low < high):
        raise ValueError(f"the search box of {name} must be finite with low < high, got {box}")
    if interval is not None:
        least, most = map(float, interval[1:-1].split(","))
        inside = (least < low or (interval[0] == "[" and least == low)) and (
            high < most or (interval[-1] == "]" and high == most)
        )
        if not inside:
            raise ValueError(f"the search box of {name}, {box}, must lie in its range {interval}")
    return low, high


def _is_log(low: float, high: float) -> bool:
    return low > 0 and high / low >= LOG_RATIO
