"""CMR, context maintenance and retrieval, in the form that has a likelihood.

The theory is that of Polyn, Norman and Kahana (2009); choice by a rule in place of a race follows
Kragel, Morton and Polyn (2015) and Morton and Polyn (2016), in the variants of cymr and jaxcmr.
"""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from memsim.cognitive import stopping
from memsim.cognitive.choice import ChoiceRule
from memsim.cognitive.free_recall.context import (
    StudyContexts,
    integrate,
    normalise,
    primacy,
    study_contexts,
)
from memsim.cognitive.free_recall.phases import StudyPhase
from memsim.cognitive.free_recall.retrieved_context import ContextModel, Memory
from memsim.cognitive.free_recall.similarity import among, check_similarity
from memsim.cognitive.parameters import Parameter, Preset, check_ranges, find_preset
from memsim.cognitive.stopping import ExponentialStop, StopRule

#: cymr's floor on support under the softmax rule
SOFTMAX_FLOOR = 1e-6


@dataclass(frozen=True, kw_only=True)
class CMR(ContextModel):
    """Retrieved context with primacy, pre-experimental associations and a return to the start.

    Give `tau` for the power rule or `temperature` for the softmax rule, not both. The rate of
    learning from context to item is 1 + `primacy`; its asymptote is fixed at 1 since only support
    relative to it matters (divide cymr's Dcf, Acf, P1 and T by Lcf, and Lfc by Lfc + Dfc).
    Context drifts with each item, whatever its duration; distraction counts by the second. Under
    the power rule distraction after the list scales the support of all studied items alike, so
    that only the return to the start of the list gains by it: to study distraction, prefer the
    softmax rule.

    Parameters
    ----------
    beta_enc : float
        Weight of the input when an item is studied, (0, 1).
    beta_start : float
        Weight of the start of the list when recall begins, [0, 1).
    beta_rec : float
        Weight of the input when an item is recalled, (0, 1].
    gamma : float
        Learning from item to context, (0, 1); pre-experimental associations have 1 - gamma.
    delta : float
        Pre-experimental association of a unit of context with its own item, 0 or more.
    alpha : float
        Pre-experimental association of a unit of context with every other item, 0 or more. (As in
        jaxcmr. In cymr the own item has alpha + delta.)
    phi_s, phi_d : float
        Scale and decay of the primacy gradient, 0 or more.
    stop : ExponentialStop or SaturatedStop
        When recall stops.
    tau : float, optional
        Exponent of the power rule, above 0. Above 20 it trades off against slow drift.
    temperature : float, optional
        Noise of the softmax rule, above 0.
    rho_distractor : float, optional
        Share of context that survives one second of distraction, (0, 1].
    use_new_context : bool
        Whether an item is associated with context just after its input was integrated (as in
        Polyn et al., 2009) or just before it (as in CMR2). Fitted parameters depend on it.
    rho : "exact" or "elementwise"
        See `memsim.cognitive.free_recall.context.integrate`.
    semantic_scale : float, optional
        Weight of `similarity` in pre-experimental associations from context to item, 0 or more:
        an item's unit supports another item by alpha + semantic_scale * similarity, and its own
        by delta + semantic_scale * similarity.
    similarity : (words, words) array, optional
        How similar words are; row and column k - 1 are those of item k of the schedule.
        Likelihoods take some twenty times as long, for lists then differ.

    Raises
    ------
    ValueError
        If a parameter is out of range, not exactly one of `tau` and `temperature` is given, or
        `similarity` is no square matrix of numbers, does not know a word, comes without
        `semantic_scale`, or is negative anywhere under the power rule.

    Examples
    --------
    >>> import numpy as np
    >>> from paradigms import FreeRecall
    >>> model = CMR.preset("CMR-10")
    >>> schedule = FreeRecall(list_length=3).trials(seed=0, i=0, n_lists=1)
    >>> model.first_recall(schedule)  # recency and primacy
    tensor([[0.7767, 0.1337, 0.0896]], dtype=torch.float64)
    >>> model.log_likelihood(schedule, np.array([[3, 2, 0]])).exp()  # two recalls, then the stop
    tensor([[0.0883, 0.2539, 0.0357, 1.0000]], dtype=torch.float64)
    >>> model.recall(schedule, np.random.default_rng(0)).shape
    (1, 3)

    References
    ----------
    Polyn, S. M., Norman, K. A., & Kahana, M. J. (2009). A context maintenance and retrieval model
    of organizational processes in free recall. Psychological Review, 116, 129-156.
    """

    beta_enc: Parameter
    beta_start: Parameter
    beta_rec: Parameter
    gamma: Parameter
    delta: Parameter
    alpha: Parameter
    phi_s: Parameter
    phi_d: Parameter
    stop: StopRule
    tau: Parameter | None = None
    temperature: Parameter | None = None
    rho_distractor: Parameter | None = None
    use_new_context: bool = True
    rho: Literal["exact", "elementwise"] = "exact"
    semantic_scale: Parameter | None = None
    similarity: NDArray[np.floating] | None = field(default=None, compare=False, repr=False)

    ranges: ClassVar[dict[str, str]] = {
        "beta_enc": "(0, 1)",
        "beta_start": "[0, 1)",
        "beta_rec": "(0, 1]",
        "gamma": "(0, 1)",
        "delta": "[0, inf)",
        "alpha": "[0, inf)",
        "phi_s": "[0, inf)",
        "phi_d": "[0, inf)",
        "tau": "(0, inf)",
        "temperature": "(0, inf)",
        "rho_distractor": "(0, 1]",
        "semantic_scale": "[0, inf)",
    }
    search: ClassVar[dict[str, tuple[float, float]]] = {
        "beta_enc": (0.01, 0.99),
        "beta_start": (0.0, 0.95),
        "beta_rec": (0.01, 0.999),
        "gamma": (0.01, 0.99),
        "delta": (1e-3, 100.0),
        "alpha": (1e-3, 100.0),
        "phi_s": (0.01, 100.0),
        "phi_d": (0.01, 10.0),
        "tau": (0.5, 100.0),
        "temperature": (0.005, 2.0),
        "rho_distractor": (0.01, 0.999),
        "semantic_scale": (0.01, 10.0),
    }

    def __post_init__(self) -> None:
        check_ranges(self, self.ranges)
        if (self.tau is None) == (self.temperature is None):
            raise ValueError(
                "give either tau (the power rule) or temperature (the softmax rule); got "
                f"tau={self.tau!r} and temperature={self.temperature!r}"
            )
        if self.rho not in ("exact", "elementwise"):
            raise ValueError(f"rho must be 'exact' or 'elementwise', got {self.rho!r}")
        if (self.semantic_scale is None) != (self.similarity is None):
            raise ValueError("semantic_scale and similarity go together; give both or neither")
        if self.similarity is not None:
            check_similarity(self.similarity)
            if self.tau is not None and np.min(self.similarity) < 0:
                raise ValueError(
                    "similarity must not be negative under the power rule, which knows no negative "
                    f"support, but its least is {np.min(self.similarity):.3g}; use the softmax "
                    "rule (temperature), or raise it"
                )

    @staticmethod
    def preset(name: str) -> "CMR":
        """The model with a reference parameter set; `PRESETS` tells where each comes from."""
        return find_preset(PRESETS, name)

    def study(self, phase: StudyPhase) -> Memory:
        """Memory of a list, with context back at the start of the list as far as `beta_start`."""
        return self.learn(phase, study_contexts(phase, self.beta_enc, self.rho_distractor))

    def learn(self, phase: StudyPhase, contexts: StudyContexts) -> Memory:
        """Memory of a list from the contexts of its study."""
        learned = contexts.updated if self.use_new_context else contexts.previous
        n_units = contexts.final.shape[-1]
        start = torch.eye(1, n_units, dtype=torch.float64)[0].expand(contexts.final.shape)
        context_to_item = (
            pre_experimental(learned, self.delta, self.alpha)
            + primacy(phase.n_items, self.phi_s, self.phi_d) * learned.mT
        )
        if self.similarity is not None and self.semantic_scale is not None:
            alike = torch.as_tensor(among(self.similarity, phase))
            more = self.semantic_scale * alike
            n_others = n_units - 1 - phase.n_items
            context_to_item = context_to_item + torch.nn.functional.pad(more, (0, 0, 1, n_others))
        return Memory(
            context=integrate(contexts.final, start, self.beta_start, self.rho),
            context_to_item=context_to_item,
            retrieved=retrieved_context(learned, self.gamma),
        )

    @property
    def choice_rule(self) -> ChoiceRule:
        """The power rule or the softmax rule."""
        if self.tau is not None:
            return ChoiceRule("power", self.tau)
        assert self.temperature is not None  # one of the two is given
        return ChoiceRule("softmax", self.temperature, SOFTMAX_FLOOR)

    @property
    def recall_drift(self) -> Parameter:
        """`beta_rec`."""
        return self.beta_rec


