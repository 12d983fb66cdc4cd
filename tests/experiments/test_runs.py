"""Runs of the paradigms, tiny: their files, their table, their theories, and that they repeat."""

import matplotlib.image
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import torch
import yaml
from scipy.stats import norm

from analysis import check_table, human_curves
from analysis.figures.style import MAX_NETWORKS
from memsim.cognitive import PRESETS
from memsim.experiments import (
    RUNS,
    FreeRecallRun,
    PairedAssociatesRun,
    RecognitionRun,
    SerialRecallRun,
    report,
    run_experiment,
    serial_recall_report,
)
from memsim.experiments.run import LSTM, check_fit, plan
from memsim.experiments.theories import fit_status
from memsim.simulate import simulate
from memsim.weights import load_network
from paradigms import FreeRecall

TINY = {"noise": [0.4], "n_updates": 10, "n_lists": 20, "workers": 1}
FILE = {"serial-recall": "serial_recall", "paired-associates": "paired_associates"}
SHORT = {
    "serial-recall": {"list_length": 4, "human": "none"},
    "paired-associates": {"human": "davis2008"},
    "recognition": {"list_length": 4, "n_targets": 2, "n_lures": 2},
}


@pytest.fixture(scope="module", params=[*SHORT])
def run(request, tmp_path_factory):
    """A finished run."""
    out = tmp_path_factory.mktemp("runs") / request.param
    run = RUNS[request.param](**SHORT[request.param], **TINY, out=out)
    run_experiment(run)
    return run


def test_everything_promised_is_in_the_folder(run):
    figure = FILE.get(run.command, run.command)
    assert {path.name for path in run.out.iterdir()} == {
        "DONE",
        "README.md",
        "config.yaml",
        "provenance.json",
        "recalls.parquet",
        "measures.csv",
        "curves.csv",
        "summary.csv",
        "training.csv",
        "training_history.csv",
        "network_noise0.4_seed0.safetensors",
        "network_lstm_seed0.safetensors",
        *(f"{figure}{width}.{kind}" for width in ("", "_single") for kind in ("pdf", "png")),
    }
    assert matplotlib.image.imread(run.out / f"{figure}.png").std() > 0.05  # something is drawn


def test_the_recall_table_is_one(run):
    recalls = pd.read_parquet(run.out / "recalls.parquet")
    paradigm = {"paired-associates": "cued recall", "recognition": "recognition"}.get(run.command)
    check_table(recalls, omissions=True, paradigm=paradigm)
    lists = recalls.drop_duplicates(["subject", "list"]).groupby(["subject", "model"]).size()
    models = ["DNC noise 0.4", LSTM, *run.theories()]
    assert lists.to_dict() == {(k, model): 20 for k, model in enumerate(models, start=1)}


def test_the_baseline_is_of_equal_size(run):
    dnc = load_network(run.out / "network_noise0.4_seed0.safetensors")
    lstm = load_network(run.out / "network_lstm_seed0.safetensors")
    assert dnc.options["hidden_size"] == lstm.options["hidden_size"] == 128


def test_the_summary_has_a_row_for_each_source(run):
    summary = pd.read_csv(run.out / "summary.csv")
    people = [] if run.people() is None else ["People"]
    assert summary["source"].tolist() == [*people, "DNC noise 0.4", LSTM, *run.theories()]
    assert {*run.shown} <= {*summary.columns}
    assert set(summary["kind"]) == {"network", "theory", *(name.lower() for name in people)}


def test_the_page_tells_every_source_and_no_nan(run):
    text = (run.out / "README.md").read_text()
    for source in pd.read_csv(run.out / "summary.csv")["source"]:
        assert f"**{source}** (" in text and f"| {source} |" in text
    for name in run.theories().values():
        assert f"| {name} | {PRESETS[name].source} |" in text
    people = ", people" if run.people() else ""
    assert text.splitlines()[0].endswith(f": networks, theories{people}")
    assert "nan" not in text.replace(",", " ").replace("%", " ").split()
    assert "Nobody is laid beside." in text or run.people() is not None
    assert f"memsim run {run.command} --config" in text


