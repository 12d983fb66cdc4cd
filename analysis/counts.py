"""What all measures share: counts per list, summed over the lists of a subject, then divided."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.recalls import Recalls


class Counts(NamedTuple):
    """How often each x happened in each list, and how often it could have.

    Every measure is a ratio of sums over lists of these; resampling the lists is resampling the
    rows.
    """

    x: pd.DataFrame
    """One row per x, with a column or columns that say which (`input`, `lag`, ...)."""
    actual: NDArray[np.number]
    """(lists, x)"""
    possible: NDArray[np.number]
    """(lists, x)"""


class Response(NamedTuple):
    """The responses of all lists at one output position."""

    place: NDArray[np.integer]
    """(lists,) Study position from 0, the first of a word studied several times; without meaning
    where not `new`."""
    new: NDArray[np.bool_]
    """(lists,) Whether it is a studied word recalled for the first time."""
    available: NDArray[np.bool_]
    """(lists, L) Words studied and not recalled before this response, each at its first place."""


def responses(recalls: Recalls) -> Iterator[Response]:
    """The responses of all lists, one output position after the other.

    A word studied several times in a list is one word: recalled once, at its first position.
    """
    first = first_places(recalls.presented)
    available = recalls.presented != 0
    if first is not None:
        available &= first == np.arange(first.shape[1])
    rows = np.arange(len(recalls))
    for recalled in recalls.recalled.T:
        place = np.maximum(recalled, 1) - 1
        if first is not None:
            place = first[rows, place]
        new = (recalled > 0) & available[rows, place]
        yield Response(place, new, available.copy())
        available[rows[new], place[new]] = False


def first_places(presented: NDArray[np.integer]) -> NDArray[np.intp] | None:
    """(lists, L) Where, from 0, the word at each place came first; None if no list repeats one."""
    # lists that are all one row broadcast, as models give them, need but one look
    seen = np.sort(presented[:1] if presented.strides[0] == 0 else presented, axis=1)
    if not ((seen[:, 1:] == seen[:, :-1]) & (seen[:, 1:] != 0)).any():
        return None
    places = range(presented.shape[1])
    first = [np.argmax(presented == presented[:, [place]], axis=1) for place in places]
    # padding stays where it is
    return np.where(presented == 0, np.arange(presented.shape[1]), np.stack(first, axis=1))


def at_first_places(recalls: Recalls) -> tuple[NDArray[np.int16], NDArray[np.bool_]]:
    """Study positions recalled (lists, outputs) and available (lists, L), as `responses` has them.

    For compiled loops: contiguous, and theirs to change.
    """
    available = recalls.presented != 0
    recalled = np.ascontiguousarray(recalls.recalled)
    first = first_places(recalls.presented)
    if first is None:
        return recalled, available
    available &= first == np.arange(first.shape[1])
    place = np.take_along_axis(first, np.maximum(recalled, 1).astype(np.intp) - 1, axis=1)
    return np.where(recalled > 0, place + 1, recalled).astype(np.int16), available


def ratios(
    recalls: Recalls,
    counts: Callable[[Recalls], Counts],
    by: str | Sequence[str] | None,
    value: str,
) -> pd.DataFrame:
    """One row per subject, `by` and x: sums over lists of what happened by what could have.

    Parameters
    ----------
    recalls : Recalls
    counts : function
        Counts per list of any recalls.
    by : str or list of str
        Columns of the labels that divide the lists of a subject, such as "condition".
    value : str
        Name of the column that holds the ratio; NaN where nothing was possible.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, the columns of x, `value`, `actual`, `possible`.
    """
    keys, group = group_lists(recalls, ["subject", *by_columns(by)])
    actual: Any = 0
    possible: Any = 0
    for rows, block in recalls.blocks():
        x, *per_list = counts(block)
        actual = actual + sum_groups(per_list[0], group[rows], len(keys))
        possible = possible + sum_groups(per_list[1], group[rows], len(keys))
    with np.errstate(invalid="ignore"):
        columns = {value: actual / possible, "actual": actual, "possible": possible}
    table = keys.merge(x, how="cross")
    return table.assign(**{name: column.ravel() for name, column in columns.items()})


def sum_groups(
    values: NDArray[np.number], group: NDArray[np.integer], n_groups: int
) -> NDArray[np.number]:
    """(groups, x) Sums of (lists, x) over the lists of each group."""
    from analysis.kernels import add_rows

    whole = np.issubdtype(values.dtype, np.integer)
    summed = np.zeros((n_groups, values.shape[1]), dtype=np.int64 if whole else np.float64)
    add_rows(np.ascontiguousarray(values), group, summed)
    return summed


def by_columns(*by: str | Sequence[str] | None) -> list[str]:
    """All columns named, as one list."""
    given = [[names] if isinstance(names, str) else names for names in by if names is not None]
    return [name for names in given for name in names]


def group_lists(recalls: Recalls, keys: list[str]) -> tuple[pd.DataFrame, NDArray[np.integer]]:
    """Groups of lists that share these labels, (groups,) sorted, and the group of each list."""
    labels = recalls.labels
    unknown = [key for key in keys if key not in labels.columns]
    if unknown:
        raise ValueError(
            f"by={unknown[0]!r} is no label of these lists, which have {', '.join(labels.columns)};"
            " a column of the table is a label if it is constant within each list"
        )
    if not keys:
        return pd.DataFrame(index=[0]), np.zeros(len(labels), dtype=np.intp)
    grouped = labels.groupby(keys, sort=True, observed=True, dropna=False)
    return grouped.size().index.to_frame(index=False), grouped.ngroup().to_numpy()
