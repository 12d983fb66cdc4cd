"""Recall one item after another until recall stops: what all models with a likelihood do alike.

A model says how probable each item is after the responses so far, `log_choices`; from that
`SequenceModel` simulates recalls and says how probable given recalls are, for many lists at once.
"""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy.typing import NDArray
from torch import Tensor

from memsim.cognitive.free_recall.phases import StudyPhase, study_phases
from memsim.cognitive.responses import check_clean, draw
from memsim.cognitive.stopping import StopRule, log_stop
from paradigms import Event, Schedule

#: recalls, as study positions in output order, and the study phase of their lists
Observed = list[tuple[StudyPhase, Tensor]]


class SequenceModel(ABC):
    """A model of which item comes next, with a rule for when recall stops."""

    stop: StopRule

    @abstractmethod
    def log_choices(
        self, phase: StudyPhase, given: Int[Tensor, "lists outputs"]
    ) -> Float[Tensor, "lists outputs+1 items"]:
        """Log probability of each item, given that one is recalled.

        Parameters
        ----------
        phase : StudyPhase
            What was shown, and when.
        given : (lists, outputs) integers
            Responses: study positions from 1 in output order, 0 after the last.

        Returns
        -------
        (lists, outputs + 1, items)
            Before the first response and after each one; minus infinity for what has been
            recalled. After the end of a list they mean nothing.
        """

    @staticmethod
    def observe(schedule: Schedule, recalled: NDArray[np.integer]) -> Any:
        """What `choice_nll` needs of given recalls; it does not depend on parameters.

        What that is is up to the model.
        """
        return responses_by_phase(schedule, recalled)

    def choice_nll(self, observed: Any) -> Float[Tensor, ""]:
        """Minus the log likelihood of what was recalled, leaving out when recall stopped."""
        log_p = [log_p_of(given, self.log_choices(phase, given)).sum() for phase, given in observed]
        return -torch.stack(log_p).sum()

    def recall(self, schedule: Schedule, rng: np.random.Generator) -> NDArray[np.int64]:
        """Simulate recalls.

        Parameters
        ----------
        schedule : Schedule
            What is shown, and when. Recall goes on until the model stops.
        rng : numpy Generator
            Source of randomness; the same state gives the same recalls.

        Returns
        -------
        (lists, longest list) integers
            Study positions from 1 in output order, 0 after recall has stopped.
        """
        recalled = np.zeros(schedule.presented.shape, dtype=np.int64)
        with torch.no_grad():
            for phase in study_phases(schedule):
                recalled[phase.lists, : phase.n_items] = self.sample(phase, rng)
        return recalled

    def sample(self, phase: StudyPhase, rng: np.random.Generator) -> NDArray[np.int64]:
        """Simulate recalls of the lists of one study phase: (lists, items)."""
        hazard = self.stop.hazard(phase.n_items).numpy()
        active = np.arange(len(phase.lists))
        recalled = np.zeros((len(active), phase.n_items), dtype=np.int64)
        for k in range(phase.n_items):
            active = active[rng.random(len(active)) >= hazard[k]]
            log_p = self.log_choices(phase, torch.from_numpy(recalled[active, :k]))[:, -1]
            recalled[active, k] = draw(log_p.exp().numpy(), rng) + 1
        return recalled

    def log_likelihood(
        self, schedule: Schedule, recalled: NDArray[np.integer]
    ) -> Float[Tensor, "lists events"]:
        """Log probability of each response given the responses before it.

        Parameters
        ----------
        schedule : Schedule
            What was shown, and when.
        recalled : (lists, outputs) integers
            Study positions from 1 in output order, 0 after recall has stopped, without
            intrusions and repetitions (see `clean`).

        Returns
        -------
        (lists, outputs + 1)
            One event per column: each recall, not stopping included; then the stop; 0.0 beyond
            it. Their sum is the log likelihood, and minus infinity stands for what cannot happen.

        Raises
        ------
        ValueError
            If `recalled` holds intrusions, repetitions, gaps or positions beyond the list.
        """
        choice = self.log_choice(schedule, recalled)
        n_outputs = recalled.shape[1]
        n_recalled = torch.from_numpy(np.count_nonzero(recalled, axis=1))
        phases = study_phases(schedule)
        blocks = [
            log_stop(self.stop.hazard(phase.n_items), n_recalled[phase.lists], n_outputs)
            for phase in phases
        ]
        return _in_list_order(blocks, phases) + torch.nn.functional.pad(choice, (0, 1))

    def log_choice(
        self, schedule: Schedule, recalled: NDArray[np.integer]
    ) -> Float[Tensor, "lists outputs"]:
        """Log probability of what is recalled next, given that recall goes on.

        This is the part of `log_likelihood` that does not depend on the stop rule; same
        arguments, one column per recall, 0.0 after the last.
        """
        observed = responses_by_phase(schedule, recalled)
        blocks = []
        for phase, given in observed:
            chosen = log_p_of(given, self.log_choices(phase, given))
            missing = recalled.shape[1] - given.shape[1]
            blocks.append(torch.nn.functional.pad(chosen, (0, missing)))
        return _in_list_order(blocks, [phase for phase, _ in observed])

    def next_recall(
        self, schedule: Schedule, recalled: NDArray[np.integer]
    ) -> Float[Tensor, "lists items"]:
        """Probability of each item to be recalled next, given that recall goes on.

        Parameters
        ----------
        schedule : Schedule
            What was shown, and when.
        recalled : (lists, outputs) integers
            Responses so far, as in `log_likelihood`; with no columns, nothing was recalled yet.

        Returns
        -------
        (lists, longest list)
            Probabilities by study position; each row sums to 1 if an item is left.
        """
        check_clean(recalled, (schedule.event == Event.STUDY).sum(axis=1))
        width = schedule.presented.shape[1]
        phases = study_phases(schedule)
        blocks = []
        for phase in phases:
            given = torch.from_numpy(recalled[phase.lists].astype(np.int64))
            n_given = (given > 0).sum(dim=1)
            p = self.log_choices(phase, given)[torch.arange(len(given)), n_given].exp()
            nothing_left = n_given[:, None] == phase.n_items
            p = torch.where(nothing_left, torch.zeros((), dtype=p.dtype), p)
            blocks.append(torch.nn.functional.pad(p, (0, width - phase.n_items)))
        return _in_list_order(blocks, phases)

    def first_recall(self, schedule: Schedule) -> Float[Tensor, "lists items"]:
        """Probability of each item to be recalled first, given that any is (PFR)."""
        return self.next_recall(schedule, np.zeros((schedule.n_lists, 0), dtype=np.int64))


