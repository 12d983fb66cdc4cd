"""Repeat copy: a sequence is to be reproduced as often as a number says (Graves et al., 2014)."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from paradigms.bit_tasks import Batch, check_range, pad
from paradigms.settings import check_choice, check_numbers


@dataclass(frozen=True)
class RepeatCopy:
    """Reproduce a sequence of bit vectors several times, then say that it is the end.

    ==================  ==========================================================
    channel             holds
    ==================  ==========================================================
    0 .. n_bits - 1     pattern, in inputs and targets
    n_bits              flag in inputs, end marker in targets
    n_bits + 1          number of repeats, in inputs
    ==================  ==========================================================

    Parameters
    ----------
    n_bits : int
        Bits of a vector.
    length : (int, int)
        Fewest and most vectors; each sequence draws its own.
    repeats : (int, int)
        Fewest and most repeats; each sequence draws its own.
    flag : {"start", "end"}
        Whether the flag comes before the pattern, or after it and before the number.
    norm_max : float
        The number of repeats is shown divided by this; 0 for standardised numbers, mean 0 and
        variance 1 over the range of `repeats`.

    Notes
    -----
    The defaults are those of the training script of the DNC of DeepMind. Graves et al. (2014):
    ``RepeatCopy(8, (1, 10), (1, 10), flag="end", norm_max=0)``.

    Examples
    --------
    One vector, twice:

    >>> inputs, targets, mask = RepeatCopy(1, (1, 1), (2, 2)).batch(seed=3, i=0, n=1)
    >>> inputs[0]
    array([[0. , 1. , 0. ],
           [1. , 0. , 0. ],
           [0. , 0. , 0.2],
           [0. , 0. , 0. ],
           [0. , 0. , 0. ],
           [0. , 0. , 0. ]])
    >>> targets[0, 3:], mask[0].astype(int)
    (array([[1., 0.],
           [1., 0.],
           [0., 1.]]), array([0, 0, 0, 1, 1, 1]))

    References
    ----------
    Graves, A., Wayne, G., Reynolds, M., et al. (2016). Hybrid computing using a neural network
    with dynamic external memory. Nature, 538, 471-476.
    """

    n_bits: int = 4
    length: tuple[int, int] = (1, 2)
    repeats: tuple[int, int] = (1, 2)
    flag: Literal["start", "end"] = "start"
    norm_max: float = 10.0

    def __post_init__(self) -> None:
        check_numbers(self, or_zero=("norm_max",))
        check_range("length", self.length)
        check_range("repeats", self.repeats)
        check_choice("flag", self.flag, ("start", "end"))
        if not self.norm_max and self.repeats[0] == self.repeats[1]:
            raise ValueError(
                f"norm_max=0 standardises the number of repeats, but repeats={self.repeats} has "
                "no variance; give a range, or a norm_max"
            )

    def batch(self, seed: int, i: int, n: int = 32) -> Batch:
        """Batch `i` of `n` sequences: the same arguments, the same sequences."""
        rng = np.random.default_rng([seed, i])
        flag_channel, number_channel = self.n_bits, self.n_bits + 1
        sequences = []
        for length, repeats in zip(
            *(rng.integers(low, high + 1, size=n) for low, high in (self.length, self.repeats)),
            strict=True,
        ):
            pattern = rng.integers(2, size=(length, self.n_bits))
            start = int(self.flag == "start")
            answer = length + 2
            inputs = np.zeros((answer + length * repeats + 1, self.n_bits + 2))
            inputs[start : start + length, : self.n_bits] = pattern
            inputs[0 if start else length, flag_channel] = 1
            inputs[length + 1, number_channel] = self._shown(repeats)
            targets = np.zeros((len(inputs), self.n_bits + 1))
            targets[answer:-1, : self.n_bits] = np.tile(pattern, (repeats, 1))
            targets[-1, flag_channel] = 1
            sequences.append((inputs, targets, np.arange(len(inputs)) >= answer))
        return pad(sequences)

    def _shown(self, repeats: int) -> float:
        if self.norm_max:
            return repeats / self.norm_max
        possible = np.arange(self.repeats[0], self.repeats[1] + 1)
        return float((repeats - possible.mean()) / possible.std())
