"""Is a difference small enough not to matter? The two one-sided tests."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from analysis.counts import by_columns
from analysis.statistics.checks import check_scores, check_subjects, complete_cells
from analysis.statistics.t_tests import Scores, check_groups, each, pairs, spread


def equivalence_test(
    table: pd.DataFrame,
    value: str,
    margin: float,
    against: float | None = None,
    paired: str | None = None,
    independent: str | None = None,
    by: str | Sequence[str] | None = None,
    alpha: float = 0.05,
) -> pd.DataFrame:
    """Equivalence within a stated margin (two one-sided t tests, TOST).

    A test that finds no difference has not shown that there is none. This one can: it shows, at
    `alpha`, that the difference lies between -margin and margin. That is so if both p values are
    below alpha, or, which is the same, if the interval of 1 - 2 alpha lies within the margin.

    Parameters
    ----------
    table : DataFrame
        What a measure returned: one row per subject (and cell).
    value : str
        Column of the measure.
    margin : float
        The largest difference that does not matter, in the unit of the measure, above 0. It is a
        judgement on the matter at hand, to be taken and justified before looking at the data;
        there is no default.
    against : float
        A number to be equivalent to. Give one of `against`, `paired` and `independent`.
    paired : str
        Column of conditions that the same subjects went through.
    independent : str
        Column of groups of different subjects, such as the source "model" and "people" (Welch).
    by : str or list of str
        Columns of which each combination is tested by itself. No p is adjusted: to claim that
        curves are equivalent at *every* x, each test at `alpha` is right.
    alpha : float
        Level of each one-sided test.

    Returns
    -------
    DataFrame
        One row per test: the `by` columns, `first` and `second` (conditions or groups) or
        `against`, `n` or `n_first` and `n_second` (subjects), `difference` (first minus second),
        `low` and `high` (interval of 1 - 2 alpha: 90 % at .05), `margin`, `df`, `t_lower` and
        `p_lower` (the difference is above -margin), `t_upper` and `p_upper` (it is below margin),
        `p` (the larger) and `equivalent`.

    Raises
    ------
    ValueError
        If the margin is not above 0, not exactly one of `against`, `paired` and `independent` is
        given, or the table does not fit; see `one_sample_test`, `paired_test`,
        `independent_test`.

    Examples
    --------
    Mean .5, standard error .1 / sqrt(3) = .058. With 2 degrees of freedom its 90 % interval is
    .5 -+ 2.92 * .058, within .2 of .5:

    >>> table = pd.DataFrame({"subject": [1, 2, 3], "rank": [0.4, 0.5, 0.6]})
    >>> result = equivalence_test(table, "rank", margin=0.2, against=0.5)
    >>> result[["low", "high", "t_lower", "t_upper", "p", "equivalent"]].round(2)
        low  high  t_lower  t_upper     p  equivalent
    0 -0.17  0.17     3.46    -3.46  0.04        True

    References
    ----------
    Schuirmann, D. J. (1987). A comparison of the two one-sided tests procedure and the power
    approach for assessing the equivalence of average bioavailability. Journal of Pharmacokinetics
    and Biopharmaceutics, 15(6), 657-680.

    Lakens, D. (2017). Equivalence tests: A practical primer for t tests, correlations, and
    meta-analyses. Social Psychological and Personality Science, 8(4), 355-362.
    """
    if not (np.isfinite(margin) and margin > 0):
        raise ValueError(
            f"margin must be above 0, got {margin}: it is the largest difference that does not "
            f"matter, in the unit of {value}"
        )
    if not 0 < alpha < 0.5:
        raise ValueError(f"alpha must lie between 0 and .5, got {alpha}")
    given = [name is not None for name in (against, paired, independent)]
    if sum(given) != 1:
        raise ValueError(
            "give one of against= (a number), paired= (a column of conditions of the same "
            f"subjects) and independent= (a column of groups), got {sum(given)} of them"
        )
    keys = by_columns(by)

    def tost(estimate: tuple[float, float, float]) -> dict[str, Any]:
        return _one_sided(*estimate, margin, alpha)

    def test(part: pd.DataFrame, where: dict[str, Any]) -> list[dict[str, Any]]:
        if against is not None:
            scores = part[value].to_numpy(dtype=float)
            check_subjects(len(scores), where)
            row: dict[str, Any] = {"against": against, "n": len(scores)}
            return [row | tost(_of_mean(scores - against))]
        column = str(paired or independent)
        rows = []
        for first, second in pairs(part, column):
            names = {"first": first, "second": second}
            if paired is not None:
                wide = complete_cells(part, value, [column])
                check_subjects(len(wide), where)
                scores = wide[(first,)].to_numpy() - wide[(second,)].to_numpy()
                rows.append(names | {"n": len(scores)} | tost(_of_mean(scores)))
            else:
                a, b = (part[value][part[column] == g].to_numpy(float) for g in (first, second))
                for name, scores in ((first, a), (second, b)):
                    check_subjects(len(scores), where | {column: name})
                numbers = {"n_first": len(a), "n_second": len(b)}
                rows.append(names | numbers | tost(_of_groups(a, b)))
        return rows

    if independent is not None:
        check_groups(table, value, independent, keys)
    else:
        check_scores(table, value, keys if paired is None else [*keys, paired])
    return each(table, keys, test, "none").drop(
        columns=["p_adjusted", "correction"], errors="ignore"
    )


def _of_mean(x: Scores) -> tuple[float, float, float]:
    """Difference from zero, its standard error, degrees of freedom."""
    return float(x.mean()), spread(x) / np.sqrt(len(x)), len(x) - 1


def _of_groups(a: Scores, b: Scores) -> tuple[float, float, float]:
    """Difference, its standard error, Welch's degrees of freedom."""
    squared = np.array([spread(a) ** 2 / len(a), spread(b) ** 2 / len(b)])
    df = len(a) + len(b) - 2.0
    if squared.sum() > 0:
        df = squared.sum() ** 2 / np.sum(squared**2 / [len(a) - 1, len(b) - 1])
    return float(a.mean() - b.mean()), float(np.sqrt(squared.sum())), float(df)


def _one_sided(
    difference: float, error: float, df: float, margin: float, alpha: float
) -> dict[str, Any]:
    with np.errstate(divide="ignore", invalid="ignore"):
        # without any variance the difference is known: both t infinite, or undefined at the margin
        t_lower = np.divide(difference + margin, error)
        t_upper = np.divide(difference - margin, error)
    p_lower, p_upper = stats.t.sf(t_lower, df), stats.t.cdf(t_upper, df)
    half = stats.t.ppf(1 - alpha, df) * error
    return {
        "difference": difference,
        "low": difference - half,
        "high": difference + half,
        "margin": margin,
        "df": df,
        "t_lower": t_lower,
        "p_lower": p_lower,
        "t_upper": t_upper,
        "p_upper": p_upper,
        "p": max(p_lower, p_upper),
        "equivalent": bool(max(p_lower, p_upper) < alpha),
    }
