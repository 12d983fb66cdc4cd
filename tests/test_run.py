"""A whole run of free recall, tiny: its files, its numbers, its words, and that it repeats."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
import yaml

from analysis import check_table, human_curves, pfr
from memsim.cognitive import TCM
from memsim.experiments import FreeRecallRun, run_experiment
from memsim.experiments.free_recall_report import (
    PFR_DEFINITION,
    each_network,
    free_recall_report,
    page,
)
from memsim.experiments.free_recall_sentences import description, unlike_people, with_noise
from memsim.experiments.report import write_report
from memsim.participant import Participant
from memsim.run_folder import RunFolder
from memsim.simulate import simulate
from memsim.threads import one_thread
from memsim.weights import load_network
from paradigms import FreeRecall, RandomBinary

HUMAN = "murdock1962/10-2"
THEORIES = {"TCM": "TCM-10r", "CMR": "CMR-10", "SAM": "SAM-10"}
NOISE = {"DNC without noise": 0.0, "DNC noise 0.4": 0.4}
SOURCES = ["People", "DNC without noise", "DNC noise 0.4", *THEORIES]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A finished run."""
    out = tmp_path_factory.mktemp("runs") / "one"
    run = FreeRecallRun(n_updates=2, n_lists=40, workers=1, out=out)
    run_experiment(run)
    return run


@pytest.fixture(scope="module")
def summary(run):
    return pd.read_csv(run.out / "summary.csv").set_index("source")


def test_everything_promised_is_in_the_folder(run):
    assert sorted(path.name for path in run.out.iterdir()) == sorted(
        [
            "DONE",
            "README.md",
            "config.yaml",
            "curves.csv",
            "free_recall.pdf",
            "free_recall.png",
            "free_recall_single.pdf",
            "free_recall_single.png",
            "measures.csv",
            "network_noise0.4_seed0.safetensors",
            "network_noise0_seed0.safetensors",
            "provenance.json",
            "recalls.parquet",
            "summary.csv",
            "training.csv",
            "training_history.csv",
        ]
    )


def test_all_simulated_participants_are_in_one_recall_table(run):
    recalls = pd.read_parquet(run.out / "recalls.parquet")
    check_table(recalls)
    who = recalls.drop_duplicates(["subject", "list"]).groupby(["model", "subject"], sort=False)
    assert who.size().to_dict() == {
        (name, subject): 40 for subject, name in enumerate(SOURCES[1:], start=1)
    }


def test_every_source_says_whether_it_was_fitted(summary):
    assert summary["status"].to_dict() == {
        "People": "data",
        "DNC without noise": "not fitted",
        "DNC noise 0.4": "not fitted",
        "TCM": "fitted to these data",
        "CMR": "fitted to these data",
        "SAM": "fitted to these data",
    }
    assert summary.loc["SAM", "fitted_by"] == "curves"


def test_people_enter_as_their_published_curves(run, summary):
    human = human_curves(HUMAN).set_index(["measure", "x"])["mean"]
    people = summary.loc["People"]
    assert people["words"] == pytest.approx(human["n_recall", 0])
    assert people["pfr_last"] == pytest.approx(human["pfr", 10])
    assert people["crp_plus1"] == pytest.approx(human["lag_crp", 1])
    assert people["spc_middle"] == pytest.approx(human["spc"].loc[4:7].mean())
    measured = pd.read_csv(run.out / "measures.csv")
    assert set(measured["source"]) == set(SOURCES)
    assert pd.isna(people["rmsd_spc"])


def test_the_summary_follows_from_the_recalls(run, summary):
    recalls = pd.read_parquet(run.out / "recalls.parquet")
    tcm = recalls[recalls["model"] == "TCM"]
    first = pfr(tcm, first="response").set_index("input")["prob"]
    assert summary.loc["TCM", "pfr_last"] == pytest.approx(first[10])
    said = (tcm["trial_type"] == "recall").sum() / 40
    assert summary.loc["TCM", "words"] == pytest.approx(said)
    curves = pd.read_csv(run.out / "curves.csv").query("measure == 'spc'")
    spc = curves.pivot(index="input", columns="source", values="mean")
    deviation = np.sqrt(np.mean((spc["TCM"] - spc["People"]) ** 2))
    assert summary.loc["TCM", "rmsd_spc"] == pytest.approx(deviation)


