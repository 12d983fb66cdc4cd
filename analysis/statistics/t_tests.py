"""Tests of a measure against a number, between conditions of the same subjects, between groups."""

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from analysis.checks import and_more, check_level
from analysis.counts import by_columns
from analysis.statistics.checks import (
    check_columns,
    check_labels,
    check_scores,
    check_spread,
    check_subjects,
    complete_cells,
)
from analysis.statistics.effect_sizes import standardised_effect
from analysis.statistics.multiple import Correction, adjust_p

Scores = NDArray[np.float64]


def one_sample_test(
    table: pd.DataFrame,
    value: str,
    against: float,
    by: str | Sequence[str] | None = None,
    correction: Correction = "holm",
    level: float = 0.95,
) -> pd.DataFrame:
    """Is a measure different from a number, such as the temporal factor from .5?

    Parameters
    ----------
    table : DataFrame
        What a measure returned: one row per subject (and `by`).
    value : str
        Column of the measure.
    against : float
        The number under the null hypothesis.
    by : str or list of str
        Columns of which each combination is tested by itself (a lag, a condition).
    correction : {"holm", "fdr_bh", "bonferroni", "none"}
        How p is adjusted for the tests that `by` makes; see `adjust_p`.
    level : float
        Coverage of the intervals.

    Returns
    -------
    DataFrame
        One row per test: the `by` columns, `n` (subjects), `mean`, `against`, `difference` (mean
        minus against) with `low` and `high`, `t`, `df`, `p`, `w` and `p_wilcoxon` (signed ranks),
        `dz` (difference in standard deviations), `g` (Hedges; dz without the bias of small samples)
        with `g_low` and `g_high`, and, with `by`, `p_adjusted` and `correction`. All two-sided.

    Raises
    ------
    ValueError
        If a column is missing, a subject has several rows, a score is no number, there are fewer
        than two subjects or all scores are equal.

    Examples
    --------
    Mean .6, standard error .1 / sqrt(3), so t is 1.73:

    >>> table = pd.DataFrame({"subject": [1, 2, 3], "rank": [0.5, 0.6, 0.7]})
    >>> result = one_sample_test(table, "rank", against=0.5)
    >>> result[["n", "mean", "difference", "t", "df", "p", "dz"]].round(2)
       n  mean  difference     t  df     p   dz
    0  3   0.6         0.1  1.73   2  0.23  1.0

    References
    ----------
    Lakens, D. (2013). Calculating and reporting effect sizes to facilitate cumulative science: A
    practical primer for t-tests and ANOVAs. Frontiers in Psychology, 4, 863.
    """
    check_level(level)
    if not np.isfinite(against):
        raise ValueError(f"against must be a number, got {against}")
    keys = by_columns(by)
    check_scores(table, value, keys)

    def test(part: pd.DataFrame, where: dict[str, Any]) -> list[dict[str, Any]]:
        scores = part[value].to_numpy(dtype=float)
        row = {"n": len(scores), "mean": scores.mean(), "against": against}
        return [row | _of_differences(scores - against, level, where)]

    return each(table, keys, test, correction)


