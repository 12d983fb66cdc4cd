"""Memory span: how long a list may be to be reported without error."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.checks import check_level, one_of
from analysis.counts import by_columns, group_lists
from analysis.recalls import Recalls
from analysis.serial_recall.accuracy import perfect_lists_counts
from analysis.serial_recall.report import serial_recalls

Method = Literal["threshold", "sum"]


def span(
    recalls: pd.DataFrame | Recalls,
    by: str | Sequence[str] | None = None,
    method: Method = "threshold",
    level: float = 0.5,
) -> pd.DataFrame:
    """Memory span of each subject, from lists of several lengths.

    Parameters
    ----------
    recalls : recall table or Recalls
        Missing items of recalls are omissions. A list is right if every word is in its place.
    by : str or list of str
        Labels that divide the lists of a subject, such as "condition".
    method : {"threshold", "sum"}
        "threshold": the length at which the share of lists right falls below `level` for the first
        time, interpolated between the lengths on both sides (Guilford & Dallenbach, 1925). "sum":
        the length below the shortest, plus the share right at each length (Woodworth, 1938); it
        takes all shorter lists as right and all longer ones as wrong, and needs every length
        between the shortest and the longest. The sum is the mean of the longest length right, and
        so lies about half a word below the threshold.
    level : float
        Share of lists right at the threshold.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `span` (words), `shortest` and `longest` (lengths studied). A
        threshold is NaN if it lies outside: below the shortest or beyond the longest length.

    Raises
    ------
    ValueError
        If `method` is neither, `level` is not between 0 and 1, or a length is missing for "sum".

    Examples
    --------
    Both lists of 2 are right, one of two of 3, and none of 4:

    >>> presented = np.array([[1, 2, 0, 0]] * 2 + [[1, 2, 3, 0]] * 2 + [[1, 2, 3, 4]] * 2)
    >>> recalled = np.array([[1, 2, 0, 0]] * 2 + [[1, 2, 3, 0], [1, 3, 2, 0]] + [[1, 2, 4, 3]] * 2)
    >>> labels = pd.DataFrame({"subject": 1, "list": range(1, 7)})
    >>> span(Recalls(presented, recalled, labels))
       subject  span  shortest  longest
    0        1   3.0         2        4
    >>> span(Recalls(presented, recalled, labels), method="sum")  # 1 + 1 + 1/2 + 0
       subject  span  shortest  longest
    0        1   2.5         2        4

    References
    ----------
    Guilford, J. P., & Dallenbach, K. M. (1925). The determination of memory span by the method of
    constant stimuli. American Journal of Psychology, 36(4), 621-628.

    Woodworth, R. S. (1938). Experimental psychology. Holt.
    """
    one_of("method", method, ("threshold", "sum"))
    check_level(level)
    recalls = serial_recalls(recalls)
    keys, group = group_lists(recalls, ["subject", *by_columns(by)])
    right = perfect_lists_counts(recalls).actual[:, 0]
    lists = pd.DataFrame({"group": group, "length": recalls.list_length, "right": right})
    rows = []
    for _, some in lists.groupby("group"):
        share = some.groupby("length")["right"].mean()
        length = share.index.to_numpy()
        measured = (
            _threshold(length, share.to_numpy(), level)
            if method == "threshold"
            else _sum(length, share.to_numpy())
        )
        rows.append((measured, length[0], length[-1]))
    return keys.join(pd.DataFrame(rows, columns=["span", "shortest", "longest"]))


def _threshold(length: NDArray[np.integer], share: NDArray[np.float64], level: float) -> float:
    below = share < level
    first = int(np.argmax(below))
    if not below.any() or first == 0:
        return np.nan
    run = length[first] - length[first - 1]
    drop = share[first - 1] - share[first]
    return float(length[first - 1] + run * (share[first - 1] - level) / drop)


def _sum(length: NDArray[np.integer], share: NDArray[np.float64]) -> float:
    missing = sorted(set(range(length[0], length[-1] + 1)) - set(length.tolist()))
    if missing:
        raise ValueError(
            f"method='sum' needs lists of every length from {length[0]} to {length[-1]}, but there "
            f"are none of {', '.join(map(str, missing))}; leave out the longer lengths, or use "
            "method='threshold'"
        )
    return float(length[0] - 1 + share.sum())
