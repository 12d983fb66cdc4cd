"""Pictures of a memory during one trial: where a DNC wrote and read, and what it was told.

Heat maps run from 0 (white) to 1 (dark). What a memory lacks (links, blocks, a strength of
allocation) is left out.
"""

from collections.abc import Iterable, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import Tensor

from analysis.figures.style import figure_style
from memsim.base import check_choice, map_tensors
from memsim.dnc import DNCTrace
from memsim.panels import (
    BOTTOM,
    GAP,
    HEIGHT,
    LEFT,
    PANELS,
    RIGHT,
    TOP,
    WIDTH,
    Panel,
    Trial,
    circle_recalled,
    draw_colour_bar,
    draw_panel,
    draw_time_axis,
    note_of,
    panels_of,
    step_name,
    study_labels,
)
from paradigms import Event, Schedule

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

Events = Schedule | NDArray[np.integer] | Sequence[int]
Responses = Tensor | NDArray[np.integer] | Sequence[int]


def plot_memory(
    trace: DNCTrace,
    *,
    item: int = 0,
    block: int = 0,
    events: Events | None = None,
    responses: Responses | None = None,
    sort_locations: bool = True,
    panels: Iterable[str] = PANELS,
) -> Figure:
    """What the memory of a DNC did during one trial, panel below panel on one axis of time.

    Parameters
    ----------
    trace : DNCTrace
        Of a sequence: from `network(inputs, return_trace=True)`, or `recall.trace` of
        `Participant.take_part(..., return_trace=True)`.
    item : int
        Which sequence of the batch, from 0.
    block : int
        Which memory block, from 0.
    events : Schedule or (steps,) integers, optional
        The schedule that the batch followed, or one row of its `event`. Phases are then marked,
        and study positions stand below the axis of time.
    responses : (outputs,) or (b, outputs) integers, optional
        What was recalled, as `Recall.responses`: study positions from 1, -1 for an intrusion (×),
        0 for STOP (■). Circles among the reads then mark the rows that were strongly written at
        the study of the word recalled.
    sort_locations : bool
        Locations have no natural order: which of the unused ones a network takes first means
        nothing. Sorted, rows are in the order in which locations were first strongly written,
        that is, got half of the largest write weighting of the trial or more; the others come
        last. Writes to one new location after the other then lie on the diagonal. Not sorted,
        rows are as in the memory.
    panels : some of "write", "read", "usage", "allocation", "gates", "strengths", "modes", "blocks"
        What to draw, in this order; parts that the memory lacks are left out. Usage is that which
        allocation looked at, before the write of the step. Link sharpness comes after strengths.

    Returns
    -------
    Figure
        180 mm wide, as high as its panels: where heads are many, choose some. The label of each
        Axes is the name of its panel, and the number of the head, from 1, if there are several:
        "usage", "read 2".

    Raises
    ------
    TypeError
        If `trace` is not that of a DNC.
    ValueError
        If an argument does not fit the trace, or no panel is left.

    Examples
    --------
    >>> from memsim import DNC
    >>> net = DNC(3, 2, hidden_size=8, n_locations=5, word_size=4)
    >>> outputs, state, trace = net(torch.randn(7, 10, 3), return_trace=True)
    >>> fig = plot_memory(trace, item=2, panels=["write", "gates"])
    >>> [ax.get_label() for ax in fig.axes]
    ['write', 'colour bar', 'gates']
    >>> plt.close(fig)
    """
    trial = _trial(trace, item, block, events, responses, sort_locations)
    chosen = list(panels)
    for name in chosen:
        check_choice("panels", name, PANELS)
    there = panels_of(trial)
    drawn = [panel for name in chosen for panel in there[name]]
    if not drawn:
        raise ValueError(f"nothing to draw: panels={chosen}, and the memory has none of these")
    # where there are many, heat maps of locations shrink to leave the figure on one page
    shrinking = sum(panel.height for panel in drawn if panel.kind == "locations")
    others = sum(panel.height + GAP for panel in drawn) - GAP - shrinking + TOP + BOTTOM
    share = min(1.0, max(0.3, (HEIGHT - others) / shrinking)) if shrinking else 1.0
    width, height = WIDTH - LEFT - RIGHT, others + share * shrinking
    axes: list[Axes] = []
    bar: Axes | None = None
    with figure_style():
        fig = plt.figure(figsize=(WIDTH, height))
        top = height - TOP
        for panel in drawn:
            high = panel.height * (share if panel.kind == "locations" else 1.0)
            ax = draw_panel(fig, panel, (LEFT, top - high, width, high))
            fig.text(0.06 / WIDTH, (top - high / 2) / height, panel.title, va="center")
            if panel.key.split()[0] == "read":
                circle_recalled(ax, trial, 72 * high / len(trial.order))
            if panel.kind in ("locations", "map") and bar is None:
                x = WIDTH - (0.31 if panel.names else RIGHT - 0.1)
                bar = draw_colour_bar(fig, ax, (x, top, 0.07, min(high, 0.6)))
            axes.append(ax)
            top -= high + GAP
        draw_time_axis(fig, axes, trial, width / len(trial.written))
        note = note_of(trial, sort_locations, drawn)
        fig.text(0.06 / WIDTH, 0.06 / height, note, fontsize=6, color="0.35")
    return fig


