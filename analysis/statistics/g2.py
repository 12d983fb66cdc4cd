"""Likelihood-ratio statistic of people's counts under the probabilities of a model."""

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special, stats

from analysis.checks import one_of
from analysis.statistics.checks import check_columns
from analysis.statistics.rmsd import compared

Counted = NDArray[np.float64]


def g2(
    model: pd.DataFrame,
    people: pd.DataFrame,
    x: str,
    distribution: Literal["binomial", "multinomial"] = "binomial",
    n_parameters: int = 0,
    smoothing: float = 0.5,
) -> pd.DataFrame:
    """G squared of a model's curve: twice the log likelihood ratio of people's counts.

    G2 = 2 sum O ln(O / E), with O what people did and E what the model expects of as many
    occasions; 0 if the model's probabilities are people's proportions. Counts are summed over
    subjects.

    As a test it takes all occasions for independent, which recalls of one list and lists of one
    person are not, and the model's probabilities for exact, so `p` is too small: use G2 to order
    models, not to reject them.

    Parameters
    ----------
    model, people : DataFrame
        What the measure returned, one row per subject and x: columns x, `actual` and `possible`.
    x : str
        Column of x: "input" or "lag" (of which those beyond 5 and lag 0 are left out).
    distribution : {"binomial", "multinomial"}
        "binomial": at each x it happened or did not (SPC; lag-CRP, approximately). "multinomial":
        each occasion is at one of the x, or at none (PFR).
    n_parameters : int
        Parameters of the model that were fitted to these counts; taken from the degrees of freedom.
    smoothing : float
        Added to the model's counts in each cell, so that what a finite simulation never did has no
        probability of zero.

    Returns
    -------
    DataFrame
        One row: `g2`, `df`, `p` (chi squared), `n` (occasions of people).

    Raises
    ------
    ValueError
        If a column is missing, the x of the two differ, counts are impossible, or no degrees of
        freedom are left.

    Examples
    --------
    People recall the word 6 times in 10, the model 5 times in 10: 2 (6 ln 6/5 + 4 ln 4/5) = .403

    >>> model = pd.DataFrame({"input": [1], "actual": [5], "possible": [10]})
    >>> people = pd.DataFrame({"input": [1], "actual": [6], "possible": [10]})
    >>> g2(model, people, "input").round(3)
          g2  df      p   n
    0  0.403   1  0.526  10

    References
    ----------
    Sokal, R. R., & Rohlf, F. J. (1995). Biometry (3rd ed.). Freeman. Chapter 17.
    """
    one_of("distribution", distribution, ("binomial", "multinomial"))
    if not smoothing >= 0:
        raise ValueError(f"smoothing must be 0 or more, got {smoothing}")
    of_model, of_people = (
        _pooled(t, x, name) for t, name in ((model, "model"), (people, "people"))
    )
    if not of_model.index.equals(of_people.index):
        raise ValueError(
            f"model and people must have the same {x}: {[*of_model.index]} and "
            f"{[*of_people.index]}; list lengths may differ"
        )
    both = (of_model["possible"] > 0) & (of_people["possible"] > 0)
    if not both.any():
        raise ValueError(f"there is no {x} at which both model and people could have responded")
    of_model, of_people = of_model[both], of_people[both]
    if distribution == "binomial":
        simulated, observed = _two_cells(of_model), _two_cells(of_people)
    else:
        simulated, observed = _all_cells(of_model, "model", x), _all_cells(of_people, "people", x)
        if simulated[0, -1] == observed[0, -1] == 0:  # every occasion is at one of the x
            simulated, observed = simulated[:, :-1], observed[:, :-1]
    simulated = simulated + smoothing
    probability = simulated / simulated.sum(axis=1, keepdims=True)
    n = observed.sum(axis=1, keepdims=True)
    expected = probability * n
    value = 2 * np.sum(special.rel_entr(observed, expected))
    df = observed.shape[0] * (observed.shape[1] - 1) - n_parameters
    if df < 1:
        raise ValueError(
            f"no degrees of freedom are left: {df + n_parameters} of the counts, {n_parameters} "
            "parameters"
        )
    return pd.DataFrame({"g2": [value], "df": df, "p": stats.chi2.sf(value, df), "n": int(n.sum())})


def _pooled(table: pd.DataFrame, x: str, name: str) -> pd.DataFrame:
    """Sums over subjects of `actual` and `possible` at each x."""
    check_columns(table, [x, "actual", "possible"])
    sums = table.groupby(x, observed=True)[["actual", "possible"]].sum().astype(float)
    sums = sums[compared(sums.index.to_frame(name=x))]
    wrong = ~((sums["actual"] >= 0) & (sums["actual"] <= sums["possible"]))
    if wrong.any():
        row = sums[wrong].iloc[0]
        raise ValueError(
            f"{name} must have counts, actual from 0 to possible: at {x} {sums.index[wrong][0]} "
            f"actual is {row['actual']:g} and possible {row['possible']:g}; times and ranks have "
            "no G2"
        )
    return sums


def _two_cells(sums: pd.DataFrame) -> Counted:
    """(x, 2) It happened, it did not."""
    happened, possible = sums["actual"].to_numpy(), sums["possible"].to_numpy()
    return np.stack([happened, possible - happened], axis=1)


def _all_cells(sums: pd.DataFrame, name: str, x: str) -> Counted:
    """(1, x + 1) It happened there, or at none of the x."""
    happened, possible = sums["actual"].to_numpy(), sums["possible"].to_numpy()
    if np.ptp(possible) > 0 or happened.sum() > possible[0]:
        raise ValueError(
            f"in a multinomial each occasion is at one {x}, so that possible is the same at all of "
            f"them and actual sums to no more; {name} has possible from {possible.min():g} to "
            f"{possible.max():g} and {happened.sum():g} actual (lists of several lengths are to be "
            "compared apart)"
        )
    return np.append(happened, possible[0] - happened.sum())[None]
