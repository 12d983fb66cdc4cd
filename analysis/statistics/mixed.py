"""Linear mixed models: an effect of position or lag, with subjects that differ."""

import re
import warnings
from keyword import iskeyword
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf
from scipy import stats
from statsmodels.tools.sm_exceptions import ModelWarning

from analysis.checks import check_level
from analysis.statistics.checks import (
    check_columns,
    check_labels,
    check_numbers,
    check_spread,
    check_subjects,
)


def mixed_model(
    table: pd.DataFrame,
    formula: str,
    random: str = "1",
    level: float = 0.95,
) -> pd.DataFrame:
    """Linear mixed model with random effects of subjects, fitted by REML.

    Subjects need not have the same cells, or equally many. A measure per subject and cell is
    treated as normal with one variance: sound for probabilities away from 0 and 1.

    Parameters
    ----------
    table : DataFrame
        What a measure returned, a row per subject and cell, with `subject`.
    formula : str
        Measure and fixed effects, as in R: "recall ~ input", "prob ~ abs(lag) * condition". Words
        are categories, compared with the first of them; C(input) makes a number one. Numbers far
        from 0, such as positions from 1 to 40, are better centred first.
    random : str
        What varies from subject to subject, as on the left of R's (1 + input | subject): "1" for
        the intercept, "1 + input" for intercept and slope, which are then correlated. An effect
        within subjects that has no random slope is tested too liberally (Barr et al., 2013).
    level : float
        Coverage of the intervals.

    Returns
    -------
    DataFrame
        One row per term: `kind` ("fixed", "random SD", "random correlation", "residual SD"),
        `term`, `estimate`, and for fixed effects `se`, `z`, `p`, `low`, `high` (Wald: with fewer
        than 20 subjects or so p is too small, for it takes the variances as known); then for the
        model, the same in all rows, `formula` (all of it), `n_subjects`, `n_rows`,
        `log_likelihood` (restricted), `converged` and `problems` (none: "").

    Raises
    ------
    ValueError
        If a column is missing, a score is NaN, there are fewer than two subjects, or the formula
        names no measure.

    Warns
    -----
    RuntimeWarning
        If the fit did not converge or ends where a variance is zero; the message and the column
        `problems` say which, and what to try.

    Examples
    --------
    Four subjects who forget at a rate of .02, .01, .03 and .02 per position:

    >>> position = np.tile(np.arange(5), 4)
    >>> slope, start = np.repeat([.02, .01, .03, .02], 5), np.repeat([.8, .7, .9, .6], 5)
    >>> noise = np.tile([.01, -.01, 0, -.01, .01], 4)
    >>> table = pd.DataFrame({"subject": np.repeat([1, 2, 3, 4], 5), "input": position,
    ...                       "recall": start - slope * position + noise})
    >>> result = mixed_model(table, "recall ~ input")
    >>> result["formula"].iloc[0]
    'recall ~ input + (1 | subject)'
    >>> result[["kind", "term", "estimate"]].head(2).round(3)
        kind       term  estimate
    0  fixed  Intercept      0.75
    1  fixed      input     -0.02

    References
    ----------
    Baayen, R. H., Davidson, D. J., & Bates, D. M. (2008). Mixed-effects modeling with crossed
    random effects for subjects and items. Journal of Memory and Language, 59(4), 390-412.

    Barr, D. J., Levy, R., Scheepers, C., & Tily, H. J. (2013). Random effects structure for
    confirmatory hypothesis testing: Keep it maximal. Journal of Memory and Language, 68(3),
    255-278.
    """
    check_level(level)
    _check(table, formula, random)
    table = _used(table)
    model = smf.mixedlm(formula, table, groups=table["subject"], re_formula=random)
    if np.linalg.matrix_rank(model.exog) < model.exog.shape[1]:
        raise ValueError(
            f"the fixed effects of {formula!r} cannot be told apart ({', '.join(model.exog_names)}): "
            "one is constant or follows from the others; leave it out"
        )
    with warnings.catch_warnings():
        # it warns of each optimiser that failed before one succeeded, and takes every variance
        # below .01, whatever the unit, for zero: `_problems` looks at the end, and in proportion
        warnings.simplefilter("ignore", ModelWarning)
        # methods that follow the gradient stop early where a variance goes to zero, some of them
        # calling it converged; the higher likelihood is the better fit
        fits = [model.fit(reml=True, method=[method]) for method in ("bfgs", "powell")]
    fit = max(fits, key=lambda fit: fit.llf)
    problems = _problems(fit)
    written = f"{' '.join(formula.split())} + ({' '.join(random.split())} | subject)"
    if problems:
        warnings.warn(f"{written}: {problems}", RuntimeWarning, stacklevel=2)
    fixed = _fixed(fit, level)
    return pd.concat([fixed, _random(fit)], ignore_index=True).assign(
        formula=written,
        n_subjects=table["subject"].nunique(),
        n_rows=int(fit.nobs),
        log_likelihood=float(fit.llf),
        converged=bool(fit.converged),
        problems=problems,
    )


