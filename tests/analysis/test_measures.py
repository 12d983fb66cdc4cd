"""Measures on lists worked by hand, and what holds of all lists."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from analysis import Recalls, lag_crp, pfr, pnr, spc, temporal_factor, words_recalled
from analysis.counts import responses
from analysis.measures import COUNTS

from .definitions import MEASURES, definition

#: one list of five: an intrusion first, a repeat in the middle
AWKWARD = Recalls.from_positions([[-1, 4, 5, 4, 2, 1]], list_length=5)


def values(table: pd.DataFrame, x: str, value: str) -> dict:
    return table.set_index(x)[value].dropna().to_dict()


def test_responses_know_what_is_new_and_available():
    steps = list(responses(AWKWARD))
    assert [bool(step.new[0]) for step in steps] == [False, True, True, False, True, True]
    assert steps[-1].available.tolist() == [[True, False, True, False, False]]


def test_spc_counts_a_word_once():
    assert spc(AWKWARD)["recall"].tolist() == [1, 1, 0, 1, 1]


def test_pnr_skips_intrusions_and_repeats():
    table = pnr(AWKWARD).query("actual == 1")
    assert list(zip(table["output"], table["input"], strict=True)) == [
        (1, 4),
        (2, 5),
        (3, 2),
        (4, 1),
    ]
    assert pnr(AWKWARD).groupby("output")["possible"].sum().tolist() == [5, 4, 3, 2, 0]


def test_pfr_of_an_intrusion_first():
    assert pfr(AWKWARD)["prob"].tolist() == [0, 0, 0, 1, 0]
    response = pfr(AWKWARD, first="response")
    assert response["prob"].tolist() == [0] * 5
    assert response["possible"].tolist() == [1] * 5


def test_pfr_leaves_out_lists_without_recall():
    recalls = Recalls.from_positions([[1], [0]], list_length=1)
    assert pfr(recalls)["possible"].tolist() == [1]
    assert pfr(recalls, first="response")["possible"].tolist() == [1]


def test_lag_crp_breaks_at_intrusions_and_repeats():
    table = lag_crp(AWKWARD)
    # 4 to 5, when 1, 2, 3 and 5 were left; 2 to 1, when 1 and 3 were left
    assert values(table[table["actual"] > 0], "lag", "actual") == {-1: 1, 1: 1}
    possible = {-3: 1, -2: 1, -1: 2, 1: 2}
    assert values(table[table["possible"] > 0], "lag", "possible") == possible


def test_skip_outputs_counts_every_response():
    # outputs 2 to 3 (4 to 5) goes with the first two responses, 5 to 6 (2 to 1) stays
    table = lag_crp(AWKWARD, skip_outputs=2)
    assert values(table, "lag", "prob") == {-1: 1, 1: 0}
    assert lag_crp(AWKWARD, skip_outputs=1)["actual"].sum() == 2
    assert lag_crp(AWKWARD, skip_outputs=5)["possible"].sum() == 0


def test_temporal_factor_of_ties_and_extremes():
    # from 4, words 1, 2, 3, 5 left: 5 is nearest, tied with 3; from 2, words 1, 3 left: a tie
    row = temporal_factor(AWKWARD).iloc[0]
    assert row["possible"] == 2
    assert row["actual"] == pytest.approx((2 + 0.5) / 3 + 0.5)


def test_words_recalled_by_hand():
    assert words_recalled(AWKWARD).iloc[0].tolist() == [1, 4, 1, 1, 1]


def test_an_intrusion_counts_once_however_often_it_was_studied():
    table = pd.DataFrame(
        {
            "subject": 1,
            "list": [1, 2, 3, 3],
            "trial_type": ["study", "study", "study", "recall"],
            "position": 1,
            "item": ["owl", "owl", "elk", "owl"],
        }
    )
    assert words_recalled(table)["n_intrusions"].item() == pytest.approx(1 / 3)


def test_by_divides_the_lists_of_a_subject():
    recalls = Recalls.from_positions(
        [[1], [2], [2]], 2, subject=["a", "a", "b"], condition=["x", "y", "y"], half=[1, 1, 2]
    )
    table = spc(recalls, by="condition")
    assert table.columns.tolist() == ["subject", "condition", "input", "recall"] + [
        "actual",
        "possible",
    ]
    assert table["recall"].tolist() == [1, 0, 0, 1, 0, 1]
    assert len(words_recalled(recalls, by=["condition", "half"])) == 3
    assert len(spc(recalls)) == 4


def test_by_must_be_a_label():
    with pytest.raises(ValueError, match="by='speed' is no label of these lists, which have sub"):
        spc(AWKWARD, by="speed")


def test_mixed_list_lengths():
    # a list of 2 and one of 3; the third position exists once
    presented = np.array([[1, 2, 0], [1, 2, 3]])
    labels = pd.DataFrame({"subject": ["a", "b"], "list": 1})
    recalls = Recalls(presented, np.array([[2, 1], [3, 1]]), labels)
    assert spc(recalls)["possible"].tolist() == [1] * 5
    short = lag_crp(recalls).query("subject == 'a'")
    assert values(short, "lag", "possible") == {-2: 0, -1: 1, 0: 0, 1: 0, 2: 0}
    assert pfr(recalls)["possible"].tolist() == [1, 1, 0, 1, 1, 1]


def test_definitions_are_checked():
    with pytest.raises(ValueError, match="first must be 'correct' or 'response', got 'lists'"):
        pfr(AWKWARD, first="lists")
    with pytest.raises(ValueError, match="skip_outputs must be 0 or more, got -1"):
        lag_crp(AWKWARD, skip_outputs=-1)


def test_blocks_add_up(monkeypatch):
    rng = np.random.default_rng(0)
    recalls = Recalls.from_positions(rng.integers(1, 7, (50, 5)), 6, subject=np.arange(50) % 3)
    whole = [measure(recalls, **definition(measure)) for measure in MEASURES]
    monkeypatch.setattr("analysis.recalls.BLOCK", 7)
    for measure, expected in zip(MEASURES, whole, strict=True):
        pd.testing.assert_frame_equal(measure(recalls, **definition(measure)), expected)


def test_serial_recall_puts_all_transitions_at_lag_one():
    recalls = Recalls.from_positions(np.tile(np.arange(1, 9), (4, 1)), 8)
    table = lag_crp(recalls)
    assert values(table[table["actual"] > 0], "lag", "prob") == {1: 1}
    assert temporal_factor(recalls)["rank"].item() == 1


def named(measure, words) -> dict:
    """The definition of a measure, for these words instead of the first numbers."""
    n = len(words)
    return {
        name: pd.DataFrame(given[:n, :n], words, words)
        if isinstance(given, np.ndarray)
        else pd.Series(given.to_numpy()[:n], words, name="category")
        if isinstance(given, pd.Series)
        else given
        for name, given in definition(measure).items()
    }


@pytest.mark.parametrize("measure", COUNTS, ids=lambda measure: measure.__name__)
def test_relabelling_items_and_shuffling_rows_changes_nothing(measure, random_table):
    table = random_table(0)
    studied = table[(table["list"] == 1) & (table["trial_type"] == "study")].assign(list=9)
    in_order = studied.assign(trial_type="recall")  # so that no measure is 0 everywhere
    table = pd.concat([table, studied, in_order], ignore_index=True)
    table["rt"] = (100.0 * table["position"]) ** 1.1
    table.loc[table["trial_type"] == "study", "rt"] = np.nan
    words = table["item"].unique()
    numbers = np.random.default_rng(1).permutation(len(words)) + 1
    renamed = table.assign(item=table["item"].map(dict(zip(words, numbers, strict=True))))
    expected = measure(table, **named(measure, words))
    assert (expected["actual"] if "actual" in expected else expected.iloc[:, -1]).sum() > 0
    shuffled = renamed.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(measure(shuffled, **named(measure, numbers)), expected)


@settings(max_examples=50, deadline=None)
@given(
    npst.arrays(
        np.int8, st.tuples(st.integers(1, 4), st.integers(1, 7)), elements=st.integers(-1, 5)
    )
)
def test_no_more_happens_than_could(responses_given):
    ended = np.cumsum(responses_given == 0, axis=1) > 0
    recalls = Recalls.from_positions(np.where(ended, 0, responses_given), list_length=5)
    for measure in (spc, pfr, pnr, lag_crp, temporal_factor):
        table = measure(recalls)
        assert (table["actual"] >= 0).all()
        assert (table["actual"] <= table["possible"]).all()
    words = words_recalled(recalls).iloc[0]
    said = np.count_nonzero(recalls.recalled) / len(recalls)
    assert words[["n_recalled", "n_intrusions", "n_repeats"]].sum() == pytest.approx(said)
    assert spc(recalls)["recall"].sum() == pytest.approx(words["n_recalled"])
