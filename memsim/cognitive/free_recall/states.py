"""What has been recalled whenever an item is to be chosen."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from memsim.cognitive.free_recall.sequence import responses_by_phase
from paradigms import Schedule


class States(NamedTuple):
    """What has been recalled whenever an item is to be chosen.

    Attributes
    ----------
    n_recalled : (states,) integers
        Recalls so far.
    last, before_last : (states,) integers
        The last recall and the one before it, as study positions from 1; 0 if there is none.
    recalled : (states, items) bool
        Which items have been recalled.
    """

    n_recalled: NDArray[np.integer]
    last: NDArray[np.integer]
    before_last: NDArray[np.integer]
    recalled: NDArray[np.bool_]

    def take(self, rows: NDArray[Any]) -> "States":
        """Some of the states."""
        return States(*(part[rows] for part in self))


def states_after(given: NDArray[np.integer], n_items: int) -> States:
    """States before the first response and after each: lists x (outputs + 1), flattened.

    Examples
    --------
    >>> states = states_after(np.array([[3, 1]]), n_items=3)
    >>> states.n_recalled, states.last, states.before_last
    (array([0, 1, 2]), array([0, 3, 1]), array([0, 0, 3]))
    >>> states.recalled.astype(int)
    array([[0, 0, 0],
           [0, 0, 1],
           [1, 0, 1]])
    """
    n_lists, n_outputs = given.shape
    said = given[:, :, None] == np.arange(1, n_items + 1)
    recalled = np.pad(np.logical_or.accumulate(said, axis=1), ((0, 0), (1, 0), (0, 0)))
    last, before_last = (np.pad(given, ((0, 0), (n, 0)))[:, : n_outputs + 1] for n in (1, 2))
    return States(
        np.tile(np.arange(n_outputs + 1), n_lists),
        last.ravel(),
        before_last.ravel(),
        recalled.reshape(-1, n_items),
    )


def choices_by_length(
    schedule: Schedule, recalled: NDArray[np.integer]
) -> list[tuple[int, States, NDArray[np.integer]]]:
    """For each length of list: the length, the states in which items were chosen, and which.

    Items are numbered from 0. How long words were shown does not matter to these models.
    """
    found: dict[int, list[tuple[States, NDArray[np.integer]]]] = {}
    for phase, given in responses_by_phase(schedule, recalled):
        responses = np.pad(given.numpy(), ((0, 0), (0, 1))).ravel()
        states = states_after(given.numpy(), phase.n_items)
        went_on = responses > 0
        found.setdefault(phase.n_items, []).append((states.take(went_on), responses[went_on] - 1))
    return [
        (n_items, _join([there for there, _ in some]), np.concatenate([c for _, c in some]))
        for n_items, some in found.items()
    ]


def last_states(given: NDArray[np.int64], n_items: int) -> States:
    """States of lists that have all given so many responses."""
    recalled = np.zeros((len(given), n_items + 1), dtype=bool)
    np.put_along_axis(recalled, given, True, axis=1)
    nothing = np.zeros((len(given), 2), dtype=np.int64)
    before_last, last = np.concatenate([nothing, given], axis=1)[:, -2:].T
    return States(np.full(len(given), given.shape[1]), last, before_last, recalled[:, 1:])


def _join(some: list[States]) -> States:
    return States(*(np.concatenate(parts) for parts in zip(*some, strict=True)))
