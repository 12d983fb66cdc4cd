"""Item codes with similarity between items: classes, and similarity in degrees."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from paradigms.code_pools import distinct_items, from_pool, other_words, tell_apart
from paradigms.settings import check_choice
from paradigms.words import class_of


@dataclass(frozen=True)
class Similar:
    """Codes that are alike within classes of items, or the more alike the nearer their numbers.

    Similarity is the correlation of two codes, over all that could have been drawn. Items of one
    class (see `paradigms.words`) have `similarity`, those of different classes 0: in a class each
    bit is that of its prototype with probability sqrt(similarity), and else a fair coin. Without
    classes items i and j have similarity ** abs(i - j).

    Parameters
    ----------
    width : int
        Bits or numbers in a code. Bits of items shown in one list always differ: where chance
        makes two alike, one of the bits is flipped.
    similarity : float
        From 0 to less than 1.
    class_size : int
        Words in a class, as the paradigm has it; 0 for no classes but similarity in degrees.
    kind : {"bits", "real"}
        Bits of +1 and -1, or numbers of mean 0 and variance 1.
    fixed, pool_size, seed
        See `RandomBinary`. Others are words of the pool, with or without fixed codes.

    Raises
    ------
    ValueError
        If a setting is out of range, or there are too few bits for all to differ.

    Examples
    --------
    Items 1 and 2 are of one class, 3 is of another:

    >>> codes = Similar(4000, similarity=0.8, class_size=2, kind="real", pool_size=4)
    >>> drawn = codes.draw(np.random.default_rng(0), np.array([[1, 2, 3]]))[0]
    >>> np.corrcoef(drawn).round(1)
    array([[1. , 0.8, 0. ],
           [0.8, 1. , 0. ],
           [0. , 0. , 1. ]])
    """

    width: int = 16
    similarity: float = 0.5
    class_size: int = 10
    kind: Literal["bits", "real"] = "bits"
    fixed: bool = False
    pool_size: int = 1000
    seed: int = 0

    def __post_init__(self) -> None:
        check_choice("kind", self.kind, ("bits", "real"))
        if not 1 <= self.width <= (62 if self.kind == "bits" else np.inf):
            raise ValueError(f"width must be 1 or more, and bits at most 62, got {self.width}")
        if not 0 <= self.similarity < 1:
            raise ValueError(
                f"similarity must be from 0 to less than 1, got {self.similarity}; at 1 no two "
                "items of a class could be told apart"
            )
        if self.class_size < 0:
            raise ValueError(f"class_size must be 0 (none) or more, got {self.class_size}")

    def draw(
        self, rng: np.random.Generator, items: NDArray[np.integer], *, n_others: int = 0
    ) -> NDArray[np.floating]:
        """Codes of the items shown, and of others; see `RandomBinary.draw`."""
        if self.fixed:
            return from_pool(_pool(self), rng, items, n_others)
        rank, n_distinct = distinct_items(items)
        others = other_words(rng, items, n_others, self.pool_size)
        words = np.zeros((len(items), n_distinct), dtype=np.int64)
        row, step = np.nonzero(items)
        words[row, rank[row, step]] = items[row, step]
        drawn = _alike(self, rng, np.concatenate([words, others], axis=1))
        shown = np.take_along_axis(drawn, rank[:, :, None], axis=1)
        shown[items == 0] = 0.0
        return np.concatenate([shown, drawn[:, n_distinct:]], axis=1)


@lru_cache(maxsize=8)
def _pool(codes: Similar) -> NDArray[np.floating]:
    rng = np.random.default_rng(codes.seed)
    return _alike(codes, rng, np.arange(1, codes.pool_size + 1)[None])[0]


def _alike(
    codes: Similar, rng: np.random.Generator, words: NDArray[np.integer]
) -> NDArray[np.floating]:
    """(lists, words, width) codes of different words; a word 0 gets some code too."""
    make = _in_classes if codes.class_size else _in_degrees
    drawn = make(codes, rng, words)
    return tell_apart(drawn, rng) if codes.kind == "bits" else drawn


def _in_classes(
    codes: Similar, rng: np.random.Generator, words: NDArray[np.integer]
) -> NDArray[np.floating]:
    kind = class_of(words, codes.class_size)
    first = (kind[:, :, None] == kind[:, None, :]).argmax(axis=2)
    prototype = np.take_along_axis(_unrelated(codes, rng, words.shape), first[:, :, None], axis=1)
    # each of two items shares sqrt(similarity) with the prototype, so they share similarity
    return _mix(codes, rng, prototype, np.full(words.shape, np.sqrt(codes.similarity)))


def _in_degrees(
    codes: Similar, rng: np.random.Generator, words: NDArray[np.integer]
) -> NDArray[np.floating]:
    """Along the numbers each code is made from the one before: a Markov chain."""
    order = np.argsort(words, axis=1)
    gap = np.diff(np.take_along_axis(words, order, axis=1), axis=1)
    chain = _unrelated(codes, rng, words.shape)
    for k in range(1, words.shape[1]):
        share = codes.similarity ** gap[:, k - 1 : k].astype(float)
        chain[:, k] = _mix(codes, rng, chain[:, k - 1 : k], share)[:, 0]
    drawn = np.empty_like(chain)
    np.put_along_axis(drawn, order[:, :, None], chain, axis=1)
    return drawn


def _unrelated(
    codes: Similar, rng: np.random.Generator, shape: tuple[int, ...]
) -> NDArray[np.floating]:
    size = (*shape, codes.width)
    return rng.normal(size=size) if codes.kind == "real" else rng.choice([-1.0, 1.0], size=size)


def _mix(
    codes: Similar,
    rng: np.random.Generator,
    old: NDArray[np.floating],
    share: NDArray[np.floating],
) -> NDArray[np.floating]:
    """Codes that correlate with the old ones by `share` (lists, words)."""
    new, share = _unrelated(codes, rng, old.shape[:2]), share[:, :, None]
    if codes.kind == "real":
        return share * old + np.sqrt(1 - share**2) * new
    return np.where(rng.random(old.shape) < share, old, new)
