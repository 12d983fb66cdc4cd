"""Item codes: what a network sees of an item. Chosen independently of the paradigm.

Every kind of code is a frozen dataclass with

- `draw(rng, items, n_others=0)`: the codes of the items shown in each list, and of others
- `width`: numbers in a code
- `kind`: "bits" (each +1 or -1), "one-hot" or "real", which decides how likely a response is

Re-drawn codes are new in every list, so that nothing can be known of an item but what the list
shows; with `fixed=True` a word keeps its code in all lists, as words have their meaning for life.

Here are codes of unrelated items; `similar_codes.py` has those with similarity between items, and
`embeddings.py` those from a file.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from paradigms.code_pools import distinct_items, from_pool, redrawn_from_pool, tell_apart
from paradigms.schedule import Event, Schedule

#: one input channel per kind of event, after the channels of the item code
EVENT_CHANNELS = (Event.STUDY, Event.DISTRACTOR, Event.CUE, Event.RESPONSE)


class Codes(Protocol):
    """Whatever a paradigm's items can be shown as."""

    @property
    def kind(self) -> str:
        """ "bits", "one-hot" or "real"."""

    @property
    def width(self) -> int:
        """Numbers in a code."""

    def draw(
        self, rng: np.random.Generator, items: NDArray[np.integer], *, n_others: int = 0
    ) -> NDArray[np.floating]:
        """(lists, steps + n_others, width) codes of the items and of others."""


@dataclass(frozen=True)
class RandomBinary:
    """Random +1/-1 codes, re-drawn for every list, so that nothing can be known of an item
    but what the list shows.

    Parameters
    ----------
    n_bits : int
        Length of a code. Items shown in one list always differ.
    fixed : bool
        Whether a word keeps its code in all lists.
    pool_size : int
        Words that have a code, where it is fixed.
    seed : int
        Of the codes, where they are fixed.

    Examples
    --------
    >>> codes = RandomBinary(n_bits=4).draw(np.random.default_rng(0), np.array([[7, 3, 7, 0]]))
    >>> codes.shape, bool((codes[0, 0] == codes[0, 2]).all()), codes[0, 3]
    ((1, 4, 4), True, array([0., 0., 0., 0.]))
    """

    n_bits: int = 16
    fixed: bool = False
    pool_size: int = 1000
    seed: int = 0

    kind: ClassVar[str] = "bits"

    def __post_init__(self) -> None:
        if not 1 <= self.n_bits <= 62:
            raise ValueError(f"n_bits must lie in 1..62, got {self.n_bits}")
        if self.fixed and self.pool_size > 2**self.n_bits:
            raise ValueError(
                f"n_bits={self.n_bits} gives {2**self.n_bits} different codes, but the pool has "
                f"pool_size={self.pool_size} words; use at least "
                f"{int(np.ceil(np.log2(self.pool_size)))} bits"
            )

    @property
    def width(self) -> int:
        """Numbers in a code."""
        return self.n_bits

    def draw(
        self, rng: np.random.Generator, items: NDArray[np.integer], *, n_others: int = 0
    ) -> NDArray[np.floating]:
        """Codes of the items shown, and of other items that could have been.

        Parameters
        ----------
        rng : numpy Generator
        items : (lists, steps) integers
            Item numbers, as `Schedule.shown` has them; 0 is nothing shown.
        n_others : int
            Items that are not shown in any of the lists; with fixed codes, words of the pool that
            the same list does not show.

        Returns
        -------
        (lists, steps + n_others, n_bits) floats
            Within a list the same item has the same code and different items differ; where
            nothing is shown there are zeros. The others come last.

        Raises
        ------
        ValueError
            If there are fewer codes than that.
        """
        if self.fixed:
            return from_pool(_binary_pool(self), rng, items, n_others)
        n_lists, n_shown = items.shape
        n_steps = n_shown + n_others
        if n_steps > 2**self.n_bits:
            raise ValueError(
                f"n_bits={self.n_bits} gives {2**self.n_bits} different codes, but a list has "
                f"{n_shown} steps and {n_others} other items; use at least "
                f"{int(np.ceil(np.log2(n_steps)))} bits"
            )
        # one number per step, all different within a list; an item takes that of its first step
        numbers = rng.integers(2**self.n_bits, size=(n_lists, n_steps))
        while True:
            order = np.argsort(numbers, axis=1)
            ordered = np.take_along_axis(numbers, order, axis=1)
            again = np.zeros(numbers.shape, dtype=bool)
            np.put_along_axis(again, order[:, 1:], ordered[:, 1:] == ordered[:, :-1], axis=1)
            if not again.any():
                break
            numbers[again] = rng.integers(2**self.n_bits, size=int(again.sum()))
        first = (items[:, :, None] == items[:, None, :]).argmax(axis=2)
        numbers[:, :n_shown] = np.take_along_axis(numbers, first, axis=1)
        bits = 2.0 * ((numbers[:, :, None] >> np.arange(self.n_bits)) & 1) - 1.0
        bits[:, :n_shown][items == 0] = 0.0
        return bits


