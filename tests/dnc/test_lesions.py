"""Parts that stop working at a step: nothing changes before it, and they are silent from it on."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from memsim.base import map_tensors
from memsim.controllers import Controller
from memsim.lesion import Lesion

from .helpers import (
    NESTED,
    all_finite,
    generator,
    legal_state,
    make_net,
    normal,
    options,
    properties,
    same,
    tensors,
)

B, T, FROM = 2, 8, 4
PARTS = {
    "temporal_links": True,
    "content_lookup": True,
    "allocation": True,
    "free_gates": True,
    "controller_recurrence": True,
    "read_heads": (1,),
    "write_heads": (0,),
    "blocks": (1,),
}
#: all that can be lesioned is there
WHOLE = {"n_read_heads": 2, "n_write_heads": 2, "n_blocks": 2, "temporal_links": True}
WHOLE |= {"storage_noise": 0.1}
parts = pytest.mark.parametrize("part", PARTS)


def lesion_of(part, from_step=FROM):
    return Lesion(**{part: PARTS[part]}, from_step=from_step)


def lesioned(net, lesion, state=None, seed=2):
    """Outputs, state and trace, the same inputs and the same noise every time."""
    inputs = normal(generator(1), B, T, 4)
    if state is None:
        state = legal_state(net, B, generator(1))
    return net(inputs, state, generator=generator(seed), lesion=lesion, return_trace=True)


def between(tree, start, stop):
    return map_tensors(lambda part: part[:, start:stop], tree)


def silent(trace):
    """What does nothing at these steps, by name of the lesion."""
    memory, state = trace.memory, trace.memory.state

    def is_0(*given):
        return all(torch.count_nonzero(part) == 0 for part in given)

    def never(weighting, dim):
        """Entries of a dimension of (b, t, block, head, ...) that are always 0."""
        given = weighting.movedim(dim, 0)
        return tuple(i for i, part in enumerate(given) if is_0(part))

    found = {
        "temporal_links": memory.forward_weighting is not None
        and is_0(memory.forward_weighting, memory.backward_weighting),
        "content_lookup": is_0(memory.write_content_weighting, memory.read_content_weighting),
        "allocation": is_0(memory.allocation_weighting),
        "free_gates": is_0(memory.interface.free_gates),
        "read_heads": never(state.read_weighting, 3),
        "write_heads": never(state.write_weighting, 3),
        "blocks": tuple(set(never(state.read_weighting, 2)) & set(never(state.write_weighting, 2))),
    }
    return {name for name, what in found.items() if what}, found


@parts
@given(options=options(**WHOLE, clip=None), controller=st.sampled_from(["gru", NESTED]))
@properties(8)
@torch.no_grad()
def test_a_lesion_begins_at_its_step_and_is_of_what_it_names(part, options, controller):
    options |= {"controller": controller, "n_layers": 1, "hidden_size": 5, "n_locations": 5}
    net = make_net(generator(1), **options)
    intact = lesioned(net, None)
    outputs, state, trace = lesioned(net, lesion_of(part))
    assert torch.equal(outputs[:, :FROM], intact[0][:, :FROM])
    assert same(between(trace, 0, FROM), between(intact[2], 0, FROM))
    assert not same(between(trace, FROM, FROM + 1), between(intact[2], FROM, FROM + 1))
    assert not torch.equal(outputs[:, FROM:], intact[0][:, FROM:])
    assert all_finite(outputs, state, trace)

    names, found = silent(between(trace, FROM, T))
    assert names == {part} - {"controller_recurrence"}
    if part in found:
        assert found[part] == PARTS[part]
    assert silent(between(trace, 0, FROM))[0] == set()


@given(options=options(**WHOLE, controller="lstm"))
@properties(8)
@torch.no_grad()
def test_all_parts_together(options):
    net = make_net(generator(1), **options)
    _, _, trace = lesioned(net, Lesion(**PARTS, from_step=FROM))
    _, found = silent(between(trace, FROM, T))
    for part in PARTS:
        assert part == "controller_recurrence" or found[part], part


@parts
def test_without_an_end_in_sight_a_lesion_does_nothing(rng, part):
    net = make_net(rng, **WHOLE)
    intact, late = lesioned(net, None), lesioned(net, lesion_of(part, from_step=T))
    assert all(map(same, intact, late))


@parts
def test_steps_are_counted_from_the_start_of_these_inputs(rng, part):
    net = make_net(rng, **WHOLE)
    inputs, chance = normal(generator(1), B, T, 4), generator(2)
    outputs, last, _ = lesioned(net, lesion_of(part), net.initial_state(B))
    first, state = net(inputs[:, :3], generator=chance, lesion=lesion_of(part, from_step=3))
    rest, state = net(inputs[:, 3:], state, generator=chance, lesion=lesion_of(part, FROM - 3))
    assert torch.equal(torch.cat([first, rest], dim=1), outputs)
    assert same(state, last)


@parts
def test_a_lesioned_step_is_lesioned_whatever_its_from_step(rng, part):
    net = make_net(rng, **WHOLE)
    state, inputs = legal_state(net, B, rng), normal(rng, B, 4)

    def stepped(lesion):
        return net.step(inputs, state, generator(2), lesion)

    now, later = stepped(lesion_of(part, from_step=0)), stepped(lesion_of(part, from_step=99))
    assert same(now, later)
    assert not same(now, stepped(None))


@pytest.mark.parametrize("controller", ["lstm", "rnn", "gru", "deep-lstm", NESTED])
def test_a_controller_without_recurrence_starts_anew_at_every_step(rng, controller):
    net = make_net(rng, controller=controller)
    state, inputs = legal_state(net, B, rng), normal(rng, B, 4)
    anew = state._replace(controller=net.initial_state(B).controller)
    lesion = Lesion(controller_recurrence=True)
    assert same(net.step(inputs, state, lesion=lesion), net.step(inputs, anew))


@pytest.mark.parametrize("lesion", [Lesion(write_heads=(0, 1)), Lesion(blocks=(0, 1))])
def test_nothing_is_written_without_write_heads_or_blocks(rng, lesion):
    net = make_net(rng, n_write_heads=2, n_blocks=2)
    start = legal_state(net, B, rng)
    _, state, trace = lesioned(net, lesion, start)
    assert torch.equal(state.memory.memory, start.memory.memory)
    assert torch.equal(state.memory.precedence, start.memory.precedence)
    assert torch.count_nonzero(trace.memory.state.write_weighting) == 0


@pytest.mark.parametrize("lesion", [Lesion(read_heads=(0, 1)), Lesion(blocks=(0, 1))])
def test_nothing_is_read_without_read_heads_or_blocks(rng, lesion):
    net = make_net(rng, n_write_heads=2, n_blocks=2)
    outputs, _, trace = lesioned(net, lesion)
    assert torch.count_nonzero(trace.memory.state.read_vectors) == 0
    torch.testing.assert_close(outputs, net.hidden_to_output(trace.hidden))


def test_a_silent_read_head_reads_nothing_and_the_other_goes_on(rng):
    net = make_net(rng)
    _, _, trace = lesioned(net, Lesion(read_heads=(1,)))
    reads = trace.memory.state.read_vectors
    assert torch.count_nonzero(reads[:, :, 1]) == 0
    assert (reads[:, :, 0] != 0).all()


def test_links_are_still_made_where_they_cannot_be_followed(rng):
    net = make_net(rng)
    state, inputs = legal_state(net, B, rng), normal(rng, B, 4)
    _, intact = net.step(inputs, state)
    _, after = net.step(inputs, state, lesion=Lesion(temporal_links=True))
    assert torch.equal(after.memory.link, intact.memory.link)
    assert not torch.equal(after.memory.read_weighting, intact.memory.read_weighting)


def test_without_allocation_writes_go_by_content_alone(rng):
    net = make_net(rng)
    _, _, trace = lesioned(net, Lesion(allocation=True))
    told, written = trace.memory.interface, trace.memory.state.write_weighting
    share = told.write_gates * (1 - told.allocation_gates)
    torch.testing.assert_close(written, share[..., None] * trace.memory.write_content_weighting)


def test_without_free_gates_usage_never_falls(rng):
    net = make_net(rng)
    _, _, trace = lesioned(net, Lesion(free_gates=True))
    usage = trace.memory.state.usage
    assert (usage.diff(dim=1) >= -1e-12).all()
    assert not (lesioned(net, None)[2].memory.state.usage.diff(dim=1) >= -1e-12).all()


def test_a_sequence_over_before_the_lesion_is_spared(rng):
    net = make_net(rng)
    inputs, lengths = normal(rng, B, T, 4), torch.tensor([T, FROM])
    intact, last = net(inputs, lengths=lengths)
    outputs, state = net(inputs, lengths=lengths, lesion=lesion_of("content_lookup"))
    assert torch.equal(outputs[1], intact[1])  # over before it began
    assert not torch.equal(outputs[0], intact[0])
    ended, expected = ([part[1] for part in tensors(tree)] for tree in (state, last))
    assert same(ended, expected)


@pytest.mark.parametrize(
    ("lesion", "options", "why"),
    [
        (Lesion(read_heads=(2,)), {}, "read_heads=2.* has 2, numbered from 0"),
        (Lesion(read_heads=(0, -1)), {}, "read_heads=-1.* has 2, numbered from 0"),
        (Lesion(write_heads=(1,)), {}, "write_heads=1.* has 1, numbered from 0"),
        (Lesion(blocks=(3,)), {"n_blocks": 3}, "blocks=3.* has 3, numbered from 0"),
        (Lesion(temporal_links=True), {"temporal_links": False}, "temporal_links.* has none"),
        (
            Lesion(controller_recurrence=True),
            {"controller": "feedforward"},
            "controller_recurrence.* feed-forward controller carries nothing",
        ),
    ],
)
def test_lesions_of_what_is_not_there(rng, lesion, options, why):
    net = make_net(rng, **options)
    with pytest.raises(ValueError, match=why):
        net(normal(rng, B, T, 4), lesion=lesion)


def test_a_controller_alone_has_nothing_to_lesion(rng):
    with pytest.raises(ValueError, match="blocks is of parts that Controller lacks"):
        Controller(4, 3)(torch.zeros(B, T, 4), lesion=Lesion(blocks=(0,)))


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({}, "at least one part: temporal_links, .*blocks"),
        ({"from_step": 3}, "at least one part"),
        ({"blocks": (0,), "from_step": -1}, "from_step must be 0 or more, got -1"),
    ],
)
def test_lesions_that_are_none(how, why):
    with pytest.raises(ValueError, match=why):
        Lesion(**how)
