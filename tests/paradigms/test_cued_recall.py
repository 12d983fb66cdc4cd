"""Designs of cued recall: pairs, lags, directions, presentations, interference, probes."""

from itertools import pairwise

import numpy as np
import pytest

from analysis.cued_recall.tests import cued_tests
from paradigms import (
    ContinuousPairedAssociates,
    Event,
    Interference,
    PairedAssociates,
    ProbedRecall,
)

from .responders import as_table, guessing


def recalls_of(task, n_lists=40, seed=3):
    """Table rows of the tests of perfect answers."""
    schedule = task.trials(seed=seed, i=0, n_lists=n_lists)
    table = as_table(task.score(schedule, schedule.answers))
    return table[table["trial_type"] == "recall"]


@pytest.mark.parametrize(
    "task",
    [
        PairedAssociates(list_length=6, direction="mixed"),
        PairedAssociates(list_length=6, direction="mixed", second_test="mixed", n_tests=4),
        PairedAssociates(list_length=6, presentations=(1, 2, 3), second_test="reversed"),
        Interference(list_length=6),
        ProbedRecall(list_length=6, n_tests=3, direction="backward"),
        ProbedRecall(list_length=6, n_tests=3, probe="position"),
    ],
    ids=["mixed", "two tests", "presentations", "interference", "by item", "by position"],
)
def test_what_is_said_of_a_test_is_what_the_table_says(task, rng):
    """`analysis` finds lags and directions from the positions of the rows, by other means."""
    schedule = task.trials(seed=3, i=0, n_lists=30)
    table = as_table(task.score(schedule, guessing(task, schedule, rng, 3)))
    # of neighbours a word is in two pairs, so its direction must be said
    known = ["direction"] if isinstance(task, ProbedRecall) else []
    spine = table[["subject", "list", "trial_type", "position", "item", "cue", *known]]
    found = cued_tests(spine).set_index(["list", "test_position"]).sort_index()
    said = table[table["trial_type"] == "recall"].set_index(["list", "position"]).sort_index()
    assert len(found) == len(said) > 0
    for name in ("target", "direction", "study_position", "test"):
        assert (found[name].to_numpy() == said[name].to_numpy()).all(), name
    if not isinstance(task, Interference):  # whose lists are studied, and tested, side by side
        assert (found["lag"].to_numpy() == said["lag"].to_numpy()).all()
    correct = (said["item"] == said["target"]).to_numpy(dtype=bool)
    assert (found["correct"].to_numpy() == correct).all()


def test_words_of_a_list_differ():
    task = PairedAssociates(list_length=5, retention_interval=4.0, pool_size=12)
    for row in task.trials(seed=1, i=0, n_lists=30).shown:
        words = row[row != 0]
        assert len(set(words)) == 12  # five pairs and two distractors, cues once more
        assert len(words) == 12 + 5


def test_a_cue_stands_alone_in_the_place_of_the_item():
    schedule = PairedAssociates(direction="mixed").trials(seed=1, i=0, n_lists=20)
    cued = schedule.event == Event.CUE
    assert (schedule.item[cued] > 0).all() and (schedule.partner[cued] == 0).all()
    np.testing.assert_array_equal(np.roll(cued, 1, axis=1), schedule.asked)


@pytest.mark.parametrize("list_length", [4, 6, 12])
def test_half_of_the_cues_are_backward_in_every_list(list_length):
    tests = recalls_of(PairedAssociates(list_length=list_length, direction="mixed"))
    backward = (tests["direction"] == "backward").groupby(tests["list"]).sum()
    assert (backward == list_length / 2).all()


def test_an_odd_test_is_backward_by_chance():
    tests = recalls_of(PairedAssociates(n_tests=1, direction="mixed"), n_lists=400)
    assert 160 < (tests["direction"] == "backward").sum() < 240
    lags = np.bincount(tests["lag"].astype(int), minlength=12)
    assert len(lags) == 12 and lags.min() > 10  # 33 expected at each of 12 lags


def test_every_pair_is_tested_once_in_random_order_or_in_that_of_study():
    for order in ("random", "study"):
        tests = recalls_of(PairedAssociates(list_length=8, test_order=order), n_lists=200)
        positions = tests["study_position"].to_numpy().reshape(200, 8)
        np.testing.assert_array_equal(
            np.sort(positions, axis=1), np.tile(np.arange(1, 9), (200, 1))
        )
        lags = tests["lag"].to_numpy().reshape(200, 8)
        np.testing.assert_array_equal(lags, 8 - positions + np.arange(8))
        if order == "study":
            assert (lags == 7).all()
        else:
            np.testing.assert_allclose(positions.mean(axis=0), 4.5, atol=0.7)


