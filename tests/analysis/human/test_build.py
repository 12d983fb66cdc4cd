"""What the readers of raw files share."""

import gzip

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from analysis.human.raw.build import by_position, by_word, numbered, padded, read_rows

LISTS = st.lists(
    st.tuples(
        st.lists(st.sampled_from("BCDFG"), min_size=3, max_size=3, unique=True),
        st.lists(st.sampled_from(["B", "C", "D", "F", "G", "X", ""]), min_size=4, max_size=4),
    ),
    min_size=1,
    max_size=5,
)


def labels(n: int) -> pd.DataFrame:
    return pd.DataFrame({"subject": 1, "list": range(1, n + 1)})


@given(LISTS)
def test_words_find_their_study_position(lists):
    presented = np.array([study for study, _ in lists])
    said = np.array([words for _, words in lists])
    recalls = by_word(presented, said, labels(len(lists)), omissions=True)
    for row, (study, words) in enumerate(lists):
        for place, word in enumerate(words):
            expected = 0 if word == "" else study.index(word) + 1 if word in study else -1
            assert recalls.recalled[row, place] == expected
            item = recalls.recalled_items[row, place]
            assert (recalls.vocabulary[item - 1] if item else "") == word
    assert (recalls.vocabulary[recalls.presented - 1] == presented).all()


def test_short_lists_of_words():
    presented = np.array([["owl", "elk"], ["ant", ""]], dtype=object)
    recalls = by_word(presented, np.array([["elk"], ["owl"]], dtype=object), labels(2))
    assert recalls.list_length.tolist() == [2, 1]
    assert recalls.recalled.tolist() == [[2], [-1]]


def test_short_lists_of_positions():
    recalls = by_position(np.array([[2], [1]]), [3, 1], labels(2))
    assert recalls.presented.tolist() == [[1, 2, 3], [1, 0, 0]]


def test_rows_of_packed_and_plain_files(tmp_path):
    (tmp_path / "plain.txt").write_text(" 1\t2 \n\n3\n")
    (tmp_path / "packed.txt.gz").write_bytes(gzip.compress(b"1 2\n\n3\n"))
    for name in ("plain.txt", "packed.txt.gz"):
        assert read_rows(tmp_path / name) == [["1", "2"], [], ["3"]]


def test_no_responses_at_all():
    assert padded([[], []]).tolist() == [[0], [0]]


def test_lists_are_numbered_through():
    table = pd.DataFrame({"subject": [1, 2, 1], "condition": ["a", "a", "b"]})
    assert numbered(table)["list"].tolist() == [1, 1, 2]
