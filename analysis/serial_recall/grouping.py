"""Grouped lists: accuracy by place within the group, and errors that keep that place."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.counts import Counts, ratios
from analysis.recalls import Recalls
from analysis.serial_recall.report import displacement, report, serial_recalls

#: where, seen from its own place, a word is reported
KINDS = ["within group", "interposition", "other group"]


def group_accuracy(
    recalls: pd.DataFrame | Recalls,
    by: str | Sequence[str] | None = None,
    groups: int | Sequence[int] = 3,
) -> pd.DataFrame:
    """Accuracy by place within the group, over all groups, of each subject.

    Grouping lets each group have primacy and recency of its own.

    Parameters
    ----------
    recalls : recall table or Recalls
        Missing items of recalls are omissions.
    by : str or list of str
        Labels that divide the lists of a subject, such as "condition".
    groups : int or sequence of int
        Words in each group, the last may have fewer; or, group by group, how many words it has.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `place` (within the group, from 1), `recall` (probability that
        the word stands in its place of the report), `actual` and `possible` (words).

    Raises
    ------
    ValueError
        If the groups do not add up to the length of each list.

    Examples
    --------
    >>> group_accuracy(Recalls.from_positions([[1, 3, 2, 4]], list_length=4), groups=2)
       subject  place  recall  actual  possible
    0        1      1     0.5       1         2
    1        1      2     0.5       1         2

    References
    ----------
    Frankish, C. (1989). Perceptual organization and precategorical acoustic storage. Journal of
    Experimental Psychology: Learning, Memory, and Cognition, 15(3), 469-479.
    """
    # groups have as many places in one block of lists as in all
    recalls = serial_recalls(recalls)
    table = ratios(recalls, partial(group_accuracy_counts, groups=groups), by, "recall")
    return table[table["possible"] > 0].reset_index(drop=True)


def group_accuracy_counts(recalls: Recalls, groups: int | Sequence[int] = 3) -> Counts:
    """Counts per list: x is the place within the group, (lists, largest group)."""
    given, slots, _ = report(recalls)
    _, place = _split(recalls, groups)
    right = (displacement(given) == 0) & slots
    largest = groups if isinstance(groups, int) else max(groups)
    here = place == np.arange(largest)[:, None]  # (places within the group, L)
    x = pd.DataFrame({"place": np.arange(1, largest + 1)})
    return Counts(x, right.astype(np.int64) @ here.T, slots.astype(np.int64) @ here.T)


def interpositions(
    recalls: pd.DataFrame | Recalls,
    by: str | Sequence[str] | None = None,
    groups: int | Sequence[int] = 3,
) -> pd.DataFrame:
    """Order errors within groups, and between groups with the same or another place, by subject.

    An interposition moves a word to the same place of another group.

    Parameters
    ----------
    recalls : recall table or Recalls
        Missing items of recalls are omissions.
    by : str or list of str
        Labels that divide the lists of a subject, such as "condition".
    groups : int or sequence of int
        Words in each group, the last may have fewer; or, group by group, how many words it has.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `kind` ("within group", "interposition", "other group"),
        `prob`, `actual`, `possible` (order errors) and `chance`: `prob` if each error had hit one
        of the L - 1 other words at random.

    Raises
    ------
    ValueError
        If the groups do not add up to the length of each list.

    Examples
    --------
    Words 2 and 5, both second of three, change places. Of the five other words two are of the same
    group and one has the same place of the other:

    >>> interpositions(Recalls.from_positions([[1, 5, 3, 4, 2, 6]], list_length=6))
       subject           kind  prob  actual  possible  chance
    0        1   within group   0.0       0         2     0.4
    1        1  interposition   1.0       2         2     0.2
    2        1    other group   0.0       0         2     0.4

    References
    ----------
    Henson, R. N. A. (1999). Positional information in short-term memory: Relative or absolute?
    Memory & Cognition, 27(5), 915-927.
    """
    recalls = serial_recalls(recalls)
    table = ratios(recalls, partial(interpositions_counts, groups=groups), by, "prob")
    chance = ratios(recalls, partial(_chance_counts, groups=groups), by, "chance")
    return table.assign(chance=chance["chance"])


def interpositions_counts(recalls: Recalls, groups: int | Sequence[int] = 3) -> Counts:
    """Counts per list: x is the kind of order error, (lists, 3)."""
    given, _, _ = report(recalls)
    kind = _kinds(recalls, groups)
    wrong = (given > 0) & (displacement(given) != 0)
    outputs = np.arange(given.shape[1])
    of_error = kind[outputs, np.maximum(given, 1) - 1]  # (lists, L)
    actual = np.stack([(wrong & (of_error == i)).sum(axis=1) for i in range(len(KINDS))], axis=1)
    possible = np.broadcast_to(wrong.sum(axis=1)[:, None], actual.shape)
    return Counts(pd.DataFrame({"kind": KINDS}), actual, possible)


def _chance_counts(recalls: Recalls, groups: int | Sequence[int]) -> Counts:
    """Expected counts per list of `interpositions_counts`, if errors hit words at random."""
    given, slots, _ = report(recalls)
    kind = _kinds(recalls, groups)
    wrong = (given > 0) & (displacement(given) != 0)
    others = np.maximum(slots.sum(axis=1)[:, None] - 1, 1)
    expected = [
        # words of this kind that the list has, seen from each place: (lists, L)
        (wrong * (slots.astype(np.int64) @ (kind == i).T) / others).sum(axis=1)
        for i in range(len(KINDS))
    ]
    actual = np.stack(expected, axis=1)
    possible = np.broadcast_to(wrong.sum(axis=1)[:, None], actual.shape)
    return Counts(pd.DataFrame({"kind": KINDS}), actual, possible)


def _kinds(recalls: Recalls, groups: int | Sequence[int]) -> NDArray[np.integer]:
    """(L, L) kind of error, for each place of the report and study position; -1 for no error."""
    group, place = _split(recalls, groups)
    same_group = group[:, None] == group
    same_place = place[:, None] == place
    kind = np.where(same_group, 0, np.where(same_place, 1, 2))
    np.fill_diagonal(kind, -1)
    return kind


def _split(
    recalls: Recalls, groups: int | Sequence[int]
) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
    """Group and place within it, both from 0, of each study position, (L,)."""
    length = recalls.presented.shape[1]
    if isinstance(groups, int):
        if groups < 1:
            raise ValueError(f"groups must have 1 word or more, got {groups}")
        position = np.arange(length)
        return position // groups, position % groups
    sizes = np.asarray(groups)
    if sizes.ndim != 1 or not np.issubdtype(sizes.dtype, np.integer) or (sizes < 1).any():
        raise ValueError(f"groups must be whole numbers of words from 1, got {groups!r}")
    wrong = recalls.list_length != sizes.sum()
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(
            f"groups {tuple(sizes.tolist())} have {sizes.sum()} words, but list "
            f"{recalls.labels['list'].iloc[row]} of subject {recalls.labels['subject'].iloc[row]} "
            f"has {recalls.list_length[row]}; take lists of one length, or say how many words each "
            "group has with one number"
        )
    group = np.repeat(np.arange(len(sizes)), sizes)
    place = np.concatenate([np.arange(n) for n in sizes])
    # the matrices may be wider than these lists are long
    beyond = (0, length - len(group))
    return np.pad(group, beyond, constant_values=-1), np.pad(place, beyond, constant_values=-1)
