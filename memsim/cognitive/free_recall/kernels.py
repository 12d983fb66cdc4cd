"""Likelihood of recalls and its gradient, as loops that numba compiles.

What `memsim.cognitive.free_recall.fast` calls; derivatives are by hand. Letters in shapes:

    v parameter vectors    p prefixes (see `Prefixes`)    i items    t transitions

A model is given by what `fast.ItemSpace` says of it, (v, ...) each.
"""

from functools import cache
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from memsim.cognitive.choice import POWER_FLOOR
from memsim.cognitive.free_recall.elementary import exp_of, log_of

#: prefixes whose choices are computed together, so few that they stay in the fastest cache
BLOCK = 64
TINY = float(np.finfo(np.float64).tiny)

# sums keep their order: vector and plain instructions would else round them differently, and which run
# depends on where arrays lie
_compile: Any = njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "nsz"})


@_compile
def follow(parent, last, beta, evoked, overlap, support, match):
    """Support and match (p, i) after each prefix but the first, which is given."""
    for p in range(1, len(parent)):
        old, item = parent[p], last[p]
        d = match[old, item]
        rho = np.sqrt(1.0 + beta * beta * (d * d - 1.0)) - beta * d
        for j in range(support.shape[1]):
            support[p, j] = rho * support[old, j] + beta * evoked[item, j]
            match[p, j] = rho * match[old, j] + beta * overlap[item, j]


@_compile
def follow_backward(
    parent, last, beta, evoked, overlap, support, match, d_support, d_match, d_evoked, d_overlap
):
    """Derivative of `follow`; that of support and match moves on to prefix 0. That of beta."""
    d_beta = 0.0
    for p in range(len(parent) - 1, 0, -1):
        old, item = parent[p], last[p]
        d = match[old, item]
        root = np.sqrt(1.0 + beta * beta * (d * d - 1.0))
        rho = root - beta * d
        d_rho, direct = 0.0, 0.0
        for j in range(support.shape[1]):
            d_rho += d_support[p, j] * support[old, j] + d_match[p, j] * match[old, j]
            direct += d_support[p, j] * evoked[item, j] + d_match[p, j] * overlap[item, j]
            d_support[old, j] += rho * d_support[p, j]
            d_match[old, j] += rho * d_match[p, j]
            d_evoked[item, j] += beta * d_support[p, j]
            d_overlap[item, j] += beta * d_match[p, j]
        d_beta += direct + d_rho * (beta * (d * d - 1.0) / root - d)
        d_match[old, item] += d_rho * (beta * beta * d / root - beta)
    return d_beta


@_compile
def power_rule(available, follows, chosen, times, tau, support, log_x, power, d_support):
    """Minus the log likelihood of what followed each prefix, under the power rule, and its
    derivative by tau; that by support goes into `d_support` (p, i), where there is room for it."""
    n_prefixes, n = support.shape
    nll, d_tau = 0.0, 0.0
    for p in range(n_prefixes):
        top = support[p].max()
        top = max(top, TINY)
        for j in range(n):
            x = support[p, j] / top
            power[p, j] = max(x, TINY)
    log_of(power.reshape(-1), log_x.reshape(-1))
    for p in range(n_prefixes):
        for j in range(n):
            power[p, j] = tau * log_x[p, j]
    exp_of(power.reshape(-1), power.reshape(-1))
    for p in range(n_prefixes):
        total, n_lists = 0.0, 0.0
        for j in range(n):
            total += available[p, j] * (power[p, j] + POWER_FLOOR)
        for t in range(follows[p], follows[p + 1]):
            n_lists += times[t]
            nll -= times[t] * np.log(power[p, chosen[t]] + POWER_FLOOR)
        nll += n_lists * np.log(total)
        if not len(d_support):
            continue
        share = n_lists / total
        for j in range(n):
            d_support[p, j] = share * available[p, j] * power[p, j]
        for t in range(follows[p], follows[p + 1]):
            j = chosen[t]
            d_support[p, j] -= times[t] * power[p, j] / (power[p, j] + POWER_FLOOR)
        d_top = 0.0
        for j in range(n):  # so far by the logarithm of power
            d_tau += d_support[p, j] * log_x[p, j]
            d_top -= tau * d_support[p, j]
            d_support[p, j] *= tau / (max(support[p, j], TINY))
        best = support[p].argmax()
        if support[p, best] > TINY:
            d_support[p, best] += d_top / support[p, best]
    return nll, d_tau


