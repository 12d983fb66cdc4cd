"""Designs of free recall."""

import numpy as np
import pandas as pd
import pytest

from analysis import Recalls
from paradigms import Event, FreeRecall


def test_defaults_give_the_trials_they_always_gave():
    """Read off before anything was added to the paradigm."""
    schedule = FreeRecall(list_length=4, pool_size=9, retention_interval=3.0).trials(7, 2, 2)
    assert schedule.event[0].tolist() == [1, 1, 1, 1, 2, 2, 4, 4, 4, 4, 4]
    assert schedule.item[:, :6].tolist() == [[1, 5, 7, 8, 9, 6], [7, 9, 2, 6, 3, 4]]
    assert (schedule.item[:, 6:] == 0).all()
    np.testing.assert_allclose(schedule.duration[1, 3:7], [2.0, 1.5, 1.5, 18.0])


def test_items_of_a_list_differ():
    task = FreeRecall(list_length=10, retention_interval=9.0, pool_size=15)
    for items in task.trials(seed=1, i=0, n_lists=50).item:
        shown = items[items != 0]
        assert len(shown) == 15 == len(set(shown))


def test_items_are_drawn_without_preference():
    lists = FreeRecall(list_length=2, pool_size=4).trials(seed=0, i=0, n_lists=4000).presented
    for position in lists.T:
        np.testing.assert_allclose(np.bincount(position)[1:] / 4000, 0.25, atol=0.04)


def test_distraction_lies_between_study_and_test():
    task = FreeRecall(list_length=5, presentation_time=1.5, retention_interval=10.0)
    events = task.trials(seed=0, i=0, n_lists=1).event[0]
    assert events.tolist() == [Event.STUDY] * 5 + [Event.DISTRACTOR] * 7 + [Event.RESPONSE] * 6


def test_continual_distraction_lies_before_every_word():
    task = FreeRecall(
        list_length=2, presentation_time=2.0, interitem_interval=3.0, retention_interval=2.0
    )
    schedule = task.trials(seed=0, i=0, n_lists=1)
    distractor, study, response = Event.DISTRACTOR, Event.STUDY, Event.RESPONSE
    one = [distractor, distractor, study]
    assert schedule.event[0].tolist() == [*one, *one, distractor, *[response] * 3]
    assert schedule.duration[0, :7].tolist() == [1.5, 1.5, 2.0, 1.5, 1.5, 2.0, 2.0]


def test_nothing_counts_after_the_stop():
    task = FreeRecall(list_length=3)
    schedule = task.trials(seed=1, i=0, n_lists=2)
    responses = np.array([[2, 0, 1, 3], [-1, 2, 2, 0]])
    assert task.score(schedule, responses)["recalled"].tolist() == [[2, 0, 0, 0], [-1, 2, 2, 0]]
    right = task.right(schedule, responses)
    assert right.tolist() == [[True, False, False, False], [False, True, False, False]]


def test_batches_take_several_lengths_in_turn():
    task = FreeRecall(list_length=(4, 7))
    widths = [task.trials(seed=0, i=i, n_lists=3).presented.shape[1] for i in range(4)]
    assert widths == [4, 7, 4, 7]


def test_lengths_mixed_within_a_batch_are_as_frequent():
    schedule = FreeRecall(list_length=(2, 5), one_length_per="list").trials(3, 0, n_lists=20)
    lengths = np.count_nonzero(schedule.presented, axis=1)
    assert np.bincount(lengths).tolist() == [0, 0, 10, 0, 0, 10]
    other = FreeRecall(list_length=(2, 5), one_length_per="list").trials(3, 1, n_lists=20)
    assert (lengths != np.count_nonzero(other.presented, axis=1)).any()  # in random order
    for events, length in zip(schedule.event, lengths, strict=True):
        expected = [Event.STUDY] * length + [Event.RESPONSE] * (length + 1)
        assert events.tolist() == expected + [Event.PAD] * (11 - len(expected))


def test_batches_of_several_lengths_go_together():
    task = FreeRecall(list_length=(2, 4))
    scored = []
    for i in range(2):
        schedule = task.trials(seed=0, i=i, n_lists=3)
        scored.append(task.score(schedule, np.zeros((3, schedule.n_responses), dtype=int)))
    assert {part["presented"].shape for part in scored} == {(3, 4)}
    assert {part["recalled"].shape for part in scored} == {(3, 5)}


def test_no_item_comes_twice_in_a_session():
    task = FreeRecall(
        list_length=4, lists_per_session=5, pool_size=40, retention_interval=6.0
    )  # and all lists but the last of the batch are complete
    schedule = task.trials(seed=2, i=0, n_lists=12)
    assert schedule.session.tolist() == [1] * 5 + [2] * 5 + [3] * 2
    for session in (1, 2, 3):
        shown = schedule.item[schedule.session == session]
        shown = shown[shown != 0]
        assert len(shown) == len(set(shown))
    both = [set(schedule.presented[schedule.session == k].ravel()) for k in (1, 2)]
    assert both[0] & both[1]  # sessions draw from the same pool


