"""What every network keeps to, whatever it computes; a new network is one more of `NETWORKS`."""

import json

import pytest
import torch

from memsim.base import map_tensors
from memsim.lesion import Lesion
from memsim.networks import NTM, RelationalMemory

from .helpers import NETWORKS, assert_same, make, normal, tensors

SMALLEST = {
    RelationalMemory: {"n_slots": 1, "head_size": 1},
    NTM: {"hidden_size": 1, "n_locations": 1, "word_size": 1},
}


@pytest.fixture(params=NETWORKS.values(), ids=NETWORKS.keys())
def net(request, rng):
    return make(*request.param, rng)


def test_chunks_make_the_whole(net, rng):
    inputs = normal(rng, 2, 9, 4)
    whole, last = net(inputs)
    for cuts in ([1], [4, 5], list(range(1, 9))):
        state, parts = None, []
        for chunk in inputs.tensor_split(cuts, dim=1):
            outputs, state = net(chunk, state)
            parts.append(outputs)
        assert_same((torch.cat(parts, dim=1), state), (whole, last))


def test_a_sequence_is_its_steps(net, rng):
    inputs, state = normal(rng, 2, 5, 4), net.initial_state(2)
    whole, last = net(inputs)
    for t in range(5):
        outputs, state = net.step(inputs[:, t], state)
        assert_same(outputs, whole[:, t])
    assert_same(state, last)


def test_padding_never_matters(net, rng):
    inputs, lengths = normal(rng, 3, 8, 4), torch.tensor([8, 3, 0])
    other = inputs.clone()
    for item, length in enumerate(lengths):
        other[item, length:] = 1e6
    outputs, state = net(inputs, lengths=lengths)
    assert_same(net(other, lengths=lengths), (outputs, state), atol=0)
    for item, length in enumerate(lengths[:2]):
        alone, own = net(inputs[item : item + 1, :length])
        assert_same(outputs[item : item + 1, :length], alone)
        assert_same(map_tensors(lambda part, i=item: part[i : i + 1], state), own)
        assert torch.count_nonzero(outputs[item, length:]) == 0
    never_began = map_tensors(lambda part: part[2:], state)
    assert_same(never_began, net.initial_state(1), atol=0)


def test_items_of_a_batch_are_independent(net, rng):
    inputs = normal(rng, 3, 6, 4).requires_grad_()
    outputs, _ = net(inputs)
    for item in range(3):
        assert_same(net(inputs[item : item + 1])[0][0], outputs[item])
        (gradient,) = torch.autograd.grad(outputs[item].sum(), inputs, retain_graph=True)
        others = [i for i in range(3) if i != item]
        assert torch.count_nonzero(gradient[others]) == 0
        assert (gradient[item] != 0).any(dim=-1).all()


def test_a_step_changes_nothing(net, rng):
    inputs = normal(rng, 2, 3, 4)
    _, state = net(inputs)
    given = [inputs, *tensors(state)]
    kept, versions = [part.clone() for part in given], [part._version for part in given]
    net(inputs, state)
    assert all(map(torch.equal, given, kept))
    assert versions == [part._version for part in given]


def test_later_inputs_leave_earlier_outputs_alone(net, rng):
    inputs = normal(rng, 2, 6, 4)
    changed = inputs.clone()
    changed[:, 4:] += 1
    before, after = net(inputs)[0], net(changed)[0]
    assert torch.equal(before[:, :4], after[:, :4])
    assert (before[:, 4:] != after[:, 4:]).all()


def test_gradients(net, rng):
    names, weights = zip(*net.named_parameters(), strict=True)

    def run(inputs, *values):
        named = dict(zip(names, values, strict=True))
        outputs, state = torch.func.functional_call(net, named, (inputs,))
        return outputs, *tensors(state)

    given = [part.detach().requires_grad_() for part in (normal(rng, 1, 2, 4), *weights)]
    assert torch.autograd.gradcheck(run, given, fast_mode=True)


def test_traces_have_time_after_the_batch(net, rng):
    inputs = normal(rng, 2, 5, 4)
    outputs, state, trace = net(inputs, return_trace=True)
    assert_same(net(inputs), (outputs, state), atol=0)
    assert tensors(trace)
    assert all(part.shape[:2] == (2, 5) for part in tensors(trace))


