"""The Differentiable Neural Computer once more, in plain loops written from the paper alone.

Slow and without any code in common with the package: one list at a time, one head and one
location after the other, float64. The equations and their order are those of the Methods of
Graves et al. (2016, Nature 538, 471-476); R read heads, N locations of W numbers, i and j run
over locations. Departures, shared with the package: the small numbers SMALL below, the allocation
by softmax (Ben-Ari & Bekker, 2017, eq. 10) and the noise in storage.
"""

from typing import NamedTuple

import numpy as np

SMALL = 1e-6


class Interface(NamedTuple):
    """What the controller tells the memory."""

    read_keys: np.ndarray  # R W
    read_strengths: np.ndarray  # R
    write_key: np.ndarray  # W
    write_strength: float
    erase_vector: np.ndarray  # W
    write_vector: np.ndarray  # W
    free_gates: np.ndarray  # R
    allocation_gate: float
    write_gate: float
    read_modes: np.ndarray | None  # R 3: backward, content, forward
    allocation_strength: float | None


class State(NamedTuple):
    """All that one list leaves behind; without links, link and precedence are None."""

    hidden: np.ndarray
    cell: np.ndarray | None
    memory: np.ndarray  # N W
    usage: np.ndarray  # N
    write_weighting: np.ndarray  # N
    precedence: np.ndarray | None  # N
    link: np.ndarray | None  # N N
    read_weightings: np.ndarray  # R N
    read_vectors: np.ndarray  # R W


# the functions of one number or one vector


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def oneplus(x):
    return 1 + np.log(1 + np.exp(x))


def softmax(x):
    e = np.exp(x - max(x))
    return e / sum(e)


def cosine(u, v):
    norm_u = np.sqrt(sum(a * a for a in u))
    norm_v = np.sqrt(sum(a * a for a in v))
    return sum(a * b for a, b in zip(u, v, strict=True)) / (norm_u * norm_v + SMALL)


# the interface vector


def interface_size(R, W, allocation, temporal_links):
    size = R * W + R + W + 1 + W + W + R + 1 + 1
    return size + (3 * R if temporal_links else 0) + (1 if allocation == "softmax" else 0)


def read_interface(xi, R, W, allocation, temporal_links):
    """The interface vector, taken apart in the paper's order, each part in its range."""
    xi = list(xi)

    def take(n):
        part = np.array(xi[:n])
        del xi[:n]
        return part

    read_keys = np.array([take(W) for _ in range(R)])
    read_strengths = np.array([oneplus(x) for x in take(R)])
    write_key = take(W)
    write_strength = oneplus(take(1)[0])
    erase_vector = np.array([sigmoid(x) for x in take(W)])
    write_vector = take(W)
    free_gates = np.array([sigmoid(x) for x in take(R)])
    allocation_gate = sigmoid(take(1)[0])
    write_gate = sigmoid(take(1)[0])
    read_modes = np.array([softmax(take(3)) for _ in range(R)]) if temporal_links else None
    allocation_strength = oneplus(take(1)[0]) if allocation == "softmax" else None
    assert not xi, f"{len(xi)} numbers of the interface vector are left over"
    return Interface(
        read_keys,
        read_strengths,
        write_key,
        write_strength,
        erase_vector,
        write_vector,
        free_gates,
        allocation_gate,
        write_gate,
        read_modes,
        allocation_strength,
    )


# writing


def noisy_memory(M, scale, z):
    """Each location disturbed in proportion to the root mean square of what it holds."""
    N, W = M.shape
    new = np.empty((N, W))
    for i in range(N):
        rms = np.sqrt(sum(M[i, k] ** 2 for k in range(W)) / W)
        for k in range(W):
            new[i, k] = M[i, k] + scale * rms * z[i, k]
    return new


def content_weighting(M, k, beta):
    """C(M, k, beta)[i] = exp(D(k, M[i]) beta) / sum_j exp(D(k, M[j]) beta)"""
    return softmax(np.array([cosine(k, M[i]) * beta for i in range(len(M))]))


def retention(f, w_read):
    """psi = prod over heads of (1 - f^h w_{t-1}^{r,h})"""
    R, N = w_read.shape
    psi = np.ones(N)
    for i in range(N):
        for head in range(R):
            psi[i] *= 1 - f[head] * w_read[head, i]
    return psi


def new_usage(u, w_write, psi):
    """u_t = (u_{t-1} + w_{t-1}^w - u_{t-1} w_{t-1}^w) psi_t"""
    return np.array([(u[i] + w_write[i] - u[i] * w_write[i]) * psi[i] for i in range(len(u))])


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
    return softmax(np.array([beta * (1 - x) for x in u]))


def write_weighting(g_write, g_alloc, a, c):
    """w^w = g^w [g^a a + (1 - g^a) c^w]"""
    return np.array([g_write * (g_alloc * a[i] + (1 - g_alloc) * c[i]) for i in range(len(a))])


def write(M, w, e, v):
    """M_t[i, k] = M_{t-1}[i, k] (1 - w[i] e[k]) + w[i] v[k]"""
    N, W = M.shape
    new = np.empty((N, W))
    for i in range(N):
        for k in range(W):
            new[i, k] = M[i, k] * (1 - w[i] * e[k]) + w[i] * v[k]
    return new


