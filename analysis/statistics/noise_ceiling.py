"""How well a curve is known: two halves of the lists or of the subjects, compared."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.checks import and_more, one_of
from analysis.counts import by_columns, group_lists, sum_groups
from analysis.measures import counts_of, recalls_for
from analysis.recalls import Recalls
from analysis.statistics.rmsd import compared


def noise_ceiling(
    measure: Callable[..., pd.DataFrame],
    recalls: pd.DataFrame | Recalls,
    by: str | Sequence[str] | None = None,
    n_splits: int = 100,
    seed: int = 0,
    halves: Literal["lists", "subjects"] = "lists",
    **definition: Any,
) -> pd.DataFrame:
    """Split-half reliability of a curve: how close any model can come to it.

    The lists of every subject are divided at random into two halves, each half gives a curve (the
    mean over subjects), and the two are compared; then again, `n_splits` times. Half the lists
    make a noisier curve than all of them: the columns with `_all` say what holds for all lists.

    Halves of lists have the same subjects, so that the ceiling is about these people, not about
    others; halves of subjects differ as groups of people do.

    Parameters
    ----------
    measure : function
        A measure of this package that has an x, such as `spc`.
    recalls : recall table or Recalls
        Two lists or more of each subject, or two subjects.
    by : str or list of str
        Labels that divide the lists; each gets a ceiling of its own.
    n_splits : int
        Random splits, averaged.
    seed : int
        The same seed gives the same splits.
    halves : {"lists", "subjects"}
        What is halved: the lists of every subject, or the subjects, each with all lists.
    **definition
        Options of the measure, such as `skip_outputs`.

    Returns
    -------
    DataFrame
        One row per `by`: the `by` columns; `r`, correlation of the halves over x; `r_all`, the
        reliability of the curve of all lists (Spearman & Brown: 2 r / (1 + r)), whose square root
        is the correlation that a perfect model can expect; `rmsd`, deviation between the halves;
        `rmsd_all`, half of it: the deviation from the curve of all lists that a perfect model
        without noise of its own can expect; `n_lists`, `n_subjects`, `n_splits`. Lags beyond 5
        and lag 0 are left out, as in `rmsd`; r is NaN where a curve is flat.

    Raises
    ------
    ValueError
        If `measure` is not a measure of this package or has no x, or a subject has only one list,
        or there is only one where subjects are halved.

    Examples
    --------
    Two lists with the same recalls, so that the halves agree:

    >>> from analysis.free_recall.spc import spc
    >>> recalls = Recalls.from_positions([[3, 1], [3, 1]], list_length=3)
    >>> noise_ceiling(spc, recalls)[["r", "r_all", "rmsd", "n_lists"]]
         r  r_all  rmsd  n_lists
    0  1.0    1.0   0.0        2

    References
    ----------
    Brown, W. (1910). Some experimental results in the correlation of mental abilities. British
    Journal of Psychology, 3(3), 296-322.

    Spearman, C. (1910). Correlation calculated from faulty data. British Journal of Psychology,
    3(3), 271-295.
    """
    if n_splits < 1:
        raise ValueError(f"n_splits must be 1 or more, got {n_splits}")
    one_of("halves", halves, ("lists", "subjects"))
    recalls = recalls_for([measure], recalls)
    x, actual, possible = list_counts(measure, recalls, definition)
    keep = compared(x)
    keys, of_list = group_lists(recalls, by_columns(by))
    subjects, subject = group_lists(recalls, ["subject", *by_columns(by)])
    if halves == "lists":
        _check_lists(subjects, subject)
        divide = _halves_of_lists
    else:
        _check_subjects(keys, subject, of_list)
        divide = _halves_of_subjects
    rng = np.random.default_rng(seed)
    parts = []
    for i in range(len(keys)):
        there = of_list == i
        counts = (actual[there][:, keep], possible[there][:, keep])
        parts.append(_compare(counts, _dense(subject[there]), divide, n_splits, rng))
    result = pd.concat([keys.reset_index(drop=True), pd.DataFrame(parts)], axis=1)
    return result.assign(
        n_lists=np.bincount(of_list),
        n_subjects=[len(np.unique(subject[of_list == i])) for i in range(len(keys))],
        n_splits=n_splits,
    )


def list_counts(
    measure: Callable[..., pd.DataFrame], recalls: Recalls, definition: dict[str, Any]
) -> tuple[pd.DataFrame, NDArray[np.float64], NDArray[np.float64]]:
    """x, and what happened and what could have, (lists, x), of a measure that has an x."""
    counts = counts_of(measure)
    blocks = [counts(block, **definition) for _, block in recalls.blocks()]
    x = blocks[0].x
    if x.shape[1] != 1:
        raise ValueError(
            f"{measure.__name__} is no curve over one x (it has "
            f"{' and '.join(x.columns) or 'a single value per subject'})"
        )
    actual, possible = (np.vstack([block[k] for block in blocks]) for k in (1, 2))
    return x, actual.astype(float), possible.astype(float)


def mean_curve(actual: NDArray[np.number], possible: NDArray[np.number]) -> NDArray[np.float64]:
    """(x,) Mean over subjects of their ratios, (subjects, x), where something was possible."""
    there = possible > 0
    ratio = np.divide(actual, possible, out=np.zeros(actual.shape), where=there)
    n = there.sum(axis=0)
    return np.divide(ratio.sum(axis=0), n, out=np.full(len(n), np.nan), where=n > 0)


def correlation(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Over the x that both have; NaN where one of them is flat."""
    both = ~(np.isnan(first) | np.isnan(second))
    first, second = first[both], second[both]
    if len(first) < 2 or np.ptp(first) < 1e-12 or np.ptp(second) < 1e-12:
        return np.nan
    return float(np.corrcoef(first, second)[0, 1])


