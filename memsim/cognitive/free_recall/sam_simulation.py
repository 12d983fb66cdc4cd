"""SAM's two stores as plain loops over lists, compiled by numba.

Import from within functions, for numba takes a while to load. All random numbers are drawn before
the loops, so that the same draws give the same recalls. Words are numbered from 0 in the loops.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from memsim.cognitive.free_recall.phases import StudyPhase
from paradigms import Event

if TYPE_CHECKING:
    from memsim.cognitive.free_recall.sam import SAM

_compile: Any = njit(cache=True, nogil=True)

ORDERS = ("study", "recency", "random")
#: random numbers drawn at a time, at most, for the samples of some lists
MOST_DRAWS = 2**22


class Parameters(NamedTuple):
    """Those of `SAM`, as the loops take them; the order of output is a place in `ORDERS`."""

    mu_r: float
    sigma_r: float
    q: float
    a: float
    b1: float
    b2: float
    c: float
    d: float
    e: float
    f: float
    g: float
    W_c: float
    W_e: float
    K_max: int
    L_max: int
    share: bool
    sts_order: int


class Draws(NamedTuple):
    """Random numbers for some lists, uniform in [0, 1) except `size`.

    Attributes
    ----------
    size : (lists,) integers
        Words that the buffer takes.
    displaced, shuffled : (items, lists)
        For the words that leave a full buffer, one by one, and for its random order at the end.
    searched : (samples, 2, lists)
        For each sample and its recovery. At most `K_max` + items samples are taken.
    """

    size: NDArray[np.int64]
    displaced: NDArray[np.float64]
    shuffled: NDArray[np.float64]
    searched: NDArray[np.float64]


def parameters_of(model: "SAM") -> Parameters:
    """Parameters as the loops take them, each of one type, for which they are compiled once."""
    kinds: dict[str, Callable[[Any], Any]] = {
        "share": bool,
        "K_max": int,
        "L_max": int,
        "sts_order": ORDERS.index,
    }
    return Parameters(
        *[kinds.get(name, float)(getattr(model, name)) for name in Parameters._fields]
    )


def simulate(
    model: "SAM", phase: StudyPhase, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Study and recall the lists of one study phase.

    Parameters
    ----------
    model : SAM
        Its parameters.
    phase : StudyPhase
        What is shown, and the lists to simulate.
    rng : numpy Generator
        Source of randomness.

    Returns
    -------
    recalled, samples : (lists, items) integers
        See `SAM.recall_and_samples`.
    """
    p = parameters_of(model)
    seconds = np.array([-s if event is Event.DISTRACTOR else s for event, s in phase.events])
    parts = [
        recall_lists(p, seconds, phase.n_items, draws)
        for draws in draw(p, phase.n_items, len(phase.lists), rng)
    ]
    recalled, samples = (np.concatenate(part) for part in zip(*parts, strict=True))
    return recalled + 1, samples


