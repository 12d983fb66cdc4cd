"""What all composite figures share: panels on a page, names of the sources, a note on intervals.

Sources are named once per figure: beside the ends of their lines in a panel where the names keep
clear of each other, else in a key above the panels.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from string import ascii_uppercase
from textwrap import fill
from typing import Literal

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Annotation

from analysis.checks import one_of
from analysis.figures.style import Kind, figure_style, ink, source_lines

Width = Literal["double", "single"]
Plot = Callable[[pd.DataFrame, Axes, Mapping[str, Kind]], object]
#: a plot function, and the result table that it draws
Panel = tuple[Plot, pd.DataFrame]

MM = 1 / 25.4
#: millimetres of two columns of a journal, and of one
WIDTHS = {"double": 180, "single": 85}
#: names at the ends of lines may take this share of the width of a figure
MAX_LABEL_SHARE = 0.2
#: and lines may end this share of the width of a panel apart
MAX_STAGGER = 0.03
NOTE_SIZE = 6


def check_width(width: str) -> None:
    """Raise if there is no such width of a figure."""
    one_of("width", width, [*WIDTHS])


def compose(
    rows: Sequence[Sequence[Panel | None]],
    sources: Mapping[str, Kind],
    width: Width,
    heights: Sequence[float],
    letters: bool,
) -> Figure:
    """Panels in rows, with the names of the sources and a note on what the intervals are over.

    Parameters
    ----------
    rows : sequence of sequences of panels
        From top to bottom, left to right: a plot function and its result table; None leaves a
        place empty.
    sources : mapping of str to {"people", "network", "theory"}
    width : {"double", "single"}
    heights : sequence of float
        Millimetres of each row.
    letters : bool
        Letters for the panels.
    """
    check_width(width)
    size = WIDTHS[width] * MM, (sum(heights) + 12) * MM  # 12 mm for the key and the note
    with figure_style():
        fig = plt.figure(figsize=size, layout="constrained")
        grid = fig.add_gridspec(len(rows), 1, height_ratios=heights, hspace=0.05)
        for i, panels in enumerate(rows):
            columns = grid[i].subgridspec(1, len(panels), wspace=0.06)
            for k, panel in enumerate(panels):
                if panel is not None:
                    plot, table = panel
                    plot(table, fig.add_subplot(columns[k]), sources)
        if letters:
            for ax, letter in zip(fig.axes, ascii_uppercase, strict=False):
                ax.set_title(letter, loc="left", fontweight="bold", fontsize=8)
        tables = [panel[1] for panels in rows for panel in panels if panel is not None]
        add_note(fig, interval_note(tables, sources))
        name_sources(fig, sources)
    return fig


def name_sources(fig: Figure, sources: Mapping[str, Kind]) -> None:
    """Name the sources at the ends of their lines in the last panel where that fits, or in a key."""
    with_lines = [ax for ax in fig.axes if ax.get_legend_handles_labels()[1]]
    if not with_lines:  # dots are named where they are
        return
    for ax in reversed(with_lines):
        names = _label_ends(ax, sources)
        if names and _fit(fig, names):
            return
        for name in names:
            name.remove()
    add_key(fig, sources)


def _label_ends(ax: Axes, sources: Mapping[str, Kind]) -> list[Annotation]:
    """The name of each source beside the right end of its line; none if they do not end alike."""
    lines = source_lines(sources)
    last: dict[str, tuple[float, float]] = {}
    source = ""
    for drawn in ax.lines:
        label = str(drawn.get_label())
        # the other side of a gap follows the side that carries the name
        source = label if label in lines else source if label.startswith("_other") else ""
        points = np.column_stack([drawn.get_xdata(), drawn.get_ydata()])
        points = points[np.isfinite(points[:, 1])]
        if source and len(points):
            last[source] = float(points[-1, 0]), float(points[-1, 1])
    ends = [x for x, _ in last.values()]
    left, right = ax.get_xlim()
    if last.keys() != lines.keys() or max(ends) - min(ends) > MAX_STAGGER * (right - left):
        return []
    return [
        ax.annotate(
            name,
            last[name],
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            color=ink(line.color),
            annotation_clip=False,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},  # over a line of chance
        )
        for name, line in lines.items()
    ]


def _fit(fig: Figure, names: Sequence[Annotation]) -> bool:
    fig.draw_without_rendering()
    boxes = [name.get_window_extent().expanded(1, 1.2) for name in names]  # some air between
    page = fig.bbox
    narrow = max(box.width for box in boxes) < MAX_LABEL_SHARE * page.width
    inside = all(box.x1 <= page.x1 and box.y0 >= page.y0 and box.y1 <= page.y1 for box in boxes)
    return narrow and inside and not any(a.overlaps(b) for a, b in combinations(boxes, 2))


def add_key(fig: Figure, sources: Mapping[str, Kind]) -> None:
    """One key above the panels, in as few rows as fit."""
    lines = source_lines(sources)
    handles = [Line2D([], [], label=name, **line.properties()) for name, line in lines.items()]
    for n_columns in _columns(len(handles)):
        key = fig.legend(
            handles=handles, loc="outside upper center", ncols=n_columns, handlelength=2.6
        )
        if n_columns == 1 or key.get_window_extent().width < 0.98 * fig.bbox.width:
            return
        key.remove()


def _columns(n: int) -> list[int]:
    """Numbers of columns of a key, one for each number of rows, with rows as long as each other.

    Examples
    --------
    >>> _columns(7)
    [7, 4, 3, 2, 1]
    """
    return sorted({-(-n // n_rows) for n_rows in range(1, n + 1)}, reverse=True)


def add_note(fig: Figure, note: str) -> None:
    """A note below the panels, in lines that fit the figure."""
    # a character of this size is 1.3 mm wide on average; the words below are wider than most
    n_characters = int(fig.get_figwidth() / MM / 1.4)
    fig.supxlabel(fill(note, n_characters), x=0.01, ha="left", fontsize=NOTE_SIZE, color="0.35")


def interval_note(tables: Iterable[pd.DataFrame], sources: Mapping[str, Kind]) -> str:
    """What the intervals are over, by source.

    Examples
    --------
    >>> table = pd.DataFrame({"source": ["CMR"], "low": 0.1, "high": 0.2, "over": "lists"})
    >>> interval_note([table], {"CMR": "theory"})
    'Intervals over lists: CMR'
    """
    columns = ["source", "low", "high", "over"]
    drawn = pd.concat([table[columns] for table in tables]).dropna()
    parts = []
    for over in sorted(drawn["over"].unique(), key=lambda over: (over != "subjects", over)):
        shown = set(drawn["source"][drawn["over"] == over])
        parts.append(f"over {over}: {', '.join(name for name in sources if name in shown)}")
    return "Intervals " + "; ".join(parts) if parts else ""
