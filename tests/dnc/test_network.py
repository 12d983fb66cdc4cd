"""The network as its users meet it: sequences in chunks, states as values, noise, devices."""

import json

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from memsim.dnc import DNC
from memsim.weights import load_network, save_network

from .helpers import (
    CERTAIN,
    NESTED,
    all_finite,
    assert_close,
    generator,
    legal_state,
    make_net,
    normal,
    options,
    properties,
    random_options,
    same,
    tensors,
)

SIZES = {"hidden_size": 5, "n_locations": 6, "word_size": 3}
allocations = pytest.mark.parametrize("allocation", ["sort", "softmax"])
controllers = pytest.mark.parametrize(
    "controller", ["lstm", "feedforward", "rnn", "gru", "deep-lstm", NESTED]
)


@given(options=options(), cuts=st.sets(st.integers(1, 9)))
@properties(30)
@torch.no_grad()
def test_chunks_make_the_whole(options, cuts):
    rng = generator(3)
    net = make_net(rng, **options)
    inputs, start = normal(rng, 2, 10, 4), legal_state(net, 2, rng)
    whole, last = net(inputs, start, generator=generator(4))

    chance, state, parts = generator(4), start, []
    for chunk in inputs.tensor_split(sorted(cuts), dim=1):
        outputs, state = net(chunk, state, generator=chance)
        parts.append(outputs)
    assert_close(torch.cat(parts, dim=1), whole)
    assert_close(state, last)


@given(options=options())
@properties(25)
def test_a_sequence_is_its_steps(options):
    rng, chance = generator(1), generator(2)
    net = make_net(rng, **options)
    inputs, state = normal(rng, 2, 6, 4), net.initial_state(2)
    whole, last = net(inputs, generator=generator(2))
    for t in range(6):
        outputs, state = net.step(inputs[:, t], state, chance)
        assert_close(outputs, whole[:, t])
    assert_close(state, last)


@given(options=options())
@properties(25)
def test_steps_leave_the_state_as_it_was(options):
    rng = generator(1)
    net = make_net(rng, **options)
    state, inputs = legal_state(net, 2, rng), normal(rng, 2, 3, 4)
    kept, kept_inputs = [part.clone() for part in tensors(state)], inputs.clone()
    versions = [part._version for part in tensors(state)]
    net(inputs, state, generator=rng)
    assert same(state, kept)
    assert torch.equal(inputs, kept_inputs)
    assert versions == [part._version for part in tensors(state)]


@pytest.mark.parametrize("lengths", [None, torch.tensor([6, 3])])
@given(options=options())
@properties(10)
@torch.no_grad()
def test_a_closed_loop_adds_its_responses_to_the_next_inputs(lengths, options):
    rng, chance = generator(1), generator(2)
    net = make_net(rng, **options)
    inputs, state = normal(rng, 2, 6, 4), net.initial_state(2)
    sent = normal(rng, 2, 4)

    def respond(t, outputs):
        return None if t == 2 else (t + outputs) @ sent

    whole, _ = net(inputs, lengths=lengths, respond=respond, generator=generator(2))
    now = inputs[:, 0]
    for t in range(6):
        outputs, state = net.step(now, state, chance)
        going = slice(None) if lengths is None else t < lengths
        assert_close(outputs[going], whole[going, t])
        now = inputs[:, min(t + 1, 5)] + (0 if t == 2 else respond(t, outputs))


@controllers
def test_the_past_is_not_rewritten(rng, controller):
    """Later inputs do not change earlier outputs."""
    net = make_net(rng, controller=controller)
    inputs = normal(rng, 2, 6, 4)
    changed = inputs.clone()
    changed[:, 4:] += 1
    before, after = net(inputs)[0], net(changed)[0]
    assert torch.equal(before[:, :4], after[:, :4])
    assert (before[:, 4:] != after[:, 4:]).all()


def assert_weighting(weighting):
    """At least 0, and at most 1 in all."""
    assert weighting.isfinite().all()
    assert (weighting >= -1e-12).all()
    assert (weighting.sum(dim=-1) <= 1 + 1e-12).all()


@given(options=options())
@properties(25)
def test_weightings_stay_in_their_range(options):
    rng = generator(1)
    net = make_net(rng, scale=10.0, **options)
    with torch.no_grad():
        _, _, trace = net(3 * normal(rng, 4, 20, 4), generator=rng, return_trace=True)
    m = trace.memory.state
    assert ((m.usage >= -1e-12) & (m.usage <= 1 + 1e-12)).all()
    for weighting in (m.write_weighting, m.precedence, m.read_weighting):
        assert_weighting(weighting)
    for weighting in tensors(trace.memory[1:-1]):  # by allocation, content and links
        assert_weighting(weighting)
    if options["temporal_links"]:
        assert torch.count_nonzero(m.link.diagonal(dim1=-1, dim2=-2)) == 0
        assert_weighting(m.link)
        assert_weighting(m.link.transpose(-1, -2))


def test_without_links_nothing_is_kept_of_the_order(rng):
    net = make_net(rng, temporal_links=False, n_write_heads=3)
    _, state = net(normal(rng, 2, 5, 4))
    assert state.memory.link.shape == (2, 1, 3, 0, 0)
    assert torch.count_nonzero(state.memory.precedence) == 0
    read = state.memory.read_weighting.sum(dim=-1)
    torch.testing.assert_close(read, torch.ones_like(read))


