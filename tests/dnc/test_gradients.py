"""Gradients are right, finite, and stay within their item of the batch."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.func import functional_call

from memsim.base import map_tensors
from memsim.dnc import DNC, equations

from .helpers import (
    CERTAIN,
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
    uniform,
)

allocations = pytest.mark.parametrize("allocation", ["sort", "softmax"])

FORGETTING = {
    "storage_noise": 0.2,
    "memory_decay": 0.1,
    "usage_decay": 0.1,
    "link_decay": 0.1,
    "output_interference": 0.3,
    "capacity": 1.5,
}
CSORDAS = {"masked_content": True, "deallocation": True, "link_sharpness": True}
PARK = {"n_blocks": 2, "temporal_links": False, "layer_norm": "hidden"}
FRANKE = {"layer_norm": "interface", "temporal_links": False, "bypass_dropout": 0.3}
#: combinations as in the papers, and each option at least once
COMBINATIONS = {
    "softmax": {"allocation": "softmax"},
    "softplus": {"strengths": "softplus", "allocation": "softmax"},
    "one read head": {"n_read_heads": 1},
    "write heads": {"n_write_heads": 2},
    "write heads, softmax": {"n_write_heads": 3, "allocation": "softmax"},
    "blocks": {"n_blocks": 2},
    "blocks and write heads": {"n_blocks": 2, "n_write_heads": 2, "allocation": "softmax"},
    "masks": {"masked_content": True},
    "deallocation": {"deallocation": True},
    "sharpness": {"link_sharpness": True},
    "csordas": CSORDAS,
    "csordas, write heads": CSORDAS | {"n_write_heads": 2},
    "park": PARK,
    "franke": FRANKE,
    "feedforward": {"controller": "feedforward"},
    "rnn": {"controller": "rnn"},
    "gru": {"controller": "gru"},
    "deep lstm": {"controller": "deep-lstm", "n_layers": 2},
    "a dnc": {"controller": NESTED},
    "a dnc, layer norm": {"controller": NESTED, "layer_norm": "hidden"},
    "layer norm": {"layer_norm": "hidden"},
    "interface norm": {"layer_norm": "interface"},
    "dropout": {"dropout": 0.3},
    "bypass dropout": {"bypass_dropout": 0.3},
    "clip": {"clip": 0.7, "interface_clip": 2.0},
    **{name: {name: much} for name, much in FORGETTING.items()},
    "all forgetting": FORGETTING | {"n_blocks": 2},
    "everything": FORGETTING | CSORDAS | {"n_blocks": 2, "n_write_heads": 2, "controller": NESTED},
}


@pytest.fixture(autouse=True)
def checked_shapes():
    """They are checked where there are fewer steps."""


def assert_gradients_are_finite_differences(net, rng, **how):
    """Of outputs and of the state after three steps, from inputs, weights and the state before."""
    state = legal_state(net, 2, rng)  # no ties: there the order of usage jumps
    inputs = normal(rng, 2, 3, 4).requires_grad_()
    names = [name for name, _ in net.named_parameters()]
    start = [part.requires_grad_() for part in tensors(state)]

    def results(inputs, *given):
        parts = iter(given[len(names) :])
        before = map_tensors(lambda _: next(parts), state)
        weights = dict(zip(names, given, strict=False))
        options = {"generator": generator(1)}
        outputs, after = functional_call(net, weights, (inputs, before), options)
        return (outputs, *(part for part in tensors(after) if part.requires_grad))

    assert torch.autograd.gradcheck(results, (inputs, *net.parameters(), *start), **how)


@pytest.mark.parametrize(
    ("controller", "temporal_links", "storage_noise"),
    [("lstm", True, 0.0), ("feedforward", True, 0.3), ("feedforward", False, 0.0)],
)
@allocations
def test_gradients_of_a_sequence_are_its_finite_differences(
    rng, allocation, controller, temporal_links, storage_noise
):
    net = make_net(
        rng,
        hidden_size=2,
        n_locations=4,
        word_size=2,
        controller=controller,
        allocation=allocation,
        temporal_links=temporal_links,
        storage_noise=storage_noise,
    )
    state = legal_state(net, 2, rng)
    inputs = normal(rng, 2, 3, 4).requires_grad_()
    names = [name for name, _ in net.named_parameters()]

    def outputs(inputs, *parameters):
        weights = dict(zip(names, parameters, strict=True))
        return functional_call(net, weights, (inputs, state), {"generator": generator(1)})[0]

    assert torch.autograd.gradcheck(outputs, (inputs, *net.parameters()))


@pytest.mark.parametrize("options", COMBINATIONS.values(), ids=COMBINATIONS)
def test_gradients_of_every_option_are_finite_differences(rng, options):
    """Along random directions, which is quick, and of states too."""
    net = make_net(rng, **{"hidden_size": 3, "n_locations": 4, "word_size": 2} | options)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        assert_gradients_are_finite_differences(net, rng, fast_mode=True)


@pytest.mark.parametrize(
    "options", [{}, {"allocation": "softmax"}, *(PARK, FRANKE, CSORDAS), {"n_write_heads": 2}]
)
def test_every_number_of_the_interface_learns(rng, options):
    net = make_net(rng, **options)
    outputs, _ = net(normal(rng, 2, 4, 4), legal_state(net, 2, rng))
    outputs.square().sum().backward()
    for name, parameter in net.named_parameters():
        assert parameter.grad is not None, name
        assert (parameter.grad != 0).all(), name


def gradient_to(part, loss_of, **options):
    """Of a loss of one step, to a part of the memory's state before it."""
    rng = generator(1)
    net = make_net(rng, **options)
    state = legal_state(net, 2, rng)
    given_ = getattr(state.memory, part).requires_grad_()
    outputs, after = net.step(normal(rng, 2, 4), state)
    loss = loss_of(outputs, after.memory).square().sum()
    return torch.autograd.grad(loss, given_, allow_unused=True)[0]


