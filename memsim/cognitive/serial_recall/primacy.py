"""The primacy model of serial recall (Page & Norris, 1998)."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from memsim.cognitive.parameters import Parameter, Preset, find_preset
from memsim.cognitive.serial_recall.phases import SerialPhase
from memsim.cognitive.serial_recall.serial_model import SerialModel
from memsim.cognitive.serial_recall.states import States
from paradigms import Event


@dataclass(frozen=True, kw_only=True)
class PrimacyModel(SerialModel):
    """Order is a gradient of activation: the most active item is reported and then suppressed.

    Earlier items are more active. All activations decay while rehearsal cannot keep the list up:
    in distraction, during the report, and while more items are shown than can be rehearsed. Pauses
    between groups make no difference beyond that.

    Parameters
    ----------
    P : float
        Activation of the first item, above 0.
    step : float
        How much less active each further item is, 0 or more; no activation is below 0. A scale
        that `P`, `tau` and the thresholds share, so that a fit leaves it at 1.
    D : float
        Decay per second, 0 or more.
    dt : float
        Seconds that each response takes, 0 or more. Of `D` and `dt` a fit knows the product.
    R : float
        Items rehearsed per second, 0 or more: an event of d seconds in which k items are known is
        time of decay if k > R d. Infinite by default: rehearsal keeps up with any list.
    suppression, r_s, tau, theta, theta_x, noise, threshold, threshold_noise, vocabulary
        Suppression and rules of response, as in all theories of serial recall: see `SerialModel`.

    Raises
    ------
    ValueError
        If a parameter is out of range, or not exactly one of the two rules is given.

    Examples
    --------
    >>> import numpy as np
    >>> from paradigms import SerialRecall
    >>> model = PrimacyModel(P=11.5, D=0.27, theta=1.0, tau=0.5)
    >>> five = SerialRecall(list_length=5).trials(0, 0, n_lists=1)
    >>> round(float(model.log_likelihood(five, np.array([[1, 2, 3, 4, 5]])).sum()), 6)
    -0.80625

    References
    ----------
    Page, M. P. A., & Norris, D. (1998). The primacy model: A new model of immediate serial recall.
    Psychological Review, 105(4), 761-781.
    """

    P: Parameter
    D: Parameter
    step: Parameter = 1.0
    dt: float = 0.5
    R: float = float("inf")
    threshold_noise: float | None = 0.0

    ranges: ClassVar[dict[str, str]] = {
        **SerialModel.ranges,
        "P": "(0, inf)",
        "step": "[0, inf)",
        "D": "[0, inf)",
        "dt": "[0, inf)",
    }
    search: ClassVar[dict[str, tuple[float, float]]] = {
        "P": (1.0, 50.0),
        "D": (0.0, 3.0),
        "suppression": (0.0, 1.0),
        "r_s": (0.0, 3.0),
        "tau": (0.05, 10.0),
        "theta": (-10.0, 20.0),
        "theta_x": (-20.0, 20.0),
        "noise": (0.05, 5.0),
        "threshold": (0.0, 10.0),
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        if not (isinstance(self.R, float | int) and self.R >= 0):  # infinity is in the range
            raise ValueError(f"R must be a number in [0, inf], got {self.R!r}")

    @staticmethod
    def preset(name: str) -> "PrimacyModel":
        """The model with a reference parameter set; `PRESETS` tells where each comes from."""
        return find_preset(PRESETS, name)

    def values(self, phase: SerialPhase, states: States) -> Float[Tensor, "lists states items"]:
        """Activation of each item: (1, states, items)."""
        seconds = unrehearsed(phase, self.R) + self.dt * (states.place - 1)
        gradient = primacy_gradient(phase.n_items, self.P, self.step)
        return (torch.exp(-self.D * seconds)[:, None] * gradient)[None]


def primacy_gradient(n_items: int, P: Parameter, step: Parameter) -> Float[Tensor, " items"]:
    r"""Activation of each item before it decays, :math:`A_j = P - (j - 1) \mathit{step}`.

    With a step of 1 this is :math:`s (1 - (j - 1) / P)` for a start node of strength s = P. It
    decays like the nodes set by it, so that the order of decay and study makes no difference.

    Examples
    --------
    >>> primacy_gradient(4, P=2.5, step=1.0)
    tensor([2.5000, 1.5000, 0.5000, 0.0000], dtype=torch.float64)
    """
    return (P - step * torch.arange(n_items, dtype=torch.float64)).clamp(min=0)


def unrehearsed(phase: SerialPhase, R: float) -> float:
    """Seconds before the report in which rehearsal does not keep up with the list.

    Examples
    --------
    Two items can be rehearsed within the second that each of them is shown, three cannot:

    >>> import numpy as np
    >>> shown = [(Event.STUDY, 1.0)] * 3 + [(Event.DISTRACTOR, 5.0), (Event.PAUSE, 1.5)]
    >>> unrehearsed(SerialPhase(np.arange(1), tuple(shown)), R=2.0)
    6.0
    """
    seconds, n_known = 0.0, 0
    for event, duration in phase.events:
        n_known += event is Event.STUDY
        if event is Event.DISTRACTOR or n_known > R * duration:
            seconds += duration
    return seconds


#: Reference sets; see each for where it comes from.
# fmt: off
PRESETS: dict[str, Preset[PrimacyModel]] = {
    "primacy-race": Preset(
        PrimacyModel(P=11.5, D=0.27, noise=0.42, threshold=0.49),
        "customary values, attributed to Page and Norris but not checked against the paper",
        None,
        None,
    ),
    "primacy-softmax": Preset(
        PrimacyModel(P=11.5, D=0.27, tau=0.5, theta=1.0),
        "gradient and decay as primacy-race; tau and theta chosen by hand",
        None,
        None,
    ),
    "primacy-logan": Preset(
        PrimacyModel(P=8.2132, D=0.45473, tau=0.58788, theta=0.75798, theta_x=1.4326),
        "maximum likelihood, all lists of 5 to 7 pooled",
        "logan2021/serial_recall",
        "likelihood",
    ),
    "primacy-farrell": Preset(
        PrimacyModel(P=9.3949, D=0.18702, tau=1.40957, theta=3.5884),
        "maximum likelihood, all lists pooled",
        "farrell_lewandowsky2004/exp2_cond0",
        "likelihood",
    ),
}
# fmt: on