@_compile
def softmax_rule(available, follows, chosen, times, tau, floor, support, logit, weight, d_support):
    """As `power_rule`, under the softmax rule with a floor on support."""
    n_prefixes, n = support.shape
    nll, d_tau = 0.0, 0.0
    for p in range(n_prefixes):
        top = -np.inf
        for j in range(n):
            logit[p, j] = 2.0 * (max(support[p, j], floor)) / tau
            if available[p, j] > 0 and logit[p, j] > top:
                top = logit[p, j]
        for j in range(n):  # what is not available may be above the top, and does not count
            logit[p, j] -= top
            weight[p, j] = min(logit[p, j], 0.0)
    exp_of(weight.reshape(-1), weight.reshape(-1))
    for p in range(n_prefixes):
        total, n_lists = 0.0, 0.0
        for j in range(n):
            total += available[p, j] * weight[p, j]
        for t in range(follows[p], follows[p + 1]):
            n_lists += times[t]
            nll -= times[t] * logit[p, chosen[t]]
        nll += n_lists * np.log(total)
        if not len(d_support):
            continue
        share = n_lists / total
        for j in range(n):
            d_support[p, j] = share * available[p, j] * weight[p, j]
        for t in range(follows[p], follows[p + 1]):
            d_support[p, chosen[t]] -= times[t]
        for j in range(n):  # so far by the logit
            d_tau -= d_support[p, j] * logit[p, j] / tau
            d_support[p, j] *= 0.0 if support[p, j] < floor else 2.0 / tau
    return nll, d_tau


@_compile
def likelihood(
    parent, last, available, follows, chosen, times,
    is_power, floor, beta, tau, support0, match0, evoked, overlap, with_gradient,
):  # fmt: skip
    """Minus the log likelihood (v,), and its derivatives by everything of the model, in order."""
    n_vectors, n = support0.shape
    nll, d_beta, d_tau = np.zeros(n_vectors), np.zeros(n_vectors), np.zeros(n_vectors)
    # each an array of its own, and not part of one, so that numba knows its entries to be neighbours
    support, match = np.empty((len(parent), n)), np.empty((len(parent), n))
    first, second = np.empty((BLOCK, n)), np.empty((BLOCK, n))
    v_room, p_room, i_room = (n_vectors, len(parent), n) if with_gradient else (0, 0, 0)
    d_support, d_match = np.empty((p_room, i_room)), np.empty((p_room, i_room))
    d_support0, d_match0 = np.empty((v_room, i_room)), np.empty((v_room, i_room))
    d_evoked, d_overlap = np.zeros((v_room, i_room, i_room)), np.zeros((v_room, i_room, i_room))
    for v in range(n_vectors):
        support[0], match[0] = support0[v], match0[v]
        follow(parent, last, beta[v], evoked[v], overlap[v], support, match)
        for start in range(0, len(parent), BLOCK):
            end = min(start + BLOCK, len(parent))
            available_, follows_ = available[start:end], follows[start : end + 1]
            support_, d_support_ = support[start:end], d_support[start:end]
            first_, second_ = first[: end - start], second[: end - start]
            if is_power:
                minus, by_tau = power_rule(
                    available_, follows_, chosen, times, tau[v],
                    support_, first_, second_, d_support_,
                )  # fmt: skip
            else:
                minus, by_tau = softmax_rule(
                    available_, follows_, chosen, times, tau[v], floor,
                    support_, first_, second_, d_support_,
                )  # fmt: skip
            nll[v] += minus
            d_tau[v] += by_tau
        if with_gradient:
            d_match[:] = 0.0
            d_beta[v] = follow_backward(
                parent, last, beta[v], evoked[v], overlap[v], support, match,
                d_support, d_match, d_evoked[v], d_overlap[v],
            )  # fmt: skip
            d_support0[v], d_match0[v] = d_support[0], d_match[0]
    return nll, d_beta, d_tau, d_support0, d_match0, d_evoked, d_overlap


@cache
def load() -> None:
    """Compile every loop, or load it from the cache, the inner ones first.

    An inner loop exists once by itself and once within each that calls it, and may be rounded
    differently; which one runs depends on what was there first. So they are always there in this
    order, in a process that compiles them and in one that does not.
    """
    n = 3
    one, count = np.ones(n), np.arange(n)
    exp_of(np.zeros(n), np.ones(n))
    log_of(np.ones(n), np.ones(n))

    def square() -> NDArray[np.float64]:
        return np.ones((n, n))

    follow(count[:1], count[:1], 0.5, square(), square(), square(), square())
    follow_backward(count[:1], count[:1], 0.5, *(square() for _ in range(8)))
    transitions = np.zeros(n + 1, dtype=np.int64), count, one
    power_rule(square(), *transitions, 1.0, square(), square(), square(), square())
    softmax_rule(square(), *transitions, 1.0, 1e-6, square(), square(), square(), square())
