"""Human reference curves, by name.

`analysis/human/curves/<name>.csv` holds what the measures of this package give for the trials of a
data set of `human_data_names()`, as means over subjects, rounded to five digits
(`analysis.human.make_curves`). Everything here works without those trials and without a network.

Six conditions, those of Murdock (1962), are described well enough to put a model through the same
task: `human_names()`. What is inferred about them, `human_data("murdock1962").notes` says.
"""

from functools import cache
from importlib.resources import files
from typing import NamedTuple

import pandas as pd
from scipy import stats

from analysis.checks import one_of
from analysis.human.registry import human_data


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


_MURDOCK = human_data("murdock1962").citation
_CONDITIONS = {
    "murdock1962/10-2": HumanCondition(10, 2.0, 15, 80, True, _MURDOCK),
    "murdock1962/15-2": HumanCondition(15, 2.0, 15, 80, True, _MURDOCK),
    "murdock1962/20-1": HumanCondition(20, 1.0, 15, 80, False, _MURDOCK),
    "murdock1962/20-2": HumanCondition(20, 2.0, 15, 80, True, _MURDOCK),
    "murdock1962/30-1": HumanCondition(30, 1.0, 15, 80, False, _MURDOCK),
    "murdock1962/40-1": HumanCondition(40, 1.0, 15, 80, False, _MURDOCK),
}

#: column of x of each curve, as the measure itself names it
_X = {
    "spc": "input",
    "pfr": "input",
    "lag_crp": "lag",
    "lag_crp_late": "lag",
    "irt_ms": "output",
    "acc_strict": "input",
    "item_recalled_anywhere": "input",
    "omission_rate": "output",
    "intrusion_rate": "output",
    "order_error_rate": "output",
    "repetition_rate": "output",
    "transposition_prop": "displacement",
    "transposition_cond": "displacement",
    "order_error_share_absdist": "displacement",
    "rt_ms": "output",
    "acc_by_study_position": "study_position",
    "acc_by_test_position": "test_position",
    "acc_by_study_test_lag": "lag",
    "acc_by_test_lag": "lag",
    "acc_by_presentations": "presentations",
    "acc_by_trial": "list",
    "ili_lag_crp": "pair_lag",
    "pli_share_by_list_lag": "list_lag",
}


def human_names() -> list[str]:
    """Names of the human conditions that a model can be put through, "dataset/condition".

    `human_curves` knows many more: all data sets of `human_data_names()`.
    """
    return [*_CONDITIONS]


def human_condition(name: str) -> HumanCondition:
    """How the lists of a human condition were learned and recalled.

    Examples
    --------
    >>> human_condition("murdock1962/10-2").presentation_time
    2.0
    """
    if name not in _CONDITIONS:
        raise ValueError(
            f"no human condition named {name!r} that a model can be put through; there are "
            f"{', '.join(_CONDITIONS)}; human_curves has the curves of other data sets"
        )
    return _CONDITIONS[name]


def human_curves(name: str) -> pd.DataFrame:
    """All measures of a human data set, or of one condition of it.

    Parameters
    ----------
    name : str
        A data set of `human_data_names()`, or one of its conditions: "logan2021/serial_recall|LL6".
        Lists of several lengths within a condition are divided: "|LL6" are those of six.

    Returns
    -------
    DataFrame
        `dataset, condition, measure, x, mean, sem, n`: mean over subjects, SD / sqrt(n) and number
        of subjects, the last two missing where the source has none. For the measures see `curves`
        and `serial_curves`; `irt_ms` (x: output) and `rt_ms` (x: place of the report) are times of
        responses since the one before.

    Raises
    ------
    ValueError
        If there is no such data set or condition; the message lists those there are.

    Examples
    --------
    >>> table = human_curves("murdock1962/10-2")
    >>> table[(table["measure"] == "spc") & (table["x"] == 10)]["mean"].item()
    0.95583
    """
    dataset, slash, condition = name.partition("/")
    table = _read(dataset)
    if not slash:
        return table.copy()
    if condition not in table["condition"].to_numpy():
        there = ", ".join(table["condition"].unique())
        raise ValueError(f"{dataset} has no condition {condition!r}; there are {there}")
    return table[table["condition"] == condition].reset_index(drop=True)


def human_group_curve(name: str, measure: str, level: float = 0.95) -> pd.DataFrame:
    """One human curve with t intervals across subjects, as `group_curve` gives it.

    Parameters
    ----------
    name : str
        One condition of a data set: "murdock1962/10-2".
    measure : str
        A curve that the condition has, such as "spc", "lag_crp", "acc_strict".
    level : float
        Coverage of the interval.

    Returns
    -------
    DataFrame
        x under the name it has in the measure (`input`, `lag`, `output`, ...), `mean`, `low`,
        `high`, `n` (subjects) and `over` ("subjects"). Where the source has no subjects, interval
        and `n` are missing.

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
    table = human_curves(name)
    if table["condition"].nunique() > 1:
        there = ", ".join(table["condition"].unique())
        raise ValueError(f"name one condition, {name}/...; there are {there}")
    known = [one for one in table["measure"].unique() if one in _X]
    one_of("measure", measure, known)
    table = table[table["measure"] == measure].reset_index(drop=True)
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
    path = files("analysis").joinpath("human", "curves", f"{human_data(dataset).name}.csv")
    if not path.is_file():
        raise ValueError(f"{dataset} has no curves: {' '.join(human_data(dataset).notes)}")
    with path.open() as file:
        return pd.read_csv(file, comment="#", dtype={"condition": str})
