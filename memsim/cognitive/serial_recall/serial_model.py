"""Report one item after another in order: what all theories of serial recall do alike.

A theory says how strong each item of the list is at each place of the report, `values`. What has
been reported is suppressed. Then one of two rules picks the response: a softmax, which has a
likelihood, or a race with noise and a threshold, which can only be simulated.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from memsim.cognitive.parameters import Parameter, check_ranges
from memsim.cognitive.responses import draw
from memsim.cognitive.serial_recall.phases import SerialPhase, serial_phases
from memsim.cognitive.serial_recall.race import race
from memsim.cognitive.serial_recall.states import (
    States,
    first_state,
    next_state,
    states_before,
    suppress,
)
from paradigms import Schedule


class ObservedReports(NamedTuple):
    """Different reports of the lists of one study phase, and how often each was given."""

    phase: SerialPhase
    states: States
    #: (reports, places) as columns of `log_choices`
    column: Tensor
    #: (reports,)
    times: Tensor


@dataclass(frozen=True, kw_only=True)
class SerialModel(ABC):
    """What all theories of serial recall share; see each of them.

    Parameters
    ----------
    suppression, r_s : float
        How far an item just reported is suppressed, [0, 1], and how fast it recovers, per
        response, 0 or more.
    tau, theta, theta_x : float, optional
        Softmax rule: its temperature, above 0; the utilities of an omission and of an intrusion.
        Without `theta_x` intrusions cannot happen.
    noise, threshold : float, optional
        Race: standard deviation of the noise on each strength, above 0, and what the winner must
        exceed, or else it is omitted. Give these two or `tau` and `theta`.
    threshold_noise : float, optional
        Standard deviation of the noise on the strength that is held against the threshold, 0 or
        more. None: the winner keeps the noise with which it won.
    vocabulary : int
        Race: words that take part in it, the list's among them; the others have strength 0. With
        fewer than the list has items, its items alone take part.

    Raises
    ------
    ValueError
        If a parameter is out of range, or not exactly one of the two rules is given.
    """

    suppression: Parameter = 1.0
    r_s: Parameter = 0.0
    tau: Parameter | None = None
    theta: Parameter | None = None
    theta_x: Parameter | None = None
    noise: float | None = None
    threshold: float | None = None
    threshold_noise: float | None = None
    vocabulary: int = 0

    ranges: ClassVar[dict[str, str]] = {
        "suppression": "[0, 1]",
        "r_s": "[0, inf)",
        "tau": "(0, inf)",
        "theta": "(-inf, inf)",
        "theta_x": "(-inf, inf)",
        "noise": "(0, inf)",
        "threshold": "(-inf, inf)",
        "threshold_noise": "[0, inf)",
        "vocabulary": "[0, inf)",
    }
    #: whether a word suppressed completely and for good is out of the race, or in it at strength 0
    leaves_race: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_ranges(self, self.ranges)
        softmax = [self.tau is not None, self.theta is not None]
        racing = [self.noise is not None, self.threshold is not None]
        one_rule = all(softmax) != all(racing) and all(softmax) == any(softmax)
        if not (one_rule and all(racing) == any(racing)):
            raise ValueError(
                "give either tau and theta (softmax, with a likelihood) or noise and threshold "
                f"(race); got tau={self.tau}, theta={self.theta}, noise={self.noise}, "
                f"threshold={self.threshold}"
            )
        if self.vocabulary != int(self.vocabulary):
            raise ValueError(f"vocabulary must be a whole number, got {self.vocabulary!r}")

    @abstractmethod
    def values(self, phase: SerialPhase, states: States) -> Float[Tensor, "lists states items"]:
        """Strength of each item before suppression: (lists or 1, states, items)."""

    def log_choices(self, phase: SerialPhase, states: States) -> Float[Tensor, "lists states n"]:
        """Log probability of each response.

        Returns
        -------
        (lists, states, 1 + items + 1)
            Of an omission, of each item, and of an intrusion.
        """
        tau, theta = self._softmax()
        left = suppress(states.since, self.suppression, self.r_s)
        v = self.values(phase, states) * left
        one = torch.ones(v.shape[:-1] + (1,), dtype=v.dtype)
        other = -torch.inf if self.theta_x is None else self.theta_x / tau
        utility = torch.cat([one * (theta / tau), v / tau, one * other], dim=-1)
        return torch.log_softmax(utility, dim=-1)

    @staticmethod
    def observe(schedule: Schedule, responses: NDArray[np.integer]) -> list[ObservedReports]:
        """What `choice_nll` needs of given reports; it does not depend on parameters.

        Takes what `log_likelihood` takes.
        """
        phases = serial_phases(schedule)
        check_reports(phases, responses, schedule.n_lists)
        observed = []
        for phase in phases:
            given = responses[phase.lists, : phase.n_items]
            reports, times = np.unique(_padded(given, phase.n_items), axis=0, return_counts=True)
            states = states_before(reports, phase.n_items)
            weight = torch.as_tensor(times.astype(np.float64))
            observed.append(ObservedReports(phase, states, _column(reports, phase.n_items), weight))
        return observed

    def choice_nll(self, observed: list[ObservedReports]) -> Float[Tensor, ""]:
        """Minus the log likelihood of all responses, omissions and intrusions included."""
        self._softmax()
        total = [
            (
                each.times * _log_p(self.log_choices(each.phase, each.states), each.column).sum(1)
            ).sum()
            for each in observed
        ]
        return -torch.stack(total).sum()

    def log_likelihood(
        self, schedule: Schedule, responses: NDArray[np.integer]
    ) -> Float[Tensor, "lists places"]:
        """Log probability of each response given the responses before it.

        Parameters
        ----------
        schedule : Schedule
            What was shown, and when.
        responses : (lists, places) integers
            Study position from 1 at each place of the report, 0 for an omission, -1 for an
            intrusion. Items may be repeated. Missing columns are omissions.

        Returns
        -------
        (lists, longest list)
            0.0 beyond the end of a shorter list. Without `theta_x` an intrusion has minus infinity.

        Raises
        ------
        ValueError
            If a response is none of these, or there are more than a list has items.
        TypeError
            If the model has the race, which has no likelihood.
        """
        self._softmax()
        phases = serial_phases(schedule)
        check_reports(phases, responses, schedule.n_lists)
        width = schedule.presented.shape[1]
        blocks = []
        for phase in phases:
            given = _padded(responses[phase.lists, : phase.n_items], phase.n_items)
            log_choices = self.log_choices(phase, states_before(given, phase.n_items))
            log_p = _log_p(log_choices, _column(given, phase.n_items))
            blocks.append(torch.nn.functional.pad(log_p, (0, width - phase.n_items)))
        order = np.argsort(np.concatenate([phase.lists for phase in phases]))
        return torch.cat(blocks)[torch.as_tensor(order)]

    def recall(self, schedule: Schedule, rng: np.random.Generator) -> NDArray[np.int64]:
        """Simulate reports.

        Parameters
        ----------
        schedule : Schedule
            What is shown, and when.
        rng : numpy Generator
            Source of randomness; the same state gives the same reports.

        Returns
        -------
        (lists, longest list) integers
            Study position from 1 at each place, 0 for an omission, -1 for an intrusion.
        """
        responses = np.zeros(schedule.presented.shape, dtype=np.int64)
        with torch.no_grad():
            for phase in serial_phases(schedule):
                given = np.zeros((len(phase.lists), phase.n_items), dtype=np.int64)
                now = first_state(len(given), phase.n_items)
                for k in range(phase.n_items):
                    if self.noise is None:
                        given[:, k] = self._choose(phase, now, rng)
                    else:
                        given[:, k] = self._race(phase, now, given[:, :k], rng)
                    now = next_state(now, given[:, k])
                responses[phase.lists, : phase.n_items] = given
        return responses

    def _choose(
        self, phase: SerialPhase, now: States, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """One response to each list, by the softmax rule: (lists,)."""
        log_p = self.log_choices(phase, now)[:, 0].expand(len(phase.lists), -1)
        column = draw(log_p.exp().numpy(), rng)
        return np.where(column > phase.n_items, -1, column)

    def _race(
        self,
        phase: SerialPhase,
        now: States,
        said: NDArray[np.integer],
        rng: np.random.Generator,
    ) -> NDArray[np.int64]:
        """One response to each list, by the race: (lists,)."""
        assert self.noise is not None and self.threshold is not None
        v = self.values(phase, now) * suppress(now.since, self.suppression, self.r_s)
        words = np.zeros((len(said), max(phase.n_items, int(self.vocabulary))))
        words[:, : phase.n_items] = v[:, 0].numpy()
        out = np.zeros(words.shape, dtype=bool)
        if self.leaves_race and self.suppression == 1 and self.r_s == 0:
            out[:, : phase.n_items] = now.since[:, 0].numpy() > 0
            # which of the other words were said does not matter, as long as it is as many
            n_others = (said < 0).sum(axis=1)
            out[:, phase.n_items :] = np.arange(words.shape[1] - phase.n_items) < n_others[:, None]
        winner = race(words, out, rng, self.noise, self.threshold, self.threshold_noise)
        return np.where(winner > phase.n_items, -1, winner)

    def _softmax(self) -> tuple[Parameter, Parameter]:
        """Temperature and utility of an omission, or a refusal."""
        if self.tau is None or self.theta is None:
            raise TypeError(
                f"a {type(self).__name__} with noise and a threshold has no likelihood; give tau "
                "and theta in their place, or simulate reports and compare their curves"
            )
        return self.tau, self.theta


def check_reports(phases: list[SerialPhase], responses: NDArray[np.integer], n_lists: int) -> None:
    """Raise an error unless these are reports of the lists of these phases.

    Examples
    --------
    >>> check_reports([SerialPhase(np.arange(1), ())], np.array([[4]]), 1)
    Traceback (most recent call last):
        ...
    ValueError: list 0 has 0 items, but the response at place 1 is 4; responses are study positions \
