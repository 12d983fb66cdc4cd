"""The Neural Turing Machine: the paper's equations, one and all together, and lesions."""

import pytest
import torch

from memsim.lesion import Lesion
from memsim.networks import NTM
from memsim.networks.ntm import SHIFTS, interpolate, sharpen, shift

from . import reference_ntm as reference
from .helpers import array, make, normal

BATCH, STEPS = 2, 25
SIZES = {
    "hidden_size": 5,
    "n_locations": 6,
    "word_size": 3,
    "n_read_heads": 2,
    "n_write_heads": 2,
}
controllers = pytest.mark.parametrize("controller", ["lstm", "feedforward"])


def make_net(rng, **options):
    return make(NTM, SIZES | options, rng)


def layer(module):
    return array(module.weight), array(module.bias)


def weights_of(net):
    cell = net.controller.layers[0]
    if net.controller.kind == "lstm":
        controller = [
            array(w) for w in (cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh)
        ]
    else:
        controller = layer(cell)
    return {
        "controller": controller,
        "write_heads": layer(net.to_write_heads),
        "read_heads": layer(net.to_read_heads),
        "erase_and_add": layer(net.to_erase_and_add),
        "output": layer(net.hidden_to_output),
        "reads": array(net.reads_to_output.weight),
    }


def one_hot(*locations, n):
    return torch.eye(n, dtype=torch.float64)[list(locations)]


def assert_follows(net, inputs, lesion=None):
    outputs, _, trace = net(inputs, return_trace=True, lesion=lesion)
    sizes = reference.Sizes(net.n_locations, net.word_size, net.n_read_heads, net.n_write_heads)
    missing = {} if lesion is None else {part: getattr(lesion, part) for part in lesion.parts}
    hidden_size, kind = net.controller.hidden_size, net.controller.kind
    for item in range(len(inputs)):
        expected = reference.empty_state(sizes, hidden_size, kind)
        for t in range(inputs.shape[1]):
            output, expected = reference.step(
                array(inputs[item, t]),
                expected,
                weights_of(net),
                sizes,
                reference.Lesion(**missing),
            )
            after = trace.state
            pairs = [
                (outputs, output),
                (after.memory, expected.memory),
                (after.write_weighting, expected.write_weightings),
                (after.read_weighting, expected.read_weightings),
                (after.read_vectors, expected.read_vectors),
            ]
            if kind == "lstm":
                pairs += [
                    (after.controller[0], expected.hidden),
                    (after.controller[1], expected.cell),
                ]
            for number, (actual, wanted) in enumerate(pairs):
                worst = abs(array(actual[item, t]) - wanted).max()
                assert worst < 1e-10, f"tensor {number} at step {t} is off by {worst:.1e}"
    assert outputs.std() > 0.1


@controllers
@pytest.mark.parametrize(("n_read_heads", "n_write_heads"), [(1, 1), (3, 1), (2, 3)])
def test_network_follows_the_paper(rng, controller, n_read_heads, n_write_heads):
    heads = {"n_read_heads": n_read_heads, "n_write_heads": n_write_heads}
    net = make_net(rng, controller=controller, **heads)
    assert_follows(net, normal(rng, BATCH, STEPS, 4))


@controllers
@pytest.mark.parametrize(("n_locations", "word_size"), [(1, 3), (2, 3), (3, 1), (1, 1)])
def test_small_memories_follow_the_paper(rng, controller, n_locations, word_size):
    net = make_net(rng, controller=controller, n_locations=n_locations, word_size=word_size)
    assert_follows(net, normal(rng, BATCH, STEPS, 4))


@pytest.mark.parametrize(
    "lesion",
    [
        Lesion(content_lookup=True),
        Lesion(controller_recurrence=True),
        Lesion(read_heads=(1,)),
        Lesion(write_heads=(0, 1)),
        Lesion(content_lookup=True, write_heads=(1,), read_heads=(0,)),
    ],
    ids=lambda lesion: " ".join(lesion.parts),
)
def test_lesions_follow_the_reference(rng, lesion):
    net, inputs = make_net(rng), normal(rng, BATCH, STEPS, 4)
    assert_follows(net, inputs, lesion)
    assert (net(inputs, lesion=lesion)[0] != net(inputs)[0]).any(dim=-1)[:, 2:].all()


def test_a_lesion_begins_at_its_step(rng):
    net, inputs = make_net(rng), normal(rng, BATCH, 8, 4)
    intact, _ = net(inputs)
    lesioned, _ = net(inputs, lesion=Lesion(content_lookup=True, from_step=5))
    assert torch.equal(intact[:, :5], lesioned[:, :5])
    assert (intact[:, 5:] != lesioned[:, 5:]).all()


