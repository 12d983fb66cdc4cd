"""Mixed models: statsmodels, balanced designs with known answers, and fits that fail."""

import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy import stats

from analysis import mixed_model


def curves(n: int = 20, slopes: float = 0.02, seed: int = 0) -> pd.DataFrame:
    """Subjects whose recall falls with the position, each at its own rate."""
    rng = np.random.default_rng(seed)
    position = np.arange(8) - 3.5
    level, slope = rng.normal(0.5, 0.1, (n, 1)), rng.normal(-0.03, slopes, (n, 1))
    recall = level + slope * position + rng.normal(0, 0.05, (n, 8))
    return pd.DataFrame(
        {
            "subject": np.repeat(np.arange(n), 8),
            "input": np.tile(position, n),
            "half": np.tile(np.repeat(["first", "last"], 4), n),
            "recall": recall.ravel(),
        }
    )


def fitted(table: pd.DataFrame, formula: str, random: str):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of optimisers that it tries first
        model = smf.mixedlm(formula, table, groups=table["subject"], re_formula=random)
        return model.fit(method=["nm", "powell"], maxiter=5000)


@pytest.mark.parametrize("random", ["1", "1 + input"])
def test_estimates_are_those_of_statsmodels(random):
    table = curves()
    mine = mixed_model(table, "recall ~ input * half", random)
    theirs = fitted(table, "recall ~ input * half", random)
    fixed = mine[mine["kind"] == "fixed"].set_index("term")
    assert fixed.index.tolist() == theirs.fe_params.index.tolist()
    # two optimisers, each up to its own tolerance
    np.testing.assert_allclose(fixed["estimate"], theirs.fe_params, atol=1e-6)
    np.testing.assert_allclose(fixed["se"], theirs.bse_fe, rtol=2e-3)
    assert mine["log_likelihood"].iloc[0] == pytest.approx(theirs.llf, abs=1e-3)
    ci = theirs.conf_int().loc[fixed.index]
    np.testing.assert_allclose(fixed[["low", "high"]], ci, atol=2e-4)
    sd = mine[mine["kind"] == "random SD"]["estimate"]
    np.testing.assert_allclose(sd, np.sqrt(np.diag(theirs.cov_re)), rtol=1e-2)


def test_formula_and_sizes_are_in_the_result():
    result = mixed_model(curves(), "recall  ~ input", random="1 + input")
    assert set(result["formula"]) == {"recall ~ input + (1 + input | subject)"}
    assert set(result["n_subjects"]) == {20} and set(result["n_rows"]) == {160}
    assert result["converged"].all() and set(result["problems"]) == {""}
    assert result["term"].tolist() == [
        *["Intercept", "input", "Intercept", "input"],
        *["Intercept, input", ""],
    ]


def test_two_conditions_are_a_paired_t_test():
    """Balanced, with a random intercept: z of the condition is the paired t (REML)."""
    rng = np.random.default_rng(2)
    own = rng.normal(0, 1, 12)
    a, b = own + rng.normal(0, 0.5, 12), own + rng.normal(0.4, 0.5, 12)
    table = pd.DataFrame(
        {"subject": np.tile(np.arange(12), 2), "list_type": ["a"] * 12 + ["b"] * 12}
    ).assign(words=np.concatenate([a, b]))
    result = mixed_model(table, "words ~ list_type").set_index("term")
    t = stats.ttest_rel(b, a).statistic
    assert result.loc["list_type[T.b]", "z"] == pytest.approx(t, rel=1e-3)
    # the covariance of the conditions is the variance between subjects
    between = np.cov(a, b)[0, 1]
    sd = result[result["kind"] == "random SD"]["estimate"].item()
    assert sd == pytest.approx(np.sqrt(between), rel=1e-3)


def test_slopes_of_subjects_have_the_mean_of_separate_regressions():
    table = curves()
    each = [np.polyfit(part["input"], part["recall"], 1)[0] for _, part in table.groupby("subject")]
    result = mixed_model(table, "recall ~ input", "1 + input")
    row = result[(result["kind"] == "fixed") & (result["term"] == "input")].iloc[0]
    assert row["estimate"] == pytest.approx(np.mean(each), abs=1e-6)
    # balanced: its standard error is that of the mean of the slopes
    assert row["se"] == pytest.approx(stats.sem(each), rel=2e-3)


