"""Figures: what is drawn, that it fits, and that the same figure gives the same bytes."""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from analysis import (
    figure_style,
    human_group_curve,
    plot_dose,
    plot_free_recall,
    plot_lag_crp,
    plot_pfr,
    plot_spc,
    save_figure,
)
from analysis.figures.style import MAX_NETWORKS, source_lines

SOURCES = {
    "People": "people",
    "DNC without noise": "network",
    "DNC with noise": "network",
    "TCM": "theory",
    "CMR": "theory",
    "SAM": "theory",
}
PLOTS = [(plot_spc, "spc"), (plot_pfr, "pfr"), (plot_lag_crp, "lag_crp")]


@pytest.fixture(autouse=True)
def no_screen():
    matplotlib.use("agg")
    yield
    plt.close("all")


def several(measure: str) -> pd.DataFrame:
    human = human_group_curve("murdock1962/10-2", measure)
    over = {"people": "subjects", "network": "lists", "theory": "subjects"}
    return pd.concat(
        human.assign(source=source, over=over[kind], mean=human["mean"] * (1 - 0.05 * i))
        for i, (source, kind) in enumerate(SOURCES.items())
    )


@pytest.mark.parametrize(("plot", "measure"), PLOTS)
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


def test_each_source_is_one_entry_of_a_key():
    _, ax = plt.subplots()
    plot_lag_crp(several("lag_crp"), ax, SOURCES)
    assert ax.get_legend_handles_labels()[1] == list(SOURCES)


def test_people_are_on_top_and_no_two_sources_look_alike():
    lines = source_lines(SOURCES)
    assert max(lines, key=lambda name: lines[name].order) == "People"
    assert lines["People"].width > max(lines[name].width for name in SOURCES if name != "People")
    without_colour = {(str(line.dashes), line.marker, line.marker_face) for line in lines.values()}
    assert len(without_colour) == len(SOURCES)


def lightness(color: str) -> float:
    """Relative luminance of a colour, 0 black to 1 white."""
    return float(np.dot(matplotlib.colors.to_rgb(color), [0.2126, 0.7152, 0.0722]))


@pytest.mark.parametrize("n_networks", range(4, MAX_NETWORKS + 1))
def test_many_networks_go_from_light_to_dark(n_networks):
    lines = [*source_lines({str(k): "network" for k in range(n_networks)}).values()]
    shades = [lightness(line.color) for line in lines]
    assert min(-np.diff(shades)) > 0.03
    assert shades[0] < 0.75  # visible on white
    assert len({line.marker for line in lines}) == n_networks


def test_networks_that_the_eye_cannot_tell_apart_are_too_many():
    with pytest.raises(ValueError, match=f"tells {MAX_NETWORKS} sources of kind 'network' apart"):
        source_lines({str(k): "network" for k in range(MAX_NETWORKS + 1)})


def dose() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "noise": [0.0, 0.0, 0.2, 0.4],
            "words": [8.0, 9.0, 7.0, 6.0],
            "pfr_last": [0.1, 0.3, 0.5, 0.6],
            "crp_plus1": [0.2, 0.4, 0.5, np.nan],
            "crp_minus1": [0.2, 0.2, 0.1, np.nan],
        }
    )


def test_a_dose_curve_shows_every_network_their_mean_and_people():
    fig = plot_dose(dose(), {"words": 6.5, "pfr_last": 0.3})
    mean, each, people = fig.axes[0].lines
    assert mean.get_xydata().tolist() == [[0, 8.5], [0.2, 7], [0.4, 6]]
    assert each.get_xydata().tolist() == dose()[["noise", "words"]].to_numpy().tolist()
    assert [*people.get_ydata()] == [6.5, 6.5]
    assert [len(ax.lines) for ax in fig.axes] == [3, 3, 2, 2]
    assert all(ax.get_ylim()[0] == 0 for ax in fig.axes)
    assert fig.get_figwidth() * 25.4 == pytest.approx(180)


def test_a_dose_curve_names_a_missing_column():
    with pytest.raises(ValueError, match="no column 'pfr_last', only"):
        plot_dose(dose().drop(columns="pfr_last"), {})


@pytest.mark.parametrize("width", ["double", "single"])
def test_the_composite_fits_its_width(width):
    tables = [several(measure) for _, measure in PLOTS]
    fig = plot_free_recall(*tables, sources=SOURCES, width=width, letters=True)
    fig.draw_without_rendering()
    millimetres = {"double": 180, "single": 85}[width]
    assert fig.get_figwidth() * 25.4 == pytest.approx(millimetres)
    page = fig.bbox
    boxes = [ax.get_tightbbox() for ax in fig.axes] + [fig.legends[0].get_window_extent()]
    for box in boxes:
        assert box.x0 >= page.x0 and box.x1 <= page.x1
        assert box.y0 >= page.y0 and box.y1 <= page.y1
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_the_composite_says_what_intervals_are_over():
    fig = plot_free_recall(*[several(measure) for _, measure in PLOTS], sources=SOURCES)
    note = fig.get_supxlabel()
    assert "over subjects: People, TCM, CMR, SAM" in note
    assert "over lists: DNC without noise, DNC with noise" in note


def test_saved_twice_the_bytes_are_the_same(tmp_path):
    for name in ("one", "two"):
        tables = [several(measure) for _, measure in PLOTS]
        save_figure(plot_free_recall(*tables, sources=SOURCES), tmp_path / name)
    for suffix in ("pdf", "png"):
        first, second = (tmp_path / f"{name}.{suffix}" for name in ("one", "two"))
        assert first.read_bytes() == second.read_bytes()
    pdf = first.parent.joinpath("one.pdf").read_bytes()
    assert b"/FontFile2" in pdf and b"/Type3" not in pdf


def test_the_style_ends_with_its_context():
    before = matplotlib.rcParams["font.size"]
    with figure_style():
        assert matplotlib.rcParams["font.size"] == 7
    assert matplotlib.rcParams["font.size"] == before


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
        plot_spc(change(several("spc")), sources=sources)


def test_width_is_checked():
    tables = [several(measure) for _, measure in PLOTS]
    with pytest.raises(ValueError, match="width must be 'double' or 'single', got 'wide'"):
        plot_free_recall(*tables, sources=SOURCES, width="wide")
