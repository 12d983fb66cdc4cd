"""Transposition gradients: how far from their place words of the list are reported."""

from collections.abc import Sequence
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd

from analysis.checks import one_of
from analysis.counts import Counts, ratios
from analysis.recalls import Recalls
from analysis.serial_recall.report import displacement, report, serial_recalls

Distance = Literal["signed", "absolute"]
Per = Literal["outputs", "opportunities", "errors"]
Positive = Literal["early", "late"]


def transpositions(
    recalls: pd.DataFrame | Recalls,
    by: str | Sequence[str] | None = None,
    per: Per = "outputs",
    distance: Distance = "signed",
    positive: Positive = "early",
    repeats: bool = True,
) -> pd.DataFrame:
    """Transposition gradient of each subject.

    Parameters
    ----------
    recalls : recall table or Recalls
        Missing items of recalls are omissions.
    by : str or list of str
        Labels that divide the lists of a subject, such as "condition".
    per : {"outputs", "opportunities", "errors"}
        What the responses at a displacement are a share of. "outputs": all places of the report.
        "opportunities": places from which so far a displacement stays on the list; a list of L has
        L - d of them at each signed distance d, and near misses are not favoured for being possible
        more often. "errors": responses away from their place; displacement 0 is left out.
    distance : {"signed", "absolute"}
        Whether too early and too late are kept apart.
    positive : {"early", "late"}
        Which direction has the plus sign. "early": study position minus place of the report, so +1
        is a word one place too early (the human reference curves of this package). "late": place
        of the report minus study position, so anticipations are negative (Farrell & Lewandowsky,
        2004).
    repeats : bool
        Whether a word counts again when it is reported again.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `displacement`, `prob`, `actual` and `possible`; NaN where
        nothing was possible, as for errors of a subject who makes none.

    Raises
    ------
    ValueError
        If a definition is none of those there are.

    Examples
    --------
    Words 2 and 3 change places:

    >>> lists = Recalls.from_positions([[1, 3, 2]], list_length=3)
    >>> transpositions(lists, per="opportunities")
       subject  displacement      prob  actual  possible
    0        1            -2  0.000000       0         1
    1        1            -1  0.500000       1         2
    2        1             0  0.333333       1         3
    3        1             1  0.500000       1         2
    4        1             2  0.000000       0         1
    >>> transpositions(lists, per="errors", distance="absolute")
       subject  displacement  prob  actual  possible
    0        1             1   1.0       2         2
    1        1             2   0.0       0         2

    References
    ----------
    Henson, R. N. A., Norris, D. G., Page, M. P. A., & Baddeley, A. D. (1996). Unchained memory:
    Error patterns rule out chaining models of immediate serial recall. Quarterly Journal of
    Experimental Psychology, 49A(1), 80-115.

    Farrell, S., & Lewandowsky, S. (2004). Modelling transposition latencies: Constraints for
    theories of serial order memory. Journal of Memory and Language, 51(1), 115-135.
    """
    counts = partial(
        transpositions_counts, per=per, distance=distance, positive=positive, repeats=repeats
    )
    return ratios(serial_recalls(recalls), counts, by, "prob")


def transpositions_counts(
    recalls: Recalls,
    per: Per = "outputs",
    distance: Distance = "signed",
    positive: Positive = "early",
    repeats: bool = True,
) -> Counts:
    """Counts per list: x is the displacement, (lists, 2 L - 1), or (lists, L) if absolute."""
    one_of("per", per, ("outputs", "opportunities", "errors"))
    one_of("distance", distance, ("signed", "absolute"))
    one_of("positive", positive, ("early", "late"))
    given, slots, repeated = report(recalls)
    n_lists, length = slots.shape
    counted = given > 0
    if not repeats:
        counted &= ~repeated
    rows, outputs = np.nonzero(counted)
    moved = displacement(given)[rows, outputs]

    x = np.arange(1 - length, length)
    actual = np.zeros((n_lists, len(x)), dtype=np.int16)
    np.add.at(actual, (rows, moved + length - 1), 1)
    n_places = slots.sum(axis=1)[:, None]
    reach = np.maximum(n_places - np.abs(x), 0)
    if positive == "late":
        actual = actual[:, ::-1]  # reach is the same either way
    if distance == "absolute":
        actual = _fold(actual)
        reach = _fold(reach)
        x = x[length - 1 :]
    if per == "opportunities":
        possible = reach
    elif per == "outputs":
        possible = np.where(reach > 0, n_places, 0)
    else:
        actual, reach, x = actual[:, x != 0], reach[:, x != 0], x[x != 0]
        possible = np.where(reach > 0, actual.sum(axis=1)[:, None], 0)
    return Counts(pd.DataFrame({"displacement": x}), actual, possible)


def _fold(signed: np.ndarray) -> np.ndarray:
    """(lists, 2 L - 1) by signed distance -> (lists, L) by absolute distance."""
    zero = signed.shape[1] // 2
    folded = signed[:, zero:].copy()
    folded[:, 1:] += signed[:, :zero][:, ::-1]
    return folded


def locality(
    recalls: pd.DataFrame | Recalls,
    by: str | Sequence[str] | None = None,
    within: int = 1,
    repeats: bool = True,
) -> pd.DataFrame:
    """Share of order errors that land near their place, of each subject.

    Parameters
    ----------
    recalls : recall table or Recalls
        Missing items of recalls are omissions.
    by : str or list of str
        Labels that divide the lists of a subject, such as "condition".
    within : int
        How far is near: 1 for the adjacent places.
    repeats : bool
        Whether a word counts again when it is reported again.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `prob`, `actual` (near order errors) and `possible` (order
        errors). If the other L - 1 places were equally likely, adjacent ones would have 2 / L.

    Raises
    ------
    ValueError
        If `within` is less than 1.

    Examples
    --------
    >>> locality(Recalls.from_positions([[2, 1, 3, 4], [4, 2, 3, 1]], list_length=4))
       subject  prob  actual  possible
    0        1   0.5       2         4

    References
    ----------
    Farrell, S., & Lewandowsky, S. (2004); see `transpositions`.
    """
    counts = partial(locality_counts, within=within, repeats=repeats)
    return ratios(serial_recalls(recalls), counts, by, "prob")


def locality_counts(recalls: Recalls, within: int = 1, repeats: bool = True) -> Counts:
    """Counts per list, (lists, 1): there is no x."""
    if within < 1:
        raise ValueError(f"within must be 1 or more places, got {within}")
    errors = transpositions_counts(recalls, "errors", "absolute", repeats=repeats).actual
    near = errors[:, :within].sum(axis=1, keepdims=True)
    return Counts(pd.DataFrame(index=[0]), near, errors.sum(axis=1, keepdims=True))
