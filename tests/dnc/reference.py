"""The Differentiable Neural Computer once more, in plain loops written from the papers alone.

Slow and without any code in common with the package: one list at a time, one block, one head and
one location after the other, float64. The equations and their order are those of the Methods of
Graves et al. (2016, Nature 538, 471-476); K blocks of memory, R read heads and H write heads in
each, N locations of W numbers; i and j run over locations.

Added to them, each an option: the allocation by softmax (Ben-Ari & Bekker, 2017, eq. 10); several
blocks and the attentive gate (Park et al., 2021); masks, deallocation and sharper links (Csordas &
Schmidhuber, 2019); layer norm (Franke et al., 2018; Park et al., 2021); several write heads; ways
to forget; other controllers. The small numbers below are shared with the package.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

SMALL = 1e-6
SMALL_VARIANCE = 1e-5


@dataclass(frozen=True, kw_only=True)
class Options:
    """What kind of network; the defaults are those of Graves et al. with a single LSTM."""

    n_locations: int
    word_size: int
    n_read_heads: int
    n_write_heads: int = 1
    n_blocks: int = 1
    # feedforward, rnn, gru, lstm, deep-lstm, or the options of a DNC in the controller's place
    controller: "str | Options" = "lstm"
    n_layers: int = 1  # of deep-lstm
    hidden_size: int = 0  # of one layer; a DNC as controller has none
    allocation: str = "sort"  # or softmax
    temporal_links: bool = True
    masked_content: bool = False
    deallocation: bool = False
    link_sharpness: bool = False
    layer_norm: str | None = None  # hidden, interface
    strengths: str = "oneplus"  # or softplus
    clip: float | None = None
    interface_clip: float | None = None
    storage_noise: float = 0
    memory_decay: float = 0
    usage_decay: float = 0
    link_decay: float = 0
    capacity: float | None = None
    output_interference: float = 0


@dataclass(frozen=True, kw_only=True)
class Lesion:
    """What is put out of order: kinds of addressing, heads and blocks by number."""

    temporal_links: bool = False
    content_lookup: bool = False
    allocation: bool = False
    free_gates: bool = False
    read_heads: tuple[int, ...] = ()
    write_heads: tuple[int, ...] = ()
    blocks: tuple[int, ...] = ()
    controller_recurrence: bool = False


INTACT = Lesion()


class Block(NamedTuple):
    """What a block leaves behind; without links, precedence and link are None."""

    memory: np.ndarray  # N W
    usage: np.ndarray  # N
    write_weightings: np.ndarray  # H N
    precedence: np.ndarray | None  # H N
    link: np.ndarray | None  # H N N
    read_weightings: np.ndarray  # R N


class State(NamedTuple):
    """All that one list leaves behind.

    The controller carries nothing (feedforward), a hidden vector (rnn, gru), hidden and cell
    (lstm), a pair of these for each layer (deep-lstm), or a State where it is itself a DNC.
    """

    carried: tuple
    blocks: list[Block]
    read_vectors: np.ndarray  # R W


# the functions of one number or one vector


def sigmoid(x):
    """1 / (1 + exp(-x)), for any x"""
    return np.exp(-np.logaddexp(0, -x))


def softplus(x):
    """log(1 + exp(x)), for any x"""
    return np.logaddexp(0, x)


def oneplus(x):
    return 1 + softplus(x)


def softmax(x):
    e = np.exp(x - max(x))
    return e / sum(e)


def cosine(u, v):
    norm_u = np.sqrt(sum(a * a for a in u))
    norm_v = np.sqrt(sum(a * a for a in v))
    return sum(a * b for a, b in zip(u, v, strict=True)) / (norm_u * norm_v + SMALL)


def layer_norm(x, gain, bias):
    mean = sum(x) / len(x)
    variance = sum((a - mean) ** 2 for a in x) / len(x)
    return gain * (x - mean) / np.sqrt(variance + SMALL_VARIANCE) + bias


def clamp(x, bound):
    return x if bound is None else np.clip(x, -bound, bound)


# the interface vector


def interface_parts(options):
    """What the controller tells one block, in order: name, shape, and what brings it in range."""
    R, H, W = options.n_read_heads, options.n_write_heads, options.word_size
    strength = {"oneplus": oneplus, "softplus": softplus}[options.strengths]
    parts = [
        ("read_keys", (R, W), None),
        ("read_strengths", (R,), strength),
        ("write_keys", (H, W), None),
        ("write_strengths", (H,), strength),
        ("erase_vectors", (H, W), sigmoid),
        ("write_vectors", (H, W), None),
        ("free_gates", (R,), sigmoid),
        ("allocation_gates", (H,), sigmoid),
        ("write_gates", (H,), sigmoid),
    ]
    if options.temporal_links:  # for each read head: each backward, content, each forward
        parts += [("read_modes", (R, 2 * H + 1), lambda rows: np.array([softmax(x) for x in rows]))]
    if options.allocation == "softmax":
        parts += [("allocation_strengths", (H,), strength)]
    if options.masked_content:
        parts += [("read_masks", (R, W), sigmoid), ("write_masks", (H, W), sigmoid)]
    if options.link_sharpness:  # for each read head: forward, backward
        parts += [("link_sharpness", (R, 2), oneplus)]
    return parts


def interface_size(options):
    K, R = options.n_blocks, options.n_read_heads
    size = sum(int(np.prod(shape)) for _, shape, _ in interface_parts(options))
    return K * size + (R * K if K > 1 else 0)


def read_interface(xi, options):
    """The interface vector taken apart: one dict of arrays per block, and the attentive gate."""
    K, R = options.n_blocks, options.n_read_heads
    xi, blocks = list(xi), []

    def take(shape):
        n = int(np.prod(shape))
        part = np.array(xi[:n]).reshape(shape)
        del xi[:n]
        return part

    for _ in range(K):
        block = {}
        for name, shape, in_range in interface_parts(options):
            block[name] = take(shape) if in_range is None else in_range(take(shape))
        blocks.append(block)
    gate = np.array([softmax(x) for x in take((R, K))]) if K > 1 else np.ones((R, 1))
    assert not xi, f"{len(xi)} numbers of the interface vector are left over"
    return blocks, gate


# forgetting


def interfered_memory(M, o, w_read):
    """M[i] + o/R sum over heads and j of w_{t-1}^r[j] (M[j] - M[i]): all drift to what was read"""
    R, N = w_read.shape
    new = M.copy()
    for i in range(N):
        for head in range(R):
            new[i] += o / R * sum(w_read[head, j] * (M[j] - M[i]) for j in range(N))
    return new


def noisy_memory(M, scale, z):
    """Each location disturbed in proportion to the root mean square of what it holds."""
    rms = [np.sqrt(sum(x**2 for x in row) / len(row)) for row in M]
    return np.array([M[i] + scale * rms[i] * z[i] for i in range(len(M))])


def share_within_capacity(u, capacity):
    """What is left of all usage, and all memory, so that usage sums to the capacity at most."""
    total = sum(u)
    return 1.0 if total == 0 else min(1.0, capacity / total)


# writing


def content_weighting(M, k, beta, mask):
    """C(M, k, beta)[i] = exp(D(k, M[i]) beta) / sum_j exp(D(k, M[j]) beta), k and M masked"""
    mask = np.ones(len(k)) if mask is None else mask
    return softmax(np.array([cosine(mask * k, mask * M[i]) * beta for i in range(len(M))]))


def retention(f, w_read):
    """psi = prod over heads of (1 - f^h w_{t-1}^{r,h})"""
    psi = np.ones(w_read.shape[1])
    for head in range(len(w_read)):
        psi = psi * (1 - f[head] * w_read[head])
    return psi


def written_by_any(w_write):
    """1 - prod over write heads of (1 - w_{t-1}^{w,h})"""
    untouched = np.ones(w_write.shape[1])
    for w in w_write:
        untouched = untouched * (1 - w)
    return 1 - untouched


def new_usage(u, w_write, psi):
    """u_t = (u_{t-1} + w_{t-1}^w - u_{t-1} w_{t-1}^w) psi_t"""
    return (u + w_write - u * w_write) * psi


def allocation_by_sort(u):
    """a[phi[j]] = (1 - u[phi[j]]) prod_{i<j} u[phi[i]], phi the locations by ascending usage"""
    u = [SMALL + (1 - SMALL) * x for x in u]
    phi = sorted(range(len(u)), key=lambda i: u[i])  # Python's sort is stable
    a = np.zeros(len(u))
    used_before = 1.0
    for i in phi:
        a[i] = (1 - u[i]) * used_before
        used_before *= u[i]
    return a


def allocation_by_softmax(u, beta):
    """a = softmax(beta (1 - u))"""
    return softmax(beta * (1 - u))


def usage_with_claim(u, g_alloc, g_write, a):
    """u + (1 - u) g^a g^w a: what the next write head finds in use"""
    return u + (1 - u) * g_alloc * g_write * a


def write_weighting(g_write, g_alloc, a, c):
    """w^w = g^w [g^a a + (1 - g^a) c^w]"""
    return g_write * (g_alloc * a + (1 - g_alloc) * c)


def write(M, w, e, v):
    """M_t[i, k] = M_{t-1}[i, k] prod_h (1 - w_h[i] e_h[k]) + sum_h w_h[i] v_h[k]"""
    new = M.copy()
    for i in range(len(M)):
        for h in range(len(w)):
            new[i] *= 1 - w[h, i] * e[h]
        for h in range(len(w)):
            new[i] += w[h, i] * v[h]
    return new


# links in time, of one write head


def new_link(L, w, p_before):
    """L_t[i, j] = (1 - w[i] - w[j]) L_{t-1}[i, j] + w[i] p_{t-1}[j], and 0 where i = j"""
    N = len(w)
    new = np.zeros((N, N))
    for i in range(N):
        for j in range(N):
            if i != j:
                new[i, j] = (1 - w[i] - w[j]) * L[i, j] + w[i] * p_before[j]
    return new


def new_precedence(p, w):
    """p_t = (1 - sum_i w[i]) p_{t-1} + w"""
    return (1 - sum(w)) * p + w


def forward_weighting(L, w_read):
    """f[i] = sum_j L[i, j] w_{t-1}^r[j]"""
    return np.array([sum(L[i, j] * w_read[j] for j in range(len(L))) for i in range(len(L))])


def backward_weighting(L, w_read):
    """b[i] = sum_j L[j, i] w_{t-1}^r[j]"""
    return np.array([sum(L[j, i] * w_read[j] for j in range(len(L))) for i in range(len(L))])


def sharpened(d, s):
    """S(d, s)[i] = (d[i] + SMALL)^s / sum_j (d[j] + SMALL)^s"""
    powers = np.array([(x + SMALL) ** s for x in d])
    return powers / sum(powers)


# reading


def read_weighting(pi, b, c, f):
    """w^r = sum_h pi[b_h] b_h + pi[content] c + sum_h pi[f_h] f_h; without links w^r = c"""
    if pi is None:
        return c
    H = len(b)
    return pi[H] * c + sum(pi[h] * b[h] + pi[H + 1 + h] * f[h] for h in range(H))


def read(M, w):
    """r = M^T w"""
    return sum(w[i] * M[i] for i in range(len(M)))


# one step of a block


def forget(block, options, z):
    """What the time between two steps does; z (N, W) are standard normals."""
    M = interfered_memory(block.memory, options.output_interference, block.read_weightings)
    M = (1 - options.memory_decay) * M
    if options.storage_noise:
        M = noisy_memory(M, options.storage_noise, z)
    u = (1 - options.usage_decay) * block.usage
    L = (1 - options.link_decay) * block.link if options.temporal_links else None
    return block._replace(memory=M, usage=u, link=L)


def memory_step(x, before, options, z, lesion, silent):
    """From the interface and the block of t-1 to that of t; a silent block has no weightings.

    Returns the block, what each of its heads read (R, W), and its part of the trace.
    """
    R, H, N = options.n_read_heads, options.n_write_heads, options.n_locations
    x = x | {"free_gates": np.zeros(R)} if lesion.free_gates else x
    before = forget(before, options, z)
    M = before.memory

    psi = retention(x["free_gates"], before.read_weightings)
    u = new_usage(before.usage, written_by_any(before.write_weightings), psi)
    if options.capacity is not None:
        share = share_within_capacity(u, options.capacity)
        u, M = share * u, share * M

    a, c, w = np.zeros((H, N)), np.zeros((H, N)), np.zeros((H, N))
    u_seen = u
    for h in range(H):
        g_alloc, g_write = x["allocation_gates"][h], x["write_gates"][h]
        if not lesion.allocation and options.allocation == "sort":
            a[h] = allocation_by_sort(u_seen)
        elif not lesion.allocation:
            a[h] = allocation_by_softmax(u_seen, x["allocation_strengths"][h])
        u_seen = usage_with_claim(u_seen, g_alloc, g_write, a[h])
        if not lesion.content_lookup:
            mask = x["write_masks"][h] if options.masked_content else None
            c[h] = content_weighting(M, x["write_keys"][h], x["write_strengths"][h], mask)
        if not silent and h not in lesion.write_heads:
            w[h] = write_weighting(g_write, g_alloc, a[h], c[h])

    if options.deallocation:
        M = np.array([psi[i] * M[i] for i in range(N)])
    M = write(M, w, x["erase_vectors"], x["write_vectors"])
    L = p = None
    if options.temporal_links:
        L = np.array([new_link(before.link[h], w[h], before.precedence[h]) for h in range(H)])
        p = np.array([new_precedence(before.precedence[h], w[h]) for h in range(H)])

    f, b, c_read = np.zeros((R, H, N)), np.zeros((R, H, N)), np.zeros((R, N))
    w_read, r = np.zeros((R, N)), np.zeros((R, options.word_size))
    for head in range(R):
        for h in range(H if options.temporal_links and not lesion.temporal_links else 0):
            f[head, h] = forward_weighting(L[h], before.read_weightings[head])
            b[head, h] = backward_weighting(L[h], before.read_weightings[head])
            if options.link_sharpness:
                s_forward, s_backward = x["link_sharpness"][head]
                f[head, h] = sharpened(f[head, h], s_forward)
                b[head, h] = sharpened(b[head, h], s_backward)
        if not lesion.content_lookup:
            mask = x["read_masks"][head] if options.masked_content else None
            k, beta = x["read_keys"][head], x["read_strengths"][head]
            c_read[head] = content_weighting(M, k, beta, mask)
        if not silent and head not in lesion.read_heads:
            pi = x["read_modes"][head] if options.temporal_links else None
            w_read[head] = read_weighting(pi, b[head], c_read[head], f[head])
        r[head] = read(M, w_read[head])

    trace = x | {"retention": psi, "allocation": a, "write_content": c, "read_content": c_read}
    if options.temporal_links:
        trace |= {"forward": f, "backward": b}
    return Block(M, u, w, p, L, w_read), r, trace


# controllers: from what they see and what they carry to their output and what they carry on


def feedforward(x, carried, W, b):
    return np.tanh(W @ x + b), ()


def rnn(x, carried, W_x, W_h, b_x, b_h):
    h = np.tanh(W_x @ x + b_x + W_h @ carried[0] + b_h)
    return h, (h,)


def gru(x, carried, W_x, W_h, b_x, b_h):
    """Gates r, z and the candidate n one below the other in the rows of the weights."""
    r_x, z_x, n_x = np.split(W_x @ x + b_x, 3)
    r_h, z_h, n_h = np.split(W_h @ carried[0] + b_h, 3)
    z = sigmoid(z_x + z_h)
    h = (1 - z) * np.tanh(n_x + sigmoid(r_x + r_h) * n_h) + z * carried[0]
    return h, (h,)


def lstm(x, carried, W_x, W_h, b_x, b_h):
    """Gates i, f, g, o one below the other in the rows of the weights."""
    hidden, cell = carried
    i, f, g, o = np.split(W_x @ x + b_x + W_h @ hidden + b_h, 4)
    cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(g)
    hidden = sigmoid(o) * np.tanh(cell)
    return hidden, (hidden, cell)


def deep_lstm(x, carried, *layers):
    """Layer 1 sees x, layer l > 1 sees x and h^{l-1}; the output is every layer's h."""
    new, seen = [], x
    for pair, weights in zip(carried, layers, strict=True):
        hidden, pair = lstm(seen, pair, *weights)
        new.append(pair)
        seen = np.concatenate([x, hidden])
    return np.concatenate([hidden for hidden, _ in new]), tuple(new)


