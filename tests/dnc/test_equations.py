"""Each equation alone: its shape, and the limits in which its result is known."""

import inspect
from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from jaxtyping import TypeCheckError

from memsim.dnc import equations as eq

from .helpers import normal, one_hot, uniform

B, N, W, R = 2, 5, 3, 4
SHAPES = {
    "oneplus": ([(B, R)], (B, R)),
    "content_weighting": ([(B, N, W), (B, R, W), (B, R)], (B, R, N)),
    "retention": ([(B, R), (B, R, N)], (B, N)),
    "usage": ([(B, N)] * 3, (B, N)),
    "allocation_weighting_sort": ([(B, N)], (B, N)),
    "allocation_weighting_softmax": ([(B, N), (B,)], (B, N)),
    "write_weighting": ([(B, N), (B, N), (B,), (B,)], (B, N)),
    "erase_and_write": ([(B, N, W), (B, N), (B, W), (B, W)], (B, N, W)),
    "temporal_link": ([(B, N, N), (B, N), (B, N)], (B, N, N)),
    "precedence": ([(B, N), (B, N)], (B, N)),
    "forward_weighting": ([(B, N, N), (B, R, N)], (B, R, N)),
    "backward_weighting": ([(B, N, N), (B, R, N)], (B, R, N)),
    "read_weighting": ([(B, R, N)] * 3 + [(B, R, 3)], (B, R, N)),
    "read": ([(B, N, W), (B, R, N)], (B, R, W)),
    "storage_noise": ([(B, N, W), 0.1, (B, N, W)], (B, N, W)),
}

seeds = st.integers(0, 10**6)
usages = st.lists(st.floats(0, 1), min_size=1, max_size=8).map(
    lambda numbers: torch.tensor([numbers], dtype=torch.float64)
)
properties = settings(max_examples=50, deadline=None, derandomize=True)


def generator(seed):
    return torch.Generator().manual_seed(seed)


def weightings(rng, *shape):
    """At least 0 and summing to at most 1."""
    return uniform(rng, *shape[:-1], 1) * torch.softmax(3 * normal(rng, *shape), dim=-1)


def arguments(name, rng):
    return [uniform(rng, *s) if isinstance(s, tuple) else s for s in SHAPES[name][0]]


def test_every_equation_is_listed_here():
    functions = inspect.getmembers(eq, inspect.isfunction)
    assert {name for name, f in functions if f.__module__ == eq.__name__} == set(SHAPES)


@pytest.mark.parametrize("name", SHAPES)
def test_shapes_are_those_documented(rng, name):
    given_ = arguments(name, rng)
    kept = [a.clone() if torch.is_tensor(a) else a for a in given_]
    result = getattr(eq, name)(*given_)
    assert result.shape == SHAPES[name][1]
    assert result.dtype == torch.float64
    for a, k in zip(given_, kept, strict=True):
        assert torch.equal(a, k) if torch.is_tensor(a) else a == k


@pytest.mark.parametrize("name", [name for name in SHAPES if name != "oneplus"])
def test_other_shapes_are_refused(rng, name):
    first, *rest = arguments(name, rng)
    with pytest.raises(TypeCheckError):
        getattr(eq, name)(first[None], *rest)


def test_oneplus_at_known_points():
    x = torch.tensor([-1000.0, 0.0, 1000.0], dtype=torch.float64)
    expected = torch.tensor([1.0, 1 + torch.log(torch.tensor(2.0)), 1001.0], dtype=torch.float64)
    torch.testing.assert_close(eq.oneplus(x), expected)


# content


def test_content_of_an_empty_memory_is_everywhere_alike(rng):
    weighting = eq.content_weighting(
        torch.zeros(B, N, W, dtype=torch.float64), normal(rng, B, R, W), 10 * uniform(rng, B, R)
    )
    torch.testing.assert_close(weighting, torch.full_like(weighting, 1 / N))


def test_content_is_found_by_direction(rng):
    memory = normal(rng, 1, N, W)
    lengths = torch.tensor([0.1, 1.0, 100.0], dtype=torch.float64)
    keys = lengths[None, :, None] * memory[:, [2]]
    weighting = eq.content_weighting(memory, keys, torch.full((1, 3), 5000.0, dtype=torch.float64))
    expected = one_hot(2, 2, 2, n=N)[None]
    torch.testing.assert_close(weighting, expected, rtol=0, atol=1e-6)


