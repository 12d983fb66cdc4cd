"""The dense twin of the recall table: integer matrices, so that a million lists fit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.convert import matrices_from_table, table_from_matrices

#: lists counted at a time: what the measures need for one block stays in a few megabytes
BLOCK = 8192


@dataclass(frozen=True, eq=False)
class Recalls:
    """Lists studied and recalled, one row per list.

    Parameters
    ----------
    presented : (lists, L) integers
        Item number at each study position; 0 after the end of a list shorter than L.
    recalled : (lists, outputs) integers
        Study position, from 1, of each response; negative for an intrusion, 0 after the end and
        for an omission. A word studied several times in a list is recalled at its first position,
        whichever is given here; `presented` holds all of them.
    labels : DataFrame, one row per list
        `subject`, `list` and whatever else describes a list (`condition`, `model`, ...).
    recalled_items : (lists, outputs) integers
        Item number of each response; -k for the k-th intrusion of a list whose word is unknown,
        so that no two of them are the same word. Left out, it is filled that way.
    vocabulary : (words,) strings
        The word of item number k at place k - 1, if items are words.
    study_columns, recall_columns : mapping of str to (lists, L) and (lists, outputs) arrays
        What is known of each studied word and of each response (`category`, `rt`, ...). Where
        there is none, what a place holds has no meaning: NaN or None from a table, 0 if integers.
    omissions : bool
        Whether a 0 between responses is an omission, as in serial and cued recall, where each
        output is a place of its own; otherwise it is an error. Omissions at the end of a list look
        like padding, and measures count both alike.

    Raises
    ------
    ValueError
        If shapes disagree, padding is not at the end, a position was not studied, a list has two
        rows of labels, or `recalled_items` contradicts `presented`.

    Examples
    --------
    The third list position first, then a word that was not on the list:

    >>> recalls = Recalls.from_positions([[3, -1]], list_length=3)
    >>> recalls.to_table()
       subject  list trial_type  position  item
    0        1     1      study         1     1
    1        1     1      study         2     2
    2        1     1      study         3     3
    3        1     1     recall         1     3
    4        1     1     recall         2    -1
    """

    presented: NDArray[np.integer]
    recalled: NDArray[np.integer]
    labels: pd.DataFrame
    recalled_items: NDArray[np.integer] = None  # type: ignore[assignment]  # filled below
    vocabulary: NDArray[Any] | None = None
    study_columns: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    recall_columns: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    omissions: bool = False

    def __post_init__(self) -> None:
        _check_matrix("presented", self.presented, len(self.labels))
        _check_matrix("recalled", self.recalled, len(self.labels))
        _check_padding("presented", self.presented)
        if not self.omissions:
            _check_padding("recalled", self.recalled)
        _check_labels(self.labels)
        _check_studied(self.recalled, self.list_length)
        # small integers: a million lists of 40 outputs take 80 MB instead of 320
        recalled = _first_positions(self.presented, np.maximum(self.recalled, -1))
        object.__setattr__(self, "recalled", recalled.astype(np.int16))
        known = _known_items(self.presented, self.recalled)
        if self.recalled_items is None:
            object.__setattr__(self, "recalled_items", known)
        _check_items(self.recalled_items, self.recalled, known, self.vocabulary)
        for name, column in self.study_columns.items():
            _check_shape(f"study_columns[{name!r}]", column, self.presented.shape)
        for name, column in self.recall_columns.items():
            _check_shape(f"recall_columns[{name!r}]", column, self.recalled.shape)

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def list_length(self) -> NDArray[np.integer]:
        """(lists,) words studied in each list."""
        return np.count_nonzero(self.presented, axis=1)

    def take(self, rows: slice | NDArray[np.integer] | NDArray[np.bool_]) -> "Recalls":
        """Some of the lists, by slice, row numbers or mask."""
        return Recalls(**self._fields(rows))

    def _fields(self, rows: slice | NDArray[np.integer] | NDArray[np.bool_]) -> dict[str, Any]:
        return {
            "presented": self.presented[rows],
            "recalled": self.recalled[rows],
            "labels": self.labels.iloc[rows],
            "recalled_items": self.recalled_items[rows],
            "vocabulary": self.vocabulary,
            "study_columns": {name: column[rows] for name, column in self.study_columns.items()},
            "recall_columns": {name: column[rows] for name, column in self.recall_columns.items()},
            "omissions": self.omissions,
        }

    def blocks(self) -> Iterator[tuple[slice, "Recalls"]]:
        """The lists in blocks small enough that per-list counts of any measure fit in memory."""
        for start in range(0, len(self), BLOCK):
            rows = slice(start, min(start + BLOCK, len(self)))
            # part of what was checked as a whole is not checked again, for every measure asks
            block = object.__new__(Recalls)
            for name, value in self._fields(rows).items():
                object.__setattr__(block, name, value)
            yield rows, block

    @classmethod
    def from_positions(
        cls,
        recalled: ArrayLike,
        list_length: int,
        subject: Any = 1,
        list: Any = None,
        omissions: bool = False,
        **labels: Any,
    ) -> "Recalls":
        """Recalls known by study position alone, as a model or a response matrix gives them.

        Parameters
        ----------
        recalled : (lists, outputs) integers
            Study position from 1, negative for an intrusion, 0 after recall has stopped.
        list_length : int
            Words in every list; they are numbered 1..list_length.
        subject, list : one value, or one per list
            Lists of a subject are numbered from 1 where `list` is left out.
        omissions : bool
            Whether a 0 between responses is an omission.
        **labels : one value, or one per list
            Further columns such as `condition` or `model`.
        """
        positions = np.asarray(recalled)
        if positions.ndim != 2:
            raise ValueError(
                f"recalled must be (lists, outputs), got shape {positions.shape}; pad short "
                "recalls with 0 at the end"
            )
        rows = pd.RangeIndex(len(positions))
        given = {"subject": subject, "list": list, **labels}
        # by order, not by an index that a Series may bring along
        columns = {name: x if np.ndim(x) == 0 else np.asarray(x) for name, x in given.items()}
        frame = pd.DataFrame(columns, index=rows)
        if list is None:
            frame["list"] = frame.groupby("subject").cumcount() + 1
        numbers = np.arange(1, list_length + 1, dtype=np.int32)
        presented = np.broadcast_to(numbers, (len(positions), list_length))
        return cls(presented=presented, recalled=positions, labels=frame, omissions=omissions)

    @classmethod
    def from_table(cls, table: pd.DataFrame, omissions: bool = False) -> "Recalls":
        """The twin of a recall table, lists in order of `subject` and `list`.

        A missing item is an omission with `omissions`, and an error without; see `check_table`.

        A word studied twice in a list counts as recalled at its first position, and every response
        is one response: psifr 0.10.1 counts it once for each position.

        Columns that are constant within every list become labels, others belong to the studied
        word or the response.

        Examples
        --------
        >>> table = pd.DataFrame({
        ...     "subject": "Ada", "list": 1, "trial_type": ["study", "study", "recall", "recall"],
        ...     "position": [1, 2, 1, 2], "item": ["owl", "elk", "elk", "ant"],
        ...     "rt": [None, None, 0.8, 1.9]})
        >>> recalls = Recalls.from_table(table)
        >>> recalls.recalled
        array([[ 2, -1]], dtype=int16)
        >>> recalls.recall_columns["rt"]
        array([[0.8, 1.9]])
        """
        return cls(**matrices_from_table(table, omissions), omissions=omissions)

    def to_table(self) -> pd.DataFrame:
        """The recall table: each list's study rows, then its recall rows, in order of position."""
        return table_from_matrices(self)


