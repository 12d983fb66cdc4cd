"""What all measures of serial recall share: the report, one response for each place of the list."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.recalls import Recalls, as_recalls


class Report(NamedTuple):
    """Responses of all lists by place of the report; L places, as many as the longest list has."""

    given: NDArray[np.integer]
    """(lists, L) Study position, from 1, of the word reported there; -1 intrusion, 0 omission."""
    slots: NDArray[np.bool_]
    """(lists, L) Whether the list has that many places."""
    repeated: NDArray[np.bool_]
    """(lists, L) Whether the word was reported before, as often as it was studied or oftener."""


def serial_recalls(recalls: pd.DataFrame | Recalls) -> Recalls:
    """The dense twin of whatever was given; a missing item is an omission."""
    return as_recalls(recalls, omissions=True)


def report(recalls: Recalls) -> Report:
    """The report of each list.

    Responses beyond as many places as the list has are left out, and places without any response
    are omissions. A word studied twice stands in its own place wherever it was studied there,
    elsewhere it counts as its first position.

    Examples
    --------
    A list of three, reported with a gap, an intrusion, and one response too many:

    >>> lists = Recalls.from_positions([[2, 0, 2, 1]], list_length=3, omissions=True)
    >>> report(lists).given
    array([[2, 0, 2]], dtype=int16)
    >>> report(lists).repeated
    array([[False, False,  True]])
    """
    slots = recalls.presented != 0
    n_lists, length = slots.shape
    given = np.zeros((n_lists, length), dtype=np.int16)
    items = np.zeros((n_lists, length), dtype=recalls.recalled_items.dtype)
    n_outputs = min(length, recalls.recalled.shape[1])
    given[:, :n_outputs] = recalls.recalled[:, :n_outputs]
    items[:, :n_outputs] = recalls.recalled_items[:, :n_outputs]
    given[~slots] = 0
    in_place = (given > 0) & (items == recalls.presented)
    given = np.where(in_place, np.arange(1, length + 1, dtype=np.int16), given)

    repeated = np.zeros_like(slots)
    for output in range(1, n_outputs):
        item = items[:, [output]]
        before = np.count_nonzero(items[:, :output] == item, axis=1)
        studied = np.count_nonzero(recalls.presented == item, axis=1)
        repeated[:, output] = (given[:, output] > 0) & (before >= studied)
    return Report(given, slots, repeated)


def displacement(given: NDArray[np.integer]) -> NDArray[np.integer]:
    """(lists, L) study position minus place of the report; meaningless where no word was studied."""
    return given - np.arange(1, given.shape[1] + 1, dtype=np.int16)
