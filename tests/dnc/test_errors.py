"""Errors that teach: which argument, what was expected, what came."""

import pytest
import torch

from memsim.controllers import Controller
from memsim.dnc import DNC

from .helpers import NESTED, legal_state, make_net, normal

SIZES = {"hidden_size": 5, "n_locations": 6, "word_size": 3}


# inputs and states


@pytest.mark.parametrize("shape", [(2, 4), (2, 5, 3), (2, 5, 5), (1, 2, 5, 4), (2, 0, 4)])
def test_inputs_of_the_wrong_shape(rng, shape):
    with pytest.raises(ValueError) as error:
        make_net(rng)(torch.zeros(shape, dtype=torch.float64))
    message = str(error.value)
    assert "inputs" in message and "(batch, time, 4)" in message and str(shape) in message


def test_a_state_of_another_batch(rng):
    net = make_net(rng)
    with pytest.raises(ValueError, match=r"state does not fit.*\(3, 5\).*for 2 sequences"):
        net(normal(rng, 2, 5, 4), net.initial_state(3))


@pytest.mark.parametrize("own", ["lstm", "feedforward", "gru", NESTED])
@pytest.mark.parametrize("other", ["lstm", "feedforward", "gru", NESTED])
@pytest.mark.parametrize("batch", [1, 2, 3])
def test_a_state_of_another_controller(rng, own, other, batch):
    if own == other:
        return
    net, another = make_net(rng, controller=own), make_net(rng, controller=other)
    with pytest.raises(ValueError, match="state does not fit.*another network"):
        net(normal(rng, batch, 5, 4), legal_state(another, batch, rng))


@pytest.mark.parametrize(
    "options",
    [
        {"hidden_size": 6},
        {"n_locations": 7},
        {"word_size": 4},
        {"n_read_heads": 1},
        {"n_write_heads": 2},
        {"n_blocks": 2},
        {"temporal_links": False},
    ],
)
def test_a_state_of_another_network(rng, options):
    net, another = make_net(rng), make_net(rng, **options)
    with pytest.raises(ValueError, match="state does not fit.*another network"):
        net(normal(rng, 2, 5, 4), another.initial_state(2))


@pytest.mark.parametrize("state", [(), torch.zeros(2, 5), (torch.zeros(2, 5),) * 2])
def test_a_state_that_is_none(rng, state):
    with pytest.raises(ValueError, match="state does not fit"):
        make_net(rng)(normal(rng, 2, 5, 4), state)


# options


@pytest.mark.parametrize("size", [0, -3, 2.5, True, "3", None])
@pytest.mark.parametrize(
    "argument",
    [
        "input_size",
        "output_size",
        "hidden_size",
        "n_layers",
        "n_locations",
        "word_size",
        "n_read_heads",
        "n_write_heads",
        "n_blocks",
    ],
)
def test_sizes_below_one(argument, size):
    sizes = {"input_size": 4, "output_size": 2, **SIZES}
    with pytest.raises(ValueError, match=rf"^{argument} must .* got {size!r}$"):
        DNC(**(sizes | {argument: size}))


@pytest.mark.parametrize(
    ("argument", "offered"),
    [
        ("controller", ["lstm", "feedforward", "rnn", "gru", "deep-lstm"]),
        ("layer_norm", ["None", "hidden", "interface"]),
        ("allocation", ["sort", "softmax"]),
        ("strengths", ["oneplus", "softplus"]),
        ("sort_gradient", ["order-fixed", "identity", "none"]),
    ],
)
def test_unknown_names(argument, offered):
    with pytest.raises(ValueError, match=rf"^{argument} must .* got 'other'$") as error:
        DNC(4, 2, **SIZES, **{argument: "other"})
    assert all(name in str(error.value) for name in offered)


