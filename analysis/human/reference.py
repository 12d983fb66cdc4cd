"""Human reference data, by name.

`analysis/human/curves/murdock1962.csv` holds what `curves(recalls, by="condition")` gives for the lists of
Murdock (1962), rounded to five digits: immediate free recall of 10 to 40 words at 1 or 2 s each,
six conditions named length-seconds, 15 subjects with 80 lists in each.

It is a between-subject design: each condition is a different group. Subjects are consecutive
blocks of 80 lists in the archive, which names no subjects; for 10-2, 15-2 and 20-2 that is
inferred, for the others a second file of the archive confirms it. The published paper reports
groups of 15 to 19.

References
----------
Murdock, B. B. (1962). The serial position effect of free recall. Journal of Experimental
Psychology, 64(5), 482-488. Lists: Computational Memory Lab data archive, Murd62.
"""

from functools import cache
from importlib.resources import files
from typing import NamedTuple

import pandas as pd
from scipy import stats


class HumanCondition(NamedTuple):
    """How the lists of a human condition were learned and recalled."""

    list_length: int
    presentation_time: float
    """Seconds per word."""
    n_subjects: int
    lists_per_subject: int
    subjects_inferred: bool
    """Whether the lists were divided among subjects by inference; see the module."""
    citation: str


_MURDOCK = (
    "Murdock, B. B. (1962). The serial position effect of free recall. Journal of Experimental "
    "Psychology, 64(5), 482-488."
)
_CONDITIONS = {
    "murdock1962/10-2": HumanCondition(10, 2.0, 15, 80, True, _MURDOCK),
    "murdock1962/15-2": HumanCondition(15, 2.0, 15, 80, True, _MURDOCK),
    "murdock1962/20-1": HumanCondition(20, 1.0, 15, 80, False, _MURDOCK),
    "murdock1962/20-2": HumanCondition(20, 2.0, 15, 80, True, _MURDOCK),
    "murdock1962/30-1": HumanCondition(30, 1.0, 15, 80, False, _MURDOCK),
    "murdock1962/40-1": HumanCondition(40, 1.0, 15, 80, False, _MURDOCK),
}

#: column of x of each curve
_X = {"spc": "input", "pfr": "input", "lag_crp": "lag", "lag_crp_late": "lag"}


def human_names() -> list[str]:
    """Names of the human conditions, "dataset/condition"."""
    return [*_CONDITIONS]


def human_condition(name: str) -> HumanCondition:
    """How the lists of a human condition were learned and recalled.

    Examples
    --------
    >>> human_condition("murdock1962/10-2").presentation_time
    2.0
    """
    if name not in _CONDITIONS:
        raise ValueError(f"no human data named {name!r}; there are {', '.join(_CONDITIONS)}")
    return _CONDITIONS[name]


def human_curves(name: str) -> pd.DataFrame:
    """All measures of a human condition.

    Parameters
    ----------
    name : str
        One of `human_names()`.

    Returns
    -------
    DataFrame
        `dataset, condition, measure, x, mean, sem, n`; see `curves` for the measures.

    Raises
    ------
    ValueError
        If there is no such condition; the message lists those there are.

    Examples
    --------
    >>> table = human_curves("murdock1962/10-2")
    >>> table[(table["measure"] == "spc") & (table["x"] == 10)]["mean"].item()
    0.95583
    """
    human_condition(name)
    dataset, condition = name.split("/")
    table = _read(dataset)
    return table[table["condition"] == condition].reset_index(drop=True)


def human_group_curve(name: str, measure: str, level: float = 0.95) -> pd.DataFrame:
    """One human curve with t intervals across subjects, as `group_curve` gives it.

    Parameters
    ----------
    name : str
        One of `human_names()`.
    measure : {"spc", "pfr", "lag_crp", "lag_crp_late"}
    level : float
        Coverage of the interval.

    Returns
    -------
    DataFrame
        `input` or `lag`, `mean`, `low`, `high`, `n` (subjects) and `over` ("subjects").

    Raises
    ------
    ValueError
        If there is no such condition or curve.

    Examples
    --------
    >>> human_group_curve("murdock1962/10-2", "spc").head(1).round(2)
       input  mean   low  high   n      over
    0      1   0.7  0.61  0.79  15  subjects
    """
    if measure not in _X:
        raise ValueError(f"measure must be one of {', '.join(_X)}, got {measure!r}")
    table = human_curves(name).query("measure == @measure").reset_index(drop=True)
    half = stats.t.ppf((1 + level) / 2, table["n"] - 1) * table["sem"]
    return pd.DataFrame(
        {
            _X[measure]: table["x"],
            "mean": table["mean"],
            "low": table["mean"] - half,
            "high": table["mean"] + half,
            "n": table["n"],
            "over": "subjects",
        }
    )


@cache
def _read(dataset: str) -> pd.DataFrame:
    with files("analysis").joinpath("human", "curves", f"{dataset}.csv").open() as file:
        return pd.read_csv(file, comment="#")
