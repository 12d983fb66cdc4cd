"""Classical models of human memory: TCM, CMR and SAM.

Every model recalls from a schedule; TCM and CMR also say how probable given recalls are.
"""

from typing import Any

from memsim.cognitive import cmr, sam, tcm
from memsim.cognitive.cmr import CMR
from memsim.cognitive.parameters import Preset
from memsim.cognitive.responses import clean
from memsim.cognitive.sam import SAM
from memsim.cognitive.stopping import ExponentialStop, SaturatedStop
from memsim.cognitive.tcm import TCM

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
