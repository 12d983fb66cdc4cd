"""Lag-CRP: from one recall to the next, how far along the list, given what was left to recall."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.counts import Counts, ratios, responses
from analysis.recalls import Recalls, as_recalls


def lag_crp(
    recalls: pd.DataFrame | Recalls,
    by: str | Sequence[str] | None = None,
    skip_outputs: int = 0,
) -> pd.DataFrame:
    """Conditional response probability by lag, of each subject.

    A transition counts if both words were studied and neither had been recalled before; an
    intrusion or a repeat breaks the sequence (psifr's definition). Possible are the words of the
    list not yet recalled.

    Parameters
    ----------
    recalls : recall table or Recalls
    by : str or list of str
        Labels that divide the lists of a subject, such as "condition".
    skip_outputs : int
        Leave out transitions that start from the first so many responses of a list, intrusions
        and repeats among them: 2 leaves out those from the first to the second and from the
        second to the third response, which in immediate recall are mostly recency. Words recalled
        there still count as recalled.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `lag` (study positions forward), `prob`, `actual` and
        `possible` (transitions). Lag 0 is never possible, its `prob` NaN, as in psifr.

    Raises
    ------
    ValueError
        If `skip_outputs` is negative.

    Examples
    --------
    From 2 to 3, when 1 and 3 were left, then from 3 to 1, when only 1 was left:

    >>> lag_crp(Recalls.from_positions([[2, 3, 1]], list_length=3))
       subject  lag  prob  actual  possible
    0        1   -2   1.0       1         1
    1        1   -1   0.0       0         1
    2        1    0   NaN       0         0
    3        1    1   1.0       1         1
    4        1    2   NaN       0         0

    References
    ----------
    Kahana, M. J. (1996). Associative retrieval processes in free recall. Memory & Cognition,
    24(1), 103-109.
    """
    counts = partial(lag_crp_counts, skip_outputs=skip_outputs)
    return ratios(as_recalls(recalls), counts, by, "prob")


class Transition(NamedTuple):
    """Transitions between two successive output positions, of the lists that have one."""

    rows: NDArray[np.integer]
    """(transitions,) Which list."""
    previous: NDArray[np.integer]
    """(transitions,) Study position from 0 of the word recalled before."""
    current: NDArray[np.integer]
    """(transitions,) Study position from 0 of the word recalled now."""
    available: NDArray[np.bool_]
    """(transitions, L) Words that could have been recalled now."""


def transitions(recalls: Recalls) -> Iterator[Transition]:
    """Transitions between new recalls of studied words, one output position after the other."""
    for before, now in pairwise(responses(recalls)):
        rows = np.flatnonzero(before.new & now.new)
        yield Transition(rows, before.place[rows], now.place[rows], now.available[rows])


def lag_crp_counts(recalls: Recalls, skip_outputs: int = 0) -> Counts:
    """Counts per list: x is the lag, (lists, 2 L - 1)."""
    if skip_outputs < 0:
        raise ValueError(f"skip_outputs must be 0 or more, got {skip_outputs}")
    n_lists, length = recalls.presented.shape
    n_lags = 2 * length - 1
    actual = np.zeros((n_lists, n_lags), dtype=np.int16)
    possible = np.zeros((n_lists, n_lags), dtype=np.int16)
    for output, transition in enumerate(transitions(recalls)):
        if output < skip_outputs:
            continue
        rows, previous, current, available = transition
        actual[rows, current - previous + length - 1] += 1
        # seen from the previous word, the list lies shifted in a frame of all lags
        framed = np.pad(available, ((0, 0), (length - 1, length - 1)))
        windows = np.lib.stride_tricks.sliding_window_view(framed, n_lags, axis=1)
        possible[rows] += windows[np.arange(len(rows)), previous]
    return Counts(pd.DataFrame({"lag": np.arange(1 - length, length)}), actual, possible)
