"""What paradigms of cued recall share: the test of a pair, and its row in the table."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from paradigms.schedule import Event, Schedule
from paradigms.scoring import check_answers, steps_at, values_at

#: what a response may be: an item, a word that was never shown (-1), none (0)
RESPONSE_SET = ("item", "intrusion", "omission")
DIRECTIONS = ("forward", "backward", "mixed")


def ask(n_tests: int, recall_time: float) -> list[tuple[Event, int, float]]:
    """Cue and response, n times. The cue stays while the response is given."""
    return [(Event.CUE, 1, 0.0), (Event.RESPONSE, 1, recall_time)] * n_tests


def right_answers(schedule: Schedule, responses: NDArray[np.integer]) -> NDArray[np.bool_]:
    """(lists, tests): which items are the right answers."""
    return check_answers(schedule, responses) == schedule.answers


def cued_rows(
    schedule: Schedule,
    responses: NDArray[np.integer],
    first: NDArray[np.integer],
    second: NDArray[np.integer],
    steps: NDArray[np.integer],
) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
    """Study rows and tests of cued recall, as `scoring.long_table` takes them.

    Parameters
    ----------
    schedule : Schedule
        As many tests in each list; a response follows its cue.
    responses : (lists, tests) integers
        Item number of each answer, -1 for a word that was never shown, 0 for none.
    first, second : (lists, studied) integers
        The pairs as they were studied.
    steps : (lists, studied) integers
        When.

    Returns
    -------
    study : dict of (lists, studied)
        `item` (second word) and `cue` (first word).
    tests : dict of (lists, tests)
        `item` (answer), `cue`, and of the pair asked for: `target`, the right answer; `direction`,
        "forward" if the cue is its first word, else "backward"; `study_position` of its last
        presentation; `lag`, presentations and tests between that and the test; `test`, 1 where it
        is tested for the first time, 2, ...
    """
    responses = check_answers(schedule, responses)
    asked = steps_at(schedule, Event.RESPONSE)
    cue, target = values_at(schedule.item, asked - 1), schedule.answers
    before = steps[:, None, :] < asked[:, :, None]
    forward = _both(first, second, cue, target) & before
    backward = _both(second, first, cue, target) & before
    shown = forward | backward
    # presentations are in order of time, so the last one is the first from behind
    last = shown.shape[2] - 1 - shown[:, :, ::-1].argmax(axis=2)
    happened = np.cumsum((schedule.event == Event.STUDY) | schedule.asked, axis=1)
    since = values_at(happened, asked) - values_at(happened, values_at(steps, last)) - 1
    low, high = np.minimum(cue, target), np.maximum(cue, target)
    same = (low[:, :, None] == low[:, None, :]) & (high[:, :, None] == high[:, None, :])
    tests = {
        "item": responses,
        "cue": cue,
        "target": target,
        "direction": np.where(forward.any(axis=2), "forward", "backward"),
        "study_position": last + 1.0,
        "lag": since.astype(float),
        "test": np.tril(same).sum(axis=2).astype(float),
    }
    return {"item": second, "cue": first}, tests


def _both(
    first: NDArray[np.integer],
    second: NDArray[np.integer],
    cue: NDArray[np.integer],
    target: NDArray[np.integer],
) -> NDArray[np.bool_]:
    """(lists, tests, studied): whether a pair is that of a test."""
    return (first[:, None, :] == cue[:, :, None]) & (second[:, None, :] == target[:, :, None])