def as_recalls(recalls: pd.DataFrame | Recalls, omissions: bool = False) -> Recalls:
    """The dense twin of whatever was given: every measure takes the table or the twin."""
    if isinstance(recalls, Recalls):
        return recalls
    if isinstance(recalls, pd.DataFrame):
        return Recalls.from_table(recalls, omissions)
    raise TypeError(
        f"a measure needs a recall table or Recalls, got {type(recalls).__name__}; matrices of "
        "study positions enter through Recalls.from_positions"
    )


def _check_matrix(name: str, matrix: NDArray[Any], n_lists: int) -> None:
    if matrix.ndim != 2 or len(matrix) != n_lists:
        raise ValueError(
            f"{name} must have two axes and one row for each of the {n_lists} rows of labels, "
            f"got shape {matrix.shape}"
        )
    if not np.issubdtype(matrix.dtype, np.integer):
        raise ValueError(
            f"{name} must be integers, got {matrix.dtype}; if NaN pads it, pad with 0 instead"
        )


def _check_padding(name: str, matrix: NDArray[np.integer]) -> None:
    inner = (matrix[:, :-1] == 0) & (matrix[:, 1:] != 0)
    if inner.any():
        row, column = np.argwhere(inner)[0]
        raise ValueError(
            f"{name}: 0 pads the end of a row only, but row {row} has 0 at place {column + 1} and "
            f"{matrix[row, column + 1]} after it; an intrusion is negative here, and an omission, in "
            "serial recall, needs omissions=True"
        )


