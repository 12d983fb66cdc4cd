"""Figures of free recall: each takes a result table and returns what it drew on.

For the columns of a result table see `analysis.figures.curve`.
"""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures.composite import Panel, Plot, Width, check_width, compose
from analysis.figures.curve import (
    check_columns,
    gap_axis,
    plot_curves,
    position_axis,
    probability_axis,
)
from analysis.figures.dots import plot_dots
from analysis.figures.style import Kind
from analysis.free_recall.curves import MAX_LAG


def plot_spc(
    curve: pd.DataFrame, ax: Axes | None = None, sources: Mapping[str, Kind] | None = None
) -> Axes:
    """Serial position curves.

    Parameters
    ----------
    curve : result table
        x is `input`.
    ax : Axes
        Where to draw; the current Axes if left out.
    sources : mapping of str to {"people", "network", "theory"}
        What each `source` of the table is, in the order of the key. Left out, the table must
        hold one curve, which is drawn as people are.

    Returns
    -------
    Axes
        Each curve carries its source as label, ready for `ax.legend()`.

    Raises
    ------
    ValueError
        If a column is missing, a source is not among `sources`, or a source has several rows at
        one x.
    """
    ax = plot_curves(curve, "input", ax, sources)
    position_axis(ax, curve, "input", "Study position")
    probability_axis(ax, "Probability of recall")
    return ax


def plot_pfr(
    curve: pd.DataFrame, ax: Axes | None = None, sources: Mapping[str, Kind] | None = None
) -> Axes:
    """Probability of first recall by study position; arguments as those of `plot_spc`."""
    ax = plot_curves(curve, "input", ax, sources)
    position_axis(ax, curve, "input", "Study position")
    ax.set(ylabel="Probability of first recall")
    ax.set_ylim(bottom=0)
    return ax


def plot_lag_crp(
    curve: pd.DataFrame, ax: Axes | None = None, sources: Mapping[str, Kind] | None = None
) -> Axes:
    """Lag-CRP curves from lag -5 to 5, broken at lag 0; arguments as those of `plot_spc`."""
    check_columns(curve, ["lag"])
    curve = curve[(curve["lag"] != 0) & (curve["lag"].abs() <= MAX_LAG)]
    ax = plot_curves(curve, "lag", ax, sources, gap=True)
    gap_axis(ax, MAX_LAG, "Lag")
    ax.set(ylabel="Conditional response probability")
    ax.set_ylim(bottom=0)
    return ax


def plot_pli(
    curve: pd.DataFrame, ax: Axes | None = None, sources: Mapping[str, Kind] | None = None
) -> Axes:
    """Prior-list intrusions by list lag (x is `list_lag`); arguments as those of `plot_spc`."""
    ax = plot_curves(curve, "list_lag", ax, sources)
    position_axis(ax, curve, "list_lag", "Lists back")
    ax.set(ylabel="Share of prior-list intrusions")
    ax.set_ylim(bottom=0)
    return ax


def plot_irt(
    curve: pd.DataFrame,
    ax: Axes | None = None,
    sources: Mapping[str, Kind] | None = None,
    unit: str = "ms",
) -> Axes:
    """Inter-response times by output position (x is `output`); `unit` is that of the data."""
    ax = plot_curves(curve, "output", ax, sources)
    position_axis(ax, curve, "output", "Output position")
    ax.set(ylabel=f"Inter-response time ({unit})")
    ax.set_ylim(bottom=0)
    return ax


def plot_stopping(
    curve: pd.DataFrame, ax: Axes | None = None, sources: Mapping[str, Kind] | None = None
) -> Axes:
    """Probability of giving no further response (x is `output`); arguments as `plot_spc`."""
    ax = plot_curves(curve, "output", ax, sources)
    position_axis(ax, curve, "output", "Responses so far")
    ax.set_xlim(left=curve["output"].min() - 0.5)  # 0 where lists without any response are
    probability_axis(ax, "Probability of stopping")
    return ax


