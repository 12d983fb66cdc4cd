"""Equivalence tests against statsmodels' TOST and the 90 % interval."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW, ttost_paired

from analysis import equivalence_test


def scores(n: int, mean: float, seed: int, source: str, shift: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {"subject": np.arange(n) + shift, "rank": rng.normal(mean, 0.1, n), "source": source}
    )


PEOPLE, MODEL = scores(15, 0.6, 0, "people"), scores(12, 0.62, 1, "model", 100)
GROUPS = pd.concat([PEOPLE, MODEL])
PAIRS = pd.concat([PEOPLE, scores(15, 0.61, 2, "model")])


def test_one_sample_is_that_of_statsmodels():
    row = equivalence_test(PEOPLE, "rank", margin=0.05, against=0.58).iloc[0]
    p, lower, upper = DescrStatsW(PEOPLE["rank"]).ttost_mean(0.53, 0.63)
    assert (row["t_lower"], row["p_lower"], row["df"]) == pytest.approx(lower)
    assert (row["t_upper"], row["p_upper"], row["df"]) == pytest.approx(upper)
    assert row["p"] == pytest.approx(p)


def test_independent_is_that_of_statsmodels():
    row = equivalence_test(GROUPS, "rank", margin=0.1, independent="source").iloc[0]
    both = CompareMeans(DescrStatsW(MODEL["rank"]), DescrStatsW(PEOPLE["rank"]))
    p, (lower, upper) = both.ttost_ind(-0.1, 0.1, usevar="unequal")
    assert (row["first"], row["second"]) == ("model", "people")
    assert (row["t_lower"], row["p_lower"], row["df"]) == pytest.approx(lower)
    assert (row["t_upper"], row["p_upper"], row["df"]) == pytest.approx(upper)
    assert row["p"] == pytest.approx(p)
    assert (row["n_first"], row["n_second"]) == (12, 15)


def test_paired_is_that_of_statsmodels():
    row = equivalence_test(PAIRS, "rank", margin=0.1, paired="source").iloc[0]
    model = PAIRS["rank"][PAIRS["source"] == "model"].to_numpy()
    p, lower, upper = ttost_paired(model, PEOPLE["rank"].to_numpy(), -0.1, 0.1)
    assert (row["p_lower"], row["p_upper"]) == pytest.approx((lower[1], upper[1]))
    assert row["p"] == pytest.approx(p)


@given(margin=st.floats(0.01, 0.3), alpha=st.sampled_from([0.01, 0.05, 0.1]))
def test_equivalent_is_when_the_interval_lies_within_the_margin(margin, alpha):
    row = equivalence_test(GROUPS, "rank", margin, independent="source", alpha=alpha).iloc[0]
    assert row["equivalent"] == (-margin < row["low"] and row["high"] < margin)
    assert row["equivalent"] == (max(row["p_lower"], row["p_upper"]) < alpha)


def test_at_the_margin_it_claims_equivalence_one_time_in_twenty():
    """2,000 samples of 20 subjects whose mean lies right at the margin."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "subject": np.tile(np.arange(20), 2000),
            "sample": np.repeat(np.arange(2000), 20),
            "rank": rng.normal(0.1, 0.05, 40_000),
        }
    )
    claimed = equivalence_test(table, "rank", margin=0.1, against=0, by="sample")["equivalent"]
    assert claimed.mean() == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / 2000))


def test_bins_are_tested_by_themselves_and_not_adjusted():
    curve = pd.concat([GROUPS.assign(lag=1), GROUPS.assign(lag=2, rank=GROUPS["rank"] * 2)])
    result = equivalence_test(curve, "rank", 0.1, independent="source", by="lag")
    alone = equivalence_test(GROUPS, "rank", 0.1, independent="source")
    assert result["lag"].tolist() == [1, 2]
    assert result["p"].iloc[0] == alone["p"].item()
    assert "p_adjusted" not in result


@pytest.mark.parametrize(
    ("value", "equivalent", "p"), [(0.5, True, 0.0), (0.6, True, 0.0), (0.8, False, 1.0)]
)
def test_without_variance_the_difference_is_known(value, equivalent, p):
    row = equivalence_test(PEOPLE.assign(rank=value), "rank", 0.2, against=0.5).iloc[0]
    assert (row["equivalent"], row["p"]) == (equivalent, p)


@pytest.mark.parametrize(
    ("table", "options", "message"),
    [
        (PEOPLE, {"margin": 0, "against": 0.5}, "margin must be above 0, got 0: .*unit of rank"),
        (PEOPLE, {"margin": -0.1, "against": 0.5}, "margin must be above 0"),
        (PEOPLE, {"margin": np.nan, "against": 0.5}, "margin must be above 0"),
        (PEOPLE, {"margin": 0.1}, "give one of .* got 0"),
        (PEOPLE, {"margin": 0.1, "against": 0.5, "paired": "source"}, "got 2 of them"),
        (PEOPLE, {"margin": 0.1, "against": 0.5, "alpha": 5}, "alpha must lie"),
        (PAIRS, {"margin": 0.1, "independent": "source"}, "in several groups"),
        (GROUPS, {"margin": 0.1, "paired": "source"}, "lacks source"),
        (PEOPLE.head(1), {"margin": 0.1, "against": 0.5}, "at least two subjects"),
        (PEOPLE.assign(rank=np.nan), {"margin": 0.1, "against": 0.5}, "must be a number"),
        (PEOPLE, {"margin": 0.1, "independent": "source"}, "at least two levels"),
    ],
)
def test_bad_input_teaches(table, options, message):
    with pytest.raises(ValueError, match=message):
        equivalence_test(table, "rank", **options)
