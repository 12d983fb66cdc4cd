"""Matrices of pybeh and EMBAM."""

import numpy as np
import pytest

from analysis import from_matrices, words_recalled


def test_by_study_position():
    recalls = from_matrices([[2, -1, 2], [3, 0, 0]], [7, 7], list_length=3, session=[1, 2])
    assert recalls.recalled.tolist() == [[2, -1, 2], [3, 0, 0]]
    assert recalls.presented.tolist() == [[1, 2, 3]] * 2
    assert recalls.labels.to_dict("list") == {
        "subject": [7, 7],
        "list": [1, 2],
        "session": [1, 2],
        "list_length": [3, 3],
    }


def test_lists_of_several_lengths():
    recalls = from_matrices([[2], [3]], ["a", "b"], list_length=[2, 3])
    assert recalls.presented.tolist() == [[1, 2, 0], [1, 2, 3]]
    items = [[30, 20, 0], [20, 10, 40]]
    assert from_matrices([[2], [3]], [1, 2], pres_itemnos=items).list_length.tolist() == [2, 3]


def test_items_of_intrusions():
    recalls = from_matrices(
        [[1, -1, -1, -1], [2, 0, 0, 0]],
        [1, 1],
        pres_itemnos=[[5, 6], [7, 8]],
        rec_itemnos=[[5, 8, -1, -1], [8, 0, 0, 0]],
    )
    # 8 is of another list; the words of the other two are unknown, and not the same
    assert recalls.recalled_items.tolist() == [[5, 8, -1, -2], [8, 0, 0, 0]]


def test_decimals_with_nan_are_padding():
    recalls = from_matrices([[2, 1], [1, np.nan]], [1, 1], list_length=2.0)
    assert recalls.recalled.tolist() == [[2, 1], [1, 0]]


def test_a_code_of_its_own_for_repeats():
    recalls = from_matrices(
        [[1, 2, -2, -3]], [1], pres_itemnos=[[5, 6]], rec_itemnos=[[5, 6, 5, 9]]
    )
    assert recalls.recalled.tolist() == [[1, 2, 1, -1]]
    assert words_recalled(recalls)[
        ["n_recalled", "n_intrusions", "n_repeats"]
    ].to_numpy().tolist() == [[2, 1, 1]]


def test_a_word_shown_twice_is_recalled_at_its_first_position():
    recalls = from_matrices([[3, 2]], [1], pres_itemnos=[[5, 6, 5]], rec_itemnos=[[5, 6]])
    assert recalls.recalled.tolist() == [[1, 2]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"recalls": [[1]]}, "either list_length or pres_itemnos must say what was studied"),
        ({"recalls": [[1.5]], "list_length": 2}, "whole numbers, row 0, column 1 has 1.5"),
        ({"recalls": [["owl"]], "list_length": 2}, "words go into pres_items"),
        ({"recalls": [[1, -2]], "list_length": 2}, "row 0, output 2 is -2, .* give rec_itemnos"),
        ({"recalls": [[1]], "list_length": [2, 2]}, "one for each of 1 lists, got 2"),
        ({"recalls": [[3]], "list_length": 2}, "row 0, output 1 is position 3 of a list of 2"),
        (
            {"recalls": [[3]], "pres_itemnos": [[5, 6]], "rec_itemnos": [[5]]},
            "position 3 of a list",
        ),
        ({"recalls": [[1]], "pres_itemnos": [[5], [6]]}, r"pres_itemnos must have shape \(1, 1\)"),
        (
            {"recalls": [[1]], "pres_itemnos": [[5, 6]], "rec_itemnos": [[5, 6]]},
            r"rec_itemnos must have shape \(1, 1\)",
        ),
        (
            {"recalls": [[1]], "pres_itemnos": [[5, 6]], "rec_itemnos": [[6]]},
            "row 0, output 1 is study position 1, where item 5 was shown, but item 6",
        ),
        (
            {"recalls": [[1]], "pres_itemnos": [[5, 6]], "list_length": 3},
            "pres_itemnos has 2 columns, but a list of 3 words",
        ),
    ],
)
def test_what_is_wrong_is_told(arguments, message):
    with pytest.raises(ValueError, match=message):
        from_matrices(subjects=[1], **arguments)
