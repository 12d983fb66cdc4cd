"""The worked example of CONTRIBUTING.md: a paradigm in one file, which all else then takes."""

import importlib.util
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import memsim
from analysis import check_table
from paradigms import PARADIGMS, Event, accuracy

GUIDE = Path(__file__).parents[1] / "CONTRIBUTING.md"


@pytest.fixture(scope="module")
def blocks():
    """The file of the paradigm, and what a user then writes."""
    return re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)


@pytest.fixture(scope="module")
def kind(blocks, tmp_path_factory):
    file = tmp_path_factory.mktemp("paradigms") / "running_span.py"
    file.write_text(blocks[0])
    spec = importlib.util.spec_from_file_location("running_span", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.RunningSpan


def report_of_the_last(schedule, span):
    """What somebody says who keeps everything, read off the events."""
    n_studied = (schedule.event == Event.STUDY).sum(axis=1)
    return np.array([range(n - span + 1, n + 1) for n in n_studied])


def test_the_same_arguments_give_the_same_lists_of_many_lengths(kind):
    one, again = (kind().trials(seed=3, i=2, n_lists=5) for _ in range(2))
    np.testing.assert_array_equal(one.item, again.item)
    lengths = {kind().trials(seed=0, i=i, n_lists=1).presented.shape[1] for i in range(200)}
    assert lengths == set(range(3, 13))


def test_whoever_keeps_everything_is_right_and_whoever_guesses_at_chance(kind, rng):
    task = kind(span=2, longest=6)
    right = []
    for i in range(200):
        schedule = task.trials(seed=0, i=i, n_lists=50)
        assert accuracy(task, schedule, report_of_the_last(schedule, 2)) == 1
        guessed = rng.integers(1, schedule.presented.shape[1] + 1, (50, 2))
        right.append(accuracy(task, schedule, guessed))
    assert np.mean(right) == pytest.approx(task.chance(), abs=0.02)


def test_its_answers_are_the_last_items(kind):
    schedule = kind().trials(seed=0, i=0, n_lists=4)
    np.testing.assert_array_equal(schedule.answers, schedule.presented[:, -3:])


def test_the_line_that_lists_it_is_enough(kind, blocks, monkeypatch, tmp_path):
    monkeypatch.setitem(PARADIGMS, "running-span", kind)
    small = {"hidden_size": 8, "word_size": 4}
    monkeypatch.setattr(
        memsim,
        "train",
        lambda task, n_updates, train=memsim.train: train(task, n_updates=2, **small),
    )
    names = {"RunningSpan": PARADIGMS["running-span"]}
    exec(blocks[1], names)  # noqa: S102  the text of our own guide
    table = names["recalls"]
    check_table(table, omissions=True)
    assert table["list"].nunique() == 100
    table.to_parquet(tmp_path / "recalls.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "recalls.parquet"), table)


def test_a_span_longer_than_the_list_is_an_error(kind):
    with pytest.raises(ValueError, match="span=5 is more than a list has; longest=4"):
        kind(span=5, longest=4)
