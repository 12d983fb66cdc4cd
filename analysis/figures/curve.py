"""What all figures of curves share: the check of a result table, and lines with their intervals.

The result table of a curve is that of `group_curve`, `bootstrap_lists` or `human_group_curve`: the
column of x, `mean`, `low`, `high`, `over`, and, for several sources in one table, `source`.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.checks import need_columns, need_frame
from analysis.figures.style import Kind, Line, source_lines

#: points of a curve that markers still tell apart
MARKED_POINTS = 20


class Curves(NamedTuple):
    """A table that fits its figure, where to draw it, and how its sources look."""

    table: pd.DataFrame
    ax: Axes
    lines: dict[str, Line]


def checked(
    curve: pd.DataFrame,
    x: str | Sequence[str],
    ax: Axes | None,
    sources: Mapping[str, Kind] | None,
) -> Curves:
    """The table with a column `source`, the Axes to draw on, and the line of each source.

    Raises
    ------
    ValueError
        If a column is missing, a source is not among `sources`, or a source has several rows at
        one x.
    """
    keys = [x] if isinstance(x, str) else [*x]
    if sources is None:
        check_columns(curve, keys)
        sources = {"": "people"}
        curve = curve.assign(source="")
    lines = source_lines(sources)
    check_curve(curve, keys, sources)
    return Curves(curve, plt.gca() if ax is None else ax, lines)


def check_curve(curve: pd.DataFrame, keys: Sequence[str], sources: Mapping[str, Kind]) -> None:
    """Raise if a table is not one of curves over `keys` of these sources."""
    check_columns(curve, keys)
    cure = "; curves of several sources in one table say in it whose each row is"
    need_columns("the curve has", curve, ["source"], cure)
    if curve.empty:
        raise ValueError(
            "the curve has no rows; see in the columns actual and possible of the measure whether "
            "anything was possible, or whether a filter matched nothing"
        )
    unknown = sorted(set(curve["source"]) - set(sources))
    if unknown:
        raise ValueError(f"{unknown[0]!r} is not among the sources {', '.join(sources)}")
    wrong = curve.duplicated(["source", *keys]).to_numpy()
    if wrong.any():
        where = curve[["source", *keys]].iloc[int(np.argmax(wrong))].to_dict()
        raise ValueError(
            f"several rows at {where}; put what tells them apart (condition, model, ...) into the "
            "column source and pass sources="
        )


def check_columns(curve: pd.DataFrame, keys: Sequence[str]) -> None:
    """Raise if a table is not the result table of curves over `keys`."""
    need_frame("a curve, such as group_curve gives it,", curve)
    cure = (
        "; average what a measure returned over subjects with group_curve, or resample its lists "
        "with bootstrap_lists: they give mean, low, high and over"
    )
    need_columns("the curve has", curve, [*keys, "mean", "low", "high", "over"], cure)


def plot_curves(
    curve: pd.DataFrame,
    x: str,
    ax: Axes | None,
    sources: Mapping[str, Kind] | None,
    gap: bool = False,
) -> Axes:
    """One line per source; with `gap`, nothing connects what is below and above x = 0."""
    curve, ax, lines = checked(curve, x, ax, sources)
    for source, line in lines.items():
        rows = curve[curve["source"] == source].sort_values(x)
        if not rows.empty:
            draw_curve(ax, rows, x, source, line, gap)
    return ax


def draw_curve(
    ax: Axes, rows: pd.DataFrame, x: str, source: str, line: Line, gap: bool = False
) -> None:
    """The curve of one source, its rows in the order of x."""
    sides = [rows[rows[x] < 0], rows[rows[x] > 0]] if gap else [rows]
    # along a long list markers shrink, and only people show every point
    every = 1 if line.bars else int(np.ceil(len(rows) / MARKED_POINTS))
    style = line.properties()
    style["markersize"] *= 1 if len(rows) <= MARKED_POINTS else 0.75
    label = source or "_one"  # matplotlib leaves labels with an underscore out of the key
    for side in (side for side in sides if len(side)):
        place, mean = side[x].to_numpy(), side["mean"].to_numpy()
        low, high = side["low"].to_numpy(), side["high"].to_numpy()
        # unclipped: a marker on the axis shows whole
        ax.plot(place, mean, label=label, markevery=every, clip_on=False, **style)
        label = "_other side of 0"
        if line.bars:
            ax.vlines(place, low, high, color=line.color, linewidth=0.7, zorder=line.order)
        else:
            band = ax.fill_between(place, low, high, color=line.color, alpha=line.band, linewidth=0)
            band.set_zorder(line.order - 2)


def position_axis(ax: Axes, curve: pd.DataFrame, x: str, label: str) -> None:
    """An x axis of positions from 1."""
    last = max(int(curve[x].max()), 1)  # responses so far may be 0 everywhere
    margin = max(0.5, 0.03 * last)
    ax.set(xlabel=label, xlim=(1 - margin, last + margin))
    ax.set_xticks(position_ticks(last))


def position_ticks(last: int) -> list[int]:
    """Positions to name: all of a few, else 1 and every fifth or tenth.

    Examples
    --------
    >>> position_ticks(3), position_ticks(12)
    ([1, 2, 3], [1, 5, 10])
    """
    step = 5 if last <= 20 else 10
    return [*range(1, last + 1)] if last < 10 else [1, *range(step, last + 1, step)]


def gap_axis(ax: Axes, last: int, label: str) -> None:
    """An x axis from -last to last, ticked at -1 and 1 and at even steps from there."""
    positive = range(1, last + 1, 2) if last <= 7 else position_ticks(max(10, last))
    ticks = [sign * lag for lag in positive for sign in (-1, 1) if lag <= last]
    ax.set(xlabel=label, xlim=(-last - 0.5, last + 0.5), xticks=ticks)


def top_of(curve: pd.DataFrame) -> float:
    """Where a y axis ends that holds all means and intervals."""
    return 1.05 * float(np.nanmax(curve[["mean", "high"]].to_numpy(dtype=float)))


def probability_axis(ax: Axes, label: str) -> None:
    """A y axis from 0 to 1, a little higher than 1 for the marker there."""
    ax.set(ylabel=label, ylim=(0, 1.02), yticks=np.linspace(0, 1, 6))
