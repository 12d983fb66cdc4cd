"""TODAM, the theory of distributed associative memory (Murdock, 1982), with circular convolution."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from memsim.cognitive.associative.cued import choose, cued_tests, is_cued, places
from memsim.cognitive.associative.recognition import (
    GlobalMatching,
    Moments,
    ObservedTests,
    ProbeTests,
    numbered,
    probe_tests,
)
from memsim.cognitive.parameters import Parameter, Preset, check_ranges, check_whole, find_preset
from paradigms import Schedule

SPEAKS_TO = "cued recall of pairs, and recognition of words and of pairs"
#: elements of vectors held at a time; few enough for the cache
CHUNK = 200_000


@dataclass(frozen=True, kw_only=True)
class TODAM(GlobalMatching):
    r"""Items and the convolutions of pairs are added up in one vector.

    Each pair changes the memory vector to :math:`\alpha M + \gamma_1 a + \gamma_2 b + \gamma_3
    (a \circledast b)`, a single word to :math:`\alpha M + \gamma_1 a`. A cue retrieves the
    correlation :math:`a \# M`, which is compared with words; a word is recognised by
    :math:`a \cdot M`, a pair by :math:`(a \circledast b) \cdot M`. Convolution is circular, as in
    holographic reduced representations (Plate, 1995); in TODAM itself it is aperiodic.

    Convolution is commutative, so that both directions of recall are the same, and the order of a
    pair is lost. Distractors and tests let the memory decay as a pair does; they are not stored.

    Recognition has a likelihood; cued recall has none, since it depends on vectors nobody sees.

    Parameters
    ----------
    n_features : int
        Elements of an item vector, drawn from a normal distribution with variance 1 / n_features.
    alpha : float
        Share of memory that survives an event, (0, 1].
    gamma_1, gamma_2, gamma_3 : float
        Weights of the first item (or the only one), the second and the association, 0 or more.
    criterion : float
        Criterion of recognition, in standard deviations of new probes from their mean.
    s_F : float
        Noise of the decision (scale of its logistic distribution), in the same unit, above 0.
    tau : float
        Noise of choice in cued recall, above 0.
    omission : float
        Utility of giving no answer, on the scale of matches (1 is that of a right answer).
    n_outside : float
        How many words from outside the list compete with a match of 0, 0 or more.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Examples
    --------
    >>> from paradigms import Recognition
    >>> model = TODAM(n_features=256, criterion=1.0)
    >>> schedule = Recognition(list_length=4, n_targets=4, n_lures=4).trials(0, 0, n_lists=1)
    >>> false_alarm_rate, hit_rate = model.roc(schedule, [1.0])
    >>> bool(hit_rate[0] > 0.9 > 0.2 > false_alarm_rate[0])
    True

    References
    ----------
    Murdock, B. B. (1982). A theory for the storage and retrieval of item and associative
    information. Psychological Review, 89, 609-626.

    Plate, T. A. (1995). Holographic reduced representations. IEEE Transactions on Neural
    Networks, 6, 623-641.
    """

    n_features: int
    alpha: Parameter = 1.0
    gamma_1: Parameter = 1.0
    gamma_2: Parameter = 1.0
    gamma_3: Parameter = 1.0
    criterion: Parameter = 1.0
    s_F: Parameter = 0.25
    tau: float = 0.1
    omission: float = 0.5
    n_outside: float = 0.0

    ranges: ClassVar[dict[str, str]] = {
        "n_features": "[2, inf)",
        "alpha": "(0, 1]",
        **dict.fromkeys(("gamma_1", "gamma_2", "gamma_3", "n_outside"), "[0, inf)"),
        **dict.fromkeys(("criterion", "omission"), "(-inf, inf)"),
        **dict.fromkeys(("s_F", "tau"), "(0, inf)"),
    }
    search: ClassVar[dict[str, tuple[float, float]]] = {
        "alpha": (0.5, 1.0),
        "gamma_1": (0.05, 1.0),
        "gamma_2": (0.05, 1.0),
        "criterion": (-3.0, 5.0),
        "s_F": (0.1, 3.0),
    }

    def __post_init__(self) -> None:
        check_ranges(self, self.ranges)
        check_whole(self, "n_features")

    @staticmethod
    def preset(name: str) -> "TODAM":
        """The model with a reference parameter set; `PRESETS` tells where each comes from."""
        return find_preset(PRESETS, name)

    @staticmethod
    def probe_tests(schedule: Schedule) -> ProbeTests:
        """The tests of recognition of a schedule."""
        tests = probe_tests(schedule, "TODAM", SPEAKS_TO)
        if tests.judged:
            raise ValueError(f"TODAM speaks to {SPEAKS_TO}, not to judgments of frequency")
        return tests

    @classmethod
    def observe(cls, schedule: Schedule, responses: NDArray[np.integer]) -> ObservedTests:
        """What `choice_nll` needs of given responses; it does not depend on parameters."""
        if is_cued(schedule):
            raise TypeError(
                "TODAM has no likelihood of cued recall: the probability of an answer depends on "
                "item vectors that nobody sees; compare simulated with observed accuracy, or use "
                "HebbianMatrix"
            )
        return super().observe(schedule, responses)

    def recall(self, schedule: Schedule, rng: np.random.Generator) -> NDArray[np.int64]:
        """Simulate answers.

        Parameters
        ----------
        schedule : Schedule
            Cued recall of pairs, or recognition of words or pairs.
        rng : numpy Generator

        Returns
        -------
        (lists, tests) integers
            Of cued recall item numbers, -1 for a word from outside the list and 0 for none; of
            recognition 1 for yes and 2 for no.
        """
        if not is_cued(schedule):
            return self.decide(self.probe_tests(schedule), rng)
        tests = cued_tests(schedule, "TODAM")
        matches = np.zeros((*tests.cue.shape, tests.words.shape[1]))
        for rows in _chunks(len(matches), self.n_features * tests.words.shape[1]):
            vectors = self._vectors(rng, tests.words[rows].shape)
            lists = np.arange(len(vectors))[:, None]
            first, second, cue = (
                vectors[lists, places(tests, items)[rows]]
                for items in (tests.first, tests.second, tests.cue)
            )
            trace = self._traces(first, second)
            # M decays alike for all presentations from one test to the next, so tests differ by
            # what they weigh each presentation with
            weight = np.where(tests.before, float(self.alpha) ** tests.age, 0.0)[rows]
            memory = weight @ trace
            matches[rows] = np.einsum("ltn,lkn->ltk", correlate(cue, memory), vectors)
        return choose(tests, matches, self.tau, self.omission, self.n_outside, rng)

    def strengths(self, tests: ProbeTests, rng: np.random.Generator) -> NDArray[np.float64]:
        """Dot product of each probe, a word or the convolution of a pair, with memory."""
        sides = [tests.item, tests.probe, *([tests.second, tests.partner] if tests.pairs else [])]
        vector, n_vectors = numbered(np.concatenate(sides, axis=1))
        ends = np.cumsum([side.shape[1] for side in sides])[:-1]
        weight = np.where(tests.before, float(self.alpha) ** tests.age, 0.0)
        strength = np.zeros(tests.probe.shape)
        for rows in _chunks(len(vector), self.n_features * n_vectors):
            drawn = self._vectors(rng, (len(vector[rows]), n_vectors))
            lists = np.arange(len(drawn))[:, None]
            item, probe, *others = (drawn[lists, k] for k in np.split(vector[rows], ends, axis=1))
            trace = self._traces(item, others[0] if others else None)
            if others:
                probe = convolve(probe, others[1])
            strength[rows] = (weight[rows] * (probe @ trace.swapaxes(1, 2))).sum(axis=2)
        return strength

    def moments(self, tests: ProbeTests) -> Moments:
        r"""Mean and variance of strength, to order 1 / n_features.

        A component of memory that shares no vector with the probe adds its squared weight, over
        `n_features`, to the variance; one that shares a vector twice as much; the pair itself, in
        a test of pairs, six times, and it alone adds to the mean (so does the word in a test of
        words). Weights of presentations of the same add up before they are squared.
        """
        age, before = (torch.as_tensor(a) for a in (tests.age, tests.before))
        alpha = torch.as_tensor(self.alpha, dtype=torch.float64)
        kept = alpha ** age.to(torch.float64)
        kept = torch.where(before, kept, torch.zeros_like(kept))

        def total(holds: NDArray[np.bool_]) -> Tensor:
            return torch.where(torch.as_tensor(holds), kept, torch.zeros_like(kept)).sum(dim=2)

        def squared(*sides: NDArray[np.integer]) -> Tensor:
            same = np.all([side[:, :, None] == side[:, None, :] for side in sides], axis=0)
            return (kept @ torch.as_tensor(same).to(torch.float64) * kept).sum(dim=2)

        weights = (self.gamma_1, self.gamma_2, self.gamma_3)
        gamma_1, gamma_2, gamma_3 = (torch.as_tensor(w, dtype=torch.float64) for w in weights)
        noise = gamma_1**2 * squared(tests.item)
        if tests.second.any():
            noise = noise + gamma_2**2 * squared(tests.second)
            noise = noise + gamma_3**2 * squared(tests.item, tests.second)
        own_first = tests.holds(tests.probe, tests.item)
        extra = gamma_1**2 * total(own_first) ** 2
        if tests.pairs:
            own_second = tests.holds(tests.partner, tests.second)
            pair = own_first & own_second
            mean, unit = gamma_3 * total(pair), gamma_3
            extra = extra + gamma_2**2 * total(own_second) ** 2
            # the pair has 6 in all: 1 as noise, and 5 more
            extra = extra + gamma_3**2 * (
                total(own_first & ~pair) ** 2
                + total(own_second & ~pair) ** 2
                + 5 * total(pair) ** 2
            )
        else:
            mean, unit = gamma_1 * total(own_first), gamma_1
        zero = torch.zeros_like(mean)
        return Moments(
            mean=mean,
            variance=(noise + extra) / self.n_features,
            new_mean=zero,
            new_variance=noise / self.n_features,
            unit=unit + zero,
        )

    def _vectors(self, rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float64]:
        return rng.normal(0, self.n_features**-0.5, (*shape, self.n_features))

    def _traces(
        self, first: NDArray[np.floating], second: NDArray[np.floating] | None
    ) -> NDArray[np.floating]:
        """What each presentation adds to memory."""
        gamma_1, gamma_2, gamma_3 = map(float, (self.gamma_1, self.gamma_2, self.gamma_3))
        if second is None:
            return gamma_1 * first
        return gamma_1 * first + gamma_2 * second + gamma_3 * convolve(first, second)


def convolve(a: NDArray[np.floating], b: NDArray[np.floating]) -> NDArray[np.float64]:
    r"""Circular convolution :math:`(a \circledast b)_j = \sum_k a_k b_{j-k}`, over the last axis.

    Examples
    --------
    >>> convolve(np.array([1.0, 2.0, 0.0]), np.array([0.0, 1.0, 0.0])).round(12)
    array([0., 1., 2.])
    """
    return np.fft.irfft(np.fft.rfft(a) * np.fft.rfft(b), n=a.shape[-1])


def correlate(a: NDArray[np.floating], m: NDArray[np.floating]) -> NDArray[np.float64]:
    r"""Circular correlation :math:`(a \# m)_j = \sum_k a_k m_{j+k}`, over the last axis.

    Examples
    --------
    >>> correlate(np.array([0.0, 1.0, 0.0]), np.array([1.0, 2.0, 3.0])).round(12)
    array([2., 3., 1.])
    """
    return np.fft.irfft(np.conj(np.fft.rfft(a)) * np.fft.rfft(m), n=a.shape[-1])


def _chunks(n_lists: int, each: int) -> list[slice]:
    """Lists whose vectors fit into memory together."""
    step = max(1, CHUNK // each)
    return [slice(start, start + step) for start in range(0, n_lists, step)]


PRESETS: dict[str, Preset[TODAM]] = {
    "TODAM-1024": Preset(
        TODAM(n_features=1024), "reference set, equal weights and no decay; not fitted", None, None
    ),
}
