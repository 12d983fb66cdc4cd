"""Recovery of parameters and of theories."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from analysis import plot_confusion, plot_recovery
from analysis.figures.style import BLUE, GREY


def recovered() -> pd.DataFrame:
    true = np.array([0.2, 0.4, 0.6, 0.8])
    parts = {
        "beta": (True, true + [0.0, 0.1, -0.1, 0.0]),
        "alpha": (False, np.array([0.2, 0.4, 9.0, -3.0])),
        "lag[0]": (True, true),
        "lag[1]": (True, 1 - true),
    }
    return pd.concat(
        pd.DataFrame({"parameter": name, "claimed": claimed, "true": true, "estimated": values})
        for name, (claimed, values) in parts.items()
    ).assign(at_bound=lambda table: table["estimated"] > 5)


def drawn(ax):
    return {line.get_marker(): line.get_xydata() for line in ax.lines if len(line.get_xydata())}


def test_estimates_stand_over_the_truth_with_their_correlation():
    fig = plot_recovery(recovered())
    beta, alpha, lag = fig.axes
    assert drawn(beta)["o"] == pytest.approx(
        np.array([[0.2, 0.2], [0.4, 0.5], [0.6, 0.5], [0.8, 0.8]])
    )
    r = np.corrcoef([0.2, 0.4, 0.6, 0.8], [0.2, 0.5, 0.5, 0.8])[0, 1]
    assert beta.get_title(loc="left") == f"beta: r = {r:.2f}".replace("0.", ".")
    assert lag.get_title(loc="left") == "lag: r = -1.00 to 1.00"
    assert len(drawn(lag)["o"]) == 8
    assert to_hex(beta.lines[0].get_color()) == BLUE.lower()
    assert to_hex(alpha.lines[0].get_color()) == GREY.lower()
    assert fig.get_figwidth() * 25.4 == pytest.approx(180)


def test_estimates_far_away_stand_at_the_edge():
    alpha = plot_recovery(recovered()).axes[1]
    # true values span .6; the panel ends as much beyond them
    assert drawn(alpha)["^"] == pytest.approx(np.array([[0.6, 1.4]]))
    assert drawn(alpha)["v"] == pytest.approx(np.array([[0.8, -0.4]]))
    assert alpha.get_xlim() == alpha.get_ylim()


def test_eight_panels_have_room():
    one = recovered().query("parameter == 'beta'").assign(at_bound=False)
    table = pd.concat(one.assign(parameter=f"beta_{k}") for k in range(8))
    fig = plot_recovery(table)
    fig.draw_without_rendering()  # a layout that fails warns
    widths = [ax.get_window_extent().width / fig.get_window_extent().width for ax in fig.axes]
    assert min(widths) > 0.15


def test_estimates_at_a_bound_are_open():
    table = recovered().query("parameter == 'beta'").assign(at_bound=[True, False, False, False])
    (ax,) = plot_recovery(table).axes
    faces = [line.get_markerfacecolor() for line in ax.lines if line.get_marker() == "o"]
    assert [face == "white" for face in faces[:2]] == [False, True]


def test_one_data_set_has_no_correlation():
    (ax,) = plot_recovery(recovered().query("parameter == 'beta'").iloc[:1]).axes
    assert ax.get_title(loc="left") == "beta: r = nan"


@pytest.mark.parametrize(
    ("table", "error", "message"),
    [
        (
            recovered().drop(columns="true"),
            ValueError,
            "no column 'true', only.*parameter_recovery",
        ),
        (recovered().iloc[:0], ValueError, "no rows"),
        ([], TypeError, "is a DataFrame, got list"),
    ],
)
def test_bad_tables(table, error, message):
    with pytest.raises(error, match=message):
        plot_recovery(table)


def test_a_confusion_matrix_says_every_share():
    table = pd.DataFrame(
        {"static": [1.0, 0.05, 0.3], "CMR": [0.0, 0.95, 0.7]}, ["static", "CMR", "SAM"]
    )
    (ax,) = plot_confusion(table).axes
    said = {text.get_position(): text.get_text() for text in ax.texts}
    assert said == {
        (0, 0): "1", (1, 0): "0", (0, 1): ".05", (1, 1): ".95", (0, 2): ".30", (1, 2): ".70",
    }  # fmt: skip
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["static", "CMR", "SAM"]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["static", "CMR"]


@pytest.mark.parametrize(
    ("table", "error", "message"),
    [
        (pd.DataFrame({"CMR": [12.0]}), ValueError, "shares from 0 to 1"),
        (pd.DataFrame({"CMR": [np.nan]}), ValueError, "shares from 0 to 1"),
        (pd.DataFrame(), ValueError, "no rows or no columns"),
        ({}, TypeError, "is a DataFrame, got dict"),
    ],
)
def test_bad_confusion(table, error, message):
    with pytest.raises(error, match=message):
        plot_confusion(table)
