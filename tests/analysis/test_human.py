"""Human reference curves, and the table of all measures they come from."""

import pandas as pd
import pytest

from analysis import (
    Recalls,
    curves,
    group_curve,
    human_condition,
    human_curves,
    human_group_curve,
    human_names,
    lag_crp,
    read_trials,
)

#: what a row is about; the rest are numbers
KEYS = ["dataset", "condition", "measure", "x"]


def packaged() -> pd.DataFrame:
    return pd.concat([human_curves(name) for name in human_names()], ignore_index=True)


def test_names_and_conditions():
    conditions = ["10-2", "15-2", "20-1", "20-2", "30-1", "40-1"]
    assert human_names() == [f"murdock1962/{condition}" for condition in conditions]
    for name in human_names():
        length, seconds = map(int, name.split("/")[1].split("-"))
        condition = human_condition(name)
        assert (condition.list_length, condition.presentation_time) == (length, seconds)
        assert "1962" in condition.citation


def test_unknown_names_list_the_known():
    with pytest.raises(
        ValueError, match="no human condition named 'murdock1962' .* there are murdock"
    ):
        human_condition("murdock1962")
    with pytest.raises(ValueError, match="measure must be 'spc', 'pfr', 'lag_crp'"):
        human_group_curve("murdock1962/10-2", "n_recall")


def test_curves_by_hand():
    # one subject forwards, one backwards with an intrusion first and a repeat at the end
    recalls = Recalls.from_positions([[1, 2, 3, 0, 0], [-1, 3, 2, 1, 1]], 3, subject=[1, 2])
    table = curves(recalls).set_index(["measure", "x"])["mean"]
    assert table["spc"].tolist() == [1, 1, 1]
    assert table["pfr"].tolist() == [0.5, 0, 0]
    # backwards was possible for one of them, forwards for the other
    assert table["lag_crp"].to_dict() == {-2: 0, -1: 1, 1: 1, 2: 0}
    assert table["lag_crp_late"].to_dict() == {-1: 1}
    assert table["temporal_factor"].item() == 1
    assert [table[name].item() for name in ("n_recall", "n_intrusion", "n_repeat")] == [3, 0.5, 0.5]


def test_curves_by_condition_keep_list_lengths_apart():
    presented = Recalls.from_positions([[1, 2], [3, 2]], 3, condition=["b", "a"]).presented.copy()
    presented[1, 2] = 0
    labels = pd.DataFrame({"subject": [1, 2], "list": 1, "condition": ["b", "a"]})
    table = curves(
        Recalls(presented, Recalls.from_positions([[1], [2]], 3).recalled, labels), "condition"
    )
    assert table.columns.tolist() == ["condition", "measure", "x", "mean", "sem", "n"]
    spc = table.query("measure == 'spc'")
    assert spc[["condition", "x"]].to_numpy().tolist() == [
        ["a", 1],
        ["a", 2],
        ["b", 1],
        ["b", 2],
        ["b", 3],
    ]


def test_the_human_curve_is_like_a_group_curve(human_folder):
    recalls = read_trials(human_folder / "murdock1962" / "trials.csv")
    recalls = recalls.take((recalls.labels["condition"] == "20-1").to_numpy())
    expected = group_curve(lag_crp(recalls), "lag").query("lag.abs() <= 5").reset_index(drop=True)
    mine = human_group_curve("murdock1962/20-1", "lag_crp")
    # the packaged numbers have five digits
    pd.testing.assert_frame_equal(mine, expected, atol=3e-5, rtol=0, check_dtype=False)


def test_the_packaged_numbers_come_from_the_lists(human_folder):
    recalls = read_trials(human_folder / "murdock1962" / "trials.csv")
    table = curves(recalls, by="condition").assign(dataset="murdock1962").round(5)
    pd.testing.assert_frame_equal(table[packaged().columns], packaged(), atol=1.1e-5, rtol=0)


def test_the_packaged_numbers_agree_with_the_archive(human_folder):
    archive = pd.read_csv(human_folder / "curves" / "murdock1962.csv")
    mine = packaged().query("measure != 'lag_crp_late'").sort_values(KEYS, ignore_index=True)
    archive = archive.sort_values(KEYS, ignore_index=True)
    pd.testing.assert_frame_equal(mine, archive, atol=1.1e-5, rtol=0)


def test_headline_numbers():
    def mean(name: str, measure: str, x: int) -> float:
        table = human_curves(f"murdock1962/{name}").query("measure == @measure and x == @x")
        return table["mean"].item()

    assert mean("20-1", "lag_crp", 1) == pytest.approx(0.444, abs=5e-4)
    assert mean("20-1", "temporal_factor", 0) == pytest.approx(0.730, abs=5e-4)
    assert mean("20-1", "n_recall", 0) == pytest.approx(6.82, abs=5e-3)
    # without the burst of recency, neighbours are less favoured
    assert mean("20-1", "lag_crp_late", 1) < mean("20-1", "lag_crp", 1)
