"""The fast path gives what the steps give: outputs, states and gradients."""

import os
import subprocess
import sys
import warnings

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memsim.base import map_tensors
from memsim.dnc import DNC, fast, kernels, sequence
from memsim.lesion import Lesion
from memsim.threads import one_thread

INPUTS, OUTPUTS = 3, 2


def make_net(seed, **options):
    torch.manual_seed(seed)
    sizes = {"hidden_size": 4, "n_locations": 5, "word_size": 3, "n_read_heads": 2}
    net = DNC(INPUTS, OUTPUTS, **(sizes | options)).double()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.uniform_(-1.5, 1.5)
    return net


def tensors(state):
    found = []
    map_tensors(lambda tensor: found.append(tensor) or tensor, state)
    return found


def somewhere(net, batch):
    """A state in the middle of a sequence."""
    net.fast = False
    with torch.no_grad():
        _, state = net(torch.randn(batch, 3, INPUTS, dtype=torch.float64))
    return state


def everything(net, is_fast, inputs, state, respond=None):
    """Outputs, last state, and gradients for inputs, weights and first state, all by name."""
    net.fast = is_fast
    net.zero_grad()
    inputs = inputs.clone().requires_grad_()
    first = map_tensors(lambda tensor: tensor.clone().requires_grad_(), state)
    generator = torch.Generator().manual_seed(3)
    outputs, last = net(inputs, first, generator=generator, respond=respond)
    results = {"outputs": outputs} | {f"state {k}": part for k, part in enumerate(tensors(last))}
    weights = torch.Generator().manual_seed(4)
    loss = sum(
        (
            part * torch.randn(part.shape, generator=weights, dtype=torch.float64).to(part.dtype)
        ).sum()
        for part in results.values()
    )
    loss.backward()
    results |= {"gradient of inputs": inputs.grad}
    results |= {f"gradient of {name}": p.grad for name, p in net.named_parameters()}
    results |= {f"gradient of state {k}": part.grad for k, part in enumerate(tensors(first))}
    return results


def assert_same(actual, expected):
    assert actual.keys() == expected.keys()
    for name, e in expected.items():
        e = torch.zeros(()) if e is None else e.detach()
        a = torch.zeros(()) if actual[name] is None else actual[name].detach()
        largest = e.abs().max().item() if e.numel() else 0.0
        worst = (a - e).abs().max().item() if e.numel() else 0.0
        assert worst <= 1e-9 * max(largest, 1e-3), f"{name} is off by {worst:.1e} of {largest:.1e}"


def assert_fast_is_slow(seed, batch, n_steps, respond=None, **options):
    net = make_net(seed, **options)
    inputs = torch.randn(batch, n_steps, INPUTS, dtype=torch.float64)
    assert fast.why_not(net, inputs) is None
    state = somewhere(net, batch)
    assert_same(*(everything(net, way, inputs, state, respond) for way in (True, False)))


@given(
    seed=st.integers(0, 2**31),
    batch=st.integers(1, 4),
    n_steps=st.sampled_from([1, 2, 7, 8, 9, 16, 19]),
    options=st.fixed_dictionaries(
        {
            "hidden_size": st.integers(1, 5),
            "n_locations": st.integers(1, 9),
            "word_size": st.integers(1, 5),
            "n_read_heads": st.integers(1, 4),
            "n_blocks": st.integers(1, 3),
            "controller": st.sampled_from(["lstm", "feedforward"]),
            "allocation": st.sampled_from(["sort", "softmax"]),
            "temporal_links": st.booleans(),
            "strengths": st.sampled_from(["oneplus", "softplus"]),
            "storage_noise": st.sampled_from([0.0, 0.4]),
        }
    ),
)
@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
def test_fast_is_slow_in_any_combination(seed, batch, n_steps, options):
    assert_fast_is_slow(seed, batch, n_steps, **options)


@pytest.mark.parametrize("controller", ["lstm", "feedforward"])
def test_closed_loops_are_the_same(controller):
    def respond(step, outputs):
        assert not outputs.requires_grad
        return None if step < 3 else torch.nn.functional.pad(outputs.sign(), (0, 1))

    assert_fast_is_slow(1, 3, 11, respond, controller=controller, storage_noise=0.2)


@pytest.mark.parametrize("batch", [1, 3])
def test_inputs_may_be_used_again_before_the_derivative(batch):
    def gradients(is_fast):
        net = make_net(15)
        net.fast, state, loss = is_fast, None, 0.0
        buffer = torch.empty(batch, 1, INPUTS, dtype=torch.float64)
        for _ in range(4):
            buffer.copy_(torch.randn(batch, 1, INPUTS))
            # the steps are given inputs of their own
            outputs, state = net(buffer if is_fast else buffer.clone(), state)
            loss = loss + outputs.square().sum()
        loss.backward()
        return {name: parameter.grad for name, parameter in net.named_parameters()}

    assert_same(gradients(True), gradients(False))


