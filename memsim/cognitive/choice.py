"""Choice among the items not yet recalled, shared by TCM and CMR.

Both rules take the support of all items, (..., items), and which of them are still available,
and return the logarithm of the probability of each: minus infinity for items not available.
"""

from typing import Literal, NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from memsim.cognitive.parameters import Parameter

#: jaxcmr's floor on relative support, 2^-23. Large powers leave weak items nothing but this floor,
#: so that fitted parameters and likelihoods depend on its every digit.
POWER_FLOOR = torch.finfo(torch.float32).eps


def softmax_rule(
    support: Float[Tensor, "*any items"], available: Bool[Tensor, "*any items"], tau: Parameter
) -> Float[Tensor, "*any items"]:
    r"""Log of :math:`P(i) = \exp(2 a_i / \tau) / \sum_j \exp(2 a_j / \tau)`.

    Howard and Kahana (2002); the factor 2 is theirs and is still there in cymr.

    Examples
    --------
    >>> support = torch.tensor([0.0, 0.5, 0.5])
    >>> softmax_rule(support, torch.tensor([True, True, False]), tau=1.0).exp()
    tensor([0.2689, 0.7311, 0.0000])
    """
    return torch.log_softmax((2 * support / tau).masked_fill(~available, -torch.inf), dim=-1)


def power_rule(
    support: Float[Tensor, "*any items"], available: Bool[Tensor, "*any items"], tau: Parameter
) -> Float[Tensor, "*any items"]:
    r"""Log of :math:`P(i) = w_i / \sum_j w_j`, with :math:`w_i = (a_i / \max_m a_m)^\tau + \epsilon`.

    As in jaxcmr, the maximum is over all items, recalled or not, and the floor is added after the
    power; fitted parameters depend on both.

    Examples
    --------
    >>> support = torch.tensor([0.1, 0.2, 0.4])
    >>> power_rule(support, torch.tensor([True, True, False]), tau=2.0).exp()
    tensor([0.2000, 0.8000, 0.0000])
    """
    # without any support at all, as after very long distraction, all items are alike
    strongest = support.amax(dim=-1, keepdim=True).clamp(min=torch.finfo(support.dtype).tiny)
    weight = (support / strongest) ** tau + POWER_FLOOR
    return torch.log_softmax(torch.log(weight).masked_fill(~available, -torch.inf), dim=-1)


class ChoiceRule(NamedTuple):
    """One of the rules with its parameter.

    Attributes
    ----------
    name : "power" or "softmax"
    tau : float or tensor
        Exponent of the power rule, noise of the softmax rule.
    floor : float
        Under the softmax rule, support below this counts as this.
    """

    name: Literal["power", "softmax"]
    tau: Parameter
    floor: float = -float("inf")

    def log_p(
        self, support: Float[Tensor, "*any items"], available: Bool[Tensor, "*any items"]
    ) -> Float[Tensor, "*any items"]:
        """Log probability of each item."""
        if self.name == "power":
            return power_rule(support, available, self.tau)
        return softmax_rule(support.clamp(min=self.floor), available, self.tau)