def plot_links(
    trace: DNCTrace,
    step: int | Sequence[int] | None = None,
    *,
    item: int = 0,
    block: int = 0,
    events: Events | None = None,
    sort_locations: bool = True,
) -> Figure:
    """The temporal links of a DNC at one or several steps: L[i, j], i was written after j.

    Parameters
    ----------
    trace, item, block, events, sort_locations
        As in `plot_memory`; rows and columns are in the order of its rows. Links between words
        written one after the other to new locations then lie just below the diagonal.
    step : int or sequence of int, optional
        After which steps, from 0. Left out: after the last study event, or after the last step
        where there are no `events`.

    Returns
    -------
    Figure
        A column for each step, a row for each write head. With `events`, a location is labelled
        by the study position at which it was first strongly written.

    Raises
    ------
    TypeError
        If `trace` is not that of a DNC.
    ValueError
        If the network has no temporal links, or an argument does not fit the trace.
    """
    trial = _trial(trace, item, block, events, None, sort_locations)
    links = trial.memory.state.link[:, block].numpy()
    n_steps, n_heads, n_rows, _ = links.shape
    if not n_rows:
        raise ValueError("there are no links to draw: the network has temporal_links=False")
    if step is None:
        studied = trial.event == Event.STUDY
        step = int(np.flatnonzero(studied)[-1]) if np.any(studied) else n_steps - 1
    steps = np.atleast_1d(step).tolist()
    if not steps:
        raise ValueError("step must name at least one step, got none")
    for number in steps:
        _check_number("step", number, n_steps)
    left, right, top, bottom, gap = 0.45, 0.45, 0.25, 0.42, 0.3
    side = min(2.2, (WIDTH - left - right + gap) / len(steps) - gap)
    labels = study_labels(trial, crowded=side / n_rows < 0.11)
    width = left + right + len(steps) * (side + gap) - gap
    height = top + bottom + n_heads * (side + gap) - gap
    with figure_style():
        fig = plt.figure(figsize=(width, height))
        for head, (column, number) in product(range(n_heads), enumerate(steps)):
            x, y = left + column * (side + gap), height - top - side - head * (side + gap)
            name = step_name(trial.event, number) + (f", head {head + 1}" if n_heads > 1 else "")
            values = links[number, head][np.ix_(trial.order, trial.order)]
            ax = draw_panel(fig, Panel(name, "", "locations", values), (x, y, side, side))
            ax.set_title(name, pad=4)
            ax.set_xticks([*labels], [*labels.values()])
            ax.set_yticks([*labels], [*labels.values()])
            ax.tick_params(length=0, pad=2)
            row, behind = ("Location of word", "that of word") if labels else ("Location",) * 2
            ax.set_ylabel(row if column == 0 else "")
            ax.set_xlabel(f"… written after {behind.lower()}" if head + 1 == n_heads else "")
        draw_colour_bar(fig, ax, (width - right + 0.1, height - top, 0.07, min(side, 0.8)))
    return fig


