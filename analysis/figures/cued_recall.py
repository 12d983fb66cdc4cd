"""Figures of cued recall: each takes a result table and returns what it drew on.

For the columns of a result table see `analysis.figures.curve`.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from analysis.checks import one_of
from analysis.figures.composite import Panel, Width, check_width, compose
from analysis.figures.curve import (
    check_columns,
    checked,
    draw_curve,
    gap_axis,
    plot_curves,
    position_axis,
    probability_axis,
)
from analysis.figures.style import Kind

#: what accuracy may be drawn by, and how the axis says it
X_LABELS = {
    "lag": "Study–test lag (pairs and tests)",
    "study_position": "Study position of the pair",
    "test_position": "Test position",
    "presentations": "Presentations of the pair",
    "test": "Test of the pair",
    "list": "List",
    "block": "Block of tests",
}
DIRECTIONS = ["forward", "backward"]


def plot_cued_accuracy(
    curve: pd.DataFrame,
    ax: Axes | None = None,
    sources: Mapping[str, Kind] | None = None,
    x: str = "lag",
) -> Axes:
    """Cued recall accuracy by study-test lag or by a position.

    Parameters
    ----------
    curve : result table
    ax, sources
        As those of `plot_spc`.
    x : {"lag", "study_position", "test_position", "presentations", "test", "list", "block"}
        Column of x, as given to `cued_accuracy`.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        As `plot_spc`; or if `x` is none of these.
    """
    one_of("x", x, [*X_LABELS])
    ax = plot_curves(curve, x, ax, sources)
    if x == "lag":  # may be 0, and long
        ax.set(xlabel=X_LABELS[x])
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_xlim(left=min(0, curve[x].min()) - 0.5)
    else:
        position_axis(ax, curve, x, X_LABELS[x])
    probability_axis(ax, "Probability of correct recall")
    return ax


def plot_cued_direction(
    curve: pd.DataFrame, ax: Axes | None = None, sources: Mapping[str, Kind] | None = None
) -> Axes:
    """Cued recall accuracy of forward and backward tests, sources side by side.

    Parameters
    ----------
    curve : result table
        x is `direction`, "forward" or "backward".
    ax, sources
        As those of `plot_spc`.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        As `plot_spc`; or if a direction is neither.
    """
    curve, ax, lines = checked(curve, "direction", ax, sources)
    unknown = sorted(set(curve["direction"]) - {*DIRECTIONS})
    if unknown:
        raise ValueError(f"direction must be 'forward' or 'backward', got {unknown[0]!r}")
    place = curve["direction"].map(DIRECTIONS.index)
    middle = (len(lines) - 1) / 2
    for i, (source, line) in enumerate(lines.items()):
        # side by side, so that intervals do not hide each other
        shift = 0.06 * (i - middle)
        rows = curve.assign(direction=place + shift)
        rows = rows[rows["source"] == source].sort_values("direction")
        if not rows.empty:
            dots = replace(
                line, bars=True, marker=line.marker or "o", marker_size=line.marker_size or 3.0
            )
            draw_curve(ax, rows, "direction", source, dots)
    ax.set(xlabel="Direction of the test", xlim=(-0.4, 1.4))
    ax.set_xticks([0, 1], [name.capitalize() for name in DIRECTIONS])
    probability_axis(ax, "Probability of correct recall")
    return ax


def plot_cued_intrusions(
    curve: pd.DataFrame, ax: Axes | None = None, sources: Mapping[str, Kind] | None = None
) -> Axes:
    """Intrusions from the same list by pair lag, broken at lag 0.

    Parameters
    ----------
    curve : result table
        x is `pair_lag`: study position of the pair the intrusion is from minus that of the cue.
    ax, sources
        As those of `plot_spc`.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        As `plot_spc`.
    """
    check_columns(curve, ["pair_lag"])
    curve = curve[curve["pair_lag"] != 0]
    ax = plot_curves(curve, "pair_lag", ax, sources, gap=True)
    gap_axis(ax, int(curve["pair_lag"].abs().max()), "Pair lag of the intrusion")
    ax.set(ylabel="Conditional intrusion probability")
    ax.set_ylim(bottom=0)
    return ax


def plot_cued_recall(
    accuracy: pd.DataFrame,
    direction: pd.DataFrame,
    intrusions: pd.DataFrame,
    sources: Mapping[str, Kind],
    x: str = "lag",
    width: Width = "double",
    letters: bool = False,
) -> Figure:
    """Accuracy by lag, accuracy by direction, and intrusions by pair lag of several sources.

    Parameters
    ----------
    accuracy, direction, intrusions : result tables
        With a column `source`; see `plot_cued_accuracy`, `plot_cued_direction` and
        `plot_cued_intrusions`.
    sources, width, letters
        As those of `plot_free_recall`.
    x : str
        As that of `plot_cued_accuracy`.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If `width` is neither, or a table does not fit.
    """
    check_width(width)
    panels: list[Panel] = [
        (partial(plot_cued_accuracy, x=x), accuracy),
        (plot_cued_direction, direction),
        (plot_cued_intrusions, intrusions),
    ]
    rows, heights = ([panels], [56]) if width == "double" else ([[p] for p in panels], [53] * 3)
    return compose(rows, sources, width, heights, letters)
