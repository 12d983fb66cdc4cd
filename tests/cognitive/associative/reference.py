"""The equations once more, in plain loops and by numerical integration."""

import math

import numpy as np
from scipy.integrate import dblquad, quad


def answer_probability(outcome, strengths, tau, omission, n_free, n_outside):
    """Of a word that the cue was studied with (0, 1, ..), "other", "outside" or "none"."""
    total = n_free + n_outside + math.exp(omission / tau)
    total += sum(math.exp(s / tau) for s in strengths)
    top = {"other": 1.0, "outside": n_outside, "none": math.exp(omission / tau)}
    return (math.exp(strengths[outcome] / tau) if outcome in (0, 1) else top[outcome]) / total


def over_one(p, mean, sd):
    """Mean of a function of one normal strength."""
    return quad(lambda z: normal(z) * p(mean + sd * z), -8, 8, limit=200)[0]


def over_two(p, means, sd, r):
    """Mean of a function of two normal strengths with this correlation."""

    def at(z2, z1):
        second = r * z1 + math.sqrt(1 - r * r) * z2
        return normal(z1) * normal(z2) * p(means[0] + sd * z1, means[1] + sd * second)

    return dblquad(at, -7, 7, -7, 7, epsabs=1e-8)[0]


def normal(z):
    return math.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def matrix_matches(cue, pairs, strengths, ages, rho, forward, candidates):
    """Match of candidates with what a cue retrieves from a matrix that decays event by event."""
    n = len(cue)
    matrix = [[0.0] * n for _ in range(n)]
    for (a, b), w, age in zip(pairs, strengths, ages, strict=True):
        for i in range(n):
            for j in range(n):
                matrix[i][j] += w * rho**age * b[i] * a[j]
    if forward:
        retrieved = [sum(matrix[i][j] * cue[j] for j in range(n)) for i in range(n)]
    else:
        retrieved = [sum(matrix[i][j] * cue[i] for i in range(n)) for j in range(n)]
    return [sum(x * y for x, y in zip(retrieved, c, strict=True)) for c in candidates]


def convolution(a, b):
    n = len(a)
    return [sum(a[k] * b[(j - k) % n] for k in range(n)) for j in range(n)]


def correlation(a, m):
    n = len(a)
    return [sum(a[k] * m[(j + k) % n] for k in range(n)) for j in range(n)]


def echo_intensity(probe, traces):
    total = 0.0
    for trace in traces:
        n = sum(p != 0 or t != 0 for p, t in zip(probe, trace, strict=True))
        s = sum(p * t for p, t in zip(probe, trace, strict=True)) / n if n else 0.0
        total += s**3
    return total


def echo_content(probe, traces):
    """Of traces of pairs, (first, second) halves; the second half of the probe is empty."""
    content = [0.0] * len(traces[0][1])
    for first, second in traces:
        n = sum(p != 0 or t != 0 for p, t in zip(probe, first, strict=True))
        n += sum(t != 0 for t in second)
        s = sum(p * t for p, t in zip(probe, first, strict=True)) / n
        for j, feature in enumerate(second):
            content[j] += s**3 * feature
    return content


def trace_similarities(rng, n_features, L_r, p_zero, n):
    """Similarities of a random probe to a trace of its own and two of one other word."""
    found = np.zeros((n, 3))
    for row in found:
        probe, other = (
            [rng.choice((-1, 1)) * (rng.random() >= p_zero) for _ in range(n_features)]
            for _ in range(2)
        )
        for k, word in enumerate((probe, other, other)):
            trace = [x * (rng.random() < L_r) for x in word]
            n_i = sum(p != 0 or t != 0 for p, t in zip(probe, trace, strict=True))
            dot = sum(p * t for p, t in zip(probe, trace, strict=True))
            row[k] = dot / n_i if n_i else 0.0
    return found