@lru_cache(maxsize=8)
def _binary_pool(codes: RandomBinary) -> NDArray[np.floating]:
    rng = np.random.default_rng(codes.seed)
    bits = rng.choice([-1.0, 1.0], size=(1, codes.pool_size, codes.n_bits))
    return tell_apart(bits, rng)[0]


@dataclass(frozen=True)
class OneHot:
    """One unit for each word: nothing is like anything else.

    Parameters
    ----------
    pool_size : int
        Words there are, and units in a code.
    fixed : bool
        Whether item number k always has unit k; else units are shared out anew in every list.

    Examples
    --------
    >>> OneHot(3, fixed=True).draw(np.random.default_rng(0), np.array([[2, 0]]))
    array([[[0., 1., 0.],
            [0., 0., 0.]]])
    """

    pool_size: int = 100
    fixed: bool = False

    kind: ClassVar[str] = "one-hot"

    def __post_init__(self) -> None:
        if self.pool_size < 1:
            raise ValueError(f"pool_size must be 1 or more, got {self.pool_size}")

    @property
    def width(self) -> int:
        """Numbers in a code."""
        return self.pool_size

    def draw(
        self, rng: np.random.Generator, items: NDArray[np.integer], *, n_others: int = 0
    ) -> NDArray[np.floating]:
        """Codes of the items shown, and of others; see `RandomBinary.draw`."""
        draw = from_pool if self.fixed else redrawn_from_pool
        return draw(np.eye(self.pool_size), rng, items, n_others)


@dataclass(frozen=True)
class Gaussian:
    """Normally distributed numbers of mean 0 and variance 1.

    Parameters
    ----------
    width : int
        Numbers in a code.
    fixed, pool_size, seed
        See `RandomBinary`.

    Examples
    --------
    >>> Gaussian(8).draw(np.random.default_rng(0), np.array([[5, 9]]), n_others=3).shape
    (1, 5, 8)
    """

    width: int = 16
    fixed: bool = False
    pool_size: int = 1000
    seed: int = 0

    kind: ClassVar[str] = "real"

    def __post_init__(self) -> None:
        if self.width < 1:
            raise ValueError(f"width must be 1 or more, got {self.width}")

    def draw(
        self, rng: np.random.Generator, items: NDArray[np.integer], *, n_others: int = 0
    ) -> NDArray[np.floating]:
        """Codes of the items shown, and of others; see `RandomBinary.draw`."""
        if self.fixed:
            pool = np.random.default_rng(self.seed).normal(size=(self.pool_size, self.width))
            return from_pool(pool, rng, items, n_others)
        rank, n_distinct = distinct_items(items)
        drawn = rng.normal(size=(len(items), n_distinct + n_others, self.width))
        shown = np.take_along_axis(drawn, rank[:, :, None], axis=1)
        shown[items == 0] = 0.0
        return np.concatenate([shown, drawn[:, n_distinct:]], axis=1)


def encode(schedule: Schedule, codes: NDArray[np.floating]) -> NDArray[np.floating]:
    """A network's inputs: the code of the item shown, then one channel per kind of event.

    Parameters
    ----------
    schedule : Schedule
        (lists, steps) events.
    codes : (lists, steps, width) floats
        From `codes.draw(rng, schedule.shown)`, without others; with pairs (lists, 2 steps, width).

    Returns
    -------
    (lists, steps, width + 4) floats
        The last channels are 1 at study, distractor, cue and response steps. With pairs
        (lists, steps, 2 width + 4): the partner's code follows the item's. A cue always stands in
        the item's place, whichever of the pair it is. During recall the code channels are zero
        here; a closed loop puts the network's own last response there.

    Raises
    ------
    ValueError
        If there is not one code for each item shown.

    Examples
    --------
    >>> pair = Schedule(np.array([[1]]), np.ones((1, 1)), np.array([[1]]), np.array([[2]]))
    >>> encode(pair, OneHot(2, fixed=True).draw(np.random.default_rng(0), pair.shown))
    array([[[1., 0., 0., 1., 1., 0., 0., 0.]]])
    """
    n_lists, n_steps = schedule.event.shape
    needed = (n_lists, n_steps * (2 if schedule.has_pairs else 1))
    if codes.shape[:2] != needed:
        raise ValueError(
            f"codes must have shape {needed} and their width, got {codes.shape}; draw them for "
            "schedule.shown, and leave out those of other items"
        )
    slots: list[Any] = [codes[:, start : start + n_steps] for start in range(0, needed[1], n_steps)]
    flags = schedule.event[:, :, None] == np.array(EVENT_CHANNELS)
    return np.concatenate([*slots, flags.astype(codes.dtype)], axis=2)
