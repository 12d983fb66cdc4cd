"""Invented result tables of every figure, by formula, and what all composites must hold to."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy.stats import norm

from analysis import (
    plot_cued_recall,
    plot_free_recall,
    plot_organization,
    plot_pnr_maps,
    plot_recognition,
    plot_serial_recall,
)

SOURCES: dict[str, Any] = {
    "People": "people",
    "DNC without noise": "network",
    "CMR": "theory",
    "DNC with noise": "network",
    "TCM": "theory",
    "SAM": "theory",
}
OVER = {"people": "subjects", "network": "lists", "theory": "subjects"}
PLACES = np.arange(1, 11)


def first(n: int) -> dict[str, Any]:
    """The first n sources."""
    return dict(list(SOURCES.items())[:n])


def several(
    x: str | None, places: Any, mean: Any, sources: Mapping[str, str], half: float = 0.03
) -> pd.DataFrame:
    """The same curve for each source, a little lower each time."""
    parts = []
    for i, (source, kind) in enumerate(sources.items()):
        here = np.asarray(mean) * (1 - 0.08 * i)
        columns = {} if x is None else {x: places}
        values = {"mean": here, "low": here - half, "high": here + half}
        parts.append(
            pd.DataFrame({**columns, **values}, index=range(here.size)).assign(
                over=OVER[kind], source=source
            )
        )
    return pd.concat(parts, ignore_index=True)


def bowed(sources: Mapping[str, str], x: str = "input") -> pd.DataFrame:
    return several(x, PLACES, 0.5 + 0.018 * (PLACES - 5) ** 2 - 0.004 * PLACES, sources)


def peaked(sources: Mapping[str, str], x: str = "lag", high: float = 0.5) -> pd.DataFrame:
    lags = np.array([lag for lag in range(-5, 6) if lag])
    return several(x, lags, high * np.where(lags > 0, 1, 0.5) / np.abs(lags), sources, 0.03 * high)


def responses(sources: Mapping[str, str]) -> pd.DataFrame:
    heights = {"correct": 0.7, "transposition": 0.15, "omission": 0.1, "intrusion": 0.03}
    arch = 1 - ((PLACES - 5.5) / 6) ** 2
    return pd.concat(
        several("output", PLACES, height * arch, sources, 0.01).assign(kind=kind)
        for kind, height in heights.items()
    )


def roc(sources: Mapping[str, str]) -> pd.DataFrame:
    criteria = np.array([1.5, 1.0, 0.5, 0.0, -0.5])
    parts = []
    for i, (source, kind) in enumerate(sources.items()):
        hits = norm.cdf((1.5 - 0.2 * i - criteria) / 1.25)
        parts.append(
            pd.DataFrame(
                {
                    "false_alarm_rate": norm.cdf(-criteria),
                    "mean": hits,
                    "low": hits - 0.03,
                    "high": hits + 0.03,
                    "over": OVER[kind],
                    "source": source,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def maps(sources: Mapping[str, str]) -> pd.DataFrame:
    output, place = (grid.ravel() for grid in np.meshgrid([1, 2, 3, 4], PLACES, indexing="ij"))
    table = several(None, None, 0.4 * np.exp(-((11 - output - place) ** 2) / 4), sources)
    n = len(sources)
    return table.assign(output=np.tile(output, n), input=np.tile(place, n))


def free_recall(sources: Any, **options: Any) -> Figure:
    tables = bowed(sources), peaked_first(sources), peaked(sources)
    return plot_free_recall(*tables, sources, **options)


def peaked_first(sources: Mapping[str, str]) -> pd.DataFrame:
    return several("input", PLACES, 0.4 / (11 - PLACES) + 0.1 * (PLACES == 1), sources)


def organization(sources: Any, **options: Any) -> Figure:
    few = np.arange(1, 6)
    return plot_organization(
        several(None, None, [0.7], sources),
        sources,
        several(None, None, [0.6], sources),
        several(None, None, [0.8], sources),
        several("list_lag", few, 0.5**few, sources),
        several("output", PLACES, 1000 + 90 * PLACES**1.5, sources, 100),
        **options,
    )


def serial_recall(sources: Any, **options: Any) -> Figure:
    tables = bowed(sources), peaked(sources, "displacement", 0.06), responses(sources)
    return plot_serial_recall(*tables, sources, **options)


def directions(sources: Mapping[str, str]) -> pd.DataFrame:
    return several("direction", ["forward", "backward"], [0.65, 0.6], sources)


def cued_recall(sources: Any, **options: Any) -> Figure:
    accuracy = several("lag", PLACES - 1, 0.6 + 0.15 / PLACES, sources)
    tables = accuracy, directions(sources), peaked(sources, "pair_lag", 0.2)
    return plot_cued_recall(*tables, sources, **options)


def recognition(sources: Any, **options: Any) -> Figure:
    return plot_recognition(roc(sources), sources, **options)


def pnr_maps(sources: Any, **options: Any) -> Figure:
    return plot_pnr_maps(maps(sources), sources, **options)


#: every composite, of the sources given
COMPOSITES: dict[str, Callable[..., Figure]] = {
    "free_recall": free_recall,
    "organization": organization,
    "serial_recall": serial_recall,
    "cued_recall": cued_recall,
    "recognition": recognition,
    "pnr_maps": pnr_maps,
}
