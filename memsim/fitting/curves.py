"""Curves of people and of theories, simulated, side by side."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pandas as pd

from analysis import (
    Recalls,
    as_recalls,
    group_curve,
    lag_crp,
    pfr,
    rmsd,
    serial_accuracy,
    spc,
    transpositions,
)
from analysis.counts import Counts
from analysis.free_recall.lag_crp import lag_crp_counts
from analysis.free_recall.pfr import pfr_counts
from analysis.free_recall.spc import spc_counts
from analysis.serial_recall.accuracy import serial_accuracy_counts
from analysis.serial_recall.transpositions import transpositions_counts
from memsim.fitting.people import People
from memsim.simulate import simulate

PEOPLE = "people"


class Measured(NamedTuple):
    """A measure that people and theories are compared on."""

    name: str
    measure: Callable[..., pd.DataFrame]
    counts: Callable[[Recalls], Counts]
    x: str
    value: str


FREE = (
    Measured("spc", spc, spc_counts, "input", "recall"),
    Measured("pfr", pfr, pfr_counts, "input", "prob"),
    Measured("lag_crp", lag_crp, lag_crp_counts, "lag", "prob"),
)
SERIAL = (
    Measured("accuracy", serial_accuracy, serial_accuracy_counts, "input", "recall"),
    Measured("transpositions", transpositions, transpositions_counts, "displacement", "prob"),
)


def measures_of(paradigm: Any) -> tuple[Measured, ...]:
    """Curves that lists of this paradigm are compared on."""
    return SERIAL if paradigm.objective == "ordered" else FREE


def curves_of(
    people: People, fitted: Sequence[tuple[Any, People]], n_lists: int = 1000, seed: int = 0
) -> pd.DataFrame:
    """Curves of people and of models that were fitted to them.

    Parameters
    ----------
    people : People
        All of them, with their paradigm.
    fitted : sequence of (model, People)
        Each model, and the lists it was fitted to.
    n_lists : int
        Lists that each model recalls, in each condition.
    seed : int

    Returns
    -------
    DataFrame
        `condition` ("" where there is one), `source` ("people", or the name of the theory),
        `measure` ("spc", "pfr", "lag_crp"; in serial recall "accuracy", "transpositions"), `x`,
        and means over subjects, or over fitted models, as `analysis.group_curve` has them:
        `mean`, `low`, `high`, `n`, `over`. People's recalls are those the model was fitted to.
    """
    if not fitted:
        raise ValueError("no model was fitted, so there are no curves to compare")
    parts = []
    there = [(model, [name for name, _, _ in some.conditions()]) for model, some in fitted]
    source = type(fitted[0][0]).__name__
    for name, paradigm, some in people.conditions():
        models = [model for model, names in there if name in names]
        simulated = simulate(models, paradigm, n_lists=n_lists, seed=seed) if models else None
        for label, recalls in ((PEOPLE, some.clean_recalls(paradigm)), (source, simulated)):
            if recalls is not None:
                curves = _curves(as_recalls(recalls, paradigm.objective == "ordered"), paradigm)
                parts.append(curves.assign(condition=name, source=label))
    table = pd.concat(parts, ignore_index=True)
    return table[
        ["condition", "source", *table.columns.difference(["condition", "source"], sort=False)]
    ]


def _curves(recalls: Recalls, paradigm: Any) -> pd.DataFrame:
    parts = []
    for name, measure, _, x, value in measures_of(paradigm):
        curve = group_curve(measure(recalls), x, value).rename(columns={x: "x"})
        parts.append(curve.assign(measure=name))
    table = pd.concat(parts, ignore_index=True)
    return table[["measure", *table.columns.drop("measure")]]


def result_table(curves: pd.DataFrame, measure: str) -> pd.DataFrame:
    """One measure of what `curves_of` gives, with x under its own name, as figures take it."""
    (x,) = {each.x for each in (*FREE, *SERIAL) if each.name == measure}
    return curves[curves["measure"] == measure].drop(columns="measure").rename(columns={"x": x})


def compare_curves(curves: pd.DataFrame) -> pd.DataFrame:
    """Distances of the theory's curves from those of people.

    Parameters
    ----------
    curves : DataFrame
        What `curves_of` gives.

    Returns
    -------
    DataFrame
        `condition`, `source`, `measure`, `rmsd` (of lag-CRPs over lags up to 5).

    Examples
    --------
    >>> curves = pd.DataFrame({"condition": "", "source": ["people", "CMR"], "measure": "spc",
    ...                        "x": 1, "mean": [0.5, 0.4]})
    >>> compare_curves(curves).round(2)
      condition source measure  rmsd
    0              CMR     spc   0.1
    """
    rows = []
    for (condition, measure), table in curves.groupby(["condition", "measure"], sort=False):
        named = result_table(table, str(measure))
        people = named[named["source"] == PEOPLE]
        for source, theirs in named[named["source"] != PEOPLE].groupby("source", sort=False):
            x = next(each.x for each in (*FREE, *SERIAL) if each.name == measure)
            rows.append(
                {
                    "condition": condition,
                    "source": source,
                    "measure": measure,
                    "rmsd": rmsd(theirs, people, x),
                }
            )
    return pd.DataFrame(rows)
