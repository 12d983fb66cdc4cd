"""Designs of recognition and of frequency judgment."""

import numpy as np
import pytest

from analysis.recognition.frequency import frequency_judgments
from analysis.recognition.rates import hit_rates
from analysis.recognition.tests import recognition_tests
from paradigms import Event, FrequencyJudgment, Recognition
from paradigms.words import spaced_order

from .responders import as_table


def shown(schedule, kind):
    """(lists, events) of items and partners as tuples, in a list for each row."""
    items, partners = (schedule.at(kind, side) for side in (schedule.item, schedule.partner))
    return [list(zip(*row, strict=True)) for row in zip(items, partners, strict=True)]


def test_targets_were_studied_and_lures_are_new():
    task = Recognition(list_length=10, n_targets=4, n_lures=6)
    schedule = task.trials(seed=1, i=0, n_lists=50)
    for studied, tested, answers in zip(
        shown(schedule, Event.STUDY), shown(schedule, Event.CUE), schedule.answers, strict=True
    ):
        assert len(set(studied)) == 10 and len(set(tested)) == 10
        assert [1 if probe in studied else 2 for probe in tested] == answers.tolist()
        assert sorted(answers) == [1] * 4 + [2] * 6


def test_targets_and_lures_come_in_random_order():
    schedule = Recognition().trials(seed=1, i=0, n_lists=400)
    np.testing.assert_allclose((schedule.answers == 1).mean(axis=0), 0.5, atol=0.12)


def test_rearranged_pairs_are_of_words_of_different_pairs():
    task = Recognition(pairs=True, list_length=9, n_targets=4, n_lures=3)
    schedule = task.trials(seed=1, i=0, n_lists=50)
    for studied, tested, answers in zip(
        shown(schedule, Event.STUDY), shown(schedule, Event.CUE), schedule.answers, strict=True
    ):
        first, second = (dict(studied), {b: a for a, b in studied})
        intact = {pair for pair, answer in zip(tested, answers, strict=True) if answer == 1}
        rearranged = set(tested) - intact
        assert intact <= set(studied) and (len(intact), len(rearranged)) == (4, 3)
        for a, b in rearranged:
            assert a in first and b in second and first[a] != b
            # of pairs that are not tested intact, so that no word is tested twice
            assert (a, first[a]) not in intact and (second[b], b) not in intact
        words = [word for pair in tested for word in pair]
        assert len(set(words)) == len(words)


def test_what_is_said_of_a_test_is_what_the_table_says(rng):
    """`analysis` finds lags and old words from the positions of the rows, by other means."""
    task = Recognition(list_length=12, n_targets=6, n_lures=5)
    schedule = task.trials(seed=1, i=0, n_lists=30)
    responses = rng.integers(1, 3, schedule.answers.shape)
    table = as_table(task.score(schedule, responses))
    spine = ["subject", "list", "trial_type", "position", "item", "response"]
    found = recognition_tests(table[spine])
    said = table[table["trial_type"] == "recall"].reset_index()
    np.testing.assert_array_equal(found["old"], said["probe"] == "target")
    for name in ("lag", "study_position"):
        expected = said[name].to_numpy(dtype=float)
        np.testing.assert_array_equal(found[name].to_numpy(dtype=float, na_value=np.nan), expected)
    rates = hit_rates(table).iloc[0]
    old = schedule.answers == 1
    np.testing.assert_allclose(rates["hit_rate"], (responses[old] == 1).mean())
    np.testing.assert_allclose(rates["false_alarm_rate"], (responses[~old] == 1).mean())


def test_words_come_as_often_as_said_with_others_between():
    task = FrequencyJudgment(frequencies=(0, 1, 3), words_per_frequency=4, spacing=3)
    schedule = task.trials(seed=1, i=0, n_lists=40)
    cues = schedule.at(Event.CUE, schedule.item)
    for studied, tested, answers in zip(schedule.presented, cues, schedule.answers, strict=True):
        assert [np.sum(studied == word) for word in tested] == (answers - 1).tolist()
        assert sorted(answers - 1) == [0] * 4 + [1] * 4 + [3] * 4
        for word in tested:
            assert (np.diff(np.flatnonzero(studied == word)) > 3).all()


def test_orders_are_those_of_drawing_what_is_left():
    """A A B C with something between the As, each drawn in proportion to how often it is left.

    Lists begin with A by 2/4, and then all of them can be finished; with B by 1/4, which ends well
    if A is next, by 2/3, and so with C. Of the lists that end well 1/2 : 1/6 : 1/6 begin with each.
    """
    order = spaced_order(np.random.default_rng(0), np.tile([2, 1, 1], (6000, 1)), spacing=1)
    first = np.bincount(order[:, 0]) / 6000
    np.testing.assert_allclose(first, [0.6, 0.2, 0.2], atol=0.025)


def test_the_tightest_spacing_is_kept():
    order = spaced_order(np.random.default_rng(0), np.tile([5, 5, 4], (50, 1)), spacing=2)
    possible = [([0, 1, 2] * 5)[:14], ([1, 0, 2] * 5)[:14]]
    assert all(row in possible for row in order.tolist())


def test_judgments_go_into_the_table_as_numbers_of_times():
    task = FrequencyJudgment(frequencies=(0, 1, 2), words_per_frequency=2)
    schedule = task.trials(seed=1, i=0, n_lists=5)
    table = as_table(task.score(schedule, schedule.answers))
    judged = frequency_judgments(table)
    assert judged["judged"].tolist() == judged["frequency"].tolist() == [0, 1, 2]
    assert (judged["possible"] == 10).all()


@pytest.mark.parametrize(
    ("make", "options", "message"),
    [
        (Recognition, {"n_targets": 17}, "list_length=16 is too short: 17 words, are tested"),
        (Recognition, {"pairs": True, "n_lures": 9}, "17 pairs, intact or rearranged, are tested"),
        (Recognition, {"pairs": True, "n_lures": 1}, "n_lures must not be 1: rearranging"),
        (Recognition, {"n_targets": 0, "n_lures": 0}, "both 0"),
        (Recognition, {"n_lures": -1}, "n_lures must be 0 or more"),
        (Recognition, {"pool_size": 23}, "show 24 words and 0 distractors"),
        (FrequencyJudgment, {"frequencies": (0,)}, "show nothing; give one of 1 or more"),
        (FrequencyJudgment, {"frequencies": (1, -2)}, "frequencies must be 0 or more"),
        (FrequencyJudgment, {"frequencies": (1, 2.5)}, "frequencies must be a whole number"),
        (
            FrequencyJudgment,
            {"frequencies": (0, 3), "words_per_frequency": 2, "spacing": 2},
            "spacing=2 is too wide: something shown 3 times needs 8 .* which has 6",
        ),
        (FrequencyJudgment, {"pool_size": 20}, "a list and its tests show 24 words"),
    ],
)
def test_impossible_settings_are_an_error(make, options, message):
    with pytest.raises(ValueError, match=message):
        make(**options)
