"""The list of all that is wrong with a recall table, and the error of the check."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import (
    Recalls,
    check_table,
    lag_crp,
    pfr,
    pnr,
    spc,
    temporal_factor,
    violations,
    words_recalled,
)

COLUMNS = ["subject", "list", "trial_type", "position", "item"]


def legal() -> pd.DataFrame:
    """Rows a to g: two lists of two words, of which three are recalled."""
    study = {"subject": 1, "list": [1, 1, 2, 2], "trial_type": "study", "position": [1, 2, 1, 2]}
    recall = {"subject": 1, "list": [1, 1, 2], "trial_type": "recall", "position": [1, 2, 1]}
    table = pd.concat([pd.DataFrame(study), pd.DataFrame(recall)])
    table["item"] = ["owl", "elk", "ant", "bee", "elk", "cow", "bee"]
    return table.set_axis(list("abcdefg"))


def spoiled(**cells: object) -> pd.DataFrame:
    """With these cells changed, "<row>_<column>" each."""
    table = legal().astype(object)
    for name, value in cells.items():
        row, column = name.split("_", 1)
        table.loc[row, column] = value
    return table


def rows_and_columns(table: pd.DataFrame, **options: object) -> list[tuple]:
    found = violations(table, **options)
    return [*zip(found["row"], found["column"], strict=True)]


def test_a_legal_table_has_none():
    found = violations(legal())
    assert found.empty
    assert list(found.columns) == ["row", "column", "value", "rule", "cure"]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (spoiled(b_position=0, g_position=1.5), [("b", "position"), ("g", "position")]),
        (spoiled(c_position="first"), [("c", "position")]),
        (spoiled(b_position=1), [("b", "position")]),
        (spoiled(f_position=1), [("f", "position")]),  # two recalls at one output position
        (spoiled(f_position=4), [("f", "position")]),
        (spoiled(a_subject=None, e_subject=np.nan), [("a", "subject"), ("e", "subject")]),
        (spoiled(f_item=None), [("f", "item")]),
        (spoiled(f_item=3, g_item=4), [("f", "item"), ("g", "item")]),
        (spoiled(b_trial_type="test"), [("b", "trial_type")]),
        (spoiled(g_list=9), [("g", "list")]),
        (
            legal().assign(item=[0, 1, 2, -3, 1, -9, 0]),
            [("a", "item"), ("d", "item"), ("g", "item")],
        ),
        (legal().assign(item=0.5), [(None, "item")]),
        (legal().iloc[:0], [(None, None)]),
        (legal()[["subject", "list", "item"]], [(None, "trial_type"), (None, "position")]),
        (
            spoiled(a_position=-1, b_subject=None, c_trial_type="x", e_item=5, g_list=7),
            [
                ("b", "subject"),
                ("e", "item"),
                ("c", "trial_type"),
                ("a", "position"),
                ("g", "list"),
            ],
        ),
    ],
)
def test_every_violation_is_listed_once(table, expected):
    assert rows_and_columns(table) == expected
    with pytest.raises(ValueError, match=r"\w"):
        check_table(table)


def test_what_stands_there_and_the_cure():
    (told,) = violations(spoiled(b_position=0)).to_dict("records")
    assert told == {
        "row": "b",
        "column": "position",
        "value": 0,
        "rule": "position must be a whole number from 1",
        "cure": "if positions start from 0, add 1",
    }


def test_columns_that_are_there_are_checked_when_others_are_missing():
    table = spoiled(b_position=0).drop(columns="subject")
    assert rows_and_columns(table) == [(None, "subject"), ("b", "position")]


def test_missing_columns_are_told_in_one_sentence():
    with pytest.raises(ValueError) as error:
        check_table(pd.DataFrame())
    assert str(error.value).count("which has none") == 1


def test_a_column_that_comes_twice():
    table = pd.concat([legal(), legal()[["item"]]], axis=1)
    assert rows_and_columns(table) == [(None, "item")]


def test_the_error_tells_the_first_rules_and_how_to_see_the_rest():
    table = spoiled(a_position=0, b_item=None, c_trial_type="x", d_trial_type="x", g_list=7)
    with pytest.raises(ValueError) as error:
        check_table(table)
    lines = str(error.value).split("\n")
    assert lines[0].startswith("item must not be missing: row b has None; give an intrusion")
    assert lines[1].startswith(
        "trial_type must be 'study' or 'recall': row c has x (and 1 more row)"
    )
    assert lines[2].startswith("position must be a whole number from 1: row a has 0")
    assert lines[3] == "(analysis.violations(table) lists all 5)"
    assert len(violations(table)) == 5


def test_one_violation_is_told_without_further_ado():
    with pytest.raises(ValueError, match="add 1$"):
        check_table(spoiled(b_position=0))


def test_omissions():
    table = spoiled(b_item=None, f_item=None)
    assert rows_and_columns(table) == [("b", "item"), ("f", "item")]
    assert rows_and_columns(table, omissions=True) == [("b", "item")]
    with pytest.raises(ValueError, match="item must not be missing: row b"):
        check_table(table, omissions=True)


def test_onsets():
    table = legal().assign(onset=[0.0, 2, 0, 2, 4, 5, 4])
    check_table(table)
    # elk was shown at 2; cow never, but recall cannot begin before the list
    assert rows_and_columns(table.assign(onset=[0, 2, 0, 2, 1.5, -1, 4])) == [
        ("e", "onset"),
        ("f", "onset"),
    ]
    # a test between the words of a list is legal, as is an unknown onset
    check_table(table.assign(onset=[0, 2, 0, 2, 3, 1, None]))


def test_cued_recall():
    table = legal().assign(cue=["a", "b", "c", "d", "b", "a", None], item=[*"stuvs", None, "v"])
    assert rows_and_columns(table, paradigm="cued recall") == [("g", "cue")]
    without = table.drop(columns="cue")
    with pytest.raises(ValueError, match="needs the columns .* cue; cue missing here"):
        check_table(without, paradigm="cued recall")


def test_recognition():
    table = legal().assign(response=[None, None, None, None, "yes", None, "no"])
    assert rows_and_columns(table, paradigm="recognition") == [("f", "response")]
    with pytest.raises(
        ValueError, match="paradigm must be 'cued recall' or 'recognition', got 'x'"
    ):
        check_table(table, paradigm="x")


@pytest.mark.parametrize("dtype", ["category", "string", "object"])
def test_types_of_words(dtype):
    table = legal().astype({"item": dtype, "trial_type": dtype, "subject": "category"})
    assert violations(table).empty
    assert Recalls.from_table(table).recalled.tolist() == [[2, -1], [2, 0]]


CELLS = st.sampled_from([None, np.nan, 0, -1, 1, 2, 3, 1.5, "owl", "study", "recall", "", True])


@settings(max_examples=150, deadline=None)
@given(
    cells=st.lists(
        st.tuples(st.sampled_from("abcdefg"), st.sampled_from(COLUMNS), CELLS), max_size=6
    ),
    omissions=st.booleans(),
)
def test_the_check_passes_exactly_what_has_no_violations(cells, omissions):
    table = spoiled(**{f"{row}_{column}": value for row, column, value in cells})
    found = violations(table, omissions)
    touched = {row for row, _, _ in cells}
    if found.empty:
        check_table(table, omissions)
        # and what the check passes, the twin takes: all but omissions at the end of a list
        back = Recalls.from_table(table, omissions).to_table()
        assert back["item"].notna().sum() == table["item"].notna().sum()
    else:
        assert touched
        with pytest.raises(ValueError, match="row|item"):
            check_table(table, omissions)


MEASURES = [spc, pfr, pnr, lag_crp, temporal_factor, words_recalled]


def one_list(study: list[str], recall: list[str]) -> pd.DataFrame:
    rows = [(1, 1, "study", k, item) for k, item in enumerate(study, start=1)]
    rows += [(1, 1, "recall", k, item) for k, item in enumerate(recall, start=1)]
    return pd.DataFrame(rows, columns=COLUMNS)


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(
    ("study", "recall"),
    [
        (["owl"], ["owl"]),
        (["owl"], []),
        (["owl"], ["elk", "elk"]),
        (["owl", "elk"], ["ant", "bee", "cow"]),
        (["owl", "owl"], ["owl", "owl"]),
    ],
    ids=[
        "one word",
        "nothing recalled",
        "one word, intrusions",
        "all intrusions",
        "same word twice",
    ],
)
def test_edge_cases_work_in_every_measure(measure, study, recall):
    table = measure(one_list(study, recall))
    assert set(table["subject"]) <= {1}
    if {"actual", "possible"} <= {*table.columns}:
        assert (table["actual"] <= table["possible"]).all()
    new = len({*recall} & {*study})
    if measure is spc:
        assert table["actual"].sum() == new
    if measure is words_recalled:
        n_intrusions = sum(word not in study for word in recall)
        assert table["n_recalled"].item() == new
        assert table["n_intrusions"].item() == n_intrusions
        assert table["n_repeats"].item() == len(recall) - new - n_intrusions
