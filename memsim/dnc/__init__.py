"""The Differentiable Neural Computer: equations, memory, network."""

from memsim.dnc.cell import Memory, MemoryState
from memsim.dnc.network import DNC, DNCState

__all__ = ["DNC", "DNCState", "Memory", "MemoryState"]
