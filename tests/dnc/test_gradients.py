"""Gradients are right, finite, and stay within their item of the batch."""

import pytest
import torch
from torch.func import functional_call

from memsim.dnc import equations

from .helpers import legal_state, make_net, normal, tensors, uniform

allocations = pytest.mark.parametrize("allocation", ["sort", "softmax"])


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
    state = legal_state(net, 2, rng)  # no ties: there the order of usage jumps
    inputs = normal(rng, 2, 3, 4).requires_grad_()
    names = [name for name, _ in net.named_parameters()]

    def outputs(inputs, *parameters):
        generator = torch.Generator().manual_seed(1)
        weights = dict(zip(names, parameters, strict=True))
        return functional_call(net, weights, (inputs, state), {"generator": generator})[0]

    assert torch.autograd.gradcheck(outputs, (inputs, *net.parameters()))


@allocations
def test_every_number_of_the_interface_learns(rng, allocation):
    net = make_net(rng, allocation=allocation)
    outputs, _ = net(normal(rng, 2, 4, 4), legal_state(net, 2, rng))
    outputs.square().sum().backward()
    for name, parameter in net.named_parameters():
        assert parameter.grad is not None, name
        assert (parameter.grad != 0).all(), name


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


@pytest.mark.parametrize("empty", ["memory", "key", "both"])
def test_gradients_of_a_cosine_with_nothing_are_finite(rng, empty):
    memory, key = normal(rng, 1, 3, 2), normal(rng, 1, 1, 2)
    if empty in ("memory", "both"):
        memory.zero_()
    if empty in ("key", "both"):
        key.zero_()
    strength = torch.ones(1, 1, dtype=torch.float64)
    given = [part.requires_grad_() for part in (memory, key, strength)]
    weighting = equations.content_weighting(*given)
    for gradient in torch.autograd.grad(weighting[0, 0, 0], given):
        assert gradient.isfinite().all()


@allocations
def test_gradients_of_saturated_gates_are_finite(rng, allocation):
    net = make_net(rng, allocation=allocation, scale=300.0).float()
    outputs, _ = net(normal(rng, 2, 12, 4).float())
    outputs.square().sum().backward()
    assert outputs.isfinite().all()
    for name, parameter in net.named_parameters():
        assert parameter.grad.isfinite().all(), name


@allocations
def test_an_item_gets_no_gradient_from_the_others(rng, allocation):
    net = make_net(rng, allocation=allocation)
    inputs = normal(rng, 3, 5, 4).requires_grad_()
    outputs, _ = net(inputs)
    for item in range(3):
        (gradient,) = torch.autograd.grad(outputs[item].sum(), inputs, retain_graph=True)
        others = [i for i in range(3) if i != item]
        assert torch.count_nonzero(gradient[others]) == 0
        assert (gradient[item] != 0).all()


@allocations
def test_an_item_is_the_same_alone(rng, allocation):
    net = make_net(rng, allocation=allocation)
    inputs, state = normal(rng, 3, 12, 4), legal_state(net, 3, rng)
    together, _ = net(inputs, state)
    for item in range(3):
        own = type(state)(
            tuple(part[item : item + 1] for part in state.controller),
            type(state.memory)(*(part[item : item + 1] for part in state.memory)),
        )
        alone, _ = net(inputs[item : item + 1], own)
        torch.testing.assert_close(alone[0], together[item], rtol=0, atol=1e-12)


def cut_reads(net):
    """The controller sees the inputs alone."""
    layer = net.controller[0] if isinstance(net.controller, torch.nn.Sequential) else net.controller
    weight = layer.weight if isinstance(layer, torch.nn.Linear) else layer.weight_ih
    with torch.no_grad():
        weight[:, net.input_size :] = 0


def outputs_after_two_reads(net, rng):
    """One step from two states that differ in what was read at the step before, nothing else."""
    state, inputs = legal_state(net, 2, rng), normal(rng, 2, 4)
    other = uniform(rng, *state.memory.read_vectors.shape)
    changed = state._replace(memory=state.memory._replace(read_vectors=other))
    return net.step(inputs, state), net.step(inputs, changed)


@pytest.mark.parametrize("controller", ["lstm", "feedforward"])
def test_reads_reach_the_controller(rng, controller):
    net = make_net(rng, controller=controller)
    (before, state), (after, changed) = outputs_after_two_reads(net, rng)
    assert (before != after).all()
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
