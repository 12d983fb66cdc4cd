"""What is around the memory: controllers, layer normalisation, dropout, clipping."""

import pytest
import torch
from hypothesis import given
from torch.nn import functional as F

from memsim.base import map_tensors
from memsim.controllers import Controller
from memsim.dnc import DNC, DNCState

from .helpers import (
    NESTED,
    assert_close,
    generator,
    legal_state,
    make_net,
    normal,
    options,
    properties,
    same,
    tensors,
)

B, T, X, H = 2, 7, 4, 5
every_controller = pytest.mark.parametrize(
    "controller", ["lstm", "feedforward", "rnn", "gru", "deep-lstm", NESTED]
)


@pytest.mark.parametrize(
    ("kind", "module"), [("rnn", torch.nn.RNN), ("gru", torch.nn.GRU), ("lstm", torch.nn.LSTM)]
)
def test_recurrent_controllers_are_those_of_torch(rng, kind, module):
    controller, whole = Controller(X, H, kind).double(), module(X, H, batch_first=True).double()
    with torch.no_grad():
        for name, parameter in controller.layers[0].named_parameters():
            getattr(whole, f"{name}_l0").copy_(parameter)
    inputs = normal(rng, B, T, X)
    outputs, state = controller(inputs)
    expected, last = whole(inputs)
    assert_close(outputs, expected)
    carried = last if kind == "lstm" else (last,)
    assert_close(state, [part[0] for part in carried])


def test_a_feedforward_controller_carries_nothing(rng):
    controller = Controller(X, H, "feedforward").double()
    inputs = normal(rng, B, T, X)
    outputs, state = controller(inputs)
    assert state == ()
    layer = controller.layers[0]
    assert_close(outputs, torch.tanh(inputs @ layer.weight.T + layer.bias))


def test_layers_of_a_deep_lstm_see_the_input_and_the_layer_below(rng):
    controller = Controller(X, H, "deep-lstm", n_layers=3).double()
    assert controller.output_size == 3 * H
    inputs = normal(rng, B, T, X)
    outputs, state = controller(inputs)
    below, layers = None, []
    for cell in controller.layers:
        hidden = carried = torch.zeros(B, H, dtype=torch.float64)
        steps = []
        for t in range(T):
            seen = inputs[:, t] if below is None else torch.cat([inputs[:, t], below[t]], dim=1)
            hidden, carried = cell(seen, (hidden, carried))
            steps.append(hidden)
        below = steps
        layers.append(torch.stack(steps, dim=1))
        assert_close(state[2 * len(layers) - 2 : 2 * len(layers)], (hidden, carried))
    assert_close(outputs, torch.cat(layers, dim=2))


def test_one_layer_of_a_deep_lstm_is_an_lstm(rng):
    deep, single = (make_net(generator(1), controller=kind) for kind in ("deep-lstm", "lstm"))
    inputs = normal(rng, B, T, X)
    assert same(deep(inputs), single(inputs))


def test_a_dnc_as_controller_is_a_dnc_that_sees_the_reads(rng):
    net = make_net(rng, controller=NESTED)
    assert isinstance(net.controller, DNC)
    sees = X + net.memory.n_read_heads * net.memory.word_size
    assert net.controller.options == DNC(sees, 5, **NESTED).options
    inputs, state = normal(rng, B, X), legal_state(net, B, rng)
    assert isinstance(state.controller, DNCState)
    seen = torch.cat([inputs, state.memory.read_vectors.flatten(1)], dim=1)
    hidden, carried = net.controller.step(seen, state.controller)
    _, after, trace = net.traced_step(inputs, state)
    assert torch.equal(trace.hidden, hidden)
    assert same(after.controller, carried)


def test_a_dnc_within_a_dnc_within_a_dnc(rng):
    net = make_net(rng, controller=NESTED | {"controller": NESTED | {"controller": "gru"}})
    outputs, state = net(normal(rng, B, T, X))
    assert outputs.isfinite().all()
    assert state.controller.controller.memory.memory.shape == (B, 1, 4, 2)


# layer normalisation


@pytest.mark.parametrize("controller", ["lstm", "deep-lstm", NESTED])
def test_hidden_units_are_normalised(rng, controller):
    plain = make_net(generator(1), controller=controller)
    normed = make_net(generator(1), controller=controller, layer_norm="hidden")
    with torch.no_grad():
        normed.norm.weight.fill_(1)
        normed.norm.bias.zero_()
    inputs, state = normal(rng, B, X), legal_state(plain, B, rng)
    _, intact, before = plain.traced_step(inputs, state)
    _, carried, after = normed.traced_step(inputs, state)
    assert_close(after.hidden, F.layer_norm(before.hidden, before.hidden.shape[1:]))
    assert same(carried.controller, intact.controller)  # what it carries is as it was


