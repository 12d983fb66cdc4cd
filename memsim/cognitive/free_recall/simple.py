"""SIMPLE, scale-invariant memory, perception and learning (Brown, Neath & Chater, 2007)."""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from memsim.cognitive.free_recall.phases import StudyPhase, study_phases
from memsim.cognitive.parameters import Parameter, Preset, check_ranges, find_preset
from memsim.cognitive.responses import check_clean
from paradigms import Event, Schedule

#: the likelihood holds no recall for impossible or certain beyond this
CLIP = 1e-4


class Counts(NamedTuple):
    """How often each word was recalled, in the lists of one study phase.

    Attributes
    ----------
    seconds : (items,)
        From the onset of each word to the end of the list, see `seconds_to_end`.
    recalled : (items,)
        Lists in which it was recalled.
    n_lists : int
    log_orders : float
        Log of the number of orders in which the words recalled could have come, summed over lists.
    """

    seconds: NDArray[np.float64]
    recalled: NDArray[np.float64]
    n_lists: int
    log_orders: float


@dataclass(frozen=True, kw_only=True)
class SIMPLE:
    """Items are recalled as far as they are distinct on a logarithmic scale of time.

    There are no stores and no learning: what counts is how long ago each item was shown, relative
    to the others. The theory says which items are recalled, each by itself, and nothing about
    their order: recalls are simulated in random order and judged as if all orders were alike. For
    each list SIMPLE gives words independently, so the spread of words recalled over lists is not
    people's either.

    Parameters
    ----------
    c : float
        Distinctiveness, above 0: how fast similarity falls with distance in log time.
    t : float
        Threshold of discriminability, (0, 1).
    s : float
        Slope of recall at the threshold, above 0; large is all or none.
    w : float
        Seconds from the end of the list (and of distraction after it) to the middle of recall, 0
        or more. It belongs to the experiment; a fit holds it unless told otherwise.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Examples
    --------
    >>> from paradigms import FreeRecall
    >>> model = SIMPLE.preset("SIMPLE-10-2")
    >>> schedule = FreeRecall(list_length=5).trials(seed=0, i=0, n_lists=1)
    >>> model.spc(schedule)  # the ends of a list are most distinct
    tensor([[0.8349, 0.6763, 0.6507, 0.7375, 0.9197]], dtype=torch.float64)
    >>> model.recall(schedule, np.random.default_rng(0))
    array([[4, 2, 3, 1, 5]])

    References
    ----------
    Brown, G. D. A., Neath, I., & Chater, N. (2007). A temporal ratio model of memory.
    Psychological Review, 114, 539-576.
    """

    c: Parameter
    t: Parameter
    s: Parameter
    w: Parameter

    ranges: ClassVar[dict[str, str]] = {
        "c": "(0, inf)",
        "t": "(0, 1)",
        "s": "(0, inf)",
        "w": "[0, inf)",
    }
    search: ClassVar[dict[str, tuple[float, float]]] = {
        "c": (0.5, 50.0),
        "t": (0.05, 0.95),
        "s": (1.0, 100.0),
    }

    def __post_init__(self) -> None:
        check_ranges(self, self.ranges)

    @staticmethod
    def preset(name: str) -> "SIMPLE":
        """The model with a published parameter set; `PRESETS` tells where each comes from."""
        return find_preset(PRESETS, name)

    def p_recall(self, seconds: NDArray[np.float64]) -> Float[Tensor, " items"]:
        """Probability to recall each item, from the seconds of `seconds_to_end`."""
        time = torch.as_tensor(seconds, dtype=torch.float64) + self.w
        return free_recall(omission(discriminability(similarity(time, self.c)), self.t, self.s))

    def spc(self, schedule: Schedule) -> Float[Tensor, "lists items"]:
        """Probability to recall the item of each study position, 0 beyond the end of a list.

        Parameters
        ----------
        schedule : Schedule
            What is shown, and when.

        Returns
        -------
        (lists, longest list)
        """
        n_lists, width = schedule.presented.shape
        p = torch.zeros((n_lists, width), dtype=torch.float64)
        for phase in study_phases(schedule):
            row = torch.nn.functional.pad(
                self.p_recall(seconds_to_end(phase)), (0, width - phase.n_items)
            )
            here = torch.zeros((n_lists, 1), dtype=torch.bool)
            here[torch.as_tensor(phase.lists)] = True
            p = torch.where(here, row, p)
        return p

    def recall(self, schedule: Schedule, rng: np.random.Generator) -> NDArray[np.int64]:
        """Simulate which words are recalled; they come in random order.

        Parameters
        ----------
        schedule : Schedule
            What is shown, and when. Recall goes on until nothing more comes to mind.
        rng : numpy Generator
            Source of randomness; the same state gives the same recalls.

        Returns
        -------
        (lists, longest list) integers
            Study positions from 1, 0 after the last.
        """
        with torch.no_grad():
            p = self.spc(schedule).numpy()
        recalled = rng.random(p.shape) < p
        place = np.where(recalled, rng.random(p.shape), np.inf)
        order = np.argsort(place, axis=1)
        return np.where(np.take_along_axis(recalled, order, axis=1), order + 1, 0)

    def log_likelihood(
        self, schedule: Schedule, recalled: NDArray[np.integer]
    ) -> Float[Tensor, "lists events"]:
        """Log probability of each word to be recalled or not, as it was; then of their order.

        Parameters
        ----------
        schedule : Schedule
            What was shown, and when.
        recalled : (lists, outputs) integers
            Study positions from 1 in output order, 0 after recall has stopped, without
            intrusions and repetitions (see `clean`).

        Returns
        -------
        (lists, longest list + 1)
            One event per study position, 0.0 beyond the end of a list; in the last column minus
            the log of the number of orders of the words recalled, for all are alike.

        Raises
        ------
        ValueError
            If `recalled` holds intrusions, repetitions, gaps or positions beyond the list.
        """
        length = (schedule.event == Event.STUDY).sum(axis=1)
        check_clean(recalled, length)
        width = schedule.presented.shape[1]
        p = self.spc(schedule).clamp(CLIP, 1 - CLIP)
        position = np.arange(1, width + 1)
        said = torch.as_tensor(_is_recalled(recalled, width))
        there = torch.as_tensor(position <= length[:, None])
        zero = torch.zeros((), dtype=torch.float64)
        log_p = torch.where(there, torch.where(said, p.log(), torch.log1p(-p)), zero)
        orders = torch.lgamma(said.sum(dim=1).to(torch.float64) + 1)
        return torch.cat([log_p, -orders[:, None]], dim=1)

    @staticmethod
    def observe(schedule: Schedule, recalled: NDArray[np.integer]) -> list[Counts]:
        """How often each word was recalled: all that `choice_nll` needs of given recalls."""
        check_clean(recalled, (schedule.event == Event.STUDY).sum(axis=1))
        counts = []
        for phase in study_phases(schedule):
            said = _is_recalled(recalled[phase.lists], phase.n_items)
            orders = torch.lgamma(torch.from_numpy(said.sum(axis=1) + 1.0)).sum()
            counts.append(
                Counts(seconds_to_end(phase), said.sum(axis=0) * 1.0, len(said), float(orders))
            )
        return counts

    def choice_nll(self, observed: list[Counts]) -> Float[Tensor, ""]:
        """Minus the log likelihood of which words were recalled, with all orders alike.

        Less the logs of how many orders there are, which no parameter changes, this is the
        binomial likelihood of the serial position curve.
        """
        nll = []
        for counts in observed:
            p = self.p_recall(counts.seconds).clamp(CLIP, 1 - CLIP)
            n = torch.as_tensor(counts.recalled)
            log_p = n * torch.log(p) + (counts.n_lists - n) * torch.log1p(-p)
            nll.append(counts.log_orders - log_p.sum())
        return torch.stack(nll).sum()


