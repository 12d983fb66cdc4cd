"""Curricula: stages by count, loss and accuracy, as a function of history."""

from itertools import pairwise

import numpy as np
import pytest

from paradigms import (
    Curriculum,
    FreeRecall,
    PairedAssociates,
    Recognition,
    SerialRecall,
    Stage,
    growing_lists,
    lists_once_learnt,
)
from paradigms.curriculum import default_curriculum


def by_hand(stages, losses, accuracies):
    """Update after update, in plain words."""
    stage, since = 0, 0
    for k in range(len(losses)):
        since += 1
        gate = stages[stage]
        recent = slice(k + 1 - gate.window, k + 1)
        over = gate.updates is not None and since >= gate.updates
        if since >= gate.window:
            over |= gate.loss is not None and np.mean(losses[recent]) <= gate.loss
            over |= gate.accuracy is not None and np.mean(accuracies[recent]) >= gate.accuracy
        if over and stage < len(stages) - 1:
            stage, since = stage + 1, 0
    return stage


def test_stages_are_those_of_going_through_training(rng):
    stages = [
        Stage(updates=5),
        Stage(loss=0.5, window=4),
        Stage(accuracy=0.6, window=3, updates=40),
        Stage(loss=0.3, accuracy=0.9, window=6),
        Stage(),
    ]
    curriculum = Curriculum(stages)
    seen = set()
    for _ in range(20):
        losses = rng.random(60) + np.linspace(0.3, -0.3, 60)
        accuracies = rng.random(60)
        for n in range(61):
            stage = curriculum.stage(losses[:n], accuracies[:n])
            assert stage == by_hand(stages, losses[:n], accuracies[:n])
            seen.add(stage)
    assert seen == {0, 1, 2, 3, 4}


@pytest.mark.parametrize("gate", [{"loss": 0.5}, {"accuracy": 0.5}])
def test_a_bound_that_is_just_reached_ends_a_stage(gate):
    curriculum = Curriculum([Stage(**gate, window=2), Stage()])
    assert curriculum.stage(losses=[0.75, 0.25], accuracies=[0.25, 0.75]) == 1


def test_stages_never_go_back(rng):
    curriculum = Curriculum([Stage(accuracy=0.55, window=2)] * 5 + [Stage()])
    accuracies = rng.random(200)
    stages = [curriculum.stage(accuracies=accuracies[:n]) for n in range(200)]
    assert (np.diff(stages) >= 0).all() and np.diff(stages).max() == 1


@pytest.mark.parametrize("list_length", [1, 2, 3, 4, 6, 10, 11, 20])
def test_lists_grow_as_they_do_in_training(list_length):
    """A quarter of the list, and a quarter more every 100 updates."""
    curriculum = growing_lists(list_length)
    quarter = max(1, list_length // 4)
    for update in (0, 1, 99, 100, 101, 199, 200, 299, 300, 400, 499, 500, 2000):
        stage = curriculum.stage(losses=np.zeros(update))
        task = curriculum.task(FreeRecall(list_length=list_length), stage)
        assert task.list_length == min(list_length, quarter * (1 + update // 100))


@pytest.mark.parametrize("task", [FreeRecall(), SerialRecall(), PairedAssociates()])
def test_any_paradigm_takes_its_settings(task):
    curriculum = Curriculum([Stage({"list_length": 3, "recall_time": 9.0}, updates=1), Stage()])
    easier = curriculum.task(task, 0)
    assert (easier.list_length, easier.recall_time, type(easier)) == (3, 9.0, type(task))
    assert curriculum.task(task, 1) == task


def test_settings_that_a_paradigm_lacks_are_an_error():
    with pytest.raises(TypeError, match="n_wugs"):
        Curriculum([Stage({"n_wugs": 3})]).task(FreeRecall(), 0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Curriculum([]), "stages is empty"),
        (lambda: Curriculum([Stage(), Stage()]), "stage 1 of 2 has no end"),
        (lambda: Stage(updates=0), "updates must be 1 or more"),
        (lambda: Stage(updates=1.5), "updates must be a whole number"),
        (lambda: Stage(window=0), "window must be 1 or more"),
        (lambda: Stage(accuracy=90), "accuracy must be a share above 0 and at most 1, got 90"),
        (lambda: Curriculum([Stage()]).stage(), "give losses or accuracies"),
        (lambda: Curriculum([Stage()]).stage([1, 2], [1]), "both of one length"),
        (
            lambda: Curriculum([Stage(loss=1.0), Stage()]).stage(accuracies=[1]),
            "a stage ends by loss, so give losses",
        ),
    ],
)
def test_impossible_curricula_are_an_error(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("paradigm", "lengths"),
    [
        (FreeRecall(10), [2, 4, 6, 8, 10]),
        (FreeRecall((4, 6)), [1, 2, 3, (4, 6)]),
        (SerialRecall(9, group_sizes=(3, 3, 3)), [2, 4, 6, 8, 9]),
        (PairedAssociates(8, presentations=(1, 3)), [4, 6, 8]),
        (Recognition(16), [4, 8, 12, 16]),
        (FreeRecall(12, n_categories=3), [3, 6, 9, 12]),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, list) else "",
)
def test_lists_of_every_paradigm_grow_to_their_length(paradigm, lengths):
    curriculum = default_curriculum(paradigm)
    tasks = [curriculum.task(paradigm, k) for k in range(len(curriculum.stages))]
    assert [task.list_length for task in tasks] == lengths
    assert tasks[-1] == paradigm
    for task in tasks:
        task.trials(0, 0, 2)


def test_lengths_that_a_paradigm_cannot_have_are_left_out():
    pairs = PairedAssociates(12, presentations=(1, 3, 5))
    assert [dict(stage.settings) for stage in default_curriculum(pairs).stages] == [
        {"list_length": 3},
        {"list_length": 6},
        {"list_length": 9},
        {},
    ]
    odd = PairedAssociates(8, presentations=(1, 1, 3, 3))
    assert [stage.settings.get("list_length") for stage in default_curriculum(odd).stages] == [
        4,
        None,
    ]


@pytest.mark.parametrize("length", [1, 2, 3, 5, 10, 40])
def test_every_list_length_is_reached_and_never_exceeded(length):
    curriculum = default_curriculum(FreeRecall(length))
    stages = [curriculum.stage(np.ones(update)) for update in range(0, 1500, 10)]
    lengths = [curriculum.task(FreeRecall(length), stage).list_length for stage in stages]
    assert lengths == sorted(lengths)
    assert lengths[0] >= 1 and lengths[-1] == length


@pytest.mark.parametrize("list_length", [1, 2, 3, 20, 40])
def test_lists_grow_once_they_are_learnt(list_length):
    curriculum = lists_once_learnt(list_length, loss=1.0, updates=50, window=10)
    lengths = [stage.settings["list_length"] for stage in curriculum.stages]
    assert lengths == sorted(set(lengths)) and lengths[-1] == list_length
    assert all(n <= 1.4 * before + 1 for before, n in pairwise(lengths))
    # never learnt: each length takes its 50 updates; learnt at once: as many as are averaged
    for loss, each in ((1e9, 50), (0.0, 10)):
        stages = [curriculum.stage(losses=np.full(n, loss)) for n in (0, each, 100 * each)]
        assert stages == [0, min(1, len(lengths) - 1), len(lengths) - 1]
    # a loss of n + 1 is one nat for each response to a list of n
    at_first = lengths[0] + 1
    assert curriculum.stage(losses=np.full(10, at_first + 0.01)) == 0
    assert curriculum.stage(losses=np.full(10, at_first)) == min(1, len(lengths) - 1)