def test_presentations_are_as_frequent_and_spaced():
    task = PairedAssociates(list_length=12, presentations=(1, 3, 5), spacing=2)
    schedule = task.trials(seed=1, i=0, n_lists=40)
    for row in schedule.presented:
        times = np.unique(row, return_counts=True)[1]
        assert sorted(times) == [1] * 4 + [3] * 4 + [5] * 4
        for word in set(row):
            assert (np.diff(np.flatnonzero(row == word)) > 2).all()
    # a pair stays a pair
    for first, second in zip(
        schedule.presented, schedule.at(Event.STUDY, schedule.partner), strict=True
    ):
        assert len(set(zip(first, second, strict=True))) == 12


def test_directions_are_balanced_over_presentations_and_second_tests():
    task = PairedAssociates(
        list_length=12, presentations=(1, 3, 5), direction="mixed", second_test="mixed"
    )
    schedule = task.trials(seed=1, i=0, n_lists=40)
    table = as_table(task.score(schedule, schedule.answers))
    tests = cued_tests(table)
    first, second = (tests[tests["test"] == k] for k in (1, 2))
    both = first.merge(second, on=["list", "pair"], suffixes=("", "_2"))
    cells = both.groupby(["list", "presentations", "direction", "direction_2"]).size()
    assert len(cells) == 40 * 3 * 4 and (cells == 1).all()


@pytest.mark.parametrize(("second", "same"), [("same", 1.0), ("reversed", 0.0)])
def test_a_second_test_comes_after_all_first_ones(second, same):
    tests = recalls_of(PairedAssociates(list_length=6, direction="mixed", second_test=second))
    assert tests["test"].tolist() == ([1] * 6 + [2] * 6) * 40
    cue = tests["cue"].to_numpy(dtype=int).reshape(40, 2, 6)
    share = np.mean([len(set(one) & set(two)) / 6 for one, two in cue])
    assert share == same


@pytest.mark.parametrize("lags", [(0, 2, 4, 6, 8, 10), (0, 1, 2, 3, 4, 5), (7, 0)])
def test_pairs_are_tested_at_the_lags_that_are_set(lags):
    task = ContinuousPairedAssociates(lags=lags, tests_per_lag=4)
    for i in range(5):
        schedule = task.trials(seed=2, i=i, n_lists=6)
        table = as_table(task.score(schedule, schedule.answers))
        tests = table[table["trial_type"] == "recall"]
        for _, of_list in tests.groupby("list"):
            assert sorted(of_list["lag"]) == sorted(lags * 4)
        halves = tests.groupby(["list", "lag"])["direction"].value_counts()
        assert (halves == 2).all() and len(halves) == 6 * len(lags) * 2


def test_lags_count_the_events_between_study_and_test():
    """By a walk through the events of one list."""
    task = ContinuousPairedAssociates(lags=(0, 3, 5), tests_per_lag=3, direction="forward")
    schedule = task.trials(seed=2, i=0, n_lists=3)
    said = task.score(schedule, schedule.answers)
    for row in range(3):
        count, studied, lags = 0, {}, []
        for kind, item in zip(schedule.event[row], schedule.item[row], strict=True):
            if kind == Event.STUDY:
                studied[item], count = count, count + 1
            elif kind == Event.CUE:
                lags.append(count - studied[item] - 1)
                count += 1
        rows = (said["list"] == row + 1) & (said["trial_type"] == "recall")
        assert said["lag"][rows].tolist() == lags


def test_the_order_of_lags_differs_between_batches():
    task = ContinuousPairedAssociates()
    one, two = (task.trials(seed=0, i=i, n_lists=1) for i in range(2))
    lags = [task.score(batch, batch.answers)["lag"] for batch in (one, two)]
    assert [x for x in lags[0] if x >= 0] != [x for x in lags[1] if x >= 0]


def test_half_of_the_cues_come_again_with_another_word():
    task = Interference(list_length=6)
    schedule = task.trials(seed=1, i=0, n_lists=30)
    second = schedule.at(Event.STUDY, schedule.partner)
    for cues, targets, items in zip(schedule.presented, second, schedule.item, strict=True):
        assert len(set(cues[:6])) == len(set(cues[6:])) == 6
        assert len(set(cues[:6]) & set(cues[6:])) == 3
        assert len(set(targets)) == 12 and not set(targets) & set(cues)
        assert not {items[0], items[7]} & {*targets, *cues}  # the labels
        assert items[0] != items[7]


