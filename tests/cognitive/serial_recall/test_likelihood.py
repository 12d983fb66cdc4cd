"""What holds for every theory of serial recall with a likelihood."""

from dataclasses import asdict, replace
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from memsim.cognitive.serial_recall import (
    ChainingModel,
    PlaceTable,
    PrimacyModel,
    StartEndModel,
)
from paradigms import SerialRecall

from . import reference
from .helpers import MODELS, lists_of


@pytest.fixture(params=MODELS)
def model(request):
    return MODELS[request.param][0]


def every_report(n_items):
    """All that can be said at the places of a list, intrusions and omissions included."""
    return np.array([*product(range(-1, n_items + 1), repeat=n_items)])


def searched(model):
    """Parameters of a model that a fit would free, with their values."""
    return {
        name: float(getattr(model, name))
        for name in type(model).search
        if name in asdict(model) and getattr(model, name) is not None
    }


# -- golden numbers

GOLDEN_REPORTS = np.array([[1, 2, 3, 4, 5], [1, 3, 2, 4, 5], [1, 3, 4, 2, 5], [1, 2, 0, 4, 5]])
GOLDEN = {
    PrimacyModel.preset("primacy-softmax"): (
        [-0.806250, -2.374912, -5.212624, -17.119893],
        21.19,
    ),
    StartEndModel.preset("SEM-softmax"): ([-0.636570, -2.952962, -4.686745, -5.958174], 3.31),
    ChainingModel.preset("chaining-softmax"): (
        [-0.203314, -8.168252, -9.830242, -8.694396],
        0.030,
    ),
}


@pytest.mark.parametrize("model", GOLDEN, ids=lambda model: type(model).__name__)
def test_golden_log_likelihoods(model):
    log_p = model.log_likelihood(lists_of(5, 4), GOLDEN_REPORTS).sum(dim=1)
    assert log_p.numpy() == pytest.approx(GOLDEN[model][0], abs=1e-6)


@pytest.mark.parametrize("model", GOLDEN, ids=lambda model: type(model).__name__)
def test_golden_ratio_of_fill_in_to_infill_after_a_skip(model):
    """Probability of the skipped item 2 over that of 4, after 1 and 3, in lists of six."""
    skipped, onward = np.array([[1, 3, 2], [1, 3, 4]])
    reports = np.pad(np.array([skipped, onward]), ((0, 0), (0, 3)))
    log_p = model.log_likelihood(lists_of(6, 2), reports)[:, 2]
    ratio = float((log_p[0] - log_p[1]).exp())
    assert ratio == pytest.approx(GOLDEN[model][1], abs=0.005 if ratio > 1 else 0.0005)


# -- references and closed forms


@pytest.mark.parametrize("name", MODELS)
def test_agrees_with_loops(name, rng):
    """Event by event, on random reports with omissions, intrusions and repetitions."""
    model, value = MODELS[name]
    for n_items in (1, 2, 5, 8):
        reports = rng.integers(-1, n_items + 1, (20, n_items))
        log_p = model.log_likelihood(lists_of(n_items, 20), reports)
        looped = [
            reference.log_p_report(value, r, n_items, asdict(model)) for r in reports.tolist()
        ]
        assert log_p.numpy() == pytest.approx(np.array(looped), abs=1e-10)


def test_all_reports_together_have_probability_1(model):
    for n_items in (2, 3):
        every = every_report(n_items)
        log_p = model.log_likelihood(lists_of(n_items, len(every)), every)
        assert float(log_p.sum(dim=1).exp().sum()) == pytest.approx(1, abs=1e-12)


def test_without_theta_x_intrusions_cannot_happen(model):
    every = every_report(3)
    log_p = replace(model, theta_x=None).log_likelihood(lists_of(3, len(every)), every).sum(dim=1)
    intruded = (every < 0).any(axis=1)
    assert np.isneginf(log_p.numpy()[intruded]).all()
    assert float(log_p.exp().sum()) == pytest.approx(1, abs=1e-12)


def test_the_place_table_is_what_people_did():
    reports = np.array([[1, 2, 3], [1, 3, 0], [2, 1, -1], [1, 2, 3]])
    table = PlaceTable.fitted(lists_of(3, 4), reports, prior=0.0)
    log_p = table.log_likelihood(lists_of(3, 4), reports).exp().numpy()
    assert log_p == pytest.approx(
        np.array([[0.75, 0.5, 0.5], [0.75, 0.25, 0.25], [0.25, 0.25, 0.25], [0.75, 0.5, 0.5]])
    )
    every = every_report(3)
    total = table.log_likelihood(lists_of(3, len(every)), every).sum(dim=1).exp().sum()
    assert float(total) == pytest.approx(1, abs=1e-12)


