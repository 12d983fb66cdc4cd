from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import analysis
from memsim import simulate
from memsim.cognitive import CMR2, clean
from memsim.cognitive.free_recall import cmr2
from paradigms import Event, FreeRecall, Schedule, SerialRecall

from ..helpers import DATA, immediate, lag_crp, mean_words, pfr, spc
from .reference_cmr2 import session as reference_session

K02 = CMR2.preset("CMR2-K02")
SESSION = FreeRecall(list_length=10, recall_time=30.0, lists_per_session=10)
#: quick races of few words that still go wrong in all ways
SMALL = replace(
    K02, rho_distractor=0.9, eta=0.8, c_thresh=0.2, omega=2.0, beta_post=0.4, dt=20.0, T_a=500.0
)
SIMILARITY = np.random.default_rng(0).uniform(0, 1, (12, 12))
#: (words, events, seconds of recall); word 7 comes in two lists
LISTS = [
    ([7, 3, 11], [("study", 1.0)] * 3, 6.0),
    ([5, 2, 9, 1], [("study", 2.0)] * 4 + [("distractor", 3.0)], 9.0),
    ([7, 12], [("distractor", 1.0), ("study", 1.0)] * 2, 3.0),
]


def schedule_of(lists, session=None):
    """Lists of (words, [("study" | "distractor", seconds)], seconds of recall)."""
    shape = len(lists), max(len(events) for _, events, _ in lists) + 1
    event, duration = np.zeros(shape, dtype=int), np.zeros(shape)
    item = np.zeros(shape, dtype=int)
    for i, (words, events, seconds) in enumerate(lists):
        n = len(events)
        event[i, :n] = [Event[kind.upper()] for kind, _ in events]
        duration[i, :n] = [duration for _, duration in events]
        item[i, np.flatnonzero(event[i] == Event.STUDY)] = words
        event[i, n], duration[i, n] = Event.RESPONSE, seconds
    session = np.ones(len(lists), dtype=int) if session is None else session
    return Schedule(event, duration, item, session=session)


def repetitions(responses):
    return np.count_nonzero(responses > 0) - np.count_nonzero(clean(responses))


@pytest.mark.parametrize(
    "model",
    [
        SMALL,
        replace(SMALL, thresholds="list"),
        replace(SMALL, use_new_context=True, c_thresh=None),
        replace(SMALL, omega=None, alpha=None),
        replace(SMALL, omega=0.0, c_thresh=0.7),  # ends by retrievals that are not reported
        replace(SMALL, s_cf=0.3, similarity=SIMILARITY),
    ],
)
def test_agrees_with_loops(model):
    schedule = schedule_of(LISTS)
    outcomes = set()
    for seed in range(12):
        said = model.respond(schedule, np.random.default_rng(seed))
        loops = np.random.default_rng(seed)
        expected = reference_session(LISTS, loops, model=model, similarity=model.similarity)
        for i, (responses, (words, _, _)) in enumerate(zip(expected, LISTS, strict=True)):
            n = len(responses)
            items = [word for word, _ in responses]
            positions = [words.index(word) + 1 if word in words else -1 for word in items]
            assert said["recalled_items"][i, :n].tolist() == items
            assert said["responses"][i, :n].tolist() == positions
            np.testing.assert_allclose(said["rt"][i, :n], [ms for _, ms in responses])
            assert (said["responses"][i, n:] == 0).all() and np.isnan(said["rt"][i, n:]).all()
            outcomes.add((i, tuple(items)))
    assert len(outcomes) > 12  # not all of them alike


def test_reference_simulation(rng):
    # The reference is 60 sessions without semantics: its words have a standard error of .09, its
    # curves of .01 to .03.
    said = K02.respond(SESSION.trials(0, 0, n_lists=800), rng)["responses"]
    recalled = clean(said)
    assert mean_words(recalled) == pytest.approx(5.29, abs=0.3)
    expected = [0.49, 0.43, 0.37, 0.35, 0.34, 0.40, 0.50, 0.68, 0.83, 0.91]
    np.testing.assert_allclose(spc(recalled, 10), expected, atol=0.065)
    np.testing.assert_allclose(pfr(recalled, 10)[-4:], [0.07, 0.12, 0.26, 0.43], atol=0.06)
    crp = lag_crp(recalled, 10, (-2, -1, 1, 2))
    np.testing.assert_allclose(crp, [0.154, 0.245, 0.516, 0.240], atol=0.04)
    assert (said < 0).sum(axis=1).mean() == pytest.approx(0.13, abs=0.07)


def test_sessions_of_lists_in_a_recall_table():
    table = simulate([replace(K02, thresholds="list")] * 30, SESSION, n_lists=10)
    recalls = table[table["trial_type"] == "recall"]
    assert recalls["rt"].between(10, 30_000).all()
    assert (table.loc[table["trial_type"] == "study", "rt"].isna()).all()
    per_list = analysis.intrusions(table)
    # an item not studied yet brings back a context unlike the present one and is not reported
    assert (per_list["n_eli"] == 0).all() and per_list["n_pli"].mean() > 0.1
    lags = analysis.pli_list_lag(table, max_lag=4, of="plis").groupby("list_lag")["count"].sum()
    assert lags[1] > 2 * lags[2] and lags[2] > lags[4]
    times = analysis.irt(table)
    assert (times["irt"].dropna() > 0).all()


