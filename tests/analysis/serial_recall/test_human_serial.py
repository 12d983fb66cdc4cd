"""Serial recall of the human reference data: from single trials to the archived curves."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import (
    Recalls,
    group_accuracy,
    group_curve,
    interpositions,
    lag_crp,
    locality,
    read_trials,
    serial_curves,
    serial_latencies,
    span,
)
from analysis.statistics.intervals import summarise_subjects

STUDIES = [
    "logan2021",
    "farrell_lewandowsky2004",
    "farrell_lewandowsky2003_e1",
    "nimmo_lewandowsky2006_e1",
    "nimmo_lewandowsky2006_e2",
    "lewandowsky_brown_wright_nimmo2006_e1",
    "frankish1989",
    "cowan2002",
    "madigan1971",
    "grenfell_ward2012_isr",
]
#: these have a place for each answer, so that the order of recall is not known
ANSWER_SHEETS = {"cowan2002", "madigan1971", "grenfell_ward2012_isr"}
#: half of the last of five digits, and a little for floating point
PRINTED = 0.6e-5


def load(folder: Path, name: str) -> Recalls:
    """Trials, their condition named as in the archive: with the length, if there are several."""
    path = folder / name / "trials.csv"
    if name == "grenfell_ward2012_isr":
        path = folder / "grenfell_ward2012" / "trials_isr.csv"
    recalls = read_trials(path)
    labels = recalls.labels
    if labels["list_length"].nunique() > 1:
        condition = labels["condition"] + "|LL" + labels["list_length"].astype(str)
        labels = labels.assign(condition=condition)
    return replace(recalls, labels=labels)


def compare(mine: pd.DataFrame, archive: pd.DataFrame, atol: float = PRINTED) -> None:
    keys = ["condition", "measure", "x"]
    mine = mine.sort_values(keys, ignore_index=True)[[*keys, "mean", "sem", "n"]]
    archive = archive.sort_values(keys, ignore_index=True)[mine.columns]
    pd.testing.assert_frame_equal(mine, archive, atol=atol, rtol=0, check_dtype=False)


@pytest.mark.parametrize("name", STUDIES)
def test_the_archived_curves_come_from_the_trials(human_folder, name):
    archive = pd.read_csv(human_folder / "curves" / f"{name}.csv")
    recalls = load(human_folder, name)
    mine = serial_curves(recalls, "condition")
    if name in ANSWER_SHEETS:
        assert not archive["measure"].str.contains("after_skip").any()
        mine = mine[~mine["measure"].str.contains("after_skip")]
    known = archive["measure"].isin(mine["measure"])
    assert set(archive.loc[~known, "measure"]) <= {"lag_crp", "rt_ms"}
    compare(mine, archive[known])
    if "rt" in recalls.recall_columns:
        latency = serial_latencies(recalls, "condition").rename(columns={"output": "x"})
        if name == "lewandowsky_brown_wright_nimmo2006_e1":
            # 41 responses have a latency of 0 ms, which is none; the archive averages them in
            assert np.count_nonzero(recalls.recall_columns["rt"] == 0) == 41
            n_lists = recalls.labels.groupby(["subject", "condition"]).size()
            n_lists = n_lists.rename("n_lists").reset_index()
            latency = latency.merge(n_lists)
            assert (latency["n_lists"] - latency["possible"]).sum() == 41
            latency["latency"] = latency["actual"] / latency["n_lists"]
        latency = summarise_subjects(
            latency.assign(measure="rt_ms"), ["condition", "measure", "x"], "latency"
        )
        compare(latency, archive[archive["measure"] == "rt_ms"])


@pytest.mark.parametrize("name", [name for name in STUDIES if name not in ANSWER_SHEETS])
def test_the_archived_lag_crp_comes_from_the_trials(human_folder, name):
    archive = pd.read_csv(human_folder / "curves" / f"{name}.csv")
    recalls = load(human_folder, name)
    # the archive leaves out responses beyond as many as the list has places, as do the measures
    # of serial recall; only logan2021 has any
    beyond = np.arange(recalls.recalled.shape[1]) >= recalls.list_length[:, None]
    recalls = Recalls(
        recalls.presented,
        np.where(beyond, 0, recalls.recalled),
        recalls.labels,
        omissions=True,
    )
    table = lag_crp(recalls, "condition").assign(measure="lag_crp")
    table = table[table["lag"].abs() <= 5].rename(columns={"lag": "x"})
    mine = summarise_subjects(table, ["condition", "measure", "x"], "prob")
    compare(mine, archive[archive["measure"] == "lag_crp"])


def test_grouping_in_time_turns_neighbours_into_interpositions(human_folder):
    recalls = load(human_folder, "frankish1989")
    near = group_curve(locality(recalls, "condition"), None, "prob", "condition")
    near = near.set_index("condition")["mean"]
    # as the index of the data says
    assert near["auditory_pause0s"] == pytest.approx(0.53, abs=5e-3)
    assert near["auditory_pause0.5s"] == pytest.approx(0.30, abs=5e-3)
    kinds = group_curve(interpositions(recalls, "condition"), "kind", "prob", "condition")
    kinds = kinds.set_index(["condition", "kind"])["mean"]
    # a quarter of the other places are in the same place of another group
    assert kinds["auditory_pause0s", "interposition"] < 0.25
    assert kinds["auditory_pause0.5s", "interposition"] > 0.25
    accuracy = group_accuracy(recalls, "condition").query("condition == 'auditory_pause0.5s'")
    by_place = accuracy.groupby("place")["recall"].mean()
    assert by_place[3] > max(by_place[1], by_place[2])


def test_words_too_early_take_longer_than_words_too_late(human_folder):
    """What Farrell and Lewandowsky (2004) are about."""
    latency = serial_latencies(
        load(human_folder, "farrell_lewandowsky2004"), "condition", x="displacement"
    )
    means = group_curve(latency, "displacement", "latency", "condition")
    means = means.query("condition == 'exp2_cond0'").set_index("displacement")["mean"]
    assert means[1] > means[0] > means[-1]


def test_span_of_words(human_folder):
    recalls = load(human_folder, "grenfell_ward2012_isr")
    recalls = recalls.take(recalls.list_length <= 8)
    threshold = span(recalls)["span"].mean()
    # the length at which the shares of perfect lists in the archive cross .5
    archive = pd.read_csv(human_folder / "curves" / "grenfell_ward2012_isr.csv")
    perfect = archive[archive["measure"] == "list_perfect"]
    length = perfect["condition"].str.split("LL").str[1].astype(int)
    shares = perfect.groupby(length)["mean"].mean()
    assert shares[shares > 0.5].index.max() <= threshold <= shares[shares < 0.5].index.min()
    total = span(recalls, method="sum")["span"].mean()
    assert total == pytest.approx(shares[:8].sum())
    assert total < threshold < total + 1