def pre_experimental(
    learned: Float[Tensor, "*lists items units"], delta: Parameter, alpha: Parameter
) -> Float[Tensor, "units items"]:
    """Associations from context to items before the experiment.

    Each item's unit supports its own item by delta and every other item by alpha; the units of
    the start of the list and of distractors support nothing.

    Examples
    --------
    >>> pre_experimental(torch.zeros(2, 3, dtype=torch.float64), delta=1.0, alpha=0.2)
    tensor([[0.0000, 0.0000],
            [1.0000, 0.2000],
            [0.2000, 1.0000]], dtype=torch.float64)
    """
    n_items, n_units = learned.shape[-2:]
    own = torch.eye(n_items, dtype=learned.dtype)
    between_items = delta * own + alpha * (1 - own)
    return torch.nn.functional.pad(between_items, (0, 0, 1, n_units - n_items - 1))


def retrieved_context(
    learned: Float[Tensor, "*lists items units"], gamma: Parameter
) -> Float[Tensor, "*lists items units"]:
    r"""Context that recall brings back: :math:`(1 - \gamma) e_i + \gamma c`, scaled to length 1.

    Examples
    --------
    >>> learned = torch.tensor([[0.8, 0.6]], dtype=torch.float64)  # start unit, item 1
    >>> retrieved_context(learned, gamma=0.5)  # (0.4, 0.8) scaled to length 1
    tensor([[0.4472, 0.8944]], dtype=torch.float64)
    """
    old = torch.eye(*learned.shape[-2:], dtype=learned.dtype).roll(1, dims=1)
    return normalise((1 - gamma) * old + gamma * learned)


