"""Kinds of response in serial recall, by place of the report."""

from collections.abc import Sequence
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd

from analysis.checks import one_of
from analysis.counts import Counts, ratios
from analysis.recalls import Recalls
from analysis.serial_recall.report import displacement, report, serial_recalls

#: each response is of exactly one kind
KINDS = ["correct", "transposition", "repetition", "intrusion", "omission"]

RepeatInPlace = Literal["correct", "repetition"]


def serial_responses(
    recalls: pd.DataFrame | Recalls,
    by: str | Sequence[str] | None = None,
    repeat_in_place: RepeatInPlace = "correct",
) -> pd.DataFrame:
    """How often each kind of response is given at each place of the report, of each subject.

    Every place holds one of: "correct", the word studied in that place; "transposition" (order
    error), another word of the list, for the first time; "repetition", another word of the list
    that the report has already; "intrusion", a word that was not on the list; "omission", nothing.
    Their probabilities add up to 1. Intrusions that keep their place are told by `protrusions`.

    Parameters
    ----------
    recalls : recall table or Recalls
        Missing items of recalls are omissions, and so are places after the last response.
    by : str or list of str
        Labels that divide the lists of a subject, such as "condition".
    repeat_in_place : {"correct", "repetition"}
        What a word in its own place is that was also reported too early.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `output` (place of the report), `kind`, `prob`, `actual` and
        `possible` (lists with that many places).

    Raises
    ------
    ValueError
        If `repeat_in_place` is neither.

    Examples
    --------
    Word 2 too early, then in its place, then a word from elsewhere:

    >>> table = serial_responses(Recalls.from_positions([[2, 2, -1]], list_length=3))
    >>> table.loc[table["actual"] > 0, ["output", "kind"]].to_numpy().tolist()
    [[1, 'transposition'], [2, 'correct'], [3, 'intrusion']]

    References
    ----------
    Henson, R. N. A. (1996). Short-term memory for serial order. Doctoral dissertation, University
    of Cambridge.
    """
    counts = partial(serial_responses_counts, repeat_in_place=repeat_in_place)
    table = ratios(serial_recalls(recalls), counts, by, "prob")
    return table[table["possible"] > 0].reset_index(drop=True)


def serial_responses_counts(recalls: Recalls, repeat_in_place: RepeatInPlace = "correct") -> Counts:
    """Counts per list: x is the place of the report and the kind, (lists, L * kinds)."""
    one_of("repeat_in_place", repeat_in_place, ("correct", "repetition"))
    given, slots, repeated = report(recalls)
    in_place = displacement(given) == 0
    if repeat_in_place == "correct":
        repeated = repeated & ~in_place
    kinds = [
        in_place & ~repeated,
        (given > 0) & ~in_place & ~repeated,
        repeated,
        given < 0,
        given == 0,
    ]
    actual = np.stack(kinds, axis=2) & slots[:, :, None]
    possible = np.broadcast_to(slots[:, :, None], actual.shape)
    outputs = pd.DataFrame({"output": np.arange(1, slots.shape[1] + 1)})
    x = outputs.merge(pd.DataFrame({"kind": KINDS}), how="cross")
    shape = (len(recalls), len(x))
    return Counts(x, actual.reshape(shape).astype(np.int8), possible.reshape(shape).astype(np.int8))
