"""A network on its way: what becomes of it, and what is wrong if nothing does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from memsim.closed_loop import Recall
from memsim.divergence import Diverged, clip_gradients
from memsim.participant import Participant

#: updates between two reports, each the mean of what came since the last
REPORT_EVERY = 20
#: share of training after which a network is tested for being stuck
STUCK_AFTER = 0.4
#: a stuck network is right less often than guessing would be, plus this
STUCK_MARGIN = 0.02


class Progress(NamedTuple):
    """How training stands: means over the updates since the last report."""

    attempt: int
    update: int
    loss: float
    """Nats per list."""
    right: float
    """Share of the network's own responses that were right."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Trained(Participant):
    """A participant and how it came to be.

    Parameters
    ----------
    network, codes, n_other_words, objective
        See `Participant`.
    seed : int
    restarts : tuple of str
        Why earlier attempts were given up, in order; empty if the first one went through.
    failure : str or None
        What is wrong with the last attempt too, if anything.
    history : DataFrame
        `attempt, update, loss, right`, one row per 20 updates; see `Progress`.
    """

    seed: int
    restarts: tuple[str, ...]
    failure: str | None
    history: pd.DataFrame


class Learner:
    """A network on its way, the k-th: its attempts, and what comes of them."""

    participant: Participant
    optimiser: torch.optim.Optimizer

    def __init__(self, k: int, seed: int, max_restarts: int) -> None:
        self.k, self.seed, self.max_restarts = k, seed, max_restarts
        self.restarts: list[str] = []
        self.history: list[Progress] = []
        self.failure: str | None = None
        self.losses: list[float] = []
        self.accuracies: list[float] = []
        self.reported = 0
        self.stage = 0

    @property
    def attempt(self) -> int:
        return len(self.restarts)

    @property
    def last_attempt(self) -> bool:
        return self.attempt == self.max_restarts

    def begin(self, participant: Callable[[int, int], Participant], learning_rate: float) -> None:
        self.participant = participant(self.seed, self.attempt)
        parameters = self.participant.network.parameters()
        self.optimiser = torch.optim.Adam(parameters, lr=learning_rate)
        self.failure = None
        self.losses, self.accuracies, self.reported, self.stage = [], [], 0, 0

    def begins_again(self) -> bool:
        """Whether there is to be another attempt, which is then counted."""
        if self.failure is None or self.last_attempt:
            return False
        self.restarts.append(self.failure)
        return True

    def step(self, update: int, learning_rate: float, loss: Tensor, recall: Recall) -> bool:
        """Change the weights, after `loss.backward()`; False if training has diverged."""
        try:
            clip_gradients(self.participant.network, loss, max_norm=5.0, update=update)
        except Diverged as error:
            self.failure = f"diverged: {error}"
            return False
        self.optimiser.param_groups[0]["lr"] = learning_rate
        self.optimiser.step()
        self.losses.append(loss.item())
        self.accuracies.append(share_right(recall))
        return True

    def report(self, update: int) -> Progress:
        """Means since the last report."""
        new = slice(self.reported, None)
        mean_loss, mean_right = np.mean(self.losses[new]), np.mean(self.accuracies[new])
        self.reported = len(self.losses)
        self.history.append(Progress(self.attempt, update, float(mean_loss), float(mean_right)))
        return self.history[-1]

    def trained(self) -> Trained:
        return Trained(
            network=self.participant.network,
            codes=self.participant.codes,
            n_other_words=self.participant.n_other_words,
            objective=self.participant.objective,
            seed=self.seed,
            restarts=tuple(self.restarts),
            failure=self.failure,
            history=pd.DataFrame(self.history, columns=list(Progress._fields)),
        )


def share_right(recall: Recall) -> float:
    """Share of the responses asked for that were right."""
    return (recall.right.sum() / recall.asked.sum()).item()


def stuck(now: Progress, n_updates: int, guessing: float) -> str | None:
    """Whether a network is right no more often than by guessing, when that is to be looked at."""
    check = STUCK_AFTER * n_updates
    due = check <= now.update < check + REPORT_EVERY or now.update == n_updates
    if due and now.right < guessing + STUCK_MARGIN:
        return (
            f"stuck: {now.right:.1%} of responses right at update {now.update}, "
            f"where guessing gives at most {guessing:.1%}"
        )
    return None
