"""What serial position, first recall and lag say of the next recall, and no theory."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from memsim.cognitive import stopping
from memsim.cognitive.free_recall.log_linear import (
    POSITIONS,
    Anchor,
    LogLinear,
    Places,
    Weights,
)
from memsim.cognitive.free_recall.states import States
from memsim.cognitive.parameters import Preset, find_preset
from memsim.cognitive.stopping import StopRule

#: lags beyond this count as this one
LAG = 5


@dataclass(frozen=True, kw_only=True)
class Descriptive(LogLinear):
    """Strengths by study position and a lag function, with logits of its own for the first recall.

    The logit of item j is first[j] at the first recall, and after a recall of item i

        position[j] + lag[clip(j - i, -5, 5)].

    As it says what people do and not why, it is the mark for theories to reach.

    Parameters
    ----------
    position : (positions,)
        Logit of each study position after the first recall.
    first : (positions,)
        Logit of each study position at the first recall.
    lag : (11,)
        Logit of the lags from -5 to 5, with those beyond; the one in the middle is never used.
    stop : StopRule
        When recall stops.
    anchor : "start" or "ends"
        From where positions are counted in lists of another length, see `Static`.

    Raises
    ------
    ValueError
        If a table has the wrong shape.

    Examples
    --------
    >>> import numpy as np
    >>> from memsim.cognitive import ExponentialStop
    >>> from paradigms import FreeRecall
    >>> schedule = FreeRecall(list_length=3).trials(seed=0, i=0, n_lists=1)
    >>> lag = (0.0,) * 6 + (float(np.log(3)),) + (0.0,) * 4  # on to the next item
    >>> model = Descriptive(
    ...     position=(0.0,) * 3,
    ...     first=(0.0,) * 3,
    ...     lag=lag,
    ...     stop=ExponentialStop(theta_s=0.1, theta_r=0.5),
    ... )
    >>> model.log_choice(schedule, np.array([[1, 2, 3]])).exp()
    tensor([[0.3333, 0.7500, 1.0000]], dtype=torch.float64)

    First recalls are fitted exactly:

    >>> schedule = FreeRecall(list_length=3).trials(seed=0, i=0, n_lists=4)
    >>> recalled = np.array([[3, 1], [3, 2], [1, 2], [2, 0]])
    >>> Descriptive.estimate(schedule, recalled).first_recall(schedule)[0]
    tensor([0.2500, 0.2500, 0.5000], dtype=torch.float64)
    """

    position: Weights
    first: Weights
    lag: Weights
    stop: StopRule
    anchor: Anchor = "start"

    tables: ClassVar[dict[str, tuple[int, ...]]] = {
        "position": (POSITIONS,),
        "first": (POSITIONS,),
        "lag": (2 * LAG + 1,),
    }

    @staticmethod
    def preset(name: str) -> "Descriptive":
        """The model with a reference parameter set; `PRESETS` tells where each comes from."""
        return find_preset(PRESETS, name)

    @staticmethod
    def places(states: States) -> Places:
        """See `LogLinear`."""
        position = np.broadcast_to(np.arange(states.recalled.shape[1]), states.recalled.shape)
        first = states.n_recalled[:, None] == 0
        return {
            "position": np.where(first, -1, position),
            "first": np.where(first, position, -1),
            "lag": clipped_lag(states.last, states, LAG),
        }


def clipped_lag(anchor: NDArray[np.integer], states: States, limit: int) -> NDArray[np.integer]:
    """Place of the lag from a recall to each item in a table of lags from -limit to limit.

    Parameters
    ----------
    anchor : (states,) integers
        The recall from which lags are counted, as a study position from 1; 0 for none.
    states : States
        With `recalled`, (states, items).
    limit : int
        Lags beyond this count as this one.

    Returns
    -------
    (states, items)
        -1 where there was no recall.
    """
    position = np.arange(1, states.recalled.shape[1] + 1)
    lag = np.clip(position - anchor[:, None], -limit, limit)
    return np.where(anchor[:, None] > 0, lag + limit, -1)


PRESETS: dict[str, Preset[Descriptive]] = {
    "descriptive-10": Preset(
        Descriptive(
            position=(0.29, -0.464, -0.65, -0.647, -0.611, -0.282, -0.013, 0.352, 0.885, 1.137),
            first=(0.946, -1.608, -1.608, -1.483, -0.239, 0.357, 0.946, 0.488, 0.746, 1.455),
            lag=(-0.419, -0.111, 0.104, 0.158, 0.578, 0.0, 1.511, 0.32, -0.263, -0.634, -1.243),
            stop=stopping.preset("saturated-10"),
        ),
        "maximum likelihood, all lists pooled",
        "murdock1962/10-2",
        "likelihood",
    ),
}
