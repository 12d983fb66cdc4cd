"""What a schedule shows before recall, once for all lists that show the same at the same pace."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from paradigms import Event, Schedule


class StudyPhase(NamedTuple):
    """Everything before recall, and the lists that share it.

    Attributes
    ----------
    lists : (n,) integers
        Rows of the schedule with this study phase.
    events : tuple of (Event, seconds)
        STUDY and DISTRACTOR events in order. Distractors of 0 s are left out.
    words : (n, items) integers, optional
        Items of each list by their numbers in the schedule, for models to which words differ.
    """

    lists: NDArray[np.integer]
    events: tuple[tuple[Event, float], ...]
    words: NDArray[np.integer] | None = None

    @property
    def n_items(self) -> int:
        return sum(event is Event.STUDY for event, _ in self.events)


def study_phases(schedule: Schedule) -> list[StudyPhase]:
    """Distinct study phases of a schedule.

    With unrelated words, what these models learn depends on when words are shown and not on
    which words they are, so each phase needs computing only once.

    Parameters
    ----------
    schedule : Schedule
        Lists of different words, all shown before the first response.

    Returns
    -------
    list of StudyPhase
        Every list of the schedule belongs to exactly one of them.

    Raises
    ------
    ValueError
        If a list shows nothing, shows a word twice, shows anything after the first response, or
        holds cues.

    Examples
    --------
    >>> from paradigms import FreeRecall
    >>> task = FreeRecall(list_length=2, presentation_time=1.0, retention_interval=1.0)
    >>> (phase,) = study_phases(task.trials(seed=0, i=0, n_lists=3))
    >>> phase.lists.tolist(), phase.n_items
    ([0, 1, 2], 2)
    >>> [(event.name, seconds) for event, seconds in phase.events]
    [('STUDY', 1.0), ('STUDY', 1.0), ('DISTRACTOR', 1.0)]
    """
    event = schedule.event
    studied = event == Event.STUDY
    shown = studied | ((event == Event.DISTRACTOR) & (schedule.duration > 0))
    responded = np.logical_or.accumulate(event == Event.RESPONSE, axis=1)
    items = np.sort(schedule.presented, axis=1)
    repeated = (items[:, 1:] == items[:, :-1]) & (items[:, 1:] > 0)
    _refuse(event == Event.CUE, "holds a cue", "have no cues")
    _refuse(shown & responded, "shows something after a response", "are studied before recall")
    _refuse(~studied.any(axis=1, keepdims=True), "shows no word", "have words to study")
    _refuse(repeated, "shows a word twice", "show every word once")
    seconds = np.where(shown, schedule.duration, 0.0)
    kinds = np.where(shown, event, 0)
    alike: dict[bytes, list[int]] = {}
    for i in range(schedule.n_lists):
        alike.setdefault(kinds[i].tobytes() + seconds[i].tobytes(), []).append(i)
    phases = []
    for lists in alike.values():
        first = lists[0]
        events = tuple(
            (Event(int(kinds[first, step])), float(seconds[first, step]))
            for step in np.flatnonzero(shown[first])
        )
        n_items = sum(kind is Event.STUDY for kind, _ in events)
        phases.append(StudyPhase(np.array(lists), events, schedule.presented[lists, :n_items]))
    return phases


def _refuse(unfit: NDArray[np.bool_], what: str, rule: str) -> None:
    """Raise an error if any step of any list is unfit."""
    lists = np.flatnonzero(unfit.any(axis=1))
    if len(lists):
        raise ValueError(
            f"list {lists[0]} of the schedule {what}; the lists of a model of free recall {rule}"
        )