from 1, 0 (omission) or -1 (intrusion), one for each item of the list at most
    """
    if responses.ndim != 2 or len(responses) != n_lists:
        raise ValueError(
            f"responses must have one row for each of the {n_lists} lists of the schedule, got "
            f"shape {responses.shape}"
        )
    if not np.issubdtype(responses.dtype, np.integer):
        raise ValueError(f"responses must be whole numbers, got {responses.dtype}")
    for phase in phases:
        given = responses[phase.lists]
        wrong = (given < -1) | (given > phase.n_items)
        wrong[:, phase.n_items :] |= given[:, phase.n_items :] != 0
        if wrong.any():
            row, place = np.argwhere(wrong)[0]
            raise ValueError(
                f"list {phase.lists[row]} has {phase.n_items} items, but the response at place "
                f"{place + 1} is {given[row, place]}; responses are study positions from 1, 0 "
                "(omission) or -1 (intrusion), one for each item of the list at most"
            )


def _padded(given: NDArray[np.integer], n_places: int) -> NDArray[np.int64]:
    missing = n_places - given.shape[1]
    return np.pad(given, ((0, 0), (0, missing))).astype(np.int64)


def _column(given: NDArray[np.integer], n_items: int) -> Tensor:
    """Which column of `log_choices` each response is: an intrusion is the last."""
    return torch.as_tensor(np.where(given < 0, n_items + 1, given).astype(np.int64))


def _log_p(log_choices: Float[Tensor, "lists states n"], column: Tensor) -> Tensor:
    """(lists, places) log probability of what was given."""
    log_choices = log_choices.expand(len(column), -1, -1)
    return log_choices.gather(2, column[:, :, None]).squeeze(2)
