"""What every paradigm keeps to, whatever it presents; a new paradigm is one more entry here."""

from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import pytest

from analysis import Recalls, check_table, spc
from paradigms import (
    PARADIGMS,
    ContinuousPairedAssociates,
    Event,
    FreeRecall,
    FrequencyJudgment,
    Interference,
    PairedAssociates,
    ProbedRecall,
    RandomBinary,
    Recognition,
    SerialRecall,
    accuracy,
    encode,
)

from . import responders

TASKS = {
    "immediate": FreeRecall(list_length=6, presentation_time=2.0, recall_time=42.0),
    "delayed": FreeRecall(list_length=5, presentation_time=1.5, retention_interval=10.0),
    "short pool": FreeRecall(list_length=3, pool_size=3),
    "continual distractor": FreeRecall(
        list_length=4, presentation_time=1.0, interitem_interval=2.5, retention_interval=3.0
    ),
    "mixed lengths": FreeRecall(list_length=(3, 5, 8), one_length_per="list"),
    "mixed batches": FreeRecall(list_length=(7, 4)),
    "categories": FreeRecall(list_length=12, n_categories=3, retention_interval=4.0),
    "blocked": FreeRecall(list_length=6, n_categories=3, category_order="blocked", category_size=4),
    "graded": FreeRecall(list_length=6, semantic_span=20, lists_per_session=4),
    "sessions": FreeRecall(list_length=5, lists_per_session=8, pool_size=60),
    "serial": SerialRecall(),
    "backward": SerialRecall(list_length=5, direction="backward", retention_interval=3.0),
    "unfilled": SerialRecall(retention_interval=3.0, filled=False),
    "grouped": SerialRecall(list_length=9, group_sizes=(3, 3, 3), pause=1.5, pool_size=9),
    "alternating": SerialRecall(list_length=7, confusable="alternating"),
    "pairs": PairedAssociates(list_length=6, retention_interval=3.0),
    "backward pairs": PairedAssociates(list_length=4, direction="backward", test_order="study"),
    "probed pairs": PairedAssociates(list_length=6, n_tests=1, direction="mixed"),
    "learnt pairs": PairedAssociates(
        list_length=12, presentations=(1, 3, 5), direction="mixed", second_test="mixed"
    ),
    "continuous": ContinuousPairedAssociates(),
    "odd lags": ContinuousPairedAssociates(lags=(0, 1, 3, 5), direction="forward"),
    "interference": Interference(list_length=4, retention_interval=2.0),
    "first list": Interference(list_length=6, tested_lists=(1,)),
    "probed by item": ProbedRecall(list_length=6, n_tests=0, retention_interval=2.0),
    "probed backward": ProbedRecall(list_length=6, direction="backward"),
    "probed by position": ProbedRecall(list_length=5, probe="position", n_tests=2),
    "recognition": Recognition(retention_interval=2.0),
    "pair recognition": Recognition(pairs=True, list_length=9, n_targets=4, n_lures=5),
    "frequency": FrequencyJudgment(frequencies=(0, 1, 2, 4), words_per_frequency=3),
}
N_LISTS = 40


@pytest.fixture(params=TASKS.values(), ids=TASKS.keys())
def paradigm(request):
    return request.param


@pytest.fixture
def schedule(paradigm):
    return paradigm.trials(seed=1, i=0, n_lists=N_LISTS)


def same(one, other):
    names = ("event", "duration", "item", "partner", "answer", "session")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)


def perfect(paradigm, schedule):
    return responders.perfect(paradigm, schedule)


def is_tests(paradigm):
    return not isinstance(paradigm, (FreeRecall, SerialRecall))


def table_of(paradigm, scored, n_lists=N_LISTS):
    """The recall table, as `memsim` would make it."""
    if is_tests(paradigm):
        return responders.as_table(scored)
    labels = pd.DataFrame({"subject": 1, "list": np.arange(1, n_lists + 1)})
    omissions = "omission" in paradigm.response_set
    return Recalls(**scored, labels=labels, omissions=omissions).to_table()


def test_all_that_are_listed_are_tested():
    assert {type(task) for task in TASKS.values()} == set(PARADIGMS.values())


