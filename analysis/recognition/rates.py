"""Hit and false-alarm rates, and what becomes of rates of 0 and 1."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from pandas.api.types import is_numeric_dtype

from analysis.checks import and_more, one_of
from analysis.counts import by_columns
from analysis.recognition.tests import as_tests, group_by

Correction = Literal["loglinear", "1/(2N)", "none"]
CORRECTIONS = ("loglinear", "1/(2N)", "none")

YES = {"yes", "old", "1", "true"}
NO = {"no", "new", "0", "false"}


def hit_rates(
    tests: pd.DataFrame,
    by: str | Sequence[str] | None = None,
    correction: Correction = "none",
    yes_from: Any = None,
    targets_by: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """Hit and false-alarm rates of each subject.

    Parameters
    ----------
    tests : recall table of recognition, or what `recognition_tests` returned
        Tests, unlike tables, may be filtered and given further columns before.
    by : str or list of str
        Columns that divide all tests of a subject, words studied and lures, such as "condition".
    correction : {"none", "loglinear", "1/(2N)"}
        What is done to counts or rates, since 0 and 1 have no z score. "loglinear": 0.5 is added
        to hits and false alarms and 1 to the tests of either kind, always (Hautus, 1995). "1/(2N)":
        a rate of 0 becomes 1 / (2 N) and a rate of 1 becomes 1 - 1 / (2 N) (Murdock & Ogilvie,
        1968). "none": they stay.
    yes_from : number or category, optional
        For ratings, from which rating on an answer means "yes". Left out, answers must be "yes" and
        "no", "old" and "new", True and False, or 1 and 0.
    targets_by : str or list of str
        Columns that divide the words studied, while all of them share the lures of the subject
        and `by`: "presentations", "study_position", "lag".

    Returns
    -------
    DataFrame
        `subject`, the `by` and `targets_by` columns, `hit_rate`, `false_alarm_rate`, `hits`,
        `n_old` (words studied that were tested), `false_alarms`, `n_new` (lures). A rate of no
        tests is NaN.

    Raises
    ------
    ValueError
        If answers are neither yes nor no, or a definition is none of those there are.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "subject": 1, "list": 1, "trial_type": ["study"] + ["recall"] * 3,
    ...     "position": [1, 1, 2, 3], "item": ["owl", "owl", "ant", "elk"],
    ...     "response": [None, "yes", "yes", "no"]})
    >>> hit_rates(table)
       subject  hit_rate  false_alarm_rate  hits  n_old  false_alarms  n_new
    0        1       1.0               0.5     1      1             1      2
    >>> hit_rates(table, correction="loglinear")[["hit_rate", "false_alarm_rate"]]
       hit_rate  false_alarm_rate
    0      0.75               0.5

    References
    ----------
    Hautus, M. J. (1995). Corrections for extreme proportions and their biasing effects on
    estimated values of d'. Behavior Research Methods, Instruments, & Computers, 27(1), 46-51.

    Stanislaw, H., & Todorov, N. (1999). Calculation of signal detection theory measures. Behavior
    Research Methods, Instruments, & Computers, 31(1), 137-149.
    """
    one_of("correction", correction, CORRECTIONS)
    tests = as_tests(tests, by, targets_by)
    keys = ["subject", *by_columns(by)]
    tests = tests.assign(_yes=said_yes(tests["response"], yes_from).astype(np.int64))
    old, new = tests[tests["old"]], tests[~tests["old"]]
    keys_of_old = list(dict.fromkeys([*keys, *by_columns(targets_by)]))
    of_old = group_by(old, keys_of_old)["_yes"].agg(hits="sum", n_old="size").reset_index()
    of_new = group_by(new, keys)["_yes"].agg(false_alarms="sum", n_new="size").reset_index()
    # where lures are shared, those of a subject without words studied have no row to stand in
    table = of_old.merge(of_new, on=keys, how="left" if targets_by else "outer")
    counts = ["hits", "n_old", "false_alarms", "n_new"]
    table[counts] = table[counts].fillna(0).astype(np.int64)
    rates = {
        "hit_rate": corrected(table["hits"], table["n_old"], correction),
        "false_alarm_rate": corrected(table["false_alarms"], table["n_new"], correction),
    }
    first = [name for name in table.columns if name not in counts]
    return table[first].assign(**rates, **{name: table[name] for name in counts})


def corrected(n_yes: ArrayLike, n: ArrayLike, correction: Correction) -> NDArray[np.float64]:
    """Rates, corrected; NaN of no tests."""
    yes, total = np.asarray(n_yes, dtype=np.float64), np.array(n, dtype=np.float64)
    total[total == 0] = np.nan
    if correction == "loglinear":
        return (yes + 0.5) / (total + 1)
    rate = yes / total
    if correction == "1/(2N)":
        # only 0 and 1 lie outside
        rate = np.clip(rate, 1 / (2 * total), 1 - 1 / (2 * total))
    return rate


def said_yes(response: pd.Series, yes_from: Any = None) -> pd.Series:
    """Whether each answer is a yes."""
    if yes_from is not None:
        return check_ratings(response) >= yes_from
    said = response.map(_plain)
    unknown = ~said.isin(YES | NO)
    if unknown.any():
        raise ValueError(
            "answers must be 'yes' and 'no', 'old' and 'new', True and False, or 1 and 0: "
            f"{first_wrong(response, unknown)}; of ratings, say from which on they mean yes, as in yes_from=4; rename others with "
            "table['response'].replace({'yours': 'yes'})"
        )
    return said.isin(YES)


def first_wrong(response: pd.Series, wrong: pd.Series) -> str:
    """The first answer at fault, in words, and how many more there are."""
    row = int(np.argmax(wrong.to_numpy()))
    others = and_more(int(wrong.sum()) - 1)
    return f"row {response.index[row]} of the tests has {str(response.iloc[row])!r}{others}"


def _plain(answer: Any) -> str:
    """One spelling for "Yes", True, 1 and 1.0."""
    if isinstance(answer, float) and answer.is_integer():
        answer = int(answer)
    return str(answer).strip().lower()


def check_ratings(response: pd.Series) -> pd.Series:
    """Ratings as they are if they have an order: numbers, or ordered categories."""
    if isinstance(response.dtype, pd.CategoricalDtype):
        if response.dtype.ordered:
            return response
    elif is_numeric_dtype(response) and response.dtype != bool:
        return _whole(response)
    numbers = pd.to_numeric(response.astype(object), errors="coerce")
    wrong = numbers.isna() | response.map(lambda answer: isinstance(answer, bool))
    if wrong.any():
        raise ValueError(
            f"ratings must have an order: {first_wrong(response, wrong)}, which is no number; number them from surely new to surely old, or make them ordered "
            "categories with pd.Categorical(responses, [lowest, ..., highest], ordered=True)"
        )
    return _whole(numbers)


def _whole(numbers: pd.Series) -> pd.Series:
    """Whole numbers as such, though missing values in other rows made them decimals."""
    return numbers.astype(np.int64) if (numbers % 1 == 0).all() else numbers
