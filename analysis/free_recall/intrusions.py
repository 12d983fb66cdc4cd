"""Intrusions: words recalled that were not on the list, from earlier lists or from none."""

import dataclasses
from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.counts import Counts, by_columns, ratios
from analysis.recalls import Recalls, as_recalls

KINDS = ["n_pli", "n_eli"]
#: column of the responses that `with_list_lags` adds
LIST_LAG = "list_lag"


def intrusions(
    recalls: pd.DataFrame | Recalls, by: str | Sequence[str] | None = None, repeats: bool = True
) -> pd.DataFrame:
    """Prior-list and extra-list intrusions per list, of each subject.

    A prior-list intrusion was studied in an earlier list of the subject; any other intrusion is
    extra-list, a word of a later list among them, and so is one whose word is unknown. Each counts
    once, however many lists had the word. All lists of the subject must be there.

    Parameters
    ----------
    recalls : recall table or Recalls
    by : str or list of str
        Labels that divide the lists of a subject, such as "condition".
    repeats : bool
        Whether the same intrusion, given once more in a list, counts again (as in psifr).

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, means per list `n_pli` and `n_eli`, and `n_lists`.

    Examples
    --------
    Words 3 and 4 make up the second list; word 1 is from the first, word 9 from none:

    >>> recalls = Recalls(
    ...     presented=np.array([[1, 2], [3, 4]]), recalled=np.array([[2, 0], [-1, -1]]),
    ...     labels=pd.DataFrame({"subject": 1, "list": [1, 2]}),
    ...     recalled_items=np.array([[2, 0], [1, 9]]))
    >>> intrusions(recalls)
       subject  n_pli  n_eli  n_lists
    0        1    0.5    0.5        2

    References
    ----------
    Zaromb, F. M., Howard, M. W., Dolan, E. D., Sirotin, Y. B., Tully, M., Wingfield, A., & Kahana,
    M. J. (2006). Temporal associations and prior-list intrusions in free recall. Journal of
    Experimental Psychology: Learning, Memory, and Cognition, 32(4), 792-804.
    """
    recalls = with_list_lags(as_recalls(recalls))
    table = ratios(recalls, partial(_counts, repeats=repeats), by, "mean")
    # each group has its kinds in successive rows
    groups = table.iloc[:: len(KINDS)].reset_index(drop=True)
    means = pd.DataFrame(table["mean"].to_numpy().reshape(-1, len(KINDS)), columns=KINDS)
    keys = ["subject", *by_columns(by)]
    return groups[keys].join(means).assign(n_lists=groups["possible"])


def _counts(recalls: Recalls, repeats: bool) -> Counts:
    lag = recalls.recall_columns[LIST_LAG]
    counted = counted_intrusions(recalls, repeats)
    prior = np.count_nonzero(counted & (lag > 0), axis=1)
    actual = np.stack([prior, np.count_nonzero(counted, axis=1) - prior], axis=1)
    return Counts(pd.DataFrame({"kind": KINDS}), actual, np.ones_like(actual))


def counted_intrusions(recalls: Recalls, repeats: bool) -> NDArray[np.bool_]:
    """(lists, outputs) Which responses are intrusions; without `repeats`, each word once."""
    intrusion = recalls.recalled < 0
    if repeats:
        return intrusion
    items = recalls.recalled_items
    for output in range(1, items.shape[1]):
        again = (items[:, :output] == items[:, [output]]).any(axis=1)
        intrusion[:, output] &= ~again
    return intrusion


def with_list_lags(recalls: Recalls) -> Recalls:
    """The same with a column of the responses: how many lists ago an intrusion was studied.

    By the numbers of the lists, so that lists left out keep their place; of several earlier lists
    the last one. 0 for responses that are no prior-list intrusion.

    Raises
    ------
    ValueError
        If lists are not numbered.
    """
    number = list_numbers(recalls)
    subject = pd.factorize(recalls.labels["subject"])[0]
    items, code = np.unique(
        np.concatenate([recalls.presented.ravel(), recalls.recalled_items.ravel()]),
        return_inverse=True,
    )
    studied, said = np.split(code.reshape(-1), [recalls.presented.size])
    span = number.max() + 2

    def key(row: NDArray[np.integer], item: NDArray[np.integer]) -> NDArray[np.int64]:
        # in order of subject, item, and number of the list
        word = subject[row].astype(np.int64) * len(items) + item
        return word * span + number[row]

    row, place = np.nonzero(recalls.presented)
    length = recalls.presented.shape[1]
    shown = np.unique(key(row, studied[row * length + place]))
    row, output = np.nonzero(recalls.recalled < 0)
    sought = key(row, said[row * recalls.recalled.shape[1] + output])
    # the last study of the same word by the same subject before this list
    last = shown[np.maximum(np.searchsorted(shown, sought) - 1, 0)]
    same = (last // span == sought // span) & (last < sought)
    lag = np.zeros(recalls.recalled.shape, dtype=np.int64)
    lag[row, output] = np.where(same, sought - last, 0)
    return dataclasses.replace(recalls, recall_columns={**recalls.recall_columns, LIST_LAG: lag})


def list_numbers(recalls: Recalls) -> NDArray[np.int64]:
    """(lists,) Numbers of the lists, from 0 for the first list of each subject."""
    labels = recalls.labels
    if not pd.api.types.is_integer_dtype(labels["list"]):
        raise ValueError(
            f"the lists must be numbered to tell earlier ones from later ones, here list is "
            f"{labels['list'].iloc[0]!r}; number them in order within each subject"
        )
    first = labels.groupby("subject", observed=True)["list"].transform("min")
    return (labels["list"] - first).to_numpy(dtype=np.int64)