def test_the_configuration_is_resolved_and_gives_the_same_run(run):
    written = yaml.safe_load((run.out / "config.yaml").read_text())
    assert written["human"] == (run.people() or "none")
    assert all(written[name] is not None for name in run.settings)
    again = type(run)(**written | {"out": run.out / "again"})
    assert again.paradigm() == run.paradigm() and again.people() == run.people()


def test_the_same_seed_gives_the_same_bytes_on_two_workers(run, tmp_path, monkeypatch):
    """All but the figures, which are drawn from `curves.csv` and take their time.

    Workers take theirs, too; networks that say words are trained by them in serial recall alone.
    """
    monkeypatch.setattr(report, "save_figure", lambda figure, path: None)
    workers = 1 if run.command == "paired-associates" else 2
    again = type(run)(**SHORT[run.command], **TINY | {"workers": workers}, out=tmp_path / "two")
    run_experiment(again)
    tables = [path.name for path in run.out.iterdir() if path.suffix not in (".pdf", ".png")]
    for name in {*tables} - {"DONE", "provenance.json", "config.yaml"}:  # times, and the workers
        assert (again.out / name).read_bytes() == (run.out / name).read_bytes(), name


class Knows:
    """Answers correctly with this probability, else with a word that was never shown."""

    def __init__(self, share):
        self.share = share

    def recall(self, schedule, rng):
        right = rng.random(schedule.answers.shape) < self.share
        return np.where(right, schedule.answers, -1)


class Swaps:
    """Reports in order, but for the first two items, which change places."""

    def recall(self, schedule, rng):
        order = np.arange(1, schedule.n_responses + 1)
        order[:2] = 2, 1
        return np.tile(order, (schedule.n_lists, 1))


TRAINING = pd.DataFrame(
    [{"network": "a", "loss": 1.0, "right": 0.9, "restarts": 0, "failed": False, "what_failed": ""}]
)


def reported(run, models, n_lists=40):
    """What a run would say of these participants."""
    recalls = simulate(models, run.paradigm(), n_lists=n_lists)
    made = run.report(recalls, TRAINING)
    for figure in made.figures.values():
        plt.close(figure)
    return made


def test_numbers_of_serial_recall_are_those_of_what_was_done():
    run = SerialRecallRun(human="logan2021/serial_recall|LL6")
    made = reported(run, {"swaps": [Swaps(), Swaps()]})
    row = made.summary.set_index("source").loc["swaps"]
    expected = {"accuracy": 4 / 6, "perfect": 0, "first": 0, "middle": 1, "last": 1}
    expected |= {"order_errors": 2 / 6, "intrusions": 0, "adjacent": 1, "subjects": 2}
    assert row[[*expected]].to_dict() == pytest.approx(expected)
    curve = human_curves(run.human).query("measure == 'acc_strict'")["mean"].to_numpy()
    deviation = np.sqrt(np.mean((curve - [0, 0, 1, 1, 1, 1]) ** 2))
    assert row["rmsd_accuracy"] == pytest.approx(deviation)
    assert "- **locality** (1.5 times" in made.page
    assert set(made.curves["responses"]["kind"]) == {
        *serial_recall_report.RATES.values(),
        "correct",
    }


def test_people_who_recalled_backward():
    run = SerialRecallRun(direction="backward")
    assert run.people() == "madigan1971/visual_backward"
    made = reported(run, {"swaps": Swaps()}, n_lists=2)
    people = made.summary.set_index("source").loc["People"]
    curve = human_curves(run.people()).set_index(["measure", "x"])["mean"]
    assert people["last"] == curve["acc_strict", 8]
    assert people["middle"] == pytest.approx(curve["acc_strict"].loc[3:6].mean())
    assert people["adjacent_chance"] == 2 / 8
    assert "reported in order, backward" in made.page
    assert run.models() == {} and "none takes part" in made.page


def test_people_without_most_curves_are_laid_beside_all_the_same():
    """Of Jahnke (1968), only a curve that was read from a figure is known."""
    run = SerialRecallRun(human="jahnke1968_digitised/10item_0s_delay")
    made = reported(run, {"swaps": Swaps()}, n_lists=2)
    people = made.summary.set_index("source").loc["People"]
    assert people["first"] > 0.5 and pd.isna(people["adjacent"]) and people["subjects"] == 0
    assert "**People** (a published curve)" in made.page