def test_silent_heads_that_cannot_look_anything_up_attend_to_nothing(rng):
    """Once silenced, a head without content has nowhere to start from; it is no NaN."""
    net, inputs = make_net(rng), normal(rng, BATCH, 3, 4)
    _, state = net(inputs, lesion=Lesion(read_heads=(0,), write_heads=(0,)))
    outputs, state = net(inputs, state, lesion=Lesion(content_lookup=True))
    assert torch.count_nonzero(state.read_weighting[:, 0]) == 0
    assert torch.count_nonzero(state.write_weighting[:, 0]) == 0
    outputs.sum().backward()
    assert all(p.grad.isfinite().all() for p in net.parameters())


@pytest.mark.parametrize("head", [-1, 2])
@pytest.mark.parametrize("kind", ["read_heads", "write_heads"])
def test_lesions_of_heads_that_are_not_there(rng, kind, head):
    message = rf"^a lesion of {kind}={head}: the network has 2, numbered from 0$"
    with pytest.raises(ValueError, match=message):
        make_net(rng)(normal(rng, 1, 2, 4), lesion=Lesion(**{kind: (head,)}))


def test_a_lesion_names_only_what_is_missing(rng):
    lesion = Lesion(content_lookup=True, free_gates=True, blocks=(0,))
    with pytest.raises(ValueError, match="^a lesion of free_gates, blocks is of parts that NTM"):
        make_net(rng).check_lesion(lesion)


def test_a_feedforward_controller_has_no_recurrence_to_lesion(rng):
    with pytest.raises(ValueError, match="a feed-forward controller carries nothing"):
        make_net(rng, controller="feedforward").check_lesion(Lesion(controller_recurrence=True))


def test_interpolation_worked_by_hand():
    content, before = one_hot(1, 1, 1, n=3), one_hot(0, 0, 0, n=3)
    gates = torch.tensor([0.0, 0.25, 1.0], dtype=torch.float64)
    expected = [[1.0, 0, 0], [0.75, 0.25, 0], [0, 1, 0]]
    assert interpolate(content, before, gates).tolist() == expected


def test_each_shift_moves_by_one_on_a_ring():
    assert SHIFTS == (-1, 0, 1)
    heads = one_hot(0, 0, 0, n=4)
    moved = shift(heads, torch.eye(3, dtype=torch.float64))
    assert moved.tolist() == one_hot(3, 0, 1, n=4).tolist()
    moved = shift(one_hot(3, n=4), torch.tensor([[0.2, 0.3, 0.5]], dtype=torch.float64))
    assert moved.tolist() == [[0.5, 0, 0.2, 0.3]]


def test_shifts_of_one_and_two_locations():
    shifts = torch.tensor([[0.2, 0.3, 0.5]], dtype=torch.float64)
    torch.testing.assert_close(shift(one_hot(0, n=1), shifts), one_hot(0, n=1))
    expected = torch.tensor([[0.3, 0.7]], dtype=torch.float64)
    torch.testing.assert_close(shift(one_hot(0, n=2), shifts), expected)


def test_shifts_keep_the_sum(rng):
    weighting = torch.softmax(normal(rng, 5, 2, 7), dim=-1)
    moved = shift(weighting, torch.softmax(normal(rng, 5, 2, 3), dim=-1))
    torch.testing.assert_close(moved.sum(dim=-1), weighting.sum(dim=-1))


def test_sharpening_worked_by_hand():
    weighting = torch.tensor([[0.5, 0.25, 0.25]], dtype=torch.float64)
    for gamma, expected in ((1.0, [0.5, 0.25, 0.25]), (2.0, [2 / 3, 1 / 6, 1 / 6])):
        sharp = sharpen(weighting, torch.tensor([gamma], dtype=torch.float64))
        torch.testing.assert_close(sharp, torch.tensor([expected], dtype=torch.float64))


def test_sharpening_of_many_locations_alike_stays_defined():
    """(1/512)^50 is 0 in float32."""
    weighting = torch.full((1, 512), 1 / 512).requires_grad_()
    sharpness = torch.tensor([50.0]).requires_grad_()
    sharp = sharpen(weighting, sharpness)
    torch.testing.assert_close(sharp, weighting)
    gradients = torch.autograd.grad(sharp[0, 0], [weighting, sharpness])
    assert all(gradient.isfinite().all() for gradient in gradients)


@pytest.mark.parametrize("gamma", [1.0, 1.5, 20.0])
@pytest.mark.parametrize("nothing", [(0, 2), (0, 1, 2)])
def test_sharpening_where_nothing_is_attended_to(gamma, nothing):
    weighting = torch.full((1, 3), 1 / 3)
    weighting[0, list(nothing)] = 0
    given = weighting.requires_grad_(), torch.tensor([gamma]).requires_grad_()
    sharp = sharpen(*given)
    assert sharp.isfinite().all() and torch.count_nonzero(sharp[0, list(nothing)]) == 0
    for gradient in torch.autograd.grad(sharp[0, 0], given):
        assert gradient.isfinite().all()


