"""Which theory predicts people best: held-out nats per response, and paired differences."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.checks import one_of
from analysis.figures.composite import MM, WIDTHS
from analysis.figures.style import BLACK, BLUE, GREY, VERMILION, figure_style
from analysis.statistics.bootstrap import bootstrap_subjects

COLORS = {"theory": BLUE, "network": VERMILION, "description": BLACK}
COLUMNS = ("data", "theory", "subject", "nats")


def plot_held_out(
    scores: pd.DataFrame,
    reference: str,
    order: Sequence[str] = (),
    kinds: Mapping[str, str] | None = None,
) -> Figure:
    """How well theories predict responses they were not fitted to, one row of panels per data set.

    Left: mean nats per response over subjects, less is better. Right: how many better
    than the reference, subject by subject; right of 0 a theory predicts better. Intervals are from
    resampling subjects (95 %); the small dots are subjects.

    Parameters
    ----------
    scores : DataFrame
        One row per data set, theory and subject: `data`, `theory`, `subject`, `nats` (minus log
        likelihood per held-out response).
    reference : str
        The theory that the others are held against.
    order : sequence of str
        Theories from top to bottom; in the order of the table if left out.
    kinds : mapping of str to {"theory", "network", "description"}, optional
        What each of them is, told by colour; all are theories if left out.

    Returns
    -------
    Figure
        180 mm wide.

    Raises
    ------
    ValueError
        If a column is missing, a subject has several rows for one theory, lacks one, there is no
        such reference, or a kind is unknown.

    Examples
    --------
    >>> scores = pd.DataFrame({"data": "Mine", "subject": [1, 2, 3, 1, 2, 3], "theory":
    ...     ["SEM"] * 3 + ["chain"] * 3, "nats": [0.8, 0.9, 0.7, 1.0, 1.2, 0.8]})
    >>> nats, difference = plot_held_out(scores, "SEM").axes
    >>> [label.get_text() for label in nats.get_yticklabels()]
    ['SEM', 'chain']
    """
    missing = [name for name in COLUMNS if name not in scores.columns]
    if missing:
        raise ValueError(f"scores have no column {missing[0]!r}, only {[*scores.columns]}")
    twice = scores.duplicated(["data", "theory", "subject"])
    if twice.any():
        first = scores[twice].iloc[0]
        raise ValueError(
            f"subject {first['subject']} has several rows for {first['theory']!r} in "
            f"{first['data']!r}; average the folds first"
        )
    theories = [*order] or [*scores["theory"].unique()]
    unknown = sorted({*scores["theory"].unique()} - {*theories})
    if reference not in theories or unknown:
        raise ValueError(
            f"{unknown[0] if unknown else reference!r} is not among the theories "
            f"{', '.join(theories)}"
        )
    kinds = dict.fromkeys(theories, "theory") if kinds is None else kinds
    for theory in theories:
        one_of(f"kinds[{theory!r}]", kinds.get(theory), [*COLORS])
    sets = [*scores["data"].unique()]
    height = (8 + 5.5 * len(theories)) * len(sets) + 10
    with figure_style():
        fig = Figure(figsize=(WIDTHS["double"] * MM, height * MM), layout="constrained")
        axes = fig.subplots(len(sets), 2, squeeze=False)
        for row, data in zip(axes, sets, strict=True):
            some = scores[scores["data"] == data]
            wide = some.pivot(index="subject", columns="theory", values="nats")
            absent = [name for name in theories if name not in wide or wide[name].isna().any()]
            if absent:
                raise ValueError(f"{absent[0]!r} lacks subjects in {data!r}; all theories need all")
            _dots(row[0], wide[theories], kinds)
            _dots(row[1], wide[theories].rsub(wide[reference], axis=0), kinds)
            row[1].axvline(0, color="0.5", linewidth=0.6, linestyle=(0, (1, 2)), zorder=1)
            row[1].set_yticklabels([])
            row[0].set_title(f"{data}: {len(wide)} subjects", loc="left")
        axes[-1, 0].set_xlabel("Held-out nats per response")
        axes[-1, 1].set_xlabel(f"Nats better than {reference}")
        _key(axes[0, 1], [kind for kind in COLORS if kind in kinds.values()])
    return fig


def _key(ax: Axes, kinds: Sequence[str]) -> None:
    """What colours mean; nothing where there is one."""
    if len(kinds) < 2:
        return
    dots = [Line2D([], [], color=COLORS[kind], marker="o", markersize=3.4) for kind in kinds]
    ax.legend(
        dots,
        kinds,
        ncols=len(kinds),
        loc="lower right",
        bbox_to_anchor=(1, 1),
        borderpad=0,
        handlelength=1.6,
        handletextpad=0.5,
        columnspacing=1.4,
    )


def _dots(ax: Axes, wide: pd.DataFrame, kinds: Mapping[str, str]) -> None:
    """A dot with its interval for each column, from top to bottom, and a small one per subject."""
    long = wide.melt(var_name="theory", value_name="nats", ignore_index=False).reset_index()
    means = bootstrap_subjects(long, "theory", "nats").set_index("theory")
    for place, theory in enumerate(wide.columns):
        values = wide[theory].to_numpy()
        small: dict[str, Any] = {
            "color": GREY,
            "alpha": 0.35,
            "markersize": 2.2,
            "markeredgewidth": 0,
        }
        ax.plot(values, np.full(len(values), place + 0.22), "o", clip_on=False, **small)
        mean = means.loc[theory]
        color = COLORS[kinds[theory]]
        ax.hlines([place], mean["low"], mean["high"], color=color, linewidth=1.6, zorder=3)
        ax.plot(mean["mean"], place, "o", color=color, markersize=3.4, zorder=4)
    ax.set(ylim=(len(wide.columns) - 0.4, -0.6))
    ax.set_yticks(range(len(wide.columns)), [*wide.columns])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
