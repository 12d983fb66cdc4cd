"""Tables as they should not be, through every public measure: each error tells row, column, cure."""

import inspect
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import analysis

WORDS = [f"word{i:02}" for i in range(20)]
GAPS = pd.DataFrame(np.abs(np.subtract.outer(range(20), range(20))) / 20, WORDS, WORDS)
CATEGORY = pd.Series(np.arange(20) % 3, WORDS)

Options = dict[str, dict[str, Any]]
FREE: Options = {
    "spc": {},
    "pfr": {},
    "pnr": {},
    "lag_crp": {},
    "lag_crp_parts": {},
    "lag_crp_compound": {},
    "input_crp": {},
    "temporal_factor": {},
    "distance_crp": {"distances": GAPS, "edges": [0, 0.2, 0.5, 2]},
    "distance_rank": {"distances": GAPS},
    "distance_rank_shifted": {"distances": GAPS, "max_shift": 2},
    "distance_rank_window": {"distances": GAPS, "window_lags": [-1, 1]},
    "semantic_factor": {"similarities": -GAPS},
    "category_crp": {"category": CATEGORY},
    "category_clustering": {"category": CATEGORY},
    "pli_list_lag": {"max_lag": 1},
    "intrusions": {},
    "repeats": {},
    "words_recalled": {},
    "irt": {},
    "stopping": {},
    "curves": {},
}
SERIAL: Options = {
    "serial_accuracy": {},
    "perfect_lists": {},
    "serial_responses": {},
    "protrusions": {},
    "transpositions": {},
    "locality": {},
    "fill_in": {},
    "fill_in_ratio": {},
    "span": {},
    "group_accuracy": {"groups": [2, 1]},
    "interpositions": {"groups": [2, 1]},
    "serial_latencies": {},
    "serial_curves": {},
}
CUED: Options = {
    "cued_tests": {},
    "cued_accuracy": {},
    "cued_responses": {},
    "cued_latencies": {},
    "cued_intrusions": {},
    "prior_list_intrusions": {"max_lag": 1},
    "successive_tests": {},
    "second_test_accuracy": {},
    "yules_q": {},
}
RECOGNITION: Options = {
    "recognition_tests": {},
    "hit_rates": {"yes_from": 2},
    "d_prime": {"yes_from": 2},
    "roc": {},
    "auc": {},
    "zroc": {},
    "frequency_judgments": {},
    "frequency_discrimination": {},
}
ALL = FREE | SERIAL | CUED | RECOGNITION
PARADIGMS = ("free_recall", "serial_recall", "cued_recall", "recognition")


def table_of(measure: str) -> pd.DataFrame:
    """Two subjects, two lists of three; recalled backwards, or tested twice, or with lures."""
    rows: list[dict[str, Any]] = []
    for subject in (1, 2):
        for number in (1, 2):
            here = {"subject": subject, "list": number}
            words = WORDS[5 * number : 5 * number + 5]
            study = [{"item": word, "cue": f"cue{word}"} for word in words[:3]]
            said: list[dict[str, Any]] = [{**row, "rt": 500.0} for row in study]
            if measure in CUED:
                said = said + said
            elif measure in RECOGNITION:
                shown = zip(words, [3, 2, 3, 1, 2], strict=True)
                said = [{"item": word, "response": response} for word, response in shown]
            else:
                said = [{**row, "rt": 500.0 * i} for i, row in enumerate(said[::-1], 1)]
            for kind, events in (("study", study), ("recall", said)):
                rows += [
                    {**here, "trial_type": kind, "position": i, **event}
                    for i, event in enumerate(events, 1)
                ]
    table = pd.DataFrame(rows)
    return table if measure in CUED else table.drop(columns="cue")


Change = Callable[[pd.DataFrame], pd.DataFrame]


def changed(row: int, column: str, value: object) -> Change:
    def change(table: pd.DataFrame) -> pd.DataFrame:
        table = table.astype({column: object})
        table.loc[row, column] = value
        return table

    return change


