"""Networks for these tests, and what to do with states."""

import torch

from memsim.networks import NTM, Recurrent, RelationalMemory

#: a few sizes and options of every kind
NETWORKS = {
    "recurrent": (Recurrent, {"hidden_size": 5}),
    "relational": (RelationalMemory, {"n_slots": 4, "head_size": 3}),
    "relational, 3 blocks": (
        RelationalMemory,
        {
            "n_slots": 3,
            "head_size": 2,
            "n_heads": 2,
            "n_attention_blocks": 2,
            "n_blocks": 3,
            "gating": "memory",
        },
    ),
    "ntm": (NTM, {"hidden_size": 5, "n_locations": 6, "word_size": 3}),
    "ntm, many heads": (
        NTM,
        {
            "hidden_size": 5,
            "n_locations": 4,
            "word_size": 3,
            "n_read_heads": 3,
            "n_write_heads": 2,
            "controller": "feedforward",
        },
    ),
}


def make(kind, options, rng, *, scale=1.0, sizes=(4, 2)):
    """A network in float64 whose weights are large enough for gates to vary."""
    net = kind(*sizes, **options).double()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.uniform_(-scale, scale, generator=rng)
    return net


def normal(rng, *shape):
    return torch.randn(*shape, generator=rng, dtype=torch.float64)


def tensors(tree):
    """All tensors of nested tuples, in order."""
    if tree is None:
        return []
    if isinstance(tree, torch.Tensor):
        return [tree]
    return [tensor for part in tree for tensor in tensors(part)]


def assert_same(actual, expected, atol=1e-12):
    for a, e in zip(tensors(actual), tensors(expected), strict=True):
        torch.testing.assert_close(a, e, rtol=0, atol=atol)


def array(tensor):
    return tensor.detach().numpy()