def paired_test(
    table: pd.DataFrame,
    value: str,
    condition: str,
    by: str | Sequence[str] | None = None,
    correction: Correction = "holm",
    level: float = 0.95,
) -> pd.DataFrame:
    """Does a measure differ between conditions that the same subjects went through?

    Parameters
    ----------
    table : DataFrame
        What a measure returned: one row per subject and condition (and `by`).
    value : str
        Column of the measure.
    condition : str
        Column of the conditions; with more than two of them, every pair is tested.
    by, correction, level
        As in `one_sample_test`. All pairs and all `by` count as tests of one family.

    Returns
    -------
    DataFrame
        One row per pair of conditions: the `by` columns, `first`, `second`, `n`, `mean_first`,
        `mean_second`, `difference` (first minus second), and from `low` on as in
        `one_sample_test`, of the differences of the subjects.

    Raises
    ------
    ValueError
        As in `one_sample_test`; if there are fewer than two conditions, or a subject lacks one.

    Examples
    --------
    >>> table = pd.DataFrame({"subject": [1, 1, 2, 2, 3, 3], "list_type": ["a", "b"] * 3,
    ...                       "rank": [0.6, 0.5, 0.8, 0.6, 0.9, 0.6]})
    >>> result = paired_test(table, "rank", "list_type")
    >>> result[["first", "second", "n", "difference", "t", "df", "dz"]].round(2)
      first second  n  difference     t  df   dz
    0     a      b  3         0.2  3.46   2  2.0
    """
    check_level(level)
    keys = by_columns(by)
    check_scores(table, value, [*keys, condition])

    def test(part: pd.DataFrame, where: dict[str, Any]) -> list[dict[str, Any]]:
        wide = complete_cells(part, value, [condition])
        rows = []
        for first, second in pairs(part, condition):
            a, b = wide[(first,)].to_numpy(), wide[(second,)].to_numpy()
            names = {"first": first, "second": second}
            means = {"n": len(a), "mean_first": a.mean(), "mean_second": b.mean()}
            rows.append(names | means | _of_differences(a - b, level, where | names))
        return rows

    return each(table, keys, test, correction)


def independent_test(
    table: pd.DataFrame,
    value: str,
    group: str,
    by: str | Sequence[str] | None = None,
    correction: Correction = "holm",
    level: float = 0.95,
) -> pd.DataFrame:
    """Does a measure differ between groups of different subjects (Welch)?

    Parameters
    ----------
    table : DataFrame
        What a measure returned: one row per subject (and `by`).
    value : str
        Column of the measure.
    group : str
        Column of the groups; with more than two of them, every pair is tested.
    by, correction, level
        As in `one_sample_test`. All pairs and all `by` count as tests of one family.

    Returns
    -------
    DataFrame
        One row per pair of groups: the `by` columns, `first`, `second`, `n_first`, `n_second`,
        `mean_first`, `mean_second`, `difference` (first minus second) with `low` and `high`, `t`,
        `df`, `p` (Welch: variances may differ), `u` and `p_mann_whitney` (ranks), `d` (difference
        in pooled standard deviations), `g` with `g_low` and `g_high` (their interval assumes equal
        variances), and, with `by` or several pairs, `p_adjusted` and `correction`. All two-sided.

    Raises
    ------
    ValueError
        As in `one_sample_test`; if there are fewer than two groups, or a subject is in several.

    Examples
    --------
    >>> table = pd.DataFrame({"subject": range(6), "age": ["old"] * 3 + ["young"] * 3,
    ...                       "rank": [0.5, 0.6, 0.7, 0.6, 0.7, 0.8]})
    >>> result = independent_test(table, "rank", "age")
    >>> result[["first", "second", "difference", "t", "df", "d"]].round(2)
      first second  difference     t   df    d
    0   old  young        -0.1 -1.22  4.0 -1.0

    References
    ----------
    Welch, B. L. (1947). The generalization of "Student's" problem when several different
    population variances are involved. Biometrika, 34(1-2), 28-35.
    """
    check_level(level)
    keys = by_columns(by)
    check_groups(table, value, group, keys)

    def test(part: pd.DataFrame, where: dict[str, Any]) -> list[dict[str, Any]]:
        rows = []
        for first, second in pairs(part, group):
            a, b = (part[value][part[group] == g].to_numpy(dtype=float) for g in (first, second))
            names = {"first": first, "second": second}
            for name, scores in ((first, a), (second, b)):
                check_subjects(len(scores), where | {group: name})
            check_spread(max(spread(a), spread(b)), where | names)
            means = {"n_first": len(a), "n_second": len(b)}
            means |= {"mean_first": a.mean(), "mean_second": b.mean()}
            rows.append(names | means | _of_groups(a, b, level))
        return rows

    return each(table, keys, test, correction)