def responses_by_phase(schedule: Schedule, recalled: NDArray[np.integer]) -> Observed:
    """Given recalls, checked, with the study phase that each belongs to.

    What a fit computes once, since it does not depend on parameters.

    Parameters
    ----------
    schedule : Schedule
        What was shown, and when.
    recalled : (lists, outputs) integers
        As in `SequenceModel.log_likelihood`.

    Returns
    -------
    list of (StudyPhase, (lists, outputs) integers)
        Recalls of the lists of each phase, with no more columns than any of them needs.
    """
    check_clean(recalled, (schedule.event == Event.STUDY).sum(axis=1))
    observed = []
    for phase in study_phases(schedule):
        responses = recalled[phase.lists]
        n_outputs = int(np.count_nonzero(responses, axis=1).max(initial=0))
        observed.append((phase, torch.from_numpy(responses[:, :n_outputs].astype(np.int64))))
    return observed


def log_p_of(
    given: Int[Tensor, "lists outputs"], log_choices: Float[Tensor, "lists states items"]
) -> Float[Tensor, "lists outputs"]:
    """Log probability of each given response; 0.0 after the last.

    Examples
    --------
    >>> log_choices = torch.tensor([[0.25, 0.75], [0.0, 1.0], [0.0, 0.0]]).log()[None]
    >>> log_p_of(torch.tensor([[1, 2]]), log_choices).exp()
    tensor([[0.2500, 1.0000]])
    """
    log_p = log_choices[:, : given.shape[1]]
    chosen = log_p.gather(2, (given - 1).clamp(min=0)[:, :, None]).squeeze(2)
    return torch.where(given > 0, chosen, torch.zeros((), dtype=chosen.dtype))


def not_yet_recalled(given: Int[Tensor, "lists outputs"], n_items: int) -> Tensor:
    """Which items are left, before the first response and after each: (lists, outputs + 1, items).

    Examples
    --------
    >>> not_yet_recalled(torch.tensor([[2, 0]]), 2)[0].int()
    tensor([[1, 1],
            [1, 0],
            [1, 0]], dtype=torch.int32)
    """
    recalled = (given[:, :, None] == torch.arange(1, n_items + 1)).cumsum(dim=1) > 0
    return ~torch.nn.functional.pad(recalled, (0, 0, 1, 0))


def _in_list_order(blocks: list[Tensor], phases: list[StudyPhase]) -> Tensor:
    """Put results computed phase by phase back in the order of the lists."""
    lists = np.concatenate([phase.lists for phase in phases])
    return torch.cat(blocks)[torch.from_numpy(np.argsort(lists))]
