"""Figures of cued recall."""

import numpy as np
import pytest

from analysis import (
    plot_cued_accuracy,
    plot_cued_direction,
    plot_cued_intrusions,
    plot_cued_recall,
)

from .helpers import directions, first, peaked, several


def test_accuracy_by_lag_begins_at_zero():
    curve = several("lag", [0, 1, 5], [0.8, 0.7, 0.6], first(1))
    ax = plot_cued_accuracy(curve, sources=first(1))
    assert ax.lines[0].get_xydata().tolist() == [[0, 0.8], [1, 0.7], [5, 0.6]]
    assert ax.get_xlim()[0] == -0.5 and ax.get_ylim() == (0, 1.02)
    assert ax.get_xlabel() == "Study–test lag (pairs and tests)"


def test_accuracy_by_a_position():
    curve = several("test_position", [1, 2, 3], [0.8, 0.7, 0.6], first(1))
    ax = plot_cued_accuracy(curve, sources=first(1), x="test_position")
    assert ax.get_xlabel() == "Test position" and ax.get_xticks().tolist() == [1, 2, 3]
    with pytest.raises(ValueError, match="x must be 'lag', .*, got 'time'"):
        plot_cued_accuracy(curve, sources=first(1), x="time")
    with pytest.raises(ValueError, match="no column 'lag', only test_position"):
        plot_cued_accuracy(curve, sources=first(1))


def test_sources_stand_side_by_side_in_each_direction():
    sources = first(3)
    table = directions(sources)
    ax = plot_cued_direction(table.iloc[::-1], sources=sources)  # in any order of rows
    assert [label.get_text() for label in ax.get_xticklabels()] == ["Forward", "Backward"]
    for line, source in zip(ax.lines, sources, strict=True):
        rows = table[table["source"] == source].set_index("direction")["mean"]
        np.testing.assert_array_equal(line.get_ydata(), rows[["forward", "backward"]])
        assert np.round(line.get_xdata()).tolist() == [0, 1]
    places = np.array([line.get_xdata()[0] for line in ax.lines])
    assert np.diff(places).min() > 0.05
    assert len(ax.collections) == 3  # bars for all: bands would hide each other


def test_an_unknown_direction_is_told():
    table = several("direction", ["forward", "sideways"], [0.6, 0.5], first(1))
    with pytest.raises(ValueError, match="must be 'forward' or 'backward', got 'sideways'"):
        plot_cued_direction(table, sources=first(1))


def test_intrusions_are_broken_at_their_own_pair():
    curve = several("pair_lag", [-2, -1, 0, 1, 2], [0.1, 0.2, 0.9, 0.3, 0.1], first(1))
    ax = plot_cued_intrusions(curve, sources=first(1))
    assert [line.get_xdata().tolist() for line in ax.lines] == [[-2, -1], [1, 2]]


def test_the_composite_draws_accuracy_by_what_it_is_told():
    curve = several("presentations", [1, 3, 5], [0.3, 0.6, 0.7], first(2))
    others = directions(first(2)), peaked(first(2), "pair_lag")
    fig = plot_cued_recall(curve, *others, first(2), x="presentations")
    assert [ax.get_xlabel() for ax in fig.axes] == [
        "Presentations of the pair",
        "Direction of the test",
        "Pair lag of the intrusion",
    ]
