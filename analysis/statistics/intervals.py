"""Curves with intervals: over subjects, or, for a single network, over its lists."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from analysis.checks import check_level, need_columns, need_frame
from analysis.counts import Counts, by_columns, group_lists
from analysis.measures import counts_of, recalls_for
from analysis.recalls import Recalls
from analysis.statistics.checks import check_labels, check_n_boot, check_numbers, numbers_of


def group_curve(
    curve: pd.DataFrame,
    x: str | Sequence[str] | None,
    value: str = "prob",
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Mean over subjects at each x, with a t interval across subjects.

    For means near 0 or 1 see `bootstrap_subjects`; to compare conditions that the same subjects went
    through, `within_curve`.

    Parameters
    ----------
    curve : DataFrame
        What a measure returned: one row per subject, `by` and x.
    x : str, list of str, or None
        Column or columns of x ("input", "lag", ["output", "input"]); None for a measure that has
        one value per subject.
    value : str
        Column to average. Subjects whose value is NaN at an x are left out there.
    by : str or list of str
        Columns that divide the curves, as given to the measure.
    level : float
        Coverage of the interval.

    Returns
    -------
    DataFrame
        The `by` columns, the columns of x, `mean`, `low`, `high`, `n` (subjects) and `over`
        ("subjects"). An x without any subject has no row; one subject has no interval (NaN).

    Raises
    ------
    ValueError
        If a column is missing or a subject has several rows at one x.

    Examples
    --------
    >>> curve = pd.DataFrame({"subject": [1, 2], "lag": [1, 1], "prob": [0.2, 0.4]})
    >>> group_curve(curve, "lag").round(2)  # .3 -+ 12.71 * .1
       lag  mean   low  high  n      over
    0    1   0.3 -0.97  1.57  2  subjects
    """
    check_level(level)
    keys = by_columns(by, x)
    check_curve(curve, keys, value)
    summary = summarise_subjects(curve, keys, value)
    half = stats.t.ppf((1 + level) / 2, summary["n"] - 1) * summary["sem"]
    return summary[keys].assign(
        mean=summary["mean"],
        low=summary["mean"] - half,
        high=summary["mean"] + half,
        n=summary["n"],
        over="subjects",
    )


def summarise_subjects(curve: pd.DataFrame, keys: list[str], value: str) -> pd.DataFrame:
    """`keys`, `mean`, `sem` (SD / sqrt(n)) and `n` over the subjects that have a value."""
    # a key for all rows, so that a measure without x goes the same way
    curve = curve[list(dict.fromkeys(keys))].assign(_=0, _value=numbers_of(curve[value]))
    grouped = curve.groupby(["_", *keys], observed=True, dropna=False)["_value"]
    summary = grouped.agg(mean="mean", sem="sem", n="count").reset_index().drop(columns="_")
    return summary[summary["n"] > 0].reset_index(drop=True)


def means_of(
    table: pd.DataFrame, measure: str, x: str | None, value: str, keys: list[str]
) -> pd.DataFrame:
    """`summarise_subjects` of one of many measures: `keys`, `measure`, `x` (0 if None), means."""
    table = table.reset_index(drop=True)
    table = table.assign(measure=measure, x=0 if x is None else table[x])
    return summarise_subjects(table, [*keys, "measure", "x"], value)


def stack_means(parts: list[pd.DataFrame], keys: list[str]) -> pd.DataFrame:
    """What `means_of` gave for each measure in one table, in this order within each of `keys`."""
    together = pd.concat(parts, ignore_index=True)
    return together.sort_values(keys, kind="stable", ignore_index=True) if keys else together


def check_curve(curve: pd.DataFrame, keys: list[str], value: str) -> None:
    """Columns there, and one row per subject and cell."""
    need_frame("a curve, what a measure returned,", curve)
    cure = "; x and value must name columns of what the measure returned"
    need_columns("the curve has", curve, ["subject", *keys, value], cure)
    if not curve.empty:
        check_labels(curve, ["subject"])
    check_numbers(curve, value)
    wrong = curve.duplicated(["subject", *keys]).to_numpy()
    if wrong.any():
        where = curve[["subject", *keys]].iloc[int(np.argmax(wrong))].to_dict()
        raise ValueError(
            f"several rows at {where}; name the column that tells them apart (condition, model, "
            "...) with by="
        )


