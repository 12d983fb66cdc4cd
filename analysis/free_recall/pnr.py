"""Probability of nth recall: which word comes at each output position."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd

from analysis.counts import Counts, at_first_places, ratios
from analysis.free_recall.features import included_words
from analysis.recalls import Recalls, as_recalls


def pnr(
    recalls: pd.DataFrame | Recalls,
    by: str | Sequence[str] | None = None,
    item_query: str | None = None,
) -> pd.DataFrame:
    """Probability of nth recall, by study position, of each subject.

    Intrusions and repeats are skipped and take no output position, as in psifr.

    Parameters
    ----------
    recalls : recall table or Recalls
    by : str or list of str
        Labels that divide the lists of a subject, such as "condition".
    item_query : str, optional
        Words to look at, as a pandas query over their columns, such as "input > 4". The others
        are never possible, and take no output position.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `output`, `input` (study position), `prob`, `actual` (lists
        that recalled that word nth), `possible` (lists with an nth recall in which that word had
        not come before); `prob` is NaN where nothing was possible.

    Examples
    --------
    The list of two words is recalled backwards, with an intrusion between that does not count:

    >>> pnr(Recalls.from_positions([[2, -1, 1]], list_length=2))
       subject  output  input  prob  actual  possible
    0        1       1      1   0.0       0         1
    1        1       1      2   1.0       1         1
    2        1       2      1   1.0       1         1
    3        1       2      2   NaN       0         0

    References
    ----------
    Hogan, R. M. (1975). Interitem encoding and directed search in free recall. Memory & Cognition,
    3(2), 197-209.
    """
    return ratios(as_recalls(recalls), partial(pnr_counts, item_query=item_query), by, "prob")


def pnr_counts(recalls: Recalls, item_query: str | None = None) -> Counts:
    """Counts per list: x is output by study position, (lists, L * L)."""
    from analysis.kernels import count_outputs

    recalled, available = at_first_places(recalls)
    n_lists, length = available.shape
    actual = np.zeros((n_lists, length, length), dtype=np.int8)
    possible = np.zeros((n_lists, length, length), dtype=np.int8)
    included = recalls.presented != 0 if item_query is None else included_words(recalls, item_query)
    count_outputs(recalled, available, included, actual, possible)
    position = np.arange(1, length + 1)
    x = pd.DataFrame({"output": np.repeat(position, length), "input": np.tile(position, length)})
    return Counts(x, actual.reshape(n_lists, -1), possible.reshape(n_lists, -1))
