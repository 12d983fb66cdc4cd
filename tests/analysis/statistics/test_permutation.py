"""Permutation tests: exact ones against scipy, error rates by simulation."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis import permutation_test


def curves(n: int, n_x: int, seed: int, effect: float = 0.0, shift: int = 0) -> pd.DataFrame:
    """n subjects with correlated scores at n_x lags."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(0.5, 0.1, (n, 1)) + rng.normal(effect, 0.1, (n, n_x))
    return pd.DataFrame(
        {
            "subject": np.repeat(np.arange(n) + shift, n_x),
            "lag": np.tile(np.arange(1, n_x + 1), n),
            "prob": scores.ravel(),
        }
    )


def between(n_first: int, n_second: int, n_x: int = 1, effect: float = 0.0, seed: int = 0):
    people = curves(n_first, n_x, 2 * seed, effect).assign(source="human")
    model = curves(n_second, n_x, 2 * seed + 1, shift=1000).assign(source="model")
    return pd.concat([people, model])


def within(n: int, n_x: int = 1, effect: float = 0.0, seed: int = 0):
    parts = between(n, n, n_x, effect, seed)
    return parts.assign(subject=parts["subject"] % 1000)


def welch(a, b, axis):
    return stats.ttest_ind(a, b, axis=axis, equal_var=False).statistic


def test_exact_between_is_that_of_scipy():
    table = between(5, 6, effect=0.1)
    row = permutation_test(table, "prob", "source", "between").iloc[0]
    a, b = (table["prob"][table["source"] == s].to_numpy() for s in ("human", "model"))
    oracle = stats.permutation_test((a, b), welch, vectorized=True, n_resamples=np.inf)
    # two-sided as twice the smaller tail there, as the absolute value here
    distance = np.abs(oracle.null_distribution) >= abs(oracle.statistic) - 1e-9
    assert row["t"] == pytest.approx(oracle.statistic)
    assert row["p"] == pytest.approx(distance.mean())
    assert (row["n_permutations"], row["exact"]) == (462, True)  # 11 over 5
    assert row["difference"] == pytest.approx(a.mean() - b.mean())


def test_exact_within_is_that_of_scipy():
    table = within(8, effect=0.05)
    row = permutation_test(table, "prob", "source", "within").iloc[0]
    a, b = (table["prob"][table["source"] == s].to_numpy() for s in ("human", "model"))
    oracle = stats.permutation_test(
        (a, b), lambda a, b: (a - b).mean(), permutation_type="samples", n_resamples=np.inf
    )
    # the mean and the t of flipped differences order them alike
    assert row["p"] == pytest.approx(oracle.pvalue)
    assert (row["n_permutations"], row["exact"]) == (256, True)
    assert row["t"] == pytest.approx(stats.ttest_rel(a, b).statistic)


@pytest.mark.parametrize("design", ["between", "within"])
def test_drawn_p_approaches_the_exact_one(design):
    table = between(6, 6, 3, 0.08) if design == "between" else within(10, 3, 0.05)
    exact = permutation_test(table, "prob", "source", design, "lag")
    drawn = permutation_test(table, "prob", "source", design, "lag", n_permutations=900)
    assert exact["exact"].all() and not drawn["exact"].any()
    np.testing.assert_allclose(drawn["t"], exact["t"])
    for p in ("p", "p_max"):
        error = 4 * np.sqrt(exact[p] * (1 - exact[p]) / 900)
        assert (np.abs(drawn[p] - exact[p]) <= error + 1 / 900).all()


def test_the_largest_t_over_bins_by_a_plain_loop():
    table = within(6, 4, 0.05)
    a, b = (
        table[table["source"] == s].pivot(index="subject", columns="lag", values="prob").to_numpy()
        for s in ("human", "model")
    )
    observed = np.abs(stats.ttest_rel(a, b).statistic)
    as_far = np.zeros(4)
    for pattern in range(64):
        signs = np.array([1 if pattern >> i & 1 else -1 for i in range(6)])
        as_far += np.abs(stats.ttest_1samp(signs[:, None] * (a - b), 0).statistic).max() >= (
            observed - 1e-9
        )
    mine = permutation_test(table, "prob", "source", "within", "lag")
    np.testing.assert_allclose(mine["p_max"], as_far / 64)
    assert (mine["p_max"] >= mine["p"]).all()


@pytest.mark.parametrize("design", ["between", "within"])
def test_false_alarms_over_a_whole_curve_are_as_rare_as_stated(design):
    make = (lambda k: between(12, 15, 8, seed=k)) if design == "between" else (
        lambda k: within(12, 8, seed=k)
    )  # fmt: skip
    results = [
        permutation_test(make(k), "prob", "source", design, "lag", n_permutations=200, seed=k)
        for k in range(100)
    ]
    familywise = np.mean([(result["p_max"] <= 0.05).any() for result in results])
    uncorrected = np.mean([(result["p"] <= 0.05).any() for result in results])
    # 99.9 % of the time a rate of .05 shows at most 13 times in 100
    assert familywise <= 0.13 < uncorrected


def test_a_difference_is_found_where_it_is():
    table = between(15, 15, 5)
    table.loc[(table["source"] == "model") & (table["lag"] == 2), "prob"] += 0.4
    result = permutation_test(table, "prob", "source", "between", "lag").set_index("lag")
    assert result.loc[2, "p_max"] == 1 / 10_000
    assert result.loc[2, "difference"] < -0.2
    assert (result["p_max"].drop(2) > 0.05).all()


def test_equal_sources_and_constant_bins():
    table = within(6, 2)
    table.loc[table["lag"] == 2, "prob"] = 1.0
    result = permutation_test(table, "prob", "source", "within", "lag").set_index("lag")
    assert (result.loc[2, "t"], result.loc[2, "p"], result.loc[2, "p_max"]) == (0, 1, 1)
    certain = table.assign(prob=np.where(table["source"] == "model", 1.0, 0.5))
    result = permutation_test(certain, "prob", "source", "within", "lag")
    assert np.isinf(result["t"]).all()
    assert result["p"].tolist() == [2 / 64, 2 / 64]  # all signs alike


def test_seed():
    table = within(20)
    p = [permutation_test(table, "prob", "source", "within", seed=s)["p"][0] for s in (1, 1, 2)]
    assert p[0] == p[1] != p[2]


@pytest.mark.parametrize(
    ("table", "design", "message"),
    [
        (within(4), "between", "subject 0 is in several groups: .*and 3 more subjects"),
        (between(4, 4), "within", "subject 0 lacks source model"),
        (between(1, 4), "between", "at least two subjects are needed, got 1"),
        (within(1), "within", "at least two subjects"),
        (within(4).query("source == 'human'"), "within", "must have two levels, got human"),
        (between(4, 4), "mixed", "design must be"),
        (between(4, 4).assign(prob=np.nan), "between", "prob must be a number"),
        (between(4, 4, 3).iloc[1:], "between", "subject 0 lacks .*lag 1"),
    ],
)
def test_bad_input_teaches(table, design, message):
    x = "lag" if table["lag"].nunique() > 1 else None
    with pytest.raises(ValueError, match=message):
        permutation_test(table, "prob", "source", design, x)
