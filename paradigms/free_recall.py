"""Free recall: study a list, then say its words in any order (Murdock, 1962)."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from paradigms.schedule import Event, Schedule, distraction, lay_out, steps_of
from paradigms.scoring import check_positions, first_time, going
from paradigms.settings import check_choice, check_numbers, check_pool, check_whole
from paradigms.words import class_of, draw_classes, draw_other_words, draw_words


@dataclass(frozen=True)
class FreeRecall:
    """Immediate, delayed or continual-distractor free recall.

    Parameters
    ----------
    list_length : int, or tuple of int
        Words per list; several lengths are mixed as `one_length_per` says.
    presentation_time : float
        Seconds each word is shown.
    retention_interval : float
        Seconds of distraction between the last word and the test; 0 is immediate recall. It is
        filled with distractor events, none longer than a word is shown.
    recall_time : float
        Seconds for recall. It is divided among `list_length` + 1 responses, so that a perfect
        participant has one left in which to stop.
    pool_size : int
        Words from which the items of each list are drawn without replacement.
    interitem_interval : float
        Seconds of distraction before every word, the first included. With a retention interval
        this is the continual-distractor paradigm (Howard & Kahana, 1999).
    n_categories : int
        Categories in each list, with as many words of each; 0 for unrelated words.
    category_size : int
        Words of a category in the pool: numbers 1..category_size are the first category, and so on.
    category_order : {"random", "blocked"}
        Whether words of a category are scattered over the list or stand together.
    semantic_span : int
        Draw all words of a list from a stretch of that many neighbouring numbers, so that codes
        with similarity in degrees (`paradigms.Similar` with class_size=0) give lists of words
        more or less alike; 0 for no such lists.
    lists_per_session : int
        Lists that one person takes in a row, in which no item comes twice, so that an intrusion
        from a prior list is known as such. The lists of a session are consecutive rows of a batch.
    one_length_per : {"batch", "list"}
        "batch": batches take the lengths in turn, as networks want it, for which all lists of a
        batch have the same events. "list": lengths are mixed within a batch, equally often, and
        shorter lists end in PAD; `Schedule.alike` finds those that go together.

    Raises
    ------
    ValueError
        If a number is out of range, categories do not fit a list, or the pool is smaller than
        what one session shows.

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

    Howard, M. W., & Kahana, M. J. (1999). Contextual variability and serial position effects in
    free recall. Journal of Experimental Psychology: Learning, Memory, and Cognition, 25, 923-941.
    """

    list_length: Any = 10  # an int for most readers; a tuple of them would burden all others
    presentation_time: float = 2.0
    retention_interval: float = 0.0
    recall_time: float = 90.0
    pool_size: int = 1000
    interitem_interval: float = 0.0
    n_categories: int = 0
    category_size: int = 10
    category_order: Literal["random", "blocked"] = "random"
    semantic_span: int = 0
    lists_per_session: int = 1
    one_length_per: Literal["batch", "list"] = "batch"

    #: a response is right if it is any studied word not yet recalled, and STOP once none is left
    objective: ClassVar[str] = "order-free"
    #: what a response may be: a study position, an intrusion (-1), STOP (0)
    response_set: ClassVar[tuple[str, ...]] = ("position", "intrusion", "stop")

    def __post_init__(self) -> None:
        if not self.lengths:
            raise ValueError("list_length must be a number or several, got none")
        for length in self.lengths:
            check_whole("list_length", length)
            if length < 1:
                raise ValueError(f"list_length must be more than 0, got {length!r}")
        check_numbers(
            self,
            or_zero=("retention_interval", "interitem_interval", "n_categories", "semantic_span"),
        )
        check_choice("category_order", self.category_order, ("random", "blocked"))
        check_choice("one_length_per", self.one_length_per, ("batch", "list"))
        longest = max(self.lengths)
        n_distractors = self._n_distractors(longest)
        what = f"a list shows {longest} words and {n_distractors} distractors"
        if self.lists_per_session > 1:
            what += f", a session has {self.lists_per_session} lists"
        check_pool(self.pool_size, (longest + n_distractors) * self.lists_per_session, what)
        self._check_classes()

    def _check_classes(self) -> None:
        if self.n_categories and self.semantic_span:
            raise ValueError("n_categories and semantic_span exclude each other; set one of them 0")
        if not (self.n_categories or self.semantic_span):
            return
        name, size, n = "category_size", self.category_size, self.n_categories
        if self.semantic_span:
            name, size, n = "semantic_span", self.semantic_span, 1
        for length in self.lengths:
            if length % n:
                raise ValueError(
                    f"list_length={length} is no multiple of n_categories={n}; every category of "
                    "a list has as many words"
                )
            if length // n > size:
                raise ValueError(
                    f"{name}={size} is too small: a list shows {length // n} words of one; make "
                    "it larger or the list shorter"
                )
        if n * self.lists_per_session > self.pool_size // size:
            raise ValueError(
                f"pool_size={self.pool_size} has {self.pool_size // size} stretches of {size} "
                f"words, but a session needs {n * self.lists_per_session}: none comes twice; make "
                f"the pool at least {n * self.lists_per_session * size}"
            )

    @property
    def lengths(self) -> tuple[int, ...]:
        """List lengths, one or several."""
        several = isinstance(self.list_length, (tuple, list))
        return tuple(self.list_length) if several else (self.list_length,)

    @property
    def n_distractors(self) -> int:
        """Distractor events of the longest list."""
        return self._n_distractors(max(self.lengths))

    def _n_distractors(self, length: int) -> int:
        between = steps_of(self.interitem_interval, self.presentation_time)
        return length * between + steps_of(self.retention_interval, self.presentation_time)

    def trials(self, seed: int, i: int, n_lists: int = 32) -> Schedule:
        """Batch `i` of the experiment with this seed: the same arguments, the same lists.

        Parameters
        ----------
        seed, i : int
            Seed of the experiment and number of the batch, both from 0.
        n_lists : int
            Lists in the batch. Its last session may be shorter than the others.

        Returns
        -------
        Schedule
            (n_lists, list_length + n_distractors + list_length + 1 steps)
        """
        rng = np.random.default_rng([seed, i])
        n_sessions = -(-n_lists // self.lists_per_session)
        longest = max(self.lengths)
        words = self._draw(rng, n_sessions, longest, self._n_distractors(longest))[:n_lists]
        studied, distractors = words[:, :longest], words[:, longest:]
        if self.one_length_per == "batch":
            lengths = np.full(n_lists, self.lengths[i % len(self.lengths)])
        else:
            lengths = rng.permutation(np.resize(self.lengths, n_lists))
        rows = {length: self._events(length) for length in sorted(set(lengths.tolist()))}
        n_steps = max(len(event) for event, _ in rows.values())
        event = np.zeros((n_lists, n_steps), dtype=np.int8)
        duration, item = np.zeros(event.shape), np.zeros(event.shape, dtype=studied.dtype)
        for length, (events, seconds) in rows.items():
            lists, steps = np.flatnonzero(lengths == length), np.arange(len(events))
            event[np.ix_(lists, steps)], duration[np.ix_(lists, steps)] = events, seconds
            at = np.flatnonzero(events == Event.STUDY)
            item[np.ix_(lists, at)] = self._arrange(rng, studied[lists, :length])
            at = np.flatnonzero(events == Event.DISTRACTOR)
            item[np.ix_(lists, at)] = distractors[lists, : len(at)]
        session = np.arange(n_lists) // self.lists_per_session + 1
        return Schedule(event=event, duration=duration, item=item, session=session)

    def _draw(
        self, rng: np.random.Generator, n_sessions: int, longest: int, n_distractors: int
    ) -> NDArray[np.integer]:
        """(lists, longest + n_distractors) words studied, then distractors."""
        n_lists, shown = self.lists_per_session, longest + n_distractors
        if not (self.n_categories or self.semantic_span):
            words = draw_words(rng, n_sessions, n_lists * shown, self.pool_size)
            return words.reshape(-1, shown)
        n, size = self.n_categories or 1, self.category_size
        if self.semantic_span:
            size = self.semantic_span
        drawn = draw_classes(
            rng, n_sessions, n_lists * n, longest // n, class_size=size, pool_size=self.pool_size
        ).reshape(n_sessions * n_lists, n, longest // n)
        # a shorter list is the first part of this, so categories take turns before they are shuffled
        studied = drawn.swapaxes(1, 2).reshape(len(drawn), longest)
        others = draw_other_words(
            rng, studied.reshape(n_sessions, -1), n_lists * n_distractors, self.pool_size
        ).reshape(len(studied), n_distractors)
        return np.concatenate([studied, others], axis=1)

    def _events(self, length: int) -> tuple[NDArray, NDArray]:
        """(steps,) events of a list of that length, and their seconds."""
        between, after = (
            distraction(seconds, self.presentation_time)
            for seconds in (self.interitem_interval, self.retention_interval)
        )
        word = (Event.STUDY, 1, self.presentation_time)
        test = (Event.RESPONSE, length + 1, self.recall_time / (length + 1))
        return lay_out([between, word] * length + [after, test])

    def _arrange(self, rng: np.random.Generator, words: NDArray[np.integer]) -> NDArray[np.integer]:
        """(lists, words) in the order of study; categories come in taking turns."""
        if not self.n_categories:
            return words
        if self.category_order == "random":
            return rng.permuted(words, axis=1)
        return words[:, np.argsort(np.arange(words.shape[1]) % self.n_categories, kind="stable")]

    def right(self, schedule: Schedule, responses: NDArray[np.integer]) -> NDArray[np.bool_]:
        """(lists, outputs): studied words said for the first time, before a stop."""
        responses = check_positions(schedule, responses, "STOP")
        return (responses > 0) & first_time(responses) & going(responses)

    def chance(self, n_other_words: int = 0) -> float:
        """Share of words recalled by saying any words one knows until time is up.

        Each of list_length + 1 responses is one of the words of the list and `n_other_words`
        others, all alike and repetitions included: 1 - (1 - 1/n)^(list_length + 1) with n words.
        Over lists of several lengths, it is the mean over words.

        Examples
        --------
        >>> FreeRecall(list_length=1).chance(n_other_words=1)  # one of two words, two responses
        0.75
        """
        lengths = np.array(self.lengths)
        recalled = 1 - (1 - 1 / (lengths + n_other_words)) ** (lengths + 1)
        return float((recalled * lengths).sum() / lengths.sum())

    def score(
        self,
        schedule: Schedule,
        responses: NDArray[np.integer],
        recalled_items: NDArray[np.integer] | None = None,
        rt: NDArray[np.floating] | None = None,
    ) -> dict[str, Any]:
        """What was presented and recalled: the matrices of the recall table.

        Parameters
        ----------
        schedule : Schedule
            What was shown.
        responses : (lists, outputs) integers
            Study position from 1 of each response in output order, -1 for a response that is no
            word of the list, 0 for STOP.
        recalled_items : (lists, outputs) integers, optional
            Item number of each response, where intrusions are known by their word; others are
            passed over.
        rt : (lists, outputs) floats, optional
            Time of each response from the start of recall, in ms, where it is known.

        Returns
        -------
        dict
            `presented` (lists, list_length), item numbers in study order, and `recalled`
            (lists, outputs): the responses up to the first STOP, 0 after it. A repetition is the
            same position once more. Lists of several lengths are padded with 0 to the longest.
            Where given, `recalled_items` and `recall_columns["rt"]` (lists, outputs); with
            categories, `study_columns["category"]` (lists, list_length).
        """
        recalled = check_positions(schedule, responses, "STOP")
        recalled = recalled * going(recalled).astype(recalled.dtype)
        presented = schedule.presented
        scored: dict[str, Any] = {"presented": presented, "recalled": recalled}
        if recalled_items is not None:
            scored["recalled_items"] = _items(presented, recalled, np.asarray(recalled_items))
        if len(self.lengths) > 1:  # batches of several lengths have one shape, so they go together
            widths = (max(self.lengths), max(self.lengths) + 1, max(self.lengths) + 1)
            for name, width in zip(scored, widths, strict=False):
                missing = max(width - scored[name].shape[1], 0)
                scored[name] = np.pad(scored[name], ((0, 0), (0, missing)))
        if rt is not None:
            scored["recall_columns"] = {"rt": _times(recalled, np.asarray(rt), scored["recalled"])}
        if self.n_categories:
            categories = class_of(scored["presented"], self.category_size)
            scored["study_columns"] = {"category": categories}
        return scored


def _items(
    presented: NDArray[np.integer],
    recalled: NDArray[np.integer],
    given: NDArray[np.integer],
) -> NDArray[np.integer]:
    if given.shape != recalled.shape:
        raise ValueError(f"recalled_items must have shape {recalled.shape}, got {given.shape}")
    on_list = (given[:, :, None] == presented[:, None, :]).any(axis=2)
    wrong = (recalled < 0) & ((given == 0) | on_list)
    if wrong.any():
        row, output = np.argwhere(wrong)[0]
        raise ValueError(
            f"recalled_items: output {output + 1} of list {row} is an intrusion, but item "
            f"{given[row, output]} is {'a word of that list' if given[row, output] else 'no word'}"
        )
    studied = np.take_along_axis(presented, np.maximum(recalled, 1) - 1, axis=1)
    return np.where(recalled > 0, studied, np.where(recalled < 0, given, 0))


def _times(
    recalled: NDArray[np.integer], given: NDArray[np.floating], padded: NDArray[np.integer]
) -> NDArray[np.floating]:
    """Times of what was recalled, NaN elsewhere, in the shape of the recalls with padding."""
    if given.shape != recalled.shape:
        raise ValueError(f"rt must have shape {recalled.shape}, got {given.shape}")
    times = np.full(padded.shape, np.nan)
    times[:, : recalled.shape[1]] = np.where(recalled != 0, given, np.nan)
    return times
