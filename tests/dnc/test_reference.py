"""The network and the plain loops of reference.py agree, state by state."""

import pytest
import torch

from . import reference
from .helpers import legal_state, make_net, normal, tensors

STEPS, BATCH = 30, 2

networks = pytest.mark.parametrize("controller", ["lstm", "feedforward"])
memories = pytest.mark.parametrize(
    ("allocation", "temporal_links", "n_read_heads"),
    [
        (allocation, links, heads)
        for allocation in ("sort", "softmax")
        for links in (True, False)
        for heads in (1, 3)
    ],
)


def array(tensor):
    return tensor.detach().numpy()


def weights_of(net):
    if isinstance(net.controller, torch.nn.LSTMCell):
        cell = net.controller
        controller = [cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh]
    else:
        controller = list(net.controller[0].parameters())
    return {
        "controller": [array(weight) for weight in controller],
        "interface": (array(net.to_interface.weight), array(net.to_interface.bias)),
        "output": (array(net.hidden_to_output.weight), array(net.hidden_to_output.bias)),
        "reads": array(net.reads_to_output.weight),
    }


def states_of(net, state):
    """One reference state per item of the batch."""
    m, links = state.memory, net.memory.temporal_links
    return [
        reference.State(
            hidden=array(state.controller[0][i]) if state.controller else None,
            cell=array(state.controller[1][i]) if state.controller else None,
            memory=array(m.memory[i]),
            usage=array(m.usage[i]),
            write_weighting=array(m.write_weighting[i]),
            precedence=array(m.precedence[i]) if links else None,
            link=array(m.link[i]) if links else None,
            read_weightings=array(m.read_weighting[i]),
            read_vectors=array(m.read_vectors[i]),
        )
        for i in range(m.memory.shape[0])
    ]


def assert_same_state(actual, expected, when):
    for field, a, e in zip(reference.State._fields, actual, expected, strict=True):
        if field == "hidden" and a is None:
            continue  # a feed-forward controller carries nothing
        assert (a is None) == (e is None), f"{field} at {when}"
        if a is not None:
            assert a.shape == e.shape, f"{field} at {when}"
            worst = abs(a - e).max()
            assert worst < 1e-10, f"{field} at {when} is off by {worst:.1e}"


def run_both(net, state, rng):
    """Outputs (t, b, y) and states after every step, of the network and of the reference."""
    inputs, noise = normal(rng, BATCH, STEPS, net.input_size), None
    if net.memory.storage_noise:
        generator = torch.Generator().manual_seed(5)
        noise = [
            array(torch.empty_like(state.memory.memory).normal_(generator=generator))
            for _ in range(STEPS)
        ]
    expected, traces = reference.run(
        array(inputs),
        states_of(net, state),
        weights_of(net),
        net.memory.allocation,
        net.memory.temporal_links,
        net.memory.storage_noise,
        noise,
    )
    generator = torch.Generator().manual_seed(5)
    outputs, states = [], []
    with torch.no_grad():
        for t in range(STEPS):
            output, state = net.step(inputs[:, t], state, generator)
            outputs.append(array(output))
            states.append(states_of(net, state))
    return outputs, states, expected.swapaxes(0, 1), list(zip(*traces, strict=True))


@pytest.mark.parametrize("storage_noise", [0.0, 0.2])
@memories
@networks
def test_network_follows_the_paper(
    rng, controller, allocation, temporal_links, n_read_heads, storage_noise
):
    net = make_net(
        rng,
        controller=controller,
        allocation=allocation,
        temporal_links=temporal_links,
        n_read_heads=n_read_heads,
        storage_noise=storage_noise,
    )
    outputs, states, expected, traces = run_both(net, legal_state(net, BATCH, rng), rng)
    assert expected.std() > 0.1
    for t in range(STEPS):
        for item in range(BATCH):
            assert_same_state(states[t][item], traces[t][item], f"step {t}, item {item}")
        assert abs(outputs[t] - expected[t]).max() < 1e-10, f"outputs at step {t}"


@memories
@networks
def test_outputs_from_an_empty_memory_follow_the_paper(
    rng, controller, allocation, temporal_links, n_read_heads
):
    # Locations that nothing has told apart yet differ by rounding alone, so which of them is
    # written first is left open; the outputs are the same for either.
    net = make_net(
        rng,
        controller=controller,
        allocation=allocation,
        temporal_links=temporal_links,
        n_read_heads=n_read_heads,
    )
    outputs, _, expected, _ = run_both(net, net.initial_state(BATCH), rng)
    for t in range(STEPS):
        assert abs(outputs[t] - expected[t]).max() < 1e-10, f"outputs at step {t}"


@pytest.mark.parametrize("temporal_links", [True, False])
@pytest.mark.parametrize("allocation", ["sort", "softmax"])
@pytest.mark.parametrize("controller", ["lstm", "feedforward"])
def test_empty_state_is_the_references(rng, controller, allocation, temporal_links):
    net = make_net(rng, controller=controller, allocation=allocation, temporal_links=temporal_links)
    expected = reference.empty_state(5, 6, 3, 2, controller, temporal_links)
    actual = net.initial_state(BATCH)
    assert all(torch.count_nonzero(tensor) == 0 for tensor in tensors(actual))
    for item in states_of(net, actual):
        assert_same_state(item, expected, "the start")


@memories
def test_interface_has_the_references_size(rng, allocation, temporal_links, n_read_heads):
    net = make_net(
        rng, allocation=allocation, temporal_links=temporal_links, n_read_heads=n_read_heads
    )
    expected = reference.interface_size(n_read_heads, 3, allocation, temporal_links)
    assert net.memory.interface_size == expected


@pytest.mark.parametrize(("n_read_heads", "word_size"), [(1, 3), (4, 64)])
def test_interface_has_the_papers_size(rng, n_read_heads, word_size):
    net = make_net(rng, n_read_heads=n_read_heads, word_size=word_size)
    papers = word_size * n_read_heads + 3 * word_size + 5 * n_read_heads + 3
    assert net.memory.interface_size == papers
