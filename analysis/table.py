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

Further columns (`condition`, `list_length`, `model`, ...) are kept wherever they fit. Two have a
meaning of their own: `rt`, the time of a response in milliseconds, and `onset`, when a word was
shown or recalled, on one clock for the whole list.

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

from itertools import islice
from typing import Literal

import numpy as np
import pandas as pd

from analysis.checks import and_more, need_frame
from analysis.rows import Rows
from analysis.rules import COLUMNS, Breach, breaches

__all__ = ["COLUMNS", "check_table", "violations"]

Paradigm = Literal["cued recall", "recognition"]

A_TABLE = "a recall table"
#: how many broken rules an error tells before it points to `violations`
SHOWN = 3


def check_table(
    table: pd.DataFrame, omissions: bool = False, paradigm: Paradigm | None = None
) -> None:
    """Check that a table is a recall table.

    A recalled word that was not studied is an intrusion, and legal.

    Parameters
    ----------
    table : DataFrame
        Columns `subject`, `list`, `trial_type`, `position` (from 1), `item`, in any order of rows.
    omissions : bool
        Whether a recall whose item is missing is an omission, as in serial and cued recall. In
        free recall it is an error: there it is mostly an intrusion whose word got lost.
    paradigm : {"cued recall", "recognition"}, optional
        Check what these need besides: a `cue` in every row (and answers may then be missing); a
        `response` in every recall row.

    Raises
    ------
    ValueError
        If it is not one; the message names the rows and columns at fault, and the likely cause or
        cure, of the first rules broken. `violations` lists every row.

    Examples
    --------
    >>> table = pd.DataFrame({"subject": 1, "list": 1, "trial_type": ["study", "recall"],
    ...                       "position": [1, 0], "item": ["owl", "owl"]})
    >>> check_table(table)
    Traceback (most recent call last):
    ValueError: position must be a whole number from 1: row 1 has 0; if positions start from 0, \
add 1
    """
    need_frame(A_TABLE, table)
    check_rows(Rows(table), omissions, paradigm)


def check_rows(rows: Rows, omissions: bool = False, paradigm: Paradigm | None = None) -> None:
    """`check_table`, with rows that are used again."""
    _check_paradigm(paradigm)
    found = breaches(rows, omissions, paradigm)
    first = list(islice(found, SHOWN))
    if not first:
        return
    n_violations = sum(breach.n_rows for breach in [*first, *found])
    # one sentence tells all missing columns
    said = "\n".join(dict.fromkeys(_sentence(rows.table, breach) for breach in first))
    if n_violations > 1:
        given = "table" + (", omissions=True" if omissions else "")
        given += f", paradigm={paradigm!r}" if paradigm else ""
        said += f"\n(analysis.violations({given}) lists all {n_violations})"
    raise ValueError(said)


def violations(
    table: pd.DataFrame, omissions: bool = False, paradigm: Paradigm | None = None
) -> pd.DataFrame:
    """List everything that keeps a table from being a recall table.

    Parameters
    ----------
    table : DataFrame
    omissions : bool
        Whether a recall whose item is missing is an omission.
    paradigm : {"cued recall", "recognition"}, optional
        See `check_table`.

    Returns
    -------
    DataFrame
        One row per violation: `row` (its name in the index of the table; None where the whole
        table or a column is at fault), `column`, `value` (what stands there), `rule` and `cure`.
        Empty if the table is legal. A row is not told again for what follows from a mistake
        already told.

    Examples
    --------
    >>> table = pd.DataFrame({"subject": 1, "list": 1, "trial_type": ["study", "study", "recall"],
    ...                       "position": [1, 0, 1], "item": ["owl", None, "owl"]})
    >>> violations(table)[["row", "column", "value", "rule"]]
      row    column value                                    rule
    0   1      item   NaN                item must not be missing
    1   1  position     0  position must be a whole number from 1
    """
    need_frame(A_TABLE, table)
    _check_paradigm(paradigm)
    told = []
    for breach in breaches(Rows(table), omissions, paradigm):
        if breach.wrong is None:
            told.append((None, breach.column, None, breach.rule, breach.cure))
            continue
        at = np.flatnonzero(breach.wrong)
        values = table[breach.column].iloc[at]
        told += [
            (row, breach.column, value, breach.rule, breach.cure)
            for row, value in zip(table.index[at], values, strict=True)
        ]
    return pd.DataFrame(told, columns=["row", "column", "value", "rule", "cure"], dtype=object)


def _check_paradigm(paradigm: str | None) -> None:
    if paradigm not in (None, "cued recall", "recognition"):
        raise ValueError(
            f"paradigm must be 'cued recall' or 'recognition', got {paradigm!r}; free recall needs "
            "none, and serial recall is checked with omissions=True"
        )


def _sentence(table: pd.DataFrame, breach: Breach) -> str:
    """What is wrong, in which row, and the cure."""
    if breach.wrong is None:
        return f"{breach.rule}; {breach.cure}"
    row = int(np.argmax(breach.wrong))
    others = and_more(breach.n_rows - 1)
    if breach.says is None:
        says = f"has {table[breach.column].iloc[row]}"
    else:
        says = breach.says(table.iloc[row])
    return f"{breach.rule}: row {table.index[row]} {says}{others}; {breach.cure}"
