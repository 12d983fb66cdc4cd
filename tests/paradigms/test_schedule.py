"""The schedule: what it refuses, and its parts."""

import numpy as np
import pytest

from paradigms import Event, FreeRecall, Schedule

EVENT = np.array([[Event.STUDY, Event.CUE, Event.RESPONSE]])
ITEM = np.array([[5, 5, 0]])


def schedule(**changes):
    return Schedule(**({"event": EVENT, "duration": np.ones((1, 3)), "item": ITEM} | changes))


def test_what_is_left_out_is_nothing():
    made = schedule()
    assert (made.partner == 0).all() and (made.answer == 0).all() and made.session.tolist() == [1]
    assert not made.has_pairs
    assert made.shown is made.item


def test_pairs_show_items_first_then_partners():
    made = schedule(partner=np.array([[7, 0, 0]]), answer=np.array([[0, 0, 7]]))
    assert made.has_pairs
    assert made.shown.tolist() == [[5, 5, 0, 7, 0, 0]]
    assert made.answers.tolist() == [[7]]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"duration": np.ones((1, 2))}, "must share one shape"),
        ({"item": ITEM[0]}, "must share one shape"),
        ({"partner": ITEM[:, :2]}, "partner must have the shape of event, .1, 3., got .1, 2."),
        ({"answer": np.zeros((2, 3), dtype=int)}, "answer must have the shape of event"),
        ({"answer": np.array([[0, 5, 5]])}, "step 1 of list 0 has an answer but asks for no"),
        ({"partner": np.array([[0, 0, 5]])}, "step 2 of list 0 has a partner but no item"),
        ({"session": np.array([1, 1])}, "session must have one number for each of 1 lists"),
    ],
)
def test_what_does_not_fit_together_is_an_error(changes, message):
    with pytest.raises(ValueError, match=message):
        schedule(**changes)


def test_sessions_stand_in_a_row():
    twice = {
        "event": np.tile(EVENT, (2, 1)),
        "duration": np.ones((2, 3)),
        "item": np.tile(ITEM, (2, 1)),
    }
    with pytest.raises(ValueError, match="session must not decrease"):
        Schedule(**twice, session=np.array([2, 1]))


def test_lists_of_several_lengths_are_taken_apart_and_lose_nothing():
    mixed = FreeRecall(list_length=(2, 3), one_length_per="list", retention_interval=2.0)
    whole = mixed.trials(seed=0, i=0, n_lists=10)
    groups = whole.alike()
    assert sorted(np.concatenate(groups).tolist()) == list(range(10))
    for rows in groups:
        part = whole.take(rows)
        assert (part.event == part.event[0]).all() and (part.event != Event.PAD).all()
        n = part.presented.shape[1]
        assert (part.presented == whole.presented[rows, :n]).all()
        assert (part.session == whole.session[rows]).all()
