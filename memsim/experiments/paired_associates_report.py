"""What a run of paired associates shows: curves, a summary table, figures, and a page."""

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd
from matplotlib.figure import Figure as Drawing

from analysis import (
    cued_accuracy,
    cued_intrusions,
    cued_responses,
    cued_tests,
    human_curves,
    plot_cued_accuracy,
    plot_cued_direction,
    plot_cued_intrusions,
    yules_q,
)
from analysis.figures.composite import Panel, Width, compose
from analysis.figures.style import Kind
from analysis.free_recall.curves import MAX_LAG
from analysis.statistics.intervals import summarise_subjects
from memsim.experiments.page import page_of_patterns
from memsim.experiments.paired_associates_sentences import words
from memsim.experiments.report import (
    PEOPLE,
    Report,
    curve_of_tests,
    each_source,
    result_table,
    rmsd_to_people,
)
from memsim.experiments.theories import fit_status
from paradigms import PairedAssociates

#: measures here, and what they are in the curves of people: condition and measure
IN_CURVES = {
    "accuracy": ("all", "acc_mean"),
    "forward": ("forward", "acc_mean"),
    "backward": ("backward", "acc_mean"),
    "by_lag": ("all", "acc_by_study_test_lag"),
    "by_position": ("all", "acc_by_study_position"),
    "by_presentations": ("test1_both", "acc_by_presentations"),
    "forward_by_presentations": ("test1_forward", "acc_by_presentations"),
    "backward_by_presentations": ("test1_backward", "acc_by_presentations"),
    "intrusions_by_lag": ("all", "ili_lag_crp"),
    "same_list": ("all", "rate_ili"),
    "prior_list": ("all", "rate_pli"),
    "extra_list": ("all", "rate_other"),
    "omissions": ("all", "rate_omission_or_unscored"),
    "q_same": ("same_direction", "yule_q_test1_test2"),
    "q_reversed": ("reversed_direction", "yule_q_test1_test2"),
}
KINDS = {
    "same_list": "same-list intrusion",
    "prior_list": "prior-list intrusion",
    "extra_list": "extra-list intrusion",
    "omissions": "omission",
}
DIRECTIONS = ("forward", "backward")


def paired_associates_report(
    recalls: pd.DataFrame,
    human: str | None,
    dncs: list[str],
    training: pd.DataFrame,
    task: PairedAssociates,
    theories: Mapping[str, str] | None = None,
    remarks: Sequence[str] = (),
) -> Report:
    """Measures, curves, summary, figures and the page of a run; see `serial_recall_report`."""
    tests = cued_tests(recalls)
    x = "presentations" if tests["presentations"].nunique() > 1 else "lag"
    measured = measures(tests, human)
    drawn = drawn_curves(tests, measured, x)
    table = summary(measured, drawn, x, human, theories or {})
    sources = dict(zip(table["source"], table["kind"], strict=True))
    figures = {
        "paired_associates": _figure(drawn, sources, x, "double"),
        "paired_associates_single": _figure(drawn, sources, x, "single"),
    }
    text = page_of_patterns(
        words(table, human, task)._replace(remarks=remarks),
        table,
        dncs=dncs,
        people=human,
        training=training,
        command="paired-associates",
    )
    return Report(measured, drawn, table, figures, text)


def measures(tests: pd.DataFrame, human: str | None) -> pd.DataFrame:
    """All measures of all sources: `source, measure, x, mean, sem, n`; first tests, but for Q."""
    direction = cued_accuracy(tests, "model", "direction")
    kinds = cued_responses(tests, "model")
    lags = cued_intrusions(tests, "model")
    found = [
        ("accuracy", cued_accuracy(tests, "model", None), None, "prob"),
        *((name, direction[direction["direction"] == name], None, "prob") for name in DIRECTIONS),
        ("by_lag", cued_accuracy(tests, "model", "lag"), "lag", "prob"),
        ("by_position", cued_accuracy(tests, "model", "study_position"), "study_position", "prob"),
        (
            "by_presentations",
            cued_accuracy(tests, "model", "presentations"),
            "presentations",
            "prob",
        ),
        ("intrusions_by_lag", lags[lags["pair_lag"].abs() <= MAX_LAG], "pair_lag", "prob"),
        *((name, kinds[kinds["kind"] == kind], None, "prob") for name, kind in KINDS.items()),
    ]
    if (tests["test"] == 2).any():
        q = yules_q(tests, "model")
        found += [
            (f"q_{which}", q[q["directions"] == which], None, "q") for which in ("same", "reversed")
        ]
    parts = [
        summarise_subjects(
            table.assign(measure=name, x=0 if x is None else table[x]),
            ["model", "measure", "x"],
            value,
        )
        for name, table, x, value in found
        if len(table)
    ]
    models = pd.concat(parts).rename(columns={"model": "source"}).set_index("source")
    in_order = models.loc[tests["model"].unique()].reset_index()
    columns = ["source", "measure", "x", "mean", "sem", "n"]
    return pd.concat([*([] if human is None else [people_measures(human)]), in_order])[columns]


