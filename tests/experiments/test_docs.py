"""The page of all paradigms names what there is."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

import analysis
from analysis import human_data_names
from memsim.experiments import RUNS
from paradigms import BIT_TASKS, PARADIGMS

PAGE = (Path(__file__).parents[2] / "docs" / "paradigms.md").read_text()


def rows(after):
    """Cells of the first table after some text, without its head."""
    lines = PAGE.split(after, 1)[1].splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("| --") or line[:4] == "|---")
    table = []
    for line in lines[first + 1 :]:
        if not line.startswith("|"):
            break
        table.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return table


def names(cell):
    return re.findall(r"`([^`]+)`", cell)


def test_all_paradigms_are_there():
    assert [names(row[0])[0] for row in rows("# Paradigms")] == [*PARADIGMS]
    assert all(f"`{name}`" in PAGE for name in BIT_TASKS)


@pytest.mark.parametrize("row", rows("# Paradigms"), ids=lambda row: row[0])
def test_settings_measures_and_people_exist(row):
    name, _, settings, measures, people, _, has_run = row
    paradigm = PARADIGMS[names(name)[0]]
    assert {*names(settings)} <= {field.name for field in fields(paradigm)}
    assert {*names(measures)} <= {*analysis.__all__}
    assert {*names(people)} <= {*human_data_names()}
    assert (has_run == "yes") == (names(name)[0] in RUNS)


@pytest.mark.parametrize("row", rows("**People** are chosen"), ids=lambda row: row[0])
def test_people_of_each_run_are_there(row):
    run = RUNS[names(row[0])[0]]
    told = " ".join(names(row[1])).replace("\\|", "|")
    for human in run.tasks:
        dataset, _, condition = human.partition("/")
        # the first condition of a data set is written out, others by what tells them apart
        assert dataset in told
        assert condition.removeprefix("serial_recall|").removeprefix("exp2_") in told
