"""Two tests of the same pair: does the second answer depend on the first, and on its direction?"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.counts import by_columns
from analysis.cued_recall.tests import as_tests, shares

CELLS = ["both", "first_only", "second_only", "neither"]


def successive_tests(tests: pd.DataFrame, by: str | Sequence[str] | None = None) -> pd.DataFrame:
    """Contingency of the first two tests of each pair, of each subject.

    Parameters
    ----------
    tests : recall table of cued recall, or what `cued_tests` returned
        Pairs tested once do not count.
    by : str or list of str
        Columns that divide the pairs of a subject, as they are at the first test.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `directions` ("same" or "reversed" at the second test), and
        how many pairs were answered correctly at `both` tests, `first_only`, `second_only` and
        `neither`.

    Raises
    ------
    ValueError
        If no pair was tested twice, or the table is none of cued recall.

    Examples
    --------
    One pair, tested forward and then backward, correctly only forward:

    >>> table = pd.DataFrame({
    ...     "subject": 1, "list": 1, "trial_type": ["study", "recall", "recall"],
    ...     "position": [1, 1, 2], "cue": ["owl", "owl", "ant"], "item": ["ant", "ant", None]})
    >>> successive_tests(table)
       subject directions  both  first_only  second_only  neither
    0        1   reversed     0           1            0        0

    References
    ----------
    Kahana, M. J. (2002). Associative symmetry and memory theory. Memory & Cognition, 30(6),
    823-840.
    """
    both = _pairs(tests, by)
    keys = ["subject", *by_columns(by), "directions"]
    first, second = both["correct"], both["second"]
    cells = [first & second, first & ~second, ~first & second, ~first & ~second]
    counted = both[keys].assign(**dict(zip(CELLS, cells, strict=True)))
    return counted.groupby(keys, observed=True, dropna=False)[CELLS].sum().reset_index()


def second_test_accuracy(
    tests: pd.DataFrame, by: str | Sequence[str] | None = None
) -> pd.DataFrame:
    """Accuracy of the second test of a pair, given that of the first, of each subject.

    Parameters
    ----------
    tests, by
        As those of `successive_tests`.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `directions` ("same" or "reversed"), `first` ("correct" or
        "wrong" at the first test), `prob`, `actual` (correct at the second), `possible` (pairs).

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "subject": 1, "list": 1, "trial_type": ["study", "recall", "recall"],
    ...     "position": [1, 1, 2], "cue": ["owl", "owl", "ant"], "item": ["ant", "ant", None]})
    >>> second_test_accuracy(table)
       subject directions    first  prob  actual  possible
    0        1   reversed  correct   0.0       0         1
    """
    both = _pairs(tests, by)
    both["first"] = np.where(both["correct"], "correct", "wrong")
    return shares(both, ["subject", *by_columns(by), "directions", "first"], both["second"])


def yules_q(
    tests: pd.DataFrame,
    by: str | Sequence[str] | None = None,
    add: float = 0.5,
    pooled: bool = False,
) -> pd.DataFrame:
    """Yule's Q between the first two tests of a pair, of each subject.

    Q = (a d - b c) / (a d + b c) of `both` a, `first_only` b, `second_only` c and `neither` d; 1 if
    one test tells all about the other, 0 if nothing. If both directions rest on one association,
    Q is as high for reversed tests as for the same test twice.

    Parameters
    ----------
    tests, by
        As those of `successive_tests`.
    add : float
        Added to each cell, so that a cell of 0 does not make Q 1 or -1 (Kahana, 2002, adds none to
        tables of all subjects together).
    pooled : bool
        Whether to add up the tables of all subjects first.

    Returns
    -------
    DataFrame
        `subject` (unless pooled), the `by` columns, `directions` ("same" or "reversed"), `q`, NaN
        where cells of 0 leave it open, and the four cells without what was added.

    Raises
    ------
    ValueError
        If `add` is negative, or no pair was tested twice.

    Examples
    --------
    >>> pairs = pd.DataFrame({
    ...     "subject": 1, "list": 1, "trial_type": ["study", "recall", "recall"],
    ...     "position": [1, 1, 2], "cue": "owl", "item": ["ant", "ant", "ant"]})
    >>> yules_q(pairs)  # (1.5 * .5 - .5 * .5) / (1.5 * .5 + .5 * .5)
       subject directions    q  both  first_only  second_only  neither
    0        1       same  0.5     1           0            0        0

    References
    ----------
    Kahana, M. J. (2002). Associative symmetry and memory theory. Memory & Cognition, 30(6),
    823-840.

    Rizzuto, D. S., & Kahana, M. J. (2001). An autoassociative neural network model of
    paired-associate learning. Neural Computation, 13(9), 2075-2092.
    """
    if add < 0:
        raise ValueError(f"add must be 0 or more, got {add}")
    table = successive_tests(tests, by)
    keys = ["subject", *by_columns(by), "directions"]
    if pooled:
        keys = keys[1:]
        table = table.groupby(keys, observed=True, dropna=False)[CELLS].sum().reset_index()
    both, first_only, second_only, neither = (table[cell] + float(add) for cell in CELLS)
    agree, differ = both * neither, first_only * second_only
    with np.errstate(invalid="ignore"):
        q = (agree - differ).to_numpy() / (agree + differ).to_numpy()
    return table[keys].assign(q=q, **{cell: table[cell] for cell in CELLS})


def _pairs(tests: pd.DataFrame, by: str | Sequence[str] | None) -> pd.DataFrame:
    """One row per pair tested twice: its first test, `second` correct, and `directions`."""
    tests = as_tests(tests, by)
    where = ["subject", "list", "pair"]
    second = tests.loc[tests["test"] == 2, [*where, "correct", "direction"]]
    both = tests[tests["test"] == 1].merge(
        second.rename(columns={"correct": "second", "direction": "_direction"}), on=where
    )
    if both.empty:
        raise ValueError(
            "no pair was tested twice in its list; measures of successive tests need a first and "
            "a second test (column test) of the same pairs"
        )
    same = both["direction"] == both["_direction"]
    return both.assign(directions=np.where(same, "same", "reversed"))
