"""Free recall: study a list, then say its words in any order (Murdock, 1962)."""

from dataclasses import dataclass, fields
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from paradigms.schedule import Event, Schedule


@dataclass(frozen=True)
class FreeRecall:
    """Immediate or delayed free recall of one list at a time.

    Parameters
    ----------
    list_length : int
        Words per list.
    presentation_time : float
        Seconds each word is shown.
    retention_interval : float
        Seconds of distraction between the last word and the test; 0 is immediate recall. It is
        filled with distractor events, each as long as a word is shown.
    recall_time : float
        Seconds for recall. It is divided among `list_length` + 1 responses, so that a perfect
        participant has one left in which to stop.
    pool_size : int
        Words from which the items of each list are drawn without replacement.

    Raises
    ------
    ValueError
        If a number is out of range, or the pool is smaller than what one list shows.

    Examples
    --------
    >>> task = FreeRecall(list_length=3, pool_size=5)
    >>> schedule = task.trials(seed=0, i=0, n_lists=2)
    >>> schedule.presented.shape, schedule.n_responses
    ((2, 3), 4)
    >>> responses = schedule.presented[:, [2, 0]]  # last item, then first
    >>> task.score(schedule, responses)
    array([[3, 1],
           [3, 1]])

    References
    ----------
    Murdock, B. B. (1962). The serial position effect of free recall. Journal of Experimental
    Psychology, 64, 482-488.
    """

    list_length: int = 10
    presentation_time: float = 2.0
    retention_interval: float = 0.0
    recall_time: float = 90.0
    pool_size: int = 1000

    #: a response is right if it names any studied item not yet recalled; STOP once none is left
    objective: ClassVar[str] = "order-free"

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.type is int and (isinstance(value, bool) or value != int(value)):
                raise ValueError(f"{field.name} must be a whole number, got {value!r}")
            lowest_is_zero = field.name == "retention_interval"
            if not (value >= 0 if lowest_is_zero else value > 0):
                bound = "0 or more" if lowest_is_zero else "more than 0"
                raise ValueError(f"{field.name} must be {bound}, got {value!r}")
        shown = self.list_length + self.n_distractors
        if shown > self.pool_size:
            raise ValueError(
                f"pool_size={self.pool_size} is too small: a list shows {self.list_length} words "
                f"and {self.n_distractors} distractors, all different; ask for at least {shown}"
            )

    @property
    def n_distractors(self) -> int:
        """Distractor events that fill the retention interval."""
        return int(np.ceil(self.retention_interval / self.presentation_time))

    def trials(self, seed: int, i: int, n_lists: int = 32) -> Schedule:
        """Batch `i` of the experiment with this seed: the same arguments, the same lists.

        Parameters
        ----------
        seed, i : int
            Seed of the experiment and number of the batch, both from 0.
        n_lists : int
            Lists in the batch.

        Returns
        -------
        Schedule
            (n_lists, list_length + n_distractors + list_length + 1 steps)
        """
        rng = np.random.default_rng([seed, i])
        shown = self.list_length + self.n_distractors
        # the first `shown` of a random order of the pool, without sorting the rest of it
        order = rng.random((n_lists, self.pool_size)).argpartition(shown - 1, axis=1)[:, :shown]
        items = rng.permuted(order, axis=1) + 1
        n_responses = self.list_length + 1
        kinds = (
            (Event.STUDY, self.list_length, self.presentation_time),
            (
                Event.DISTRACTOR,
                self.n_distractors,
                self.retention_interval / max(self.n_distractors, 1),
            ),
            (Event.RESPONSE, n_responses, self.recall_time / n_responses),
        )
        event = np.concatenate([np.full(n, kind, dtype=np.int8) for kind, n, _ in kinds])
        duration = np.concatenate([np.full(n, seconds) for _, n, seconds in kinds])
        return Schedule(
            event=np.tile(event, (n_lists, 1)),
            duration=np.tile(duration, (n_lists, 1)),
            item=np.pad(items, ((0, 0), (0, n_responses))),
        )

    def score(self, schedule: Schedule, responses: NDArray[np.integer]) -> NDArray[np.integer]:
        """Study position of each response.

        Parameters
        ----------
        schedule : Schedule
            What was shown.
        responses : (lists, outputs) integers
            Item numbers in output order; 0 after recall has stopped, negative for a response
            that is no item at all.

        Returns
        -------
        (lists, outputs) integers
            Study position from 1, -1 for an intrusion, 0 after recall has stopped. A repetition
            is the same position once more.
        """
        match = responses[:, :, None] == schedule.presented[:, None, :]
        position = np.where(match.any(axis=2), match.argmax(axis=2) + 1, -1)
        return np.where(responses == 0, 0, position)