def test_a_label_tells_which_word_of_a_cue_is_asked_for():
    task = Interference(list_length=4)
    schedule = task.trials(seed=1, i=0, n_lists=30)
    table = as_table(task.score(schedule, schedule.answers))
    studied = table[table["trial_type"] == "study"]
    tests = table[table["trial_type"] == "recall"]
    assert sorted(table["list"].unique()) == list(range(1, 61))
    pairs = {(r.list, r.cue): r.item for r in studied.itertuples()}
    assert all(pairs[r.list, r.cue] == r.item for r in tests.itertuples())
    counts = tests.groupby(["list", "condition"]).size()
    assert (counts == 2).all() and len(counts) == 60 * 2
    shared = tests[tests["condition"] == "AB-AC"]
    cues = shared.groupby((shared["list"] + 1) // 2)["cue"].agg(lambda cue: sorted(cue))
    assert all(a == b and c == d for a, b, c, d in cues)  # each at both lists


def test_tests_of_both_lists_are_mixed():
    task = Interference(list_length=4)
    schedule = task.trials(seed=1, i=0, n_lists=20)
    labels = schedule.at(Event.CUE, schedule.partner)[:, 2:]
    assert all(len({a == b for a, b in pairwise(row)}) == 2 for row in labels)


@pytest.mark.parametrize("tested", [1, 2])
def test_one_of_the_lists_may_be_tested_alone(tested):
    task = Interference(list_length=4, tested_lists=(tested,))
    tests = recalls_of(task)
    assert (tests["study_list"] == tested).all() and len(tests) == 40 * 4


@pytest.mark.parametrize(("direction", "step"), [("forward", 1), ("backward", -1)])
def test_a_word_asks_for_its_neighbour(direction, step):
    task = ProbedRecall(list_length=5, n_tests=0, direction=direction)
    schedule = task.trials(seed=1, i=0, n_lists=30)
    for words, cues, answers in zip(
        schedule.presented, schedule.at(Event.CUE, schedule.item), schedule.answers, strict=True
    ):
        places = {word: place for place, word in enumerate(words)}
        assert len(set(cues)) == 4
        assert all(places[a] - places[c] == step for c, a in zip(cues, answers, strict=True))


def test_markers_of_position_are_the_same_in_all_lists():
    task = ProbedRecall(list_length=5, probe="position", n_tests=0)
    schedule = task.trials(seed=1, i=0, n_lists=30)
    np.testing.assert_array_equal(schedule.partner[:, :5], np.tile(np.arange(1, 6), (30, 1)))
    assert schedule.presented.min() > 5
    cues = schedule.at(Event.CUE, schedule.item)
    np.testing.assert_array_equal(
        np.take_along_axis(schedule.presented, cues - 1, axis=1), schedule.answers
    )


@pytest.mark.parametrize(
    ("make", "options", "message"),
    [
        (PairedAssociates, {"direction": "down"}, "direction must be one of"),
        (PairedAssociates, {"test_order": "fast"}, "test_order must be one of"),
        (PairedAssociates, {"second_test": "never"}, "second_test must be one of"),
        (PairedAssociates, {"n_tests": 13}, "n_tests=13, but there are only list_length=12"),
        (PairedAssociates, {"presentations": 0}, "presentations must be 1 or more"),
        (PairedAssociates, {"presentations": 1.5}, "presentations must be a whole number"),
        (
            PairedAssociates,
            {"presentations": (1, 2, 3, 4, 5)},
            "list_length=12 is no multiple of the 5 numbers",
        ),
        (
            PairedAssociates,
            {"list_length": 2, "presentations": 3, "spacing": 2},
            "spacing=2 is too",
        ),
        (PairedAssociates, {"pool_size": 23}, "12 pairs and 0 distractors.*at least 24"),
        (
            ContinuousPairedAssociates,
            {"lags": (0, 12), "tests_per_lag": 3},
            "0..10, got 12: a list",
        ),
        (ContinuousPairedAssociates, {"lags": (-1,)}, "lags must lie in"),
        (ContinuousPairedAssociates, {"lags": (0.5,)}, "lags must be a whole number"),
        (ContinuousPairedAssociates, {"lags": ()}, "lags is empty"),
        (Interference, {"list_length": 5}, "list_length must be even, got 5"),
        (Interference, {"tested_lists": (3,)}, "tested_lists must be"),
        (Interference, {"list_length": 4, "pool_size": 15}, "show 16 words, with their labels"),
        (ProbedRecall, {"probe": "smell"}, "probe must be one of 'item', 'position'"),
        (ProbedRecall, {"probe": "position", "direction": "backward"}, "needs pairs"),
        (ProbedRecall, {"n_tests": 8}, "only 7 to ask for by item"),
        (ProbedRecall, {"list_length": 1, "n_tests": 0}, "a single word has no neighbour"),
        (ProbedRecall, {"probe": "position", "pool_size": 15}, "8 words, 8 markers of position"),
    ],
)
def test_impossible_settings_are_an_error(make, options, message):
    with pytest.raises(ValueError, match=message):
        make(**options)
