"""Each equation alone: its shape, and the limits in which its result is known.

For allocation there is test_allocation.py, for links and reads test_links.py.
"""

import inspect

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from jaxtyping import TypeCheckError

from memsim.dnc import equations as eq

from .helpers import generator, normal, one_hot, properties, seeds, tensor, uniform, weightings

B, N, W, R, H, K = 2, 5, 3, 4, 2, 3
SHAPES = {
    "oneplus": ([(B, R)], (B, R)),
    "content_weighting": ([(B, N, W), (B, R, W), (B, R), (B, R, W)], (B, R, N)),
    "retention": ([(B, R), (B, R, N)], (B, N)),
    "written_by_any": ([(B, H, N)], (B, N)),
    "usage": ([(B, N)] * 3, (B, N)),
    "allocation_weighting_sort": ([(B, N)], (B, N)),
    "allocation_weighting_softmax": ([(B, N), (B,)], (B, N)),
    "usage_once_allocated": ([(B, N), (B, N), (B,), (B,)], (B, N)),
    "write_weighting": ([(B, N), (B, N), (B,), (B,)], (B, N)),
    "deallocate": ([(B, N, W), (B, N)], (B, N, W)),
    "erase_and_write": ([(B, N, W), (B, H, N), (B, H, W), (B, H, W)], (B, N, W)),
    "temporal_link": ([(B, N, N), (B, N), (B, N)], (B, N, N)),
    "precedence": ([(B, N), (B, N)], (B, N)),
    "forward_weighting": ([(B, H, N, N), (B, R, N)], (B, H, R, N)),
    "backward_weighting": ([(B, H, N, N), (B, R, N)], (B, H, R, N)),
    "sharpen": ([(B, R, N), (B, R)], (B, R, N)),
    "read_weighting": (
        [(B, H, R, N), (B, R, N), (B, H, R, N), (B, R, 2 * H + 1)],
        (B, R, N),
    ),
    "read": ([(B, N, W), (B, R, N)], (B, R, W)),
    "gate_blocks": ([(B, K, R, W), (B, R, K)], (B, R, W)),
}
BLOCKLESS = [name for name in SHAPES if name != "gate_blocks"]


def arguments(name, rng):
    return [uniform(rng, *shape) for shape in SHAPES[name][0]]


def test_every_equation_is_listed_here():
    functions = inspect.getmembers(eq, inspect.isfunction)
    here = {name for name, f in functions if f.__module__ == eq.__name__}
    assert {name for name in here if not name.startswith("_")} == set(SHAPES)


@pytest.mark.parametrize("name", SHAPES)
def test_shapes_are_those_documented(rng, name):
    given_ = arguments(name, rng)
    kept = [argument.clone() for argument in given_]
    result = getattr(eq, name)(*given_)
    assert result.shape == SHAPES[name][1]
    assert result.dtype == torch.float64
    assert all(map(torch.equal, given_, kept))


@pytest.mark.parametrize("name", BLOCKLESS)
def test_items_and_blocks_do_not_mix(rng, name):
    """All dimensions before those of an equation are alike, and each entry is alone in them."""
    alone = [arguments(name, rng) for _ in range(6)]
    together = getattr(eq, name)(
        *(torch.stack(of_all).unflatten(0, (2, 3)) for of_all in zip(*alone, strict=True))
    )
    for each, result in zip(alone, together.flatten(0, 1), strict=True):
        torch.testing.assert_close(result, getattr(eq, name)(*each))


@pytest.mark.parametrize("name", SHAPES)
def test_other_shapes_are_refused(rng, name):
    first, *rest = arguments(name, rng)
    if rest:  # otherwise there is nothing for it not to fit
        with pytest.raises(TypeCheckError):
            getattr(eq, name)(first[None], *rest)
    with pytest.raises(TypeCheckError):
        getattr(eq, name)(first.int(), *rest)


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


@pytest.mark.parametrize("strength", [0.0, 1.5])
def test_content_by_loops(rng, strength):
    memory, keys, masks = normal(rng, N, W), normal(rng, R, W), uniform(rng, R, W)
    strengths = torch.full((R,), strength, dtype=torch.float64)
    expected = torch.empty(R, N, dtype=torch.float64)
    for r in range(R):
        for i in range(N):
            key, row = masks[r] * keys[r], masks[r] * memory[i]
            cosine = key @ row / (key.norm() * row.norm() + 1e-6)
            expected[r, i] = torch.exp(strength * cosine)
        expected[r] /= expected[r].sum()
    torch.testing.assert_close(eq.content_weighting(memory, keys, strengths, masks), expected)


