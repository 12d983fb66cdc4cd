"""Repeated-measures analysis of variance, with corrections where sphericity fails."""

from collections.abc import Sequence
from functools import reduce
from itertools import combinations, product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import linalg, stats

from analysis.counts import by_columns
from analysis.statistics.checks import check_subjects, complete_cells


def rm_anova(table: pd.DataFrame, value: str, within: str | Sequence[str]) -> pd.DataFrame:
    """Repeated-measures ANOVA of a measure, over one or several factors within subjects.

    Each effect is tested against its own interaction with subjects. The plain F test assumes that
    all differences between levels vary alike (sphericity), which neighbouring positions or lags
    hardly do; the corrected p values multiply both degrees of freedom by an estimate of how far
    that fails. Report `p_gg`, or `p_hf` where `epsilon_gg` is above .75 (Girden, 1992).

    Parameters
    ----------
    table : DataFrame
        What a measure returned: one row per subject and cell.
    value : str
        Column of the measure.
    within : str or list of str
        Columns of the factors, such as ["condition", "input"]. Every subject needs every cell.

    Returns
    -------
    DataFrame
        One row per effect: `effect`, `ss`, `df`, `ss_error`, `df_error`, `f`, `p`, `epsilon_gg`
        and `p_gg` (Greenhouse & Geisser), `epsilon_hf` (at most 1) and `p_hf` (Huynh & Feldt),
        `eta2_g` (generalised eta squared, all factors manipulated within subjects), `eta2_p`
        (partial) and `n` (subjects).

    Raises
    ------
    ValueError
        If a column is missing, a factor has one level, a score is no number, a subject lacks a
        cell (the message says which subjects lack what) or has it twice, there are fewer than
        two subjects, or an effect is the same for all subjects.

    Examples
    --------
    Means .1, .3, .5 (a sum of squares of .24); what subjects deviate from that beyond their own
    mean comes to .04, with 4 degrees of freedom:

    >>> table = pd.DataFrame({"subject": np.repeat([1, 2, 3], 3), "input": [1, 2, 3] * 3,
    ...                       "recall": [0.1, 0.3, 0.5, 0.2, 0.3, 0.4, 0.0, 0.3, 0.6]})
    >>> rm_anova(table, "recall", "input").iloc[0, :6]
    effect      input
    ss           0.24
    df              2
    ss_error     0.04
    df_error        4
    f            12.0
    Name: 0, dtype: object

    References
    ----------
    Greenhouse, S. W., & Geisser, S. (1959). On methods in the analysis of profile data.
    Psychometrika, 24(2), 95-112.

    Huynh, H., & Feldt, L. S. (1976). Estimation of the Box correction for degrees of freedom from
    sample data in randomized block and split-plot designs. Journal of Educational Statistics,
    1(1), 69-82.

    Girden, E. R. (1992). ANOVA: Repeated measures. Sage.

    Olejnik, S., & Algina, J. (2003). Generalized eta and omega squared statistics: Measures of
    effect size for some common research designs. Psychological Methods, 8(4), 434-447.
    """
    factors = by_columns(within)
    wide = complete_cells(table, value, factors)
    check_subjects(len(wide))
    sizes = [len(wide.columns.unique(factor)) for factor in factors]
    if not factors or min(sizes) < 2:
        raise ValueError(
            "within must name factors of two levels or more, got "
            + (", ".join(f"{f} with {k}" for f, k in zip(factors, sizes, strict=True)) or "none")
        )
    if np.prod(sizes) != wide.shape[1]:
        levels = [wide.columns.unique(factor) for factor in factors]
        absent = next(cell for cell in product(*levels) if cell not in wide.columns)
        raise ValueError(
            f"the factors {' x '.join(factors)} make {np.prod(sizes)} cells, but the table has "
            f"only {wide.shape[1]}: no subject has {dict(zip(factors, absent, strict=True))}; "
            "leave out the levels that were not crossed"
        )
    scores = wide.to_numpy()
    effects = [chosen for k in range(1, len(factors) + 1) for chosen in combinations(factors, k)]
    of_subjects = scores @ _contrasts(factors, sizes, ())
    residual = np.sum((of_subjects - of_subjects.mean(axis=0)) ** 2)
    rows = [_effect(scores @ _contrasts(factors, sizes, chosen), chosen) for chosen in effects]
    result = pd.DataFrame(rows)
    # all that is not an effect: subjects, and their interactions with the factors
    error = residual + result["ss_error"].sum()
    return result.assign(
        eta2_g=result["ss"] / (result["ss"] + error),
        eta2_p=result["ss"] / (result["ss"] + result["ss_error"]),
        n=len(wide),
    )


def _contrasts(
    factors: list[str], sizes: list[int], chosen: tuple[str, ...]
) -> NDArray[np.float64]:
    """(cells, df) Orthonormal contrasts of an effect: of the factors chosen, averaged over others.

    With unit columns, sums of squares of the contrast scores are those of the ANOVA.
    """
    parts = []
    for factor, size in zip(factors, sizes, strict=True):
        helmert = linalg.helmert(size, full=True).T
        parts.append(helmert[:, 1:] if factor in chosen else helmert[:, :1])
    return reduce(np.kron, parts)


def _effect(scores: NDArray[np.float64], chosen: tuple[str, ...]) -> dict[str, Any]:
    """F and its corrections, from contrast scores (subjects, df)."""
    n, df = scores.shape
    name = ":".join(chosen)
    mean = scores.mean(axis=0)
    ss = n * np.sum(mean**2)
    ss_error = np.sum((scores - mean) ** 2)
    if ss_error <= 1e-24 * max(1.0, float(np.sum(scores**2))):
        raise ValueError(
            f"the effect of {name} is the same for all {n} subjects, so there is no error to test "
            "it against; copies of one subject under several labels look like this"
        )
    df_error = df * (n - 1)
    f = ss / df * df_error / ss_error
    gg, hf = _epsilons(scores)
    return {
        "effect": name,
        "ss": ss,
        "df": df,
        "ss_error": ss_error,
        "df_error": df_error,
        "f": f,
        "p": stats.f.sf(f, df, df_error),
        "epsilon_gg": gg,
        "p_gg": stats.f.sf(f, gg * df, gg * df_error),
        "epsilon_hf": hf,
        "p_hf": stats.f.sf(f, hf * df, hf * df_error),
    }


def _epsilons(scores: NDArray[np.float64]) -> tuple[float, float]:
    """Greenhouse & Geisser (1959) and Huynh & Feldt (1976), the latter at most 1."""
    n, df = scores.shape
    if df == 1:
        return 1.0, 1.0
    covariance = np.cov(scores, rowvar=False)
    gg = np.trace(covariance) ** 2 / (df * np.sum(covariance**2))
    above, below = n * df * gg - 2, df * (n - 1 - df * gg)
    # with very few subjects the denominator vanishes: no evidence against sphericity
    return float(gg), float(min(1.0, above / below)) if below > 1e-9 else 1.0
