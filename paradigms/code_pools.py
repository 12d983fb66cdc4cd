"""What kinds of item codes share: taking codes from a pool, and keeping them different."""

import numpy as np
from numpy.typing import NDArray

from paradigms.words import draw_other_words, draw_words


def distinct_items(items: NDArray[np.integer]) -> tuple[NDArray[np.integer], int]:
    """Rank of each item in its list by first appearance, from 0, and the most a list has.

    Parameters
    ----------
    items : (lists, steps) integers
        0 is nothing shown, and has some rank that means nothing.

    Examples
    --------
    >>> rank, n = distinct_items(np.array([[7, 3, 7, 0, 5]]))
    >>> rank[0, [0, 1, 2, 4]], n
    (array([0, 1, 0, 2]), 3)
    """
    first = (items[:, :, None] == items[:, None, :]).argmax(axis=2)
    new = (first == np.arange(items.shape[1])) & (items != 0)
    rank = np.maximum(np.cumsum(new, axis=1) - 1, 0)
    return np.take_along_axis(rank, first, axis=1), int(new.sum(axis=1).max(initial=0))


def from_pool(
    pool: NDArray[np.floating],
    rng: np.random.Generator,
    items: NDArray[np.integer],
    n_others: int,
) -> NDArray[np.floating]:
    """Codes of fixed words: item number k has row k - 1 of the pool, in every list.

    Parameters
    ----------
    pool : (words, width)
    rng : numpy Generator
        Source of the others, words of the pool that the same list does not show.
    items : (lists, steps) integers
        0 is nothing shown.
    n_others : int

    Returns
    -------
    (lists, steps + n_others, width)
    """
    words = [items, other_words(rng, items, n_others, len(pool))]
    # row 0 for nothing shown
    return np.pad(pool, ((1, 0), (0, 0)))[np.concatenate(words, axis=1)]


def redrawn_from_pool(
    pool: NDArray[np.floating],
    rng: np.random.Generator,
    items: NDArray[np.integer],
    n_others: int,
) -> NDArray[np.floating]:
    """As `from_pool`, but which word has which code is drawn anew in every list."""
    rank, n_distinct = distinct_items(items)
    if n_distinct + n_others > len(pool):
        raise ValueError(_too_few(len(pool), n_distinct, n_others))
    rows = draw_words(rng, len(items), n_distinct + n_others, len(pool))
    shown = np.where(items == 0, 0, np.take_along_axis(rows, rank, axis=1))
    words = np.concatenate([shown, rows[:, n_distinct:]], axis=1)
    return np.pad(pool, ((1, 0), (0, 0)))[words]


def other_words(
    rng: np.random.Generator, items: NDArray[np.integer], n_others: int, pool_size: int
) -> NDArray[np.integer]:
    """(lists, n_others) words of the pool that each list does not show."""
    if items.max(initial=0) > pool_size:
        raise ValueError(
            f"item number {items.max()} has no code: there are codes for pool_size={pool_size} "
            "words; give the codes at least as large a pool as the paradigm"
        )
    n_distinct = distinct_items(items)[1]
    if n_distinct + n_others > pool_size:
        raise ValueError(_too_few(pool_size, n_distinct, n_others))
    if not n_others:
        return np.zeros((len(items), 0), dtype=np.int64)
    return draw_other_words(rng, items, n_others, pool_size)


def tell_apart(bits: NDArray[np.floating], rng: np.random.Generator) -> NDArray[np.floating]:
    """+1/-1 codes that differ within each list: where two are alike, a bit of one is flipped.

    Parameters
    ----------
    bits : (lists, words, n_bits)
    rng : numpy Generator
        Which bit.

    Examples
    --------
    >>> twins = np.array([[[1.0], [1.0]]])
    >>> tell_apart(twins, np.random.default_rng(0))[0].ravel()
    array([ 1., -1.])
    """
    n_words, n_bits = bits.shape[1:]
    if n_words > 2**n_bits:
        raise ValueError(
            f"{n_bits} bits give {2**n_bits} different codes, but {n_words} words are to differ; "
            f"use at least {int(np.ceil(np.log2(n_words)))} bits"
        )
    bits = bits.copy()
    while True:
        numbers = ((bits > 0) * 2 ** np.arange(n_bits)).sum(axis=2)
        order = np.argsort(numbers, axis=1, kind="stable")
        ordered = np.take_along_axis(numbers, order, axis=1)
        again = np.zeros(numbers.shape, dtype=bool)
        np.put_along_axis(again, order[:, 1:], ordered[:, 1:] == ordered[:, :-1], axis=1)
        row, word = np.nonzero(again)
        if not len(row):
            return bits
        bits[row, word, rng.integers(n_bits, size=len(row))] *= -1


def _too_few(pool_size: int, n_shown: int, n_others: int) -> str:
    return (
        f"a pool of {pool_size} words is too small: a list shows {n_shown} and {n_others} others "
        "are asked for; give the codes more words, or ask for fewer others"
    )
