"""Data sets without trials: numbers of conditions, mostly read from a printed figure.

Each function takes the folder of its data set and gives `condition, measure, x, mean, sem, n`, the
last two missing where the source has no subjects.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd


def jahnke1968(folder: Path) -> pd.DataFrame:
    """x is read from the figure and nearly whole."""
    points = pd.read_csv(folder / "10item_0sec.csv")
    return _curve("10item_0s_delay", "acc_strict", points["x"], points["Curve1"])


def kahana1993(folder: Path) -> pd.DataFrame:
    """Columns x, y of backward and of forward recall under two rows of headings."""
    points = pd.read_csv(folder / "simu6a_Kahana.csv", skiprows=2, header=None)
    return pd.concat(
        [
            _curve("backward", "acc_by_test_lag", points[0], points[1]),
            _curve("forward", "acc_by_test_lag", points[2], points[3]),
        ],
        ignore_index=True,
    )


def murdock1967(folder: Path) -> pd.DataFrame:
    """x, y, lag, and whether y is a mean or an end of its error bar."""
    points = pd.read_csv(folder / "simu5_Murdock.csv", header=None, names=["x", "y", "lag", "what"])
    points["what"] = points["what"].str.strip()
    y = points.pivot(index="lag", columns="what", values="y")
    half = (y["SD+1"] - y["SD-1"]) / 2
    return pd.concat(
        [
            _curve("all", "acc_by_test_lag", y.index, y["Mean"]),
            _curve("all", "acc_by_test_lag_errorbar_halfwidth", y.index, half),
        ],
        ignore_index=True,
    )


def page2006(folder: Path) -> pd.DataFrame:
    """The share correct of each subject on trials 1 to 16, silent or under suppression."""
    lists = {"FillA": "fillerA", "FillB": "fillerB", "HebbEffect": "repeating"}
    speech = {"ns": "silent", "su": "suppression"}
    wide = pd.read_csv(folder / "Page.Hebb.txt", sep="\t")
    wide["condition"] = wide["condition"].map(lists) + "_" + wide["sup/nosup"].map(speech)
    trials = [column for column in wide.columns if column.isdigit()]
    long = wide.melt("condition", trials, var_name="x", value_name="correct")
    grouped = long.astype({"x": int}).groupby(["condition", "x"])["correct"]
    table = grouped.agg(mean="mean", sem="sem", n="count").reset_index()
    return table.assign(measure="acc_by_trial")


def _curve(condition: str, measure: str, x: pd.Series | pd.Index, y: pd.Series) -> pd.DataFrame:
    """Four digits are more than a figure gives."""
    return pd.DataFrame(
        {
            "condition": condition,
            "measure": measure,
            "x": np.round(np.asarray(x, dtype=float)).astype(int),
            "mean": np.round(y.to_numpy(), 4),
            "sem": np.nan,
            "n": np.nan,
        }
    )


READ_OFF: dict[str, Callable[[Path], pd.DataFrame]] = {
    "page2006_hebb": page2006,
    "jahnke1968_digitised": jahnke1968,
    "kahana1993_digitised": kahana1993,
    "murdock1967_digitised": murdock1967,
}
