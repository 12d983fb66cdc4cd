"""Tests of recognition and frequency judgment, one row each: what was shown, what was answered."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis import checks
from analysis.counts import by_columns
from analysis.table import check_table

#: what `recognition_tests` finds out about each test
COLUMNS = [
    "subject",
    "list",
    "test_position",
    "item",
    "response",
    "old",
    "presentations",
    "study_position",
    "lag",
]


def recognition_tests(table: pd.DataFrame) -> pd.DataFrame:
    """Find out about every test of recognition or frequency judgment what the measures need.

    Parameters
    ----------
    table : DataFrame
        Recall table of recognition: study rows are words, recall rows are tests, `item` the word
        shown and `response` the answer. A word studied several times has several study rows, or one
        with the number of times in a column `presentations`. In associative recognition rows also
        have a `cue`, the other word of the pair shown, and a pair is old if it was studied as such.
        Tests may have `study_position` and `lag`, which are kept; otherwise they are found.

    Returns
    -------
    DataFrame
        One row per test: `subject`, `list`, `test_position`, `item`, `response`; `old`, whether the
        word was studied in this list; `presentations`, how often (0: a lure); `study_position` of
        the last presentation; `lag`, presentations and tests of the list between that and the
        test; and further columns of the tests (`rt`, `condition`, ...), or, if tests lack them, of
        the studied words.

    Raises
    ------
    ValueError
        If it is no recall table of recognition; the message names the row and column at fault.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "subject": 1, "list": 1, "trial_type": ["study", "study", "recall", "recall"],
    ...     "position": [1, 2, 1, 2], "item": ["owl", "elk", "owl", "ant"],
    ...     "response": [None, None, "yes", "no"]})
    >>> recognition_tests(table)[["item", "response", "old", "presentations", "lag"]]
      item response    old  presentations   lag
    0  owl      yes   True              1     1
    1  ant       no  False              0  <NA>
    """
    check_table(table, paradigm="recognition")
    study = table[table["trial_type"] == "study"]
    tests = table[table["trial_type"] == "recall"]
    if tests.empty:
        raise ValueError(
            "there are no tests: no row has trial_type 'recall'; a filter before this may have "
            "left only the study rows"
        )
    word = ["subject", "list", "item"]
    if "cue" in table.columns and study["cue"].notna().all():
        word.append("cue")
    studied = study.sort_values("position").groupby(word, observed=True)
    words = studied.agg(
        presentations=("position", "size"), study_position=("position", "max")
    ).reset_index()
    if "presentations" in study.columns:
        words["presentations"] = studied["presentations"].first().to_numpy(dtype=np.int64)
    n_study = study.groupby(["subject", "list"], observed=True).size().rename("n_study")
    given = [name for name in ("study_position", "lag") if name in tests.columns]
    found = tests.rename(columns={name: f"given_{name}" for name in given})
    computed = ["test_position", "old", "presentations"]
    found = found.drop(columns=[name for name in computed if name in found.columns])
    found = found.merge(words, on=word, how="left")
    found = found.merge(n_study.reset_index(), on=["subject", "list"])
    found["old"] = found["presentations"].notna()
    found["presentations"] = found["presentations"].fillna(0).astype(np.int64)
    found["study_position"] = found["study_position"].astype("Int64")
    found["test_position"] = found["position"].astype(np.int64)
    found["lag"] = found["n_study"] - found["study_position"] + found["test_position"] - 1
    for name in given:
        said = pd.to_numeric(found[f"given_{name}"]).astype("Int64")
        found[name] = said.where(said.notna(), found[name]).where(found["old"])
    extra = [
        name
        for name in table.columns
        if name not in COLUMNS and name not in ("trial_type", "position")
    ]
    last = study.drop_duplicates(word, keep="last").set_index(word)
    for name in extra:
        if found[name].isna().all() and study[name].notna().any():
            found[name] = last[name].reindex(pd.MultiIndex.from_frame(found[word])).to_numpy()
    found = found.sort_values(["subject", "list", "test_position"], kind="stable")
    return found[[*COLUMNS, *extra]].reset_index(drop=True)


def as_tests(tests: pd.DataFrame, *columns: str | Sequence[str] | None) -> pd.DataFrame:
    """What `recognition_tests` returned, or the recall table: every measure takes both.

    `columns` must be there, for they are to divide the tests.
    """
    return checks.as_tests(tests, recognition_tests, COLUMNS, by_columns(*columns))


def group_by(tests: pd.DataFrame, keys: list[str]) -> "pd.api.typing.DataFrameGroupBy":
    """Tests by subject and whatever else, missing values a group of their own."""
    return tests.groupby(keys, observed=True, dropna=False)
