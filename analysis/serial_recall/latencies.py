"""How long responses of serial recall take, by place of the report or by displacement."""

from collections.abc import Sequence
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.checks import one_of
from analysis.counts import Counts, ratios
from analysis.recalls import Recalls
from analysis.serial_recall.report import displacement, report, serial_recalls

X = Literal["output", "displacement"]
Of = Literal["all", "correct"]
Times = Literal["interval", "onset"]


def serial_latencies(
    recalls: pd.DataFrame | Recalls,
    by: str | Sequence[str] | None = None,
    x: X = "output",
    of: Of = "all",
    times: Times = "interval",
    column: str = "rt",
) -> pd.DataFrame:
    """Mean latency of responses, of each subject, in the unit of the data.

    Parameters
    ----------
    recalls : recall table or Recalls
        With a column of times, one for each response. Missing items of recalls are omissions.
    by : str or list of str
        Labels that divide the lists of a subject, such as "condition".
    x : {"output", "displacement"}
        By place of the report, or, for words of the list, by study position minus place of the
        report (+1: one place too early), the transposition latency function.
    of : {"all", "correct"}
        Which responses: all that have a time, blank ones among them, or only words in their place.
    times : {"interval", "onset"}
        What the column holds: the time since the response before (since the cue, for the first), or
        the time since the cue, from which intervals are taken.
    column : str
        Column of times. Missing and 0 mean no time.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `output` or `displacement`, `latency`, `actual` (sum of the
        times) and `possible` (responses with a time). An x without any has no row.

    Raises
    ------
    ValueError
        If the column is no column of the responses, or a definition is none of those there are.

    Examples
    --------
    >>> table = pd.DataFrame({"subject": 1, "list": 1, "trial_type": ["study"] * 2 + ["recall"] * 2,
    ...                       "position": [1, 2, 1, 2], "item": ["owl", "elk", "owl", "elk"],
    ...                       "rt": [None, None, 900.0, 1300.0]})
    >>> serial_latencies(table, times="onset")
       subject  output  latency  actual  possible
    0        1       1    900.0   900.0         1
    1        1       2    400.0   400.0         1

    References
    ----------
    Farrell, S., & Lewandowsky, S. (2004). Modelling transposition latencies: Constraints for
    theories of serial order memory. Journal of Memory and Language, 51(1), 115-135.
    """
    counts = partial(serial_latencies_counts, x=x, of=of, times=times, column=column)
    table = ratios(serial_recalls(recalls), counts, by, "latency")
    return table[table["possible"] > 0].reset_index(drop=True)


def serial_latencies_counts(
    recalls: Recalls,
    x: X = "output",
    of: Of = "all",
    times: Times = "interval",
    column: str = "rt",
) -> Counts:
    """Sum of times and responses that have one, per list: (lists, L) or (lists, 2 L - 1)."""
    one_of("x", x, ("output", "displacement"))
    one_of("of", of, ("all", "correct"))
    one_of("times", times, ("interval", "onset"))
    given, slots, _ = report(recalls)
    length = slots.shape[1]
    time = _intervals(recalls, length, times, column)
    counted = slots & ~np.isnan(time)
    moved = displacement(given)
    if of == "correct":
        counted &= moved == 0
    if x == "output":
        total = np.where(counted, time, 0)
        outputs = np.arange(1, length + 1)
        return Counts(pd.DataFrame({"output": outputs}), total, counted.astype(np.int16))
    rows, outputs = np.nonzero(counted & (given > 0))
    total = np.zeros((len(recalls), 2 * length - 1))
    n = np.zeros(total.shape, dtype=np.int16)
    at = (rows, moved[rows, outputs] + length - 1)
    np.add.at(total, at, time[rows, outputs])
    np.add.at(n, at, 1)
    return Counts(pd.DataFrame({"displacement": np.arange(1 - length, length)}), total, n)


def _intervals(recalls: Recalls, length: int, times: Times, column: str) -> NDArray[np.float64]:
    """(lists, L) time since the response before; NaN where there is none."""
    if column not in recalls.recall_columns:
        known = ", ".join(recalls.recall_columns) or "none"
        raise ValueError(
            f"column={column!r} is no column of the responses, which have {known}; latencies need "
            "one time for each response"
        )
    raw = np.asarray(recalls.recall_columns[column], dtype=np.float64)
    n_outputs = min(length, raw.shape[1])
    time = np.full((len(recalls), length), np.nan)
    time[:, :n_outputs] = np.where(raw[:, :n_outputs] == 0, np.nan, raw[:, :n_outputs])
    if times == "onset":
        time[:, 1:] -= time[:, :-1].copy()
    return time
