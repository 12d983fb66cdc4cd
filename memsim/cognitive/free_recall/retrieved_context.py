"""Recall cued by context that each recall changes: what TCM and CMR do once a list is studied.

Every step makes new tensors and is differentiable in the parameters.
"""

from abc import abstractmethod
from typing import Literal, NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from numpy.typing import NDArray
from torch import Tensor

from memsim.cognitive.choice import ChoiceRule
from memsim.cognitive.free_recall import item_space
from memsim.cognitive.free_recall.context import integrate
from memsim.cognitive.free_recall.phases import StudyPhase
from memsim.cognitive.free_recall.prefixes import Prefixes, prefixes_of
from memsim.cognitive.free_recall.sequence import (
    SequenceModel,
    log_p_of,
    not_yet_recalled,
    responses_by_phase,
)
from memsim.cognitive.parameters import Parameter
from memsim.cognitive.responses import draw
from paradigms import Schedule


class Memory(NamedTuple):
    """What the lists of a study phase have left behind when recall begins.

    Attributes
    ----------
    context : (units,)
        Context that cues the first recall, of length 1.
    context_to_item : (units, items)
        Associations that turn context into support for items.
    retrieved : (items, units)
        Context that recalling an item brings back, of length 1.

    Each may have the lists as a first dimension, where its words matter.
    """

    context: Float[Tensor, "*lists units"]
    context_to_item: Float[Tensor, "*lists units items"]
    retrieved: Float[Tensor, "*lists items units"]

    @property
    def is_of_all(self) -> bool:
        """Whether all lists share it."""
        return self.context.dim() == 1 and self.context_to_item.dim() == self.retrieved.dim() == 2

    def cue(
        self, context: Float[Tensor, "lists units"], lists: Int[Tensor, " lists"]
    ) -> Float[Tensor, "lists items"]:
        """Support of items by contexts of some of the lists."""
        if self.context_to_item.dim() == 2:
            return context @ self.context_to_item
        return (context[:, None] @ self.context_to_item[lists])[:, 0]

    def bring_back(
        self, item: Int[Tensor, " lists"], lists: Int[Tensor, " lists"]
    ) -> Float[Tensor, "lists units"]:
        """Context that recall of an item brings back in some of the lists."""
        return self.retrieved[item] if self.retrieved.dim() == 2 else self.retrieved[lists, item]


class ObservedRecalls(NamedTuple):
    """Recalls of the lists of one study phase, (lists, outputs), and what they have in common."""

    phase: StudyPhase
    given: NDArray[np.integer]
    prefixes: Prefixes


class ContextModel(SequenceModel):
    """A model that studies into a `Memory` and then recalls from it.

    A model adds its parameters and says how it studies, chooses and drifts.
    """

    rho: Literal["exact", "elementwise"] = "exact"

    @property
    def is_followed_by_item(self) -> bool:
        """Whether recall can be followed as in `item_space`, for which drift must be exact."""
        return self.rho == "exact"

    @abstractmethod
    def study(self, phase: StudyPhase) -> Memory:
        """What the lists of a study phase leave behind."""

    @property
    @abstractmethod
    def choice_rule(self) -> ChoiceRule:
        """How an item is chosen by its support."""

    @property
    @abstractmethod
    def recall_drift(self) -> Parameter:
        """Weight of what a recall brings back in the context after it."""

    def choose(
        self, support: Float[Tensor, "*any items"], available: Bool[Tensor, "*any items"]
    ) -> Float[Tensor, "*any items"]:
        """Log probability that each available item is recalled, given that one is."""
        return self.choice_rule.log_p(support, available)

    def drift(
        self, context: Float[Tensor, "lists units"], c_in: Float[Tensor, "lists units"]
    ) -> Float[Tensor, "lists units"]:
        """Context after a recall that has brought back `c_in`."""
        return integrate(context, c_in, self.recall_drift, self.rho)

    @staticmethod
    def observe(schedule: Schedule, recalled: NDArray[np.integer]) -> list[ObservedRecalls]:
        """What `choice_nll` needs of given recalls; it does not depend on parameters."""
        return [
            ObservedRecalls(phase, given.numpy(), prefixes_of(given.numpy(), phase.n_items))
            for phase, given in responses_by_phase(schedule, recalled)
        ]

    def choice_nll(self, observed: list[ObservedRecalls]) -> Float[Tensor, ""]:
        """Minus the log likelihood of what was recalled, leaving out when recall stopped.

        The sum of `log_choice` with its sign changed, but faster, see `item_space`.
        """
        return torch.stack([self._choice_nll(*each) for each in observed]).sum()

    def _choice_nll(
        self, phase: StudyPhase, given: NDArray[np.integer], prefixes: Prefixes
    ) -> Float[Tensor, ""]:
        memory = self.study(phase)
        if not (self.is_followed_by_item and memory.is_of_all):
            responses = torch.as_tensor(given)
            return -log_p_of(responses, self._log_choices(memory, responses)).sum()
        rule, (context, context_to_item, retrieved) = self.choice_rule, memory
        space = item_space.ItemSpace(
            beta=torch.as_tensor(self.recall_drift, dtype=torch.float64),
            tau=torch.as_tensor(rule.tau, dtype=torch.float64),
            support=context @ context_to_item,
            match=retrieved @ context,
            evoked=retrieved @ context_to_item,
            overlap=retrieved @ retrieved.T,
        )
        return item_space.choice_nll(prefixes, rule, space)

    def log_choices(
        self, phase: StudyPhase, given: Int[Tensor, "lists outputs"]
    ) -> Float[Tensor, "lists outputs+1 items"]:
        """See `SequenceModel`."""
        return self._log_choices(self.study(phase), given)

    def _log_choices(
        self, memory: Memory, given: Int[Tensor, "lists outputs"]
    ) -> Float[Tensor, "lists outputs+1 items"]:
        lists = torch.arange(len(given))
        item = (given - 1).clamp(min=0)
        context = memory.context.expand(len(given), -1)
        contexts = [context]
        for k in range(given.shape[1]):
            drifted = self.drift(context, memory.bring_back(item[:, k], lists))
            context = torch.where(given[:, k, None] > 0, drifted, context)
            contexts.append(context)
        support = torch.stack(contexts, dim=1) @ memory.context_to_item
        return self.choose(support, not_yet_recalled(given, support.shape[-1]))

    def sample(self, phase: StudyPhase, rng: np.random.Generator) -> NDArray[np.int64]:
        """See `SequenceModel`; context goes on from recall to recall, not from the start."""
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
            lists = torch.from_numpy(active)
            support = memory.cue(context, lists)
            item = draw(self.choose(support, torch.from_numpy(available)).exp().numpy(), rng)
            recalled[active, k] = item + 1
            available[np.arange(len(active)), item] = False
            context = self.drift(context, memory.bring_back(torch.from_numpy(item), lists))
        return recalled