def _check_labels(labels: pd.DataFrame) -> None:
    if labels.empty:
        raise ValueError("there are no lists; a filter before this may have matched nothing")
    for column in ("subject", "list"):
        if column not in labels.columns:
            raise ValueError(f"labels need the column {column}, they have {[*labels.columns]}")
    wrong = labels.duplicated(["subject", "list"]).to_numpy()
    if wrong.any():
        subject, number = labels[["subject", "list"]].iloc[int(np.argmax(wrong))]
        raise ValueError(
            f"list {number} of subject {subject} comes twice; number the lists of a subject "
            "through all sessions, and the subjects through all models"
        )


def _check_studied(recalled: NDArray[np.integer], list_length: NDArray[np.integer]) -> None:
    wrong = recalled > list_length[:, None]
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise ValueError(
            f"recall of an unstudied position: row {row}, output {column + 1} is position "
            f"{recalled[row, column]} of a list of {list_length[row]}; write intrusions as -1"
        )


def _first_positions(
    presented: NDArray[np.integer], recalled: NDArray[np.integer]
) -> NDArray[np.integer]:
    """The same responses, words studied several times at their first position."""
    if presented.strides[0] == 0:  # every list the same row, as from_positions has it
        in_order = np.sort(presented[:1], axis=1)
    else:
        in_order = np.sort(presented, axis=1)
    twice = (in_order[:, 1:] == in_order[:, :-1]) & (in_order[:, 1:] != 0)
    if not twice.any():
        return recalled
    recalled = recalled.copy()
    rows, outputs = np.nonzero((recalled > 0) & twice.any(axis=1)[:, None])
    item = presented[rows, recalled[rows, outputs] - 1]
    recalled[rows, outputs] = (presented[rows] == item[:, None]).argmax(axis=1) + 1
    return recalled


def _known_items(
    presented: NDArray[np.integer], recalled: NDArray[np.integer]
) -> NDArray[np.integer]:
    items = np.take_along_axis(presented, np.maximum(recalled, 1) - 1, axis=1)
    unknown = -np.cumsum(recalled < 0, axis=1, dtype=items.dtype)
    return np.where(recalled > 0, items, np.where(recalled < 0, unknown, 0))


def _check_shape(name: str, array: NDArray[Any], shape: tuple[int, ...]) -> None:
    if array.shape != shape:
        raise ValueError(f"{name} must have shape {shape}, got {array.shape}")


def _check_items(
    items: NDArray[np.integer],
    recalled: NDArray[np.integer],
    known: NDArray[np.integer],
    vocabulary: NDArray[Any] | None,
) -> None:
    _check_shape("recalled_items", items, recalled.shape)
    wrong = np.where(recalled < 0, items == 0, items != known)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise ValueError(
            f"recalled_items contradicts presented: row {row}, output {column + 1} is study "
            f"position {recalled[row, column]} but item {items[row, column]}, not "
            f"{known[row, column]}"
        )
    if vocabulary is not None and ((items < 0).any() or items.max(initial=0) > len(vocabulary)):
        raise ValueError(
            f"recalled_items must number the {len(vocabulary)} words of the vocabulary from 1; "
            "give words of unknown intrusions a name of their own"
        )
