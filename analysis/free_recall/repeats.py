"""Repeats: when a word already recalled comes again."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.counts import Counts, ratios, responses
from analysis.recalls import Recalls, as_recalls


def repeats(recalls: pd.DataFrame | Recalls, by: str | Sequence[str] | None = None) -> pd.DataFrame:
    """Probability that a response repeats a studied word, by output position, of each subject.

    `words_recalled` has their number per list.

    Parameters
    ----------
    recalls : recall table or Recalls
    by : str or list of str
        Labels that divide the lists of a subject, such as "condition".

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `output` (among all responses), `prob`, `actual` (repeats) and
        `possible` (responses).

    Examples
    --------
    >>> repeats(Recalls.from_positions([[2, 1, 2], [1, 2, 0]], list_length=2))
       subject  output  prob  actual  possible
    0        1       1   0.0       0         2
    1        1       2   0.0       0         2
    2        1       3   1.0       1         1
    """
    return ratios(as_recalls(recalls), repeats_counts, by, "prob")


def repeats_counts(recalls: Recalls) -> Counts:
    """Counts per list: x is the output position, (lists, outputs)."""
    new = np.stack([response.new for response in responses(recalls)], axis=1)
    actual = (recalls.recalled > 0) & ~new
    x = pd.DataFrame({"output": np.arange(1, actual.shape[1] + 1)})
    return Counts(x, actual.astype(np.int8), (recalls.recalled != 0).astype(np.int8))
