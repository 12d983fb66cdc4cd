"""Item codes: what a network sees of an item. Chosen independently of the paradigm."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paradigms.schedule import Event, Schedule

#: one input channel per kind of event, after the channels of the item code
EVENT_CHANNELS = (Event.STUDY, Event.DISTRACTOR, Event.CUE, Event.RESPONSE)


@dataclass(frozen=True)
class RandomBinary:
    """Random +1/-1 codes, re-drawn for every list, so that nothing can be known of an item
    but what the list shows.

    Parameters
    ----------
    n_bits : int
        Length of a code. Items shown in one list always differ.

    Examples
    --------
    >>> codes = RandomBinary(n_bits=4).draw(np.random.default_rng(0), np.array([[7, 3, 7, 0]]))
    >>> codes.shape, bool((codes[0, 0] == codes[0, 2]).all()), codes[0, 3]
    ((1, 4, 4), True, array([0., 0., 0., 0.]))
    """

    n_bits: int = 16

    def __post_init__(self) -> None:
        if not 1 <= self.n_bits <= 62:
            raise ValueError(f"n_bits must lie in 1..62, got {self.n_bits}")

    def draw(
        self, rng: np.random.Generator, items: NDArray[np.integer], *, n_others: int = 0
    ) -> NDArray[np.floating]:
        """Codes of the items shown, and of other items that could have been.

        Parameters
        ----------
        rng : numpy Generator
        items : (lists, steps) integers
            Item numbers; 0 is nothing shown.
        n_others : int
            Items that are not shown in any of the lists.

        Returns
        -------
        (lists, steps + n_others, n_bits) floats
            Within a list the same item has the same code and different items differ; where
            nothing is shown there are zeros. The others come last.

        Raises
        ------
        ValueError
            If there are fewer codes than that.
        """
        n_lists, n_shown = items.shape
        n_steps = n_shown + n_others
        if n_steps > 2**self.n_bits:
            raise ValueError(
                f"n_bits={self.n_bits} gives {2**self.n_bits} different codes, but a list has "
                f"{n_shown} steps and {n_others} other items; use at least "
                f"{int(np.ceil(np.log2(n_steps)))} bits"
            )
        # one number per step, all different within a list; an item takes that of its first step
        numbers = rng.integers(2**self.n_bits, size=(n_lists, n_steps))
        while True:
            order = np.argsort(numbers, axis=1)
            ordered = np.take_along_axis(numbers, order, axis=1)
            again = np.zeros(numbers.shape, dtype=bool)
            np.put_along_axis(again, order[:, 1:], ordered[:, 1:] == ordered[:, :-1], axis=1)
            if not again.any():
                break
            numbers[again] = rng.integers(2**self.n_bits, size=int(again.sum()))
        first = (items[:, :, None] == items[:, None, :]).argmax(axis=2)
        numbers[:, :n_shown] = np.take_along_axis(numbers, first, axis=1)
        bits = 2.0 * ((numbers[:, :, None] >> np.arange(self.n_bits)) & 1) - 1.0
        bits[:, :n_shown][items == 0] = 0.0
        return bits


def encode(schedule: Schedule, codes: NDArray[np.floating]) -> NDArray[np.floating]:
    """A network's inputs: the code of the item shown, then one channel per kind of event.

    Parameters
    ----------
    schedule : Schedule
        (lists, steps) events.
    codes : (lists, steps, bits) floats
        From `RandomBinary.draw`.

    Returns
    -------
    (lists, steps, bits + 4) floats
        The last channels are 1 at study, distractor, cue and response steps. During recall the
        code channels are zero here; a closed loop puts the network's own last response there.
    """
    flags = schedule.event[:, :, None] == np.array(EVENT_CHANNELS)
    return np.concatenate([codes, flags.astype(codes.dtype)], axis=2)
