"""Distance rank from neighbours in the list: does recall follow what was studied around a word?"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.counts import Counts, ratios
from analysis.free_recall.features import item_distances
from analysis.free_recall.transitions import Transition, rank_transitions
from analysis.recalls import Recalls, as_recalls


def distance_rank_window(
    recalls: pd.DataFrame | Recalls,
    distances: pd.DataFrame | ArrayLike,
    window_lags: Sequence[int],
    by: str | Sequence[str] | None = None,
    exclude_prev_window: bool = False,
    **which: Any,
) -> pd.DataFrame:
    """Mean percentile rank of the distance from list neighbours of the word before.

    Of each transition, the words studied around the word recalled before (`window_lags` from it)
    rank the word recalled now among the words still possible outside that window. Transitions into
    the window are left out, and those whose window reaches beyond the list. psifr's
    `distance_rank_window_asym` is the rank at lag 1 minus that at lag -1.

    Parameters
    ----------
    recalls : recall table or Recalls
    distances : DataFrame or (items, items) array
        Distance from each item (row) to each (column). A DataFrame names the items in its index
        and columns; an array goes by item number, row k - 1 for item k.
    window_lags : sequence of int
        Study positions relative to the word recalled before, such as [-1, 0, 1].
    by : str or list of str
        Labels that divide the lists of a subject, such as "condition".
    exclude_prev_window : bool
        Leave out transitions where the response two before came from the window, too.
    **which
        `skip_outputs`, `intrusions`, `item_query`, `test_key`, `test`, as in `lag_crp`.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `lag` (of the window), `rank`, `actual` (sum of the ranks) and
        `possible` (transitions ranked; psifr's `n`).

    Raises
    ------
    ValueError
        If there are no lags or a studied word is not in `distances`.

    Examples
    --------
    From 2 to 5 with 4 left as well: 1, studied before 2, is nearer to 4; 3 is nearer to 5.

    >>> distances = np.zeros((5, 5))
    >>> distances[0] = [0, 0, 0, 0.3, 0.6]
    >>> distances[2] = [0, 0, 0, 0.4, 0.2]
    >>> recalls = Recalls.from_positions([[2, 5]], list_length=5)
    >>> distance_rank_window(recalls, distances, window_lags=[-1, 1])
       subject  lag  rank  actual  possible
    0        1   -1   0.0     0.0         1
    1        1    1   1.0     1.0         1

    References
    ----------
    Morton, N. W. (2020). Psifr: Analysis and visualization of free recall data. Journal of Open
    Source Software, 5(54), 2669 (`distance_rank_window`).
    """
    counts = partial(
        distance_rank_window_counts,
        distances=distances,
        window_lags=window_lags,
        exclude_prev_window=exclude_prev_window,
        **which,
    )
    return ratios(as_recalls(recalls), counts, by, "rank")


def distance_rank_window_counts(
    recalls: Recalls,
    distances: pd.DataFrame | ArrayLike,
    window_lags: Sequence[int],
    exclude_prev_window: bool = False,
    **which: Any,
) -> Counts:
    """Sums of ranks and numbers of transitions per list: x is the lag, (lists, lags)."""
    lags = np.asarray(window_lags, dtype=np.intp)
    if lags.ndim != 1 or len(lags) == 0:
        raise ValueError(f"window_lags must be whole numbers, such as [-1, 0, 1], got {lags}")
    index, matrix = item_distances(recalls, distances)
    counted = rank_transitions(
        recalls,
        len(lags),
        partial(_from_window, index, matrix, lags),
        keep=partial(_outside, recalls, lags, exclude_prev_window),
        **which,
    )
    return Counts(pd.DataFrame({"lag": lags}), *counted)


def _outside(
    recalls: Recalls, lags: NDArray[np.integer], exclude_prev_window: bool, transition: Transition
) -> Transition:
    """Transitions from a whole window to words outside it, which alone stay available."""
    rows, available = transition.rows, transition.available.copy()
    window = transition.previous[:, None] + lags
    whole = ((window >= 0) & (window < recalls.list_length[rows][:, None])).all(axis=1)
    n = np.flatnonzero(whole)
    available[n[:, None], window[n]] = False
    go = whole & available[np.arange(len(rows)), transition.current]
    if exclude_prev_window:
        before = np.where(
            transition.output > 0, recalls.recalled[rows, transition.output - 1] - 1, -1
        )
        go &= ~((window == before[:, None]) & (before >= 0)[:, None]).any(axis=1)
    return Transition(
        rows[go], transition.output[go], transition.trail[go], transition.current[go], available[go]
    )


def _from_window(
    index: NDArray[np.integer],
    matrix: NDArray[np.floating],
    lags: NDArray[np.integer],
    transition: Transition,
) -> Iterator[tuple[int, NDArray[np.floating]]]:
    rows = transition.rows
    for cell, lag in enumerate(lags):
        yield cell, matrix[index[rows, transition.previous + lag][:, None], index[rows]]