# links in time


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
    total = sum(w)
    return np.array([(1 - total) * p[i] + w[i] for i in range(len(w))])


def forward_weighting(L, w_read):
    """f[i] = sum_j L[i, j] w_{t-1}^r[j]"""
    N = len(w_read)
    return np.array([sum(L[i, j] * w_read[j] for j in range(N)) for i in range(N)])


def backward_weighting(L, w_read):
    """b[i] = sum_j L[j, i] w_{t-1}^r[j]"""
    N = len(w_read)
    return np.array([sum(L[j, i] * w_read[j] for j in range(N)) for i in range(N)])


# reading


def read_weighting(pi, b, c, f):
    """w^r = pi[1] b + pi[2] c + pi[3] f"""
    return np.array([pi[0] * b[i] + pi[1] * c[i] + pi[2] * f[i] for i in range(len(c))])


def read(M, w):
    """r = M^T w"""
    N, W = M.shape
    return np.array([sum(M[i, k] * w[i] for i in range(N)) for k in range(W)])


# the step and the sequence


def empty_state(H, N, W, R, controller, temporal_links):
    return State(
        hidden=np.zeros(H),
        cell=np.zeros(H) if controller == "lstm" else None,
        memory=np.zeros((N, W)),
        usage=np.zeros(N),
        write_weighting=np.zeros(N),
        precedence=np.zeros(N) if temporal_links else None,
        link=np.zeros((N, N)) if temporal_links else None,
        read_weightings=np.zeros((R, N)),
        read_vectors=np.zeros((R, W)),
    )


def memory_step(xi, state, allocation, temporal_links, scale=0.0, z=None):
    """From the interface vector xi_t and the state of t-1 to the memory's part of the state."""
    R, N = state.read_weightings.shape
    W = state.memory.shape[1]
    x = read_interface(xi, R, W, allocation, temporal_links)
    M = state.memory if z is None else noisy_memory(state.memory, scale, z)

    psi = retention(x.free_gates, state.read_weightings)
    u = new_usage(state.usage, state.write_weighting, psi)
    if allocation == "sort":
        a = allocation_by_sort(u)
    else:
        a = allocation_by_softmax(u, x.allocation_strength)
    c = content_weighting(M, x.write_key, x.write_strength)
    w = write_weighting(x.write_gate, x.allocation_gate, a, c)
    M = write(M, w, x.erase_vector, x.write_vector)

    L = p = None
    if temporal_links:
        L = new_link(state.link, w, state.precedence)
        p = new_precedence(state.precedence, w)

    w_read, r = np.empty((R, N)), np.empty((R, W))
    for head in range(R):
        c = content_weighting(M, x.read_keys[head], x.read_strengths[head])
        if temporal_links:
            before = state.read_weightings[head]
            b, f = backward_weighting(L, before), forward_weighting(L, before)
            w_read[head] = read_weighting(x.read_modes[head], b, c, f)
        else:
            w_read[head] = c
        r[head] = read(M, w_read[head])
    return state._replace(
        memory=M,
        usage=u,
        write_weighting=w,
        precedence=p,
        link=L,
        read_weightings=w_read,
        read_vectors=r,
    )


def lstm(x, hidden, cell, W_x, W_h, b_x, b_h):
    """Gates i, f, g, o one below the other in the rows of the weights."""
    H = len(hidden)
    gates = W_x @ x + b_x + W_h @ hidden + b_h
    new_hidden, new_cell = np.empty(H), np.empty(H)
    for k in range(H):
        i, f, o = (sigmoid(gates[k + n * H]) for n in (0, 1, 3))
        g = np.tanh(gates[k + 2 * H])
        new_cell[k] = f * cell[k] + i * g
        new_hidden[k] = o * np.tanh(new_cell[k])
    return new_hidden, new_cell


def step(x, state, weights, allocation, temporal_links, scale=0.0, z=None):
    """One step of one list: output y_t and the new state."""
    chi = np.concatenate([x, *state.read_vectors])
    if state.cell is not None:
        hidden, cell = lstm(chi, state.hidden, state.cell, *weights["controller"])
    else:
        W, b = weights["controller"]
        hidden, cell = np.tanh(W @ chi + b), None
    W_xi, b_xi = weights["interface"]
    state = memory_step(W_xi @ hidden + b_xi, state, allocation, temporal_links, scale, z)
    W_y, b = weights["output"]
    y = W_y @ hidden + b + weights["reads"] @ np.concatenate(list(state.read_vectors))
    return y, state._replace(hidden=hidden, cell=cell)


def run(inputs, states, weights, allocation, temporal_links, scale=0.0, noise=None):
    """Lists (b, t, x) from one state each; noise (t, b, N, W) are standard normals.

    Returns outputs (b, t, y) and, list by list, the states after every step.
    """
    outputs, traces = [], []
    for item, sequence in enumerate(inputs):
        state, ys, trace = states[item], [], []
        for t, x in enumerate(sequence):
            z = None if noise is None else noise[t][item]
            y, state = step(x, state, weights, allocation, temporal_links, scale, z)
            ys.append(y)
            trace.append(state)
        outputs.append(ys)
        traces.append(trace)
    return np.array(outputs), traces
