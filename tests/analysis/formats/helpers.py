"""Recalls of every kind, made by hypothesis, and what it means that two are the same."""

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from analysis import Recalls

WORDS = st.sampled_from(["owl", "elk", "NULL", "nan", "ice cream", "Käse", "a,b", 'q"q', "1"])


@st.composite
def recall_tables(draw: st.DrawFn, omissions: bool = False) -> pd.DataFrame:
    """Tables in order, of words or numbers, with lists of several lengths, words studied twice,
    intrusions, repeats, lists without recalls, labels, features and response times."""
    words = draw(st.booleans())
    items = WORDS if words else st.integers(1, 6)
    rows = []
    for subject in draw(st.lists(st.sampled_from(["Ada", "Ben", "Eve"]), min_size=1, unique=True)):
        for number in range(1, draw(st.integers(1, 3)) + 1):
            condition = draw(st.sampled_from(["fast", "slow"]))
            study = draw(st.lists(items, min_size=1, max_size=5))
            recall = draw(st.lists(items | st.none(), max_size=6))
            if omissions:
                # at the end of a list an omission looks like padding
                while recall and recall[-1] is None:
                    recall.pop()
            else:
                # words unknown, -1, -2, ... in each list; words have names
                unknown = iter(range(-1, -9, -1))
                recall = [("never" if words else next(unknown)) if x is None else x for x in recall]
            for k, item in enumerate(study, start=1):
                valence = draw(st.floats(-1, 1))
                rows.append((subject, number, "study", k, item, condition, valence, np.nan))
            for k, item in enumerate(recall, start=1):
                rt = draw(st.integers(1, 9999))
                rows.append((subject, number, "recall", k, item, condition, np.nan, float(rt)))
    columns = ["subject", "list", "trial_type", "position", "item", "condition", "valence", "rt"]
    table = pd.DataFrame(rows, columns=columns).astype({"valence": float, "rt": float})
    if not words:
        table["item"] = table["item"].astype("Int64" if table["item"].isna().any() else "int64")
    return table.sort_values(["subject", "list"], kind="stable", ignore_index=True)


def assert_same_table(mine: pd.DataFrame, theirs: pd.DataFrame) -> None:
    """Same rows in the same order, columns in any order; a column of nothing may be missing."""
    nothing = [name for name in theirs.columns if theirs[name].isna().all()]
    mine, theirs = mine.drop(columns=nothing, errors="ignore"), theirs.drop(columns=nothing)
    pd.testing.assert_frame_equal(mine[[*theirs.columns]], theirs, check_dtype=False)
    assert sorted(mine.columns) == sorted(theirs.columns)


def assert_same_recalls(mine: Recalls, theirs: Recalls) -> None:
    """Same tables; files of matrices add the list length to the labels."""
    table = mine.to_table()
    if "list_length" not in theirs.labels.columns:
        assert (
            table.pop("list_length").tolist()
            == np.repeat(
                theirs.list_length,
                theirs.to_table().groupby(["subject", "list"], sort=False).size(),
            ).tolist()
        )
    assert_same_table(table, theirs.to_table())


def awkward() -> Recalls:
    """Two lists of words: one word studied twice, intrusions, a repeat, times, categories."""
    nan = np.nan
    return Recalls(
        presented=np.array([[4, 2, 4], [1, 3, 0]]),
        recalled=np.array([[2, 1, -1, 1], [-1, 0, 0, 0]]),
        recalled_items=np.array([[2, 4, 5, 4], [2, 0, 0, 0]]),
        vocabulary=np.array(["ant", "bee", "cow", "dog", "elk"], dtype=object),
        labels=pd.DataFrame({"subject": ["Ada", "Ben"], "list": [3, 1], "session": [1, 2]}),
        study_columns={"category": np.array([["a", "b", None], ["c", "c", None]], dtype=object)},
        recall_columns={"rt": np.array([[500, 900, 1200.5, 2000], [750, nan, nan, nan]])},
    )