def test_content_by_hand():
    memory = torch.tensor([[[3.0, 0.0], [0.0, 2.0], [-1.0, 0.0]]], dtype=torch.float64)
    key = torch.tensor([[[5.0, 0.0]]], dtype=torch.float64)
    strength = torch.tensor([[2.0]], dtype=torch.float64)
    expected = torch.tensor([2.0, 0.0, -2.0], dtype=torch.float64).softmax(0)[None, None]
    torch.testing.assert_close(
        eq.content_weighting(memory, key, strength), expected, rtol=0, atol=1e-6
    )


# usage


def test_free_gates_empty_the_location_read(rng):
    read = one_hot(3, n=N)[None]
    psi = eq.retention(torch.ones(1, 1, dtype=torch.float64), read)
    usage, write_weighting = uniform(rng, 1, N), weightings(rng, 1, N)
    emptied = eq.usage(usage, write_weighting, psi)
    kept = eq.usage(usage, write_weighting, torch.ones_like(psi))
    assert emptied[0, 3] == 0
    others = [0, 1, 2, 4]
    assert torch.equal(emptied[0, others], kept[0, others])


def test_each_head_frees_what_it_read():
    read = one_hot(0, 2, 4, n=N)[None]
    gates = torch.tensor([[1.0, 0.0, 0.5]], dtype=torch.float64)
    expected = torch.tensor([[0.0, 1.0, 1.0, 1.0, 0.5]], dtype=torch.float64)
    assert torch.equal(eq.retention(gates, read), expected)


@given(seed=seeds)
@properties
def test_usage_stays_in_range_and_grows_with_writing(seed):
    rng = generator(seed)
    before, psi = uniform(rng, B, N), torch.ones(B, N, dtype=torch.float64)
    after = eq.usage(before, weightings(rng, B, N), psi)
    assert (after >= before).all() and (after <= 1).all()


# allocation


@given(usage=usages)
@properties
def test_allocation_by_sort_is_what_the_usages_leave(usage):
    a = eq.allocation_weighting_sort(usage)
    assert (a >= 0).all() and (a <= 1).all()
    left = 1 - (1e-6 + (1 - 1e-6) * usage).prod()
    torch.testing.assert_close(a.sum(), left, rtol=0, atol=1e-12)
    assert a.sum() <= 1 + 1e-12


@given(usage=usages, strength=st.floats(1, 100))
@properties
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
@properties
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
@properties
def test_allocation_follows_locations_wherever_they_stand(seed):
    rng = generator(seed)
    usage, order = uniform(rng, B, N), torch.randperm(N, generator=rng)
    a = eq.allocation_weighting_sort(usage)
    torch.testing.assert_close(eq.allocation_weighting_sort(usage[:, order]), a[:, order])


# writing


@pytest.mark.parametrize("gate", [0.0, 0.25, 1.0])
def test_write_weighting_by_hand(gate):
    allocation, content = one_hot(0, n=N), one_hot(2, n=N)
    gates = torch.tensor([gate], dtype=torch.float64)
    half = torch.tensor([0.5], dtype=torch.float64)
    expected = 0.5 * (gate * allocation + (1 - gate) * content)
    torch.testing.assert_close(eq.write_weighting(allocation, content, gates, half), expected)
    assert torch.count_nonzero(eq.write_weighting(allocation, content, gates, 0 * half)) == 0


def test_a_full_write_replaces_its_row_alone(rng):
    memory, word = normal(rng, 1, N, W), normal(rng, 1, W)
    new = eq.erase_and_write(memory, one_hot(1, n=N), torch.ones_like(word), word)
    torch.testing.assert_close(new[0, 1], word[0])
    others = [0, 2, 3, 4]
    assert torch.equal(new[0, others], memory[0, others])


def test_nothing_written_changes_nothing(rng):
    memory, word = normal(rng, 1, N, W), normal(rng, 1, W)
    nowhere = torch.zeros(1, N, dtype=torch.float64)
    assert torch.equal(eq.erase_and_write(memory, nowhere, torch.ones_like(word), word), memory)


