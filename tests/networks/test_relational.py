"""The relational memory core: the papers' equations, its gates, its blocks, its lesions."""

import numpy as np
import pytest
import torch

from memsim.lesion import Lesion
from memsim.networks import RelationalMemory
from memsim.networks.relational import (
    attend,
    attention_weights,
    gated_update,
    initial_memory,
    mix_blocks,
)

from . import reference_relational as reference
from .helpers import array, make, normal

BATCH, STEPS = 2, 25
SIZES = {"n_slots": 4, "head_size": 3, "n_heads": 2}


def make_net(rng, **options):
    return make(RelationalMemory, SIZES | options, rng)


def layer(module):
    return array(module.weight), array(module.bias)


def run_reference(net, inputs, lesioned=()):
    cores = [
        reference.Core(
            to_row=layer(core.to_row),
            attention_blocks=[
                reference.AttentionBlock(*map(layer, modules))
                for modules in zip(
                    core.to_heads,
                    core.head_norms,
                    core.attention_norms,
                    core.mlp_norms,
                    strict=True,
                )
            ],
            mlp=[layer(module) for module in core.mlp if isinstance(module, torch.nn.Linear)],
            input_to_gates=layer(core.input_to_gates),
            memory_to_gates=array(core.memory_to_gates.weight),
            input_bias=net.options["input_bias"],
            forget_bias=net.options["forget_bias"],
        )
        for core in net.cores
    ]
    gate = None if net.to_block_gate is None else layer(net.to_block_gate)
    return reference.run(
        array(inputs),
        cores,
        gate,
        layer(net.read_to_output),
        net.n_slots,
        net.options["n_heads"],
        net.options["gating"],
        lesioned,
    )


def assert_follows(net, inputs, lesion=None):
    outputs, state, trace = net(inputs, return_trace=True, lesion=lesion)
    for item in range(len(inputs)):
        steps = run_reference(net, inputs[item], lesion.blocks if lesion else ())
        for t, step in enumerate(steps):
            pairs = {"output": (outputs[item, t], step.output)}
            for name in trace._fields:
                actual, expected = getattr(trace, name), getattr(step, name)
                assert (actual is None) == (expected is None), name
                if actual is not None:
                    pairs[name] = actual[item, t], expected
            for name, (actual, expected) in pairs.items():
                assert actual.shape == expected.shape, name
                worst = abs(array(actual) - expected).max()
                assert worst < 1e-10, f"{name} at step {t} is off by {worst:.1e}"
        assert abs(array(state.memory[item]) - steps[-1].memory).max() < 1e-10
        assert abs(array(state.read_out[item]) - steps[-1].read_out).max() < 1e-10
    assert outputs.std() > 0.1


@pytest.mark.parametrize("gating", ["unit", "memory"])
@pytest.mark.parametrize("n_blocks", [1, 3])
@pytest.mark.parametrize("n_heads", [1, 3])
def test_network_follows_the_papers(rng, n_heads, n_blocks, gating):
    net = make_net(rng, n_heads=n_heads, n_blocks=n_blocks, gating=gating)
    assert_follows(net, normal(rng, BATCH, STEPS, 4))


@pytest.mark.parametrize(
    "options",
    [
        {"n_attention_blocks": 3},
        {"n_mlp_layers": 1},
        {"n_mlp_layers": 3, "n_attention_blocks": 2, "n_blocks": 2},
        {"input_bias": -0.5, "forget_bias": 2.0},
        {"n_slots": 7, "head_size": 1, "n_heads": 2},  # more slots than numbers in a row
        {"n_slots": 1, "head_size": 1, "n_heads": 1},
    ],
    ids=str,
)
def test_options_follow_the_papers(rng, options):
    assert_follows(make_net(rng, **options), normal(rng, BATCH, STEPS, 4))


@pytest.mark.parametrize("lesioned", [(0,), (1,), (0, 2), (0, 1, 2)])
def test_lesioned_blocks_stay_and_say_nothing(rng, lesioned):
    net, inputs = make_net(rng, n_blocks=3), normal(rng, BATCH, 8, 4)
    lesion = Lesion(blocks=lesioned)
    if len(lesioned) < 3:
        assert_follows(net, inputs, lesion)
    outputs, state = net(inputs, lesion=lesion)
    start = net.initial_state(BATCH)
    for block in range(3):
        same = torch.equal(state.memory[:, block], start.memory[:, block])
        assert same == (block in lesioned)
    if len(lesioned) == 3:
        assert torch.equal(outputs, net.read_to_output.bias.expand_as(outputs))


def test_a_lesion_begins_at_its_step(rng):
    net, inputs = make_net(rng, n_blocks=2), normal(rng, BATCH, 8, 4)
    intact, _ = net(inputs)
    lesioned, _ = net(inputs, lesion=Lesion(blocks=(1,), from_step=5))
    assert torch.equal(intact[:, :5], lesioned[:, :5])
    assert (intact[:, 5:] != lesioned[:, 5:]).all()


