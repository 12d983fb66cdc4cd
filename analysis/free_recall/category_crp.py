"""Category-CRP: how often recall stays within a category, when it can."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.counts import Counts, ratios
from analysis.free_recall.features import study_values
from analysis.free_recall.transitions import Transition, count_transitions
from analysis.recalls import Recalls, as_recalls


def category_crp(
    recalls: pd.DataFrame | Recalls,
    category: str | pd.Series = "category",
    by: str | Sequence[str] | None = None,
    **which: Any,
) -> pd.DataFrame:
    """Conditional response probability of transitions within a category, of each subject.

    Possible are the transitions of `lag_crp` at which a word of the same category was left.

    Parameters
    ----------
    recalls : recall table or Recalls
    category : str or Series
        Column of the study rows, or a Series indexed by item.
    by : str or list of str
        Labels that divide the lists of a subject, such as "condition".
    **which
        `skip_outputs`, `intrusions`, `item_query`, `test_key`, `test`, as in `lag_crp`.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `prob`, `actual` and `possible` (transitions).

    Raises
    ------
    ValueError
        If a studied word has no category.

    Examples
    --------
    Within the fruit, then from fruit to tool with no fruit left, then within the tools:

    >>> recalls = Recalls.from_positions([[1, 2, 3, 4]], list_length=4)
    >>> kinds = pd.Series(["fruit", "fruit", "tool", "tool"], index=[1, 2, 3, 4])
    >>> category_crp(recalls, kinds)
       subject  prob  actual  possible
    0        1   1.0       2         2

    References
    ----------
    Polyn, S. M., Erlikhman, G., & Kahana, M. J. (2011). Semantic cuing and the scale insensitivity
    of recency and contiguity. Journal of Experimental Psychology: Learning, Memory, and Cognition,
    37(3), 766-775.
    """
    counts = partial(category_crp_counts, category=category, **which)
    return ratios(as_recalls(recalls), counts, by, "prob")


def category_crp_counts(
    recalls: Recalls, category: str | pd.Series = "category", **which: Any
) -> Counts:
    """Counts per list, (lists, 1): there is no x."""
    values = study_values(recalls, category)

    def cells(transition: Transition) -> NDArray[np.integer]:
        rows = transition.rows
        same = values[rows] == values[rows, transition.previous][:, None]
        return np.where(same, 0, -1)

    counted = count_transitions(recalls, 1, cells, count_unique=True, **which)
    return Counts(pd.DataFrame(index=[0]), *counted)