def test_pairs_shown_several_times_and_tested_twice():
    run = PairedAssociatesRun(human="kahana2002_symmetry")
    made = reported(run, {"half": Knows(0.5), "all": Knows(1.0)})
    table = made.summary.set_index("source")
    people = table.loc["People"]
    assert [people["least_shown"], people["most_shown"]] == pytest.approx([0.33, 0.71], abs=0.005)
    # the mean of the three numbers of presentations
    assert people["forward"] == pytest.approx((0.33 + 0.64 + 0.72) / 3, abs=0.01)
    assert people["q_same"] > people["q_reversed"] > 0.9
    assert table.loc["half", "forward"] == pytest.approx(0.5, abs=0.1)
    assert table.loc["half", "other_words"] == pytest.approx(1 - table.loc["half", "accuracy"])
    assert abs(table.loc["half", "q_same"]) < 0.4  # each test by itself
    assert (table.loc["all", ["accuracy", "recent", "most_shown"]] == 1).all()
    assert "presentations" in made.curves["accuracy"].columns and made.curves["intrusions"].empty
    assert "Lists of 12 pairs, shown 1, 3, 5 times, are studied" in made.page


def test_numbers_of_paired_associates_are_those_of_what_was_done():
    made = reported(PairedAssociatesRun(), {"always": Knows(1.0), "never": Knows(0.0)}, n_lists=150)
    table = made.summary.set_index("source")
    assert table.loc["always", ["accuracy", "forward", "backward", "remote"]].tolist() == [1] * 4
    assert table.loc["never", ["accuracy", "other_words", "same_list"]].tolist() == [0, 1, 0]
    by_lag = human_curves("davis2008/all").query("measure == 'acc_by_study_test_lag'")["mean"]
    deviation = np.sqrt(np.mean(by_lag**2))
    assert table.loc["never", "rmsd_accuracy"] == pytest.approx(deviation)
    assert "left open by the numbers of always, never" in made.page  # nothing can differ there


def test_associative_recognition():
    """TODAM alone speaks to it; the others are left out with a sentence."""
    run = RecognitionRun(pairs=True, list_length=4, n_targets=2, n_lures=2)
    assert run.theories() == {"TODAM": "TODAM-1024"}
    made = reported(run, {"knows": Knows(1.0)} | run.models(), n_lists=10)
    assert made.summary["kind"].tolist() == ["network", "theory"]
    assert "MINERVA 2 and Summed similarity speak to recognition of words, not of" in made.page
    row = made.summary.iloc[0]
    assert (row["hit_rate"], row["false_alarm_rate"], row["recent"]) == (1, 0, 1)
    assert row["d_prime"] == pytest.approx(2 * norm.ppf(20.5 / 21))
    assert "2 rearranged pairs" in made.page


@pytest.mark.parametrize("kind", RUNS.values())
def test_theories_recall_in_every_task_that_people_did(kind):
    """None is asked for what it does not speak to, and its set is one of its own class."""
    for human in [*kind.tasks, "none"]:
        run = kind(human=human)
        rng = np.random.default_rng(0)
        schedule = run.paradigm().trials(0, 0, n_lists=2)
        for label, model in run.models().items():
            assert len(model.recall(schedule, rng)) == 2
            assert isinstance(model, type(PRESETS[run.theories()[label]].parameters))


def test_every_theory_says_whether_it_was_fitted():
    def status(run):
        theories, people = run.theories(), run.people()
        return {label: fit_status(label, people, theories)["status"] for label in theories}

    serial = "Primacy model", "Start-end model", "Chaining"
    farrell = SerialRecallRun(human="farrell_lewandowsky2004/exp2_cond0")
    logan = SerialRecallRun(human="logan2021/serial_recall|LL5")
    other = SerialRecallRun(human="farrell_lewandowsky2004/exp1_cond0")
    assert status(farrell) == status(logan) == dict.fromkeys(serial, "fitted to these data")
    assert status(other) == dict.fromkeys(serial, "fitted elsewhere")
    pairs = {"TODAM": "reference parameters", "MINERVA 2": "reference parameters"}
    here = {"Hebbian matrix": "fitted to these data"}
    assert status(PairedAssociatesRun()) == here | pairs
    assert status(PairedAssociatesRun(human="kahana2002_symmetry")) == here | pairs
    nobody = PairedAssociatesRun(human="none", list_length=4)
    assert status(nobody) == {"Hebbian matrix": "fitted elsewhere"} | pairs


