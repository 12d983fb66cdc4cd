"""Curves of the data sets of cued recall, each of which asks its own questions."""

from collections.abc import Callable

import pandas as pd

from analysis.cued_recall.accuracy import cued_accuracy, cued_latencies, cued_responses
from analysis.cued_recall.intrusions import cued_intrusions, prior_list_intrusions
from analysis.cued_recall.symmetry import second_test_accuracy, yules_q
from analysis.cued_recall.tests import cued_tests
from analysis.free_recall.curves import MAX_LAG
from analysis.statistics.intervals import means_of


def cued_curves(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """`condition, measure, x, mean, sem, n` of a data set of cued recall."""
    return pd.concat(list(_CURVES[name](cued_tests(table))), ignore_index=True)


def davis2008(tests: pd.DataFrame) -> list[pd.DataFrame]:
    """First tests, unless the measure is about the second."""
    parts = []
    for condition in ("all", "forward", "backward"):
        of = tests if condition == "all" else tests[tests["direction"] == condition]
        for measure, x in {
            "acc_by_study_position": "study_position",
            "acc_by_test_position": "test_position",
            "acc_by_study_test_lag": "lag",
            "acc_mean": None,
        }.items():
            parts.append(_means(cued_accuracy(of, x=x), condition, measure, x))
        # neither anticipations up to 200 ms nor answers after 15 s
        latency = cued_latencies(of, shortest=200, longest=15000)
        parts.append(_means(latency, condition, "rt_correct_ms", None, "latency"))
    kinds = cued_responses(tests)
    for measure, kind in {
        "rate_ili": "same-list intrusion",
        "rate_pli": "prior-list intrusion",
        "rate_other": "extra-list intrusion",
        "rate_omission_or_unscored": "omission",
    }.items():
        parts.append(_means(kinds[kinds["kind"] == kind], "all", measure, None))
    # a subject with fewer than four intrusions says next to nothing about lags
    lags = cued_intrusions(tests, at_least=4)
    lags = lags[lags["pair_lag"].abs() <= MAX_LAG]
    parts.append(_means(lags, "all", "ili_lag_crp", "pair_lag"))
    parts.append(_means(prior_list_intrusions(tests), "all", "pli_share_by_list_lag", "list_lag"))
    return [*parts, *_successive(tests)]


def kahana2002(tests: pd.DataFrame) -> list[pd.DataFrame]:
    """Accuracy by presentations, at both tests, and how they hang together."""
    parts = []
    for test in (1, 2):
        for direction in ("both", "forward", "backward") if test == 1 else ("forward", "backward"):
            of = tests if direction == "both" else tests[tests["direction"] == direction]
            table = cued_accuracy(of, x="presentations", test=test)
            condition = f"test{test}_{direction}"
            parts.append(_means(table, condition, "acc_by_presentations", "presentations"))
    return [*parts, *_successive(tests)]


def aue2017(tests: pd.DataFrame) -> list[pd.DataFrame]:
    """Each experiment as a whole by study position, and each kind of cue."""
    experiment = tests["condition"].str.split("_").str[0] + "_all"
    position = cued_accuracy(tests.assign(condition=experiment), "condition", "study_position")
    parts = [_means(position, None, "acc_by_study_position", "study_position")]
    kinds = cued_responses(tests, "condition")
    wrong = kinds[~kinds["kind"].isin(["correct", "omission"])]
    wrong = wrong.groupby(["subject", "condition"])["prob"].sum().reset_index()
    for measure, table in {
        "acc_mean": kinds[kinds["kind"] == "correct"],
        "incorrect_rate": wrong,
        "no_response_rate": kinds[kinds["kind"] == "omission"],
    }.items():
        parts.append(_means(table, None, measure, None))
    return parts


def _successive(tests: pd.DataFrame) -> list[pd.DataFrame]:
    q = yules_q(tests)
    given = second_test_accuracy(tests)
    parts = []
    for directions in ("same", "reversed"):
        condition = f"{directions}_direction"
        of = q[q["directions"] == directions]
        parts.append(_means(of, condition, "yule_q_test1_test2", None, "q"))
        for first in ("correct", "wrong"):
            of = given[(given["directions"] == directions) & (given["first"] == first)]
            parts.append(_means(of, condition, f"p_test2_correct_given_test1_{first}", None))
    return parts


def _means(
    table: pd.DataFrame, condition: str | None, measure: str, x: str | None, value: str = "prob"
) -> pd.DataFrame:
    """Means over subjects of one condition, or of those that the table names itself."""
    if condition is not None:
        table = table.assign(condition=condition)
    return means_of(table, measure, x, value, ["condition"])


_CURVES: dict[str, Callable[[pd.DataFrame], list[pd.DataFrame]]] = {
    "davis2008": davis2008,
    "kahana2002_symmetry": kahana2002,
    "aue2017": aue2017,
}
