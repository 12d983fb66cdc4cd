"""The table of all measures beside the archive of human curves."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import Recalls, curves, read_trials

#: trial file, its curves
ARCHIVE = {
    "murdock1962": "trials.csv",
    "murdock_okada1970": "trials.csv",
    "howard_kahana1999": "trials.csv",
    "polyn2011": "trials.csv",
    "morton2013": "trials.csv",
    "healey_kahana2014": "trials.csv",
    "peers_notask": "trials.csv",
    "howard_kahana2005": "trials.csv",
    "lohnas_kahana2014": "trials.csv",
    "grenfell_ward2012_ifr": "trials_ifr.csv",
    "pazdera_kahana2023": "trials.csv.gz",
}
KEYS = ["condition", "measure", "x"]


def with_times(recalls: Recalls, path: Path) -> Recalls:
    """The same with `rt`, the times in ms, if the file has any."""
    texts = pd.read_csv(path, dtype={"times_ms": str})
    if "times_ms" not in texts or "rt" in recalls.recall_columns:
        return recalls
    times = np.full(recalls.recalled.shape, np.nan)
    for row, text in zip(times, texts["times_ms"].fillna(""), strict=True):
        values = [float(time) for time in text.split()]
        row[: len(values)] = values
    return Recalls(
        recalls.presented, recalls.recalled, recalls.labels, recall_columns={"rt": times}
    )


@pytest.mark.parametrize("name", ARCHIVE)
def test_curves_are_those_of_the_archive(human_folder, name):
    path = human_folder / name.removesuffix("_ifr") / ARCHIVE[name]
    recalls = with_times(read_trials(path), path)
    archive = pd.read_csv(human_folder / "curves" / f"{name}.csv")
    # of spacing, which needs to know which words came twice
    archive = archive[archive["measure"] != "p_recall_by_repetition_lag"]
    labels = recalls.labels
    if archive["condition"].str.contains("|LL", regex=False).any():
        condition = labels["condition"] + "|LL" + labels["list_length"].astype(str)
        labels = labels.assign(condition=condition)
        recalls = Recalls(
            recalls.presented, recalls.recalled, labels, recall_columns=recalls.recall_columns
        )
    mine = curves(recalls, by="condition")
    joined = archive.merge(mine, on=KEYS, how="left", suffixes=("", "_mine"))
    assert len(joined) == len(archive)
    # five digits in the archive
    for column in ("mean", "sem", "n"):
        np.testing.assert_allclose(joined[f"{column}_mine"], joined[column], rtol=0, atol=1.1e-5)
    # and nothing more of the measures that the archive has of a condition
    has = archive[["condition", "measure"]].drop_duplicates()
    assert len(mine.merge(has)) == len(archive)


def test_times_by_hand():
    recalls = Recalls.from_positions([[2, 1], [1, 0]], list_length=2, subject=[1, 2])
    rt = np.array([[400.0, 1000.0], [600.0, 0.0]])
    recalls = Recalls(
        recalls.presented, recalls.recalled, recalls.labels, recall_columns={"rt": rt}
    )
    table = curves(recalls).query("measure == 'irt_ms'")
    assert table["mean"].tolist() == [500, 600]
    assert table["n"].tolist() == [2, 1]


def test_without_times_there_are_none():
    recalls = Recalls.from_positions([[2, 1]], list_length=2)
    assert "irt_ms" not in set(curves(recalls)["measure"])
