"""Temporal factor: how near, in study order, the next recall is among those still possible."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.counts import Counts, ratios
from analysis.free_recall.lag_crp import transitions
from analysis.recalls import Recalls, as_recalls


def temporal_factor(
    recalls: pd.DataFrame | Recalls, by: str | Sequence[str] | None = None
) -> pd.DataFrame:
    """Mean percentile rank of the absolute lag, of each subject (psifr's `lag_rank`).

    Each transition ranks the distance of the word recalled among the distances of all words still
    possible: 1 for the nearest, 0 for the farthest, ties half-way. 0.5 is chance. Transitions are
    those of `lag_crp`, without those that had only one word left.

    Parameters
    ----------
    recalls : recall table or Recalls
    by : str or list of str
        Labels that divide the lists of a subject, such as "condition".

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `rank`, `actual` (sum of the ranks) and `possible`
        (transitions ranked).

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
    return ratios(as_recalls(recalls), temporal_factor_counts, by, "rank")


def temporal_factor_counts(recalls: Recalls) -> Counts:
    """Sum of ranks and number of transitions per list, (lists, 1): there is no x."""
    n_lists, length = recalls.presented.shape
    total = np.zeros((n_lists, 1))
    ranked = np.zeros((n_lists, 1), dtype=np.int16)
    for rows, previous, current, available in transitions(recalls):
        distance = np.abs(np.arange(length) - previous[:, None])
        chosen = np.abs(current - previous)[:, None]
        farther = np.count_nonzero(available & (distance > chosen), axis=1)
        ties = np.count_nonzero(available & (distance == chosen), axis=1) - 1
        others = np.count_nonzero(available, axis=1) - 1
        choice = others > 0
        rank = (farther[choice] + ties[choice] / 2) / others[choice]
        total[rows[choice], 0] += rank
        ranked[rows[choice], 0] += 1
    return Counts(pd.DataFrame(index=[0]), total, ranked)
