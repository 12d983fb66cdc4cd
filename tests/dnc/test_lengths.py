"""Sequences of different lengths in one batch: what follows the end changes nothing."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from memsim.base import map_tensors

from .helpers import (
    CERTAIN,
    all_finite,
    assert_close,
    generator,
    legal_state,
    make_net,
    normal,
    options,
    properties,
    random_options,
    same,
    tensors,
)

B, T = 3, 6
some_lengths = st.lists(st.integers(0, T), min_size=B, max_size=B).map(torch.tensor)
GARBAGE = {"random": 1.0, "huge": 1e30, "nan": float("nan"), "inf": float("inf")}


def padded(inputs, lengths, scale):
    """The inputs with garbage after the end of each."""
    past = torch.arange(T) >= lengths[:, None]
    return torch.where(past[..., None], scale * normal(generator(9), *inputs.shape), inputs)


@given(options=options(), lengths=some_lengths, garbage=st.sampled_from(list(GARBAGE)))
@properties(30)
def test_padding_changes_nothing(options, lengths, garbage):
    rng = generator(1)
    net = make_net(rng, **options)
    inputs, start = normal(rng, B, T, 4), legal_state(net, B, rng)

    def results(inputs):
        net.zero_grad()
        outputs, state = net(inputs, start, lengths=lengths, generator=generator(2))
        loss = sum(part.square().sum() for part in tensors((outputs, state)))
        if loss.requires_grad:
            loss.backward()
        return outputs, state, [p.grad.clone() for p in net.parameters() if p.grad is not None]

    *clean, gradients = results(inputs)
    *dirty, others = results(padded(inputs, lengths, GARBAGE[garbage]))
    assert same(clean, dirty)
    assert same(gradients, others)


@given(options=options(), lengths=some_lengths)
@properties(25)
@torch.no_grad()
def test_the_state_is_that_at_the_end_of_each(options, lengths):
    rng = generator(1)
    net = make_net(rng, **options)
    inputs, start = normal(rng, B, T, 4), legal_state(net, B, rng)
    outputs, state = net(inputs, start, lengths=lengths, generator=generator(2))

    whole, states, going, chance = [], [start], start, generator(2)
    for now in inputs.unbind(dim=1):
        output, going = net.step(now, going, chance)
        whole.append(output)
        states.append(going)
    for item, length in enumerate(lengths.tolist()):
        expected = map_tensors(lambda part, item=item: part[item], states[length])
        assert same(map_tensors(lambda part, item=item: part[item], state), expected)
        assert torch.equal(outputs[item, :length], torch.stack(whole, dim=1)[item, :length])
        assert torch.count_nonzero(outputs[item, length:]) == 0


@given(options=options(**CERTAIN), lengths=some_lengths)
@properties(25)
@torch.no_grad()
def test_each_sequence_is_the_same_alone(options, lengths):
    rng = generator(1)
    net = make_net(rng, **options)
    inputs, start = normal(rng, B, T, 4), legal_state(net, B, rng)
    outputs, state = net(inputs, start, lengths=lengths)
    for item, length in enumerate(lengths.tolist()):
        own = slice(item, item + 1)
        alone_state = map_tensors(lambda part, own=own: part[own], start)
        if length:
            alone, alone_state = net(inputs[own, :length], alone_state)
            assert_close(outputs[own, :length], alone, atol=1e-9)
        assert_close(map_tensors(lambda part, own=own: part[own], state), alone_state, atol=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_chunks_of_padded_sequences_make_the_whole(seed):
    rng, lengths = generator(seed), torch.tensor([6, 1, 4])
    net = make_net(rng, **random_options(seed))
    inputs = normal(rng, B, T, 4)
    whole, last = net(inputs, lengths=lengths, generator=generator(2))
    chance = generator(2)
    first, state = net(inputs[:, :3], lengths=lengths.clamp(max=3), generator=chance)
    rest, state = net(inputs[:, 3:], state, lengths=(lengths - 3).clamp(min=0), generator=chance)
    assert_close(torch.cat([first, rest], dim=1), whole)
    assert_close(state, last)


def test_full_lengths_are_none(rng):
    net = make_net(rng)
    inputs = normal(rng, B, T, 4)
    assert same(net(inputs, lengths=torch.full((B,), T)), net(inputs))


def test_padding_gets_no_gradient(rng):
    net = make_net(rng)
    inputs = normal(rng, B, T, 4).requires_grad_()
    outputs, state = net(inputs, lengths=torch.tensor([2, 6, 0]))
    loss = outputs.square().sum() + sum(part.square().sum() for part in tensors(state))
    (gradient,) = torch.autograd.grad(loss, inputs)
    assert all_finite(gradient)
    reached = (gradient != 0).all(dim=-1)
    expected = torch.arange(T) < torch.tensor([2, 6, 0])[:, None]
    assert torch.equal(reached, expected)
    assert torch.equal((gradient != 0).any(dim=-1), expected)


@pytest.mark.parametrize(
    ("lengths", "why"),
    [
        (torch.tensor([1, 2]), r"lengths must be 3 integers.* shape \(2,\)"),
        (torch.tensor([[1, 2, 3]]), r"lengths must be 3 integers.* shape \(1, 3\)"),
        (torch.tensor([1.0, 2.0, 3.0]), "lengths must be 3 integers.* got torch.float32"),
        (torch.tensor([1, 7, 2]), r"lengths must lie in 0\.\.6.* from 1 to 7"),
        (torch.tensor([1, -1, 2]), r"lengths must lie in 0\.\.6.* from -1 to 2"),
    ],
)
def test_lengths_that_do_not_fit(rng, lengths, why):
    with pytest.raises(ValueError, match=why):
        make_net(rng)(normal(rng, B, T, 4), lengths=lengths)
