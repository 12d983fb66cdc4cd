import math
from dataclasses import replace
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import least_squares, minimize

from memsim.cognitive import PRESETS, SIMPLE
from memsim.cognitive.free_recall.phases import study_phases
from memsim.cognitive.free_recall.simple import seconds_to_end
from memsim.fitting import People, fit

from ..helpers import immediate, murdock, schedule_of, spc

CONDITIONS = {"10-2": 5.82, "15-2": 7.67, "20-2": 7.80, "20-1": 6.03, "30-1": 8.38, "40-1": 8.45}
# fmt: off
PUBLISHED = {
    "10-2": [.64, .50, .43, .43, .45, .49, .55, .63, .76, .96],
    "20-1": [.29, .23, .18, .16, .15, .14, .14, .15, .15, .16,
             .18, .19, .22, .25, .29, .35, .44, .57, .80, 1.00],
}
# fmt: on
SMALL = SIMPLE(c=6.0, t=0.6, s=7.0, w=3.0)


def lists_of(condition, n_lists=1):
    length, seconds = condition.split("-")
    return immediate(int(length), n_lists, float(seconds))


def plain(c, t, s, times):
    """P of each item, in plain loops."""
    p = [0.0] * len(times)
    for probe in times:
        near = [math.exp(-c * abs(math.log(probe) - math.log(time))) for time in times]
        for j, eta in enumerate(near):
            p[j] += 1 / (1 + math.exp(-s * (eta / sum(near) - t)))
    return [min(1.0, each) for each in p]


@pytest.mark.parametrize("condition", CONDITIONS)
def test_published_sets(condition):
    curve = SIMPLE.preset(f"SIMPLE-{condition}").spc(lists_of(condition))[0].numpy()
    assert curve.sum() == pytest.approx(CONDITIONS[condition], abs=0.006)
    if condition in PUBLISHED:
        np.testing.assert_allclose(curve, PUBLISHED[condition], atol=0.006)
    assert PRESETS[f"SIMPLE-{condition}"].fitted_to == f"murdock1962/{condition}"


@pytest.mark.parametrize(
    ("condition", "published", "refitted", "rmsd"),
    [
        ("20-1", 0.070, (11.09, 0.391, 16.56), 0.046),
        ("30-1", 0.052, (9.88, 0.301, 21.35), 0.049),
        ("40-1", 0.042, (12.41, 0.303, 23.10), 0.041),
    ],
)
def test_distance_to_people(condition, published, refitted, rmsd):
    length = int(condition.split("-")[0])
    people = spc(murdock(condition), length)
    model = SIMPLE.preset(f"SIMPLE-{condition}")
    schedule = lists_of(condition)

    def distance(parameters):
        c, t, s = parameters
        return replace(model, c=c, t=t, s=s).spc(schedule)[0].numpy() - people

    def root_mean_square(values):
        return np.sqrt((values**2).mean())

    assert root_mean_square(distance((model.c, model.t, model.s))) == pytest.approx(
        published, abs=0.001
    )
    found = least_squares(distance, (model.c, model.t, model.s), bounds=([1, 0.01, 1], [50, 1, 90]))
    assert root_mean_square(found.fun) == pytest.approx(rmsd, abs=0.001)
    np.testing.assert_allclose(found.x, refitted, rtol=0.01)


def test_agrees_with_loops():
    phase = [
        ("study", 1.0),
        ("distractor", 3.0),
        ("study", 2.0),
        ("study", 0.5),
        ("distractor", 4.0),
    ]
    phases = [phase, [("study", 1.5)] * 4]
    times = [[13.5, 9.5, 7.5], [9.0, 7.5, 6.0, 4.5]]
    curves = SMALL.spc(schedule_of(*phases)).numpy()
    for curve, time in zip(curves, times, strict=True):
        expected = plain(SMALL.c, SMALL.t, SMALL.s, time)
        np.testing.assert_allclose(curve[: len(time)], expected, rtol=1e-12)
        assert (curve[len(time) :] == 0).all()


@given(
    st.floats(0.5, 20), st.floats(0.1, 0.9), st.floats(1, 40), st.floats(0.1, 10), st.integers(1, 9)
)
def test_only_ratios_of_times_count(c, t, s, scale, n):
    model = SIMPLE(c=c, t=t, s=s, w=2.0)
    scaled = replace(model, w=2.0 * scale)
    np.testing.assert_allclose(
        model.spc(immediate(n, seconds=1.0)), scaled.spc(immediate(n, seconds=scale)), rtol=1e-9
    )


def test_a_single_word_or_words_all_alike():
    # one word: D = 1; with c near 0 all words are alike: D = 1 / L, and L probes for each
    one = SMALL.spc(immediate(1)).item()
    assert one == pytest.approx(1 / (1 + math.exp(-SMALL.s * (1 - SMALL.t))))
    alike = replace(SMALL, c=1e-12).spc(immediate(5))
    expected = min(1, 5 / (1 + math.exp(-SMALL.s * (1 / 5 - SMALL.t))))
    np.testing.assert_allclose(alike, np.full((1, 5), expected), rtol=1e-9)


def test_delay_lowers_recency_and_length_lowers_the_middle():
    model = SIMPLE.preset("SIMPLE-20-1")
    words = [("study", 1.0)] * 20
    now, later = model.spc(schedule_of(words, [*words, ("distractor", 60.0)]))
    assert later[-1] < now[-1] - 0.3 and later[-1] < later[0] + 0.1
    long = model.spc(immediate(40))[0]
    assert long[20] < now[10] and long[0] < now[0]
    torch.testing.assert_close(long[-1], now[-1], atol=0.01, rtol=0)


