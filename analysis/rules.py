"""The rules of a recall table, each written once: `check_table` and `violations` read them."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import infer_dtype

from analysis.rows import Rows

COLUMNS = ["subject", "list", "trial_type", "position", "item"]


class Breach(NamedTuple):
    """One rule broken, in some rows or by the table as a whole."""

    rule: str
    column: str | None
    wrong: NDArray[np.bool_] | None
    """(rows,) Which rows; None where it is the whole column or table."""
    cure: str
    says: Callable[[pd.Series], str] | None = None
    """What the row says, where "has <value>" does not tell it."""

    @property
    def n_rows(self) -> int:
        return 1 if self.wrong is None else int(np.count_nonzero(self.wrong))


def breaches(rows: Rows, omissions: bool, paradigm: str | None) -> Iterator[Breach]:
    """Every rule that the table breaks, in an order in which causes come before consequences."""
    extra = {"cued recall": ["cue"], "recognition": ["response"]}.get(paradigm or "", [])
    yield from _columns(rows.table, COLUMNS + extra)
    columns = rows.table.columns
    if rows.table.empty or columns.duplicated().any():
        return
    yield from _broken(_missing(rows, omissions or paradigm == "cued recall"))
    for column in extra:
        if column in columns and "trial_type" in columns:
            yield from _broken(_missing_extra(rows, column))
    for needs, rule in _RULES:
        if all(column in columns for column in needs):
            yield from _broken(rule(rows))


def _broken(found: Iterator[Breach]) -> Iterator[Breach]:
    return (breach for breach in found if breach.wrong is None or breach.wrong.any())


def _columns(table: pd.DataFrame, needed: list[str]) -> Iterator[Breach]:
    missing = [column for column in needed if column not in table.columns]
    has = ", ".join(map(str, table.columns)) or "none"
    for column in missing:
        rule = f"a recall table needs the columns {', '.join(needed)}; {', '.join(missing)} missing"
        cure = "rename yours with table.rename(columns={'yours': 'ours'})"
        yield Breach(f"{rule} here, which has {has}", column, None, cure)
    twice = table.columns[table.columns.duplicated()]
    if len(twice):
        rule = f"a column comes once, {twice[0]} comes several times"
        yield Breach(rule, str(twice[0]), None, "drop or rename one of them")
    if table.empty and not missing:
        cure = "a filter before it may have matched nothing"
        yield Breach("the recall table has no rows", None, None, cure)


def _missing(rows: Rows, omissions: bool) -> Iterator[Breach]:
    for column in COLUMNS:
        if column not in rows.table.columns:
            continue
        wrong = rows.table[column].isna().to_numpy()
        cure = "leave the row out, or say what was there"
        if column == "item":
            cure = "give an intrusion its word, or -1, -2, ... if its word is unknown"
            if not omissions:
                cure += (
                    "; only in serial and cued recall is it an omission (omissions=True of "
                    "check_table and Recalls.from_table)"
                )
            elif "trial_type" in rows.table.columns:
                wrong = wrong & ~rows.recalled
        yield Breach(f"{column} must not be missing", column, wrong, cure)


def _missing_extra(rows: Rows, column: str) -> Iterator[Breach]:
    wrong = rows.table[column].isna().to_numpy()
    if column == "cue":
        rule = "cue must not be missing"
        cure = "it is the first word of the pair in a study row, and the word shown in a recall row"
    else:
        wrong = wrong & rows.recalled
        rule = "response must not be missing from a recall row"
        cure = "leave out tests without an answer, or give them an answer of their own"
    yield Breach(rule, column, wrong, cure)


def _one_type(rows: Rows) -> Iterator[Breach]:
    for column in ("subject", "list", "item"):
        if column not in rows.table.columns:
            continue
        codes, values = rows.coded(column)
        # a missing value is told as such, so only values count here, and each of them once
        if values.dtype != object or not infer_dtype(values, skipna=False).startswith("mixed"):
            continue
        kind, kinds = pd.factorize(np.array([type(value).__name__ for value in values]))
        of_row = np.where(codes >= 0, kind[codes], -1)
        usual = np.bincount(of_row[codes >= 0]).argmax()
        rule = f"{column} must be of one type, here it is {' and '.join(sorted(kinds))}"
        cure = f"make all of them words with table['{column}'].astype(str)"
        yield Breach(rule, column, (codes >= 0) & (of_row != usual), cure)


def _item_kind(rows: Rows) -> Iterator[Breach]:
    _, values = rows.coded("item")
    kind = infer_dtype(values, skipna=False)
    if not (kind in ("string", "integer", "empty") or kind.startswith("mixed")):
        yield Breach(
            f"item must be words or whole numbers, here it is {kind}",
            "item",
            None,
            "whole numbers read as decimals are mended with table['item'].astype('Int64')",
        )


def _trial_type(rows: Rows) -> Iterator[Breach]:
    wrong = ~(rows.studied | rows.recalled) & (rows.coded("trial_type")[0] >= 0)
    cure = "rename yours with table['trial_type'].replace({'yours': 'study'})"
    yield Breach("trial_type must be 'study' or 'recall'", "trial_type", wrong, cure)


def _position(rows: Rows) -> Iterator[Breach]:
    wrong = ~rows.whole & rows.table["position"].notna().to_numpy()
    cure = "if positions start from 0, add 1"
    yield Breach("position must be a whole number from 1", "position", wrong, cure)


def _item_numbers(rows: Rows) -> Iterator[Breach]:
    codes, values = rows.coded("item")
    if infer_dtype(values, skipna=False) != "integer":
        return

    def where(of_value: Any) -> NDArray[np.bool_]:
        return np.append(np.asarray(of_value, dtype=bool), False)[codes]  # -1, missing, is last

    cure = "0 pads short lists and negative numbers are unknown words, so count items from 1"
    yield Breach("studied items must be from 1", "item", rows.studied & where(values < 1), cure)
    yield Breach("item must not be 0", "item", ~rows.studied & where(values == 0), cure)


def _duplicates(rows: Rows) -> Iterator[Breach]:
    key = ["subject", "list", "trial_type", "position"]
    known = (rows.phase >= 0) & rows.whole
    place = np.where(known, rows.position, 0).astype(np.int64)
    if place.max(initial=0) > len(place):  # times, it may be, whose products overflow
        place = pd.factorize(place)[0]
    each = rows.phase * (place.max(initial=0) + 1) + place
    yield Breach(
        f"{', '.join(key)} together must be unique",
        "position",
        known & _repeated(each, known),
        "tables joined from several models or sessions need subjects or lists of their own numbers",
        lambda row: "repeats " + ", ".join(f"{column} {row[column]}" for column in key),
    )


def _repeated(numbers: NDArray[np.int64], known: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which have come before."""
    # mostly none has, which counting tells sooner than comparing
    if (
        numbers.max(initial=0) < 4 * len(numbers)
        and np.bincount(numbers[known], minlength=1).max() < 2
    ):
        return np.zeros(len(numbers), dtype=bool)
    return pd.Series(numbers).duplicated().to_numpy()


