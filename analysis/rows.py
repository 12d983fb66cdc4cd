"""The rows of a recall table as integers, each made once: the check and the twin share them."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Rows:
    """What a recall table says, row by row; nothing here relies on the table being legal."""

    table: pd.DataFrame
    _coded: dict[str, tuple[NDArray[np.int64], pd.Index]] = field(default_factory=dict, repr=False)

    def coded(self, column: str) -> tuple[NDArray[np.int64], pd.Index]:
        """Number of each row's value, -1 where it is missing, and the values in that order."""
        if column not in self._coded:
            codes, values = pd.factorize(self.table[column])
            if isinstance(values, pd.CategoricalIndex):
                values = values.astype(values.categories.dtype)
            self._coded[column] = codes.astype(np.int64, copy=False), pd.Index(values)
        return self._coded[column]

    @cached_property
    def studied(self) -> NDArray[np.bool_]:
        """Whether it is a study row."""
        return self._is("study")

    @cached_property
    def recalled(self) -> NDArray[np.bool_]:
        """Whether it is a recall row."""
        return self._is("recall")

    def _is(self, trial_type: str) -> NDArray[np.bool_]:
        codes, values = self.coded("trial_type")
        return codes == (values.get_loc(trial_type) if trial_type in values else -2)

    @cached_property
    def position(self) -> NDArray[Any]:
        """Position as a number, NaN where it is none."""
        position = self.table["position"].to_numpy()
        if position.dtype.kind == "i":
            return position
        return pd.to_numeric(self.table["position"], errors="coerce").to_numpy(dtype=float)

    @cached_property
    def whole(self) -> NDArray[np.bool_]:
        """Whether the position is a whole number from 1."""
        if self.position.dtype.kind == "i":
            return self.position >= 1
        return (self.position >= 1) & (self.position % 1 == 0)

    @cached_property
    def list(self) -> NDArray[np.int64]:
        """Number of the list, from 0 without gaps; -1 where subject or list is missing."""
        subject, _ = self.coded("subject")
        number, numbers = self.coded("list")
        known = (subject >= 0) & (number >= 0)
        both = subject * max(len(numbers), 1) + number
        if known.all():
            return _renumber(both)
        codes = np.full(len(both), -1)
        codes[known] = _renumber(both[known])
        return codes

    @cached_property
    def n_lists(self) -> int:
        return int(self.list.max(initial=-1)) + 1

    @cached_property
    def phase(self) -> NDArray[np.int64]:
        """Number of the list and trial type together, below 2 * `n_lists`; -1 where unknown."""
        known = (self.list >= 0) & (self.studied | self.recalled)
        return np.where(known, 2 * self.list + self.recalled, -1)


def _renumber(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same numbers from 0 without gaps."""
    size = int(numbers.max(initial=-1)) + 1
    if size > 4 * len(numbers):  # a table of what is there would be mostly empty
        return pd.factorize(numbers)[0].astype(np.int64, copy=False)
    there = np.zeros(size, dtype=np.int64)
    there[numbers] = 1
    return (np.cumsum(there) - 1)[numbers]
