"""Bootstrap intervals of a curve over subjects."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from analysis.checks import check_level, one_of
from analysis.counts import by_columns
from analysis.statistics.checks import check_n_boot, numbers_of
from analysis.statistics.intervals import check_curve, summarise_subjects


def bootstrap_subjects(
    curve: pd.DataFrame,
    x: str | Sequence[str] | None,
    value: str = "prob",
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
    method: Literal["bca", "percentile"] = "bca",
    widen: bool = True,
    n_boot: int = 2000,
    seed: int = 0,
) -> pd.DataFrame:
    """Mean over subjects at each x, with intervals from resampling the subjects.

    Subjects are drawn whole, so that a resampled curve is one of persons. For proportions near 0
    or 1 and for skewed scores, where a t interval leaves the range or lies askew.

    Parameters
    ----------
    curve : DataFrame
        What a measure returned: one row per subject, `by` and x.
    x : str, list of str, or None
        Column or columns of x ("input", "lag", ["output", "input"]); None for a measure that has
        one value per subject.
    value : str
        Column to average. Subjects whose value is NaN at an x are left out there.
    by : str or list of str
        Columns that divide the curves; subjects are resampled within each.
    level : float
        Coverage of the interval.
    method : {"bca", "percentile"}
        "bca" corrects the percentiles for bias and for a spread that changes with the mean.
    widen : bool
        Take percentiles farther out, so that an interval of a symmetric bootstrap distribution is
        as wide as the t interval: bootstrap intervals of few subjects are too narrow, by 6 % for
        30 of them (Hesterberg, 2015). False: the textbook's, and scipy's.
    n_boot : int
        Resamples.
    seed : int
        The same seed gives the same intervals.

    Returns
    -------
    DataFrame
        As `group_curve`: the `by` columns, the columns of x, `mean`, `low`, `high`, `n`, `over`
        ("subjects"). One subject has no interval (NaN).

    Raises
    ------
    ValueError
        If a column is missing, a subject has several rows at one x, or an option is unknown.

    Examples
    --------
    All subjects recall the last word, so that every resample does the same:

    >>> curve = pd.DataFrame({"subject": [1, 2, 3], "input": 10, "recall": 1.0})
    >>> bootstrap_subjects(curve, "input", "recall")
       input  mean  low  high  n      over
    0     10   1.0  1.0   1.0  3  subjects

    References
    ----------
    Efron, B. (1987). Better bootstrap confidence intervals. Journal of the American Statistical
    Association, 82(397), 171-185.

    Hesterberg, T. C. (2015). What teachers should know about the bootstrap: Resampling in the
    undergraduate statistics curriculum. The American Statistician, 69(4), 371-386.
    """
    check_level(level)
    one_of("method", method, ("bca", "percentile"))
    check_n_boot(n_boot)
    keys, columns = by_columns(by), by_columns(x)
    check_curve(curve, [*keys, *columns], value)
    rng = np.random.default_rng(seed)
    # a key for all rows, so that a measure without x goes the same way
    curve = curve[curve[value].notna()].assign(_=0)
    summary = summarise_subjects(curve, [*keys, *columns], value)
    cell = curve.groupby(["_", *keys, *columns], observed=True, dropna=False).ngroup().to_numpy()
    group = curve.groupby(["_", *keys], observed=True, dropna=False).ngroup().to_numpy()
    subject = pd.factorize(curve["subject"])[0]
    scores = numbers_of(curve[value])
    low, high = np.empty(len(summary)), np.empty(len(summary))
    order = np.argsort(group, kind="stable")
    sets = np.split(order, np.flatnonzero(np.diff(group[order])) + 1) if len(order) else []
    for rows in sets:
        cells, column = np.unique(cell[rows], return_inverse=True)
        subjects, row = np.unique(subject[rows], return_inverse=True)
        matrix = np.full((len(subjects), len(cells)), np.nan)
        matrix[row, column] = scores[rows]
        low[cells], high[cells] = _intervals(matrix, level, method, widen, n_boot, rng)
    return summary[[*keys, *columns]].assign(
        mean=summary["mean"], low=low, high=high, n=summary["n"], over="subjects"
    )


def _intervals(
    scores: NDArray[np.float64],
    level: float,
    method: str,
    widen: bool,
    n_boot: int,
    rng: np.random.Generator,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Ends of the intervals (x,) of the mean of scores (subjects, x), NaN where a subject lacks."""
    n_subjects, n_x = scores.shape
    there = ~np.isnan(scores)
    filled = np.where(there, scores, 0)
    drawn = rng.integers(n_subjects, size=(n_boot, n_subjects))
    # how often each subject was drawn: together, the weights of a mean
    cell = drawn + n_subjects * np.arange(n_boot)[:, None]
    weights = np.bincount(cell.ravel(), minlength=n_boot * n_subjects).reshape(n_boot, -1)
    weights = weights.astype(float)
    with np.errstate(invalid="ignore"):  # few subjects have this x, and a resample has none
        resampled = (weights @ filled) / (weights @ there)
    low, high = np.full(n_x, np.nan), np.full(n_x, np.nan)
    for j in range(n_x):
        x = scores[there[:, j], j]
        if len(x) < 2:
            continue
        means = resampled[~np.isnan(resampled[:, j]), j]
        tails = np.array([1 - level, 1 + level]) / 2
        if widen:
            n = len(x)
            tails = special.ndtr(np.sqrt(n / (n - 1)) * special.stdtrit(n - 1, tails))
        if method == "bca":
            tails = bca_tails(x, means, tails)
        low[j], high[j] = np.quantile(means, tails)
    return low, high


def bca_tails(
    x: NDArray[np.float64], means: NDArray[np.float64], tails: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Where in the bootstrap distribution of the mean of x the tails lie (Efron, 1987)."""
    mean = x.mean()
    # resampled means that equal the mean up to rounding lie half below it
    tie = np.isclose(means, mean, rtol=1e-12, atol=1e-15)
    below = np.mean((means < mean) & ~tie) + np.mean(tie) / 2
    bias = special.ndtri(below)
    deviation = x - mean
    spread = np.sum(deviation**2)
    if spread == 0 or not np.isfinite(bias):
        return tails
    # of a mean, the skewness of the scores: the jackknife gives the same
    acceleration = np.sum(deviation**3) / (6 * spread**1.5)
    # tails of two or three subjects, widened, are so far out that they round to 0 and 1
    z = bias + special.ndtri(np.clip(tails, 1e-12, 1 - 1e-12))
    return special.ndtr(bias + z / np.maximum(1 - acceleration * z, 1e-6))