def test_usage_sends_gradients_to_writes_or_not():
    def usage(_, memory):
        return memory.usage

    assert (gradient_to("write_weighting", usage) != 0).all()
    assert gradient_to("write_weighting", usage, usage_gradient=False) is None


def test_the_sort_sends_gradients_as_it_is_told():
    def outputs(outputs, _):
        return outputs

    fixed, identity, nothing = (
        gradient_to("usage", outputs, sort_gradient=how)
        for how in ("order-fixed", "identity", "none")
    )
    assert (fixed != 0).any() and (identity != 0).any()
    assert not torch.allclose(fixed, identity)
    assert nothing is None


@pytest.mark.parametrize("storage_noise", [0.0, 0.2])
@pytest.mark.parametrize("n_steps", [1, 2, 12])
@allocations
def test_gradients_from_an_empty_memory_are_finite(rng, allocation, n_steps, storage_noise):
    net = make_net(rng, allocation=allocation, storage_noise=storage_noise).float()
    for inputs in (torch.zeros(2, n_steps, 4), normal(rng, 2, n_steps, 4).float()):
        net.zero_grad()
        outputs, state = net(inputs.requires_grad_(), generator=rng)
        loss = outputs.square().sum() + sum(part.square().sum() for part in tensors(state))
        loss.backward()
        assert inputs.grad.isfinite().all()
        for name, parameter in net.named_parameters():
            assert parameter.grad.isfinite().all(), name


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("empty", ["memory", "key", "both", "mask"])
def test_gradients_of_a_cosine_with_nothing_are_finite(rng, empty, masked):
    memory, key = normal(rng, 1, 3, 2), normal(rng, 1, 1, 2)
    if empty in ("memory", "both"):
        memory.zero_()
    if empty in ("key", "both"):
        key.zero_()
    strength, mask = torch.ones(1, 1, dtype=torch.float64), uniform(rng, 1, 1, 2)
    if empty == "mask":
        mask.zero_()
    given = [part.requires_grad_() for part in (memory, key, strength, mask)]
    given = given if masked else given[:3]
    weighting = equations.content_weighting(*given)
    for gradient in torch.autograd.grad(weighting[0, 0, 0], given):
        assert gradient.isfinite().all()


def test_gradients_of_saturated_gates_are_finite(rng):
    for allocation in ("sort", "softmax"):
        net = make_net(rng, allocation=allocation, scale=300.0).float()
        outputs, _ = net(normal(rng, 2, 12, 4).float())
        outputs.square().sum().backward()
        assert outputs.isfinite().all()
        for name, parameter in net.named_parameters():
            assert parameter.grad.isfinite().all(), name


# the items of a batch


@given(options=options(), item=st.integers(0, 2))
@properties(25)
def test_an_item_does_not_see_the_others(options, item):
    """Neither forward, where they change, nor backward."""
    rng = generator(1)
    net = make_net(rng, **options)
    inputs, state = normal(rng, 3, 4, 4), legal_state(net, 3, rng)
    mine = torch.arange(3) == item

    def result(inputs, state):
        outputs, after = net(inputs, state, generator=generator(2))
        return outputs[item], *(part[item] for part in tensors(after))

    def others_changed(part):
        where = mine.view(-1, *[1] * (part.ndim - 1))
        return torch.where(where, part, 0.5 * part + 0.25)

    changed = others_changed(inputs), map_tensors(others_changed, state)
    own = result(inputs, state)
    assert same(own, result(*changed))

    given_ = [inputs.requires_grad_(), *(part.requires_grad_() for part in tensors(state))]
    loss = sum(part.square().sum() for part in result(inputs, state))
    for gradient in torch.autograd.grad(loss, given_, allow_unused=True):
        assert gradient is None or torch.count_nonzero(gradient[~mine]) == 0
    (gradient,) = torch.autograd.grad(result(inputs, state)[0].sum(), inputs)
    assert torch.count_nonzero(gradient[~mine]) == 0


