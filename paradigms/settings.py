"""Checks of what a paradigm is set to, alike in all of them."""

from collections.abc import Collection, Sequence
from dataclasses import fields
from typing import Any

import numpy as np


def check_numbers(task: Any, or_zero: Collection[str] = ()) -> None:
    """Refuse numbers of a dataclass that are not above 0, or not whole where they should be.

    Parameters
    ----------
    task : dataclass
        Its fields of type int and float are checked.
    or_zero : names
        Fields that may also be 0.

    Raises
    ------
    ValueError
    """
    for field in fields(task):
        if field.type not in (int, float):
            continue
        value = getattr(task, field.name)
        if field.type is int:
            check_whole(field.name, value)
        zero_is_legal = field.name in or_zero
        if not (value >= 0 if zero_is_legal else value > 0):
            bound = "0 or more" if zero_is_legal else "more than 0"
            raise ValueError(f"{field.name} must be {bound}, got {value!r}")


def check_whole(name: str, value: Any) -> None:
    """Refuse what is no whole number."""
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, (bool, np.bool_))
    if not whole:
        raise ValueError(f"{name} must be a whole number, got {value!r}")


def check_choice(name: str, value: Any, known: Sequence[Any]) -> None:
    """Refuse what is none of the values known.

    Examples
    --------
    >>> check_choice("direction", "sideways", ("forward", "backward"))
    Traceback (most recent call last):
    ValueError: direction must be one of 'forward', 'backward', got 'sideways'
    """
    if value not in known:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, known))}, got {value!r}")


def check_pool(pool_size: int, needed: int, what: str) -> None:
    """Refuse a pool with fewer words than are needed at once.

    Examples
    --------
    >>> check_pool(5, 8, "a list shows 8 words")
    Traceback (most recent call last):
    ValueError: pool_size=5 is too small: a list shows 8 words, all different; make it at least 8 \
or shorten the list
    """
    if needed > pool_size:
        raise ValueError(
            f"pool_size={pool_size} is too small: {what}, all different; make it at least "
            f"{needed} or shorten the list"
        )
