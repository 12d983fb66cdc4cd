"""The check of the recall table, and its dense twin."""

import numpy as np
import pandas as pd
import pytest

from analysis import Recalls, as_recalls, check_table, spc
from analysis.table import COLUMNS


def two_lists() -> pd.DataFrame:
    study = {"subject": 1, "list": [1, 1, 2, 2], "trial_type": "study", "position": [1, 2, 1, 2]}
    recall = {"subject": 1, "list": [1, 1, 2], "trial_type": "recall", "position": [1, 2, 1]}
    table = pd.concat([pd.DataFrame(study), pd.DataFrame(recall)], ignore_index=True)
    return table.assign(item=["owl", "elk", "ant", "bee", "elk", "cow", "bee"])


def with_value(row: int, column: str, value: object) -> pd.DataFrame:
    table = two_lists().astype({column: object})
    table.loc[row, column] = value
    return table


def test_a_recall_table_passes():
    check_table(two_lists())


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (two_lists().drop(columns="item"), r"needs the columns .* item missing here, which has"),
        (two_lists().iloc[:0], "no rows"),
        (with_value(5, "item", None), "item must not be missing: row 5"),
        (with_value(2, "list", None), "list must not be missing: row 2"),
        (with_value(3, "item", 7), "item must be of one type, here it is int and str"),
        (with_value(3, "subject", "1"), "subject must be of one type"),
        (two_lists().assign(item=0.5), "whole numbers, here it is floating"),
        (with_value(4, "trial_type", "test"), "'study' or 'recall': row 4 has test"),
        (with_value(0, "position", 0), "whole number from 1: row 0 has 0"),
        (with_value(0, "position", 1.5), "whole number from 1: row 0 has 1.5"),
        (with_value(0, "position", "first"), "whole number from 1: row 0 has first"),
        (two_lists().assign(item=[0, 1, 2, 3, 1, 1, 1]), "studied items must be from 1: row 0"),
        (two_lists().assign(item=[1, 2, 3, 4, 0, 1, 1]), "item must not be 0: row 4"),
        (with_value(1, "position", 1), "row 1 repeats subject 1, list 1, trial_type study"),
        (with_value(5, "position", 3), "leaves a gap: row 5 has 3"),
        (with_value(6, "list", 9), "row 6 recalls list 9 of subject 1, which has no study rows"),
    ],
)
def test_the_check_says_what_is_wrong_and_where(table, message):
    with pytest.raises(ValueError, match=message):
        check_table(table)


def test_the_check_counts_further_rows_and_uses_the_index_of_the_table():
    table = two_lists().assign(trial_type="study phase").set_axis(list("abcdefg"))
    with pytest.raises(ValueError, match=r"row a has study phase \(and 6 more rows\)"):
        check_table(table)


def test_from_table_by_hand():
    recalls = Recalls.from_table(two_lists())
    # words in alphabetical order: ant 1, bee 2, cow 3, elk 4, owl 5
    assert recalls.presented.tolist() == [[5, 4], [1, 2]]
    assert recalls.recalled.tolist() == [[2, -1], [2, 0]]
    assert recalls.recalled_items.tolist() == [[4, 3], [2, 0]]
    assert recalls.labels.to_dict("list") == {"subject": [1, 1], "list": [1, 2]}


def in_order(table: pd.DataFrame) -> pd.DataFrame:
    order = table["trial_type"].map({"study": 0, "recall": 1})
    keys = ["subject", "list", "order", "position"]
    return table.assign(order=order).sort_values(keys, ignore_index=True).drop(columns="order")


def test_round_trip_keeps_every_column():
    table = two_lists().assign(
        condition=["fast"] * 2 + ["slow"] * 2 + ["fast"] * 2 + ["slow"],
        list_length=2,
        rt=[None] * 4 + [0.5, 1.5, 0.7],
        category=["bird", "mammal", "insect", "insect", "mammal", None, "insect"],
    )
    recalls = Recalls.from_table(table)
    assert list(recalls.labels) == ["subject", "list", "condition", "list_length"]
    assert list(recalls.study_columns) == ["category"]
    assert sorted(recalls.recall_columns) == ["category", "rt"]
    back = recalls.to_table()
    pd.testing.assert_frame_equal(back[table.columns], in_order(table))


