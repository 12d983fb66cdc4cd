"""Repeated-measures ANOVA: published analyses, statsmodels, plain sums of squares."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.anova import AnovaRM

from analysis import lag_crp, read_trials, rm_anova


def test_loftus_and_masson(loftus_masson):
    """As they print it: SS of exposure 52.27, of the interaction with subjects 11.07, F = 42.51."""
    row = rm_anova(loftus_masson, "score", "seconds").iloc[0]
    assert (row["df"], row["df_error"], row["n"]) == (2, 18, 10)
    assert row["ss"] == pytest.approx(52.27, abs=5e-3)
    assert row["ss_error"] == pytest.approx(11.07, abs=5e-3)
    assert row["f"] == pytest.approx(42.51, abs=5e-3)


def test_maxwell_and_delaney(maxwell_delaney):
    """Chapter 11: SS 552, F(3, 33) = 3.03; epsilon .61 and .725."""
    row = rm_anova(maxwell_delaney, "score", "months").iloc[0]
    assert row["ss"] == pytest.approx(552)
    assert (row["df"], row["df_error"]) == (3, 33)
    assert row["f"] == pytest.approx(3.03, abs=5e-3)
    assert row["epsilon_gg"] == pytest.approx(0.6095, abs=1e-3)
    assert row["epsilon_hf"] == pytest.approx(0.725, abs=1e-3)


def test_corrected_p_values_use_both_degrees_of_freedom(maxwell_delaney):
    row = rm_anova(maxwell_delaney, "score", "months").iloc[0]
    for name in ("gg", "hf"):
        epsilon = row[f"epsilon_{name}"]
        assert row[f"p_{name}"] == stats.f.sf(row["f"], 3 * epsilon, 33 * epsilon)
    assert row["p"] < row["p_hf"] < row["p_gg"]


def test_two_factors_as_statsmodels(two_factors):
    mine = rm_anova(two_factors, "score", ["condition", "input"]).set_index("effect")
    theirs = AnovaRM(two_factors, "score", "subject", ["condition", "input"]).fit().anova_table
    assert mine.index.tolist() == theirs.index.tolist() == ["condition", "input", "condition:input"]
    columns = {"f": "F Value", "df": "Num DF", "df_error": "Den DF", "p": "Pr > F"}
    for ours, name in columns.items():
        np.testing.assert_allclose(mine[ours].astype(float), theirs[name], rtol=1e-9)


def test_lag_crps_of_people_as_statsmodels(human_folder):
    recalls = read_trials(human_folder / "murdock1962" / "trials.csv")
    curve = lag_crp(recalls.take((recalls.labels["condition"] == "20-1").to_numpy()))
    curve = curve[curve["lag"].abs().between(1, 5)].assign(
        distance=lambda t: t["lag"].abs(), forward=lambda t: t["lag"] > 0
    )
    mine = rm_anova(curve, "prob", ["distance", "forward"])
    theirs = AnovaRM(curve, "prob", "subject", ["distance", "forward"]).fit().anova_table
    np.testing.assert_allclose(mine["f"], theirs["F Value"], rtol=1e-9)
    # neighbouring lags go together: the plain test claims too many degrees of freedom
    assert (mine["epsilon_gg"] < 0.5).tolist() == [True, False, True]


def test_generalised_eta_squared_from_plain_sums(two_factors):
    """SS of the effect by that and everything that varies between persons (Bakeman, 2005)."""
    y = two_factors.pivot(index="subject", columns=["condition", "input"], values="score")
    y = y.to_numpy().reshape(9, 2, 4)
    grand = y.mean()
    cells = y.mean(axis=0)
    condition = 9 * 4 * sum((cells[a].mean() - grand) ** 2 for a in range(2))
    position = 9 * 2 * sum((cells[:, b].mean() - grand) ** 2 for b in range(4))
    both = 9 * sum((cells[a, b] - grand) ** 2 for a in range(2) for b in range(4))
    interaction = both - condition - position
    # whatever the means of the cells do not explain
    rest = sum(
        (y[s, a, b] - cells[a, b]) ** 2 for s in range(9) for a in range(2) for b in range(4)
    )
    expected = [ss / (ss + rest) for ss in (condition, position, interaction)]
    mine = rm_anova(two_factors, "score", ["condition", "input"])
    np.testing.assert_allclose(mine["ss"], [condition, position, interaction], rtol=1e-10)
    np.testing.assert_allclose(mine["eta2_g"], expected, rtol=1e-10)
    np.testing.assert_allclose(mine["eta2_p"], mine["ss"] / (mine["ss"] + mine["ss_error"]))


def test_epsilon_by_the_formula_of_box(maxwell_delaney):
    """From the covariance of the levels, not of contrasts."""
    scores = maxwell_delaney.pivot(index="subject", columns="months", values="score").to_numpy()
    s = np.cov(scores, rowvar=False)
    k = 4
    above = k**2 * (np.diag(s).mean() - s.mean()) ** 2
    below = (k - 1) * ((s**2).sum() - 2 * k * (s.mean(axis=1) ** 2).sum() + k**2 * s.mean() ** 2)
    row = rm_anova(maxwell_delaney, "score", "months").iloc[0]
    assert row["epsilon_gg"] == pytest.approx(above / below)


def test_two_levels_are_a_paired_t_test(loftus_masson):
    two = loftus_masson[loftus_masson["seconds"] < 5]
    row = rm_anova(two, "score", "seconds").iloc[0]
    scores = two.pivot(index="subject", columns="seconds", values="score")
    t = stats.ttest_rel(scores[1], scores[2])
    assert row["f"] == pytest.approx(t.statistic**2)
    assert row["p"] == row["p_gg"] == row["p_hf"] == pytest.approx(t.pvalue)


@pytest.mark.parametrize("n", [2, 3, 4])
def test_few_subjects_still_have_an_epsilon(maxwell_delaney, n):
    few = maxwell_delaney[maxwell_delaney["subject"] <= n]
    row = rm_anova(few, "score", "months").iloc[0]
    assert 1 / 3 - 1e-12 <= row["epsilon_gg"] <= 1
    assert row["epsilon_gg"] <= row["epsilon_hf"] + 1e-12 <= 1 + 1e-12


def test_order_of_rows_and_names_of_subjects_do_not_matter(two_factors):
    shuffled = two_factors.sample(frac=1, random_state=0)
    renamed = shuffled.assign(subject=shuffled["subject"].map(lambda s: f"person {9 - s}"))
    first, second = (rm_anova(t, "score", ["condition", "input"]) for t in (two_factors, renamed))
    pd.testing.assert_frame_equal(first, second)


def test_missing_cells_are_told_by_subject(two_factors):
    hole = (two_factors["subject"] == 4) & (two_factors["input"] == 2)
    with pytest.raises(ValueError, match="subject 4 lacks condition fast input 2, condition slow"):
        rm_anova(two_factors[~hole], "score", ["condition", "input"])


def test_levels_that_were_never_crossed_are_told(two_factors):
    hole = (two_factors["condition"] == "slow") & (two_factors["input"] == 4)
    with pytest.raises(ValueError, match="no subject has {'condition': 'slow', 'input': 4}"):
        rm_anova(two_factors[~hole], "score", ["condition", "input"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t[t["subject"] == 1], "at least two subjects are needed, got 1"),
        (lambda t: t[t["seconds"] == 1], "two levels or more, got seconds with 1"),
        (lambda t: t.assign(score=t["score"].where(t["score"] > 1)), "score must be a number"),
        (lambda t: t.assign(subject=t["subject"] % 9), "several rows at .*'seconds': 1"),
        (lambda t: t.drop(columns="score"), "no column 'score', only subject, seconds"),
        (lambda t: t.assign(score=t["seconds"]), "same for all 10 subjects"),
        (lambda t: t.iloc[:0], "no rows"),
    ],
)
def test_bad_input_teaches(loftus_masson, change, message):
    with pytest.raises(ValueError, match=message):
        rm_anova(change(loftus_masson), "score", "seconds")