def test_settings_do_not_change(paradigm):
    with pytest.raises(FrozenInstanceError):
        paradigm.pool_size = 1


def test_the_same_arguments_give_the_same_trials(paradigm, schedule):
    assert same(schedule, paradigm.trials(seed=1, i=0, n_lists=N_LISTS))


@pytest.mark.parametrize("other", [{"seed": 1, "i": 1}, {"seed": 2, "i": 0}])
def test_another_seed_or_batch_gives_other_trials(paradigm, schedule, other):
    assert not same(schedule, paradigm.trials(**other, n_lists=N_LISTS))


def test_settings_make_the_paradigm(paradigm):
    assert paradigm.objective in ("order-free", "ordered", "choice")
    assert set(paradigm.response_set) <= {
        "position", "intrusion", "stop", "omission", "item", "option"
    }  # fmt: skip


def test_a_paradigm_is_there_by_its_name():
    task = PARADIGMS["serial-recall"](list_length=4)
    assert task == SerialRecall(list_length=4)


def test_whatever_is_right_was_studied_before(paradigm, schedule):
    for row in range(N_LISTS):
        studied = set()
        for step in range(schedule.event.shape[1]):
            if schedule.event[row, step] == Event.STUDY:
                studied |= {schedule.item[row, step], schedule.partner[row, step]}
            if schedule.event[row, step] == Event.RESPONSE and paradigm.objective == "ordered":
                assert schedule.answer[row, step] in studied - {0}
    if not isinstance(paradigm, ContinuousPairedAssociates):
        for events in schedule.event:
            studied, asked = (np.flatnonzero(events == e) for e in (Event.STUDY, Event.RESPONSE))
            assert studied.max() < asked.min()


def test_answers_are_where_responses_are_asked_for(paradigm, schedule):
    np.testing.assert_array_equal(schedule.asked, schedule.event == Event.RESPONSE)
    assert (schedule.answer[~schedule.asked] == 0).all()
    if paradigm.objective == "order-free":
        assert (schedule.answer == 0).all()
    else:
        assert (schedule.answer[schedule.asked] > 0).all()
    if paradigm.objective == "choice":
        assert schedule.answer.max() <= len(paradigm.options)


def test_lists_of_a_batch_share_their_events(paradigm, schedule):
    if getattr(paradigm, "one_length_per", None) == "list":
        assert len(schedule.alike()) == len(paradigm.list_length)
    else:
        assert len(schedule.alike()) == 1


def test_items_come_from_the_pool(paradigm, schedule):
    shown = schedule.shown[schedule.shown != 0]
    assert shown.min() >= 1 and shown.max() <= paradigm.pool_size


def test_something_is_shown_but_in_pauses_and_at_responses(schedule):
    shown = np.isin(schedule.event, [Event.STUDY, Event.DISTRACTOR, Event.CUE])
    np.testing.assert_array_equal(schedule.item != 0, shown)


def test_every_event_takes_its_time(schedule):
    assert (schedule.duration >= 0).all()
    there = np.isin(schedule.event, [Event.PAD, Event.CUE])
    assert (schedule.duration[~there] > 0).all()


def test_durations_are_those_asked_for(paradigm, schedule):
    studied = schedule.event == Event.STUDY
    np.testing.assert_allclose(schedule.duration[studied], paradigm.presentation_time)
    filled = np.isin(schedule.event, [Event.DISTRACTOR, Event.PAUSE])
    total = np.where(filled, schedule.duration, 0).sum(axis=1)
    seconds = getattr(paradigm, "retention_interval", 0.0)
    seconds += getattr(paradigm, "interitem_interval", 0.0) * studied.sum(axis=1)
    if isinstance(paradigm, SerialRecall):
        seconds += paradigm.pause * max(len(paradigm.group_sizes) - 1, 0)
    np.testing.assert_allclose(total, seconds)
    total = np.where(schedule.asked, schedule.duration, 0).sum(axis=1)
    each = schedule.n_responses if is_tests(paradigm) else 1
    np.testing.assert_allclose(total, paradigm.recall_time * each)


