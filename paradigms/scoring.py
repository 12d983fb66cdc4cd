"""What counts as an answer: what the scores of all paradigms share.

Free and serial recall score into the matrices of the recall table's dense twin, `presented` and
`recalled`. Tests (cued recall, recognition, frequency judgment) score into columns of the long
table, each of one length: each list's study rows, then its tests. In these columns a missing item
number (`item`, `cue`, `target`) is 0, another missing number NaN, and a missing word "".
"""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from paradigms.schedule import Event, Schedule


class Paradigm(Protocol):
    """What every paradigm has."""

    @property
    def objective(self) -> str:
        """ "order-free", "ordered" or "choice"."""

    @property
    def response_set(self) -> tuple[str, ...]:
        """What a response may be."""

    def trials(self, seed: int, i: int, n_lists: int = 32) -> Schedule:
        """Batch `i` of the experiment with this seed."""

    def score(self, schedule: Schedule, responses: NDArray[np.integer]) -> dict[str, NDArray[Any]]:
        """Rows or matrices of the recall table."""

    def right(self, schedule: Schedule, responses: NDArray[np.integer]) -> NDArray[np.bool_]:
        """(lists, outputs): which responses are right."""

    def chance(self, n_other_words: int = 0) -> float:
        """Accuracy of guessing."""


def accuracy(paradigm: Paradigm, schedule: Schedule, responses: NDArray[np.integer]) -> float:
    """Share of what could have been right: of the words to recall, or of the responses asked for.

    Parameters
    ----------
    paradigm : paradigm
    schedule : Schedule
    responses : (lists, outputs) integers
        As the `score` of the paradigm takes them.

    Examples
    --------
    >>> from paradigms import FreeRecall
    >>> task = FreeRecall(list_length=4)
    >>> accuracy(task, task.trials(0, 0, n_lists=1), np.array([[4, 1, 1, -1, 0]]))
    0.5
    """
    order_free = paradigm.objective == "order-free"
    asked = schedule.event == (Event.STUDY if order_free else Event.RESPONSE)
    return float(paradigm.right(schedule, responses).sum() / asked.sum())


def check_positions(
    schedule: Schedule, responses: NDArray[np.integer], nothing: str
) -> NDArray[np.integer]:
    """Responses of free or serial recall, if they are study positions, -1 or 0."""
    responses = check_shape(schedule, responses)
    n_words = (schedule.event == Event.STUDY).sum(axis=1)
    wrong = (responses < -1) | (responses > n_words[:, None])
    if wrong.any():
        row, output = np.argwhere(wrong)[0]
        raise ValueError(
            f"response {responses[row, output]} at output {output + 1} of list {row} is no "
            f"study position of a list of {n_words[row]}, -1 (intrusion) or 0 ({nothing})"
        )
    return responses


def check_shape(
    schedule: Schedule, responses: NDArray[np.integer], n_responses: int | None = None
) -> NDArray[np.integer]:
    """Responses, if they are whole numbers, (lists, outputs)."""
    responses = np.asarray(responses)
    asked = "outputs" if n_responses is None else n_responses
    if (
        responses.ndim != 2
        or len(responses) != schedule.n_lists
        or (n_responses is not None and responses.shape[1] != n_responses)
    ):
        raise ValueError(
            f"responses must be (lists, {asked}) with {schedule.n_lists} lists, "
            f"got shape {responses.shape}"
        )
    if not np.issubdtype(responses.dtype, np.integer):
        raise ValueError(f"responses must be whole numbers, got {responses.dtype}")
    return responses


def check_answers(schedule: Schedule, responses: NDArray[np.integer]) -> NDArray[np.integer]:
    """Responses of cued recall: item numbers, -1 or 0."""
    responses = check_shape(schedule, responses, schedule.n_responses)
    if (responses < -1).any():
        row, test = np.argwhere(responses < -1)[0]
        raise ValueError(
            f"response {responses[row, test]} to test {test + 1} of list {row} is no item number, "
            "-1 (a word that was never shown) or 0 (none)"
        )
    return responses


def check_options(
    schedule: Schedule, responses: NDArray[np.integer], n_options: int
) -> NDArray[np.integer]:
    """Responses of a choice: numbers of options, from 1."""
    responses = check_shape(schedule, responses, schedule.n_responses)
    wrong = (responses < 1) | (responses > n_options)
    if wrong.any():
        row, test = np.argwhere(wrong)[0]
        raise ValueError(
            f"response {responses[row, test]} to test {test + 1} of list {row} is no option; "
            f"there are {n_options}, numbered from 1"
        )
    return responses


def first_time(responses: NDArray[np.integer]) -> NDArray[np.bool_]:
    """(lists, outputs): whether a response has not been given before in its list.

    Examples
    --------
    >>> first_time(np.array([[2, 1, 2]]))
    array([[ True,  True, False]])
    """
    same = responses[:, :, None] == responses[:, None, :]
    return same.argmax(axis=2) == np.arange(responses.shape[1])


def going(responses: NDArray[np.integer]) -> NDArray[np.bool_]:
    """(lists, outputs): whether recall has not stopped yet."""
    return np.logical_and.accumulate(responses != 0, axis=1)


def steps_at(schedule: Schedule, kind: Event) -> NDArray[np.integer]:
    """(lists, events) steps at which events of one kind happen, as many in each list."""
    there = schedule.event == kind
    return np.nonzero(there)[1].reshape(schedule.n_lists, -1)


def values_at(values: NDArray[Any], steps: NDArray[np.integer]) -> NDArray[Any]:
    """(lists, events) values at those steps."""
    return np.take_along_axis(values, steps, axis=1)


def long_table(
    study: Mapping[str, NDArray[Any]], tests: Mapping[str, NDArray[Any]]
) -> dict[str, NDArray[Any]]:
    """Columns of the long table from matrices: study rows of a list, then its tests.

    Parameters
    ----------
    study : mapping of str to (lists, studied)
        `item` at least.
    tests : mapping of str to (lists, tests)
        `item` at least. What only one of the two has is missing in the other: whole numbers are
        item numbers, so there it is 0; floats are NaN, words are "".

    Returns
    -------
    dict of str to (lists * (studied + tests),)
        `list` (from 1), `trial_type`, `position`, and the columns given.

    Examples
    --------
    >>> columns = long_table({"item": np.array([[7]])}, {"item": np.array([[0]])})
    >>> {name: column.tolist() for name, column in columns.items()}
    {'list': [1, 1], 'trial_type': ['study', 'recall'], 'position': [1, 1], 'item': [7, 0]}
    """
    (n_lists, n_studied), n_tests = study["item"].shape, tests["item"].shape[1]
    places = [np.arange(1, n + 1) for n in (n_studied, n_tests)]
    columns = {
        "list": np.repeat(np.arange(1, n_lists + 1), n_studied + n_tests),
        "trial_type": np.tile(np.repeat(["study", "recall"], [n_studied, n_tests]), n_lists),
        "position": np.tile(np.concatenate(places), n_lists),
    }
    for name in {**study, **tests}:
        parts = [
            _or_missing(given, other, n)
            for given, other, n in (
                (study.get(name), tests.get(name), n_studied),
                (tests.get(name), study.get(name), n_tests),
            )
        ]
        columns[name] = np.concatenate(parts, axis=1).ravel()
    return columns


def _or_missing(given: Any, other: Any, n: int) -> NDArray[Any]:
    if given is not None:
        return given
    missing = {"U": "", "i": 0, "f": np.nan}[other.dtype.kind]
    return np.full((len(other), n), missing)
