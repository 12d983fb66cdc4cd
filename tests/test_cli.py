"""The command line: what it understands, what it says of mistakes, and that it breaks nothing."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import fields
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
import yaml
from rich.console import Console

from memsim import cli
from memsim.experiments import RUNS, FreeRecallRun, PairedAssociatesRun

START = ["run", "free-recall"]


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """What runs were asked for; none is run, and the working folder is empty."""
    runs = []
    monkeypatch.setattr(cli, "_run", runs.append)
    monkeypatch.chdir(tmp_path)
    return runs


def said(arguments, capsys):
    """Exit status and what was printed."""
    try:
        status = cli.main(arguments)
    except SystemExit as end:
        status = end.code
    printed = capsys.readouterr()
    return status, " ".join((printed.out + printed.err).split())


def test_without_options_the_defaults_are_run(asked):
    assert cli.main(START) == 0
    assert asked == [FreeRecallRun()]


def test_dashes_and_underscores_are_the_same(asked):
    for option in ("--list-length", "--list_length"):
        cli.main([*START, option, "20", "--n-updates=7", "--temporal_links", "false"])
    assert asked == [FreeRecallRun(list_length=20, n_updates=7, temporal_links=False)] * 2


def test_dashes_in_values_stay(asked):
    cli.main([*START, "--out=my-runs/a-b", "--human", "murdock1962/20-1"])
    assert asked[0].out == Path("my-runs/a-b")
    assert asked[0].human == "murdock1962/20-1"


@pytest.mark.parametrize(
    ("given", "noise"), [(["0", "0.1", ".2"], [0.0, 0.1, 0.2]), (["0.3"], [0.3])]
)
def test_noise_takes_one_or_several_levels(asked, given, noise):
    cli.main([*START, "--noise", *given, "--seed", "3"])
    assert asked == [FreeRecallRun(noise=noise, seed=3)]


def test_a_file_of_options_is_read_and_the_command_line_wins(asked, tmp_path):
    (tmp_path / "my.yaml").write_text("noise: [0, 0.5]\nn_lists: 70\nout: here\n")
    cli.main([*START, "--config", "my.yaml", "--n-lists", "80"])
    assert asked == [FreeRecallRun(noise=[0.0, 0.5], n_lists=80, out=Path("here"))]


def test_what_print_config_prints_can_be_read_again(asked, capsys, tmp_path):
    with pytest.raises(SystemExit):
        cli.main([*START, "--print_config", "--noise", "0", "0.2", "--networks", "3"])
    text = capsys.readouterr().out
    assert set(yaml.safe_load(text)) == {field.name for field in fields(FreeRecallRun)}
    (tmp_path / "my.yaml").write_text(text)
    cli.main([*START, "--config", "my.yaml"])
    assert asked == [FreeRecallRun(noise=[0.0, 0.2], networks=3)]


@pytest.mark.parametrize("arguments", [[], ["run"], ["--help"], ["run", "--help"]])
def test_alone_it_shows_help(arguments, capsys):
    status, text = said(arguments, capsys)
    assert status == 0
    assert "usage: memsim" in text and "run" in text


def test_help_explains_every_option(capsys):
    status, text = said([*START, "--help"], capsys)
    assert status == 0
    for field in fields(FreeRecallRun):
        assert f"--{field.name} " in text
    assert "Whether the networks have temporal links." in text  # from the docstring
    assert "A dose curve: --noise 0 0.1 0.2 0.3 0.4 --networks 5." in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "free-recal"], "invalid choice: 'free-recal' (choose from 'free-recall', 's"),
        (["walk"], "'walk'"),
        ([*START, "--list-lenght", "10"], "--list_lenght"),
        ([*START, "--human", "murdock"], "human=murdock is no human condition; there are murdock"),
        ([*START, "--networks", "-2"], "networks must be 1 or more, got -2"),
        ([*START, "--networks", "two"], "networks"),
        ([*START, "--n-lists", "1.5"], "n_lists"),
        ([*START, "--noise"], "--noise"),
        ([*START, "--noise", "0", "lots"], "noise"),
        ([*START, "--noise", "-0.1"], "noise must be different numbers, each 0 or more"),
        (
            [*START, "--list-length", "20", "--human", "murdock1962/10-2"],
            "lists of human=murdock1962/10-2 have 10 words; leave one of the two out",
        ),
        ([*START, "--list-length", "11"], "people recalled lists of 10, 12, 15, 20, 30, 40 words"),
        ([*START, "--device", "abacus"], "device=abacus cannot compute here"),
        ([*START, "--config", "missing.yaml"], "missing.yaml"),
    ],
)
def test_mistakes_are_explained_and_nothing_is_written(arguments, message, asked, capsys, tmp_path):
    status, text = said(arguments, capsys)
    assert status == 2
    assert message in text
    assert "Traceback" not in text
    assert asked == [] and not any(tmp_path.iterdir())


def test_an_unknown_option_in_a_file_is_explained(asked, capsys, tmp_path):
    (tmp_path / "my.yaml").write_text("n_list: 70\n")
    status, text = said([*START, "--config", "my.yaml"], capsys)
    assert (status, asked) == (2, [])
    assert "n_list" in text


def test_a_folder_with_a_run_stays_as_it_is(asked, capsys, tmp_path):
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "DONE").write_text("yesterday")
    status, text = said([*START, "--out", "old"], capsys)
    assert (status, asked) == (2, [])
    assert "out=old holds a finished run already" in text and "name a new folder" in text
    assert [path.name for path in (tmp_path / "old").iterdir()] == ["DONE"]
    assert (tmp_path / "old" / "DONE").read_text() == "yesterday"


def test_an_error_in_the_middle_of_a_run_keeps_its_traceback(monkeypatch, tmp_path):
    def breaks(run, progress):
        raise ValueError("in the middle")

    monkeypatch.setattr(cli, "run_experiment", breaks)
    with pytest.raises(ValueError, match="in the middle"):
        cli.main([*START, "--out", str(tmp_path / "run")])


def test_ctrl_c_ends_with_its_own_status(monkeypatch, capsys, tmp_path):
    def interrupted(run, progress):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "run_experiment", interrupted)
    status, text = said([*START, "--out", str(tmp_path / "run")], capsys)
    assert status == 130
    assert "stopped;" in text and "holds an unfinished run" in text


@pytest.mark.skipif(sys.platform == "win32", reason="process groups are POSIX")
def test_ctrl_c_stops_the_workers_without_a_traceback(tmp_path):
    code = "import sys; from memsim.cli import main; sys.exit(main())"
    options = [*START, "--n-updates", "100000", "--workers", "2", "--out", str(tmp_path / "run")]
    with subprocess.Popen(
        [sys.executable, "-c", code, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        while not (tmp_path / "run" / "provenance.json").exists():
            assert process.poll() is None
            time.sleep(0.1)
        time.sleep(1)  # workers start
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        text, _ = process.communicate()  # ends when the last worker has closed its output
    assert process.returncode == 130
    assert "holds an unfinished run" in text and "Traceback" not in text
    assert not (tmp_path / "run" / "DONE").exists()


def test_the_summary_fits_a_terminal_of_80_characters():
    row = dict.fromkeys(FreeRecallRun.shown, 0.123) | {
        "words": 10.25,
        "intrusions": 12.5,
        "spc_last": 1.0,
    }
    sources = {"People": "data", "DNC without noise": "not fitted", "TCM": "fitted to these data"}
    rows = [{"source": name, "status": status, **row} for name, status in sources.items()]
    rows[0]["rmsd_crp"] = float("nan")
    console = Console(width=80, record=True, file=StringIO())
    console.print(cli.summary_table(pd.DataFrame(rows), FreeRecallRun.shown))
    text = console.export_text()
    for name, status in sources.items():
        assert f" {name} " in text and f" {status} " in text
    assert "…" not in text and "nan" not in text
    assert text.count("10.25") == 3 and text.count(" .12") > 10


@pytest.mark.parametrize("command", RUNS)
def test_every_paradigm_explains_its_options_and_runs(command, asked, capsys):
    status, text = said(["run", command, "--help"], capsys)
    assert status == 0
    for field in fields(RUNS[command]):
        assert f"--{field.name} " in text
    assert "Forgetting of the networks, one or more levels" in text
    assert cli.main(["run", command]) == 0
    assert asked == [RUNS[command]()]


@pytest.mark.parametrize("kind", RUNS.values())
def test_every_summary_fits_a_terminal_of_80_characters(kind):
    row = dict.fromkeys(kind.shown, 0.123) | {"words": 10.25, "criterion": -0.25}
    sources = {"DNC without noise": "not fitted", "Start-end model": "fitted to these data"}
    sources |= {"Summed similarity": "reference parameters"}
    rows = [{"source": name, "status": status, **row} for name, status in sources.items()]
    console = Console(width=80, record=True, file=StringIO())
    console.print(cli.summary_table(pd.DataFrame(rows), kind.shown))
    text = console.export_text()
    assert "…" not in text and " .12" in text
    assert all(f" {said} " in text for pair in sources.items() for said in pair)
    assert ("-.25" in text) == ("criterion" in kind.shown)


def test_several_presentations_are_one_option(asked):
    cli.main(["run", "paired-associates", "--presentations", "1", "3", "5"])
    assert asked == [PairedAssociatesRun(presentations=[1, 3, 5])]
    assert asked[0].people() == "kahana2002_symmetry"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["serial-recall", "--direction", "up"], "direction"),
        (["serial-recall", "--list-length", "9"], "human=none lays nobody beside"),
        (["serial-recall", "--list-length", "900", "--human", "none"], "training needs about"),
        (["paired-associates", "--presentations", "two"], "presentations"),
        (["recognition", "--human", "davis2008"], "no people ship for recognition"),
        (["recognition", "--n-lures", "0"], "n_lures must be 1 or more"),
        (["free-recall", "--retention-interval", "30"], "retention_interval=0.0, 10.0, 16.0"),
    ],
)
def test_mistakes_in_other_paradigms_are_explained(arguments, message, asked, capsys, tmp_path):
    status, text = said(["run", *arguments], capsys)
    assert status == 2
    assert message in text and f"memsim run {arguments[0]} --help" in text.replace("usage:", "")
    assert "Traceback" not in text
    assert asked == [] and not any(tmp_path.iterdir())
