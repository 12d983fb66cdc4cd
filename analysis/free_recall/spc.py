"""Serial position curve: the probability that the word at each study position is recalled."""

from collections.abc import Sequence
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd

from analysis.checks import one_of
from analysis.counts import Counts, first_places, ratios
from analysis.recalls import Recalls, as_recalls

Repeated = Literal["first", "every"]


def spc(
    recalls: pd.DataFrame | Recalls,
    by: str | Sequence[str] | None = None,
    repeated: Repeated = "first",
) -> pd.DataFrame:
    """Serial position curve of each subject.

    Parameters
    ----------
    recalls : recall table or Recalls
    by : str or list of str
        Labels that divide the lists of a subject, such as "condition".
    repeated : {"first", "every"}
        Of a word studied several times in a list, whether recalling it counts at its first position
        alone, its others then counting as not recalled, or at every one of them (psifr).

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `input` (study position), `recall` (probability), `actual`
        (lists that recalled it) and `possible` (lists that studied it). A position that no list
        of the subject has, has no row.

    Raises
    ------
    ValueError
        If `repeated` is neither.

    Examples
    --------
    The last word is recalled in both lists, the first (and once more) in one:

    >>> spc(Recalls.from_positions([[3, 1, 1], [3, 0, 0]], list_length=3))
       subject  input  recall  actual  possible
    0        1      1     0.5       1         2
    1        1      2     0.0       0         2
    2        1      3     1.0       2         2

    References
    ----------
    Murdock, B. B. (1962). The serial position effect of free recall. Journal of Experimental
    Psychology, 64(5), 482-488.
    """
    table = ratios(as_recalls(recalls), partial(spc_counts, repeated=repeated), by, "recall")
    return table[table["possible"] > 0].reset_index(drop=True)


def spc_counts(recalls: Recalls, repeated: Repeated = "first") -> Counts:
    """Counts per list: x is the study position, (lists, L)."""
    one_of("repeated", repeated, ("first", "every"))
    length = recalls.presented.shape[1]
    # place 0 collects padding and intrusions, and is dropped
    actual = np.zeros((len(recalls), length + 1), dtype=np.int8)
    np.put_along_axis(actual, np.maximum(recalls.recalled, 0), 1, axis=1)
    actual = actual[:, 1:]
    first = first_places(recalls.presented)
    if first is not None:
        recalled = np.zeros_like(actual)
        np.maximum.at(recalled, (np.arange(len(recalls))[:, None], first), actual)
        actual = recalled if repeated == "first" else np.take_along_axis(recalled, first, axis=1)
    x = pd.DataFrame({"input": np.arange(1, length + 1)})
    return Counts(x, actual, (recalls.presented != 0).astype(np.int8))
