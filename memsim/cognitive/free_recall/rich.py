"""All that a few recalls back say of the next one: how far regularities go without a theory."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from memsim.cognitive.free_recall.descriptive import LAG, Descriptive, clipped_lag
from memsim.cognitive.free_recall.log_linear import POSITIONS, Places, Weights
from memsim.cognitive.free_recall.states import States
from memsim.cognitive.stopping import StopRule
from paradigms import Schedule

#: output phases: the first recall, which has logits of its own, the second, ..., the sixth and on
PHASES = 6
WIDE_LAG = 12
LAST_LAG = 3


@dataclass(frozen=True, kw_only=True)
class Rich(Descriptive):
    """The descriptive model, and interactions with output phase and with the recall before.

    The logit of an item after the first recall is that of `Descriptive` plus all that the tables
    below hold for it. The phase is 2 at the second recall and 6 from the sixth on; at the first,
    only `first` counts. Some tables overlap, so that single weights are pinned down by the ridge
    of the fit only: read predictions, not weights.

    Parameters
    ----------
    position, first, lag, stop, anchor
        See `Descriptive`.
    phase_position : (5, positions)
        Phase, 2 to 6, by study position.
    phase_lag : (5, 11)
        Phase, 2 to 6, by lag, clipped to -5 ... 5.
    wide_lag : (25,)
        Lag, clipped to -12 ... 12.
    second_lag : (11,)
        Lag from the recall before the last, clipped to -5 ... 5.
    neighbour : (2, 2)
        Whether the item studied just before has been recalled, 0 or 1, by whether the one studied
        just after has.
    lag_lag : (7, 7)
        Lag of the last transition by lag, both clipped to -3 ... 3.

    Raises
    ------
    ValueError
        If a table has the wrong shape.

    Examples
    --------
    >>> from paradigms import FreeRecall
    >>> schedule = FreeRecall(list_length=4).trials(seed=0, i=0, n_lists=2)
    >>> model = Rich.estimate(schedule, np.array([[1, 2, 3, 4], [4, 3, 1, 0]]))
    >>> np.shape(model.phase_position), np.shape(model.wide_lag)
    ((5, 4), (25,))
    >>> p = model.next_recall(schedule, np.array([[1, 2], [1, 2]]))[0]
    >>> bool(p[2] > p[3])  # 1, 2, 3 rather than 1, 2, 4
    True
    """

    phase_position: Weights
    phase_lag: Weights
    wide_lag: Weights
    second_lag: Weights
    neighbour: Weights
    lag_lag: Weights

    tables: ClassVar[dict[str, tuple[int, ...]]] = {
        **Descriptive.tables,
        "phase_position": (PHASES - 1, POSITIONS),
        "phase_lag": (PHASES - 1, 2 * LAG + 1),
        "wide_lag": (2 * WIDE_LAG + 1,),
        "second_lag": (2 * LAG + 1,),
        "neighbour": (2, 2),
        "lag_lag": (2 * LAST_LAG + 1, 2 * LAST_LAG + 1),
    }

    @staticmethod
    def places(states: States) -> Places:
        """See `LogLinear`."""
        n_items = states.recalled.shape[1]
        lag = clipped_lag(states.last, states, LAG)
        last_lag = np.clip(states.last - states.before_last, -LAST_LAG, LAST_LAG) + LAST_LAG
        short_lag = clipped_lag(states.last, states, LAST_LAG)
        phase = np.minimum(states.n_recalled, PHASES - 1)[:, None] - 1  # 0 is the second recall
        beside = np.pad(states.recalled, ((0, 0), (1, 1))).astype(np.int64)
        first, second = (states.n_recalled[:, None] == n for n in (0, 1))
        return {
            **Descriptive.places(states),
            "phase_position": np.where(first, -1, phase * n_items + np.arange(n_items)),
            "phase_lag": np.where(first, -1, phase * (2 * LAG + 1) + lag),
            "wide_lag": clipped_lag(states.last, states, WIDE_LAG),
            "second_lag": clipped_lag(states.before_last, states, LAG),
            "neighbour": np.where(first, -1, 2 * beside[:, :-2] + beside[:, 2:]),
            "lag_lag": np.where(
                first | second, -1, (2 * LAST_LAG + 1) * last_lag[:, None] + short_lag
            ),
        }

    @classmethod
    def estimate(
        cls,
        schedule: Schedule,
        recalled: NDArray[np.integer],
        *,
        ridge: float = 1.0,
        stop: StopRule | None = None,
        **options: Any,
    ) -> Self:
        """See `LogLinear.estimate`; with some 300 weights, it takes a ridge."""
        return super().estimate(schedule, recalled, ridge=ridge, stop=stop, **options)
