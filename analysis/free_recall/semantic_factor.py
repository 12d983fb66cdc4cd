"""Semantic factor: how alike in meaning the next recall is, among those still possible."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.counts import Counts, ratios
from analysis.free_recall.distance_rank import distance_rank_counts
from analysis.recalls import Recalls, as_recalls


def semantic_factor(
    recalls: pd.DataFrame | Recalls,
    similarities: pd.DataFrame | ArrayLike,
    by: str | Sequence[str] | None = None,
    **which: Any,
) -> pd.DataFrame:
    """Mean percentile rank of the similarity of successive words, of each subject.

    The `distance_rank` of similarities (LSA or word2vec cosines, ...): 1 if recall always went to
    the most similar word left, 0.5 at chance.

    Parameters
    ----------
    recalls : recall table or Recalls
    similarities : DataFrame or (items, items) array
        Similarity of each pair of items. A DataFrame names the items in its index and columns; an
        array goes by item number, row k - 1 for item k.
    by : str or list of str
        Labels that divide the lists of a subject, such as "condition".
    **which
        `skip_outputs`, `intrusions`, `item_query`, `test_key`, `test`, as in `lag_crp`.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `rank`, `actual` (sum of the ranks) and `possible`
        (transitions ranked).

    Examples
    --------
    From 1 to 3, which is more alike than 2:

    >>> similarities = [[1, 0.2, 0.9], [0.2, 1, 0.8], [0.9, 0.8, 1]]
    >>> semantic_factor(Recalls.from_positions([[1, 3]], list_length=3), similarities)
       subject  rank  actual  possible
    0        1   1.0     1.0         1

    References
    ----------
    Polyn, S. M., Norman, K. A., & Kahana, M. J. (2009). A context maintenance and retrieval model
    of organizational processes in free recall. Psychological Review, 116(1), 129-156.
    """
    counts = partial(semantic_factor_counts, similarities=similarities, **which)
    return ratios(as_recalls(recalls), counts, by, "rank")


def semantic_factor_counts(
    recalls: Recalls, similarities: pd.DataFrame | ArrayLike, **which: Any
) -> Counts:
    """Sum of ranks and number of transitions per list, (lists, 1): there is no x."""
    if not isinstance(similarities, pd.DataFrame):
        similarities = np.asarray(similarities, dtype=np.float64)
    return distance_rank_counts(recalls, -similarities, **which)
