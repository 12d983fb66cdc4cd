"""Networks, states and interface vectors for the tests of the DNC."""

import torch

from memsim.dnc import DNC, DNCState, MemoryState

FAR = 1000.0  # a gate this far out is 0 or 1 exactly


def uniform(rng, *shape, dtype=torch.float64):
    return torch.rand(*shape, generator=rng, dtype=dtype)


def normal(rng, *shape, dtype=torch.float64):
    return torch.randn(*shape, generator=rng, dtype=dtype)


def one_hot(*locations, n):
    """One row per location."""
    return torch.eye(n, dtype=torch.float64)[list(locations)]


def make_net(rng, *, scale=3.0, **options):
    """A small network whose weights are large enough for gates to vary."""
    sizes = {"hidden_size": 5, "n_locations": 6, "word_size": 3, "n_read_heads": 2}
    net = DNC(4, 2, **(sizes | options)).double()
    bound = scale * net.hidden_size**-0.5
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.uniform_(-bound, bound, generator=rng)
    return net


def legal_state(net, batch, rng):
    """A state as in the middle of a sequence: full memory, no two usages alike."""
    empty = net.initial_state(batch)
    b, n, w = empty.memory.memory.shape
    r, linked = net.memory.n_read_heads, empty.memory.link.shape[1]
    memory = normal(rng, b, n, w)
    write_weighting = uniform(rng, b, 1) * torch.softmax(normal(rng, b, n), dim=1)
    precedence = uniform(rng, b, 1) * torch.softmax(normal(rng, b, n), dim=1)
    read_weighting = torch.softmax(normal(rng, b, r, n), dim=2)
    off_diagonal = 1 - torch.eye(linked, dtype=torch.float64)
    return DNCState(
        controller=tuple(torch.tanh(normal(rng, *part.shape)) for part in empty.controller),
        memory=MemoryState(
            memory=memory,
            usage=uniform(rng, b, n),
            write_weighting=write_weighting,
            precedence=precedence if linked else torch.zeros_like(precedence),
            link=uniform(rng, b, linked, linked) * off_diagonal / max(linked, 1),
            read_weighting=read_weighting,
            read_vectors=read_weighting @ memory,
        ),
    )


def tensors(state):
    """All tensors of a network's state."""
    return [*state.controller, *state.memory]


def interface_vector(
    memory,
    *,
    write=None,
    find=None,
    mode="content",
    free=False,
    strength=50.0,
):
    """What tells a memory, in plain words, to write one word and to read: one head, one item.

    Writes go to an unused location; without `write` nothing is written. `find` is the read key.
    """
    w = memory.word_size
    zeros = torch.zeros(w, dtype=torch.float64)

    def number(x):
        return torch.tensor([x], dtype=torch.float64)

    parts = [
        zeros if find is None else find,
        number(strength),
        zeros,  # write key and its strength do not matter where the allocation gate is 1
        number(0.0),
        zeros + FAR,  # erase all
        zeros if write is None else write,
        number(FAR if free else -FAR),
        number(FAR),
        number(-FAR if write is None else FAR),
    ]
    if memory.temporal_links:
        modes = [FAR if mode == name else 0.0 for name in ("backward", "content", "forward")]
        parts.append(torch.tensor(modes, dtype=torch.float64))
    if memory.allocation == "softmax":
        parts.append(number(strength))
    return torch.cat(parts)[None]
