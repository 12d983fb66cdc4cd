"""Figures of free recall: each takes a result table and returns what it drew on.

The result table of a curve is that of `group_curve`, `bootstrap_lists` or `human_group_curve`: the column of x,
`mean`, `low`, `high`, `over`, and, for several sources in one table, `source`.
"""

from collections.abc import Mapping
from os import PathLike
from textwrap import fill
from typing import Literal

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.figures.style import Kind, Line, figure_style, source_lines
from analysis.free_recall.curves import MAX_LAG

MM = 1 / 25.4

#: width and height in inches, rows and columns of panels, characters of the note per line
LAYOUTS = {"double": (180 * MM, 68 * MM, 1, 3, 130), "single": (85 * MM, 172 * MM, 3, 1, 60)}

#: panels of `plot_dose`: column of the table and name of the axis
DOSE_PANELS = {
    "words": "Words recalled",
    "pfr_last": "PFR of the last word",
    "crp_plus1": "Lag-CRP(+1)",
    "crp_minus1": "Lag-CRP(−1)",
}


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
    ax = _plot(curve, "input", ax, sources)
    _study_positions(ax, curve)
    ax.set(ylabel="Probability of recall", ylim=(0, 1.02), yticks=np.linspace(0, 1, 6))
    return ax


def plot_pfr(
    curve: pd.DataFrame, ax: Axes | None = None, sources: Mapping[str, Kind] | None = None
) -> Axes:
    """Probability of first recall by study position; arguments as those of `plot_spc`."""
    ax = _plot(curve, "input", ax, sources)
    _study_positions(ax, curve)
    ax.set(ylabel="Probability of first recall")
    ax.set_ylim(bottom=0)
    return ax


def plot_lag_crp(
    curve: pd.DataFrame, ax: Axes | None = None, sources: Mapping[str, Kind] | None = None
) -> Axes:
    """Lag-CRP curves from lag -5 to 5, broken at lag 0; arguments as those of `plot_spc`."""
    if "lag" in curve.columns:
        curve = curve[(curve["lag"] != 0) & (curve["lag"].abs() <= MAX_LAG)]
    ax = _plot(curve, "lag", ax, sources)
    ax.set(xlabel="Lag", ylabel="Conditional response probability")
    ax.set(xlim=(-MAX_LAG - 0.5, MAX_LAG + 0.5), xticks=[-5, -3, -1, 1, 3, 5])
    ax.set_ylim(bottom=0)
    return ax


