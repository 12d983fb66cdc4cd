"""Several networks at once: each does what it does alone, and one's trouble is not another's."""

import subprocess
import sys
from importlib import import_module

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memsim import memory_limit
from memsim.base import map_tensors
from memsim.dnc import DNC, fast
from memsim.parallel import train_many
from memsim.train import train
from paradigms import FreeRecall, RandomBinary

INPUTS, OUTPUTS = 3, 2
TASK = FreeRecall(list_length=4)
SMALL = {"n_updates": 6, "batch_size": 16, "hidden_size": 8, "word_size": 4, "n_locations": 6}
SMALL |= {"codes": RandomBinary(n_bits=5), "n_other_words": 12, "max_restarts": 0}


def make_nets(seed, n, dtype=torch.float64, **options):
    torch.manual_seed(seed)
    sizes = {"hidden_size": 4, "n_locations": 5, "word_size": 3, "n_read_heads": 2}
    nets = [DNC(INPUTS, OUTPUTS, **(sizes | options)).to(dtype) for _ in range(n)]
    with torch.no_grad():
        for net in nets:
            for parameter in net.parameters():
                parameter.uniform_(-1.5, 1.5)
    return nets


def tensors(state):
    found = []
    map_tensors(lambda tensor: found.append(tensor) or tensor, state)
    return found


def say(step, outputs):
    assert not outputs.requires_grad
    return None if step < 2 else torch.nn.functional.pad(outputs.sign(), (0, 1))


def everything(nets, run, inputs, state, respond, generators):
    """Of each network: outputs, last state, and gradients for inputs, first state, weights."""
    inputs = inputs.clone().requires_grad_()
    first = map_tensors(lambda tensor: tensor.clone().requires_grad_(), state)
    outputs, last = run(inputs, first, respond, generators)
    after = [outputs, *tensors(last)]
    losses = []
    for k in range(len(nets)):
        shares = [part.chunk(len(nets))[k] for part in after]
        weights = [torch.linspace(-1, 1, part.numel(), dtype=part.dtype) for part in shares]
        losses.append(sum(part.flatten() @ w for part, w in zip(shares, weights, strict=True)))
        nets[k].zero_grad()
    torch.autograd.backward(losses)
    by_list = [*after, inputs.grad, *(part.grad for part in tensors(first))]
    return [
        [part.chunk(len(nets))[k].detach() for part in by_list]
        + [parameter.grad.clone() for parameter in net.parameters()]
        for k, net in enumerate(nets)
    ]


def together_and_alone(nets, batch, n_steps, closed=False):
    dtype = nets[0].to_interface.weight.dtype
    inputs = torch.randn(len(nets) * batch, n_steps, INPUTS, dtype=dtype)
    state = map_tensors(
        lambda tensor: torch.rand_like(tensor) / 20, nets[0].initial_state(len(inputs))
    )
    respond = say if closed else None

    def generators(numbers):
        return [torch.Generator().manual_seed(k) for k in numbers]

    def all_at_once(*arguments):
        return fast.run_together(nets, *arguments)

    together = everything(nets, all_at_once, inputs, state, respond, generators(range(len(nets))))
    alone = []
    for k, net in enumerate(nets):
        rows = slice(k * batch, (k + 1) * batch)

        def one(inputs, state, respond, generators, net=net):
            return net(inputs, state, respond=respond, generator=generators[0])

        part = map_tensors(lambda tensor, rows=rows: tensor[rows], state)
        alone += everything([net], one, inputs[rows], part, respond, generators([k]))
    return together, alone


def assert_close(together, alone):
    for k, (parts, expected) in enumerate(zip(together, alone, strict=True)):
        for number, (part, e) in enumerate(zip(parts, expected, strict=True)):
            if e.numel():
                worst, largest = (part - e).abs().max().item(), e.abs().max().item()
                assert worst <= 1e-9 * max(largest, 1e-3), f"network {k}, {number}: off by {worst}"


