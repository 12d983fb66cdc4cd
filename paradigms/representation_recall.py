"""Representation recall: from some parts of an item, give the others (Park et al., 2021)."""

from dataclasses import dataclass

import numpy as np

from paradigms.bit_tasks import Batch, check_range, pad
from paradigms.settings import check_numbers


@dataclass(frozen=True)
class RepresentationRecall:
    """Complete items that were shown before, of which half of the parts are blank.

    Items are bits in several parts. A flag on a channel of its own comes before them and another
    one after them; then each query shows a random item with half of its parts, chosen at random,
    set to 0. The bits of these parts are due at the same step, in their order. More parts are
    harder.

    Parameters
    ----------
    n_items : int
        Items shown.
    n_parts : int
        Parts of an item; even.
    n_bits : int
        Bits of an item, divided among its parts.
    n_queries : (int, int)
        Fewest and most queries; each sequence draws its own.

    Notes
    -----
    In each part the items differ, and no part is all zeros, as blanks are, or all ones. As in the
    authors' code the values of a part come in ascending order: item k has the k-th smallest.

    Examples
    --------
    >>> task = RepresentationRecall(n_items=2, n_parts=2, n_bits=4, n_queries=(1, 1))
    >>> inputs, targets, mask = task.batch(seed=0, i=0, n=1)
    >>> inputs.shape, targets.shape, mask[0].astype(int)
    ((1, 5, 6), (1, 5, 2), array([0, 0, 0, 0, 1]))
    >>> inputs[0, 1:3, :4]
    array([[0., 1., 0., 1.],
           [1., 0., 1., 0.]])

    References
    ----------
    Park, T., Choi, I., & Lee, M. (2021). Distributed associative memory network with memory
    refreshing loss. Neural Networks, 144, 33-48.
    """

    n_items: int = 8
    n_parts: int = 8
    n_bits: int = 64
    n_queries: tuple[int, int] = (8, 16)

    def __post_init__(self) -> None:
        check_numbers(self)
        check_range("n_queries", self.n_queries)
        if self.n_parts % 2:
            raise ValueError(f"n_parts must be even, got {self.n_parts}: half of them are blank")
        if self.n_bits % self.n_parts:
            raise ValueError(
                f"n_bits={self.n_bits} is no multiple of n_parts={self.n_parts}; each part has as "
                "many bits"
            )
        n_values = 2**self._bits_per_part - 2
        if self.n_items > n_values:
            raise ValueError(
                f"n_items={self.n_items} must differ in every part, but {self._bits_per_part} bits "
                f"have {n_values} values that are neither all 0 nor all 1; use fewer parts"
            )

    @property
    def _bits_per_part(self) -> int:
        return self.n_bits // self.n_parts

    def batch(self, seed: int, i: int, n: int = 32) -> Batch:
        """Batch `i` of `n` sequences: the same arguments, the same sequences."""
        rng = np.random.default_rng([seed, i])
        size, half = self._bits_per_part, self.n_parts // 2
        first_bit_first = 2 ** np.arange(size)[::-1]
        sequences = []
        for n_queries in rng.integers(self.n_queries[0], self.n_queries[1] + 1, size=n):
            values = [
                np.sort(rng.choice(2**size - 2, self.n_items, replace=False)) + 1
                for _ in range(self.n_parts)
            ]
            parts = (np.stack(values, axis=1)[:, :, None] // first_bit_first) % 2
            asked = parts[rng.integers(self.n_items, size=n_queries)]
            order = rng.permuted(np.tile(np.arange(self.n_parts), (n_queries, 1)), axis=1)
            blank = np.sort(order[:, :half], axis=1)[:, :, None]
            shown = asked.copy()
            np.put_along_axis(shown, blank, 0, axis=1)
            start = self.n_items + 2
            inputs = np.zeros((start + n_queries, self.n_bits + 2))
            inputs[0, self.n_bits] = inputs[start - 1, self.n_bits + 1] = 1
            inputs[1 : start - 1, : self.n_bits] = parts.reshape(self.n_items, -1)
            inputs[start:, : self.n_bits] = shown.reshape(n_queries, -1)
            targets = np.zeros((len(inputs), self.n_bits // 2))
            targets[start:] = np.take_along_axis(asked, blank, axis=1).reshape(n_queries, -1)
            sequences.append((inputs, targets, np.arange(len(inputs)) >= start))
        return pad(sequences)
