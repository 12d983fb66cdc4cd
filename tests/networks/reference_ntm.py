"""The Neural Turing Machine once more, in plain loops written from the paper alone.

One list, one head and one location after the other, in float64 and without any code in common
with the package. Equations are those of Graves, Wayne & Danihelka (2014). The small number that
keeps the cosine of nothing defined is shared with the package.
"""

from typing import NamedTuple

import numpy as np

SMALL = 1e-6


class Sizes(NamedTuple):
    n_locations: int
    word_size: int
    n_read_heads: int
    n_write_heads: int


class State(NamedTuple):
    hidden: np.ndarray | None  # of an LSTM
    cell: np.ndarray | None
    memory: np.ndarray  # N M
    write_weightings: np.ndarray  # H N
    read_weightings: np.ndarray  # R N
    read_vectors: np.ndarray  # R M


class Lesion(NamedTuple):
    content_lookup: bool = False
    controller_recurrence: bool = False
    read_heads: tuple = ()
    write_heads: tuple = ()


INTACT = Lesion()


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softplus(x):
    return np.log(1 + np.exp(x))


def softmax(x):
    e = np.exp(x - max(x))
    return e / sum(e)


def linear(x, layer):
    weight, bias = layer
    return weight @ x + bias


def lstm(x, hidden, cell, weights):
    of_input, of_hidden, input_bias, hidden_bias = weights
    i, f, g, o = np.split(of_input @ x + input_bias + of_hidden @ hidden + hidden_bias, 4)
    cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(cell), cell


def similarity(u, v):
    """eq. 6"""
    norms = np.sqrt(sum(a * a for a in u)) * np.sqrt(sum(a * a for a in v))
    return sum(a * b for a, b in zip(u, v, strict=True)) / (norms + SMALL)


def move(told, memory, before, can_look_up):
    """Where a head is after one step, from where it was: eq. 5 to 9."""
    N, M = memory.shape
    key, strength, gate = told[:M], softplus(told[M]), sigmoid(told[M + 1])
    shifts = dict(zip((-1, 0, 1), softmax(told[M + 2 : M + 5]), strict=True))
    gamma = 1 + softplus(told[M + 5])

    content = softmax(np.array([strength * similarity(key, row) for row in memory]))
    if not can_look_up:
        content = np.zeros(N)
    gated = [gate * content[i] + (1 - gate) * before[i] for i in range(N)]
    shifted = np.zeros(N)
    for j in range(N):
        for step, share in shifts.items():
            shifted[(j + step) % N] += gated[j] * share
    total = sum(a**gamma for a in shifted)
    return np.array([a**gamma / total for a in shifted])


def empty_state(sizes, hidden_size, controller):
    N, M, R, H = sizes
    lstm_has = np.zeros(hidden_size) if controller == "lstm" else None
    at_first = np.zeros(N)
    at_first[0] = 1
    return State(
        hidden=lstm_has,
        cell=lstm_has,
        memory=np.full((N, M), 1e-6),
        write_weightings=np.array([at_first] * H),
        read_weightings=np.array([at_first] * R),
        read_vectors=np.zeros((R, M)),
    )


def step(x, state, weights, sizes, lesion=INTACT):
    N, M, R, H = sizes
    seen = np.concatenate([x, *state.read_vectors])
    hidden, cell = state.hidden, state.cell
    if hidden is None:
        output_of_controller = np.tanh(linear(seen, weights["controller"]))
    else:
        if lesion.controller_recurrence:
            hidden, cell = np.zeros_like(hidden), np.zeros_like(cell)
        hidden, cell = lstm(seen, hidden, cell, weights["controller"])
        output_of_controller = hidden

    to_write = linear(output_of_controller, weights["write_heads"]).reshape(H, M + 6)
    to_read = linear(output_of_controller, weights["read_heads"]).reshape(R, M + 6)
    erase_and_add = linear(output_of_controller, weights["erase_and_add"]).reshape(H, 2, M)

    wrote = np.zeros((H, N))
    for head in range(H):
        if head not in lesion.write_heads:
            wrote[head] = move(
                to_write[head],
                state.memory,
                state.write_weightings[head],
                not lesion.content_lookup,
            )
    memory = state.memory.copy()
    for head in range(H):  # eq. 3
        erase = sigmoid(erase_and_add[head, 0])
        for i in range(N):
            memory[i] = memory[i] * (1 - wrote[head, i] * erase)
    for head in range(H):  # eq. 4
        for i in range(N):
            memory[i] = memory[i] + wrote[head, i] * erase_and_add[head, 1]

    looked, reads = np.zeros((R, N)), np.zeros((R, M))
    for head in range(R):
        if head not in lesion.read_heads:
            looked[head] = move(
                to_read[head], memory, state.read_weightings[head], not lesion.content_lookup
            )
        for i in range(N):  # eq. 2
            reads[head] += looked[head, i] * memory[i]
    output = linear(output_of_controller, weights["output"])
    output = output + weights["reads"] @ np.concatenate(list(reads))
    return output, State(hidden, cell, memory, wrote, looked, reads)
