"""Distance rank: how near in meaning the next recall is among those still possible."""

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


def distance_rank(
    recalls: pd.DataFrame | Recalls,
    distances: pd.DataFrame | ArrayLike,
    by: str | Sequence[str] | None = None,
    **which: Any,
) -> pd.DataFrame:
    """Mean percentile rank of the distance between successive words, of each subject.

    Each transition ranks the distance to the word recalled among the distances to all words still
    possible: 1 for the nearest, 0 for the farthest, ties half-way. 0.5 is chance. See
    `semantic_factor` for similarities.

    Parameters
    ----------
    recalls : recall table or Recalls
    distances : DataFrame or (items, items) array
        Distance from each item (row) to each (column). A DataFrame names the items in its index
        and columns; an array goes by item number, row k - 1 for item k.
    by : str or list of str
        Labels that divide the lists of a subject, such as "condition".
    **which
        `skip_outputs`, `intrusions`, `item_query`, `test_key`, `test`, as in `lag_crp`.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `rank`, `actual` (sum of the ranks) and `possible`
        (transitions ranked).

    Raises
    ------
    ValueError
        If a studied word is not in `distances`.

    Examples
    --------
    From 1 to 3, which is farther than 2:

    >>> distances = [[0, 0.2, 0.9], [0.2, 0, 0.8], [0.9, 0.8, 0]]
    >>> distance_rank(Recalls.from_positions([[1, 3]], list_length=3), distances)
       subject  rank  actual  possible
    0        1   0.0     0.0         1

    References
    ----------
    Polyn, S. M., Norman, K. A., & Kahana, M. J. (2009). A context maintenance and retrieval model
    of organizational processes in free recall. Psychological Review, 116(1), 129-156.
    """
    counts = partial(distance_rank_counts, distances=distances, **which)
    return ratios(as_recalls(recalls), counts, by, "rank")


def distance_rank_counts(
    recalls: Recalls, distances: pd.DataFrame | ArrayLike, **which: Any
) -> Counts:
    """Sum of ranks and number of transitions per list, (lists, 1): there is no x."""
    index, matrix = item_distances(recalls, distances)

    def from_previous(transition: Transition) -> Iterator[tuple[int, NDArray[np.floating]]]:
        rows = transition.rows
        yield 0, matrix[index[rows, transition.previous][:, None], index[rows]]

    counted = rank_transitions(recalls, 1, from_previous, **which)
    return Counts(pd.DataFrame(index=[0]), *counted)
