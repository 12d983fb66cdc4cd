"""Category clustering: LBC and ARC, repetitions of a category in recall beyond chance."""

from collections.abc import Sequence
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.checks import one_of
from analysis.counts import Counts, by_columns, ratios, responses
from analysis.free_recall.features import study_values
from analysis.recalls import Recalls, as_recalls

STATISTICS = ["lbc", "arc"]
Sizes = Literal["mean", "each"]


def category_clustering(
    recalls: pd.DataFrame | Recalls,
    category: str | pd.Series = "category",
    by: str | Sequence[str] | None = None,
    sizes: Sizes = "mean",
) -> pd.DataFrame:
    """List-based clustering and adjusted ratio of clustering, of each subject.

    Both compare R, the number of times that a word is followed by another of its category, with
    what chance would give, once intrusions and repeats are taken out of the r words recalled:

    - LBC = R - (r - 1) (m - 1) / (N - 1), words of a list of N at random, m to a category
    - ARC = (R - E) / (max R - E), the words recalled at random order: E = sum of n² / r - 1 over
      categories with n words recalled, max R = r - the number of these categories; 1 for perfect
      clustering, 0 at chance

    Each is averaged over the lists in which it is defined: LBC where a word was recalled, ARC where
    the words recalled could have been in more than one order of categories. psifr 0.10.1 gives
    lists without any recall an LBC of (m - 1) / (N - 1), as if they were clustered.

    Parameters
    ----------
    recalls : recall table or Recalls
    category : str or Series
        Column of the study rows, or a Series indexed by item.
    by : str or list of str
        Labels that divide the lists of a subject, such as "condition".
    sizes : {"mean", "each"}
        LBC of lists whose categories differ in size: m as their mean (psifr), or every category
        with its own size, that is, (r - 1) times the sum of m (m - 1) over N (N - 1). The same
        where they do not differ, as its authors have it.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `lbc`, `arc`, `n_lbc` and `n_arc` (lists averaged).

    Raises
    ------
    ValueError
        If a studied word has no category, or `sizes` is neither.

    Examples
    --------
    Both fruit, then both tools. R = 2; by chance 3 * 1 / 3 = 1; sorted perfectly.

    >>> recalls = Recalls.from_positions([[1, 2, 3, 4]], list_length=4)
    >>> kinds = pd.Series(["fruit", "fruit", "tool", "tool"], index=[1, 2, 3, 4])
    >>> category_clustering(recalls, kinds)
       subject  lbc  arc  n_lbc  n_arc
    0        1  1.0  1.0      1      1

    References
    ----------
    Roenker, D. L., Thompson, C. P., & Brown, S. C. (1971). Comparison of measures for the
    estimation of clustering in free recall. Psychological Bulletin, 76(1), 45-48 (ARC).

    Stricker, J. L., Brown, G. G., Wixted, J., Baldo, J. V., & Delis, D. C. (2002). New semantic and
    serial clustering indices for the California Verbal Learning Test-Second Edition. Journal of
    the International Neuropsychological Society, 8(3), 425-435 (LBC).
    """
    keys = ["subject", *by_columns(by)]
    counts = partial(category_clustering_counts, category=category, sizes=sizes)
    table = ratios(as_recalls(recalls), counts, by, "mean")
    # each group has its statistics in successive rows
    groups = table.loc[:: len(STATISTICS), keys].reset_index(drop=True)
    for column, name in (("mean", "{}"), ("possible", "n_{}")):
        values = table[column].to_numpy().reshape(-1, len(STATISTICS))
        groups = groups.assign(**{name.format(s): values[:, i] for i, s in enumerate(STATISTICS)})
    return groups


def category_clustering_counts(
    recalls: Recalls, category: str | pd.Series = "category", sizes: Sizes = "mean"
) -> Counts:
    """The statistics of each list and whether they are defined: x is which, (lists, 2)."""
    one_of("sizes", sizes, ("mean", "each"))
    code = _codes(recalls, category)
    n_lists = len(recalls)
    n_codes = code.max() + 1
    of_code = np.zeros((n_lists, n_codes))  # words recalled of each category
    repetitions = np.zeros(n_lists)
    previous = np.full(n_lists, -1)
    for response in responses(recalls):
        row = np.flatnonzero(response.new)
        now = code[row, response.place[row]]
        repetitions[row] += now == previous[row]
        of_code[row, now] += 1
        previous[row] = now
    n_recalled = of_code.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        lbc = repetitions - (n_recalled - 1) * _chance(code, n_codes, sizes)
        expected = (of_code**2).sum(axis=1) / n_recalled - 1
        most = n_recalled - np.count_nonzero(of_code, axis=1)
        arc = (repetitions - expected) / (most - expected)
    # with one category, or one word of each, there is but one order of categories
    one = (of_code.max(axis=1) <= 1) | (np.count_nonzero(of_code, axis=1) < 2)
    defined = np.stack([n_recalled > 0, ~one], axis=1)
    values = np.where(defined, np.stack([lbc, arc], axis=1), 0)
    return Counts(pd.DataFrame({"statistic": STATISTICS}), values, defined.astype(np.int8))


def _codes(recalls: Recalls, category: str | pd.Series) -> NDArray[np.intp]:
    """(lists, L) Number of the category of each word, from 0; -1 beyond the end of a list."""
    studied = recalls.presented != 0
    code = np.full(studied.shape, -1, dtype=np.intp)
    code[studied] = pd.factorize(np.asarray(study_values(recalls, category))[studied])[0]
    return code


def _chance(code: NDArray[np.intp], n_codes: int, sizes: Sizes) -> NDArray[np.float64]:
    """(lists,) Probability that of two different words of the list both are of one category."""
    size = np.stack([np.count_nonzero(code == c, axis=1) for c in range(n_codes)], axis=1)
    length = size.sum(axis=1)
    if sizes == "each":
        return (size * (size - 1)).sum(axis=1) / np.maximum(length * (length - 1), 1)
    mean = length / np.count_nonzero(size, axis=1)
    return np.asarray((mean - 1) / np.maximum(length - 1, 1))