@pytest.mark.parametrize("seed", range(20))
def test_round_trip_of_random_tables(random_table, seed):
    table = random_table(seed)
    shuffled = table.sample(frac=1, random_state=seed)
    pd.testing.assert_frame_equal(Recalls.from_table(shuffled).to_table(), in_order(table))


def test_round_trip_from_the_twin_keeps_unknown_intrusions():
    recalls = Recalls.from_positions([[2, -1, -5], [0, 0, 0]], 2, subject=[7, 8], model="DNC")
    back = Recalls.from_table(recalls.to_table())
    assert back.recalled.tolist() == [[2, -1, -1], [0, 0, 0]]
    assert back.recalled_items.tolist() == [[2, -1, -2], [0, 0, 0]]
    pd.testing.assert_frame_equal(back.labels, recalls.labels)


def test_a_table_without_any_recall_has_one_empty_output():
    recalls = Recalls.from_table(two_lists().query("trial_type == 'study'"))
    assert recalls.recalled.tolist() == [[0], [0]]


def test_whole_numbers_in_a_column_of_objects_stay_numbers():
    table = two_lists().assign(item=pd.Series([9, 8, 7, 6, 8, -1, 6], dtype=object))
    assert Recalls.from_table(table).recalled_items.tolist() == [[8, -1], [6, 0]]


def test_each_subject_may_number_its_lists_otherwise():
    recalls = Recalls.from_positions([[2], [-1]] * 30, 2, subject=np.arange(60), list=np.arange(60))
    table = recalls.to_table().astype({"item": "int64"})
    shuffled = table.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(Recalls.from_table(shuffled).to_table(), table)


@pytest.mark.parametrize("far", [50, 10**9, 2**62])
def test_positions_far_out_are_told_as_gaps_and_repeats(far):
    table = two_lists()
    table.loc[[1, 4], "position"] = far
    with pytest.raises(ValueError, match=f"position leaves a gap: row 1 has {far} .and 1 more row"):
        check_table(table)
    table.loc[0, "position"] = far
    with pytest.raises(ValueError, match=f"row 1 repeats .* trial_type study, position {far};"):
        check_table(table)


def test_a_word_studied_twice_is_recalled_once_at_its_first_position():
    table = two_lists().query("list == 2").assign(list=1)
    thrice = pd.DataFrame([[1, 1, "study", 3, "bee"]], columns=COLUMNS)
    recalls = Recalls.from_table(pd.concat([table, thrice], ignore_index=True))
    assert recalls.recalled.tolist() == [[2]]
    assert spc(recalls)["recall"].tolist() == [0, 1, 0]


def test_lists_are_numbered_within_subjects():
    recalls = Recalls.from_positions([[1], [1], [1]], 1, subject=["a", "b", "a"])
    assert recalls.labels["list"].tolist() == [1, 1, 2]


def test_labels_go_by_order_whatever_their_index():
    subject = pd.Series(["a", "b"], index=[7, 9])
    recalls = Recalls.from_positions([[1], [1]], 1, subject=subject)
    assert recalls.labels["subject"].tolist() == ["a", "b"]


def twin(**changed: object) -> Recalls:
    fields: dict = {
        "presented": np.array([[4, 6, 5], [1, 2, 0]]),
        "recalled": np.array([[3, 0], [2, -1]]),
        "labels": pd.DataFrame({"subject": 1, "list": [1, 2]}),
    }
    return Recalls(**{**fields, **changed})


