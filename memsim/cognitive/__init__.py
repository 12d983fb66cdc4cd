"""Theories of human memory, by the tasks they speak to.

Every model recalls from a schedule; those with a likelihood also say how probable given recalls are.
"""

from typing import Any

from memsim.cognitive.free_recall import CMR, SAM, SIMPLE, TCM, cmr, sam, simple, tcm
from memsim.cognitive.parameters import Preset
from memsim.cognitive.responses import clean
from memsim.cognitive.serial_recall import (
    ChainingModel,
    JointModel,
    PrimacyModel,
    StartEndModel,
    chaining,
    joint,
    primacy,
    start_end,
)
from memsim.cognitive.stopping import ExponentialStop, SaturatedStop

#: reference parameter sets of all models by name
PRESETS: dict[str, Preset[Any]] = {
    **tcm.PRESETS,
    **cmr.PRESETS,
    **sam.PRESETS,
    **simple.PRESETS,
    **primacy.PRESETS,
    **start_end.PRESETS,
    **chaining.PRESETS,
    **joint.PRESETS,
}

__all__ = [
    "CMR",
    "PRESETS",
    "SAM",
    "SIMPLE",
    "TCM",
    "ChainingModel",
    "ExponentialStop",
    "JointModel",
    "Preset",
    "PrimacyModel",
    "SaturatedStop",
    "StartEndModel",
    "clean",
]
