"""One-sample, paired and independent tests against scipy; effect sizes against published values."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from analysis import independent_test, one_sample_test, paired_test
from analysis.statistics.effect_sizes import hedges_correction, standardised_effect


def scores(n: int = 14, seed: int = 0, **columns) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame({"subject": np.arange(n), "rank": rng.normal(0.6, 0.1, n), **columns})


def two_conditions() -> pd.DataFrame:
    slow = scores(seed=1).assign(condition="slow")
    return pd.concat([scores(condition="fast"), slow]).sample(frac=1, random_state=0)


def test_one_sample_is_that_of_scipy():
    table = scores()
    row = one_sample_test(table, "rank", against=0.5, level=0.9).iloc[0]
    t = stats.ttest_1samp(table["rank"], 0.5)
    ci = t.confidence_interval(0.9)  # of the mean
    assert (row["t"], row["df"], row["p"]) == pytest.approx((t.statistic, t.df, t.pvalue))
    assert (row["low"] + 0.5, row["high"] + 0.5) == pytest.approx((ci.low, ci.high))
    ranks = stats.wilcoxon(table["rank"] - 0.5)
    assert (row["w"], row["p_wilcoxon"]) == pytest.approx((ranks.statistic, ranks.pvalue))
    assert row["dz"] == pytest.approx((table["rank"].mean() - 0.5) / table["rank"].std())
    assert "p_adjusted" not in row


def test_wilcoxon_by_hand():
    """Differences 1, 2, 3, -4 have ranks 1 to 4: W is the sum of the negative ones, 4."""
    table = pd.DataFrame({"subject": range(4), "words": [6.0, 7.0, 8.0, 1.0]})
    row = one_sample_test(table, "words", against=5).iloc[0]
    assert row["w"] == 4
    # of the 16 patterns of signs 7 have a smaller sum of at most 4, and 7 the mirror image
    sums = [
        sum(r for r, up in zip(range(1, 5), f"{k:04b}", strict=True) if up == "1")
        for k in range(16)
    ]
    assert row["p_wilcoxon"] == pytest.approx(sum(min(s, 10 - s) <= 4 for s in sums) / 16)


def test_proportions_that_differ_by_rounding_are_ties():
    first, second = [0.3, 0.4, 0.1 + 0.2, 0.9], [0.1, 0.2, 0.3, 0.4]
    table = pd.DataFrame({"subject": [*range(4)] * 2, "half": [1] * 4 + [2] * 4})
    row = paired_test(table.assign(recall=first + second), "recall", "half").iloc[0]
    # in twentieths 4, 4, 0 and 10: the 0 drops out, two share a rank
    expected = stats.wilcoxon([4, 4, 0, 10])
    assert (row["w"], row["p_wilcoxon"]) == (expected.statistic, expected.pvalue)


def test_paired_is_that_of_scipy():
    table = two_conditions()
    row = paired_test(table, "rank", "condition").iloc[0]
    fast, slow = (scores(seed=seed)["rank"] for seed in (0, 1))
    t = stats.ttest_rel(fast, slow)
    ci = t.confidence_interval()
    assert (row["first"], row["second"], row["n"]) == ("fast", "slow", 14)
    assert (row["t"], row["df"], row["p"]) == pytest.approx((t.statistic, 13, t.pvalue))
    assert (row["low"], row["high"]) == pytest.approx((ci.low, ci.high))
    assert row["mean_first"] - row["mean_second"] == pytest.approx(row["difference"])
    assert row["p_wilcoxon"] == pytest.approx(stats.wilcoxon(fast, slow).pvalue)


def test_independent_is_welch_of_scipy():
    a, b = scores(9, seed=2), scores(20, seed=3)
    b["rank"] *= 2
    b["subject"] += 100
    table = pd.concat([a.assign(age="old"), b.assign(age="young")])
    row = independent_test(table, "rank", "age", level=0.9).iloc[0]
    t = stats.ttest_ind(a["rank"], b["rank"], equal_var=False)
    ci = t.confidence_interval(0.9)
    assert (row["t"], row["df"], row["p"]) == pytest.approx((t.statistic, t.df, t.pvalue))
    assert (row["low"], row["high"]) == pytest.approx((ci.low, ci.high))
    ranks = stats.mannwhitneyu(a["rank"], b["rank"])
    assert (row["u"], row["p_mann_whitney"]) == (ranks.statistic, ranks.pvalue)
    pooled = np.sqrt((8 * a["rank"].var() + 19 * b["rank"].var()) / 27)
    assert row["d"] == pytest.approx((a["rank"].mean() - b["rank"].mean()) / pooled)


def test_hedges_g_by_its_usual_approximation():
    for df in (5, 13, 50):
        assert hedges_correction(df) == pytest.approx(1 - 3 / (4 * df - 1), abs=2e-3)
    assert np.isnan(hedges_correction(1))
    row = one_sample_test(scores(), "rank", against=0.5).iloc[0]
    assert row["g"] == pytest.approx(row["dz"] * hedges_correction(13))


def test_noncentral_interval_is_the_published_one():
    """Kelley (2007), MBESS, conf.limits.nct(ncp=2.83, df=126): .8337502 to 4.815359."""
    effect = standardised_effect(t=2.83, df=126, n=1)
    j = hedges_correction(126)
    assert (effect.low / j, effect.high / j) == pytest.approx((0.8337502, 4.815359), abs=1e-6)


@given(t=st.floats(-8, 8), df=st.integers(3, 200), level=st.floats(0.5, 0.99))
def test_noncentral_interval_leaves_the_tails_that_it_says(t, df, level):
    effect = standardised_effect(t, df, n=df + 1, level=level)
    j = hedges_correction(df)
    for end, tail in ((effect.low, (1 + level) / 2), (effect.high, (1 - level) / 2)):
        assert stats.nct.cdf(t, df, end / j * np.sqrt(df + 1)) == pytest.approx(tail, abs=1e-9)


@pytest.mark.parametrize("t", [6e-6, -3e-4, 0.012, 60.0])
@pytest.mark.parametrize("df", [3, 92])
def test_noncentral_interval_near_zero_and_far_out(t, df):
    def below(noncentrality: float) -> float:  # P(T < t), from the definition of T
        def density(s: float) -> float:
            chi = stats.chi.pdf(s * np.sqrt(df), df) * np.sqrt(df)
            return stats.norm.cdf(t * s - noncentrality) * chi

        return integrate.quad(density, 0, 8, epsabs=1e-12, limit=400)[0]

    effect = standardised_effect(t, df, n=1, level=0.4852)
    j = hedges_correction(df)
    assert below(effect.low / j) == pytest.approx(0.7426, abs=1e-8)
    assert below(effect.high / j) == pytest.approx(0.2574, abs=1e-8)


def test_every_bin_is_tested_and_adjusted_by_holm():
    curve = pd.concat([scores(seed=k, lag=k) for k in (1, 2, 3)])
    curve.loc[curve["lag"] == 3, "rank"] -= 0.1
    result = one_sample_test(curve, "rank", against=0.55, by="lag")
    assert result["lag"].tolist() == [1, 2, 3]
    order = result["p"].sort_values().index
    expected, running = {}, 0.0
    for place, i in enumerate(order):
        running = max(running, min(1, (3 - place) * result["p"][i]))
        expected[i] = running
    assert result["p_adjusted"].to_dict() == pytest.approx(expected)
    assert set(result["correction"]) == {"holm"}
    plain = one_sample_test(curve, "rank", against=0.55, by="lag", correction="none")
    assert (plain["p_adjusted"] == plain["p"]).all()


def test_three_conditions_make_three_pairs():
    table = pd.concat([two_conditions(), scores(seed=5, condition="medium")])
    result = paired_test(table, "rank", "condition")
    pairs = [["fast", "medium"], ["fast", "slow"], ["medium", "slow"]]
    assert result[["first", "second"]].to_numpy().tolist() == pairs
    assert (result["p_adjusted"] >= result["p"]).all()


def test_order_of_rows_does_not_matter():
    table = two_conditions()
    again = table.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(
        paired_test(table, "rank", "condition"), paired_test(again, "rank", "condition")
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: one_sample_test(scores(1), "rank", 0.5), "at least two subjects are needed, got 1"),
        (lambda: one_sample_test(scores(), "prob", 0.5), "no column 'prob', only subject, rank"),
        (lambda: one_sample_test(scores(), "rank", np.nan), "against must be a number"),
        (lambda: one_sample_test(scores().assign(rank=0.3), "rank", 0.5), "equal.*no variance"),
        (lambda: one_sample_test(scores(), "rank", 0.5, level=2), "level must lie"),
        (
            lambda: one_sample_test(scores().assign(rank=[np.nan] + [0.1] * 13), "rank", 0.5),
            "nan at {'subject': 0}.*dropna",
        ),
        (lambda: one_sample_test(two_conditions(), "rank", 0.5), "several rows at"),
        (
            lambda: one_sample_test(scores(), "rank", 0.5, correction="tukey"),
            "correction must be 'holm', ",
        ),
        (
            lambda: paired_test(two_conditions().query("subject != 3 or condition == 'fast'"),
                                "rank", "condition"),
            "subject 3 lacks condition slow",
        ),
        (
            lambda: paired_test(two_conditions().replace("slow", np.nan), "rank", "condition"),
            "condition must not be missing: row .* 13 more rows",
        ),
        (lambda: paired_test(scores(condition="a"), "rank", "condition"), "at least two levels"),
        (
            lambda: independent_test(two_conditions(), "rank", "condition"),
            "subject 0 is in several groups: slow, fast .and 13 more subjects",
        ),
        (
            lambda: independent_test(
                scores().assign(age=["old"] + ["young"] * 13), "rank", "age"
            ),
            "at least two subjects are needed, got 1 at {'age': 'old'}",
        ),
    ],
)  # fmt: skip
def test_bad_input_teaches(call, message):
    with pytest.raises(ValueError, match=message):
        call()
