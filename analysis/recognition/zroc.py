"""zROC: the straight line that an ROC of normal distributions is on z axes."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import norm

from analysis.checks import one_of
from analysis.counts import by_columns
from analysis.recognition.rates import CORRECTIONS, Correction, corrected
from analysis.recognition.roc import rating_counts

Fit = Literal["likelihood", "regression"]

#: log of the standard deviation of words studied; beyond, the ratings do not tell it
WIDEST = 3.0
#: distance of the means in standard deviations; beyond, ratings hardly overlap
FARTHEST = 10.0


def zroc(
    tests: pd.DataFrame,
    by: str | Sequence[str] | None = None,
    fit: Fit = "likelihood",
    correction: Correction = "loglinear",
    scale: Sequence[Any] | None = None,
) -> pd.DataFrame:
    """Slope and intercept of the zROC of each subject, and what follows from them.

    Words studied and lures are normally distributed along evidence, with unequal variances: z(H) =
    intercept + slope z(F). The slope is the standard deviation of lures over that of words studied,
    below 1 (about .8) in most recognition.

    Parameters
    ----------
    tests, by, scale
        As those of `roc`.
    fit : {"likelihood", "regression"}
        How the line is found. "likelihood": the distributions and criteria under which the ratings
        are most likely. "regression": least squares of z(H) on z(F), which treats the false-alarm
        rates as known and the criteria as independent, though they are neither (Macmillan &
        Creelman, 2005, chapter 3).
    correction : {"loglinear", "1/(2N)", "none"}
        For the regression: as in `hit_rates`; with "none", criteria at which a rate is 0 or 1 are
        left out. The likelihood needs none.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `slope`, `intercept`, `d_a` = intercept sqrt(2 / (1 + slope^2))
        (distance in units of the root mean square of both standard deviations), `a_z` =
        Phi(d_a / sqrt(2)), the area under the ROC, `n_old`, `n_new`. NaN where no
        line is best: fewer than two criteria have rates between 0 and 1 (for the regression, after
        correction), as when the ratings of words studied and lures hardly overlap.

    Raises
    ------
    ValueError
        As `roc`; or if a definition is none of those there are.

    Examples
    --------
    As many lures below as words studied above each criterion, so that the slope is 1. Single
    criteria put the distance at 1.28 (a rate of .5 against one of .1) and 1.68 (.8 against .2):

    >>> old, new = [4] * 5 + [3] * 3 + [2] * 1 + [1] * 1, [1] * 5 + [2] * 3 + [3] * 1 + [4] * 1
    >>> table = pd.DataFrame({
    ...     "subject": 1, "list": 1, "trial_type": ["study"] * 10 + ["recall"] * 20,
    ...     "position": [*range(1, 11), *range(1, 21)], "item": [*range(1, 11), *range(1, 21)],
    ...     "response": [None] * 10 + old + new})
    >>> zroc(table)[["slope", "intercept", "d_a", "a_z"]].round(2)
       slope  intercept   d_a   a_z
    0    1.0       1.41  1.41  0.84

    References
    ----------
    Macmillan, N. A., & Creelman, C. D. (2005). Detection theory: A user's guide (2nd ed., chapter
    3). Erlbaum.

    Dorfman, D. D., & Alf, E. (1969). Maximum-likelihood estimation of parameters of signal-detection
    theory and determination of confidence intervals: Rating-method data. Journal of Mathematical
    Psychology, 6(3), 487-496.
    """
    one_of("correction", correction, CORRECTIONS)
    one_of("fit", fit, ("likelihood", "regression"))
    counts = rating_counts(tests, by, scale)
    old, new = counts["old"].to_numpy(), counts["new"].to_numpy()
    lines = np.array(
        [
            _most_likely(*both) if fit == "likelihood" else _regression(*both, correction)
            for both in zip(old, new, strict=True)
        ]
    )
    slope, intercept = lines[:, 0], lines[:, 1]
    d_a = intercept * np.sqrt(2 / (1 + slope**2))
    keys = counts["old"].index.to_frame(index=False)[["subject", *by_columns(by)]]
    return keys.assign(
        slope=slope,
        intercept=intercept,
        d_a=d_a,
        a_z=norm.cdf(d_a / np.sqrt(2)),
        n_old=old.sum(axis=1),
        n_new=new.sum(axis=1),
    )


def _regression(
    old: NDArray[np.integer], new: NDArray[np.integer], correction: Correction
) -> tuple[float, float]:
    """Slope and intercept from counts of each rating, (ratings,)."""
    rates = [
        corrected(np.cumsum(n[::-1])[:-1], [n.sum()] * (len(n) - 1), correction) for n in (old, new)
    ]
    z_hit, z_false = norm.ppf(rates)
    finite = np.isfinite(z_hit) & np.isfinite(z_false)
    if len(np.unique(z_false[finite])) < 2:
        return np.nan, np.nan
    slope, intercept = np.polyfit(z_false[finite], z_hit[finite], 1)
    return float(slope), float(intercept)


def _most_likely(old: NDArray[np.integer], new: NDArray[np.integer]) -> tuple[float, float]:
    """Slope and intercept from counts of each rating, (ratings,)."""
    used = (old + new) > 0  # a rating nobody gave has no criterion of its own
    old, new = old[used], new[used]
    # a line needs two points; where a rate is 0 or 1 there is none, and any steep line would do
    above = np.cumsum([old, new], axis=1)[:, :-1]
    inner = (above > 0) & (above < np.array([[old.sum()], [new.sum()]]))
    if np.count_nonzero(inner.all(axis=0)) < 2:
        return np.nan, np.nan

    def unlikeliness(theta: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        return _minus_log_likelihood(theta, old, new)

    # begin at the criteria that lures alone imply, and the distance that equal variances imply
    z_new = norm.ppf((np.cumsum(new)[:-1] + 0.5) / (new.sum() + 1))
    z_old = norm.ppf((np.cumsum(old)[:-1] + 0.5) / (old.sum() + 1))
    steps = np.log(np.maximum(np.diff(z_new), 0.05))
    start = np.concatenate([[np.mean(z_new - z_old), 0.0, z_new[0]], steps])
    options = {"maxiter": 1000, "maxfun": 2000, "ftol": 1e-15, "gtol": 1e-9}
    best = minimize(unlikeliness, start, jac=True, method="L-BFGS-B", options=options)
    mean, log_sd = best.x[:2]
    if abs(log_sd) > WIDEST or abs(mean) > FARTHEST * np.exp(max(log_sd, 0)):
        return np.nan, np.nan
    slope = np.exp(-log_sd)
    return float(slope), float(mean * slope)


def _minus_log_likelihood(
    theta: NDArray[np.float64], old: NDArray[np.integer], new: NDArray[np.integer]
) -> tuple[float, NDArray[np.float64]]:
    """Minus log likelihood of the counts and its gradient.

    `theta` is the mean and the log of the standard deviation of words studied (lures have 0 and 1),
    the lowest criterion, and the logs of the steps to the next ones, so that they stay in order.
    """
    mean, sd = theta[0], np.exp(theta[1])
    steps = np.exp(theta[3:])
    criteria = theta[2] + np.concatenate([[0], np.cumsum(steps)])
    total = 0.0
    gradient = np.zeros_like(theta)
    by_criterion = np.zeros(len(criteria))
    for n, centre, width in ((old, mean, sd), (new, 0.0, 1.0)):
        z = (criteria - centre) / width
        p = np.diff(np.concatenate([[0], norm.cdf(z), [1]]))
        p = np.maximum(p, 1e-300)  # far from the best, differences round to 0
        total -= float(n @ np.log(p))
        by_z = -norm.pdf(z) * (n[:-1] / p[:-1] - n[1:] / p[1:])
        by_criterion += by_z / width
        if n is old:
            gradient[0] = -by_z.sum() / width
            gradient[1] = -by_z @ z
    # each step moves all criteria from its own on
    from_here = np.cumsum(by_criterion[::-1])[::-1]
    gradient[2] = from_here[0]
    gradient[3:] = from_here[1:] * steps
    return total, gradient
