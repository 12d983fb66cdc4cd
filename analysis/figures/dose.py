"""Dose curve: what more and more storage noise does to recall."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from analysis.figures.composite import MM, WIDTHS
from analysis.figures.style import figure_style, source_lines

#: column of the table and name of the axis of each panel
PANELS = {
    "words": "Words recalled",
    "pfr_last": "PFR of the last word",
    "crp_plus1": "Lag-CRP(+1)",
    "crp_minus1": "Lag-CRP(−1)",
}


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
    missing = [name for name in ("noise", *PANELS) if name not in networks.columns]
    if missing:
        raise ValueError(f"networks have no column {missing[0]!r}, only {[*networks.columns]}")
    lines = source_lines({"People": "people", "Networks": "network"})
    with figure_style():
        fig = plt.figure(figsize=(WIDTHS["double"] * MM, 56 * MM), layout="constrained")
        axes = fig.subplots(1, len(PANELS), gridspec_kw={"wspace": 0.06})
        for ax, (name, label) in zip(axes, PANELS.items(), strict=True):
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
