"""What the tasks of bit vectors share: a batch with its mask, and how wrong answers are.

These tasks check that a network can use its memory at all. They have no items and no recall
table: inputs and targets are vectors of bits, and the mask says where an answer is due.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from paradigms.settings import check_whole


class Batch(NamedTuple):
    """Sequences of one batch, padded with zeros to the longest.

    Attributes
    ----------
    inputs : (b, t, x) floats
    targets : (b, t, y) floats
        Bits; 0 where no answer is due.
    mask : (b, t) booleans
        Steps at which an answer is due: all of their channels count, and no other steps.
    """

    inputs: NDArray[np.floating]
    targets: NDArray[np.floating]
    mask: NDArray[np.bool_]


def check_range(name: str, value: tuple[int, int], lowest: int = 1) -> None:
    """Refuse what is no range (from, to) of whole numbers."""
    if len(value) != 2:
        raise ValueError(f"{name} must be (from, to), got {value!r}")
    for end in value:
        check_whole(name, end)
    if not lowest <= value[0] <= value[1]:
        raise ValueError(f"{name} must be (from, to) with {lowest} <= from <= to, got {value!r}")


def pad(sequences: Sequence[tuple[NDArray, NDArray, NDArray]]) -> Batch:
    """A batch of sequences of different lengths, each (t, x) inputs, (t, y) targets, (t,) mask."""
    longest = max(len(mask) for _, _, mask in sequences)
    parts = []
    for k in range(3):
        first = sequences[0][k]
        whole = np.zeros((len(sequences), longest, *first.shape[1:]), dtype=first.dtype)
        for row, sequence in enumerate(sequences):
            whole[row, : len(sequence[k])] = sequence[k]
        parts.append(whole)
    return Batch(*parts)


def accuracy(outputs: NDArray[np.floating], batch: Batch) -> float:
    """Share of bits that are right, of those due.

    Parameters
    ----------
    outputs : (b, t, y) floats
        As they come from a network, before the sigmoid: above 0 says 1.
    batch : Batch

    Examples
    --------
    >>> one = Batch(np.zeros((1, 2, 1)), np.array([[[0.0, 0.0], [1.0, 1.0]]]), np.array([[False, True]]))
    >>> accuracy(np.array([[[9.0, 9.0], [2.0, -1.0]]]), one)
    0.5
    """
    _check(outputs, batch)
    return float(((outputs > 0) == (batch.targets > 0.5))[batch.mask].mean())


def wrong_bits(outputs: NDArray[np.floating], batch: Batch) -> NDArray[np.integer]:
    """(b,) bits that are wrong in each sequence; 0 is a perfect answer. See `accuracy`."""
    _check(outputs, batch)
    wrong = (outputs > 0) != (batch.targets > 0.5)
    return (wrong & batch.mask[:, :, None]).sum(axis=(1, 2))


def bits_per_sequence(outputs: NDArray[np.floating], batch: Batch) -> float:
    """Cost as Graves et al. (2014) plot it: cross-entropy in bits, summed over a sequence.

    Outputs as those of `accuracy`. Guessing costs one bit for every bit that is due.

    Examples
    --------
    >>> due = Batch(np.zeros((1, 3, 1)), np.ones((1, 3, 2)), np.array([[False, True, True]]))
    >>> bits_per_sequence(np.zeros((1, 3, 2)), due)
    4.0
    """
    _check(outputs, batch)
    nats = np.logaddexp(0.0, np.where(batch.targets > 0.5, -outputs, outputs))
    return float((nats * batch.mask[:, :, None]).sum() / np.log(2) / len(outputs))


def _check(outputs: NDArray[np.floating], batch: Batch) -> None:
    if outputs.shape != batch.targets.shape:
        raise ValueError(
            f"outputs must have the shape of the targets, {batch.targets.shape}, got "
            f"{outputs.shape}"
        )