def test_recalled_items_are_filled():
    assert twin().recalled_items.tolist() == [[5, 0], [2, -1]]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"recalled": np.array([3, 0])}, r"two axes .* got shape \(2,\)"),
        ({"recalled": np.array([[3.0], [np.nan]])}, "must be integers, got float64"),
        ({"recalled": np.array([[0, 3], [1, 2]])}, "row 0 has 0 at place 1 and 3 after it"),
        ({"presented": np.array([[4, 0, 5], [1, 2, 0]])}, "presented: 0 pads the end"),
        (
            {"recalled": np.array([[3, 0], [1, 3]])},
            "recall of an unstudied position: row 1, output 2 is position 3 of a list of 2",
        ),
        ({"labels": pd.DataFrame({"subject": [1, 2]})}, "labels need the column list"),
        ({"labels": pd.DataFrame({"subject": [1, 1], "list": 1})}, "list 1 of subject 1 comes"),
        ({"recalled_items": np.array([[5], [2]])}, r"recalled_items must have shape \(2, 2\)"),
        ({"recalled_items": np.array([[4, 0], [2, -1]])}, "row 0, output 1 is study position 3"),
        ({"vocabulary": np.array(list("abcdef"))}, "number the 6 words of the vocabulary"),
        ({"study_columns": {"category": np.zeros((2, 2))}}, r"'category'\] must have shape"),
        ({"recall_columns": {"rt": np.zeros((2, 3))}}, r"'rt'\] must have shape \(2, 2\)"),
    ],
)
def test_the_twin_says_what_is_wrong(changed, message):
    with pytest.raises(ValueError, match=message):
        twin(**changed)


def test_from_positions_needs_a_matrix():
    with pytest.raises(ValueError, match="pad short recalls"):
        Recalls.from_positions([1, 2], 2)


def test_no_lists_is_an_error():
    with pytest.raises(ValueError, match="no lists"):
        Recalls.from_positions(np.zeros((0, 2), dtype=int), 2)


def test_measures_take_table_or_twin_and_nothing_else():
    table = two_lists()
    pd.testing.assert_frame_equal(spc(table), spc(as_recalls(table)))
    with pytest.raises(TypeError, match="needs a recall table or Recalls, got list"):
        spc([[1, 2]])


def test_omissions_are_rows_without_item_and_keep_their_place():
    recalls = Recalls.from_positions([[2, 0, 1, 0], [-1, 0, 0, 3]], 3, omissions=True)
    table = recalls.to_table()
    assert table["item"].isna().sum() == 3  # those at the end of the first list are padding
    again = Recalls.from_table(table, omissions=True)
    assert again.recalled.tolist() == [[2, 0, 1, 0], [-1, 0, 0, 3]]
    words = table.assign(item=table["item"].map({1: "owl", 2: "elk", 3: "ant", -1: "bee"}))
    again = Recalls.from_table(words, omissions=True)
    assert again.recalled.tolist() == [[2, 0, 1, 0], [-1, 0, 0, 3]]
    pd.testing.assert_frame_equal(again.to_table(), words)


def test_an_item_missing_from_free_recall_is_told():
    table = Recalls.from_positions([[2, 0, 1]], 3, omissions=True).to_table()
    with pytest.raises(ValueError, match=r"row 4 has <NA>.*omissions=True"):
        check_table(table)
    with pytest.raises(ValueError, match="0 pads the end"):
        Recalls.from_positions([[2, 0, 1]], 3)


def test_a_later_position_of_a_word_is_its_first():
    recalls = Recalls.from_positions([[3, 2, 1]], 3)
    twin = Recalls(
        presented=np.array([[8, 9, 8], [8, 9, 0]]),
        recalled=np.array([[3, 2, -1], [2, 1, 0]]),
        labels=pd.DataFrame({"subject": 1, "list": [1, 2]}),
    )
    assert twin.recalled.tolist() == [[1, 2, -1], [2, 1, 0]]
    assert recalls.recalled.tolist() == [[3, 2, 1]]
    assert spc(twin)["actual"].tolist() == [2, 2, 0]


def test_padding_of_a_column_is_no_number():
    table = two_lists().assign(rt=[np.nan] * 4 + [0.5, 1.5, 0.7])
    np.testing.assert_equal(
        Recalls.from_table(table).recall_columns["rt"], [[0.5, 1.5], [0.7, np.nan]]
    )


def test_vectors_belong_to_words():
    table = two_lists()
    table["features"] = pd.Series([np.array([i, 1.0]) for i in range(7)], dtype=object)
    back = Recalls.from_table(table).to_table()
    features = np.stack(back["features"])
    assert features[:, 0].tolist() == [0, 1, 4, 5, 2, 3, 6]
