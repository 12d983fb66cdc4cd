"""Lag-CRP in parts: early and late in recall, or from and to early and late study positions."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.checks import one_of
from analysis.counts import Counts, ratios
from analysis.free_recall.transitions import Transition, count_transitions
from analysis.recalls import Recalls, as_recalls

Part = Literal["output", "from", "to"]
THIRDS = ["early", "middle", "late"]


def lag_crp_parts(
    recalls: pd.DataFrame | Recalls,
    by: str | Sequence[str] | None = None,
    part: Part = "output",
    starts: Sequence[int] | None = None,
    **which: Any,
) -> pd.DataFrame:
    """Lag-CRP by output position or by serial position, of each subject.

    Parameters
    ----------
    recalls : recall table or Recalls
    by : str or list of str
        Labels that divide the lists of a subject, such as "condition".
    part : {"output", "from", "to"}
        What divides the transitions: "output", the output position of the word recalled before
        (all responses take one); "from", its study position; "to", the study position of the word
        recalled now, and of each word that was possible.
    starts : sequence of int, optional
        Positions, rising from 1, at which the parts start: [1, 2, 5] is 1, 2-4, and 5 onwards.
        Left out, every output position is a part, and study positions fall into thirds of each
        list, named "early", "middle" and "late".
    **which
        `skip_outputs`, `intrusions`, `item_query`, `test_key`, `test`, as in `lag_crp`.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `part` (where it starts, or its name), `lag`, `prob`, `actual`
        and `possible` (transitions).

    Raises
    ------
    ValueError
        If `part` is none of those above, or `starts` does not rise from 1.

    Examples
    --------
    From 1 to 2, and later from 2 to 3, both to the next:

    >>> recalls = Recalls.from_positions([[1, 2, 3]], list_length=3)
    >>> table = lag_crp_parts(recalls, part="from")
    >>> table[table["possible"] > 0]
       subject    part  lag  prob  actual  possible
    3        1   early    1   1.0       1         1
    4        1   early    2   0.0       0         1
    8        1  middle    1   1.0       1         1

    References
    ----------
    Kahana, M. J. (1996). Associative retrieval processes in free recall. Memory & Cognition,
    24(1), 103-109 (by output position).
    """
    counts = partial(lag_crp_parts_counts, part=part, starts=starts, **which)
    return ratios(as_recalls(recalls), counts, by, "prob")


def lag_crp_parts_counts(
    recalls: Recalls, part: Part = "output", starts: Sequence[int] | None = None, **which: Any
) -> Counts:
    """Counts per list: x is the part by the lag, (lists, parts * (2 L - 1))."""
    length = recalls.presented.shape[1]
    names, of_position = _parts(recalls, part, starts)
    lag = np.arange(1 - length, length)

    def cells(transition: Transition) -> NDArray[np.integer]:
        rows, previous = transition.rows, transition.previous
        if part == "output":
            which_part = of_position[rows, transition.output][:, None]
        elif part == "from":
            which_part = of_position[rows, previous][:, None]
        else:
            which_part = of_position[rows]
        lags = np.arange(length) - previous[:, None] + length - 1
        return which_part * len(lag) + lags

    x = pd.DataFrame({"part": np.repeat(names, len(lag)), "lag": np.tile(lag, len(names))})
    return Counts(x, *count_transitions(recalls, len(x), cells, **which))


def _parts(
    recalls: Recalls, part: Part, starts: Sequence[int] | None
) -> tuple[NDArray[Any], NDArray[np.integer]]:
    """Names of the parts, and the part (lists, positions) to which each position belongs."""
    one_of("part", part, ("output", "from", "to"))
    shape = (recalls.recalled if part == "output" else recalls.presented).shape
    position = np.arange(1, shape[1] + 1)
    if starts is None and part != "output":
        third = (position - 1) * 3 // recalls.list_length[:, None]
        return np.array(THIRDS, dtype=object), np.minimum(third, 2)
    if starts is None:
        starts = position.tolist()
    if starts[0] != 1 or (np.diff(starts) <= 0).any():
        raise ValueError(
            f"starts must rise from 1, got {[*starts]}; [1, 2, 5] is 1, 2-4, 5 onwards"
        )
    of_position = np.searchsorted(starts, position, side="right") - 1
    return np.asarray(starts), np.broadcast_to(of_position, shape)