@pytest.mark.slow
def test_prior_list_intrusions_fall_with_list_lag_as_those_of_people(monkeypatch):
    if not (DATA / "healey_kahana2014").exists():
        pytest.skip("needs healey_kahana2014; set MEMSIM_DATA to the folder of the human data")
    monkeypatch.setenv("MEMSIM_DATA", str(DATA))
    people = analysis.load_human("healey_kahana2014")
    model = replace(K02, thresholds="list")
    task = replace(SESSION, lists_per_session=15)
    simulated = simulate([model] * 100, task, n_lists=15)
    for recalls in (people, simulated):
        lags = analysis.pli_list_lag(recalls, max_lag=4, of="plis")
        count = lags.groupby("list_lag")["count"].sum().to_numpy()
        assert count[0] > 2 * count[1] and (np.diff(count) < 0).all()


def test_lists_of_other_sessions_have_no_part(rng):
    # the same lists, each on its own: nothing intrudes, and each list is recalled as a first one
    schedule = SESSION.trials(0, 0, n_lists=60)
    alone = Schedule(schedule.event, schedule.duration, schedule.item)
    model = replace(K02, c_thresh=None, beta_post=None)
    assert (model.recall(alone, rng) >= 0).all()
    first = K02.recall(alone.take(np.arange(3)), np.random.default_rng(1))[0]
    again = K02.recall(alone.take(np.arange(1)), np.random.default_rng(1))[0]
    np.testing.assert_array_equal(first, again)


def test_numbers_of_items_do_not_matter():
    schedule = SESSION.trials(0, 0, n_lists=20)
    renamed = np.where(schedule.item > 0, 3 * schedule.item + 5, 0)
    other = Schedule(schedule.event, schedule.duration, renamed, session=schedule.session)
    one, two = (K02.respond(s, np.random.default_rng(4)) for s in (schedule, other))
    np.testing.assert_array_equal(one["responses"], two["responses"])
    said = one["responses"] != 0
    np.testing.assert_array_equal(3 * one["recalled_items"][said] + 5, two["recalled_items"][said])


def test_filter_keeps_back_what_brings_another_context(rng):
    schedule = SESSION.trials(0, 0, n_lists=150)
    every, few = (
        (replace(K02, thresholds="list", c_thresh=c).recall(schedule, rng) < 0).sum()
        for c in (None, 0.4)
    )
    assert every > 1.5 * few
    # no context that an item brings back matches another one exactly
    assert not replace(K02, c_thresh=1.0).recall(schedule, rng).any()


def test_thresholds_control_repetitions(rng):
    schedule = SESSION.trials(0, 0, n_lists=40)
    none, some, strong = (
        repetitions(replace(K02, omega=omega, alpha=alpha).recall(schedule, rng))
        for omega, alpha in ((0.0, 0.0), (2.0, 0.6), (1e9, 1.0))
    )
    assert none > 2 * some > 0 == strong
    assert repetitions(replace(K02, omega=None, alpha=None).recall(schedule, rng)) == 0


def test_thresholds_that_last_keep_the_last_list_from_intruding(rng):
    schedule = SESSION.trials(0, 0, n_lists=300)
    last, reset = (
        (replace(K02, thresholds=span).recall(schedule, rng) < 0).sum()
        for span in ("session", "list")
    )
    assert 1.5 * last < reset


def test_times_within_the_time_for_recall(rng):
    said = K02.respond(SESSION.trials(0, 0, n_lists=50), rng)
    times, responses = said["rt"], said["responses"]
    assert (np.isnan(times) == (responses == 0)).all()
    assert (np.diff(times, axis=1)[responses[:, 1:] != 0] > 0).all()
    assert np.nanmax(times) <= 30_000
    assert (times[responses != 0] % 10 == 0).all()  # steps of 10 ms


def test_more_time_gives_more_words(rng):
    words = [
        mean_words(
            clean(K02.recall(replace(SESSION, recall_time=seconds).trials(0, 0, n_lists=80), rng))
        )
        for seconds in (5.0, 15.0, 45.0)
    ]
    assert words[0] + 1 < words[1] < words[2] - 0.5


def test_distraction_after_the_list_takes_recency_away(rng):
    model = replace(K02, rho_distractor=0.8)
    curves = [
        spc(clean(model.recall(replace(SESSION, retention_interval=s).trials(0, 0, 150), rng)), 10)
        for s in (0.0, 16.0)
    ]
    assert curves[0][-1] > curves[0][4] + 0.3
    assert curves[1][-1] < curves[1][4] + 0.15