# links


def link_after(writes):
    """Link and precedence of an empty memory after writes (t, n), one after the other."""
    n = writes.shape[1]
    link = torch.zeros(1, n, n, dtype=torch.float64)
    p = torch.zeros(1, n, dtype=torch.float64)
    for write in writes[:, None]:
        link, p = eq.temporal_link(link, write, p), eq.precedence(p, write)
    return link, p


@given(order=st.permutations(range(N)), length=st.integers(1, N))
@properties
def test_one_hot_writes_leave_their_order_in_the_link(order, length):
    order = order[:length]
    link, p = link_after(one_hot(*order, n=N))
    expected = torch.zeros(1, N, N, dtype=torch.float64)
    for earlier, later in pairwise(order):
        expected[0, later, earlier] = 1
    assert torch.equal(link, expected)
    assert torch.equal(p, one_hot(order[-1], n=N))

    for earlier, later in pairwise(order):
        at = one_hot(earlier, later, n=N)[None]
        assert torch.equal(eq.forward_weighting(link, at)[0, 0], at[0, 1])
        assert torch.equal(eq.backward_weighting(link, at)[0, 1], at[0, 0])


def test_a_location_written_again_moves_to_the_end():
    link, _ = link_after(one_hot(0, 1, 2, 1, n=3))
    expected = torch.zeros(1, 3, 3, dtype=torch.float64)
    expected[0, 1, 2] = 1
    assert torch.equal(link, expected)


@given(seed=seeds, n_steps=st.integers(1, 12))
@properties
def test_links_and_precedence_are_weightings(seed, n_steps):
    link, p = link_after(weightings(generator(seed), n_steps, N))
    assert torch.count_nonzero(link.diagonal(dim1=1, dim2=2)) == 0
    assert (link >= 0).all()
    assert (link.sum(dim=1) <= 1 + 1e-12).all()
    assert (link.sum(dim=2) <= 1 + 1e-12).all()
    assert (p >= 0).all() and (p.sum() <= 1 + 1e-12)


def test_nothing_written_keeps_links_and_precedence(rng):
    link, p = link_after(weightings(rng, 4, N))
    nowhere = torch.zeros(1, N, dtype=torch.float64)
    assert torch.equal(eq.temporal_link(link, nowhere, p), link)
    assert torch.equal(eq.precedence(p, nowhere), p)


# reading


@pytest.mark.parametrize("mode", [0, 1, 2])
def test_modes_stand_for_backward_content_forward(rng, mode):
    three = [weightings(rng, B, R, N) for _ in range(3)]
    modes = one_hot(mode, n=3).expand(B, R, 3)
    assert torch.equal(eq.read_weighting(*three, modes), three[mode])


def test_a_read_of_one_location_is_its_word(rng):
    memory = normal(rng, 1, N, W)
    assert torch.equal(eq.read(memory, one_hot(4, 0, n=N)[None]), memory[:, [4, 0]])


# noise


def test_noise_grows_with_the_row_and_spares_empty_ones(rng):
    memory, z = normal(rng, 1, N, W), normal(rng, 1, N, W)
    memory[0, 2] = 0
    noise = eq.storage_noise(memory, 0.3, z) - memory
    assert torch.count_nonzero(noise[0, 2]) == 0
    assert (noise[0, [0, 1, 3, 4]] != 0).all()
    doubled = eq.storage_noise(2 * memory, 0.3, z) - 2 * memory
    torch.testing.assert_close(doubled, 2 * noise)
    stronger = eq.storage_noise(memory, 0.6, z) - memory
    torch.testing.assert_close(stronger, 2 * noise)


def test_noise_has_the_stated_share_of_the_rows_root_mean_square(rng):
    memory = torch.zeros(1, 2, 10_000, dtype=torch.float64)
    memory[0, 0], memory[0, 1] = 3.0, -0.01
    noise = eq.storage_noise(memory, 0.1, normal(rng, 1, 2, 10_000)) - memory
    expected = torch.tensor([0.3, 0.001], dtype=torch.float64)
    torch.testing.assert_close(noise[0].std(dim=1), expected, rtol=0.03, atol=0)
