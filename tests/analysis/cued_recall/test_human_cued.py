"""Cued recall of the human reference data: from single tests to the archived curves."""

import io
import tarfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.io import loadmat

from analysis import (
    cued_accuracy,
    cued_intrusions,
    cued_latencies,
    cued_responses,
    cued_tests,
    prior_list_intrusions,
    read_trials,
    second_test_accuracy,
    yules_q,
)
from analysis.statistics.intervals import summarise_subjects

#: half of the last of five digits, and a little for floating point
PRINTED = 0.6e-5
#: our names for the archive's
KINDS = {
    "correct": "correct",
    "ili": "same-list intrusion",
    "pli": "prior-list intrusion",
    "other": "extra-list intrusion",
    "omission_or_unscored": "omission",
}


@pytest.fixture(scope="module")
def davis(human_folder) -> pd.DataFrame:
    """Tests of davis2008, from the word numbers in the original matrices alone."""
    return cued_tests(davis_table(human_folder / "davis2008"))


@pytest.fixture(scope="module")
def kahana(human_folder) -> pd.DataFrame:
    return cued_tests(read_trials(human_folder / "kahana2002_symmetry" / "trials.csv"))


def davis_table(folder: Path) -> pd.DataFrame:
    """Pairs from the study matrices, tests from trials.csv, of which only words are used."""
    parts = []
    with tarfile.open(folder / "davis2008_mat.tar.gz") as archive:
        for name in archive.getnames():
            if "simu7_study/subj" not in name:
                continue
            matrix = loadmat(io.BytesIO(archive.extractfile(name).read()))["studymatrix"]
            n_pairs, _, n_lists = matrix.shape
            number, position = np.meshgrid(np.arange(n_lists) + 1, np.arange(n_pairs) + 1)
            columns = {
                "subject": int(name.split("subj")[-1].removesuffix(".mat")),
                "list": number.ravel(),
                "trial_type": "study",
                "position": position.ravel(),
                "cue": matrix[:, 0].astype(int).ravel() + 1,  # words count from 0
                "item": matrix[:, 1].astype(int).ravel() + 1,
            }
            parts.append(pd.DataFrame(columns))
    trials = pd.read_csv(folder / "trials.csv")
    answered = (trials["response_item"] >= 0) & (trials["response_item"] != 99999)
    tests = trials[["subject", "list", "response_type", "study_test_lag", "retest"]].assign(
        trial_type="recall",
        position=trials["test_position"],
        cue=trials["cue_item"] + 1,
        item=(trials["response_item"] + 1).where(answered),
        rt=trials["rt_ms"],
    )
    table = pd.concat([*parts, tests], ignore_index=True)
    return table.assign(item=table["item"].astype("Int64"))


def means(table: pd.DataFrame, measure: str, x: str | None, value: str = "prob") -> pd.DataFrame:
    table = table.assign(measure=measure, x=0 if x is None else table[x])
    return summarise_subjects(table, ["measure", "x"], value)


def compare(mine: pd.DataFrame, folder: Path, name: str, condition: str) -> None:
    archive = pd.read_csv(folder / "curves" / f"{name}.csv").query("condition == @condition")
    archive = archive.merge(mine[["measure"]].drop_duplicates())
    mine = mine.sort_values(["measure", "x"], ignore_index=True)
    archive = archive.sort_values(["measure", "x"], ignore_index=True)[mine.columns]
    pd.testing.assert_frame_equal(mine, archive, atol=PRINTED, rtol=0, check_dtype=False)


def test_words_alone_tell_where_answers_came_from(davis):
    # two answers repeat the cue: the archive calls them other, here they are of the same list
    cue_again = davis["answer"] == davis["cue"]
    assert cue_again.sum() == 2
    assert (davis.loc[cue_again, "kind"] == "same-list intrusion").all()
    assert (davis.loc[cue_again, "pair_lag"] == 0).all()
    rest = davis[~cue_again]
    assert (rest["kind"] == rest["response_type"].map(KINDS)).all()
    assert (davis["lag"] == davis["study_test_lag"]).all()
    assert (davis["test"] - 1 == davis["retest"]).all()