def seconds_to_end(phase: StudyPhase) -> NDArray[np.float64]:
    """Seconds from the onset of each word to the end of what is shown, (items,).

    Examples
    --------
    >>> from paradigms import FreeRecall
    >>> task = FreeRecall(list_length=3, presentation_time=2.0, retention_interval=10.0)
    >>> (phase,) = study_phases(task.trials(seed=0, i=0, n_lists=1))
    >>> seconds_to_end(phase)
    array([16., 14., 12.])
    """
    seconds = np.cumsum([duration for _, duration in phase.events][::-1])[::-1]
    studied = np.array([event is Event.STUDY for event, _ in phase.events])
    if seconds[studied].min() <= 0:
        raise ValueError("the last word of a list is shown for 0 s, but log time needs more than 0")
    return seconds[studied]


def similarity(time: Float[Tensor, " items"], c: Parameter) -> Float[Tensor, "items items"]:
    r""":math:`\eta_{ij} = \exp(-c |\log T_i - \log T_j|)`, a power of the ratio of their times.

    Examples
    --------
    >>> similarity(torch.tensor([4.0, 1.0]), c=0.5)
    tensor([[1.0000, 0.5000],
            [0.5000, 1.0000]])
    """
    log_time = torch.log(time)
    return torch.exp(-c * (log_time[:, None] - log_time).abs())


