"""Protrusions: intrusions that stood in the same place of the list before."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.checks import one_of
from analysis.counts import Counts, ratios
from analysis.recalls import Recalls
from analysis.serial_recall.report import report, serial_recalls

Per = Literal["outputs", "intrusions"]


def protrusions(
    recalls: pd.DataFrame | Recalls,
    by: str | Sequence[str] | None = None,
    per: Per = "outputs",
) -> pd.DataFrame:
    """Intrusions from the same place of the subject's list before, by place of the report.

    The list before is the one with the next smaller number, whatever its condition; first lists
    are left out, for they have none. A word that is also on the current list is no intrusion.

    Parameters
    ----------
    recalls : recall table or Recalls
        Missing items of recalls are omissions. The words of intrusions must be known.
    by : str or list of str
        Labels that divide the lists of a subject, such as "condition".
    per : {"outputs", "intrusions"}
        What the protrusions are a share of: places of the report, or intrusions there.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `output` (place of the report), `prob`, `actual` (protrusions)
        and `possible`.

    Raises
    ------
    ValueError
        If there are intrusions but the words of none are known, or `per` is neither.

    Examples
    --------
    "owl" stood in the second place of list 1, and is reported there for list 2:

    >>> table = pd.DataFrame({
    ...     "subject": 1, "list": [1, 1, 2, 2, 2, 2], "position": [1, 2, 1, 2, 1, 2],
    ...     "trial_type": ["study"] * 4 + ["recall"] * 2,
    ...     "item": ["elk", "owl", "ant", "bee", "ant", "owl"]})
    >>> protrusions(table)
       subject  output  prob  actual  possible
    0        1       1   0.0       0         1
    1        1       2   1.0       1         1

    References
    ----------
    Conrad, R. (1960). Serial order intrusions in immediate memory. British Journal of Psychology,
    51(1), 45-48.
    """
    recalls = serial_recalls(recalls)
    one_of("per", per, ("outputs", "intrusions"))
    intrusion = recalls.recalled < 0
    if intrusion.any() and (recalls.recalled_items[intrusion] < 0).all():
        raise ValueError(
            "protrusions need the words of intrusions, and none is known here: recalled_items must "
            "hold the item number of each intrusion, not -1, -2, ...; a recall table with words "
            "has them"
        )
    # lists are counted in blocks, which do not know the list before: so it goes along
    before = _list_before(recalls)
    recalls = replace(recalls, study_columns={"before": before})
    table = ratios(recalls, partial(_protrusion_counts, per=per), by, "prob")
    return table[table["possible"] > 0].reset_index(drop=True)


def _list_before(recalls: Recalls) -> NDArray[np.integer]:
    """(lists, L) items of the list before; 0 where there is none."""
    order = recalls.labels.reset_index(drop=True).sort_values(["subject", "list"])
    rows = order.index.to_numpy()
    same = (order["subject"] == order["subject"].shift()).to_numpy()
    before = np.zeros_like(recalls.presented)
    before[rows[same]] = recalls.presented[np.roll(rows, 1)[same]]
    return before


def _protrusion_counts(recalls: Recalls, per: Per) -> Counts:
    """Counts per list: x is the place of the report, (lists, L)."""
    given, slots, _ = report(recalls)
    before = recalls.study_columns["before"]
    n_outputs = min(given.shape[1], recalls.recalled.shape[1])
    items = np.zeros_like(before)
    items[:, :n_outputs] = recalls.recalled_items[:, :n_outputs]
    has_before = (before != 0).any(axis=1, keepdims=True)
    possible = slots & has_before
    if per == "intrusions":
        possible &= given < 0
    actual = (given < 0) & (items == before) & possible
    x = pd.DataFrame({"output": np.arange(1, given.shape[1] + 1)})
    return Counts(x, actual.astype(np.int8), possible.astype(np.int8))
