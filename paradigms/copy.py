"""Copy: a sequence of random bit vectors is shown and is to be reproduced (Graves et al., 2014)."""

from dataclasses import dataclass

import numpy as np

from paradigms.bit_tasks import Batch, check_range, pad
from paradigms.settings import check_numbers


@dataclass(frozen=True)
class Copy:
    """Reproduce a sequence of bit vectors.

    A flag on a channel of its own ends the sequence; with `start_flag` another one begins it. Then
    inputs are 0 while the sequence is due.

    Parameters
    ----------
    n_bits : int
        Bits of a vector.
    length : (int, int)
        Fewest and most vectors; each sequence draws its own.
    start_flag : bool
        Whether a flag also begins the sequence, on the channel before that of the other.
    flags_out : bool
        Whether outputs have the channels of the flags too, with targets of 0.

    Notes
    -----
    The defaults are those of Graves et al. (2014). Park et al. (2021):
    ``Copy(8, (8, 32), start_flag=True, flags_out=True)``; Le et al. (2020):
    ``Copy(32, (1, 20), start_flag=True)``.

    Examples
    --------
    >>> inputs, targets, mask = Copy(n_bits=2, length=(3, 3)).batch(seed=0, i=0, n=1)
    >>> inputs.shape, targets.shape, mask[0].astype(int)
    ((1, 7, 3), (1, 7, 2), array([0, 0, 0, 0, 1, 1, 1]))
    >>> bool((targets[0, 4:] == inputs[0, :3, :2]).all()), inputs[0, :, 2]
    (True, array([0., 0., 0., 1., 0., 0., 0.]))

    References
    ----------
    Graves, A., Wayne, G., & Danihelka, I. (2014). Neural Turing machines. arXiv:1410.5401.

    Park, T., Choi, I., & Lee, M. (2021). Distributed associative memory network with memory
    refreshing loss. Neural Networks, 144, 33-48.
    """

    n_bits: int = 8
    length: tuple[int, int] = (1, 20)
    start_flag: bool = False
    flags_out: bool = False

    def __post_init__(self) -> None:
        check_numbers(self)
        check_range("length", self.length)

    def batch(self, seed: int, i: int, n: int = 32) -> Batch:
        """Batch `i` of `n` sequences: the same arguments, the same sequences."""
        rng = np.random.default_rng([seed, i])
        start = int(self.start_flag)
        n_flags = 1 + start
        sequences = []
        for length in rng.integers(self.length[0], self.length[1] + 1, size=n):
            pattern = rng.integers(2, size=(length, self.n_bits))
            answer = start + length + 1
            inputs = np.zeros((answer + length, self.n_bits + n_flags))
            inputs[:start, self.n_bits] = 1
            inputs[start : start + length, : self.n_bits] = pattern
            inputs[start + length, -1] = 1
            targets = np.zeros((len(inputs), self.n_bits + n_flags * self.flags_out))
            targets[answer:, : self.n_bits] = pattern
            sequences.append((inputs, targets, np.arange(len(inputs)) >= answer))
        return pad(sequences)
