"""One description of an experiment, read by networks and theories alike.

A `Schedule` is a batch of lists, each a row of events in order. Networks see it through
`encode`, one step per event; cognitive models read the same events as durations in seconds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Event(IntEnum):
    """What happens at one step of a list."""

    PAD = 0
    STUDY = 1
    DISTRACTOR = 2
    CUE = 3
    RESPONSE = 4
    #: nothing is shown and nothing asked, as in a pause between groups
    PAUSE = 5


@dataclass(frozen=True, eq=False)
class Schedule:
    """A batch of lists as events in order.

    Attributes
    ----------
    event : (lists, steps) integers
        One `Event` per step; a list shorter than others ends in `Event.PAD`.
    duration : (lists, steps) floats
        Seconds each event lasts. A cue lasts 0 s: it stays while the response to it is given.
    item : (lists, steps) integers
        Item shown, numbered from 1; 0 where nothing is shown.
    partner : (lists, steps) integers, optional
        Second item shown together with `item`, as in pairs; 0 where there is none, and everywhere
        if left out.
    answer : (lists, steps) integers, optional
        What is right at each response: the number of the item (objective "ordered"; 0 where
        nothing is) or of the option, from 1 ("choice"). 0 everywhere if left out, as where any
        studied item not yet recalled is right ("order-free").
    session : (lists,) integers, optional
        Which lists one person takes in a row: those of one session stand together, in order. Each
        list is a session of its own if left out.

    Raises
    ------
    ValueError
        If shapes differ, there is a partner without an item, an answer where no response is
        asked for, or sessions do not count up.
    """

    event: NDArray[np.integer]
    duration: NDArray[np.floating]
    item: NDArray[np.integer]
    partner: NDArray[np.integer] = None  # type: ignore[assignment]  # filled below
    answer: NDArray[np.integer] = None  # type: ignore[assignment]
    session: NDArray[np.integer] = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        for name in ("partner", "answer"):
            if getattr(self, name) is None:
                object.__setattr__(self, name, np.zeros_like(self.item))
        if self.session is None:
            object.__setattr__(self, "session", np.arange(1, len(self.event) + 1))
        shapes = {self.event.shape, self.duration.shape, self.item.shape}
        if len(shapes) != 1 or self.event.ndim != 2:
            raise ValueError(
                "event, duration and item must share one shape (lists, steps); got "
                f"{self.event.shape}, {self.duration.shape} and {self.item.shape}"
            )
        for name in ("partner", "answer"):
            if getattr(self, name).shape != self.event.shape:
                raise ValueError(
                    f"{name} must have the shape of event, {self.event.shape}, got "
                    f"{getattr(self, name).shape}"
                )
        if self.session.shape != self.event.shape[:1]:
            raise ValueError(
                f"session must have one number for each of {len(self.event)} lists, got shape "
                f"{self.session.shape}"
            )
        _refuse(
            (self.partner != 0) & (self.item == 0),
            "has a partner but no item",
            "a cue or a single item stands in `item`, and `partner` is what it is paired with",
        )
        _refuse(
            (self.answer != 0) & ~self.asked,
            "has an answer but asks for no response",
            "answers belong to RESPONSE events",
        )
        if (np.diff(self.session) < 0).any():
            raise ValueError("session must not decrease: lists of a session stand in a row")

    @property
    def n_lists(self) -> int:
        """Lists in the batch."""
        return self.event.shape[0]

    @property
    def asked(self) -> NDArray[np.bool_]:
        """(lists, steps): where a response is asked for, the mask of a network's loss."""
        return self.event == Event.RESPONSE

    @property
    def shown(self) -> NDArray[np.integer]:
        """Items that need a code, (lists, steps): `item`; with pairs (lists, 2 steps): then `partner`.

        This is what `codes.draw` takes, and in this order `encode` takes the codes.
        """
        return np.concatenate([self.item, self.partner], axis=1) if self.has_pairs else self.item

    @property
    def has_pairs(self) -> bool:
        """Whether anything is shown together with something else."""
        return bool(self.partner.any())

    @property
    def presented(self) -> NDArray[np.integer]:
        """Items studied, in order: (lists, longest list), 0 after the end of a shorter list."""
        return self.at(Event.STUDY, self.item)

    @property
    def answers(self) -> NDArray[np.integer]:
        """What is right at each response: (lists, most responses of a list), see `answer`."""
        return self.at(Event.RESPONSE, self.answer)

    @property
    def n_responses(self) -> int:
        """Responses asked for, at most, in any list."""
        return int(self.asked.sum(axis=1).max(initial=0))

    def at(self, kind: Event, values: NDArray[np.integer]) -> NDArray[np.integer]:
        """Values at the events of one kind, in order: (lists, most such events), 0 after the last."""
        there = self.event == kind
        found = np.zeros((self.n_lists, int(there.sum(axis=1).max(initial=0))), dtype=np.int64)
        row, step = np.nonzero(there)
        found[row, np.cumsum(there, axis=1)[row, step] - 1] = values[row, step]
        return found

    def take(self, rows: NDArray[np.integer]) -> "Schedule":
        """Some of the lists, by row number, without steps that none of them has."""
        steps = int((self.event[rows] != Event.PAD).sum(axis=1).max(initial=0))
        names = ("event", "duration", "item", "partner", "answer")
        parts = {name: getattr(self, name)[rows, :steps] for name in names}
        return Schedule(**parts, session=self.session[rows])

    def alike(self) -> list[NDArray[np.integer]]:
        """Rows of the lists that share their events, for those who take only such lists together.

        Examples
        --------
        >>> event = np.array([[1, 1, 4], [1, 4, 0], [1, 1, 4]])
        >>> mixed = Schedule(event, np.ones((3, 3)), np.where(event == 1, 5, 0))
        >>> [rows.tolist() for rows in mixed.alike()]
        [[0, 2], [1]]
        >>> mixed.take(np.array([1])).event
        array([[1, 4]])
        """
        kinds, group = np.unique(self.event, axis=0, return_inverse=True)
        return [np.flatnonzero(group.ravel() == k) for k in range(len(kinds))]


