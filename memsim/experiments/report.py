"""What a run of free recall shows: curves, a summary table, figures and a page that explains."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from analysis import (
    bootstrap_lists,
    curves,
    group_curve,
    human_curves,
    human_group_curve,
    lag_crp,
    pfr,
    plot_dose,
    plot_free_recall,
    rmsd,
    save_figure,
    spc,
    words_recalled,
)
from analysis.figures.style import Kind
from memsim.cognitive import PRESETS
from memsim.experiments.page import MIN_NETWORKS_FOR_INTERVALS, page

#: with fewer levels of storage noise there is no dose curve
MIN_LEVELS_FOR_DOSE = 3
PEOPLE = "People"
#: the human reference curves take the first response, whatever it was
PFR_DEFINITION: dict[str, Any] = {"first": "response"}


def write_report(
    out: Path,
    recalls: pd.DataFrame,
    human: str,
    theories: Mapping[str, str],
    noise: Mapping[str, float],
    training: pd.DataFrame,
) -> pd.DataFrame:
    """Write measures, summary, figures and the page of a run; return the summary.

    Parameters
    ----------
    out : Path
        Folder of the run.
    recalls : recall table
        All simulated participants, with a column `model`.
    human : str
        Human condition.
    theories : mapping of str to str
        Preset of each theory among the models.
    noise : mapping of str to float
        Storage noise of each kind of network among the models.
    training : DataFrame
        From `memsim.experiments.free_recall.training_table`.

    Returns
    -------
    DataFrame
        See `summary`.
    """
    drawn = drawn_curves(recalls, human)
    measured = measures(recalls, human)
    table = summary(measured, drawn, human, theories)
    measured.to_csv(out / "measures.csv", index=False)
    together = pd.concat(drawn, names=["measure"]).reset_index("measure")
    together.to_csv(out / "curves.csv", index=False)
    table.to_csv(out / "summary.csv", index=False)

    sources = dict(zip(table["source"], table["kind"], strict=True))
    three = drawn["spc"], drawn["pfr"], drawn["lag_crp"]
    _save(plot_free_recall(*three, sources), out / "free_recall")
    _save(plot_free_recall(*three, sources, "single"), out / "free_recall_single")
    with_dose = len(noise) >= MIN_LEVELS_FOR_DOSE
    if with_dose:
        each = each_network(recalls, noise)
        each.to_csv(out / "dose.csv", index=False)
        _save(plot_dose(each, dict(table.iloc[0])), out / "dose")
    (out / "README.md").write_text(page(table, human, training, with_dose), encoding="utf-8")
    return table


def _save(figure: Figure, path: Path) -> None:
    save_figure(figure, path)
    plt.close(figure)


def measures(recalls: pd.DataFrame, human: str) -> pd.DataFrame:
    """All measures of all sources: `source, measure, x, mean, sem, n` (subjects)."""
    people = human_curves(human)[["measure", "x", "mean", "sem", "n"]]
    models = curves(recalls, by="model").rename(columns={"model": "source"})
    in_order = models.set_index("source").loc[recalls["model"].unique()].reset_index()
    return pd.concat([people.assign(source=PEOPLE), in_order])[in_order.columns]


def drawn_curves(recalls: pd.DataFrame, human: str) -> dict[str, pd.DataFrame]:
    """SPC, PFR and lag-CRP of all sources, with 95 % intervals: one result table each."""
    drawn = {}
    for name, measure, x, value, definition in (
        ("spc", spc, "input", "recall", {}),
        ("pfr", pfr, "input", "prob", PFR_DEFINITION),
        ("lag_crp", lag_crp, "lag", "prob", {}),
    ):
        parts = [human_group_curve(human, name).assign(source=PEOPLE)]
        for label, lists in recalls.groupby("model", sort=False):
            each = measure(lists, **definition)
            if lists["subject"].nunique() >= MIN_NETWORKS_FOR_INTERVALS:
                curve = group_curve(each, x, value)
            elif each["possible"].any():
                curve = bootstrap_lists(measure, lists, **definition)
            else:  # without any response there is nothing to resample
                continue
            parts.append(curve.assign(source=label))
        drawn[name] = pd.concat(parts, ignore_index=True)
    return drawn


def summary(
    measured: pd.DataFrame,
    drawn: Mapping[str, pd.DataFrame],
    human: str,
    theories: Mapping[str, str],
) -> pd.DataFrame:
    """One row per source.

    Returns
    -------
    DataFrame
        `source`; `kind` ("people", "network", "theory"); `status` and `preset, fitted_to,
        criterion` (see `fit_status`); `subjects`; per list `words`, `intrusions`, `repeats`;
        recall of the first item, of the middle third and of the last item (`spc_first`,
        `spc_middle`, `spc_last`); probability that the first response is the first item, the last
        item, or no item of the list (`pfr_first`, `pfr_last`, `pfr_none`); lag-CRP at -1 and +1
        over all transitions (`crp_minus1`, `crp_plus1`) and without those from the first two
        responses (`late`); `rmsd_spc`, `rmsd_pfr`, `rmsd_crp` to people (|lag| up to 5). A value
        that the recalls do not determine is NaN.
    """
    last = int(measured.loc[measured["measure"] == "spc", "x"].max())
    wanted = {
        "words": ("n_recall", 0),
        "intrusions": ("n_intrusion", 0),
        "repeats": ("n_repeat", 0),
        "spc_first": ("spc", 1),
        "spc_last": ("spc", last),
        "pfr_first": ("pfr", 1),
        "pfr_last": ("pfr", last),
        "crp_minus1": ("lag_crp", -1),
        "crp_plus1": ("lag_crp", 1),
        "crp_minus1_late": ("lag_crp_late", -1),
        "crp_plus1_late": ("lag_crp_late", 1),
    }
    rows = []
    for source, values in measured.groupby("source", sort=False):
        mean = values.set_index(["measure", "x"])["mean"]
        row = {"source": source, **fit_status(str(source), human, theories)}
        row["subjects"] = int(values["n"].max())
        row |= {name: mean.get(key, float("nan")) for name, key in wanted.items()}
        row["spc_middle"] = mean["spc"].loc[last // 3 + 1 : last - last // 3].mean()
        row["pfr_none"] = 1 - mean["pfr"].sum() if "pfr" in mean else float("nan")
        for name, x in (("spc", "input"), ("pfr", "input"), ("lag_crp", "lag")):
            curve = drawn[name]
            people, model = (curve[curve["source"] == which] for which in (PEOPLE, source))
            known = source != PEOPLE and model[x].isin(people[x]).any()
            distance = rmsd(model, people, x) if known else float("nan")
            row[f"rmsd_{name.removeprefix('lag_')}"] = distance
        rows.append(row)
    return pd.DataFrame(rows)


def fit_status(source: str, human: str, theories: Mapping[str, str]) -> dict[str, str | None]:
    """What a source is, and whether and to what it was fitted.

    Returns
    -------
    dict
        `kind`; `status`: "data", "fitted to these data", "fitted elsewhere" or "not fitted"; of a
        theory `preset`, `fitted_to` and `criterion`.

    Examples
    --------
    >>> fit_status("SAM", "murdock1962/10-2", {"SAM": "SAM-M62"})["status"]
    'fitted elsewhere'
    """
    said: dict[str, str | None] = dict.fromkeys(("preset", "fitted_to", "criterion"))
    if source not in theories:
        kind: Kind = "people" if source == PEOPLE else "network"
        return {"kind": kind, "status": "data" if kind == "people" else "not fitted", **said}
    preset = PRESETS[theories[source]]
    status = "fitted to these data" if preset.fitted_to == human else "fitted elsewhere"
    return {
        "kind": "theory",
        "status": "not fitted" if preset.fitted_to is None else status,
        "preset": theories[source],
        "fitted_to": preset.fitted_to,
        "criterion": preset.criterion,
    }


def each_network(recalls: pd.DataFrame, noise: Mapping[str, float]) -> pd.DataFrame:
    """What the dose curve shows: `model, noise, subject, words, pfr_last, crp_plus1, crp_minus1`.

    One row per network; a value that its recalls do not determine is NaN.
    """
    lists = recalls[recalls["model"].isin([*noise])]
    who = lists[["subject", "model"]].drop_duplicates().set_index("subject")["model"]
    first = pfr(lists, **PFR_DEFINITION).set_index(["input", "subject"])["prob"]
    crp = lag_crp(lists).set_index(["lag", "subject"])["prob"]
    values = {
        "words": words_recalled(lists).set_index("subject")["n_recalled"],
        "pfr_last": first.get(first.index.get_level_values("input").max()),
        "crp_plus1": crp.get(1),
        "crp_minus1": crp.get(-1),
    }
    table = pd.DataFrame({"model": who, "noise": who.map(noise)}).join(pd.DataFrame(values))
    return table.reset_index()
