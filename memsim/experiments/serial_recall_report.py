"""What a run of serial recall shows: curves, a summary table, figures and a page that explains."""

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis import (
    human_curves,
    human_group_curve,
    plot_serial_recall,
    serial_accuracy,
    serial_curves,
    serial_responses,
    transpositions,
)
from memsim.experiments.page import page_of_patterns
from memsim.experiments.report import (
    PEOPLE,
    Report,
    curve_of_models,
    each_source,
    rmsd_to_people,
)
from memsim.experiments.serial_recall_sentences import words
from memsim.experiments.theories import fit_status
from paradigms import SerialRecall

#: curves of people, and the kind of response that each is of
RATES = {
    "order_error_rate": "transposition",
    "omission_rate": "omission",
    "intrusion_rate": "intrusion",
    "repetition_rate": "repetition",
}
ALSO_DRAWN = {"acc_strict": "accuracy", "transposition_cond": "transpositions"}


def serial_recall_report(
    recalls: pd.DataFrame,
    human: str | None,
    dncs: list[str],
    training: pd.DataFrame,
    task: SerialRecall,
    theories: Mapping[str, str] | None = None,
    remarks: Sequence[str] = (),
) -> Report:
    """Measures, curves, summary, figures and the page of a run.

    Parameters
    ----------
    recalls : recall table
        All simulated participants, with a column `model`.
    human : str, optional
        People to lay beside.
    dncs : list of str
        Labels of the DNCs, from least to most noise.
    training : DataFrame
        From `memsim.experiments.run.training_table`.
    task : SerialRecall
        What all took part in.
    theories : mapping of str to str, optional
        Parameter set of each theory among the models.
    remarks : sequence of str
        What to know of the theories; see `Run.remarks`.
    """
    measured = measures(recalls, human)
    drawn = drawn_curves(recalls, human)
    table = summary(measured, drawn, task.list_length, human, theories or {})
    sources = dict(zip(table["source"], table["kind"], strict=True))
    three = drawn["accuracy"], drawn["transpositions"], drawn["responses"]
    figures = {
        "serial_recall": plot_serial_recall(*three, sources),
        "serial_recall_single": plot_serial_recall(*three, sources, "single"),
    }
    text = page_of_patterns(
        words(table, human, task)._replace(remarks=remarks),
        table,
        dncs=dncs,
        people=human,
        training=training,
        command="serial-recall",
    )
    return Report(measured, drawn, table, figures, text)


def measures(recalls: pd.DataFrame, human: str | None) -> pd.DataFrame:
    """All measures of all sources: `source, measure, x, mean, sem, n`; see `serial_curves`."""
    models = serial_curves(recalls, by="model").rename(columns={"model": "source"})
    in_order = models.set_index("source").loc[recalls["model"].unique()].reset_index()
    people = pd.DataFrame() if human is None else human_curves(human).assign(source=PEOPLE)
    return pd.concat([people, in_order])[in_order.columns]


def drawn_curves(recalls: pd.DataFrame, human: str | None) -> dict[str, pd.DataFrame]:
    """Accuracy, transpositions and kinds of response, with 95 % intervals: one table each."""
    parts = {
        "accuracy": [curve_of_models(serial_accuracy, recalls, "input", "recall", omissions=True)],
        "transpositions": [
            curve_of_models(
                transpositions, recalls, "displacement", omissions=True, per="opportunities"
            )
        ],
        "responses": [
            curve_of_models(
                serial_responses,
                recalls,
                ["output", "kind"],
                omissions=True,
                repeat_in_place="repetition",
            )
        ],
    }
    if human is not None:
        there = set(human_curves(human)["measure"])
        curves = {
            name: human_group_curve(human, name) for name in [*ALSO_DRAWN, *RATES] if name in there
        }
        for name, curve in curves.items():
            if name in RATES:
                parts["responses"].append(curve.assign(kind=RATES[name]))
            else:
                parts[ALSO_DRAWN[name]].append(curve)
    return {
        name: pd.concat(
            [*(people.assign(source=PEOPLE) for people in of_people), models], ignore_index=True
        )
        for name, (models, *of_people) in parts.items()
    }


def summary(
    measured: pd.DataFrame,
    drawn: Mapping[str, pd.DataFrame],
    list_length: int,
    human: str | None,
    theories: Mapping[str, str],
) -> pd.DataFrame:
    """One row per source.

    Returns
    -------
    DataFrame
        `source`; `kind, status, preset, origin, fitted_to, fitted_by` (see `fit_status`);
        `subjects`; `accuracy` (strict) of all items, of the `first`, the
        `middle` third and the `last`; `perfect` (share of lists); `order_errors, omissions,
        intrusions, repetitions` (share of responses); `adjacent` (share of order errors from the
        neighbouring place) and `adjacent_chance`, if any other place were as likely; `fill_in,
        infill`; `rmsd_accuracy, rmsd_transpositions` to people. A value that the recalls do not
        determine is NaN.
    """
    wanted: dict[str, tuple[str, float]] = {
        "accuracy": ("acc_mean", 0),
        "perfect": ("list_perfect", 0),
        "first": ("acc_strict", 1),
        "last": ("acc_strict", list_length),
        "adjacent": ("order_error_share_absdist", 1),
        "fill_in": ("fillin_after_skip", 0),
        "infill": ("infill_after_skip", 0),
    }
    rates = {
        "order_errors": "order_error_rate",
        "omissions": "omission_rate",
        "intrusions": "intrusion_rate",
        "repetitions": "repetition_rate",
    }
    rows = []
    for row in each_source(measured, wanted):
        source = row["source"]
        values = measured[measured["source"] == source].set_index(["measure", "x"])["mean"]
        third = list_length // 3
        row["middle"] = values["acc_strict"].loc[third + 1 : list_length - third].mean()
        for name, rate in rates.items():
            row[name] = values[rate].mean() if rate in values else float("nan")
        row["adjacent_chance"] = 2 / list_length if list_length >= 4 else float("nan")
        row["rmsd_accuracy"] = rmsd_to_people(drawn["accuracy"], source, "input")
        moved = drawn["transpositions"].query("displacement != 0")
        row["rmsd_transpositions"] = rmsd_to_people(moved, source, "displacement")
        rows.append({"source": source, **fit_status(source, human, theories), **row})
    return pd.DataFrame(rows)