def test_all_sources_have_the_same_definition_of_first_recall():
    assert PFR_DEFINITION == {"first": "response"}


def test_saved_networks_recall_what_the_run_recalled(run):
    network = load_network(run.out / "network_noise0_seed0.safetensors")
    participant = Participant(network, RandomBinary(n_bits=16))
    again = simulate(participant, run.paradigm(), n_lists=40, seed=run.seed)
    recalls = pd.read_parquet(run.out / "recalls.parquet")
    of_first = recalls[recalls["subject"] == 1].drop(columns="model")
    pd.testing.assert_frame_equal(again, of_first, check_dtype=False)


def test_configuration_and_provenance_say_how_to_repeat_it(run):
    written = yaml.safe_load((run.out / "config.yaml").read_text())
    assert written["human"] == HUMAN and written["list_length"] == 10  # resolved
    written["out"] = run.out / "elsewhere"
    assert FreeRecallRun(**written).paradigm() == run.paradigm()
    provenance = json.loads((run.out / "provenance.json").read_text())
    assert provenance["libraries"]["torch"] == torch.__version__
    assert set(provenance) == {"started", "python", "machine", "libraries", "commit"}


def test_the_same_seed_gives_the_same_bytes_however_it_is_computed(run, tmp_path):
    """Two processes, other hash seeds, another number of threads; through the command line."""
    code = "import sys; from memsim.cli import main; sys.exit(main())"
    options = [
        "run",
        "free-recall",
        "--n-updates",
        "2",
        "--n-lists",
        "40",
        "--workers",
        "2",
        "--out",
    ]
    environment = {**os.environ, "PYTHONHASHSEED": "7", "OMP_NUM_THREADS": "2"}
    done = subprocess.run(
        [sys.executable, "-c", code, *options, str(tmp_path / "two")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "fitted to these data" in done.stdout and "not fitted" in done.stdout
    names = ["recalls.parquet", "measures.csv", "summary.csv", "curves.csv", "training.csv"]
    names += ["network_noise0.4_seed0.safetensors", "free_recall.pdf", "README.md"]
    for name in names:
        assert (tmp_path / "two" / name).read_bytes() == (run.out / name).read_bytes(), name


def test_another_seed_gives_other_recalls(run, tmp_path):
    theories = {"TCM": TCM.preset("TCM-10r")}
    one, other = (simulate(theories, run.paradigm(), n_lists=40, seed=seed) for seed in (0, 1))
    assert not one.equals(other)


def test_the_page_tells_all_sources(run):
    text = (run.out / "README.md").read_text()
    for source in SOURCES:
        assert f"**{source}**" in text
        assert f"| {source} |" in text
    assert "nan" not in text.split()


def test_the_page_counts_failures(run):
    table = pd.read_csv(run.out / "summary.csv")
    training = pd.read_csv(run.out / "training.csv").assign(
        restarts=[1, 0], failed=[True, False], what_failed=["stuck: one; stuck: two", ""]
    )
    text = page(table, HUMAN, training, NOISE, FreeRecall())
    assert "**Not all networks were trained successfully**" in text
    assert "2 networks; 1 restart" in text
    assert "1 failed in the last attempt too" in text
    assert text.count("stuck: ") == 2
    went_well = training.assign(restarts=0, failed=False, what_failed="")
    assert "Not all networks" not in page(table, HUMAN, went_well, NOISE, FreeRecall())


ROW = pd.Series(
    {
        "source": "X",
        "kind": "network",
        "status": "not fitted",
        "subjects": 1,
        "words": 6.0,
        "intrusions": 0.4,
        "repeats": 0.0,
        "spc_first": 0.7,
        "spc_middle": 0.5,
        "spc_last": 0.9,
        "pfr_first": 0.2,
        "pfr_last": 0.3,
        "pfr_none": 0.0,
        "crp_plus1": 0.5,
        "crp_minus1": 0.2,
        "rmsd_spc": 0.1,
        "rmsd_pfr": 0.1,
        "rmsd_crp": 0.1,
    }
)


@pytest.mark.parametrize(
    ("forward", "backward", "said"),
    [
        (0.5, 0.25, "a forward asymmetry"),
        (0.49, 0.25, "no asymmetry"),
        (0.0, 0.0, "no asymmetry"),
        (0.1, 0.2, "a backward asymmetry"),
        (0.1, float("nan"), "Too few transitions"),
    ],
)
def test_an_asymmetry_is_a_factor_of_two(forward, backward, said):
    row = pd.concat([ROW.drop(["crp_plus1", "crp_minus1"]), pd.Series(dtype=object)])
    row["crp_plus1"], row["crp_minus1"] = forward, backward
    sentence = description(row)
    assert said in sentence
    assert sentence.count("asymmetry") <= 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, []),
        ({"words": 7.1}, []),
        ({"words": 7.5}, ["more words recalled (7.5, people 6.0)"]),
        ({"words": 4.0}, ["fewer words recalled (4.0, people 6.0)"]),
        ({"intrusions": 0.9}, ["too many intrusions (0.90, people 0.40)"]),
        ({"intrusions": 0.0}, ["no intrusions (0.00, people 0.40)"]),
        ({"repeats": 0.05}, []),
        ({"repeats": 1.0}, ["too many repeats (1.00, people 0.00)"]),
        ({"spc_first": 0.54, "spc_middle": 0.5}, ["no primacy", "recalls the first word too s"]),
        ({"spc_middle": 0.66}, ["no primacy", "recalls the middle third too often"]),
        ({"spc_last": 0.5}, ["no recency", "recalls the last word too seldom"]),
        ({"pfr_last": 0.8}, ["begins with the last word too often (0.80, people 0.30)"]),
        ({"pfr_none": 0.3}, ["begins with an intrusion too often (0.30, people 0.00)"]),
        ({"crp_minus1": 0.3}, ["no asymmetry by a factor of two, where people have a forward"]),
        ({"crp_plus1": float("nan")}, ["too few transitions"]),
    ],
)
def test_what_is_unlike_people_follows_the_rules(change, said):
    found = unlike_people(pd.Series({**ROW, **change}), ROW)
    assert len(found) == len(said)
    assert all(phrase.startswith(start) for phrase, start in zip(found, said, strict=True))


