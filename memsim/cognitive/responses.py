"""Recall sequences: study positions from 1 in output order, 0 after recall has stopped."""

import numpy as np
from numpy.typing import NDArray


def clean(recalled: NDArray[np.integer]) -> NDArray[np.int64]:
    """Keep the first recall of each item of the list; drop intrusions and repetitions.

    Parameters
    ----------
    recalled : (lists, outputs) integers
        Study positions from 1; negative for an intrusion, 0 for padding.

    Returns
    -------
    (lists, outputs) integers
        What is left, moved up to close the gaps, and 0 after it.

    Examples
    --------
    >>> clean(np.array([[3, -1, 3, 1, 0]]))
    array([[3, 1, 0, 0, 0]])
    """
    keep = first_recalls(recalled)
    order = np.argsort(~keep, axis=1, kind="stable")
    return np.take_along_axis(np.where(keep, recalled, 0), order, axis=1).astype(np.int64)


def first_recalls(recalled: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Which responses name an item of the list for the first time: (lists, outputs)."""
    rows = np.arange(len(recalled))
    seen = np.zeros((len(recalled), recalled.max(initial=0) + 1), dtype=bool)
    first = np.zeros(recalled.shape, dtype=bool)
    for k, position in enumerate(np.maximum(recalled, 0).T):
        first[:, k] = (position > 0) & ~seen[rows, position]
        seen[rows, position] = True
    return first


def check_clean(recalled: NDArray[np.integer], list_length: NDArray[np.integer]) -> None:
    """Raise an error unless these are clean recalls of lists of these lengths.

    Parameters
    ----------
    recalled : (lists, outputs) integers
        Study positions from 1 in output order, 0 after recall has stopped.
    list_length : (lists,) integers
        Words shown in each list.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a list holds intrusions, repetitions, gaps or positions
        beyond its end.

    Examples
    --------
    >>> check_clean(np.array([[2, 2, 1]]), np.array([3]))
    Traceback (most recent call last):
        ...
    ValueError: recalled must name each item once, but list 0 holds a repetition: [2, 2, 1]; \
memsim.cognitive.clean drops intrusions and repetitions
    """
    if recalled.ndim != 2 or len(recalled) != len(list_length):
        raise ValueError(
            f"recalled must have one row for each of the {len(list_length)} lists of the "
            f"schedule, got shape {recalled.shape}"
        )
    if not np.issubdtype(recalled.dtype, np.integer):
        raise ValueError(f"recalled must hold whole numbers, got {recalled.dtype}")
    gap = (recalled[:, :-1] == 0) & (recalled[:, 1:] != 0)
    beyond = recalled > list_length[:, None]
    advice = "; memsim.cognitive.clean drops intrusions and repetitions"
    for wrong, rule, what, cure in (
        (recalled < 0, "hold only items of the list", "an intrusion (below 0)", advice),
        (gap, "be 0 only after recall has stopped", "a 0 before a recall", ""),
        (beyond, "hold study positions from 1", "a position beyond its end", ""),
        ((recalled > 0) & ~first_recalls(recalled), "name each item once", "a repetition", advice),
    ):
        if wrong.any():
            i = int(wrong.any(axis=1).argmax())
            raise ValueError(
                f"recalled must {rule}, but list {i} holds {what}: {recalled[i].tolist()}{cure}"
            )


def draw(weights: NDArray[np.floating], rng: np.random.Generator) -> NDArray[np.intp]:
    """Draw one column per row with probability proportional to its weight.

    Examples
    --------
    >>> draw(np.array([[0.0, 2.0, 0.0], [0.5, 0.0, 0.0]]), np.random.default_rng(0))
    array([1, 0])
    """
    cumulative = np.cumsum(weights, axis=1)
    threshold = rng.random(len(weights)) * cumulative[:, -1]
    return (cumulative > threshold[:, None]).argmax(axis=1)
