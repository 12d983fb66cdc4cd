"""Drift of temporal context, shared by TCM and CMR.

Context is a vector of length 1 over units: unit 0 stands for the start of the list, units 1 to L
for its items, and one further unit for each distractor event.
"""

from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from memsim.cognitive.free_recall.phases import StudyPhase
from memsim.cognitive.parameters import Parameter
from paradigms import Event


def rho(beta: Parameter, overlap: Float[Tensor, "*any"]) -> Float[Tensor, "*any"]:
    r"""Share of the old context that keeps the new context at length 1.

    .. math:: \rho = \sqrt{1 + \beta^2 [(c \cdot c^{IN})^2 - 1]} - \beta (c \cdot c^{IN})

    Parameters
    ----------
    beta : float or tensor
        Weight of the input, 0 to 1.
    overlap : tensor
        Inner product of the old context with the input, both of length 1.

    Examples
    --------
    >>> rho(0.6, torch.tensor(0.0))  # new input: sqrt(1 - 0.6 ** 2)
    tensor(0.8000)

    References
    ----------
    Howard, M. W., & Kahana, M. J. (2002). A distributed representation of temporal context.
    Journal of Mathematical Psychology, 46, 269-299.
    """
    return torch.sqrt(1 + beta**2 * (overlap**2 - 1)) - beta * overlap


def integrate(
    context: Float[Tensor, "*lists units"],
    c_in: Float[Tensor, "*lists units"],
    beta: Parameter,
    rule: Literal["exact", "elementwise"] = "exact",
) -> Float[Tensor, "*lists units"]:
    r"""Drift: :math:`c_i = \rho_i c_{i-1} + \beta c^{IN}_i`, with `rho`.

    Parameters
    ----------
    context, c_in : (*lists, units)
        Old context and its input, both of length 1.
    beta : float or tensor
        Weight of the input, 0 to 1.
    rule : "exact" or "elementwise"
        "exact" is the published equation. "elementwise" takes the product of context and input
        unit by unit in place of their inner product and then restores length 1. It departs from
        the theory, makes the number of units matter, and is here only because jaxcmr's fits were
        made with it.

    Examples
    --------
    >>> integrate(torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0]), 0.6)
    tensor([0.8000, 0.6000])
    """
    if rule == "exact":
        return rho(beta, (context * c_in).sum(-1, keepdim=True)) * context + beta * c_in
    return normalise(rho(beta, context * c_in) * context + beta * c_in)


def normalise(vector: Float[Tensor, "*any units"]) -> Float[Tensor, "*any units"]:
    """Scale to length 1."""
    return vector / torch.linalg.vector_norm(vector, dim=-1, keepdim=True)


class StudyContexts(NamedTuple):
    """Contexts of one study phase.

    Attributes
    ----------
    previous, updated : (items, units)
        Context just before and just after each item was integrated.
    final : (units,)
        Context when the study phase is over.

    Where lists differ, each has them as a first dimension.
    """

    previous: Float[Tensor, "*lists items units"]
    updated: Float[Tensor, "*lists items units"]
    final: Float[Tensor, "*lists units"]


def study_contexts(
    phase: StudyPhase, beta: Parameter, rho_distractor: Parameter | None
) -> StudyContexts:
    r"""Let context drift through a study phase.

    Each item is new, so its input is its own unit, whatever the duration of its presentation. A
    distractor that lasts d seconds integrates a fresh unit u,
    :math:`c \leftarrow \rho_D^d c + \sqrt{1 - \rho_D^{2d}} u`, so that it makes no difference
    whether an interval is described as one distractor or as several.

    Parameters
    ----------
    phase : StudyPhase
        What is shown, in order.
    beta : float or tensor
        Weight of each item's input, 0 to 1.
    rho_distractor : float, tensor or None
        Share of context that survives one second of distraction, 0 to 1.

    Raises
    ------
    ValueError
        If the phase holds distractors and `rho_distractor` is None.

    Examples
    --------
    >>> import numpy as np
    >>> phase = StudyPhase(np.array([0]), ((Event.STUDY, 1.0), (Event.DISTRACTOR, 2.0)))
    >>> study_contexts(phase, beta=0.6, rho_distractor=0.5).final  # start, item, distractor
    tensor([0.2000, 0.1500, 0.9682], dtype=torch.float64)
    """
    weight, log_kept = drift_of(phase, beta, rho_distractor)
    return contexts_of(phase, weight, log_kept)


