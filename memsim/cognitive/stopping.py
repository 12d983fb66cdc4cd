"""When recall stops: a hazard that depends only on how many items have been recalled.

The likelihood of where recall stops and the likelihood of what is recalled are separate factors,
so a stop rule can be fitted on its own and combined with any model. After the last item of the
list recall stops for certain.
"""

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from memsim.cognitive.parameters import Parameter, Preset, check_ranges, find_preset

#: no hazard but the last is closer to 0 or to 1 than this
CLIP = 1e-6


@dataclass(frozen=True)
class ExponentialStop:
    r"""Stop with probability :math:`p_k = \theta_s \exp(\theta_r k)` after k recalls.

    Parameters
    ----------
    theta_s : float
        Hazard before the first recall, in (0, 1).
    theta_r : float
        Growth of the hazard with each recall, 0 or more.

    Examples
    --------
    >>> ExponentialStop(theta_s=0.1, theta_r=1.0).hazard(3)
    tensor([0.1000, 0.2718, 0.7389, 1.0000], dtype=torch.float64)
    """

    theta_s: Parameter
    theta_r: Parameter

    ranges: ClassVar[dict[str, str]] = {"theta_s": "(0, 1)", "theta_r": "[0, inf)"}

    def __post_init__(self) -> None:
        check_ranges(self, self.ranges)

    def hazard(self, n_items: int) -> Float[Tensor, " recalls"]:
        """Probability of stopping after 0, 1, ..., n_items recalls."""
        recalls = torch.arange(n_items, dtype=torch.float64)
        return _complete(self.theta_s * torch.exp(self.theta_r * recalls))


@dataclass(frozen=True)
class SaturatedStop:
    """Stop with a probability of its own after each number of recalls.

    Parameters
    ----------
    probability : tuple of float
        Hazard after 0, 1, 2, ... recalls, each in [0, 1]; as many as the longest list has items.
        (What people did is their best fit: lists that ended there / lists that got there.)

    Examples
    --------
    >>> SaturatedStop((0.0, 0.25, 0.5)).hazard(3)
    tensor([1.0000e-06, 2.5000e-01, 5.0000e-01, 1.0000e+00], dtype=torch.float64)
    """

    probability: tuple[float, ...]

    def __post_init__(self) -> None:
        for k, p in enumerate(self.probability):
            if not 0 <= p <= 1:
                raise ValueError(f"probability must hold numbers in [0, 1], got {p!r} at {k}")

    def hazard(self, n_items: int) -> Float[Tensor, " recalls"]:
        """Probability of stopping after 0, 1, ..., n_items recalls."""
        if n_items > len(self.probability):
            raise ValueError(
                f"this stop rule has a hazard for lists of up to {len(self.probability)} items; "
                f"the schedule has a list of {n_items}"
            )
        return _complete(torch.tensor(self.probability[:n_items], dtype=torch.float64))


StopRule = ExponentialStop | SaturatedStop


def _complete(hazard: Float[Tensor, " recalls"]) -> Float[Tensor, " recalls+1"]:
    return torch.cat([hazard.clamp(CLIP, 1 - CLIP), torch.ones(1, dtype=torch.float64)])


def log_stop(
    hazard: Float[Tensor, " recalls"], n_recalled: Tensor, n_outputs: int
) -> Float[Tensor, "lists events"]:
    """Log probability that recall went on, again and again, and then stopped.

    Parameters
    ----------
    hazard : (items + 1,)
        Probability of stopping after 0, 1, ... recalls.
    n_recalled : (lists,) integers
        Recalls before the stop, at most `n_outputs`.
    n_outputs : int
        Columns of the result, less one for the stop.

    Returns
    -------
    (lists, n_outputs + 1)
        One event per column; the event after the last recall is the stop, 0.0 beyond it.

    Examples
    --------
    >>> log_stop(torch.tensor([0.5, 0.25, 1.0]), torch.tensor([1]), n_outputs=2).exp()
    tensor([[0.5000, 0.2500, 1.0000]])
    """
    event = torch.arange(n_outputs + 1)
    stopped = torch.log(hazard)[event.clamp(max=len(hazard) - 1)]
    # the hazard after the last item, 1, is never survived and is left out
    went_on = torch.log1p(-hazard[:-1])[event.clamp(max=len(hazard) - 2)]
    n = n_recalled[:, None]
    zero = torch.zeros((), dtype=hazard.dtype)
    return torch.where(event < n, went_on, torch.where(event == n, stopped, zero))


PRESETS: dict[str, Preset[StopRule]] = {
    "exponential-10": Preset(
        ExponentialStop(theta_s=0.01421, theta_r=0.4600),
        "maximum likelihood, all lists pooled",
        "murdock1962/10-2",
        "likelihood",
    ),
    "saturated-10": Preset(
        SaturatedStop(
            (0.0, 0.0, 0.0067, 0.0260, 0.0861, 0.2045, 0.3436, 0.4278, 0.6435, 0.6991),
        ),
        "maximum likelihood, all lists pooled: stops / lists that got there",
        "murdock1962/10-2",
        "likelihood",
    ),
    "exponential-20": Preset(
        ExponentialStop(theta_s=0.03456, theta_r=0.2574),
        "maximum likelihood, all lists pooled",
        "murdock1962/20-1",
        "likelihood",
    ),
}


def preset(name: str) -> StopRule:
    """The stop rule with reference parameters; `PRESETS` tells where each comes from."""
    return find_preset(PRESETS, name)
