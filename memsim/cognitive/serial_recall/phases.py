"""What a schedule of serial recall shows, once for all lists that show the same at the same pace."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from paradigms import Event, Schedule


class SerialPhase(NamedTuple):
    """What is shown before the report, and the lists that share it.

    Attributes
    ----------
    lists : (n,) integers
        Rows of the schedule.
    events : tuple of (Event, seconds)
        STUDY, DISTRACTOR and PAUSE events in order.
    """

    lists: NDArray[np.integer]
    events: tuple[tuple[Event, float], ...]

    @property
    def n_items(self) -> int:
        return sum(event is Event.STUDY for event, _ in self.events)

    @property
    def group_sizes(self) -> tuple[int, ...]:
        """Items of each group: pauses and distraction between items part them.

        Examples
        --------
        >>> item, pause = (Event.STUDY, 1.0), (Event.PAUSE, 0.5)
        >>> SerialPhase(np.arange(2), (item, item, pause, item, pause)).group_sizes
        (2, 1)
        """
        sizes, parted = [0], False
        for event, _ in self.events:
            if event is not Event.STUDY:
                parted = True
            elif parted and sizes[-1]:
                sizes, parted = [*sizes, 1], False
            else:
                sizes[-1], parted = sizes[-1] + 1, False
        return tuple(sizes)


def serial_phases(schedule: Schedule) -> list[SerialPhase]:
    """Distinct study phases of a schedule of forward serial recall.

    Parameters
    ----------
    schedule : Schedule
        Lists of different items, shown before the first response; one response for each item.

    Returns
    -------
    list of SerialPhase
        Every list of the schedule belongs to exactly one of them.

    Raises
    ------
    ValueError
        If the lists are of another paradigm, are to be reported backward, or show an item twice.

    Examples
    --------
    >>> from paradigms import SerialRecall
    >>> task = SerialRecall(list_length=3, group_sizes=(2, 1), pause=0.5)
    >>> (phase,) = serial_phases(task.trials(seed=0, i=0, n_lists=2))
    >>> phase.lists.tolist(), phase.n_items, phase.group_sizes
    ([0, 1], 3, (2, 1))
    >>> serial_phases(SerialRecall(direction="backward").trials(0, 0, n_lists=1))
    Traceback (most recent call last):
        ...
    ValueError: list 0 of the schedule is to be reported backward; the theories of serial recall \
here speak to forward report alone
    """
    event = schedule.event
    studied = event == Event.STUDY
    shown = studied | (
        ((event == Event.DISTRACTOR) | (event == Event.PAUSE)) & (schedule.duration > 0)
    )
    asked = event == Event.RESPONSE
    presented, answers = schedule.presented, schedule.answers
    n_items = studied.sum(axis=1)
    right = "serial recall shows all items, and then asks for one response to each"
    _refuse(n_items == 0, f"shows no item; {right}")
    _refuse((event == Event.CUE).any(axis=1), f"holds a cue; {right}")
    _refuse(asked.sum(axis=1) != n_items, f"asks for more or fewer responses than items; {right}")
    late = (studied | (event == Event.DISTRACTOR)) & np.logical_or.accumulate(asked, axis=1)
    _refuse(late.any(axis=1), f"shows something after a response; {right}")
    in_order = np.sort(presented, axis=1)
    twice = (in_order[:, 1:] == in_order[:, :-1]) & (in_order[:, 1:] > 0)
    _refuse(
        twice.any(axis=1), "shows an item twice; a report would not tell which of them is meant"
    )
    place = n_items[:, None] - 1 - np.arange(presented.shape[1])
    reverse = np.where(place < 0, 0, np.take_along_axis(presented, np.maximum(place, 0), axis=1))
    forward = (answers == presented).all(axis=1)
    _refuse(
        (answers == reverse).all(axis=1) & ~forward,
        "is to be reported backward; the theories of serial recall here speak to forward report "
        "alone",
    )
    _refuse(~forward, f"does not name the items in order as its answers; {right}")
    seconds = np.where(shown, schedule.duration, 0.0)
    kinds = np.where(shown, event, 0)
    alike: dict[bytes, list[int]] = {}
    for i in range(schedule.n_lists):
        alike.setdefault(kinds[i].tobytes() + seconds[i].tobytes(), []).append(i)
    phases = []
    for lists in alike.values():
        first = lists[0]
        # a pause after the first response is no part of what was shown
        steps = np.flatnonzero(shown[first] & ~np.logical_or.accumulate(asked[first]))
        events = tuple((Event(int(event[first, t])), float(seconds[first, t])) for t in steps)
        phases.append(SerialPhase(np.array(lists), events))
    return phases


def _refuse(unfit: NDArray[np.bool_], why: str) -> None:
    """Raise an error if any list is unfit."""
    if unfit.any():
        raise ValueError(f"list {int(unfit.argmax())} of the schedule {why}")