_STOP_10 = stopping.preset("exponential-10")
_STOP_20 = stopping.preset("exponential-20")

#: Reference sets. The likelihood is nearly flat along a ridge on which slow drift makes up for
#: sensitive choice: compare likelihoods, not parameters.
# fmt: off
PRESETS: dict[str, Preset[CMR]] = {
    "jaxcmr-median": Preset(
        CMR(beta_enc=0.393, beta_start=0.042, beta_rec=0.89, alpha=0.309, delta=7.528,
            gamma=0.102, phi_s=2.583, phi_d=2.149, tau=8.04, stop=ExponentialStop(0.0148, 0.411), rho="elementwise"),
        "median of 15 fits to single subjects, jaxcmr's Murdock1962_BaseCMR_20.json",
        "murdock1962/20-1", "likelihood",
    ),
    "G20": Preset(
        CMR(beta_enc=0.4607, beta_start=0.05905, beta_rec=0.7718, alpha=0.2803, delta=1.252,
            gamma=0.1485, phi_s=4.066, phi_d=1.584, tau=6.37, stop=_STOP_20),
        "group fit, all lists pooled",
        "murdock1962/20-1", "likelihood",
    ),
    "G20-old": Preset(
        CMR(beta_enc=0.466, beta_start=0.05324, beta_rec=0.7713, alpha=0.3314, delta=1.909,
            gamma=0.1257, phi_s=5.214, phi_d=1.825, tau=6.44, stop=_STOP_20, use_new_context=False),
        "group fit, all lists pooled",
        "murdock1962/20-1", "likelihood",
    ),
    "G20-softmax": Preset(
        CMR(beta_enc=0.0684, beta_start=0.0011, beta_rec=0.7349, alpha=1.3893, delta=2.3584,
            gamma=0.4255, phi_s=0.0352, phi_d=0.5159, temperature=0.0154, stop=_STOP_20),
        "group fit, all lists pooled",
        "murdock1962/20-1", "likelihood",
    ),
    "G20u": Preset(
        CMR(beta_enc=0.15246, beta_start=0.08992, beta_rec=0.91609, alpha=0.24989, delta=0.64968,
            gamma=0.54151, phi_s=0.17114, phi_d=0.23148, tau=66.77, stop=_STOP_20),
        "group fit, all lists pooled; tau unbounded",
        "murdock1962/20-1", "likelihood",
    ),
    "CMR-10": Preset(
        CMR(beta_enc=0.2862, beta_start=0.2428, beta_rec=0.9602, alpha=0.1796, delta=1.136,
            gamma=0.3803, phi_s=0.2676, phi_d=0.9917, tau=20.0, stop=_STOP_10),
        "group fit, all lists pooled; tau at most 20, and at this bound",
        "murdock1962/10-2", "likelihood",
    ),
    "CMR-10u": Preset(
        CMR(beta_enc=0.1871, beta_start=0.2011, beta_rec=0.9251, alpha=0.1698, delta=0.6512,
            gamma=0.5443, phi_s=0.09421, phi_d=0.7923, tau=45.36, stop=_STOP_10),
        "group fit, all lists pooled; tau unbounded",
        "murdock1962/10-2", "likelihood",
    ),
}
# fmt: on
