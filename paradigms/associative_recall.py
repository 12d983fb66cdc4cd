"""Paired associates: study pairs, then recall one word of each from the other."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from paradigms.cued_recall import DIRECTIONS, RESPONSE_SET, ask, cued_rows, right_answers
from paradigms.schedule import Event, Schedule, assemble, distraction
from paradigms.scoring import long_table, steps_at
from paradigms.settings import check_choice, check_numbers, check_pool, check_whole
from paradigms.words import draw_words, random_orders, spaced_order


@dataclass(frozen=True)
class PairedAssociates:
    """Study a list of pairs, then test them by cues, forward, backward or both.

    Parameters
    ----------
    list_length : int
        Pairs per list.
    presentation_time : float
        Seconds each pair is shown.
    presentations : int, or tuple of int
        How often each pair is shown; of several numbers each holds for as many pairs.
    spacing : int
        Presentations of other pairs, at least, between two of the same.
    retention_interval : float
        Seconds of distraction between the last pair and the first test.
    recall_time : float
        Seconds for each test.
    direction : {"forward", "backward", "mixed"}
        Which word is the cue: the first of its pair, the second, or each for half of the tests.
    n_tests : int
        Pairs that are tested, chosen at random; 0 for all. With 1, the pair that is probed has a
        lag of 0 .. list_length - 1 (Murdock, 1967).
    test_order : {"random", "study"}
        Order of the tests.
    second_test : {"none", "same", "reversed", "mixed"}
        Whether all pairs are tested once more after the first round, in the same direction, in the
        other, or half of them in each (Kahana, 2002).
    pool_size : int
        Words from which those of each list are drawn without replacement.

    Raises
    ------
    ValueError
        If a number is out of range or settings do not fit together.

    Examples
    --------
    >>> task = PairedAssociates(list_length=2, direction="backward", test_order="study")
    >>> schedule = task.trials(seed=0, i=0, n_lists=1)
    >>> [Event(kind).name for kind in schedule.event[0]]
    ['STUDY', 'STUDY', 'CUE', 'RESPONSE', 'CUE', 'RESPONSE']

    The cues are the second words, the answers the first:

    >>> bool((schedule.item[0, [2, 4]] == schedule.partner[0, :2]).all())
    True
    >>> bool((schedule.answer[0, [3, 5]] == schedule.item[0, :2]).all())
    True
    >>> task.score(schedule, schedule.answers)["lag"]  # of the study rows, then of the tests
    array([nan, nan,  1.,  1.])

    References
    ----------
    Murdock, B. B. (1967). Recent developments in short-term memory. British Journal of Psychology,
    58, 421-433.

    Kahana, M. J. (2002). Associative symmetry and memory theory. Memory & Cognition, 30, 823-840.
    """

    list_length: int = 12
    presentation_time: float = 2.0
    presentations: Any = 1  # an int, or a tuple of them
    spacing: int = 1
    retention_interval: float = 0.0
    recall_time: float = 5.0
    direction: Literal["forward", "backward", "mixed"] = "forward"
    n_tests: int = 0
    test_order: Literal["random", "study"] = "random"
    second_test: Literal["none", "same", "reversed", "mixed"] = "none"
    pool_size: int = 1000

    #: the other word of the pair is right, and no other
    objective: ClassVar[str] = "ordered"
    response_set: ClassVar[tuple[str, ...]] = RESPONSE_SET

    def __post_init__(self) -> None:
        check_numbers(self, or_zero=("retention_interval", "n_tests", "spacing"))
        check_choice("direction", self.direction, DIRECTIONS)
        check_choice("test_order", self.test_order, ("random", "study"))
        known = ("none", "same", "reversed", "mixed")
        check_choice("second_test", self.second_test, known)
        for times in self._times():
            check_whole("presentations", times)
            if times < 1:
                raise ValueError(f"presentations must be 1 or more, got {times}")
        if self.list_length % len(self._times()):
            raise ValueError(
                f"list_length={self.list_length} is no multiple of the {len(self._times())} "
                f"numbers of presentations {self._times()}; each holds for as many pairs"
            )
        if self.n_tests > self.list_length:
            raise ValueError(
                f"n_tests={self.n_tests}, but there are only list_length={self.list_length} pairs; "
                "for a second round of tests, see second_test"
            )
        n_distractors = distraction(self.retention_interval, self.presentation_time)[1]
        check_pool(
            self.pool_size,
            2 * self.list_length + n_distractors,
            f"a list shows {self.list_length} pairs and {n_distractors} distractors",
        )
        if max(self._times()) > 1:  # an order with this spacing must exist
            shown = np.resize(self._times(), (1, self.list_length))
            spaced_order(np.random.default_rng(0), shown, self.spacing)

    def _times(self) -> tuple[int, ...]:
        several = isinstance(self.presentations, (tuple, list))
        return tuple(self.presentations) if several else (self.presentations,)

    def trials(self, seed: int, i: int, n_lists: int = 32) -> Schedule:
        """Batch `i` of the experiment with this seed: the same arguments, the same lists.

        Returns
        -------
        Schedule
            All lists have the same events. At study the first word is the `item` and the second
            its `partner`; a cue is an `item` without partner, and `answer` the other word.
        """
        rng = np.random.default_rng([seed, i])
        n = self.list_length
        delay = distraction(self.retention_interval, self.presentation_time)
        words = draw_words(rng, n_lists, 2 * n + delay[1], self.pool_size)
        pairs, distractors = words[:, : 2 * n].reshape(n_lists, 2, n), words[:, 2 * n :]
        # a pair's place in the design: which number of presentations, and its rank among those with it
        place = random_orders(rng, n_lists, n)
        times = np.array(self._times())
        level, rank = place % len(times), place // len(times)
        order = spaced_order(rng, times[level], self.spacing if times.max() > 1 else 0)
        first_shown = (order[:, None, :] == np.arange(n)[:, None]).argmax(axis=2)
        tested = np.argsort(place, axis=1)[:, : self.n_tests or n]
        # checkerboards over level and rank, so that halves are halves at every level
        coin = rng.integers(2, size=(2, n_lists, 1))
        half, quarter = (rank + level + coin[0]) % 2, (rank // 2 + level + coin[1]) % 2
        backward = {"forward": half < 0, "backward": half >= 0, "mixed": half == 1}[self.direction]
        changes = {"same": half < 0, "reversed": half >= 0, "mixed": quarter == 1}
        rounds = [backward]
        if self.second_test != "none":
            rounds.append(backward ^ changes[self.second_test])
        cues, answers = [], []
        for reverse in rounds:
            key = first_shown if self.test_order == "study" else rng.random((n_lists, n))
            key = np.take_along_axis(key, tested, axis=1)
            in_turn = np.take_along_axis(tested, np.argsort(key, axis=1), axis=1)
            # first words in row 0 of the pairs, second words in row 1
            sides = np.where(reverse[:, None], pairs[:, ::-1], pairs)
            cue, answer = np.take_along_axis(sides, in_turn[:, None], axis=2).swapaxes(0, 1)
            cues.append(cue)
            answers.append(answer)
        studied = np.take_along_axis(pairs, order[:, None], axis=2)
        return assemble(
            [
                (Event.STUDY, order.shape[1], self.presentation_time),
                delay,
                *ask(len(rounds) * tested.shape[1], self.recall_time),
            ],
            n_lists,
            {
                Event.STUDY: studied[:, 0],
                Event.DISTRACTOR: distractors,
                Event.CUE: np.concatenate(cues, axis=1),
            },
            {Event.STUDY: studied[:, 1]},
            np.concatenate(answers, axis=1),
        )

    def right(self, schedule: Schedule, responses: NDArray[np.integer]) -> NDArray[np.bool_]:
        """(lists, tests): answers that are the other word of the pair."""
        return right_answers(schedule, responses)

    def chance(self, n_other_words: int = 0) -> float:
        """Accuracy of answering with any word of the list or `n_other_words` others.

        Examples
        --------
        >>> PairedAssociates(list_length=2).chance(n_other_words=1)
        0.2
        """
        return 1 / (2 * self.list_length + n_other_words)

    def score(self, schedule: Schedule, responses: NDArray[np.integer]) -> dict[str, Any]:
        """Columns of the recall table: study rows are pairs, recall rows tests.

        Parameters
        ----------
        schedule : Schedule
        responses : (lists, tests) integers
            Item number of each answer, -1 for a word that was never shown, 0 for none.

        Returns
        -------
        dict of (rows,) arrays
            `list`, `trial_type`, `position`, `item`, `cue`, and of tests what `cued_rows` says.
        """
        return long_table(*cued_rows(schedule, responses, *pairs_of(schedule)))


def pairs_of(schedule: Schedule) -> tuple[NDArray, NDArray, NDArray]:
    """First words, second words and steps of the pairs studied, (lists, studied) each."""
    second = schedule.at(Event.STUDY, schedule.partner)
    return schedule.presented, second, steps_at(schedule, Event.STUDY)
