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

    The last word, then the first, then nothing more; what follows a stop does not count:

    >>> scored = task.score(schedule, np.array([[3, 1, 0, 0], [3, 1, 0, 2]]))
    >>> scored["recalled"]
    array([[3, 1, 0, 0],
           [3, 1, 0, 0]])

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

    #: a response is right if it is any studied word not yet recalled, and STOP once none is left
    objective: ClassVar[str] = "order-free"
    #: what a response may be: a study position, an intrusion (-1), STOP (0)
    response_set: ClassVar[tuple[str, ...]] = ("position", "intrusion", "stop")

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.type is int and not isinstance(value, (int, np.integer)):
                raise ValueError(f"{field.name} must be a whole number, got {value!r}")
            zero_is_legal = field.name == "retention_interval"
            if not (value >= 0 if zero_is_legal else value > 0):
                bound = "0 or more" if zero_is_legal else "more than 0"
                raise ValueError(f"{field.name} must be {bound}, got {value!r}")
        shown = self.list_length + self.n_distractors
        if shown > self.pool_size:
            raise ValueError(
                f"pool_size={self.pool_size} is too small: a list shows {self.list_length} words "
                f"and {self.n_distractors} distractors, all different; make it at least {shown} "
                "or shorten the list"
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
        filler = self.retention_interval / max(self.n_distractors, 1)
        phases = (
            (Event.STUDY, self.list_length, self.presentation_time),
            (Event.DISTRACTOR, self.n_distractors, filler),
            (Event.RESPONSE, n_responses, self.recall_time / n_responses),
        )
        event = np.concatenate([np.full(n, kind, dtype=np.int8) for kind, n, _ in phases])
        duration = np.concatenate([np.full(n, seconds) for _, n, seconds in phases])
        return Schedule(
            event=np.tile(event, (n_lists, 1)),
            duration=np.tile(duration, (n_lists, 1)),
            item=np.pad(items, ((0, 0), (0, n_responses))),
        )

    def score(
        self, schedule: Schedule, responses: NDArray[np.integer]
    ) -> dict[str, NDArray[np.integer]]:
        """What was presented and recalled: the matrices of the recall table.

        Parameters
        ----------
        schedule : Schedule
            What was shown.
        responses : (lists, outputs) integers
            Study position from 1 of each response in output order, -1 for a response that is no
            word of the list, 0 for STOP.

        Returns
        -------
        dict
            `presented` (lists, list_length), item numbers in study order, and `recalled`
            (lists, outputs): the responses up to the first STOP, 0 after it. A repetition is the
            same position once more.
        """
        responses = np.asarray(responses)
        if responses.ndim != 2 or len(responses) != schedule.n_lists:
            raise ValueError(
                f"responses must be (lists, outputs) with {schedule.n_lists} lists, "
                f"got shape {responses.shape}"
            )
        n_words = (schedule.event == Event.STUDY).sum(axis=1)
        wrong = (responses < -1) | (responses > n_words[:, None])
        if wrong.any():
            row, output = np.argwhere(wrong)[0]
            raise ValueError(
                f"response {responses[row, output]} at output {output + 1} of list {row} is no "
                f"study position of a list of {n_words[row]}, -1 (intrusion) or 0 (STOP)"
            )
        going = np.cumprod(responses != 0, axis=1).astype(responses.dtype)
        return {"presented": schedule.presented, "recalled": responses * going}
