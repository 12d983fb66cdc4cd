"""Theories of human memory, by the tasks they speak to.

Every model recalls from a schedule; those with a likelihood also say how probable given recalls are.
"""

from typing import Any

from memsim.cognitive.associative import (
    MINERVA2,
    TODAM,
    HebbianMatrix,
    SummedSimilarity,
    hebbian,
    minerva2,
    summed_similarity,
    todam,
)
from memsim.cognitive.free_recall import (
    CMR,
    CMR2,
    SAM,
    SIMPLE,
    TCM,
    Descriptive,
    Rich,
    SourceCMR,
    Static,
    Uniform,
    cmr,
    cmr2,
    descriptive,
    sam,
    simple,
    static,
    tcm,
    uniform,
)
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
    **cmr2.PRESETS,
    **sam.PRESETS,
    **simple.PRESETS,
    **uniform.PRESETS,
    **static.PRESETS,
    **descriptive.PRESETS,
    **primacy.PRESETS,
    **start_end.PRESETS,
    **chaining.PRESETS,
    **joint.PRESETS,
    **hebbian.PRESETS,
    **todam.PRESETS,
    **minerva2.PRESETS,
    **summed_similarity.PRESETS,
}

__all__ = [
    "CMR",
    "CMR2",
    "MINERVA2",
    "PRESETS",
    "SAM",
    "SIMPLE",
    "TCM",
    "TODAM",
    "ChainingModel",
    "Descriptive",
    "ExponentialStop",
    "HebbianMatrix",
    "JointModel",
    "Preset",
    "PrimacyModel",
    "Rich",
    "SaturatedStop",
    "SourceCMR",
    "StartEndModel",
    "Static",
    "SummedSimilarity",
    "Uniform",
    "clean",
]
