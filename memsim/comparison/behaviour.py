"""Networks fitted to behaviour: their weights make people's recalls most probable.

They are never told to remember; where they recall well it is because people did. How well such a
network predicts lists it was not fitted to says how much there is to be predicted.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from numpy.typing import NDArray
from torch import Tensor

from memsim.cognitive.free_recall.phases import StudyPhase
from memsim.cognitive.free_recall.sequence import (
    SequenceModel,
    log_p_of,
    not_yet_recalled,
    responses_by_phase,
)
from memsim.cognitive.responses import draw
from memsim.cognitive.stopping import SaturatedStop
from memsim.comparison.behaviour_network import BehaviourNetwork, conditions
from memsim.comparison.behaviour_training import Lists, Plan, train_on_recalls
from memsim.comparison.memory_network import MemoryNetwork
from memsim.comparison.position_network import PositionNetwork
from memsim.fitting.people import People
from memsim.threads import one_thread
from paradigms import Event, Schedule

NETWORKS: dict[str, type[BehaviourNetwork]] = {"gru": PositionNetwork, "dnc": MemoryNetwork}
NetworkName = Literal["gru", "dnc"]


@dataclass(frozen=True, kw_only=True)
class FittedToBehaviour:
    """A kind of network and how it is fitted to people's recalls.

    Its loss is minus the log likelihood of the training lists, per event, teacher-forced. Every
    eighth of these lists is kept aside, at random; training ends when these have become no more
    probable for `patience` epochs, and the weights that suited them best are kept. Weights are
    running averages over updates. Adam with decoupled weight decay; one thread.

    Parameters
    ----------
    network : "gru" or "dnc"
        `PositionNetwork`, which knows study positions only, or `MemoryNetwork`, which studies
        the list.
    hidden_size : int
    dropout, weight_decay, learning_rate : float
    batch_size : int
        Lists in each update.
    max_epochs, patience : int
    n_networks : int
        Networks that are fitted, from weights and to parts of the training lists of their own;
        predictions are those of their mean logits.
    n_draws : int
        Draws of item codes whose logits are averaged in predictions.

    Examples
    --------
    >>> from memsim import simulate
    >>> from memsim.cognitive import TCM
    >>> from memsim.fitting import observe_people
    >>> from paradigms import FreeRecall
    >>> task = FreeRecall(list_length=4)
    >>> recalls = simulate(TCM.preset("TCM-10"), task, n_lists=30)
    >>> fitted = FittedToBehaviour(max_epochs=2).fit(observe_people(recalls, task), seed=0)
    >>> events = fitted.log_likelihood(task.trials(0, 0, n_lists=1), np.array([[4, 1, 0, 0]]))
    >>> events.shape, bool((events[0, :3] < 0).all()), events[0, 3:].tolist()
    (torch.Size([1, 5]), True, [0.0, 0.0])
    """

    network: NetworkName = "gru"
    hidden_size: int = 64
    dropout: float = 0.4
    weight_decay: float = 0.03
    learning_rate: float = 3e-3
    batch_size: int = 64
    max_epochs: int = 100
    patience: int = 12
    n_networks: int = 1
    n_draws: int = 4

    kind: ClassVar[str] = "network"
    fitted_to: ClassVar[str] = "weights, and when recall stops, to training lists"

    def __post_init__(self) -> None:
        if self.network not in NETWORKS:
            raise ValueError(f"network must be one of {[*NETWORKS]}, got {self.network!r}")
        whole = ("hidden_size", "batch_size", "max_epochs", "patience", "n_networks", "n_draws")
        for name in whole:
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be 1 or more, got {getattr(self, name)!r}")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout must be in [0, 1), got {self.dropout!r}")
        if not self.weight_decay >= 0:
            raise ValueError(f"weight_decay must be 0 or more, got {self.weight_decay!r}")
        if not self.learning_rate > 0:
            raise ValueError(f"learning_rate must be above 0, got {self.learning_rate!r}")

    @property
    def name(self) -> str:
        return {"gru": "GRU over positions", "dnc": "LSTM with DNC memory"}[self.network]

    def fit(self, training: People, seed: int = 0) -> "BehaviourModel":
        """The network fitted to these lists, and to no others.

        Parameters
        ----------
        training : People
            Lists of free recall, cleaned (see `memsim.fitting.observe_people`).
        seed : int
            Of weights, codes, dropout and the lists that are kept aside; the same seed gives the
            same weights.

        Raises
        ------
        ValueError
            If there are fewer than eight lists, or nothing was recalled.
        """
        recalled, schedule = training.responses, training.schedule
        if len(training) < 8 or not recalled.any():
            raise ValueError(
                f"a network needs 8 lists or more, with recalls, to be fitted to; there are "
                f"{len(training)} lists with {np.count_nonzero(recalled)} recalls"
            )
        observed = lists_alike(schedule, recalled)
        list_length = (schedule.event == Event.STUDY).sum(axis=1)
        n_recalled = np.count_nonzero(recalled, axis=1)
        stop = SaturatedStop.estimate(n_recalled, list_length, prior=0.5)
        longest = int(list_length.max())
        n_lists = torch.tensor([len(lists.given) for lists in observed])
        condition = torch.stack([lists.condition for lists in observed])
        centre = (condition * n_lists[:, None]).sum(dim=0) / len(training)
        plan = Plan(*(getattr(self, name) for name in Plan._fields))
        members = []
        with one_thread(), torch.random.fork_rng(devices=[]):
            for state in np.random.SeedSequence(seed).generate_state(self.n_networks):
                torch.default_generator.manual_seed(int(state))
                network = NETWORKS[self.network](
                    longest, self.hidden_size, self.dropout, centre, stop.hazard(longest)[:-1]
                )
                members.append(train_on_recalls(network, observed, plan))
        return BehaviourModel(tuple(members), stop, self.n_draws, seed)


@dataclass(frozen=True, eq=False)
class BehaviourModel(SequenceModel):
    """Networks fitted to behaviour; what they say of recalls, and recalls of their own.

    Attributes
    ----------
    networks : tuple of BehaviourNetwork
        Their logits are averaged.
    stop : SaturatedStop
        What stopping is without knowledge of what was recalled; the networks modify it.
    n_draws, seed : int
        Draws of item codes whose logits are averaged; the same for all lists.
    """

    networks: tuple[BehaviourNetwork, ...]
    stop: SaturatedStop
    n_draws: int = 1
    seed: int = 0

    def log_choices(
        self, phase: StudyPhase, given: Int[Tensor, "lists outputs"]
    ) -> Float[Tensor, "lists outputs+1 items"]:
        """See `SequenceModel`."""
        return self._log_p(phase, given)[0]

    def log_likelihood(
        self, schedule: Schedule, recalled: NDArray[np.integer]
    ) -> Float[Tensor, "lists events"]:
        """See `SequenceModel`; stopping depends on what was recalled, too."""
        events = torch.zeros(len(recalled), recalled.shape[1] + 1, dtype=torch.float64)
        for phase, given in responses_by_phase(schedule, recalled):
            choices, goes_on, stops = self._log_p(phase, given)
            n_recalled, event = (given > 0).sum(dim=1)[:, None], torch.arange(choices.shape[1])
            ends = torch.where(event == n_recalled, stops, 0.0)
            stop = torch.where(event < n_recalled, goes_on, ends)
            log_p = stop + F.pad(log_p_of(given, choices), (0, 1))
            events[torch.from_numpy(phase.lists), : log_p.shape[1]] = log_p
        return events

    def sample(self, phase: StudyPhase, rng: np.random.Generator) -> NDArray[np.int64]:
        """See `SequenceModel`."""
        recalled = np.zeros((len(phase.lists), phase.n_items), dtype=np.int64)
        active = np.arange(len(recalled))
        for k in range(phase.n_items):
            choices, goes_on, _ = self._log_p(phase, torch.from_numpy(recalled[active, :k]))
            goes = rng.random(len(active)) < goes_on[:, -1].exp().numpy()
            active = active[goes]
            recalled[active, k] = draw(choices[goes, -1].exp().numpy(), rng) + 1
        return recalled

    def _log_p(self, phase: StudyPhase, given: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Log probability of each item, of going on and of stopping, before each response."""
        condition = conditions(phase)
        draws = []
        with one_thread(), torch.no_grad():
            for i, network in enumerate(self.networks):
                for k in range(self.n_draws if network.has_codes else 1):
                    # the same codes whatever the responses: probabilities of sequences sum to 1
                    state = np.random.SeedSequence([self.seed, i, k]).generate_state(1)
                    codes = torch.Generator().manual_seed(int(state[0]))
                    draws.append(network(phase.n_items, condition, given, codes))
        items, stops = (torch.stack(part).double().mean(dim=0) for part in zip(*draws, strict=True))
        available = not_yet_recalled(given, phase.n_items)
        choices = torch.log_softmax(items.masked_fill(~available, -torch.inf), dim=-1)
        # when nothing is left stopping is certain
        none_left = ~available.any(dim=-1)
        log_stops = torch.where(none_left, 0.0, F.logsigmoid(stops))
        goes_on = torch.where(none_left, -torch.inf, F.logsigmoid(-stops))
        return choices, goes_on, log_stops


def lists_alike(schedule: Schedule, recalled: NDArray[np.integer]) -> list[Lists]:
    """Recalls, checked, of lists of each length and pace."""
    return [
        Lists(phase.n_items, conditions(phase), given)
        for phase, given in responses_by_phase(schedule, recalled)
    ]
