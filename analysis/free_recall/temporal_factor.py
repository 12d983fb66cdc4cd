"""Temporal factor: how near, in study order, the next recall is among those still possible."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.counts import Counts, ratios
from analysis.free_recall.lag_crp import Repeated, lag_function
from analysis.free_recall.transitions import Intrusions, Test, Transition, rank_transitions
from analysis.recalls import Recalls, as_recalls


def temporal_factor(
    recalls: pd.DataFrame | Recalls,
    by: str | Sequence[str] | None = None,
    skip_outputs: int = 0,
    intrusions: Intrusions = "break",
    lag_key: str | pd.Series = "input",
    repeated: Repeated = "first",
    item_query: str | None = None,
    test_key: str | pd.Series | None = None,
    test: Test | None = None,
) -> pd.DataFrame:
    """Mean percentile rank of the absolute lag, of each subject (psifr's `lag_rank`).

    Each transition ranks the distance of the word recalled among the distances of all words still
    possible: 1 for the nearest, 0 for the farthest, ties half-way. 0.5 is chance. Transitions are
    those of `lag_crp`, without those that had only one word left. The mean is over all transitions
    of a subject (psifr, pybeh); EMBAM and jaxcmr average within each list first, as the mean over
    `by="list"` does.

    Parameters
    ----------
    recalls : recall table or Recalls
    by : str or list of str
        Labels that divide the lists of a subject, such as "condition".
    skip_outputs, intrusions, lag_key, repeated, item_query, test_key, test
        As in `lag_crp`.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `rank`, `actual` (sum of the ranks) and `possible`
        (transitions ranked).

    Raises
    ------
    ValueError
        As `lag_crp`.

    Examples
    --------
    From 4 to 2 with 1, 2, 3 left: the second nearest of three. From 2 to 3 with 1 and 3 left: a tie
    of two. From 3 to 1 there was no choice.

    >>> temporal_factor(Recalls.from_positions([[4, 2, 3, 1]], list_length=4))
       subject  rank  actual  possible
    0        1   0.5     1.0         2

    References
    ----------
    Polyn, S. M., Norman, K. A., & Kahana, M. J. (2009). A context maintenance and retrieval model
    of organizational processes in free recall. Psychological Review, 116(1), 129-156.
    """
    counts = partial(
        temporal_factor_counts,
        lag_key=lag_key,
        repeated=repeated,
        skip_outputs=skip_outputs,
        intrusions=intrusions,
        item_query=item_query,
        test_key=test_key,
        test=test,
    )
    return ratios(as_recalls(recalls), counts, by, "rank")


def temporal_factor_counts(
    recalls: Recalls,
    lag_key: str | pd.Series = "input",
    repeated: Repeated = "first",
    **which: Any,
) -> Counts:
    """Sum of ranks and number of transitions per list, (lists, 1): there is no x."""
    lags = lag_function(recalls, lag_key, repeated)

    def distances(transition: Transition) -> Iterator[tuple[int, NDArray[np.integer]]]:
        yield 0, np.abs(lags(transition))

    counted = rank_transitions(recalls, 1, distances, **which)
    return Counts(pd.DataFrame(index=[0]), *counted)
