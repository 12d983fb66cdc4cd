"""How probable people's recalls are to a network that was trained on the task, and on no people."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from torch import Tensor

from memsim.cognitive.responses import check_clean, draw
from memsim.cognitive.stopping import ExponentialStop, SaturatedStop, StopRule, log_stop
from memsim.fitting.people import People
from memsim.participant import Participant
from memsim.read_out import log_responses
from memsim.threads import one_thread
from paradigms import Event, Schedule

#: range of temperatures that a calibration searches
TEMPERATURES = (0.01, 100.0)


class Outputs(NamedTuple):
    """What a network's outputs say at every response, before they are calibrated.

    Attributes
    ----------
    log_items : (draws, lists, outputs + 1, items)
        Log probability of the code of each studied item, up to a constant.
    log_stop, log_goes_on : (draws, lists, outputs + 1)
        Of STOP, and of no STOP.
    """

    log_items: Float[Tensor, "d b r n"]
    log_stop: Float[Tensor, "d b r"]
    log_goes_on: Float[Tensor, "d b r"]


@dataclass(frozen=True, eq=False)
class NetworkReadOut:
    """A trained network, read out on the responses that theories know: items left, and stopping.

    The network studies every list with codes of its own, and then hears what the person said in
    place of what it would have said. At each response the probability of an item not yet recalled
    is proportional to that of its code, to the power of 1 / temperature. Codes and storage noise
    are random: sequences have the mean of their probabilities over `n_draws`.

    Parameters
    ----------
    participant : Participant
        As `memsim.train` gives it.
    temperature : float
        Of the choice among items; 1 is the network's own.
    stop : ExponentialStop or SaturatedStop, optional
        When recall stops; the network's own STOP where left out.
    n_draws : int
        Draws of codes and noise.
    seed : int
        Of the draws.

    Examples
    --------
    >>> from memsim import train
    >>> from paradigms import FreeRecall
    >>> task = FreeRecall(list_length=3)
    >>> network = NetworkReadOut(train(task, n_updates=5, hidden_size=8, word_size=4))
    >>> events = network.log_likelihood(task.trials(0, 0, n_lists=1), np.array([[3, 1, 0]]))
    >>> events.shape, bool((events[0, :3] < 0).all()), float(events[0, 3])
    (torch.Size([1, 4]), True, 0.0)
    """

    participant: Participant
    temperature: float = 1.0
    stop: StopRule | None = None
    n_draws: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        if self.participant.objective != "order-free":
            raise ValueError(
                "a network is read out on recalls in free order; this one was trained on a task "
                f"of {self.participant.objective} responses"
            )
        if not self.temperature > 0:
            raise ValueError(f"temperature must be above 0, got {self.temperature!r}")
        if self.n_draws < 1:
            raise ValueError(f"n_draws must be 1 or more, got {self.n_draws!r}")

    def log_likelihood(
        self, schedule: Schedule, recalled: NDArray[np.integer]
    ) -> Float[Tensor, "lists events"]:
        """Log probability of each response given those before it, as `SequenceModel` has it."""
        return self._by_events(schedule, recalled, self._log_events)

    def log_choice(
        self, schedule: Schedule, recalled: NDArray[np.integer]
    ) -> Float[Tensor, "lists outputs"]:
        """Log probability of what is recalled next, given that recall goes on."""
        return self._by_events(schedule, recalled, self._log_choices)[:, :-1]

    def _by_events(
        self,
        schedule: Schedule,
        recalled: NDArray[np.integer],
        log_p: Callable[[Outputs, Tensor], Tensor],
    ) -> Tensor:
        check_clean(recalled, (schedule.event == Event.STUDY).sum(axis=1))
        rng = np.random.default_rng(self.seed)
        events = torch.zeros(len(recalled), recalled.shape[1] + 1, dtype=torch.float64)
        for rows in schedule.alike():
            given = _without_empty_columns(recalled[rows])
            outputs = read(self.participant, schedule.take(rows), given, rng, self.n_draws)
            mixed = mean_over_draws(log_p(outputs, given))
            events[torch.from_numpy(rows), : mixed.shape[1]] = mixed
        return events

    def _log_choices(self, outputs: Outputs, given: Tensor) -> Tensor:
        return log_choices(outputs.log_items, given, self.temperature)

    def _log_events(self, outputs: Outputs, given: Tensor) -> Tensor:
        choice = torch.nn.functional.pad(self._log_choices(outputs, given), (0, 1))
        n_recalled, n_items = (given > 0).sum(dim=1), outputs.log_items.shape[-1]
        if self.stop is not None:
            return choice + log_stop(self.stop.hazard(n_items), n_recalled, given.shape[1])
        event, n = torch.arange(given.shape[1] + 1), n_recalled[:, None]
        # nothing is left to recall after the last item: stopping is certain
        stops = torch.where(event == n_items, 0.0, outputs.log_stop)
        stops = torch.where(event == n, stops, torch.zeros_like(stops))
        return choice + torch.where(event < n, outputs.log_goes_on, stops)

    def recall(self, schedule: Schedule, rng: np.random.Generator) -> NDArray[np.int64]:
        """Simulate recalls with this read-out: no intrusions, no repetitions.

        Returns
        -------
        (lists, longest list) integers
            Study positions from 1 in output order, 0 after recall has stopped.
        """
        recalled = np.zeros(schedule.presented.shape, dtype=np.int64)
        for rows in schedule.alike():
            some = schedule.take(rows)
            recalled[rows, : some.presented.shape[1]] = self._sample(some, rng)
        return recalled

    def _sample(self, schedule: Schedule, rng: np.random.Generator) -> NDArray[np.int64]:
        """Of lists that share their events: what is said at each response is heard at the next."""
        participant, n_items = self.participant, schedule.presented.shape[1]
        shown = participant.show(schedule, rng)
        recalled = np.zeros((schedule.n_lists, n_items), dtype=np.int64)
        available = np.ones(recalled.shape, dtype=bool)
        going = np.ones(len(recalled), dtype=bool)
        hazard = None if self.stop is None else self.stop.hazard(n_items).numpy()
        lists = torch.arange(len(recalled))

        def respond(step: int, output: Tensor) -> Tensor | None:
            if step not in shown.asked or shown.asked.index(step) >= n_items:
                return None
            k = shown.asked.index(step)
            log_items, log_stops = log_responses(
                output[:, None].double().cpu(), shown.known[:, :n_items].double().cpu(),
                kind=participant.codes.kind,
            )  # fmt: skip
            stops = log_stops[:, 0].exp().numpy() if hazard is None else hazard[k]
            going[:] &= rng.random(len(going)) >= stops
            log_p = (log_items[:, 0] / self.temperature).masked_fill(
                ~torch.from_numpy(available), -torch.inf
            )
            item = draw(torch.softmax(log_p, dim=1).numpy(), rng)
            recalled[going, k] = item[going] + 1
            available[np.arange(len(item)), item] &= ~going
            said = shown.known[lists, torch.from_numpy(item)]
            said = said * torch.from_numpy(going).to(said)[:, None]
            return torch.nn.functional.pad(said, (0, shown.inputs.shape[2] - said.shape[1]))

        _run(participant, shown.inputs, shown.noise_from, respond)
        return recalled


def calibrate(
    readout: NetworkReadOut,
    lists: People,
    stop: Literal["saturated", "exponential"] = "saturated",
) -> NetworkReadOut:
    """The read-out with the temperature and the stop rule that make people's recalls most probable.

    These are all that a network trained on the task takes from people. (An exponential stop has
    two numbers; a saturated one, which comparisons give to theories too, one for each output.)

    Parameters
    ----------
    readout : NetworkReadOut
    lists : People
        Training lists; never those that the network is then compared on.
    stop : {"saturated", "exponential"}
    """
    groups, rng = [], np.random.default_rng(readout.seed)
    for rows in lists.schedule.alike():
        given = _without_empty_columns(lists.responses[rows])
        schedule = lists.schedule.take(rows)
        outputs = read(readout.participant, schedule, given, rng, readout.n_draws)
        groups.append((outputs.log_items, given))

    def nll(log_temperature: float) -> float:
        total = 0.0
        for log_items, given in groups:
            log_p = mean_over_draws(log_choices(log_items, given, float(np.exp(log_temperature))))
            total -= log_p.sum().item()
        return total

    found = minimize_scalar(nll, bounds=np.log(TEMPERATURES), method="bounded")
    n_recalled = np.count_nonzero(lists.responses, axis=1)
    list_length = (lists.schedule.event == Event.STUDY).sum(axis=1)
    rule: StopRule
    if stop == "saturated":
        rule = SaturatedStop.estimate(n_recalled, list_length, prior=0.5)
    else:
        rule = ExponentialStop.estimate(n_recalled, list_length)
    return replace(readout, temperature=float(np.exp(found.x)), stop=rule)


def _without_empty_columns(recalled: NDArray[np.integer]) -> Int[Tensor, "b r"]:
    n_outputs = int(np.count_nonzero(recalled, axis=1).max(initial=0))
    return torch.from_numpy(recalled[:, :n_outputs].astype(np.int64))


def read(
    participant: Participant,
    schedule: Schedule,
    given: Int[Tensor, "b r"],
    rng: np.random.Generator,
    n_draws: int,
) -> Outputs:
    """Outputs of a network that hears given responses in place of its own.

    Parameters
    ----------
    participant : Participant
    schedule : Schedule
        Lists that share their events.
    given : (lists, outputs) integers
        Study positions from 1, 0 after the last.
    rng : numpy Generator
        Source of codes and noise, whatever the responses.
    n_draws : int
    """
    n_items, n_outputs = schedule.presented.shape[1], given.shape[1]
    lists = torch.arange(len(given))
    draws = []
    for _ in range(n_draws):
        shown = participant.show(schedule, rng)
        if n_outputs + 1 > len(shown.asked):
            raise ValueError(
                f"recalled has {n_outputs} outputs, but the schedule asks for {len(shown.asked)} "
                "responses, stopping included"
            )
        inputs = shown.inputs.clone()
        width = shown.known.shape[2]
        for k, step in enumerate(shown.asked[1 : n_outputs + 1]):
            item = given[:, k].to(inputs.device)
            said = shown.known[lists.to(inputs.device), (item - 1).clamp(min=0)]
            inputs[:, step, :width] += said * (item > 0)[:, None]
        outputs = _run(participant, inputs, shown.noise_from)
        answered = outputs[:, list(shown.asked[: n_outputs + 1])].double().cpu()
        known = shown.known[:, :n_items].double().cpu()
        log_items, log_stops = log_responses(answered, known, kind=participant.codes.kind)
        goes_on = torch.nn.functional.logsigmoid(-answered[..., -1])
        draws.append((log_items, log_stops, goes_on))
    return Outputs(*(torch.stack(part) for part in zip(*draws, strict=True)))


def _run(
    participant: Participant,
    inputs: Tensor,
    noise_from: torch.Generator,
    respond: Callable[[int, Tensor], Tensor | None] | None = None,
) -> Tensor:
    """Outputs of a whole sequence, as in a test: no dropout, no derivative."""
    network = participant.network
    learning = network.training
    network.eval()
    try:
        with torch.inference_mode(), one_thread():
            outputs: Tensor = network(inputs, respond=respond, generator=noise_from)[0]
    finally:
        network.train(learning)
    return outputs.clone()


def log_choices(
    log_items: Float[Tensor, "d b s n"], given: Int[Tensor, "b r"], temperature: float
) -> Float[Tensor, "d b r"]:
    """Log probability of each given response among the items left; 0.0 after the last.

    Examples
    --------
    >>> log_items = torch.tensor([0.5, 0.25, 0.25]).log().expand(1, 1, 3, 3)
    >>> log_choices(log_items, torch.tensor([[1, 3]]), temperature=1.0).exp()
    tensor([[[0.5000, 0.5000]]])
    """
    n_items = log_items.shape[-1]
    said = given[:, :, None] == torch.arange(1, n_items + 1)
    before = said.cumsum(dim=1) - said.long()  # how often it was said at earlier outputs
    logits = (log_items[:, :, : given.shape[1]] / temperature).masked_fill(before > 0, -torch.inf)
    chosen = (given - 1).clamp(min=0)[None, :, :, None].expand(len(log_items), -1, -1, -1)
    # after all items are recalled there is nothing to choose, and the row is all minus infinity
    log_p = torch.log_softmax(logits, dim=-1).gather(3, chosen)[..., 0]
    return torch.where(given > 0, log_p, torch.zeros((), dtype=log_p.dtype))


def mean_over_draws(events: Float[Tensor, "d b e"]) -> Float[Tensor, "b e"]:
    """Log probabilities of events whose sequences have the mean of their probabilities.

    Event by event a mean would let the draws forget what the events before have told of them.

    Examples
    --------
    Two draws, in one of which both events are certain, and in the other both have one half:

    >>> events = torch.tensor([[[1.0, 1.0]], [[0.5, 0.5]]]).log()
    >>> mean_over_draws(events).exp()  # .75, and (1 + .25) / 2 in all
    tensor([[0.7500, 0.8333]])
    """
    along = events.cumsum(dim=-1).logsumexp(dim=0) - np.log(len(events))
    return torch.diff(along, dim=-1, prepend=torch.zeros_like(along[:, :1]))
