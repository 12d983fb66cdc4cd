"""What networks fitted to behaviour have in common: from recalls so far to what comes next."""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from memsim.cognitive.free_recall.phases import StudyPhase
from paradigms import Event

N_CONDITIONS = 3


class BehaviourNetwork(nn.Module, ABC):
    """A network that says of every item, and of stopping, how likely it is to come next.

    Parameters
    ----------
    longest : int
        Items of the longest list that it is fitted to.
    hidden_size : int
    dropout : float
    centre : (3,)
        Mean `conditions` of these lists; where all are alike, the network does not learn from
        the condition, and nothing changes where it does.
    hazard : (longest,)
        Probability of stopping after 0, 1, ... recalls; the network says how it departs from it.
    """

    #: whether items have codes, drawn anew for every list
    has_codes: ClassVar[bool] = False

    centre: Tensor
    stop_logits: Tensor

    def __init__(
        self,
        longest: int,
        hidden_size: int,
        dropout: float,
        centre: Float[Tensor, " 3"],
        hazard: Float[Tensor, " longest"],
    ) -> None:
        super().__init__()
        self.longest = longest
        self.dropout = nn.Dropout(dropout)
        self.register_buffer("centre", centre.float())
        self.register_buffer("stop_logits", torch.logit(hazard).float())
        self.from_condition = nn.Linear(N_CONDITIONS, hidden_size, bias=False)
        nn.init.zeros_(self.from_condition.weight)

    @abstractmethod
    def forward(
        self,
        n_items: int,
        condition: Float[Tensor, " 3"],
        given: Int[Tensor, "lists outputs"],
        codes: torch.Generator | None = None,
    ) -> tuple[Float[Tensor, "lists outputs+1 items"], Float[Tensor, "lists outputs+1"]]:
        """Logits of the items and log odds of stopping, before the first response and after each.

        Parameters
        ----------
        n_items : int
            Items of each list.
        condition : (3,)
            See `conditions`.
        given : (lists, outputs) integers
            Study positions from 1 in output order, 0 after the last.
        codes : torch Generator, optional
            Of item codes; those of every list its own in training, and else one draw for all.

        Returns
        -------
        (lists, outputs + 1, items), (lists, outputs + 1)
            Also of items that have been recalled; nobody asks for those.
        """

    def condition_input(self, condition: Float[Tensor, " 3"]) -> Float[Tensor, " hidden"]:
        """What the condition adds to a hidden layer."""
        added: Tensor = self.from_condition(condition - self.centre)
        return added

    def usual_stop(self, n_states: int) -> Float[Tensor, " states"]:
        """Log odds of stopping after 0, 1, ... recalls; beyond the longest list, as at its end."""
        return self.stop_logits[torch.arange(n_states).clamp(max=self.longest - 1)]


def conditions(phase: StudyPhase) -> Float[Tensor, " 3"]:
    """What a list is like besides its words: how long, at what pace, and how much comes after.

    Returns
    -------
    (3,)
        log2 of the number of items, of the mean seconds of each (at least 1/16), and of 1 +
        the seconds of distraction before recall.

    Examples
    --------
    >>> from memsim.cognitive.free_recall.phases import study_phases
    >>> from paradigms import FreeRecall
    >>> task = FreeRecall(list_length=8, presentation_time=2.0, retention_interval=15.0)
    >>> conditions(study_phases(task.trials(0, 0, n_lists=1))[0])
    tensor([3., 1., 4.])
    """
    shown = [seconds for event, seconds in phase.events if event is Event.STUDY]
    last = max(i for i, (event, _) in enumerate(phase.events) if event is Event.STUDY)
    delay = sum(seconds for _, seconds in phase.events[last + 1 :])
    pace = float(np.mean(shown))
    return torch.tensor([len(shown), max(pace, 2.0**-4), 1 + delay]).log2()