def bootstrap_lists(
    measure: Callable[..., pd.DataFrame],
    recalls: pd.DataFrame | Recalls,
    by: str | Sequence[str] | None = None,
    n_boot: int = 1000,
    level: float = 0.95,
    seed: int = 0,
    **definition: Any,
) -> pd.DataFrame:
    """A measure pooled over all lists, with percentile bands from resampling the lists.

    The band says how well the lists at hand determine the curve of these subjects, often a single
    network. It says nothing about other subjects.

    Parameters
    ----------
    measure : function
        A measure of this package, such as `spc`.
    recalls : recall table or Recalls
        For measures of serial recall missing items are omissions.
    by : str or list of str
        Labels that divide the lists; lists are resampled within each.
    n_boot : int
        Resamples.
    level : float
        Coverage of the bands.
    seed : int
        The same seed gives the same bands.
    **definition
        Options of the measure, such as `skip_outputs`.

    Returns
    -------
    DataFrame
        The `by` columns, the columns of x, `mean`, `low`, `high`, `n` (lists) and `over`
        ("lists"). An x that was never possible has no row; one that no resample has, has no
        interval (NaN).

    Raises
    ------
    ValueError
        If `measure` has no counts per list (`analysis.measures.COUNTS`), or an option is unknown.

    Examples
    --------
    Both lists recall word 2, none recalls word 1, so every resample does the same:

    >>> from analysis.free_recall.spc import spc
    >>> bootstrap_lists(spc, Recalls.from_positions([[2], [2]], list_length=2), n_boot=10)
       input  mean  low  high  n   over
    0      1   0.0  0.0   0.0  2  lists
    1      2   1.0  1.0   1.0  2  lists

    References
    ----------
    Efron, B., & Tibshirani, R. J. (1993). An introduction to the bootstrap. Chapman & Hall.
    """
    counts = partial(counts_of(measure), **definition)
    check_level(level)
    check_n_boot(n_boot)
    recalls = recalls_for([measure], recalls)
    rng = np.random.default_rng(seed)
    keys, group = group_lists(recalls, by_columns(by))
    curves = []
    for i in range(len(keys)):
        lists = recalls.take(group == i)
        x, pooled, resampled = _resample(lists, counts, n_boot, rng)
        seen = ~np.isnan(pooled)
        tails = [(1 - level) / 2, (1 + level) / 2]
        # few lists: an x that was possible in one of them is missing from some resamples
        low, high = _quantiles(resampled[:, seen], tails)
        curve = keys.iloc[[i]].merge(x[seen], how="cross")
        curves.append(
            curve.assign(mean=pooled[seen], low=low, high=high, n=len(lists), over="lists")
        )
    return pd.concat(curves, ignore_index=True)


def _quantiles(values: NDArray[np.float64], tails: list[float]) -> NDArray[np.float64]:
    """(tails, x) Quantiles of (n_boot, x) without NaN; NaN where there is nothing else."""
    quantiles = np.full((len(tails), values.shape[1]), np.nan)
    some = ~np.isnan(values).all(axis=0)
    if some.any():
        quantiles[:, some] = np.nanquantile(values[:, some], tails, axis=0)
    return quantiles


def _resample(
    recalls: Recalls,
    counts: Callable[[Recalls], Counts],
    n_boot: int,
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, NDArray[np.float64], NDArray[np.float64]]:
    """x, its pooled ratio (x,), and the ratio in each resample of the lists (n_boot, x)."""
    sizes = np.array([len(block) for _, block in recalls.blocks()])
    # how many draws fall into each block, then which of its lists: together, one draw of all lists
    draws = rng.multinomial(len(recalls), sizes / len(recalls), size=n_boot)
    actual: Any = 0
    possible: Any = 0
    for (_, block), n_draws in zip(recalls.blocks(), draws.T, strict=True):
        x, *per_list = counts(block)
        weights = np.ones((n_boot + 1, len(block)))  # row 0: the lists as they are
        for weight, n in zip(weights[1:], n_draws, strict=True):
            weight[:] = np.bincount(rng.integers(len(block), size=n), minlength=len(block))
        actual = actual + weights @ per_list[0]
        possible = possible + weights @ per_list[1]
    with np.errstate(invalid="ignore"):
        ratio = actual / possible
    return x, ratio[0], ratio[1:]
