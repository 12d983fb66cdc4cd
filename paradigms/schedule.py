"""One description of an experiment, read by networks and theories alike.

A `Schedule` is a batch of lists, each a row of events in order. Networks see it through
`encode`, one step per event; cognitive models read the same events as durations in seconds.
"""

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


@dataclass(frozen=True, eq=False)
class Schedule:
    """A batch of lists as events in order.

    Attributes
    ----------
    event : (lists, steps) integers
        One `Event` per step; a list shorter than others ends in `Event.PAD`.
    duration : (lists, steps) floats
        Seconds each event lasts.
    item : (lists, steps) integers
        Item shown, numbered from 1; 0 where nothing is shown.
    """

    event: NDArray[np.integer]
    duration: NDArray[np.floating]
    item: NDArray[np.integer]

    def __post_init__(self) -> None:
        shapes = {self.event.shape, self.duration.shape, self.item.shape}
        if len(shapes) != 1 or self.event.ndim != 2:
            raise ValueError(
                "event, duration and item must share one shape (lists, steps); got "
                f"{self.event.shape}, {self.duration.shape} and {self.item.shape}"
            )

    @property
    def n_lists(self) -> int:
        """Lists in the batch."""
        return self.event.shape[0]

    @property
    def presented(self) -> NDArray[np.integer]:
        """Items studied, in order: (lists, longest list), 0 after the end of a shorter list."""
        studied = self.event == Event.STUDY
        items = np.zeros((self.n_lists, int(studied.sum(axis=1).max(initial=0))), dtype=np.int64)
        row, step = np.nonzero(studied)
        items[row, np.cumsum(studied, axis=1)[row, step] - 1] = self.item[row, step]
        return items

    @property
    def n_responses(self) -> int:
        """Responses asked for, at most, in any list."""
        return int((self.event == Event.RESPONSE).sum(axis=1).max(initial=0))
