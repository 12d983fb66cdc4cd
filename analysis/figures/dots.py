"""Measures with one value per source: a dot and its interval, sources from top to bottom."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes

from analysis.figures.curve import checked
from analysis.figures.style import Kind


def plot_dots(
    values: pd.DataFrame,
    label: str,
    ax: Axes | None = None,
    sources: Mapping[str, Kind] | None = None,
    chance: float | None = None,
) -> Axes:
    """One dot with its interval per source, named at the left.

    Parameters
    ----------
    values : result table
        One row per source, as `group_curve(measured, None)` gives it.
    label : str
        Name of the x axis.
    ax : Axes
        Where to draw; the current Axes if left out.
    sources : mapping of str to {"people", "network", "theory"}
        What each `source` is, from top to bottom. One without a row keeps its place, so that
        panels side by side agree. Left out, the table must hold one value.
    chance : float
        Where to draw a dotted line.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If a column is missing, a source is not among `sources` or has several rows.

    Examples
    --------
    >>> values = pd.DataFrame({"mean": [0.7], "low": [0.6], "high": [0.8], "over": "subjects"})
    >>> from matplotlib.figure import Figure
    >>> plot_dots(values, "Temporal factor", Figure().subplots(), chance=0.5).get_xlabel()
    'Temporal factor'
    """
    values, ax, lines = checked(values, [], ax, sources)
    if chance is not None:
        ax.axvline(chance, color="0.5", linewidth=0.6, linestyle=(0, (1, 2)), zorder=1)
    for place, (source, line) in enumerate(lines.items()):
        row = values[values["source"] == source]
        if not row.empty:
            style = {**line.properties(), "linestyle": "none", "marker": line.marker or "o"}
            style["markersize"] = max(line.marker_size, 3.4)
            ax.hlines([place], row["low"], row["high"], color=line.color, linewidth=line.width)
            ax.plot(row["mean"], [place], label="_dot", **style)
    ax.set(xlabel=label, ylim=(len(lines) - 0.4, -0.6))
    ax.set_yticks(range(len(lines)), [*lines])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    return ax
