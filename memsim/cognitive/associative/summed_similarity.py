"""Summed similarity: recognition from how much a probe resembles all traces together."""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import gammaln
from torch import Tensor

from memsim.cognitive.associative.recognition import (
    GlobalMatching,
    Moments,
    ProbeTests,
    probe_tests,
)
from memsim.cognitive.parameters import Parameter, Preset, check_ranges, check_whole, find_preset
from paradigms import Schedule

SPEAKS_TO = "recognition of words and judgments of frequency"
#: steps of the integrals over distances
NODES = 41


@dataclass(frozen=True, kw_only=True)
class SummedSimilarity(GlobalMatching):
    r"""Words are points, traces lie near them, and similarity falls with distance.

    Strength is :math:`F = \sum_i \exp(-\tau_s d_i - \delta\,age_i)` over all traces: d is the
    Euclidean distance between probe and trace, and the second term that between the contexts of
    test and study, which grows with every event in between (a word, a distractor, a test). Words
    are normal with variance 1 in each dimension; a trace is its word plus noise.

    Parameters
    ----------
    n_dimensions : int
    noise : float
        Standard deviation of a trace around its word, in each dimension, 0 or more.
    tau_s : float
        How steeply similarity falls with distance, above 0.
    drift : float
        Distance of context per event, 0 or more.
    criterion : float
        Criterion of recognition, in standard deviations of new probes from their mean.
    s_F : float
        Noise of the decision (scale of its logistic distribution), in the same unit, above 0.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Examples
    --------
    >>> from paradigms import Recognition
    >>> model = SummedSimilarity(noise=0.6, tau_s=2.0)
    >>> for length in (8, 40):  # longer lists are harder
    ...     schedule = Recognition(list_length=length).trials(seed=0, i=0, n_lists=1)
    ...     false_alarm_rate, hit_rate = model.roc(schedule, [1.0])
    ...     print(hit_rate.round(2), false_alarm_rate.round(2))
    [0.82] [0.11]
    [0.45] [0.14]

    References
    ----------
    Nosofsky, R. M. (1991). Tests of an exemplar model for relating perceptual classification and
    recognition memory. Journal of Experimental Psychology: Human Perception and Performance, 17,
    3-27.
    """

    n_dimensions: int = 8
    noise: Parameter
    tau_s: Parameter
    drift: Parameter = 0.0
    criterion: Parameter = 1.0
    s_F: Parameter = 0.25

    ranges: ClassVar[dict[str, str]] = {
        "n_dimensions": "[1, inf)",
        **dict.fromkeys(("noise", "drift"), "[0, inf)"),
        **dict.fromkeys(("tau_s", "s_F"), "(0, inf)"),
        "criterion": "(-inf, inf)",
    }
    search: ClassVar[dict[str, tuple[float, float]]] = {
        "noise": (0.05, 3.0),
        "tau_s": (0.1, 10.0),
        "drift": (0.0, 0.5),
        "criterion": (-3.0, 5.0),
        "s_F": (0.1, 3.0),
    }

    def __post_init__(self) -> None:
        check_ranges(self, self.ranges)
        check_whole(self, "n_dimensions")

    @staticmethod
    def preset(name: str) -> "SummedSimilarity":
        """The model with a reference parameter set; `PRESETS` tells where each comes from."""
        return find_preset(PRESETS, name)

    @staticmethod
    def probe_tests(schedule: Schedule) -> ProbeTests:
        """The tests of recognition or of frequency of a schedule."""
        tests = probe_tests(schedule, "SummedSimilarity", SPEAKS_TO)
        if tests.pairs:
            raise ValueError(
                f"SummedSimilarity speaks to {SPEAKS_TO}, but this schedule tests pairs"
            )
        return tests

    def recall(self, schedule: Schedule, rng: np.random.Generator) -> NDArray[np.int64]:
        """Simulate responses.

        Parameters
        ----------
        schedule : Schedule
            Recognition of words, or judgments of frequency.
        rng : numpy Generator

        Returns
        -------
        (lists, tests) integers
            Numbers of options: 1 is yes or never, 2 is no or once, ...
        """
        return self.decide(self.probe_tests(schedule), rng)

    def strengths(self, tests: ProbeTests, rng: np.random.Generator) -> NDArray[np.float64]:
        """Summed similarity of each probe."""
        items = np.concatenate([tests.item, tests.probe], axis=1)
        place = (items[:, :, None] == items[:, None, :]).argmax(axis=2)
        points = rng.normal(size=(*items.shape, self.n_dimensions))
        points = points[np.arange(len(items))[:, None], place]
        n_studied = tests.item.shape[1]
        traces, probes = points[:, :n_studied], points[:, n_studied:]
        traces = traces + float(self.noise) * rng.normal(size=traces.shape)
        squared = (probes**2).sum(axis=2)[:, :, None] + (traces**2).sum(axis=2)[:, None]
        squared = squared - 2 * probes @ traces.swapaxes(1, 2)
        weight = np.where(tests.before, np.exp(-float(self.drift) * tests.age), 0.0)
        similar = np.exp(-float(self.tau_s) * np.sqrt(np.maximum(squared, 0.0)))
        return (weight * similar).sum(axis=2)

    def moments(self, tests: ProbeTests) -> Moments:
        """Mean and variance of summed similarity, exact, if words are drawn independently."""
        similarity = similarity_moments(self.n_dimensions, self.noise, self.tau_s)
        drift = torch.as_tensor(self.drift, dtype=torch.float64)
        decayed = torch.exp(-drift * torch.as_tensor(tests.age).to(torch.float64))
        weight = torch.where(torch.as_tensor(tests.before), decayed, torch.zeros_like(decayed))
        is_own = torch.as_tensor(tests.holds(tests.probe, tests.item))
        own, other = (
            torch.where(mask, weight, torch.zeros_like(weight)) for mask in (is_own, ~is_own)
        )
        same = torch.as_tensor(tests.item[:, :, None] == tests.item[:, None, :]).to(torch.float64)

        def of_others(w: Tensor) -> tuple[Tensor, Tensor]:
            total, squares = w.sum(dim=2), (w**2).sum(dim=2)
            twins = ((w @ same) * w).sum(dim=2)
            second = (
                squares * similarity.other_square
                + (twins - squares) * similarity.other_twins
                + (total**2 - twins) * similarity.two_others
            )
            mean = total * similarity.other
            return mean, second - mean**2

        mean, variance = of_others(other)
        new_mean, new_variance = of_others(weight)
        n = torch.as_tensor(np.maximum(tests.before.sum(axis=2), 1))
        return Moments(
            mean=mean + own.sum(dim=2) * similarity.own,
            variance=variance + (own**2).sum(dim=2) * (similarity.own_square - similarity.own**2),
            new_mean=new_mean,
            new_variance=new_variance,
            unit=(similarity.own - similarity.other) * weight.sum(dim=2) / n,
        )

    def quantiles(self, moments: Moments, z: Tensor) -> Tensor:
        """Log-normal: a sum of similarities is above 0, and skewed by the few that are large."""
        spread = torch.log1p(moments.variance / moments.mean**2)[..., None]
        return moments.mean[..., None] * torch.exp(torch.sqrt(spread) * z - spread / 2)