def test_without_gradients_only_the_last_step_is_kept(monkeypatch):
    kept, allocate = [], sequence.allocate

    def spy(dtype, shapes):
        if "a" in shapes:
            kept.append(shapes["a"][1])
        return allocate(dtype, shapes)

    monkeypatch.setattr(sequence, "allocate", spy)
    net = make_net(16)
    net.fast = True
    for context in (torch.no_grad(), torch.inference_mode(), torch.enable_grad()):
        with context:
            net(torch.zeros(1, 7, INPUTS, dtype=torch.float64))
    assert kept == [1, 1, 7]


@pytest.mark.parametrize("options", [{}, {"n_blocks": 2, "allocation": "softmax"}])
def test_without_gradients_too(options):
    net = make_net(2, **options)
    inputs, state = torch.randn(3, 20, INPUTS, dtype=torch.float64), somewhere(net, 3)
    results = []
    for net.fast in (True, False):
        with torch.inference_mode():
            outputs, last = net(inputs, state)
        results.append({"outputs": outputs} | dict(enumerate(tensors(last))))
    assert_same(*results)


def test_from_an_empty_memory():
    for seed in range(5):
        net = make_net(seed)
        inputs = torch.randn(2, 12, INPUTS, dtype=torch.float64)
        net.fast = True
        outputs, _ = net(inputs)
        net.fast = False
        torch.testing.assert_close(outputs, net(inputs)[0], rtol=0, atol=1e-9)


def test_single_precision_is_close():
    net = make_net(5)
    inputs, state = torch.randn(3, 9, INPUTS, dtype=torch.float64), somewhere(net, 3)
    exact = everything(net, True, inputs, state)
    exact = {name: part for name, part in exact.items() if part is not None}
    exact = {name: part.detach().clone() for name, part in exact.items()}
    single = everything(
        net.float(), True, inputs.float(), map_tensors(lambda tensor: tensor.float(), state)
    )
    for name, e in exact.items():
        assert single[name].dtype == torch.float32
        torch.testing.assert_close(single[name].double(), e, rtol=1e-3, atol=1e-4)


def test_gradients_are_finite_differences():
    net = make_net(6, hidden_size=2, n_locations=3, word_size=2, n_blocks=2)
    state = somewhere(net, 2)
    net.fast = True
    inputs = torch.randn(2, 9, INPUTS, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda inputs: net(inputs, state)[0], (inputs,))


def test_state_and_inputs_are_left_as_they_were():
    net = make_net(7)
    inputs, state = torch.randn(2, 9, INPUTS, dtype=torch.float64), somewhere(net, 2)
    kept = [part.clone() for part in [inputs, *tensors(state)]]
    net.fast = True
    net(inputs, state, respond=lambda step, outputs: torch.ones(2, INPUTS).double())
    assert all(map(torch.equal, kept, [inputs, *tensors(state)]))


def test_the_same_numbers_come_to_the_bit_wherever_arrays_lie():
    net = make_net(8, n_locations=12, word_size=16, hidden_size=128).float()
    net.fast = True
    inputs, clutter, seen = torch.randn(32, 13, INPUTS), [], set()
    for size in range(1, 40):
        clutter.append(np.empty(size * 37, dtype=np.float32))
        net.zero_grad()
        with one_thread():
            outputs, _ = net(inputs)
            outputs.square().sum().backward()
        parts = [outputs.detach(), *(parameter.grad for parameter in net.parameters())]
        seen.add(b"".join(part.numpy().tobytes() for part in parts))
    assert len(seen) == 1


HASH = """
import hashlib, torch
from memsim import DNC

torch.set_num_threads(1)
torch.manual_seed(8)
net = DNC(20, 17, hidden_size=128, n_locations=12, word_size=16, controller="feedforward")
net(torch.randn(32, 13, 20))[0].square().sum().backward()
bits = b"".join(parameter.grad.numpy().tobytes() for parameter in net.parameters())
print(hashlib.sha256(bits).hexdigest())
"""


@pytest.mark.slow
def test_loops_just_compiled_and_loops_from_the_cache_give_the_same_bits(tmp_path):
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    hashes = {
        subprocess.run(
            [sys.executable, "-c", HASH], env=environment, check=True, capture_output=True
        ).stdout
        for _ in range(3)
    }
    assert len(hashes) == 1


