"""Intervals for comparing conditions that the same subjects went through."""

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from analysis.checks import check_level
from analysis.counts import by_columns
from analysis.statistics.checks import (
    check_scores,
    check_subjects,
    complete_cells,
)


def within_curve(
    curve: pd.DataFrame,
    within: str | Sequence[str],
    value: str = "prob",
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Means over subjects with within-subject (Cousineau-Morey) intervals.

    What subjects differ in altogether is taken out: from each score the mean of the subject over
    its cells is subtracted and the mean of all subjects added; the variance of what is left is
    multiplied by C / (C - 1) for C cells (Morey's correction).

    These intervals are about *differences between the cells* of the same subjects. The interval of
    a difference between two means is sqrt(2) times as wide as theirs; with two conditions that is
    the paired t interval, with more it assumes that all differences vary alike (sphericity). They
    do *not* cover the means themselves: for those take `group_curve`.

    Parameters
    ----------
    curve : DataFrame
        What a measure returned: one row per subject and cell (and `by`).
    within : str or list of str
        Columns that name the cells to be compared, such as "condition", or ["condition", "input"]
        to compare positions too.
    value : str
        Column to average.
    by : str or list of str
        Columns of which each combination is a set of cells of its own: a group of subjects, or the
        study position if only conditions at the same position are compared.
    level : float
        Coverage of the intervals.

    Returns
    -------
    DataFrame
        The `by` columns, the `within` columns, `mean`, `low`, `high`, `n` (subjects) and `over`
        ("differences within subjects").

    Raises
    ------
    ValueError
        If a column is missing, a score is no number, a subject lacks a cell or has one twice, or
        there are fewer than two subjects or cells.

    Examples
    --------
    Subjects differ by .4, the effect of the condition is .1 and .3:

    >>> curve = pd.DataFrame({"subject": [1, 1, 2, 2], "condition": ["a", "b"] * 2,
    ...                       "prob": [0.1, 0.2, 0.5, 0.8]})
    >>> within_curve(curve, "condition").round(2)  # difference .2 -+ sqrt(2) * .9 = 12.7 * .1
      condition  mean  low  high  n                         over
    0         a   0.3 -0.6   1.2  2  differences within subjects
    1         b   0.5 -0.4   1.4  2  differences within subjects

    References
    ----------
    Cousineau, D. (2005). Confidence intervals in within-subject designs: A simpler solution to
    Loftus and Masson's method. Tutorials in Quantitative Methods for Psychology, 1(1), 42-45.

    Morey, R. D. (2008). Confidence intervals from normalized data: A correction to Cousineau
    (2005). Tutorials in Quantitative Methods for Psychology, 4(2), 61-64.

    Baguley, T. (2012). Calculating and graphing within-subject confidence intervals for ANOVA.
    Behavior Research Methods, 44(1), 158-175.
    """
    check_level(level)
    keys, cells = by_columns(by), by_columns(within)
    if not cells:
        raise ValueError("within must name the column or columns whose levels are compared")
    check_scores(curve, value, [*keys, *cells])
    # a key for all rows, so that one set of cells goes the same way as many
    curve = curve.assign(_=0, **{value: curve[value].astype(float)})
    keys = ["_", *keys]
    sets = curve.groupby(keys, observed=True, dropna=False)
    for where, part in _incomplete(curve, keys, cells):
        complete_cells(part, value, cells)  # tells which subject lacks what
        raise ValueError(f"only one cell to compare at {where}; within needs two levels or more")
    subjects = curve.groupby([*keys, "subject"], observed=True, dropna=False)[value]
    normalised = curve[value] - subjects.transform("mean") + sets[value].transform("mean")
    table = curve.assign(_normalised=normalised)
    summary = (
        table.groupby([*keys, *cells], observed=True, dropna=False)
        .agg(mean=(value, "mean"), variance=("_normalised", "var"), n=(value, "size"))
        .reset_index()
    )
    check_subjects(int(summary["n"].min()))
    n_cells = summary.groupby(keys, observed=True, dropna=False)["n"].transform("size")
    error = np.sqrt(summary["variance"] * n_cells / (n_cells - 1) / summary["n"])
    half = stats.t.ppf((1 + level) / 2, summary["n"] - 1) * error
    return summary[[*keys[1:], *cells]].assign(
        mean=summary["mean"],
        low=summary["mean"] - half,
        high=summary["mean"] + half,
        n=summary["n"],
        over="differences within subjects",
    )


def _incomplete(
    curve: pd.DataFrame, keys: list[str], cells: list[str]
) -> list[tuple[dict[Hashable, Any], pd.DataFrame]]:
    """Sets of cells that some subject lacks one of, or that are one cell only."""
    sets = curve.groupby(keys, observed=True, dropna=False)
    per_subject = curve.groupby([*keys, "subject"], observed=True, dropna=False)
    n_cells = curve.groupby([*keys, *cells], observed=True, dropna=False).ngroup()
    total = n_cells.groupby(sets.ngroup()).transform("nunique")
    wrong = (per_subject[keys[0]].transform("size") < total) | (total < 2)
    if not wrong.any():
        return []
    group = sets.ngroup()
    part = curve[group == group[wrong].iloc[0]]
    return [(part[keys[1:]].iloc[0].to_dict(), part)]
