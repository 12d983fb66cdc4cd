"""Recognition and frequency judgment by global matching: what its theories do alike.

Each theory says how strongly a probe matches all of memory: the strength F, and the mean and
variance of F over item vectors. F is standardised by its mean and standard deviation for a probe
that was not studied. "Old" is said with the logistic probability of F against a criterion; how
often something came is judged by criteria half way between the means of 0, 1, 2, ... presentations.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from memsim.cognitive.parameters import Parameter
from paradigms import Event, Schedule
from paradigms.scoring import check_options

#: a normal distribution of strength is summed over these steps, in standard deviations
NODES = 41
EDGE = 5.0

#: no response is held to be less probable than this
FLOOR = 1e-12


@dataclass(frozen=True, eq=False)
class ProbeTests:
    """Words or pairs that are tested, and what was studied before each.

    Attributes
    ----------
    probe, partner : (lists, tests) integers
        The word tested, 0 after the last; the second word, if pairs are tested, or else 0.
    item, second : (lists, presentations) integers
        What was studied, in order.
    before : (lists, tests, presentations) booleans
    age : (lists, tests, presentations) integers
        Presentations, distractors and tests between the presentation and the test.
    old : (lists, tests) booleans
        Whether what is tested was studied.
    n_options : int
        2 for recognition (1 is yes); for judgments of frequency one more than the highest.
    judged : bool
        Whether frequency is to be judged.
    """

    probe: NDArray[np.integer]
    partner: NDArray[np.integer]
    item: NDArray[np.integer]
    second: NDArray[np.integer]
    before: NDArray[np.bool_]
    age: NDArray[np.integer]
    old: NDArray[np.bool_]
    n_options: int
    judged: bool

    @property
    def pairs(self) -> bool:
        """Whether pairs are tested."""
        return bool(self.partner.any())

    @property
    def asked(self) -> NDArray[np.bool_]:
        """(lists, tests): where there is a test."""
        return self.probe != 0

    def holds(self, word: NDArray[np.integer], side: NDArray[np.integer]) -> NDArray[np.bool_]:
        """(lists, tests, presentations): whether a presentation shows a word on one side."""
        return self.before & (word[:, :, None] == side[:, None, :])


class Moments(NamedTuple):
    """Mean, variance and perhaps third central moment of strength.

    Attributes
    ----------
    mean, variance, third : (lists, tests)
        Of each probe; None for a third moment that is not used.
    new_mean, new_variance : (lists, tests)
        Of a probe that was not studied, at that test.
    unit : (lists, tests)
        What one presentation adds to the mean.
    """

    mean: Tensor
    variance: Tensor
    new_mean: Tensor
    new_variance: Tensor
    unit: Tensor
    third: Tensor | None = None


class ObservedTests(NamedTuple):
    """Tests and the number of the option given at each, 0 after the last."""

    tests: ProbeTests
    responses: NDArray[np.integer]


def probe_tests(schedule: Schedule, theory: str, speaks_to: str) -> ProbeTests:
    """Read tests of recognition or of frequency from a schedule.

    The right answers tell which it is: 1 (yes) for what was studied and 2 (no) for the rest is
    recognition, 1 more than the number of presentations is a judgment of frequency.

    Parameters
    ----------
    schedule : Schedule
    theory, speaks_to : str
        Who asks, and the tasks it speaks to, for the error.

    Raises
    ------
    ValueError
        If it is neither.

    Examples
    --------
    >>> from paradigms import FrequencyJudgment, Recognition
    >>> for task in (Recognition(), FrequencyJudgment()):
    ...     tests = probe_tests(task.trials(0, 0, n_lists=2), "this theory", "both")
    ...     print(tests.judged, tests.n_options, int(tests.old.sum()))
    False 2 16
    True 6 40
    """
    study, asked = schedule.event == Event.STUDY, schedule.asked
    if not asked.any() or not study.any():
        raise ValueError(f"{theory} speaks to {speaks_to}; the schedule has no study or no tests")
    step = np.broadcast_to(np.arange(1, study.shape[1] + 1), study.shape)
    at_study, at_test = (schedule.at(kind, step) for kind in (Event.STUDY, Event.RESPONSE))
    cue_item, cue_partner = (np.roll(x, 1, axis=1) for x in (schedule.item, schedule.partner))
    probe, partner, answer = (
        schedule.at(Event.RESPONSE, x) for x in (cue_item, cue_partner, schedule.answer)
    )
    happened = np.cumsum(study | asked | (schedule.event == Event.DISTRACTOR), axis=1)
    since = [np.take_along_axis(happened, np.maximum(at - 1, 0), 1) for at in (at_test, at_study)]
    age = since[0][:, :, None] - since[1][:, None, :] - 1
    there = at_test > 0
    # so that strengths are numbers there, too, all is before what is after the last test
    before = (at_study > 0)[:, None, :] & ((age >= 0) | ~there[:, :, None])
    if not before.any(axis=2).all():
        raise ValueError(f"{theory} needs something to compare a probe with; a test comes first")
    item, second = (schedule.at(Event.STUDY, x) for x in (schedule.item, schedule.partner))
    same = (probe[:, :, None] == item[:, None]) & (partner[:, :, None] == second[:, None]) & before
    n = same.sum(axis=2)
    old_new, judged = (
        bool(((answer == right) | ~there).all()) for right in (np.where(n > 0, 1, 2), n + 1)
    )
    as_studied = bool(partner.any()) == bool(second.any())
    if not as_studied or not (old_new or judged) or (probe[there] == 0).any():
        raise ValueError(
            f"{theory} speaks to {speaks_to}. There every test shows what can have been studied as "
            "such, a word or a pair, and its right answer is 1 if it was studied and 2 if not (or "
            "1 more than the number of presentations); the tests of this schedule are others"
        )
    return ProbeTests(
        probe=np.where(there, probe, 0),
        partner=np.where(there, partner, 0),
        item=item,
        second=second,
        before=before,
        age=np.where(before & there[:, :, None], age, 0),
        old=n > 0,
        n_options=2 if old_new else int(answer.max()),
        judged=judged and not old_new,
    )


def numbered(items: NDArray[np.integer]) -> tuple[NDArray[np.integer], int]:
    """Number the different items of each list from 0, in order, and say how many there are at most.

    Examples
    --------
    >>> numbered(np.array([[7, 4, 7, 9], [5, 5, 5, 6]]))
    (array([[0, 1, 0, 2],
           [0, 0, 0, 1]]), 3)
    """
    place = (items[:, :, None] == items[:, None, :]).argmax(axis=2)
    number = np.cumsum(place == np.arange(items.shape[1]), axis=1) - 1
    return np.take_along_axis(number, place, axis=1), int(number.max()) + 1


class GlobalMatching(ABC):
    """A theory whose strengths decide about recognition and judgments of frequency."""

    criterion: Parameter
    s_F: Parameter

    @staticmethod
    @abstractmethod
    def probe_tests(schedule: Schedule) -> ProbeTests:
        """The tests of a schedule, if the theory speaks to them."""

    @abstractmethod
    def moments(self, tests: ProbeTests) -> Moments:
        """Mean and variance of strength over item vectors."""

    @abstractmethod
    def strengths(self, tests: ProbeTests, rng: np.random.Generator) -> NDArray[np.float64]:
        """Strength of each probe, (lists, tests), with item vectors drawn anew for each list."""

    def decide(self, tests: ProbeTests, rng: np.random.Generator) -> NDArray[np.int64]:
        """Simulate responses to tests: (lists, tests) numbers of options, 0 after the last."""
        with torch.no_grad():
            moments = self.moments(tests)
            new_mean, new_sd = moments.new_mean.numpy(), moments.new_variance.sqrt().numpy()
            criteria = self._criteria(tests, moments).numpy()
        z = (self.strengths(tests, rng) - new_mean) / new_sd
        # one deviate serves all criteria, as those of one strength are ordered
        passed = (z + float(self.s_F) * rng.logistic(size=z.shape))[:, :, None] > criteria
        n_passed = passed.sum(axis=2)
        option = n_passed + 1 if tests.judged else 2 - n_passed
        return np.where(tests.asked, option, 0).astype(np.int64)

    @classmethod
    def observe(cls, schedule: Schedule, responses: NDArray[np.integer]) -> ObservedTests:
        """What `choice_nll` needs of given responses; it does not depend on parameters."""
        tests = cls.probe_tests(schedule)
        if np.shape(responses) == tests.probe.shape:  # lists may have fewer tests than others
            responses = np.where(tests.asked, responses, 1)
        responses = check_options(schedule, responses, tests.n_options)
        return ObservedTests(tests, np.where(tests.asked, responses, 0))

    def choice_nll(self, observed: ObservedTests) -> Float[Tensor, ""]:
        """Minus the log likelihood of all responses."""
        return -self._log_p(observed).sum()

    def log_likelihood(
        self, schedule: Schedule, responses: NDArray[np.integer]
    ) -> Float[Tensor, "lists tests"]:
        """Log probability of each response.

        Strength is taken as normal (or of the shape that `quantiles` gives it), with its moments
        over item vectors, and the tests of a list as independent.

        Parameters
        ----------
        schedule : Schedule
            Recognition, or judgments of frequency.
        responses : (lists, tests) integers
            Numbers of options, from 1.

        Returns
        -------
        (lists, tests)
            0.0 after the last test of a list.
        """
        return self._log_p(self.observe(schedule, responses))

    def _log_p(self, observed: ObservedTests) -> Float[Tensor, "lists tests"]:
        tests, responses = observed
        log_p = torch.log(self.probabilities(tests).clamp(min=FLOOR))
        option = torch.as_tensor(responses)[:, :, None]
        chosen = log_p.gather(2, (option - 1).clamp(min=0)).squeeze(2)
        return torch.where(torch.as_tensor(responses > 0), chosen, torch.zeros_like(chosen))

    def probabilities(self, tests: ProbeTests) -> Float[Tensor, "lists tests options"]:
        """Probability of each option at each test."""
        moments = self.moments(tests)
        passed = self._p_passed(moments, self._criteria(tests, moments))
        if not tests.judged:
            return torch.cat([passed, 1 - passed], dim=2)
        ends = torch.ones_like(passed[:, :, :1])
        passed = torch.cat([ends, passed, torch.zeros_like(ends)], dim=2)
        return passed[:, :, :-1] - passed[:, :, 1:]

    def roc(
        self, schedule: Schedule, criteria: Sequence[float]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """False-alarm and hit rates expected at each criterion, over all tests of recognition.

        Parameters
        ----------
        schedule : Schedule
            Recognition, with tests of both kinds.
        criteria : sequence of float
            In standard deviations of new probes.

        Returns
        -------
        (criteria,) floats, twice
            False-alarm rates, then hit rates.
        """
        tests = self.probe_tests(schedule)
        new = tests.asked & ~tests.old
        if tests.judged or not new.any() or not tests.old.any():
            raise ValueError("an ROC needs tests of recognition of studied and of new probes")
        with torch.no_grad():
            at = torch.as_tensor(criteria, dtype=torch.float64).expand(*new.shape, -1)
            passed = self._p_passed(self.moments(tests), at).numpy()
        return passed[new].mean(axis=0), passed[tests.old].mean(axis=0)

    def _criteria(
        self, tests: ProbeTests, moments: Moments
    ) -> Float[Tensor, "lists tests criteria"]:
        if not tests.judged:
            criterion = torch.as_tensor(self.criterion, dtype=torch.float64)
            return criterion.expand(*tests.probe.shape, 1)
        unit = moments.unit / moments.new_variance.sqrt()
        return unit[:, :, None] * (torch.arange(1, tests.n_options) - 0.5)

    def _p_passed(self, moments: Moments, criteria: Tensor) -> Tensor:
        """Probability that strength is above each criterion."""
        new_sd = moments.new_variance.sqrt()[..., None]
        z = torch.linspace(-EDGE, EDGE, NODES, dtype=torch.float64)
        strength = self.quantiles(moments, z)
        return passes((strength - moments.new_mean[..., None]) / new_sd, criteria, self.s_F)

    def quantiles(self, moments: Moments, z: Tensor) -> Float[Tensor, "lists tests quantiles"]:
        """Strengths where a standard normal variable would be z: the shape of the distribution."""
        return moments.mean[..., None] + torch.sqrt(moments.variance)[..., None] * z


def passes(strength: Tensor, criteria: Tensor, s_F: Parameter) -> Tensor:
    r"""Mean of :math:`1 / (1 + \exp(-(F - k) / s_F))` over the strengths at normal quantiles.

    Parameters
    ----------
    strength : (..., quantiles)
        At equal steps of a standard normal variable from -5 to 5.
    criteria : (..., criteria)

    Returns
    -------
    (..., criteria)

    Examples
    --------
    >>> strength = torch.ones(3, dtype=torch.float64)  # no variance
    >>> passes(strength, torch.tensor([0.5]), s_F=0.25)  # 1 / (1 + exp(-2))
    tensor([0.8808], dtype=torch.float64)
    """
    z = torch.linspace(-EDGE, EDGE, strength.shape[-1], dtype=torch.float64)
    weight = torch.softmax(-(z**2) / 2, dim=0)
    above = (strength[..., None, :] - criteria[..., None]) / s_F
    return (torch.sigmoid(above) * weight).sum(dim=-1)