def _check(table: pd.DataFrame, formula: str, random: str) -> None:
    if formula.count("~") != 1 or not formula.split("~")[0].strip():
        raise ValueError(
            f"formula must read 'measure ~ effects', such as 'recall ~ input', got {formula!r}"
        )
    if "|" in formula + random:
        raise ValueError(
            "random effects go into random=, without '| subject': formula='recall ~ input', "
            f"random='1 + input'; got formula={formula!r}, random={random!r}"
        )
    columns = _names(f"{formula} + {random}")
    check_columns(table, ["subject", *columns])
    check_labels(table, ["subject"])
    missing = table[columns].isna()
    if missing.any(axis=None):
        column = missing.columns[missing.any()][0]
        raise ValueError(
            f"{column} must not be missing: {missing[column].sum()} of {len(table)} rows have no "
            "value; where nothing was possible (as at lag 0) leave them out with "
            f"table.dropna(subset={column!r})"
        )
    for outcome in _names(formula.split("~")[0]):
        check_numbers(table, outcome)
        check_spread(np.ptp(table[outcome].to_numpy(dtype=float)))
    check_subjects(table["subject"].nunique())


def _used(table: pd.DataFrame) -> pd.DataFrame:
    """Numbers as numbers, and no categories that no row has."""
    table = table.infer_objects()
    for column in table.select_dtypes("category"):
        table[column] = table[column].cat.remove_unused_categories()
    return table


def _names(formula: str) -> list[str]:
    """Columns that a formula speaks of: words that are no functions, modules or options."""
    bare = re.sub(r"'[^']*'|\"[^\"]*\"", "", formula)
    words = re.findall(r"(?<![\w.])[^\W\d]\w*\b(?!\s*(?:[.(]|=(?!=)))", bare)
    return [*dict.fromkeys(word for word in words if not iskeyword(word))]


def _problems(fit: Any) -> str:
    """What went wrong, in a sentence; nothing if nothing."""
    problems = []
    if not fit.converged:
        problems.append(
            "the fit did not converge; do not report it: centre and scale the predictors, or take "
            "simpler random effects"
        )
    covariance = np.atleast_2d(np.asarray(fit.cov_re, dtype=float))
    scale = np.sqrt(np.diag(covariance))
    # what each random effect adds to the scores, beside what is left of them
    share = np.diag(covariance) * np.mean(np.square(fit.model.exog_re), axis=0) / fit.scale
    if (share < 1e-6).any():
        problems.append(
            "a variance between subjects is estimated as zero: take that random effect out, for the "
            "scores show nothing of it (lag-CRPs, which sum to 1, have no intercept of subjects)"
        )
    elif np.linalg.eigvalsh(covariance / np.outer(scale, scale))[0] < 1e-4:
        problems.append(
            "random effects are estimated as perfectly correlated: there are more of them than the "
            "scores can tell apart; take simpler ones"
        )
    if not np.isfinite(np.asarray(fit.bse_fe, dtype=float)).all():
        problems.append("the standard errors are not defined")
    return "; ".join(problems)


def _fixed(fit: Any, level: float) -> pd.DataFrame:
    estimate, error = fit.fe_params, fit.bse_fe
    half = stats.norm.ppf((1 + level) / 2) * error
    return pd.DataFrame(
        {
            "kind": "fixed",
            "term": [*estimate.index],
            "estimate": estimate.to_numpy(),
            "se": error.to_numpy(),
            "z": (estimate / error).to_numpy(),
            "p": 2 * stats.norm.sf(np.abs(estimate / error)),
            "low": (estimate - half).to_numpy(),
            "high": (estimate + half).to_numpy(),
        }
    )


def _random(fit: Any) -> pd.DataFrame:
    """Standard deviations between subjects, their correlations, and what is left."""
    # statsmodels calls the random intercept by the groups, where it is the only random effect
    names = ["Intercept" if n in ("subject", "Group") else str(n) for n in fit.cov_re.index]
    covariance = np.atleast_2d(np.asarray(fit.cov_re, dtype=float))
    sd = np.sqrt(np.diag(covariance))
    rows = [("random SD", name, value) for name, value in zip(names, sd, strict=True)]
    for i in range(len(names)):
        for j in range(i + 1, len(names)):
            with np.errstate(invalid="ignore", divide="ignore"):
                correlation = covariance[i, j] / (sd[i] * sd[j])
            rows.append(("random correlation", f"{names[i]}, {names[j]}", correlation))
    rows.append(("residual SD", "", float(np.sqrt(fit.scale))))
    return pd.DataFrame(rows, columns=["kind", "term", "estimate"])
