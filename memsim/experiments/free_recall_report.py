"""What a run of free recall shows: curves, a summary table, figures and a page that explains."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis import (
    curves,
    human_curves,
    human_group_curve,
    lag_crp,
    pfr,
    plot_dose,
    plot_free_recall,
    spc,
    words_recalled,
)
from memsim.experiments import page as pages
from memsim.experiments.free_recall_sentences import (
    UNLIKE_RULES,
    description,
    unlike_people,
    with_noise,
)
from memsim.experiments.patterns import unlike_line
from memsim.experiments.report import (
    PEOPLE,
    Report,
    curve_of_models,
    each_source,
    rmsd_to_people,
)
from memsim.experiments.theories import fit_status
from paradigms import FreeRecall

#: with fewer levels of storage noise there is no dose curve
MIN_LEVELS_FOR_DOSE = 3
#: the human reference curves take the first response, whatever it was
PFR_DEFINITION: dict[str, Any] = {"first": "response"}
RECALL_HEADINGS = {
    "source": "Source",
    "subjects": "Subjects",
    "words": "Words",
    "intrusions": "Intrusions",
    "repeats": "Repeats",
    "spc_first": "First word",
    "spc_middle": "Middle third",
    "spc_last": "Last word",
    "rmsd_spc": "RMSD to people",
}
ORDER_HEADINGS = {
    "source": "Source",
    "pfr_first": "Begins with first word",
    "pfr_last": "Begins with last word",
    "pfr_none": "Begins with intrusion",
    "crp_minus1": "Lag -1",
    "crp_plus1": "Lag +1",
    "crp_minus1_late": "Lag -1, late",
    "crp_plus1_late": "Lag +1, late",
    "rmsd_pfr": "RMSD to people, first recall",
    "rmsd_crp": "RMSD to people, lag-CRP",
}


def free_recall_report(
    recalls: pd.DataFrame,
    human: str | None,
    theories: Mapping[str, str],
    noise: Mapping[str, float],
    training: pd.DataFrame,
    task: FreeRecall,
    rho_distractor: float = 1.0,
) -> Report:
    """Measures, curves, summary, figures and the page of a run.

    Parameters
    ----------
    recalls : recall table
        All simulated participants, with a column `model`.
    human : str, optional
        Human condition.
    theories : mapping of str to str
        Preset of each theory among the models.
    noise : mapping of str to float
        Storage noise of each kind of DNC among the models.
    training : DataFrame
        From `memsim.experiments.run.training_table`.
    task : FreeRecall
        What all took part in.
    rho_distractor : float
        That of TCM and CMR, where there is distraction.
    """
    drawn = drawn_curves(recalls, human)
    measured = measures(recalls, human)
    table = summary(measured, drawn, human, theories)
    sources = dict(zip(table["source"], table["kind"], strict=True))
    three = drawn["spc"], drawn["pfr"], drawn["lag_crp"]
    figures = {
        "free_recall": plot_free_recall(*three, sources),
        "free_recall_single": plot_free_recall(*three, sources, "single"),
    }
    tables = {}
    if len(noise) >= MIN_LEVELS_FOR_DOSE:
        tables["dose"] = each_network(recalls, noise)
        people = {} if human is None else dict(table.iloc[0])
        figures["dose"] = plot_dose(tables["dose"], people)
    text = page(table, human, training, noise, task, rho_distractor)
    return Report(measured, drawn, table, figures, text, tables)


def measures(recalls: pd.DataFrame, human: str | None) -> pd.DataFrame:
    """All measures of all sources: `source, measure, x, mean, sem, n` (subjects)."""
    models = curves(recalls, by="model").rename(columns={"model": "source"})
    in_order = models.set_index("source").loc[recalls["model"].unique()].reset_index()
    if human is None:
        return in_order
    people = human_curves(human)[["measure", "x", "mean", "sem", "n"]]
    return pd.concat([people.assign(source=PEOPLE), in_order])[in_order.columns]


def drawn_curves(recalls: pd.DataFrame, human: str | None) -> dict[str, pd.DataFrame]:
    """SPC, PFR and lag-CRP of all sources, with 95 % intervals: one result table each."""
    drawn = {}
    for name, measure, x, value, definition in (
        ("spc", spc, "input", "recall", {}),
        ("pfr", pfr, "input", "prob", PFR_DEFINITION),
        ("lag_crp", lag_crp, "lag", "prob", {}),
    ):
        models = curve_of_models(measure, recalls, x, value, **definition)
        people = [] if human is None else [human_group_curve(human, name).assign(source=PEOPLE)]
        drawn[name] = pd.concat([*people, models], ignore_index=True)
    return drawn


def summary(
    measured: pd.DataFrame,
    drawn: Mapping[str, pd.DataFrame],
    human: str | None,
    theories: Mapping[str, str],
) -> pd.DataFrame:
    """One row per source.

    Returns
    -------
    DataFrame
        `source`; `kind, status, preset, origin, fitted_to, fitted_by` (see `fit_status`);
        `subjects`; per list `words`, `intrusions`, `repeats`;
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
    for numbers in each_source(measured, wanted):
        source = numbers.pop("source")
        values = measured[measured["source"] == source].set_index(["measure", "x"])["mean"]
        row = {"source": source, **fit_status(source, human, theories), **numbers}
        row["spc_middle"] = values["spc"].loc[last // 3 + 1 : last - last // 3].mean()
        row["pfr_none"] = 1 - values["pfr"].sum() if "pfr" in values else float("nan")
        for name, x in (("spc", "input"), ("pfr", "input"), ("lag_crp", "lag")):
            row[f"rmsd_{name.removeprefix('lag_')}"] = rmsd_to_people(drawn[name], source, x)
        rows.append(row)
    return pd.DataFrame(rows)


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


def page(
    table: pd.DataFrame,
    human: str | None,
    training: pd.DataFrame,
    noise: Mapping[str, float],
    task: FreeRecall,
    rho_distractor: float = 1.0,
) -> str:
    """The page in Markdown; arguments as those of `free_recall_report`, and its summary."""
    networks = table[table["kind"] == "network"]
    theories = table[table["kind"] == "theory"]
    dncs = networks[networks["source"].isin([*noise])]
    with_dose = len(noise) >= MIN_LEVELS_FOR_DOSE
    compared = with_noise(networks, dncs) if len(networks) > 1 else ""
    unlike = []
    if human is not None:
        lines = [
            unlike_line(row, unlike_people(row, table.iloc[0]))
            for _, row in table.iloc[1:].iterrows()
        ]
        unlike = ["## What is not like people", UNLIKE_RULES, "\n".join(lines)]
    distracted = (
        "Theories were fitted to immediate recall. Here distraction acts on them by what they say "
        f"about it: context of TCM and CMR keeps {rho_distractor:g} of itself each second "
        "(`rho_distractor`, chosen, not fitted; CMR with the softmax rule, as its power rule is "
        "blind to distraction after the list), and SAM's buffer is emptied. For networks, "
        "distraction is words they see and need not recall."
    )
    n_people = 0 if human is None else int(table["subjects"].iloc[0])
    return pages.page(
        title=f"Free recall of {task.list_length} words: networks, theories, people",
        intro=f"{_procedure(task)}, {task.presentation_time:g} s each. {pages.who(human, n_people)}",
        figure=pages.Figure(
            "free_recall", "Serial position curve, probability of first recall, lag-CRP"
        ),
        seen=[
            *(description(row) for _, row in table[table["kind"] != "theory"].iterrows()),
            *([compared] if compared else []),
            *(["![Recall against storage noise](dose.png)"] if with_dose else []),
            *(description(row) for _, row in theories.iterrows()),
        ],
        sections=[
            *unlike,
            "## In numbers",
            "What is recalled, per list, and the probability of recall by study position:",
            pages.markdown_table(table, RECALL_HEADINGS),
            (
                "In which order. An intrusion as first response counts for no word. Lags are those "
                "of lag-CRP; *late* leaves out transitions from the first two responses:"
            ),
            pages.markdown_table(table, ORDER_HEADINGS),
            "RMSD is the root mean squared deviation from people's curve (lags -5 to 5).",
            *pages.what_was_fitted(table, "recall every word, in any order"),
            *([distracted] if task.n_distractors else []),
        ],
        networks=networks,
        people=human,
        training=training,
        command="free-recall",
        more_files={"dose.csv": "one row per network: what the dose figure draws"}
        if with_dose
        else {},
    )


def _procedure(task: FreeRecall) -> str:
    lists = f"free recall of lists of {task.list_length} words"
    after = f"{task.retention_interval:g} s of distraction before the test"
    before = f"{task.interitem_interval:g} s of distraction before every word"
    if task.interitem_interval:
        and_after = f" and {after}" if task.retention_interval else ""
        return f"Continual-distractor {lists} ({before}{and_after})"
    if task.retention_interval:
        return f"Delayed {lists} ({after})"
    return f"Immediate {lists}"
