"""Every item left is as likely as any other: the floor below all models of which item comes next."""

from dataclasses import dataclass

from memsim.cognitive import stopping
from memsim.cognitive.free_recall.log_linear import LogLinear, Places
from memsim.cognitive.free_recall.states import States
from memsim.cognitive.parameters import Preset, find_preset
from memsim.cognitive.stopping import StopRule


@dataclass(frozen=True, kw_only=True)
class Uniform(LogLinear):
    """Items are recalled in random order; only the stop rule has parameters.

    Parameters
    ----------
    stop : StopRule
        When recall stops.

    Examples
    --------
    >>> import numpy as np
    >>> from paradigms import FreeRecall
    >>> schedule = FreeRecall(list_length=3).trials(seed=0, i=0, n_lists=1)
    >>> Uniform.preset("uniform-10").log_choice(schedule, np.array([[2, 3, 1]])).exp()
    tensor([[0.3333, 0.5000, 1.0000]], dtype=torch.float64)
    """

    stop: StopRule

    @staticmethod
    def preset(name: str) -> "Uniform":
        """The model with a reference parameter set; `PRESETS` tells where each comes from."""
        return find_preset(PRESETS, name)

    @staticmethod
    def places(states: States) -> Places:
        """See `LogLinear`; there are no tables."""
        return {}


PRESETS: dict[str, Preset[Uniform]] = {
    "uniform-10": Preset(
        Uniform(stop=stopping.preset("saturated-10")),
        "only its stop rule was fitted",
        "murdock1962/10-2",
        "likelihood",
    ),
}