def plot_distance_crp(
    curve: pd.DataFrame, ax: Axes | None = None, sources: Mapping[str, Kind] | None = None
) -> Axes:
    """CRP by semantic distance (x is `center`, of the bin); arguments as those of `plot_spc`."""
    ax = plot_curves(curve, "center", ax, sources)
    ax.set(xlabel="Semantic distance", ylabel="Conditional response probability")
    ax.set_ylim(bottom=0)
    return ax


def plot_temporal_factor(
    values: pd.DataFrame, ax: Axes | None = None, sources: Mapping[str, Kind] | None = None
) -> Axes:
    """Temporal factors as dots, chance dotted; one row per source, see `plot_dots`."""
    return plot_dots(values, "Temporal factor", ax, sources, chance=0.5)


def plot_semantic_factor(
    values: pd.DataFrame, ax: Axes | None = None, sources: Mapping[str, Kind] | None = None
) -> Axes:
    """Semantic factors as dots, chance dotted; one row per source, see `plot_dots`."""
    return plot_dots(values, "Semantic factor", ax, sources, chance=0.5)


def plot_category_crp(
    values: pd.DataFrame, ax: Axes | None = None, sources: Mapping[str, Kind] | None = None
) -> Axes:
    """Probability of staying in the category, as dots; one row per source, see `plot_dots`."""
    ax = plot_dots(values, "Within-category CRP", ax, sources)
    ax.set_xlim(0, 1)
    return ax


def plot_free_recall(
    spc: pd.DataFrame,
    pfr: pd.DataFrame,
    lag_crp: pd.DataFrame,
    sources: Mapping[str, Kind],
    width: Width = "double",
    letters: bool = False,
) -> Figure:
    """SPC, PFR and lag-CRP of several sources, with their names and a note on the intervals.

    Parameters
    ----------
    spc, pfr, lag_crp : result tables
        With a column `source`.
    sources : mapping of str to {"people", "network", "theory"}
        What each source is, in the order of the key.
    width : {"double", "single"}
        A row of panels for two columns of a journal (180 mm), or a stack for one (85 mm).
    letters : bool
        Letters for the panels.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If `width` is neither, or a table does not fit; see `plot_spc`.
    """
    check_width(width)
    panels: list[Panel] = [(plot_spc, spc), (plot_pfr, pfr), (plot_lag_crp, lag_crp)]
    rows, heights = ([panels], [56]) if width == "double" else ([[p] for p in panels], [53] * 3)
    return compose(rows, sources, width, heights, letters)


def plot_organization(
    temporal_factor: pd.DataFrame,
    sources: Mapping[str, Kind],
    semantic_factor: pd.DataFrame | None = None,
    category_crp: pd.DataFrame | None = None,
    pli: pd.DataFrame | None = None,
    irt: pd.DataFrame | None = None,
    width: Width = "double",
    letters: bool = False,
) -> Figure:
    """What governs the order of free recall, and its errors and times: a panel for each table given.

    Parameters
    ----------
    temporal_factor, semantic_factor, category_crp : result tables
        One row per source; dots.
    pli, irt : result tables
        Prior-list intrusions by list lag, inter-response times by output position; curves.
    sources, width, letters
        As those of `plot_free_recall`.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If `width` is neither, or a table does not fit.
    """
    check_width(width)
    dots = _given(
        (plot_temporal_factor, temporal_factor),
        (plot_semantic_factor, semantic_factor),
        (plot_category_crp, category_crp),
    )
    curves = _given((plot_pli, pli), (plot_irt, irt))
    low, high = 13 + 4 * len(sources), 50  # millimetres; dots need a line for each source
    if width == "single":
        rows = [[panel] for panel in dots + curves]
        heights = [low] * len(dots) + [high] * len(curves)
    else:
        rows, heights = ([dots, curves], [low, high]) if curves else ([dots], [low])
    fig = compose(rows, sources, width, heights, letters)
    for ax in fig.axes[1 : len(rows[0])]:  # beside the first, where the names are
        ax.set_yticklabels([])
    return fig


def _given(*panels: tuple[Plot, pd.DataFrame | None]) -> list[Panel]:
    return [(plot, table) for plot, table in panels if table is not None]
