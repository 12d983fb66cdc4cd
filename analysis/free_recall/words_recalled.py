"""How many words are recalled of a list, and how many intrusions and repeats come with them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.counts import Counts, by_columns, ratios, responses
from analysis.recalls import Recalls, as_recalls

KINDS = ["n_recalled", "n_intrusions", "n_repeats"]


def words_recalled(
    recalls: pd.DataFrame | Recalls, by: str | Sequence[str] | None = None
) -> pd.DataFrame:
    """Words, intrusions and repeats per list, of each subject.

    Every response is one of the three. An intrusion counts once however many other lists had
    the word; psifr 0.10.1 counts it once for each of them.

    Parameters
    ----------
    recalls : recall table or Recalls
    by : str or list of str
        Labels that divide the lists of a subject, such as "condition".

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, means per list `n_recalled` (different studied words),
        `n_intrusions` (words not studied), `n_repeats` (studied words once more), and `n_lists`.

    Examples
    --------
    >>> words_recalled(Recalls.from_positions([[3, 3, 1], [-1, 2, 0]], list_length=3))
       subject  n_recalled  n_intrusions  n_repeats  n_lists
    0        1         1.5           0.5        0.5        2
    """
    keys = ["subject", *by_columns(by)]
    table = ratios(as_recalls(recalls), words_recalled_counts, by, "mean")
    # each group has its kinds in successive rows
    groups = table.iloc[:: len(KINDS)].reset_index(drop=True)
    means = pd.DataFrame(table["mean"].to_numpy().reshape(-1, len(KINDS)), columns=KINDS)
    return groups[keys].join(means).assign(n_lists=groups["possible"])


def words_recalled_counts(recalls: Recalls) -> Counts:
    """Counts per list: x is the kind of response, (lists, 3)."""
    new = np.zeros(len(recalls), dtype=np.int16)
    for response in responses(recalls):
        new += response.new
    intrusions = np.count_nonzero(recalls.recalled < 0, axis=1)
    repeats = np.count_nonzero(recalls.recalled > 0, axis=1) - new
    actual = np.stack([new, intrusions, repeats], axis=1).astype(np.int16)
    return Counts(pd.DataFrame({"kind": KINDS}), actual, np.ones_like(actual, dtype=np.int8))
