"""Item recall, or associative recall: given an item of a sequence, reproduce the one after it."""

from dataclasses import dataclass

import numpy as np

from paradigms.bit_tasks import Batch, check_range, pad
from paradigms.settings import check_numbers


@dataclass(frozen=True)
class ItemRecall:
    """Reproduce the item that followed the one shown again (Graves et al., 2014).

    An item is several bit vectors with a flag before them. After the sequence a second flag stands
    before and after the item in question, which is any but the last; then inputs are 0 while the
    next item is due.

    Parameters
    ----------
    n_bits : int
        Bits of a vector.
    n_items : (int, int)
        Fewest and most items; each sequence draws its own.
    vectors_per_item : int
        Vectors of an item.
    flags_out : bool
        Whether outputs have the channels of the two flags too, with targets of 0.

    Notes
    -----
    The defaults are those of Graves et al. (2014). Park et al. (2021):
    ``ItemRecall(8, (2, 8), flags_out=True)``.

    Examples
    --------
    Of two items the first is asked for, so that the second is due:

    >>> inputs, targets, mask = ItemRecall(n_items=(2, 2)).batch(seed=0, i=0, n=1)
    >>> inputs.shape, targets.shape, np.flatnonzero(mask[0])
    ((1, 16, 8), (1, 16, 6), array([13, 14, 15]))
    >>> bool((inputs[0, 9:12] == inputs[0, 1:4]).all()), bool((targets[0, 13:] == inputs[0, 5:8, :6]).all())
    (True, True)

    References
    ----------
    Graves, A., Wayne, G., & Danihelka, I. (2014). Neural Turing machines. arXiv:1410.5401.
    """

    n_bits: int = 6
    n_items: tuple[int, int] = (2, 6)
    vectors_per_item: int = 3
    flags_out: bool = False

    def __post_init__(self) -> None:
        check_numbers(self)
        check_range("n_items", self.n_items, lowest=2)

    def batch(self, seed: int, i: int, n: int = 32) -> Batch:
        """Batch `i` of `n` sequences: the same arguments, the same sequences."""
        rng = np.random.default_rng([seed, i])
        size, item_flag, query_flag = self.vectors_per_item, self.n_bits, self.n_bits + 1
        sequences = []
        for n_items in rng.integers(self.n_items[0], self.n_items[1] + 1, size=n):
            items = rng.integers(2, size=(n_items, size, self.n_bits))
            query = rng.integers(n_items - 1)
            shown = np.zeros((n_items + 1, size + 1, self.n_bits + 2))
            shown[:, 1:, : self.n_bits] = np.concatenate([items, items[query : query + 1]])
            shown[:-1, 0, item_flag] = 1
            shown[-1, 0, query_flag] = 1
            due = np.zeros((size + 1, self.n_bits + 2))
            due[0, query_flag] = 1
            inputs = np.concatenate([shown.reshape(-1, self.n_bits + 2), due])
            targets = np.zeros((len(inputs), self.n_bits + 2 * self.flags_out))
            targets[-size:, : self.n_bits] = items[query + 1]
            sequences.append((inputs, targets, np.arange(len(inputs)) >= len(inputs) - size))
        return pad(sequences)
