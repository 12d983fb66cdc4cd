"""The network as its users meet it: sequences in chunks, states as values, noise, errors."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from memsim.dnc import DNC

from .helpers import legal_state, make_net, normal, tensors

SIZES = {"hidden_size": 5, "n_locations": 6, "word_size": 3}
allocations = pytest.mark.parametrize("allocation", ["sort", "softmax"])
controllers = pytest.mark.parametrize("controller", ["lstm", "feedforward"])


def assert_same(actual, expected):
    for a, e in zip(tensors(actual), tensors(expected), strict=True):
        torch.testing.assert_close(a, e, rtol=0, atol=1e-12)


@allocations
@controllers
@given(cuts=st.sets(st.integers(1, 9)))
@settings(max_examples=15, deadline=None, derandomize=True)
def test_chunks_make_the_whole(controller, allocation, cuts):
    rng = torch.Generator().manual_seed(3)
    net = make_net(rng, controller=controller, allocation=allocation, storage_noise=0.1)
    inputs, start = normal(rng, 2, 10, 4), legal_state(net, 2, rng)
    whole, last = net(inputs, start, generator=torch.Generator().manual_seed(4))

    generator, state, parts = torch.Generator().manual_seed(4), start, []
    for chunk in inputs.tensor_split(sorted(cuts), dim=1):
        outputs, state = net(chunk, state, generator=generator)
        parts.append(outputs)
    torch.testing.assert_close(torch.cat(parts, dim=1), whole, rtol=0, atol=1e-12)
    assert_same(state, last)


@controllers
def test_a_sequence_is_its_steps(rng, controller):
    net = make_net(rng, controller=controller)
    inputs, state = normal(rng, 2, 6, 4), net.initial_state(2)
    whole, last = net(inputs)
    for t in range(6):
        outputs, state = net.step(inputs[:, t], state)
        torch.testing.assert_close(outputs, whole[:, t], rtol=0, atol=1e-12)
    assert_same(state, last)


@pytest.mark.parametrize("storage_noise", [0.0, 0.1])
@pytest.mark.parametrize("temporal_links", [True, False])
@allocations
@controllers
def test_steps_leave_the_state_as_it_was(
    rng, controller, allocation, temporal_links, storage_noise
):
    net = make_net(
        rng,
        controller=controller,
        allocation=allocation,
        temporal_links=temporal_links,
        storage_noise=storage_noise,
    )
    state, inputs = legal_state(net, 2, rng), normal(rng, 2, 3, 4)
    kept, kept_inputs = [part.clone() for part in tensors(state)], inputs.clone()
    versions = [part._version for part in tensors(state)]
    net(inputs, state)
    assert all(map(torch.equal, tensors(state), kept))
    assert torch.equal(inputs, kept_inputs)
    assert versions == [part._version for part in tensors(state)]


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


@pytest.mark.parametrize("temporal_links", [True, False])
@allocations
def test_weightings_stay_in_their_range(rng, allocation, temporal_links):
    net = make_net(rng, scale=10.0, allocation=allocation, temporal_links=temporal_links)
    state, close = net.initial_state(8), 1 + 1e-12
    for inputs in normal(rng, 40, 8, 4):
        with torch.no_grad():
            _, state = net.step(3 * inputs, state)
        m = state.memory
        for weighting in (m.usage, m.write_weighting, m.precedence, m.link, m.read_weighting):
            assert weighting.isfinite().all()
            assert ((weighting >= -1e-12) & (weighting <= close)).all()
        for weighting in (m.write_weighting, m.precedence, m.read_weighting):
            assert (weighting.sum(dim=-1) <= close).all()
        if temporal_links:
            assert torch.count_nonzero(m.link.diagonal(dim1=1, dim2=2)) == 0
            assert (m.link.sum(dim=1) <= close).all() and (m.link.sum(dim=2) <= close).all()


def test_without_links_nothing_is_kept_of_the_order(rng):
    net = make_net(rng, temporal_links=False)
    _, state = net(normal(rng, 2, 5, 4))
    assert state.memory.link.shape == (2, 0, 0)
    assert torch.count_nonzero(state.memory.precedence) == 0
    torch.testing.assert_close(
        state.memory.read_weighting.sum(dim=2), torch.ones(2, 2, dtype=torch.float64)
    )


def test_same_seed_same_noise(rng):
    net = make_net(rng, storage_noise=0.3)
    inputs = normal(rng, 2, 5, 4)

    def outputs(seed):
        return net(inputs, generator=torch.Generator().manual_seed(seed))[0]

    assert torch.equal(outputs(1), outputs(1))
    assert not torch.equal(outputs(1), outputs(2))


def test_noise_comes_from_torch_where_no_generator_is_given(rng):
    net = make_net(rng, storage_noise=0.3)
    inputs = normal(rng, 2, 5, 4)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        from_torch, _ = net(inputs)
    assert torch.equal(from_torch, net(inputs, generator=torch.Generator().manual_seed(1))[0])


def test_a_generator_of_ones_own_leaves_that_of_torch_alone(rng):
    net = make_net(rng, storage_noise=0.3)
    before = torch.get_rng_state()
    net(normal(rng, 2, 5, 4), generator=rng)
    assert torch.equal(torch.get_rng_state(), before)


def test_without_noise_nothing_is_drawn(rng):
    net = make_net(rng, storage_noise=0.0)
    inputs = normal(rng, 2, 5, 4)
    own, of_torch = rng.get_state(), torch.get_rng_state()
    outputs, _ = net(inputs, generator=rng)
    assert torch.equal(rng.get_state(), own)
    assert torch.equal(torch.get_rng_state(), of_torch)
    assert torch.equal(outputs, net(inputs)[0])


@pytest.mark.parametrize("shape", [(2, 4), (2, 5, 3), (2, 5, 5), (1, 2, 5, 4)])
def test_inputs_of_the_wrong_shape(rng, shape):
    with pytest.raises(ValueError) as error:
        make_net(rng)(torch.zeros(shape, dtype=torch.float64))
    message = str(error.value)
    assert "inputs" in message and "(batch, time, 4)" in message and str(shape) in message


@pytest.mark.parametrize("size", [0, -3, 2.5])
@pytest.mark.parametrize(
    "argument",
    ["input_size", "output_size", "hidden_size", "n_locations", "word_size", "n_read_heads"],
)
def test_sizes_below_one(argument, size):
    sizes = {"input_size": 4, "output_size": 2, **SIZES}
    with pytest.raises(ValueError, match=rf"^{argument} must .* got {size}$"):
        DNC(**(sizes | {argument: size}))


@pytest.mark.parametrize(
    ("argument", "offered"),
    [("controller", ("lstm", "feedforward")), ("allocation", ("sort", "softmax"))],
)
def test_unknown_options(argument, offered):
    with pytest.raises(ValueError, match=rf"^{argument} must .* got 'gru'$") as error:
        DNC(4, 2, **SIZES, **{argument: "gru"})
    assert all(name in str(error.value) for name in offered)


@pytest.mark.parametrize("noise", [-0.1, float("nan")])
def test_negative_noise(noise):
    with pytest.raises(ValueError, match=rf"^storage_noise must .* got {noise}$"):
        DNC(4, 2, **SIZES, storage_noise=noise)


@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=pytest.mark.gpu)])
@pytest.mark.parametrize("temporal_links", [True, False])
@allocations
@controllers
def test_runs_on_any_device(controller, allocation, temporal_links, device):
    net = DNC(
        4,
        2,
        **SIZES,
        n_read_heads=2,
        controller=controller,
        allocation=allocation,
        temporal_links=temporal_links,
        storage_noise=0.1,
    ).to(device)
    generator = torch.Generator(device).manual_seed(1)
    outputs, state = net(torch.ones(3, 5, 4, device=device), generator=generator)
    outputs.square().sum().backward()
    assert all(part.device.type == device for part in [outputs, *tensors(state)])
    assert all(part.dtype == torch.float32 for part in [outputs, *tensors(state)])
    for parameter in net.parameters():
        assert parameter.grad.isfinite().all()


@pytest.mark.parametrize("temporal_links", [True, False])
@allocations
@controllers
def test_everything_stays_on_its_device(controller, allocation, temporal_links):
    """Tensors without numbers stand in for a GPU: the CPU's do not mix with them."""
    net = DNC(
        4,
        2,
        **SIZES,
        controller=controller,
        allocation=allocation,
        temporal_links=temporal_links,
        storage_noise=0.1,
    ).to("meta")
    outputs, state = net(torch.ones(3, 5, 4, device="meta"))
    assert outputs.shape == (3, 5, 2)
    assert all(part.device.type == "meta" for part in [outputs, *tensors(state)])
