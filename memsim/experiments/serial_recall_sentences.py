"""Serial recall in words: the patterns people show, and what is told of each source.

All take rows of `memsim.experiments.serial_recall_report.summary`.
"""

import pandas as pd

from memsim.experiments.page import Figure, Words, who
from memsim.experiments.patterns import Pattern, at_least, times, what
from paradigms import SerialRecall

#: adjacent order errors are this many times chance where errors are local
LOCAL = 1.5
PATTERNS = (
    Pattern(
        "primacy",
        "the first item is right more often than the middle third by .05 or more",
        lambda row: at_least(row, "first", "middle"),
    ),
    Pattern(
        "recency",
        "so is the last item",
        lambda row: at_least(row, "last", "middle"),
    ),
    Pattern(
        "locality",
        f"{LOCAL} times as many order errors are from the neighbouring place as chance gives, "
        "2 / list length, or more; told of lists of four and longer",
        lambda row: times(row, "adjacent", "adjacent_chance", LOCAL),
    ),
    Pattern(
        "fill-in",
        "after an item was left out, that item comes next more often than the one after it, by "
        ".05 or more",
        lambda row: at_least(row, "fill_in", "infill"),
    ),
    Pattern(
        "preponderance of order errors",
        "of all responses, no fewer are order errors than intrusions, and some are",
        lambda row: times(row, "order_errors", "intrusions", 1.0),
    ),
)
PROBABILITIES = {
    "accuracy": "is right",
    "first": "has the first item right",
    "middle": "has the middle third right",
    "last": "has the last item right",
    "perfect": "reports a list without error",
    "omissions": "leaves a place empty",
    "order_errors": "makes order errors",
    "intrusions": "makes intrusions",
    "repetitions": "repeats itself",
    "adjacent": "makes its order errors with the neighbouring place",
}
ACCURACY_HEADINGS = {
    "source": "Source",
    "subjects": "Subjects",
    "accuracy": "Right",
    "perfect": "Perfect lists",
    "first": "First item",
    "middle": "Middle third",
    "last": "Last item",
    "rmsd_accuracy": "RMSD to people",
}
ERROR_HEADINGS = {
    "source": "Source",
    "order_errors": "Order errors",
    "omissions": "Omissions",
    "intrusions": "Intrusions",
    "repetitions": "Repetitions",
    "adjacent": "Share of adjacent order errors",
    "adjacent_chance": "by chance",
    "fill_in": "Fill-in",
    "infill": "In-fill",
    "rmsd_transpositions": "RMSD to people, transpositions",
}


def description(row: pd.Series) -> str:
    """What one source does."""
    order = (
        f"Of its order errors, {row['adjacent']:.0%} are from the neighbouring place"
        + (f" ({row['adjacent_chance']:.0%} by chance)." if row["adjacent_chance"] > 0 else ".")
        if pd.notna(row["adjacent"])
        else "It makes no order errors, or none are known."
    )
    errors = (
        f"Of all responses, {row['order_errors']:.0%} are order errors, {row['omissions']:.0%} "
        f"omissions, {row['intrusions']:.0%} intrusions and {row['repetitions']:.0%} repetitions. "
        if pd.notna(row["order_errors"])
        else ""
    )
    right = f"{row['accuracy']:.0%} of items in their place" if pd.notna(row["accuracy"]) else ""
    perfect = f"{row['perfect']:.0%} of lists perfect" if pd.notna(row["perfect"]) else ""
    whole = ", ".join(part for part in (right, perfect) if part)
    return (
        f"**{row['source']}** ({what(row)}): {whole + '. ' if whole else ''}The first item is "
        f"right in {row['first']:.0%} of lists, the middle third in {row['middle']:.0%}, the last "
        f"item in {row['last']:.0%}. {errors}{order}"
    )


def words(table: pd.DataFrame, human: str | None, task: SerialRecall) -> Words:
    """What the page of a run says; arguments as those of `serial_recall_report`."""
    after = (
        f" after {task.retention_interval:g} s of distraction" if task.retention_interval else ""
    )
    n_people = 0 if human is None else int(table["subjects"].iloc[0])
    return Words(
        title=f"Serial recall of {task.list_length} items",
        intro=(
            f"Lists of {task.list_length} items are studied and reported in order, "
            f"{task.direction}{after}, one response for each place. {who(human, n_people)}"
        ),
        figure=Figure("serial_recall", "Accuracy by position, transpositions, and errors by place"),
        describe=description,
        trained_to="report each item in its place",
        patterns=PATTERNS,
        changing={
            "accuracy": "accuracy",
            "perfect": "perfect lists",
            "adjacent": "the share of adjacent order errors",
            "omissions": "omissions",
            "intrusions": "intrusions",
        },
        distances={
            "rmsd_accuracy": "accuracy by position",
            "rmsd_transpositions": "transposition gradient",
        },
        probabilities=PROBABILITIES,
        tables=[
            ("Accuracy: items reported in their place, by study position:", ACCURACY_HEADINGS),
            (
                (
                    "Errors, as shares of all responses. After the first item that was left out, "
                    "fill-in is that it comes next, in-fill that the one after it does. RMSD is the "
                    "root mean squared deviation from people's curve, of transpositions without "
                    "displacement 0:"
                ),
                ERROR_HEADINGS,
            ),
        ],
    )
