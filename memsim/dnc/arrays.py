"""The arrays of one call of the fast path: how large they are, and where they lie in memory."""

from dataclasses import dataclass
from math import gcd, prod
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from memsim.dnc.cell import Memory

#: numbers between two arrays in one block
GAP = 64
#: steps between two copies of memory and links that are kept for the derivative
SEGMENT = 8
#: what the kernels keep of every step, in the order in which they take it
KEPT = [
    "act",
    "u",
    "w",
    "p",
    "wr",
    "order",
    "a",
    "cw",
    "cosw",
    "cr",
    "cosr",
    "f",
    "b",
    "block_reads",
    "fed",
]

Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Sizes:
    """What a call computes: the shapes of its arrays follow.

    Attributes
    ----------
    memory : Memory
    is_lstm : bool
        Whether the controller is an LSTM; else it is a layer that feeds forward.
    n_networks, batch, n_steps : int
        Networks, lists of each, steps of each list.
    n_inputs, n_outputs, units : int
        Of each network.
    """

    memory: Memory
    is_lstm: bool
    n_networks: int
    batch: int
    n_steps: int
    n_inputs: int
    n_outputs: int
    units: int

    @property
    def read_size(self) -> int:
        """Numbers that all read heads read together."""
        return self.memory.n_read_heads * self.memory.word_size

    @property
    def gates(self) -> int:
        """What the controller computes before it is squashed."""
        return 4 * self.units if self.is_lstm else self.units

    def state(self) -> Shapes:
        """Of the memory's state, by the kernels' letters."""
        memory, s = self.memory, self.n_networks
        q, n = self.batch * memory.n_blocks, memory.n_locations
        linked = n if memory.temporal_links else 0
        return {
            "M": (s, q, n, memory.word_size),
            "L": (s, q, linked, linked),
            "u": (s, q, n),
            "w": (s, q, n),
            "p": (s, q, n),
            "wr": (s, q, memory.n_read_heads, n),
        }

    def passing(self) -> Shapes:
        """What forward needs while it runs."""
        state = self.state()
        return {
            "M": state["M"],
            "L": state["L"],
            "norms": state["u"],
            "xi": self.lines(self.batch, self.memory.interface_size),
            "total": self.lines(self.batch, self.gates),
            "said": self.lines(self.batch, self.n_inputs),
            "squashed": (self.n_networks, self.is_lstm * self.batch, self.units),
        }

    def kept(self, learning: bool) -> Shapes:
        """What forward keeps, of every step or, without a derivative, of the last."""
        memory, state, s, b = self.memory, self.state(), self.n_networks, self.batch
        t = self.n_steps if learning else 1
        q, r, n = b * memory.n_blocks, memory.n_read_heads, memory.n_locations
        linked = state["L"][-1]
        segments = -(-self.n_steps // SEGMENT) if learning else 0
        cells = self.is_lstm * (t + 1)
        return {
            "act": (s, t, b, memory.interface_size),
            "u": (s, t + 1, q, n),
            "w": (s, t + 1, q, n),
            "p": (s, t + 1, q, n),
            "wr": (s, t + 1, q, r, n),
            "order": (s, t, q, n),
            "a": (s, t, q, n),
            "cw": (s, t, q, n),
            "cosw": (s, t, q, n),
            "cr": (s, t, q, r, n),
            "cosr": (s, t, q, r, n),
            "f": (s, t, q, r, linked),
            "b": (s, t, q, r, linked),
            "block_reads": (s, t, q, r, memory.word_size),
            "fed": self.lines(t + 1, b, self.read_size + self.units),
            "cell": self.lines(cells, b, self.units),
            "gates": self.lines(self.n_steps, b, self.gates),
            "seen": self.lines(self.n_steps, b, self.n_inputs),
            "M_kept": (s, segments, *state["M"][1:]),
            "L_kept": (s, segments, *state["L"][1:]),
            "normal": (s, t if memory.storage_noise else 0, *state["M"][1:]),
        }

    def work(self) -> Shapes:
        """What backward needs while it runs."""
        state, b, t = self.state(), self.batch, self.n_steps
        steps = min(SEGMENT, t)
        noisy = steps if self.memory.storage_noise else 0

        def over_time(n: int, name: str) -> tuple[int, ...]:
            return (self.n_networks, n, *state[name][1:])

        return {f"d_{name}": shape for name, shape in state.items()} | {
            "d_cell": (self.n_networks, b, self.units),
            "squashed": (self.n_networks, self.is_lstm * b, self.units),
            "M": over_time(steps + 1, "M"),
            "noisy": over_time(noisy, "M"),
            "L": over_time(steps + 1, "L"),
            "norms": over_time(steps + 1, "u"),
            "noisy_norms": over_time(noisy, "u"),
            "d_out": self.lines(t, b, self.n_outputs),
            "d_fed": self.lines(t + 1, b, self.read_size + self.units),
            "d_xi": self.lines(t, b, self.memory.interface_size),
        }

    def n_bytes(self, itemsize: int, *, learning: bool) -> int:
        """Of all these arrays, and of inputs and outputs and their derivatives."""
        parts = [self.passing(), self.kept(learning), *([self.work()] if learning else [])]
        numbers = sum(prod(shape) for part in parts for shape in part.values())
        lists = self.n_networks * self.batch * self.n_steps
        return itemsize * (numbers + lists * (self.n_inputs + 2 * self.n_outputs))

    def lines(self, rows: int, *rest: int) -> tuple[int, ...]:
        """Of an array in which every network's part begins as an array of its own would: how
        products of matrices round may depend on that."""
        unit = 1 if self.n_networks == 1 else GAP // gcd(GAP, prod(rest))
        return (self.n_networks, -(-rows // unit) * unit, *rest)


class Block:
    """Memory for arrays of one call. Large ones are used again: new ones cost more than filling
    them, since the system hands them out page by page."""

    _free: ClassVar[dict[tuple[int, torch.dtype], list[Tensor]]] = {}
    _worth_keeping = 2**22  # numbers
    _most_kept = 2

    def __init__(self, size: int, dtype: torch.dtype) -> None:
        kept = self._free.get((size, dtype))
        self.tensor = kept.pop() if kept else torch.empty(size, dtype=dtype)

    def __del__(self) -> None:
        key = (len(self.tensor), self.tensor.dtype)
        if key[0] >= self._worth_keeping:
            if sum(map(len, self._free.values())) >= self._most_kept:
                self._free.clear()
            self._free.setdefault(key, []).append(self.tensor)


def allocate(dtype: torch.dtype, shapes: Shapes) -> tuple[Block, dict[str, NDArray[Any]]]:
    """Arrays in one block, which must live as long as they are used.

    How loops and products of matrices round may depend on where arrays lie; so these always lie
    alike, aligned as torch aligns and with gaps between them.
    """
    sizes = [prod(shape) for shape in shapes.values()]
    starts = np.cumsum([GAP, *(-(-size // GAP) * GAP + GAP for size in sizes)])
    block = Block(int(starts[-1]), dtype)
    whole = block.tensor.numpy()
    arrays = {
        name: whole[start : start + size].reshape(shape)
        for (name, shape), start, size in zip(shapes.items(), starts, sizes, strict=False)
    }
    return block, arrays
