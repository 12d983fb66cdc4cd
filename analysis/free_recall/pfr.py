"""Probability of first recall: with which word recall begins."""

from collections.abc import Sequence
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd

from analysis.checks import one_of
from analysis.counts import Counts, at_first_places, ratios, responses
from analysis.recalls import Recalls, as_recalls

First = Literal["correct", "response"]
Of = Literal["begun", "all"]


def pfr(
    recalls: pd.DataFrame | Recalls,
    by: str | Sequence[str] | None = None,
    first: First = "correct",
    of: Of = "begun",
) -> pd.DataFrame:
    """Probability of first recall, by study position, of each subject.

    Parameters
    ----------
    recalls : recall table or Recalls
    by : str or list of str
        Labels that divide the lists of a subject, such as "condition".
    first : {"correct", "response"}
        What counts as the first recall. "correct": the first studied word, whatever intrusions
        came before it, among lists with at least one (psifr 0.10.1: `pnr` at output 1).
        "response": the first response, among lists with at least one; a list that begins with an
        intrusion counts as 0 at every position, so the curve sums to less than 1 (the human
        reference curves of this package).
    of : {"begun", "all"}
        Whether the lists are those with a first recall, as above, or all of them: pybeh and EMBAM
        divide the first responses by all lists.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `input` (study position), `prob`, `actual` (lists begun
        there), `possible` (lists that could have been).

    Raises
    ------
    ValueError
        If `first` or `of` is neither.

    Examples
    --------
    One list begins with word 2, the other with an intrusion and then word 1:

    >>> recalls = Recalls.from_positions([[2, 0], [-1, 1]], list_length=2)
    >>> pfr(recalls)
       subject  input  prob  actual  possible
    0        1      1   0.5       1         2
    1        1      2   0.5       1         2
    >>> pfr(recalls, first="response")
       subject  input  prob  actual  possible
    0        1      1   0.0       0         2
    1        1      2   0.5       1         2

    References
    ----------
    Howard, M. W., & Kahana, M. J. (1999). Contextual variability and serial position effects in
    free recall. Journal of Experimental Psychology: Learning, Memory, and Cognition, 25(4),
    923-941.
    """
    return ratios(as_recalls(recalls), partial(pfr_counts, first=first, of=of), by, "prob")


def pfr_counts(recalls: Recalls, first: First = "correct", of: Of = "begun") -> Counts:
    """Counts per list: x is the study position, (lists, L)."""
    one_of("first", first, ("correct", "response"))
    one_of("of", of, ("begun", "all"))
    _, words = at_first_places(recalls)
    actual = np.zeros(words.shape, dtype=np.int8)
    begun = np.zeros(len(recalls), dtype=bool)
    for response in responses(recalls):
        hit = np.flatnonzero(response.new & ~begun)
        actual[hit, response.place[hit]] = 1
        begun[hit] = True
        if first == "response" or begun.all():
            break
    if first == "response":  # an intrusion, too
        begun = recalls.recalled[:, 0] != 0
    possible = words if of == "all" else words & begun[:, None]
    x = pd.DataFrame({"input": np.arange(1, words.shape[1] + 1)})
    return Counts(x, actual, possible.astype(np.int8))
