"""What the readers share: ragged rows to matrices, words to numbers, files that may be packed."""

import gzip
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.recalls import Recalls


def open_text(path: Path) -> TextIO:
    """A text file, packed with gzip or not."""
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")


def read_rows(path: Path) -> list[list[str]]:
    """The lines of a text file, split at white space; an empty line is an empty list."""
    with open_text(path) as file:
        return [line.split() for line in file]


def padded(rows: Iterable[Sequence[Any]], fill: Any = 0) -> NDArray[Any]:
    """Rows of several lengths as one matrix, filled up at the end.

    Examples
    --------
    >>> padded([[3, 1], [2]])
    array([[3, 1],
           [2, 0]])
    """
    rows = [*rows]
    width = max(1, *(len(row) for row in rows))
    return np.array([[*row, *[fill] * (width - len(row))] for row in rows])


def by_position(
    recalled: NDArray[np.integer],
    list_length: Any,
    labels: pd.DataFrame,
    omissions: bool = False,
    rt: NDArray[Any] | None = None,
) -> Recalls:
    """Recalls whose words are known by study position alone.

    Parameters
    ----------
    recalled : (lists, outputs) integers
        Study position from 1, -1 for an intrusion, 0 for padding or an omission.
    list_length : one number, or one per list
    labels : DataFrame, one row per list
    omissions : bool
    rt : (lists, outputs), optional
        Times of the responses, ms.
    """
    length = np.broadcast_to(list_length, len(recalled))
    position = np.arange(1, length.max() + 1, dtype=np.int32)
    return Recalls(
        presented=np.where(position <= length[:, None], position, np.int32(0)),
        recalled=recalled,
        labels=labels.reset_index(drop=True),
        recall_columns={} if rt is None else {"rt": rt},
        omissions=omissions,
    )


def by_word(
    presented: NDArray[Any],
    recalled: NDArray[Any],
    labels: pd.DataFrame,
    omissions: bool = False,
    rt: NDArray[Any] | None = None,
) -> Recalls:
    """Recalls whose words are known; a word that was not on the list is an intrusion.

    Parameters
    ----------
    presented : (lists, L) words
        "" after the end of a shorter list.
    recalled : (lists, outputs) words
        "" for padding or an omission.
    labels : DataFrame, one row per list
    omissions : bool
    rt : (lists, outputs), optional
        Times of the responses, ms.

    Examples
    --------
    >>> labels = pd.DataFrame({"subject": [1], "list": [1]})
    >>> by_word(np.array([["K", "B"]]), np.array([["B", "X"]]), labels).recalled
    array([[ 2, -1]], dtype=int16)
    """
    every = np.concatenate([presented.ravel(), recalled.ravel()])
    vocabulary, number = np.unique(every[every != ""], return_inverse=True)
    numbers = np.zeros(every.shape, dtype=np.int64)
    numbers[every != ""] = number + 1
    study = numbers[: presented.size].reshape(presented.shape)
    said = numbers[presented.size :].reshape(recalled.shape)
    same = said[:, :, None] == study[:, None, :]
    position = np.where(same.any(axis=2), same.argmax(axis=2) + 1, -1)
    return Recalls(
        presented=study,
        recalled=np.where(said == 0, 0, position),
        labels=labels.reset_index(drop=True),
        recalled_items=said,
        vocabulary=vocabulary.astype(object),
        recall_columns={} if rt is None else {"rt": rt},
        omissions=omissions,
    )


def numbered(labels: pd.DataFrame) -> pd.DataFrame:
    """Labels with the lists of each subject numbered through from 1, in their order."""
    return labels.assign(list=labels.groupby("subject").cumcount() + 1)
