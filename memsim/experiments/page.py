"""The page of a run: its frame, alike for all paradigms, and tables in Markdown."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from analysis import human_condition, human_data, human_names
from memsim.experiments.patterns import (
    Pattern,
    changes,
    closest,
    decided,
    not_like_people,
    who_shows,
)
from memsim.experiments.report import MIN_NETWORKS_FOR_INTERVALS

FAILED = (
    "**Not all networks were trained successfully** (see below), and those that were not are part "
    "of all results. Read nothing into their recall."
)
TRAINING_HEADINGS = {
    "network": "Network",
    "loss": "Loss, nats per list",
    "right": "Responses right",
    "restarts": "Restarts",
    "what_failed": "What failed",
}
NOBODY = "Nobody is laid beside."
FIT_HEADINGS = {
    "source": "Source",
    "status": "Status",
    "preset": "Parameter set",
    "origin": "Where its numbers come from",
    "fitted_to": "Fitted to",
    "fitted_by": "By",
}
#: kinds of source, as a title names them
KINDS = {"network": "networks", "theory": "theories", "people": "people"}


class Figure(NamedTuple):
    """The main figure: name of the file, and what it shows."""

    name: str
    shows: str


def page(
    *,
    title: str,
    intro: str,
    figure: Figure,
    seen: Sequence[str],
    sections: Sequence[str],
    networks: pd.DataFrame,
    people: str | None,
    training: pd.DataFrame,
    command: str,
    more_files: Mapping[str, str] | None = None,
) -> str:
    """The page in Markdown.

    Parameters
    ----------
    title, intro : str
    figure : Figure
    seen : sequence of str
        Paragraphs on what is seen.
    sections : sequence of str
        What the paradigm has to say after that, headings and paragraphs.
    networks : DataFrame
        Rows of the summary that are networks.
    people : str, optional
        Human condition.
    training : DataFrame
        From `memsim.experiments.run.training_table`.
    command : str
        Name of the paradigm.
    more_files : mapping of str to str
        Files that not all runs write, and what they hold.
    """
    paragraphs = [
        f"# {title}",
        intro,
        f"![{figure.shows}]({figure.name}.png)",
        f"*For two columns: `{figure.name}.pdf`; for one: `{figure.name}_single.pdf`.*",
        "## What is seen",
        *([FAILED] if training["failed"].any() else []),
        *seen,
        *sections,
        _intervals(networks, people),
        "## How the networks were trained",
        markdown_table(training, TRAINING_HEADINGS),
        _training_sentence(training),
        "## Files",
        _files(command, more_files or {}),
    ]
    return "\n\n".join(paragraphs) + "\n"


class Words(NamedTuple):
    """What a paradigm has to say on its page.

    Attributes
    ----------
    title, intro : str
        The title without the kinds of source that take part.
    figure : Figure
    describe : function
        A sentence or more on one row of the summary.
    trained_to : str
        What networks were trained to do.
    patterns : sequence of Pattern
        What people's memory shows.
    changing : mapping of str to str
        Columns that are told of the DNCs with least and most noise, and what they are.
    distances : mapping of str to str
        Columns of RMSD, and the curve each is of.
    probabilities : mapping of str to str
        Columns that are compared with people's, and what a source does so often.
    tables : sequence of (str, mapping)
        A sentence, and headings by column of the summary.
    remarks : sequence of str
        What to know of the theories: which are left out, and why.
    """

    title: str
    intro: str
    figure: Figure
    describe: Callable[[pd.Series], str]
    trained_to: str
    patterns: Sequence[Pattern]
    changing: Mapping[str, str]
    distances: Mapping[str, str]
    probabilities: Mapping[str, str]
    tables: Sequence[tuple[str, Mapping[str, str]]]
    remarks: Sequence[str] = ()


def page_of_patterns(
    words: Words,
    table: pd.DataFrame,
    *,
    dncs: Sequence[str],
    people: str | None,
    training: pd.DataFrame,
    command: str,
) -> str:
    """The page of a run that asks who shows which pattern.

    Parameters
    ----------
    words : Words
    table : DataFrame
        The summary.
    dncs : sequence of str
        Sources that are DNCs, from least to most noise.
    people, training, command
        As those of `page`.
    """
    networks = table[table["kind"] == "network"]
    forgetting = networks[networks["source"].isin(dncs)]
    compared = [
        *([changes(forgetting, words.changing)] if len(forgetting) > 1 else []),
        closest(networks, words.distances),
    ]
    beside = "people's memory shows" if people is None else "people show"
    numbers = [
        part
        for sentence, headings in words.tables
        for part in (sentence, markdown_table(table, _known(table, headings)))
    ]
    patterns = decided(words.patterns, table)
    theories = table["kind"] == "theory"
    taking_part = ", ".join(said for kind, said in KINDS.items() if (table["kind"] == kind).any())
    return page(
        title=f"{words.title}: {taking_part}",
        intro=words.intro,
        figure=words.figure,
        seen=[
            *(words.describe(row) for _, row in table[~theories].iterrows()),
            *([" ".join(filter(None, compared))] if any(compared) else []),
            *(words.describe(row) for _, row in table[theories].iterrows()),
            *words.remarks,
            f"## Which patterns that {beside} are there",
            "Each has a rule, and the numbers decide:",
            who_shows(patterns, table),
        ],
        sections=[
            *not_like_people(table, words.probabilities, patterns),
            "## In numbers",
            *numbers,
            *what_was_fitted(table, words.trained_to),
        ],
        networks=networks,
        people=people,
        training=training,
        command=command,
    )


def what_was_fitted(table: pd.DataFrame, trained_to: str) -> list[str]:
    """Section on what was fitted to which data, and what that means for comparisons.

    Parameters
    ----------
    table : DataFrame
        The summary.
    trained_to : str
        What networks were trained to do.
    """
    beside = (table["kind"] == "people").any()
    advantage = (
        "A theory fitted to the data it is compared with has an advantage there: its smaller RMSD "
        "is no evidence for it. "
        if beside and table["fitted_to"].notna().any()
        else ""
    )
    chosen = "; but to choose their storage noise by these numbers is to fit it" if beside else ""
    return [
        "## What was fitted",
        markdown_table(table, _known(table, FIT_HEADINGS)),
        f"{advantage}Networks were trained to {trained_to}, and never saw human data{chosen}.",
    ]


def who(people: str | None, n_subjects: int) -> str:
    """A sentence on the people, their citation, and what to know of their data."""
    if people is None:
        return NOBODY
    if people in human_names():
        condition = human_condition(people)
        inferred = ", divided among subjects by inference" if condition.subjects_inferred else ""
        return (
            f"People: {people}, {condition.n_subjects} subjects with "
            f"{condition.lists_per_subject} lists each{inferred}. {condition.citation}"
        )
    data = human_data(people.partition("/")[0])
    counted = f", {n_subjects} subjects" if n_subjects else ""
    notes = f" What to know of these data: {' '.join(data.notes)}" if data.notes else ""
    return f"People: {people}{counted}. {data.citation}{notes}"


def markdown_table(table: pd.DataFrame, headings: Mapping[str, str]) -> str:
    """Some columns of a table in Markdown, numbers with at most three decimals.

    Examples
    --------
    >>> print(markdown_table(pd.DataFrame({"a": [0.12345, None]}), {"a": "Share"}))
    | Share |
    | --- |
    | 0.123 |
    |  |
    """
    rows = [[_cell(value) for value in row] for row in table[[*headings]].to_numpy(dtype=object)]
    lines = [[*headings.values()], ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _known(table: pd.DataFrame, headings: Mapping[str, str]) -> dict[str, str]:
    """Headings of columns that hold anything."""
    return {name: said for name, said in headings.items() if table[name].notna().any()}


def _cell(value: Any) -> str:
    if pd.isna(value):
        return ""
    return f"{value:z.3f}" if isinstance(value, float) else str(value)


def _intervals(networks: pd.DataFrame, people: str | None) -> str:
    """What the bands of the figure are over."""
    several = networks[networks["subjects"] >= MIN_NETWORKS_FOR_INTERVALS]["source"]
    said = ["Intervals of people are over subjects"] if people is not None else []
    if len(several):
        said.append(f"{'those' if said else 'Intervals'} of {', '.join(several)} over networks")
    first = f"{', '.join(said)}. All other bands" if said else "Bands"
    return (
        f"{first} are over lists: they say how well these lists determine the "
        "curve, and nothing about other networks or parameters."
    )


def _training_sentence(training: pd.DataFrame) -> str:
    n, restarts = len(training), int(training["restarts"].sum())
    failed = int(training["failed"].sum())
    return (
        f"{n} network{'s' if n > 1 else ''}; {restarts} restart{'s' if restarts != 1 else ''}, "
        "each from other weights because training diverged (loss or gradients were no longer finite) or "
        f"got stuck (no better than guessing); {failed} failed in the last attempt too. *Responses "
        "right* are the network's own at the end of training."
    )


def _files(command: str, more: Mapping[str, str]) -> str:
    files = {
        "recalls.parquet": "every simulated list as a recall table; people's lists are not "
        "redistributed, their averages are in `measures.csv`",
        "measures.csv": "all measures of all sources, mean and standard error over subjects",
        "curves.csv": "what the figure draws, with 95 % intervals",
        "summary.csv": "the tables above",
        "training.csv, training_history.csv": "how each network came about; loss over updates",
        "network_*.safetensors": "weights and options (`memsim.load_network`)",
        "config.yaml, provenance.json": "what was asked for, and what it was computed with; "
        f"`memsim run {command} --config config.yaml --out ELSEWHERE` makes it all again",
        **more,
    }
    return "\n".join(f"- `{name}`: {what}" for name, what in files.items())
