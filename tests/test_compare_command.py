"""`memsim compare`: a folder with all that came out, going on where it was, errors that help."""

import numpy as np
import pandas as pd
import pytest

from memsim import cli
from memsim.cognitive import TCM
from paradigms import FreeRecall

FILES = {
    *("README.md", "table.csv", "scores.csv", "in_sample.csv", "rmsd.csv", "halves.csv"),
    *("figure.pdf", "figure.png", "config.yaml", "provenance.json", "DONE"),
    *("comparison.json", "parts"),
}
QUICK = ["--n-generated", "2", "--folds", "2"]


@pytest.fixture
def human(tmp_path, monkeypatch):
    """Trials of two subjects in each of two conditions, where MEMSIM_DATA says, made by TCM."""
    rows = []
    for first, condition, length in ((1, "10-2", 4), (11, "20-1", 6)):
        schedule = FreeRecall(length).trials(0, 0, n_lists=40)
        recalled = TCM.preset("TCM-10r").recall(schedule, np.random.default_rng(first))
        rows += [
            {
                "subject": first + i // 20,
                "condition": condition,
                "list_length": length,
                "list": 1 + i % 20,
                "recalls": " ".join(map(str, row[row > 0])),
            }
            for i, row in enumerate(recalled)
        ]
    folder = tmp_path / "data" / "murdock1962"
    folder.mkdir(parents=True)
    pd.DataFrame(rows).to_csv(folder / "trials.csv", index=False)
    monkeypatch.setenv("MEMSIM_DATA", str(folder.parent))
    return "murdock1962"


def test_writes_all_that_came_out_and_goes_on(human, tmp_path, capsys):
    out = tmp_path / "compare"
    one = f"{human}/10-2"
    # the paradigm of this condition has lists of ten words; these have four
    options = ["--human", one, *QUICK, "--presentation-time", "2", "--out", str(out)]
    assert cli.main(["compare", *options, "--models", "uniform", "descriptive"]) == 0
    assert {path.name for path in out.iterdir()} == FILES
    table = pd.read_csv(out / "table.csv").set_index("contender")
    text = (out / "README.md").read_text()
    assert f"| Uniform | {table.loc['Uniform', 'nats']:.3f} |" in text
    assert "# Who predicts people: murdock1962/10-2" in text
    assert "2 folds of each subject's lists" in text
    parts = {path: path.stat().st_mtime_ns for path in (out / "parts").iterdir()}
    assert cli.main(["compare", *options, "--models", "uniform", "static", "descriptive"]) == 0
    assert all(path.stat().st_mtime_ns == before for path, before in parts.items())
    more = pd.read_csv(out / "table.csv").set_index("contender")
    assert [*more.index] == ["Uniform", "Static", "Descriptive"]
    assert more.loc["Uniform", "nats"] == table.loc["Uniform", "nats"]
    capsys.readouterr()
    options[options.index("--folds") + 1] = "3"
    assert cli.main(["compare", *options, "--models", "uniform", "descriptive"]) == 2
    assert "holds another comparison: splits differ" in capsys.readouterr().err


def test_each_subject_apart_and_one_fold_only(human, tmp_path):
    out = tmp_path / "compare"
    options = [*QUICK, "--presentation-time", "2", "--each-subject", "true", "--only-fold", "2"]
    command = ["compare", "--human", f"{human}/10-2", *options, "--models", "uniform", "static"]
    assert cli.main([*command, "--out", str(out)]) == 0
    table = pd.read_csv(out / "table.csv")
    assert [*table["contender"]] == ["Uniform, each subject", "Static, each subject"]
    assert table["n_free"].tolist() == [0, 2 * 3]
    assert pd.read_csv(out / "scores.csv")["fold"].unique().tolist() == ["fold 2"]
    assert "only fold 2 was predicted" in (out / "README.md").read_text()


def test_from_one_condition_to_another(human, tmp_path):
    out = tmp_path / "compare"
    options = ["--train-on", "10-2", "--test-on", "20-1", "--n-generated", "2"]
    models = ["--models", "tcm", "descriptive-ends"]
    assert cli.main(["compare", "--human", human, *options, *models, "--out", str(out)]) == 0
    scores = pd.read_csv(out / "scores.csv")
    assert scores["fold"].unique().tolist() == ["10-2 to 20-1"]
    assert sorted(scores["subject"].unique()) == [11, 12]
    assert not (out / "in_sample.csv").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--models", "cmrr"], "no contender 'cmrr' for free recall; there are uniform"),
        (["--folds", "21"], "21 folds need 21 lists or more of each subject"),
        (["--folds", "1"], "n_folds must be 2 or more"),
        (["--only-fold", "6"], "only_fold must be 1 to 5, got 6"),
        (["--reference", "rich"], "reference='rich' is not among --models uniform static cmr"),
        (["--train-on", "10-2"], "train_on and test_on go together"),
        (["--train-on", "10-2", "--test-on", "30-1"], "no list has condition '30-1'; they have"),
        (["--human", "murdock"], "no human data set named 'murdock'"),
        (["--human", "murdock1962/9-9"], "murdock1962 has no condition '9-9'"),
        (["--leave-out", "subjects"], "in 5 folds needs as many subjects; there are 4"),
    ],
)
def test_mistakes_are_explained_and_nothing_is_written(options, message, human, tmp_path, capsys):
    out = tmp_path / "compare"
    command = ["compare", "--human", human, *options, "--out", str(out)]
    assert cli.main(command) == 2
    said = capsys.readouterr().err
    assert message in said and "tip: memsim compare --help" in said
    assert not out.exists()


def test_another_folder_stays_as_it_is(human, tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("mine")
    assert cli.main(["compare", "--human", human, "--out", str(tmp_path)]) == 2
    assert "holds other files already" in capsys.readouterr().err


def test_help_explains_every_option(capsys):
    with pytest.raises(SystemExit):
        cli.main(["compare"])
    said = capsys.readouterr().out
    for option in ("--human", "--models", "--folds", "--train_on", "--each_subject", "--workers"):
        assert option in said
