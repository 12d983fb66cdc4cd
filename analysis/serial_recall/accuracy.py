"""Accuracy of serial recall by study position, and the share of lists without any error."""

from collections.abc import Sequence
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd

from analysis.checks import one_of
from analysis.counts import Counts, ratios
from analysis.recalls import Recalls
from analysis.serial_recall.report import report, serial_recalls

Scoring = Literal["strict", "item", "relative"]


def serial_accuracy(
    recalls: pd.DataFrame | Recalls,
    by: str | Sequence[str] | None = None,
    scoring: Scoring = "strict",
) -> pd.DataFrame:
    """Serial position curve of serial recall, of each subject.

    Parameters
    ----------
    recalls : recall table or Recalls
        Missing items of recalls are omissions.
    by : str or list of str
        Labels that divide the lists of a subject, such as "condition".
    scoring : {"strict", "item", "relative"}
        What counts as correct. "strict": the word stands in its place of the report. "item": it
        stands anywhere in the report, however often. "relative": it follows directly the word that
        it followed in the list; the first word, if it begins the report. Strict scoring marks
        everything wrong after one word left out, relative scoring only the break itself.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `input` (study position), `recall` (probability), `actual`
        (lists that have it correct) and `possible` (lists that studied it). Responses beyond as
        many places as the list has do not count.

    Raises
    ------
    ValueError
        If `scoring` is none of the three.

    Examples
    --------
    Word 1 is left out and the others move up:

    >>> lists = Recalls.from_positions([[2, 3]], list_length=3, omissions=True)
    >>> {scoring: serial_accuracy(lists, scoring=scoring)["recall"].tolist()
    ...  for scoring in ("strict", "item", "relative")}
    {'strict': [0.0, 0.0, 0.0], 'item': [0.0, 1.0, 1.0], 'relative': [0.0, 0.0, 1.0]}

    References
    ----------
    Drewnowski, A., & Murdock, B. B. (1980). The role of auditory features in memory span for
    words. Journal of Experimental Psychology: Human Learning and Memory, 6(3), 319-332.
    """
    counts = partial(serial_accuracy_counts, scoring=scoring)
    table = ratios(serial_recalls(recalls), counts, by, "recall")
    return table[table["possible"] > 0].reset_index(drop=True)


def serial_accuracy_counts(recalls: Recalls, scoring: Scoring = "strict") -> Counts:
    """Counts per list: x is the study position, (lists, L)."""
    one_of("scoring", scoring, ("strict", "item", "relative"))
    given, slots, _ = report(recalls)
    length = slots.shape[1]
    credited = np.maximum(given, 0)
    if scoring == "strict":
        credited = np.where(given == np.arange(1, length + 1), given, 0)
    elif scoring == "relative":
        follows = np.pad(given, ((0, 0), (1, 0)))[:, :-1] + 1 == given
        follows[:, 1:] &= given[:, :-1] > 0  # word 1 follows none but the start
        credited = np.where(follows, given, 0)
    # place 0 collects what is not credited, and is dropped
    actual = np.zeros((len(recalls), length + 1), dtype=np.int8)
    np.put_along_axis(actual, credited.astype(np.intp), 1, axis=1)
    x = pd.DataFrame({"input": np.arange(1, length + 1)})
    return Counts(x, actual[:, 1:], slots.astype(np.int8))


def perfect_lists(
    recalls: pd.DataFrame | Recalls, by: str | Sequence[str] | None = None
) -> pd.DataFrame:
    """Share of lists reported without any error, of each subject.

    Parameters
    ----------
    recalls : recall table or Recalls
        Missing items of recalls are omissions.
    by : str or list of str
        Labels that divide the lists of a subject, such as "condition".

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `prob`, `actual` (lists with every word in its place) and
        `possible` (lists).

    Examples
    --------
    >>> perfect_lists(Recalls.from_positions([[1, 2], [2, 1]], list_length=2))
       subject  prob  actual  possible
    0        1   0.5       1         2
    """
    return ratios(serial_recalls(recalls), perfect_lists_counts, by, "prob")


def perfect_lists_counts(recalls: Recalls) -> Counts:
    """Counts per list, (lists, 1): there is no x."""
    given, slots, _ = report(recalls)
    right = (given == np.arange(1, slots.shape[1] + 1)) | ~slots
    actual = right.all(axis=1, keepdims=True).astype(np.int8)
    return Counts(pd.DataFrame(index=[0]), actual, np.ones_like(actual))