def test_sharpening_has_the_true_gradient(rng):
    """Division by the peak is left out of it, and may be."""
    weighting = torch.softmax(normal(rng, 2, 3, 4), dim=-1).requires_grad_()
    sharpness = (1 + torch.rand(2, 3, generator=rng, dtype=torch.float64)).requires_grad_()
    assert torch.autograd.gradcheck(sharpen, (weighting, sharpness))


@controllers
def test_weightings_are_shares_at_every_step(rng, controller):
    _, _, trace = make_net(rng, controller=controller)(3 * normal(rng, 4, 30, 4), return_trace=True)
    for weighting in (
        trace.state.read_weighting,
        trace.state.write_weighting,
        trace.read_addressing.content_weighting,
        trace.write_addressing.shifts,
    ):
        assert (weighting >= 0).all()
        torch.testing.assert_close(weighting.sum(dim=-1), torch.ones_like(weighting[..., 0]))
    assert (trace.write_addressing.sharpness >= 1).all()
    assert (trace.read_addressing.strengths > 0).all()


def tell(net, heads, *, gate, step, sharpness=20.0):
    """Make heads of a network, whatever they see, look content up or move by one step."""
    linear, w = {"read": net.to_read_heads, "write": net.to_write_heads}[heads], net.word_size
    with torch.no_grad():
        linear.weight.zero_()
        told = linear.bias.zero_().view(-1, w + 6)
        told[:, w + 1] = gate
        told[:, w + 2 + SHIFTS.index(step)] = 1000.0
        told[:, w + 5] = sharpness


def test_a_tape_is_written_and_read_step_by_step(rng):
    """Heads that move on by one and look nothing up: the paper's way to copy a sequence."""
    net = make_net(rng, controller="feedforward", n_read_heads=1, n_write_heads=1)
    tell(net, "write", gate=-1000.0, step=1)
    tell(net, "read", gate=-1000.0, step=-1)
    with torch.no_grad():
        net.to_erase_and_add.bias[:3] = 1000.0  # erase all of what was there
        net.to_erase_and_add.weight[:3] = 0
    inputs = normal(rng, BATCH, 4, 4)
    _, state, trace = net(inputs, return_trace=True)
    expected = one_hot(1, 2, 3, 4, n=6).expand(BATCH, -1, -1)
    torch.testing.assert_close(trace.state.write_weighting[:, :, 0], expected)
    torch.testing.assert_close(state.memory[:, 1:5], trace.add_vectors[:, :, 0])
    expected = one_hot(5, 4, 3, 2, n=6).expand(BATCH, -1, -1)
    torch.testing.assert_close(trace.state.read_weighting[:, :, 0], expected)
    # at the last step, location 2, written at the second
    torch.testing.assert_close(state.read_vectors[:, 0], trace.add_vectors[:, 1, 0])


def test_reads_see_what_is_written_at_the_same_step(rng):
    net = make_net(rng, controller="feedforward", n_read_heads=1, n_write_heads=1)
    for heads in ("read", "write"):
        tell(net, heads, gate=-1000.0, step=0)
    with torch.no_grad():
        net.to_erase_and_add.bias[:3] = 1000.0
        net.to_erase_and_add.weight[:3] = 0
    _, state, trace = net(normal(rng, BATCH, 1, 4), return_trace=True)
    torch.testing.assert_close(state.read_vectors, trace.add_vectors[:, 0])


def test_the_start(rng):
    state = make_net(rng).initial_state(BATCH)
    assert (state.memory == 1e-6).all()
    for weighting in (state.read_weighting, state.write_weighting):
        assert torch.equal(weighting, one_hot(0, 0, n=6).expand(BATCH, -1, -1))
    assert torch.count_nonzero(state.read_vectors) == 0


@pytest.mark.parametrize(
    ("controller", "n_layers", "carried"), [("gru", 1, 1), ("rnn", 1, 1), ("deep-lstm", 2, 4)]
)
def test_other_controllers(rng, controller, n_layers, carried):
    net = make_net(rng, controller=controller, n_layers=n_layers)
    outputs, state = net(normal(rng, BATCH, 3, 4))
    assert outputs.shape == (BATCH, 3, 2) and len(state.controller) == carried


def test_unknown_controllers():
    with pytest.raises(ValueError, match=r"^controller must be one of .*lstm.*; got 'tape'$"):
        NTM(4, 2, **SIZES, controller="tape")
