"""Serial recall: study a list, then report it in order, one response for each position."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from paradigms.schedule import Event, Schedule, assemble, distraction, steps_of
from paradigms.scoring import check_positions
from paradigms.settings import check_choice, check_numbers, check_pool
from paradigms.words import draw_classes, draw_other_words, draw_words


@dataclass(frozen=True)
class SerialRecall:
    """Immediate or delayed serial recall, forward or backward, with grouping and confusable items.

    Parameters
    ----------
    list_length : int
        Items per list, and responses.
    presentation_time : float
        Seconds each item is shown.
    retention_interval : float
        Seconds between the last item and the report.
    filled : bool
        Whether the retention interval is filled with distraction; else nothing happens in it.
    recall_time : float
        Seconds for the report, divided among its responses.
    direction : {"forward", "backward"}
        Order in which the list is to be reported.
    group_sizes : tuple of int
        Items in each group, together all of the list; left out, the list is not grouped.
    pause : float
        Seconds of pause between groups, in which nothing is shown.
    confusable : {"unrelated", "none", "all", "alternating"}
        Which items of a list are confusable, that is of one similarity class: "none", each item
        is of a class of its own; "all"; or every other item, the first or the second on as a coin
        decides (Henson et al., 1996). "unrelated" draws without regard to classes.
    class_size : int
        Items of a similarity class in the pool: numbers 1..class_size are the first class, and so
        on. Codes that bear it out: `paradigms.Similar(class_size=...)`.
    pool_size : int
        Items from which those of each list are drawn without replacement; a small pool is a
        closed set, such as nine digits.

    Raises
    ------
    ValueError
        If a number is out of range, groups do not add up to the list, or the pool is too small.

    Examples
    --------
    >>> task = SerialRecall(list_length=3)
    >>> schedule = task.trials(seed=0, i=0, n_lists=1)
    >>> bool((schedule.answers == schedule.presented).all())
    True

    The second item is left out, which keeps its place:

    >>> task.score(schedule, np.array([[1, 0, 3]]))["recalled"]
    array([[1, 0, 3]])

    References
    ----------
    Henson, R. N. A., Norris, D. G., Page, M. P. A., & Baddeley, A. D. (1996). Unchained memory:
    Error patterns rule out chaining models of immediate serial recall. Quarterly Journal of
    Experimental Psychology, 49A, 80-115.
    """

    list_length: int = 6
    presentation_time: float = 1.0
    retention_interval: float = 0.0
    filled: bool = True
    recall_time: float = 12.0
    direction: Literal["forward", "backward"] = "forward"
    group_sizes: tuple[int, ...] = ()
    pause: float = 0.0
    confusable: Literal["unrelated", "none", "all", "alternating"] = "unrelated"
    class_size: int = 10
    pool_size: int = 1000

    #: the item of each position is right there, and no other
    objective: ClassVar[str] = "ordered"
    #: what a response may be: a study position, an intrusion (-1), an omission (0)
    response_set: ClassVar[tuple[str, ...]] = ("position", "intrusion", "omission")

    def __post_init__(self) -> None:
        check_numbers(self, or_zero=("retention_interval", "pause"))
        check_choice("direction", self.direction, ("forward", "backward"))
        known = ("unrelated", "none", "all", "alternating")
        check_choice("confusable", self.confusable, known)
        if self.group_sizes and sum(self.group_sizes) != self.list_length:
            raise ValueError(
                f"group_sizes={self.group_sizes} add up to {sum(self.group_sizes)}, but "
                f"list_length={self.list_length}; they must be the same"
            )
        if any(size < 1 for size in self.group_sizes):
            raise ValueError(f"group_sizes must each be 1 or more, got {self.group_sizes}")
        if self.pause and len(self.group_sizes) < 2:
            raise ValueError(f"pause={self.pause} lies between groups; name them in group_sizes")
        n_distractors = self._retention()[1] if self.filled else 0
        check_pool(
            self.pool_size,
            self.list_length + n_distractors,
            f"a list shows {self.list_length} items and {n_distractors} distractors",
        )
        if self.confusable != "unrelated":
            n_classes, of_each = self._classes()
            if of_each > self.class_size:
                raise ValueError(
                    f"class_size={self.class_size} is too small: a list has {of_each} confusable "
                    "items, all of one class"
                )
            if n_classes > self.pool_size // self.class_size:
                raise ValueError(
                    f"pool_size={self.pool_size} has {self.pool_size // self.class_size} classes "
                    f"of {self.class_size}, but a list needs {n_classes}; make the pool larger or "
                    "the classes smaller"
                )

    def _retention(self) -> tuple[Event, int, float]:
        kind, n, seconds = distraction(self.retention_interval, self.presentation_time)
        return (kind if self.filled else Event.PAUSE), n, seconds

    def _classes(self) -> tuple[int, int]:
        """Classes a list draws from, and confusable items of one of them."""
        half = -(-self.list_length // 2)
        kinds = {"none": (self.list_length, 1), "all": (1, self.list_length)}
        return kinds.get(self.confusable, (1 + half, half))

    def trials(self, seed: int, i: int, n_lists: int = 32) -> Schedule:
        """Batch `i` of the experiment with this seed: the same arguments, the same lists.

        Returns
        -------
        Schedule
            All lists have the same events; `answer` holds the item that is right at each response.
        """
        rng = np.random.default_rng([seed, i])
        studied = self._draw(rng, n_lists)
        n_pauses = steps_of(self.pause, self.presentation_time)
        pause = (Event.PAUSE, n_pauses, self.pause / max(n_pauses, 1))
        phases: list[tuple[Event, int, float]] = []
        for size in self.group_sizes or (self.list_length,):
            phases += [(Event.STUDY, size, self.presentation_time), pause]
        test = (Event.RESPONSE, self.list_length, self.recall_time / self.list_length)
        shown = {Event.STUDY: studied}
        retention = self._retention()
        if retention[0] is Event.DISTRACTOR and retention[1]:
            shown[Event.DISTRACTOR] = draw_other_words(rng, studied, retention[1], self.pool_size)
        answer = studied if self.direction == "forward" else studied[:, ::-1]
        return assemble([*phases[:-1], retention, test], n_lists, shown, answer=answer)

    def _draw(self, rng: np.random.Generator, n_lists: int) -> NDArray[np.integer]:
        if self.confusable == "unrelated":
            return draw_words(rng, n_lists, self.list_length, self.pool_size)
        n_classes, of_each = self._classes()
        words = draw_classes(
            rng, n_lists, n_classes, of_each, class_size=self.class_size, pool_size=self.pool_size
        )
        if self.confusable != "alternating":
            return words.reshape(n_lists, self.list_length)
        alike, different = words[:, 0], words[:, 1:, 0]
        turns = np.stack([alike, different], axis=2).reshape(n_lists, -1)[:, : self.list_length]
        other_turns = np.stack([different, alike], axis=2).reshape(n_lists, -1)
        first = rng.random((n_lists, 1)) < 0.5
        return np.where(first, turns, other_turns[:, : self.list_length])

    def _expected(self) -> NDArray[np.integer]:
        """(responses,) study position that is right at each."""
        order = np.arange(1, self.list_length + 1)
        return order if self.direction == "forward" else order[::-1]

    def right(self, schedule: Schedule, responses: NDArray[np.integer]) -> NDArray[np.bool_]:
        """(lists, responses): study positions reported when they were asked for."""
        return self._check(schedule, responses) == self._expected()

    def chance(self, n_other_words: int = 0) -> float:
        """Accuracy of saying at each position any item of the list or `n_other_words` others.

        Examples
        --------
        >>> SerialRecall(list_length=3).chance(n_other_words=2)
        0.2
        """
        return 1 / (self.list_length + n_other_words)

    def _check(self, schedule: Schedule, responses: NDArray[np.integer]) -> NDArray[np.integer]:
        responses = check_positions(schedule, responses, "omission")
        missing = self.list_length - responses.shape[1]
        if missing < 0:
            raise ValueError(
                f"responses has {responses.shape[1]} outputs, but a list of {self.list_length} "
                "items has one for each item"
            )
        return np.pad(responses, ((0, 0), (0, missing)))

    def score(self, schedule: Schedule, responses: NDArray[np.integer]) -> dict[str, Any]:
        """What was presented and reported: the matrices of the recall table.

        Parameters
        ----------
        schedule : Schedule
            What was shown.
        responses : (lists, outputs) integers
            Study position from 1 of each response in output order, -1 for a response that is no
            item of the list, 0 for an omission.

        Returns
        -------
        dict
            `presented` and `recalled`, both (lists, list_length). `recalled` is in the places of
            the report, as written down: in backward recall its last place is filled first, so that
            a perfect report is 1, 2, 3, ... in both directions; `recall_columns["output"]` then
            says when each place was filled.
        """
        report = self._check(schedule, responses)
        if self.direction == "forward":
            return {"presented": schedule.presented, "recalled": report}
        output = np.broadcast_to(self._expected(), report.shape)
        return {
            "presented": schedule.presented,
            "recalled": report[:, ::-1],
            "recall_columns": {"output": output},
        }


def span_test(
    task: SerialRecall,
    recall: Callable[[Schedule], NDArray[np.integer]],
    *,
    seed: int = 0,
    lengths: Iterable[int] = range(2, 13),
    lists_per_length: int = 4,
    failures: int = 4,
) -> dict[str, NDArray[np.integer]]:
    """Memory span procedure: longer and longer lists, until too many of one length fail.

    Parameters
    ----------
    task : SerialRecall
        All but the list length; without groups.
    recall : function
        Takes a Schedule and returns (lists, outputs) responses, as `task.score` takes them.
    seed : int
        Of the lists; those of length n are batch n.
    lengths : iterable of int
        In the order in which they are tried.
    lists_per_length : int
        Lists of each length.
    failures : int
        Lists of one length not reported perfectly after which the procedure stops.

    Returns
    -------
    dict
        `presented` and `recalled`, both (lists, longest length tried), and `list_length` (lists,).

    Examples
    --------
    Somebody who reports up to three items, and leaves out the rest:

    >>> positions = lambda schedule: np.arange(1, schedule.n_responses + 1)
    >>> three = lambda schedule: np.tile(np.where(positions(schedule) < 4, positions(schedule), 0), (4, 1))
    >>> span_test(SerialRecall(), three)["list_length"]
    array([2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4])
    """
    if not 1 <= failures <= lists_per_length:
        raise ValueError(
            f"failures must lie in 1..{lists_per_length} (lists_per_length), got {failures}; "
            "with more the procedure would not stop"
        )
    scored = []
    for length in lengths:
        longer = replace(task, list_length=length)
        schedule = longer.trials(seed, length, lists_per_length)
        responses = recall(schedule)
        scored.append(longer.score(schedule, responses))
        if (~longer.right(schedule, responses).all(axis=1)).sum() >= failures:
            break
    if not scored:
        raise ValueError("lengths is empty; give at least one")
    longest = max(part["presented"].shape[1] for part in scored)
    result = {
        name: np.concatenate(
            [np.pad(part[name], ((0, 0), (0, longest - part[name].shape[1]))) for part in scored]
        )
        for name in ("presented", "recalled")
    }
    return result | {"list_length": np.count_nonzero(result["presented"], axis=1)}
