"""Figures of free recall: what is drawn, and what a table that does not fit is told."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from analysis import (
    Recalls,
    group_curve,
    human_group_curve,
    lag_crp,
    plot_category_crp,
    plot_distance_crp,
    plot_dots,
    plot_free_recall,
    plot_irt,
    plot_lag_crp,
    plot_organization,
    plot_pfr,
    plot_pli,
    plot_pnr,
    plot_pnr_maps,
    plot_semantic_factor,
    plot_spc,
    plot_stopping,
    plot_temporal_factor,
    spc,
    stopping,
)

from .helpers import SOURCES, bowed, first, maps, peaked, several

CURVES = [(plot_spc, "spc"), (plot_pfr, "pfr"), (plot_lag_crp, "lag_crp")]


@pytest.mark.parametrize(("plot", "measure"), CURVES)
def test_one_curve_goes_to_the_axes_given(plot, measure):
    curve = human_group_curve("murdock1962/10-2", measure)
    _, ax = plt.subplots()
    assert plot(curve, ax) is ax
    drawn = np.concatenate([line.get_ydata() for line in ax.lines])
    np.testing.assert_allclose(drawn, curve["mean"])
    assert ax.get_xlabel() and ax.get_ylabel()


def test_without_axes_the_current_ones_are_used():
    _, ax = plt.subplots()
    assert plot_spc(human_group_curve("murdock1962/10-2", "spc")) is ax


def test_the_line_is_broken_at_lag_zero():
    lags = np.arange(-9, 10)
    curve = pd.DataFrame({"lag": lags, "mean": 0.1, "low": 0.0, "high": 0.2, "over": "lists"})
    ax = plot_lag_crp(curve)
    assert [line.get_xdata().tolist() for line in ax.lines] == [
        [-5, -4, -3, -2, -1],
        [1, 2, 3, 4, 5],
    ]
    for side in ax.collections:  # so are the intervals
        places = {x for path in side.get_paths() for x in path.vertices[:, 0]}
        assert min(places) > 0 or max(places) < 0


def test_each_source_is_one_entry_of_a_key():
    _, ax = plt.subplots()
    plot_lag_crp(peaked(SOURCES), ax, SOURCES)
    assert ax.get_legend_handles_labels()[1] == list(SOURCES)


def test_all_sources_share_the_axes_and_their_intervals_are_bars_or_bands():
    sources = first(3)
    ax = plot_spc(bowed(sources), sources=sources)
    table = bowed(sources)
    for line, source in zip(ax.lines, sources, strict=True):
        rows = table[table["source"] == source]
        assert line.get_xydata().tolist() == rows[["input", "mean"]].to_numpy().tolist()
    bars, *bands = ax.collections
    people = table[table["source"] == "People"]
    ends = [path.vertices[:, 1].tolist() for path in bars.get_paths()]
    assert ends == people[["low", "high"]].to_numpy().tolist()
    for band, source in zip(bands, [*sources][1:], strict=True):
        rows = table[table["source"] == source]
        heights = band.get_paths()[0].vertices[:, 1]
        assert {*rows["low"], *rows["high"]} <= {*heights}


@pytest.mark.parametrize(
    ("plot", "x", "xlabel", "ylabel"),
    [
        (plot_pli, "list_lag", "Lists back", "Share of prior-list intrusions"),
        (plot_irt, "output", "Output position", "Inter-response time (ms)"),
    ],
)
def test_curves_of_errors_and_times(plot, x, xlabel, ylabel):
    curve = several(x, [1, 2, 3], [30.0, 20.0, 10.0], {"People": "people"})
    ax = plot(curve.drop(columns="source"))
    assert ax.lines[0].get_xydata().tolist() == [[1, 30], [2, 20], [3, 10]]
    assert (ax.get_xlabel(), ax.get_ylabel()) == (xlabel, ylabel)
    assert ax.get_xticks().tolist() == [1, 2, 3]
    assert ax.get_ylim()[0] == 0


@pytest.mark.parametrize(
    ("plot", "chance"),
    [(plot_temporal_factor, 0.5), (plot_semantic_factor, 0.5), (plot_category_crp, None)],
)
def test_dots_are_one_row_per_source(plot, chance):
    sources = first(4)
    values = several(None, None, [0.7], sources)
    missing = values[values["source"] != "CMR"]
    ax = plot(missing, sources=sources)
    dots = [line for line in ax.lines if line.get_label() == "_dot"]
    rows = [0, 1, 3]  # CMR keeps its place
    assert [dot.get_xydata().tolist() for dot in dots] == [
        [[mean, row]] for mean, row in zip(missing["mean"], rows, strict=True)
    ]
    assert [label.get_text() for label in ax.get_yticklabels()] == list(sources)
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # from top to bottom
    others = [line for line in ax.lines if line.get_label() != "_dot"]
    assert [[*line.get_xdata()] for line in others] == ([] if chance is None else [[chance] * 2])
    interval = ax.collections[0].get_paths()[0].vertices.tolist()
    assert interval == [[values["low"][0], 0], [values["high"][0], 0]]


@pytest.mark.parametrize(
    ("plot", "x", "places"),
    [(plot_stopping, "output", [0, 1, 2]), (plot_distance_crp, "center", [0.1, 0.25, 0.7])],
)
def test_curves_whose_x_does_not_begin_at_one(plot, x, places):
    ax = plot(several(x, places, [0.1, 0.2, 0.4], first(1)), sources=first(1))
    assert ax.lines[0].get_xydata().tolist() == [
        [places[0], 0.1],
        [places[1], 0.2],
        [places[2], 0.4],
    ]
    left, right = ax.get_xlim()
    assert left < places[0] and places[2] < right
    assert ax.get_xlabel() and ax.get_ylabel()


def test_times_say_their_unit():
    curve = several("output", [1, 2], [1.0, 2.0], first(1))
    assert plot_irt(curve, sources=first(1), unit="s").get_ylabel() == "Inter-response time (s)"


def test_two_values_of_a_source_do_not_fit_one_row():
    twice = pd.concat([several(None, None, [0.7], first(1))] * 2)
    with pytest.raises(ValueError, match="several rows at {'source': 'People'}"):
        plot_dots(twice, "Factor", sources=first(1))


def test_organization_draws_what_it_is_given():
    sources = first(2)
    values = several(None, None, [0.7], sources)
    fig = plot_organization(values, sources)
    assert [ax.get_xlabel() for ax in fig.axes] == ["Temporal factor"]
    pli = several("list_lag", [1, 2], [0.4, 0.2], sources)
    fig = plot_organization(values, sources, category_crp=values, pli=pli)
    labels = ["Temporal factor", "Within-category CRP", "Lists back"]
    assert [ax.get_xlabel() for ax in fig.axes] == labels
    names = [[label.get_text() for label in ax.get_yticklabels()] for ax in fig.axes[:2]]
    assert names == [list(sources), ["", ""]]  # once per row


def test_a_map_has_outputs_upwards_and_study_positions_to_the_right():
    curve = pd.DataFrame({"output": [1, 1, 2], "input": [1, 3, 2], "mean": [0.1, 0.3, 0.2]})
    ax = plot_pnr(curve.assign(low=0.0, high=1.0, over="lists"), top=0.5)
    values = ax.collections[0].get_array()
    assert values.filled(-1).tolist() == [[0.1, -1, 0.3], [-1, 0.2, -1]]
    assert ax.collections[0].get_clim() == (0, 0.5)
    assert ax.get_ylim() == (0.5, 2.5) and ax.get_xlim() == (0.5, 3.5)


def test_maps_share_one_scale_of_colour():
    sources = first(5)
    table = maps(sources)
    fig = plot_pnr_maps(table, sources)
    drawn = fig.axes[:-1]  # the last is the colour bar
    assert [ax.get_title(loc="left") for ax in drawn] == list(sources)
    assert {ax.collections[0].get_clim() for ax in drawn} == {(0, table["mean"].max())}
    # darker means more, for every reader
    map_colors = drawn[0].collections[0].cmap(np.linspace(0, 1, 20))[:, :3]
    assert np.all(np.diff(map_colors @ [0.2126, 0.7152, 0.0722]) < 0)
    with pytest.raises(ValueError, match="no rows of source 'SAM'"):
        plot_pnr_maps(table, SOURCES)


def test_the_composite_says_what_intervals_are_over():
    tables = bowed(SOURCES), bowed(SOURCES), peaked(SOURCES)
    note = plot_free_recall(*tables, sources=SOURCES).get_supxlabel()
    assert "over subjects: People, CMR, TCM, SAM" in note
    assert "over lists: DNC without noise, DNC with noise" in note


def test_without_intervals_there_is_no_note():
    tables = [table.assign(low=np.nan) for table in (bowed(first(1)), bowed(first(1)))]
    fig = plot_free_recall(*tables, peaked(first(1)).assign(low=np.nan), sources=first(1))
    assert fig.get_supxlabel() == ""


@pytest.mark.parametrize(
    ("change", "sources", "message"),
    [
        (lambda t: t.drop(columns="low"), SOURCES, "no column 'low', only input, mean"),
        (lambda t: t.drop(columns="input"), SOURCES, "no column 'input'"),
        (lambda t: t.drop(columns="source"), SOURCES, "no column 'source'"),
        (lambda t: t, {"People": "people"}, "'CMR' is not among the sources People"),
        (lambda t: t, {**SOURCES, "TCM": "model"}, "'TCM' must be one of people, network, theory"),
        (lambda t: t, {**SOURCES, "FRS": "theory"}, "'FRS' is one more; make two figures"),
        (lambda t: t, None, "several rows at .*pass sources="),
    ],
)
def test_a_table_that_does_not_fit_is_named(change, sources, message):
    with pytest.raises(ValueError, match=message):
        plot_spc(change(bowed(SOURCES)), sources=sources)


@pytest.mark.parametrize("plot", [plot_pfr, plot_lag_crp, plot_pli, plot_irt, plot_pnr])
def test_a_table_without_x_is_told(plot):
    with pytest.raises(ValueError, match="the curve has no column '(input|lag|list_lag|output)'"):
        plot(pd.DataFrame({"mean": [0.1], "low": [0.0], "high": [0.2], "over": ["lists"]}))


@pytest.mark.parametrize("plot", [plot_spc, plot_lag_crp, plot_stopping])
def test_what_a_measure_returned_is_to_be_averaged_first(plot):
    recalls = Recalls.from_positions([[1, 2]], 2)
    measured = {plot_spc: spc, plot_lag_crp: lag_crp, plot_stopping: stopping}[plot](recalls)
    with pytest.raises(ValueError, match=r"no column 'mean', only .*possible; average .*group_cur"):
        plot(measured)


def test_lists_without_any_response_stop_at_once():
    nothing = group_curve(stopping(Recalls.from_positions([[0], [0]], 2)), "output")
    ax = plot_stopping(nothing)
    assert ax.lines[0].get_xydata().tolist() == [[0, 1]]
    assert ax.get_xlim()[0] < 0 < ax.get_xlim()[1]


def test_an_empty_table_is_told():
    with pytest.raises(ValueError, match="the curve has no rows"):
        plot_spc(bowed(first(1)).iloc[:0], sources=first(1))
