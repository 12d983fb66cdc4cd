"""Networks beside the DNC, behind the same interface."""

from memsim.networks.ntm import NTM, NTMState, NTMTrace
from memsim.networks.presets import PRESETS, make_network, table
from memsim.networks.recurrent import Recurrent
from memsim.networks.relational import RelationalMemory, RelationalState, RelationalTrace

__all__ = [
    "NTM",
    "PRESETS",
    "NTMState",
    "NTMTrace",
    "Recurrent",
    "RelationalMemory",
    "RelationalState",
    "RelationalTrace",
    "make_network",
    "table",
]
