"""Figures of recognition and frequency judgment: each takes a result table and returns what it drew on.

For the columns of a result table see `analysis.figures.curve`. That of an ROC is what `group_roc`
gives: x is `false_alarm_rate`, and `mean`, `low` and `high` are of the hit rate.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.stats import norm

from analysis.figures.composite import Panel, Width, check_width, compose
from analysis.figures.curve import check_columns, plot_curves, top_of
from analysis.figures.style import Kind

#: z scores farther than this are of rates beyond .002 and .998, which few data reach
MAX_Z = 3


def plot_roc(
    roc: pd.DataFrame, ax: Axes | None = None, sources: Mapping[str, Kind] | None = None
) -> Axes:
    """Receiver operating characteristics: hits against false alarms, chance dotted.

    Parameters
    ----------
    roc : result table
        x is `false_alarm_rate`; `mean`, `low` and `high` are of the hit rate.
    ax, sources
        As those of `plot_spc`.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        As `plot_spc`; or if a rate is outside 0 and 1.
    """
    _check_rates(roc)
    ax = plot_curves(roc, "false_alarm_rate", ax, sources)
    ticks = np.linspace(0, 1, 6)
    _square(ax, (0, 1.02), ticks)
    ax.set(xlabel="False-alarm rate", ylabel="Hit rate")
    return ax


def plot_zroc(
    roc: pd.DataFrame, ax: Axes | None = None, sources: Mapping[str, Kind] | None = None
) -> Axes:
    """The same as `plot_roc` on z axes, where an ROC of normal distributions is a straight line.

    Criteria at which a rate is 0 or 1 have no z score and are left out, and ends of intervals
    there are drawn to the edge.
    """
    _check_rates(roc)
    inner = roc["mean"].between(0, 1, "neither") & roc["false_alarm_rate"].between(0, 1, "neither")
    ends = [norm.cdf(-2 * MAX_Z), norm.cdf(2 * MAX_Z)]
    roc = roc[inner].assign(
        **{
            name: norm.ppf(roc.loc[inner, name].clip(*ends))
            for name in ("mean", "low", "high", "false_alarm_rate")
        }
    )
    ax = plot_curves(roc, "false_alarm_rate", ax, sources)
    seen = roc[["mean", "false_alarm_rate"]].abs().to_numpy()
    last = max(1, int(np.ceil(np.nanmax(seen, initial=1))))
    _square(ax, (-last, last), np.arange(-last, last + 1))
    ax.set(xlabel="z(false-alarm rate)", ylabel="z(hit rate)")
    return ax


def plot_frequency_judgments(
    curve: pd.DataFrame, ax: Axes | None = None, sources: Mapping[str, Kind] | None = None
) -> Axes:
    """Judged against true frequency (x is `frequency`), perfect judgment dotted."""
    ax = plot_curves(curve, "frequency", ax, sources)
    ax.axline((0, 0), slope=1, color="0.5", linewidth=0.6, linestyle=(0, (1, 2)), zorder=1)
    ax.set(
        xlabel="Times presented",
        ylabel="Times judged (mean)",
        ylim=(0, max(top_of(curve), float(curve["frequency"].max()))),
    )
    ax.set_xticks(sorted(curve["frequency"].unique()))
    return ax


def plot_recognition(
    roc: pd.DataFrame,
    sources: Mapping[str, Kind],
    width: Width = "double",
    letters: bool = False,
) -> Figure:
    """ROC and zROC of several sources, both square.

    Parameters
    ----------
    roc : result table
        With a column `source`; see `plot_roc`.
    sources, width, letters
        As those of `plot_free_recall`.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If `width` is neither, or the table does not fit.
    """
    check_width(width)
    panels: list[Panel] = [(plot_roc, roc), (plot_zroc, roc)]
    rows, heights = ([panels], [72]) if width == "double" else ([[p] for p in panels], [72] * 2)
    return compose(rows, sources, width, heights, letters)


def _check_rates(roc: pd.DataFrame) -> None:
    check_columns(roc, ["false_alarm_rate"])
    for name in ("mean", "false_alarm_rate"):
        wrong = ~(roc[name].between(0, 1) | roc[name].isna())
        if wrong.any():
            raise ValueError(
                f"rates must be from 0 to 1, but {name!r} holds {roc[name][wrong].iloc[0]}; are "
                "these percentages, or z scores?"
            )


def _square(ax: Axes, limits: tuple[float, float], ticks: np.ndarray) -> None:
    ax.axline((0, 0), slope=1, color="0.5", linewidth=0.6, linestyle=(0, (1, 2)), zorder=1)
    ax.set(xlim=limits, ylim=limits, xticks=ticks, yticks=ticks, aspect="equal")
