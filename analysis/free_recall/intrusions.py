"""Intrusions: words recalled that were not on the list, from earlier lists or from none."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.counts import by_columns, group_lists, sum_groups
from analysis.recalls import Recalls, as_recalls


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
    recalls = as_recalls(recalls)
    counted = counted_intrusions(recalls, repeats)
    prior = np.count_nonzero(counted & (list_lags(recalls, list_numbers(recalls)) > 0), axis=1)
    extra = np.count_nonzero(counted, axis=1) - prior
    keys, group = group_lists(recalls, ["subject", *by_columns(by)])
    per_list = np.stack([prior, extra, np.ones_like(prior)], axis=1)
    n_pli, n_eli, n_lists = sum_groups(per_list, group, len(keys)).T
    return keys.assign(n_pli=n_pli / n_lists, n_eli=n_eli / n_lists, n_lists=n_lists)


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


def list_lags(recalls: Recalls, number: NDArray[np.integer]) -> NDArray[np.int32]:
    """(lists, outputs) How many lists ago each intrusion was studied.

    By the `number` of each list, so that lists left out keep their place; of several earlier lists
    the last one. 0 for responses that are no prior-list intrusion.
    """
    from analysis.kernels import last_studied

    subject = pd.factorize(recalls.labels["subject"])[0]
    presented, said, n_items = _words_from_zero(recalls)
    lag = np.zeros(recalls.recalled.shape, dtype=np.int32)
    order = np.lexsort([number, subject])
    recalled = np.ascontiguousarray(recalls.recalled)
    last_studied(order, subject, number, presented, recalled, said, n_items, lag)
    return lag


def _words_from_zero(
    recalls: Recalls,
) -> tuple[NDArray[np.integer], NDArray[np.integer], int]:
    """Words presented (lists, L) and said (lists, outputs) from 0, -1 for none; their number."""
    presented, said = recalls.presented, recalls.recalled_items
    n_items = int(max(presented.max(initial=0), said.max(initial=0)))
    if n_items <= presented.size + said.size:
        # unknown words are negative, and none of them was studied
        return presented - 1, np.maximum(said - 1, -1), n_items
    # numbers with wide gaps: close them
    items, code = np.unique(np.concatenate([presented.ravel(), said.ravel()]), return_inverse=True)
    code = np.where(items > 0, np.arange(len(items)), -1)[code.reshape(-1)]
    shown, spoken = np.split(code, [presented.size])
    return shown.reshape(presented.shape), spoken.reshape(said.shape), len(items)


def list_numbers(recalls: Recalls) -> NDArray[np.int64]:
    """(lists,) Numbers of the lists, from 0 for the first list of each subject."""
    labels = recalls.labels
    if not pd.api.types.is_integer_dtype(labels["list"]):
        raise ValueError(
            f"the lists must be numbered to tell earlier ones from later ones, here list is "
            f"{labels['list'].iloc[0]!r}; number them in order within each subject"
        )
    number = labels["list"].to_numpy(dtype=np.int64)
    subject = pd.factorize(labels["subject"])[0]
    first = np.full(subject.max() + 1, number.max())
    np.minimum.at(first, subject, number)
    return number - first[subject]
