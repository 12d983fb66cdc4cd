"""Answers that rest on the same random strengths, and their joint probability.

The strength of a pair differs from pair to pair, and stays the same from test to test: two tests of
one pair are not independent. Tests that share strengths make up a case, and their joint probability
is an integral: over the forward and the backward strength of a pair, or over the strengths of two
pairs with one cue (A-B, A-C). Given the strengths, tests are independent; so the tests of a strength
are computed once, however many cases have just these.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from memsim.cognitive.associative.cued import CuedTests
from memsim.cognitive.parameters import Parameter

#: A sum over equal steps is exact for smooth functions until the steps are too wide for their
#: steepest slope: .05 standard deviations of strength are good to 3 digits where the standard
#: deviation (times presentations) is 50 times the noise of choice; for rivals, .2 up to 12 times.
NODES = 241
RIVAL_NODES = 61
EDGE = 6.0

#: outcomes besides the words that the cue was studied with, which are 0 and 1
OTHER, OUTSIDE, NONE, PADDING = 2, 3, 4, -1

#: strengths and the tests that depend on them, by (pair, forward)
Presentations = dict[tuple[int, bool], list[int]]


@dataclass(frozen=True, eq=False)
class Part:
    """Tests in a row that depend on the same strengths, one or two; number 0 has no tests.

    Attributes
    ----------
    age : (parts, tests, strengths, presentations) integers
        Age of each presentation that makes up the strength at the test; -1 for none.
    other_label : (parts, tests, strengths, presentations) booleans
        Whether it was presented in a list other than the one asked for.
    backward : (parts,) booleans
    outcome : (parts, tests) integers
    n_free : (parts, tests) integers
        Candidates that were not studied with the cue.
    """

    age: NDArray[np.integer]
    other_label: NDArray[np.bool_]
    backward: NDArray[np.bool_]
    outcome: NDArray[np.integer]
    n_free: NDArray[np.integer]


@dataclass(frozen=True, eq=False)
class Cases:
    """Given answers, sorted by the strengths they depend on.

    Attributes
    ----------
    pairs : Part
        Tests of one pair in one direction.
    rivals : Part
        Tests of a cue that two pairs have.
    part : (cases, 3) integers
        Which part of `pairs` the forward tests of a case are, which the backward tests, and which
        part of `rivals`.
    so_far : (cases, tests, 3) integers
        How many tests of each there were up to each test of the case.
    row, column : (cases, tests) integers
        Where the tests stand in the responses; -1 after the last.
    shape : (lists, tests)
        That of the responses.
    """

    pairs: Part
    rivals: Part
    part: NDArray[np.integer]
    so_far: NDArray[np.integer]
    row: NDArray[np.integer]
    column: NDArray[np.integer]
    shape: tuple[int, int]


def sort_answers(tests: CuedTests, responses: NDArray[np.integer]) -> Cases:
    """Sort answers by the strengths they depend on.

    Raises
    ------
    ValueError
        If tests depend on more strengths at once, as where a cue was studied with three words of
        one list, or with two that are also tested backward.
    """
    depends = tests.before & (tests.cue_side == tests.cue[:, :, None])
    n_candidates = tests.candidates.sum(axis=2)
    answer_side = tests.answer_side
    same = (tests.pair[:, :, None] == tests.pair[:, None, :]) & (tests.first != 0)[:, None]
    n_ages = int(same.sum(axis=2).max())
    numbers: list[dict[tuple[int, ...], int]] = [{(): 0}, {(): 0}]
    part, so_far, row, column = [], [], [], []
    for i in range(len(tests.cue)):
        forward_at, pair_at = tests.forward[i].tolist(), tests.pair[i].tolist()
        made_of: list[Presentations] = [{} for _ in forward_at]
        for t, p in np.argwhere(depends[i]).tolist():
            made_of[t].setdefault((pair_at[p], forward_at[t]), []).append(p)
        for asked, strengths in _connected(made_of):
            n_pairs, n_directions = (len(set(of)) for of in zip(*strengths, strict=True))
            if n_pairs > 2 or n_pairs * n_directions > 2:
                raise ValueError(
                    f"tests {[t + 1 for t in asked]} of list {i} depend on {len(strengths)} "
                    "strengths at once, and the likelihood integrates over two at most: a cue may "
                    "have two words, tested in one direction; for others simulate with recall"
                )
            codes: list[list[int]] = [[], [], []]
            counts, count = [], [0, 0, 0]
            for t in asked:
                # rivals are all strengths of the case, else this is the pair in one direction
                of = strengths if n_pairs == 2 else list(made_of[t])
                words: list[int] = []
                ages: list[int] = []
                for strength in of:
                    shown = made_of[t].get(strength, [])
                    words.append(int(answer_side[i, t, strength[0]]) if shown else 0)
                    old = [
                        int(2 * tests.age[i, t, p] + (not tests.same_label[i, t, p])) for p in shown
                    ]
                    ages += old + [-1] * (n_ages - len(old))
                said = int(responses[i, t])
                outcome = {-1: OUTSIDE, 0: NONE}.get(said, OTHER)
                if said > 0 and said in words:
                    outcome = words.index(said)
                n_free = int(n_candidates[i, t]) - sum(word != 0 for word in words)
                k = 2 if n_pairs == 2 else int(not forward_at[t])
                codes[k] = codes[k] or [int(not forward_at[t])]
                codes[k] += [outcome, n_free, *ages]
                count[k] += 1
                counts.append([*count])
            part.append(
                [
                    numbers[k == 2].setdefault(tuple(code), len(numbers[k == 2]))
                    for k, code in enumerate(codes)
                ]
            )
            so_far.append(counts)
            row.append(i)
            column.append(asked)
    n = max(map(len, column))
    return Cases(
        pairs=_unpack(list(numbers[0]), 1, n_ages),
        rivals=_unpack(list(numbers[1]), 2, n_ages),
        part=np.array(part),
        so_far=np.array([counts + counts[-1:] * (n - len(counts)) for counts in so_far]),
        row=np.repeat(np.array(row)[:, None], n, axis=1),
        column=np.array([asked + [-1] * (n - len(asked)) for asked in column]),
        shape=(responses.shape[0], responses.shape[1]),
    )


def _connected(
    made_of: list[Presentations],
) -> Iterator[tuple[list[int], list[tuple[int, bool]]]]:
    """Tests of one list that hang together, and the strengths (pair, forward) they depend on."""
    cases: list[tuple[list[int], set[tuple[int, bool]]]] = []
    for test, strengths in enumerate(made_of):
        if not strengths:
            continue
        pairs = {pair for pair, _ in strengths}
        together = [case for case in cases if pairs & {pair for pair, _ in case[1]}]
        cases = [case for case in cases if case not in together]
        asked = sorted([test, *(t for case in together for t in case[0])])
        cases.append((asked, set(strengths).union(*(case[1] for case in together))))
    for asked, of in cases:
        yield asked, sorted(of)


def _unpack(codes: list[tuple[int, ...]], n: int, n_ages: int) -> Part:
    """Parts with n strengths from their codes: whether backward, then each test."""
    width = 2 + n * n_ages
    longest = max(1, (max(map(len, codes)) - 1) // width)
    nothing = [PADDING, 0] + [-1] * (n * n_ages)
    filled = []
    for code in codes:
        code = code or (0,)
        filled.append([*code, *nothing * (longest - (len(code) - 1) // width)])
    table = np.array(filled, dtype=np.int64)
    each = table[:, 1:].reshape(len(codes), longest, width)
    age = each[:, :, 2:].reshape(len(codes), longest, n, n_ages)
    return Part(
        age=np.where(age < 0, -1, age // 2),
        other_label=(age >= 0) & (age % 2 == 1),
        backward=table[:, 0] == 1,
        outcome=each[:, :, 0],
        n_free=each[:, :, 1],
    )


def log_joint(
    cases: Cases, values: Mapping[str, Parameter], each_test: bool = False
) -> tuple[Float[Tensor, "cases tests"], NDArray[np.integer]]:
    """Log probability of all answers of a case together, integrated over its strengths.

    Parameters
    ----------
    cases : Cases
    values : mapping of str to float or tensor
        Parameters of `HebbianMatrix` by name.
    each_test : bool
        Whether to give the probability of the answers up to each test of each case.

    Returns
    -------
    (cases, tests)
        Without `each_test` one column, and cases that are alike stand once.
    (cases,) integers
        How many cases are alike.
    """
    z, weight = _nodes(NODES)
    deviate = z.expand(len(cases.pairs.age), 1, -1)
    of_pairs = _log_p_so_far(cases.pairs, deviate, values)  # parts, tests + 1, nodes
    given_forward = _given_forward(of_pairs, z, values["rho_fb"])

    z_2, weight_2 = _nodes(RIVAL_NODES)
    both = torch.stack([grid.flatten() for grid in torch.meshgrid(z_2, z_2, indexing="ij")])
    of_rivals = torch.logsumexp(
        _log_p_so_far(cases.rivals, both.expand(len(cases.rivals.age), 2, -1), values)
        + (weight_2[:, None] + weight_2).flatten(),
        dim=-1,
    )
    if each_test:
        part, so_far = torch.as_tensor(cases.part)[:, None], torch.as_tensor(cases.so_far)
        count = np.ones(len(cases.part), dtype=np.int64)
    else:
        kinds, count = np.unique(cases.part, axis=0, return_counts=True)
        part = torch.as_tensor(kinds)[:, None]
        so_far = torch.full_like(part, -1)  # all tests
    forward, backward, rival = zip(part.unbind(-1), so_far.unbind(-1), strict=True)
    of_pair = torch.logsumexp(of_pairs[forward] + given_forward[backward] + weight, dim=-1)
    return of_pair + of_rivals[rival], count


def _nodes(n: int) -> tuple[Float[Tensor, " nodes"], Float[Tensor, " nodes"]]:
    """Standard normal deviates at equal steps, and the log of their weights."""
    z = torch.linspace(-EDGE, EDGE, n, dtype=torch.float64)
    return z, torch.log_softmax(-(z**2) / 2, dim=0)


def _given_forward(
    log_p: Float[Tensor, "parts tests nodes"],
    z: Float[Tensor, " nodes"],
    rho_fb: Parameter,
) -> Float[Tensor, "parts tests nodes"]:
    """Log of the mean over backward strengths, at each deviate of the forward strength."""
    r = torch.as_tensor(rho_fb, dtype=torch.float64)
    # a correlation of 1 leaves a variance of 0, and each node to itself
    spread = (1 - r**2).clamp(min=1e-8)
    kernel = torch.softmax(-((z - r * z[:, None]) ** 2) / (2 * spread), dim=1)
    largest = log_p.amax(dim=-1, keepdim=True)
    mean = torch.exp(log_p - largest) @ kernel.T
    return torch.log(mean.clamp(min=1e-300)) + largest


def _log_p_so_far(
    part: Part, deviate: Float[Tensor, "parts strengths nodes"], values: Mapping[str, Parameter]
) -> Float[Tensor, "parts tests+1 nodes"]:
    r"""Log probability of the outcomes up to each test, given the strengths.

    Strengths are `deviate` standard deviations from their mean. A strength counts as often as its
    pair was presented, each time :math:`\rho_M` to the power of its age, and `label` times as much
    if that was in another list.
    """
    w_b, w_f = (torch.as_tensor(values[name], dtype=torch.float64) for name in ("w_b", "w_f"))
    mean = torch.where(torch.as_tensor(part.backward), w_b, w_f)
    strength = mean[:, None, None] + values["w_sd"] * deviate
    tau, omission = values["tau"], values["omission"]
    made_of, age = (torch.as_tensor(a) for a in (part.age >= 0, np.maximum(part.age, 0)))
    rho_M = torch.as_tensor(values["rho_M"], dtype=torch.float64)
    kept = rho_M ** age.to(torch.float64)
    kept = torch.where(torch.as_tensor(part.other_label), values["label"] * kept, kept)
    gain = torch.where(made_of, kept, torch.zeros_like(kept)).sum(dim=-1)
    support = gain[..., None] * strength[:, None] / tau  # parts, tests, strengths, nodes
    relevant = made_of.any(dim=-1)[..., None]

    n_outside = torch.as_tensor(values["n_outside"], dtype=torch.float64)
    n_zero = torch.as_tensor(part.n_free).to(torch.float64) + n_outside
    rest = torch.log(n_zero)[..., None, None]
    none = torch.as_tensor(omission / tau, dtype=torch.float64)
    shape = *support.shape[:2], 1, support.shape[-1]
    options = [support.masked_fill(~relevant, -torch.inf), rest.expand(shape), none.expand(shape)]
    total = torch.logsumexp(torch.cat(options, dim=2), dim=2)

    outcome = torch.as_tensor(part.outcome)[..., None]
    log_p = torch.where(outcome == 0, support[:, :, 0], support[:, :, -1])
    log_p = torch.where(outcome == OTHER, torch.zeros_like(log_p), log_p)
    log_p = torch.where(outcome == OUTSIDE, torch.log(n_outside), log_p)
    log_p = torch.where(outcome == NONE, none, log_p) - total
    log_p = torch.where(outcome == PADDING, torch.zeros_like(log_p), log_p)
    return torch.nn.functional.pad(log_p.cumsum(dim=1), (0, 0, 1, 0))
