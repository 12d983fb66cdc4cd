"""Theories of human memory, by the tasks they speak to.

Every model recalls from a schedule; those with a likelihood also say how probable given recalls are.
"""

from typing import Any

from memsim.cognitive.free_recall import CMR, SAM, TCM, cmr, sam, tcm
from memsim.cognitive.parameters import Preset
from memsim.cognitive.responses import clean
from memsim.cognitive.stopping import ExponentialStop, SaturatedStop

#: reference parameter sets of all models by name
PRESETS: dict[str, Preset[Any]] = {**tcm.PRESETS, **cmr.PRESETS, **sam.PRESETS}

__all__ = [
    "CMR",
    "PRESETS",
    "SAM",
    "TCM",
    "ExponentialStop",
    "Preset",
    "SaturatedStop",
    "clean",
]
