"""The figures of docs/figures.md: ``python -m benchmarks.gallery``, about a minute.

People come from the curves that ship with `analysis`, theories from `memsim.cognitive`, and the
ratings of recognition from normal distributions, for which no human data ship.
"""

import argparse
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy import stats

from analysis import (
    bootstrap_lists,
    group_curve,
    group_roc,
    human_curves,
    human_group_curve,
    lag_crp,
    pfr,
    plot_cued_recall,
    plot_free_recall,
    plot_organization,
    plot_pnr_maps,
    plot_recognition,
    plot_serial_recall,
    pnr,
    roc,
    spc,
)
from memsim.cognitive import PRESETS
from memsim.simulate import simulate
from paradigms import FreeRecall

#: dots per inch: 850 pixels for 180 mm
DPI = 120
THEORIES = {"CMR": "G20", "SAM": "SAM-20-1"}
N_LISTS = 400


def together(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """One result table of several sources."""
    return pd.concat([table.assign(source=source) for source, table in tables.items()])


def one_value(name: str, measure: str) -> pd.DataFrame:
    """A human measure without x, with its t interval."""
    row = human_curves(name).query("measure == @measure")
    half = stats.t.ppf(0.975, row["n"] - 1) * row["sem"]
    low, high = row["mean"] - half, row["mean"] + half
    return pd.DataFrame({"mean": row["mean"], "low": low, "high": high, "over": "subjects"})


@cache
def theory_lists() -> dict[str, pd.DataFrame]:
    """Recalls of theories in the task of Murdock (1962), 20 words of 1 s each."""
    models = {label: PRESETS[name].parameters for label, name in THEORIES.items()}
    task = FreeRecall(list_length=20, presentation_time=1.0)
    recalls = simulate(models, task, n_lists=N_LISTS)
    return dict(list(recalls.groupby("model")))


def free_recall(width: str) -> Figure:
    tables = []
    for measure, definition in ((spc, {}), (pfr, {"first": "response"}), (lag_crp, {})):
        curves = {"People": human_group_curve("murdock1962/20-1", measure.__name__)}
        for label, lists in theory_lists().items():
            curves[label] = bootstrap_lists(measure, lists, **definition)
        tables.append(together(curves))
    sources: Any = {"People": "people", "CMR": "theory", "SAM": "theory"}
    return plot_free_recall(*tables, sources, width=width, letters=True)


def organization(width: str) -> Figure:
    names = {
        f"howard_kahana1999/exp1_{when}": when.capitalize() for when in ("immediate", "delayed")
    }
    factor = together({label: one_value(name, "temporal_factor") for name, label in names.items()})
    times = {label: human_group_curve(name, "irt_ms") for name, label in names.items()}
    sources: Any = dict.fromkeys(names.values(), "people")
    return plot_organization(factor, sources, irt=together(times), width=width, letters=True)


def pnr_maps(width: str) -> Figure:
    curves = {
        label: group_curve(pnr(lists), ["output", "input"])
        for label, lists in theory_lists().items()
    }
    table = together(curves)
    sources: Any = dict.fromkeys(curves, "theory")
    return plot_pnr_maps(table[table["output"] <= 8], sources, width=width, letters=True)


def serial_recall(width: str) -> Figure:
    names = {
        f"lewandowsky_brown_wright_nimmo2006_e1/{condition}": condition.capitalize()
        for condition in ("quiet", "suppression")
    }
    kinds = {
        "transposition": "order_error_rate",
        "omission": "omission_rate",
        "intrusion": "intrusion_rate",
        "repetition": "repetition_rate",
    }
    accuracy, gradient, *errors = (
        together({label: human_group_curve(name, measure) for name, label in names.items()})
        for measure in ("acc_strict", "transposition_prop", *kinds.values())
    )
    responses = pd.concat(
        table.assign(kind=kind) for kind, table in zip(kinds, errors, strict=True)
    )
    sources: Any = dict.fromkeys(names.values(), "people")
    return plot_serial_recall(accuracy, gradient, responses, sources, width=width, letters=True)


def cued_recall(width: str) -> Figure:
    accuracy = human_group_curve("davis2008/all", "acc_by_study_test_lag")
    direction = pd.concat(
        one_value(f"davis2008/{direction}", "acc_mean").assign(direction=direction)
        for direction in ("forward", "backward")
    )
    intrusions = human_group_curve("davis2008/all", "ili_lag_crp")
    tables = [table.assign(source="People") for table in (accuracy, direction, intrusions)]
    return plot_cued_recall(*tables, {"People": "people"}, width=width, letters=True)


def recognition(width: str) -> Figure:
    """ROCs of ratings 1 to 6 that are cut from normal distributions, 20 subjects each."""
    rng = np.random.default_rng(0)
    curves = {}
    for label, distance in (("Strong", 1.5), ("Weak", 0.8)):
        rows = []
        for subject in range(1, 21):
            strength = rng.normal(0, 1, 200)
            strength[:100] = rng.normal(distance, 1.25, 100)
            ratings = 1 + np.searchsorted([-0.7, 0.0, 0.5, 1.0, 1.6], strength)
            rows += [(subject, 1, "study", i, i, np.nan) for i in range(1, 101)]
            rows += [(subject, 1, "recall", i, i, rating) for i, rating in enumerate(ratings, 1)]
        columns = ["subject", "list", "trial_type", "position", "item", "response"]
        curves[label] = group_roc(roc(pd.DataFrame(rows, columns=columns)))
    sources: Any = dict.fromkeys(curves, "theory")
    return plot_recognition(together(curves), sources, width=width, letters=True)


#: what is drawn, and how wide
FIGURES: dict[str, tuple[Callable[[str], Figure], str]] = {
    "free_recall": (free_recall, "double"),
    "free_recall_single": (free_recall, "single"),
    "organization": (organization, "double"),
    "pnr_maps": (pnr_maps, "double"),
    "serial_recall": (serial_recall, "double"),
    "cued_recall": (cued_recall, "double"),
    "recognition": (recognition, "double"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("docs/figures"))
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    mpl.use("agg")
    for name, (draw, width) in FIGURES.items():
        figure = draw(width)
        with mpl.rc_context({"savefig.bbox": None}):
            figure.savefig(
                out / f"{name}.png", dpi=DPI, pil_kwargs={"optimize": True}, facecolor="white"
            )
        plt.close(figure)


if __name__ == "__main__":
    main()
