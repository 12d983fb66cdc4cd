"""Intervals of what is pooled over lists, and results of people as result tables."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from analysis import cued_accuracy, cued_tests, human_curves, human_group_curve
from memsim.experiments.recognition_report import detection
from memsim.experiments.report import curve_of_tests, over_lists, result_table
from memsim.simulate import simulate
from paradigms import PairedAssociates


def test_bounds_over_lists_are_those_of_a_binomial():
    """400 lists of one test each: the standard error is sqrt(p q / n)."""
    hits = np.arange(400) < 120
    counts = np.column_stack([hits, np.ones(400, dtype=int)])
    value, low, high = over_lists(counts, lambda c: c[:1] / c[1:], n_boot=4000)
    assert value == [0.3]
    half = norm.ppf(0.975) * np.sqrt(0.3 * 0.7 / 400)
    assert low == pytest.approx([0.3 - half], abs=0.006)
    assert high == pytest.approx([0.3 + half], abs=0.006)


def test_what_lists_do_not_determine_is_missing():
    counts = np.array([[1, 0, 2, 0], [0, 0, 2, 0]])
    value, low, high = over_lists(counts, lambda c: c[:2] / c[2:], n_boot=50)
    np.testing.assert_array_equal(value, [0.25, np.nan])
    assert np.isnan(low[1]) and np.isnan(high[1]) and low[0] <= 0.25 <= high[0]


class Knows:
    """Answers correctly with this probability."""

    def __init__(self, share):
        self.share = share

    def recall(self, schedule, rng):
        return np.where(rng.random(schedule.answers.shape) < self.share, schedule.answers, -1)


def by_lag(tests, by):
    return cued_accuracy(tests, by, "lag")


@pytest.mark.parametrize(("n_networks", "over"), [(1, "lists"), (5, "subjects")])
def test_curves_of_tests_have_the_means_of_the_measure(n_networks, over):
    models = {"half": [Knows(0.5)] * n_networks, "all": [Knows(1.0)] * n_networks}
    task = PairedAssociates(list_length=4)
    tests = cued_tests(simulate(models, task, n_lists=40))
    curve = curve_of_tests(by_lag, tests, "lag")
    assert set(curve["over"]) == {over}
    assert curve["n"].max() == (40 if over == "lists" else 5)
    expected = cued_accuracy(tests, "model", "lag").groupby(["model", "lag"])["prob"].mean()
    got = curve.set_index(["source", "lag"])["mean"]
    assert len(got) == 2 * 7  # lags 0 to 6
    assert got.to_dict() == pytest.approx(expected.to_dict())
    certain = curve[curve["source"] == "all"]
    assert (certain[["mean", "low", "high"]] == 1).all(axis=None)


def test_results_of_people_are_those_that_analysis_gives():
    name = "davis2008/all"
    curves = human_curves(name).query("measure == 'acc_by_study_test_lag'")
    pd.testing.assert_frame_equal(
        result_table(curves, "lag"), human_group_curve(name, "acc_by_study_test_lag")
    )


def test_detection_is_that_of_the_rates():
    hit, false_alarm, d_prime, criterion = detection(np.array([30, 40, 10, 40]))
    assert (hit, false_alarm) == (0.75, 0.25)
    z_hit, z_false = norm.ppf(30.5 / 41), norm.ppf(10.5 / 41)
    assert d_prime == pytest.approx(z_hit - z_false)
    assert criterion == pytest.approx(-(z_hit + z_false) / 2)