def each(
    table: pd.DataFrame,
    keys: list[str],
    test: Callable[[pd.DataFrame, dict[str, Any]], list[dict[str, Any]]],
    correction: Correction,
) -> pd.DataFrame:
    """The rows of a test of each combination of the keys, p adjusted where there are several."""
    if not keys:
        result = pd.DataFrame(test(table, {}))
    else:
        rows = []
        for levels, part in table.groupby(keys, observed=True):
            where = dict(zip(keys, levels, strict=True))
            rows += [where | row for row in test(part, where)]
        result = pd.DataFrame(rows)
    adjusted = adjust_p(result, correction)  # before the choice, so that a wrong name is told
    return adjusted if keys or len(result) > 1 else result


def pairs(table: pd.DataFrame, column: str) -> list[tuple[Any, Any]]:
    """All pairs of the levels of a column, in order."""
    levels = sorted(table[column].unique())
    if len(levels) < 2:
        raise ValueError(
            f"{column} must have at least two levels to compare, got only {levels[0]!r}"
        )
    return [*combinations(levels, 2)]


def check_groups(table: pd.DataFrame, value: str, group: str, keys: list[str]) -> None:
    """Each subject in one group only."""
    check_columns(table, ["subject", group, *keys, value])
    check_labels(table, ["subject", group, *keys])
    n_groups = table.groupby("subject", observed=True)[group].nunique(dropna=False)
    if (n_groups > 1).any():
        subject = n_groups.index[n_groups > 1][0]
        levels = [*table[group][table["subject"] == subject].unique()]
        raise ValueError(
            f"subject {subject} is in several groups: {', '.join(map(str, levels))}"
            f"{and_more((n_groups > 1).sum() - 1, 'subject')}; if these are the same persons, the "
            "design is within subjects (paired); if not, give each its own label, for example with "
            f"table['subject'] = table[{group!r}].astype(str) + ' ' + table['subject'].astype(str)"
        )
    check_scores(table, value, keys)


def spread(x: Scores) -> float:
    """Standard deviation; 0 where scores differ by rounding alone, as .3 - .1 and .4 - .2 do."""
    return float(x.std(ddof=1)) if np.ptp(x) > 1e-12 * max(1.0, np.abs(x).max()) else 0.0


def _of_differences(x: Scores, level: float, where: dict[str, Any]) -> dict[str, Any]:
    """From `difference` on, of scores that are zero under the null hypothesis."""
    check_subjects(len(x), where)
    check_spread(spread(x), where)
    result = stats.ttest_1samp(x, 0)
    low, high = result.confidence_interval(level)
    # .3 - .1 and .4 - .2 are ties, and .1 + .2 - .3 is no difference
    ranks = stats.wilcoxon(np.round(x / np.abs(x).max(), 12))
    effect = standardised_effect(result.statistic, len(x) - 1, len(x), level)
    return {
        "difference": x.mean(),
        "low": low,
        "high": high,
        "t": result.statistic,
        "df": len(x) - 1,
        "p": result.pvalue,
        "w": ranks.statistic,
        "p_wilcoxon": ranks.pvalue,
        "dz": effect.d,
        "g": effect.g,
        "g_low": effect.low,
        "g_high": effect.high,
    }


def _of_groups(a: Scores, b: Scores, level: float) -> dict[str, Any]:
    welch = stats.ttest_ind(a, b, equal_var=False)
    low, high = welch.confidence_interval(level)
    ranks = stats.mannwhitneyu(a, b)
    n = len(a) * len(b) / (len(a) + len(b))
    pooled = stats.ttest_ind(a, b)
    effect = standardised_effect(pooled.statistic, len(a) + len(b) - 2, n, level)
    return {
        "difference": a.mean() - b.mean(),
        "low": low,
        "high": high,
        "t": welch.statistic,
        "df": welch.df,
        "p": welch.pvalue,
        "u": ranks.statistic,
        "p_mann_whitney": ranks.pvalue,
        "d": effect.d,
        "g": effect.g,
        "g_low": effect.low,
        "g_high": effect.high,
    }