def log_memory(
    writer: "SummaryWriter",
    trace: DNCTrace,
    step: int,
    *,
    tag: str = "memory",
    item: int = 0,
    block: int = 0,
    events: Events | None = None,
    responses: Responses | None = None,
    sort_locations: bool = True,
) -> None:
    """Write the pictures of one trial to TensorBoard, and close them.

    Parameters
    ----------
    writer : torch.utils.tensorboard.SummaryWriter
        It needs the package tensorboard: `pip install 'memsim[tensorboard]'`.
    trace, item, block, events, responses, sort_locations
        As in `plot_memory`.
    step : int
        Of training, such as the number of updates so far.
    tag : str
        The images are `tag`/trial and, where there are temporal links, `tag`/links.
    """
    options: dict[str, Any] = {"item": item, "block": block, "events": events}
    options["sort_locations"] = sort_locations
    figures = {"trial": plot_memory(trace, responses=responses, **options)}
    if trace.memory.forward_weighting is not None:
        figures["links"] = plot_links(trace, **options)
    for name, fig in figures.items():
        fig.set_dpi(150)
        writer.add_figure(f"{tag}/{name}", fig, global_step=step)
        plt.close(fig)


def _trial(
    trace: DNCTrace,
    item: int,
    block: int,
    events: Events | None,
    responses: Responses | None,
    sort_locations: bool,
) -> Trial:
    if not isinstance(trace, DNCTrace):
        raise TypeError(
            f"trace must be the DNCTrace of a DNC, got {type(trace).__name__}; it comes from "
            "network(inputs, return_trace=True) or, as recall.trace, from "
            "take_part(..., return_trace=True), and only a DNC has a memory to draw"
        )
    if trace.memory.state.usage.ndim != 4:
        raise ValueError(
            "trace must be of a sequence, with time after the batch, but this one is of a single "
            "step; network(inputs, return_trace=True) traces a sequence"
        )
    batch, n_steps, n_blocks, n_locations = trace.memory.state.usage.shape
    _check_number("item", item, batch)
    _check_number("block", block, n_blocks)
    event = _event_row(events, item, batch, n_steps)
    said = _response_row(responses, item, batch, event)
    memory = map_tensors(lambda x: x[item].detach().to("cpu", torch.float64), trace.memory)
    order = np.arange(n_locations)
    written = memory.state.write_weighting[:, block].amax(dim=1).numpy()
    trial = Trial(memory, block, order, written, event, said)
    if not sort_locations:
        return trial
    first = np.where(trial.strong.any(axis=0), trial.strong.argmax(axis=0), n_steps)
    order = np.argsort(first, kind="stable")
    return trial._replace(order=order, written=written[:, order])


def _check_number(name: str, number: int, n: int) -> None:
    if not 0 <= number < n:
        raise ValueError(f"{name}={number}: the trace has {n} {name}s, numbered from 0")


def _event_row(
    events: Events | None, item: int, batch: int, n_steps: int
) -> NDArray[np.integer] | None:
    """(steps,) events of the sequence."""
    if events is None:
        return None
    if isinstance(events, Schedule):
        if events.n_lists != batch:
            raise ValueError(
                f"events is a schedule of {events.n_lists} lists, but the trace is of {batch}; "
                "give the schedule that this batch followed, or one row of its event"
            )
        events = events.event[item]
    row = np.asarray(events)
    if row.shape != (n_steps,):
        raise ValueError(
            f"events must be one row of Schedule.event, as long as the trace, ({n_steps},); "
            f"got shape {row.shape}"
        )
    for kind in np.unique(row):
        check_choice("events", kind, tuple(Event))
    return row


def _response_row(
    responses: Responses | None, item: int, batch: int, event: NDArray[np.integer] | None
) -> NDArray[np.integer] | None:
    """(outputs,) responses of the sequence."""
    if responses is None:
        return None
    if event is None:
        raise ValueError("responses need events, which say at which steps they were made")
    row = np.asarray(responses.cpu() if isinstance(responses, Tensor) else responses)
    if row.ndim == 2 and len(row) == batch:
        row = row[item]
    n_asked, n_words = (int((event == kind).sum()) for kind in (Event.RESPONSE, Event.STUDY))
    if row.shape != (n_asked,):
        raise ValueError(
            f"responses must have one number for each response event, shape ({n_asked},) or "
            f"({batch}, {n_asked}); got shape {row.shape}"
        )
    if n_asked and not -1 <= row.min() <= row.max() <= n_words:
        raise ValueError(
            f"responses must be study positions from 1 to {n_words}, -1 for an intrusion or 0 for "
            f"STOP; they reach from {row.min()} to {row.max()}"
        )
    return row * np.cumprod(row != 0)  # nothing is said after STOP