def test_the_network_closest_to_people_is_named_for_each_curve():
    other = pd.Series({**ROW, "source": "Y", "rmsd_spc": 0.05, "rmsd_crp": float("nan")})
    rows = pd.DataFrame([ROW, other])
    said = with_noise(rows, rows)
    assert "serial position curve Y (0.050)" in said
    assert "first recall X (0.100)" in said
    assert "lag-CRP X (0.100)" in said


class Scripted:
    """Recalls the same in every list."""

    def __init__(self, *positions):
        self.positions = positions

    def recall(self, schedule, rng):
        responses = np.zeros((schedule.n_lists, schedule.n_responses), dtype=int)
        responses[:, : len(self.positions)] = self.positions
        return responses


TRAINING = pd.DataFrame(
    [{"network": "a", "loss": 1.0, "right": 0.9, "restarts": 0, "failed": False, "what_failed": ""}]
)


def test_with_three_levels_of_noise_there_is_a_dose_curve(tmp_path):
    models = {
        f"DNC noise {level}": [replace(TCM.preset("TCM-10r"), gamma=gamma) for gamma in (0.5, 1.0)]
        for level in (0.1, 0.2, 0.3)
    }
    noise = dict(zip(models, (0.1, 0.2, 0.3), strict=True))
    recalls = simulate({**models, "TCM": TCM.preset("TCM-10r")}, FreeRecall(), n_lists=20)
    report = free_recall_report(recalls, HUMAN, {"TCM": "TCM-10r"}, noise, TRAINING, FreeRecall())
    write_report(tmp_path, report)
    dose = pd.read_csv(tmp_path / "dose.csv")
    assert dose["noise"].tolist() == [0.1, 0.1, 0.2, 0.2, 0.3, 0.3]
    assert dose["subject"].tolist() == [1, 2, 3, 4, 5, 6]
    assert {"dose.pdf", "dose.png"} <= {path.name for path in tmp_path.iterdir()}
    assert "(dose.png)" in (tmp_path / "README.md").read_text()


