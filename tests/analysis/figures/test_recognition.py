"""Figures of recognition and frequency judgment."""

import numpy as np
import pytest
from scipy.stats import norm

from analysis import plot_frequency_judgments, plot_roc, plot_zroc

from .helpers import first, roc, several


def test_an_roc_is_square_with_chance_on_its_diagonal():
    table = roc(first(2))
    ax = plot_roc(table, sources=first(2))
    people = table[table["source"] == "People"].sort_values("false_alarm_rate")
    named = {line.get_label(): line for line in ax.lines}
    expected = people[["false_alarm_rate", "mean"]].to_numpy()
    np.testing.assert_array_equal(named["People"].get_xydata(), expected)
    assert ax.get_xlim() == ax.get_ylim() and ax.get_aspect() == 1
    diagonal = [line for line in ax.lines if line.get_label() not in first(2)]
    assert [line.get_slope() for line in diagonal] == [1]


def test_the_zroc_of_normal_distributions_is_straight_with_their_ratio_as_slope():
    # old items: mean 1.5, SD 1.25; new items: mean 0, SD 1
    ax = plot_zroc(roc(first(1)), sources=first(1))
    line = next(line for line in ax.lines if line.get_label() == "People")
    slope, intercept = np.polyfit(line.get_xdata(), line.get_ydata(), 1)
    assert (slope, intercept) == pytest.approx((1 / 1.25, 1.5 / 1.25))
    low = ax.collections[0].get_paths()[0].vertices[0]
    rows = roc(first(1)).sort_values("false_alarm_rate")
    assert low.tolist() == pytest.approx(norm.ppf(rows[["false_alarm_rate", "low"]].iloc[0]))
    assert ax.get_xlim() == ax.get_ylim()


def test_rates_without_a_z_score_are_left_out():
    table = several("false_alarm_rate", [0.0, 0.2, 0.5, 1.0], [0.4, 0.99, 0.9, 1.0], first(1))
    ax = plot_zroc(table, sources=first(1))
    line = next(line for line in ax.lines if line.get_label() == "People")
    np.testing.assert_allclose(line.get_xdata(), norm.ppf([0.2, 0.5]))
    bars = [path.vertices for path in ax.collections[0].get_paths()]
    assert np.isfinite(bars).all()  # .99 + .03 has none either


@pytest.mark.parametrize("plot", [plot_roc, plot_zroc])
def test_rates_are_told_from_percentages(plot):
    table = several("false_alarm_rate", [10.0, 20.0], [0.5, 0.7], first(1))
    with pytest.raises(ValueError, match=r"'false_alarm_rate' holds 10\.0; are these percentages"):
        plot(table, sources=first(1))
    with pytest.raises(ValueError, match="the curve has no column 'mean'"):
        plot(roc(first(1)).drop(columns="mean"), sources=first(1))


def test_frequency_judgments_are_ticked_at_the_frequencies():
    curve = several("frequency", [0, 1, 5], [0.3, 1.2, 3.5], first(1))
    ax = plot_frequency_judgments(curve, sources=first(1))
    assert ax.get_xticks().tolist() == [0, 1, 5]
    assert ax.get_ylim()[1] >= 5