def test_intrusions_are_known_by_their_word():
    task = FreeRecall(list_length=2, lists_per_session=2)
    schedule = task.trials(seed=2, i=0, n_lists=2)
    earlier = schedule.presented[0, 1]
    scored = task.score(
        schedule,
        np.array([[1, 2, 0], [-1, 1, 0]]),
        recalled_items=np.array([[5, 5, 5], [earlier, 5, 5]]),
    )
    labels = pd.DataFrame({"subject": 1, "list": [1, 2]})
    table = Recalls(**scored, labels=labels).to_table()
    recalled = table[(table["trial_type"] == "recall") & (table["list"] == 2)]
    assert recalled["item"].tolist() == [earlier, schedule.presented[1, 0]]


@pytest.mark.parametrize(
    ("word", "message"), [(0, "item 0 is no word"), (None, "a word of that list")]
)
def test_intrusions_have_words_from_elsewhere(word, message):
    task = FreeRecall(list_length=2)
    schedule = task.trials(seed=2, i=0, n_lists=1)
    items = np.array([[schedule.presented[0, 1] if word is None else word]])
    with pytest.raises(ValueError, match=message):
        task.score(schedule, np.array([[-1]]), recalled_items=items)


@pytest.mark.parametrize("order", ["random", "blocked"])
def test_every_category_has_as_many_words(order):
    task = FreeRecall(list_length=12, n_categories=3, category_size=8, category_order=order)
    schedule = task.trials(seed=4, i=0, n_lists=50)
    category = task.score(schedule, np.zeros((50, 1), dtype=int))["study_columns"]["category"]
    np.testing.assert_array_equal(category, (schedule.presented - 1) // 8 + 1)
    for row in category:
        assert np.unique(row, return_counts=True)[1].tolist() == [4, 4, 4]
    changes = (np.diff(category, axis=1) != 0).sum(axis=1)
    if order == "blocked":
        assert (changes == 2).all()
    else:  # of 11 neighbours 11 * 8/11 differ, on average
        assert abs(changes.mean() - 8) < 1


def test_categories_and_words_differ_within_a_session():
    task = FreeRecall(
        list_length=4, n_categories=2, category_size=4, lists_per_session=3, pool_size=40,
        retention_interval=4.0,
    )  # fmt: skip
    schedule = task.trials(seed=4, i=0, n_lists=6)
    for session in (1, 2):
        rows = schedule.session == session
        shown = schedule.item[rows][schedule.item[rows] != 0]
        assert len(shown) == len(set(shown)) == 3 * 6
        assert len(set(((schedule.presented[rows] - 1) // 4).ravel())) == 6


def test_words_of_a_graded_list_are_near_each_other():
    task = FreeRecall(list_length=6, semantic_span=20)
    words = task.trials(seed=4, i=0, n_lists=200).presented
    span = words.max(axis=1) - words.min(axis=1)
    assert span.max() < 20
    # the range of 6 of 20 numbers is 21 * 5/7 on average
    assert abs(span.mean() - 15) < 0.7
    assert len(set(words.ravel())) > 500  # but lists are from all over the pool


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"list_length": 11, "pool_size": 10}, "pool_size=10 is too small.*at least 11"),
        (
            {"list_length": 8, "pool_size": 10, "retention_interval": 6},
            "8 words and 3 distractors",
        ),
        (
            {"list_length": 8, "pool_size": 31, "lists_per_session": 4},
            "a session has 4 lists.*at least 32",
        ),
        ({"list_length": 0}, "list_length must be more than 0, got 0"),
        ({"list_length": 2.5}, "list_length must be a whole number, got 2.5"),
        ({"list_length": (3, 0)}, "list_length must be more than 0, got 0"),
        ({"list_length": ()}, "list_length must be a number or several"),
        ({"interitem_interval": -1}, "interitem_interval must be 0 or more"),
        ({"n_categories": 3}, "list_length=10 is no multiple of n_categories=3"),
        ({"n_categories": 1, "category_size": 9}, "category_size=9 is too small.*shows 10 words"),
        ({"n_categories": 5, "pool_size": 40}, "has 4 stretches of 10 words, but .* needs 5"),
        ({"n_categories": 2, "semantic_span": 20}, "exclude each other"),
        ({"semantic_span": 9}, "semantic_span=9 is too small"),
        ({"category_order": "sorted"}, "category_order must be one of 'random', 'blocked'"),
        ({"one_length_per": "day"}, "one_length_per must be one of"),
        ({"lists_per_session": 0}, "lists_per_session must be more than 0"),
    ],
)
def test_impossible_settings_are_an_error(options, message):
    with pytest.raises(ValueError, match=message):
        FreeRecall(**options)
