"""Free recall from the text files of single studies.

Each reader takes the files of a data set, in the order of the registry, and gives `Recalls`; what
is inferred is said in the notes of the registry. Times are in ms from the start of recall.
"""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.human.raw.build import by_position, by_word, numbered, padded, read_rows
from analysis.recalls import Recalls

#: lists of each subject of Murdock (1962), in each of the six files
MURDOCK_LISTS = 80
#: an intrusion from outside the pool of words of Howard and Kahana (1999), or not written down
UNKNOWN_WORD = 481


def murdock1962(paths: Sequence[Path]) -> Recalls:
    """`fr<L>-<s>.txt`: a line per list, study positions in output order, 88 an intrusion."""
    lists, labels = [], []
    n_subjects = 0
    for path in paths:
        condition = path.name.removeprefix("fr").split(".")[0]
        length = int(condition.split("-")[0])
        rows = [[int(word) for word in row] for row in read_rows(path)]
        # a line that is 0 alone ends one of the files, and is no list
        while rows[-1] in ([], [0]):
            rows.pop()
        lists += [[code if code <= length else -1 for code in row] for row in rows]
        subject = n_subjects + np.arange(len(rows)) // MURDOCK_LISTS + 1
        labels.append(
            pd.DataFrame({"subject": subject, "condition": condition, "list_length": length})
        )
        n_subjects = subject[-1]
    label = pd.concat(labels, ignore_index=True)
    return by_position(padded(lists), label["list_length"].to_numpy(), numbered(label))


def murdock_okada1970(paths: Sequence[Path]) -> Recalls:
    """Three lines per list: (count, subject, trial), study positions, inter-response times in s."""
    rows = [row for row in read_rows(paths[0]) if row]
    head = np.array(rows[0::3], dtype=int)
    recalled = padded([[int(word) for word in row] for row in rows[1::3]])
    times = padded([[float(word) for word in row] for row in rows[2::3]])
    labels = pd.DataFrame(
        {"subject": head[:, 1], "list": head[:, 2], "condition": "all", "list_length": 20}
    )
    rt = np.where(recalled == 0, np.nan, np.round(1000 * np.cumsum(times, axis=1)))
    return by_position(np.where(recalled > 20, -1, recalled), 20, labels, rt=rt)


def howard_kahana1999(paths: Sequence[Path]) -> Recalls:
    """Lines (subject, session, trial, condition); 12 words; study positions, negative for
    intrusions; words; inter-response times in ms; the last three are empty without a response."""
    names = ["exp1_immediate", "exp1_delayed", "exp2_ipi0", "exp2_ipi2", "exp2_ipi8", "exp2_ipi16"]
    studied, positions, words, times, labels = [], [], [], [], []
    for path, name in zip(paths, names, strict=True):
        rows = [[int(word) for word in row] for row in read_rows(path)]
        # not by count: one list has an empty line too many, another one too few
        rows = [row for row in rows if row]
        heads = [n for n, row in enumerate(rows[1:]) if len(row) == 12 and len(rows[n]) == 4]
        for start, end in pairwise([*heads, len(rows)]):
            (subject, session, trial, _), list_words, *said = rows[start:end]
            given, their_words, waits = said or ([], [], [])
            studied.append(list_words)
            positions.append(given)
            words.append(their_words)
            times.append(np.cumsum(waits).tolist())
            labels.append((subject, session, trial, name))
    label = pd.DataFrame(labels, columns=["subject", "session", "trial", "condition"])
    label = two_experiments(label.assign(list_length=12))
    # conditions take turns, so the order of lists is not that of the files
    in_time = numbered(label.sort_values(["subject", "session", "trial"], kind="stable"))
    recalled = np.maximum(padded(positions), -1)
    items = padded(words)
    # intrusions whose word is unknown are different words
    unknown = items == UNKNOWN_WORD
    return Recalls(
        presented=np.array(studied),
        recalled=recalled,
        labels=in_time.sort_index(),
        recalled_items=np.where(unknown, -np.cumsum(unknown, axis=1), items),
        recall_columns={"rt": padded(times, np.nan)},
    )


def two_experiments(labels: pd.DataFrame) -> pd.DataFrame:
    """Subjects of Experiment 2 are other people than those of Experiment 1 of the same number."""
    second = labels["condition"].str.startswith("exp2").to_numpy()
    return labels.assign(subject=labels["subject"] + 1000 * second)


def howard_kahana2005(paths: Sequence[Path]) -> Recalls:
    """Five lines per list: (subject, list, condition); 90 presentations; positions; words; ms.

    Words are in order of their first presentation, 30 in each list; their numbers count from 0 in
    the file; `!word` was in no list.
    """
    names = {"0": "massed", "1": "spaced_long", "2": "spaced_short"}
    rows = read_rows(paths[0])
    studied, items, times, labels = [], [], [], []
    for start in range(0, len(rows) - 4, 5):
        (subject, number, condition), presented, _, words, waits = rows[start : start + 5]
        studied.append([int(word) + 1 for word in dict.fromkeys(presented)])
        unknown = [*dict.fromkeys(word for word in words if word.startswith("!"))]
        items.append([-unknown.index(w) - 1 if w in unknown else int(w) + 1 for w in words])
        times.append([int(wait) for wait in waits])
        labels.append((int(subject), int(number) + 1, names[condition]))
    label = pd.DataFrame(labels, columns=["subject", "list", "condition"]).assign(list_length=30)
    study, said = np.array(studied), padded(items)
    same = said[:, :, None] == study[:, None, :]
    return Recalls(
        presented=study,
        recalled=np.where(same.any(axis=2), same.argmax(axis=2) + 1, -(said != 0).astype(int)),
        labels=label,
        recalled_items=said,
        recall_columns={"rt": padded(times, np.nan)},
    )


def grenfell_ward2012_ifr(paths: Sequence[Path]) -> Recalls:
    """A row per studied word; `outputorder` says when it was recalled, -1 for never."""
    labels, presented, table = answer_sheets(paths[0], "Knownlength", "ifr_length")
    said = table[table["outputorder"] > 0].sort_values("outputorder")
    # the order counts, for the numbers of some lists leave gaps
    output = said.groupby("row").cumcount()
    recalled = np.full_like(presented, "")
    recalled[said["row"], output] = said["word"]
    return by_word(presented, recalled, labels)


def answer_sheets(
    path: Path, known: str, prefix: str
) -> tuple[pd.DataFrame, NDArray[Any], pd.DataFrame]:
    """A file of a row per studied word: labels per list, words (lists, L), and the rows."""
    table = pd.read_csv(path, sep=" ").rename(columns={"subj": "subject"})
    table["condition"] = prefix + table[known].str.lower()
    keys = ["subject", "condition", "block", "list"]
    table["row"] = table.groupby(keys).ngroup()
    labels = table.drop_duplicates("row").sort_values("row")
    labels = labels[["subject", "condition", "block"]].assign(list_length=labels["length"])
    presented = np.full((len(labels), table["length"].max()), "", dtype=object)
    presented[table["row"], table["serpos"] - 1] = table["word"]
    return numbered(labels), presented, table
