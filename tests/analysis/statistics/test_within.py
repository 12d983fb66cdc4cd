"""Cousineau-Morey intervals: published data, the paired t interval, what they cover."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis import group_curve, rm_anova, within_curve


def test_loftus_and_masson(loftus_masson):
    """They pool the error of all conditions (MSE .61, -+ .52); ours has one for each."""
    table = within_curve(loftus_masson, "seconds", "score")
    assert table["mean"].tolist() == pytest.approx([11.0, 13.0, 14.2])
    squared_error = ((table["high"] - table["mean"]) / stats.t.ppf(0.975, 9)) ** 2
    # with Morey's correction the mean of the squared standard errors is MSE / n exactly
    anova = rm_anova(loftus_masson, "score", "seconds").iloc[0]
    mse = anova["ss_error"] / anova["df_error"]
    assert mse == pytest.approx(0.61, abs=6e-3)  # as they print it
    assert squared_error.mean() == pytest.approx(mse / 10)
    assert stats.t.ppf(0.975, 18) * np.sqrt(squared_error.mean()) == pytest.approx(0.52, abs=5e-3)


def test_without_moreys_correction_it_would_be_cousineaus(loftus_masson):
    """A plain loop over the definition, and the factor sqrt(C / (C - 1)) = sqrt(3 / 2)."""
    table = within_curve(loftus_masson, "seconds", "score")
    scores = loftus_masson.pivot(index="subject", columns="seconds", values="score")
    for seconds, row in table.set_index("seconds").iterrows():
        normalised = [
            own[seconds] - own.mean() + scores.to_numpy().mean() for _, own in scores.iterrows()
        ]
        cousineau = stats.ttest_1samp(normalised, 0).confidence_interval(0.95)
        width = (cousineau.high - cousineau.low) * np.sqrt(3 / 2)
        assert row["high"] - row["low"] == pytest.approx(width)


def test_two_conditions_give_the_paired_interval(loftus_masson):
    two = loftus_masson[loftus_masson["seconds"] > 1]
    table = within_curve(two, "seconds", "score", level=0.9).set_index("seconds")
    scores = two.pivot(index="subject", columns="seconds", values="score")
    paired = stats.ttest_rel(scores[5], scores[2]).confidence_interval(0.9)
    difference = table["mean"][5] - table["mean"][2]
    half = np.sqrt(2) * (table["high"] - table["mean"])
    np.testing.assert_allclose(difference - half, paired.low)
    np.testing.assert_allclose(difference + half, paired.high)


def test_what_subjects_differ_in_altogether_does_not_matter(loftus_masson):
    shifted = loftus_masson.assign(score=lambda t: t["score"] + 100 * t["subject"])
    width = [
        (table["high"] - table["low"]).to_numpy()
        for table in (
            within_curve(loftus_masson, "seconds", "score"),
            within_curve(shifted, "seconds", "score"),
        )
    ]
    np.testing.assert_allclose(*width)
    plain = group_curve(shifted, "seconds", "score")
    assert (plain["high"] - plain["low"] > 100 * width[0]).all()


def test_sets_of_cells_are_taken_by_themselves(two_factors):
    together = within_curve(two_factors, "condition", "score", by="input")
    assert together.columns.tolist()[:3] == ["input", "condition", "mean"]
    for position, part in two_factors.groupby("input"):
        alone = within_curve(part, "condition", "score")
        rows = together[together["input"] == position].drop(columns="input")
        pd.testing.assert_frame_equal(rows.reset_index(drop=True), alone)
    # all eight cells against one another are another question
    all_cells = within_curve(two_factors, ["condition", "input"], "score")
    assert len(all_cells) == 8
    assert not np.allclose(all_cells["high"], together.sort_values(["condition", "input"])["high"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t[t["subject"] == 1], "at least two subjects"),
        (lambda t: t[t["seconds"] == 1], "only one cell"),
        (lambda t: t.drop(index=4), "subject 2 lacks seconds 2"),
        (lambda t: t.assign(score=np.nan), "score must be a number"),
        (lambda t: pd.concat([t, t]), "several rows"),
    ],
)
def test_bad_input_teaches(loftus_masson, change, message):
    with pytest.raises(ValueError, match=message):
        within_curve(change(loftus_masson), "seconds", "score")


def test_an_incomplete_set_among_others_is_found(two_factors):
    hole = (two_factors["subject"] == 7) & (two_factors["input"] == 3)
    hole &= two_factors["condition"] == "slow"
    with pytest.raises(ValueError, match="subject 7 lacks condition slow"):
        within_curve(two_factors[~hole], "condition", "score", by="input")
