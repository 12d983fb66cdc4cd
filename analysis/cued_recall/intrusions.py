"""Intrusions of cued recall: from how near in the list, and from how many lists back."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from analysis.checks import one_of
from analysis.counts import by_columns
from analysis.cued_recall.tests import as_tests, nth_test

Available = Literal["others", "untested"]
Per = Literal["intrusions", "tests"]


def cued_intrusions(
    tests: pd.DataFrame,
    by: str | Sequence[str] | None = None,
    test: int | None = 1,
    available: Available = "others",
    at_least: int = 1,
) -> pd.DataFrame:
    """Intrusions from the same list by pair lag, given the chance, of each subject.

    The lag-CRP of cued recall: for each intrusion, which lags it could have had.

    Parameters
    ----------
    tests : recall table of cued recall, or what `cued_tests` returned
    by : str or list of str
        Columns that divide the tests of a subject: "condition", "direction", ...
    test : int, optional
        Which tests of a pair count: 1 for the first only, None for all.
    available : {"others", "untested"}
        From which pairs of the list intrusions could come: all but that of the cue, or only those
        that no test before asked for, in which case intrusions from others do not count.
    at_least : int
        Leave out subjects (and `by`) with fewer intrusions: with one, a probability is 0 or 1.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `pair_lag` (pairs forward from that of the cue), `prob`,
        `actual` and `possible`. Lags that were never possible have no row. The cue itself given as
        the answer does not count.

    Raises
    ------
    ValueError
        If a definition is none of those there are, or the table is none of cued recall.

    Examples
    --------
    Three pairs; asked for the second, the subject answers from the third:

    >>> table = pd.DataFrame({
    ...     "subject": 1, "list": 1, "trial_type": ["study"] * 3 + ["recall"],
    ...     "position": [1, 2, 3, 1], "cue": ["owl", "elk", "cod", "elk"],
    ...     "item": ["ant", "bee", "fly", "fly"]})
    >>> cued_intrusions(table)
       subject  pair_lag  prob  actual  possible
    0        1        -1   0.0       0         1
    1        1         1   1.0       1         1

    References
    ----------
    Davis, O. C., Geller, A. S., Rizzuto, D. S., & Kahana, M. J. (2008). Temporal associative
    processes revealed by intrusions in paired-associate recall. Psychonomic Bulletin & Review,
    15(1), 64-69.
    """
    one_of("available", available, ("others", "untested"))
    tests = as_tests(tests, by)
    keys = ["subject", *by_columns(by)]
    intrusions = tests[(tests["kind"] == "same-list intrusion") & (tests["pair_lag"] != 0)]
    intrusions = nth_test(intrusions, test).rename_axis("row").reset_index()
    # one row for each pair that could have intruded, in each intrusion
    chances = intrusions.loc[intrusions.index.repeat(intrusions["n_pairs"])]
    other = chances.groupby(level=0).cumcount() + 1
    chances = chances.assign(_lag=other - chances["pair"])
    chances = chances[chances["_lag"] != 0]
    if available == "untested":
        chances = _untested(chances, tests)
    hit = (chances["_lag"] == chances["pair_lag"].astype(np.int64)).astype(np.int64)
    grouped = chances.assign(_hit=hit).groupby([*keys, "_lag"], observed=True, dropna=False)
    table = grouped["_hit"].agg(actual="sum", possible="size").reset_index()
    n = table.groupby(keys, observed=True, dropna=False)["actual"].transform("sum")
    table = table[n >= max(at_least, 1)].reset_index(drop=True)
    return table[keys].assign(
        pair_lag=table["_lag"],
        prob=table["actual"] / table["possible"],
        actual=table["actual"],
        possible=table["possible"],
    )


def _untested(chances: pd.DataFrame, tests: pd.DataFrame) -> pd.DataFrame:
    """Chances from pairs that no test before asked for; none if the intrusion is not from one."""
    where = ["subject", "list", "pair"]
    first = tests.groupby(where, observed=True)["test_position"].min().rename("_asked")
    from_pair = chances.assign(pair=chances["pair"] + chances["_lag"])[where]
    asked = first.reindex(pd.MultiIndex.from_frame(from_pair)).to_numpy()
    free = np.isnan(asked) | (asked >= chances["test_position"].to_numpy())
    chances = chances[free]
    hit = chances["_lag"] == chances["pair_lag"].astype(np.int64)
    return chances[hit.groupby(level=0).transform("any")]


def prior_list_intrusions(
    tests: pd.DataFrame,
    by: str | Sequence[str] | None = None,
    test: int | None = 1,
    per: Per = "intrusions",
    max_lag: int = 5,
) -> pd.DataFrame:
    """Intrusions from earlier lists by how many lists back, of each subject.

    Only lists with `max_lag` or more lists before them count, so that all lags are equally
    possible.

    Parameters
    ----------
    tests, by, test
        As those of `cued_intrusions`.
    per : {"intrusions", "tests"}
        What they are a share of: intrusions from no more than `max_lag` lists back, or tests.
    max_lag : int
        How many lists back.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `list_lag` (1: the list before), `prob`, `actual`, `possible`.
        A subject without any that could be counted has no rows.

    Raises
    ------
    ValueError
        If `per` is neither or `max_lag` less than 1.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "subject": 1, "list": [1, 2, 2], "trial_type": ["study", "study", "recall"],
    ...     "position": 1, "cue": ["owl", "elk", "elk"], "item": ["ant", "bee", "ant"]})
    >>> prior_list_intrusions(table, max_lag=1)
       subject  list_lag  prob  actual  possible
    0        1         1   1.0       1         1
    """
    one_of("per", per, ("intrusions", "tests"))
    if max_lag < 1:
        raise ValueError(f"max_lag must be 1 list or more, got {max_lag}")
    tests = nth_test(as_tests(tests, by), test)
    tests = tests[tests["prior_lists"] >= max_lag]
    intruded = tests["list_lag"].between(1, max_lag).fillna(False).astype(bool)
    if per == "intrusions":
        tests, intruded = tests[intruded], intruded[intruded]
    keys = ["subject", *by_columns(by)]
    lags = pd.DataFrame({"list_lag": np.arange(1, max_lag + 1)})
    groups = tests.groupby(keys, observed=True, dropna=False).size().rename("possible")
    table = groups.reset_index().merge(lags, how="cross")
    found = tests[intruded].assign(list_lag=tests.loc[intruded, "list_lag"].astype(np.int64))
    n = found.groupby([*keys, "list_lag"], observed=True, dropna=False).size().rename("actual")
    table = table.merge(n.reset_index(), how="left", on=[*keys, "list_lag"])
    table["actual"] = table["actual"].fillna(0).astype(np.int64)
    table["prob"] = table["actual"] / table["possible"]
    return table[[*keys, "list_lag", "prob", "actual", "possible"]]
