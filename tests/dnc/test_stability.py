"""Nothing becomes infinite or NaN: outputs, states, traces and gradients in float32."""

from contextlib import nullcontext

import pytest
import torch
from hypothesis import given

from .helpers import (
    CERTAIN,
    NESTED,
    all_finite,
    generator,
    make_net,
    normal,
    options,
    properties,
    tensors,
)

SMALLEST = {
    "hidden_size": 1,
    "n_locations": 1,
    "word_size": 1,
    "n_read_heads": 1,
    "n_write_heads": 1,
}
CSORDAS = {"masked_content": True, "deallocation": True, "link_sharpness": True}
FORGETTING = {
    "storage_noise": 0.1,
    "memory_decay": 0.01,
    "usage_decay": 0.01,
    "link_decay": 0.01,
    "capacity": 3.0,
    "output_interference": 0.05,
}


@pytest.fixture(autouse=True)
def checked_shapes():
    """They are checked where there are fewer steps."""


def single(net, scale=1.0):
    """In float32, with all weights but those of the layer norms as many times as large."""
    net = net.float()
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            parameter.mul_(1 if "norm" in name else scale)
    return net


def assert_finite(net, inputs, precision=nullcontext):
    inputs.requires_grad_()
    with precision():
        outputs, state, trace = net(inputs, generator=generator(3), return_trace=True)
    assert all_finite(outputs, state, trace)
    loss = sum(part.float().square().sum() for part in tensors((outputs, state)))
    loss.backward()
    assert all_finite(inputs.grad)
    for name, parameter in net.named_parameters():
        assert parameter.grad is None or all_finite(parameter.grad), name
    return outputs, state


@given(options=options())
@properties(25)
def test_zeros_in_an_empty_memory(options):
    net = single(make_net(generator(1), **options))
    assert_finite(net, torch.zeros(2, 6, 4))


@given(options=options())
@properties(25)
def test_zero_keys_and_all_other_zeros(options):
    net = single(make_net(generator(1), **options), scale=0.0)
    assert_finite(net, torch.zeros(2, 6, 4))


@given(options=options(**SMALLEST))
@properties(25)
def test_one_of_everything(options):
    net = single(make_net(generator(1), **options))
    assert_finite(net, normal(generator(2), 1, 6, 4).float())


@given(options=options())
@properties(25)
def test_saturated_gates(options):
    net = single(make_net(generator(1), **options), scale=1e3)
    assert_finite(net, normal(generator(2), 2, 6, 4).float())


@given(options=options())
@properties(10)
def test_huge_inputs(options):
    net = single(make_net(generator(1), **options))
    assert_finite(net, 1e6 * normal(generator(2), 2, 6, 4).float())


def half():
    return torch.autocast("cpu", torch.bfloat16)


@pytest.mark.parametrize("scale", [1.0, 1e3])
@given(options=options())
@properties(15)
def test_automatic_half_precision(scale, options):
    net = single(make_net(generator(1), **options), scale)
    _, state = assert_finite(net, normal(generator(2), 2, 6, 4).float(), half)
    # the memory computes in its own precision
    assert all(part.dtype == torch.float32 for part in tensors(state.memory))


@pytest.mark.parametrize("options", [{}, CSORDAS, {"controller": NESTED}, {"controller": "gru"}])
def test_half_precision_is_near_the_whole(options):
    net = single(make_net(generator(1), scale=1.0, **options))
    inputs = normal(generator(2), 2, 3, 4).float()
    expected, _ = net(inputs)
    with half():
        outputs, _ = net(inputs)
    torch.testing.assert_close(outputs.float(), expected, rtol=0, atol=0.1)


@given(options=options(**CERTAIN))
@properties(10)
@torch.no_grad()
def test_chunks_in_half_precision(options):
    net = single(make_net(generator(1), **options))
    inputs, lengths = normal(generator(2), 2, 6, 4).float(), torch.tensor([6, 3])
    with half():
        _, state = net(inputs[:, :3])
        outputs, state = net(inputs[:, 3:], state, lengths=lengths - 3)
    assert all_finite(outputs, state)


@pytest.mark.parametrize(
    "options",
    [
        {},
        CSORDAS | {"n_write_heads": 2},
        FORGETTING | {"allocation": "softmax", "n_blocks": 2, "layer_norm": "hidden"},
    ],
    ids=["plain", "csordas", "forgetting"],
)
@torch.no_grad()
def test_two_thousand_steps(rng, options):
    net = single(make_net(rng, **options))
    outputs, state = net(normal(rng, 1, 2000, 4).float(), generator=rng)
    assert all_finite(outputs, state)
    m, close = state.memory, 1 + 1e-4
    assert -1e-4 <= m.usage.min() and m.usage.max() <= close
    for weighting in (m.write_weighting, m.precedence, m.read_weighting, m.link, m.link.mT):
        assert weighting.min() >= -1e-4 and weighting.sum(dim=-1).max() <= close
