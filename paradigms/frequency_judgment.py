"""Frequency judgment: words come once, several times or never; judge how often."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from paradigms.cued_recall import ask
from paradigms.recognition import last_studied
from paradigms.schedule import Event, Schedule, assemble, distraction
from paradigms.scoring import check_options, long_table, steps_at, values_at
from paradigms.settings import check_numbers, check_pool, check_whole
from paradigms.words import draw_words, random_orders, spaced_order


@dataclass(frozen=True)
class FrequencyJudgment:
    """Study words that come different numbers of times, then say of each how often it came.

    Parameters
    ----------
    frequencies : tuple of int
        How often words come, each number for as many words; 0 for words that are tested only. The
        options are the whole numbers from 0 to the highest.
    words_per_frequency : int
        Words that come as often, in each list.
    spacing : int
        Other words, at least, between two presentations of the same.
    presentation_time, retention_interval, recall_time : float
        Seconds each word is shown, of distraction before the first test, and for each test.
    pool_size : int
        Words from which those of each list are drawn without replacement.

    Raises
    ------
    ValueError
        If a number is out of range, nothing is ever shown, there is no order with this spacing,
        or the pool is too small.

    Examples
    --------
    >>> task = FrequencyJudgment(frequencies=(0, 1, 2), words_per_frequency=1, spacing=1)
    >>> schedule = task.trials(seed=0, i=0, n_lists=1)
    >>> one, two, three = schedule.item[0, :3]  # the word shown twice, with the other in between
    >>> bool(one == three != two)
    True
    >>> sorted((schedule.answers[0] - 1).tolist())
    [0, 1, 2]

    References
    ----------
    Hintzman, D. L., & Block, R. A. (1971). Repetition and memory: Evidence for a multiple-trace
    hypothesis. Journal of Experimental Psychology, 88, 297-306.
    """

    frequencies: tuple[int, ...] = (0, 1, 2, 3, 4, 5)
    words_per_frequency: int = 4
    spacing: int = 2
    presentation_time: float = 2.0
    retention_interval: float = 0.0
    recall_time: float = 5.0
    pool_size: int = 1000

    #: one option is right
    objective: ClassVar[str] = "choice"
    response_set: ClassVar[tuple[str, ...]] = ("option",)

    def __post_init__(self) -> None:
        check_numbers(self, or_zero=("retention_interval", "spacing"))
        for times in self.frequencies:
            check_whole("frequencies", times)
            if times < 0:
                raise ValueError(f"frequencies must be 0 or more, got {times}")
        if max(self.frequencies, default=0) < 1:
            raise ValueError(f"frequencies={self.frequencies} show nothing; give one of 1 or more")
        n_words = len(self.frequencies) * self.words_per_frequency
        n_distractors = distraction(self.retention_interval, self.presentation_time)[1]
        check_pool(
            self.pool_size,
            n_words + n_distractors,
            f"a list and its tests show {n_words} words and {n_distractors} distractors",
        )
        spaced_order(np.random.default_rng(0), self._times()[None], self.spacing)

    @property
    def options(self) -> tuple[str, ...]:
        """The options, numbered from 1: "0", "1", ... times."""
        return tuple(str(times) for times in range(max(self.frequencies) + 1))

    def _times(self) -> NDArray[np.integer]:
        """(words,) how often each comes."""
        return np.repeat(np.array(self.frequencies), self.words_per_frequency)

    def trials(self, seed: int, i: int, n_lists: int = 32) -> Schedule:
        """Batch `i` of the experiment with this seed: the same arguments, the same lists.

        Returns
        -------
        Schedule
            All lists have the same events. `answer` is 1 for never, 2 for once, ...
        """
        rng = np.random.default_rng([seed, i])
        delay = distraction(self.retention_interval, self.presentation_time)
        times = np.tile(self._times(), (n_lists, 1))
        n = times.shape[1]
        drawn = draw_words(rng, n_lists, n + delay[1], self.pool_size)
        order = spaced_order(rng, times, self.spacing)
        turn = random_orders(rng, n_lists, n)
        return assemble(
            [
                (Event.STUDY, order.shape[1], self.presentation_time),
                delay,
                *ask(n, self.recall_time),
            ],
            n_lists,
            {
                Event.STUDY: np.take_along_axis(drawn, order, axis=1),
                Event.DISTRACTOR: drawn[:, n:],
                Event.CUE: np.take_along_axis(drawn, turn, axis=1),
            },
            answer=np.take_along_axis(times, turn, axis=1) + 1,
        )

    def right(self, schedule: Schedule, responses: NDArray[np.integer]) -> NDArray[np.bool_]:
        """(lists, tests): judgments that hit the number."""
        return check_options(schedule, responses, len(self.options)) == schedule.answers

    def chance(self, n_other_words: int = 0) -> float:
        """Accuracy of guessing any option; other words have no bearing on it."""
        return 1 / len(self.options)

    def score(self, schedule: Schedule, responses: NDArray[np.integer]) -> dict[str, Any]:
        """Columns of the recall table, a recall row for each test.

        Parameters
        ----------
        schedule : Schedule
        responses : (lists, tests) integers
            Numbers of options, from 1: 1 for never, 2 for once, ...

        Returns
        -------
        dict of (rows,) arrays
            `list`, `trial_type`, `position`, `item`; of tests `response`, the number of times
            judged, and of the last presentation `study_position` and `lag` (presentations and tests
            between study and test; NaN for words never shown). How often a word was shown is the
            number of its study rows.
        """
        responses = check_options(schedule, responses, len(self.options))
        item = values_at(schedule.item, steps_at(schedule, Event.RESPONSE) - 1)
        position, lag = last_studied(schedule, item)
        tests = {
            "item": item,
            "response": responses - 1.0,
            "study_position": position,
            "lag": lag,
        }
        return long_table({"item": schedule.presented}, tests)
