"""Paired associates in words: the patterns people show, and what is told of each source.

All take rows of `memsim.experiments.paired_associates_report.summary`.
"""

import pandas as pd

from analysis.free_recall.curves import MAX_LAG
from memsim.experiments.page import Figure, Words, who
from memsim.experiments.patterns import ADVANTAGE, Pattern, at_least, times, what
from paradigms import PairedAssociates

#: intrusions from the next pairs are this many times those from farther ones where there is contiguity
NEAR = 1.5
#: shares of right answers between which directions can differ, and one test tell of another
TELLING = (0.05, 0.95)


def _telling(row: pd.Series) -> bool:
    return bool(TELLING[0] <= row["accuracy"] <= TELLING[1])


def _symmetry(row: pd.Series) -> bool | None:
    difference = abs(row["forward"] - row["backward"])
    if pd.isna(difference) or not _telling(row):
        return None
    return bool(round(difference, 9) < ADVANTAGE)


def _one_association(row: pd.Series) -> bool | None:
    if pd.isna(row["q_same"]) or pd.isna(row["q_reversed"]) or not _telling(row):
        return None
    return bool(row["q_reversed"] >= 0.5 and row["q_same"] - row["q_reversed"] <= 0.2)


PATTERNS = (
    Pattern(
        "recency",
        "accuracy at lags 0 and 1 exceeds that at the longer half of lags by .05 or more",
        lambda row: at_least(row, "recent", "remote"),
    ),
    Pattern(
        "symmetry",
        "forward and backward tests differ in accuracy by less than .05; told where 5 % to 95 % of "
        "answers are right (Kahana, 2002)",
        _symmetry,
    ),
    Pattern(
        "contiguity of intrusions",
        f"a neighbouring pair intrudes {NEAR} times as often as one 2 to {MAX_LAG} away, or more, "
        "given the chance (Davis et al., 2008)",
        lambda row: times(row, "near", "far", NEAR),
    ),
    Pattern(
        "effect of repetition",
        "pairs shown most often are right more often than those shown least by .05 or more",
        lambda row: at_least(row, "most_shown", "least_shown"),
    ),
    Pattern(
        "one association for both directions",
        "Yule's Q between two tests is .5 or more if the direction is reversed, and no more than "
        ".2 below that of the same direction; told as symmetry is (Kahana, 2002)",
        _one_association,
    ),
)
PROBABILITIES = {
    "accuracy": "is right",
    "recent": "is right at short lags",
    "remote": "is right at long lags",
    "least_shown": "is right on pairs shown least",
    "most_shown": "is right on pairs shown most",
    "same_list": "answers from other pairs of the list",
    "other_words": "answers with words from elsewhere",
    "omissions": "does not answer",
}
ACCURACY_HEADINGS = {
    "source": "Source",
    "subjects": "Subjects",
    "accuracy": "Right",
    "forward": "Forward",
    "backward": "Backward",
    "recent": "Lags 0 and 1",
    "remote": "Longer half of lags",
    "least_shown": "Shown least",
    "most_shown": "Shown most",
    "rmsd_accuracy": "RMSD to people",
}
ERROR_HEADINGS = {
    "source": "Source",
    "same_list": "From the list",
    "other_words": "Other words",
    "omissions": "Omissions",
    "near": "From the next pair",
    "far": f"From 2 to {MAX_LAG} pairs away",
    "rmsd_intrusions": "RMSD to people, by pair lag",
    "q_same": "Q, same direction",
    "q_reversed": "Q, reversed",
}


def description(row: pd.Series) -> str:
    """What one source does."""
    parts = [f"**{row['source']}** ({what(row)}): {row['accuracy']:.0%} of first tests are right"]
    if pd.notna(row["forward"]) and pd.notna(row["backward"]):
        parts.append(f", {row['forward']:.0%} forward and {row['backward']:.0%} backward")
    parts.append(". ")
    if pd.notna(row["recent"]):
        parts.append(
            f"At lags 0 and 1 it is {row['recent']:.0%}, at the longer half of lags "
            f"{row['remote']:.0%}. "
        )
    if pd.notna(row["most_shown"]):
        parts.append(
            f"Of pairs shown least {row['least_shown']:.0%}, of those shown most "
            f"{row['most_shown']:.0%}. "
        )
    if pd.notna(row["omissions"]):
        parts.append(
            f"Of all answers, {row['same_list']:.0%} are from other pairs of the list, "
            f"{row['other_words']:.0%} other words, and {row['omissions']:.0%} are left out. "
        )
    if pd.notna(row["near"]) and pd.notna(row["far"]):
        parts.append(
            f"Given the chance, a neighbouring pair intrudes with probability {row['near']:.2f}, "
            f"one 2 to {MAX_LAG} away with {row['far']:.2f}. "
        )
    if pd.notna(row["q_same"]) and pd.notna(row["q_reversed"]):
        parts.append(
            f"Between two tests of a pair, Yule's Q is {row['q_same']:.2f} in the same direction "
            f"and {row['q_reversed']:.2f} in the other."
        )
    return "".join(parts).strip()


def words(table: pd.DataFrame, human: str | None, task: PairedAssociates) -> Words:
    """What the page of a run says; arguments as those of `paired_associates_report`."""
    n_people = 0 if human is None else int(table["subjects"].iloc[0])
    after = (
        f" after {task.retention_interval:g} s of distraction" if task.retention_interval else ""
    )
    times_shown = task.presentations if isinstance(task.presentations, tuple) else ()
    shown = f", shown {', '.join(map(str, times_shown))} times," if times_shown else ""
    tested = f"{task.n_tests} of them are" if task.n_tests else "all are"
    again = {"none": ""}.get(task.second_test, f" and once more ({task.second_test} direction)")
    direction = {"mixed": "half forward and half backward"}.get(task.direction, task.direction)
    return Words(
        title=f"Paired associates, {task.list_length} pairs",
        intro=(
            f"Lists of {task.list_length} pairs{shown} are studied, and {tested} tested "
            f"{direction}{again}{after}. {who(human, n_people)}"
        ),
        figure=Figure("paired_associates", "Accuracy, direction of the test, and intrusions"),
        describe=description,
        trained_to="answer with the other word of the pair",
        patterns=PATTERNS,
        changing={
            "accuracy": "accuracy",
            "same_list": "intrusions from the list",
            "other_words": "other words",
            "omissions": "omissions",
        },
        distances={"rmsd_accuracy": "accuracy", "rmsd_intrusions": "intrusions by pair lag"},
        probabilities=PROBABILITIES,
        tables=[
            (
                (
                    "Accuracy of first tests. A lag counts pairs and tests between study and test; "
                    "RMSD is the root mean squared deviation from people's curve by lag or, of pairs "
                    "shown several times, by presentations:"
                ),
                ACCURACY_HEADINGS,
            ),
            (
                (
                    "Errors of first tests, from which pair of the list intrusions come given the "
                    "chance, and Yule's Q between two tests:"
                ),
                ERROR_HEADINGS,
            ),
        ],
    )
