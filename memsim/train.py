"""Train a network to recall: one participant from one seed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch
from torch import nn

from memsim.base import Network
from memsim.divergence import Diverged, clip_gradients
from memsim.dnc import DNC
from memsim.networks import make_network
from memsim.participant import Participant, Recall
from memsim.threads import one_thread
from paradigms import FreeRecall, RandomBinary
from paradigms.codes import EVENT_CHANNELS

#: updates at each list length before lists grow
UPDATES_PER_LENGTH = 100
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
    network, codes, n_other_words
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


def train(
    paradigm: FreeRecall,
    *,
    network: str = "dnc",
    seed: int = 0,
    n_updates: int = 4000,
    batch_size: int = 32,
    learning_rate: float = 2e-3,
    codes: RandomBinary | None = None,
    n_other_words: int = 200,
    max_restarts: int = 1,
    device: str = "cpu",
    progress: Callable[[Progress], None] | None = None,
    **network_options: Any,
) -> Trained:
    """Train a network on a paradigm.

    The loss is minus the log probability of a right response (see `memsim.objectives`), summed
    over a list. Lists grow by count, from a quarter of their length to all of it. A wrong
    response is corrected with a probability that falls from 1 to 0 during training; else, as in
    every test, the network goes on from whatever it said. Adam, with gradients clipped at norm 5
    and a rate that is constant for half of training and then falls to a twentieth. One thread,
    as small networks want it.

    Parameters
    ----------
    paradigm : FreeRecall
    network : str
        Its name in `memsim.networks.table()`: a kind, or the settings of a paper.
    seed : int
        Of the network's weights and of all it sees.
    n_updates, batch_size : int
        Updates, and lists in each.
    learning_rate : float
    codes : RandomBinary, optional
        Item codes; 16 bits where left out.
    n_other_words : int
        Words a participant may say besides those shown; see `Participant`.
    max_restarts : int
        How often a network may start again, from other weights, because its loss or a gradient
        is no longer a finite number (diverged), or because after 40 % of training or at its end
        it is right no more often than by guessing (stuck). Restarts are counted in the result, never hidden; the last
        attempt goes through to the end.
    device : str
        "cpu", "cuda", ...
    progress : function, optional
        Called with a `Progress` every 20 updates.
    **network_options
        Options of the network; a setting it lacks is a TypeError. Left out: 128 hidden units; for
        a "dnc" and an "ntm" words of 16 numbers and 6 locations more than words in a list; for a
        "dnc" a feed-forward controller. Papers have sizes of their own.

    Returns
    -------
    Trained

    Examples
    --------
    >>> task = FreeRecall(list_length=2)
    >>> trained = train(task, n_updates=20, hidden_size=8, word_size=4)
    >>> trained.recall(task.trials(seed=1, i=0, n_lists=5), np.random.default_rng(0)).shape
    (5, 3)
    """
    for name, value in (("n_updates", n_updates), ("batch_size", batch_size)):
        if value < 1:
            raise ValueError(f"{name} must be 1 or more, got {value!r}")
    for name, value in (("n_other_words", n_other_words), ("max_restarts", max_restarts)):
        if value < 0:
            raise ValueError(f"{name} must be 0 or more, got {value!r}")
    codes = codes or RandomBinary(n_bits=16)
    defaults: dict[str, Any] = {
        "dnc": {
            "hidden_size": 128,
            "n_locations": paradigm.list_length + 6,
            "word_size": 16,
            "controller": "feedforward",
        },
        "lstm": {"hidden_size": 128},
        "gru": {"hidden_size": 128},
        "ntm": {"hidden_size": 128, "n_locations": paradigm.list_length + 6, "word_size": 16},
        "relational": {"n_slots": 8, "n_heads": 4, "head_size": 16},
    }
    options = defaults.get(network, {}) | network_options
    guessing = chance_of_guessing(paradigm.list_length, n_other_words)
    restarts: list[str] = []
    history: list[Progress] = []
    with one_thread():
        while True:
            attempt, last_attempt = len(restarts), len(restarts) == max_restarts
            with torch.random.fork_rng(devices=[]):  # the caller's random state stays as it was
                state = np.random.SeedSequence([seed, attempt]).generate_state(1)
                torch.default_generator.manual_seed(int(state[0]))
                net = make_network(
                    network, codes.n_bits + len(EVENT_CHANNELS), codes.n_bits + 1, **options
                )
                initialise(net)
            participant = Participant(net.to(device), codes, n_other_words)
            optimiser = torch.optim.Adam(net.parameters(), lr=learning_rate)
            failure = None
            updates = _train(participant, optimiser, paradigm, seed, attempt, n_updates, batch_size)
            try:
                for now in updates:
                    history.append(now)
                    if progress:
                        progress(now)
                    failure = _stuck(now, n_updates, guessing)
                    if failure and not last_attempt:
                        break
            except Diverged as error:
                failure = f"diverged: {error}"
            if failure is None or last_attempt:
                break
            restarts.append(failure)
    return Trained(
        network=net,
        codes=codes,
        n_other_words=n_other_words,
        seed=seed,
        restarts=tuple(restarts),
        failure=failure,
        history=pd.DataFrame(history, columns=list(Progress._fields)),
    )


def initialise(network: Network) -> None:
    """Weights from which recall is learnt in minutes.

    Orthogonal weights, but for recurrent cells, and in a DNC a memory that from the first step is written to unused
    locations (allocation gate .88, write gate .73), keeps what is stored (free gates .12), and
    reads on forward or by content rather than backward (read modes .04, .26, .70 with one write
    head).
    """
    for module in network.modules():
        if isinstance(module, nn.Linear):
            nn.init.orthogonal_(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    for module in network.modules():
        if isinstance(module, DNC):
            normed = module.norm is not None and module.layer_norm == "interface"
            last = module.norm if normed else module.to_interface
            bias = module.memory.parts(last.bias)  # type: ignore[union-attr, arg-type]
            with torch.no_grad():
                bias["allocation_gates"].fill_(2.0)
                bias["write_gates"].fill_(1.0)
                bias["free_gates"].fill_(-2.0)
                if module.memory.temporal_links:
                    n_heads = module.memory.n_write_heads
                    backward, forward = [-2.0] * n_heads, [1.0] * n_heads
                    modes = torch.tensor([*backward, 0.0, *forward])
                    bias["read_modes"].copy_(modes.expand_as(bias["read_modes"]))


def chance_of_guessing(list_length: int, n_other_words: int) -> float:
    """Share of responses that are right if they are any words known, the list's never twice.

    Examples
    --------
    >>> chance_of_guessing(3, 1)  # the mean of 3/4, 2/4 and 1/4
    0.5
    """
    return (list_length + 1) / (2 * (list_length + n_other_words))


def list_length_at(update: int, list_length: int) -> int:
    """Curriculum by count: a quarter of the list, a quarter more every 100 updates.

    Examples
    --------
    >>> [list_length_at(update, 10) for update in (0, 99, 100, 399, 400, 5000)]
    [2, 2, 4, 8, 10, 10]
    """
    quarter = max(1, list_length // 4)
    return min(list_length, quarter * (1 + update // UPDATES_PER_LENGTH))


def _train(
    participant: Participant,
    optimiser: torch.optim.Optimizer,
    paradigm: FreeRecall,
    seed: int,
    attempt: int,
    n_updates: int,
    batch_size: int,
) -> Iterator[Progress]:
    """Update after update; update i is a function of (seed, attempt, i) and the weights."""
    learning_rate = optimiser.param_groups[0]["lr"]
    seen: list[tuple[float, float]] = []
    for i in range(n_updates):
        task = replace(paradigm, list_length=list_length_at(i, paradigm.list_length))
        rng = np.random.default_rng([seed, attempt, i])
        recall = participant.take_part(
            task.trials(int(rng.integers(2**32)), i, batch_size),
            rng,
            corrective_feedback=1 - i / n_updates,
        )
        loss = -recall.log_right.sum(dim=1).mean()
        optimiser.param_groups[0]["lr"] = learning_rate * min(1.0, max(0.05, 2 - 2 * i / n_updates))
        optimiser.zero_grad()
        loss.backward()
        clip_gradients(participant.network, loss, max_norm=5.0, update=i + 1)
        optimiser.step()
        seen.append((loss.item(), share_right(recall)))
        if (i + 1) % REPORT_EVERY == 0 or i + 1 == n_updates:
            mean_loss, mean_right = np.mean(seen, axis=0)
            seen.clear()
            yield Progress(attempt, i + 1, float(mean_loss), float(mean_right))


def share_right(recall: Recall) -> float:
    """Share of the responses asked for that were right."""
    return (recall.right.sum() / recall.asked.sum()).item()


def _stuck(now: Progress, n_updates: int, guessing: float) -> str | None:
    """Whether a network is right no more often than by guessing, when that is to be looked at."""
    check = STUCK_AFTER * n_updates
    due = check <= now.update < check + REPORT_EVERY or now.update == n_updates
    if due and now.right < guessing + STUCK_MARGIN:
        return (
            f"stuck: {now.right:.1%} of responses right at update {now.update}, "
            f"where guessing gives at most {guessing:.1%}"
        )
    return None
