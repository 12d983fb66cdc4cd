"""The start-end model of serial recall (SEM; Henson, 1998), for one list at a time."""

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
class StartEndModel(SerialModel):
    """Order is position: each place of the report cues the items by how near they were to it.

    A position is coded by how strong the start and the end of the list are there. Where pauses
    divide the list, positions are those within a group, and the group is coded the same way among
    the groups, with the same parameters (a choice made here; lists without pauses do not depend
    on it). Left out of the theory: earlier lists, and so protrusions; and the second stage, with
    phonological similarity.

    Parameters
    ----------
    s0, e0 : float
        Strength of the start at the first position, above 0, and of the end at the last, 0 or
        more.
    S, E : float
        What is left of them one position on, (0, 1].
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
    >>> model = StartEndModel(
    ...     s0=1.0, S=0.8, e0=0.6, E=0.48, suppression=0.95, r_s=0.5, theta=0.2, tau=0.09
    ... )
    >>> five = SerialRecall(list_length=5).trials(0, 0, n_lists=1)
    >>> round(float(model.log_likelihood(five, np.array([[1, 2, 3, 4, 5]])).sum()), 6)
    -0.63657

    References
    ----------
    Henson, R. N. A. (1998). Short-term memory for serial order: The Start-End Model. Cognitive
    Psychology, 36(2), 73-137.
    """

    s0: Parameter
    S: Parameter
    e0: Parameter
    E: Parameter

    ranges: ClassVar[dict[str, str]] = {
        **SerialModel.ranges,
        "s0": "(0, inf)",
        "S": "(0, 1]",
        "e0": "[0, inf)",
        "E": "(0, 1]",
    }
    search: ClassVar[dict[str, tuple[float, float]]] = {
        "s0": (0.1, 10.0),
        "S": (0.05, 1.0),
        "e0": (0.05, 10.0),
        "E": (0.05, 1.0),
        "suppression": (0.0, 1.0),
        "r_s": (0.0, 3.0),
        "tau": (0.01, 2.0),
        "theta": (-5.0, 10.0),
        "theta_x": (-10.0, 10.0),
        "noise": (0.01, 2.0),
        "threshold": (0.0, 2.0),
    }

    @staticmethod
    def preset(name: str) -> "StartEndModel":
        """The model with a reference parameter set; `PRESETS` tells where each comes from."""
        return find_preset(PRESETS, name)

    def values(self, phase: SerialPhase, states: States) -> Float[Tensor, "lists states items"]:
        """Overlap of the place asked for with the position of each item: (1, states, items)."""
        o = list_overlap(phase.group_sizes, self.s0, self.S, self.e0, self.E)
        return o[None, states.place.long() - 1]


def position_codes(
    n: int, s0: Parameter, S: Parameter, e0: Parameter, E: Parameter
) -> Float[Tensor, "positions 2"]:
    r"""Strength of start and end at each position: :math:`(s_0 S^{p-1}, e_0 E^{n-p})`.

    Examples
    --------
    >>> position_codes(3, s0=1.0, S=0.5, e0=2.0, E=0.5)
    tensor([[1.0000, 0.5000],
            [0.5000, 1.0000],
            [0.2500, 2.0000]], dtype=torch.float64)
    """
    p = torch.arange(n, dtype=torch.float64)
    return torch.stack([s0 * S**p, e0 * E ** (n - 1 - p)], dim=1)


def overlap(codes: Float[Tensor, "positions 2"]) -> Float[Tensor, "positions positions"]:
    r"""How much alike positions are: :math:`o(p, q) = \sqrt{p \cdot q} \exp(-\|p - q\|)`.

    Examples
    --------
    >>> overlap(position_codes(6, s0=1.0, S=0.8, e0=0.6, E=0.48))[0].round(decimals=3)
    tensor([1.0000, 0.7320, 0.5570, 0.4330, 0.3360, 0.2380], dtype=torch.float64)
    """
    squared = ((codes[:, None] - codes[None]) ** 2).sum(dim=-1)
    # the slope of the root at 0 is infinite; a distance that small has none
    distance = torch.sqrt(squared.clamp(min=torch.finfo(squared.dtype).tiny))
    return torch.sqrt(codes @ codes.T) * torch.exp(-distance)


def list_overlap(
    group_sizes: tuple[int, ...], s0: Parameter, S: Parameter, e0: Parameter, E: Parameter
) -> Float[Tensor, "items items"]:
    """Overlap of all positions of a list: within the group, times that of the groups.

    Examples
    --------
    Items 2 and 4 stand at the same position of their groups, and are more alike than 2 and 3:

    >>> o = list_overlap((2, 2), s0=1.0, S=0.8, e0=0.6, E=0.48)
    >>> bool(o[1, 3] > o[1, 2])
    True
    """
    o = overlap(torch.cat([position_codes(n, s0, S, e0, E) for n in group_sizes]))
    if len(group_sizes) == 1:
        return o
    group = torch.as_tensor([g for g, n in enumerate(group_sizes) for _ in range(n)])
    return o * overlap(position_codes(len(group_sizes), s0, S, e0, E)[group])


#: Reference sets; see each for where it comes from.
# fmt: off
PRESETS: dict[str, Preset[StartEndModel]] = {
    "SEM-race": Preset(
        StartEndModel(
            s0=1.0, S=0.8, e0=0.6, E=0.48, suppression=0.95, r_s=0.5, noise=0.08,
            threshold=0.35, vocabulary=10,
        ),
        "codes customary, attributed to Henson but not checked against the paper; noise and "
        "threshold chosen by hand",
        None,
        None,
    ),
    "SEM-softmax": Preset(
        StartEndModel(s0=1.0, S=0.8, e0=0.6, E=0.48, suppression=0.95, r_s=0.5, tau=0.09, theta=0.2),
        "codes as SEM-race; tau and theta chosen by hand",
        None,
        None,
    ),
    "SEM-logan": Preset(
        StartEndModel(
            s0=2.19467, S=0.868528, e0=0.561527, E=0.653801, suppression=0.740849,
            r_s=0.481863, tau=0.19657, theta=0.825175, theta_x=1.05075,
        ),
        "maximum likelihood, all lists of 5 to 7 pooled",
        "logan2021/serial_recall",
        "likelihood",
    ),
    "SEM-farrell": Preset(
        StartEndModel(
            s0=4.86286, S=0.865655, e0=3.20549, E=0.764, suppression=1.0, r_s=0.271657,
            tau=0.876399, theta=2.39639,
        ),
        "maximum likelihood, all lists pooled",
        "farrell_lewandowsky2004/exp2_cond0",
        "likelihood",
    ),
}
# fmt: on
