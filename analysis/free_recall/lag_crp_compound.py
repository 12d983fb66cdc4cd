"""Compound lag-CRP: the lag of a transition, given the lag of the one before it."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.counts import Counts, ratios
from analysis.free_recall.lag_crp import Repeated, lag_function
from analysis.free_recall.transitions import Transition, count_transitions
from analysis.recalls import Recalls, as_recalls


def lag_crp_compound(
    recalls: pd.DataFrame | Recalls,
    by: str | Sequence[str] | None = None,
    lag_key: str | pd.Series = "input",
    repeated: Repeated = "first",
    count_unique: bool = False,
    **which: Any,
) -> pd.DataFrame:
    """Conditional response probability by lag and by the lag before, of each subject.

    Two transitions in a row count, the second of them by its lag and what was left to recall.
    With `test`, both must pass.

    Parameters
    ----------
    recalls : recall table or Recalls
    by : str or list of str
        Labels that divide the lists of a subject, such as "condition".
    lag_key, repeated, count_unique
        As in `lag_crp`.
    **which
        `skip_outputs`, `intrusions`, `item_query`, `test_key`, `test`, as in `lag_crp`.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `previous` and `current` (lags, in study positions forward),
        `prob`, `actual` and `possible` (transitions).

    Examples
    --------
    Down by 2, then down by 1 when up by 1 was the other way:

    >>> table = lag_crp_compound(Recalls.from_positions([[4, 2, 1]], list_length=4))
    >>> table[table["possible"] > 0]
        subject  previous  current  prob  actual  possible
    9         1        -2       -1   1.0       1         1
    11        1        -2        1   0.0       0         1

    References
    ----------
    Lohnas, L. J., & Kahana, M. J. (2014). Compound cuing in free recall. Journal of Experimental
    Psychology: Learning, Memory, and Cognition, 40(1), 12-24.
    """
    counts = partial(
        lag_crp_compound_counts,
        lag_key=lag_key,
        repeated=repeated,
        count_unique=count_unique,
        **which,
    )
    return ratios(as_recalls(recalls), counts, by, "prob")


def lag_crp_compound_counts(
    recalls: Recalls,
    lag_key: str | pd.Series = "input",
    repeated: Repeated = "first",
    count_unique: bool = False,
    **which: Any,
) -> Counts:
    """Counts per list: x is the lag before by the lag, (lists, (2 L - 1) ** 2)."""
    length = recalls.presented.shape[1]
    lag = np.arange(1 - length, length)
    lags = lag_function(recalls, lag_key, repeated)

    def cells(transition: Transition) -> NDArray[np.integer]:
        # the transition before: from the word two back to the previous one
        before = transition._replace(trail=transition.trail[:, 1:])
        n = np.arange(len(transition.rows))
        previous = lags(before)[n, transition.previous].astype(np.intp)
        return (previous[:, None] + length - 1) * len(lag) + lags(transition) + length - 1

    x = pd.DataFrame({"previous": np.repeat(lag, len(lag)), "current": np.tile(lag, len(lag))})
    counted = count_transitions(recalls, len(x), cells, count_unique, n_back=2, **which)
    return Counts(x, *counted)