@pytest.mark.parametrize("controller", ["lstm", "feedforward"])
@pytest.mark.parametrize("closed", [False, True])
def test_gradients_can_be_asked_for_twice(controller, closed):
    net = make_net(8, controller=controller)
    inputs = torch.randn(2, 9, INPUTS, dtype=torch.float64)
    respond = (
        (lambda t, outputs: outputs[:, :1].expand(-1, INPUTS) if t > 3 else None)
        if closed
        else None
    )
    loss = net(inputs, respond=respond)[0].square().sum()
    first, second, third = (
        torch.autograd.grad(loss, list(net.parameters()), retain_graph=True) for _ in range(3)
    )
    # inputs and responses are multiplied apart forward, together when gates are computed again
    for one, two in zip(first, second, strict=True):
        torch.testing.assert_close(
            two, one, rtol=1e-12 if closed else 0, atol=1e-12 if closed else 0
        )
    assert all(map(torch.equal, second, third))


@pytest.mark.parametrize("name", ["memory_forward", "memory_backward", "rebuild"])
def test_a_planted_error_is_caught(monkeypatch, name):
    right = getattr(kernels, name)

    def wrong(*args):
        right(*args)
        if name == "memory_forward":
            args[7][0, 0, 0, 0] += 1e-6  # M
        elif name == "rebuild":
            args[10][0, 1, 0, 0, 0] += 1e-5  # M
        else:
            args[8][0, args[0], 0, 0] *= 1 + 1e-6  # d_xi

    monkeypatch.setattr(kernels, name, wrong)
    with pytest.raises(AssertionError, match="is off by"):
        assert_fast_is_slow(9, 2, 9, storage_noise=0.1)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"controller": "gru"}, "controller=gru"),
        ({"controller": {"hidden_size": 3, "n_locations": 2, "word_size": 2}}, "controller="),
        ({"layer_norm": "hidden"}, "layer_norm"),
        ({"dropout": 0.1}, "dropout"),
        ({"bypass_dropout": 0.1}, "dropout"),
        ({"clip": 1.0}, "clip"),
        ({"interface_clip": 1.0}, "clip"),
        ({"n_write_heads": 2}, "write heads"),
        ({"masked_content": True}, "masked_content"),
        ({"deallocation": True}, "deallocation"),
        ({"link_sharpness": True}, "link_sharpness"),
        ({"sort_gradient": "none"}, "sort_gradient"),
        ({"usage_gradient": False}, "usage_gradient"),
        ({"usage_decay": 0.1}, "decay"),
        ({"capacity": 2.0}, "capacity"),
        ({"output_interference": 0.1}, "output_interference"),
    ],
)
def test_what_it_lacks_runs_step_by_step(options, reason):
    net = make_net(10, **options)
    inputs = torch.randn(2, 4, INPUTS, dtype=torch.float64)
    assert reason in fast.why_not(net, inputs)
    net.fast = True
    outputs, _ = net(inputs, generator=torch.Generator().manual_seed(1))
    assert outputs.shape == (2, 4, OUTPUTS)
    outputs.sum().backward()


def test_dropout_is_fast_where_nothing_is_dropped():
    net = make_net(11, bypass_dropout=0.5).eval()
    assert fast.why_not(net, torch.zeros(1, 1, INPUTS, dtype=torch.float64)) is None


def test_half_precision_and_autocast_run_step_by_step():
    net = make_net(12).float()
    inputs = torch.zeros(1, 2, INPUTS)
    with torch.autocast("cpu"):
        assert fast.why_not(net, inputs) == "autocast"
    assert "float32 and float64" in fast.why_not(net.bfloat16(), inputs.bfloat16())


def test_traces_lesions_and_lengths_run_step_by_step(monkeypatch):
    net = make_net(13)
    net.fast = True
    inputs = torch.randn(2, 4, INPUTS, dtype=torch.float64)
    outputs, _ = net(inputs)
    monkeypatch.setattr(fast, "run_together", lambda *args: pytest.fail("the fast path was taken"))
    torch.testing.assert_close(net(inputs, return_trace=True)[0], outputs)
    torch.testing.assert_close(net(inputs, lengths=torch.tensor([4, 4]))[0], outputs)
    net(inputs, lesion=Lesion(allocation=True))


def test_where_nothing_compiles_the_steps_run_and_one_warning_says_so(monkeypatch):
    def broken(x):
        raise RuntimeError("no compiler here")

    monkeypatch.setattr(kernels, "sigmoid", broken)
    fast._compiled.cache_clear()
    net = make_net(14)
    net.fast = True
    inputs = torch.randn(2, 4, INPUTS, dtype=torch.float64)
    try:
        with pytest.warns(RuntimeWarning, match="no compiler here.*same results"):
            outputs, _ = net(inputs)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            again, _ = net(inputs)
    finally:
        monkeypatch.undo()
        fast._compiled.cache_clear()
    assert torch.equal(outputs, again)
    torch.testing.assert_close(net(inputs)[0], outputs, rtol=0, atol=1e-9)
