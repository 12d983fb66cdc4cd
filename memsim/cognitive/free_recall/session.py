"""What a person learns and recalls in the course of a session of lists, under CMR2."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from memsim.cognitive.free_recall.context import primacy
from memsim.cognitive.free_recall.phases import study_phases
from memsim.cognitive.free_recall.race import race
from paradigms import Event, Schedule

if TYPE_CHECKING:
    from memsim.cognitive.free_recall.cmr2 import CMR2

#: the items that race, in list lengths
RACING = 4
#: responses beyond the length of the list, and as many retrievals not reported, that end recall
BEYOND = 3


class StudiedList(NamedTuple):
    """A list: its item numbers, its STUDY and DISTRACTOR events, and the seconds for recall."""

    items: NDArray[np.integer]
    events: tuple[tuple[Event, float], ...]
    seconds: float


def studied_lists(schedule: Schedule) -> list[StudiedList]:
    """The lists of a schedule of free recall, in order; other schedules are refused."""
    phase_of = {int(row): phase for phase in study_phases(schedule) for row in phase.lists}
    seconds = np.where(schedule.asked, schedule.duration, 0.0).sum(axis=1)
    if schedule.answer.any():
        raise ValueError(
            "the schedule asks for words in a given order, as serial recall does; CMR2 is a model "
            "of free recall"
        )
    if (seconds <= 0).any():
        raise ValueError(
            f"list {int((seconds <= 0).argmax())} of the schedule gives no time for recall, but "
            "time is what ends it; its RESPONSE events must last some seconds"
        )
    presented = schedule.presented
    return [
        StudiedList(presented[row, : phase.n_items], phase.events, float(seconds[row]))
        for row, phase in sorted(phase_of.items())
    ]


class Session:
    """What a person has learned, and has in mind, in the course of a session; it changes.

    Context has a unit for the start of the session, one for each word of the session, and one for
    every distractor and every change from list to list. The words of lists to come take part: they
    may race.
    """

    def __init__(self, model: CMR2, lists: Sequence[StudiedList]) -> None:
        self.model = model
        self.words = np.unique(np.concatenate([shown.items for shown in lists]))
        n = len(self.words)
        n_others = sum(1 + len(shown.events) - len(shown.items) for shown in lists)
        # the first list has no change before it: this is the unit of the start
        unit = np.eye(n + n_others)
        self.context: NDArray[np.floating] = unit[0]
        self.other_units = iter(unit[n + 1 :])
        own = unit[1 : n + 1]
        self.item_to_context = (1 - model.gamma_fc) * own
        self.context_to_item = (1 - model.gamma_cf) * own  # by rows: what supports an item
        if model.similarity is not None:
            among = np.asarray(model.similarity, dtype=np.float64)[np.ix_(*[self.words - 1] * 2)]
            np.fill_diagonal(among, 0.0)
            self.context_to_item[:, 1 : n + 1] += model.s_cf * among
        self.threshold: NDArray[np.floating] = np.ones(n)
        self.begun = False

    def study(self, shown: StudiedList) -> None:
        """Let context drift through a list and associate its words with it."""
        model = self.model
        if self.begun and model.beta_post is not None:
            self.context = drift(self.context, next(self.other_units), model.beta_post)
        self.begun = True
        learning = primacy(len(shown.items), model.phi_s, model.phi_d).tolist()
        items = iter(zip(np.searchsorted(self.words, shown.items).tolist(), learning, strict=True))
        for event, seconds in shown.events:
            if event is Event.DISTRACTOR:
                assert model.rho_distractor is not None  # checked before
                beta = (1 - model.rho_distractor ** (2 * seconds)) ** 0.5
                self.context = drift(self.context, next(self.other_units), beta)
                continue
            i, phi = next(items)
            before = self.context
            self.context = drift(before, of_length_one(self.item_to_context[i]), model.beta_enc)
            learned = self.context if model.use_new_context else before
            self.item_to_context[i] += model.gamma_fc * learned
            self.context_to_item[i] += model.gamma_cf * phi * learned

    def recall(self, shown: StudiedList, rng: np.random.Generator) -> list[tuple[int, float]]:
        """Item number and time, in ms from the start of recall, of each response."""
        model, at_most = self.model, len(shown.items) + BEYOND
        n_steps = left = int(round(1000 * shown.seconds / model.dt, 9))
        said: list[tuple[int, float]] = []
        unreported = 0
        retrieved = np.zeros(len(self.words), dtype=bool)
        if model.thresholds == "list":
            self.threshold[:] = 1
        while left > 0 and len(said) < at_most and unreported < at_most:
            support = self.context_to_item @ self.context
            racing = np.argsort(-support, kind="stable")[: RACING * len(shown.items)]
            (winner,), (steps,) = race(
                support[None, racing],
                self.threshold[None, racing],
                np.array([left]),
                rng,
                kappa=model.kappa,
                lam=model.lam,
                eta=model.eta,
                step=model.dt / model.T_a,
                blocked=retrieved[None, racing] & (model.omega is None),
            )
            if winner < 0:
                break
            left -= int(steps)
            i = int(racing[winner])
            retrieved[i] = True
            if model.omega is not None and model.alpha is not None:
                self.threshold = raised(self.threshold, i, model.omega, model.alpha)
            c_in = of_length_one(self.item_to_context[i])
            match = float(self.context @ c_in)
            self.context = drift(self.context, c_in, model.beta_rec)
            if model.c_thresh is None or match >= model.c_thresh:
                said.append((int(self.words[i]), (n_steps - left) * model.dt))
            else:
                unreported += 1
        return said


def drift(
    context: NDArray[np.floating], c_in: NDArray[np.floating], beta: float
) -> NDArray[np.floating]:
    """`memsim.cognitive.free_recall.context.integrate` of one context, several times as fast.

    Examples
    --------
    >>> drift(np.array([1.0, 0.0]), np.array([0.0, 1.0]), 0.6)
    array([0.8, 0.6])
    """
    overlap = float(context @ c_in)
    rho = math.sqrt(1 + beta**2 * (overlap**2 - 1)) - beta * overlap
    return rho * context + beta * c_in


def of_length_one(vector: NDArray[np.floating]) -> NDArray[np.floating]:
    """Scale to length 1."""
    return vector / math.sqrt(vector @ vector)


def raised(
    threshold: NDArray[np.floating], retrieved: int, omega: float, alpha: float
) -> NDArray[np.floating]:
    r"""Thresholds after a retrieval: :math:`\theta \leftarrow 1 + \alpha (\theta - 1)`, own 1 + omega.

    Examples
    --------
    >>> raised(np.array([1.0, 3.0, 1.0]), retrieved=2, omega=4.0, alpha=0.5)
    array([1., 2., 5.])
    """
    new = 1 + alpha * (threshold - 1)
    new[retrieved] = 1 + omega
    return new
