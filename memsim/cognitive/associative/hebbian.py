"""Hebbian matrix memory for pairs, after Kahana (2002) and Rizzuto and Kahana (2001)."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from memsim.cognitive.associative.cued import CuedTests, check_said, choose, cued_tests, places
from memsim.cognitive.associative.pair_strengths import Cases, log_joint, sort_answers
from memsim.cognitive.parameters import Parameter, Preset, check_ranges, check_whole, find_preset
from paradigms import Schedule

#: numbers of item vectors held at a time
CHUNK = 4_000_000


@dataclass(frozen=True, kw_only=True)
class HebbianMatrix:
    r"""Pairs are stored as outer products in one matrix, which a cue multiplies.

    The matrix is :math:`M = \sum w\,b a^\top`; the first word a retrieves :math:`M a`, the second
    :math:`M^\top b`, and a word is said in proportion to the exponential of its match with what
    is retrieved. Strengths are drawn for each pair and direction from normal distributions, so
    that two tests of a pair hang together. The matrix decays with every event: a pair, a
    distractor, a test (seconds do not count). Tests teach nothing.

    It speaks to cued recall of pairs in both directions, to lists with labels (A-B, A-C) and to
    probed recall, where neighbours are pairs. With orthonormal items (`n_features` left out)
    matches are strengths, and there is a likelihood. Its scale is open: only ratios of `w_f`,
    `w_b`, `w_sd` and `omission` to `tau` matter, so that fits hold `w_f`. Words studied near the
    cue are no more likely as intrusions than others.

    Parameters
    ----------
    tau : float
        Noise of choice, above 0.
    omission : float
        Utility of giving no answer, on the scale of strengths.
    w_f, w_b : float
        Mean strength forward (from the first to the second word) and backward.
    w_sd : float
        Standard deviation of strengths over pairs, 0 or more.
    rho_fb : float
        Correlation of the forward and backward strength of a pair, [0, 1].
    rho_M : float
        Share of the matrix that survives an event, (0, 1].
    label : float
        Share of a pair's strength that counts if a test asks for another list, [0, 1]. With 1
        labels make no difference.
    n_outside : float
        How many words from outside the list compete with a strength of 0, 0 or more.
    n_features : int, optional
        Length of random item vectors, of elements with standard deviation 1 / sqrt(n_features).
        For simulation only.
    noise_sd : float
        Standard deviation of noise in each element of the matrix, 0 or more; needs `n_features`.

    Raises
    ------
    ValueError
        If a parameter is out of range, or there is noise in a matrix without elements.

    Examples
    --------
    >>> from paradigms import PairedAssociates
    >>> model = HebbianMatrix(tau=0.5, omission=0.5, n_outside=1.0)
    >>> schedule = PairedAssociates(list_length=2).trials(seed=0, i=0, n_lists=1)

    The right word has a strength of 1, the two other words and one from outside the list 0:

    >>> model.log_likelihood(schedule, schedule.answers).exp()  # e^2 / (e^2 + 3 + e)
    tensor([[0.5637, 0.5637]], dtype=torch.float64)

    References
    ----------
    Kahana, M. J. (2002). Associative symmetry and memory theory. Memory & Cognition, 30, 823-840.

    Rizzuto, D. S., & Kahana, M. J. (2001). An autoassociative neural network model of
    paired-associate learning. Neural Computation, 13, 2075-2092.
    """

    tau: Parameter
    omission: Parameter
    w_f: Parameter = 1.0
    w_b: Parameter = 1.0
    w_sd: Parameter = 0.0
    rho_fb: Parameter = 1.0
    rho_M: Parameter = 1.0
    label: Parameter = 0.5
    n_outside: Parameter = 0.0
    n_features: int | None = None
    noise_sd: float = 0.0

    ranges: ClassVar[dict[str, str]] = {
        "tau": "(0, inf)",
        **dict.fromkeys(("omission", "w_f", "w_b"), "(-inf, inf)"),
        **dict.fromkeys(("w_sd", "n_outside", "noise_sd"), "[0, inf)"),
        **dict.fromkeys(("rho_fb", "label"), "[0, 1]"),
        "rho_M": "(0, 1]",
        "n_features": "[1, inf)",
    }
    search: ClassVar[dict[str, tuple[float, float]]] = {
        "tau": (0.02, 2.0),
        "omission": (-2.0, 3.0),
        "w_b": (0.2, 2.0),
        "w_sd": (0.01, 3.0),
        "rho_fb": (0.0, 0.995),
        "rho_M": (0.7, 1.0),
        "label": (0.0, 1.0),
        "n_outside": (0.01, 100.0),
    }

    def __post_init__(self) -> None:
        check_ranges(self, self.ranges)
        check_whole(self, "n_features")
        if self.noise_sd and self.n_features is None:
            raise ValueError(
                f"noise_sd={self.noise_sd} is noise in the elements of a matrix, but items are "
                "orthonormal without number; give n_features"
            )

    @staticmethod
    def preset(name: str) -> "HebbianMatrix":
        """The model with a reference parameter set; `PRESETS` tells where each comes from."""
        return find_preset(PRESETS, name)

    def recall(self, schedule: Schedule, rng: np.random.Generator) -> NDArray[np.int64]:
        """Simulate answers.

        Parameters
        ----------
        schedule : Schedule
            Cued recall of pairs, with or without labels of lists, or probed recall.
        rng : numpy Generator
            Source of strengths, item vectors, noise and choices.

        Returns
        -------
        (lists, tests) integers
            Item numbers; -1 for a word from outside the list, 0 for none.
        """
        tests = _tests(schedule)
        return choose(tests, self.matches(tests, rng), **self._choice(), rng=rng)

    def matches(self, tests: CuedTests, rng: np.random.Generator) -> NDArray[np.float64]:
        """Match of what each cue retrieves with each word of `tests.words`, (lists, tests, words)."""
        strength = self._strengths(tests, rng)
        parts = _chunks(tests, self.n_features)
        if self.n_features is None:
            unit = np.eye(tests.words.shape[1])
            return np.concatenate(
                [_matches(tests, rows, strength[rows], unit[None]) for rows in parts]
            )
        found = []
        for rows in parts:
            shape = len(tests.cue[rows]), tests.words.shape[1], self.n_features
            vectors = rng.normal(0, self.n_features**-0.5, shape)
            noise = None
            if self.noise_sd:
                square = len(vectors), self.n_features, self.n_features
                noise = rng.normal(0, self.noise_sd, square)
            found.append(_matches(tests, rows, strength[rows], vectors, noise))
        return np.concatenate(found)

    def _strengths(self, tests: CuedTests, rng: np.random.Generator) -> NDArray[np.float64]:
        """(lists, tests, presentations): strength with which each one counts at each test."""
        w_f, w_b, w_sd, rho_fb = map(float, (self.w_f, self.w_b, self.w_sd, self.rho_fb))
        drawn = pair_strengths(tests.first.shape, w_f, w_b, w_sd, rho_fb, rng)
        of_pair = np.take_along_axis(drawn, tests.pair[None], axis=2)[:, :, None, :]
        strength = np.where(tests.forward[:, :, None], of_pair[0], of_pair[1])
        kept = np.where(tests.same_label, 1.0, float(self.label)) * float(self.rho_M) ** tests.age
        return np.where(tests.before, strength * kept, 0.0)

    @staticmethod
    def observe(schedule: Schedule, responses: NDArray[np.integer]) -> Cases:
        """What `choice_nll` needs of given answers; it does not depend on parameters."""
        tests = _tests(schedule)
        check_said(schedule, tests, responses)
        return sort_answers(tests, responses)

    def choice_nll(self, observed: Cases) -> Float[Tensor, ""]:
        """Minus the log likelihood of all answers, omissions included."""
        joint, n_alike = log_joint(observed, self._values())
        return -(torch.as_tensor(n_alike) * joint[:, -1]).sum()

    def log_likelihood(
        self, schedule: Schedule, responses: NDArray[np.integer]
    ) -> Float[Tensor, "lists tests"]:
        """Log probability of each answer, given the answers before it.

        Parameters
        ----------
        schedule : Schedule
            As in `recall`.
        responses : (lists, tests) integers
            Words of the list other than the cue, -1 for any other word, 0 for none.

        Returns
        -------
        (lists, tests)
            0.0 after the last test of a list.

        Raises
        ------
        ValueError
            If an answer is the cue, or was not studied in the list; or if tests depend on more
            than two strengths at once.
        TypeError
            With `n_features`.
        """
        cases = self.observe(schedule, responses)
        joint, _ = log_joint(cases, self._values(), each_test=True)
        step = joint - torch.nn.functional.pad(joint, (1, -1))
        there = torch.as_tensor(cases.column >= 0)
        place: list[Tensor | None] = [
            torch.as_tensor(at)[there] for at in (cases.row, cases.column)
        ]
        return torch.zeros(cases.shape, dtype=torch.float64).index_put(place, step[there])

    def _choice(self) -> dict[str, float]:
        return {name: float(getattr(self, name)) for name in ("tau", "omission", "n_outside")}

    def _values(self) -> dict[str, Parameter]:
        if self.n_features is not None:
            raise TypeError(
                "HebbianMatrix has no likelihood with random item vectors (n_features): the "
                "probability of an answer depends on vectors that nobody sees; leave n_features "
                "out for orthonormal items, or compare simulated with observed accuracy"
            )
        return {name: getattr(self, name) for name in self.search} | {"w_f": self.w_f}


def pair_strengths(
    shape: tuple[int, ...],
    w_f: float,
    w_b: float,
    w_sd: float,
    rho_fb: float,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Forward and backward strengths of pairs: (2, *shape), normal with this correlation.

    Examples
    --------
    >>> forward, backward = pair_strengths((3,), 1.0, 0.5, 0.2, 1.0, np.random.default_rng(0))
    >>> np.round(forward - backward, 12)  # with a correlation of 1 they differ by their means
    array([0.5, 0.5, 0.5])
    """
    one, other = rng.normal(size=(2, *shape))
    return np.stack(
        [w_f + w_sd * one, w_b + w_sd * (rho_fb * one + np.sqrt(1 - rho_fb**2) * other)]
    )


