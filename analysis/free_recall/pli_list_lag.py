"""Prior-list intrusions by list lag: how many lists ago was the word studied?"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from analysis.checks import one_of
from analysis.counts import by_columns, group_lists
from analysis.free_recall.intrusions import counted_intrusions, list_lags, list_numbers
from analysis.recalls import Recalls, as_recalls

Of = Literal["intrusions", "plis"]


def pli_list_lag(
    recalls: pd.DataFrame | Recalls,
    max_lag: int,
    by: str | Sequence[str] | None = None,
    of: Of = "intrusions",
    repeats: bool = True,
) -> pd.DataFrame:
    """Proportion of intrusions that were studied 1, 2, ... lists ago, of each subject.

    The first `max_lag` lists of each subject are left out, so that every lag could occur. All
    lists of the subject must be there, numbered in order. A word studied in several earlier lists
    counts once, at the last of them; psifr 0.10.1 counts it once for each, in the denominator too.

    Parameters
    ----------
    recalls : recall table or Recalls
    max_lag : int
        Farthest list lag.
    by : str or list of str
        Labels that divide the lists of a subject, such as "condition".
    of : {"intrusions", "plis"}
        What `prob` is a proportion of: all intrusions (psifr), or prior-list intrusions of any
        lag.
    repeats : bool
        Whether the same intrusion, given once more in a list, counts again (as in psifr).

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `list_lag`, `count` (intrusions), `per_list` (the same by the
        number of lists), `prob`, and what they divide by: `n_lists` and `possible` (intrusions).

    Raises
    ------
    ValueError
        If lists are not numbered, or `max_lag` leaves none.

    Examples
    --------
    In the second list, word 1 from the list before and word 9 from none:

    >>> recalls = Recalls(
    ...     presented=np.array([[1, 2], [3, 4]]), recalled=np.array([[2, 0], [-1, -1]]),
    ...     labels=pd.DataFrame({"subject": 1, "list": [1, 2]}),
    ...     recalled_items=np.array([[2, 0], [1, 9]]))
    >>> pli_list_lag(recalls, max_lag=1)
       subject  list_lag  count  per_list  prob  n_lists  possible
    0        1         1      1       1.0   0.5        1         2

    References
    ----------
    Zaromb, F. M., Howard, M. W., Dolan, E. D., Sirotin, Y. B., Tully, M., Wingfield, A., & Kahana,
    M. J. (2006). Temporal associations and prior-list intrusions in free recall. Journal of
    Experimental Psychology: Learning, Memory, and Cognition, 32(4), 792-804.
    """
    recalls = as_recalls(recalls)
    if max_lag < 1:
        raise ValueError(f"max_lag must be 1 or more, got {max_lag}")
    one_of("of", of, ("intrusions", "plis"))
    number = list_numbers(recalls)
    late = number >= max_lag
    if not late.any():
        raise ValueError(
            f"no subject has more than max_lag={max_lag} lists, and the first {max_lag} of each are "
            "left out; look at shorter lags"
        )
    row, output = np.nonzero(counted_intrusions(recalls, repeats) & late[:, None])
    lag = list_lags(recalls, number)[row, output]
    keys, group = group_lists(recalls, ["subject", *by_columns(by)])
    n_groups = len(keys)
    near = (lag >= 1) & (lag <= max_lag)
    cell = group[row[near]] * max_lag + lag[near] - 1
    counted = row if of == "intrusions" else row[lag > 0]
    count = np.bincount(cell, minlength=n_groups * max_lag)
    possible = np.bincount(group[counted], minlength=n_groups).repeat(max_lag)
    n_lists = np.bincount(group[late], minlength=n_groups).repeat(max_lag)
    with np.errstate(invalid="ignore"):
        columns = {
            "count": count,
            "per_list": count / n_lists,
            "prob": count / possible,
            "n_lists": n_lists,
            "possible": possible,
        }
    x = pd.DataFrame({"list_lag": np.arange(1, max_lag + 1)})
    table = keys.merge(x, how="cross").assign(**columns)
    # not of subjects whose every list was left out
    return table[table["n_lists"] > 0].reset_index(drop=True)