@pytest.mark.parametrize("condition", ["all", "forward", "backward"])
def test_davis_accuracy(davis, human_folder, condition):
    tests = davis if condition == "all" else davis[davis["direction"] == condition]
    mine = [
        means(cued_accuracy(tests, x=x), measure, x)
        for measure, x in {
            "acc_by_study_position": "study_position",
            "acc_by_test_position": "test_position",
            "acc_by_study_test_lag": "lag",
            "acc_mean": None,
        }.items()
    ]
    # the archive leaves out anticipations up to 200 ms and answers after 15 s
    latency = cued_latencies(tests, shortest=200, longest=15000)
    mine.append(means(latency, "rt_correct_ms", None, "latency"))
    compare(pd.concat(mine), human_folder, "davis2008", condition)


def test_davis_kinds(davis, human_folder):
    # the cue itself as the answer is counted where the archive has it
    cue_again = (davis["answer"] == davis["cue"]).fillna(False).astype(bool)
    kind = davis["kind"].mask(cue_again, "extra-list intrusion")
    table = cued_responses(davis.assign(kind=kind))
    mine = [
        means(table[table["kind"] == ours], f"rate_{theirs}", None)
        for theirs, ours in KINDS.items()
        if theirs != "correct"
    ]
    compare(pd.concat(mine), human_folder, "davis2008", "all")


def test_davis_intrusions(davis, human_folder):
    # the archive has subjects with four intrusions or more, and lags up to five
    table = cued_intrusions(davis, at_least=4).query("pair_lag.abs() <= 5")
    mine = [
        means(table, "ili_lag_crp", "pair_lag"),
        means(prior_list_intrusions(davis), "pli_share_by_list_lag", "list_lag"),
    ]
    compare(pd.concat(mine), human_folder, "davis2008", "all")


@pytest.mark.parametrize("name", ["davis2008", "kahana2002_symmetry"])
@pytest.mark.parametrize("directions", ["same", "reversed"])
def test_successive_tests(request, human_folder, name, directions):
    tests = request.getfixturevalue("davis" if name == "davis2008" else "kahana")
    q = yules_q(tests).query("directions == @directions")
    given = second_test_accuracy(tests).query("directions == @directions")
    mine = [
        means(q, "yule_q_test1_test2", None, "q"),
        *(
            means(given[given["first"] == first], f"p_test2_correct_given_test1_{first}", None)
            for first in ("correct", "wrong")
        ),
    ]
    compare(pd.concat(mine), human_folder, name, f"{directions}_direction")


def test_pooled_q_is_that_of_the_index(kahana):
    pooled = yules_q(kahana, add=0, pooled=True).set_index("directions")["q"]
    assert pooled["same"] == pytest.approx(0.997, abs=5e-4)
    assert pooled["reversed"] == pytest.approx(0.948, abs=5e-4)


@pytest.mark.parametrize(
    "condition",
    ["test1_forward", "test1_backward", "test1_both"]
    + [
        "test2_forward",
        "test2_backward",
    ],
)
def test_kahana_presentations(kahana, human_folder, condition):
    test, direction = int(condition[4]), condition[6:]
    tests = kahana if direction == "both" else kahana[kahana["direction"] == direction]
    table = cued_accuracy(tests, x="presentations", test=test)
    mine = means(table, "acc_by_presentations", "presentations")
    compare(mine, human_folder, "kahana2002_symmetry", condition)


def test_the_reader_finds_the_same_tests(davis, human_folder):
    tests = cued_tests(read_trials(human_folder / "davis2008" / "trials.csv"))
    ours = davis.sort_values(["subject", "list", "test_position"], ignore_index=True)
    theirs = tests.sort_values(["subject", "list", "test_position"], ignore_index=True)
    cue_again = (ours["answer"] == ours["cue"]).fillna(False).astype(bool)
    for column in ("kind", "pair_lag", "list_lag", "lag", "direction", "test"):
        pd.testing.assert_series_equal(ours[column][~cue_again], theirs[column][~cue_again])
