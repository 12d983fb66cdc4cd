"""The page of a run: what is seen, what is not like people, how everything came about."""

from typing import Any

import pandas as pd

from analysis import human_condition
from memsim.experiments.sentences import UNLIKE_RULES, description, unlike_line, with_noise

#: with fewer networks of a kind, bands are over lists
MIN_NETWORKS_FOR_INTERVALS = 5
FAILED = (
    "**Not all networks were trained successfully** (see below), and those that were not are part "
    "of all results. Read nothing into their recall."
)
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
FIT_HEADINGS = {
    "source": "Source",
    "status": "Status",
    "preset": "Parameter set",
    "fitted_to": "Fitted to",
    "criterion": "By",
}
TRAINING_HEADINGS = {
    "network": "Network",
    "loss": "Loss, nats per list",
    "right": "Responses right",
    "restarts": "Restarts",
    "what_failed": "What failed",
}


def page(table: pd.DataFrame, human: str, training: pd.DataFrame, with_dose: bool) -> str:
    """The page in Markdown.

    Parameters
    ----------
    table : DataFrame
        From `memsim.experiments.report.summary`, people first.
    human : str
        Human condition.
    training : DataFrame
        From `memsim.experiments.free_recall.training_table`.
    with_dose : bool
        Whether there is a figure of the dose curve.
    """
    condition = human_condition(human)
    people = table.iloc[0]
    networks = table[table["kind"] == "network"]
    inferred = ", divided among subjects by inference" if condition.subjects_inferred else ""
    sections = [
        f"# Free recall of {condition.list_length} words: networks, theories, people",
        (
            f"Immediate free recall of lists of {condition.list_length} words, "
            f"{condition.presentation_time:g} s each. People: {human}, {condition.n_subjects} subjects "
            f"with {condition.lists_per_subject} lists each{inferred}. {condition.citation}"
        ),
        "![Serial position curve, probability of first recall, lag-CRP](free_recall.png)",
        "*For two columns: `free_recall.pdf`; for one: `free_recall_single.pdf`.*",
        "## What is seen",
        *([FAILED] if training["failed"].any() else []),
        *(description(row) for _, row in table[table["kind"] != "theory"].iterrows()),
        *([with_noise(networks)] if len(networks) > 1 else []),
        *(["![Recall against storage noise](dose.png)"] if with_dose else []),
        *(description(row) for _, row in table[table["kind"] == "theory"].iterrows()),
        "## What is not like people",
        UNLIKE_RULES,
        "\n".join(unlike_line(row, people) for _, row in table.iloc[1:].iterrows()),
        "## In numbers",
        "What is recalled, per list, and the probability of recall by study position:",
        markdown_table(table, RECALL_HEADINGS),
        (
            "In which order. An intrusion as first response counts for no word. Lags are those of "
            "lag-CRP; *late* leaves out transitions from the first two responses:"
        ),
        markdown_table(table, ORDER_HEADINGS),
        "RMSD is the root mean squared deviation from people's curve (lags -5 to 5).",
        "## What was fitted",
        markdown_table(table, FIT_HEADINGS),
        (
            "A theory fitted to the curves it is compared on has an advantage there: its smaller RMSD "
            "is no evidence for it. Networks were trained to recall every word, in any order, and "
            "never saw human data; but to choose their storage noise by these numbers is to fit it."
        ),
        _intervals(networks),
        "## How the networks were trained",
        markdown_table(training, TRAINING_HEADINGS),
        _training_sentence(training),
        "## Files",
        _files(with_dose),
    ]
    return "\n\n".join(sections) + "\n"


def markdown_table(table: pd.DataFrame, headings: dict[str, str]) -> str:
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


def _cell(value: Any) -> str:
    if pd.isna(value):
        return ""
    return f"{value:z.3f}" if isinstance(value, float) else str(value)


def _intervals(sources: pd.DataFrame) -> str:
    """What the bands of the figure are over."""
    several = sources[sources["subjects"] >= MIN_NETWORKS_FOR_INTERVALS]["source"]
    said = "Intervals of people are over subjects"
    if len(several):
        said += f", those of {', '.join(several)} over networks"
    return (
        f"{said}. All other bands are over lists: they say how well these lists determine the "
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


def _files(with_dose: bool) -> str:
    files = {
        "recalls.parquet": "every simulated list as a recall table; people's lists are not "
        "redistributed, their averages are in `measures.csv`",
        "measures.csv": "all measures of all sources, mean and standard error over subjects",
        "curves.csv": "what the figure draws, with 95 % intervals",
        "summary.csv": "the tables above",
        "training.csv, training_history.csv": "how each network came about; loss over updates",
        "network_*.safetensors": "weights and options (`memsim.load_network`)",
        "config.yaml, provenance.json": "what was asked for, and what it was computed with; "
        "`memsim run free-recall --config config.yaml --out ELSEWHERE` makes it all again",
    }
    if with_dose:
        files["dose.csv"] = "one row per network: what the dose figure draws"
    return "\n".join(f"- `{name}`: {what}" for name, what in files.items())
