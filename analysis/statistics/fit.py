"""Models beside people: how far each curve is off, and how far it could be expected to be."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.counts import by_columns, group_lists, sum_groups
from analysis.free_recall.lag_crp import lag_crp
from analysis.free_recall.pfr import pfr
from analysis.free_recall.spc import spc
from analysis.measures import recalls_for
from analysis.recalls import Recalls
from analysis.statistics.g2 import g2
from analysis.statistics.noise_ceiling import (
    correlation,
    list_counts,
    mean_curve,
    noise_ceiling,
)
from analysis.statistics.rmsd import compared

Measures = Mapping[Callable[..., pd.DataFrame], Mapping[str, Any]]

#: what is compared unless told otherwise, with the options of each
FREE_RECALL: Measures = {spc: {}, pfr: {}, lag_crp: {}}


def fit_report(
    models: pd.DataFrame | Recalls,
    people: pd.DataFrame | Recalls,
    by: str | Sequence[str] | None = None,
    measures: Measures = FREE_RECALL,
    n_splits: int = 100,
    seed: int = 0,
) -> pd.DataFrame:
    """Deviation of models from people, measure by measure and together, with noise ceilings.

    Curves are means over subjects. A deviation means little by itself: curves differ in how much
    there is to explain (`sd`) and in how well people's lists determine them (`ceiling`, see
    `noise_ceiling`). The composite is the mean over measures of the deviations in units of `sd`; a
    flat line at people's mean has 1 in each.

    The ceiling is for a model whose own curve is exact: simulate many more lists than people have.

    Parameters
    ----------
    models, people : recall tables or Recalls
        The same task: equal list lengths.
    by : str or list of str
        Labels of the models' lists that tell the models apart, such as "model".
    measures : mapping of measure to its options
        Measures with one x, such as `{spc: {}, lag_crp: {"skip_outputs": 2}}`.
    n_splits, seed : int
        Of `noise_ceiling`.

    Returns
    -------
    DataFrame
        For each model one row per measure and one "composite": the `by` columns, `measure`,
        `rmsd`, `ceiling` (the rmsd that a perfect model can expect), `sd` (of people's curve over
        x), `rmsd_sd` and `ceiling_sd` (both in units of it), `r` (correlation with people over x),
        `r_ceiling` (that of a perfect model), `g2` and `df` (PFR as multinomial, others as
        binomial; see `g2`). The composite has only `rmsd_sd` and `ceiling_sd`.

    Raises
    ------
    ValueError
        If a measure has no x, the x of models and people differ, or a subject of people has only
        one list.

    Examples
    --------
    A model that recalls as people do, and one that is at people's mean everywhere:

    >>> people = Recalls.from_positions([[2, 0], [2, 1], [2, 0], [2, 1]], list_length=2)
    >>> flat = Recalls.from_positions([[1, 0], [2, 0], [1, 2], [2, 1]], list_length=2)
    >>> measures = {spc: {}}
    >>> fit_report(people, people, measures=measures)[["measure", "rmsd", "sd", "rmsd_sd"]]
         measure  rmsd    sd  rmsd_sd
    0        spc   0.0  0.25      0.0
    1  composite   NaN   NaN      0.0
    >>> fit_report(flat, people, measures=measures)["rmsd_sd"].tolist()
    [1.0, 1.0]
    """
    if not measures:
        raise ValueError("measures must name at least one measure, such as {spc: {}}")
    models, people = recalls_for(measures, models), recalls_for(measures, people)
    keys, of_list = group_lists(models, by_columns(by))
    rows = []
    for measure, definition in measures.items():
        about = _about_people(measure, people, dict(definition), n_splits, seed)
        for i in range(len(keys)):
            of_model = models.take(of_list == i)
            rows.append({"model": i} | _row(measure, of_model, people, dict(definition), about))
    table = pd.DataFrame(rows)
    composite = table.groupby("model")[["rmsd_sd", "ceiling_sd"]].mean().reset_index()
    table = pd.concat([table, composite.assign(measure="composite")], ignore_index=True)
    table = table.sort_values("model", kind="stable", ignore_index=True)
    names = keys.iloc[table["model"].to_numpy()].reset_index(drop=True)
    return pd.concat([names, table.drop(columns="model")], axis=1)


def _about_people(
    measure: Callable[..., pd.DataFrame],
    people: Recalls,
    definition: dict[str, Any],
    n_splits: int,
    seed: int,
) -> dict[str, Any]:
    """Their curve, and what there is to explain in it."""
    x, curve = _curve(measure, people, definition)
    ceiling = noise_ceiling(measure, people, n_splits=n_splits, seed=seed, **definition).iloc[0]
    sd = float(np.nanstd(curve))
    reliability = float(ceiling["r_all"])
    return {
        "x": x,
        "curve": curve,
        "sd": sd if sd > 1e-12 else np.nan,
        "ceiling": float(ceiling["rmsd_all"]),
        "r_ceiling": float(np.sqrt(reliability)) if reliability >= 0 else np.nan,
    }


def _row(
    measure: Callable[..., pd.DataFrame],
    model: Recalls,
    people: Recalls,
    definition: dict[str, Any],
    about: dict[str, Any],
) -> dict[str, Any]:
    x, curve = _curve(measure, model, definition)
    if not x.equals(about["x"]):
        name = x.columns[0]
        raise ValueError(
            f"{measure.__name__}: models and people must have the same {name}, got "
            f"{x[name].min()} to {x[name].max()} and {about['x'][name].min()} to "
            f"{about['x'][name].max()}; simulate lists as long as those of people"
        )
    deviation = (curve - about["curve"])[~np.isnan(curve - about["curve"])]
    if not len(deviation):
        raise ValueError(
            f"{measure.__name__}: there is no {x.columns[0]} at which both could have responded; "
            "one of them may have recalled nothing"
        )
    rmsd = float(np.sqrt(np.mean(deviation**2)))
    return {
        "measure": measure.__name__,
        "rmsd": rmsd,
        "ceiling": about["ceiling"],
        "sd": about["sd"],
        "rmsd_sd": rmsd / about["sd"],
        "ceiling_sd": about["ceiling"] / about["sd"],
        "r": correlation(curve, about["curve"]),
        "r_ceiling": about["r_ceiling"],
        **_g2(measure, model, people, definition, x.columns[0]),
    }


def _curve(
    measure: Callable[..., pd.DataFrame], recalls: Recalls, definition: dict[str, Any]
) -> tuple[pd.DataFrame, NDArray[np.float64]]:
    """x and the mean over subjects, at the x that are compared."""
    x, actual, possible = list_counts(measure, recalls, definition)
    keep = compared(x)
    subjects, subject = group_lists(recalls, ["subject"])
    sums = (sum_groups(n[:, keep], subject, len(subjects)) for n in (actual, possible))
    curve = mean_curve(*sums)
    return x[keep].reset_index(drop=True), curve


def _g2(
    measure: Callable[..., pd.DataFrame],
    model: Recalls,
    people: Recalls,
    definition: dict[str, Any],
    x: str,
) -> dict[str, Any]:
    of_model, of_people = (measure(recalls, **definition) for recalls in (model, people))
    result = g2(of_model, of_people, x, "multinomial" if measure is pfr else "binomial")
    return {"g2": result["g2"].item(), "df": result["df"].item()}
