"""MINERVA 2, a theory of separate traces (Hintzman, 1984, 1986, 1988)."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from memsim.cognitive.associative.cued import CuedTests, choose, cued_tests, is_cued, places
from memsim.cognitive.associative.echo_moments import cube_moments
from memsim.cognitive.associative.recognition import (
    GlobalMatching,
    Moments,
    ObservedTests,
    ProbeTests,
    probe_tests,
)
from memsim.cognitive.parameters import Parameter, Preset, check_ranges, check_whole, find_preset
from paradigms import Schedule

SPEAKS_TO = "cued recall of pairs, recognition of words and judgments of frequency"


@dataclass(frozen=True, kw_only=True)
class MINERVA2(GlobalMatching):
    r"""Every presentation leaves a trace of its own; a probe activates all of them at once.

    Features are -1, 0 or +1. A trace keeps each feature with probability `L_r`, else it holds 0. A
    probe activates trace i by the cube of their similarity :math:`S_i`; the sum of activations,
    the echo intensity, is the strength of recognition and of judged frequency, and the traces,
    weighted by their activations, are the echo content, from which the other word of a pair is
    recalled. There is no forgetting: a trace stays as it is, so lags make no difference.

    Recognition and judgments of frequency have a likelihood; cued recall has none, since it
    depends on features nobody sees.

    Parameters
    ----------
    n_features : int
        Features of a word.
    L_r : float
        Probability that a trace keeps a feature, (0, 1].
    p_zero : float
        Probability that a feature of a word is 0, [0, 1).
    criterion : float
        Criterion of recognition, in standard deviations of new probes from their mean.
    s_F : float
        Noise of the decision (scale of its logistic distribution), in the same unit, above 0.
    tau : float
        Noise of choice in cued recall, above 0.
    omission : float
        Utility of giving no answer. Matches of words are cosines, from -1 to 1.
    n_outside : float
        How many words from outside the list compete with a match of 0, 0 or more.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Examples
    --------
    >>> from paradigms import FrequencyJudgment
    >>> model = MINERVA2(L_r=0.7)
    >>> schedule = FrequencyJudgment(frequencies=(0, 1, 2)).trials(seed=0, i=0, n_lists=1)
    >>> moments = model.moments(model.probe_tests(schedule))
    >>> np.unique(moments.mean.numpy().round(3))  # of words never shown, shown once, twice
    array([0.   , 0.376, 0.753])

    References
    ----------
    Hintzman, D. L. (1986). "Schema abstraction" in a multiple-trace memory model. Psychological
    Review, 93, 411-428.

    Hintzman, D. L. (1988). Judgments of frequency and recognition memory in a multiple-trace
    memory model. Psychological Review, 95, 528-551.
    """

    n_features: int = 20
    L_r: Parameter
    p_zero: float = 1 / 3
    criterion: Parameter = 1.0
    s_F: Parameter = 0.25
    tau: float = 0.1
    omission: float = 0.0
    n_outside: float = 0.0

    ranges: ClassVar[dict[str, str]] = {
        "n_features": "[1, inf)",
        "L_r": "(0, 1]",
        "p_zero": "[0, 1)",
        **dict.fromkeys(("criterion", "omission"), "(-inf, inf)"),
        **dict.fromkeys(("s_F", "tau"), "(0, inf)"),
        "n_outside": "[0, inf)",
    }
    search: ClassVar[dict[str, tuple[float, float]]] = {
        "L_r": (0.05, 0.99),
        "criterion": (-3.0, 5.0),
        "s_F": (0.1, 3.0),
    }

    def __post_init__(self) -> None:
        check_ranges(self, self.ranges)
        check_whole(self, "n_features")

    @staticmethod
    def preset(name: str) -> "MINERVA2":
        """The model with a reference parameter set; `PRESETS` tells where each comes from."""
        return find_preset(PRESETS, name)

    @staticmethod
    def probe_tests(schedule: Schedule) -> ProbeTests:
        """The tests of recognition or of frequency of a schedule."""
        tests = probe_tests(schedule, "MINERVA2", SPEAKS_TO)
        if tests.pairs:
            raise ValueError(f"MINERVA2 speaks to {SPEAKS_TO}, but this schedule tests pairs")
        return tests

    @classmethod
    def observe(cls, schedule: Schedule, responses: NDArray[np.integer]) -> ObservedTests:
        """What `choice_nll` needs of given responses; it does not depend on parameters."""
        if is_cued(schedule):
            raise TypeError(
                "MINERVA2 has no likelihood of cued recall: the probability of an answer depends "
                "on features that nobody sees; compare simulated with observed accuracy, or use "
                "HebbianMatrix"
            )
        return super().observe(schedule, responses)

    def recall(self, schedule: Schedule, rng: np.random.Generator) -> NDArray[np.int64]:
        """Simulate answers.

        Parameters
        ----------
        schedule : Schedule
            Cued recall of pairs, recognition of words, or judgments of frequency.
        rng : numpy Generator

        Returns
        -------
        (lists, tests) integers
            Of cued recall item numbers, -1 for a word from outside the list and 0 for none; of
            the others numbers of options (1 is yes or never, 2 is no or once, ...).
        """
        if not is_cued(schedule):
            return self.decide(self.probe_tests(schedule), rng)
        tests = cued_tests(schedule, "MINERVA2")
        match = self.matches(tests, rng)
        return choose(tests, match, self.tau, self.omission, self.n_outside, rng)

    def matches(self, tests: CuedTests, rng: np.random.Generator) -> NDArray[np.float64]:
        """Cosine of the echo content with each word of `tests.words`, (lists, tests, words)."""
        words = self._features(rng, tests.words.shape)
        lists = np.arange(len(words))[:, None]
        first, second, cue = (
            words[lists, places(tests, items)] for items in (tests.first, tests.second, tests.cue)
        )
        first, second = self._store(first, rng), self._store(second, rng)
        forward = tests.forward[:, :, None]
        # the half of the probe that is asked for is empty, that of the trace is not
        dot, n = (
            np.where(forward, one, other)
            for one, other in zip(_compare(cue, first), _compare(cue, second), strict=True)
        )
        rest = np.where(forward, _n_known(second)[:, None], _n_known(first)[:, None])
        activation = np.where(tests.before, (dot / np.maximum(n + rest, 1)) ** 3, 0.0)
        content = np.where(forward, activation @ second, activation @ first)
        match = content @ words.swapaxes(1, 2)
        lengths = np.sqrt((content**2).sum(axis=2)[:, :, None] * (words**2).sum(axis=2)[:, None])
        return np.divide(match, lengths, out=np.zeros_like(match), where=lengths > 0)

    def strengths(self, tests: ProbeTests, rng: np.random.Generator) -> NDArray[np.float64]:
        """Echo intensity of each probe."""
        items = np.concatenate([tests.item, tests.probe], axis=1)
        place = (items[:, :, None] == items[:, None, :]).argmax(axis=2)
        words = self._features(rng, items.shape)[np.arange(len(items))[:, None], place]
        n_studied = tests.item.shape[1]
        traces = self._store(words[:, :n_studied], rng)
        dot, n = _compare(words[:, n_studied:], traces)
        return np.where(tests.before, (dot / np.maximum(n, 1)) ** 3, 0.0).sum(axis=2)

    def moments(self, tests: ProbeTests) -> Moments:
        """Mean, variance and third central moment of echo intensity.

        Exact, if words are drawn independently, but for the third moment: it is that of the traces
        of the probe alone.
        """
        cube = cube_moments(self.n_features, self.L_r, self.p_zero)
        own = torch.as_tensor(tests.holds(tests.probe, tests.item).sum(axis=2)).to(torch.float64)
        before = tests.before.astype(np.float64)
        same = (tests.item[:, :, None] == tests.item[:, None, :]).astype(np.float64)
        # pairs of traces of one item, each with itself included
        twins = torch.as_tensor(((before @ same) * before).sum(axis=2))
        n = torch.as_tensor(before.sum(axis=2))
        others, other_twins = n - own, twins - own**2
        new_variance = cube.other_sixth * n + cube.other_twins * (twins - n)
        return Moments(
            mean=cube.own_mean * own,
            variance=cube.own_variance * own
            + cube.between * own**2
            + cube.other_sixth * others
            + cube.other_twins * (other_twins - others),
            new_mean=torch.zeros_like(own) * cube.own_mean,
            new_variance=new_variance,
            unit=cube.own_mean + torch.zeros_like(own),
            third=cube.own_third * own
            + 3 * cube.with_variance * own**2
            + cube.between_third * own**3,
        )

    def quantiles(self, moments: Moments, z: Tensor) -> Tensor:
        """Log-normal from a lower end other than 0, with the third moment of echo intensity.

        Cubes are skewed, and so is their sum over the traces of a word; those of other words are
        as often below 0 as above.
        """
        assert moments.third is not None  # see `moments`
        sd = torch.sqrt(moments.variance)
        # a normal distribution is the limit, at which the root below has no slope
        skew = (moments.third / sd**3).clamp(min=1e-3)
        # of a log-normal variable (w + 2) sqrt(w - 1), with w = exp(sigma^2)
        root = (1 + skew**2 / 2 + skew * torch.sqrt(1 + skew**2 / 4)) ** (1 / 3)
        w_less_1 = (root - 1) ** 2 / root
        sigma = torch.sqrt(torch.log1p(w_less_1))[..., None]
        shape = torch.expm1(sigma * z - sigma**2 / 2) / torch.sqrt(w_less_1)[..., None]
        return moments.mean[..., None] + sd[..., None] * shape

    def _features(self, rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[Any]:
        sign = rng.integers(2, size=(*shape, self.n_features)) * 2.0 - 1.0
        return sign * (rng.random(sign.shape) >= self.p_zero).astype(np.float64)

    def _store(self, words: NDArray[Any], rng: np.random.Generator) -> NDArray[Any]:
        return words * (rng.random(words.shape) < float(self.L_r)).astype(np.float64)


def _compare(
    probe: NDArray[np.floating], traces: NDArray[np.floating]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Dot products (lists, probes, traces), and how many features are not 0 in one or both."""
    dot = probe @ traces.swapaxes(1, 2)
    both = np.abs(probe) @ np.abs(traces).swapaxes(1, 2)
    return dot, _n_known(probe)[:, :, None] + _n_known(traces)[:, None] - both


def _n_known(vectors: NDArray[np.floating]) -> NDArray[np.float64]:
    return np.abs(vectors).sum(axis=-1)


#: Reference sets, not fitted: one for recognition and judgments of frequency, one for cued recall.
PRESETS: dict[str, Preset[MINERVA2]] = {
    "MINERVA2-20": Preset(
        MINERVA2(n_features=20, L_r=0.7), "reference set, features uniform; not fitted", None, None
    ),
    "MINERVA2-30": Preset(
        MINERVA2(n_features=30, L_r=0.2, p_zero=0.0),
        "reference set, features -1 or 1; not fitted",
        None,
        None,
    ),
}