def test_the_interface_is_normalised(rng):
    net = make_net(rng, layer_norm="interface")
    inputs, state = normal(rng, B, X), legal_state(net, B, rng)
    _, _, trace = net.traced_step(inputs, state)
    vector = net.to_interface(trace.hidden)
    normed = F.layer_norm(vector, vector.shape[1:], net.norm.weight, net.norm.bias)
    assert same(trace.memory.interface, net.memory.interface(normed))


# dropout


@pytest.mark.parametrize("option", ["dropout", "bypass_dropout"])
@given(options=options(storage_noise=0.0))
@properties(10)
def test_dropout_is_of_training(option, options):
    plain = make_net(generator(1), **options | {"dropout": 0.0, "bypass_dropout": 0.0})
    net = make_net(generator(1), **options | {option: 0.5})
    inputs = normal(generator(2), B, T, X)
    chance = generator(3)
    before = chance.get_state()
    assert same(net.eval()(inputs, generator=chance), plain.eval()(inputs))
    assert torch.equal(chance.get_state(), before)


def test_dropout_silences_the_share_and_raises_the_others(rng):
    net = make_net(rng, dropout=0.25, hidden_size=4000, controller="feedforward")
    inputs, state = normal(rng, B, X), legal_state(net, B, rng)
    _, _, dropped = net.traced_step(inputs, state, rng)
    _, _, intact = net.eval().traced_step(inputs, state)
    there = dropped.hidden != 0
    torch.testing.assert_close(dropped.hidden[there], intact.hidden[there] / 0.75)
    assert there.double().mean() == pytest.approx(0.75, abs=0.03)
    assert not torch.equal(there[0], there[1])


def test_dropout_reaches_memory_and_output_alike(rng):
    net = make_net(rng, dropout=0.5)
    outputs, _, trace = net(normal(rng, B, T, X), generator=rng, return_trace=True)
    assert 0 < (trace.hidden == 0).double().mean() < 1
    told = net.memory.interface(net.to_interface(trace.hidden.flatten(0, 1)))
    assert_close(told.read_keys, trace.memory.interface.read_keys.flatten(0, 1))
    reads = net.reads_to_output(trace.memory.state.read_vectors.flatten(2))
    assert_close(outputs, net.hidden_to_output(trace.hidden) + reads)


@every_controller
def test_bypass_dropout_leaves_the_memory_alone(rng, controller):
    plain = make_net(generator(1), controller=controller)
    net = make_net(generator(1), controller=controller, bypass_dropout=0.5)
    inputs = normal(rng, B, T, X)
    expected, last, intact = plain(inputs, return_trace=True)
    outputs, state, trace = net(inputs, generator=rng, return_trace=True)
    assert same((state, trace), (last, intact))
    assert not torch.equal(outputs, expected)


# clipping


@every_controller
def test_outputs_hidden_units_and_what_is_carried_are_clipped(rng, controller):
    net = make_net(rng, controller=controller, clip=0.3)
    state, largest = net.initial_state(B), 0.0
    for inputs in normal(rng, T, B, X):
        outputs, state, trace = net.traced_step(3 * inputs, state)
        parts = [outputs, trace.hidden, *tensors(state.controller)]
        assert all(part.abs().max() <= 0.3 for part in parts if part.numel())
        largest = max(largest, outputs.abs().max().item())
    assert largest == 0.3
    assert state.memory.memory.abs().max() > 0.3  # the memory is not


@every_controller
def test_a_wide_clip_changes_nothing(rng, controller):
    plain, wide = (make_net(generator(1), controller=controller, clip=c) for c in (None, 1e6))
    inputs = normal(rng, B, T, X)
    assert same(wide(inputs, return_trace=True), plain(inputs, return_trace=True))


def test_a_clipped_step_goes_on_from_the_clipped_state(rng):
    net = make_net(rng, clip=0.3)
    inputs, state = normal(rng, B, X), legal_state(net, B, rng)
    outputs, after, trace = net.traced_step(inputs, state)
    seen = torch.cat([inputs, state.memory.read_vectors.flatten(1)], dim=1)
    hidden, carried = net.controller.step(seen, state.controller)
    expected = map_tensors(lambda part: part.clamp(-0.3, 0.3), carried)
    assert same(after.controller, expected)
    assert torch.equal(trace.hidden, hidden.clamp(-0.3, 0.3))
    reads = net.reads_to_output(after.memory.read_vectors.flatten(1))
    assert_close(outputs, (net.hidden_to_output(trace.hidden) + reads).clamp(-0.3, 0.3))


def test_the_interface_is_clipped(rng):
    net = make_net(rng, interface_clip=0.5, layer_norm="interface")
    _, _, trace = net(normal(rng, B, T, X), return_trace=True)
    told = trace.memory.interface
    for name in ("read_keys", "write_keys", "write_vectors"):
        assert getattr(told, name).abs().max() == 0.5
    edge = torch.tensor(0.5, dtype=torch.float64)
    assert told.erase_vectors.max() == edge.sigmoid()
    assert told.erase_vectors.min() == (-edge).sigmoid()
