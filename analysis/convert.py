"""Recall table to matrices and back, without a loop over lists."""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.rows import Rows
from analysis.rules import COLUMNS
from analysis.table import check_rows

if TYPE_CHECKING:
    from analysis.recalls import Recalls


class Grid(NamedTuple):
    """Where the study rows, or the recall rows, of a table go in a matrix of (lists, places)."""

    which: NDArray[np.integer]
    """(n,) Their row numbers: faster than a mask, for every column is filled in."""
    cell: NDArray[np.integer]
    """(n,) Where each of them goes in the raveled matrix."""
    shape: tuple[int, int]

    def fill(self, values: NDArray[Any]) -> NDArray[Any]:
        """The matrix of these values, one for each row of the table."""
        padding = np.zeros(1, dtype=values.dtype)[0]
        if values.dtype.kind in "fO":
            padding = np.nan if values.dtype.kind == "f" else None
        matrix = np.full(self.shape, padding, dtype=values.dtype)
        matrix.ravel()[self.cell] = values[self.which]
        return matrix


def matrices_from_table(table: pd.DataFrame, omissions: bool = False) -> dict[str, Any]:
    """Checked recall table -> the fields of `Recalls`, by name."""
    rows = Rows(table)
    check_rows(rows, omissions)
    row, first = _sort_lists(rows)
    place = rows.position.astype(np.int64, copy=False) - 1
    study = _grid(row, place, rows.studied, len(first))
    recall = _grid(row, place, rows.recalled, len(first))
    item = rows.coded("item")[0].astype(np.int32) + 1  # 0 where it is missing
    presented, said = study.fill(item), recall.fill(item)
    number, vocabulary = _number_items(rows)
    constant, varying = _split_columns(table, row, first)
    columns = {name: table[name] for name in varying}
    return {
        "presented": number[presented],
        "recalled": _study_positions(presented, said, len(number)),
        "labels": table[["subject", "list", *constant]].iloc[first].reset_index(drop=True),
        "recalled_items": number[said],
        "vocabulary": vocabulary,
        "study_columns": _fill_columns(columns, study),
        "recall_columns": _fill_columns(columns, recall),
    }


def _grid(
    row: NDArray[np.integer], place: NDArray[np.integer], of: NDArray[np.bool_], n_lists: int
) -> Grid:
    which = np.flatnonzero(of)
    places = place[which]
    # a table without a single recall still has one, empty, output
    width = max(int(places.max(initial=0)) + 1, 1)
    return Grid(which, row[which] * width + places, (n_lists, width))


def _fill_columns(columns: dict[str, pd.Series], grid: Grid) -> dict[str, NDArray[Any]]:
    return {
        name: grid.fill(column.to_numpy())
        for name, column in columns.items()
        if column.iloc[grid.which].notna().any()
    }


def _sort_lists(rows: Rows) -> tuple[NDArray[np.int64], NDArray[np.integer]]:
    """Number of each row's list, by order of subject and list, and a row of each list."""
    some = np.zeros(rows.n_lists, dtype=np.intp)
    some[rows.list] = np.arange(len(rows.list))
    ranks = []
    for column in ("list", "subject"):
        codes, values = rows.coded(column)
        rank = np.empty(len(values), dtype=np.intp)
        rank[values.argsort()] = np.arange(len(values))
        ranks.append(rank[codes[some]])
    order = np.lexsort(ranks)
    number = np.empty(rows.n_lists, dtype=np.int64)
    number[order] = np.arange(rows.n_lists)
    return number[rows.list], some[order]


def _number_items(rows: Rows) -> tuple[NDArray[np.integer], NDArray[Any] | None]:
    """Number of each item of `rows.coded`, after a 0 for none; and the words if items are words."""
    _, values = rows.coded("item")
    if isinstance(values[0], str):
        order = values.argsort()
        number = np.zeros(len(values) + 1, dtype=np.int32)
        number[order + 1] = np.arange(1, len(values) + 1)
        return number, np.asarray(values, dtype=object)[order]
    return np.append(0, values.to_numpy(dtype=np.int64)), None


def _study_positions(
    presented: NDArray[np.int32], said: NDArray[np.int32], n_items: int
) -> NDArray[np.int16]:
    """Study position of each recalled word, from 1; -1 if its list did not show it, 0 if none."""
    from analysis.kernels import study_positions

    position = np.zeros(said.shape, dtype=np.int16)
    study_positions(presented, said, n_items, position)
    return position


def _split_columns(
    table: pd.DataFrame, row: NDArray[np.integer], first: NDArray[np.integer]
) -> tuple[list[str], list[str]]:
    """Further columns: those with one value in each list, and those that vary within lists."""
    extra = [name for name in table.columns if name not in COLUMNS]
    constant = []
    for name in extra:
        value = table[name].iloc[0]
        if isinstance(value, list | dict | set | np.ndarray):
            continue  # vectors, such as semantic features, belong to words
        code = pd.factorize(table[name], use_na_sentinel=False)[0]
        if (code == code[first][row]).all():
            constant.append(name)
    return constant, [name for name in extra if name not in constant]


def table_from_matrices(recalls: "Recalls") -> pd.DataFrame:
    """`Recalls` -> recall table, lists in their order, study before recall."""
    study_row, study_place = np.nonzero(recalls.presented)
    recall_row, recall_place = np.nonzero(outputs_given(recalls.recalled))
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
        both = pd.concat(parts, ignore_index=True).iloc[order].reset_index(drop=True)
        events[name] = both.infer_objects()
    extra = labels.drop(columns=["subject", "list"])
    return pd.concat(
        [labels[["subject", "list"]], pd.DataFrame(core), extra, pd.DataFrame(events)], axis=1
    )


def outputs_given(recalled: NDArray[np.integer]) -> NDArray[np.bool_]:
    """(lists, outputs) Which are no padding: up to the last response; a 0 before is an omission."""
    return np.flip(np.logical_or.accumulate(np.flip(recalled != 0, 1), axis=1), 1)


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