BAD: dict[str, tuple[Change, str]] = {
    "no item": (lambda t: t.drop(columns="item"), r"needs the columns .*item missing here.*rename"),
    "no list": (lambda t: t.rename(columns={"list": "trial"}), "list missing here, .*rename"),
    "from 0": (lambda t: t.assign(position=t["position"] - 1), "row 0 has 0 .*from 0, add 1"),
    "twice": (changed(4, "position", 1), "row 4 repeats subject 1, list 1, .*recall, position 1;"),
    "no subject": (changed(2, "subject", np.nan), "subject must not be missing: row 2 .*leave"),
    "mixed": (changed(2, "item", 7), r"item must be of one type, .*row 2 has 7; make all of them"),
    "no rows": (lambda t: t.iloc[:0], "the recall table has no rows; a filter"),
    "before study": (
        lambda t: t.assign(onset=np.where(t["trial_type"] == "recall", 0.0, 9.0)),
        r"onset of a recall .*row 3 recalls word\d+ at onset 0.0 .*one clock",
    ),
    "never studied": (
        lambda t: t[t["trial_type"] == "recall"],
        "row 3 recalls list 1 of subject 1, which has no study rows .*filtered out",
    ),
}


def test_no_measure_is_left_out():
    functions = [getattr(analysis, name) for name in analysis.__all__]
    homes = {one.__name__: one.__module__.split(".")[1] for one in functions}
    measures = {name for name, home in homes.items() if home in PARADIGMS}
    assert measures - {"group_roc"} == ALL.keys()  # which takes what roc returned


#: what cannot be measured without words studied, lures, a second test, times, or a group
CANNOT = (
    "there are no tests: no row has trial_type|no words studied among the tests|no lures among|"
    "an ROC needs two ratings|no pair was tested twice|of the responses, which have none|"
    r"responses have no column 'rt'|groups \(2, 1\) have 3 words"
)
#: still legal
ODD: dict[str, Change] = {
    "one subject": lambda t: t[t["subject"] == 1],
    "one word": lambda t: t[t["position"] == 1],
    "all intrusions": lambda t: t.assign(
        item=np.where(t["trial_type"] == "recall", "x" + t.index.astype(str), t["item"])
    ),
    "nothing recalled": lambda t: t[t["trial_type"] == "study"],
}


@pytest.mark.parametrize("measure", ALL)
def test_lists_that_are_odd_but_legal_are_measured_or_told_why_not(measure):
    for name, change in ODD.items():
        table = change(table_of(measure))
        try:
            found = getattr(analysis, measure)(table, **ALL[measure])
        except ValueError as error:
            assert name != "one subject"
            assert re.search(CANNOT, str(error)), f"{name}: {error}"
        else:
            assert set(found.columns) & {"subject", "measure"}
            numbers = found.select_dtypes("number").drop(columns="subject", errors="ignore")
            assert not np.isinf(numbers.to_numpy(dtype=float, na_value=np.nan)).any()


@pytest.mark.parametrize("measure", ALL)
def test_every_measure_tells_what_is_wrong(measure):
    compute, table = getattr(analysis, measure), table_of(measure)
    assert isinstance(compute(table, **ALL[measure]), pd.DataFrame)
    for name, (change, message) in BAD.items():
        with pytest.raises(ValueError) as error:
            compute(change(table), **ALL[measure])
        assert re.search(message, str(error.value), re.DOTALL), f"{name}: {error.value}"
    with pytest.raises(TypeError, match="recall table.*got ndarray"):
        compute(table.to_numpy(), **ALL[measure])


#: figures of one measure
PLOTS = [
    plot
    for plot in (getattr(analysis, name) for name in analysis.__all__ if name.startswith("plot_"))
    if [*inspect.signature(plot).parameters][1:2] == ["ax"]
]


@pytest.mark.parametrize("plot", PLOTS, ids=lambda plot: plot.__name__)
def test_every_figure_tells_what_is_no_curve(plot):
    ax = Figure().subplots()
    with pytest.raises(TypeError, match="a curve, .*, is a DataFrame, got ndarray"):
        plot(np.zeros((3, 2)), ax)
    columns = ["input", "lag", "output", "list_lag", "center", "displacement", "kind", "pair_lag"]
    columns += ["direction", "false_alarm_rate", "frequency"]
    measured = pd.DataFrame({**dict.fromkeys(columns, 1), "subject": 1, "prob": [0.5]})
    with pytest.raises(ValueError, match="no column 'mean', only .*average .* with group_curve"):
        plot(measured, ax)
    rowless = measured.assign(mean=0.5, low=0.4, high=0.6, over="subjects").iloc[:0]
    with pytest.raises(ValueError, match="the curve has no rows; see in the columns actual and"):
        plot(rowless, ax)
