"""TCM, the temporal context model (Howard & Kahana, 2002)."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from memsim.cognitive import stopping
from memsim.cognitive.choice import ChoiceRule
from memsim.cognitive.free_recall.context import (
    normalise,
    primacy,
    study_contexts,
)
from memsim.cognitive.free_recall.phases import StudyPhase
from memsim.cognitive.free_recall.retrieved_context import ContextModel, Memory
from memsim.cognitive.parameters import Parameter, Preset, check_ranges, find_preset
from memsim.cognitive.stopping import StopRule


@dataclass(frozen=True, kw_only=True)
class TCM(ContextModel):
    """Recency from drifting context, contiguity from retrieved context.

    An item is supported as far as its study context resembles the context now. Recalling it
    brings back both the context it had before the experiment and its study context. The 2002
    model has one rate of drift, no primacy and no rule for when recall stops; `beta_rec`, `phi_s`
    and `phi_d`, and `stop` add these. Context drifts with each item, whatever its duration;
    distraction counts by the second.

    Parameters
    ----------
    beta : float
        Weight of the input when an item is studied, (0, 1).
    gamma : float
        New relative to old context in what an item retrieves, 0 or more. At 0 recall is most
        asymmetric; the asymmetry shrinks as gamma grows.
    tau : float
        Noise of choice, above 0; small is deterministic.
    stop : ExponentialStop or SaturatedStop
        When recall stops.
    beta_rec : float, optional
        Weight of the input when an item is recalled, (0, 1]; `beta` if left out.
    rho_distractor : float, optional
        Share of context that survives one second of distraction, (0, 1].
    phi_s, phi_d : float, optional
        Scale and decay of an added primacy gradient, 0 or more: support is multiplied by
        1 + phi_s exp(-phi_d (i - 1)).

    Raises
    ------
    ValueError
        If a parameter is out of range, or only one of `phi_s` and `phi_d` is given.

    Examples
    --------
    >>> import numpy as np
    >>> from paradigms import FreeRecall
    >>> model = TCM.preset("TCM-10r")
    >>> schedule = FreeRecall(list_length=3).trials(seed=0, i=0, n_lists=1)
    >>> model.first_recall(schedule)  # recency only
    tensor([[0.1606, 0.2811, 0.5583]], dtype=torch.float64)
    >>> model.log_likelihood(schedule, np.array([[3, 2, 0]])).exp()  # two recalls, then the stop
    tensor([[0.5503, 0.5686, 0.0357, 1.0000]], dtype=torch.float64)
    >>> model.recall(schedule, np.random.default_rng(0)).shape
    (1, 3)

    References
    ----------
    Howard, M. W., & Kahana, M. J. (2002). A distributed representation of temporal context.
    Journal of Mathematical Psychology, 46, 269-299.
    """

    beta: Parameter
    gamma: Parameter
    tau: Parameter
    stop: StopRule
    beta_rec: Parameter | None = None
    rho_distractor: Parameter | None = None
    phi_s: Parameter | None = None
    phi_d: Parameter | None = None

    ranges: ClassVar[dict[str, str]] = {
        "beta": "(0, 1)",
        "gamma": "[0, inf)",
        "tau": "(0, inf)",
        "beta_rec": "(0, 1]",
        "rho_distractor": "(0, 1]",
        "phi_s": "[0, inf)",
        "phi_d": "[0, inf)",
    }
    search: ClassVar[dict[str, tuple[float, float]]] = {
        "beta": (0.01, 0.99),
        "gamma": (0.01, 100.0),
        "tau": (0.005, 5.0),
        "beta_rec": (0.01, 0.999),
        "rho_distractor": (0.01, 0.999),
        "phi_s": (0.01, 100.0),
        "phi_d": (0.01, 10.0),
    }

    def __post_init__(self) -> None:
        check_ranges(self, self.ranges)
        if (self.phi_s is None) != (self.phi_d is None):
            raise ValueError(
                "give phi_s and phi_d, or neither for no primacy gradient; got "
                f"phi_s={self.phi_s!r} and phi_d={self.phi_d!r}"
            )

    @staticmethod
    def preset(name: str) -> "TCM":
        """The model with a reference parameter set; `PRESETS` tells where each comes from."""
        return find_preset(PRESETS, name)

    def study(self, phase: StudyPhase) -> Memory:
        """Memory of a list: each item is associated to its updated context."""
        contexts = study_contexts(phase, self.beta, self.rho_distractor)
        studied = contexts.updated.T
        if self.phi_s is not None and self.phi_d is not None:
            studied = primacy(phase.n_items, self.phi_s, self.phi_d) * studied
        return Memory(
            context=contexts.final,
            context_to_item=studied,
            retrieved=retrieved_context(contexts.updated, self.gamma),
        )

    @property
    def choice_rule(self) -> ChoiceRule:
        """The softmax rule."""
        return ChoiceRule("softmax", self.tau)

    @property
    def recall_drift(self) -> Parameter:
        """`beta_rec`, or `beta`."""
        return self.beta if self.beta_rec is None else self.beta_rec


def retrieved_context(
    studied: Float[Tensor, "items units"], gamma: Parameter
) -> Float[Tensor, "items units"]:
    r"""Context that recall brings back: :math:`t^{IN}_i \propto t^{old}_i + \gamma t_i`.

    Howard and Kahana (2002): gamma is the ratio of the weights of new and of old context.

    Parameters
    ----------
    studied : (items, units)
        Context in which each item was studied, of length 1.
    gamma : float or tensor
        New relative to old context, 0 or more.

    Returns
    -------
    (items, units)
        Of length 1. The old context of item i is its own unit, i.

    Examples
    --------
    >>> studied = torch.tensor([[0.8, 0.6]], dtype=torch.float64)  # start unit, item 1
    >>> retrieved_context(studied, gamma=1.0)  # (0.8, 1.6) scaled to length 1
    tensor([[0.4472, 0.8944]], dtype=torch.float64)
    """
    old = torch.eye(*studied.shape, dtype=studied.dtype).roll(1, dims=1)
    return normalise(old + gamma * studied)


_STOP_10 = stopping.preset("exponential-10")

#: Reference sets. Plain TCM has no primacy; TCM-10p adds a gradient.
# fmt: off
PRESETS: dict[str, Preset[TCM]] = {
    "TCM-10": Preset(
        TCM(beta=0.7442, gamma=0.9237, tau=0.6627, stop=_STOP_10),
        "group fit, all lists pooled",
        "murdock1962/10-2", "likelihood",
    ),
    "TCM-10r": Preset(
        TCM(beta=0.5773, beta_rec=0.9720, gamma=1.038, tau=0.5349, stop=_STOP_10),
        "group fit, all lists pooled",
        "murdock1962/10-2", "likelihood",
    ),
    "TCM-10p": Preset(
        TCM(beta=0.2, beta_rec=0.7934, gamma=1.845, tau=0.08551, phi_s=0.1257, phi_d=0.9253,
            stop=_STOP_10),
        "group fit, all lists pooled; beta held at .2, since the likelihood grows towards 0",
        "murdock1962/10-2", "likelihood",
    ),
}
# fmt: on
