"""The Differentiable Neural Computer: equations, forgetting, memory, network."""

from memsim.dnc.cell import Interface, Memory, MemoryState, MemoryTrace
from memsim.dnc.network import DNC, DNCState, DNCTrace

__all__ = ["DNC", "DNCState", "DNCTrace", "Interface", "Memory", "MemoryState", "MemoryTrace"]