def plot_free_recall(
    spc: pd.DataFrame,
    pfr: pd.DataFrame,
    lag_crp: pd.DataFrame,
    sources: Mapping[str, Kind],
    width: Literal["double", "single"] = "double",
    letters: bool = False,
) -> Figure:
    """SPC, PFR and lag-CRP of several sources, with one key above and a note on the intervals.

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
    if width not in LAYOUTS:
        raise ValueError(f"width must be 'double' or 'single', got {width!r}")
    wide, high, n_rows, n_columns, n_characters = LAYOUTS[width]
    with figure_style():
        fig = plt.figure(figsize=(wide, high), layout="constrained")
        axes = fig.subplots(n_rows, n_columns, gridspec_kw={"wspace": 0.06, "hspace": 0.05})
        plot_spc(spc, axes[0], sources)
        plot_pfr(pfr, axes[1], sources)
        plot_lag_crp(lag_crp, axes[2], sources)
        if letters:
            for ax, letter in zip(axes, "ABC", strict=True):
                ax.set_title(letter, loc="left", fontweight="bold", fontsize=8)
        _key(fig, sources)
        note = _interval_note(pd.concat([spc, pfr, lag_crp]), sources)
        note = fill(note, n_characters)
        fig.supxlabel(note, x=0.01, ha="left", fontsize=6, color="0.35")
    return fig


def plot_dose(networks: pd.DataFrame, people: Mapping[str, float]) -> Figure:
    """Recall of networks against their storage noise, with people as a horizontal line.

    Parameters
    ----------
    networks : DataFrame
        One row per network: `noise`, `words` (recalled per list), `pfr_last` (probability that
        the last word is recalled first), `crp_plus1` and `crp_minus1` (lag-CRP).
    people : mapping of str to float
        The same of people; what is missing is not drawn.

    Returns
    -------
    Figure
        Four panels, 180 mm wide: a dot per network and a line through their means.

    Raises
    ------
    ValueError
        If a column is missing.
    """
    missing = [name for name in ("noise", *DOSE_PANELS) if name not in networks.columns]
    if missing:
        raise ValueError(f"networks have no column {missing[0]!r}, only {[*networks.columns]}")
    lines = source_lines({"People": "people", "Networks": "network"})
    with figure_style():
        fig = plt.figure(figsize=(180 * MM, 56 * MM), layout="constrained")
        axes = fig.subplots(1, len(DOSE_PANELS), gridspec_kw={"wspace": 0.06})
        for ax, (name, label) in zip(axes, DOSE_PANELS.items(), strict=True):
            means = networks.groupby("noise")[name].mean()
            network = lines["Networks"]
            ax.plot(means.index, means, color=network.color, linewidth=1.2, label="Networks, mean")
            dots = {"color": network.color, "alpha": 0.6, "markeredgewidth": 0, "clip_on": False}
            dots |= {"linestyle": "none", "marker": "o", "markersize": 3.2}
            ax.plot(networks["noise"], networks[name], label="One network", **dots)
            if name in people:
                black = lines["People"]
                ax.axhline(people[name], color=black.color, linewidth=black.width, label="People")
            ax.set(xlabel="Storage noise", ylabel=label, xticks=means.index)
            top = max(ax.get_ylim()[1], 1.05 * people.get(name, 0.0))
            ax.set_ylim(0, top if name == "words" else min(top, 1.02))
        handles, labels = axes[0].get_legend_handles_labels()
        fig.legend(handles[::-1], labels[::-1], loc="outside upper center", ncols=3)
    return fig


def save_figure(fig: Figure, path_without_suffix: str | PathLike[str]) -> None:
    """Save as PDF (vectors, fonts embedded) and PNG (300 dpi); the same figure, the same bytes."""
    with figure_style():
        fig.savefig(f"{path_without_suffix}.pdf", metadata={"CreationDate": None})
        fig.savefig(f"{path_without_suffix}.png", dpi=300)


def _plot(curve: pd.DataFrame, x: str, ax: Axes | None, sources: Mapping[str, Kind] | None) -> Axes:
    if sources is None:
        sources = {"": "people"}
        curve = curve.assign(source="")
    _check_curve(curve, x, sources)
    ax = plt.gca() if ax is None else ax
    for source, line in source_lines(sources).items():
        rows = curve[curve["source"] == source].sort_values(x)
        if not rows.empty:
            _draw(ax, rows, x, source, line)
    return ax


def _draw(ax: Axes, rows: pd.DataFrame, x: str, source: str, line: Line) -> None:
    # nothing connects lags before and after 0
    sides = [rows[rows[x] < 0], rows[rows[x] > 0]] if x == "lag" else [rows]
    # along a long list markers shrink, and only people show every point
    every = 1 if line.bars else int(np.ceil(len(rows) / 20))
    style = line.properties()
    style["markersize"] *= 1 if len(rows) <= 20 else 0.75
    label = source or "_one"  # matplotlib leaves labels with an underscore out of the key
    for side in sides:
        place, mean = side[x].to_numpy(), side["mean"].to_numpy()
        low, high = side["low"].to_numpy(), side["high"].to_numpy()
        # unclipped: a marker on the axis shows whole
        ax.plot(place, mean, label=label, markevery=every, clip_on=False, **style)
        label = "_other side of lag 0"
        if line.bars:
            ax.vlines(place, low, high, color=line.color, linewidth=0.7, zorder=line.order)
        else:
            band = ax.fill_between(place, low, high, color=line.color, alpha=line.band, linewidth=0)
            band.set_zorder(line.order - 2)


def _study_positions(ax: Axes, curve: pd.DataFrame) -> None:
    last = int(curve["input"].max())
    step = 5 if last <= 20 else 10
    margin = max(0.5, 0.03 * last)
    ax.set(xlabel="Study position", xlim=(1 - margin, last + margin))
    ax.set_xticks([1, *range(step, last + 1, step)])


def _key(fig: Figure, sources: Mapping[str, Kind]) -> None:
    """One key above the panels, in as few rows as fit."""
    lines = source_lines(sources)
    handles = [Line2D([], [], label=name, **line.properties()) for name, line in lines.items()]
    for n_columns in range(len(handles), 0, -1):
        key = fig.legend(
            handles=handles, loc="outside upper center", ncols=n_columns, handlelength=2.6
        )
        if key.get_window_extent().width < 0.98 * fig.bbox.width:
            return
        key.remove()
    fig.legend(handles=handles, loc="outside upper center", ncols=1, handlelength=2.6)


def _interval_note(curve: pd.DataFrame, sources: Mapping[str, Kind]) -> str:
    """What the intervals are over, by source."""
    drawn = curve.dropna(subset=["low", "high"])
    parts = []
    for over in ("subjects", "lists"):
        shown = set(drawn["source"][drawn["over"] == over])
        names = [source for source in sources if source in shown]
        if names:
            parts.append(f"over {over}: {', '.join(names)}")
    return "Intervals " + "; ".join(parts) if parts else ""


def _check_curve(curve: pd.DataFrame, x: str, sources: Mapping[str, Kind]) -> None:
    needed = (x, "mean", "low", "high", "over", "source")
    missing = [name for name in needed if name not in curve.columns]
    if missing:
        raise ValueError(
            f"the curve has no column {missing[0]!r}, only {', '.join(curve.columns)}; "
            "group_curve and bootstrap_lists make curves with mean, low, high and over, and several "
            "of them need a column source"
        )
    unknown = sorted(set(curve["source"]) - set(sources))
    if unknown:
        raise ValueError(f"{unknown[0]!r} is not among the sources {', '.join(sources)}")
    wrong = curve.duplicated(["source", x]).to_numpy()
    if wrong.any():
        where = curve[["source", x]].iloc[int(np.argmax(wrong))].to_dict()
        raise ValueError(
            f"several rows at {where}; put what tells them apart (condition, model, ...) into the "
            "column source and pass sources="
        )
