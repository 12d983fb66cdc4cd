"""Matrices of pybeh and EMBAM, one row per list, to `Recalls`."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.recalls import Recalls


def from_matrices(
    recalls: ArrayLike,
    subjects: ArrayLike,
    list_length: ArrayLike | None = None,
    pres_itemnos: ArrayLike | None = None,
    rec_itemnos: ArrayLike | None = None,
    omissions: bool = False,
    **labels: Any,
) -> Recalls:
    """Recalls from the matrices that pybeh and EMBAM work on.

    Parameters
    ----------
    recalls : (lists, outputs) whole numbers
        Study position of each response, from 1, also of a repeated one; -1 for an intrusion; 0 (or
        NaN) after the end. Below -1, EMBAM files differ: where `rec_itemnos` says that the word was
        on the list (-2 for a repeat, in some), it gets its position, and is an intrusion otherwise.
    subjects : (lists,) values
        Subject of each list.
    list_length : int or (lists,) integers
        Words studied; needed where `pres_itemnos` is not given, and words are then numbered by
        their study position. Becomes a label.
    pres_itemnos : (lists, L) whole numbers
        Item number at each study position, 0 (or NaN) after the end of a short list.
    rec_itemnos : (lists, outputs) whole numbers
        Item number of each response; 0 or less for an unknown word, whose row in `recalls` says
        whether there is one.
    omissions : bool
        Whether a 0 between responses is an omission, as in serial recall.
    **labels : one value, or one per list
        Further columns such as `session` or `condition`; `list` numbers the lists.

    Returns
    -------
    Recalls

    Raises
    ------
    ValueError
        If shapes disagree, a number is no whole number, or a code below -1 cannot be told.

    Examples
    --------
    >>> recalls = from_matrices([[2, -1, 2], [1, 0, 0]], subjects=["Ada", "Ben"], list_length=2)
    >>> recalls.recalled
    array([[ 2, -1,  2],
           [ 1,  0,  0]], dtype=int16)
    """
    recalled = whole("recalls", recalls)
    presented = None if pres_itemnos is None else whole("pres_itemnos", pres_itemnos)
    items = None if rec_itemnos is None else whole("rec_itemnos", rec_itemnos)
    presented = _presented(presented, list_length, len(recalled))
    for name, matrix, shape in (
        ("pres_itemnos", presented, (len(recalled), *presented.shape[1:])),
        ("rec_itemnos", items, recalled.shape),
    ):
        if matrix is not None and matrix.shape != shape:
            raise ValueError(
                f"{name} must have shape {shape} as recalls has {recalled.shape}, got "
                f"{matrix.shape}; a matrix with a row for each column is turned with its .T"
            )
    recalled = _recover_repeats(recalled, presented, items)
    given = {"subject": subjects, **labels}
    # by order, not by an index that a Series may bring along
    columns = {name: x if np.ndim(x) == 0 else np.asarray(x) for name, x in given.items()}
    frame = pd.DataFrame(columns, index=pd.RangeIndex(len(recalled)))
    if list_length is not None:
        frame["list_length"] = np.broadcast_to(np.ravel(list_length), len(frame)).astype(np.int64)
    if "list" not in frame.columns:
        frame.insert(1, "list", frame.groupby("subject").cumcount() + 1)
    return Recalls(
        presented=presented,
        recalled=recalled,
        labels=frame,
        recalled_items=_recalled_items(recalled, presented, items),  # type: ignore[arg-type]  # None: filled
        omissions=omissions,
    )


def whole(name: str, matrix: ArrayLike) -> NDArray[np.int64]:
    """A matrix of whole numbers, 0 where it has NaN."""
    values = np.atleast_2d(np.asarray(matrix))
    if values.dtype.kind not in "biuf" or values.ndim != 2:
        raise ValueError(
            f"{name} must be a matrix of numbers, (lists, columns), got {values.dtype} of shape "
            f"{np.shape(matrix)}; words go into pres_items and rec_items"
        )
    filled = np.nan_to_num(values, nan=0.0) if values.dtype.kind == "f" else values
    wrong = filled % 1 != 0
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise ValueError(
            f"{name} must be whole numbers, row {row}, column {column + 1} has "
            f"{filled[row, column]}"
        )
    return filled.astype(np.int64)


def _presented(
    presented: NDArray[np.int64] | None, list_length: ArrayLike | None, n_lists: int
) -> NDArray[np.int64]:
    if list_length is None:
        if presented is None:
            raise ValueError(
                "either list_length or pres_itemnos must say what was studied; the length of a "
                "list cannot be told from its recalls"
            )
        return presented
    length = whole("list_length", np.reshape(list_length, (1, -1)))[0]
    if len(length) not in (1, n_lists):
        raise ValueError(
            f"list_length must be one number or one for each of {n_lists} lists, got {len(length)}"
        )
    place = np.arange(1, length.max(initial=0) + 1)
    if presented is None:
        presented = np.broadcast_to(place, (n_lists, len(place)))
    elif presented.shape[1] < len(place):
        raise ValueError(
            f"pres_itemnos has {presented.shape[1]} columns, but a list of {len(place)} words"
        )
    place = np.arange(1, presented.shape[1] + 1)
    return np.where(place <= length[:, None], presented, 0)


def _recover_repeats(
    recalled: NDArray[np.int64], presented: NDArray[np.int64], items: NDArray[np.int64] | None
) -> NDArray[np.int64]:
    """Codes below -1 as the study position of their word, or as intrusions."""
    rows, outputs = np.nonzero(recalled < -1)
    if len(rows) == 0:
        return recalled
    if items is None:
        row, output = rows[0], outputs[0]
        raise ValueError(
            f"recalls: row {row}, output {output + 1} is {recalled[row, output]}, which in some "
            "files is a repeat and in others an intrusion; give rec_itemnos, which tells them "
            "apart, or write -1 for intrusions and the study position again for repeats"
        )
    shown = (presented[rows] == items[rows, outputs, None]) & (items[rows, outputs, None] > 0)
    recalled = recalled.copy()
    recalled[rows, outputs] = np.where(shown.any(axis=1), shown.argmax(axis=1) + 1, -1)
    return recalled


def _recalled_items(
    recalled: NDArray[np.int64], presented: NDArray[np.int64], items: NDArray[np.int64] | None
) -> NDArray[np.int64] | None:
    """Item numbers of responses: -1, -2, ... for the unknown words of a list."""
    if items is None:
        return None
    length = np.count_nonzero(presented, axis=1)
    if (recalled > length[:, None]).any():
        return None  # Recalls says where
    unknown = (recalled < 0) & (items <= 0)
    shown = np.take_along_axis(presented, np.maximum(recalled, 1) - 1, axis=1)
    wrong = (recalled > 0) & (items != shown)
    if wrong.any():
        row, output = np.argwhere(wrong)[0]
        raise ValueError(
            f"rec_itemnos contradicts pres_itemnos: row {row}, output {output + 1} is study "
            f"position {recalled[row, output]}, where item {shown[row, output]} was shown, but "
            f"item {items[row, output]}"
        )
    given = np.where(recalled == 0, 0, items)
    return np.where(unknown, -np.cumsum(unknown, axis=1, dtype=np.int64), given)
