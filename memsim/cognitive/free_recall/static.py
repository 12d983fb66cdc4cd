"""Items differ in strength by study position, and in nothing else (Plackett-Luce)."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

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


@dataclass(frozen=True, kw_only=True)
class Static(LogLinear):
    """A strength per study position; what has been recalled does not change what comes next.

    Parameters
    ----------
    position : (positions,)
        Logit of each study position; only differences matter.
    stop : StopRule
        When recall stops.
    anchor : "start" or "ends"
        From where positions are counted in lists of another length. With "ends", those of the
        first half of a list are counted from its start and those of the last half from its end;
        the items between, in lists longer than `position`, have the mean strength of its middle
        half.

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
    >>> stop = ExponentialStop(theta_s=0.1, theta_r=0.5)
    >>> model = Static(position=(0.0, 0.0, float(np.log(2))), stop=stop)
    >>> model.log_choice(schedule, np.array([[1, 3, 2]])).exp()
    tensor([[0.2500, 0.6667, 1.0000]], dtype=torch.float64)

    References
    ----------
    Plackett, R. L. (1975). The analysis of permutations. Applied Statistics, 24, 193-202.
    """

    position: Weights
    stop: StopRule
    anchor: Anchor = "start"

    tables: ClassVar[dict[str, tuple[int, ...]]] = {"position": (POSITIONS,)}

    @staticmethod
    def preset(name: str) -> "Static":
        """The model with a reference parameter set; `PRESETS` tells where each comes from."""
        return find_preset(PRESETS, name)

    @staticmethod
    def places(states: States) -> Places:
        """See `LogLinear`."""
        n_items = states.recalled.shape[1]
        return {"position": np.broadcast_to(np.arange(n_items), states.recalled.shape)}


PRESETS: dict[str, Preset[Static]] = {
    "static-10": Preset(
        Static(
            position=(-0.007, -0.383, -0.612, -0.676, -0.606, -0.235, 0.189, 0.396, 0.86, 1.073),
            stop=stopping.preset("saturated-10"),
        ),
        "maximum likelihood, all lists pooled",
        "murdock1962/10-2",
        "likelihood",
    ),
}
