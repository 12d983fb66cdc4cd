"""Figures of serial recall: each takes a result table and returns what it drew on.

For the columns of a result table see `analysis.figures.curve`.
"""

from collections.abc import Mapping
from functools import partial
from typing import Literal

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.checks import one_of
from analysis.figures.composite import Panel, Width, check_width, compose
from analysis.figures.curve import (
    check_columns,
    check_curve,
    gap_axis,
    plot_curves,
    position_axis,
    probability_axis,
    top_of,
)
from analysis.figures.style import Kind

#: kinds of response, in the order of panels, and how an axis says them
KINDS = {
    "correct": "Correct responses",
    "transposition": "Order errors",
    "omission": "Omissions",
    "intrusion": "Intrusions",
    "repetition": "Repetitions",
}


def plot_serial_accuracy(
    curve: pd.DataFrame, ax: Axes | None = None, sources: Mapping[str, Kind] | None = None
) -> Axes:
    """Serial recall accuracy by study position; arguments as those of `plot_spc`."""
    ax = plot_curves(curve, "input", ax, sources)
    position_axis(ax, curve, "input", "Study position")
    probability_axis(ax, "Proportion correct")
    return ax


def plot_transpositions(
    curve: pd.DataFrame,
    ax: Axes | None = None,
    sources: Mapping[str, Kind] | None = None,
    positive: Literal["early", "late"] = "early",
) -> Axes:
    """Transposition gradients, without displacement 0 and broken there.

    Parameters
    ----------
    curve : result table
        x is `displacement`, signed or absolute.
    ax, sources
        As those of `plot_spc`.
    positive : {"early", "late"}
        What the plus sign means, as given to `transpositions`.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        As `plot_spc`; or if `positive` is neither.
    """
    one_of("positive", positive, ("early", "late"))
    check_columns(curve, ["displacement"])
    curve = curve[curve["displacement"] != 0]
    ax = plot_curves(curve, "displacement", ax, sources, gap=True)
    if (curve["displacement"] < 0).any():
        last = int(curve["displacement"].abs().max())
        gap_axis(ax, last, f"Places too {positive} (negative: too {_opposite(positive)})")
    else:
        position_axis(ax, curve, "displacement", "Places from its own")
    ax.set(ylabel="Probability of transposition")
    ax.set_ylim(bottom=0)
    return ax


def plot_serial_responses(
    curve: pd.DataFrame,
    ax: Axes | None = None,
    sources: Mapping[str, Kind] | None = None,
    kind: str = "transposition",
) -> Axes:
    """Probability of one kind of response by place of the report.

    Parameters
    ----------
    curve : result table
        x is `output`; a column `kind` says which kind of response each row is about.
    ax, sources
        As those of `plot_spc`.
    kind : {"transposition", "omission", "intrusion", "repetition", "correct"}
        Which to draw.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        As `plot_spc`; or if the table has no rows of this kind.
    """
    check_columns(curve, ["output", "kind"])
    one_of("kind", kind, [*KINDS])
    if not curve.empty and not (curve["kind"] == kind).any():
        there = ", ".join(map(str, curve["kind"].unique()))
        raise ValueError(f"the curve has no rows of kind {kind!r}, only {there}")
    curve = curve[curve["kind"] == kind]
    ax = plot_curves(curve, "output", ax, sources)
    position_axis(ax, curve, "output", "Output position")
    ax.set(ylabel=f"{KINDS[kind]} (probability)")
    ax.set_ylim(bottom=0)
    return ax


def plot_serial_latencies(
    curve: pd.DataFrame, ax: Axes | None = None, sources: Mapping[str, Kind] | None = None
) -> Axes:
    """Latencies in ms by place of the report (x is `output`); arguments as those of `plot_spc`."""
    ax = plot_curves(curve, "output", ax, sources)
    position_axis(ax, curve, "output", "Output position")
    ax.set(ylabel="Latency (ms)")
    ax.set_ylim(bottom=0)
    return ax


def plot_serial_recall(
    accuracy: pd.DataFrame,
    transpositions: pd.DataFrame,
    responses: pd.DataFrame,
    sources: Mapping[str, Kind],
    width: Width = "double",
    letters: bool = False,
    positive: Literal["early", "late"] = "early",
) -> Figure:
    """Accuracy and transposition gradient of several sources; below, a panel for each kind of error.

    Parameters
    ----------
    accuracy, transpositions, responses : result tables
        With a column `source`; see `plot_serial_accuracy`, `plot_transpositions` and
        `plot_serial_responses`. Errors are drawn on one scale; correct responses are left out.
    sources, width, letters
        As those of `plot_free_recall`.
    positive : {"early", "late"}
        As that of `plot_transpositions`.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If `width` is neither, or a table does not fit.
    """
    check_width(width)
    check_curve(responses, ["output", "kind"], sources)
    given = set(responses["kind"])
    unknown = sorted(given - {*KINDS})
    if unknown:
        raise ValueError(f"kinds of response are {', '.join(KINDS)}, got {unknown[0]!r}")
    errors = responses[responses["kind"] != "correct"]
    if errors.empty:
        raise ValueError("there are no errors among the responses, only correct ones")
    top = top_of(errors)
    above: list[Panel | None] = [
        (plot_serial_accuracy, accuracy),
        (partial(plot_transpositions, positive=positive), transpositions),
    ]
    below: list[Panel | None] = [
        (partial(_plot_error, kind=kind, top=top), errors[errors["kind"] == kind])
        for kind in KINDS
        if kind in given - {"correct"}
    ]
    if width == "double":
        rows, heights = [above, below], [54, 44]
    else:
        below += [None] * (len(below) % 2)
        pairs = [below[i : i + 2] for i in range(0, len(below), 2)]
        rows, heights = [[above[0]], [above[1]], *pairs], [48, 48] + [40] * len(pairs)
    return compose(rows, sources, width, heights, letters)


def _plot_error(
    curve: pd.DataFrame, ax: Axes, sources: Mapping[str, Kind], kind: str, top: float
) -> None:
    plot_serial_responses(curve, ax, sources, kind).set_ylim(0, top)
    ax.set_ylabel(KINDS[kind])


def _opposite(direction: str) -> str:
    return "late" if direction == "early" else "early"