class SimilarityMoments(NamedTuple):
    """Expected similarity of a probe, over words and noise.

    Attributes
    ----------
    own, own_square : ()
        To a trace of itself: its mean and mean square.
    other, other_square : ()
        To a trace of another word.
    other_twins, two_others : ()
        Mean product of the similarities to two traces of one other word, and of two other words.
    """

    own: Tensor
    own_square: Tensor
    other: Tensor
    other_square: Tensor
    other_twins: Tensor
    two_others: Tensor


def similarity_moments(n_dimensions: int, noise: Parameter, tau_s: Parameter) -> SimilarityMoments:
    """Moments of exp(-tau_s d), by sums over the distributions of distances.

    Examples
    --------
    >>> similarity_moments(8, 0.0, 2.0).own  # a trace without noise is the word itself
    tensor(1.0000, dtype=torch.float64)
    """
    noise, tau_s = (torch.as_tensor(x, dtype=torch.float64) for x in (noise, tau_s))
    distance, p = _chi(n_dimensions)
    apart, both = torch.sqrt(2 + noise**2), torch.sqrt(1 + noise**2)

    def mean(scale: Tensor, slope: Tensor) -> Tensor:
        return (p * torch.exp(-slope * scale * distance)).sum()

    def product(centre: Tensor, scale: Tensor) -> Tensor:
        """Mean product of similarities to two points around one centre at this distance."""
        z = torch.linspace(-5, 5, NODES, dtype=torch.float64)
        p_z = torch.softmax(-(z**2) / 2, dim=0)
        aside, p_aside = _chi(n_dimensions - 1)
        along = centre[:, None, None] + scale * z[:, None]
        far = torch.sqrt(along**2 + (scale * aside) ** 2 + 1e-300)
        similar = (torch.exp(-tau_s * far) * p_z[:, None] * p_aside).sum(dim=(1, 2))
        return (p * similar**2).sum()

    return SimilarityMoments(
        own=mean(noise, tau_s),
        own_square=mean(noise, 2 * tau_s),
        other=mean(apart, tau_s),
        other_square=mean(apart, 2 * tau_s),
        other_twins=product(2**0.5 * distance, noise),
        two_others=product(distance, both),
    )


def _chi(n_dimensions: int) -> tuple[Tensor, Tensor]:
    """Lengths of normal vectors, and the probability of each; equal steps of the logarithm."""
    if n_dimensions == 0:
        return torch.zeros(1, dtype=torch.float64), torch.ones(1, dtype=torch.float64)
    half = n_dimensions / 2
    # below the first step lies a probability of about e^-18, above the last of less
    u = np.linspace(-18 / half, np.log(half + 25 + 5 * np.sqrt(half)), NODES)
    log_p = half * u - np.exp(u) - gammaln(half)
    p = np.exp(log_p - log_p.max())
    return torch.as_tensor(np.sqrt(2 * np.exp(u))), torch.as_tensor(p / p.sum())


PRESETS: dict[str, Preset[SummedSimilarity]] = {
    "summed-8": Preset(
        SummedSimilarity(n_dimensions=8, noise=0.6, tau_s=2.0),
        "reference set, not fitted",
        None,
        None,
    ),
}
