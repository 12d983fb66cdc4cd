"""Probability of nth recall as maps: output position by study position, one map per source."""

from collections.abc import Mapping

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures.composite import MM, WIDTHS, Width, check_width
from analysis.figures.curve import (
    check_columns,
    check_curve,
    checked,
    position_axis,
    position_ticks,
)
from analysis.figures.style import Kind, figure_style

#: from white to dark, so that it reads in print and without colour; grey where nothing was possible
COLORS = "Blues"
NEVER = "0.88"
LABEL = "Probability of nth recall"


def plot_pnr(curve: pd.DataFrame, ax: Axes | None = None, top: float | None = None) -> Axes:
    """Probability of nth recall of one source, as a map.

    Parameters
    ----------
    curve : result table
        x are `output` and `input` (study position). Pairs without a row, which were never
        possible, are grey.
    ax : Axes
        Where to draw; the current Axes if left out.
    top : float
        Probability that is darkest; the greatest of the table if left out.

    Returns
    -------
    Axes
        `ax.collections[0]` is the map, for a colour bar.

    Raises
    ------
    ValueError
        If a column is missing or there are several rows for one pair.

    Examples
    --------
    >>> curve = pd.DataFrame({"output": [1, 1], "input": [1, 2], "mean": [0.2, 0.8],
    ...                       "low": 0.0, "high": 1.0, "over": "lists"})
    >>> plot_pnr(curve, Figure().subplots()).collections[0].get_array().tolist()
    [[0.2, 0.8]]
    """
    check_columns(curve, ["output", "input"])
    curve, ax, _ = checked(
        curve.drop(columns="source", errors="ignore"), ["output", "input"], ax, None
    )
    n_outputs, length = int(curve["output"].max()), int(curve["input"].max())
    probability = np.full((n_outputs, length), np.nan)
    probability[curve["output"] - 1, curve["input"] - 1] = curve["mean"]
    colors = mpl.colormaps[COLORS].with_extremes(bad=NEVER)
    ax.pcolormesh(
        np.arange(1, length + 1),
        np.arange(1, n_outputs + 1),
        np.ma.masked_invalid(probability),
        cmap=colors,
        vmin=0,
        vmax=top,
        edgecolors="face",  # viewers show hairlines between cells without edges
        linewidth=0.2,
    )
    position_axis(ax, curve, "input", "Study position")
    ax.set(ylabel="Output position", xlim=(0.5, length + 0.5), ylim=(0.5, n_outputs + 0.5))
    ax.set_yticks(position_ticks(n_outputs))
    return ax


def plot_pnr_maps(
    curve: pd.DataFrame,
    sources: Mapping[str, Kind],
    width: Width = "double",
    letters: bool = False,
) -> Figure:
    """Probability of nth recall of several sources, on one scale of colour.

    Parameters
    ----------
    curve : result table
        With a column `source`; x are `output` and `input`.
    sources : mapping of str to {"people", "network", "theory"}
        The maps to draw, in this order.
    width : {"double", "single"}
        Three maps in a row for two columns of a journal (180 mm), or two for one (85 mm).
    letters : bool
        Letters for the maps.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If `width` is neither, or the table does not fit.
    """
    check_width(width)
    check_curve(curve, ["output", "input"], sources)
    empty = [source for source in sources if not (curve["source"] == source).any()]
    if empty:
        raise ValueError(f"the curve has no rows of source {empty[0]!r}")
    n_columns = min(len(sources), 3 if width == "double" else 2)
    n_rows = -(-len(sources) // n_columns)
    side = min(WIDTHS[width] / n_columns, 75)
    with figure_style():
        size = WIDTHS[width] * MM, (n_rows * side * 0.95 + 4) * MM
        fig = plt.figure(figsize=size, layout="constrained")
        axes = fig.subplots(n_rows, n_columns, sharex=True, sharey=True, squeeze=False).ravel()
        for i, (ax, source) in enumerate(zip(axes, sources, strict=False)):
            plot_pnr(curve[curve["source"] == source], ax, float(curve["mean"].max()))
            letter = f"{'ABCDEFGHIJKL'[i]}  " if letters else ""
            ax.set_title(f"{letter}{source}", loc="left")
            ax.label_outer()
        for ax in axes[len(sources) :]:
            ax.remove()
        for ax in axes[: len(sources)][-n_columns:]:  # the last of each column
            ax.tick_params(labelbottom=True)
            ax.set_xlabel("Study position")
        fig.colorbar(axes[0].collections[0], ax=axes[: len(sources)].tolist(), label=LABEL)
    return fig
