"""Accuracy, kinds of answer and latencies of cued recall, by whatever is known of the tests."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.checks import one_of
from analysis.counts import by_columns
from analysis.cued_recall.tests import KINDS, as_tests, nth_test, shares


def cued_accuracy(
    tests: pd.DataFrame,
    by: str | Sequence[str] | None = None,
    x: str | None = "lag",
    test: int | None = 1,
) -> pd.DataFrame:
    """Probability of a correct answer, of each subject.

    Parameters
    ----------
    tests : recall table of cued recall, or what `cued_tests` returned
        Tests, unlike tables, may be filtered and given further columns before.
    by : str or list of str
        Columns that divide the tests of a subject: "condition", "direction", ...
    x : str, optional
        Column to give accuracy by: "study_position", "test_position", "lag" (between study and
        test), "direction", "presentations"; "test" (with `test=None`), "list" or a column "block"
        for a learning curve; None for all tests together.
    test : int, optional
        Which tests of a pair count: 1 for the first only, 2 for the second, None for all. Later
        tests profit from the first.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, x, `prob`, `actual` (tests answered correctly), `possible`
        (tests; an omission is an error).

    Raises
    ------
    ValueError
        If a column is missing, or the table is none of cued recall.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "subject": 1, "list": 1, "trial_type": ["study", "study", "recall", "recall"],
    ...     "position": [1, 2, 1, 2], "cue": ["owl", "elk", "ant", "elk"],
    ...     "item": ["ant", "bee", "owl", None]})
    >>> cued_accuracy(table, x="direction")
       subject direction  prob  actual  possible
    0        1  backward   1.0       1         1
    1        1   forward   0.0       0         1

    References
    ----------
    Murdock, B. B. (1963). Short-term retention of single paired associates. Journal of
    Experimental Psychology, 65(5), 433-443.
    """
    tests = nth_test(as_tests(tests, by, x), test)
    return shares(tests, ["subject", *by_columns(by), *by_columns(x)], tests["correct"])


def cued_responses(
    tests: pd.DataFrame,
    by: str | Sequence[str] | None = None,
    x: str | None = None,
    test: int | None = 1,
) -> pd.DataFrame:
    """How often each kind of answer is given, of each subject.

    Parameters
    ----------
    tests, by, x, test
        As those of `cued_accuracy`.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, x, `kind` ("correct", "same-list intrusion", "prior-list
        intrusion", "later-list intrusion", "extra-list intrusion", "omission"; see `cued_tests`;
        they add up to 1), `prob`, `actual`, `possible` (tests).

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "subject": 1, "list": 1, "trial_type": ["study", "recall"], "position": 1,
    ...     "cue": "owl", "item": ["ant", None]})
    >>> cued_responses(table)["prob"].tolist()
    [0.0, 0.0, 0.0, 0.0, 0.0, 1.0]
    """
    tests = nth_test(as_tests(tests, by, x), test)
    keys = ["subject", *by_columns(by), *by_columns(x)]
    tables = [shares(tests, keys, tests["kind"] == kind).assign(kind=kind) for kind in KINDS]
    table = pd.concat(tables).sort_index(kind="stable").reset_index(drop=True)
    return table[[*dict.fromkeys(keys), "kind", "prob", "actual", "possible"]]


def cued_latencies(
    tests: pd.DataFrame,
    by: str | Sequence[str] | None = None,
    x: str | None = None,
    test: int | None = 1,
    kind: str = "correct",
    column: str = "rt",
    shortest: float = 0,
    longest: float = np.inf,
) -> pd.DataFrame:
    """Mean latency of answers, of each subject, in the unit of the data.

    Parameters
    ----------
    tests, by, x, test
        As those of `cued_accuracy`.
    kind : str
        Which answers; see `cued_responses`.
    column : str
        Column of times. Missing means no time.
    shortest, longest : float
        Only times strictly between count: 0 is none, and very long ones may be lapses.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, x, `latency`, `actual` (sum of the times) and `possible`
        (answers with a time); no row where there is none.

    Raises
    ------
    ValueError
        If a column is missing or `kind` is none.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "subject": 1, "list": 1, "trial_type": ["study", "recall"], "position": 1,
    ...     "cue": "owl", "item": "ant", "rt": [None, 900]})
    >>> cued_latencies(table)
       subject  latency  actual  possible
    0        1    900.0   900.0         1
    """
    one_of("kind", kind, KINDS)
    tests = nth_test(as_tests(tests, by, x, column), test)
    time = pd.to_numeric(tests[column])
    counted = (tests["kind"] == kind) & (time > shortest) & (time < longest)
    keys = list(dict.fromkeys(["subject", *by_columns(by), *by_columns(x)]))
    tests = tests.assign(_time=time.astype(np.float64))[counted]
    grouped = tests.groupby(keys, observed=True, dropna=False)["_time"]
    table = grouped.agg(latency="mean", actual="sum", possible="size")
    return table.reset_index()