@allocations
def test_an_item_gets_gradients_from_itself_alone(rng, allocation):
    net = make_net(rng, allocation=allocation)
    inputs = normal(rng, 3, 5, 4).requires_grad_()
    outputs, _ = net(inputs)
    for item in range(3):
        (gradient,) = torch.autograd.grad(outputs[item].sum(), inputs, retain_graph=True)
        others = [i for i in range(3) if i != item]
        assert torch.count_nonzero(gradient[others]) == 0
        assert (gradient[item] != 0).all()


@given(options=options(**CERTAIN))
@properties(20)
@torch.no_grad()
def test_an_item_is_the_same_alone(options):
    rng = generator(1)
    net = make_net(rng, **options)
    inputs, state = normal(rng, 3, 8, 4), legal_state(net, 3, rng)
    together, last = net(inputs, state)
    for item in range(3):
        own = slice(item, item + 1)
        alone, after = net(inputs[own], map_tensors(lambda part, own=own: part[own], state))
        assert_close(alone, together[own], atol=1e-9)
        assert_close(after, map_tensors(lambda part, own=own: part[own], last), atol=1e-9)


# what was read


def cut_reads(net):
    """The controller sees the inputs alone."""
    controller = net.controller.controller if isinstance(net.controller, DNC) else net.controller
    n_reads = net.memory.n_read_heads * net.memory.word_size
    with torch.no_grad():
        for layer in controller.layers:
            weight = layer.weight if isinstance(layer, torch.nn.Linear) else layer.weight_ih
            weight[:, net.input_size : net.input_size + n_reads] = 0


def outputs_after_two_reads(net, rng):
    """One step from two states that differ in what was read at the step before, nothing else."""
    state, inputs = legal_state(net, 2, rng), normal(rng, 2, 4)
    other = uniform(rng, *state.memory.read_vectors.shape)
    changed = state._replace(memory=state.memory._replace(read_vectors=other))
    return net.step(inputs, state), net.step(inputs, changed)


def hidden_units(state):
    """What a controller carries, where it carries any."""
    inner = state.controller
    return list(inner.controller if hasattr(inner, "memory") else inner)


@pytest.mark.parametrize("controller", ["lstm", "feedforward", "rnn", "gru", "deep-lstm", NESTED])
def test_reads_reach_the_controller(rng, controller):
    net = make_net(rng, controller=controller)
    (before, state), (after, changed) = outputs_after_two_reads(net, rng)
    assert (before != after).all()
    assert all((a != b).all() for a, b in zip(*map(hidden_units, (state, changed)), strict=True))
    assert not torch.equal(state.memory.write_weighting, changed.memory.write_weighting)

    cut_reads(net)  # the only way by which old reads matter
    (before, state), (after, changed) = outputs_after_two_reads(net, rng)
    assert torch.equal(before, after)
    assert all(map(torch.equal, tensors(state), tensors(changed)))


def test_outputs_are_sums_of_the_controllers_and_the_reads(rng):
    net = make_net(rng)
    inputs, state = normal(rng, 2, 4), legal_state(net, 2, rng)
    both, after = net.step(inputs, state)
    reads = net.reads_to_output(after.memory.read_vectors.flatten(1))
    hidden = net.hidden_to_output(after.controller[0])
    torch.testing.assert_close(both, hidden + reads)
    assert (reads != 0).all() and (hidden != 0).all()


def test_a_feedforward_controller_remembers_by_its_reads_alone(rng):
    net = make_net(rng, controller="feedforward")

    def gradient_of_the_past():
        inputs = normal(rng, 2, 4, 4).requires_grad_()
        outputs, _ = net(inputs, legal_state(net, 2, rng))
        return torch.autograd.grad(outputs[:, -1].sum(), inputs)[0][:, :-1]

    assert (gradient_of_the_past() != 0).all()
    cut_reads(net)
    assert (gradient_of_the_past() != 0).all()  # the reads still reach the output
    torch.nn.init.zeros_(net.reads_to_output.weight)
    assert torch.count_nonzero(gradient_of_the_past()) == 0
