"""Log-linear models: an item is chosen by a sum of weights, one for each thing that is true of it.

The logit of an item is the sum of what a few tables hold for it, such as its study position or
its lag; the softmax over the items not yet recalled gives the probabilities. Each table is read
at one place per item at most, so what a table says is kept as an index, found once per data set;
the logits are look-ups, their gradient counts, and the likelihood is convex.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, NamedTuple, Self

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy.typing import NDArray
from torch import Tensor

from memsim.cognitive.free_recall.convex import Choices, minimise
from memsim.cognitive.free_recall.phases import StudyPhase
from memsim.cognitive.free_recall.sequence import SequenceModel
from memsim.cognitive.free_recall.states import States, choices_by_length, last_states, states_after
from memsim.cognitive.responses import draw
from memsim.cognitive.stopping import SaturatedStop, StopRule
from paradigms import Event, Schedule

#: a table of weights: (nested) tuples of numbers, or a tensor while it is being fitted
Weights = tuple[Any, ...] | Tensor

#: Stands in the shape of a table for the number of study positions.
POSITIONS = -1

#: "start" counts positions from the start of the list; "ends" counts those of its first half from
#: the start and those of its last half from the end.
Anchor = Literal["start", "ends"]


#: For each table the place at which each item reads it, (states, items) integers; -1: nowhere.
Places = dict[str, NDArray[np.integer]]


class ObservedChoices(NamedTuple):
    """Choices made in lists of one length, each with what the weights have to say of it.

    Attributes
    ----------
    n_items : int
        Words in each list.
    places : dict of str to (states, items) integers
        See `LogLinear.places`.
    available : (states, items) bool
        Items not yet recalled.
    chosen : (states,) integers
        What was recalled, from 0.
    """

    n_items: int
    places: dict[str, Tensor]
    available: Tensor
    chosen: Tensor


class LogLinear(SequenceModel):
    """A model with tables of weights as its parameters.

    A model names the tables and their shapes, and says where each item reads them.
    """

    #: shapes of the tables, `POSITIONS` last where they have an entry per study position
    tables: ClassVar[dict[str, tuple[int, ...]]] = {}
    #: tables are estimated by `estimate`, not by searching a box
    ranges: ClassVar[dict[str, str]] = {}
    search: ClassVar[dict[str, tuple[float, float]]] = {}

    anchor: Anchor = "start"

    def __post_init__(self) -> None:
        if self.anchor not in ("start", "ends"):
            raise ValueError(f"anchor must be 'start' or 'ends', got {self.anchor!r}")
        n_positions = POSITIONS
        for name, shape in self.tables.items():
            found = _shape(name, getattr(self, name))
            if shape[-1] == POSITIONS:
                if n_positions == POSITIONS and found:
                    n_positions = found[-1]
                shape = (*shape[:-1], n_positions)
            if found != shape or 0 in shape:
                got = "none" if 0 in found else _times(found)
                raise ValueError(f"{name} must hold {_times(shape)} weights, got {got}")

    @staticmethod
    @abstractmethod
    def places(states: States) -> Places:
        """Where each item reads each table, flattened: (states, items); -1 for nowhere.

        Tables with an entry per study position are read as if they had been made for lists of
        this length.
        """

    def log_choices(
        self, phase: StudyPhase, given: Int[Tensor, "lists outputs"]
    ) -> Float[Tensor, "lists outputs+1 items"]:
        """See `SequenceModel`."""
        shape = len(given), given.shape[1] + 1, phase.n_items
        states = states_after(given.numpy(), phase.n_items)
        return self._log_choices(states).reshape(shape)

    def _log_choices(self, states: States) -> Float[Tensor, "states items"]:
        places = _tensors(self.places(states))
        available = torch.as_tensor(~states.recalled)
        return torch.log_softmax(self._logits(places, available), dim=-1)

    def _logits(self, places: Mapping[str, Tensor], available: Tensor) -> Tensor:
        """Sum of the weights of each item, minus infinity for those not available."""
        logits = torch.zeros(available.shape, dtype=torch.float64)
        for name, weights in self._weights(available.shape[1]).items():
            # where there is nothing to read, -1, stands a 0 behind the table
            padded = torch.cat([weights, torch.zeros(1, dtype=weights.dtype)])
            logits = logits + padded[places[name]]
        return logits.masked_fill(~available, -torch.inf)

    def _weights(self, n_items: int) -> dict[str, Tensor]:
        """The tables for lists of this length, flattened."""
        tables = {
            name: torch.as_tensor(getattr(self, name), dtype=torch.float64) for name in self.tables
        }
        return lay_tables(tables, self.tables, n_items, self.anchor)

    @classmethod
    def observe(cls, schedule: Schedule, recalled: NDArray[np.integer]) -> list[ObservedChoices]:
        """What `choice_nll` needs of given recalls; it does not depend on weights."""
        return [
            ObservedChoices(
                n_items,
                _tensors(cls.places(states)),
                torch.as_tensor(~states.recalled),
                torch.as_tensor(chosen),
            )
            for n_items, states, chosen in choices_by_length(schedule, recalled)
        ]

    def choice_nll(self, observed: list[ObservedChoices]) -> Float[Tensor, ""]:
        """Minus the log likelihood of what was recalled, leaving out when recall stopped."""
        nll = torch.zeros((), dtype=torch.float64)
        for _, places, available, chosen in observed:
            log_p = torch.log_softmax(self._logits(places, available), dim=-1)
            nll = nll - log_p.gather(1, chosen[:, None]).sum()
        return nll

    def sample(self, phase: StudyPhase, rng: np.random.Generator) -> NDArray[np.int64]:
        """See `SequenceModel`; looks at the last state only."""
        hazard = self.stop.hazard(phase.n_items).numpy()
        active = np.arange(len(phase.lists))
        recalled = np.zeros((len(active), phase.n_items), dtype=np.int64)
        for k in range(phase.n_items):
            active = active[rng.random(len(active)) >= hazard[k]]
            states = last_states(recalled[active, :k], phase.n_items)
            recalled[active, k] = draw(self._log_choices(states).exp().numpy(), rng) + 1
        return recalled

    @classmethod
    def estimate(
        cls,
        schedule: Schedule,
        recalled: NDArray[np.integer],
        *,
        ridge: float = 0.0,
        stop: StopRule | None = None,
        **options: Any,
    ) -> Self:
        """Weights that make given recalls most probable.

        The likelihood is convex: there is one optimum, found by Newton steps in a trust region
        until the gradient, per recall, is below `convex.TOLERANCE`.

        Parameters
        ----------
        schedule : Schedule
            What was shown; lists may differ in length.
        recalled : (lists, outputs) integers
            Study positions from 1 in output order, 0 after recall has stopped, without
            intrusions and repetitions (see `clean`).
        ridge : float
            Half of this times the sum of the squared weights is added to minus the log
            likelihood; 0 or more. Without a ridge, what no data can tell, such as the mean of
            position strengths, stays at 0, and weights of what never happens grow large.
        stop : StopRule, optional
            Stop rule of the model; what these lists did (`SaturatedStop.estimate`) if left out.
        **options
            Other fields of the model, such as `anchor`.

        Raises
        ------
        ValueError
            If nothing is recalled, recalls are not clean, or ridge is below 0.
        """
        if not (np.isfinite(ridge) and ridge >= 0):
            raise ValueError(f"ridge must be a number, 0 or more, got {ridge!r}")
        observed = cls.observe(schedule, recalled)
        if not sum(len(each.chosen) for each in observed):
            raise ValueError("recalled holds no recall; weights need some to be estimated from")
        list_length = (schedule.event == Event.STUDY).sum(axis=1)
        if stop is None:
            n_recalled = np.count_nonzero(recalled, axis=1)
            stop = SaturatedStop.estimate(n_recalled, list_length)
        make: Any = cls  # the tables are fields that only a model with a name has
        tables = cls._fit(observed, ridge, options.get("anchor", "start"))
        return make(**tables, stop=stop, **options)

    @classmethod
    def _fit(
        cls, observed: Sequence[ObservedChoices], ridge: float, anchor: Anchor
    ) -> dict[str, Weights]:
        """The tables of least nll."""
        longest = max(each.n_items for each in observed)
        shapes = {
            name: tuple(longest if n == POSITIONS else n for n in shape)
            for name, shape in cls.tables.items()
        }
        ends = np.cumsum([0, *(int(np.prod(shape)) for shape in shapes.values())])
        columns = {
            name: torch.arange(start, start + int(np.prod(shape))).reshape(shape)
            for (name, shape), start in zip(shapes.items(), ends, strict=False)
        }
        choices = []
        for n_items, places, available, chosen in observed:
            column = lay_tables(columns, cls.tables, n_items, anchor)
            read = [
                torch.where(place >= 0, column[name][place.long()], -1).numpy()
                for name, place in places.items()
            ]
            choices.append(Choices(read, available.numpy(), chosen.numpy()))
        weights = minimise(choices, n_weights=int(ends[-1]), ridge=ridge)
        return {name: _tuples(weights[column.numpy()]) for name, column in columns.items()}


def lay_tables(
    tables: Mapping[str, Tensor],
    shapes: Mapping[str, tuple[int, ...]],
    n_items: int,
    anchor: Anchor,
) -> dict[str, Tensor]:
    """Tables made for lists of one length, as lists of another length read them, flattened.

    Parameters
    ----------
    tables : mapping of str to tensor
    shapes : mapping of str to tuple
        Their shapes; those with `POSITIONS` last have an entry per study position.
    n_items : int
        Length of the lists that are to read them.
    anchor : "start" or "ends"
        From where positions are counted. With "ends", the items between the two halves of a list
        longer than the tables have the mean of the middle half of the positions.

    Raises
    ------
    ValueError
        If the tables have fewer positions than the list, counted from the start.

    Examples
    --------
    >>> tables = {"position": torch.tensor([5.0, 1.0, 3.0, 6.0])}
    >>> lay_tables(tables, {"position": (POSITIONS,)}, 6, "ends")["position"]
    tensor([5., 1., 2., 2., 3., 6.])
    >>> lay_tables(tables, {"position": (POSITIONS,)}, 2, "ends")["position"]
    tensor([5., 6.])
    >>> lay_tables(tables, {"position": (POSITIONS,)}, 2, "start")["position"]
    tensor([5., 1.])
    """
    laid = {}
    for name, table in tables.items():
        length = table.shape[-1]
        if shapes[name][-1] != POSITIONS or length == n_items:
            laid[name] = table.flatten()
            continue
        if anchor == "start" and n_items > length:
            raise ValueError(
                f"{name} has weights for lists of up to {length} items; the schedule has a list "
                f"of {n_items}; with anchor='ends' a model carries over to longer lists"
            )
        shorter = min(n_items, length)
        first = shorter if anchor == "start" else shorter // 2
        parts = [table[..., :first], table[..., length - (shorter - first) :]]
        if n_items > length:
            middle = table[..., length // 4 : length - length // 4].mean(dim=-1, keepdim=True)
            parts.insert(1, middle.expand(*table.shape[:-1], n_items - length))
        laid[name] = torch.cat(parts, dim=-1).flatten()
    return laid


def _tensors(places: Places) -> dict[str, Tensor]:
    # half the memory of 64 bits, and as_tensor follows the device in use
    return {
        name: torch.as_tensor(np.ascontiguousarray(place, dtype=np.int32))
        for name, place in places.items()
    }


def _shape(name: str, table: Weights) -> tuple[int, ...]:
    if isinstance(table, Tensor):
        return tuple(table.shape)
    try:
        numbers = np.asarray(table, dtype=np.float64)
    except (TypeError, ValueError):
        numbers = np.asarray(np.nan)
    if not np.isfinite(numbers).all():
        raise ValueError(f"{name} must hold finite numbers in rows of one length, got {table!r}")
    return numbers.shape


def _times(shape: tuple[int, ...]) -> str:
    if shape == ():
        return "a single number"
    return " x ".join("one or more" if n in (POSITIONS, 0) else str(n) for n in shape)


def _tuples(array: NDArray[np.floating]) -> tuple[Any, ...]:
    """Nested tuples of numbers."""
    return tuple(array.tolist() if array.ndim == 1 else (_tuples(row) for row in array))
