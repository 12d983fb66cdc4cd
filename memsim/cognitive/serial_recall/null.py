"""Models without a theory, to measure theories of serial recall by: no order, and places alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from memsim.cognitive.parameters import Parameter
from memsim.cognitive.serial_recall.phases import SerialPhase, serial_phases
from memsim.cognitive.serial_recall.serial_model import SerialModel, check_reports
from memsim.cognitive.serial_recall.states import States
from paradigms import Schedule


@dataclass(frozen=True, kw_only=True)
class UniformModel(SerialModel):
    """All items of the list are equally likely at every place, reported before or not.

    Parameters
    ----------
    theta, theta_x, tau
        Utilities of an omission and of an intrusion where each item has 0; see `SerialModel`.

    Examples
    --------
    >>> from paradigms import SerialRecall
    >>> three = SerialRecall(list_length=3).trials(0, 0, n_lists=1)
    >>> UniformModel(theta=0.0).log_likelihood(three, np.array([[1, 1, 0]])).exp()
    tensor([[0.2500, 0.2500, 0.2500]], dtype=torch.float64)
    """

    suppression: Parameter = 0.0
    tau: Parameter | None = 1.0

    search: ClassVar[dict[str, tuple[float, float]]] = {
        "theta": (-10.0, 5.0),
        "theta_x": (-10.0, 5.0),
    }

    def values(self, phase: SerialPhase, states: States) -> Float[Tensor, "lists states items"]:
        """Nothing: (1, states, items)."""
        return torch.zeros((1, len(states.place), phase.n_items), dtype=torch.float64)


@dataclass(frozen=True, kw_only=True)
class PlaceTable(SerialModel):
    """Each response has a probability of its own at each place, whatever was reported before.

    The most that places alone can tell, and so a bound for theories of position without
    suppression. It knows every list length by itself and is fitted by counting.

    Parameters
    ----------
    probability : mapping of int to (places, 1 + items + 1) floats
        For lists of so many items: of an omission, of each item, and of an intrusion.

    Raises
    ------
    ValueError
        If the rows of a table do not add up to 1, or a list is of a length without a table.

    Examples
    --------
    >>> from paradigms import SerialRecall
    >>> two = SerialRecall(list_length=2).trials(0, 0, n_lists=3)
    >>> table = PlaceTable.fitted(two, np.array([[1, 2], [1, 0], [1, -1]]), prior=0.0)
    >>> table.probability[2].round(2)
    array([[0.  , 1.  , 0.  , 0.  ],
           [0.33, 0.  , 0.33, 0.33]])
    """

    probability: Mapping[int, NDArray[np.floating]]
    tau: Parameter | None = 1.0
    theta: Parameter | None = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        for length, table in self.probability.items():
            if table.shape != (length, length + 2):
                raise ValueError(
                    f"the table of lists of {length} items must have shape "
                    f"{(length, length + 2)}, got {table.shape}"
                )
            if (table < 0).any() or not np.allclose(table.sum(axis=1), 1):
                raise ValueError(f"the rows of the table of {length} items must add up to 1")

    @staticmethod
    def fitted(
        schedule: Schedule, responses: NDArray[np.integer], prior: float = 0.5
    ) -> "PlaceTable":
        """How often people gave each response at each place.

        Parameters
        ----------
        schedule, responses
            As `log_likelihood` takes them.
        prior : float
            Counts added to each response, so that none has probability 0.
        """
        phases = serial_phases(schedule)
        check_reports(phases, responses, schedule.n_lists)
        counts: dict[int, NDArray[np.float64]] = {}
        for phase in phases:
            n = phase.n_items
            table = counts.setdefault(n, np.full((n, n + 2), float(prior)))
            given = responses[phase.lists, :n]
            for place in range(n):
                here = given[:, place] if place < given.shape[1] else np.zeros(len(given), int)
                # an intrusion, -1, is the last column
                table[place] += np.bincount(here % (n + 2), minlength=n + 2)
        return PlaceTable(
            probability={n: table / table.sum(axis=1, keepdims=True) for n, table in counts.items()}
        )

    def values(self, phase: SerialPhase, states: States) -> Float[Tensor, "lists states items"]:
        """Log probability of each item at each place: (1, states, items)."""
        return self.log_choices(phase, states)[..., 1:-1]

    def log_choices(self, phase: SerialPhase, states: States) -> Float[Tensor, "lists states n"]:
        """Log probability of each response: (1, states, 1 + items + 1)."""
        if phase.n_items not in self.probability:
            raise ValueError(
                f"there is no table for lists of {phase.n_items} items, only of "
                f"{', '.join(map(str, self.probability))}; fit one to lists of that length"
            )
        table = torch.as_tensor(self.probability[phase.n_items])
        return torch.log(table)[None, states.place.long() - 1]
