"""Frequency judgments: how often a word seems to have been presented, and how well that is told."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.counts import by_columns
from analysis.recognition.rates import first_wrong
from analysis.recognition.tests import as_tests, group_by


def frequency_judgments(tests: pd.DataFrame, by: str | Sequence[str] | None = None) -> pd.DataFrame:
    """Mean and variance of judged frequency at each true frequency, of each subject.

    Parameters
    ----------
    tests : recall table of recognition, or what `recognition_tests` returned
        `response` is a number of times, from 0.
    by : str or list of str
        Columns that divide the tests of a subject, such as "condition".

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `frequency` (times the word was presented in the list; 0 for a
        lure), `judged` (mean), `variance` (of judgments, n - 1; NaN of one), `actual` (sum of the
        judgments), `possible` (tests).

    Raises
    ------
    ValueError
        If an answer is no number, or negative.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "subject": 1, "list": 1, "trial_type": ["study"] * 3 + ["recall"] * 3,
    ...     "position": [1, 2, 3] * 2, "item": ["owl", "elk", "owl", "owl", "elk", "ant"],
    ...     "response": [None, None, None, 3, 1, 0]})
    >>> frequency_judgments(table)
       subject  frequency  judged  variance  actual  possible
    0        1          0     0.0       NaN     0.0         1
    1        1          1     1.0       NaN     1.0         1
    2        1          2     3.0       NaN     3.0         1

    References
    ----------
    Hintzman, D. L. (1988). Judgments of frequency and recognition memory in a multiple-trace memory
    model. Psychological Review, 95(4), 528-551.
    """
    tests = _judged(as_tests(tests, by))
    keys = ["subject", *by_columns(by), "frequency"]
    grouped = group_by(tests, keys)["judged"]
    table = grouped.agg(judged="mean", variance="var", actual="sum", possible="size")
    return table.reset_index()


def frequency_discrimination(
    tests: pd.DataFrame, by: str | Sequence[str] | None = None
) -> pd.DataFrame:
    """How judgments follow true frequency, of each subject: their regression over tests.

    Parameters
    ----------
    tests, by
        As those of `frequency_judgments`.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `slope` (judged times per time presented; 1 if perfect),
        `intercept` (judged times of a lure), `correlation` between true and judged frequency (NaN
        if all judgments are alike), `n` (tests). NaN where all words were presented equally often.

    Raises
    ------
    ValueError
        If an answer is no number, or negative.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "subject": 1, "list": 1, "trial_type": ["study"] * 3 + ["recall"] * 3,
    ...     "position": [1, 2, 3] * 2, "item": ["owl", "elk", "owl", "owl", "elk", "ant"],
    ...     "response": [None, None, None, 2, 1.5, 1]})
    >>> frequency_discrimination(table).round(2)
       subject  slope  intercept  correlation  n
    0        1    0.5        1.0          1.0  3

    References
    ----------
    Greene, R. L. (1984). Incidental learning of event frequency. Memory & Cognition, 12(1), 90-95.
    """
    tests = _judged(as_tests(tests, by))
    keys = ["subject", *by_columns(by)]
    x, y = tests["frequency"].astype(np.float64), tests["judged"]
    groups = [tests[key] for key in keys]
    mean_x = x.groupby(groups, observed=True, dropna=False).transform("mean")
    mean_y = y.groupby(groups, observed=True, dropna=False).transform("mean")
    products = tests[keys].assign(
        xx=(x - mean_x) ** 2, xy=(x - mean_x) * (y - mean_y), yy=(y - mean_y) ** 2, x=x, y=y
    )
    grouped = group_by(products, keys)
    total = grouped[["xx", "xy", "yy"]].sum()
    mean = grouped[["x", "y"]].mean()
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = (total["xy"] / total["xx"]).where(total["xx"] > 0)
        correlation: pd.Series = total["xy"] / np.sqrt(total["xx"] * total["yy"])
    table = pd.DataFrame(
        {
            "slope": slope,
            "intercept": mean["y"] - slope * mean["x"],
            "correlation": correlation,
            "n": grouped.size(),
        }
    )
    return table.reset_index()


def _judged(tests: pd.DataFrame) -> pd.DataFrame:
    judged = pd.to_numeric(tests["response"].astype(object), errors="coerce").astype(np.float64)
    wrong = ~(judged >= 0)
    if wrong.any():
        raise ValueError(
            f"judged frequencies must be numbers from 0: {first_wrong(tests['response'], wrong)}; "
            "leave out tests without an answer"
        )
    return tests.assign(judged=judged, frequency=tests["presentations"])