def discriminability(similarity: Float[Tensor, "items items"]) -> Float[Tensor, "items items"]:
    r""":math:`D_{ij} = \eta_{ij} / \sum_k \eta_{ik}`: P(response j | probe i), were nothing left out.

    Its diagonal is what the theory says of recall by position.

    Examples
    --------
    >>> discriminability(torch.tensor([[1.0, 0.25], [0.25, 1.0]]))
    tensor([[0.8000, 0.2000],
            [0.2000, 0.8000]])
    """
    return similarity / similarity.sum(dim=1, keepdim=True)


def omission(
    discriminability: Float[Tensor, "items items"], t: Parameter, s: Parameter
) -> Float[Tensor, "items items"]:
    r""":math:`R_{ij} = 1 / (1 + \exp(-s (D_{ij} - t)))`: responses below the threshold are withheld.

    Examples
    --------
    >>> omission(torch.tensor([[0.4, 0.6]]), t=0.4, s=10.0)
    tensor([[0.5000, 0.8808]])
    """
    return torch.sigmoid(s * (discriminability - t))


def free_recall(response: Float[Tensor, "items items"]) -> Float[Tensor, " items"]:
    r""":math:`P(j) = \min(1, \sum_i R_{ij})`: an item may be recalled by any probe.

    Examples
    --------
    >>> free_recall(torch.tensor([[0.7, 0.1], [0.5, 0.2]]))
    tensor([1.0000, 0.3000])
    """
    return response.sum(dim=0).clamp(max=1)


def _is_recalled(recalled: NDArray[np.integer], n_items: int) -> NDArray[np.bool_]:
    """(lists, items): whether each word is among the recalls."""
    said = np.zeros((len(recalled), n_items + 1), dtype=bool)
    np.put_along_axis(said, np.asarray(recalled, dtype=np.int64), True, axis=1)
    return said[:, 1:]


_SOURCE = "values of Brown, Neath and Chater (2007) as an R script by others lists them"

#: Published sets. `w` is the retention offset of the same script.
PRESETS: dict[str, Preset[SIMPLE]] = {
    f"SIMPLE-{condition}": Preset(
        SIMPLE(c=c, t=t, s=s, w=w), _SOURCE, f"murdock1962/{condition}", "curves"
    )
    for condition, c, t, s, w in (
        ("10-2", 12.10, 0.53, 8.98, 15.0),
        ("15-2", 10.82, 0.42, 12.09, 20.0),
        ("20-2", 9.69, 0.35, 16.19, 25.0),
        ("20-1", 10.45, 0.40, 16.01, 10.0),
        ("30-1", 9.41, 0.30, 21.12, 15.0),
        ("40-1", 12.03, 0.30, 22.83, 20.0),
    )
}
