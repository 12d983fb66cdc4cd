"""Semantic similarity of the words of a list, from a matrix over the vocabulary of a schedule."""

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from memsim.cognitive.free_recall.phases import StudyPhase


def check_similarity(similarity: NDArray[np.floating]) -> None:
    """Raise an error unless this is a square matrix of numbers."""
    shape = np.shape(similarity)
    if len(shape) != 2 or shape[0] != shape[1]:
        raise ValueError(
            f"similarity must be a square matrix (words, words), got shape {shape}; row k - 1 is "
            "that of item k of the schedule"
        )
    if not np.isfinite(similarity).all():
        raise ValueError("similarity must hold numbers, but holds NaN or infinity")


def among(
    similarity: NDArray[np.floating], phase: StudyPhase
) -> Float[np.ndarray, "lists items items"]:
    """Similarity of the words of each list to one another.

    Examples
    --------
    >>> words = np.array([[2, 1]])
    >>> among(np.array([[1.0, 0.1], [0.3, 1.0]]), StudyPhase(np.array([0]), (), words))
    array([[[1. , 0.3],
            [0.1, 1. ]]])
    """
    words = phase.words
    if words is None or words.max() > len(similarity):
        shown = "no words" if words is None else f"item {words.max()}"
        raise ValueError(
            f"similarity is of {len(similarity)} words, but the schedule shows {shown}; give the "
            "similarities of all words of the pool"
        )
    return np.asarray(similarity, dtype=np.float64)[words[:, :, None] - 1, words[:, None, :] - 1]
