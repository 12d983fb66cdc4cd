"""Recall table to matrices and back, without a loop over lists."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.table import COLUMNS, check_table

if TYPE_CHECKING:
    from analysis.recalls import Recalls


def matrices_from_table(table: pd.DataFrame, omissions: bool = False) -> dict[str, Any]:
    """Checked recall table -> the fields of `Recalls`, by name."""
    check_table(table, omissions)
    grouped = table.groupby(["subject", "list"], sort=True, observed=True)
    row = grouped.ngroup().to_numpy()
    place = table["position"].to_numpy(dtype=np.int64) - 1
    studied = (table["trial_type"] == "study").to_numpy()
    number, vocabulary = _number_items(table["item"])

    def fill(values: NDArray[Any], rows: NDArray[np.bool_]) -> NDArray[Any]:
        # a table without a single recall still has one, empty, output
        n_places = max(place[rows].max(initial=0) + 1, 1)
        matrix = np.zeros((row.max() + 1, n_places), dtype=values.dtype)
        matrix[row[rows], place[rows]] = values[rows]
        return matrix

    position = np.where(number == 0, 0, _study_position(row, number, place, studied))
    constant, varying = _split_columns(table, row)
    first = np.unique(row, return_index=True)[1]
    return {
        "presented": fill(number, studied),
        "recalled": fill(position, ~studied),
        "labels": table[["subject", "list", *constant]].iloc[first].reset_index(drop=True),
        "recalled_items": fill(number, ~studied),
        "vocabulary": vocabulary,
        "study_columns": {
            name: fill(table[name].to_numpy(), studied)
            for name in varying
            if table[name][studied].notna().any()
        },
        "recall_columns": {
            name: fill(table[name].to_numpy(), ~studied)
            for name in varying
            if table[name][~studied].notna().any()
        },
    }


def _number_items(item: pd.Series) -> tuple[NDArray[np.int64], NDArray[Any] | None]:
    """Number of each item, 0 where it is missing, and the words if items are words."""
    if np.issubdtype(item.to_numpy().dtype, np.integer):
        return item.to_numpy(dtype=np.int64), None
    number, words = pd.factorize(item.to_numpy(), sort=True)  # -1 where missing
    if isinstance(words[0], str):
        return number + 1, np.asarray(words, dtype=object)
    # whole numbers in a column of objects, or of numbers that may be missing
    return np.concatenate([words, [0]]).astype(np.int64)[number], None


def _study_position(
    row: NDArray[np.integer],
    number: NDArray[np.integer],
    place: NDArray[np.integer],
    studied: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """Study position of the word in each row, from 1; -1 if its list did not show it."""
    code = np.unique(number, return_inverse=True)[1].astype(np.int64)
    key = row * (code.max() + 1) + code
    in_order = np.argsort(place[studied], kind="stable")
    # of a word studied twice, `unique` gives the first, that is, its first position
    shown, where = np.unique(key[studied][in_order], return_index=True)
    at = np.minimum(np.searchsorted(shown, key), len(shown) - 1)
    return np.where(shown[at] == key, place[studied][in_order][where[at]] + 1, -1)


def _split_columns(table: pd.DataFrame, row: NDArray[np.integer]) -> tuple[list[str], list[str]]:
    """Further columns: those with one value in each list, and those that vary within lists."""
    first = np.unique(row, return_index=True)[1]
    extra = [name for name in table.columns if name not in COLUMNS]
    constant = []
    for name in extra:
        code = pd.factorize(table[name], use_na_sentinel=False)[0]
        if (code == code[first][row]).all():
            constant.append(name)
    return constant, [name for name in extra if name not in constant]


def table_from_matrices(recalls: "Recalls") -> pd.DataFrame:
    """`Recalls` -> recall table, lists in their order, study before recall."""
    study_row, study_place = np.nonzero(recalls.presented)
    # up to the last response of each list; a 0 before it is an omission
    there = np.flip(np.logical_or.accumulate(np.flip(recalls.recalled != 0, 1), axis=1), 1)
    recall_row, recall_place = np.nonzero(there)
    row = np.concatenate([study_row, recall_row])
    order = np.argsort(row, kind="stable")
    item = np.concatenate(
        [
            recalls.presented[study_row, study_place],
            recalls.recalled_items[recall_row, recall_place],
        ]
    )
    trial_type = np.repeat(["study", "recall"], [len(study_row), len(recall_row)])
    labels = recalls.labels.iloc[row[order]].reset_index(drop=True)
    core = {
        "trial_type": trial_type[order],
        "position": np.concatenate([study_place, recall_place])[order] + 1,
        "item": _items(item[order], recalls.vocabulary),
    }
    events = {}
    for name in {**recalls.study_columns, **recalls.recall_columns}:
        parts = (
            _cells(recalls.study_columns.get(name), study_row, study_place),
            _cells(recalls.recall_columns.get(name), recall_row, recall_place),
        )
        events[name] = pd.concat(parts, ignore_index=True).iloc[order].reset_index(drop=True)
    extra = labels.drop(columns=["subject", "list"])
    return pd.concat(
        [labels[["subject", "list"]], pd.DataFrame(core), extra, pd.DataFrame(events)], axis=1
    )


def _items(number: NDArray[np.integer], vocabulary: NDArray[Any] | None) -> Any:
    """Words or numbers, and none for 0."""
    if vocabulary is not None:
        words = vocabulary[number - 1]
        words[number == 0] = None
        return words
    if (number != 0).all():
        return number
    items = pd.array(number, dtype="Int64")
    items[number == 0] = pd.NA
    return items


def _cells(
    matrix: NDArray[Any] | None, row: NDArray[np.integer], place: NDArray[np.integer]
) -> pd.Series:
    if matrix is None:
        return pd.Series(np.full(len(row), np.nan))
    return pd.Series(matrix[row, place])
