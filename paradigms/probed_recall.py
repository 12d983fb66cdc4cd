"""Probed recall: study a list, then recall single words by their neighbour or their position."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from paradigms.cued_recall import RESPONSE_SET, ask, cued_rows, right_answers
from paradigms.schedule import Event, Schedule, assemble, distraction
from paradigms.scoring import long_table, steps_at
from paradigms.settings import check_choice, check_numbers, check_pool
from paradigms.words import draw_words, random_orders


@dataclass(frozen=True)
class ProbedRecall:
    """Study a list of words; a probe then asks for the word next to it, or at a position.

    Parameters
    ----------
    list_length : int
        Words per list.
    probe : {"item", "position"}
        "item": the probe is a word of the list. "position": each word is shown together with a
        marker of its position, and the probe is a marker.
    direction : {"forward", "backward"}
        Which neighbour a word asks for: the next, or the one before (Kahana & Caplan, 2002). Not
        both in one list, for a cue does not say which. Positions ask forward only.
    n_tests : int
        Probes per list, at positions chosen at random; 0 for all.
    presentation_time, retention_interval, recall_time : float
        Seconds each word is shown, of distraction before the first test, and for each test.
    pool_size : int
        Words from which those of each list are drawn without replacement. Where probes are
        positions the first `list_length` of them are the markers, the same in all lists.

    Raises
    ------
    ValueError
        If a number is out of range, there are more tests than the list has to ask for, a position
        asks backward, or the pool is too small.

    Examples
    --------
    >>> task = ProbedRecall(list_length=3)
    >>> schedule = task.trials(seed=0, i=0, n_lists=1)
    >>> words = schedule.presented[0].tolist()
    >>> cue, answer = schedule.item[0, 3], schedule.answer[0, 4]
    >>> words.index(answer) - words.index(cue)
    1

    References
    ----------
    Kahana, M. J., & Caplan, J. B. (2002). Associative asymmetry in probed recall of serial lists.
    Memory & Cognition, 30, 841-849.
    """

    list_length: int = 8
    probe: Literal["item", "position"] = "item"
    direction: Literal["forward", "backward"] = "forward"
    n_tests: int = 1
    presentation_time: float = 2.0
    retention_interval: float = 0.0
    recall_time: float = 5.0
    pool_size: int = 1000

    #: the word asked for is right, and no other
    objective: ClassVar[str] = "ordered"
    response_set: ClassVar[tuple[str, ...]] = RESPONSE_SET

    def __post_init__(self) -> None:
        check_numbers(self, or_zero=("retention_interval", "n_tests"))
        check_choice("probe", self.probe, ("item", "position"))
        check_choice("direction", self.direction, ("forward", "backward"))
        if self.probe == "position" and self.direction != "forward":
            raise ValueError(
                f"direction={self.direction!r} needs pairs, but a position is no word to recall; "
                "use probe='item', or PairedAssociates"
            )
        if self.n_tests > self._n_pairs():
            raise ValueError(
                f"n_tests={self.n_tests}, but list_length={self.list_length} words have only "
                f"{self._n_pairs()} to ask for by {self.probe}"
            )
        if self._n_pairs() < 1:
            raise ValueError("list_length must be 2 or more: a single word has no neighbour")
        n_distractors = distraction(self.retention_interval, self.presentation_time)[1]
        markers = self.list_length if self.probe == "position" else 0
        check_pool(
            self.pool_size,
            self.list_length + markers + n_distractors,
            f"a list shows {self.list_length} words, {markers} markers of position and "
            f"{n_distractors} distractors",
        )

    def _n_pairs(self) -> int:
        """Pairs of neighbours, or of marker and word."""
        return self.list_length - (self.probe == "item")

    def trials(self, seed: int, i: int, n_lists: int = 32) -> Schedule:
        """Batch `i` of the experiment with this seed: the same arguments, the same lists."""
        rng = np.random.default_rng([seed, i])
        n, delay = self.list_length, distraction(self.retention_interval, self.presentation_time)
        markers: NDArray[np.integer] = np.tile(np.arange(1, n + 1), (n_lists, 1))
        if self.probe == "position":
            words = draw_words(rng, n_lists, n + delay[1], self.pool_size - n) + n
            first, second, partner = markers, words[:, :n], {Event.STUDY: markers}
        else:
            words = draw_words(rng, n_lists, n + delay[1], self.pool_size)
            first, second, partner = words[:, : n - 1], words[:, 1:n], {}
        tested = random_orders(rng, n_lists, self._n_pairs())[:, : self.n_tests or None]
        cue, answer = (np.take_along_axis(side, tested, axis=1) for side in (first, second))
        if self.direction == "backward":
            cue, answer = answer, cue
        return assemble(
            [
                (Event.STUDY, n, self.presentation_time),
                delay,
                *ask(tested.shape[1], self.recall_time),
            ],
            n_lists,
            {
                Event.STUDY: words[:, :n],
                Event.DISTRACTOR: words[:, n:],
                Event.CUE: cue,
            },
            partner,
            answer,
        )

    def right(self, schedule: Schedule, responses: NDArray[np.integer]) -> NDArray[np.bool_]:
        """(lists, tests): answers that are the word asked for."""
        return right_answers(schedule, responses)

    def chance(self, n_other_words: int = 0) -> float:
        """Accuracy of answering with any word of the list or `n_other_words` others.

        Examples
        --------
        >>> ProbedRecall(list_length=4).chance(n_other_words=1)
        0.2
        """
        return 1 / (self.list_length + n_other_words)

    def score(self, schedule: Schedule, responses: NDArray[np.integer]) -> dict[str, Any]:
        """Columns of the recall table, as those of `PairedAssociates.score`.

        Where words are probes the study rows are pairs of neighbours: row k is words k and k + 1.
        """
        words, steps = schedule.presented, steps_at(schedule, Event.STUDY)
        if self.probe == "position":
            pairs = (schedule.at(Event.STUDY, schedule.partner), words, steps)
        else:
            pairs = (words[:, :-1], words[:, 1:], steps[:, 1:])
        return long_table(*cued_rows(schedule, responses, *pairs))