def test_subjects_may_lack_cells_and_formulas_may_call_functions():
    table = curves().drop(index=[3, 50, 51]).assign(lag=lambda t: t["input"] - 4)
    result = mixed_model(table, "recall ~ np.log(abs(lag)) * C(half, Treatment(reference='last'))")
    assert set(result["n_rows"]) == {157}
    assert len(result[result["kind"] == "fixed"]) == 4


@pytest.mark.parametrize("seed", range(4))
def test_a_larger_model_never_fits_worse(seed):
    """Gradient methods stop short of the maximum where a variance is zero."""
    table = curves(slopes=0, seed=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        small, large = (mixed_model(table, "recall ~ input", r) for r in ("1", "1 + input"))
    assert large["log_likelihood"].iloc[0] >= small["log_likelihood"].iloc[0] - 1e-3


def test_a_variance_of_zero_is_told():
    rng = np.random.default_rng(1)
    table = curves().assign(recall=rng.normal(size=160))
    # subjects more alike than chance
    table["recall"] -= table.groupby("subject")["recall"].transform("mean")
    with pytest.warns(RuntimeWarning, match="variance between subjects is estimated as zero"):
        result = mixed_model(table, "recall ~ input")
    assert result["problems"].str.startswith("a variance between subjects is estimated as z").all()


def test_a_fit_that_did_not_converge_is_told(monkeypatch):
    from statsmodels.regression.mixed_linear_model import MixedLM

    fit = MixedLM.fit
    monkeypatch.setattr(MixedLM, "fit", lambda self, **options: fit(self, **options, maxiter=1))
    with pytest.warns(RuntimeWarning, match="the fit did not converge.*simpler random effects"):
        result = mixed_model(curves(), "recall ~ input", "1 + input")
    assert not result["converged"].any()
    assert result["problems"].str.contains("did not converge").all()


@pytest.mark.parametrize(
    ("formula", "random", "message"),
    [
        ("recall input", "1", "must read 'measure ~ effects'"),
        ("recall ~ input + (1 | subject)", "1", "random effects go into random="),
        ("prob ~ input", "1", "no column 'prob', only subject, input"),
        ("recall ~ np.log(output)", "1", "no column 'output'"),
        ("recall ~ input", "1 + lag", "no column 'lag'"),
        ("recall ~ input + I(2 * input)", "1", "cannot be told apart"),
    ],
)
def test_bad_formulas_teach(formula, random, message):
    with pytest.raises(ValueError, match=message):
        mixed_model(curves(), formula, random)


def test_categories_without_rows_and_numbers_as_objects():
    table = curves()
    kind = pd.Categorical(table["half"], ["none", "first", "last"])
    as_objects = table.assign(half=kind, recall=table["recall"].astype(object))
    first, second = (mixed_model(t, "recall ~ input * half") for t in (table, as_objects))
    pd.testing.assert_frame_equal(first, second)


def test_bad_tables_teach():
    with pytest.raises(ValueError, match="subject must not be missing: row 8 has none"):
        mixed_model(
            curves().assign(subject=lambda t: t["subject"].replace(1, np.nan)), "recall ~ 1"
        )
    with pytest.raises(ValueError, match="at least two subjects"):
        mixed_model(curves().query("subject == 0"), "recall ~ input")
    with pytest.raises(ValueError, match="recall must be a number: row 0 has 'x'"):
        mixed_model(curves().assign(recall="x"), "recall ~ input")
    with pytest.raises(ValueError, match="all scores .* are equal"):
        mixed_model(curves().assign(recall=0.5), "recall ~ input")
    holes = curves().assign(recall=lambda t: t["recall"].where(t["input"] > -3))
    with pytest.raises(ValueError, match="recall must not be missing: 20 of 160 rows.*dropna"):
        mixed_model(holes, "recall ~ input")
