import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memsim.cognitive.free_recall.race import race

from .reference_cmr2 import race as reference_race

QUIET = {"kappa": 0.0, "lam": 0.0, "eta": 0.0, "step": 0.1}


@settings(deadline=None)  # loops take their time, and the first call is compiled
@given(
    seed=st.integers(0, 10**6),
    n_items=st.integers(1, 6),
    kappa=st.floats(0, 1),
    lam=st.floats(0, 1),
    eta=st.floats(0, 1),
    step=st.floats(0.01, 0.5),
)
def test_agrees_with_loops(seed, n_items, kappa, lam, eta, step):
    numbers = np.random.default_rng(seed)
    support = numbers.uniform(0, 1, (3, n_items))
    threshold = numbers.uniform(0.5, 2, (3, n_items))
    blocked = numbers.random((3, n_items)) < 0.3
    parameters = {"kappa": kappa, "lam": lam, "eta": eta, "step": step}
    max_steps = np.array([50, 5, 100])
    winner, steps = race(
        support, threshold, max_steps, np.random.default_rng(seed), blocked=blocked, **parameters
    )
    rng = np.random.default_rng(seed)
    for i in range(3):
        expected, took = reference_race(
            support[i], threshold[i], max_steps[i], rng, blocked=blocked[i], **parameters
        )
        assert (winner[i], steps[i]) == (-1 if expected is None else expected, took)


def test_a_leaky_integrator_without_noise_has_a_closed_form(rng):
    support, kappa = np.array([[0.5], [0.9]]), 0.4
    _, steps = race(support, np.ones((2, 1)), np.full(2, 999), rng, **QUIET | {"kappa": kappa})
    # x_n = (f / kappa) (1 - (1 - kappa step)^n), first at 1
    n = np.log(1 - kappa / support[:, 0]) / np.log(1 - kappa * 0.1)
    np.testing.assert_array_equal(steps, np.ceil(n))


def test_below_its_asymptote_a_threshold_is_never_reached(rng):
    winner, steps = race(
        np.array([[0.5]]), np.array([[1.3]]), np.array([10_000]), rng, **QUIET | {"kappa": 0.4}
    )
    assert (winner.tolist(), steps.tolist()) == ([-1], [10_000])


def test_time_of_one_accumulator_is_that_of_drifted_brownian_motion(rng):
    n, drift, eta, step = 4000, 2.0, 0.3, 0.01
    _, steps = race(
        np.full((n, 1), drift),
        np.ones((n, 1)),
        np.full(n, 10_000),
        rng,
        kappa=0.0,
        lam=0.0,
        eta=eta,
        step=step,
    )
    # first passage of a: mean a / v, variance a s^2 / v^3; a walk in steps overshoots as if the
    # threshold were higher by .5826 standard deviations of a step (Siegmund, 1985)
    threshold = 1 + 0.5826 * eta * np.sqrt(step)
    time = steps * step
    standard_error = np.sqrt(threshold * eta**2 / drift**3 / n)
    assert abs(time.mean() - threshold / drift) < 5 * standard_error
    assert time.std() == pytest.approx(np.sqrt(threshold * eta**2 / drift**3), rel=0.08)


def test_equal_items_win_equally_often(rng):
    n = 6000
    winner, _ = race(
        np.full((n, 3), 0.8),
        np.ones((n, 3)),
        np.full(n, 5000),
        rng,
        kappa=0.2,
        lam=0.3,
        eta=0.4,
        step=0.05,
    )
    share = np.bincount(winner, minlength=3) / n
    assert (np.abs(share - 1 / 3) < 5 * np.sqrt(2 / 9 / n)).all()


def test_the_one_farthest_beyond_its_threshold_wins(rng):
    support = np.array([[1.5, 2.0, 1.7]])
    winner, steps = race(support, np.full((1, 3), 0.1), np.array([9]), rng, **QUIET)
    assert (winner.tolist(), steps.tolist()) == ([1], [1])
    winner, _ = race(support, np.array([[0.1, 0.19, 0.1]]), np.array([9]), rng, **QUIET)
    assert winner.tolist() == [2]


def test_blocked_items_compete_but_do_not_win(rng):
    support, threshold = np.array([[5.0, 0.9]]), np.ones((1, 2))
    numbers = QUIET | {"lam": 0.5}
    strong = np.array([[True, False]])
    alone = race(support[:, 1:], threshold[:, 1:], np.array([1000]), rng, **numbers)
    both = race(support, threshold, np.array([1000]), rng, blocked=strong, **numbers)
    assert (alone[0].tolist(), both[0].tolist()) == ([0], [1])
    assert both[1] > alone[1]
    free = race(support, threshold, np.array([1000]), rng, **numbers)
    assert free[0].tolist() == [0]


def test_shapes_that_disagree_are_told(rng):
    with pytest.raises(ValueError, match=r"got \(2, 3\), \(2, 2\), \(2, 3\) and \(2,\)"):
        race(np.ones((2, 3)), np.ones((2, 2)), np.array([5, 5]), rng, **QUIET)
    with pytest.raises(ValueError, match="max_steps have one number per list"):
        race(np.ones((2, 3)), np.ones((2, 3)), np.array([5]), rng, **QUIET)
