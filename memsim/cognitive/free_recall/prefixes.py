"""Recalls that begin alike, taken together: their likelihood shares all they have in common."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Prefixes(NamedTuple):
    """Every beginning of a recall after which another item was recalled, once.

    Prefix 0 is the empty one, and shorter ones come before longer ones. What followed prefix p stands at
    ``follows[p] : follows[p + 1]`` of `chosen` and `times`.

    Attributes
    ----------
    parent : (prefixes,) integers
        The prefix without its last item; of prefix 0 itself.
    last : (prefixes,) integers
        Last item of the prefix, from 0; 0 for prefix 0.
    available : (prefixes, items) floats
        1 for the items that are not in the prefix, 0 for those that are.
    follows : (prefixes + 1,) integers
    chosen : (transitions,) integers
        Item, from 0, recalled after the prefix.
    times : (transitions,) floats
        In how many lists it was.
    first : tuple of int
        Where prefixes of 0, 1, 2, ... items begin, and where the last end.
    """

    parent: NDArray[np.int64]
    last: NDArray[np.int64]
    available: NDArray[np.float64]
    follows: NDArray[np.int64]
    chosen: NDArray[np.int64]
    times: NDArray[np.float64]
    first: tuple[int, ...]


def prefixes_of(recalled: NDArray[np.integer], n_items: int) -> Prefixes:
    """The prefixes of clean recalls.

    Parameters
    ----------
    recalled : (lists, outputs) integers
        Study positions from 1 in output order, 0 after the last.
    n_items : int
        Words in each list.

    Examples
    --------
    >>> some = prefixes_of(np.array([[3, 1, 2], [3, 2, 0], [3, 2, 0]]), n_items=3)
    >>> some.parent, some.last  # nothing; 3; 3, 1
    (array([0, 0, 1]), array([0, 2, 0]))
    >>> some.follows, some.chosen, some.times  # 3 thrice; 1 once, 2 twice; 2 once
    (array([0, 1, 3, 4]), array([2, 0, 1, 1]), array([3., 1., 2., 1.]))
    """
    lists = np.arange(len(recalled))
    at = np.zeros(len(recalled), dtype=np.int64)  # the prefix that each list has come to
    parent, last = [np.zeros(1, dtype=np.int64)], [np.zeros(1, dtype=np.int64)]
    available = [np.ones((1, n_items))]
    followed = []  # (prefix, item, lists) of each transition
    first = [0, 1]
    padded = np.pad(recalled, ((0, 0), (0, 1))).astype(np.int64)
    for k in range(recalled.shape[1]):
        goes_on = padded[lists, k] > 0
        lists, at = lists[goes_on], at[goes_on]
        transitions, which, times = np.unique(
            at * n_items + padded[lists, k] - 1, return_inverse=True, return_counts=True
        )
        before, item = np.divmod(transitions, n_items)
        followed.append(np.stack([before, item, times], axis=1))
        # what no recall follows need not become a prefix
        kept = np.bincount(which, padded[lists, k + 1] > 0, minlength=len(item)) > 0
        at = (np.cumsum(kept) - 1 + first[-1])[which]
        left = available[-1][before[kept] - first[-2]]
        left[np.arange(len(left)), item[kept]] = 0
        first.append(first[-1] + len(left))
        parent.append(before[kept])
        last.append(item[kept])
        available.append(left)
    table = np.concatenate([np.zeros((0, 3), dtype=np.int64), *followed])
    return Prefixes(
        np.concatenate(parent),
        np.concatenate(last),
        np.concatenate(available),
        np.searchsorted(table[:, 0], np.arange(first[-1] + 1)),
        np.ascontiguousarray(table[:, 1]),  # as it also comes out of another process
        table[:, 2].astype(float),
        tuple(first),
    )
