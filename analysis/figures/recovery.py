"""Recovery: estimates beside the truth, and which theory wins on whose data."""

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.checks import need_columns, need_frame
from analysis.figures.composite import MM, WIDTHS
from analysis.figures.style import BLUE, GREY, figure_style

COLUMNS = ["parameter", "claimed", "true", "estimated", "at_bound"]
#: panels side by side
PER_ROW = 4
#: shares from this on are written in white
DARK = 0.6


def plot_recovery(table: pd.DataFrame) -> Figure:
    """Estimated against true parameters, a panel for each; on the diagonal they are equal.

    Blue are parameters claimed to be identifiable, grey all others. Open dots are estimates at a
    bound of the search, triangles at the edge of a panel those beyond it. Weights of one table, "lag[0]", "lag[1]" and so on, share a panel, and
    then r is that of the weight with the lowest and of the one with the highest.

    Parameters
    ----------
    table : DataFrame
        One row per data set and parameter: `parameter`, `claimed`, `true`, `estimated`,
        `at_bound`. What `memsim.fitting.parameter_recovery` has as `table`.

    Returns
    -------
    Figure
        180 mm wide, four panels in a row.

    Raises
    ------
    ValueError
        If a column is missing or there are no rows.

    Examples
    --------
    >>> table = pd.DataFrame({"parameter": "beta", "claimed": True, "true": [0.2, 0.4, 0.6],
    ...     "estimated": [0.2, 0.5, 0.6], "at_bound": False})
    >>> plot_recovery(table).axes[0].get_title(loc="left")
    'beta: r = .96'
    """
    need_frame("a table of true and estimated parameters", table)
    cure = "; memsim.fitting.parameter_recovery makes such a table"
    need_columns("the table has", table, COLUMNS, cure)
    if table.empty:
        raise ValueError("the table has no rows, so there is nothing to draw")
    panel = table["parameter"].str.partition("[")[0]
    names = [*panel.unique()]
    n_rows = math.ceil(len(names) / PER_ROW)
    with figure_style():
        size = (WIDTHS["double"] * MM, (46 * n_rows + 4) * MM)
        fig = Figure(figsize=size, layout="constrained")
        axes = fig.subplots(n_rows, PER_ROW, squeeze=False).ravel()
        for ax, name in zip(axes, names, strict=False):
            _scatter(ax, table[panel == name], name)
        for ax in axes[len(names) :]:
            ax.remove()
        fig.supxlabel("True")
        fig.supylabel("Estimated")
    return fig


def _scatter(ax: Axes, rows: pd.DataFrame, name: str) -> None:
    claimed = bool(rows["claimed"].all())
    color = BLUE if claimed else GREY
    true, estimated = (rows[column].to_numpy(dtype=float) for column in ("true", "estimated"))
    # a few estimates far away would leave no room for all others
    width = np.ptp(true) or 0.5
    low = max(min(true.min(), estimated.min()), true.min() - width)
    high = min(max(true.max(), estimated.max()), true.max() + width)
    at_bound = rows["at_bound"].to_numpy(dtype=bool)
    above, below = estimated > high, estimated < low
    inside = ~above & ~below
    marked = [
        (inside & ~at_bound, "o", color),
        (inside & at_bound, "o", "white"),
        (above, "^", "white"),
        (below, "v", "white"),
    ]
    for some, marker, face in marked:
        if not some.any():
            continue  # nothing drawn unclipped is as large as can be to the layout
        ax.plot(
            true[some],
            np.clip(estimated[some], low, high),
            linestyle="none",
            marker=marker,
            markersize=2.4 if marker == "o" else 3.0,
            color=color,
            markerfacecolor=face,
            markeredgewidth=0.6,
            clip_on=False,
        )
    margin = 0.05 * ((high - low) or width)
    ends = (low - margin, high + margin)
    ax.plot(ends, ends, color="0.5", linewidth=0.6, linestyle=(0, (1, 2)), zorder=1)
    r = [some["true"].corr(some["estimated"]) for _, some in rows.groupby("parameter")]
    said = _short(r[0]) if len(r) == 1 else f"{_short(min(r))} to {_short(max(r))}"
    ax.set_title(f"{name}: r = {said}", loc="left", color="black" if claimed else GREY)
    ax.set(xlim=ends, ylim=ends, aspect="equal")
    ax.locator_params(nbins=4)


def plot_confusion(confusion: pd.DataFrame) -> Figure:
    """Share of data sets of each theory (rows) on which each theory (columns) fits best.

    Parameters
    ----------
    confusion : DataFrame
        Shares from 0 to 1; generators as index, fitted theories as columns. What
        `memsim.fitting.model_recovery` has as `confusion`.

    Returns
    -------
    Figure
        85 mm wide.

    Raises
    ------
    ValueError
        If it is empty, or holds anything but shares.

    Examples
    --------
    >>> fig = plot_confusion(pd.DataFrame({"CMR": [1.0, 0.25], "TCM": [0.0, 0.75]}, ["CMR", "SAM"]))
    >>> [text.get_text() for text in fig.axes[0].texts]
    ['1', '0', '.25', '.75']
    """
    need_frame("a table of shares", confusion)
    if confusion.empty:
        raise ValueError("the table has no rows or no columns, so there is nothing to draw")
    shares = confusion.to_numpy(dtype=float)
    if not ((shares >= 0) & (shares <= 1)).all():
        raise ValueError(
            "confusion must hold shares from 0 to 1; divide counts by the data sets of each row"
        )
    with figure_style():
        height = 7 * len(confusion) + 26
        fig = Figure(figsize=(WIDTHS["single"] * MM, height * MM), layout="constrained")
        ax = fig.subplots()
        ax.imshow(shares, cmap="Blues", vmin=0, vmax=1.2, aspect="auto")
        for (row, column), share in np.ndenumerate(shares):
            color = "white" if share >= DARK else "black"
            said = f"{share:.0f}" if share in (0, 1) else _short(share)
            ax.text(column, row, said, ha="center", va="center", color=color)
        ax.set_xticks(range(len(confusion.columns)), [*confusion.columns])
        ax.set_yticks(range(len(confusion)), [*confusion.index])
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        ax.set(xlabel="Theory that predicts best", ylabel="Theory that made the data")
    return fig


def _short(value: float) -> str:
    """Two decimals, without the 0 before the point."""
    return f"{value:.2f}".replace("0.", ".", 1)
