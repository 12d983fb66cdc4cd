"""Every measure, averaged over subjects, is a table that its figure draws as it is."""

import numpy as np
import pandas as pd
import pytest

import analysis
from analysis import Recalls, group_curve, plot_organization, plot_serial_recall

from .helpers import bowed, first, peaked, responses, roc, several

POOL = [f"word{i}" for i in range(12)]
GAPS = pd.DataFrame(
    np.abs(np.subtract.outer(range(12), range(12))) / 11.0, index=POOL, columns=POOL
)


@pytest.fixture
def free(random_table) -> pd.DataFrame:
    """Free recall with intrusions, repeats, times and two categories."""
    table = random_table(1)
    rt = (100.0 * table["position"]).where(table["trial_type"] == "recall")
    return table.assign(rt=rt, category=(table["item"].str[-1] > "4").astype(int))


@pytest.fixture
def cued() -> pd.DataFrame:
    """Cued recall of three lists by two subjects, a third of the answers from another pair."""
    rows = []
    for subject in (1, 2):
        for number in (1, 2, 3):
            pairs = [(f"a{number}{k}", f"b{number}{k}") for k in range(6)]
            for place, (cue, item) in enumerate(pairs, 1):
                rows.append((subject, number, "study", place, cue, item))
            for place, (cue, item) in enumerate(pairs, 1):
                wrong = (place + subject) % 3 == 0
                answer = pairs[(place + number) % 6][1] if wrong else item
                shown = (cue, answer) if place % 2 else (item, answer if wrong else cue)
                rows.append((subject, number, "recall", place, *shown))
    columns = ["subject", "list", "trial_type", "position", "cue", "item"]
    return pd.DataFrame(rows, columns=columns)


FREE = [
    ("spc", "input", "recall", {}),
    ("pfr", "input", "prob", {}),
    ("lag_crp", "lag", "prob", {}),
    ("pli", "list_lag", "prob", {"measure": "pli_list_lag", "max_lag": 3}),
    ("irt", "output", "irt", {}),
    ("stopping", "output", "prob", {}),
    ("distance_crp", "center", "prob", {"distances": GAPS, "edges": [0.01, 0.3, 0.6, 1.01]}),
    ("temporal_factor", None, "rank", {}),
    ("semantic_factor", None, "rank", {"similarities": 1 - GAPS}),
    ("category_crp", None, "prob", {}),
    ("pnr", ["output", "input"], "prob", {}),
]
CUED = [
    ("cued_accuracy", "lag", "prob", {}),
    ("cued_direction", "direction", "prob", {"measure": "cued_accuracy", "x": "direction"}),
    ("cued_intrusions", "pair_lag", "prob", {}),
]


def draw(plot, definition, table, x, value):
    definition = dict(definition)
    measure = getattr(analysis, definition.pop("measure", plot))
    curve = group_curve(measure(table, **definition), x, value)
    assert len(curve)
    return curve, getattr(analysis, f"plot_{plot}")(curve)


@pytest.mark.parametrize(("plot", "x", "value", "definition"), FREE)
def test_free_recall(plot, x, value, definition, free):
    curve, ax = draw(plot, definition, free, x, value)
    if plot == "pnr":
        drawn = ax.collections[0].get_array().compressed().tolist()
    elif x is None:
        drawn = [
            place for line in ax.lines if line.get_label() == "_dot" for place in line.get_xdata()
        ]
    else:
        drawn = [place for line in ax.lines for place in line.get_ydata()]
    shown = curve[curve["lag"].abs().between(1, 5)] if x == "lag" else curve
    assert sorted(drawn) == sorted(shown["mean"])


@pytest.mark.parametrize(("plot", "x", "value", "definition"), CUED)
def test_cued_recall(plot, x, value, definition, cued):
    curve, ax = draw(plot, definition, cued, x, value)
    assert sorted(place for line in ax.lines for place in line.get_ydata()) == sorted(curve["mean"])


def test_frequency_judgments():
    table = pd.DataFrame(
        {
            "subject": 1,
            "list": 1,
            "trial_type": ["study"] * 3 + ["recall"] * 3,
            "position": [1, 2, 3] * 2,
            "item": ["owl", "elk", "owl", "owl", "elk", "ant"],
            "response": [None, None, None, 3, 1, 0],
        }
    )
    judged = group_curve(analysis.frequency_judgments(table), "frequency", "judged")
    ax = analysis.plot_frequency_judgments(judged)
    assert ax.lines[0].get_xydata().tolist() == [[0, 0], [1, 1], [2, 3]]


def test_one_subject_without_intervals_is_drawn_without_them():
    lists = Recalls.from_positions([[1, 2, 3], [1, 3, 2]], list_length=3)
    curve = group_curve(analysis.spc(lists), "input", "recall")
    assert curve["low"].isna().all()
    assert analysis.plot_spc(curve).lines[0].get_ydata().tolist() == [1, 1, 1]

    one = first(1)
    tables = bowed(one), peaked(one, "displacement"), responses(one)
    fig = plot_serial_recall(*(table.assign(low=np.nan, high=np.nan) for table in tables), one)
    assert fig.get_supxlabel() == "" and fig.axes[2].get_ylim()[1] < 0.2
    value = several(None, None, [0.7], one).assign(low=np.nan, high=np.nan)
    assert plot_organization(value, one).axes[0].lines
    ratings = roc(one).assign(low=np.nan, high=np.nan)
    assert analysis.plot_recognition(ratings, one).axes