def test_lists_come_in_sessions(paradigm, schedule):
    each = getattr(paradigm, "lists_per_session", 1)
    np.testing.assert_array_equal(schedule.session, np.repeat(np.arange(N_LISTS // each) + 1, each))


def test_a_perfect_participant_has_everything_right(paradigm, schedule):
    responses = perfect(paradigm, schedule)
    assert accuracy(paradigm, schedule, responses) == 1
    assert paradigm.right(schedule, responses).shape == responses.shape


def test_somebody_who_says_nothing_has_nothing_right(paradigm, schedule):
    if paradigm.objective != "choice":  # a choice has no such answer
        nothing = np.zeros((N_LISTS, schedule.n_responses), dtype=int)
        assert accuracy(paradigm, schedule, nothing) == 0


@pytest.mark.parametrize("n_others", [0, 7])
def test_guessing_is_at_chance(paradigm, n_others, rng):
    n_right = n = 0
    for i in range(3):
        schedule = paradigm.trials(seed=5, i=i, n_lists=300)
        responses = responders.guessing(paradigm, schedule, rng, n_others)
        n_right += paradigm.right(schedule, responses).sum()
        kind = Event.STUDY if paradigm.objective == "order-free" else Event.RESPONSE
        n += (schedule.event == kind).sum()
        if len(getattr(paradigm, "lengths", ())) == 2 and i == 1:
            break  # as many batches of both lengths
    chance = paradigm.chance(n_others)
    # hits of one list exclude each other, if anything, so this is no less than their deviation
    assert abs(n_right / n - chance) < 4 * np.sqrt(chance * (1 - chance) / n)


def test_the_table_passes_the_check_and_goes_through_parquet(paradigm, schedule, rng, tmp_path):
    kind = {"choice": "recognition"}.get(paradigm.objective, "cued recall")
    options = {"paradigm": kind} if is_tests(paradigm) else {}
    if isinstance(paradigm, SerialRecall):
        options = {"omissions": True}
    for responses in (
        perfect(paradigm, schedule),
        responders.guessing(paradigm, schedule, rng, n_others=5),
    ):
        if kind == "cued recall" and is_tests(paradigm):
            responses = np.where(rng.random(responses.shape) < 0.2, 0, responses)
        table = table_of(paradigm, paradigm.score(schedule, responses))
        check_table(table, **options)
        table.to_parquet(tmp_path / "table.parquet")
        again = pd.read_parquet(tmp_path / "table.parquet")
        pd.testing.assert_frame_equal(again.convert_dtypes(), table.convert_dtypes())
        check_table(again, **options)


def test_study_rows_are_what_was_studied(paradigm, schedule):
    table = table_of(paradigm, paradigm.score(schedule, perfect(paradigm, schedule)))
    studied = table[table["trial_type"] == "study"].sort_values(["list", "position"])
    items = [schedule.item[schedule.event == Event.STUDY]]
    if isinstance(paradigm, ProbedRecall) and paradigm.probe == "item":
        items = [schedule.presented[:, :-1].ravel(), schedule.presented[:, 1:].ravel()]
    elif schedule.has_pairs:
        items += [schedule.partner[schedule.event == Event.STUDY]]
        if isinstance(paradigm, ProbedRecall):  # the partner is the position, and the cue
            items.reverse()
    columns = ["item"] if len(items) == 1 else ["cue", "item"]
    for column, expected in zip(columns, items, strict=True):
        np.testing.assert_array_equal(studied[column].to_numpy(dtype=int), expected)


def test_recall_rows_are_the_responses(paradigm, schedule, rng):
    responses = responders.guessing(paradigm, schedule, rng, n_others=3)
    table = table_of(paradigm, paradigm.score(schedule, responses))
    answered = table[table["trial_type"] == "recall"]
    if paradigm.objective == "choice":
        options = np.array(paradigm.options)[responses - 1].ravel()
        given = answered["response"].to_numpy()
        numbers = isinstance(paradigm, FrequencyJudgment)
        np.testing.assert_array_equal(given, options.astype(float) if numbers else options)
    elif is_tests(paradigm):
        assert sorted(answered["item"].to_numpy(dtype=int)) == sorted(responses.ravel())
        right = (answered["item"] == answered["target"]).sum()
        assert right == paradigm.right(schedule, responses).sum() > 0
    else:
        assert len(answered) == (responses != 0).sum()
        assert (answered["item"] < 0).sum() == (responses == -1).sum() > 0


@pytest.mark.parametrize(
    ("responses", "message"),
    [
        (lambda n, width: np.full((n, width), -2), "response -2 (at output|to test) 1 of list 0"),
        (lambda n, width: np.ones((n + 1, width), dtype=int), "responses must be .lists, "),
        (lambda n, width: np.ones(n, dtype=int), "responses must be .lists, "),
        (lambda n, width: np.full((n, width), 0.5), "responses must be whole numbers"),
    ],
)
def test_impossible_responses_are_an_error(paradigm, schedule, responses, message):
    with pytest.raises(ValueError, match=message):
        paradigm.score(schedule, responses(N_LISTS, schedule.n_responses))


def test_responses_beyond_what_there_is_are_an_error(paradigm, schedule):
    high = np.full((N_LISTS, schedule.n_responses), 99)
    if paradigm.objective == "choice":
        with pytest.raises(ValueError, match="response 99 to test 1 of list 0 is no option; there"):
            paradigm.score(schedule, high)
    elif not is_tests(paradigm):
        with pytest.raises(ValueError, match="is no study position of a list of"):
            paradigm.score(schedule, high)
    if is_tests(paradigm):
        with pytest.raises(ValueError, match=f"responses must be .lists, {schedule.n_responses}"):
            paradigm.score(schedule, np.ones((N_LISTS, schedule.n_responses + 1), dtype=int))


@pytest.mark.parametrize("name", ["presentation_time", "recall_time", "retention_interval"])
def test_impossible_times_are_an_error(paradigm, name):
    if hasattr(paradigm, name):
        for wrong in (-1.0, float("nan")):
            with pytest.raises(ValueError, match=f"{name} must be"):
                type(paradigm)(**{name: wrong})


def test_a_pool_that_is_too_small_is_an_error(paradigm):
    with pytest.raises(ValueError, match="pool_size=2 is too small: .* make it at least"):
        type(paradigm)(pool_size=2)


def test_codes_tell_items_of_a_list_apart(schedule, rng):
    codes = RandomBinary(n_bits=8).draw(rng, schedule.shown)
    for items, list_codes in zip(schedule.shown, codes, strict=True):
        shown = {(item, tuple(code)) for item, code in zip(items, list_codes, strict=True) if item}
        items_shown = set(items) - {0}
        assert len({code for _, code in shown}) == len(shown) == len(items_shown)
        assert (list_codes[items == 0] == 0).all()


def test_inputs_are_codes_and_one_flag_for_the_event(schedule, rng):
    codes = RandomBinary(n_bits=9).draw(rng, schedule.shown)
    inputs = encode(schedule, codes)
    n_steps, width = schedule.event.shape[1], 18 if schedule.has_pairs else 9
    assert inputs.shape == (N_LISTS, n_steps, width + 4)
    np.testing.assert_array_equal(inputs[:, :, :9], codes[:, :n_steps])
    if schedule.has_pairs:
        np.testing.assert_array_equal(inputs[:, :, 9:18], codes[:, n_steps:])
    flags = inputs[:, :, width:]
    kinds = np.array([Event.STUDY, Event.DISTRACTOR, Event.CUE, Event.RESPONSE])
    silent = np.isin(schedule.event, [Event.PAD, Event.PAUSE])
    np.testing.assert_array_equal(flags.sum(axis=2), ~silent)
    np.testing.assert_array_equal(kinds[flags.argmax(axis=2)][~silent], schedule.event[~silent])


def test_a_perfect_list_has_a_flat_serial_position_curve():
    task = TASKS["immediate"]
    schedule = task.trials(seed=1, i=0, n_lists=N_LISTS)
    table = table_of(task, task.score(schedule, perfect(task, schedule)))
    assert (spc(table)["recall"] == 1).all()