CONTROLLERS = {"feedforward": feedforward, "rnn": rnn, "gru": gru, "lstm": lstm}
CONTROLLERS["deep-lstm"] = deep_lstm


def everywhere(function, carried):
    """The function of every array that a controller carries, a DNC's memory included."""
    if carried is None or isinstance(carried, np.ndarray):
        return carried if carried is None else function(carried)
    parts = [everywhere(function, part) for part in carried]
    return type(carried)(*parts) if hasattr(carried, "_fields") else type(carried)(parts)


# the step and the sequence


def empty_state(options):
    N, W, size = options.n_locations, options.word_size, options.hidden_size
    R, H = options.n_read_heads, options.n_write_heads
    if isinstance(options.controller, Options):
        carried = empty_state(options.controller)
    elif options.controller == "deep-lstm":
        carried = tuple((np.zeros(size), np.zeros(size)) for _ in range(options.n_layers))
    else:
        n = {"feedforward": 0, "rnn": 1, "gru": 1, "lstm": 2}[options.controller]
        carried = tuple(np.zeros(size) for _ in range(n))
    linked = options.temporal_links
    block = Block(
        np.zeros((N, W)),
        np.zeros(N),
        np.zeros((H, N)),
        np.zeros((H, N)) if linked else None,
        np.zeros((H, N, N)) if linked else None,
        np.zeros((R, N)),
    )
    return State(carried, [block] * options.n_blocks, np.zeros((R, W)))