def draw(p: Parameters, n_items: int, n_lists: int, rng: np.random.Generator) -> Iterator[Draws]:
    """All random numbers, for 1,000 lists at a time or fewer where `K_max` is very large.

    From one state of `rng`, each list gets the same numbers under all parameters (which only
    scale the buffer size), so that sets of parameters are compared on common random numbers.
    """
    n_samples = p.K_max + n_items
    at_once = min(1000, max(1, MOST_DRAWS // n_samples))
    for start in range(0, n_lists, at_once):
        n = min(at_once, n_lists - start)
        # a seed for each part, for the numbers one takes depend on K_max
        own = np.random.default_rng(rng.integers(2**63))
        size = np.rint(p.mu_r + p.sigma_r * own.standard_normal(n)).clip(1, n_items)
        yield Draws(
            size=size.astype(np.int64),
            displaced=own.random((n_items, n)),
            shuffled=own.random((n_items, n)),
            searched=own.random((n_samples, 2, n)),
        )


@_compile
def power(strength, weight):
    """Strength to the power of a cue's weight; most weights are 1, and powers are slow."""
    return strength if weight == 1.0 else strength**weight


@_compile
def position_of(u, cumulative, n):
    """First of n whose cumulative weight is above the share `u` of the total."""
    threshold = u * cumulative[n - 1]
    for j in range(n - 1):
        if cumulative[j] > threshold:
            return j
    return n - 1


@_compile
def displacement(p, n_held, cumulative):
    """P(k-th oldest word leaves) ~ q (1 - q)^(k - 1)."""
    weight, total = 1.0, 0.0
    for k in range(n_held):
        total += weight
        cumulative[k] = total
        weight *= 1.0 - p.q


@_compile
def sampling(p, cue, C, S, cumulative):
    """P_S(j) ~ C[j]^W_c S[cue, j]^W_e, and C[j]^W_c with context alone, whose cue number is L."""
    n_items, total = len(C), 0.0
    for j in range(n_items):
        weight = power(C[j], p.W_c)
        if cue < n_items:
            weight *= power(S[cue, j], p.W_e)
        total += weight
        cumulative[j] = total


@_compile
def recovery(p, cue, j, C, S):
    """P_R(j) = 1 - exp(-W_c C[j] - W_e S[cue, j])."""
    strength = p.W_c * C[j]
    if cue < len(C):
        strength += p.W_e * S[cue, j]
    return 1.0 - np.exp(-strength)


@_compile
def rehearse(p, seconds, size, u, C, S, held, cumulative):
    """Study one list: fills context strengths C and strengths S, cue by word.

    `seconds` (events,) are negative for distraction, which empties the buffer. Words left in the
    buffer at the end are in `held`, in order of study; gives how many.
    """
    C[:] = 0.0
    S[:] = 0.0
    word, n_held, n_displaced = 0, 0, 0
    for duration in seconds:
        if duration < 0:
            n_held = 0
            continue
        if n_held == size:
            displacement(p, n_held, cumulative)
            gone = position_of(u[n_displaced], cumulative, n_held)
            n_displaced += 1
            n_held -= 1
            for k in range(gone, n_held):
                held[k] = held[k + 1]
        held[n_held] = word
        word, n_held = word + 1, n_held + 1
        units = duration / n_held if p.share else duration
        for k in range(n_held):
            i = held[k]
            C[i] += p.a * units
            S[i, i] += p.c * units
            for m in range(k + 1, n_held):
                S[i, held[m]] += p.b1 * units
                S[held[m], i] += p.b2 * units
    for i in range(word):
        for j in range(word):
            if S[i, j] == 0.0:
                S[i, j] = p.d
    return n_held


@_compile
def empty(p, held, n_held, u):
    """Put the words of the buffer into output order: that of study, its reverse, or a random one."""
    if p.sts_order == 1:
        held[:n_held] = held[:n_held][::-1].copy()
    elif p.sts_order == 2:
        for k in range(n_held - 1, 0, -1):
            other = int(u[k] * (k + 1))
            held[k], held[other] = held[other], held[k]


@_compile
def search(p, C, S, u, recalled, samples, n_out, failed, cumulative):
    """Sample and recover words of one list, after the `n_out` that were in the buffer.

    Adds them to `recalled`, and to `samples` how many had been taken by then. `failed` (L + 1, L)
    marks words that failed under a cue.
    """
    n_items = len(C)
    alone = n_items
    failed[:] = False
    out = np.zeros(n_items, dtype=np.bool_)
    for k in range(n_out):
        out[recalled[k]] = True
    cue = recalled[n_out - 1] if n_out else alone
    sampling(p, cue, C, S, cumulative)
    n_samples, K, L = 0, 0, 0
    while K < p.K_max and n_out < n_items:
        j = position_of(u[n_samples, 0], cumulative, n_items)
        recoverable = not out[j] and not failed[cue, j]
        recovered = recoverable and u[n_samples, 1] < recovery(p, cue, j, C, S)
        n_samples += 1
        if recovered:
            recalled[n_out], samples[n_out] = j, n_samples
            out[j] = True
            n_out += 1
            C[j] += p.e
            S[j, j] += p.g
            if cue != alone:
                S[cue, j] += p.f
            cue, L = j, 0
        else:
            failed[cue, j] = True
            K, L = K + 1, L + 1
            if L != p.L_max:
                continue
            cue = alone
        sampling(p, cue, C, S, cumulative)


@_compile
def recall_lists(p, seconds, n_items, draws):
    """Study and recall lists.

    Gives (lists, items) words from 0 in output order, -1 after recall has stopped, and how many
    samples had been taken by then, 0 for words of the buffer.
    """
    n_lists = len(draws.size)
    recalled = np.full((n_lists, n_items), -1)
    samples = np.zeros((n_lists, n_items), dtype=np.int64)
    C, S = np.empty(n_items), np.empty((n_items, n_items))
    failed, cumulative = np.empty((n_items + 1, n_items), dtype=np.bool_), np.empty(n_items)
    held = np.empty(n_items, dtype=np.int64)
    for i in range(n_lists):
        u = draws.displaced[:, i]
        n_held = rehearse(p, seconds, draws.size[i], u, C, S, held, cumulative)
        empty(p, held, n_held, draws.shuffled[:, i])
        recalled[i, :n_held] = held[:n_held]
        u = draws.searched[:, :, i]
        search(p, C, S, u, recalled[i], samples[i], n_held, failed, cumulative)
    return recalled, samples
