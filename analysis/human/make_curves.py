"""Make the curves that ship with the package, from the trials of all human data sets.

``python -m analysis.human.make_curves --data FOLDER`` writes `analysis/human/curves/<name>.csv`:
means over subjects, standard errors and numbers of subjects, by the measures of this package.
FOLDER is one that MEMSIM_DATA could name; data sets it lacks are left as they are.
"""

import argparse
import os
import textwrap
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd

from analysis.free_recall.curves import MAX_LAG, curves
from analysis.free_recall.lag_crp import lag_crp
from analysis.human.cued_curves import cued_curves
from analysis.human.load import load_human
from analysis.human.read_off import READ_OFF
from analysis.human.registry import HumanData, human_data, human_data_names
from analysis.recalls import Recalls
from analysis.serial_recall.curves import serial_curves
from analysis.serial_recall.latencies import serial_latencies
from analysis.statistics.intervals import summarise_subjects

#: each answer has its place there, so the order of recall is not known
ANSWER_SHEETS = ("cowan2002", "madigan1971", "grenfell_ward2012_isr")
ORDERED = ("lag_crp", "fillin_after_skip", "infill_after_skip")

#: measures that mean the same in lists that hold a word twice
OF_REPEATED_WORDS = ("n_recall", "n_intrusion", "n_repeat", "irt_ms")


def human_table(name: str) -> pd.DataFrame:
    """All curves of a data set, from its trials or numbers: `condition, measure, x, mean, sem, n`.

    Conditions with lists of several lengths are divided by them: "condition|LL6".
    """
    data = human_data(name)
    if data.aggregate:
        return READ_OFF[name](Path(os.environ["MEMSIM_DATA"], data.folder))
    trials = load_human(name)
    if data.kind == "cued":
        return cued_curves(name, cast(pd.DataFrame, trials))
    recalls = by_length(cast(Recalls, trials), data)
    return serial_table(recalls, name) if data.kind == "serial" else free_table(recalls, name)


def by_length(recalls: Recalls, data: HumanData) -> Recalls:
    """The length of the list in the name of the condition, where it does not tell by itself."""
    labels = recalls.labels
    if labels.groupby("condition")["list_length"].nunique().max() == 1:
        return recalls
    length = labels["list_length"].astype(str)
    return replace(recalls, labels=labels.assign(condition=labels["condition"] + "|LL" + length))


def free_table(recalls: Recalls, name: str) -> pd.DataFrame:
    """Curves of free recall."""
    if name == "howard_kahana2005":
        # four times are before that of the response before
        recalls = replace(recalls, recall_columns={})
    table = curves(recalls, "condition")
    if name == "lohnas_kahana2014":
        # words presented twice have no study position, and no lag, of their own
        plain = table["condition"] == "control"
        table = table[plain | table["measure"].isin(OF_REPEATED_WORDS)]
        table = pd.concat([table, recall_by_spacing(recalls)], ignore_index=True)
    if name == "polyn2011":
        # the clock starts anew with each category that is asked for
        cued = table["condition"] == "categorized_cued_by_category"
        table = table[~(cued & (table["measure"] == "irt_ms"))]
    return table.sort_values("condition", kind="stable", ignore_index=True)


def recall_by_spacing(recalls: Recalls) -> pd.DataFrame:
    """Recall of words of mixed lists by how many words came between their two presentations.

    x is 0 for none, 1 for one or two, 3 for three to five, 6 for six to eight, -1 for words
    presented once.
    """
    mixed = recalls.take((recalls.labels["condition"] == "mixed").to_numpy())
    presented = mixed.presented
    same = presented[:, :, None] == presented[:, None, :]
    place = np.arange(presented.shape[1])
    later = np.where(same & (place > place[:, None]), place, -1).max(axis=2)
    between = np.where(later < 0, -1, later - place - 1)
    first = same.argmax(axis=2) == place
    recalled = (mixed.recalled[:, None, :] == place[:, None] + 1).any(axis=2)
    words = pd.DataFrame(
        {
            "subject": np.repeat(mixed.labels["subject"].to_numpy(), presented.shape[1]),
            "x": np.select(
                [between < 1, between < 3, between < 6], [between, 1, 3], default=6
            ).ravel(),
            "prob": recalled.ravel(),
        }
    )[first.ravel()]
    shares = words.groupby(["subject", "x"], as_index=False)["prob"].mean()
    labelled = shares.assign(condition="mixed", measure="p_recall_by_repetition_lag")
    return summarise_subjects(labelled, ["condition", "measure", "x"], "prob")


def serial_table(recalls: Recalls, name: str) -> pd.DataFrame:
    """Curves of serial recall."""
    # what was typed after the last place of a list is no response to it
    beyond = np.arange(recalls.recalled.shape[1]) >= recalls.list_length[:, None]
    kept = Recalls(
        recalls.presented, np.where(beyond, 0, recalls.recalled), recalls.labels, omissions=True
    )
    transitions = lag_crp(kept, "condition").rename(columns={"lag": "x"})
    transitions = transitions[transitions["x"].abs() <= MAX_LAG].assign(measure="lag_crp")
    keys = ["condition", "measure", "x"]
    parts = [
        serial_curves(recalls, "condition"),
        summarise_subjects(transitions, keys, "prob"),
    ]
    if "rt" in recalls.recall_columns:
        latency = serial_latencies(recalls, "condition").rename(columns={"output": "x"})
        parts.append(summarise_subjects(latency.assign(measure="rt_ms"), keys, "latency"))
    table = pd.concat(parts, ignore_index=True)
    if name in ANSWER_SHEETS:
        table = table[~table["measure"].isin(ORDERED)]
    return table.sort_values("condition", kind="stable", ignore_index=True)


def write(name: str, folder: Path) -> None:
    """Write the curves of a data set, with what to cite at the top."""
    data = human_data(name)
    table = human_table(name).assign(dataset=name).round(5)
    columns = ["dataset", "condition", "measure", "x", "mean", "sem", "n"]
    source = f"Source: github.com/{data.repository}, commit {data.commit[:12]}."
    licence = f"Licence of the repository: {data.licence}."
    what = "Numbers of the source" if data.aggregate else "Means over subjects, five digits"
    lines = [
        f"{what}: python -m analysis.human.make_curves.",
        *textwrap.wrap(data.citation, 96),
        *textwrap.wrap(f"{source} {licence} Before use: memsim data show {name}.", 96),
    ]
    header = "".join(f"# {line}\n" for line in lines)
    text = table[columns].to_csv(index=False, lineterminator="\n")
    (folder / f"{name}.csv").write_text(header + text, encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """The command of the module docstring."""
    parser = argparse.ArgumentParser(description="Make the curves that ship with the package.")
    parser.add_argument("--data", required=True, help="folder of human data")
    parser.add_argument("--out", default=Path(__file__).parent / "curves", type=Path)
    parser.add_argument("names", nargs="*", help="data sets; all if none is named")
    given = parser.parse_args(arguments)
    os.environ["MEMSIM_DATA"] = given.data
    for name in given.names or human_data_names():
        data = human_data(name)
        if (Path(given.data) / data.folder).is_dir() and (name in READ_OFF or not data.aggregate):
            write(name, given.out)
            print(name)


if __name__ == "__main__":
    main()
