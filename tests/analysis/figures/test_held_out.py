"""Held-out nats of theories."""

import numpy as np
import pandas as pd
import pytest

from analysis import bootstrap_subjects, plot_held_out

NATS = {"chain": [1.0, 1.2, 0.8, 1.1], "SEM": [0.8, 0.9, 0.7, 0.6]}


def scores() -> pd.DataFrame:
    parts = [
        pd.DataFrame({"data": data, "theory": theory, "subject": [1, 2, 3, 4], "nats": nats})
        for data in ("A", "B")
        for theory, nats in NATS.items()
    ]
    return pd.concat(parts, ignore_index=True)


def means(ax):
    return [float(line.get_xdata()[0]) for line in ax.lines if len(line.get_xdata()) == 1]


def test_every_subject_and_their_mean_are_shown_beside_the_differences():
    nats, differences, *_ = plot_held_out(scores(), "SEM").axes
    assert means(nats) == pytest.approx([1.025, 0.75])
    assert means(differences) == pytest.approx([-0.275, 0.0])
    small = [line for line in differences.lines if len(line.get_xdata()) == 4]
    assert small[0].get_xdata() == pytest.approx(np.array(NATS["SEM"]) - NATS["chain"])
    ends = bootstrap_subjects(scores().query("data == 'A'"), "theory", "nats").set_index("theory")
    segment = nats.collections[0].get_segments()[0]
    assert segment[:, 0] == pytest.approx(ends.loc["chain", ["low", "high"]].to_numpy(dtype=float))


def test_theories_stand_in_the_order_asked_for():
    fig = plot_held_out(scores(), "SEM", order=["SEM", "chain"])
    assert [label.get_text() for label in fig.axes[0].get_yticklabels()] == ["SEM", "chain"]
    assert means(fig.axes[0]) == pytest.approx([0.75, 1.025])
    assert [ax.get_title(loc="left") for ax in fig.axes[::2]] == ["A: 4 subjects", "B: 4 subjects"]
    assert fig.get_figwidth() * 25.4 == pytest.approx(180)


def test_kinds_have_colours_of_their_own_and_a_key():
    fig = plot_held_out(scores(), "SEM", kinds={"SEM": "theory", "chain": "network"})
    nats, differences, *_ = fig.axes
    dots = [line.get_color() for line in nats.lines if len(line.get_xdata()) == 1]
    assert dots == ["#D55E00", "#0072B2"]  # the house's network and theory
    key = differences.get_legend()
    assert [text.get_text() for text in key.get_texts()] == ["theory", "network"]
    assert [handle.get_color() for handle in key.legend_handles] == dots[::-1]
    assert plot_held_out(scores(), "SEM").axes[1].get_legend() is None


def test_what_cannot_be_compared_is_named():
    with pytest.raises(ValueError, match="no column 'nats', only"):
        plot_held_out(scores().drop(columns="nats"), "SEM")
    with pytest.raises(ValueError, match="'primacy' is not among the theories chain, SEM"):
        plot_held_out(scores(), "primacy")
    with pytest.raises(ValueError, match="'chain' is not among the theories SEM"):
        plot_held_out(scores(), "SEM", order=["SEM"])
    with pytest.raises(ValueError, match="several rows for 'chain' in 'A'; average the folds"):
        plot_held_out(pd.concat([scores(), scores()]), "SEM")
    with pytest.raises(ValueError, match=r"kinds\['chain'\] must be 'theory', .* got None"):
        plot_held_out(scores(), "SEM", kinds={"SEM": "theory"})
    with pytest.raises(ValueError, match="'chain' lacks subjects in 'A'"):
        plot_held_out(scores().iloc[1:], "SEM")