def test_only_the_primacy_model_says_what_distraction_before_the_report_does():
    run = SerialRecallRun(retention_interval=10, human="none")
    made = reported(run, run.models(), n_lists=20)
    assert made.summary["source"].tolist() == ["Primacy model"]
    assert "and are left out. In the primacy model activations decay" in made.page
    right = []
    for one in (run, SerialRecallRun(human="none")):
        schedule = one.paradigm().trials(0, 0, n_lists=400)
        reports = one.models()["Primacy model"].recall(schedule, np.random.default_rng(0))
        right.append(one.paradigm().right(schedule, reports).mean())
    assert right[0] < right[1] - 0.1


def test_people_and_the_theory_fitted_to_them_are_alike():
    """The Hebbian matrix was fitted to the likelihood of answers, so its shares are people's."""
    run = PairedAssociatesRun()
    made = reported(run, run.models(), n_lists=400)
    table = made.summary.set_index("source")
    people, theory = table.loc["People"], table.loc["Hebbian matrix"]
    shares = ["accuracy", "forward", "backward", "same_list", "omissions"]
    assert theory[shares].to_numpy(float) == pytest.approx(people[shares].to_numpy(float), abs=0.04)
    assert "(theory, Hebbian-D08, fitted to these data by likelihood)" in made.page
    assert "fitted to the data it is compared with has an advantage" in made.page


def test_theories_do_not_move_the_recalls_of_networks():
    """They come after them, and every participant has random numbers of its own."""
    run = PairedAssociatesRun(list_length=4, human="none")
    networks = {"knows": [Knows(0.5), Knows(0.7)]}
    alone = simulate(networks, run.paradigm(), n_lists=30)
    beside = simulate(networks | run.models(), run.paradigm(), n_lists=30)
    theirs = beside[beside["model"] == "knows"]
    pd.testing.assert_frame_equal(alone, theirs, check_dtype=False)  # others leave tests out


def test_free_recall_after_a_delay(tmp_path):
    run = FreeRecallRun(retention_interval=10)
    assert run.people() == "howard_kahana1999/exp1_delayed"
    assert run.theories()["CMR"] == "G20-softmax"
    made = reported(run, run.models())
    people = made.summary.set_index("source").loc["People"]
    assert people["spc_last"] == pytest.approx(0.42, abs=0.005)
    assert people["words"] == pytest.approx(2.85, abs=0.005)
    said = (
        "Delayed free recall of lists of 12 words (10 s of distraction before the test), 1 s each"
    )
    assert said in made.page
    assert "keeps 0.9 of itself each second" in made.page


def test_distraction_takes_recency_from_theories():
    """More of it is lost the less context survives, and none where all of it does."""
    last = {}
    for rho in (0.5, 0.9, 1.0):
        run = FreeRecallRun(retention_interval=10, rho_distractor=rho)
        schedule = run.paradigm().trials(0, 0, 1)
        last[rho] = run.models()["TCM"].first_recall(schedule)[0, -1].item()
    immediate = FreeRecallRun(human="howard_kahana1999/exp1_immediate")
    schedule = immediate.paradigm().trials(0, 0, 1)
    assert last[0.5] < last[0.9] < last[1.0]
    assert last[1.0] == pytest.approx(
        immediate.models()["TCM"].first_recall(schedule)[0, -1].item()
    )


def test_free_recall_with_nobody_beside():
    run = FreeRecallRun(human="none", list_length=5)
    made = reported(run, run.models())
    assert made.summary["source"].tolist() == ["TCM", "CMR", "SAM"]
    assert made.summary["rmsd_spc"].isna().all()
    assert "Nobody is laid beside." in made.page and "not like people" not in made.page


@pytest.mark.parametrize("kind", RUNS.values())
def test_people_that_are_named_ship_and_did_lists_of_this_length(kind):
    for name, task in kind.tasks.items():
        curves = human_curves(name)
        by_position = curves["measure"].isin(["spc", "acc_strict", "acc_by_study_position"])
        if by_position.any():
            assert curves[by_position]["x"].max() == task.list_length
        assert kind(human=name).paradigm() == task


