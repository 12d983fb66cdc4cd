"""Inter-response times: how long each response takes after the one before."""

from collections.abc import Sequence
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd

from analysis.checks import one_of
from analysis.counts import Counts, ratios, responses
from analysis.recalls import Recalls, as_recalls

Between = Literal["all", "correct"]


def irt(
    recalls: pd.DataFrame | Recalls,
    by: str | Sequence[str] | None = None,
    between: Between = "all",
    by_n_recalled: bool = False,
    column: str = "rt",
) -> pd.DataFrame:
    """Mean inter-response time by output position, of each subject.

    Parameters
    ----------
    recalls : recall table or Recalls
        With the time of each response from the start of recall, in ms, in `column`.
    by : str or list of str
        Labels that divide the lists of a subject, such as "condition".
    between : {"all", "correct"}
        Which times count: between any two responses, the first one from the start of recall (the
        human reference curves); or only where both are studied words recalled for the first time.
    by_n_recalled : bool
        Whether to divide the lists by the number of words recalled of them: the time grows towards
        the last word, so lists of different numbers blur each other's curve.
    column : str
        Column of the recall rows that holds the times.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `n_recalled` if asked for, `output` (among all responses; 1 for
        the time to the first), `irt` (in the unit of the times), `actual` (sum of the times) and
        `possible` (their number). Responses without a time are left out.

    Raises
    ------
    ValueError
        If there is no such column, or it holds no numbers.

    Examples
    --------
    >>> recalls = Recalls(np.array([[1, 2, 3]]), np.array([[3, 1]]),
    ...                   labels=pd.DataFrame({"subject": [1], "list": [1]}),
    ...                   recall_columns={"rt": np.array([[900.0, 2400.0]])})
    >>> irt(recalls)
       subject  output     irt  actual  possible
    0        1       1   900.0   900.0         1
    1        1       2  1500.0  1500.0         1

    References
    ----------
    Murdock, B. B., & Okada, R. (1970). Interresponse times in single-trial free recall. Journal of
    Experimental Psychology, 86(2), 263-267.
    """
    counts = partial(irt_counts, between=between, by_n_recalled=by_n_recalled, column=column)
    table = ratios(as_recalls(recalls), counts, by, "irt")
    if by_n_recalled:  # most pairs of number and output never occur
        table = table[table["possible"] > 0].reset_index(drop=True)
    return table


def irt_counts(
    recalls: Recalls, between: Between = "all", by_n_recalled: bool = False, column: str = "rt"
) -> Counts:
    """Sums and numbers of times per list: x is the output position, (lists, outputs)."""
    one_of("between", between, ("all", "correct"))
    if column not in recalls.recall_columns:
        raise ValueError(
            f"the responses have no column {column!r}, only "
            f"{', '.join(recalls.recall_columns) or 'none'}; inter-response times need the time of "
            "each response from the start of recall, and column= names it"
        )
    time = recalls.recall_columns[column]
    if not np.issubdtype(time.dtype, np.number):
        raise ValueError(
            f"{column} must be numbers, got {time.dtype}; "
            f"pd.to_numeric(table[{column!r}]) makes them so"
        )
    time = time.astype(np.float64)
    interval = np.diff(time, axis=1, prepend=0)
    new = np.stack([response.new for response in responses(recalls)], axis=1)
    counted = recalls.recalled != 0
    if between == "correct":
        counted = new.copy()
        counted[:, 1:] &= new[:, :-1]
    counted &= ~np.isnan(interval)
    actual = np.where(counted, interval, 0)
    n_outputs = actual.shape[1]
    x = pd.DataFrame({"output": np.arange(1, n_outputs + 1)})
    if not by_n_recalled:
        return Counts(x, actual, counted.astype(np.int8))
    # no more words can be recalled than were studied
    n_recalled = np.arange(min(recalls.presented.shape[1], n_outputs) + 1)
    of_number = new.sum(axis=1)[:, None] == n_recalled
    x = pd.DataFrame({"n_recalled": n_recalled}).merge(x, how="cross")
    spread = of_number[:, :, None]
    return Counts(
        x,
        (spread * actual[:, None]).reshape(len(actual), -1),
        (spread & counted[:, None]).reshape(len(actual), -1).astype(np.int8),
    )
