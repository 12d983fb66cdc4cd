"""Permutation test of two curves or two scores, with control over all bins at once."""

from itertools import combinations
from math import comb
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.checks import one_of
from analysis.counts import by_columns
from analysis.statistics.checks import check_scores, check_subjects, complete_cells
from analysis.statistics.t_tests import check_groups

Matrix = NDArray[np.float64]


def permutation_test(
    table: pd.DataFrame,
    value: str,
    source: str,
    design: Literal["between", "within"],
    x: str | list[str] | None = None,
    n_permutations: int = 10_000,
    seed: int = 0,
) -> pd.DataFrame:
    """Do two sources (model and people, two conditions) differ, at any x of a curve?

    Between subjects the labels of the sources are exchanged among subjects, within subjects the
    sign of each subject's difference is flipped. The statistic is Welch's t, or the paired t, at
    each x; over a whole curve its largest absolute value, which controls the probability of any
    false alarm among the bins and loses less than Holm where bins go together.

    Parameters
    ----------
    table : DataFrame
        One row per subject, source and x.
    value : str
        Column of the measure.
    source : str
        Column with two levels: the two sources, groups or conditions.
    design : {"between", "within"}
        Whether the sources are different subjects, or the same.
    x : str or list of str
        Column or columns of x; None for a measure with one value per subject.
    n_permutations : int
        Rearrangements drawn. Where there are not more of them altogether, all are taken and the
        test is exact.
    seed : int
        The same seed gives the same p.

    Returns
    -------
    DataFrame
        One row per x: `first`, `second`, the columns of x, `difference` (first minus second),
        `t`, `p` (of this bin alone), `p_max` (controlled over all bins), `n_permutations` and
        `exact`. The smallest p there can be is 1 / n_permutations: the arrangement observed is
        one of them.

    Raises
    ------
    ValueError
        If there are other than two sources, a subject of a between design is in both, a subject
        lacks an x (or, within, a source), a score is no number, or there are fewer than two
        subjects in a source.

    Examples
    --------
    Of the 8 ways to flip the signs of three differences, two are as far from zero as this one:

    >>> table = pd.DataFrame({"subject": [1, 1, 2, 2, 3, 3], "list_type": ["a", "b"] * 3,
    ...                       "rank": [0.6, 0.5, 0.8, 0.6, 0.9, 0.6]})
    >>> result = permutation_test(table, "rank", "list_type", "within")
    >>> result[["difference", "t", "p", "n_permutations", "exact"]].round(2)
       difference     t     p  n_permutations  exact
    0         0.2  3.46  0.25               8   True

    References
    ----------
    Nichols, T. E., & Holmes, A. P. (2002). Nonparametric permutation tests for functional
    neuroimaging: A primer with examples. Human Brain Mapping, 15(1), 1-25.

    Phipson, B., & Smyth, G. K. (2010). Permutation p-values should never be zero. Statistical
    Applications in Genetics and Molecular Biology, 9(1), 39.
    """
    columns = by_columns(x)
    check_scores(table, value, [source, *columns])
    levels = sorted(table[source].unique())
    if len(levels) != 2:
        raise ValueError(
            f"{source} must have two levels, got {', '.join(map(str, levels))}; pick two with "
            f"table[table[{source!r}].isin([...])]"
        )
    one_of("design", design, ("between", "within"))
    if n_permutations < 2:
        raise ValueError(f"n_permutations must be 2 or more, got {n_permutations}")
    rng = np.random.default_rng(seed)
    if design == "between":
        check_groups(table, value, source, columns)
        # without an x all scores are at the same
        wide = complete_cells(table.assign(_x=0), value, columns or ["_x"])
        of_subject = table.groupby("subject", observed=True)[source].first()
        first = (of_subject.loc[wide.index] == levels[0]).to_numpy()
        for level, n in zip(levels, (first.sum(), (~first).sum()), strict=True):
            check_subjects(int(n), {source: level})
        arrangements, exact = _labels(first, n_permutations, rng)
        difference, t = _welch(wide.to_numpy(), arrangements)
    else:
        both = complete_cells(table, value, [source, *columns])
        check_subjects(len(both))
        of = both.columns.get_level_values(source)
        wide, other = both.loc[:, of == levels[0]], both.loc[:, of == levels[1]]
        arrangements, exact = _signs(len(both), n_permutations, rng)
        difference, t = _paired(wide.to_numpy() - other.to_numpy(), arrangements)
    names = wide.columns.to_frame(index=False)[columns]
    names.insert(0, "first", levels[0])
    names.insert(1, "second", levels[1])
    return names.assign(
        difference=difference,
        t=t[0],
        p=_share_as_far(np.abs(t), np.abs(t[0])),
        p_max=_share_as_far(np.abs(t).max(axis=1, keepdims=True), np.abs(t[0])),
        n_permutations=len(arrangements),
        exact=exact,
    )


