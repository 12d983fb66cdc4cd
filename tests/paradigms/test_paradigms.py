"""What every paradigm keeps to, whatever it presents; a new paradigm is one more entry here."""

import numpy as np
import pandas as pd
import pytest

from analysis import Recalls, check_table, spc
from paradigms import Event, FreeRecall, RandomBinary, encode

PARADIGMS = {
    "immediate": FreeRecall(list_length=6, presentation_time=2.0, recall_time=42.0),
    "delayed": FreeRecall(list_length=5, presentation_time=1.5, retention_interval=10.0),
    "short pool": FreeRecall(list_length=3, pool_size=3),
}
N_LISTS = 40


@pytest.fixture(params=PARADIGMS.values(), ids=PARADIGMS.keys())
def paradigm(request):
    return request.param


@pytest.fixture
def schedule(paradigm):
    return paradigm.trials(seed=1, i=0, n_lists=N_LISTS)


def perfect(schedule):
    """Say every word in order, then stop."""
    positions = np.arange(1, schedule.n_responses + 1)
    n_words = (schedule.event == Event.STUDY).sum(axis=1)
    return np.where(positions <= n_words[:, None], positions, 0)


def same(one, other):
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("event", "duration", "item")
    )


def test_the_same_arguments_give_the_same_trials(paradigm, schedule):
    assert same(schedule, paradigm.trials(seed=1, i=0, n_lists=N_LISTS))


@pytest.mark.parametrize("other", [{"seed": 1, "i": 1}, {"seed": 2, "i": 0}])
def test_another_seed_or_batch_gives_other_trials(paradigm, schedule, other):
    assert not same(schedule, paradigm.trials(**other, n_lists=N_LISTS))


def test_every_list_is_studied_then_tested(schedule):
    for events in schedule.event:
        studied, asked = (np.flatnonzero(events == kind) for kind in (Event.STUDY, Event.RESPONSE))
        assert studied.max() < asked.min()


def test_items_of_a_list_differ_and_come_from_the_pool(paradigm, schedule):
    for items in schedule.item:
        shown = items[items != 0]
        assert len(set(shown)) == len(shown)
        assert shown.min() >= 1 and shown.max() <= paradigm.pool_size


def test_items_are_drawn_without_preference():
    lists = FreeRecall(list_length=2, pool_size=4).trials(seed=0, i=0, n_lists=4000).presented
    for position in lists.T:
        np.testing.assert_allclose(np.bincount(position)[1:] / 4000, 0.25, atol=0.04)


def test_something_is_shown_at_study_and_distraction_only(schedule):
    shown = np.isin(schedule.event, [Event.STUDY, Event.DISTRACTOR])
    np.testing.assert_array_equal(schedule.item != 0, shown)


def test_durations_are_those_asked_for(paradigm, schedule):
    studied = schedule.event == Event.STUDY
    np.testing.assert_allclose(schedule.duration[studied], paradigm.presentation_time)
    for kind, seconds in (
        (Event.DISTRACTOR, paradigm.retention_interval),
        (Event.RESPONSE, paradigm.recall_time),
    ):
        total = np.where(schedule.event == kind, schedule.duration, 0).sum(axis=1)
        np.testing.assert_allclose(total, seconds)


def test_distraction_lies_between_study_and_test():
    events = PARADIGMS["delayed"].trials(seed=0, i=0, n_lists=1).event[0]
    assert events.tolist() == [Event.STUDY] * 5 + [Event.DISTRACTOR] * 7 + [Event.RESPONSE] * 6


def test_a_perfect_participant_has_everything_right(paradigm, schedule):
    scored = paradigm.score(schedule, perfect(schedule))
    labels = {"subject": 1, "list": np.arange(1, N_LISTS + 1)}
    recalls = Recalls(**scored, labels=pd.DataFrame(labels))
    assert (spc(recalls)["recall"] == 1).all()
    np.testing.assert_array_equal(scored["presented"], schedule.presented)


def test_the_table_of_any_responses_passes_the_check(paradigm, schedule, rng):
    responses = rng.integers(-1, paradigm.list_length + 1, (N_LISTS, schedule.n_responses))
    scored = paradigm.score(schedule, responses)
    labels = {"subject": 1, "list": np.arange(1, N_LISTS + 1)}
    table = Recalls(**scored, labels=pd.DataFrame(labels)).to_table()
    check_table(table)
    assert (table["trial_type"] == "recall").sum() == (scored["recalled"] != 0).sum()


