"""What the parameter records of all models share: their ranges and their named presets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

import torch

#: A number, or a 0-dimensional tensor while the parameter is being fitted.
Parameter = float | torch.Tensor

Model = TypeVar("Model")


def check_ranges(parameters: object, ranges: Mapping[str, str]) -> None:
    """Raise an error if a parameter lies outside its range.

    Tensors and None are let through: a tensor belongs to a fit, which keeps its parameters in
    range itself and may hold many values at once; None is a parameter left out.

    Parameters
    ----------
    parameters : object
        The record whose attributes are checked.
    ranges : mapping of str to str
        Interval of each attribute, such as "(0, 1]"; a round bracket leaves the bound out.

    Raises
    ------
    ValueError
        If a value is no number or lies outside its interval.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> check_ranges(SimpleNamespace(beta=1.2), {"beta": "(0, 1)"})
    Traceback (most recent call last):
        ...
    ValueError: beta must be a number in (0, 1), got 1.2
    """
    for name, interval in ranges.items():
        value = getattr(parameters, name)
        if value is None or isinstance(value, torch.Tensor):
            continue
        low, high = (float(bound) for bound in interval[1:-1].split(","))
        inside = (
            isinstance(value, float | int)
            and not isinstance(value, bool)
            and (low < value or (interval[0] == "[" and low == value))
            and (value < high or (interval[-1] == "]" and high == value))
        )
        if not inside:
            raise ValueError(f"{name} must be a number in {interval}, got {value!r}")


def check_whole(parameters: object, *names: str) -> None:
    """Raise an error if a parameter is no whole number; None is a parameter left out."""
    for name in names:
        value = getattr(parameters, name)
        if value is not None and value != int(value):
            raise ValueError(f"{name} must be a whole number, got {value!r}")


@dataclass(frozen=True)
class Preset(Generic[Model]):
    """A published or reference parameter set and where it comes from.

    Attributes
    ----------
    parameters : model
        The model with these parameters.
    source : str
        Where the numbers come from.
    fitted_to : str or None
        Data the parameters were fitted to, as "study/condition"; None if they were not fitted.
    criterion : "likelihood", "curves" or None
        What the fit made best: the likelihood of single responses, or the distance to average
        curves. A model fitted to curves has an advantage wherever curves are compared.
    """

    parameters: Model
    source: str
    fitted_to: str | None
    criterion: Literal["likelihood", "curves"] | None


def find_preset(presets: Mapping[str, Preset[Model]], name: str) -> Model:
    """The model that a preset names.

    Examples
    --------
    >>> find_preset({"five": Preset(5, "counted", None, None)}, "six")
    Traceback (most recent call last):
        ...
    ValueError: there is no preset 'six'; known are five
    """
    if name not in presets:
        raise ValueError(f"there is no preset {name!r}; known are {', '.join(presets)}")
    return presets[name].parameters