def people_measures(human: str) -> pd.DataFrame:
    """Measures of people under the names they have here.

    Where accuracy is known by presentations only, that of all tests is their mean: there are as many
    pairs of each number. It has no standard error.
    """
    curves = human_curves(human).set_index(["condition", "measure"])
    parts = {name: curves.loc[[key]] for name, key in IN_CURVES.items() if key in curves.index}
    for name in ("accuracy", *DIRECTIONS):
        by = "by_presentations" if name == "accuracy" else f"{name}_by_presentations"
        if name not in parts and by in parts:
            mean = {"x": 0, "mean": parts[by]["mean"].mean(), "n": parts[by]["n"].max()}
            parts[name] = pd.DataFrame([mean | {"sem": float("nan")}])
    tables = [part.assign(measure=name) for name, part in parts.items()]
    return pd.concat(tables, ignore_index=True).assign(source=PEOPLE)


def drawn_curves(tests: pd.DataFrame, measured: pd.DataFrame, x: str) -> dict[str, pd.DataFrame]:
    """Accuracy by lag or presentations, by direction, and intrusions, with 95 % intervals."""
    intrusions = curve_of_tests(cued_intrusions, tests, "pair_lag")
    if len(intrusions):
        intrusions = intrusions[intrusions["pair_lag"].abs() <= MAX_LAG]
    drawn = {
        "accuracy": curve_of_tests(partial(_accuracy, x), tests, x),
        "direction": curve_of_tests(partial(_accuracy, "direction"), tests, "direction"),
        "intrusions": intrusions,
    }
    people = measured[measured["source"] == PEOPLE]
    if people.empty:
        return drawn
    directions = people[people["measure"].isin(DIRECTIONS)]
    beside = {
        "accuracy": result_table(people[people["measure"] == f"by_{x}"], x),
        "direction": result_table(directions.assign(x=directions["measure"]), "direction"),
        "intrusions": result_table(people[people["measure"] == "intrusions_by_lag"], "pair_lag"),
    }
    return {
        name: pd.concat([table.assign(source=PEOPLE), drawn[name]], ignore_index=True)
        for name, table in beside.items()
    }


def _accuracy(x: str, tests: pd.DataFrame, by: str | None) -> pd.DataFrame:
    return cued_accuracy(tests, by, x)


def summary(
    measured: pd.DataFrame,
    drawn: Mapping[str, pd.DataFrame],
    x: str,
    human: str | None,
    theories: Mapping[str, str],
) -> pd.DataFrame:
    """One row per source.

    Returns
    -------
    DataFrame
        `source`; `kind, status, preset, origin, fitted_to, fitted_by` (see `fit_status`);
        `subjects`; `accuracy` of first tests, of those `forward` and
        `backward`; at lags 0 and 1 (`recent`) and at the longer half of lags (`remote`); of pairs
        shown least and most often; answers from other pairs of the list (`same_list`), with
        `other_words`, and `omissions`; probability that a neighbouring pair intrudes (`near`) and
        one 2 to 5 away (`far`), given the chance; Yule's Q between two tests (`q_same,
        q_reversed`); `rmsd_accuracy` (by lag, or by presentations) and `rmsd_intrusions` to people.
        A value that the recalls do not determine is NaN.
    """
    names = ("accuracy", *DIRECTIONS, "same_list", "omissions", "q_same", "q_reversed")
    accuracy = drawn["accuracy"].rename(columns={x: "x"})
    rows = []
    for row in each_source(measured, {name: (name, 0) for name in names}):
        source = row["source"]
        curves = {
            str(name): part.set_index("x")["mean"].sort_index()
            for name, part in measured[measured["source"] == source].groupby("measure")
        }
        nothing = pd.Series(dtype=float)
        lag = curves.get("by_lag", nothing)
        row["recent"] = lag[lag.index <= 1].mean()
        row["remote"] = lag[lag.index > lag.index.max() / 2].mean() if len(lag) else float("nan")
        shown = curves.get("by_presentations", nothing)
        several = len(shown) > 1
        row["least_shown"] = shown.iloc[0] if several else float("nan")
        row["most_shown"] = shown.iloc[-1] if several else float("nan")
        elsewhere = [curves.get(name, nothing) for name in ("prior_list", "extra_list")]
        row["other_words"] = sum(values.sum(min_count=1) for values in elsewhere)
        pair_lag = curves.get("intrusions_by_lag", nothing)
        distance = pair_lag.index.to_series().abs().to_numpy()
        row["near"], row["far"] = pair_lag[distance == 1].mean(), pair_lag[distance > 1].mean()
        # under another name, since `rmsd` takes a column "lag" for that of a lag-CRP
        row["rmsd_accuracy"] = rmsd_to_people(accuracy, source, "x")
        row["rmsd_intrusions"] = rmsd_to_people(drawn["intrusions"], source, "pair_lag")
        rows.append({"source": source, **fit_status(source, human, theories), **row})
    return pd.DataFrame(rows)


def _figure(
    drawn: Mapping[str, pd.DataFrame], sources: Mapping[str, Kind], x: str, width: Width
) -> Drawing:
    panels: list[Panel] = [(partial(plot_cued_accuracy, x=x), drawn["accuracy"])]
    if drawn["direction"]["direction"].nunique() > 1:
        panels.append((plot_cued_direction, drawn["direction"]))
    if len(drawn["intrusions"]):
        panels.append((plot_cued_intrusions, drawn["intrusions"]))
    if width == "double":
        return compose([panels], sources, width, [56], letters=False)
    return compose([[panel] for panel in panels], sources, width, [53] * len(panels), letters=False)