def test_the_only_block_can_be_lesioned(rng):
    net = make_net(rng)
    outputs, _ = net(normal(rng, BATCH, 3, 4), lesion=Lesion(blocks=(0,)))
    assert torch.equal(outputs, net.read_to_output.bias.expand_as(outputs))


@pytest.mark.parametrize("block", [-1, 3])
def test_lesions_of_blocks_that_are_not_there(rng, block):
    message = rf"^a lesion of blocks={block}: the network has 3, numbered from 0$"
    with pytest.raises(ValueError, match=message):
        make_net(rng, n_blocks=3)(normal(rng, 1, 2, 4), lesion=Lesion(blocks=(block,)))


def test_a_lesion_names_only_what_is_missing(rng):
    lesion = Lesion(blocks=(0,), temporal_links=True, read_heads=(0,))
    with pytest.raises(ValueError, match="^a lesion of temporal_links, read_heads is of parts"):
        make_net(rng).check_lesion(lesion)


def test_blocks_change_independently_of_each_other(rng):
    """A block's memory is the same whatever the weights of the others, and of the gate."""
    net, inputs = make_net(rng, n_blocks=3), normal(rng, BATCH, 6, 4)
    _, before = net(inputs)
    with torch.no_grad():
        for parameter in [*net.cores[1].parameters(), *net.to_block_gate.parameters()]:
            parameter.mul_(-1)
    _, after = net(inputs)
    same = [torch.equal(before.memory[:, k], after.memory[:, k]) for k in range(3)]
    assert same == [True, False, True]
    assert not torch.equal(before.read_out, after.read_out)


def test_the_gate_sees_the_last_read_out(rng):
    net, inputs = make_net(rng, n_blocks=3), normal(rng, BATCH, 4)
    state = net.initial_state(BATCH)
    _, one, first = net.traced_step(inputs, state)
    _, other, second = net.traced_step(inputs, state._replace(read_out=state.read_out + 1))
    assert torch.equal(one.memory, other.memory)
    assert not torch.allclose(first.block_gate, second.block_gate)


def test_one_block_has_no_gate(rng):
    net = make_net(rng)
    assert net.to_block_gate is None
    _, state, trace = net(normal(rng, BATCH, 3, 4), return_trace=True)
    assert trace.block_gate is None
    assert torch.equal(state.read_out, state.memory.flatten(1))


def test_attention_and_gates_keep_their_range(rng):
    _, _, trace = make_net(rng, n_blocks=3)(normal(rng, BATCH, 10, 4), return_trace=True)
    for shares in (trace.attention, trace.block_gate):
        assert (shares >= 0).all()
        torch.testing.assert_close(shares.sum(dim=-1), torch.ones_like(shares[..., 0]))
    for gate in (trace.input_gate, trace.forget_gate):
        assert ((gate > 0) & (gate < 1)).all()


def test_initial_rows():
    assert initial_memory(2, 3).tolist() == [[1, 0, 0], [0, 1, 0]]
    assert initial_memory(3, 2).tolist() == [[1, 0], [0, 1], [0, 0]]


def test_shut_gates_keep_the_memory(rng):
    net = make_net(rng, input_bias=-1e9, forget_bias=1e9)
    _, state = net(normal(rng, BATCH, 5, 4))
    assert torch.equal(state.memory, net.initial_state(BATCH).memory)


def test_attention_worked_by_hand():
    """Scores 0 and log 3 after division by sqrt(4): a quarter and three quarters."""
    queries = torch.tensor([[2.0, 0, 0, 0], [0, 0, 0, 0]], dtype=torch.float64)
    keys = torch.tensor([[0.0, 5, 0, 0], [np.log(3), 0, 7, 0]], dtype=torch.float64)
    weights = attention_weights(queries, keys)
    torch.testing.assert_close(weights, torch.tensor([[0.25, 0.75], [0.5, 0.5]]).double())
    values = torch.tensor([[4.0], [8.0]], dtype=torch.float64)
    torch.testing.assert_close(attend(weights, values), torch.tensor([[7.0], [6.0]]).double())


def test_gates_worked_by_hand():
    memory, attended = torch.tensor([[2.0, -4.0]]), torch.atanh(torch.tensor([[0.5, 0.2]]))
    each = gated_update(memory, attended, torch.tensor([[1.0, 0.5]]), torch.tensor([[0.5, 1.0]]))
    torch.testing.assert_close(each, torch.tensor([[1.5, -3.9]]))
    per_row = gated_update(memory, attended, torch.tensor([[1.0]]), torch.tensor([[0.5]]))
    torch.testing.assert_close(per_row, torch.tensor([[1.5, -1.8]]))


def test_blocks_mixed_by_hand():
    memory = torch.tensor([[[[1.0, 2.0]], [[10.0, 20.0]]]])
    assert mix_blocks(memory, torch.tensor([[0.5, 0.1]])).tolist() == [[1.5, 3.0]]


def test_unknown_gating():
    with pytest.raises(ValueError, match=r"^gating must be one of unit, memory; got 'row'$"):
        RelationalMemory(4, 2, **SIZES, gating="row")
