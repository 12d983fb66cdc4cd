"""Figures of serial recall."""

import numpy as np
import pandas as pd
import pytest

from analysis import (
    Recalls,
    group_curve,
    plot_serial_accuracy,
    plot_serial_latencies,
    plot_serial_recall,
    plot_serial_responses,
    plot_transpositions,
    serial_accuracy,
    serial_responses,
    transpositions,
)

from .helpers import bowed, first, peaked, responses, several


def tables(sources):
    return bowed(sources), peaked(sources, "displacement"), responses(sources)


def test_the_gradient_leaves_out_zero_and_is_broken_there():
    gradient = several("displacement", np.arange(-2, 3), [0.1, 0.2, 0.9, 0.3, 0.1], first(1))
    ax = plot_transpositions(gradient, sources=first(1))
    assert [line.get_xydata().tolist() for line in ax.lines] == [
        [[-2, 0.1], [-1, 0.2]],
        [[1, 0.3], [2, 0.1]],
    ]
    assert ax.get_xlabel() == "Places too early (negative: too late)"
    late = plot_transpositions(gradient, sources=first(1), positive="late")
    assert late.get_xlabel() == "Places too late (negative: too early)"


def test_a_gradient_by_absolute_distance_has_one_side():
    gradient = several("displacement", np.arange(4), [0.9, 0.3, 0.2, 0.1], first(1))
    ax = plot_transpositions(gradient, sources=first(1))
    assert ax.lines[0].get_xdata().tolist() == [1, 2, 3]
    assert len([line for line in ax.lines if len(line.get_xdata())]) == 1
    assert ax.get_xlabel() == "Places from its own"


@pytest.mark.parametrize(
    ("last", "ticks"),
    [(1, [-1, 1]), (6, [-5, -3, -1, 1, 3, 5]), (8, [-5, -1, 1, 5]), (11, [-10, -5, -1, 1, 5, 10])],
)
def test_places_of_long_lists_are_not_all_named(last, ticks):
    places = [place for place in range(-last, last + 1) if place]
    ax = plot_transpositions(several("displacement", places, [0.1] * 2 * last, first(1)))
    assert sorted(ax.get_xticks()) == ticks
    assert ax.get_xlim() == (-last - 0.5, last + 0.5)


def test_accuracy_and_latencies():
    ax = plot_serial_accuracy(bowed(first(2)), sources=first(2))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("Study position", "Proportion correct")
    assert ax.get_ylim() == (0, 1.02)
    times = several("output", [1, 2], [900.0, 400.0], first(1))
    ax = plot_serial_latencies(times, sources=first(1))
    assert ax.get_ylabel() == "Latency (ms)" and ax.get_ylim()[0] == 0


def test_one_kind_of_response_is_picked():
    table = responses(first(2))
    ax = plot_serial_responses(table, sources=first(2), kind="omission")
    expected = table[(table["kind"] == "omission") & (table["source"] == "People")]
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), expected["mean"])
    assert ax.get_ylabel() == "Omissions (probability)"


@pytest.mark.parametrize("width", ["double", "single"])
def test_errors_are_on_one_scale_and_correct_responses_left_out(width):
    fig = plot_serial_recall(*tables(first(2)), first(2), width=width)
    labels = [ax.get_ylabel() for ax in fig.axes]
    expected = ["Proportion correct", "Probability of transposition"]
    assert labels == [*expected, "Order errors", "Omissions", "Intrusions"]
    assert len({ax.get_ylim() for ax in fig.axes[2:]}) == 1
    highest = responses(first(2)).query("kind != 'correct'")["high"].max()
    assert highest < fig.axes[2].get_ylim()[1] < 1.1 * highest


def test_measures_are_drawn_as_they_come():
    lists = Recalls.from_positions(
        [[1, 3, 2, 4], [1, 2, 0, 4], [2, 1, 3, -1]],
        list_length=4,
        subject=[1, 2, 3],
        omissions=True,
    )
    drawn = [
        group_curve(serial_accuracy(lists), "input", "recall"),
        group_curve(transpositions(lists), "displacement"),
        group_curve(serial_responses(lists), ["output", "kind"]),
    ]
    fig = plot_serial_recall(*(table.assign(source="People") for table in drawn), first(1))
    # word 1 is in its place in two of the three reports, words 2 and 3 in one, word 4 in two
    assert fig.axes[0].lines[0].get_ydata().tolist() == pytest.approx([2 / 3, 1 / 3, 1 / 3, 2 / 3])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop(columns="kind"), "the curve has no column 'kind', only output"),
        (lambda t: t.drop(columns="high"), "the curve has no column 'high'"),
        (
            lambda t: t.replace({"kind": {"omission": "skip"}}),
            "kinds of response are correct, .*, got 'skip'",
        ),
        (lambda t: t[t["kind"] == "correct"], "no errors among the responses"),
        (lambda t: pd.concat([t, t]), "several rows at .*'kind': 'correct'"),
    ],
)
def test_responses_that_do_not_fit_are_told(change, message):
    accuracy, gradient, table = tables(first(2))
    with pytest.raises(ValueError, match=message):
        plot_serial_recall(accuracy, gradient, change(table), first(2))


def test_wrong_options_are_told():
    _, gradient, table = tables(first(1))
    with pytest.raises(ValueError, match="positive must be 'early' or 'late', got 'up'"):
        plot_transpositions(gradient, sources=first(1), positive="up")
    with pytest.raises(ValueError, match="no rows of kind 'repetition', only"):
        plot_serial_responses(table, sources=first(1), kind="repetition")
