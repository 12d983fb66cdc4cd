"""The recall table: one row per studied word and one per recalled word, in psifr's long format.

=============  ======================================================================
column         what it holds
=============  ======================================================================
`subject`      one person, one trained network, or one fitted parameter vector
`list`         which list of that subject
`trial_type`   "study" or "recall"
`position`     study position, or output position, from 1
`item`         the word, or its number
=============  ======================================================================

Further columns (`condition`, `list_length`, `model`, `rt`, ...) are kept wherever they fit.

The other paradigms keep that spine:

- serial recall: `position` of a recall is the place of the report at which it was given, and an
  omission is a row whose item is missing (None, NaN or NA; numbers are then of type Int64)
- cued recall: a study row is a pair, `item` its second word and `cue` its first; a recall row is a
  test, `cue` the word shown and `item` the answer, missing where none was given
- recognition and frequency judgment: a recall row is a test, `item` the word shown and `response`
  the answer (yes or no, a rating, a number of times)

References
----------
Morton, N. W. (2020). Psifr: Analysis and visualization of free recall data. Journal of Open
Source Software, 5(54), 2669.
"""

import numpy as np
import pandas as pd
from pandas.api.types import infer_dtype

COLUMNS = ["subject", "list", "trial_type", "position", "item"]


def check_table(table: pd.DataFrame, omissions: bool = False) -> None:
    """Check that a table is a recall table.

    A recalled word that was not studied is an intrusion, and legal.

    Parameters
    ----------
    table : DataFrame
        Columns `subject`, `list`, `trial_type`, `position` (from 1), `item`, in any order of rows.
    omissions : bool
        Whether a recall whose item is missing is an omission, as in serial and cued recall. In
        free recall it is an error: there it is mostly an intrusion whose word got lost.

    Raises
    ------
    ValueError
        If it is not; the message names the first row and column at fault and the likely cause.

    Examples
    --------
    >>> table = pd.DataFrame({"subject": 1, "list": 1, "trial_type": ["study", "recall"],
    ...                       "position": [1, 0], "item": ["owl", "owl"]})
    >>> check_table(table)
    Traceback (most recent call last):
    ValueError: position must be a whole number from 1: row 1 has 0; if positions start from 0, \
add 1
    """
    # in this order: each rule may rely on those before it
    _check_columns(table)
    _check_missing(table, omissions)
    _check_types(table)
    _check_trial_type(table)
    _check_position(table)
    _check_item_numbers(table)
    _check_duplicates(table)
    _check_gaps(table)
    _check_studied(table)


def _fail(table: pd.DataFrame, wrong: pd.Series, rule: str, column: str, cause: str) -> None:
    """Raise, if any row is wrong, naming the first and how many more there are."""
    if not wrong.any():
        return
    row = int(np.argmax(wrong.to_numpy()))
    value = table[column].iloc[row]
    more = int(wrong.sum()) - 1
    others = f" (and {more} more rows)" if more else ""
    raise ValueError(f"{rule}: row {table.index[row]} has {value}{others}; {cause}")


def _check_columns(table: pd.DataFrame) -> None:
    missing = [column for column in COLUMNS if column not in table.columns]
    if missing:
        raise ValueError(
            f"a recall table needs the columns {', '.join(COLUMNS)}; {', '.join(missing)} missing "
            f"here, which has {', '.join(map(str, table.columns)) or 'none'}; rename yours with "
            "table.rename(columns={'yours': 'ours'})"
        )
    if table.empty:
        raise ValueError(
            "the recall table has no rows; a filter before it may have matched nothing"
        )


def _check_missing(table: pd.DataFrame, omissions: bool) -> None:
    for column in COLUMNS:
        wrong = table[column].isna()
        cause = "leave the row out, or say what was there"
        if column == "item":
            cause = "give an intrusion its word, or -1, -2, ... if its word is unknown"
            if omissions:
                wrong &= table["trial_type"] != "recall"
            else:
                cause += "; only in serial and cued recall is it an omission (omissions=True)"
        _fail(table, wrong, f"{column} must not be missing", column, cause)


def _check_types(table: pd.DataFrame) -> None:
    table = table[table["item"].notna()]  # omissions have no item
    for column in ("subject", "list", "item"):
        kind = infer_dtype(table[column], skipna=False)
        if kind.startswith("mixed"):
            types = sorted({type(value).__name__ for value in table[column]})
            raise ValueError(
                f"{column} must be of one type, here it is {' and '.join(types)}; make all of them "
                f"words with table['{column}'].astype(str)"
            )
    kind = infer_dtype(table["item"].to_numpy(), skipna=False)
    if kind not in ("string", "integer"):
        raise ValueError(
            f"item must be words or whole numbers, here it is {kind}; whole numbers read as "
            "decimals are mended with table['item'].astype('Int64')"
        )


def _check_trial_type(table: pd.DataFrame) -> None:
    wrong = ~table["trial_type"].isin(["study", "recall"])
    cause = "rename yours with table['trial_type'].replace({'yours': 'study'})"
    _fail(table, wrong, "trial_type must be 'study' or 'recall'", "trial_type", cause)


def _check_position(table: pd.DataFrame) -> None:
    position = pd.to_numeric(table["position"], errors="coerce")
    wrong = ~((position >= 1) & (position % 1 == 0))
    cause = "if positions start from 0, add 1"
    _fail(table, wrong, "position must be a whole number from 1", "position", cause)


def _check_item_numbers(table: pd.DataFrame) -> None:
    table = table[table["item"].notna()]
    if infer_dtype(table["item"].to_numpy(), skipna=False) != "integer":
        return
    studied = table["trial_type"] == "study"
    cause = "0 pads short lists and negative numbers are unknown words, so count items from 1"
    _fail(table, studied & (table["item"] < 1), "studied items must be from 1", "item", cause)
    _fail(table, table["item"] == 0, "item must not be 0", "item", cause)


def _check_duplicates(table: pd.DataFrame) -> None:
    key = ["subject", "list", "trial_type", "position"]
    wrong = table.duplicated(key)
    if wrong.any():
        row = int(np.argmax(wrong.to_numpy()))
        where = ", ".join(f"{column} {table[column].iloc[row]}" for column in key)
        raise ValueError(
            f"{', '.join(key)} together must be unique: row {table.index[row]} repeats {where}; "
            "tables joined from several models or sessions need subjects or lists of their own "
            "numbers"
        )


def _check_gaps(table: pd.DataFrame) -> None:
    # positions are unique and from 1 by now, so they run 1..n exactly if none exceeds their count
    position = pd.to_numeric(table["position"])
    n = position.groupby([table[key] for key in ("subject", "list", "trial_type")], observed=True)
    cause = (
        "positions of a list run 1, 2, 3, ... without gaps; keep intrusions and repeats as rows, "
        "for the measures know what to do with them"
    )
    _fail(table, position > n.transform("size"), "position leaves a gap", "position", cause)


def _check_studied(table: pd.DataFrame) -> None:
    studied = table["trial_type"] == "study"
    lists = pd.MultiIndex.from_frame(table[["subject", "list"]])
    wrong = pd.Series(~lists.isin(lists[studied]), index=table.index)
    if wrong.any():
        row = int(np.argmax(wrong.to_numpy()))
        subject, number = table[["subject", "list"]].iloc[row]
        raise ValueError(
            f"recall of a list that was never studied: row {table.index[row]} recalls list "
            f"{number} of subject {subject}, which has no study rows; the list numbers of study "
            "and recall may differ, or the study rows were filtered out"
        )
