"""Networks, states, interface vectors and options for the tests of the DNC."""

import random

import torch
from hypothesis import settings
from hypothesis import strategies as st

from memsim.dnc import DNC, DNCState, MemoryState

FAR = 1000.0  # a gate this far out is 0 or 1 exactly

#: a DNC in the controller's place
NESTED = {"hidden_size": 3, "n_locations": 4, "word_size": 2, "n_write_heads": 2}

#: what each option of a network is drawn from, the plainest first
CHOICES = {
    "hidden_size": (5, 1),
    "controller": ("lstm", "feedforward", "rnn", "gru", "deep-lstm", NESTED),
    "n_layers": (1, 2),
    "layer_norm": (None, "hidden", "interface"),
    "dropout": (0.0, 0.3),
    "bypass_dropout": (0.0, 0.3),
    "clip": (None, 0.7),
    "interface_clip": (None, 2.0),
    "n_locations": (5, 1),
    "word_size": (3, 1),
    "n_read_heads": (1, 2),
    "n_write_heads": (1, 2, 3),
    "n_blocks": (1, 2, 3),
    "allocation": ("sort", "softmax"),
    "temporal_links": (True, False),
    "masked_content": (False, True),
    "deallocation": (False, True),
    "link_sharpness": (False, True),
    "strengths": ("oneplus", "softplus"),
    "sort_gradient": ("order-fixed", "identity", "none"),
    "usage_gradient": (True, False),
    "storage_noise": (0.0, 0.2),
    "memory_decay": (0.0, 0.1),
    "usage_decay": (0.0, 0.1),
    "link_decay": (0.0, 0.1),
    "capacity": (None, 1.5),
    "output_interference": (0.0, 0.3),
}
#: options without which nothing is drawn at random
CERTAIN = {"dropout": 0.0, "bypass_dropout": 0.0, "storage_noise": 0.0}

seeds = st.integers(0, 10**6)


def properties(max_examples):
    """Settings of a property test: the same examples on every machine, however slow it is."""
    return settings(max_examples=max_examples, deadline=None, derandomize=True)


def compatible(chosen):
    """The options without those that others exclude."""
    excluded = {}
    if chosen["controller"] != "deep-lstm":
        excluded["n_layers"] = 1
    if not chosen["temporal_links"]:
        excluded |= {"link_sharpness": False, "link_decay": 0.0}
    if chosen["allocation"] == "softmax":
        excluded["sort_gradient"] = "order-fixed"
    return chosen | excluded


def options(**fixed):
    """Strategy of the options of a small network, some of them given."""
    drawn = {name: st.sampled_from(choice) for name, choice in CHOICES.items()}
    return st.fixed_dictionaries(drawn).map(lambda chosen: compatible(chosen | fixed))


def random_options(seed, **fixed):
    """The same without hypothesis: every seed stands for one combination."""
    draw = random.Random(seed)
    return compatible({name: draw.choice(choice) for name, choice in CHOICES.items()} | fixed)


def generator(seed):
    return torch.Generator().manual_seed(seed)


def tensor(*numbers):
    return torch.tensor(numbers, dtype=torch.float64)


def uniform(rng, *shape, dtype=torch.float64):
    return torch.rand(*shape, generator=rng, dtype=dtype)


def normal(rng, *shape, dtype=torch.float64):
    return torch.randn(*shape, generator=rng, dtype=dtype)


def weightings(rng, *shape):
    """At least 0 and summing to at most 1."""
    return uniform(rng, *shape[:-1], 1) * torch.softmax(3 * normal(rng, *shape), dim=-1)


def one_hot(*locations, n):
    """One row per location."""
    return torch.eye(n, dtype=torch.float64)[list(locations)]


def make_net(rng, *, scale=3.0, fast=False, **options):
    """A small network whose weights are large enough for gates to vary.

    It runs step after step, which is what the fast path is compared with elsewhere.
    """
    sizes = {"hidden_size": 5, "n_locations": 6, "word_size": 3, "n_read_heads": 2}
    net = DNC(4, 2, **(sizes | options)).double()
    bound = scale * (sizes | options)["hidden_size"] ** -0.5
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.uniform_(-bound, bound, generator=rng)
    net.fast = fast
    return net


def legal_state(net, batch, rng):
    """A state as in the middle of a sequence: full memory, no two usages alike."""
    empty = net.initial_state(batch)
    b, k, n, w = empty.memory.memory.shape
    h, r, linked = net.memory.n_write_heads, net.memory.n_read_heads, empty.memory.link.shape[-1]
    memory = normal(rng, b, k, n, w)
    read_weighting = torch.softmax(normal(rng, b, k, r, n), dim=-1)
    precedence = weightings(rng, b, k, h, n)
    off_diagonal = 1 - torch.eye(linked, dtype=torch.float64)
    gate = torch.softmax(normal(rng, b, k, r, 1), dim=1)
    return DNCState(
        controller=legal_state(net.controller, batch, rng)
        if isinstance(net.controller, DNC)
        else tuple(torch.tanh(normal(rng, *part.shape)) for part in empty.controller),
        memory=MemoryState(
            memory=memory,
            usage=uniform(rng, b, k, n),
            write_weighting=weightings(rng, b, k, h, n),
            precedence=precedence if linked else torch.zeros_like(precedence),
            link=uniform(rng, b, k, h, linked, linked) * off_diagonal / max(linked, 1),
            read_weighting=read_weighting,
            read_vectors=(gate * (read_weighting @ memory)).sum(dim=1),
        ),
    )


def tensors(tree):
    """All tensors of nested tuples, such as a network's state."""
    if tree is None:
        return []
    if isinstance(tree, torch.Tensor):
        return [tree]
    return [tensor for part in tree for tensor in tensors(part)]


def same(actual, expected):
    """Whether two states, or two tensors, are the same bit for bit."""
    pairs = zip(tensors(actual), tensors(expected), strict=True)
    return all(torch.equal(a, e) for a, e in pairs)


def assert_close(actual, expected, atol=1e-12):
    """Two states, or two tensors, are the same but for rounding."""
    for a, e in zip(tensors(actual), tensors(expected), strict=True):
        torch.testing.assert_close(a, e, rtol=0, atol=atol)


def all_finite(*trees):
    return all(tensor.isfinite().all() for tensor in tensors(trees))


def vector(memory, **said):
    """An interface vector, not yet in range: 0 but for the parts that are named here."""
    numbers = torch.zeros(1, memory.interface_size, dtype=torch.float64)
    parts = memory.parts(numbers)
    for name, part in said.items():
        parts[name].copy_(torch.as_tensor(part, dtype=torch.float64))
    return numbers


def interface_vector(
    memory,
    *,
    write=None,
    find=None,
    mode="content",
    free=False,
    strength=50.0,
    **said,
):
    """What tells a memory, in plain words, to write one word and to read.

    Writes go to unused locations, a word of each write head; without `write` nothing is written.
    `find` is the read key. More can be said of other parts.
    """
    if memory.temporal_links:
        h = memory.n_write_heads
        modes = ["backward"] * h + ["content"] + ["forward"] * h
        said = {"read_modes": [FAR if mode == name else 0.0 for name in modes]} | said
    if memory.allocation == "softmax":
        said = {"allocation_strengths": strength} | said
    return vector(
        memory,
        **{
            "read_keys": 0.0 if find is None else find,
            "read_strengths": strength,
            "erase_vectors": FAR,  # erase all
            "write_vectors": 0.0 if write is None else write,
            "free_gates": FAR if free else -FAR,
            "allocation_gates": FAR,
            "write_gates": -FAR if write is None else FAR,
        }
        | said,
    )
