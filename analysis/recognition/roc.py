"""ROC of ratings: hits against false alarms, from the strictest criterion to the laxest."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.checks import one_of
from analysis.counts import by_columns
from analysis.recognition.detection import check_both_kinds
from analysis.recognition.rates import CORRECTIONS, Correction, check_ratings, corrected
from analysis.recognition.tests import as_tests, group_by


def roc(
    tests: pd.DataFrame,
    by: str | Sequence[str] | None = None,
    correction: Correction = "none",
    scale: Sequence[Any] | None = None,
) -> pd.DataFrame:
    """Receiver operating characteristic of each subject, from ratings.

    Each criterion takes its rating and all higher ones as a "yes".

    Parameters
    ----------
    tests : recall table of recognition, or what `recognition_tests` returned
        `response` is a rating, higher for surer to be old: numbers or ordered categories.
    by : str or list of str
        Columns that divide all tests of a subject, words studied and lures, such as "condition".
    correction : {"none", "loglinear", "1/(2N)"}
        As in `hit_rates`, done to the counts at each criterion.
    scale : sequence, optional
        All ratings there were, from the lowest; left out, those that any subject gave.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `criterion` (lowest rating that is a yes), `false_alarm_rate`,
        `hit_rate`, `hits`, `n_old`, `false_alarms`, `n_new`; one row for each rating but the
        lowest, from the highest. At the lowest both rates are 1.

    Raises
    ------
    ValueError
        If ratings have no order, are not on the scale, or a subject was shown no lures or no words
        studied.

    Examples
    --------
    Words studied are rated 3 and 2, lures 2 and 1:

    >>> table = pd.DataFrame({
    ...     "subject": 1, "list": 1, "trial_type": ["study"] * 2 + ["recall"] * 4,
    ...     "position": [1, 2, 1, 2, 3, 4], "item": [1, 2, 1, 2, 3, 4],
    ...     "response": [None, None, 3, 2, 2, 1]})
    >>> roc(table).iloc[:, :4]
       subject  criterion  false_alarm_rate  hit_rate
    0        1          3               0.0       0.5
    1        1          2               0.5       1.0

    References
    ----------
    Macmillan, N. A., & Creelman, C. D. (2005). Detection theory: A user's guide (2nd ed., chapter
    3). Erlbaum.
    """
    one_of("correction", correction, CORRECTIONS)
    counts = rating_counts(tests, by, scale)
    keys = counts["old"].index.to_frame(index=False)
    criteria = counts["old"].columns[:0:-1]  # from the highest, without the lowest
    table = keys.loc[keys.index.repeat(len(criteria))].reset_index(drop=True)
    table["criterion"] = np.tile(criteria.to_numpy(), len(keys))
    n: dict[str, Any] = {}
    for kind, yes, total in (("old", "hits", "n_old"), ("new", "false_alarms", "n_new")):
        given = counts[kind].to_numpy()
        n[yes] = np.cumsum(given[:, ::-1], axis=1)[:, :-1].ravel()
        n[total] = given.sum(axis=1).repeat(len(criteria))
    return table.assign(
        false_alarm_rate=corrected(n["false_alarms"], n["n_new"], correction),
        hit_rate=corrected(n["hits"], n["n_old"], correction),
        **n,
    )


def auc(
    tests: pd.DataFrame,
    by: str | Sequence[str] | None = None,
    scale: Sequence[Any] | None = None,
) -> pd.DataFrame:
    """Area under the ROC of each subject, between its points (trapezoids).

    It is the probability that a word studied is rated above a lure, ties counted half: the
    Mann-Whitney U divided by the pairs. It lies below the area under a smooth ROC, the more so the
    fewer ratings there are; for that area see `zroc`.

    Parameters
    ----------
    tests, by, scale
        As those of `roc`.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `auc`, `n_old`, `n_new` (tests).

    Raises
    ------
    ValueError
        As `roc`.

    Examples
    --------
    Of four pairs of a word studied and a lure, three are ordered rightly and one is a tie:

    >>> table = pd.DataFrame({
    ...     "subject": 1, "list": 1, "trial_type": ["study"] * 2 + ["recall"] * 4,
    ...     "position": [1, 2, 1, 2, 3, 4], "item": [1, 2, 1, 2, 3, 4],
    ...     "response": [None, None, 3, 2, 2, 1]})
    >>> auc(table)
       subject    auc  n_old  n_new
    0        1  0.875      2      2

    References
    ----------
    Bamber, D. (1975). The area above the ordinal dominance graph and the area below the receiver
    operating characteristic graph. Journal of Mathematical Psychology, 12(4), 387-415.
    """
    counts = rating_counts(tests, by, scale)
    old, new = counts["old"].to_numpy(), counts["new"].to_numpy()
    below = np.cumsum(new, axis=1) - new
    wins = (old * (below + new / 2)).sum(axis=1)
    n_old, n_new = old.sum(axis=1), new.sum(axis=1)
    keys = counts["old"].index.to_frame(index=False)
    return keys.assign(auc=wins / (n_old * n_new), n_old=n_old, n_new=n_new)


def rating_counts(
    tests: pd.DataFrame, by: str | Sequence[str] | None, scale: Sequence[Any] | None
) -> dict[str, pd.DataFrame]:
    """How often words studied ("old") and lures ("new") got each rating.

    Each a table with one row per subject and `by`, and a column `criterion` per rating, upwards.
    """
    tests = as_tests(tests, by)
    rating = check_ratings(tests["response"])
    levels = _scale(rating, scale)
    keys = ["subject", *by_columns(by)]
    everyone = group_by(tests, keys).size()
    index = everyone.index
    if len(keys) == 1:
        index = pd.Index(index, name=keys[0])
    counts = {}
    for kind, rows in (("old", tests["old"]), ("new", ~tests["old"])):
        given = tests.loc[rows, keys].assign(criterion=rating[rows].astype(object))
        n = given.groupby([*keys, "criterion"], observed=True, dropna=False).size()
        table = n.unstack("criterion", fill_value=0)
        table = table.reindex(index=index, columns=levels, fill_value=0)
        counts[kind] = table.astype(np.int64).rename_axis(columns="criterion")
    sizes = index.to_frame(index=False).assign(
        hit_rate=0,
        n_old=counts["old"].sum(axis=1).to_numpy(),
        n_new=counts["new"].sum(axis=1).to_numpy(),
    )
    check_both_kinds(sizes)
    return counts


def _scale(rating: pd.Series, scale: Sequence[Any] | None) -> list[Any]:
    given = list(rating.dropna().unique())
    if isinstance(rating.dtype, pd.CategoricalDtype):
        levels = list(rating.dtype.categories)
        if scale is None:
            return levels
    levels = sorted(given) if scale is None else list(scale)
    wrong = [value for value in given if value not in levels]
    if wrong:
        raise ValueError(
            f"ratings must be on the scale {', '.join(map(str, levels))}, got {wrong[0]}"
        )
    if scale is not None and len(levels) != len(set(levels)):
        raise ValueError(f"scale must name each rating once, got {', '.join(map(str, levels))}")
    if len(levels) < 2:
        raise ValueError(
            f"an ROC needs two ratings or more, but all answers are {levels[0]}; name those that "
            "nobody gave with scale="
        )
    return levels
