"""Fill-in and infill: where serial recall goes on after the first word left out."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd

from analysis.counts import Counts, by_columns, ratios
from analysis.recalls import Recalls
from analysis.serial_recall.report import report, serial_recalls

#: what can follow a skip
KINDS = ["fill-in", "infill", "other"]


def fill_in(
    recalls: pd.DataFrame | Recalls,
    by: str | Sequence[str] | None = None,
    both_possible: bool = False,
) -> pd.DataFrame:
    """What follows a skip of one word, of each subject.

    Lists count whose first error is that exactly one word is skipped: A, then C in place of B. The
    next response is a fill-in if it is the skipped word (A C B), an infill if it is the one that
    follows (A C D), else other. Theories that order words by their place predict fill-in, those
    that chain each word to the next predict infill.

    Parameters
    ----------
    recalls : recall table or Recalls
        Missing items of recalls are omissions.
    by : str or list of str
        Labels that divide the lists of a subject, such as "condition".
    both_possible : bool
        Whether to leave out skips to the last word of the list, which no word follows, so that
        there is no infill.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `kind` ("fill-in", "infill", "other"), `prob`, `actual` and
        `possible` (lists with such a skip).

    Examples
    --------
    >>> fill_in(Recalls.from_positions([[1, 3, 2, 4], [1, 3, 4, 2]], list_length=4))
       subject     kind  prob  actual  possible
    0        1  fill-in   0.5       1         2
    1        1   infill   0.5       1         2
    2        1    other   0.0       0         2

    References
    ----------
    Henson, R. N. A. (1996). Short-term memory for serial order. Doctoral dissertation, University
    of Cambridge.

    Farrell, S., Hurlstone, M. J., & Lewandowsky, S. (2013). Sequential dependencies in recall of
    sequences: Filling in the blanks. Memory & Cognition, 41(6), 938-952.
    """
    counts = partial(fill_in_counts, both_possible=both_possible)
    return ratios(serial_recalls(recalls), counts, by, "prob")


def fill_in_counts(recalls: Recalls, both_possible: bool = False) -> Counts:
    """Counts per list: x is what followed the skip, (lists, 3)."""
    given, slots, _ = report(recalls)
    n_lists, length = slots.shape
    wrong = (given != np.arange(1, length + 1)) & slots
    first = np.argmax(wrong, axis=1)  # place from 0 of the first error, if any
    n_places = slots.sum(axis=1)
    rows = np.arange(n_lists)
    skip = wrong.any(axis=1) & (given[rows, first] == first + 2)
    if both_possible:
        skip &= first + 3 <= n_places
    # after a skip there is a next place, for the word reported has a later one
    following = given[rows, np.minimum(first + 1, length - 1)]
    filled = skip & (following == first + 1)
    onward = skip & (following == first + 3)
    actual = np.stack([filled, onward, skip & ~filled & ~onward], axis=1).astype(np.int8)
    possible = np.broadcast_to(skip[:, None], actual.shape).astype(np.int8)
    return Counts(pd.DataFrame({"kind": KINDS}), actual, possible)


def fill_in_ratio(
    recalls: pd.DataFrame | Recalls,
    by: str | Sequence[str] | None = None,
    both_possible: bool = False,
) -> pd.DataFrame:
    """Fill-ins for each infill, of each subject; humans have about two or more.

    Parameters
    ----------
    recalls : recall table or Recalls
    by : str or list of str
        Labels that divide the lists of a subject, such as "condition".
    both_possible : bool
        As in `fill_in`.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `ratio`, `fill_in` and `infill` (lists). The ratio is inf where
        there are fill-ins but no infill, and NaN where there is neither; add up both over subjects
        before dividing if that happens.

    Examples
    --------
    >>> fill_in_ratio(Recalls.from_positions([[1, 3, 2, 4], [1, 3, 4, 2]], list_length=4))
       subject  ratio  fill_in  infill
    0        1    1.0        1       1
    """
    table = fill_in(recalls, by, both_possible)
    keys = ["subject", *by_columns(by)]
    n = [table[table["kind"] == kind].reset_index(drop=True) for kind in KINDS[:2]]
    filled, onward = (some["actual"].to_numpy(dtype=np.int64) for some in n)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = filled / onward
    return n[0][keys].assign(ratio=ratio, fill_in=filled, infill=onward)
