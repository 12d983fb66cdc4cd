"""Transitions and what counts them, on lists worked by hand and beside plain loops."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis import (
    Recalls,
    category_crp,
    distance_crp,
    distance_rank,
    distance_rank_shifted,
    distance_rank_window,
    input_crp,
    lag_crp,
    lag_crp_compound,
    lag_crp_parts,
    pnr,
    semantic_factor,
    temporal_factor,
)

#: one list of five: an intrusion first, a repeat in the middle
AWKWARD = Recalls.from_positions([[-1, 4, 5, 4, 2, 1]], list_length=5)


def made(table: pd.DataFrame, x: str, value: str = "actual") -> dict[Any, Any]:
    """What happened at all, by x."""
    return table[table["actual"] > 0].set_index(x)[value].to_dict()


def test_bridged_intrusions_and_repeats_are_passed_over():
    # 4 to 5, past the repeat to 2, then to 1
    assert made(lag_crp(AWKWARD, intrusions="bridge"), "lag") == {-3: 1, -1: 1, 1: 1}
    # 1, 2 and 3 were left at the second
    table = lag_crp(AWKWARD, intrusions="bridge").set_index("lag")["possible"]
    assert table[table > 0].to_dict() == {-4: 1, -3: 2, -2: 2, -1: 2, 1: 2}


def test_bridged_transitions_start_from_the_response_of_their_first_word():
    # responses 2, 3 and 5 start them
    for skip, n in ((0, 3), (1, 3), (2, 2), (3, 1), (4, 1), (5, 0)):
        table = lag_crp(AWKWARD, intrusions="bridge", skip_outputs=skip)
        assert table["actual"].sum() == n


def test_excluded_words_break_the_sequence_even_when_bridged():
    recalls = Recalls.from_positions([[1, 5, 2, 3]], list_length=5)
    for intrusions in ("break", "bridge"):
        table = lag_crp(recalls, item_query="input < 4", intrusions=intrusions)
        assert made(table, "lag") == {1: 1}
        assert table["possible"].sum() == 1


def test_item_query_knows_items_columns_and_labels():
    recalls = Recalls.from_positions([[1, 2, 3]], 3, condition="fast")
    n = [
        lag_crp(recalls, item_query=query)["actual"].sum()
        for query in ("item > 1", "condition == 'fast'", "condition == 'slow'", "input == [1, 2]")
    ]
    assert n == [1, 2, 0, 1]
    with pytest.raises(ValueError, match="item_query='speed > 1': .*have the columns subject, lis"):
        lag_crp(recalls, item_query="speed > 1")


def test_pnr_of_some_words_numbers_those_alone():
    recalls = Recalls.from_positions([[1, 4, 3]], list_length=4)
    table = pnr(recalls, item_query="input < 4")
    happened = table[table["actual"] == 1]
    assert happened[["output", "input"]].to_numpy().tolist() == [[1, 1], [2, 3]]
    assert table[table["input"] == 4]["possible"].sum() == 0


def test_a_test_divides_transitions_by_the_words_features():
    kinds = pd.Series(["a", "b", "a", "b"], index=[1, 2, 3, 4])
    recalls = Recalls.from_positions([[1, 3, 4, 2]], list_length=4)
    within = lag_crp(recalls, test_key=kinds, test=lambda x, y: x == y)
    across = lag_crp(recalls, test_key=kinds, test=lambda x, y: x != y)
    assert made(within, "lag") == {2: 1, -2: 1}
    assert made(across, "lag") == {1: 1}
    # from 3, words 2 and 4 were left across
    assert made(across, "lag", "possible") == {1: 1} and across["possible"].sum() == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"test_key": "input"}, "test and test_key go together"),
        ({"test": lambda x, y: x == y}, "test and test_key go together"),
        ({"test_key": "color", "test": lambda x, y: x == y}, "no column 'color', only input, item"),
        ({"test_key": "input", "test": lambda x, y: y - x}, "booleans of shape .*, got int64"),
        ({"test_key": "input", "test": lambda x, y: True}, "of shape \\(\\)"),
        ({"intrusions": "skip"}, "intrusions must be 'break' or 'bridge', got 'skip'"),
        ({"skip_outputs": -1}, "skip_outputs must be 0 or more, got -1"),
        ({"repeated": "last"}, "repeated must be 'first' or 'nearest', got 'last'"),
        ({"lag_key": "subject"}, "lag_key must be of whole numbers, here it is 'Ada'"),
        ({"lag_key": pd.Series(range(0, 50, 10), range(1, 6))}, "less than the 5 positions"),
        ({"lag_key": pd.Series(1.5, range(1, 6))}, "whole numbers less than"),
        ({"lag_key": pd.Series(1, range(1, 5))}, "lacks item 5 and 0 more of 5"),
        ({"lag_key": pd.Series(1, [1, 1, 2, 3, 4, 5])}, "has item 1 twice"),
        ({"lag_key": pd.Series([1, 2, None, 3, 4], range(1, 6))}, "missing for the word at pos"),
    ],
)
def test_options_are_checked(options, message):
    recalls = Recalls.from_positions([[1, 2]], 5, subject="Ada")
    with pytest.raises(ValueError, match=message):
        lag_crp(recalls, **options)


def twice(recalled: list[int]) -> Recalls:
    """Words 1 2 3 4 1 5: the first comes again at position 5."""
    presented = np.array([[1, 2, 3, 4, 1, 5]])
    labels = pd.DataFrame({"subject": [1], "list": [1]})
    return Recalls(presented, np.array([recalled]), labels)


def test_a_word_studied_twice_lies_at_its_first_or_at_its_nearest_position():
    # from 4 to the word at 1 and 5, then to 6
    recalls = twice([4, 1, 6])
    assert made(lag_crp(recalls), "lag") == {-3: 1, 5: 1}
    assert made(lag_crp(recalls, repeated="nearest"), "lag") == {1: 2}
    # the word at 1 and 5 was one of three left beside that at 6, and later is not left
    first = lag_crp(recalls).set_index("lag")["possible"]
    assert first[first > 0].to_dict() == {-3: 1, -2: 1, -1: 1, 1: 1, 2: 2, 5: 1}
    nearest = lag_crp(recalls, repeated="nearest").set_index("lag")["possible"]
    # from 4: -2, -1, +1, +2; from 1 and 5: words 2 (+1), 3 (+2, not -2), 6 (+1)
    assert nearest[nearest > 0].to_dict() == {-2: 1, -1: 1, 1: 3, 2: 2}
    # 4 to the nearest but for 3 and 1; then from 1 or 5 to 6, nearest with 2
    assert temporal_factor(recalls, repeated="nearest")["actual"].item() == pytest.approx(
        2.5 / 3 + 1.5 / 2
    )


def test_a_word_studied_twice_is_recalled_once_wherever_it_is_said_to_lie():
    assert made(lag_crp(twice([2, 5, 3])), "lag") == made(lag_crp(twice([2, 1, 3])), "lag")
    # the other position is a repeat
    assert lag_crp(twice([2, 1, 5, 3]))["actual"].sum() == 1
    assert pnr(twice([1]))["possible"].sum() == 5


def test_parts_by_hand():
    recalls = Recalls.from_positions([[1, 2, 6, 3]], list_length=6)
    table = lag_crp_parts(recalls, part="output")
    assert made(table, ["part", "lag"]) == {(1, 1): 1, (2, 4): 1, (3, -3): 1}
    table = lag_crp_parts(recalls, part="from")
    assert made(table, ["part", "lag"]) == {("early", 1): 1, ("early", 4): 1, ("late", -3): 1}
    table = lag_crp_parts(recalls, part="to")
    assert made(table, ["part", "lag"]) == {("early", 1): 1, ("late", 4): 1, ("middle", -3): 1}
    # to 5 and 6 from 1, to 5 and 6 from 2, to 5 from 6
    possible = table[table["possible"] > 0].set_index(["part", "lag"])["possible"]
    assert possible["late"].to_dict() == {4: 2, 5: 1, 3: 1, -1: 1}
    table = lag_crp_parts(recalls, part="output", starts=[1, 3])
    assert made(table, ["part", "lag"]) == {(1, 1): 1, (1, 4): 1, (3, -3): 1}


def test_parts_are_checked():
    with pytest.raises(ValueError, match="part must be 'output', 'from' or 'to', got 'input'"):
        lag_crp_parts(AWKWARD, part="input")
    with pytest.raises(ValueError, match=r"starts must rise from 1, got \[2, 4\]"):
        lag_crp_parts(AWKWARD, starts=[2, 4])


@pytest.mark.parametrize("part", ["output", "from", "to"])
def test_parts_add_up_to_the_whole(part, random_table):
    table = random_table(3)
    for options in ({}, {"intrusions": "bridge"}, {"skip_outputs": 1}):
        parts = lag_crp_parts(table, part=part, **options)
        whole = lag_crp(table, **options)
        summed = parts.groupby(["subject", "lag"], as_index=False)[["actual", "possible"]].sum()
        pd.testing.assert_frame_equal(summed, whole[summed.columns], check_dtype=False)


def test_input_crp_adds_up_to_the_lag_crp(random_table):
    table = input_crp(random_table(4))
    table = table.assign(lag=table["current"] - table["previous"])
    summed = table.groupby(["subject", "lag"], as_index=False)[["actual", "possible"]].sum()
    whole = lag_crp(random_table(4))[summed.columns]
    pd.testing.assert_frame_equal(summed, whole, check_dtype=False)


def test_compound_by_hand():
    # 1 to 3 to 2 to 4 (lags 2, -1, 2), broken by a repeat
    table = lag_crp_compound(Recalls.from_positions([[1, 3, 2, 4, 4, 5, 6]], list_length=6))
    assert made(table, ["previous", "current"]) == {(2, -1): 1, (-1, 2): 1}
    # 2, 4, 5, 6 from 3 and 4, 5, 6 from 2
    assert table["possible"].sum() == 7


MATRIX = np.array(
    [[0, 1, 2, 3, 4], [1, 0, 5, 6, 7], [2, 5, 0, 8, 9], [3, 6, 8, 0, 10], [4, 7, 9, 10, 0]]
)


def test_distances_by_hand():
    # 1 to 3 (distances 1, 2, 3, 4), 3 to 2 (5, 8, 9)
    recalls = Recalls.from_positions([[1, 3, 2]], list_length=5)
    table = distance_crp(recalls, MATRIX, edges=[1, 3, 5, 8])
    assert table["actual"].tolist() == [1, 1, 0]
    assert table["possible"].tolist() == [2, 2, 1]
    assert table["center"].tolist() == [2, 4, 6.5]
    assert distance_crp(recalls, MATRIX, [1, 5], centers=[9])["center"].tolist() == [9]
    unique = distance_crp(recalls, MATRIX, edges=[1, 3, 5, 8], count_unique=True)
    assert unique["possible"].tolist() == [1, 2, 1]
    row = distance_rank(recalls, MATRIX).iloc[0]
    assert (row["actual"], row["possible"]) == (pytest.approx(2 / 3 + 1), 2)
    assert semantic_factor(recalls, -MATRIX)["rank"].item() == row["rank"]


def test_a_matrix_need_not_be_symmetric():
    # from row to column: 1 to 2 is far, 2 to 1 near
    matrix = np.array([[0, 9, 1], [1, 0, 2], [5, 5, 0]])
    assert distance_rank(Recalls.from_positions([[1, 2]], 3), matrix)["rank"].item() == 0
    assert distance_rank(Recalls.from_positions([[2, 1]], 3), matrix)["rank"].item() == 1


def test_the_window_reaches_neither_beyond_the_list_nor_into_itself():
    def n(recalled: list[int], **options: Any) -> list[int]:
        recalls = Recalls.from_positions([recalled], list_length=5)
        table = distance_rank_window(recalls, MATRIX, [-1, 0, 1], **options)
        return table["possible"].tolist()

    assert n([2, 4]) == [1, 1, 1]  # 5 is left, too
    assert n([2, 3]) == [0, 0, 0]  # within the window
    assert n([1, 3]) == [0, 0, 0]  # nothing is before 1
    assert n([3, 2, 4]) == [1, 1, 1]
    assert n([3, 2, 4], exclude_prev_window=True) == [0, 0, 0]
    assert n([-1, 2, 4], exclude_prev_window=True) == [1, 1, 1]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda r: distance_rank(r, MATRIX[:3, :3]), "distances lacks item 4 and 1 more of 5"),
        (lambda r: distance_rank(r, MATRIX[:3]), r"\(items, items\), got shape \(3, 5\)"),
        (lambda r: distance_rank(r, MATRIX * np.nan), "must not be NaN, as between 1 and 1"),
        (
            lambda r: distance_rank(r, pd.DataFrame(MATRIX, index=range(1, 6))),
            "same items, in the same order",
        ),
        (lambda r: distance_crp(r, MATRIX, [3, 1]), "two or more rising numbers, got"),
        (lambda r: distance_crp(r, MATRIX, [1, 3], centers=[1, 2]), "each of the 1 bins, got 2"),
        (lambda r: distance_rank_shifted(r, MATRIX, 0), "max_shift must be 1 or more, got 0"),
        (lambda r: distance_rank_window(r, MATRIX, []), "window_lags must be whole numbers"),
        (lambda r: category_crp(r), "no column 'category', only input, item, subject, list"),
    ],
)
def test_distances_and_categories_are_checked(call, message):
    with pytest.raises(ValueError, match=message):
        call(Recalls.from_positions([[1, 2, 3, 4]], list_length=5))


def test_words_need_a_matrix_with_names(random_table):
    with pytest.raises(ValueError, match="the items are words, so distances must name them"):
        distance_rank(random_table(0), MATRIX)


def test_without_categories_all_words_are_of_one():
    recalls = Recalls.from_positions([[1, 2, -1, 4, 3]], list_length=4)
    row = category_crp(recalls, pd.Series("word", index=[1, 2, 3, 4])).iloc[0]
    assert (row["actual"], row["possible"]) == (2, 2)


def test_perfect_serial_recall():
    recalls = Recalls.from_positions([[1, 2, 3, 4, 5]], list_length=5)
    assert made(lag_crp_compound(recalls), ["previous", "current"]) == {(1, 1): 3}
    assert set(made(lag_crp_parts(recalls, part="to"), "lag")) == {1}
    assert made(input_crp(recalls), ["previous", "current"], "prob") == {
        (1, 2): 1,
        (2, 3): 1,
        (3, 4): 1,
        (4, 5): 1,
    }
