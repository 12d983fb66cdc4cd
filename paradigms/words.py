"""Which words a list shows: drawn from a pool of item numbers, unrelated or in classes.

The pool is numbered 1, 2, 3, ... Words of one class (a category, sounds alike) are neighbours in
it: numbers 1..class_size are the first class, the next class_size numbers the second. Item codes
with similarity (`paradigms.Similar`) read the numbers in the same way.
"""

import numpy as np
from numpy.typing import NDArray


def class_of(items: NDArray[np.integer], class_size: int) -> NDArray[np.integer]:
    """Number of the class of each item, from 1; 0 for no item.

    Examples
    --------
    >>> class_of(np.array([1, 10, 11, 0]), class_size=10)
    array([1, 1, 2, 0])
    """
    return (np.asarray(items) + class_size - 1) // class_size


def draw_words(
    rng: np.random.Generator, n_rows: int, n_words: int, pool_size: int
) -> NDArray[np.integer]:
    """(n_rows, n_words) words in random order, different within a row.

    Examples
    --------
    >>> sorted(draw_words(np.random.default_rng(0), 1, 4, pool_size=4)[0].tolist())
    [1, 2, 3, 4]
    """
    # the first `n_words` of a random order of the pool, without sorting the rest of it
    order = rng.random((n_rows, pool_size)).argpartition(n_words - 1, axis=1)[:, :n_words]
    return rng.permuted(order, axis=1) + 1


def random_orders(rng: np.random.Generator, n_rows: int, n: int) -> NDArray[np.integer]:
    """(n_rows, n) numbers 0 .. n - 1, each row in an order of its own."""
    return rng.permuted(np.tile(np.arange(n), (n_rows, 1)), axis=1)


def draw_other_words(
    rng: np.random.Generator, rows: NDArray[np.integer], n_words: int, pool_size: int
) -> NDArray[np.integer]:
    """(rows, n_words) words of the pool that the rows do not hold, different within a row.

    Examples
    --------
    >>> draw_other_words(np.random.default_rng(0), np.array([[1, 2, 4, 0]]), 1, pool_size=4)
    array([[3]])
    """
    lots = rng.random((len(rows), pool_size + 1))
    np.put_along_axis(lots, rows, 2.0, axis=1)  # last in line
    lots[:, 0] = 2.0
    # in order of their lots, so that their places say nothing of their numbers
    return lots.argsort(axis=1)[:, :n_words]


def draw_classes(
    rng: np.random.Generator,
    n_rows: int,
    n_classes: int,
    words_of_each: int,
    *,
    class_size: int,
    pool_size: int,
) -> NDArray[np.integer]:
    """(n_rows, n_classes, words_of_each) words; all classes of a row differ, and so do the words.

    Examples
    --------
    >>> words = draw_classes(np.random.default_rng(0), 1, 3, 2, class_size=2, pool_size=6)
    >>> sorted(map(sorted, words[0].tolist()))
    [[1, 2], [3, 4], [5, 6]]
    """
    classes = draw_words(rng, n_rows, n_classes, pool_size // class_size)
    words = draw_words(rng, n_rows * n_classes, words_of_each, class_size)
    return (classes[:, :, None] - 1) * class_size + words.reshape(n_rows, n_classes, words_of_each)


def spaced_order(
    rng: np.random.Generator, times: NDArray[np.integer], spacing: int
) -> NDArray[np.integer]:
    """Random order of things that come several times, with other things in between.

    Parameters
    ----------
    rng : numpy Generator
    times : (rows, things) integers
        How often each comes; every row has the same sum.
    spacing : int
        Other things, at least, between two times of the same one.

    Returns
    -------
    (rows, sum of times) integers
        Number of each thing, from 0.

    Raises
    ------
    ValueError
        If there is no such order.

    Examples
    --------
    >>> spaced_order(np.random.default_rng(0), np.array([[2, 1]]), spacing=1)
    array([[0, 1, 0]])
    """
    times = np.asarray(times)
    n_steps = int(times[0].sum())
    most = times.max(axis=1)
    n_needed = (most - 1) * (spacing + 1) + (times == most[:, None]).sum(axis=1)
    if (n_needed > n_steps).any():
        raise ValueError(
            f"spacing={spacing} is too wide: something shown {most.max()} times needs "
            f"{n_needed.max()} presentations in the list, which has {n_steps}; show more of the "
            "others, or ask for less spacing"
        )
    order = np.zeros((len(times), n_steps), dtype=np.int64)
    undone = np.arange(len(times))
    attempt = 0
    while len(undone):
        # where chance alone keeps ending in dead ends, what has most times left comes first
        eagerness = max(attempt - 20, 0) / 4
        order[undone], done = _attempt(rng, times[undone], spacing, n_steps, eagerness)
        undone = undone[~done]
        attempt += 1
    return order


def _attempt(
    rng: np.random.Generator,
    times: NDArray[np.integer],
    spacing: int,
    n_steps: int,
    eagerness: float,
) -> tuple[NDArray[np.integer], NDArray[np.bool_]]:
    left, rows = times.copy(), np.arange(len(times))
    rest = np.zeros_like(times)  # steps until it may come again
    done = np.ones(len(times), dtype=bool)
    order = np.zeros((len(times), n_steps), dtype=np.int64)
    for step in range(n_steps):
        legal = (left > 0) & (rest == 0)
        done &= legal.any(axis=1)
        preference = np.log(np.maximum(left, 1)) + eagerness * left + rng.gumbel(size=left.shape)
        order[:, step] = now = np.where(legal, preference, -np.inf).argmax(axis=1)
        left[rows, now] -= 1
        rest = np.maximum(rest - 1, 0)
        rest[rows, now] = spacing
    return order, done
