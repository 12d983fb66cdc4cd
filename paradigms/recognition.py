"""Recognition: study words or pairs, then tell those studied from others (yes or no)."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from paradigms.cued_recall import ask
from paradigms.schedule import Event, Schedule, assemble, distraction
from paradigms.scoring import check_options, long_table, steps_at, values_at
from paradigms.settings import check_numbers, check_pool
from paradigms.words import draw_words, random_orders


@dataclass(frozen=True)
class Recognition:
    """Study a list, then say of each test whether it was studied.

    Parameters
    ----------
    list_length : int
        Words per list, or pairs.
    pairs : bool
        Whether pairs are studied. Tests then show pairs that are intact, or rearranged from words
        of different pairs; both words are old, so that only the association tells.
    n_targets : int
        Tests to which "yes" is right: words studied, or intact pairs. Chosen at random.
    n_lures : int
        Tests to which "no" is right: new words, or rearranged pairs. Rearranged pairs take their
        words from pairs that are not tested intact.
    presentation_time, retention_interval, recall_time : float
        Seconds each word or pair is shown, of distraction before the first test, and for each test.
    pool_size : int
        Words from which those of each list are drawn without replacement.

    Raises
    ------
    ValueError
        If a number is out of range, there are more tests than words or pairs for them, a single
        pair is to be rearranged, or the pool is too small.

    Examples
    --------
    >>> task = Recognition(list_length=2, n_targets=1, n_lures=1)
    >>> schedule = task.trials(seed=0, i=0, n_lists=1)
    >>> [Event(kind).name for kind in schedule.event[0]]
    ['STUDY', 'STUDY', 'CUE', 'RESPONSE', 'CUE', 'RESPONSE']
    >>> studied, tested = schedule.item[0, :2], schedule.item[0, [2, 4]]
    >>> bool((np.isin(tested, studied) == (schedule.answers[0] == 1)).all())  # option 1 is yes
    True
    """

    list_length: int = 16
    pairs: bool = False
    n_targets: int = 8
    n_lures: int = 8
    presentation_time: float = 2.0
    retention_interval: float = 0.0
    recall_time: float = 5.0
    pool_size: int = 1000

    #: one option is right
    objective: ClassVar[str] = "choice"
    response_set: ClassVar[tuple[str, ...]] = ("option",)
    #: the options, numbered from 1
    options: ClassVar[tuple[str, ...]] = ("yes", "no")

    def __post_init__(self) -> None:
        check_numbers(self, or_zero=("retention_interval", "n_targets", "n_lures"))
        if self.n_targets + self.n_lures < 1:
            raise ValueError("n_targets and n_lures are both 0; test at least something")
        what, needed = ("words", self.n_targets)
        if self.pairs:
            what, needed = ("pairs, intact or rearranged", self.n_targets + self.n_lures)
        if needed > self.list_length:
            raise ValueError(
                f"list_length={self.list_length} is too short: {needed} {what}, are tested"
            )
        if self.pairs and self.n_lures == 1:
            raise ValueError("n_lures must not be 1: rearranging takes words of at least two pairs")
        n_distractors = distraction(self.retention_interval, self.presentation_time)[1]
        n_words = self.list_length * 2 if self.pairs else self.list_length + self.n_lures
        check_pool(
            self.pool_size,
            n_words + n_distractors,
            f"a list and its tests show {n_words} words and {n_distractors} distractors",
        )

    def trials(self, seed: int, i: int, n_lists: int = 32) -> Schedule:
        """Batch `i` of the experiment with this seed: the same arguments, the same lists.

        Returns
        -------
        Schedule
            All lists have the same events. `answer` is 1 (yes) or 2 (no).
        """
        rng = np.random.default_rng([seed, i])
        n, delay = self.list_length, distraction(self.retention_interval, self.presentation_time)
        n_words = 2 * n if self.pairs else n + self.n_lures
        drawn = draw_words(rng, n_lists, n_words + delay[1], self.pool_size)
        words, second = drawn[:, :n], drawn[:, n : 2 * n]
        order = random_orders(rng, n_lists, n)
        targets = order[:, : self.n_targets]
        if self.pairs:
            lures = order[:, self.n_targets : self.n_targets + self.n_lures]
            asked = np.concatenate([targets, lures], axis=1)
            item = np.take_along_axis(words, asked, axis=1)
            # each takes the second word of the next: none keeps its own
            asked = np.concatenate([targets, np.roll(lures, 1, axis=1)], axis=1)
            partner = np.take_along_axis(second, asked, axis=1)
        else:
            old = np.take_along_axis(words, targets, axis=1)
            item = np.concatenate([old, drawn[:, n : n + self.n_lures]], axis=1)
            partner = np.zeros_like(item)
        answer = np.tile(np.repeat([1, 2], [self.n_targets, self.n_lures]), (n_lists, 1))
        turn = random_orders(rng, n_lists, item.shape[1])
        item, partner, answer = (
            np.take_along_axis(side, turn, axis=1) for side in (item, partner, answer)
        )
        return assemble(
            [
                (Event.STUDY, n, self.presentation_time),
                delay,
                *ask(item.shape[1], self.recall_time),
            ],
            n_lists,
            {Event.STUDY: words, Event.DISTRACTOR: drawn[:, n_words:], Event.CUE: item},
            {Event.STUDY: second if self.pairs else np.zeros_like(words), Event.CUE: partner},
            answer,
        )

    def right(self, schedule: Schedule, responses: NDArray[np.integer]) -> NDArray[np.bool_]:
        """(lists, tests): yes to what was studied, no to the rest."""
        return check_options(schedule, responses, len(self.options)) == schedule.answers

    def chance(self, n_other_words: int = 0) -> float:
        """Accuracy of guessing, one half; other words have no bearing on it."""
        return 1 / len(self.options)

    def score(self, schedule: Schedule, responses: NDArray[np.integer]) -> dict[str, Any]:
        """Columns of the recall table, a recall row for each test.

        Parameters
        ----------
        schedule : Schedule
        responses : (lists, tests) integers
            1 for yes, 2 for no.

        Returns
        -------
        dict of (rows,) arrays
            `list`, `trial_type`, `position`, `item` (with pairs the second word, and `cue` the
            first); of tests `response` ("yes" or "no"), `probe` ("target" or "lure"), and of what
            was studied `study_position` and `lag` (presentations and tests between study and test;
            NaN for new words, and in a rearranged pair those of its first word).
        """
        responses = check_options(schedule, responses, len(self.options))
        steps, asked = steps_at(schedule, Event.STUDY), steps_at(schedule, Event.RESPONSE)
        item, partner = (values_at(shown, asked - 1) for shown in (schedule.item, schedule.partner))
        position, lag = last_studied(schedule, item)
        study, tests = {"item": schedule.presented}, {"item": item}
        if self.pairs:
            study = {"item": values_at(schedule.partner, steps), "cue": schedule.presented}
            tests = {"item": partner, "cue": item}
        tests |= {
            "response": np.array(self.options)[responses - 1],
            "probe": np.where(schedule.answers == 1, "target", "lure"),
            "study_position": position,
            "lag": lag,
        }
        return long_table(study, tests)


def last_studied(
    schedule: Schedule, item: NDArray[np.integer]
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Study position of the last presentation of tested items, and their lag; NaN for new ones.

    Parameters
    ----------
    schedule : Schedule
        All is studied before the first test.
    item : (lists, tests) integers

    Returns
    -------
    (lists, tests) floats, twice
        The lag is the number of presentations and tests between study and test.
    """
    same = item[:, :, None] == schedule.presented[:, None, :]
    n_studied, n_tests = same.shape[2], same.shape[1]
    last = n_studied - same[:, :, ::-1].argmax(axis=2).astype(float)
    position = np.where(same.any(axis=2), last, np.nan)
    return position, n_studied - position + np.arange(n_tests)
