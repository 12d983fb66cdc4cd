"""Input-CRP: from which study position to which, given what was left to recall."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.counts import Counts, ratios
from analysis.free_recall.transitions import Transition, count_transitions
from analysis.recalls import Recalls, as_recalls


def input_crp(
    recalls: pd.DataFrame | Recalls, by: str | Sequence[str] | None = None, **which: Any
) -> pd.DataFrame:
    """Conditional response probability by study position before and now, of each subject.

    Transitions, and what is possible, are those of `lag_crp`, which sums these over the pairs of
    one lag. psifr 0.10.1 swaps the two columns: its `previous` is the word recalled now.

    Parameters
    ----------
    recalls : recall table or Recalls
    by : str or list of str
        Labels that divide the lists of a subject, such as "condition".
    **which
        `skip_outputs`, `intrusions`, `item_query`, `test_key`, `test`, as in `lag_crp`.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `previous` and `current` (study positions), `prob`, `actual`
        and `possible` (transitions).

    Examples
    --------
    From 2 to 1, with nothing else left:

    >>> input_crp(Recalls.from_positions([[2, 1]], list_length=2))
       subject  previous  current  prob  actual  possible
    0        1         1        1   NaN       0         0
    1        1         1        2   NaN       0         0
    2        1         2        1   1.0       1         1
    3        1         2        2   NaN       0         0

    References
    ----------
    Kahana, M. J. (1996). Associative retrieval processes in free recall. Memory & Cognition,
    24(1), 103-109.
    """
    return ratios(as_recalls(recalls), partial(input_crp_counts, **which), by, "prob")


def input_crp_counts(recalls: Recalls, **which: Any) -> Counts:
    """Counts per list: x is the study position before by that now, (lists, L * L)."""
    length = recalls.presented.shape[1]

    def cells(transition: Transition) -> NDArray[np.integer]:
        return transition.previous[:, None] * length + np.arange(length)

    position = np.arange(1, length + 1)
    x = pd.DataFrame(
        {"previous": np.repeat(position, length), "current": np.tile(position, length)}
    )
    return Counts(x, *count_transitions(recalls, length * length, cells, **which))