def test_each_network_has_its_own_numbers():
    recalls = simulate(
        {"a": [Scripted(3, 4), Scripted(10, 9)], "b": Scripted(1)}, FreeRecall(), n_lists=3
    )
    each = each_network(recalls, {"a": 0.0, "b": 0.5})
    assert each["words"].tolist() == [2, 2, 1]
    assert each["pfr_last"].tolist() == [0, 1, 0]
    np.testing.assert_array_equal(each["crp_plus1"], [1, np.nan, np.nan])
    np.testing.assert_array_equal(each["crp_minus1"], [0, 1, np.nan])


def test_whoever_recalls_nothing_does_not_end_the_run(tmp_path):
    models = {"silent": Scripted(), "babble": Scripted(*[-1] * 11), "one word": Scripted(3)}
    recalls = simulate({**models, "TCM": TCM.preset("TCM-10r")}, FreeRecall(), n_lists=10)
    noise = {"silent": 0.0, "babble": 0.1, "one word": 0.2}
    theories = {"TCM": "TCM-10r"}
    report = free_recall_report(recalls, HUMAN, theories, noise, TRAINING, FreeRecall())
    write_report(tmp_path, report)
    rmsd = report.summary.set_index("source")["rmsd_crp"]
    assert rmsd[[*models]].isna().all() and rmsd["TCM"] > 0
    page = (tmp_path / "README.md").read_text()
    assert "**silent** (1 network, not fitted): no responses at all." in page
    assert "nan" not in page.split()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"networks": 0}, "networks must be 1 or more, got 0"),
        ({"n_updates": -1}, "n_updates must be 1 or more"),
        ({"n_lists": 0}, "n_lists must be 1 or more"),
        ({"workers": 0}, "workers must be 1 or more"),
        ({"seed": -1}, "seed must be 0 or more"),
        ({"noise": []}, "noise must have 1 to 6 levels"),
        ({"noise": [0.1] * 2}, "noise must be different numbers"),
        ({"noise": [0.1, 0.1000000001]}, "noise must be different numbers"),
        ({"noise": [float("nan")]}, "noise must be different numbers"),
        ({"noise": [k / 10 for k in range(7)]}, "got 7"),
        ({"list_length": 13}, "there are no people.*10, 12, 15, 20, 30, 40 words"),
        ({"list_length": 0}, "list_length=0: there are no people"),
        ({"list_length": 20, "human": HUMAN}, "have 10 words; leave one of the two out"),
        ({"human": "murdock1962"}, "human=murdock1962 is no human condition; there are murdock"),
        ({"device": "abacus"}, "device=abacus cannot compute here"),
        ({"device": "meta"}, "device=meta cannot compute here"),
    ],
)
def test_settings_that_make_no_sense_are_an_error(options, message):
    with pytest.raises(ValueError, match=message):
        FreeRecallRun(**options)


@pytest.mark.parametrize(
    ("human", "cmr"), [(HUMAN, "CMR-10"), ("murdock1962/20-2", "G20"), ("murdock1962/40-1", "G20")]
)
def test_theories_are_those_fitted_nearest_to_the_data(human, cmr):
    assert FreeRecallRun(human=human).theories()["CMR"] == cmr


def test_a_folder_is_never_written_over(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="holds other files already"):
        RunFolder(tmp_path)
    with pytest.raises(NotADirectoryError, match=r"notes\.txt is a file"):
        RunFolder(tmp_path / "notes.txt" / "run")
    with pytest.raises(NotADirectoryError, match=r"notes\.txt is a file"):
        RunFolder(tmp_path / "notes.txt")


@pytest.mark.parametrize(
    ("file", "state"), [("provenance.json", "an unfinished run"), ("DONE", "a finished run")]
)
def test_the_message_says_what_a_folder_holds(tmp_path, file, state):
    (tmp_path / file).touch()
    with pytest.raises(FileExistsError, match=f"holds {state} already"):
        RunFolder(tmp_path)


def test_the_number_of_threads_is_as_before():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    with pytest.raises(KeyError), one_thread():
        assert torch.get_num_threads() == 1
        raise KeyError
    assert torch.get_num_threads() == 2
    torch.set_num_threads(before)