def _share_as_far(statistics: Matrix, observed: Matrix) -> Matrix:
    """Share of the arrangements (rows) as far from zero as observed, equal up to rounding."""
    return np.mean(statistics >= observed * (1 - 1e-9), axis=0)


def _labels(
    first: NDArray[np.bool_], n_permutations: int, rng: np.random.Generator
) -> tuple[Matrix, bool]:
    """(arrangements, subjects) 1 for the first source; the observed one comes first."""
    n, n_first = len(first), int(first.sum())
    if comb(n, n_first) <= n_permutations:
        chosen = np.array([*combinations(range(n), n_first)])
        labels = np.zeros((len(chosen), n))
        np.put_along_axis(labels, chosen, 1, axis=1)
        observed = np.flatnonzero((labels == first).all(axis=1))
        return np.vstack([labels[observed], np.delete(labels, observed, axis=0)]), True
    drawn = rng.permuted(np.tile(first.astype(float), (n_permutations - 1, 1)), axis=1)
    return np.vstack([first.astype(float), drawn]), False


def _signs(n: int, n_permutations: int, rng: np.random.Generator) -> tuple[Matrix, bool]:
    """(arrangements, subjects) of 1 and -1; the observed one, all 1, comes first."""
    if 2**n <= n_permutations:
        flipped = np.arange(2**n)[:, None] >> np.arange(n) & 1
        return np.where(flipped == 1, -1.0, 1.0), True
    return np.vstack([np.ones(n), rng.choice([-1.0, 1.0], size=(n_permutations - 1, n))]), False


def _welch(scores: Matrix, first: Matrix) -> tuple[Matrix, Matrix]:
    """Difference observed (x,), and t of each arrangement (arrangements, x)."""
    centred = scores - scores.mean(axis=0)  # for the variance from sums of squares
    parts = []
    for member in (first, 1 - first):
        n = member.sum(axis=1, keepdims=True)
        mean = member @ centred / n
        variance = np.maximum(member @ centred**2 - n * mean**2, 0) / (n - 1)
        parts.append((mean, variance / n))
    (mean_a, error_a), (mean_b, error_b) = parts
    return mean_a[0] - mean_b[0], _t(mean_a - mean_b, error_a + error_b, scores)


def _paired(differences: Matrix, signs: Matrix) -> tuple[Matrix, Matrix]:
    """Difference observed (x,), and t of each arrangement (arrangements, x)."""
    n = len(differences)
    mean = signs @ differences / n
    # flipping signs leaves the squares as they are
    variance = np.maximum(np.sum(differences**2, axis=0) - n * mean**2, 0) / (n - 1)
    return mean[0], _t(mean, variance / n, differences)


def _t(difference: Matrix, squared_error: Matrix, scores: Matrix) -> Matrix:
    """Their ratio; 0 where nothing differs, and infinite where only the sources do."""
    rounding = 1e-14 * np.maximum(np.abs(scores).max(axis=0), 1e-300)
    difference = np.where(np.abs(difference) <= rounding, 0, difference)
    error = np.where(squared_error <= rounding**2, 0, np.sqrt(squared_error))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(difference == 0, 0, difference / error)