def test_no_table_of_places_beats_the_counted_one():
    """Maximum likelihood in closed form: any other table is less likely."""
    rng = np.random.default_rng(3)
    schedule = lists_of(4, 200)
    reports = rng.integers(-1, 5, (200, 4))
    best = PlaceTable.fitted(schedule, reports, prior=0.0)
    nll = best.choice_nll(best.observe(schedule, reports))
    for _ in range(20):
        other = rng.dirichlet(np.ones(6), 4) * 0.1 + 0.9 * best.probability[4]
        table = PlaceTable(probability={4: other})
        assert table.choice_nll(table.observe(schedule, reports)) > nll


def test_choices_alone_are_the_likelihood(model, rng):
    """Equal reports are counted once, lists of several lengths apart: the sum stays the same."""
    task = SerialRecall()
    short, long = (replace(task, list_length=n).trials(0, 0, n_lists=50) for n in (2, 4))
    for schedule, n in ((short, 2), (long, 4)):
        reports = rng.integers(-1, n + 1, (50, n))
        observed = model.observe(schedule, reports)
        assert len(observed[0].times) < 50  # some are equal
        total = float(model.choice_nll(observed))
        assert total == pytest.approx(-float(model.log_likelihood(schedule, reports).sum()))


def test_lists_of_several_lengths_keep_their_rows(model):
    from paradigms.schedule import Schedule

    parts = [lists_of(n, 1) for n in (4, 2, 4)]
    steps = max(part.event.shape[1] for part in parts)
    padded = {
        name: np.concatenate(
            [
                np.pad(getattr(part, name), ((0, 0), (0, steps - part.event.shape[1])))
                for part in parts
            ]
        )
        for name in ("event", "duration", "item", "answer")
    }
    mixed = Schedule(**padded)
    reports = np.array([[1, 2, 3, 4], [2, 1, 0, 0], [4, 0, 3, -1]])
    log_p = model.log_likelihood(mixed, reports)
    for row, part in enumerate(parts):
        n = part.n_responses
        alone = model.log_likelihood(part, reports[[row], :n])
        assert log_p[row, :n].numpy() == pytest.approx(alone[0].numpy())
    assert log_p[1, 2:].tolist() == [0.0, 0.0]
    recalled = model.recall(mixed, np.random.default_rng(0))
    assert recalled.shape == (3, 4) and (recalled[1, 2:] == 0).all()


# -- derivatives, batches, devices


def test_derivatives(model, rng):
    schedule, reports = lists_of(5, 30), rng.integers(-1, 6, (30, 5))
    observed = model.observe(schedule, reports)
    start = searched(model)

    def nll(*values):
        return replace(model, **dict(zip(start, values, strict=True))).choice_nll(observed)

    values = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in start.values()]
    assert nll(*values).dtype == torch.float64 and nll(*values).ndim == 0
    assert torch.autograd.gradcheck(nll, values)


@pytest.mark.parametrize("change", [{"suppression": 1.0}, {"r_s": 0.0}, {"theta_x": None}])
def test_derivatives_at_the_ends_of_ranges(model, change, rng):
    """Where fits end up: no derivative is NaN."""
    reports = rng.integers(0, 6, (30, 5))
    observed = model.observe(lists_of(5, 30), reports)
    at_end = replace(model, **change)
    start = searched(at_end)
    values = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in start.values()]
    replaced = replace(at_end, **dict(zip(start, values, strict=True)))
    slopes = torch.autograd.grad(replaced.choice_nll(observed), values)
    assert all(bool(torch.isfinite(slope)) for slope in slopes)


def test_positions_that_coincide_have_derivatives(rng):
    """With S = E = 1 all positions are one, where distance has no slope of its own."""
    S, E = (torch.tensor(1.0, dtype=torch.float64, requires_grad=True) for _ in range(2))
    model = replace(MODELS["SEM"][0], S=S, E=E)
    nll = model.choice_nll(model.observe(lists_of(5, 9), rng.integers(0, 6, (9, 5))))
    assert all(bool(torch.isfinite(slope)) for slope in torch.autograd.grad(nll, [S, E]))