def _compare(
    counts: tuple[NDArray[np.float64], NDArray[np.float64]],
    subject: NDArray[np.integer],
    divide: Callable[[NDArray[np.integer], np.random.Generator], NDArray[np.integer]],
    n_splits: int,
    rng: np.random.Generator,
) -> dict[str, float]:
    n_subjects = int(subject.max()) + 1
    rs, rmsds = [], []
    for _ in range(n_splits):
        both = divide(subject, rng) * n_subjects + subject
        sums = [np.split(sum_groups(each, both, 2 * n_subjects), 2) for each in counts]
        first, second = (mean_curve(sums[0][k], sums[1][k]) for k in (0, 1))
        rs.append(correlation(first, second))
        deviation = (first - second)[~np.isnan(first - second)]
        rmsds.append(np.sqrt(np.mean(deviation**2)) if len(deviation) else np.nan)
    r, rmsd = float(np.mean(rs)), float(np.mean(rmsds))
    return {
        "r": r,
        # of the mean, for a single split near r = -1 would outweigh all others
        "r_all": 2 * r / (1 + r) if r > -1 + 1e-9 else np.nan,
        "rmsd": rmsd,
        # halves differ by the noise of both, 2 + 2 times that of all lists: sqrt(4) = 2
        "rmsd_all": rmsd / 2,
    }


def _halves_of_lists(subject: NDArray[np.integer], rng: np.random.Generator) -> NDArray[np.integer]:
    """(lists,) 0 or 1: the lists of each subject in random order, every other one in 1."""
    order = np.lexsort((rng.random(len(subject)), subject))
    start = np.concatenate([[0], np.cumsum(np.bincount(subject))])[:-1]
    half = np.empty(len(subject), dtype=int)
    half[order] = (np.arange(len(subject)) - start[subject[order]]) % 2
    return half


def _halves_of_subjects(
    subject: NDArray[np.integer], rng: np.random.Generator
) -> NDArray[np.integer]:
    """(lists,) 0 or 1: the subjects in random order, every other one in 1."""
    return (rng.permutation(int(subject.max()) + 1) % 2)[subject]


def _dense(labels: NDArray[np.integer]) -> NDArray[np.integer]:
    """The same labels, numbered from 0 without gaps."""
    return np.unique(labels, return_inverse=True)[1]


def _check_lists(subjects: pd.DataFrame, subject: NDArray[np.integer]) -> None:
    n = np.bincount(subject)
    if (n < 2).any():
        where = subjects.iloc[int(np.argmax(n < 2))].to_dict()
        raise ValueError(
            f"halves need two lists or more of every subject: {where} has one"
            f"{and_more((n < 2).sum() - 1, 'subject')}; leave them out"
        )


def _check_subjects(
    keys: pd.DataFrame, subject: NDArray[np.integer], of_list: NDArray[np.integer]
) -> None:
    for i in range(len(keys)):
        if len(np.unique(subject[of_list == i])) < 2:
            where = f" in {keys.iloc[i].to_dict()}" if keys.shape[1] else ""
            raise ValueError(
                f"halves of subjects need two subjects or more: there is one{where}; "
                "halves='lists' compares halves of one person's lists"
            )