@pytest.mark.parametrize("seed", range(10))
def test_gradients_that_are_cut_change_no_outputs(seed):
    chosen = random_options(seed, allocation="sort", **CERTAIN)
    chosen |= {"sort_gradient": "order-fixed", "usage_gradient": True}
    cut = chosen | {"sort_gradient": ("identity", "none")[seed % 2], "usage_gradient": False}
    inputs = normal(generator(seed), 2, 6, 4)

    def outputs(options):
        net = make_net(generator(seed), **options)
        return net(inputs, legal_state(net, 2, generator(seed)))[0]

    assert_close(outputs(cut), outputs(chosen))


# noise


@pytest.mark.parametrize("option", ["storage_noise", "dropout", "bypass_dropout", "nested"])
class TestChance:
    @pytest.fixture
    def net(self, rng, option):
        if option == "nested":
            return make_net(rng, controller=NESTED | {"storage_noise": 0.3})
        return make_net(rng, **{option: 0.3})

    def test_same_seed_same_noise(self, rng, net):
        inputs = normal(rng, 2, 5, 4)

        def outputs(seed):
            return net(inputs, generator=generator(seed))[0]

        assert torch.equal(outputs(1), outputs(1))
        assert not torch.equal(outputs(1), outputs(2))

    def test_noise_comes_from_torch_where_no_generator_is_given(self, rng, net):
        inputs = normal(rng, 2, 5, 4)
        with torch.random.fork_rng():
            torch.manual_seed(1)
            from_torch, _ = net(inputs)
        assert torch.equal(from_torch, net(inputs, generator=generator(1))[0])

    def test_a_generator_of_ones_own_leaves_that_of_torch_alone(self, rng, net):
        before = torch.get_rng_state()
        net(normal(rng, 2, 5, 4), generator=rng)
        assert torch.equal(torch.get_rng_state(), before)


@given(options=options(**CERTAIN))
@properties(25)
def test_without_noise_nothing_is_drawn(options):
    rng = generator(1)
    net = make_net(rng, **options)
    inputs = normal(rng, 2, 5, 4)
    own, of_torch = rng.get_state(), torch.get_rng_state()
    outputs, _ = net(inputs, generator=rng)
    assert torch.equal(rng.get_state(), own)
    assert torch.equal(torch.get_rng_state(), of_torch)
    assert torch.equal(outputs, net(inputs)[0])


# once more from its options, and on other devices


@given(options=options())
@properties(25)
def test_options_make_the_network_again(options):
    rng = generator(1)
    net = make_net(rng, **options)
    again = DNC(**json.loads(json.dumps(net.options))).double()
    again.load_state_dict(net.state_dict())
    again.fast = net.fast
    inputs, state = normal(rng, 2, 5, 4), legal_state(net, 2, rng)
    for one, other in zip(
        net(inputs, state, generator=generator(2), return_trace=True),
        again(inputs, state, generator=generator(2), return_trace=True),
        strict=True,
    ):
        assert same(one, other)


@pytest.mark.parametrize("seed", range(8))
def test_a_saved_network_goes_on_where_it_stopped(tmp_path, seed):
    rng = generator(seed)
    net = make_net(rng, **random_options(seed)).float().eval()
    inputs = normal(rng, 2, 8, 4).float()
    whole, last = net(inputs, generator=generator(1))

    chance = generator(1)
    first, state = net(inputs[:, :5], generator=chance)
    save_network(net, tmp_path / "network.safetensors")
    loaded = load_network(tmp_path / "network.safetensors").eval()
    loaded.fast = net.fast
    rest, state = loaded(inputs[:, 5:], state, generator=chance)
    assert torch.equal(torch.cat([first, rest], dim=1), whole)
    assert same(state, last)


VARIED = {"n_read_heads": 2, "n_write_heads": 2, "n_blocks": 2, "storage_noise": 0.1}


@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=pytest.mark.gpu)])
@pytest.mark.parametrize("temporal_links", [True, False])
@allocations
@controllers
def test_runs_on_any_device(controller, allocation, temporal_links, device):
    net = DNC(
        4,
        2,
        **SIZES,
        **VARIED,
        controller=controller,
        allocation=allocation,
        temporal_links=temporal_links,
    ).to(device)
    chance = torch.Generator(device).manual_seed(1)
    outputs, state = net(torch.ones(3, 5, 4, device=device), generator=chance)
    outputs.square().sum().backward()
    assert all(part.device.type == device for part in [outputs, *tensors(state)])
    assert all(part.dtype == torch.float32 for part in [outputs, *tensors(state)])
    for name, parameter in net.named_parameters():
        assert parameter.grad is not None and all_finite(parameter.grad), name


@pytest.mark.parametrize(
    "device", ["meta", pytest.param("cuda", marks=pytest.mark.gpu)], ids=["stand-in", "cuda"]
)
@pytest.mark.parametrize("seed", range(15))
def test_everything_stays_on_its_device(seed, device):
    """Tensors without numbers stand in for a GPU: the CPU's do not mix with them."""
    net = DNC(4, 2, **random_options(seed)).to(device)
    inputs = torch.ones(3, 5, 4, device=device)
    lengths = torch.tensor([5, 2, 0]) if device == "cuda" else None
    outputs, state, trace = net(
        inputs, lengths=None if lengths is None else lengths.to(device), return_trace=True
    )
    assert outputs.shape == (3, 5, 2)
    assert all(part.device.type == device for part in tensors((outputs, state, trace)))
