"""Stopping: the probability that recall ends after each output position."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.counts import Counts, ratios
from analysis.recalls import Recalls, as_recalls


def stopping(
    recalls: pd.DataFrame | Recalls, by: str | Sequence[str] | None = None
) -> pd.DataFrame:
    """Probability of stopping by output position, of each subject.

    Of the lists with at least so many responses, intrusions and repeats among them, those with no
    more. Where the time for recall ran out, that counts as stopping too.

    Parameters
    ----------
    recalls : recall table or Recalls
    by : str or list of str
        Labels that divide the lists of a subject, such as "condition".

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `output` (responses given; 0 for lists without any), `prob`,
        `actual` (lists that stopped there) and `possible` (lists that got there).

    Examples
    --------
    >>> stopping(Recalls.from_positions([[2, 1], [2, 0], [1, 0]], list_length=2))
       subject  output      prob  actual  possible
    0        1       0  0.000000       0         3
    1        1       1  0.666667       2         3
    2        1       2  1.000000       1         1

    References
    ----------
    Dougherty, M. R., & Harbison, J. I. (2007). Motivated to retrieve: How often are you willing to
    go back to the well when the well is dry? Journal of Experimental Psychology: Learning, Memory,
    and Cognition, 33(6), 1108-1117.

    Miller, J. F., Weidemann, C. T., & Kahana, M. J. (2012). Recall termination in free recall.
    Memory & Cognition, 40(4), 540-550.
    """
    return ratios(as_recalls(recalls), stopping_counts, by, "prob")


def stopping_counts(recalls: Recalls) -> Counts:
    """Counts per list: x is the number of responses given, (lists, outputs + 1)."""
    outputs = np.arange(recalls.recalled.shape[1] + 1)
    # up to the last response; in serial recall, omissions may come before it
    n_responses = np.where(recalls.recalled != 0, outputs[1:], 0).max(axis=1)[:, None]
    return Counts(
        pd.DataFrame({"output": outputs}),
        (n_responses == outputs).astype(np.int8),
        (n_responses >= outputs).astype(np.int8),
    )
