"""What is kept of every step: the outputs stay as they are, and what is kept is what happened."""

import pytest
import torch
from hypothesis import given

from memsim.base import map_tensors

from .helpers import (
    NESTED,
    assert_close,
    generator,
    legal_state,
    make_net,
    normal,
    options,
    properties,
    random_options,
    same,
)

B, T = 2, 5


def traced(options, seed=1):
    """A network, its start, and what comes of a sequence with a trace and without."""
    rng = generator(seed)
    net = make_net(rng, **options)
    inputs, start = normal(rng, B, T, 4), legal_state(net, B, rng)
    plain = net(inputs, start, generator=generator(2))
    return net, inputs, start, plain, net(inputs, start, generator=generator(2), return_trace=True)


@given(options=options())
@properties(25)
@torch.no_grad()
def test_a_trace_changes_nothing_and_holds_the_states(options):
    net, inputs, state, plain, (outputs, last, trace) = traced(options)
    assert torch.equal(outputs, plain[0])
    assert same(last, plain[1])
    chance = generator(2)
    for t in range(T):
        _, state = net.step(inputs[:, t], state, chance)
        at_t = map_tensors(lambda part, t=t: part[:, t], trace.memory.state)
        assert same(at_t, state.memory)


@given(options=options())
@properties(25)
@torch.no_grad()
def test_shapes_are_those_documented(options):
    net, _, _, _, (_, _, trace) = traced(options)
    m = net.memory
    k, n, w, r, h = m.n_blocks, m.n_locations, m.word_size, m.n_read_heads, m.n_write_heads
    linked = n if m.temporal_links else 0
    modes = 2 * h + 1
    memory, state, told = trace.memory, trace.memory.state, trace.memory.interface
    shapes = {
        "hidden": (trace.hidden, (net.controller.output_size,)),
        "allocation_weighting": (memory.allocation_weighting, (k, h, n)),
        "write_content_weighting": (memory.write_content_weighting, (k, h, n)),
        "read_content_weighting": (memory.read_content_weighting, (k, r, n)),
        "forward_weighting": (memory.forward_weighting, (k, h, r, n) if linked else None),
        "backward_weighting": (memory.backward_weighting, (k, h, r, n) if linked else None),
        "memory": (state.memory, (k, n, w)),
        "usage": (state.usage, (k, n)),
        "write_weighting": (state.write_weighting, (k, h, n)),
        "precedence": (state.precedence, (k, h, n)),
        "link": (state.link, (k, h, linked, linked)),
        "read_weighting": (state.read_weighting, (k, r, n)),
        "read_vectors": (state.read_vectors, (r, w)),
        "read_keys": (told.read_keys, (k, r, w)),
        "read_strengths": (told.read_strengths, (k, r)),
        "write_keys": (told.write_keys, (k, h, w)),
        "write_strengths": (told.write_strengths, (k, h)),
        "erase_vectors": (told.erase_vectors, (k, h, w)),
        "write_vectors": (told.write_vectors, (k, h, w)),
        "free_gates": (told.free_gates, (k, r)),
        "allocation_gates": (told.allocation_gates, (k, h)),
        "write_gates": (told.write_gates, (k, h)),
        "read_modes": (told.read_modes, (k, r, modes) if linked else None),
        "allocation_strengths": (
            told.allocation_strengths,
            (k, h) if m.allocation == "softmax" else None,
        ),
        "read_masks": (told.read_masks, (k, r, w) if m.masked_content else None),
        "write_masks": (told.write_masks, (k, h, w) if m.masked_content else None),
        "link_sharpness": (told.link_sharpness, (k, r, 2) if m.link_sharpness else None),
        "block_gate": (told.block_gate, (r, k) if k > 1 else None),
    }
    there = {*trace._fields, *memory._fields, *state._fields, *told._fields}
    assert set(shapes) | {"interface", "state"} == there
    for name, (part, shape) in shapes.items():
        if shape is None:
            assert part is None, name
        else:
            assert part.shape == (B, T, *shape), name


@pytest.mark.parametrize("seed", range(8))
def test_what_was_written_and_read_follows_from_what_was_told(seed):
    """Gates and modes of the trace make its weightings of its parts."""
    *_, (_, _, trace) = traced(random_options(seed, temporal_links=True), seed)
    memory, state, told = trace.memory, trace.memory.state, trace.memory.interface
    gate = told.allocation_gates[..., None]
    by_either = gate * memory.allocation_weighting + (1 - gate) * memory.write_content_weighting
    assert_close(state.write_weighting, told.write_gates[..., None] * by_either)

    ways = torch.cat(
        [
            memory.backward_weighting.transpose(3, 4),
            memory.read_content_weighting[..., None, :],
            memory.forward_weighting.transpose(3, 4),
        ],
        dim=-2,
    )  # of batch, time, block, read head, mode
    assert_close(state.read_weighting, (told.read_modes[..., None, :] @ ways)[..., 0, :])

    of_blocks = state.read_weighting @ state.memory
    gates = (
        torch.ones_like(of_blocks[..., :1])
        if told.block_gate is None
        else told.block_gate.transpose(2, 3)[..., None]
    )
    assert_close(state.read_vectors, (gates * of_blocks).sum(dim=2))


def test_outputs_are_made_of_what_the_trace_holds(rng):
    net, _, _, _, (outputs, _, trace) = traced({"layer_norm": "hidden", "n_blocks": 2})
    reads = trace.memory.state.read_vectors.flatten(2)
    expected = net.hidden_to_output(trace.hidden) + net.reads_to_output(reads)
    assert_close(outputs, expected)


def test_the_trace_of_a_sequence_is_that_of_its_chunks(rng):
    net = make_net(rng, controller=NESTED)
    inputs = normal(rng, B, T, 4)
    _, _, whole = net(inputs, return_trace=True)
    _, state, first = net(inputs[:, :2], return_trace=True)
    _, _, rest = net(inputs[:, 2:], state, return_trace=True)
    assert_close(map_tensors(lambda a, b: torch.cat([a, b], dim=1), first, rest), whole)


def test_gradients_reach_through_a_trace(rng):
    net = make_net(rng)
    inputs = normal(rng, B, T, 4).requires_grad_()
    _, _, trace = net(inputs, return_trace=True)
    (gradient,) = torch.autograd.grad(trace.memory.state.usage[:, 3].sum(), inputs)
    assert torch.count_nonzero(gradient[:, 3:].abs().sum(dim=(0, 2))) == 1  # free gates of now
    assert (gradient[:, :4] != 0).all()