def test_masks_hide_what_they_exclude():
    memory = tensor([1, 0, 9], [0, 1, 9], [-1, 0, 0])
    key, strength = tensor([1, 0, -9]), tensor(3)
    seen, all_hidden = tensor([1, 1, 0]), tensor([0, 0, 0])
    expected = (3 * tensor([1, 0, -1])).softmax(-1)
    found = eq.content_weighting(memory, key, strength, seen)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)
    nothing = eq.content_weighting(memory, key, strength, all_hidden)
    torch.testing.assert_close(nothing, tensor([1, 1, 1]) / 3)


def test_a_mask_of_ones_is_none(rng):
    memory, keys, strengths = normal(rng, B, N, W), normal(rng, B, R, W), 5 * uniform(rng, B, R)
    torch.testing.assert_close(
        eq.content_weighting(memory, keys, strengths, torch.ones_like(keys)),
        eq.content_weighting(memory, keys, strengths),
        rtol=0,
        atol=1e-14,
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


def test_free_gates_empty_all_that_is_read(rng):
    psi = eq.retention(torch.ones(1, N, dtype=torch.float64), one_hot(*range(N), n=N)[None])
    emptied = eq.usage(uniform(rng, 1, N), weightings(rng, 1, N), psi)
    assert torch.count_nonzero(emptied) == 0


def test_each_head_frees_what_it_read():
    read = one_hot(0, 2, 4, n=N)[None]
    gates = torch.tensor([[1.0, 0.0, 0.5]], dtype=torch.float64)
    expected = torch.tensor([[0.0, 1.0, 1.0, 1.0, 0.5]], dtype=torch.float64)
    assert torch.equal(eq.retention(gates, read), expected)


def test_written_by_any_by_hand():
    heads = tensor([0.5, 0.0, 1.0, 0.25], [0.5, 0.0, 0.3, 0.0])
    torch.testing.assert_close(eq.written_by_any(heads), tensor(0.75, 0.0, 1.0, 0.25))


def test_one_head_writes_where_it_writes(rng):
    head = weightings(rng, B, 1, N)
    torch.testing.assert_close(eq.written_by_any(head), head[:, 0])


def test_usage_by_hand():
    usage, written, psi = tensor(0.5, 0.5, 1.0), tensor(0.0, 0.5, 0.5), tensor(1.0, 0.5, 1.0)
    assert torch.equal(eq.usage(usage, written, psi), tensor(0.5, 0.375, 1.0))


@given(seed=seeds)
@properties(50)
def test_usage_stays_in_range_and_grows_with_writing(seed):
    rng = generator(seed)
    before, psi = uniform(rng, B, N), torch.ones(B, N, dtype=torch.float64)
    after = eq.usage(before, weightings(rng, B, N), psi)
    assert (after >= before).all() and (after <= 1).all()


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
    memory, word = normal(rng, 1, N, W), normal(rng, 1, 1, W)
    new = eq.erase_and_write(memory, one_hot(1, n=N)[None], torch.ones_like(word), word)
    torch.testing.assert_close(new[0, 1], word[0, 0])
    others = [0, 2, 3, 4]
    assert torch.equal(new[0, others], memory[0, others])


def test_nothing_written_changes_nothing(rng):
    memory, words = normal(rng, 1, N, W), normal(rng, 1, H, W)
    nowhere = torch.zeros(1, H, N, dtype=torch.float64)
    assert torch.equal(eq.erase_and_write(memory, nowhere, torch.ones_like(words), words), memory)


def test_all_heads_erase_and_then_all_write():
    memory = tensor([1.0, 1.0], [1.0, 1.0])
    where = tensor([1.0, 0.0], [0.5, 0.5])
    erase, write = tensor([0.5, 1.0], [1.0, 0.0]), tensor([10.0, 0.0], [0.0, 20.0])
    expected = tensor([0.25 + 10, 0.0 + 10], [0.5, 1.0 + 10])
    assert torch.equal(eq.erase_and_write(memory, where, erase, write), expected)


@given(seed=seeds, heads=st.integers(1, 4))
@properties(25)
def test_writing_by_loops(seed, heads):
    rng = generator(seed)
    memory, where = normal(rng, N, W), weightings(rng, heads, N)
    erase, write = uniform(rng, heads, W), normal(rng, heads, W)
    expected = memory.clone()
    for i in range(N):
        for w in range(W):
            for h in range(heads):
                expected[i, w] *= 1 - where[h, i] * erase[h, w]
            for h in range(heads):
                expected[i, w] += where[h, i] * write[h, w]
    torch.testing.assert_close(eq.erase_and_write(memory, where, erase, write), expected)


def test_what_is_freed_is_erased():
    memory = tensor([1.0, 2.0], [3.0, 4.0], [5.0, 6.0])
    expected = tensor([1.0, 2.0], [1.5, 2.0], [0.0, 0.0])
    assert torch.equal(eq.deallocate(memory, tensor(1.0, 0.5, 0.0)), expected)
