"""Parameter records, presets, stop rules, schedules and recall sequences."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from memsim.cognitive import (
    CMR,
    CMR2,
    PRESETS,
    SAM,
    SIMPLE,
    TCM,
    ExponentialStop,
    SaturatedStop,
    clean,
)
from memsim.cognitive.free_recall.context import integrate, rho
from memsim.cognitive.free_recall.phases import study_phases
from memsim.cognitive.responses import check_clean, draw
from paradigms import Event, FreeRecall, Schedule

from .helpers import immediate, schedule_of

#: theories without a likelihood of sequences
FITTED_TO_CURVES = (CMR2, SAM, SIMPLE)
#: those that recall nothing but the words of a list, each once; CMR2 also intrudes and repeats
FREE_RECALL = [
    name
    for name, preset in PRESETS.items()
    if "free_recall" in type(preset.parameters).__module__ and not name.startswith("CMR2")
]
MURDOCK = ("10-2", "15-2", "20-1", "20-2", "30-1", "40-1")
BASES = {"TCM-10r": TCM, "CMR-10": CMR, "SAM-10": SAM}


@pytest.mark.parametrize(
    ("name", "parameter", "value", "message"),
    [
        ("TCM-10r", "beta", 1.0, r"beta must be a number in \(0, 1\), got 1.0"),
        ("TCM-10r", "tau", 0, r"tau must be a number in \(0, inf\), got 0"),
        ("TCM-10r", "rho_distractor", 1.5, r"rho_distractor must be a number in \(0, 1\]"),
        ("CMR-10", "gamma", float("nan"), "gamma must be a number"),
        ("CMR-10", "alpha", "high", "got 'high'"),
        ("CMR-10", "tau", None, "give either tau"),
        ("CMR-10", "temperature", 0.5, "give either tau"),
        ("CMR-10", "rho", "vector", "rho must be 'exact' or 'elementwise', got 'vector'"),
        ("SAM-10", "q", 1, r"q must be a number in \[0, 1\)"),
        ("SAM-10", "K_max", 2.5, "K_max must be a whole number, got 2.5"),
        ("SAM-10", "sts_order", "none", "sts_order must be 'study', 'random' or 'recency'"),
    ],
)
def test_parameters_out_of_range(name, parameter, value, message):
    with pytest.raises(ValueError, match=message):
        replace(BASES[name].preset(name), **{parameter: value})


def test_stop_rules_out_of_range():
    with pytest.raises(ValueError, match=r"theta_s must be a number in \(0, 1\)"):
        ExponentialStop(theta_s=0.0, theta_r=1.0)
    with pytest.raises(ValueError, match="got 1.2 at 1"):
        SaturatedStop((0.0, 1.2))


def test_presets_say_where_they_come_from():
    assert {"CMR-10", "CMR-10u", "G20", "G20-old", "TCM-10", "TCM-10r", "TCM-10p"} <= set(PRESETS)
    for name, preset in PRESETS.items():
        assert type(preset.parameters).preset(name) is preset.parameters
        assert preset.source
        assert (preset.fitted_to is None) == (preset.criterion is None)
        assert preset.criterion != "curves" or isinstance(preset.parameters, FITTED_TO_CURVES)


@pytest.mark.parametrize("model", BASES.values())
def test_unknown_presets_list_the_known(model):
    with pytest.raises(ValueError, match="there is no preset 'best'; known are .*-10"):
        model.preset("best")


@pytest.mark.parametrize("name", FREE_RECALL)
def test_every_preset_recalls_from_the_paradigm(name, rng):
    # lists as those it was fitted to
    condition = (PRESETS[name].fitted_to or "").removeprefix("murdock1962/")
    length, seconds = map(int, (condition if condition in MURDOCK else "10-2").split("-"))
    task = FreeRecall(list_length=length, presentation_time=seconds)
    schedule = task.trials(seed=0, i=0, n_lists=200)
    model = PRESETS[name].parameters
    recalled = model.recall(schedule, rng)
    assert recalled.shape == (200, length) and recalled.dtype == np.int64
    assert 2 < np.count_nonzero(recalled, axis=1).mean() < 9.5
    check_clean(recalled, np.full(200, length))
    again = model.recall(schedule, np.random.default_rng(20250101))
    assert (recalled == again).all()


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 2 * np.pi), st.floats(0, 2 * np.pi))
def test_context_keeps_length_1(beta, third, a, b):
    height = np.sqrt(1 - third**2)
    context = torch.tensor([np.cos(a), np.sin(a), 0.0])
    c_in = torch.tensor([height * np.cos(b), height * np.sin(b), third])
    new = integrate(context, c_in, beta)
    assert float(torch.linalg.vector_norm(new)) == pytest.approx(1, abs=1e-6)
    assert float(rho(beta, torch.tensor(1.0))) == pytest.approx(1 - beta, abs=1e-6)


RESPONSES = hnp.arrays(
    np.int64, hnp.array_shapes(min_dims=2, max_dims=2, max_side=9), elements=st.integers(-2, 5)
)


@given(RESPONSES)
def test_clean_keeps_first_recalls_in_order(recalled):
    for row, cleaned in zip(recalled.tolist(), clean(recalled).tolist(), strict=True):
        expected = list(dict.fromkeys(x for x in row if x > 0))
        assert cleaned == expected + [0] * (len(row) - len(expected))


@given(RESPONSES)
def test_cleaned_recalls_are_clean(recalled):
    cleaned = clean(recalled)
    check_clean(cleaned, np.full(len(cleaned), 5))
    assert (clean(cleaned) == cleaned).all()


def test_recalls_are_whole_numbers():
    with pytest.raises(ValueError, match="whole numbers, got float64"):
        check_clean(np.array([[1.0, 2.0]]), np.array([3]))


def test_draw_follows_the_weights(rng):
    weights = np.array([0.0, 1.0, 0.0, 3.0, 0.0])
    drawn = np.bincount(draw(np.tile(weights, (40000, 1)), rng), minlength=5)
    assert drawn[[0, 2, 4]].sum() == 0
    assert drawn[3] / 40000 == pytest.approx(0.75, abs=0.01)


def test_lists_with_the_same_timing_share_a_phase():
    a, b = [("study", 1.0), ("study", 1.0)], [("study", 1.0), ("distractor", 2.0), ("study", 1.0)]
    phases = study_phases(schedule_of(a, b, a))
    assert sorted(phase.lists.tolist() for phase in phases) == [[0, 2], [1]]
    assert {phase.n_items for phase in phases} == {2}


@pytest.mark.parametrize(
    ("event", "item", "message"),
    [
        ([Event.STUDY, Event.STUDY, Event.RESPONSE], [4, 4, 0], "list 0 .* shows a word twice"),
        ([Event.RESPONSE, Event.STUDY, Event.RESPONSE], [0, 4, 0], "after a response"),
        ([Event.STUDY, Event.CUE, Event.RESPONSE], [4, 4, 0], "holds a cue"),
        ([Event.DISTRACTOR, Event.RESPONSE, Event.PAD], [0, 0, 0], "shows no word"),
    ],
)
def test_schedules_that_are_no_free_recall(event, item, message, rng):
    schedule = Schedule(np.array([event]), np.ones((1, 3)), np.array([item]))
    for model in (CMR.preset("CMR-10"), SAM.preset("SAM-10")):
        with pytest.raises(ValueError, match=message):
            model.recall(schedule, rng)


def test_presentation_rate_matters_to_sam_alone(rng):
    slow, fast = immediate(10, 2000, seconds=4.0), immediate(10, 2000, seconds=0.5)
    words = [np.count_nonzero(SAM.preset("SAM-10").recall(s, rng)) for s in (slow, fast)]
    assert words[0] > 1.2 * words[1]
    cmr = CMR.preset("CMR-10")
    torch.testing.assert_close(cmr.first_recall(slow)[0], cmr.first_recall(fast)[0])
