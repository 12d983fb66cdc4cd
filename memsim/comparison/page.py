"""The page of a comparison: what was compared with what, and what came out."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from memsim.comparison.compare import Comparison, kind_of
from memsim.experiments.page import markdown_table

HELD_OUT = {
    "contender": "Contender",
    "nats": "Nats per event",
    "nats_choice": "Choice, per recall",
    "nats_stop": "Stop, per event",
    "score": "Normalised score",
    "gain": "Better than {reference} (95 %)",
    "n_better": "Subjects better predicted",
}
IN_SAMPLE = {
    "contender": "Contender",
    "n_free": "Free numbers",
    "nll": "Nats, all lists",
    "aic": "AIC",
    "bic": "BIC",
    "weight": "AIC weight",
}
MEASURES = {
    "spc": "SPC",
    "pfr": "PFR",
    "lag_crp": "lag-CRP",
    "accuracy": "accuracy by position",
    "transpositions": "transposition gradient",
}
FILES = """\
- `table.csv`: all tables of this page, one row per contender
- `scores.csv`: held-out nats of every contender, fold and subject
- `in_sample.csv`, `rmsd.csv`, `halves.csv`: fits to all lists; distances of curves; halves of people
- `figure.pdf`, `figure.png`
- `parts/`, `comparison.json`: what is done already, from which the same command goes on
- `config.yaml`, `provenance.json`: what was asked for, and what it was computed with"""
KINDS = {
    "theory": "classical: a theory of memory",
    "description": "classical: a description without a theory",
    "network": "a network",
}


def page(
    comparison: Comparison,
    *,
    title: str,
    people: str,
    how: str,
    reference: str,
    floor: str | None = None,
    mark: str | None = None,
    figure: str | None = None,
) -> str:
    """The page in Markdown.

    Parameters
    ----------
    comparison : Comparison
    title, people, how : str
        Heading; who the people are; how lists were divided.
    reference, floor, mark
        See `Comparison.table`.
    figure : str, optional
        Name of the figure's file, without suffix.
    """
    table = comparison.table(reference, floor, mark)
    first, n = comparison.scores["contender"].iloc[0], ["n_lists", "n_events", "n_recalls"]
    predicted = comparison.scores[comparison.scores["contender"] == first]
    sums, n_subjects = predicted[n].sum(), predicted["subject"].nunique()
    predicted_from = (
        f"{how} Predicted: {sums['n_lists']} lists of {n_subjects} subjects with "
        f"{sums['n_events']} events, {sums['n_recalls']} of them {_recalls(comparison)}. Each "
        "response is predicted from those that the person has really given before it."
    )
    picture = f"![Held-out nats of each contender, and paired differences]({figure}.png)"
    headings = _known(table.assign(gain=""), _named(HELD_OUT, reference))
    parts = [
        f"# {title}",
        people,
        predicted_from,
        *([picture] if figure else []),
        "## What is seen",
        *sentences(table, reference),
        "## Held out",
        markdown_table(_gains(table, reference), headings),
        _explained(reference, floor, mark),
        *_criteria(table),
        *_curves(comparison),
        "## What was fitted to what",
        "\n".join(f"- **{each.name}**: {_what(each)}" for each in comparison.contenders),
        _stop(comparison),
        "## Files",
        FILES,
    ]
    return "\n\n".join(parts) + "\n"


def sentences(table: pd.DataFrame, reference: str) -> list[str]:
    """Who predicts best, and each contender beside the reference."""
    best = table.sort_values("nats").iloc[0]
    said = [f"{best['contender']} predicts best: {best['nats']:.3f} nats per event."]
    lines = []
    rows: list[dict[str, Any]] = table[table["contender"] != reference].to_dict("records")  # type: ignore[assignment]
    for row in rows:
        name = f"- **{row['contender']}**"
        if not np.isfinite(row["nats"]):
            lines.append(f"{name} gives no probability at all to some recalls that happened.")
            continue
        word = "better" if row["better"] > 0 else "worse"
        sure = row["low"] * row["high"] > 0
        lines.append(
            f"{name} predicts {word} than {reference}: {_gain(row)} nats per event, and "
            f"{row['n_better']} of {row['n']} subjects better"
            + ("." if sure else "; the interval holds no difference.")
        )
    return [*said, "\n".join(lines)] if lines else said


def _recalls(comparison: Comparison) -> str:
    scores = comparison.scores
    return "recalls" if (scores["n_events"] > scores["n_recalls"]).any() else "responses"


def _gains(table: pd.DataFrame, reference: str) -> pd.DataFrame:
    """The table with differences and intervals in words; the reference has none."""
    gains = [_gain(row) for row in table.to_dict("records")]
    is_reference = table["contender"] == reference
    n_better = table["n_better"].astype(object).mask(is_reference)
    return table.assign(gain=np.where(is_reference, "", gains), n_better=n_better)


def _gain(row: Mapping[Any, Any]) -> str:
    ends = "" if np.isnan(row["low"]) else f" [{row['low']:+.3f}, {row['high']:+.3f}]"
    return f"{row['better']:+.3f}{ends}"


def _named(headings: dict[str, str], reference: str) -> dict[str, str]:
    return {name: said.format(reference=reference) for name, said in headings.items()}


def _known(table: pd.DataFrame, headings: dict[str, str]) -> dict[str, str]:
    """Headings of what there is; where stopping is no event, choices are all there is."""
    stops = bool((table["nats_stop"] != 0).any())
    parts = () if stops else ("nats_choice", "nats_stop")
    return {
        name: said for name, said in headings.items() if name in table.columns and name not in parts
    }


def _explained(reference: str, floor: str | None, mark: str | None) -> str:
    score = ""
    if floor is not None and mark is not None:
        score = (
            f" The normalised score is 0 for {floor} and 1 for {mark}: the share of the distance "
            "between them."
        )
    return (
        "Fewer nats are better; they are of all events together. Differences are means over "
        "subjects, above 0 where the contender predicts better than "
        f"{reference}, with 95 % intervals from resampling subjects.{score}"
    )


def _criteria(table: pd.DataFrame) -> list[str]:
    if "aic" not in table.columns:
        return []
    counted = table.assign(n_free=table["n_free"].astype("Int64").astype(object))
    without = table.loc[table["n_free"].isna(), "contender"].tolist()
    why = (
        f" {_and(without)} {'has' if len(without) == 1 else 'have'} none: weights that a ridge, "
        "early stopping or training on another task holds back cannot be counted, and a criterion "
        "that counts them means nothing. Compare these held out."
        if without
        else ""
    )
    explained = (
        "Fitted to all lists, without a ridge, and scored on the same. AIC = 2 k + 2 nats, BIC = k ln n + 2 nats with "
        "n the number of events; the rule for when recall stops, the same for all, is not counted "
        f"in k.{why}"
    )
    return [
        "## In sample, among classical contenders",
        markdown_table(counted, IN_SAMPLE),
        explained,
    ]


def _curves(comparison: Comparison) -> list[str]:
    curves, halves = comparison.curves, comparison.ceilings
    if curves.empty:
        return []
    said = ["## Curves of simulated lists"]
    several = curves["condition"].nunique() > 1
    for condition, some in curves.groupby("condition", sort=False):
        measures = [*some["measure"].unique()]
        rows = []
        for name, one in some.groupby("contender", sort=False):
            one = one.set_index("measure")
            row: dict[str, Any] = {"contender": name}
            row |= {m: f"{one.loc[m, 'rmsd']:.3f} ({one.loc[m, 'rmsd_sd']:.3f})" for m in measures}
            row |= {f"g2_{m}": one.loc[m, "g2"].round(0) for m in measures}
            rows.append(row)
        for kind in ("lists", "subjects"):
            there = halves[(halves["condition"] == condition) & (halves["halves"] == kind)]
            if len(there):
                rmsd = there.set_index("measure")["rmsd"]
                row = {"contender": f"*People, halves of {kind}*"}
                rows.append(row | {m: f"{rmsd[m]:.3f}" for m in measures})
        table = pd.DataFrame(rows)
        headings = {"contender": "Contender"} | {m: f"RMSD {MEASURES[m]}" for m in measures}
        headings |= {
            f"g2_{m}": f"G2 {MEASURES[m]}" for m in measures if table[f"g2_{m}"].notna().any()
        }
        said += [
            *([f"### {condition}"] if several else []),
            markdown_table(_whole(table), headings),
        ]
    said.append(
        "Each held-out list was simulated again by what was fitted to the others; mean over "
        "replicates (and their standard deviation) of the root mean squared deviation from people's "
        "mean curve, and G2 of their counts. Halves are random halves of each subject's lists, and "
        "of the subjects, held against each other: half the data are noisier than all, so a perfect "
        "model, simulating as many lists as people recalled, would come to about .7 of halves of "
        "lists. Contenders were fitted to single responses, not to these curves."
    )
    missing = [
        each.name for each in comparison.contenders if each.name not in {*curves["contender"]}
    ]
    if missing:
        said.append(f"{_and(missing)} cannot simulate.")
    return said


def _whole(table: pd.DataFrame) -> pd.DataFrame:
    """G2 without decimals."""
    columns = [name for name in table.columns if str(name).startswith("g2_")]
    return table.assign(**{name: table[name].astype("Int64").astype(object) for name in columns})


def _what(contender: object) -> str:
    fitted_to = getattr(contender, "fitted_to", "weights, to training lists")
    return f"{KINDS[kind_of(contender)]}; fitted: {fitted_to}."


def _stop(comparison: Comparison) -> str:
    if _recalls(comparison) == "responses":
        return "Omissions and intrusions are responses like others."
    return (
        "When recall stops is the same for all classical contenders and for networks trained on the "
        "task: how often training lists ended after each number of recalls (half a list added to "
        "either side). Networks fitted to behaviour may make more of it. Recalls are without intrusions and repetitions, and what has been recalled "
        "is not recalled again."
    )


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
