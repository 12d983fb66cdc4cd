"""What is known of the studied words: columns of the table, features and distances by item."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.recalls import Recalls


def study_values(recalls: Recalls, key: str | pd.Series) -> NDArray[Any]:
    """A feature of each studied word, (lists, L); without meaning beyond the end of a list.

    Parameters
    ----------
    recalls : Recalls
    key : str or Series
        "input" (study position), "item", a column of the study rows or of the lists; or a Series
        of values indexed by item.

    Raises
    ------
    ValueError
        If there is no such column, or a studied word has no value.

    Examples
    --------
    >>> recalls = Recalls.from_positions([[1]], list_length=3)
    >>> study_values(recalls, pd.Series({1: "bird", 2: "bird", 3: "fish"}))
    array([['bird', 'bird', 'fish']], dtype=object)
    """
    shape = recalls.presented.shape
    if isinstance(key, pd.Series):
        rows = item_rows(recalls, key.index, "the Series of features")
        values = key.to_numpy()[rows]
        return _without_gaps(recalls, values, key.name or "the feature")
    if key == "input":
        return np.broadcast_to(np.arange(1, shape[1] + 1), shape)
    if key == "item":
        return recalls.presented if recalls.vocabulary is None else _words(recalls)
    if key in recalls.study_columns:
        return _without_gaps(recalls, recalls.study_columns[key], key)
    if key in recalls.labels.columns:
        return np.broadcast_to(recalls.labels[key].to_numpy()[:, None], shape)
    known = ["input", "item", *recalls.study_columns, *recalls.labels.columns]
    raise ValueError(
        f"the studied words have no column {key!r}, only {', '.join(map(str, known))}; give a "
        "Series indexed by item for a feature that the table lacks"
    )


def _words(recalls: Recalls) -> NDArray[Any]:
    assert recalls.vocabulary is not None
    return recalls.vocabulary[recalls.presented - 1]


def _without_gaps(recalls: Recalls, values: NDArray[Any], name: Any) -> NDArray[Any]:
    wrong = pd.isna(values) & (recalls.presented != 0)
    if wrong.any():
        row, place = np.argwhere(wrong)[0]
        subject, number = recalls.labels[["subject", "list"]].iloc[row]
        raise ValueError(
            f"{name} is missing for the word at position {place + 1} of list {number} of subject "
            f"{subject}; every studied word needs a value, so fill it or leave the list out"
        )
    return values


def item_rows(recalls: Recalls, items: pd.Index, name: str) -> NDArray[np.intp]:
    """(lists, L) Place in `items` of each studied word; 0 beyond the end of a list."""
    if items.has_duplicates:
        twice = items[items.duplicated()][0]
        raise ValueError(f"{name} has item {twice} twice; each item needs one row")
    numbers, code = np.unique(recalls.presented, return_inverse=True)
    studied = numbers != 0
    names = numbers if recalls.vocabulary is None else recalls.vocabulary[numbers - 1]
    found = items.get_indexer(pd.Index(names[studied]))
    if (found < 0).any():
        missing = names[studied][found < 0]
        raise ValueError(
            f"{name} lacks item {missing[0]} and {len(missing) - 1} more of {len(found)} studied; "
            "its index must hold the items as the table names them, "
            f"here it begins with {items[:3].tolist()}"
        )
    rows = np.zeros(len(numbers), dtype=np.intp)
    rows[studied] = found
    return rows[code].reshape(recalls.presented.shape)


def item_distances(
    recalls: Recalls, distances: pd.DataFrame | ArrayLike
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """(lists, L) row of each studied word in the matrix, and the matrix (items, items).

    A DataFrame names the items in its index and columns; a bare matrix goes by item number, row
    k - 1 for item k.
    """
    if isinstance(distances, pd.DataFrame):
        if not distances.index.equals(distances.columns):
            raise ValueError(
                "distances must have the same items, in the same order, as index and as columns; "
                "distances.loc[items, items] puts them so"
            )
        items, matrix = distances.index, distances.to_numpy(dtype=np.float64)
    else:
        matrix = np.asarray(distances, dtype=np.float64)
        if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
            raise ValueError(f"distances must be (items, items), got shape {matrix.shape}")
        if recalls.vocabulary is not None:
            raise ValueError(
                "the items are words, so distances must name them: "
                "pd.DataFrame(distances, index=words, columns=words)"
            )
        items = pd.RangeIndex(1, len(matrix) + 1)
    if np.isnan(matrix).any():
        row, column = np.argwhere(np.isnan(matrix))[0]
        raise ValueError(
            f"distances must not be NaN, as between {items[row]} and {items[column]}; leave items "
            "without a value out of the matrix, and their lists out of the recalls"
        )
    return item_rows(recalls, items, "distances"), matrix


def included_words(recalls: Recalls, item_query: str) -> NDArray[np.bool_]:
    """(lists, L) Whether each studied word fits the query over its columns."""
    row, place = np.nonzero(recalls.presented)
    words = recalls.labels.iloc[row].reset_index(drop=True)
    words = words.assign(
        input=place + 1,
        item=study_values(recalls, "item")[row, place],
        **{name: column[row, place] for name, column in recalls.study_columns.items()},
    )
    try:
        fit = words.index.isin(words.query(item_query).index)
    except pd.errors.UndefinedVariableError as error:
        raise ValueError(
            f"item_query={item_query!r}: {error}; the studied words have the columns "
            f"{', '.join(map(str, words.columns))}"
        ) from error
    included = np.zeros(recalls.presented.shape, dtype=bool)
    included[row, place] = fit
    return included