def step(x, state, weights, options, z=None, lesion=INTACT):
    """One step of one list: output y_t, the new state, and the trace.

    z are the noise's standard normals (K, N, W); where the controller is a DNC, a pair: these and
    the controller's z. A lesion is one of this network, not of a DNC in its controller's place.
    The trace is a dict of arrays: the parts of the interface by name and retention, allocation,
    write_content, read_content, forward, backward, each of all blocks (K, ...); attentive_gate
    (R, K); hidden and interface; and as `controller` the trace of a DNC in that place.
    """
    z, z_inner = z if isinstance(z, tuple) else (z, None)
    carried, inner = state.carried, None
    if lesion.controller_recurrence:
        carried = everywhere(np.zeros_like, carried)
    chi = np.concatenate([x, *state.read_vectors])
    if isinstance(options.controller, Options):
        h, carried, inner = step(chi, carried, weights["controller"], options.controller, z_inner)
    else:
        h, carried = CONTROLLERS[options.controller](chi, carried, *weights["controller"])
    h = clamp(h, options.clip)
    carried = everywhere(lambda part: clamp(part, options.clip), carried)
    if options.layer_norm == "hidden":
        h = layer_norm(h, *weights["hidden_norm"])

    W_xi, b_xi = weights["interface"]
    xi = W_xi @ h + b_xi
    if options.layer_norm == "interface":
        xi = layer_norm(xi, *weights["interface_norm"])
    xi = clamp(xi, options.interface_clip)
    interfaces, gate = read_interface(xi, options)

    blocks, traces = [], []
    reads = np.zeros((options.n_read_heads, options.word_size))
    for k, (x_k, before) in enumerate(zip(interfaces, state.blocks, strict=True)):
        z_k = None if z is None else z[k]
        block, r, trace = memory_step(x_k, before, options, z_k, lesion, k in lesion.blocks)
        for head in range(options.n_read_heads):
            reads[head] += gate[head, k] * r[head]
        blocks.append(block)
        traces.append(trace)

    W_y, b = weights["output"]
    y = clamp(W_y @ h + b + weights["reads"] @ np.concatenate(list(reads)), options.clip)
    trace = {name: np.array([trace[name] for trace in traces]) for name in traces[0]}
    trace |= {"hidden": h, "interface": xi, "attentive_gate": gate, "controller": inner}
    return y, State(carried, blocks, reads), trace


def run(inputs, states, weights, options, noise=None, lesion=INTACT, lesion_from=0):
    """Lists (b, t, x) from one state each; noise[t][b] is a step's z; the lesion's first step.

    Returns outputs (b, t, y) and, list by list, the states and the traces of every step.
    """
    outputs, all_states, all_traces = [], [], []
    for item, sequence in enumerate(inputs):
        state, ys, after, traces = states[item], [], [], []
        for t, x in enumerate(sequence):
            z = None if noise is None else noise[t][item]
            now = lesion if t >= lesion_from else INTACT
            y, state, trace = step(x, state, weights, options, z, now)
            ys.append(y)
            after.append(state)
            traces.append(trace)
        outputs.append(ys)
        all_states.append(after)
        all_traces.append(traces)
    return np.array(outputs), all_states, all_traces
