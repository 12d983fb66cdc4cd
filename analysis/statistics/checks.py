"""What all statistics ask of a table of scores: one number per subject and cell, none missing."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_number, is_numeric_dtype

from analysis.checks import and_more, need_columns, need_frame


def check_columns(table: pd.DataFrame, columns: list[str]) -> None:
    """All columns there, or an error that lists those that are."""
    need_frame("a table of scores, what a measure returned,", table)
    cure = "; name columns of what the measure returned"
    need_columns("the table has", table, columns, cure)


def check_labels(table: pd.DataFrame, columns: list[str]) -> None:
    """Some rows, and no label missing."""
    if table.empty:
        raise ValueError("the table has no rows; a filter before it may have matched nothing")
    missing = table[columns].isna()
    if missing.any(axis=None):
        column = missing.columns[missing.any()][0]
        row = table.index[missing[column]][0]
        raise ValueError(
            f"{column} must not be missing: row {row} has none"
            f"{and_more(int(missing[column].sum()) - 1)}; say what it is, or leave it out with "
            f"table.dropna(subset={column!r})"
        )


def check_numbers(table: pd.DataFrame, column: str) -> None:
    """Numbers, or nothing, in each row of a column."""
    if is_numeric_dtype(table[column]):
        return
    wrong = table[column].map(lambda value: not is_number(value)) & table[column].notna()
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(
            f"{column} must be a number: row {table.index[row]} has {table[column].iloc[row]!r}"
            f"{and_more(int(wrong.sum()) - 1)}; a text in one row makes texts of all, which "
            f"pd.to_numeric(table[{column!r}]) turns back"
        )


def numbers_of(scores: pd.Series) -> NDArray[np.float64]:
    """Scores that `check_numbers` let pass, NaN where there is none."""
    return pd.to_numeric(scores, errors="coerce").to_numpy(dtype=float, na_value=np.nan)


def check_scores(table: pd.DataFrame, value: str, cells: list[str]) -> None:
    """One finite number per subject and cell, where `cells` are the columns that name a cell."""
    check_columns(table, ["subject", *cells, value])
    check_labels(table, ["subject", *cells])
    check_numbers(table, value)
    scores = numbers_of(table[value])
    wrong = ~np.isfinite(scores)
    if wrong.any():
        row = int(np.argmax(wrong))
        where = table[["subject", *cells]].iloc[row].to_dict()
        raise ValueError(
            f"{value} must be a number in every row: {table[value].iloc[row]} at {where} "
            f"({wrong.sum()} of {len(table)} rows); where nothing was possible (as at lag 0) "
            f"leave the rows out with table.dropna(subset={value!r})"
        )
    wrong = table.duplicated(["subject", *cells]).to_numpy()
    if wrong.any():
        where = table[["subject", *cells]].iloc[int(np.argmax(wrong))].to_dict()
        raise ValueError(
            f"several rows at {where}: each subject needs one score per cell; name the column "
            "that tells the rows apart (condition, model, lag, ...), or average them first"
        )


def check_subjects(n: int, where: dict[str, Any] | None = None) -> None:
    """At least two subjects."""
    if n < 2:
        raise ValueError(
            f"at least two subjects are needed, got {n}{_at(where)}; a single network has "
            "intervals over its lists only: bootstrap_lists"
        )


def check_n_boot(n_boot: int) -> None:
    """Enough resamples for an interval at all."""
    if n_boot < 2:
        raise ValueError(f"n_boot must be 2 or more (1000 or more in a paper), got {n_boot}")


def check_spread(spread: float, where: dict[str, Any] | None = None) -> None:
    """Some variance, without which no t is defined."""
    if not spread > 0:
        raise ValueError(
            f"all scores (or all differences) are equal{_at(where)}, so there is no variance to "
            "test against; leave these rows out, or say in the text that all subjects agree"
        )


def complete_cells(table: pd.DataFrame, value: str, cells: list[str]) -> pd.DataFrame:
    """Scores as a matrix, subjects by cells, where every subject has every cell.

    Parameters
    ----------
    table : DataFrame
        One row per subject and cell.
    value : str
        Column of the scores.
    cells : list of str
        Columns that together name a cell.

    Returns
    -------
    DataFrame
        One row per subject, one column per cell (a MultiIndex of `cells`), sorted.

    Raises
    ------
    ValueError
        If a score is missing or there twice, or a subject lacks a cell.
    """
    check_scores(table, value, cells)
    index = pd.MultiIndex.from_frame(table[cells])
    scores = (
        table[value].astype(float).set_axis(pd.MultiIndex.from_frame(table[["subject", *cells]]))
    )
    wide = pd.DataFrame(scores.unstack(cells))
    if not isinstance(wide.columns, pd.MultiIndex):
        wide.columns = pd.MultiIndex.from_arrays([wide.columns], names=cells)
    wide = wide[sorted(set(index))].sort_index()
    lacking = wide.isna()
    if lacking.any(axis=None):
        incomplete = lacking.index[lacking.any(axis=1)]
        shown = [
            f"subject {subject} lacks "
            + ", ".join(_name(cell, cells) for cell in wide.columns[lacking.loc[subject]][:3])
            for subject in incomplete[:3]
        ]
        more = f" and {len(incomplete) - 3} more subjects" if len(incomplete) > 3 else ""
        raise ValueError(
            f"every subject needs a score in each of the {wide.shape[1]} cells of "
            f"{' x '.join(cells)}: {'; '.join(shown)}{more}. Leave out these subjects or these "
            "cells, or use mixed_model, which needs no balance; subjects of different groups "
            "belong into independent tests"
        )
    return wide


def _name(cell: tuple[Any, ...], cells: list[str]) -> str:
    return " ".join(f"{column} {level}" for column, level in zip(cells, cell, strict=True))


def _at(where: dict[str, Any] | None) -> str:
    return f" at {where}" if where else ""