@given(
    seed=st.integers(0, 2**31),
    n=st.integers(1, 4),
    batch=st.integers(1, 4),
    n_steps=st.sampled_from([1, 2, 8, 9, 17]),
    closed=st.booleans(),
    options=st.fixed_dictionaries(
        {
            "hidden_size": st.integers(1, 5),
            "n_locations": st.integers(1, 9),
            "word_size": st.integers(1, 5),
            "n_read_heads": st.integers(1, 3),
            "n_blocks": st.integers(1, 3),
            "controller": st.sampled_from(["lstm", "feedforward"]),
            "allocation": st.sampled_from(["sort", "softmax"]),
            "temporal_links": st.booleans(),
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
def test_together_is_alone_in_any_combination(seed, n, batch, n_steps, closed, options):
    assert_close(*together_and_alone(make_nets(seed, n, **options), batch, n_steps, closed))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("controller", ["lstm", "feedforward"])
@pytest.mark.parametrize(("n", "batch", "units"), [(3, 16, 5), (8, 32, 64)])
def test_together_is_alone_to_the_bit(dtype, controller, n, batch, units):
    nets = make_nets(1, n, dtype, controller=controller, hidden_size=units, storage_noise=0.2)
    together, alone = together_and_alone(nets, batch, 11, closed=True)
    for parts, expected in zip(together, alone, strict=True):
        assert all(map(torch.equal, parts, expected))


def test_swapped_weights_are_caught(monkeypatch):
    nets = make_nets(2, 2)
    parameters = fast._parameters
    other = {nets[0]: nets[1], nets[1]: nets[0]}
    calls = []

    def swapped(net):
        calls.append(net)
        return parameters(other[net] if len(calls) <= 2 else net)

    monkeypatch.setattr(fast, "_parameters", swapped)
    with pytest.raises(AssertionError, match="off by"):
        assert_close(*together_and_alone(nets, 2, 3))


def test_what_does_not_go_together_is_told():
    one, other = make_nets(3, 1) + make_nets(3, 1, word_size=2)
    inputs = torch.zeros(2, 1, INPUTS).double()
    with pytest.raises(ValueError, match="must have the same options, but network 1 has"):
        fast.run_together([one, other], inputs, one.initial_state(2))
    with pytest.raises(ValueError, match="as many lists for each of 2 networks, got 3 lists"):
        fast.run_together(make_nets(3, 2), torch.zeros(3, 1, INPUTS).double(), None)


FIRST = """
import sys, torch
from memsim.dnc import DNC, fast

torch.set_num_threads(1)
torch.manual_seed(8)
nets = [DNC(9, 6, hidden_size=8, n_locations=6, word_size=4) for _ in range(2)]
inputs = torch.randn(32, 9, 9)
if sys.argv[1] == "together":
    outputs, _ = fast.run_together(nets, inputs, nets[0].initial_state(32))
else:
    outputs = torch.cat([net(part)[0] for net, part in zip(nets, inputs.chunk(2))])
torch.autograd.backward([part.square().sum() for part in outputs.chunk(2)])
print(b"".join(p.grad.numpy().tobytes() for net in nets for p in net.parameters()).hex())
"""


def test_whoever_comes_first_in_a_process_gets_the_same_bits():
    first = [
        subprocess.run([sys.executable, "-c", FIRST, way], check=True, capture_output=True).stdout
        for way in ("together", "alone")
    ]
    assert first[0] == first[1]


def assert_same_training(actual, expected):
    assert actual.seed == expected.seed
    assert actual.restarts == expected.restarts and actual.failure == expected.failure
    assert actual.history.equals(expected.history)
    for one, other in zip(actual.network.parameters(), expected.network.parameters(), strict=True):
        assert torch.equal(one, other)


@pytest.mark.parametrize(
    "options",
    [
        {"storage_noise": 0.2, "controller": "lstm"},
        {"n_blocks": 2, "codes": RandomBinary(n_bits=7)},
        {"n_updates": 60, "learning_rate": 0.0, "max_restarts": 1},  # all of them stuck
        {"network": "lstm"},
        {"batch_size": 5},
    ],
    ids=str,
)
def test_a_network_of_several_is_the_one_trained_alone(options):
    options = {**SMALL, **options}
    if options.get("network") == "lstm":
        options = {name: options[name] for name in options if name[:2] not in ("wo", "n_l")}
        del options["n_locations"]
    several = train(TASK, seed=3, n_networks=3, **options)
    for k, each in enumerate(several):
        assert_same_training(each, train(TASK, seed=3 + k, **options))


def test_the_number_of_workers_changes_nothing():
    settings = [
        SMALL | {"seed": seed, "storage_noise": noise} for noise in (0, 0.3) for seed in (1, 5)
    ]
    settings = [*settings, SMALL | {"seed": 2, "storage_noise": 0}]
    seen = {1: {}, 2: {}}
    one, two = (
        train_many(
            TASK,
            settings,
            workers=workers,
            progress=lambda k, now, workers=workers: seen[workers].setdefault(k, now),
        )
        for workers in (1, 2)
    )
    assert seen[1] == seen[2] and sorted(seen[1]) == [0, 1, 2, 3, 4]
    for k, (a, b) in enumerate(zip(one, two, strict=True)):
        assert_same_training(a, b)
        assert a.seed == settings[k]["seed"]
        assert a.network.options["storage_noise"] == settings[k]["storage_noise"]


def test_who_diverges_begins_again_and_leaves_the_others_as_they_are(monkeypatch):
    options = SMALL | {"n_updates": 25, "max_restarts": 1}
    module = import_module("memsim.train")
    # 25 updates teach nothing
    monkeypatch.setattr(import_module("memsim.lockstep"), "stuck", lambda *arguments: None)
    expected = {seed: train(TASK, seed=seed, **options) for seed in (3, 5)}
    initialise, begun = module.initialise, []

    def spoil_the_second(network):
        initialise(network)
        begun.append(network)
        if len(begun) == 2:
            with torch.no_grad():
                network.to_interface.weight[0, 0] = torch.inf

    monkeypatch.setattr(module, "initialise", spoil_the_second)
    three = train(TASK, seed=3, n_networks=3, **options)
    assert three[1].restarts[0].startswith("diverged: at update 1 the loss is nan")
    assert len(begun) == 4 and three[1].failure is None and len(three[1].restarts) == 1
    assert set(three[1].history["attempt"]) == {1}
    for k in (0, 2):
        assert_same_training(three[k], expected[3 + k])


def test_progress_says_which_network():
    seen = []
    several = train(
        TASK, n_networks=2, progress=lambda k, now: seen.append((k, now.update)), **SMALL
    )
    assert isinstance(several, list) and [each.seed for each in several] == [0, 1]
    assert seen == [(0, 6), (1, 6)]


def test_numbers_of_networks_and_workers_are_checked():
    with pytest.raises(ValueError, match="n_networks must be 1 or more, got 0"):
        train(TASK, n_networks=0, **SMALL)
    with pytest.raises(ValueError, match="workers=2 needs n_networks"):
        train(TASK, workers=2, **SMALL)


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak from /proc")
@pytest.mark.parametrize("size", ["(16, 24, 64, 64, 32, 2, 64)", "(8, 40, 6, 128, 16, 4, 32)"])
def test_the_estimate_of_memory_is_near_the_peak(size):
    code = f"""
import torch
from pathlib import Path
from benchmarks.dnc import ours, resident
from memsim import DNC
from memsim.memory_limit import training_bytes
torch.set_num_threads(1)
ours((2, 3, 4, 5, 6, 1, 7))()
b, t, x, n, w, r, h = size = {size}
step = ours(size)
Path("/proc/self/clear_refs").write_text("5")
before = resident("VmRSS")
step(); step()
net = DNC(x, x, hidden_size=h, n_locations=n, word_size=w, n_read_heads=r)
print(training_bytes(net, b, t) / 1024 / (resident("VmHWM") - before))
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert 0.5 < float(done.stdout) < 2


def test_what_does_not_fit_into_memory_is_told_before_it_starts(monkeypatch):
    monkeypatch.setattr(memory_limit, "available_bytes", lambda: 2**20)
    options = SMALL | {"n_locations": 300}
    with pytest.raises(
        ValueError, match=r"needs about .* MiB of memory and 1.0 MiB are free.*9 steps"
    ):
        train(TASK, **options)
    with pytest.raises(
        ValueError, match="n_locations squared .90,000 numbers a list.*temporal_links"
    ):
        train(TASK, **options, allocation="softmax", n_write_heads=2)  # step by step


def test_networks_train_one_by_one_where_only_one_fits(monkeypatch):
    expected = train(TASK, n_networks=2, **SMALL)
    sizes = []
    module = import_module("memsim.train")
    learn = module.learn
    monkeypatch.setattr(module, "check_memory", lambda *arguments: 1)
    monkeypatch.setattr(
        module, "learn", lambda group, *rest: sizes.append(len(group)) or learn(group, *rest)
    )
    for one, other in zip(train(TASK, n_networks=2, **SMALL), expected, strict=True):
        assert_same_training(one, other)
    assert sizes == [1, 1]


def test_a_limit_of_the_control_group_counts(tmp_path, monkeypatch):
    (tmp_path / "memory.max").write_text("1000\n")
    (tmp_path / "memory.current").write_text("400\n")
    monkeypatch.setattr(memory_limit, "GROUP", tmp_path)
    assert memory_limit.available_bytes() == 600
    (tmp_path / "memory.max").write_text("max\n")
    assert memory_limit.available_bytes() > 600