def sequences(n_items):
    items = range(1, n_items + 1)
    every = [p for n in range(n_items + 1) for p in permutations(items, n)]
    return np.array([p + (0,) * (n_items - len(p)) for p in every])


def test_probabilities_of_all_recalls_sum_to_one():
    every = sequences(4)
    schedule = immediate(4, len(every))
    assert SMALL.log_likelihood(schedule, every).sum(dim=1).exp().sum().item() == pytest.approx(1)


def test_simulation_and_likelihood_agree(rng):
    every = sequences(3)
    n = 40000
    p = SMALL.log_likelihood(immediate(3, len(every)), every).sum(dim=1).exp().numpy()
    recalled = SMALL.recall(immediate(3, n), rng)
    found = np.array([(recalled == one).all(axis=1).mean() for one in every])
    assert found.sum() == pytest.approx(1)
    assert (np.abs(found - p) <= 5 * np.sqrt(p * (1 - p) / n)).all()


def test_fit_takes_the_same_likelihood(rng):
    schedule = schedule_of([("study", 1.0)] * 4, [("study", 2.0)] * 3, [("study", 1.0)] * 4)
    recalled = np.array([[4, 2, 0, 0], [1, 3, 2, 0], [0, 0, 0, 0]])
    nll = SMALL.choice_nll(SMALL.observe(schedule, recalled))
    assert nll.shape == () and nll.dtype == torch.float64
    assert nll.item() == pytest.approx(-SMALL.log_likelihood(schedule, recalled).sum().item())
    # by hand: each list by itself, and 2, 6 and 1 orders
    expected = math.log(2) + math.log(6)
    for times, said in (([7, 6, 5, 4], {1, 3}), ([9, 7, 5], {0, 1, 2}), ([7, 6, 5, 4], set())):
        p = plain(SMALL.c, SMALL.t, SMALL.s, times)
        expected -= sum(math.log(q if i in said else 1 - q) for i, q in enumerate(p))
    assert nll.item() == pytest.approx(expected, rel=1e-9)


def test_nothing_is_impossible_to_the_likelihood():
    # without a threshold to speak of all words are recalled for certain; one was not
    sure = replace(SMALL, t=1e-6, s=50.0)
    assert (sure.spc(immediate(3)) == 1).all()
    nll = sure.choice_nll(sure.observe(immediate(3), np.array([[2, 1, 0]])))
    assert nll.item() == pytest.approx(-math.log(1e-4) - 2 * math.log(1 - 1e-4) + math.log(2))


def observed():
    rng = np.random.default_rng(4)
    return SIMPLE.observe(immediate(5, 30), SMALL.recall(immediate(5, 30), rng))


def nll_of(point):
    c, t, s, w = point.unbind()
    return SIMPLE(c=c, t=t, s=s, w=w).choice_nll(OBSERVED)


OBSERVED = observed()


def test_gradient_and_many_points_at_once():
    point = torch.tensor([6.0, 0.6, 7.0, 3.0], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(nll_of, (point,))
    points = point.detach() * torch.tensor([[1.0], [0.8], [1.2]], dtype=torch.float64)
    one_by_one = torch.stack([nll_of(each) for each in points])
    torch.testing.assert_close(torch.vmap(nll_of)(points), one_by_one)


def test_moves_to_another_device():
    with torch.device("meta"):
        assert nll_of(torch.zeros(4)).device.type == "meta"


def test_recovers_its_parameters(rng):
    truth = SIMPLE.preset("SIMPLE-20-1")
    schedule = immediate(20, 20000)
    counts = SIMPLE.observe(schedule, truth.recall(schedule, rng))

    def nll(point):
        c, t, s = point
        return replace(truth, c=c, t=t, s=s).choice_nll(counts).item()

    found = minimize(nll, (8.0, 0.5, 10.0), method="Nelder-Mead", options={"maxiter": 2000})
    assert found.success
    np.testing.assert_allclose(found.x, (truth.c, truth.t, truth.s), rtol=0.03)


def test_fits_as_other_theories_do(rng):
    truth = SIMPLE.preset("SIMPLE-10-2")
    schedule = immediate(10, 5000, seconds=2.0)
    labels = pd.DataFrame({"subject": 1, "list": np.arange(1, 5001)})
    people = People(schedule, truth.recall(schedule, rng), labels)
    fits = fit(replace(truth, c=5.0, t=0.3), people, n_starts=2)
    fitted = fits.models[1]
    assert fits.table["converged"].all() and fitted.w == truth.w
    np.testing.assert_allclose((fitted.c, fitted.t, fitted.s), (12.10, 0.53, 8.98), rtol=0.1)


def test_end_of_the_list_in_seconds():
    (phase,) = study_phases(schedule_of([("study", 1.0), ("distractor", 3.0), ("study", 2.0)]))
    assert seconds_to_end(phase).tolist() == [6.0, 2.0]


def test_bad_input():
    with pytest.raises(ValueError, match=r"t must be a number in \(0, 1\), got 1.5"):
        replace(SMALL, t=1.5)
    with pytest.raises(ValueError, match="shown for 0 s"):
        SMALL.spc(schedule_of([("study", 1.0), ("study", 0.0)]))
    for judge in (SMALL.observe, SMALL.log_likelihood):
        with pytest.raises(ValueError, match="list 0 holds a repetition"):
            judge(immediate(3), np.array([[2, 2, 0]]))
        with pytest.raises(ValueError, match="a position beyond its end"):
            judge(immediate(3), np.array([[4, 0, 0]]))
