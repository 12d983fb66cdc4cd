"""The plain loops of reference.py, where the answer is known by hand."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch

from . import reference
from .reference import Lesion, Options

PLAIN = Options(n_locations=5, word_size=3, n_read_heads=2, hidden_size=4)
INNER = Options(
    n_locations=4, word_size=2, n_read_heads=1, hidden_size=3, n_blocks=2, storage_noise=0.1
)
EVERYTHING = replace(
    PLAIN,
    n_write_heads=2,
    n_blocks=2,
    controller=INNER,
    allocation="softmax",
    masked_content=True,
    deallocation=True,
    link_sharpness=True,
    layer_norm="hidden",
    strengths="softplus",
    clip=2.0,
    interface_clip=3.0,
    storage_noise=0.1,
    memory_decay=0.1,
    usage_decay=0.1,
    link_decay=0.1,
    capacity=3.0,
    output_interference=0.2,
)
VARIANTS = {
    "plain": PLAIN,
    "no links": replace(PLAIN, temporal_links=False),
    "softmax": replace(PLAIN, allocation="softmax"),
    "write heads": replace(PLAIN, n_write_heads=3),
    "blocks": replace(PLAIN, n_blocks=3, temporal_links=False),
    "feedforward": replace(PLAIN, controller="feedforward", deallocation=True),
    "rnn": replace(PLAIN, controller="rnn", layer_norm="interface"),
    "gru": replace(PLAIN, controller="gru", masked_content=True),
    "deep-lstm": replace(PLAIN, controller="deep-lstm", n_layers=2),
    "everything": EVERYTHING,
    "everything, sorted": replace(EVERYTHING, allocation="sort", link_sharpness=False),
}
variants = pytest.mark.parametrize("options", VARIANTS.values(), ids=VARIANTS)
INPUTS, OUTPUTS, STEPS = 3, 4, 12


@pytest.fixture
def rng():
    return np.random.default_rng(20250101)


def random_weights(rng, options, inputs=INPUTS, outputs=OUTPUTS):
    def normal(*shape):
        return rng.normal(size=shape)

    n_reads = options.n_read_heads * options.word_size
    seen, size = inputs + n_reads, options.hidden_size

    def recurrent(gates, seen):
        n = gates * size
        return [normal(n, seen), normal(n, size), normal(n), normal(n)]

    if isinstance(options.controller, Options):
        size = 4
        controller = random_weights(rng, options.controller, seen, size)
    elif options.controller == "feedforward":
        controller = [normal(size, seen), normal(size)]
    elif options.controller == "deep-lstm":
        n = options.n_layers
        controller = [recurrent(4, seen + (size if layer else 0)) for layer in range(n)]
        size *= n
    else:
        controller = recurrent({"rnn": 1, "gru": 3, "lstm": 4}[options.controller], seen)
    n = reference.interface_size(options)
    return {
        "controller": controller,
        "interface": (normal(n, size), normal(n)),
        "hidden_norm": (normal(size), normal(size)),
        "interface_norm": (normal(n), normal(n)),
        "output": (normal(outputs, size), normal(outputs)),
        "reads": normal(outputs, n_reads),
    }


def normal_z(rng, options):
    """The noise of one step, that of a DNC as controller with it."""
    z = rng.normal(size=(options.n_blocks, options.n_locations, options.word_size))
    inner = options.controller
    return (z, normal_z(rng, inner)) if isinstance(inner, Options) else z


def run(rng, options, **lesion):
    """Outputs, states and traces of one list from the start."""
    weights = random_weights(rng, options)
    inputs = rng.normal(size=(1, STEPS, INPUTS))
    noise = [[normal_z(rng, options)] for _ in range(STEPS)]
    start = [reference.empty_state(options)]
    outputs, states, traces = reference.run(inputs, start, weights, options, noise, **lesion)
    return outputs[0], states[0], traces[0]


# the interface


@pytest.mark.parametrize(("R", "W"), [(1, 3), (4, 64)])
def test_interface_has_the_size_in_graves(R, W):
    options = replace(PLAIN, n_read_heads=R, word_size=W)
    assert reference.interface_size(options) == W * R + 3 * W + 5 * R + 3


@pytest.mark.parametrize(("K", "R", "L"), [(2, 1, 3), (3, 4, 64)])
def test_interface_has_the_size_in_park(K, R, L):
    options = replace(PLAIN, n_blocks=K, n_read_heads=R, word_size=L, temporal_links=False)
    assert reference.interface_size(options) == K * (L * R + 3 * L + 3 * R + 3)


def test_interface_is_taken_apart_in_order():
    options = replace(PLAIN, n_read_heads=2, n_write_heads=2, word_size=1, n_blocks=2)
    options = replace(options, masked_content=True, link_sharpness=True, allocation="softmax")
    xi = np.arange(reference.interface_size(options)) / 10
    (first, second), gate = reference.read_interface(xi, options)
    assert np.allclose(first["read_keys"], [[0.0], [0.1]])
    assert np.allclose(first["write_keys"], [[0.4], [0.5]])
    assert np.allclose(first["write_vectors"], [[1.0], [1.1]])
    assert np.allclose(first["read_modes"].sum(1), 1)
    assert np.allclose(np.diff(np.log(first["read_modes"][0])), 0.1)
    assert np.allclose(first["link_sharpness"], 1 + np.log1p(np.exp([[3.4, 3.5], [3.6, 3.7]])))
    assert np.allclose(second["read_keys"], [[3.8], [3.9]])
    assert np.allclose(np.log(gate[:, 1] / gate[:, 0]), 0.1) and np.allclose(gate.sum(1), 1)


# the equations


def test_one_hot_writes_leave_their_order_in_the_link():
    order, N = [2, 0, 3, 1], 5
    L, p = np.zeros((N, N)), np.zeros(N)
    for location in order:
        w = np.eye(N)[location]
        L, p = reference.new_link(L, w, p), reference.new_precedence(p, w)
    expected = np.zeros((N, N))
    for before, after in pairwise(order):
        expected[after, before] = 1
        assert np.argmax(reference.forward_weighting(L, np.eye(N)[before])) == after
        assert np.argmax(reference.backward_weighting(L, np.eye(N)[after])) == before
    assert np.array_equal(L, expected) and np.array_equal(p, np.eye(N)[order[-1]])


def test_the_second_write_head_does_not_take_what_the_first_has_taken():
    u = np.array([0.5, 0.25, 0.0])
    a = reference.allocation_by_sort(u)
    assert np.allclose(a, [0, 0, 1], atol=1e-5)
    claimed = reference.usage_with_claim(u, 0.5, 0.5, np.array([1.0, 0.0, 1.0]))
    assert np.allclose(claimed, [0.625, 0.25, 0.25])
    u = reference.usage_with_claim(u, 1.0, 1.0, a)
    assert np.allclose(reference.allocation_by_sort(u), [0.125, 0.75, 0], atol=1e-5)


def test_two_heads_write_one_after_the_other():
    M, w = np.array([[2.0, 4.0]]), np.array([[0.5], [1.0]])
    e, v = np.array([[1.0, 0.0], [0.5, 0.0]]), np.array([[1.0, 0.0], [0.0, 3.0]])
    assert np.allclose(reference.write(M, w, e, v), [[2 * 0.5 * 0.5 + 0.5, 4 + 3]])


def test_what_is_masked_does_not_matter():
    M, k = np.array([[1.0, 7.0], [1.0, -9.0]]), np.array([1.0, 5.0])
    assert np.allclose(reference.content_weighting(M, k, 9.0, np.array([1.0, 0.0])), 0.5)
    assert reference.content_weighting(M, k, 9.0, None)[0] > 0.99


def test_sharpness_raises_to_a_power():
    d = np.array([0.2, 0.4, 0.0])
    assert np.allclose(reference.sharpened(d, 2.0), [0.2, 0.8, 0.0], atol=1e-5)


@pytest.mark.parametrize("o", [0.5, 1.0])
def test_output_interference_moves_memory_towards_what_was_read(rng, o):
    M, nothing = rng.normal(size=(4, 3)), np.zeros((2, 4))
    assert np.array_equal(reference.interfered_memory(M, o, nothing), M)
    both_read_2 = np.eye(4)[[2, 2]]
    expected = (1 - o) * M + o * M[2]
    assert np.allclose(reference.interfered_memory(M, o, both_read_2), expected)
    expected = (1 - o) * M + o * (M[0] + M[3]) / 2
    assert np.allclose(reference.interfered_memory(M, o, np.eye(4)[[0, 3]]), expected)


def test_forgetting_comes_in_order():
    options = replace(PLAIN, output_interference=1.0, memory_decay=0.5, storage_noise=0.1)
    block = reference.empty_state(options).blocks[0]
    M = np.zeros((5, 3))
    M[1] = [2.0, 2.0, 2.0]
    block = block._replace(memory=M, read_weightings=np.eye(5)[[1, 1]])
    block = block._replace(usage=np.ones(5), link=np.ones((1, 5, 5)))
    options = replace(options, usage_decay=0.25, link_decay=0.75)
    z = np.arange(15.0).reshape(5, 3)
    forgotten = reference.forget(block, options, z)
    assert np.allclose(forgotten.memory, 1 + 0.1 * z)
    assert np.all(forgotten.usage == 0.75) and np.all(forgotten.link == 0.25)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_controllers_are_torchs_cells(rng, cell):
    kind = {"rnn": torch.nn.RNNCell, "gru": torch.nn.GRUCell, "lstm": torch.nn.LSTMCell}[cell]
    torchs = kind(3, 4, dtype=torch.float64)
    x, h, c = (torch.from_numpy(rng.normal(size=n)) for n in (3, 4, 4))
    carried = (h, c) if cell == "lstm" else (h,)
    with torch.no_grad():
        expected = torchs(x, carried if cell == "lstm" else h)
    expected = expected if cell == "lstm" else (expected,)
    weights = [weight.detach().numpy() for weight in torchs.parameters()]
    carried = tuple(part.numpy() for part in carried)
    output, actual = reference.CONTROLLERS[cell](x.numpy(), carried, *weights)
    assert np.allclose(output, expected[0], atol=1e-14)
    for a, e in zip(actual, expected, strict=True):
        assert np.allclose(a, e, atol=1e-14)


def test_layer_norm_is_torchs(rng):
    x, gain, bias = rng.normal(size=(3, 7)) * [[0.01], [1], [1]]
    tensors = [torch.from_numpy(part) for part in (x, gain, bias)]
    expected = torch.nn.functional.layer_norm(tensors[0], (7,), *tensors[1:], eps=1e-5)
    assert np.allclose(reference.layer_norm(x, gain, bias), expected, atol=1e-14)


def test_read_modes_are_backward_content_forward():
    b, c, f = np.eye(5)[[0, 1]], np.eye(5)[2], np.eye(5)[[3, 4]]
    pi = np.array([0.1, 0.2, 0.3, 0.15, 0.25])
    assert np.allclose(reference.read_weighting(pi, b, c, f), pi)


# a block


def step_of_block(rng, options, block, **parts):
    """One step that writes nothing, with the given parts of the interface; block and trace."""
    xi = rng.normal(size=reference.interface_size(options))
    interface = reference.read_interface(xi, options)[0][0]
    interface |= {"write_gates": np.zeros(options.n_write_heads)} | parts
    empty = reference.empty_state(options).blocks[0]
    before = empty._replace(**block)
    after, _, trace = reference.memory_step(interface, before, options, None, Lesion(), False)
    return after, trace


def test_memory_shrinks_with_the_usage_that_is_over_capacity(rng):
    M, u = rng.normal(size=(5, 3)), np.array([1.0, 0.5, 0.5, 0.0, 0.0])
    new, _ = step_of_block(rng, replace(PLAIN, capacity=1.0), {"memory": M, "usage": u})
    assert np.allclose(new.usage, u / 2) and np.allclose(new.memory, M / 2)


def test_deallocation_empties_what_is_freed(rng):
    before = {"memory": np.ones((5, 3)), "read_weightings": np.eye(5)[[3, 0]]}
    freed, options = {"free_gates": np.array([1.0, 0.5])}, replace(PLAIN, deallocation=True)
    new, trace = step_of_block(rng, options, before, **freed)
    assert np.array_equal(new.memory[:, 0], [0.5, 1, 1, 0, 1])
    assert np.allclose(trace["write_content"], 0.2)  # looked up before it is gone
    new, _ = step_of_block(rng, PLAIN, before, **freed)
    assert np.array_equal(new.memory, before["memory"])


def test_links_are_sharpened_forward_and_backward(rng):
    L = np.zeros((1, 5, 5))
    L[0, 1:3, 0] = L[0, 0, 3:] = [0.2, 0.4]
    before = {"link": L, "read_weightings": np.eye(5)[[0, 0]]}
    options, sharpness = replace(PLAIN, link_sharpness=True), np.array([[1.0, 2.0], [2.0, 1.0]])
    _, trace = step_of_block(rng, options, before, link_sharpness=sharpness)
    once, twice = [1 / 3, 2 / 3], [0.2, 0.8]
    assert np.allclose(trace["forward"][:, 0, 1:3], [once, twice], atol=1e-4)
    assert np.allclose(trace["backward"][:, 0, 3:], [twice, once], atol=1e-4)


def test_each_read_head_has_its_mask(rng):
    before = {"memory": rng.normal(size=(5, 3))}
    masks = np.array([[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
    _, trace = step_of_block(rng, replace(PLAIN, masked_content=True), before, read_masks=masks)
    assert np.allclose(trace["read_content"][0], 0.2)
    assert np.ptp(trace["read_content"][1]) > 0.1


# the network


@variants
def test_weightings_sum_to_one_at_most(rng, options):
    _, states, traces = run(rng, options)
    for state, trace in zip(states, traces, strict=True):
        for block in state.blocks:
            assert -1e-9 < block.usage.min() and block.usage.max() < 1 + 1e-9
            rows = [*block.write_weightings, *block.read_weightings]
            rows += list(block.precedence) if options.temporal_links else []
            for weighting in rows:
                assert weighting.min() > -1e-9 and weighting.sum() < 1 + 1e-9
        assert trace["allocation"].sum(-1).max() < 1 + 1e-9
        assert np.allclose(trace["read_content"].sum(-1), 1)
        assert np.allclose(trace["attentive_gate"].sum(-1), 1)


def test_capacity_limits_usage():
    def blocks(capacity):
        _, states, _ = run(np.random.default_rng(1), replace(PLAIN, capacity=capacity))
        return [state.blocks[0] for state in states]

    without = blocks(None)
    assert max(block.usage.sum() for block in without) > 1
    assert max(block.usage.sum() for block in blocks(0.5)) == pytest.approx(0.5)
    for block, same in zip(blocks(5.0), without, strict=True):  # room for all locations
        assert np.array_equal(block.memory, same.memory)


def test_clip_holds_for_all_that_a_dnc_as_controller_carries(rng):
    options = replace(EVERYTHING, layer_norm=None, clip=0.3)
    outputs, states, traces = run(rng, options)
    assert abs(outputs).max() == 0.3
    seen = []
    for state, trace in zip(states, traces, strict=True):
        assert abs(trace["hidden"]).max() <= 0.3 and abs(trace["interface"]).max() <= 3
        reference.everywhere(seen.append, state.carried)
    assert max(abs(part).max() for part in seen) == 0.3


def test_a_dnc_as_controller_is_stepped_like_any_other(rng):
    options = replace(PLAIN, controller=INNER)
    weights = random_weights(rng, options)
    state, inner = reference.empty_state(options), reference.empty_state(INNER)
    for x in rng.normal(size=(STEPS, INPUTS)):
        seen, z = np.concatenate([x, state.read_vectors.ravel()]), normal_z(rng, options)
        y, inner, expected = reference.step(seen, inner, weights["controller"], INNER, z[1])
        _, state, trace = reference.step(x, state, weights, options, z)
        assert np.array_equal(trace["hidden"], y)
        assert np.array_equal(trace["controller"]["allocation"], expected["allocation"])
        assert np.array_equal(state.carried.blocks[1].memory, inner.blocks[1].memory)


def test_the_attentive_gate_mixes_what_the_blocks_read(rng):
    options = replace(PLAIN, n_blocks=2)
    _, states, traces = run(rng, options)
    gate, blocks = traces[-1]["attentive_gate"], states[-1].blocks
    expected = sum(
        gate[:, k, None] * (blocks[k].read_weightings @ blocks[k].memory) for k in (0, 1)
    )
    assert np.allclose(states[-1].read_vectors, expected)


# lesions


def after(rng, options, **lesion):
    """The trace and the state of step 5, lesioned from there on."""
    _, states, traces = run(rng, options, lesion=Lesion(**lesion), lesion_from=5)
    return traces[5], states[5]


@pytest.mark.parametrize(
    ("lesion", "parts"),
    [
        ("temporal_links", ["forward", "backward"]),
        ("content_lookup", ["write_content", "read_content"]),
        ("allocation", ["allocation"]),
        ("free_gates", ["free_gates"]),
    ],
)
def test_lesions_silence_what_they_name(rng, lesion, parts):
    trace, _ = after(rng, EVERYTHING, **{lesion: True})
    every = ["forward", "backward", "write_content", "read_content", "allocation", "free_gates"]
    for part in every:
        assert np.any(trace[part]) == (part not in parts)
    assert np.all(trace["retention"] == 1) == (lesion == "free_gates")


def test_lesioned_heads_and_blocks_are_silent(rng):
    _, state = after(rng, EVERYTHING, read_heads=(1,), write_heads=(0,))
    for block in state.blocks:
        assert [np.any(w) for w in block.read_weightings] == [True, False]
        assert [np.any(w) for w in block.write_weightings] == [False, True]
    assert [np.any(r) for r in state.read_vectors] == [True, False]
    _, state = after(rng, EVERYTHING, blocks=(1,))
    assert np.all(state.blocks[0].write_weightings.sum(1) > 0)
    assert not np.any(state.blocks[1].write_weightings)
    assert not np.any(state.blocks[1].read_weightings)


@variants
def test_without_recurrence_the_controller_starts_anew_at_each_step(rng, options):
    weights = random_weights(rng, options)
    x, empty = rng.normal(size=(2, INPUTS)), reference.empty_state(options)
    z = normal_z(rng, options)
    _, state, _ = reference.step(x[0], empty, weights, options, z)

    def second(state, lesion=reference.INTACT):
        return reference.step(x[1], state, weights, options, z, lesion)[0]

    expected = second(state._replace(carried=empty.carried))
    assert np.array_equal(second(state, Lesion(controller_recurrence=True)), expected)
    assert np.array_equal(second(state), expected) == (options.controller == "feedforward")