def test_many_parameter_vectors_at_once(model, rng):
    observed = model.observe(lists_of(5, 30), rng.integers(-1, 6, (30, 5)))
    start = torch.tensor([*searched(model).values()], dtype=torch.float64)
    stack = start * torch.linspace(0.8, 1.0, 4, dtype=torch.float64)[:, None]
    names = [*searched(model)]

    def nll(point):
        return replace(model, **dict(zip(names, point.unbind(), strict=True))).choice_nll(observed)

    together = torch.vmap(nll)(stack)
    assert together.numpy() == pytest.approx([float(nll(point)) for point in stack])


def test_runs_on_another_device(model, rng):
    with torch.device("meta"):
        observed = model.observe(lists_of(5, 30), rng.integers(-1, 6, (30, 5)))
        assert model.choice_nll(observed).device.type == "meta"


# -- simulation and likelihood are one model


def test_recalls_come_as_often_as_they_are_likely(model):
    """All reports of a two-item list: observed against expected shares, five standard errors."""
    n = 10_000
    schedule, every = lists_of(2, n), every_report(2)
    recalled = model.recall(schedule, np.random.default_rng(1))
    p = model.log_likelihood(lists_of(2, len(every)), every).sum(dim=1).exp().numpy()
    share = np.array([(recalled == report).all(axis=1).mean() for report in every])
    assert np.all(np.abs(share - p) < 5 * np.sqrt(p * (1 - p) / n) + 1e-9)


def test_the_same_seed_gives_the_same_reports(model):
    first, again = (model.recall(lists_of(6, 20), np.random.default_rng(7)) for _ in range(2))
    assert np.array_equal(first, again)


# -- theories nested in the joint model


@pytest.mark.parametrize(
    ("weight", "name"), [("w_o", "primacy"), ("w_p", "SEM"), ("w_c", "chaining")]
)
def test_a_joint_model_with_one_weight_is_that_theory(weight, name, rng):
    joint, theory = MODELS["joint"][0], MODELS[name][0]
    single = replace(joint, w_o=0.0, w_p=0.0, w_c=0.0)
    single = replace(single, **asdict(theory), **{weight: 1.0})
    reports = rng.integers(-1, 7, (40, 6))
    schedule = lists_of(6, 40)
    assert single.log_likelihood(schedule, reports).numpy() == pytest.approx(
        theory.log_likelihood(schedule, reports).numpy()
    )


# -- properties


@settings(deadline=None, max_examples=30)
@given(
    scale=st.floats(0.1, 10),
    report=st.lists(st.integers(-1, 5), min_size=5, max_size=5),
)
def test_a_common_scale_of_strengths_and_temperature_is_not_seen(scale, report):
    model = MODELS["primacy"][0]
    names = ("P", "step", "tau", "theta", "theta_x")
    scaled = replace(model, **{name: scale * getattr(model, name) for name in names})
    given, schedule = np.array([report]), lists_of(5)
    assert model.log_likelihood(schedule, given).numpy() == pytest.approx(
        scaled.log_likelihood(schedule, given).numpy()
    )


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 5), min_size=5, max_size=5))
def test_no_suppression_no_memory_of_the_report(report):
    """Without suppression place alone decides in the gradient and positional theories."""
    for name in ("primacy", "SEM"):
        model = replace(MODELS[name][0], suppression=0.0)
        both = np.array([report, [*report[:4][::-1], report[4]]])
        log_p = model.log_likelihood(lists_of(5, 2), both)
        assert float(log_p[0, 4]) == pytest.approx(float(log_p[1, 4]))


# -- bad input


@pytest.mark.parametrize(
    ("responses", "message"),
    [
        (np.array([[1, 2, 4]]), "list 0 has 3 items, but the response at place 3 is 4"),
        (np.array([[1, -2, 3]]), "response at place 2 is -2"),
        (np.array([[1, 2, 3, 1]]), "response at place 4 is 1.*one for each item of the list"),
        (np.array([[1.0, 2.0, 3.0]]), "whole numbers, got float64"),
        (np.array([1, 2, 3]), r"one row for each of the 1 lists.*shape \(3,\)"),
    ],
)
def test_reports_that_cannot_be(model, responses, message):
    with pytest.raises(ValueError, match=message):
        model.log_likelihood(lists_of(3), responses)
    with pytest.raises(ValueError, match=message):
        model.observe(lists_of(3), responses)


def test_missing_places_are_omissions(model):
    schedule = lists_of(3)
    short, full = (model.log_likelihood(schedule, np.array([r])) for r in ([1], [1, 0, 0]))
    assert torch.equal(short, full)