def _tests(schedule: Schedule) -> CuedTests:
    return cued_tests(schedule, "HebbianMatrix", neighbours=True)


def _chunks(tests: CuedTests, n_features: int | None) -> list[slice]:
    """Lists whose vectors, or matches, fit into memory together."""
    n_words = tests.words.shape[1]
    each = n_words**2 if n_features is None else n_features * (n_words + n_features)
    step = max(1, CHUNK // each)
    return [slice(start, start + step) for start in range(0, len(tests.cue), step)]


def _matches(
    tests: CuedTests,
    rows: slice,
    strength: NDArray[np.floating],
    vectors: NDArray[np.floating],
    noise: NDArray[np.floating] | None = None,
) -> NDArray[np.float64]:
    r"""Match of :math:`M a` (or :math:`M^\top b`) with every word: :math:`b_k^\top M a`.

    With :math:`M = \sum_p w_p b_p a_p^\top` this is :math:`\sum_p (b_k b_p) w_p (a_p a)`, which
    needs no matrix but that of the noise.
    """
    overlap = vectors @ vectors.swapaxes(1, 2)  # lists (or 1), words, words
    overlap = np.broadcast_to(overlap, (len(strength), *overlap.shape[1:]))
    cue, cue_side, answer_side = (
        places(tests, items)[rows] for items in (tests.cue, tests.cue_side, tests.answer_side)
    )
    lists = np.arange(len(strength))[:, None, None]
    weight = strength * overlap[lists, cue[:, :, None], cue_side]
    match = np.einsum("ltp,ltpk->ltk", weight, overlap[lists, answer_side])
    if noise is None:
        return match
    through = vectors @ noise @ vectors.swapaxes(1, 2)  # b' E a for all words: [b, a]
    through = np.where(
        tests.forward[rows][:, :, None, None], through[:, None], through.swapaxes(1, 2)[:, None]
    )
    return match + np.take_along_axis(through, cue[:, :, None, None], axis=3)[..., 0]


#: Fits of all lists pooled, with `w_f` held at 1.
# fmt: off
PRESETS: dict[str, Preset[HebbianMatrix]] = {
    "Hebbian-K02": Preset(
        HebbianMatrix(tau=0.17672, omission=1.46531, w_b=1.03642, w_sd=1.29065, rho_fb=0.88952,
                      n_outside=1000.0),
        "group fit, all lists pooled; rho_M held at 1, since the order of the tests is not in the "
        "file, and n_outside at 1000, since wrong answers are not",
        "kahana2002_symmetry/all", "likelihood",
    ),
    "Hebbian-D08": Preset(
        HebbianMatrix(tau=0.08438, omission=0.40101, w_b=1.04836, w_sd=1.34507, rho_fb=0.82674,
                      n_outside=12.56656),
        "group fit, all lists pooled; rho_M at its bound of 1",
        "davis2008/all", "likelihood",
    ),
}
# fmt: on
