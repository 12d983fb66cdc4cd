"""Interference: two lists of pairs, some with the same cues (A-B, A-C), some without (A-B, C-D)."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from paradigms.associative_recall import pairs_of
from paradigms.cued_recall import RESPONSE_SET, ask, cued_rows, right_answers
from paradigms.schedule import Event, Schedule, assemble, distraction
from paradigms.scoring import long_table, steps_at, values_at
from paradigms.settings import check_numbers, check_pool
from paradigms.words import draw_words, random_orders


@dataclass(frozen=True)
class Interference:
    """Study two lists of pairs, then recall from a cue the word it had in one of them.

    Half of the cues of the first list come again in the second, with another word: A-B, A-C. The
    others are controls: A-B, C-D. Each list has a label, a word of its own that is shown before
    it. A test shows the cue and the label of the list in question. Both lists and their tests are
    one row of the schedule, and two lists in the recall table.

    Parameters
    ----------
    list_length : int
        Pairs in each of the two lists; even.
    presentation_time : float
        Seconds each pair, and each label, is shown.
    retention_interval : float
        Seconds of distraction between the second list and the first test.
    recall_time : float
        Seconds for each test.
    tested_lists : tuple of int
        Lists whose pairs are tested: 1, 2 or both, in random order.
    pool_size : int
        Words from which those of each row are drawn without replacement.

    Raises
    ------
    ValueError
        If a number is out of range, the lists cannot be halved, or the pool is too small.

    Examples
    --------
    >>> task = Interference(list_length=2, tested_lists=(1,))
    >>> schedule = task.trials(seed=0, i=0, n_lists=1)
    >>> " ".join(Event(kind).name for kind in schedule.event[0])
    'CUE STUDY STUDY CUE STUDY STUDY CUE RESPONSE CUE RESPONSE'

    One of the two cues comes in both lists, and every test shows the label of the first:

    >>> len(set(schedule.item[0, 1:3]) & set(schedule.item[0, 4:6]))
    1
    >>> bool((schedule.partner[0, [6, 8]] == schedule.item[0, 0]).all())
    True

    References
    ----------
    Barnes, J. M., & Underwood, B. J. (1959). "Fate" of first-list associations in transfer theory.
    Journal of Experimental Psychology, 58, 97-105.
    """

    list_length: int = 8
    presentation_time: float = 2.0
    retention_interval: float = 0.0
    recall_time: float = 5.0
    tested_lists: tuple[int, ...] = (1, 2)
    pool_size: int = 1000

    #: the word that the cue had in the list in question is right, and no other
    objective: ClassVar[str] = "ordered"
    response_set: ClassVar[tuple[str, ...]] = RESPONSE_SET

    def __post_init__(self) -> None:
        check_numbers(self, or_zero=("retention_interval",))
        if self.list_length % 2:
            raise ValueError(
                f"list_length must be even, got {self.list_length}: half of the cues come again"
            )
        if not self.tested_lists or not set(self.tested_lists) <= {1, 2}:
            raise ValueError(f"tested_lists must be (1,), (2,) or (1, 2), got {self.tested_lists}")
        n_distractors = distraction(self.retention_interval, self.presentation_time)[1]
        n_words = self._n_words() + 2
        check_pool(
            self.pool_size,
            n_words + n_distractors,
            f"two lists show {n_words} words, with their labels, and {n_distractors} distractors",
        )

    def _n_words(self) -> int:
        """Words of the pairs: cues of list 1, those new in list 2, and two lists of answers."""
        return 3 * self.list_length + self.list_length // 2

    def trials(self, seed: int, i: int, n_lists: int = 32) -> Schedule:
        """Batch `i` of the experiment with this seed: the same arguments, the same lists.

        Returns
        -------
        Schedule
            All rows have the same events. Cues of tests have the label as `partner`.
        """
        rng = np.random.default_rng([seed, i])
        n, half = self.list_length, self.list_length // 2
        delay = distraction(self.retention_interval, self.presentation_time)
        n_words = self._n_words()
        drawn = draw_words(rng, n_lists, n_words + 2 + delay[1], self.pool_size)
        labels, distractors = drawn[:, n_words : n_words + 2], drawn[:, n_words + 2 :]
        # cues of list 1 in a random order, of which the second half goes on into list 2
        cues = np.stack([drawn[:, :n], drawn[:, half : n + half]], axis=1)
        targets = drawn[:, n + half : n_words].reshape(n_lists, 2, n)
        order = random_orders(rng, 2 * n_lists, n).reshape(n_lists, 2, n)
        cues, targets = (np.take_along_axis(side, order, axis=2) for side in (cues, targets))
        asked = np.array(sorted(set(self.tested_lists))) - 1
        turn = random_orders(rng, n_lists, len(asked) * n)
        cue, answer, label = (
            np.take_along_axis(side[:, asked].reshape(n_lists, -1), turn, axis=1)
            for side in (cues, targets, np.repeat(labels[:, :, None], n, axis=2))
        )
        one_list = [
            (Event.CUE, 1, self.presentation_time),
            (Event.STUDY, n, self.presentation_time),
        ]
        return assemble(
            [*one_list, *one_list, delay, *ask(turn.shape[1], self.recall_time)],
            n_lists,
            {
                Event.STUDY: cues.reshape(n_lists, -1),
                Event.DISTRACTOR: distractors,
                Event.CUE: np.concatenate([labels, cue], axis=1),
            },
            {
                Event.STUDY: targets.reshape(n_lists, -1),
                Event.CUE: np.concatenate([np.zeros_like(labels), label], axis=1),
            },
            answer,
        )

    def right(self, schedule: Schedule, responses: NDArray[np.integer]) -> NDArray[np.bool_]:
        """(rows, tests): answers that the cue had in the list in question."""
        return right_answers(schedule, responses)

    def chance(self, n_other_words: int = 0) -> float:
        """Accuracy of answering with any word of the pairs or `n_other_words` others.

        Examples
        --------
        >>> Interference(list_length=2).chance(n_other_words=3)  # 3 cues, 4 answers, 3 others
        0.1
        """
        return 1 / (self._n_words() + n_other_words)

    def score(self, schedule: Schedule, responses: NDArray[np.integer]) -> dict[str, Any]:
        """Columns of the recall table, as those of `PairedAssociates.score`.

        `list` is 2 k - 1 for the first and 2 k for the second list of row k, and tests belong to
        the list they ask for. `study_list` (1 or 2) and `condition` ("AB-AC", or "AB-CD" for cues
        of one list only) are added.
        """
        n, n_lists = self.list_length, schedule.n_lists
        first, second, steps = pairs_of(schedule)
        study, tests = cued_rows(schedule, responses, first, second, steps)
        label = values_at(schedule.partner, steps_at(schedule, Event.RESPONSE) - 1)
        tests["study_list"] = np.where(label == schedule.item[:, :1], 1, 2)
        study["study_list"] = np.tile(np.repeat([1, 2], n), (n_lists, 1))
        for rows in (study, tests):
            both = np.isin(rows["study_list"], [1, 2])
            for words in (first[:, :n], first[:, n:]):
                both &= (rows["cue"][:, :, None] == words[:, None, :]).any(axis=2)
            rows["condition"] = np.where(both, "AB-AC", "AB-CD")
        columns = long_table(study, tests)
        columns["list"] = 2 * columns["list"] - 2 + columns["study_list"]
        columns["study_position"] = (columns["study_position"] - 1) % n + 1
        columns["position"] = np.concatenate(
            [_places(study["study_list"]), _places(tests["study_list"])], axis=1
        ).ravel()
        return columns


def _places(study_list: NDArray[np.integer]) -> NDArray[np.integer]:
    """Position of each row among those of its list, from 1."""
    second = study_list == 2
    return np.where(second, np.cumsum(second, axis=1), np.cumsum(~second, axis=1))
