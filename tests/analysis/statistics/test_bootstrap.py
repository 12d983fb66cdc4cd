"""Bootstrap over subjects: scipy's BCa, a plain loop, skewed and missing scores."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis import bootstrap_subjects, group_curve


def skewed(n: int = 20, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame({"subject": np.arange(n), "lag": 1, "prob": rng.exponential(0.2, n)})


@pytest.mark.parametrize(("method", "scipys"), [("bca", "BCa"), ("percentile", "percentile")])
def test_intervals_are_those_of_scipy(method, scipys):
    table = skewed()
    mine = bootstrap_subjects(table, "lag", method=method, widen=False, n_boot=40_000).iloc[0]
    theirs = stats.bootstrap(
        (table["prob"],),
        np.mean,
        method=scipys,
        n_resamples=40_000,
        rng=np.random.default_rng(1),
    ).confidence_interval
    # ends of bootstrap intervals from different draws: a Monte Carlo error of .0006 or so
    assert (mine["low"], mine["high"]) == pytest.approx((theirs.low, theirs.high), abs=0.003)


def test_bca_is_shifted_against_the_percentiles_of_skewed_scores():
    bca, percentile = (
        bootstrap_subjects(skewed(), "lag", method=method, n_boot=5000).iloc[0]
        for method in ("bca", "percentile")
    )
    assert bca["low"] > percentile["low"] + 0.003 and bca["high"] > percentile["high"] + 0.003


def test_bca_by_a_plain_loop():
    """Efron (1987): bias from the resamples, acceleration from leaving out one subject each."""
    scores = skewed(8, seed=4)["prob"].to_numpy()
    table = pd.DataFrame({"subject": np.arange(8), "lag": 1, "prob": scores})
    drawn = np.random.default_rng(5).integers(8, size=(500, 8))
    means = np.array([scores[subjects].mean() for subjects in drawn])
    # a resample that draws everybody once ties with the mean: half a count, as in scipy
    above, tie = means - scores.mean() > 1e-12, np.abs(means - scores.mean()) <= 1e-12
    z0 = stats.norm.ppf(1 - np.mean(above) - np.mean(tie) / 2)
    left_out = np.array([np.delete(scores, i).mean() for i in range(8)])
    deviation = left_out.mean() - left_out
    a = (deviation**3).sum() / (6 * (deviation**2).sum() ** 1.5)
    ends = []
    for z in stats.norm.ppf([0.025, 0.975]):
        ends.append(np.quantile(means, stats.norm.cdf(z0 + (z0 + z) / (1 - a * (z0 + z)))))
    mine = bootstrap_subjects(table, "lag", widen=False, n_boot=500, seed=5).iloc[0]
    assert (mine["low"], mine["high"]) == pytest.approx(tuple(ends))


def test_widened_percentiles_are_as_wide_as_t_for_symmetric_scores():
    scores = np.linspace(-1, 1, 12)
    table = pd.DataFrame({"subject": np.arange(12), "lag": 1, "prob": scores})
    t = group_curve(table, "lag").iloc[0]
    wide, narrow = (
        bootstrap_subjects(table, "lag", method="percentile", widen=widen, n_boot=40_000).iloc[0]
        for widen in (True, False)
    )
    # up to the tails of a mean of 12 scores, a little lighter than normal
    assert wide["high"] - wide["low"] == pytest.approx(t["high"] - t["low"], rel=0.04)
    assert narrow["high"] - narrow["low"] < 0.9 * (t["high"] - t["low"])


def test_subjects_are_drawn_whole():
    """A second x that is a copy of the first has the same interval."""
    table = skewed()
    both = pd.concat([table, table.assign(lag=2)])
    rows = bootstrap_subjects(both, "lag", n_boot=200)
    assert rows["low"].nunique() == rows["high"].nunique() == 1


def test_shape_is_that_of_group_curve():
    table = pd.concat([skewed().assign(group=g) for g in "ba"])
    table.loc[table["subject"] < 3, "prob"] = np.nan
    mine = bootstrap_subjects(table, "lag", by="group", n_boot=50)
    theirs = group_curve(table, "lag", by="group")
    assert mine.columns.tolist() == theirs.columns.tolist()
    columns = ["group", "lag", "mean", "n", "over"]
    pd.testing.assert_frame_equal(mine[columns], theirs[columns], check_dtype=False)


def test_without_x_and_with_one_subject():
    table = pd.DataFrame({"subject": [1], "rank": [0.6]})
    row = bootstrap_subjects(table, None, "rank", n_boot=10).iloc[0]
    assert (row["mean"], row["n"]) == (0.6, 1)
    assert np.isnan(row["low"]) and np.isnan(row["high"])


def test_an_x_that_few_subjects_have():
    table = pd.concat([skewed(), skewed(2).assign(lag=9), skewed(5).assign(lag=0, prob=np.nan)])
    rows = bootstrap_subjects(table, "lag", n_boot=100).set_index("lag")
    assert rows.index.tolist() == [1, 9]
    assert rows.loc[9, "n"] == 2 and rows.notna().all(axis=None)


def test_no_scores_at_all_give_no_rows():
    assert bootstrap_subjects(skewed().assign(prob=np.nan), "lag").empty


def test_same_seed_same_interval():
    first, again, other = (
        bootstrap_subjects(skewed(), "lag", n_boot=50, seed=seed) for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "t"}, "must be 'bca' or 'percentile', got 't'"),
        ({"n_boot": 1}, "n_boot must be 2 or more"),
        ({"level": 95}, "level must lie between 0 and 1"),
        ({"value": "recall"}, "no column 'recall'"),
    ],
)
def test_bad_options_teach(options, message):
    with pytest.raises(ValueError, match=message):
        bootstrap_subjects(skewed(), "lag", **options)


def test_several_rows_per_subject_teach():
    with pytest.raises(ValueError, match="several rows"):
        bootstrap_subjects(pd.concat([skewed(), skewed()]), "lag")
