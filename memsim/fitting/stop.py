"""When recall stops, fitted apart from what is recalled: separate factors of the likelihood."""

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from memsim.cognitive.stopping import ExponentialStop, SaturatedStop, StopRule, log_stop
from memsim.fitting.people import People
from paradigms import Event

STOP_RULES: dict[str, type[ExponentialStop] | type[SaturatedStop]] = {
    "exponential": ExponentialStop,
    "saturated": SaturatedStop,
}


def fit_stop(model: Any, people: People, stop: str | None) -> tuple[Any, float]:
    """The model with a stop rule fitted to people, and minus its log likelihood in nats.

    Parameters
    ----------
    model : model
    people : People
    stop : {"saturated", "exponential"}, optional
        None keeps the rule that the model has.
    """
    n_recalled = np.count_nonzero(people.responses, axis=1)
    length = (people.schedule.event == Event.STUDY).sum(axis=1)
    rule = model.stop if stop is None else STOP_RULES[stop].estimate(n_recalled, length)
    return replace(model, stop=rule), stop_nll(rule, n_recalled, length)


def stop_nll(
    rule: StopRule, n_recalled: NDArray[np.integer], list_length: NDArray[np.integer]
) -> float:
    """Minus the log likelihood of when recall stopped, in nats.

    Examples
    --------
    >>> rule = ExponentialStop(theta_s=0.5, theta_r=0.0)
    >>> nll = stop_nll(rule, np.array([0, 1]), np.array([2, 2]))  # a half thrice
    >>> round(float(nll / np.log(2)), 9)
    3.0
    """
    total = 0.0
    for length in np.unique(list_length).tolist():
        n = torch.from_numpy(n_recalled[list_length == length])
        total -= float(log_stop(rule.hazard(length), n, int(n.max())).sum())
    return total


def n_events(model: Any, people: People) -> int:
    """Responses, and stops where the model says when recall stops."""
    if hasattr(model, "stop"):
        return int(np.count_nonzero(people.responses)) + len(people)
    return int(people.schedule.asked.sum())
