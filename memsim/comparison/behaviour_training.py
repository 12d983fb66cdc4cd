"""Fit a network to recalls: minibatches, early stopping, running averages of the weights."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from memsim.cognitive.free_recall.sequence import not_yet_recalled
from memsim.comparison.behaviour_network import BehaviourNetwork

#: of the training lists, one in so many says when to stop
ASIDE = 8
#: of the weights of an update, this much goes into their running average
AVERAGE = 0.02
CLIP = 1.0


class Lists(NamedTuple):
    """Recalls of lists of one length and pace.

    Attributes
    ----------
    n_items : int
    condition : (3,)
        See `memsim.comparison.behaviour_network.conditions`.
    given : (lists, outputs) integers
        Study positions from 1 in output order, 0 after the last.
    """

    n_items: int
    condition: Float[Tensor, " 3"]
    given: Int[Tensor, "lists outputs"]

    def take(self, rows: Tensor) -> "Lists":
        return self._replace(given=self.given[rows])


class Plan(NamedTuple):
    """How a network is fitted; see `FittedToBehaviour`."""

    learning_rate: float
    weight_decay: float
    batch_size: int
    max_epochs: int
    patience: int


def train_on_recalls(
    network: BehaviourNetwork, lists: Sequence[Lists], plan: Plan
) -> BehaviourNetwork:
    """The network with the weights that suit best the lists that were kept aside.

    Randomness is torch's own.
    """
    training, aside = set_aside(lists)
    optimiser = torch.optim.AdamW(
        _groups(network, plan.weight_decay), lr=plan.learning_rate, betas=(0.9, 0.98)
    )
    average = deepcopy(network).eval()
    best, best_nll, waited = deepcopy(average), float("inf"), 0
    n_updates = 0
    for _ in range(plan.max_epochs):
        network.train()
        for batch in batches(training, plan.batch_size):
            total, n_events = nll(network, batch, torch.default_generator)
            optimiser.zero_grad()
            (total / n_events).backward()
            nn.utils.clip_grad_norm_(network.parameters(), CLIP)
            optimiser.step()
            n_updates += 1
            # early averages forget the weights it started from
            _average(average, network, max(AVERAGE, 1 / n_updates))
        now = mean_nll(average, aside)
        if now < best_nll:
            best, best_nll, waited = deepcopy(average), now, 0
        elif (waited := waited + 1) >= plan.patience:
            break
    return best.requires_grad_(False)


def set_aside(lists: Sequence[Lists]) -> tuple[list[Lists], list[Lists]]:
    """Split at random: lists to learn from, and the eighth of them that says when to stop."""
    learn: list[Lists] = []
    aside: list[Lists] = []
    numbers = torch.randperm(sum(len(each.given) for each in lists))
    is_aside = torch.zeros(len(numbers), dtype=torch.bool)
    is_aside[numbers[: max(1, len(numbers) // ASIDE)]] = True
    start = 0
    for each in lists:
        here = is_aside[start : start + len(each.given)]
        start += len(each.given)
        for part, rows in ((learn, ~here), (aside, here)):
            if rows.any():
                part.append(each.take(rows))
    return learn, aside


def batches(lists: Sequence[Lists], size: int) -> Iterator[Lists]:
    """Minibatches in random order, each of lists of one length and pace."""
    cut = [
        each.take(rows) for each in lists for rows in torch.randperm(len(each.given)).split(size)
    ]
    for i in torch.randperm(len(cut)).tolist():
        yield cut[i]


def nll(
    network: BehaviourNetwork, lists: Lists, codes: torch.Generator
) -> tuple[Float[Tensor, ""], int]:
    """Minus the log likelihood of the responses, stopping included, and how many there are."""
    n_recalled = (lists.given > 0).sum(dim=1)
    given = lists.given[:, : int(n_recalled.max())]
    items, stops = network(lists.n_items, lists.condition, given, codes)
    going_on = given > 0
    # states in which something was recalled: there always is an item left
    available = not_yet_recalled(given, lists.n_items)[:, :-1][going_on]
    logits = items[:, :-1][going_on].masked_fill(~available, -torch.inf)
    choice = F.cross_entropy(logits, given[going_on] - 1, reduction="sum")
    event = torch.arange(stops.shape[1])
    # after the last item of the list stopping is no choice
    real = (event <= n_recalled[:, None]) & (event < lists.n_items)
    stopped = (event == n_recalled[:, None]).float()
    stop = F.binary_cross_entropy_with_logits(stops[real], stopped[real], reduction="sum")
    return choice + stop, int(n_recalled.sum()) + len(given)


def mean_nll(network: BehaviourNetwork, lists: Sequence[Lists]) -> float:
    """Nats per event; always with the same codes."""
    with torch.no_grad():
        parts = [nll(network, each, torch.Generator().manual_seed(0)) for each in lists]
    return sum(total.item() for total, _ in parts) / sum(n for _, n in parts)


def _average(average: nn.Module, network: nn.Module, share: float) -> None:
    with torch.no_grad():
        for kept, now in zip(average.parameters(), network.parameters(), strict=True):
            kept.lerp_(now, share)


def _groups(network: nn.Module, weight_decay: float) -> list[dict[str, object]]:
    """Biases, strengths and other single numbers are not drawn to 0."""
    matrices = [p for p in network.parameters() if p.dim() > 1]
    others = [p for p in network.parameters() if p.dim() <= 1]
    return [
        {"params": matrices, "weight_decay": weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
