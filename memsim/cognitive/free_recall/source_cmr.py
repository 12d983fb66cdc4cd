"""CMR with a context of sources: tasks, categories or whatever else groups words while they are studied.

After Polyn, Norman and Kahana (2009), with a choice rule in place of their race.
"""

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from memsim.cognitive.free_recall.cmr import CMR
from memsim.cognitive.free_recall.context import contexts_of, drift_of, integrate, primacy
from memsim.cognitive.free_recall.phases import StudyPhase
from memsim.cognitive.free_recall.retrieved_context import Memory
from memsim.cognitive.parameters import Parameter
from paradigms import Event


@dataclass(frozen=True, kw_only=True)
class SourceCMR(CMR):
    """CMR whose context has a second part, each of length 1, that holds the sources of late.

    Every word evokes the unit of its source, which drifts into the context of sources; word and
    context of sources are associated both ways, with the primacy of all associations. A recall
    brings back the context of sources in which its word was studied. Where the source changes
    between two words, context of time is disrupted, as by a distractor. Distraction and the return
    to the start of the list leave the context of sources as it is. (These readings, where the
    equations of the theory leave room, are ours.)

    Parameters
    ----------
    beta_source : float
        Weight of the input to the context of sources, at study and at recall, (0, 1].
    source_learning : float
        Learning from context of sources to items, relative to that from context of time, 0 or more.
    disruption : float
        Weight of a fresh unit in context of time where the source changes, [0, 1).
    source : (words,) integers
        Source of each word, whatever the numbers; that of item k of the schedule is entry k - 1.
    others
        See `CMR`.

    Raises
    ------
    ValueError
        If a parameter is out of range, or `source` is no vector of whole numbers or does not know
        a word of the schedule.

    Examples
    --------
    Words of two categories take turns; after the first word, the other of its category, the third,
    gains most:

    >>> from memsim.cognitive import ExponentialStop
    >>> from paradigms import Schedule
    >>> values = dict(beta_enc=0.6, beta_start=0.3, beta_rec=0.8, gamma=0.4, delta=0.9, alpha=0.2,
    ...               phi_s=1.0, phi_d=1.0, temperature=0.5, stop=ExponentialStop(0.05, 0.3))
    >>> schedule = Schedule(np.ones((1, 4), int), np.ones((1, 4)), np.array([[1, 6, 2, 7]]))
    >>> CMR(**values).next_recall(schedule, np.array([[1]]))
    tensor([[0.0000, 0.6118, 0.2249, 0.1632]], dtype=torch.float64)
    >>> model = SourceCMR(**values, beta_source=0.9, source_learning=0.5, source=np.arange(10) // 5)
    >>> model.next_recall(schedule, np.array([[1]]))
    tensor([[0.0000, 0.6044, 0.3165, 0.0791]], dtype=torch.float64)

    References
    ----------
    Polyn, S. M., Norman, K. A., & Kahana, M. J. (2009). A context maintenance and retrieval model
    of organizational processes in free recall. Psychological Review, 116, 129-156.
    """

    beta_source: Parameter
    source_learning: Parameter
    disruption: Parameter = 0.0
    source: NDArray[np.integer] = field(compare=False, repr=False)

    ranges: ClassVar[dict[str, str]] = CMR.ranges | {
        "beta_source": "(0, 1]",
        "source_learning": "[0, inf)",
        "disruption": "[0, 1)",
    }
    search: ClassVar[dict[str, tuple[float, float]]] = CMR.search | {
        "beta_source": (0.01, 0.999),
        "source_learning": (0.001, 10.0),
        "disruption": (0.0, 0.95),
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        source = np.asarray(self.source)
        if source.ndim != 1 or not np.issubdtype(source.dtype, np.integer):
            raise ValueError(
                "source must be a vector of whole numbers, the source of each word, got "
                f"{source.dtype} of shape {source.shape}"
            )

    @property
    def is_followed_by_item(self) -> bool:
        """No: two parts of context drift at rates of their own."""
        return False

    @property
    def n_source_units(self) -> int:
        """Units of the context of sources: its start, and one for each source."""
        return 1 + len(np.unique(self.source))

    def study(self, phase: StudyPhase) -> Memory:
        """Memory of each list: units of time, then units of sources."""
        source = self.sources_of(phase)
        disrupted, shift = with_disruptions(phase, source)
        weight, log_kept = drift_of(disrupted, self.beta_enc, self.rho_distractor)
        disruption = torch.as_tensor(self.disruption, dtype=torch.float64)
        there, changed = torch.as_tensor(shift >= 0), torch.as_tensor(shift > 0)
        none = torch.zeros((), dtype=torch.float64)
        weight = torch.where(there, torch.where(changed, disruption, none), weight)
        kept = 0.5 * torch.log1p(-(disruption**2))
        log_kept = torch.where(there, torch.where(changed, kept, none), log_kept)
        of_time = self.learn(disrupted, contexts_of(disrupted, weight, log_kept))
        before, after = source_contexts(source, self.n_source_units, self.beta_source)
        learned = after if self.use_new_context else before
        strength = self.source_learning * primacy(phase.n_items, self.phi_s, self.phi_d)
        return Memory(
            context=torch.cat([of_time.context, after[:, -1]], dim=-1),
            context_to_item=torch.cat([of_time.context_to_item, strength * learned.mT], dim=-2),
            retrieved=torch.cat([of_time.retrieved, learned], dim=-1),
        )

    def drift(
        self, context: Float[Tensor, "lists units"], c_in: Float[Tensor, "lists units"]
    ) -> Float[Tensor, "lists units"]:
        """Both parts drift, each towards what is brought back of it."""
        n = self.n_source_units
        time = integrate(context[:, :-n], c_in[:, :-n], self.beta_rec, self.rho)
        sources = integrate(context[:, -n:], c_in[:, -n:], self.beta_source)
        return torch.cat([time, sources], dim=-1)

    def sources_of(self, phase: StudyPhase) -> NDArray[np.integer]:
        """Source of the words of each list, from 1: (lists, items)."""
        number = np.unique(self.source, return_inverse=True)[1] + 1
        words = phase.words
        if words is None or words.max() > len(number):
            shown = "no words" if words is None else f"item {words.max()}"
            raise ValueError(
                f"source is of {len(number)} words, but the schedule shows {shown}; give the "
                "source of every word of the pool"
            )
        return number[words - 1]


def with_disruptions(
    phase: StudyPhase, source: NDArray[np.integer]
) -> tuple[StudyPhase, NDArray[np.int64]]:
    """The study phase with a place for a disruption before every item but the first.

    Returns
    -------
    StudyPhase
        With a PAUSE of 0 s at each place.
    (lists, events) integers
        1 where the source changes, 0 at a place where it does not, -1 at all other events.

    Examples
    --------
    >>> phase = StudyPhase(np.array([0, 1]), ((Event.STUDY, 1.0), (Event.STUDY, 1.0)))
    >>> with_disruptions(phase, np.array([[1, 1], [1, 2]]))[1]
    array([[-1,  0, -1],
           [-1,  1, -1]])
    """
    events: list[tuple[Event, float]] = []
    shift = []
    n_before = 0
    for kind, seconds in phase.events:
        if kind is Event.STUDY:
            if n_before:
                events.append((Event.PAUSE, 0.0))
                shift.append((source[:, n_before] != source[:, n_before - 1]).astype(np.int64))
            n_before += 1
        events.append((kind, seconds))
        shift.append(np.full(len(source), -1))
    return phase._replace(events=tuple(events)), np.stack(shift, axis=1)


def source_contexts(
    source: NDArray[np.integer], n_units: int, beta: Parameter
) -> tuple[Float[Tensor, "lists items units"], Float[Tensor, "lists items units"]]:
    """Context of sources before and after each item; it begins at unit 0.

    Examples
    --------
    >>> source_contexts(np.array([[1, 1]]), n_units=2, beta=0.6)[1]
    tensor([[[0.8000, 0.6000],
             [0.4138, 0.9104]]], dtype=torch.float64)
    """
    unit = torch.eye(n_units, dtype=torch.float64)
    context = unit[0].expand(len(source), n_units)
    contexts = [context]
    for evoked in torch.as_tensor(source).unbind(dim=1):
        context = integrate(context, unit[evoked], beta)
        contexts.append(context)
    return torch.stack(contexts[:-1], dim=1), torch.stack(contexts[1:], dim=1)
