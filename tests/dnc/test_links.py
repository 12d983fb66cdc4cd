"""Links, precedence and reads, each equation alone."""

from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from memsim.dnc import equations as eq

from .helpers import generator, normal, one_hot, properties, seeds, tensor, weightings

B, N, W, R = 2, 5, 3, 4


def link_after(writes):
    """Link and precedence of an empty memory after writes (t, n), one after the other."""
    n = writes.shape[1]
    link = torch.zeros(1, n, n, dtype=torch.float64)
    p = torch.zeros(1, n, dtype=torch.float64)
    for write in writes[:, None]:
        link, p = eq.temporal_link(link, write, p), eq.precedence(p, write)
    return link, p


@given(order=st.permutations(range(N)), length=st.integers(1, N))
@properties(50)
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
        assert torch.equal(eq.forward_weighting(link[:, None], at)[0, 0, 0], at[0, 1])
        assert torch.equal(eq.backward_weighting(link[:, None], at)[0, 0, 1], at[0, 0])


def test_a_location_written_again_moves_to_the_end():
    link, _ = link_after(one_hot(0, 1, 2, 1, n=3))
    expected = torch.zeros(1, 3, 3, dtype=torch.float64)
    expected[0, 1, 2] = 1
    assert torch.equal(link, expected)


@given(seed=seeds, n_steps=st.integers(1, 12))
@properties(50)
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


def test_links_by_loops(rng):
    link, p = link_after(weightings(rng, 4, N))
    w = weightings(rng, 1, N)
    expected = torch.zeros(1, N, N, dtype=torch.float64)
    for i in range(N):
        for j in range(N):
            if i != j:
                kept = (1 - w[0, i] - w[0, j]) * link[0, i, j]
                expected[0, i, j] = kept + w[0, i] * p[0, j]
    torch.testing.assert_close(eq.temporal_link(link, w, p), expected)


# reading


def test_each_write_head_has_links_of_its_own():
    link = torch.stack([link_after(one_hot(*order, n=3))[0][0] for order in ((0, 1, 2), (2, 0, 1))])
    at = one_hot(1, 2, n=3)  # two read heads
    end = torch.zeros(3, dtype=torch.float64)
    first, second, third = one_hot(0, 1, 2, n=3)
    expected = torch.stack([torch.stack([third, end]), torch.stack([end, first])])
    assert torch.equal(eq.forward_weighting(link, at), expected)
    expected = torch.stack([torch.stack([first, second]), torch.stack([first, end])])
    assert torch.equal(eq.backward_weighting(link, at), expected)


@pytest.mark.parametrize("heads", [1, 2, 3])
def test_modes_stand_for_backward_content_forward(rng, heads):
    backward, forward = weightings(rng, B, heads, R, N), weightings(rng, B, heads, R, N)
    content = weightings(rng, B, R, N)
    in_order = [*backward.unbind(1), content, *forward.unbind(1)]
    for mode, expected in enumerate(in_order):
        modes = one_hot(mode, n=len(in_order)).expand(B, R, -1)
        assert torch.equal(eq.read_weighting(backward, content, forward, modes), expected)


def test_modes_mix(rng):
    backward, content, forward = one_hot(0, 1, 2, n=N)
    modes = tensor([0.5, 0.3, 0.2], [0.0, 0.1, 0.9])
    weighting = eq.read_weighting(
        backward.expand(1, 2, N), content.expand(2, N), forward.expand(1, 2, N), modes
    )
    expected = tensor([0.5, 0.3, 0.2, 0.0, 0.0], [0.0, 0.1, 0.9, 0.0, 0.0])
    assert torch.equal(weighting, expected)


def test_sharpness_by_hand():
    weighting = tensor([0.2, 0.4, 0.0]).expand(3, 3)
    sharp = eq.sharpen(weighting, tensor(1.0, 2.0, 1000.0))
    expected = tensor([1 / 3, 2 / 3, 0.0], [0.2, 0.8, 0.0], [0.0, 1.0, 0.0])
    torch.testing.assert_close(sharp, expected, rtol=0, atol=1e-5)


def test_a_weighting_of_nothing_becomes_uniform():
    nothing = torch.zeros(1, N, dtype=torch.float64)
    sharp = eq.sharpen(nothing, tensor(7.0))
    torch.testing.assert_close(sharp, torch.full_like(nothing, 1 / N))


@given(seed=seeds, sharpness=st.floats(1, 50))
@properties(25)
def test_sharpening_keeps_order_and_sums_to_one(seed, sharpness):
    weighting = weightings(generator(seed), 1, N)
    sharp = eq.sharpen(weighting, tensor(sharpness))
    torch.testing.assert_close(sharp.sum(-1), tensor(1.0))
    assert torch.equal(sharp.argsort(stable=True), weighting.argsort(stable=True))
    assert sharp.max() >= weighting.max() / weighting.sum() - 1e-4


def test_a_read_of_one_location_is_its_word(rng):
    memory = normal(rng, 1, N, W)
    assert torch.equal(eq.read(memory, one_hot(4, 0, n=N)[None]), memory[:, [4, 0]])


def test_the_gate_mixes_blocks_for_each_read_head():
    reads = tensor([[[1, 10], [2, 20]], [[3, 30], [4, 40]]])  # batch, block, head, word
    gate = tensor([[1.0, 0.0], [0.25, 0.75]])  # batch, head, block
    expected = tensor([[1.0, 10.0], [3.5, 35.0]])
    assert torch.equal(eq.gate_blocks(reads, gate), expected)
