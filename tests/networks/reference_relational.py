"""The relational memory core once more, in plain loops written from the papers alone.

One list, one block, one head and one row after the other, in float64 and without any code in
common with the package. Santoro et al. (2018), with what their released code settles: layer norm
of all queries, keys and values of a row together, an MLP shared by all attention blocks, gates
from the projected input and tanh of the memory, no output gate. Several blocks and their gate are
those of Park et al. (2021).
"""

from typing import NamedTuple

import numpy as np

SMALL_VARIANCE = 1e-5


class AttentionBlock(NamedTuple):
    heads: tuple  # weight (3 w, w) and bias; for each head its query, key and value rows
    head_norm: tuple  # gain and bias
    attention_norm: tuple
    mlp_norm: tuple


class Core(NamedTuple):
    to_row: tuple
    attention_blocks: list
    mlp: list  # weight and bias, layer by layer
    input_to_gates: tuple  # input gates first, then forget gates
    memory_to_gates: np.ndarray
    input_bias: float
    forget_bias: float


class Step(NamedTuple):
    output: np.ndarray
    memory: np.ndarray  # K N w
    read_out: np.ndarray
    attention: np.ndarray  # K A heads rows rows
    input_gate: np.ndarray
    forget_gate: np.ndarray
    block_gate: np.ndarray | None


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    e = np.exp(x - max(x))
    return e / sum(e)


def linear(x, layer):
    weight, bias = layer
    return np.array([sum(weight[i] * x) + bias[i] for i in range(len(bias))])


def layer_norm(x, norm):
    gain, bias = norm
    mean = sum(x) / len(x)
    variance = sum((a - mean) ** 2 for a in x) / len(x)
    return gain * (x - mean) / np.sqrt(variance + SMALL_VARIANCE) + bias


def mlp(x, layers):
    for layer in layers[:-1]:
        x = np.maximum(linear(x, layer), 0)
    return linear(x, layers[-1])


def attention_block(rows, block, shared_mlp, n_heads):
    """All rows after a round of attention, and who attended to whom."""
    width = len(rows[0])
    d = width // n_heads
    told = [layer_norm(linear(row, block.heads), block.head_norm) for row in rows]
    weights = np.zeros((n_heads, len(rows), len(rows)))
    taken = np.zeros((len(rows), width))
    for h in range(n_heads):
        of_head = [t[3 * d * h : 3 * d * (h + 1)] for t in told]
        queries = [t[:d] for t in of_head]
        keys = [t[d : 2 * d] for t in of_head]
        values = [t[2 * d :] for t in of_head]
        for i, query in enumerate(queries):
            weights[h, i] = softmax(np.array([sum(query * key) / np.sqrt(d) for key in keys]))
            taken[i, h * d : (h + 1) * d] = sum(
                w * value for w, value in zip(weights[h, i], values, strict=True)
            )
    after = []
    for i, row in enumerate(rows):
        once = layer_norm(row + taken[i], block.attention_norm)
        after.append(layer_norm(once + mlp(once, shared_mlp), block.mlp_norm))
    return after, weights


def core_step(x, memory, core, n_heads, gating):
    row = linear(x, core.to_row)
    rows = [*memory, row]
    weights = []
    for block in core.attention_blocks:
        rows, w = attention_block(rows, block, core.mlp, n_heads)
        weights.append(w)
    from_input = linear(row, core.input_to_gates)
    n_gates = {"unit": len(row), "memory": 1}[gating]
    input_gates, forget_gates, after = [], [], []
    for slot, old in enumerate(memory):
        both = from_input + core.memory_to_gates @ np.tanh(old)
        input_gates.append(sigmoid(both[:n_gates] + core.input_bias))
        forget_gates.append(sigmoid(both[n_gates:] + core.forget_bias))
        after.append(forget_gates[slot] * old + input_gates[slot] * np.tanh(rows[slot]))
    return tuple(map(np.array, (after, weights, input_gates, forget_gates)))


def identity_rows(n_slots, width):
    rows = np.zeros((n_slots, width))
    for i in range(min(n_slots, width)):
        rows[i, i] = 1
    return rows


def run(inputs, cores, to_block_gate, to_output, n_slots, n_heads, gating, lesioned=()):
    """Everything that happens on one list, step by step."""
    width = len(cores[0].to_row[1])
    memories = [identity_rows(n_slots, width) for _ in cores]
    read_out = np.zeros(n_slots * width)
    steps = []
    for x in inputs:
        parts = [
            core_step(x, memory, core, n_heads, gating)
            for core, memory in zip(cores, memories, strict=True)
        ]
        memories = [memories[k] if k in lesioned else after for k, (after, *_) in enumerate(parts)]
        gate = None
        if to_block_gate is not None:
            gate = softmax(linear(np.concatenate([x, read_out]), to_block_gate))
        read_out = np.zeros(n_slots * width)
        for k, memory in enumerate(memories):
            if k not in lesioned:
                share = 1 if gate is None else gate[k]
                read_out = read_out + share * np.concatenate(list(memory))
        _, attention, input_gate, forget_gate = (np.array(p) for p in zip(*parts, strict=True))
        output = linear(read_out, to_output)
        steps.append(
            Step(output, np.array(memories), read_out, attention, input_gate, forget_gate, gate)
        )
    return steps