def test_the_people_follow_from_the_settings():
    assert FreeRecallRun().people() == "murdock1962/10-2"
    assert FreeRecallRun(list_length=12).people() == "howard_kahana1999/exp1_immediate"
    assert FreeRecallRun(interitem_interval=16).people() == "howard_kahana1999/exp2_ipi16"
    assert SerialRecallRun(list_length=7).people() == "logan2021/serial_recall|LL7"
    assert PairedAssociatesRun(presentations=[1, 3, 5]).people() == "kahana2002_symmetry"
    assert PairedAssociatesRun(presentations=[1]).people() == "davis2008"
    assert RecognitionRun().people() is None


def test_continual_distraction_is_before_every_word_and_after_the_list():
    task = FreeRecallRun(human="howard_kahana1999/exp2_ipi8").paradigm()
    assert task == FreeRecall(
        12, presentation_time=1.2, retention_interval=16.0, interitem_interval=8.0
    )


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        (SerialRecallRun, {"list_length": 1, "human": "none"}, "one item has no order"),
        (SerialRecallRun, {"list_length": 9}, "no people.*5, 6, 7, 8, 10 items.*human=none"),
        (SerialRecallRun, {"direction": "up", "human": "none"}, "direction must be one of"),
        (SerialRecallRun, {"direction": "backward", "list_length": 6}, "not in all combinations"),
        (
            SerialRecallRun,
            {"human": "logan2021/serial_recall|LL6", "list_length": 5},
            "have 6 items; leave one of the two out",
        ),
        (SerialRecallRun, {"human": "logan2021"}, "logan2021 is no human condition; there are"),
        (SerialRecallRun, {"retention_interval": -1, "human": "none"}, "retention_interval must"),
        (
            SerialRecallRun,
            {"noise": [k / 10 for k in range(MAX_NETWORKS)]},
            "1 to 5 levels.*beside an LSTM",
        ),
        (PairedAssociatesRun, {"n_tests": 13, "human": "none"}, "n_tests=13, but there are only"),
        (
            PairedAssociatesRun,
            {"presentations": [1, 2], "list_length": 5, "human": "none"},
            "list_length=5 is no multiple of the 2",
        ),
        (
            PairedAssociatesRun,
            {"human": "davis2008", "second_test": "same"},
            "second_test=same, but lists of human=davis2008 have second_test=none",
        ),
        (RecognitionRun, {"human": "davis2008"}, "no people ship for recognition"),
        (RecognitionRun, {"n_lures": 0}, "n_lures must be 1 or more: .* no false alarms"),
        (RecognitionRun, {"n_targets": 17}, "list_length=16 is too short"),
        (RecognitionRun, {"pairs": True, "n_lures": 1}, "n_lures must not be 1"),
        (FreeRecallRun, {"retention_interval": 30}, "retention_interval=0.0, 10.0, 16.0"),
        (FreeRecallRun, {"retention_interval": 10, "rho_distractor": 1.5}, "rho_distractor"),
    ],
)
def test_settings_that_make_no_sense_are_an_error(kind, options, message):
    with pytest.raises(ValueError, match=message):
        kind(**options)


def test_networks_that_do_not_fit_into_memory_are_refused_before_anything_is_written(tmp_path):
    out = tmp_path / "large"
    run = SerialRecallRun(list_length=900, human="none", out=out)
    before = torch.get_rng_state()
    with pytest.raises(ValueError, match="training needs about"):
        run_experiment(run)
    assert not out.exists()
    check_fit(SerialRecallRun())
    assert torch.equal(torch.get_rng_state(), before)


def test_the_plan_names_every_network_once():
    networks = plan(SerialRecallRun(noise=[0.4, 0], networks=2, seed=5))
    assert [(label, file) for label, file, _ in networks] == [
        ("DNC without noise", "network_noise0_seed5"),
        ("DNC without noise", "network_noise0_seed6"),
        ("DNC noise 0.4", "network_noise0.4_seed5"),
        ("DNC noise 0.4", "network_noise0.4_seed6"),
        ("LSTM", "network_lstm_seed5"),
        ("LSTM", "network_lstm_seed6"),
    ]
