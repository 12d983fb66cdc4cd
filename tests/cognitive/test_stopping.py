"""Stop rules estimated from recalls."""

from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from memsim.cognitive import CMR, ExponentialStop, SaturatedStop
from memsim.cognitive.stopping import stop_counts, stop_nll

from .helpers import immediate, murdock


def lists(max_items=6):
    """Recalls before the stop, and list lengths."""
    one = st.integers(1, max_items).flatmap(
        lambda length: st.tuples(st.integers(0, length), st.just(length))
    )
    return st.lists(one, min_size=1, max_size=8).map(lambda pairs: np.array(pairs).T)


def loop_nll(hazard, n_recalled, list_length):
    total = 0.0
    for n, length in zip(n_recalled, list_length, strict=True):
        total -= sum(np.log(1 - hazard[k]) for k in range(n))
        if n < length:
            total -= np.log(hazard[n])
    return total


@given(lists())
def test_nll_agrees_with_loops(data):
    n_recalled, list_length = data
    hazard = np.linspace(0.1, 0.7, 6)
    nll = stop_nll(SaturatedStop(tuple(hazard)), n_recalled, list_length)
    assert float(nll) == pytest.approx(loop_nll(hazard, n_recalled, list_length))


def test_nll_is_the_stop_part_of_the_likelihood(rng):
    model = CMR.preset("CMR-10")
    schedule = immediate(10, n_lists=20)
    recalled = model.recall(schedule, rng)
    whole, choice = model.log_likelihood(schedule, recalled), model.log_choice(schedule, recalled)
    nll = stop_nll(model.stop, np.count_nonzero(recalled, axis=1), 10)
    assert float(nll) == pytest.approx(float(choice.sum() - whole.sum()))


@given(lists())
def test_a_saturated_rule_says_what_lists_did(data):
    n_recalled, list_length = data
    hazard = SaturatedStop.estimate(n_recalled, list_length).probability
    assert len(hazard) == list_length.max()
    for k, h in enumerate(hazard):
        got_there = [n for n, length in data.T if n >= k and length > k]
        expected = got_there.count(k) / len(got_there) if got_there else 0.5
        assert h == pytest.approx(expected)


def test_lists_counted_beforehand():
    rule = SaturatedStop.estimate(np.array([0, 1, 1, 1]), 3, prior=0.5)
    assert rule.probability == pytest.approx((1.5 / 5, 3.5 / 4, 0.5))


@pytest.mark.parametrize("truth", list(product([0.02, 0.2], [0.0, 0.3, 0.9])))
def test_an_exponential_rule_is_recovered(truth, rng):
    hazard = ExponentialStop(*truth).hazard(12).numpy()
    n_recalled = (rng.random((40000, 13)) < hazard).argmax(axis=1)
    rule = ExponentialStop.estimate(n_recalled, 12)
    got_there = np.bincount(n_recalled, minlength=13)[::-1].cumsum()[::-1]
    likely = got_there[:12] > 400
    estimated = rule.hazard(12).numpy()
    np.testing.assert_allclose(estimated[:12][likely], hazard[:12][likely], atol=0.03)
    assert float(stop_nll(rule, n_recalled, 12)) <= float(
        stop_nll(ExponentialStop(*truth), n_recalled, 12)
    )


def test_two_hazards_fit_an_exponential_exactly():
    n_recalled = np.array([0, 1, 1, 2])
    rule = ExponentialStop.estimate(n_recalled, 2)
    assert rule.theta_s == pytest.approx(1 / 4, abs=1e-5)
    assert rule.theta_r == pytest.approx(np.log(8 / 3), abs=1e-4)


def test_an_exponential_rule_never_beats_a_saturated_one_nor_loses_to_a_search(rng):
    """Lists that all go on past where the hazard would reach 1 make false optima."""
    for _ in range(5):
        n_recalled = np.minimum(rng.poisson(5, 60) + 10 * (rng.random(60) < 0.05), 20)
        rule = ExponentialStop.estimate(n_recalled, 20)
        best = float(stop_nll(rule, n_recalled, 20))
        assert best >= float(stop_nll(SaturatedStop.estimate(n_recalled, 20), n_recalled, 20))
        theta_s, theta_r = np.exp(rng.uniform(-10, 0, 3000)), rng.uniform(0, 1.5, 3000)
        hazard = (theta_s * np.exp(theta_r * np.arange(20)[:, None])).clip(1e-6, 1 - 1e-6).T
        went_on, stopped = stop_counts(n_recalled, 20)
        searched = -(np.log(hazard) @ stopped + np.log1p(-hazard) @ went_on)
        assert best <= searched.min()


@pytest.mark.parametrize(("n", "edge"), [(0, 1.0), (4, 0.0)])
def test_lists_all_alike(n, edge):
    """Nothing is ever recalled, or everything."""
    for rule in (ExponentialStop, SaturatedStop):
        stop = rule.estimate(np.full(30, n), 4)
        assert float(stop.hazard(4)[0]) == pytest.approx(edge, abs=1e-3)
        assert float(stop_nll(stop, np.full(30, n), 4)) == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize(
    ("condition", "exponential", "saturated"),
    [("10-2", 2418.742, 2266.873), ("20-1", 2845.10, 2515.0)],
)
def test_golden_numbers(condition, exponential, saturated):
    n_recalled = np.count_nonzero(murdock(condition), axis=1)
    list_length = int(condition.split("-")[0])
    for rule, golden in ((ExponentialStop, exponential), (SaturatedStop, saturated)):
        nll = stop_nll(rule.estimate(n_recalled, list_length), n_recalled, list_length)
        assert float(nll) == pytest.approx(golden, abs=0.05)


@pytest.mark.parametrize(
    ("n_recalled", "message"),
    [
        ([], r"one or more lists, got float64 of shape \(0,\)"),
        ([1.0], "whole number of recalls"),
        ([0, 4], "list 1 has 4 recalls of 3 items; repetitions and intrusions do not count"),
        ([-1], "list 0 has -1 recalls"),
    ],
)
def test_bad_input(n_recalled, message):
    for rule in (ExponentialStop, SaturatedStop):
        with pytest.raises(ValueError, match=message):
            rule.estimate(np.array(n_recalled), 3)
    with pytest.raises(ValueError, match=message):
        stop_nll(SaturatedStop((0.5,) * 3), np.array(n_recalled), 3)


def test_bad_prior():
    with pytest.raises(ValueError, match="prior must be a number of lists, 0 or more, got -1"):
        SaturatedStop.estimate(np.array([1]), 3, prior=-1)


def test_gradient_is_the_slope():
    def nll(theta_s, theta_r):
        return stop_nll(ExponentialStop(theta_s, theta_r), np.array([0, 2, 3]), 4)

    start = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in (0.1, 0.3)]
    assert torch.autograd.gradcheck(nll, start)