def test_options_make_the_network_again(net):
    again = type(net)(**json.loads(json.dumps(net.options)))
    assert again.options == net.options
    assert {name: part.shape for name, part in again.state_dict().items()} == {
        name: part.shape for name, part in net.state_dict().items()
    }


@pytest.mark.parametrize("scale", [0.0, 1.0, 300.0])
@pytest.mark.parametrize(("kind", "options"), NETWORKS.values(), ids=NETWORKS.keys())
def test_all_is_finite(kind, options, scale, rng):
    """From zero inputs, with zero weights, and where every gate is shut or open."""
    net = make(kind, options, rng, scale=scale).float()
    for inputs in (torch.zeros(2, 12, 4), 3 * normal(rng, 2, 12, 4).float()):
        net.zero_grad()
        outputs, state, trace = net(inputs.requires_grad_(), return_trace=True)
        loss = outputs.square().sum() + sum(part.square().sum() for part in tensors(state))
        loss.backward()
        assert all(part.isfinite().all() for part in [outputs, *tensors(trace), inputs.grad])
        for name, parameter in net.named_parameters():
            assert parameter.grad is None or parameter.grad.isfinite().all(), name


@pytest.mark.parametrize("kind", SMALLEST)
def test_all_sizes_one(kind, rng):
    net = make(kind, SMALLEST[kind], rng, sizes=(1, 1))
    outputs, state = net(normal(rng, 1, 20, 1))
    assert outputs.shape == (1, 20, 1)
    assert all(part.isfinite().all() for part in [outputs, *tensors(state)])
    sum(part.square().sum() for part in [outputs, *tensors(state)]).backward()
    for name, parameter in net.named_parameters():
        assert parameter.grad.isfinite().all(), name


@pytest.mark.parametrize("size", [0, -3, 2.5, True])
@pytest.mark.parametrize(
    ("kind", "argument"),
    [
        (kind, argument)
        for kind, options in NETWORKS.values()
        for argument, value in {"input_size": 4, "output_size": 2, **options}.items()
        if isinstance(value, int)
    ],
)
def test_sizes_below_one(kind, argument, size):
    options = {"input_size": 4, "output_size": 2} | next(
        o for k, o in NETWORKS.values() if k is kind
    )
    with pytest.raises(ValueError, match=rf"^{argument} must .* got {size}$"):
        kind(**(options | {argument: size}))


@pytest.mark.parametrize("shape", [(2, 4), (2, 0, 4), (2, 5, 3)])
def test_inputs_of_the_wrong_shape(net, shape):
    with pytest.raises(ValueError, match=r"inputs .*\(batch, time, 4\)"):
        net(torch.zeros(shape, dtype=torch.float64))


def test_states_of_another_batch(net):
    with pytest.raises(ValueError, match="another batch"):
        net(torch.zeros(2, 3, 4, dtype=torch.float64), net.initial_state(3))


def test_lesions_of_what_is_not_there(net):
    with pytest.raises(ValueError, match=rf"lesion of allocation is .* {type(net).__name__} lacks"):
        net(torch.zeros(1, 3, 4, dtype=torch.float64), lesion=Lesion(allocation=True))


def test_runs_in_less_precision(net, rng):
    """Told to use less, a network keeps its state in its own precision."""
    net, inputs = net.float(), normal(rng, 2, 5, 4).float()
    exact, _ = net(inputs)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        outputs, state = net(inputs)
        outputs.float().square().sum().backward()
    torch.testing.assert_close(outputs.float(), exact, rtol=0, atol=0.1)
    if hasattr(state, "memory"):
        assert state.memory.dtype == torch.float32


@pytest.mark.gpu
def test_runs_on_a_gpu(net, rng):
    inputs = normal(rng, 2, 5, 4)
    expected, _ = net(inputs)
    outputs, state = net.cuda()(inputs.cuda())
    outputs.square().sum().backward()
    assert all(part.is_cuda for part in tensors(state))
    torch.testing.assert_close(outputs.cpu(), expected, rtol=0, atol=1e-9)
