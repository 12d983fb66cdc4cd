"""Distance rank from earlier recalls: does a word still draw others like it two or three later?"""

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


def distance_rank_shifted(
    recalls: pd.DataFrame | Recalls,
    distances: pd.DataFrame | ArrayLike,
    max_shift: int,
    by: str | Sequence[str] | None = None,
    **which: Any,
) -> pd.DataFrame:
    """Mean percentile rank of the distance from words recalled earlier, of each subject.

    As `distance_rank`, from the word recalled 1, 2, ... `max_shift` before. Transitions count
    after `max_shift` words in a row, so that every shift ranks the same ones.

    Parameters
    ----------
    recalls : recall table or Recalls
    distances : DataFrame or (items, items) array
        Distance from each item (row) to each (column). A DataFrame names the items in its index
        and columns; an array goes by item number, row k - 1 for item k.
    max_shift : int
        How many words back to look.
    by : str or list of str
        Labels that divide the lists of a subject, such as "condition".
    **which
        `skip_outputs`, `intrusions`, `item_query`, `test_key`, `test`, as in `lag_crp`.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `shift` (-1 for the word just before), `rank`, `actual` (sum of
        the ranks) and `possible` (transitions ranked).

    Raises
    ------
    ValueError
        If `max_shift` is less than 1 or a studied word is not in `distances`.

    Examples
    --------
    To 3 with 4 left: nearer to 2, just before, but not to 1, before that:

    >>> distances = [[0, 1, 7, 3], [1, 0, 2, 8], [7, 2, 0, 4], [3, 8, 4, 0]]
    >>> recalls = Recalls.from_positions([[1, 2, 3]], list_length=4)
    >>> distance_rank_shifted(recalls, distances, max_shift=2)
       subject  shift  rank  actual  possible
    0        1     -2   0.0     0.0         1
    1        1     -1   1.0     1.0         1

    References
    ----------
    Morton, N. W. (2020). Psifr: Analysis and visualization of free recall data. Journal of Open
    Source Software, 5(54), 2669 (`distance_rank_shifted`).
    """
    counts = partial(
        distance_rank_shifted_counts, distances=distances, max_shift=max_shift, **which
    )
    return ratios(as_recalls(recalls), counts, by, "rank")


def distance_rank_shifted_counts(
    recalls: Recalls, distances: pd.DataFrame | ArrayLike, max_shift: int, **which: Any
) -> Counts:
    """Sums of ranks and numbers of transitions per list: x is the shift, (lists, max_shift)."""
    if max_shift < 1:
        raise ValueError(f"max_shift must be 1 or more, got {max_shift}")
    index, matrix = item_distances(recalls, distances)

    def from_earlier(transition: Transition) -> Iterator[tuple[int, NDArray[np.floating]]]:
        rows = transition.rows
        for back in range(max_shift):
            earlier = index[rows, transition.trail[:, back]]
            yield max_shift - 1 - back, matrix[earlier[:, None], index[rows]]

    counted = rank_transitions(recalls, max_shift, from_earlier, n_back=max_shift, **which)
    return Counts(pd.DataFrame({"shift": np.arange(-max_shift, 0)}), *counted)
