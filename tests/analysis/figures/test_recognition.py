"""Figures of recognition and frequency judgment."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from analysis import group_roc, plot_frequency_judgments, plot_roc, plot_zroc
from analysis import roc as roc_by_subject

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


def test_an_roc_of_ratings_is_drawn_as_it_comes():
    # lures rated 1 1 2 3, words studied 2 3 3 3
    ratings = {"lure": [1, 1, 2, 3], "old": [2, 3, 3, 3]}
    rows = [(1, 1, "study", position, f"old{position}", None) for position in range(1, 5)] + [
        (1, 1, "recall", 4 * k + i + 1, f"{kind}{i + 1}", rating)
        for k, (kind, given) in enumerate(ratings.items())
        for i, rating in enumerate(given)
    ]
    columns = ["subject", "list", "trial_type", "position", "item", "response"]
    each = roc_by_subject(pd.DataFrame(rows, columns=columns))
    ax = plot_roc(group_roc(each))
    line = next(
        line for line in ax.lines if len(line.get_xdata()) == 2 and line.get_marker() == "o"
    )
    assert line.get_xydata().tolist() == [[0.25, 0.75], [0.5, 1.0]]


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
