"""Chaining: each response cues the next through graded associations (after Solway et al., 2012)."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from memsim.cognitive.parameters import Parameter, Preset, find_preset
from memsim.cognitive.serial_recall.phases import SerialPhase
from memsim.cognitive.serial_recall.serial_model import SerialModel
from memsim.cognitive.serial_recall.states import States


@dataclass(frozen=True, kw_only=True)
class ChainingModel(SerialModel):
    """Order is a chain: the last response cues the items that stood near it, the next one most.

    Associations fall off with distance, and earlier items have stronger ones. Before any response
    the start of the list is the cue. An omission leaves the cue as it was; a word that was not on
    the list has no associations at all. Pauses and seconds make no difference.

    Parameters
    ----------
    a_f, a_b, a_0 : float
        Association with the next item, with the one before, and of the start with the first item,
        0 or more. Together with `tau` or `noise` they have one scale too many: a fit leaves `a_f`
        at 1.
    k_f, k_b, k_0 : float
        How fast these fall off with each further position, 0 or more.
    p, p_d : float
        What the first item has over the last ones, as a share, 0 or more, and how fast that falls
        off with study position, 0 or more.
    suppression, r_s, tau, theta, theta_x, noise, threshold, threshold_noise, vocabulary
        Suppression and rules of response, as in all theories of serial recall: see `SerialModel`.
        A word suppressed completely and for good is out of the race.

    Raises
    ------
    ValueError
        If a parameter is out of range, or not exactly one of the two rules is given.

    Examples
    --------
    >>> import numpy as np
    >>> from paradigms import SerialRecall
    >>> model = ChainingModel(
    ...     k_f=1.0, a_b=0.3, k_b=1.0, a_0=1.0, k_0=1.0, p=0.3, p_d=0.6, theta=0.1, tau=0.2
    ... )
    >>> five = SerialRecall(list_length=5).trials(0, 0, n_lists=1)
    >>> round(float(model.log_likelihood(five, np.array([[1, 2, 3, 4, 5]])).sum()), 6)
    -0.203314

    References
    ----------
    Solway, A., Murdock, B. B., & Kahana, M. J. (2012). Positional and temporal clustering in serial
    order memory. Memory & Cognition, 40(2), 177-190.
    """

    k_f: Parameter
    a_b: Parameter
    k_b: Parameter
    a_0: Parameter
    k_0: Parameter
    p: Parameter
    p_d: Parameter
    a_f: Parameter = 1.0

    ranges: ClassVar[dict[str, str]] = {
        **SerialModel.ranges,
        **dict.fromkeys(("a_f", "a_b", "a_0", "k_f", "k_b", "k_0", "p", "p_d"), "[0, inf)"),
    }
    search: ClassVar[dict[str, tuple[float, float]]] = {
        "k_f": (0.0, 5.0),
        "a_b": (0.0, 3.0),
        "k_b": (0.0, 5.0),
        "a_0": (0.0, 5.0),
        "k_0": (0.0, 5.0),
        "p": (0.0, 20.0),
        "p_d": (0.0, 5.0),
        "suppression": (0.0, 1.0),
        "r_s": (0.0, 3.0),
        "tau": (0.01, 10.0),
        "theta": (-5.0, 10.0),
        "theta_x": (-10.0, 10.0),
        "noise": (0.01, 2.0),
        "threshold": (-1.0, 2.0),
    }
    leaves_race: ClassVar[bool] = True

    @staticmethod
    def preset(name: str) -> "ChainingModel":
        """The model with a reference parameter set; `PRESETS` tells where each comes from."""
        return find_preset(PRESETS, name)

    def values(self, phase: SerialPhase, states: States) -> Float[Tensor, "lists states items"]:
        """Association of the cue with each item: (lists, states, items)."""
        forward, backward = (self.a_f, self.k_f), (self.a_b, self.k_b)
        A = associations(phase.n_items, forward, backward, (self.a_0, self.k_0))
        return (A * primacy_factor(phase.n_items, self.p, self.p_d))[states.cue + 1]


def associations(
    n_items: int,
    forward: tuple[Parameter, Parameter],
    backward: tuple[Parameter, Parameter],
    start: tuple[Parameter, Parameter],
) -> Float[Tensor, "cues items"]:
    r"""Association of each cue with each item, :math:`a \exp(-k (d - 1))` at a distance d.

    Parameters
    ----------
    n_items : int
    forward, backward, start : (a, k)
        Strength at distance 1, and how fast it falls off; the start is at distance 1 from item 1.

    Returns
    -------
    (items + 2, items)
        Cued by a word that was not on the list, by the start, and by each item.

    Examples
    --------
    >>> associations(3, (1.0, 0.0), (0.5, 0.0), (2.0, 0.0))
    tensor([[0.0000, 0.0000, 0.0000],
            [2.0000, 2.0000, 2.0000],
            [0.0000, 1.0000, 1.0000],
            [0.5000, 0.0000, 1.0000],
            [0.5000, 0.5000, 0.0000]], dtype=torch.float64)
    """
    position = torch.arange(1, n_items + 1, dtype=torch.float64)
    lag = position - position[:, None]
    further = (lag.abs() - 1).clamp(min=0)
    zero = torch.zeros((), dtype=torch.float64)
    later = torch.where(lag > 0, forward[0] * torch.exp(-forward[1] * further), zero)
    earlier = torch.where(lag < 0, backward[0] * torch.exp(-backward[1] * further), zero)
    first = start[0] * torch.exp(-start[1] * (position - 1))
    return torch.cat([torch.zeros_like(first)[None], first[None], later + earlier])


def primacy_factor(n_items: int, p: Parameter, p_d: Parameter) -> Float[Tensor, " items"]:
    r"""How much stronger all associations with an item are, :math:`1 + p \exp(-p_d (j - 1))`.

    Examples
    --------
    >>> primacy_factor(3, p=0.5, p_d=0.0)
    tensor([1.5000, 1.5000, 1.5000], dtype=torch.float64)
    """
    return 1 + p * torch.exp(-p_d * torch.arange(n_items, dtype=torch.float64))


#: Reference sets; see each for where it comes from.
# fmt: off
PRESETS: dict[str, Preset[ChainingModel]] = {
    "chaining-race": Preset(
        ChainingModel(
            k_f=1.2, a_b=0.35, k_b=1.2, a_0=1.0, k_0=1.2, p=0.25, p_d=0.6, noise=0.35,
            threshold=0.0, vocabulary=10,
        ),
        "chosen by hand for six items",
        None,
        None,
    ),
    "chaining-softmax": Preset(
        ChainingModel(k_f=1.0, a_b=0.3, k_b=1.0, a_0=1.0, k_0=1.0, p=0.3, p_d=0.6, tau=0.2, theta=0.1),
        "chosen by hand for five items",
        None,
        None,
    ),
    "chaining-logan": Preset(
        ChainingModel(
            k_f=0.496512, a_b=0.634669, k_b=0.415408, a_0=0.840217, k_0=0.656677, p=5.89547,
            p_d=0.215392, tau=0.913376, theta=0.874149, theta_x=1.9223,
        ),
        "maximum likelihood, all lists of 5 to 7 pooled",
        "logan2021/serial_recall",
        "likelihood",
    ),
    "chaining-farrell": Preset(
        ChainingModel(
            k_f=0.449702, a_b=0.658552, k_b=0.338455, a_0=0.874306, k_0=1.12533, p=0.324822,
            p_d=0.421858, r_s=0.0353421, tau=0.259524, theta=0.673787,
        ),
        "maximum likelihood, all lists pooled",
        "farrell_lewandowsky2004/exp2_cond0",
        "likelihood",
    ),
}
# fmt: on