def _gaps(rows: Rows) -> Iterator[Breach]:
    # positions that are unique and from 1 run 1..n exactly if none exceeds their count
    known = (rows.phase >= 0) & rows.whole
    n_rows = np.bincount(rows.phase + 1)[rows.phase + 1]
    # each row of unknown list or trial type may fill a gap
    n_rows = n_rows + np.count_nonzero(rows.phase < 0)
    cure = (
        "positions of a list run 1, 2, 3, ... without gaps; keep intrusions and repeats as rows, "
        "for the measures know what to do with them"
    )
    wrong = known & (np.where(known, rows.position, 0) > n_rows)
    yield Breach("position leaves a gap", "position", wrong, cure)


def _studied(rows: Rows) -> Iterator[Breach]:
    known = rows.list >= 0
    # a row of an unknown trial type may be the study row that lacks
    maybe = np.bincount(rows.list[known & ~rows.recalled], minlength=rows.n_lists + 1) > 0
    yield Breach(
        "recall of a list that was never studied",
        "list",
        rows.recalled & known & ~maybe[rows.list],
        "the list numbers of study and recall may differ, or the study rows were filtered out",
        lambda row: (
            f"recalls list {row['list']} of subject {row['subject']}, which has no study rows"
        ),
    )


def _in_time(rows: Rows) -> Iterator[Breach]:
    onset = pd.to_numeric(rows.table["onset"], errors="coerce").to_numpy(dtype=float)
    items, _ = rows.coded("item")
    known = (rows.list >= 0) & ~np.isnan(onset)
    shown = known & rows.studied
    # the first time each list began, and each of its words was shown
    began = np.full(rows.n_lists + 1, np.inf)
    np.minimum.at(began, rows.list[shown], onset[shown])
    word = pd.factorize(rows.list * (items.max(initial=0) + 2) + items)[0]
    first = np.full(word.max(initial=0) + 1, np.inf)
    np.minimum.at(first, word[shown & (items >= 0)], onset[shown & (items >= 0)])
    earliest = np.where(np.isinf(first[word]), began[rows.list], first[word])
    yield Breach(
        "onset of a recall must not be before that of its word",
        "onset",
        known & rows.recalled & ~np.isinf(earliest) & (onset < earliest),
        "onsets of study and recall must be on one clock; response times from the start of recall "
        "belong into a column rt",
        lambda row: f"recalls {row['item']} at onset {row['onset']}",
    )


#: columns that a rule needs, and the rule; causes first
_RULES: list[tuple[list[str], Callable[[Rows], Iterator[Breach]]]] = [
    ([], _one_type),
    (["item"], _item_kind),
    (["trial_type"], _trial_type),
    (["position"], _position),
    (["trial_type", "item"], _item_numbers),
    (["subject", "list", "trial_type", "position"], _duplicates),
    (["subject", "list", "trial_type", "position"], _gaps),
    (["subject", "list", "trial_type"], _studied),
    (["subject", "list", "trial_type", "item", "onset"], _in_time),
]
