"""The two ways of finding unused locations, in the limits in which the answer is known."""

from math import log

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from memsim.dnc import equations as eq

from .helpers import generator, normal, one_hot, properties, seeds, tensor, uniform

B, N = 2, 5

usages = st.lists(st.floats(0, 1), min_size=1, max_size=8).map(
    lambda numbers: torch.tensor([numbers], dtype=torch.float64)
)


@given(usage=usages)
@properties(50)
def test_allocation_by_sort_is_what_the_usages_leave(usage):
    a = eq.allocation_weighting_sort(usage)
    assert (a >= 0).all() and (a <= 1).all()
    left = 1 - (1e-6 + (1 - 1e-6) * usage).prod()
    torch.testing.assert_close(a.sum(), left, rtol=0, atol=1e-12)
    assert a.sum() <= 1 + 1e-12


@given(usage=usages, strength=st.floats(1, 100))
@properties(50)
def test_allocation_by_softmax_sums_to_one(usage, strength):
    a = eq.allocation_weighting_softmax(usage, torch.tensor([strength], dtype=torch.float64))
    assert (a >= 0).all()
    torch.testing.assert_close(a.sum(), torch.ones_like(a.sum()))


def test_allocation_by_sort_by_hand():
    usage = torch.tensor([[0.5, 1.0, 0.25, 0.8]], dtype=torch.float64)
    expected = torch.tensor([[0.5 * 0.25, 0.0, 0.75, 0.2 * 0.25 * 0.5]], dtype=torch.float64)
    torch.testing.assert_close(eq.allocation_weighting_sort(usage), expected, rtol=0, atol=3e-6)


def test_allocation_of_a_full_memory():
    full = torch.ones(1, N, dtype=torch.float64)
    assert torch.count_nonzero(eq.allocation_weighting_sort(full)) == 0
    softmax = eq.allocation_weighting_softmax(full, torch.full((1,), 50.0, dtype=torch.float64))
    torch.testing.assert_close(softmax, full / N)


@given(seed=seeds)
@properties(50)
def test_strong_softmax_picks_the_location_that_the_sort_picks(seed):
    rng = generator(seed)
    usage = 0.1 + 0.9 * uniform(rng, 1, N)
    least = seed % N
    usage[0, least] = 0
    sort = eq.allocation_weighting_sort(usage)
    strong = torch.full((1,), 500.0, dtype=torch.float64)
    softmax = eq.allocation_weighting_softmax(usage, strong)
    torch.testing.assert_close(softmax, one_hot(least, n=N), rtol=0, atol=1e-12)
    torch.testing.assert_close(sort, softmax, rtol=0, atol=2e-6)


def test_at_ties_softmax_spreads_and_sort_takes_the_first():
    usage = torch.tensor([[0.7, 0.2, 0.2, 0.9]], dtype=torch.float64)
    strong = torch.full((1,), 500.0, dtype=torch.float64)
    half = torch.tensor([[0.0, 0.5, 0.5, 0.0]], dtype=torch.float64)
    softmax = eq.allocation_weighting_softmax(usage, strong)
    torch.testing.assert_close(softmax, half, rtol=0, atol=1e-12)
    sort = eq.allocation_weighting_sort(usage)
    expected = torch.tensor([[0.3 * 0.04, 0.8, 0.8 * 0.2, 0.1 * 0.028]], dtype=torch.float64)
    torch.testing.assert_close(sort, expected, rtol=0, atol=3e-6)


@given(seed=seeds)
@properties(50)
def test_allocation_follows_locations_wherever_they_stand(seed):
    rng = generator(seed)
    usage, order = uniform(rng, B, N), torch.randperm(N, generator=rng)
    a = eq.allocation_weighting_sort(usage)
    torch.testing.assert_close(eq.allocation_weighting_sort(usage[:, order]), a[:, order])


def test_allocation_by_softmax_by_hand():
    a = eq.allocation_weighting_softmax(tensor([1.0, 0.5, 0.0]), tensor(2 * log(3)))
    torch.testing.assert_close(a, tensor([1, 3, 9]) / 13)


@pytest.mark.parametrize("strength", [1.0, 500.0])
def test_of_an_empty_memory_softmax_takes_all_and_sort_one(strength):
    empty = torch.zeros(1, N, dtype=torch.float64)
    softmax = eq.allocation_weighting_softmax(empty, tensor(strength))
    torch.testing.assert_close(softmax, torch.full_like(empty, 1 / N))
    torch.testing.assert_close(
        eq.allocation_weighting_sort(empty), one_hot(0, n=N), rtol=0, atol=3e-6
    )


def sort_gradient(usage, weights, **how):
    usage = usage.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(weights @ eq.allocation_weighting_sort(usage, **how), usage)
    return gradient


@given(seed=seeds)
@properties(25)
def test_with_its_order_fixed_the_sort_has_its_true_gradient(seed):
    rng = generator(seed)
    usage, weights = torch.randperm(N, generator=rng) / N + 0.1 * uniform(rng, N), normal(rng, N)
    gradient, small = sort_gradient(usage, weights), 1e-6
    assert torch.equal(gradient, sort_gradient(usage, weights, gradient="order-fixed"))
    for i in range(N):
        up, down = usage + small * one_hot(i, n=N)[0], usage - small * one_hot(i, n=N)[0]
        rise = eq.allocation_weighting_sort(up) - eq.allocation_weighting_sort(down)
        slope = weights @ rise / (2 * small)
        torch.testing.assert_close(gradient[i], slope, rtol=0, atol=1e-8)


@given(seed=seeds)
@properties(25)
def test_identity_sends_the_gradient_of_the_jth_smallest_to_location_j(seed):
    rng = generator(seed)
    usage, weights = uniform(rng, N), normal(rng, N)
    by_rank = sort_gradient(usage, weights)[usage.argsort()]
    identity = sort_gradient(usage, weights, gradient="identity")
    torch.testing.assert_close(identity, by_rank, rtol=0, atol=1e-12)


def test_a_sort_without_gradient_sends_none():
    usage = tensor(0.5, 0.25).requires_grad_()
    assert not eq.allocation_weighting_sort(usage, "none").requires_grad


@pytest.mark.parametrize("gradient", ["identity", "none"])
@given(usage=usages)
@properties(25)
def test_gradients_leave_the_allocation_as_it_is(gradient, usage):
    torch.testing.assert_close(
        eq.allocation_weighting_sort(usage, gradient),
        eq.allocation_weighting_sort(usage),
        rtol=0,
        atol=1e-15,
    )


def test_what_is_allocated_is_in_use_for_the_next_head():
    usage, allocation = tensor([0.0, 0.5, 0.2]), tensor([0.75, 0.25, 0.0])
    half, whole = tensor(0.5), tensor(1.0)
    expected = tensor([0.375, 0.5625, 0.2])
    for gates in ((half, whole), (whole, half)):
        torch.testing.assert_close(eq.usage_once_allocated(usage, allocation, *gates), expected)
    nowhere = eq.usage_once_allocated(usage, allocation, whole, 0 * whole)
    assert torch.equal(nowhere, usage)
