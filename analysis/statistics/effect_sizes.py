"""Standardised effects with their intervals."""

from typing import NamedTuple

import numpy as np
from scipy import optimize, special


class Effect(NamedTuple):
    """A standardised difference."""

    d: float
    """In standard deviations, as it is in the sample (dz, Cohen's d)."""
    g: float
    """The same without the bias of small samples (Hedges' g)."""
    low: float
    """Lower end of the interval of g."""
    high: float
    """Upper end of the interval of g."""


def hedges_correction(df: float) -> float:
    """Hedges' J, by which d overestimates the effect in the population; NaN below 2 df.

    Examples
    --------
    >>> round(hedges_correction(10), 4)  # about 1 - 3 / (4 df - 1)
    0.9227

    References
    ----------
    Hedges, L. V. (1981). Distribution theory for Glass's estimator of effect size and related
    estimators. Journal of Educational Statistics, 6(2), 107-128. Equation 6e.
    """
    if df < 2:
        return np.nan
    log_j = special.gammaln(df / 2) - special.gammaln((df - 1) / 2) - np.log(df / 2) / 2
    return float(np.exp(log_j))


def standardised_effect(t: float, df: float, n: float, level: float = 0.95) -> Effect:
    """Effect size of a t statistic, with an interval from the noncentral t distribution.

    Parameters
    ----------
    t : float
        Statistic, of a t test that assumes equal variances where there are two groups.
    df : float
        Its degrees of freedom.
    n : float
        What t = d sqrt(n) holds for: the subjects of a one-sample or paired test, n1 n2 / (n1 + n2)
        of two groups.
    level : float
        Coverage of the interval.

    Returns
    -------
    Effect
        The interval are the effects under which t would lie at the ends of the central `level` of
        its distribution, times the same correction as g.

    Examples
    --------
    >>> effect = standardised_effect(t=2.0, df=15, n=16)
    >>> effect.d
    0.5
    >>> round(effect.g, 3)  # .5 * .949
    0.475

    References
    ----------
    Cumming, G., & Finch, S. (2001). A primer on the understanding, use, and calculation of
    confidence intervals that are based on central and noncentral distributions. Educational and
    Psychological Measurement, 61(4), 532-574.
    """
    j = hedges_correction(df)
    low, high = (_noncentrality(t, df, p) for p in ((1 + level) / 2, (1 - level) / 2))
    d = t / np.sqrt(n)
    return Effect(float(d), float(j * d), *(float(j * ncp / np.sqrt(n)) for ncp in (low, high)))


def _noncentrality(t: float, df: float, p: float) -> float:
    """The noncentrality whose t distribution puts p below t; NaN if t is not finite."""
    if not np.isfinite(t):
        return np.nan

    def excess(noncentrality: float) -> float:
        return float(special.nctdtr(df, noncentrality, t)) - p

    # special.nctdtrinc would do, but where t is near 0 it may miss p by as much as .5
    half = 1.0
    while excess(t - half) < 0 or excess(t + half) > 0:
        half *= 2
    return float(optimize.brentq(excess, t - half, t + half, xtol=1e-12))
