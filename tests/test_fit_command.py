"""`memsim fit`: a folder with all that came out, and errors that help."""

import json

import numpy as np
import pandas as pd
import pytest

from analysis import Recalls
from memsim import cli
from memsim.cognitive import TCM
from memsim.fit_command import FitRun, task_of
from paradigms import FreeRecall, SerialRecall


@pytest.fixture
def human(tmp_path, monkeypatch):
    """Trials of two subjects in the folder that MEMSIM_DATA names, recalled by TCM."""
    schedule = FreeRecall(4).trials(0, 0, n_lists=80)
    recalled = TCM.preset("TCM-10r").recall(schedule, np.random.default_rng(0))
    rows = [
        {
            "subject": 1 + i // 40,
            "condition": "10-2",
            "list_length": 4,
            "list": 1 + i % 40,
            "recalls": " ".join(map(str, row[row > 0])),
        }
        for i, row in enumerate(recalled)
    ]
    folder = tmp_path / "data" / "murdock1962"
    folder.mkdir(parents=True)
    pd.DataFrame(rows).to_csv(folder / "trials.csv", index=False)
    monkeypatch.setenv("MEMSIM_DATA", str(folder.parent))
    return "murdock1962"


def test_writes_all_that_came_out(human, tmp_path, capsys):
    out = tmp_path / "fit"
    options = [
        "--n-starts",
        "2",
        "--n-lists",
        "50",
        "--free",
        "beta",
        "tau",
        "--stop",
        "exponential",
    ]
    assert cli.main(["fit", "TCM-10r", "--human", human, *options, "--out", str(out)]) == 0
    names = {path.name for path in out.iterdir()}
    assert names == {
        *("README.md", "config.yaml", "provenance.json", "DONE"),
        *("estimates.csv", "starts.csv", "models.json", "curves.csv", "rmsd.csv"),
        *("curves.pdf", "curves.png"),
    }
    estimates = pd.read_csv(out / "estimates.csv").set_index("subject")
    models = json.loads((out / "models.json").read_text())
    for subject in (1, 2):
        fitted = models[str(subject)]
        assert fitted["model"] == "TCM" and fitted["stop"]["rule"] == "ExponentialStop"
        assert fitted["beta"] == pytest.approx(estimates.loc[subject, "beta"])
        assert fitted["gamma"] == TCM.preset("TCM-10r").gamma  # not free
    page = (out / "README.md").read_text()
    assert page.startswith("# TCM-10r fitted to murdock1962\n")
    assert f"{estimates['nll'].sum():.2f} nats" in page
    assert "Begin with" in capsys.readouterr().out
    # never over another one
    assert cli.main(["fit", "TCM-10r", "--human", human, "--out", str(out)]) == 2
    assert "a run never writes over another" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["TCM-11", "--human", "murdock1962"], "there is no preset 'TCM-11'; known are TCM-10"),
        (["TCM-10", "--human", "murdock"], "no human data set named 'murdock'"),
        (["TCM-10", "--human", "murdock1962/5-5"], "has no condition '5-5'; it has 10-2"),
        (["TCM-10", "--human", "murdock1962", "--free", "bete"], "no parameter 'bete' to fit"),
        (["TCM-10", "--human", "murdock1962", "--n-starts", "0"], "n_starts must be 1 or more"),
        (["TCM-10", "--human", "logan2021"], "has no logan2021"),
    ],
)
def test_mistakes(human, tmp_path, capsys, words, message):
    assert cli.main(["fit", *words, "--out", str(tmp_path / "fit")]) == 2
    err = capsys.readouterr().err
    assert message in err and "tip: memsim fit --help" in err
    assert not (tmp_path / "fit").exists()


def test_help(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["fit", "--help"])
    assert ended.value.code == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "CMR-10" in out and "--human HUMAN" in out and "Parameters to fit".lower() in out.lower()


def test_paradigm_is_that_of_the_people(human):
    assert task_of(FitRun(human=human)) == FreeRecall(4)
    slower = task_of(FitRun(human=human, presentation_time=3.0, retention_interval=9.0))
    assert slower == FreeRecall(4, presentation_time=3.0, retention_interval=9.0)


def test_paradigm_of_serial_recall(tmp_path, monkeypatch):
    recalls = Recalls.from_positions([[1, 2, 3]], list_length=3, omissions=True)
    monkeypatch.setattr("memsim.fit_command.find_people", lambda *_, **__: recalls)
    assert task_of(FitRun(human="logan2021")) == {3: SerialRecall(3)}
    with pytest.raises(ValueError, match="interitem_interval is of free recall"):
        task_of(FitRun(human="logan2021", interitem_interval=1.0))
