"""G squared against scipy, a plain loop, and its distribution when the model is right."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis import Recalls, g2, pfr, spc


def counts(actual, possible, x=None, column="input") -> pd.DataFrame:
    x = np.arange(1, len(actual) + 1) if x is None else x
    return pd.DataFrame({"subject": 1, column: x, "actual": actual, "possible": possible})


def test_multinomial_is_that_of_scipy():
    people, model = [30, 10, 5, 55], [250, 150, 100, 500]
    mine = g2(counts(model, 1000), counts(people, 100), "input", "multinomial", smoothing=0)
    theirs = stats.power_divergence(people, np.array(model) / 10, lambda_="log-likelihood")
    assert mine["g2"].item() == pytest.approx(theirs.statistic)
    assert mine["p"].item() == pytest.approx(theirs.pvalue)
    assert (mine["df"].item(), mine["n"].item()) == (3, 100)


def test_occasions_at_none_of_the_x_are_one_more_cell():
    people, model = [30, 10], [250, 150]
    mine = g2(counts(model, 1000), counts(people, 100), "input", "multinomial", smoothing=0)
    expected = stats.power_divergence([30, 10, 60], [25, 15, 60], lambda_="log-likelihood")
    assert mine["g2"].item() == pytest.approx(expected.statistic)
    assert mine["df"].item() == 2


def test_binomial_by_a_plain_loop_with_smoothing_and_several_subjects():
    people = pd.concat([counts([3, 0], [5, 4]), counts([4, 2], [5, 6])])  # 7 of 10, 2 of 10
    model = counts([39, 0], [99, 99])
    expected = 0.0
    for hits, p in ((7, 39.5 / 100), (2, 0.5 / 100)):
        misses = 10 - hits
        expected += hits * np.log(hits / (10 * p)) + misses * np.log(misses / (10 * (1 - p)))
    mine = g2(model, people, "input")
    assert mine["g2"].item() == pytest.approx(2 * expected)
    assert mine["df"].item() == 2


def test_zero_for_the_same_proportions_and_more_for_worse_models():
    people = counts([20, 10, 40], 50)
    same = counts([400, 200, 800], 1000)
    assert g2(same, people, "input", smoothing=0)["g2"].item() == pytest.approx(0, abs=1e-9)
    worse = [
        g2(counts([400 - k, 200, 800], 1000), people, "input")["g2"].item() for k in (0, 90, 180)
    ]
    assert worse[0] < worse[1] < worse[2]


def test_what_the_model_never_did_is_impossible_only_without_smoothing():
    people, model = counts([1, 5], 10), counts([0, 500], 1000)
    assert np.isinf(g2(model, people, "input", smoothing=0)["g2"].item())
    assert np.isfinite(g2(model, people, "input")["g2"].item())


def test_chi_squared_when_the_model_is_right():
    rng = np.random.default_rng(0)
    p = np.array([0.7, 0.4, 0.3, 0.5, 0.9])
    model = counts(1e7 * p, 1e7)
    values = [
        g2(model, counts(rng.binomial(200, p), 200), "input")["g2"].item() for _ in range(200)
    ]
    assert stats.kstest(values, stats.chi2(5).cdf).pvalue > 0.01


def test_lag_zero_and_far_lags_are_left_out():
    lags = np.array([-6, -1, 0, 1, 6])
    people = counts([5, 2, 0, 6, 9], [9, 10, 0, 10, 9], lags, "lag")
    model = counts([0, 20, 0, 60, 0], [90, 100, 0, 100, 90], lags, "lag")
    assert g2(model, people, "lag")["df"].item() == 2
    # a model that only goes forward has nothing possible behind it
    forward = model.assign(possible=[90, 0, 0, 100, 90], actual=[0, 0, 0, 60, 0])
    assert g2(forward, people, "lag")["df"].item() == 1


def test_measures_go_in_as_they_are():
    recalls = Recalls.from_positions([[3, 1], [3, 2], [1, 0], [-1, 2]], 3)
    first = g2(pfr(recalls), pfr(recalls), "input", "multinomial", smoothing=0)
    assert (first["g2"].item(), first["df"].item(), first["n"].item()) == (0, 2, 4)
    first = pfr(recalls, first="response")
    assert g2(first, first, "input", "multinomial")["df"].item() == 3  # intrusions are a cell
    assert g2(spc(recalls), spc(recalls), "input", n_parameters=2)["df"].item() == 1


@pytest.mark.parametrize(
    ("model", "options", "message"),
    [
        (counts([1, 2], 9), {}, r"same input: \[1, 2\] and \[1\]"),
        (counts([12], [9]), {}, "model must have counts.*actual is 12 and possible 9"),
        (counts([1], 0), {}, "must have counts"),
        (counts([0], 0), {}, "no input at which both"),
        (counts([1], 9), {"distribution": "normal"}, "must be 'binomial' or 'multinomial'"),
        (counts([1], 9), {"smoothing": -1}, "smoothing must be 0 or more"),
        (counts([1], 9), {"n_parameters": 1}, "no degrees of freedom are left: 1 of the counts, 1"),
        (counts([1], 9).drop(columns="actual"), {}, "no column 'actual'"),
    ],
)
def test_bad_input_teaches(model, options, message):
    with pytest.raises(ValueError, match=message):
        g2(model, counts([3], 5), "input", **options)


def test_a_multinomial_needs_one_number_of_occasions():
    with pytest.raises(ValueError, match="possible from 5 to 9"):
        g2(counts([1, 2], [9, 5]), counts([1, 2], [9, 5]), "input", "multinomial")
    with pytest.raises(ValueError, match="sums to no more; model"):
        g2(counts([6, 6], 9), counts([1, 2], 9), "input", "multinomial")
