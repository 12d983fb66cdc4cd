"""Which lists contenders are fitted to, and on which others they are scored."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from memsim.fitting.people import People


class Split(NamedTuple):
    """Lists to fit to, and lists to predict.

    Attributes
    ----------
    name : str
        What the split is called in tables and files.
    train, test : (lists,) integers
        Rows of `People`.
    """

    name: str
    train: NDArray[np.integer]
    test: NDArray[np.integer]

    def check(self, n_lists: int) -> None:
        """Raise if a list is both, lies beyond the data or stands twice, or a side is empty."""
        for side, rows in (("train", self.train), ("test", self.test)):
            if not len(rows):
                raise ValueError(f"split {self.name!r} has no list to {side} on")
            if rows.min() < 0 or rows.max() >= n_lists:
                raise ValueError(
                    f"split {self.name!r} names list {rows.max()} to {side} on, but lists are "
                    f"numbered 0 to {n_lists - 1}"
                )
            if len(np.unique(rows)) < len(rows):
                raise ValueError(f"split {self.name!r} has a list twice in {side}")
        both = np.intersect1d(self.train, self.test)
        if len(both):
            raise ValueError(
                f"split {self.name!r} holds {len(both)} lists, such as list {both[0]}, both to "
                "train and to test on: their scores would not be held out"
            )


def split_lists(
    people: People, n_folds: int = 5, seed: int = 0, by: Sequence[str] = ("subject",)
) -> list[Split]:
    """Folds over lists within subject: same people, new lists.

    Lists are dealt to folds at random, as evenly as can be for each subject: early and late lists
    of an experiment differ, so folds in the order of lists would not be exchangeable.

    Parameters
    ----------
    people : People
    n_folds : int
        Folds, 2 or more; each is predicted once, from the others.
    seed : int
    by : sequence of str
        Labels within which lists are dealt evenly.

    Raises
    ------
    ValueError
        If there are fewer than 2 folds, no such label, or a subject with fewer lists than folds.

    Examples
    --------
    >>> from analysis import Recalls
    >>> from memsim.fitting import observe_people
    >>> from paradigms import FreeRecall
    >>> recalls = Recalls.from_positions([[1, 2]] * 4, list_length=2)
    >>> people = observe_people(recalls, FreeRecall(list_length=2))
    >>> [(split.name, len(split.train), len(split.test)) for split in split_lists(people, 2)]
    [('fold 1', 2, 2), ('fold 2', 2, 2)]
    """
    _check_number(n_folds)
    _check_labels(people, by)
    group = people.labels.groupby([*by], sort=False, dropna=False).ngroup().to_numpy()
    n = np.bincount(group)
    if n.min() < n_folds:
        who = people.labels[[*by]].iloc[int(np.argmax(group == n.argmin()))].to_dict()
        raise ValueError(
            f"{n_folds} folds need {n_folds} lists or more of each subject: {who} has {n.min()}; "
            "ask for fewer folds, or leave this one out"
        )
    rng = np.random.default_rng(seed)
    order = np.lexsort((rng.random(len(people)), group))
    place = np.empty(len(people), dtype=np.int64)
    start = np.cumsum(n) - n
    place[order] = np.arange(len(people)) - start[group[order]]
    # the fold that gets one more list is another one for each subject
    fold = (place + rng.integers(n_folds, size=len(n))[group]) % n_folds
    return _splits(fold, n_folds)


def split_subjects(people: People, n_folds: int | None = None, seed: int = 0) -> list[Split]:
    """Folds over subjects: new people.

    Parameters
    ----------
    people : People
    n_folds : int, optional
        Folds, 2 or more; one for each subject if left out.
    seed : int

    Raises
    ------
    ValueError
        If there are fewer subjects than folds.

    Examples
    --------
    >>> from memsim import simulate
    >>> from memsim.cognitive import TCM
    >>> from memsim.fitting import observe_people
    >>> from paradigms import FreeRecall
    >>> task = FreeRecall(list_length=4)
    >>> two = simulate([TCM.preset("TCM-10")] * 2, task, n_lists=3)
    >>> [split.test.tolist() for split in split_subjects(observe_people(two, task))]
    [[0, 1, 2], [3, 4, 5]]
    """
    subject, subjects = pd.factorize(people.labels["subject"])
    n = len(subjects)
    if n_folds is None:
        n_folds, fold_of = n, np.arange(n)
    else:
        _check_number(n_folds)
        fold_of = np.empty(n, dtype=np.int64)
        fold_of[np.random.default_rng(seed).permutation(n)] = np.arange(n) % n_folds
    if n < max(n_folds, 2):
        raise ValueError(
            f"leaving subjects out in {max(n_folds, 2)} folds needs as many subjects; there "
            f"{'is' if n == 1 else 'are'} {n}"
        )
    return _splits(fold_of[subject], n_folds)


def transfer(people: People, train: Any, test: Sequence[Any], by: str = "condition") -> list[Split]:
    """Fit to one condition, predict others: one split for each of them.

    Parameters
    ----------
    people : People
    train : label
        Condition to fit to.
    test : sequence of label
        Conditions to predict.
    by : str
        Label that names conditions.

    Raises
    ------
    ValueError
        If there is no such label or condition, or one is both to train and to test on.
    """
    _check_labels(people, [by])
    label = people.labels[by].to_numpy()
    for condition in (train, *test):
        if condition not in label:
            known = ", ".join(map(str, pd.unique(label)))
            raise ValueError(f"no list has {by} {condition!r}; they have {known}")
    if train in test:
        raise ValueError(f"{train!r} is to be trained and tested on; leave it out of test")
    return [
        Split(
            f"{train} to {condition}",
            np.flatnonzero(label == train),
            np.flatnonzero(label == condition),
        )
        for condition in test
    ]


def _splits(fold: NDArray[np.integer], n_folds: int) -> list[Split]:
    return [
        Split(f"fold {k + 1}", np.flatnonzero(fold != k), np.flatnonzero(fold == k))
        for k in range(n_folds)
    ]


def _check_number(n_folds: int) -> None:
    if n_folds < 2:
        raise ValueError(f"n_folds must be 2 or more, got {n_folds!r}: nothing would be held out")


def _check_labels(people: People, by: Sequence[str]) -> None:
    for name in by:
        if name not in people.labels.columns:
            raise ValueError(
                f"lists have no label {name!r} to split them by; they have "
                f"{[*people.labels.columns]}"
            )
