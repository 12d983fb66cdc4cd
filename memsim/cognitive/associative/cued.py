"""Cued recall as theories read it: which pairs a cue belongs to, how old they are, what may be said."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from memsim.cognitive.responses import draw
from paradigms import Event, Schedule
from paradigms.scoring import check_answers


@dataclass(frozen=True, eq=False)
class CuedTests:
    """The tests of lists of pairs, and what was studied before each.

    Lists with fewer presentations or tests than others have 0 in the item arrays and False in
    `before`.

    Attributes
    ----------
    cue, target : (lists, tests) integers
        The word shown and the word asked for.
    forward : (lists, tests) booleans
        Whether the cue is the first word of the pair asked for.
    first, second : (lists, presentations) integers
        The pairs, one column for each time that one was presented.
    pair : (lists, presentations) integers
        Column at which the same pair was presented first.
    before : (lists, tests, presentations) booleans
        Whether the presentation came before the test.
    age : (lists, tests, presentations) integers
        Pairs, distractors and tests between the presentation and the test.
    same_label : (lists, tests, presentations) booleans
        Whether the test shows the label of the list in which the pair was presented; everywhere
        where lists have no labels.
    words : (lists, 2 presentations) integers
        The words that were studied, each once; 0 where one comes again.
    """

    cue: NDArray[np.integer]
    target: NDArray[np.integer]
    forward: NDArray[np.bool_]
    first: NDArray[np.integer]
    second: NDArray[np.integer]
    pair: NDArray[np.integer]
    before: NDArray[np.bool_]
    age: NDArray[np.integer]
    same_label: NDArray[np.bool_]
    words: NDArray[np.integer]

    @property
    def cue_side(self) -> NDArray[np.integer]:
        """(lists, tests, presentations): word of each pair on the side that the cue is on."""
        return np.where(self.forward[:, :, None], self.first[:, None], self.second[:, None])

    @property
    def answer_side(self) -> NDArray[np.integer]:
        """(lists, tests, presentations): word of each pair on the side that is asked for."""
        return np.where(self.forward[:, :, None], self.second[:, None], self.first[:, None])

    @property
    def candidates(self) -> NDArray[np.bool_]:
        """(lists, tests, words): which words may be said: all that were studied, but the cue."""
        words = self.words[:, None, :]
        return (words != 0) & (words != self.cue[:, :, None])


def cued_tests(schedule: Schedule, theory: str, neighbours: bool = False) -> CuedTests:
    """Read the tests of cued recall from a schedule.

    A pair is what is shown together, as `item` (first) and `partner` (second word). The direction
    of a test is that in which the pair holds its cue and its answer: the instruction tells it to
    people too.

    Parameters
    ----------
    schedule : Schedule
    theory : str
        Who asks, for the error.
    neighbours : bool
        Whether words that follow each other make pairs where words are studied one by one, as in
        probed recall, and whether lists may have labels, as in A-B, A-C.

    Raises
    ------
    ValueError
        If it is no cued recall, or a cue and its answer were not studied together.

    Examples
    --------
    >>> from paradigms import PairedAssociates
    >>> task = PairedAssociates(list_length=2, test_order="study", direction="backward")
    >>> tests = cued_tests(task.trials(seed=0, i=0, n_lists=1), "this theory")
    >>> tests.forward[0], tests.age[0]  # two pairs, then two tests
    (array([False, False]), array([[1, 0],
           [2, 1]]))
    """
    study, asked = (_steps(schedule, kind) for kind in (Event.STUDY, Event.RESPONSE))
    if not (asked >= 0).any() or not (study >= 0).any():
        raise ValueError(f"{theory} recalls pairs from cues, but the schedule has none or no tests")
    item, partner = (_at(side, study) for side in (schedule.item, schedule.partner))
    if partner.any():
        first, second = item, partner
    elif neighbours:
        first, second, study = item[:, :-1], item[:, 1:], study[:, 1:]
        first = np.where(study >= 0, first, 0)
    else:
        raise ValueError(
            f"{theory} recalls words of pairs shown together, but the schedule shows words one by "
            "one; HebbianMatrix speaks to probed recall, too"
        )
    at_cue = np.where(asked >= 0, asked - 1, -1)
    cue, label, target = (
        _at(values, steps)
        for values, steps in (
            (schedule.item, at_cue),
            (schedule.partner, at_cue),
            (schedule.answer, asked),
        )
    )
    labels = _labels(schedule)
    if label.any() and not (neighbours and labels.any()):
        raise ValueError(
            f"{theory} recalls one word from another, but a test shows two words"
            + ("; HebbianMatrix speaks to lists with labels, too" if labels.any() else "")
        )
    happened: NDArray[np.integer] = np.cumsum(
        np.isin(schedule.event, (Event.STUDY, Event.DISTRACTOR, Event.RESPONSE)), axis=1
    )
    age = _at(happened, asked)[:, :, None] - _at(happened, study)[:, None, :] - 1
    before = (first != 0)[:, None] & (asked >= 0)[:, :, None] & (age >= 0)
    forward, backward = (
        (before & (a[:, None] == cue[:, :, None]) & (b[:, None] == target[:, :, None])).any(axis=2)
        for a, b in ((first, second), (second, first))
    )
    unknown = (asked >= 0) & ~forward & ~backward
    if unknown.any():
        row, test = np.argwhere(unknown)[0]
        raise ValueError(
            f"test {test + 1} of list {row} asks for {target[row, test]} with the cue "
            f"{cue[row, test]}, but these were not studied together before; {theory} speaks to "
            "cued recall only where schedules hold the items asked for in `answer` (recognition "
            "has options there)"
        )
    same = (first[:, :, None] == first[:, None, :]) & (second[:, :, None] == second[:, None, :])
    words = np.concatenate([first, second], axis=1)
    again = np.tril(words[:, :, None] == words[:, None, :], k=-1).any(axis=2)
    return CuedTests(
        cue=cue,
        target=target,
        forward=forward,
        first=first,
        second=second,
        pair=same.argmax(axis=2),
        before=before,
        age=np.where(before, age, 0),
        same_label=_at(labels, study)[:, None, :] == label[:, :, None],
        words=np.where(again, 0, words),
    )


def is_cued(schedule: Schedule) -> bool:
    """Whether pairs are studied, and tested by single words: no recognition of words or pairs is so."""
    paired = (schedule.event == Event.STUDY) & (schedule.partner != 0)
    cues = (schedule.event == Event.CUE) & (schedule.partner != 0)
    return bool(paired.any() and not cues.any())


def choose(
    tests: CuedTests,
    match: NDArray[np.floating],
    tau: float,
    omission: float,
    n_outside: float,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    r"""Say a word of the list, another word, or none: :math:`P(k) \propto \exp(m_k / \tau)`.

    Parameters
    ----------
    tests : CuedTests
    match : (lists, tests, words) floats
        Match of what is retrieved with each word of `tests.words`.
    tau : float
        Noise of choice, above 0.
    omission : float
        Utility of giving no answer, on the scale of matches.
    n_outside : float
        How many words from outside the list compete, each with a match of 0.
    rng : numpy Generator

    Returns
    -------
    (lists, tests) integers
        Item numbers, -1 for a word from outside the list, 0 for none (and after the last test).
    """
    n_lists, n_tests, n_words = match.shape
    with np.errstate(divide="ignore"):
        outside = np.full((n_lists, n_tests, 1), np.log(n_outside))
    logit = np.concatenate(
        [
            np.where(tests.candidates, match / tau, -np.inf),
            outside,
            np.full_like(outside, omission / tau),
        ],
        axis=2,
    ).reshape(-1, n_words + 2)
    weights = np.exp(logit - logit.max(axis=1, keepdims=True))
    chosen = draw(weights, rng).reshape(n_lists, n_tests)
    says = np.concatenate([tests.words, np.tile([-1, 0], (n_lists, 1))], axis=1)
    return np.where(tests.cue != 0, np.take_along_axis(says, chosen, axis=1), 0)


def places(tests: CuedTests, items: NDArray[np.integer]) -> NDArray[np.intp]:
    """Column of `tests.words` of each item, in its list; 0 for what is no such word.

    Examples
    --------
    >>> from paradigms import PairedAssociates
    >>> tests = cued_tests(PairedAssociates(list_length=3).trials(0, 0, 1), "this theory")
    >>> places(tests, tests.second)
    array([[3, 4, 5]])
    """
    flat = items.reshape(len(items), -1)
    found = (flat[:, :, None] == tests.words[:, None, :]).argmax(axis=2)
    return found.reshape(items.shape)


def check_said(schedule: Schedule, tests: CuedTests, responses: NDArray[np.integer]) -> None:
    """Raise an error unless responses are words of the list other than the cue, -1 or 0."""
    responses = check_answers(schedule, responses)
    listed = (responses[:, :, None] == tests.words[:, None, :]).any(axis=2)
    for wrong, what, cure in (
        ((responses > 0) & ~listed, "was not studied in it", "is -1"),
        ((responses > 0) & (responses == tests.cue), "is the cue itself", "is 0 or -1"),
        ((responses != 0) & (tests.cue == 0), "comes after its last test", "is 0"),
    ):
        if wrong.any():
            row, test = np.argwhere(wrong)[0]
            raise ValueError(
                f"response {responses[row, test]} to test {test + 1} of list {row} {what}; "
                f"responses are item numbers of the list, and such a response {cure}"
            )


def _steps(schedule: Schedule, kind: Event) -> NDArray[np.integer]:
    """(lists, events) steps of the events of one kind; -1 after the last."""
    step = np.broadcast_to(np.arange(1, schedule.event.shape[1] + 1), schedule.event.shape)
    return schedule.at(kind, step) - 1


def _at(values: NDArray[Any], steps: NDArray[np.integer]) -> NDArray[Any]:
    return np.where(steps >= 0, np.take_along_axis(values, np.maximum(steps, 0), axis=1), 0)


def _labels(schedule: Schedule) -> NDArray[np.integer]:
    """(lists, steps): the last cue so far that asked for nothing, which is the label of a list."""
    asks = np.roll(schedule.event, -1, axis=1) == Event.RESPONSE
    is_label = (schedule.event == Event.CUE) & ~asks
    step = np.where(is_label, np.arange(schedule.event.shape[1]), -1)
    return _at(schedule.item, np.maximum.accumulate(step, axis=1))
