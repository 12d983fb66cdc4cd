"""What of a trace is drawn, and how one panel of a picture is drawn.

A `Trial` is what there is to draw, `panels_of` makes panels of it, `draw_panel` draws one; the rest
is what stands around them. `memsim.pictures` takes the trace and puts panels on a page.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Any, Literal, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray
from torch import Tensor

from analysis.figures.style import BLUE, GREEN, ORANGE, PURPLE, VERMILION
from memsim.dnc import MemoryTrace
from paradigms import Event

Box = tuple[float, float, float, float]

#: panels of `plot_memory`, from top to bottom
PANELS = ("write", "read", "usage", "allocation", "gates", "strengths", "modes", "blocks")
PHASES = {Event.STUDY: "Study", Event.DISTRACTOR: "Distractor", Event.CUE: "Cue"}
PHASES |= {Event.RESPONSE: "Recall"}
INTRUSION, STOP = "×", "■"

#: white to dark in equal steps of CIELAB lightness: equal differences look equal, in grey too
SHADES = "ffffff cbe4f4 97c8eb 68acde 428fc9 2e71ac 2a5586 293b5c 202332"
SHARE = LinearSegmentedColormap.from_list("share", [f"#{shade}" for shade in SHADES.split()])
#: fills of the read modes backward, content, forward
PALE = ("#f0c05a", "#dedede", "#d9a3c0")
DASHES: list[Any] = ["-", (0, (4, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5))]

#: inches: the page, its margins, what is between two panels, and a line of text
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 180 / 25.4, 9.0, 0.95, 1.1, 0.22, 0.54
GAP, TEXT = 0.12, 0.125


class Panel(NamedTuple):
    """One panel: (rows, steps), each row with a name and a colour where rows have names."""

    key: str
    title: str
    kind: Literal["locations", "map", "lines", "shares"]
    values: NDArray[np.floating]
    names: Sequence[str] = ()
    colors: Sequence[str] = ()

    @property
    def height(self) -> float:
        """Inches."""
        rows = len(self.values)
        heights = {"locations": min(0.075 * rows, 1.0), "map": TEXT * rows}
        return heights.get(self.kind, max(0.45, TEXT * rows))


class Trial(NamedTuple):
    """One sequence of a batch, without gradient, and what is known of it."""

    memory: MemoryTrace
    """(steps, blocks, ...)"""
    block: int
    order: NDArray[np.integer]
    """Location of each row."""
    written: NDArray[np.floating]
    """(steps, rows) largest write weighting of any head."""
    event: NDArray[np.integer] | None
    responses: NDArray[np.integer] | None

    @property
    def strong(self) -> NDArray[np.bool_]:
        """(steps, rows) whether it was half of the largest of the trial, or more."""
        return (self.written >= self.written.max() / 2) & (self.written > 0)


def panels_of(trial: Trial) -> dict[str, list[Panel]]:
    """The panels that this memory has, by name."""
    told, state = trial.memory.interface, trial.memory.state

    def here(x: Tensor) -> NDArray[np.floating]:
        return x[:, trial.block].numpy()

    def locations(key: str, title: str, x: Tensor) -> list[Panel]:
        """A heat map for each head of (steps, blocks, heads, locations)."""
        heads = here(x)[..., trial.order].swapaxes(0, 1)
        return [
            Panel(key + n, title + n.replace(" ", "\nhead "), "locations", head.T)
            for n, head in zip(_numbers(len(heads)), heads, strict=True)
        ]

    def rows(
        key: str, kind: Literal["map", "lines", "shares"], *parts: tuple[str, Tensor | None, str]
    ) -> Panel:
        """A row for each head of each part that is there, (steps, blocks, heads)."""
        heads = [
            (name + n, row, color)
            for name, part, color in parts
            if part is not None
            for n, row in zip(_numbers(part.shape[2]), here(part).T, strict=True)
        ]
        names, values, colors = zip(*heads, strict=True)
        return Panel(key, key.capitalize(), kind, np.stack(values), names, colors)

    gates = rows(
        "gates",
        "map",
        ("write", told.write_gates, ""),
        ("allocation", told.allocation_gates, ""),
        ("free", told.free_gates, ""),
    )
    strengths = rows(
        "strengths",
        "lines",
        ("write key", told.write_strengths, BLUE),
        ("read key", told.read_strengths, VERMILION),
        ("allocation", told.allocation_strengths, GREEN),
    )
    allocation = trial.memory.allocation_weighting
    panels = {
        "write": locations("write", "Write\nweighting", state.write_weighting),
        "read": locations("read", "Read\nweighting", state.read_weighting),
        "usage": locations("usage", "Usage", state.usage[:, :, None]),
        "allocation": locations("allocation", "Allocation\nweighting", allocation),
        "gates": [gates],
        "strengths": [strengths],
        "modes": [],
        "blocks": [],
    }
    if told.link_sharpness is not None:
        forward, backward = told.link_sharpness.unbind(dim=-1)
        parts = ("forward", forward, PURPLE), ("backward", backward, ORANGE)
        panel = rows("sharpness", "lines", *parts)
        panels["strengths"].append(panel._replace(title="Link\nsharpness"))
    if told.read_modes is not None:
        heads = told.read_modes.unbind(dim=2)
        at = told.read_modes.shape[-1] // 2
        for n, modes in zip(_numbers(len(heads)), heads, strict=True):
            backward, content, forward = modes.tensor_split([at, at + 1], dim=-1)
            shares = ("backward", backward, PALE[0]), ("content", content, PALE[1])
            panel = rows("modes" + n, "shares", *shares, ("forward", forward, PALE[2]))
            panels["modes"].append(panel._replace(title="Read modes" + n.replace(" ", "\nhead ")))
    if told.block_gate is not None:
        names = [f"block {k + 1}" for k in range(told.block_gate.shape[-1])]
        for n, gate in zip(
            _numbers(told.block_gate.shape[1]), told.block_gate.unbind(dim=1), strict=True
        ):
            title = "Block gate" + n.replace(" ", "\nhead ")
            panels["blocks"].append(Panel("blocks" + n, title, "map", gate.T.numpy(), names))
    return panels


def _numbers(n: int) -> list[str]:
    """What follows a name to tell heads apart: nothing where there is one."""
    return [""] if n == 1 else [f" {k + 1}" for k in range(n)]


def draw_panel(fig: Figure, panel: Panel, box: Box) -> Axes:
    """The panel, and the names of its rows beside it."""
    ax = fig.add_axes(_on_page(fig, box), label=panel.key)
    n_rows, n_steps = panel.values.shape
    edges = np.arange(n_steps + 1) - 0.5
    ends = panel.values[:, -1]
    look: dict[str, Any]
    if panel.kind in ("locations", "map"):
        # cells have edges of their own colour, or viewers show white lines between them
        look = {"cmap": SHARE, "edgecolors": "face", "linewidth": 0.1}
        ax.pcolormesh(edges, np.arange(n_rows + 1) - 0.5, panel.values, vmin=0, vmax=1, **look)
        ax.set(ylim=(n_rows - 0.5, -0.5), yticks=[])
        ends = np.arange(n_rows, dtype=float)
        if panel.kind == "map":
            ax.hlines(ends[1:] - 0.5, edges[0], edges[-1], color="white", linewidth=1)
    elif panel.kind == "shares":
        upper = panel.values.cumsum(axis=0)
        lower = upper - panel.values
        for low, high, color in zip(lower, upper, panel.colors, strict=True):
            look = {"facecolor": color, "edgecolor": "white", "linewidth": 0.4 * (n_rows > 3)}
            ax.stairs(high, edges, baseline=low, fill=True, **look)
        ax.set(ylim=(0, 1), yticks=[0, 1])
        ends = (lower + upper)[:, -1] / 2
    else:
        for name, row, color in zip(panel.names, panel.values, panel.colors, strict=True):
            head = int(name.split()[-1]) - 1 if name[-1].isdigit() else 0
            look = {"color": color, "linestyle": DASHES[head % len(DASHES)], "linewidth": 1.1}
            ax.stairs(row, edges, baseline=None, **look)
        ax.set_ylim(0, 1.04 * panel.values.max())
        ax.yaxis.set_major_locator(MaxNLocator(2, integer=True, steps=[1, 2, 5, 10]))
    ax.set_xlim(-0.5, n_steps - 0.5)
    if panel.names:
        bottom, top = ax.get_ylim()
        _name_rows(ax, panel, (ends - bottom) / (top - bottom), box)
    return ax


def _name_rows(ax: Axes, panel: Panel, ends: NDArray[np.floating], box: Box) -> None:
    """Names at the right, none over another; its colour leads from a line or share to its name."""
    order = np.argsort(ends, kind="stable")
    place, apart = ends[order], TEXT / box[3]
    for k in range(1, len(place)):
        place[k] = max(place[k], place[k - 1] + apart)
    place[-1] = min(place[-1], max(1.0, ends.max()))
    for k in range(len(place) - 1, 0, -1):
        place[k - 1] = min(place[k - 1], place[k] - apart)
    look: dict[str, Any] = {"transform": ax.transAxes, "clip_on": False}
    for row, y in zip(order, place, strict=True):
        if any(panel.colors):
            x, wide = [1, 1 + 0.1 / box[2]], 2.0 if panel.kind == "shares" else 0.8
            ax.plot(x, [ends[row], y], color=panel.colors[row], linewidth=wide, **look)
        ax.text(1 + 0.13 / box[2], y, panel.names[row], va="center_baseline", **look)


def _on_page(fig: Figure, box: Box) -> Box:
    """x, y, width and height in inches as shares of the page."""
    (x, y, width, height), (wide, high) = box, fig.get_size_inches()
    return x / wide, y / high, width / wide, height / high


def draw_colour_bar(fig: Figure, ax: Axes, box: Box) -> Axes:
    """A colour bar down from y."""
    x, top, width, height = box
    bar = fig.add_axes(_on_page(fig, (x, top - height, width, height)), label="colour bar")
    drawn = fig.colorbar(ax.collections[0], cax=bar, ticks=[0, 0.5, 1], format="%g")
    drawn.outline.set_linewidth(0.4)
    for cells in bar.collections:
        cells.set(rasterized=False, edgecolor="face")
    bar.tick_params(length=1.5)
    return bar


def circle_recalled(ax: Axes, trial: Trial, row_height: float) -> None:
    """Where each word recalled had been strongly written; heights in points."""
    if trial.event is None or trial.responses is None:
        return
    studied, asked = (np.flatnonzero(trial.event == k) for k in (Event.STUDY, Event.RESPONSE))
    is_word = trial.responses > 0
    then = studied[trial.responses[is_word] - 1]
    which, rows = np.nonzero(trial.strong[then])
    look: dict[str, Any] = {"markerfacecolor": "none", "markersize": min(4.5, 0.85 * row_height)}
    ax.plot(asked[is_word][which], rows, "o", color=VERMILION, **look)


def draw_time_axis(fig: Figure, axes: list[Axes], trial: Trial, step_width: float) -> None:
    """What happened when: phases above, positions below, a faint line between two phases."""
    last, event, said = axes[-1], trial.event, trial.responses
    for ax in axes[:-1]:
        ax.set_xticks([])
    if event is None:
        last.xaxis.set_major_locator(MaxNLocator(12, integer=True))
        last.set_xlabel("Step")
        return
    look: dict[str, Any] = {"ha": "center", "textcoords": "offset points"}
    runs = [[*run] for _, run in groupby(range(len(event)), key=lambda step: event[step])]
    sides = last.get_position().y0, axes[0].get_position().y1
    for run in runs[1:]:
        x = (LEFT + run[0] * step_width) / WIDTH
        fig.add_artist(Line2D([x, x], sides, color="0.55", linewidth=0.6))
    taken: list[tuple[float, float]] = []
    for run in sorted(runs, key=len, reverse=True):
        name = PHASES.get(Event(event[run[0]]), "")
        middle, half = (run[0] + run[-1]) / 2, 0.035 * len(name) / step_width
        # a name without room, as of the tenth of many short phases, is left out
        if all(middle + half < low or middle - half > high for low, high in taken):
            taken.append((middle - half, middle + half))
            xy = (middle, 1)
            axes[0].annotate(name, xy, (0, 4), xycoords=("data", "axes fraction"), **look)

    every = 1 if step_width > 0.15 else 5
    ticks: dict[int, str] = {}
    for kind, caption in ((Event.STUDY, "Study position"), (Event.RESPONSE, "Output position")):
        steps = np.flatnonzero(event == kind).tolist()
        names = [str(k) if k == 1 or k % every == 0 else "" for k in range(1, len(steps) + 1)]
        if kind is Event.RESPONSE and said is not None:
            caption = "Position recalled"
            names = [INTRUSION if k < 0 else str(k or "") for k in said]
            if (said == 0).any():
                names[int((said == 0).argmax())] = STOP
        if steps:
            ticks |= dict(zip(steps, names, strict=True))
            xy = ((steps[0] + steps[-1]) / 2, 0)
            place: dict[str, Any] = {"xycoords": ("data", "axes fraction"), "va": "top"}
            last.annotate(caption, xy, (0, -15), **place, **look)
    last.set_xticks([*ticks], [*ticks.values()])
    size, turn = (7, 0) if step_width > 0.15 else (5.5, 0) if step_width > 0.1 else (5, 90)
    last.tick_params(axis="x", labelsize=size, rotation=turn, length=min(2.5, 16 * step_width))


def note_of(trial: Trial, sort_locations: bool, drawn: list[Panel]) -> str:
    """What the rows are and the signs mean, where there are any."""
    n_blocks, n_locations = trial.memory.state.usage.shape[1:]
    said = np.zeros(0) if trial.responses is None else trial.responses
    rows = f"Rows: {n_locations} locations"
    rows += f" of block {trial.block + 1} of {n_blocks}" if n_blocks > 1 else ""
    rows += " in the order in which they were first strongly written" if sort_locations else ""
    circled = any(panel.key.split()[0] == "read" for panel in drawn) and (said > 0).any()
    parts = {
        rows: any(panel.kind == "locations" for panel in drawn),
        "Circles: where the word recalled had been written": circled,
        f"{INTRUSION} intrusion": (said < 0).any(),
        f"{STOP} stop": (said == 0).any(),
    }
    return "".join(f"{part}. " for part, is_there in parts.items() if is_there)


def study_labels(trial: Trial, crowded: bool) -> dict[int, str]:
    """Rows that were first strongly written at study, and the position; few where crowded."""
    labels: dict[int, str] = {}
    if trial.event is None:
        return labels
    studied = trial.event == Event.STUDY
    position = np.cumsum(studied)
    for row in np.flatnonzero(trial.strong.any(axis=0)).tolist():
        step = int(trial.strong[:, row].argmax())
        name = str(position[step])
        rare = (name == "1" or position[step] % 5 == 0) and name not in labels.values()
        if studied[step] and (rare or not crowded):
            labels[row] = name
    return labels


def step_name(event: NDArray[np.integer] | None, step: int) -> str:
    """When it was: by position where there are events, else by number."""
    if event is None:
        return f"After step {step}"
    number = int((event[: step + 1] == event[step]).sum())
    names = {Event.STUDY: "study position", Event.RESPONSE: "output position"}
    kind = Event(event[step])
    return f"After {names.get(kind, kind.name.lower())} {number}"
