"""What a run leaves behind besides recalls: measures, curves, a summary, figures and a page."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy import stats

from analysis import as_recalls, bootstrap_lists, group_curve, rmsd, save_figure

PEOPLE = "People"
#: with fewer networks of a kind, bands are over lists
MIN_NETWORKS_FOR_INTERVALS = 5
LEVEL = 0.95


class Report(NamedTuple):
    """What `write_report` writes.

    Attributes
    ----------
    measures : DataFrame
        All measures of all sources: `source, measure, x, mean, sem, n` (subjects).
    curves : mapping of str to result table
        What the figures draw, with a column `source`.
    summary : DataFrame
        One row per source.
    figures : mapping of str to Figure
        By name of the file.
    page : str
        README.md.
    tables : mapping of str to DataFrame
        Further tables, by name of the file.
    """

    measures: pd.DataFrame
    curves: Mapping[str, pd.DataFrame]
    summary: pd.DataFrame
    figures: Mapping[str, Figure]
    page: str
    tables: Mapping[str, pd.DataFrame] = {}


def write_report(out: Path, report: Report) -> None:
    """Write the files of a report into a folder; its figures are closed."""
    together = pd.concat(dict(report.curves), names=["measure"]).reset_index("measure")
    tables = {"measures": report.measures, "curves": together, "summary": report.summary}
    for name, table in (tables | dict(report.tables)).items():
        table.to_csv(out / f"{name}.csv", index=False)
    for name, figure in report.figures.items():
        save_figure(figure, out / name)
        plt.close(figure)
    (out / "README.md").write_text(report.page, encoding="utf-8")


def curve_of_models(
    measure: Callable[..., pd.DataFrame],
    recalls: pd.DataFrame,
    x: str | Sequence[str],
    value: str = "prob",
    omissions: bool = False,
    **definition: Any,
) -> pd.DataFrame:
    """One measure of all models, with 95 % intervals over networks or over lists.

    A model whose recalls do not determine the measure anywhere has no rows.

    Parameters
    ----------
    measure : function
        A measure that `bootstrap_lists` takes.
    recalls : recall table
        With a column `model`.
    x, value
        Columns of what the measure gives.
    omissions : bool
        Whether a recall whose item is missing is an omission.
    **definition
        Options of the measure.
    """
    parts = []
    for label, table in recalls.groupby("model", sort=False):
        lists = as_recalls(table, omissions=omissions)
        each = measure(lists, **definition)
        if table["subject"].nunique() >= MIN_NETWORKS_FOR_INTERVALS:
            curve = group_curve(each, x, value)
        elif each["possible"].any():
            curve = bootstrap_lists(measure, lists, **definition)
        else:  # without any response there is nothing to resample
            continue
        parts.append(curve.assign(source=label))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def over_lists(
    counts: NDArray[np.integer],
    statistic: Callable[[NDArray[np.floating]], NDArray[np.floating]],
    n_boot: int = 1000,
    seed: int = 0,
) -> tuple[NDArray[np.floating], NDArray[np.floating], NDArray[np.floating]]:
    """A statistic of counts pooled over lists, with percentile bounds from resampling the lists.

    Parameters
    ----------
    counts : (lists, k) integers
    statistic : function
        From (k,) sums over lists to (m,) values.
    n_boot, seed : int
        Resamples, and where their randomness comes from.

    Returns
    -------
    value, low, high : (m,)
        NaN where lists do not determine it.

    Examples
    --------
    Both lists are alike, and so are all resamples of them:

    >>> ratio = lambda counted: counted[:1] / counted[1:]
    >>> over_lists(np.array([[1, 2], [1, 2]]), ratio, n_boot=10)
    (array([0.5]), array([0.5]), array([0.5]))
    """
    rng = np.random.default_rng(seed)
    n = len(counts)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = statistic(counts.sum(axis=0))
        resampled = np.array(
            [
                statistic(np.bincount(rng.integers(n, size=n), minlength=n) @ counts)
                for _ in range(n_boot)
            ]
        )
    seen = ~np.isnan(value)
    low, high = np.full_like(value, np.nan), np.full_like(value, np.nan)
    if seen.any():
        tails = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
        # few lists: what was possible in one of them is missing from some resamples
        low[seen], high[seen] = np.nanquantile(resampled[:, seen], tails, axis=0)
    return value, low, high


def curve_of_tests(
    measure: Callable[..., pd.DataFrame], tests: pd.DataFrame, x: str | None
) -> pd.DataFrame:
    """The same as `curve_of_models` for measures of tests, which take them by list.

    Parameters
    ----------
    measure : function
        Of tests and `by`; gives `subject`, the `by` columns, x, `prob`, `actual`, `possible`.
    tests : DataFrame
        Tests of all models, with a column `model`.
    x : str, optional
        Column of x; None for a measure that has none.
    """
    parts = []
    for label, of_model in tests.groupby("model", sort=False):
        n_lists = len(of_model[["subject", "list"]].drop_duplicates())
        if of_model["subject"].nunique() >= MIN_NETWORKS_FOR_INTERVALS:
            curve = group_curve(measure(of_model, None), x)
        else:
            by_list = measure(of_model, "list")
            if by_list.empty:
                continue
            lists = by_list.groupby(["subject", "list"]).ngroup()
            cells = by_list[[x]].drop_duplicates().sort_values(x) if x else pd.DataFrame(index=[0])
            cell = pd.Index(cells[x]).get_indexer(by_list[x]) if x else 0
            # lists without any row count as well, with nothing in them
            counted = np.zeros((n_lists, 2, len(cells)), dtype=np.int64)
            counted[lists, 0, cell] = by_list["actual"]
            counted[lists, 1, cell] = by_list["possible"]
            mean, low, high = over_lists(counted.reshape(n_lists, -1), _ratios)
            curve = cells.assign(mean=mean, low=low, high=high, n=n_lists, over="lists")
        parts.append(curve.assign(source=label))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _ratios(counted: NDArray[np.floating]) -> NDArray[np.floating]:
    """What happened, the first half of the counts, by what could have, the second."""
    happened, possible = np.split(counted, 2)
    return happened / possible


def result_table(values: pd.DataFrame, x: str) -> pd.DataFrame:
    """Means over subjects as a result table, with t intervals; see `human_group_curve`.

    Parameters
    ----------
    values : DataFrame
        `x, mean, sem, n`.
    x : str
        What the column of x is called.

    Examples
    --------
    >>> values = pd.DataFrame({"x": [1], "mean": [0.5], "sem": [0.1], "n": [2]})
    >>> result_table(values, "lag").round(2)  # .5 -+ 12.71 * .1
       lag  mean   low  high  n      over
    0    1   0.5 -0.77  1.77  2  subjects
    """
    mean, half = values["mean"], stats.t.ppf((1 + LEVEL) / 2, values["n"] - 1) * values["sem"]
    return pd.DataFrame(
        {
            x: values["x"],
            "mean": mean,
            "low": mean - half,
            "high": mean + half,
            "n": values["n"],
            "over": "subjects",
        }
    ).reset_index(drop=True)


def rmsd_to_people(curve: pd.DataFrame, source: str, x: str) -> float:
    """RMSD of a source's curve to people's; NaN where there is none or they share no x."""
    people, model = (curve[curve["source"] == which] for which in (PEOPLE, source))
    known = source != PEOPLE and model[x].isin(people[x]).any()
    return rmsd(model, people, x) if known else float("nan")


def each_source(
    measured: pd.DataFrame, wanted: Mapping[str, tuple[str, float]]
) -> list[dict[str, Any]]:
    """Some numbers of each source: `source, subjects` and those wanted, NaN where there are none.

    Where a source does not say how many subjects it has, they are 0.

    Parameters
    ----------
    measured : DataFrame
        `source, measure, x, mean, n`.
    wanted : mapping of str to (measure, x)
    """
    rows = []
    for source, values in measured.groupby("source", sort=False):
        mean = values.set_index(["measure", "x"])["mean"]
        n = values["n"].max()
        row = {"source": source, "subjects": 0 if pd.isna(n) else int(n)}
        rows.append(row | {name: mean.get(key, float("nan")) for name, key in wanted.items()})
    return rows