def lay_out(phases: Iterable[tuple[Event, int, float]]) -> tuple[NDArray, NDArray]:
    """(steps,) events and their seconds, from (event, how many in a row, seconds each).

    Examples
    --------
    >>> event, duration = lay_out([(Event.STUDY, 2, 1.5), (Event.RESPONSE, 1, 9.0)])
    >>> event, duration
    (array([1, 1, 4], dtype=int8), array([1.5, 1.5, 9. ]))
    """
    phases = list(phases)
    event = np.concatenate([np.full(n, kind, dtype=np.int8) for kind, n, _ in phases])
    return event, np.concatenate([np.full(n, seconds) for _, n, seconds in phases])


def assemble(
    phases: Iterable[tuple[Event, int, float]],
    n_lists: int,
    item: Mapping[Event, NDArray[np.integer]],
    partner: Mapping[Event, NDArray[np.integer]] | None = None,
    answer: NDArray[np.integer] | None = None,
) -> Schedule:
    """A schedule of lists that share their events.

    Parameters
    ----------
    phases
        See `lay_out`.
    n_lists : int
    item, partner : mapping of Event to (lists, such events) integers
        What is shown at the events of each kind, in order.
    answer : (lists, responses) integers

    Examples
    --------
    >>> phases = [(Event.CUE, 1, 0.0), (Event.RESPONSE, 1, 5.0)]
    >>> asked = assemble(phases, 1, {Event.CUE: np.array([[8]])}, answer=np.array([[9]]))
    >>> asked.item, asked.answer
    (array([[8, 0]]), array([[0, 9]]))
    """
    event, duration = lay_out(phases)
    filled = []
    for shown in (item, partner or {}, {} if answer is None else {Event.RESPONSE: answer}):
        values = np.zeros((n_lists, len(event)), dtype=np.int64)
        for kind, given in shown.items():
            values[:, event == kind] = given
        filled.append(values)
    return Schedule(np.tile(event, (n_lists, 1)), np.tile(duration, (n_lists, 1)), *filled)


def distraction(seconds: float, step: float) -> tuple[Event, int, float]:
    """A filled interval as a phase: so many distractors, none longer than `step` seconds.

    Examples
    --------
    >>> distraction(10.0, 4.0)[1:]
    (3, 3.3333333333333335)
    """
    n = steps_of(seconds, step)
    return Event.DISTRACTOR, n, seconds / max(n, 1)


def steps_of(seconds: float, step: float) -> int:
    """Steps that fill an interval, none longer than `step` seconds.

    Examples
    --------
    >>> [steps_of(seconds, 0.7) for seconds in (0, 0.05, 2.1, 2.2)]  # 2.1 / 0.7 > 3 in floats
    [0, 1, 3, 4]
    """
    return int(np.ceil(round(seconds / step, 9)))


def _refuse(wrong: NDArray[np.bool_], what: str, rule: str) -> None:
    if wrong.any():
        row, step = np.argwhere(wrong)[0]
        raise ValueError(f"step {step} of list {row} {what}; {rule}")