def test_nothing_counts_after_the_stop(paradigm):
    schedule = paradigm.trials(seed=1, i=0, n_lists=2)
    responses = np.zeros((2, schedule.n_responses), dtype=int)
    responses[0, :3] = [2, 0, 1]
    responses[1, :3] = [-1, 2, 2]
    recalled = paradigm.score(schedule, responses)["recalled"]
    assert recalled[:, :3].tolist() == [[2, 0, 0], [-1, 2, 2]]


@pytest.mark.parametrize(
    ("responses", "message"),
    [
        (lambda n, length: np.full((n, 2), length + 1), "is no study position of a list of"),
        (lambda n, length: np.full((n, 2), -2), "response -2 at output 1 of list 0"),
        (lambda n, length: np.ones((n + 1, 2), dtype=int), "responses must be .lists, outputs"),
        (lambda n, length: np.ones(n, dtype=int), "responses must be .lists, outputs"),
    ],
)
def test_impossible_responses_are_an_error(paradigm, schedule, responses, message):
    with pytest.raises(ValueError, match=message):
        paradigm.score(schedule, responses(N_LISTS, paradigm.list_length))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"list_length": 11, "pool_size": 10}, "pool_size=10 is too small.*at least 11"),
        (
            {"list_length": 8, "pool_size": 10, "retention_interval": 6},
            "8 words and 3 distractors",
        ),
        ({"list_length": 0}, "list_length must be more than 0, got 0"),
        ({"list_length": 2.5}, "list_length must be a whole number, got 2.5"),
        ({"presentation_time": -1}, "presentation_time must be more than 0"),
        ({"retention_interval": -1}, "retention_interval must be 0 or more"),
        ({"recall_time": 0}, "recall_time must be more than 0"),
        ({"presentation_time": float("nan")}, "presentation_time must be more than 0"),
    ],
)
def test_impossible_settings_are_an_error(options, message):
    with pytest.raises(ValueError, match=message):
        FreeRecall(**options)


def test_codes_tell_items_of_a_list_apart(paradigm, schedule, rng):
    codes = RandomBinary(n_bits=5).draw(rng, schedule.item)
    for items, list_codes in zip(schedule.item, codes, strict=True):
        shown = list_codes[items != 0]
        assert len({tuple(code) for code in shown}) == len(shown)
        assert set(np.unique(shown)) == {-1.0, 1.0}
        assert (list_codes[items == 0] == 0).all()


def test_an_item_keeps_its_code_within_a_list(rng):
    codes = RandomBinary(n_bits=6).draw(rng, np.array([[7, 3, 7, 0, 3]]))[0]
    np.testing.assert_array_equal(codes[0], codes[2])
    np.testing.assert_array_equal(codes[1], codes[4])
    assert (codes[0] != codes[1]).any()


def test_codes_are_drawn_anew_for_every_list(rng):
    codes = RandomBinary(n_bits=8).draw(rng, np.full((50, 2), [1, 2]))
    assert len({tuple(code) for code in codes[:, 0]}) > 25


def test_with_as_many_codes_as_items_all_are_used(rng):
    codes = RandomBinary(n_bits=3).draw(rng, np.tile(np.arange(1, 9), (20, 1)))
    assert {len({tuple(code) for code in row}) for row in codes} == {8}


@pytest.mark.parametrize(("n_bits", "message"), [(2, "at least 3 bits"), (0, "n_bits must lie")])
def test_too_few_bits_are_an_error(n_bits, message, rng):
    with pytest.raises(ValueError, match=message):
        RandomBinary(n_bits=n_bits).draw(rng, np.arange(1, 6)[None])


def test_inputs_are_codes_and_one_flag_for_the_event(schedule, rng):
    codes = RandomBinary(n_bits=5).draw(rng, schedule.item)
    inputs = encode(schedule, codes)
    np.testing.assert_array_equal(inputs[:, :, :5], codes)
    flags = inputs[:, :, 5:]
    kinds = np.array([Event.STUDY, Event.DISTRACTOR, Event.CUE, Event.RESPONSE])
    assert (flags.sum(axis=2) == 1).all()
    np.testing.assert_array_equal(kinds[flags.argmax(axis=2)], schedule.event)
