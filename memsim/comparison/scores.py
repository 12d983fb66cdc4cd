"""How probable people's responses are to what was fitted to others."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from memsim.fitting.people import People
from paradigms import Event, Schedule

#: sums of each subject
SUMS = ("n_lists", "n_events", "n_recalls", "nll", "nll_choice", "nll_stop")
#: lists scored at a time
BLOCK = 2000


def scores(fitted: Any, people: People, name: str) -> pd.DataFrame:
    """Minus the log likelihood of each subject's responses, in nats, and what it divides by.

    Parameters
    ----------
    fitted : Fitted
    people : People
    name : str
        Of the contender, for errors.

    Returns
    -------
    DataFrame
        One row per subject: `subject`; `n_lists`; `n_events`, recalls and stops (in serial recall,
        responses asked for); `n_recalls` (there, all of them); `nll`, the sum of `nll_choice` and
        `nll_stop` (0 in serial recall).

    Raises
    ------
    ValueError
        If what was fitted cannot tell of these lists, or gives no log probabilities.
    """
    parts = []
    for subject, some in _by_model(fitted, people):
        model = fitted if subject is None else fitted.of_subject(subject)
        for start in range(0, len(some), BLOCK):
            rows = np.arange(start, min(start + BLOCK, len(some)))
            parts.append(_of_lists(model, some.take(rows), name))
    return pd.concat(parts).groupby("subject", sort=False)[[*SUMS]].sum().reset_index()


def is_free(people: People) -> bool:
    """Whether these lists are of free recall, not of serial recall."""
    if (people.schedule.event == Event.CUE).any():
        raise ValueError("lists have cues; only free and serial recall are compared here")
    return not people.schedule.answer.any()


def _by_model(fitted: Any, people: People) -> list[tuple[Any, People]]:
    """Lists that one model is to be scored on, with their subject where each has a model."""
    if not hasattr(fitted, "of_subject"):
        return [(None, people)]
    return [(subject, some) for (subject,), some in people.groups(["subject"])]


def _of_lists(model: Any, people: People, name: str) -> pd.DataFrame:
    free = is_free(people)
    try:
        events = _log_p(model.log_likelihood(people.schedule, people.responses))
        has_choice = free and hasattr(model, "log_choice")
        choice = (
            _log_p(model.log_choice(people.schedule, people.responses)) if has_choice else events
        )
    except ValueError as error:
        raise ValueError(f"{name!r} cannot be scored on these lists: {error}") from error
    if events.ndim != 2 or len(events) != len(people) or len(choice) != len(people):
        raise ValueError(
            f"log_likelihood of {name!r} must have one row for each of {len(people)} lists, got "
            f"shape {events.shape}"
        )
    for log_p in (events, choice):
        if not (log_p <= 1e-9).all():
            raise ValueError(
                f"log probabilities of {name!r} must be numbers up to 0, got "
                f"{log_p[~(log_p <= 1e-9)][0]}"
            )
    if free:
        n_recalls = np.count_nonzero(people.responses, axis=1)
        n_events = n_recalls + 1
    else:
        n_recalls = n_events = people.schedule.asked.sum(axis=1)
    nll, nll_choice = -events.sum(axis=1), -choice.sum(axis=1)
    with np.errstate(invalid="ignore"):  # infinite less infinite
        nll_stop = nll - nll_choice
    return pd.DataFrame(
        {
            "subject": people.labels["subject"].to_numpy(),
            "n_lists": 1,
            "n_events": n_events,
            "n_recalls": n_recalls,
            "nll": nll,
            "nll_choice": nll_choice,
            "nll_stop": nll_stop,
        }
    )


def _log_p(tensor: Any) -> NDArray[np.float64]:
    return np.asarray(tensor.detach().cpu().numpy(), dtype=np.float64)


def generate(fitted: Any, people: People, n: int, seed: list[int]) -> NDArray[np.int16] | None:
    """(n, lists, outputs) responses to the lists of these people, simulated; None if it cannot."""
    rng = np.random.default_rng(seed)
    models = _by_model(fitted, people)
    width = int(max((people.schedule.event == Event.STUDY).sum(axis=1).max(), 1))
    said = np.zeros((n, len(people), width), dtype=np.int16)
    subjects = people.labels["subject"].to_numpy()
    for subject, some in models:
        model = fitted if subject is None else fitted.of_subject(subject)
        if not hasattr(model, "recall"):
            return None
        rows = np.arange(len(people)) if subject is None else np.flatnonzero(subjects == subject)
        for k in range(n):
            responses = recall_in_blocks(model, some.schedule, rng)
            said[k, rows, : responses.shape[1]] = responses
    return said


def recall_in_blocks(
    model: Any, schedule: Schedule, rng: np.random.Generator
) -> NDArray[np.integer]:
    """Simulated responses, some lists at a time."""
    parts = [
        model.recall(schedule.take(np.arange(start, min(start + BLOCK, schedule.n_lists))), rng)
        for start in range(0, schedule.n_lists, BLOCK)
    ]
    width = max(part.shape[1] for part in parts)
    return np.concatenate([np.pad(p, ((0, 0), (0, width - p.shape[1]))) for p in parts])