def test_similar_words_are_recalled_together(rng):
    task = FreeRecall(list_length=12, n_categories=3, category_size=10, pool_size=90)
    schedule = task.trials(0, 0, n_lists=80)
    category = (np.arange(90)) // 10
    same = (category[:, None] == category) * 0.5
    related = {}
    for name, similarity in (("none", None), ("zero", 0 * same), ("same", same)):
        model = replace(K02, similarity=similarity)
        recalled = clean(model.recall(schedule, np.random.default_rng(3)))
        of = np.take_along_axis(category[schedule.presented - 1], np.maximum(recalled - 1, 0), 1)
        pairs = recalled[:, 1:] > 0
        related[name] = (of[:, 1:] == of[:, :-1])[pairs].mean(), recalled
    np.testing.assert_array_equal(related["zero"][1], related["none"][1])
    assert related["same"][0] > related["none"][0] + 0.2


def test_what_stands_on_the_diagonal_of_similarity_is_passed_over():
    schedule = schedule_of(LISTS)
    model = replace(SMALL, similarity=SIMILARITY)
    other = replace(SMALL, similarity=SIMILARITY + 7 * np.eye(12))
    one, two = (m.recall(schedule, np.random.default_rng(2)) for m in (model, other))
    np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("name", ["CMR2009-full", "CMR2009-PA"])
def test_sets_of_2009_with_similarity(name, rng):
    noise = np.random.default_rng(0).normal(0.1, 0.1, (1000, 1000)).clip(0, 1)
    model = replace(CMR2.preset(name), similarity=(noise + noise.T) / 2)
    task = FreeRecall(list_length=24, recall_time=90.0)
    said = model.respond(task.trials(0, 0, n_lists=150), rng)
    recalled = said["responses"]
    assert (recalled >= 0).all() and repetitions(recalled) == 0
    curve, crp = spc(recalled, 24), lag_crp(recalled, 24, (-2, -1, 1, 2))
    assert curve[-1] > curve[8:14].mean() + 0.3
    assert crp[2] > 1.2 * crp[1] and crp[1] > crp[0] and crp[2] > crp[3]
    # the time between recalls grows towards the last, as people's does (Murdock & Okada, 1970)
    of_ten = said["rt"][(recalled > 0).sum(axis=1) == 10, :10]
    times = np.diff(of_ten, axis=1, prepend=0).mean(axis=0)
    assert times[-3:].mean() > 2 * times[:3].mean()


def test_presets_lie_in_their_search_boxes():
    for name, preset in cmr2.PRESETS.items():
        for parameter, (low, high) in CMR2.search.items():
            value = getattr(preset.parameters, parameter)
            assert value is None or low <= value <= high, (name, parameter)


def test_no_likelihood():
    with pytest.raises(TypeError, match="simulate recalls and compare their curves"):
        K02.log_likelihood(immediate(3), np.array([[1, 0, 0]]))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"beta_enc": 0.0}, r"beta_enc must be a number in \(0, 1\], got 0.0"),
        ({"eta": -0.1}, "eta must be a number in"),
        ({"omega": None}, "omega and alpha go together"),
        ({"alpha": None}, "omega and alpha go together"),
        ({"thresholds": "trial"}, "thresholds must be 'session' or 'list', got 'trial'"),
        ({"similarity": np.ones((3, 2))}, r"square matrix \(words, words\), got shape \(3, 2\)"),
        ({"similarity": np.ones((3, 3)), "s_cf": 0.0}, "no effect with s_cf=0"),
    ],
)
def test_bad_parameters(parameters, message):
    with pytest.raises(ValueError, match=message):
        replace(K02, **parameters)


@pytest.mark.parametrize(
    ("model", "schedule", "message"),
    [
        (K02, schedule_of(LISTS), "says nothing about them; set rho_distractor"),
        (replace(SMALL, beta_post=None), schedule_of(LISTS), "several lists in a session"),
        (replace(SMALL, similarity=np.ones((5, 5))), schedule_of(LISTS), "shows item 12"),
        (K02, immediate(3), "list 0 of the schedule gives no time for recall"),
        (K02, SerialRecall(list_length=3).trials(0, 0, 1), "as serial recall does"),
    ],
)
def test_schedules_that_do_not_fit(model, schedule, message, rng):
    with pytest.raises(ValueError, match=message):
        model.recall(schedule, rng)


def test_times_are_scored_up_to_the_stop():
    task = FreeRecall(list_length=(2, 4))
    schedule = task.trials(0, 0, n_lists=1)
    scored = task.score(schedule, np.array([[2, 0, 1]]), rt=np.array([[700.0, 900.0, 950.0]]))
    times = scored["recall_columns"]["rt"]
    assert times.shape == scored["recalled"].shape
    assert times[0, 0] == 700 and np.isnan(times[0, 1:]).all()
    table = analysis.Recalls(
        labels=pd.DataFrame({"subject": [1], "list": [1]}), **scored
    ).to_table()
    assert table.loc[table["trial_type"] == "recall", "rt"].tolist() == [700.0]
    with pytest.raises(ValueError, match=r"rt must have shape \(1, 3\), got \(1, 2\)"):
        task.score(schedule, np.array([[2, 0, 1]]), rt=np.array([[700.0, 900.0]]))