def drift_of(
    phase: StudyPhase, beta: Parameter, rho_distractor: Parameter | None
) -> tuple[Float[Tensor, " events"], Float[Tensor, " events"]]:
    """Weight of the input of each event, and the log of the share of older context that it keeps.

    Every input is new, so that share is sqrt(1 - weight^2). Arguments as of `study_contexts`.

    Examples
    --------
    >>> import numpy as np
    >>> phase = StudyPhase(np.array([0]), ((Event.STUDY, 1.0), (Event.DISTRACTOR, 2.0)))
    >>> weight, log_kept = drift_of(phase, beta=0.6, rho_distractor=0.5)
    >>> weight, log_kept.exp()
    (tensor([0.6000, 0.9682], dtype=torch.float64), tensor([0.8000, 0.2500], dtype=torch.float64))
    """
    course = _course_of(phase.events)
    if course.is_distractor.any() and rho_distractor is None:
        raise ValueError(
            "the schedule holds distractors, but this parameter set says nothing about them; set "
            "rho_distractor to the share of context that survives one second of distraction"
        )
    weight = torch.as_tensor(beta, dtype=torch.float64).expand(len(phase.events))
    log_kept = 0.5 * torch.log1p(-(weight**2))
    if course.is_distractor.any():
        is_distractor = torch.as_tensor(course.is_distractor)
        log_rho = torch.log(torch.as_tensor(rho_distractor, dtype=torch.float64))
        fading = torch.as_tensor(course.seconds) * log_rho
        log_kept = torch.where(is_distractor, fading, log_kept)
        weight = torch.where(is_distractor, torch.sqrt(-torch.expm1(2 * fading)), weight)
    return weight, log_kept


def contexts_of(
    phase: StudyPhase,
    weight: Float[Tensor, "*lists events"],
    log_kept: Float[Tensor, "*lists events"],
) -> StudyContexts:
    """Contexts of a study phase whose every event integrates a unit of its own; see `drift_of`."""
    course = _course_of(phase.events)
    weight = torch.nn.functional.pad(weight, (1, 0), value=1.0)
    log_kept = torch.nn.functional.pad(log_kept, (1, 0)).cumsum(dim=-1)
    fading = log_kept[..., :, None] - log_kept[..., None, :]
    fading = fading.masked_fill(torch.as_tensor(course.to_come), -torch.inf)
    contexts = weight[..., None, :] * torch.exp(fading)  # (..., events + 1, events + 1)
    contexts = contexts[..., torch.as_tensor(course.event_of_unit)]
    at = torch.as_tensor(course.at)
    return StudyContexts(contexts[..., at, :], contexts[..., at + 1, :], contexts[..., -1, :])


class _Course(NamedTuple):
    """What `study_contexts` needs to know of events, the start of the list being event 0.

    is_distractor : (events,); seconds : (events,), of distractors, 1 for others; to_come : (events + 1, events + 1), whether the
    event of the column comes after that of the row; event_of_unit : (units,), whose input the unit
    is; at : (items,), events before each item.
    """

    is_distractor: NDArray[np.bool_]
    seconds: NDArray[np.float64]
    to_come: NDArray[np.bool_]
    event_of_unit: NDArray[np.int64]
    at: NDArray[np.int64]


@lru_cache(maxsize=256)
def _course_of(events: tuple[tuple[Event, float], ...]) -> _Course:
    kinds = np.array([kind for kind, _ in events])
    is_distractor = kinds == Event.DISTRACTOR
    n_events = len(events) + 1
    return _Course(
        is_distractor,
        np.where(is_distractor, [seconds for _, seconds in events], 1.0),
        np.triu(np.ones((n_events, n_events), dtype=bool), k=1),
        np.concatenate([[0], 1 + np.argsort(kinds != Event.STUDY, kind="stable")]),
        np.flatnonzero(kinds == Event.STUDY),
    )


def primacy(n_items: int, phi_s: Parameter, phi_d: Parameter) -> Float[Tensor, " items"]:
    r"""Primacy gradient: learning rate :math:`\phi_i = 1 + \phi_s \exp(-\phi_d (i - 1))`.

    Examples
    --------
    >>> primacy(3, phi_s=1.0, phi_d=0.7)
    tensor([2.0000, 1.4966, 1.2466], dtype=torch.float64)
    """
    return 1 + phi_s * torch.exp(-phi_d * torch.arange(n_items, dtype=torch.float64))
