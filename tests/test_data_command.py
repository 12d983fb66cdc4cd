"""`memsim data`: every data set is listed whole, and shown with what must be known of it."""

import pytest

from analysis import human_data, human_data_names
from memsim import cli
from memsim.data_command import describe


@pytest.fixture(autouse=True)
def _no_folder(monkeypatch):
    monkeypatch.delenv("MEMSIM_DATA", raising=False)


def test_list_in_80_columns(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert cli.main(["data", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    # nothing is cut off; long names go over several lines
    assert not any("…" in line for line in lines)
    names = "".join(line[1:20].strip() for line in lines)
    assert all(name in names for name in human_data_names())
    murdock = next(line for line in lines if "murdock1962" in line).split()
    assert murdock[:7] == ["murdock1962", "free", "90", "7200", "10-40", "6", "MIT"]


def test_list_on_a_wide_terminal_has_a_line_for_each(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    cli.main(["data", "list"])
    first_words = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert set(human_data_names()) <= set(first_words)


def test_show(capsys):
    assert cli.main(["data", "show", "kahana2002_symmetry"]) == 0
    out = capsys.readouterr().out
    assert "Associative symmetry and memory theory. Memory & Cognition, 30(6), 823-840." in out
    assert "licence:      none stated" in out
    assert "- Inferred: answer codes C correct, P pass, F false, N none" in out
    assert "not here: the source is a Python pickle" in out
    # an address is one piece
    assert any(
        line.split()[-1] == human_data("kahana2002_symmetry").page
        for line in out.split("\n")
        if line
    )


@pytest.mark.parametrize("name", human_data_names())
def test_every_set_can_be_described(name):
    text = describe(name)
    assert human_data(name).citation in text
    assert all(note in text for note in human_data(name).notes)
    assert "None" not in text


def test_mistakes(capsys):
    assert cli.main(["data", "show", "murdock"]) == 2
    assert "no human data set named 'murdock'; there are murdock1962" in capsys.readouterr().err
    with pytest.raises(SystemExit) as end:
        cli.main(["data", "list", "murdock1962"])
    assert end.value.code == 2
    with pytest.raises(SystemExit) as end:
        cli.main(["data"])
    assert end.value.code == 0
    assert "citation, licence, source and notes" in capsys.readouterr().out
