"""Distance-CRP: from one recall to the next, how far in meaning, given what was left to recall."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.counts import Counts, ratios
from analysis.free_recall.features import item_distances
from analysis.free_recall.transitions import Transition, count_transitions
from analysis.recalls import Recalls, as_recalls


def distance_crp(
    recalls: pd.DataFrame | Recalls,
    distances: pd.DataFrame | ArrayLike,
    edges: Sequence[float] | NDArray[np.floating],
    by: str | Sequence[str] | None = None,
    centers: Sequence[float] | None = None,
    count_unique: bool = False,
    **which: Any,
) -> pd.DataFrame:
    """Conditional response probability by distance between the words, of each subject.

    With distances in meaning this is the semantic CRP. Similarities will do as well: they are
    binned as they are.

    Parameters
    ----------
    recalls : recall table or Recalls
    distances : DataFrame or (items, items) array
        Distance from each item (row) to each (column). A DataFrame names the items in its index
        and columns; an array goes by item number, row k - 1 for item k.
    edges : (bins + 1,) numbers
        Edges of the bins, rising; a bin holds its upper edge and not its lower. Words in no bin
        are not counted.
    by : str or list of str
        Labels that divide the lists of a subject, such as "condition".
    centers : (bins,) numbers, optional
        Label of each bin; the middle between its edges if left out.
    count_unique : bool
        Whether a bin is possible once in a transition, not once for each word in it.
    **which
        `skip_outputs`, `intrusions`, `item_query`, `test_key`, `test`, as in `lag_crp`.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `center`, `bin` (an interval), `prob`, `actual` and `possible`
        (transitions).

    Raises
    ------
    ValueError
        If a studied word is not in `distances`, or the edges do not rise.

    Examples
    --------
    From 1 to 2, near, when 3, far, was left too:

    >>> distances = [[0, 0.2, 0.9], [0.2, 0, 0.8], [0.9, 0.8, 0]]
    >>> recalls = Recalls.from_positions([[1, 2]], list_length=3)
    >>> distance_crp(recalls, distances, edges=[0, 0.5, 1])
       subject  center         bin  prob  actual  possible
    0        1    0.25  (0.0, 0.5]   1.0       1         1
    1        1    0.75  (0.5, 1.0]   0.0       0         1

    References
    ----------
    Howard, M. W., & Kahana, M. J. (2002). When does semantic similarity help episodic retrieval?
    Journal of Memory and Language, 46(1), 85-98.
    """
    counts = partial(
        distance_crp_counts,
        distances=distances,
        edges=edges,
        centers=centers,
        count_unique=count_unique,
        **which,
    )
    return ratios(as_recalls(recalls), counts, by, "prob")


def distance_crp_counts(
    recalls: Recalls,
    distances: pd.DataFrame | ArrayLike,
    edges: Sequence[float] | NDArray[np.floating],
    centers: Sequence[float] | None = None,
    count_unique: bool = False,
    **which: Any,
) -> Counts:
    """Counts per list: x is the bin of the distance, (lists, bins)."""
    edge = np.asarray(edges, dtype=np.float64)
    if edge.ndim != 1 or len(edge) < 2 or not (np.diff(edge) > 0).all():
        raise ValueError(f"edges must be two or more rising numbers, got {edge.tolist()}")
    n_bins = len(edge) - 1
    center = (edge[1:] + edge[:-1]) / 2 if centers is None else np.asarray(centers)
    if len(center) != n_bins:
        raise ValueError(f"centers must be one for each of the {n_bins} bins, got {len(center)}")
    index, matrix = item_distances(recalls, distances)
    bins = np.searchsorted(edge, matrix, side="left") - 1
    bins[bins == n_bins] = -1

    def cells(transition: Transition) -> NDArray[np.integer]:
        rows = transition.rows
        return bins[index[rows, transition.previous][:, None], index[rows]]

    x = pd.DataFrame({"center": center, "bin": pd.IntervalIndex.from_breaks(edge)})
    return Counts(x, *count_transitions(recalls, n_bins, cells, count_unique, **which))
