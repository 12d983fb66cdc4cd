"""Designs of serial recall, and the span procedure."""

import numpy as np
import pandas as pd
import pytest

from analysis import Recalls
from analysis.serial_recall.accuracy import serial_accuracy
from paradigms import Event, SerialRecall, span_test


def classes(schedule, size=10):
    return (schedule.presented - 1) // size


def test_items_of_a_list_differ():
    task = SerialRecall(list_length=7, retention_interval=2.0, pool_size=9)
    for items in task.trials(seed=1, i=0, n_lists=50).item:
        assert sorted(items[items != 0]) == list(range(1, 10))


def test_backward_answers_come_in_reverse():
    schedule = SerialRecall(direction="backward").trials(seed=1, i=0, n_lists=5)
    np.testing.assert_array_equal(schedule.answers, schedule.presented[:, ::-1])


def test_a_backward_report_is_read_in_the_order_of_study():
    """All but the first item that was asked for, the last of the list, is right."""
    task = SerialRecall(list_length=4, direction="backward")
    schedule = task.trials(seed=1, i=0, n_lists=1)
    responses = np.array([[0, 3, 2, 1]])
    assert task.right(schedule, responses).tolist() == [[False, True, True, True]]
    scored = task.score(schedule, responses)
    assert scored["recalled"].tolist() == [[1, 2, 3, 0]]
    assert scored["recall_columns"]["output"].tolist() == [[4, 3, 2, 1]]
    recalls = Recalls(**scored, labels=pd.DataFrame({"subject": [1], "list": 1}), omissions=True)
    assert serial_accuracy(recalls)["recall"].tolist() == [1, 1, 1, 0]


def test_omissions_keep_their_place_and_nothing_is_dropped_after_them():
    task = SerialRecall(list_length=4)
    schedule = task.trials(seed=1, i=0, n_lists=2)
    responses = np.array([[0, 2, -1, 4], [1, 1, 0, 0]])
    np.testing.assert_array_equal(task.score(schedule, responses)["recalled"], responses)
    assert task.right(schedule, responses).sum(axis=1).tolist() == [2, 1]


def test_reports_that_end_early_are_omissions_to_the_end():
    task = SerialRecall(list_length=4)
    schedule = task.trials(seed=1, i=0, n_lists=1)
    assert task.score(schedule, np.array([[1, 2]]))["recalled"].tolist() == [[1, 2, 0, 0]]
    with pytest.raises(ValueError, match="responses has 5 outputs, but a list of 4 items"):
        task.score(schedule, np.ones((1, 5), dtype=int))


def test_groups_have_pauses_between_them():
    task = SerialRecall(list_length=5, group_sizes=(2, 3), pause=2.5, presentation_time=1.0)
    schedule = task.trials(seed=0, i=0, n_lists=1)
    study, pause, response = Event.STUDY, Event.PAUSE, Event.RESPONSE
    expected = [study] * 2 + [pause] * 3 + [study] * 3 + [response] * 5
    assert schedule.event[0].tolist() == expected
    assert schedule.duration[0, 2:5].sum() == pytest.approx(2.5)


def test_a_retention_interval_is_filled_or_not():
    filled, unfilled = (
        SerialRecall(retention_interval=3.0, filled=filled).trials(0, 0, 4)
        for filled in (True, False)
    )
    assert ((filled.event == Event.DISTRACTOR) == (unfilled.event == Event.PAUSE)).all()
    assert (filled.event == Event.DISTRACTOR).sum() == 3 * 4
    np.testing.assert_array_equal(filled.duration, unfilled.duration)


def test_confusable_items_are_of_one_class():
    assert np.ptp(classes(SerialRecall(confusable="all").trials(0, 0, 30)), axis=1).max() == 0
    different = classes(SerialRecall(confusable="none").trials(0, 0, 30))
    assert all(len(set(row)) == 6 for row in different)


def test_every_other_item_of_an_alternating_list_is_confusable():
    kinds = classes(SerialRecall(list_length=7, confusable="alternating").trials(0, 0, 200))
    first = 0
    for row in kinds:
        odd, even = row[::2], row[1::2]
        alike, different = (odd, even) if len(set(odd)) == 1 else (even, odd)
        assert len(set(alike)) == 1
        assert len({*different, alike[0]}) == len(different) + 1
        first += len(set(odd)) == 1
    assert 70 < first < 130  # a fair coin out of 200


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"group_sizes": (3, 4)}, "add up to 7, but list_length=6"),
        ({"group_sizes": (7, -1)}, "group_sizes must each be 1 or more"),
        ({"pause": 1.0}, "pause=1.0 lies between groups; name them"),
        ({"direction": "up"}, "direction must be one of 'forward', 'backward'"),
        ({"confusable": "some"}, "confusable must be one of"),
        ({"list_length": 12, "confusable": "all"}, "class_size=10 is too small: a list has 12"),
        ({"confusable": "none", "pool_size": 50}, "has 5 classes of 10, but a list needs 6"),
        ({"pool_size": 5}, "a list shows 6 items and 0 distractors"),
        (
            {"pool_size": 8, "retention_interval": 3.0},
            "pool_size=8 is too small: a list shows 6 items and 3 distractors",
        ),
        ({"list_length": 1.5}, "list_length must be a whole number"),
    ],
)
def test_impossible_settings_are_an_error(options, message):
    with pytest.raises(ValueError, match=message):
        SerialRecall(**options)


def up_to(n, schedule):
    positions = np.tile(np.arange(1, schedule.n_responses + 1), (schedule.n_lists, 1))
    return np.where(positions <= n, positions, 0)


def test_span_stops_when_too_many_lists_fail():
    result = span_test(
        SerialRecall(), lambda schedule: up_to(4, schedule), lists_per_length=3, failures=3
    )
    assert result["list_length"].tolist() == [2] * 3 + [3] * 3 + [4] * 3 + [5] * 3
    assert result["presented"].shape == result["recalled"].shape == (12, 5)
    assert (
        np.count_nonzero(result["recalled"], axis=1) == np.minimum(result["list_length"], 4)
    ).all()


def test_span_goes_on_while_fewer_lists_fail():
    def fails_one(schedule):
        responses = up_to(99, schedule)
        responses[0] = 0
        return responses

    result = span_test(SerialRecall(), fails_one, lengths=(2, 3, 4), failures=2)
    assert sorted(set(result["list_length"])) == [2, 3, 4]
    result = span_test(SerialRecall(), fails_one, lengths=(2, 3, 4), failures=1)
    assert set(result["list_length"]) == {2}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"failures": 5}, "failures must lie in 1..4"),
        ({"lengths": ()}, "lengths is empty"),
    ],
)
def test_an_impossible_span_test_is_an_error(options, message):
    with pytest.raises(ValueError, match=message):
        span_test(SerialRecall(), lambda schedule: up_to(3, schedule), **options)
