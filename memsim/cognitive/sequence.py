"""Recall one item after another, each cued by context that the items before it have changed.

`ContextModel` holds what TCM and CMR do alike once a list has been studied: simulate recalls, and
say how probable given recalls are. Both are computed for many lists at once; every step makes new
tensors and is differentiable in the parameters.
"""

from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float
from numpy.typing import NDArray
from torch import Tensor

from memsim.cognitive.phases import StudyPhase, study_phases
from memsim.cognitive.responses import check_clean, draw
from memsim.cognitive.stopping import StopRule, log_stop
from paradigms import Event, Schedule


class Memory(NamedTuple):
    """What a list has left behind when recall begins.

    Attributes
    ----------
    context : (units,)
        Context that cues the first recall, of length 1.
    context_to_item : (units, items)
        Associations that turn context into support for items.
    retrieved : (items, units)
        Context that recalling an item brings back, of length 1.
    """

    context: Float[Tensor, " units"]
    context_to_item: Float[Tensor, "units items"]
    retrieved: Float[Tensor, "items units"]


class ContextModel:
    """A model that studies into a `Memory` and then recalls from it.

    A model adds its parameters and says how it studies, chooses and drifts.
    """

    stop: StopRule

    def study(self, phase: StudyPhase) -> Memory:
        """Memory of a list."""
        raise NotImplementedError

    def choose(
        self, support: Float[Tensor, "*any items"], available: Bool[Tensor, "*any items"]
    ) -> Float[Tensor, "*any items"]:
        """Log probability that each available item is recalled, given that one is."""
        raise NotImplementedError

    def drift(
        self, context: Float[Tensor, "lists units"], c_in: Float[Tensor, "lists units"]
    ) -> Float[Tensor, "lists units"]:
        """Context after a recall that has brought back `c_in`."""
        raise NotImplementedError

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
                recalled[phase.lists, : phase.n_items] = self._sample(phase, rng)
        return recalled

    def _sample(self, phase: StudyPhase, rng: np.random.Generator) -> NDArray[np.int64]:
        memory = self.study(phase)
        hazard = self.stop.hazard(phase.n_items).numpy()
        active = np.arange(len(phase.lists))
        recalled = np.zeros((len(active), phase.n_items), dtype=np.int64)
        context = memory.context.expand(len(active), -1)
        available = np.ones(recalled.shape, dtype=bool)
        for k in range(phase.n_items):
            goes_on = rng.random(len(active)) >= hazard[k]
            active, available = active[goes_on], available[goes_on]
            context = context[torch.from_numpy(goes_on)]
            support = context @ memory.context_to_item
            item = draw(self.choose(support, torch.from_numpy(available)).exp().numpy(), rng)
            recalled[active, k] = item + 1
            available[np.arange(len(active)), item] = False
            context = self.drift(context, memory.retrieved[torch.from_numpy(item)])
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
        check_clean(recalled, (schedule.event == Event.STUDY).sum(axis=1))
        phases = study_phases(schedule)
        blocks = []
        for phase in phases:
            responses = recalled[phase.lists]
            n_steps = int(np.count_nonzero(responses, axis=1).max(initial=0))
            given = torch.from_numpy(responses[:, :n_steps].astype(np.int64))
            log_p = self._follow(self.study(phase), given)[:, :n_steps]
            chosen = log_p.gather(2, (given - 1).clamp(min=0)[:, :, None]).squeeze(2)
            chosen = torch.where(given > 0, chosen, torch.zeros((), dtype=chosen.dtype))
            blocks.append(torch.nn.functional.pad(chosen, (0, recalled.shape[1] - n_steps)))
        return _in_list_order(blocks, phases)

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
            p = self._follow(self.study(phase), given)[:, -1].exp()
            nothing_left = (given > 0).sum(dim=1, keepdim=True) == phase.n_items
            p = torch.where(nothing_left, torch.zeros((), dtype=p.dtype), p)
            blocks.append(torch.nn.functional.pad(p, (0, width - phase.n_items)))
        return _in_list_order(blocks, phases)

    def first_recall(self, schedule: Schedule) -> Float[Tensor, "lists items"]:
        """Probability of each item to be recalled first, given that any is (PFR)."""
        return self.next_recall(schedule, np.zeros((schedule.n_lists, 0), dtype=np.int64))

    def _follow(self, memory: Memory, given: Tensor) -> Float[Tensor, "lists states items"]:
        """Log probability of each item before the first response and after each one given."""
        item = (given - 1).clamp(min=0)
        context = memory.context.expand(len(given), -1)
        contexts = [context]
        for k in range(given.shape[1]):
            drifted = self.drift(context, memory.retrieved[item[:, k]])
            context = torch.where(given[:, k, None] > 0, drifted, context)
            contexts.append(context)
        positions = torch.arange(1, memory.retrieved.shape[0] + 1)
        recalled = (given[:, :, None] == positions).cumsum(dim=1) > 0
        available = ~torch.nn.functional.pad(recalled, (0, 0, 1, 0))
        return self.choose(torch.stack(contexts, dim=1) @ memory.context_to_item, available)


def _in_list_order(blocks: list[Tensor], phases: list[StudyPhase]) -> Tensor:
    """Put results computed phase by phase back in the order of the lists."""
    lists = np.concatenate([phase.lists for phase in phases])
    return torch.cat(blocks)[torch.from_numpy(np.argsort(lists))]