@pytest.mark.parametrize(
    "argument",
    [
        "dropout",
        "bypass_dropout",
        "memory_decay",
        "usage_decay",
        "link_decay",
        "output_interference",
    ],
)
@pytest.mark.parametrize("share", [-0.1, 1.0, 1.5, float("nan")])
def test_shares_out_of_range(argument, share):
    with pytest.raises(ValueError, match=rf"^{argument} must .* got {share}$"):
        DNC(4, 2, **SIZES, **{argument: share})


@pytest.mark.parametrize("noise", [-0.1, float("nan"), float("inf")])
def test_noise_out_of_range(noise):
    with pytest.raises(ValueError, match=rf"^storage_noise must .* got {noise}$"):
        DNC(4, 2, **SIZES, storage_noise=noise)


@pytest.mark.parametrize("argument", ["capacity", "clip", "interface_clip"])
@pytest.mark.parametrize("bound", [0, -1.0, float("nan")])
def test_bounds_that_leave_nothing(argument, bound):
    with pytest.raises(ValueError, match=rf"^{argument} must be more than 0, got {bound}$"):
        DNC(4, 2, **SIZES, **{argument: bound})


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"link_sharpness": True, "temporal_links": False}, "need temporal_links=True"),
        ({"link_decay": 0.1, "temporal_links": False}, "need temporal_links=True"),
        (
            {"sort_gradient": "identity", "allocation": "softmax"},
            "sort_gradient=identity needs allocation=sort",
        ),
        (
            {"sort_gradient": "none", "allocation": "softmax"},
            "sort_gradient=none needs allocation=sort",
        ),
        ({"n_layers": 2}, "n_layers=2 needs controller=deep-lstm, got lstm"),
        (
            {"n_layers": 2, "controller": "gru"},
            "n_layers=2 needs controller=deep-lstm, got gru",
        ),
        (
            {"n_layers": 2, "controller": NESTED},
            "n_layers=2 needs controller=deep-lstm, got a DNC",
        ),
    ],
)
def test_options_that_exclude_each_other(options, why):
    with pytest.raises(ValueError, match=why):
        DNC(4, 2, **SIZES, **options)


@pytest.mark.parametrize(
    "options",
    [
        {"n_location": 6},
        {"lesion": True},
        {"controller": NESTED | {"n_head": 1}},
        {"controller": NESTED | {"input_size": 1}},
    ],
)
def test_unknown_options(options):
    unknown = (set(options) - {"controller"}) or {"n_head", "input_size"} & set(
        options["controller"]
    )
    with pytest.raises(TypeError, match=unknown.pop()):
        DNC(4, 2, **SIZES, **options)


@pytest.mark.parametrize("missing", ["hidden_size", "n_locations", "word_size"])
def test_sizes_that_are_missing(missing):
    sizes = {name: size for name, size in SIZES.items() if name != missing}
    with pytest.raises(TypeError, match=missing):
        DNC(4, 2, **sizes)


@pytest.mark.parametrize(
    ("inner", "why"),
    [
        ({"n_blocks": 0}, "n_blocks must .* got 0"),
        ({"controller": "other"}, "controller must .* got 'other'"),
    ],
)
def test_a_dnc_as_controller_tells_of_its_own_options(inner, why):
    with pytest.raises(ValueError, match=why):
        DNC(4, 2, **SIZES, controller=NESTED | inner)


def test_a_controller_alone_tells_of_wrong_layers():
    with pytest.raises(ValueError, match="n_layers=3 needs controller=deep-lstm, got rnn"):
        Controller(4, 3, "rnn", n_layers=3)


@pytest.mark.parametrize("dtype", [torch.float64, torch.int64, torch.bfloat16])
def test_inputs_of_another_type_than_the_weights_are_an_error(dtype):
    net = DNC(3, 2, hidden_size=4, n_locations=3, word_size=2)
    message = f"inputs must be torch.float32, .* got {dtype}"
    with pytest.raises(ValueError, match=message):
        net(torch.ones(1, 2, 3, dtype=dtype))
