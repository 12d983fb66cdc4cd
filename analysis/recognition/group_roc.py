"""ROC of a group: mean hit rates at mean false-alarm rates, for `plot_roc`."""

from collections.abc import Sequence

import pandas as pd

from analysis.counts import by_columns
from analysis.statistics.intervals import group_curve


def group_roc(
    roc: pd.DataFrame, by: str | Sequence[str] | None = None, level: float = 0.95
) -> pd.DataFrame:
    """Means over subjects of both rates at each criterion, with t intervals of the hit rate.

    Parameters
    ----------
    roc : DataFrame
        What `roc` returned: one row per subject, `by` and criterion.
    by : str or list of str
        Columns that divide the curves, as given to `roc`.
    level : float
        Coverage of the intervals.

    Returns
    -------
    DataFrame
        The `by` columns, `criterion`, `false_alarm_rate` (mean), and of the hit rate `mean`, `low`,
        `high`, `n` (subjects) and `over` ("subjects"). Averages of ROCs are less curved than each.

    Raises
    ------
    ValueError
        If a column is missing or a subject has several rows at one criterion.

    Examples
    --------
    >>> each = pd.DataFrame({"subject": [1, 2], "criterion": 3, "false_alarm_rate": [0.1, 0.3],
    ...                      "hit_rate": [0.6, 0.8]})
    >>> group_roc(each).round(2)  # .7 -+ 12.71 * .1
       criterion  false_alarm_rate  mean   low  high  n      over
    0          3               0.2   0.7 -0.57  1.97  2  subjects
    """
    keys = [*by_columns(by), "criterion"]
    hits = group_curve(roc, "criterion", "hit_rate", by, level)
    alarms = group_curve(roc, "criterion", "false_alarm_rate", by, level)
    alarms = alarms[[*keys, "mean"]].rename(columns={"mean": "false_alarm_rate"})
    together = alarms.merge(hits, on=keys, validate="one_to_one")
    return together.sort_values([*keys[:-1], "false_alarm_rate"], ignore_index=True)
