"""Theories of free recall."""

from memsim.cognitive.free_recall.cmr import CMR
from memsim.cognitive.free_recall.cmr2 import CMR2
from memsim.cognitive.free_recall.descriptive import Descriptive
from memsim.cognitive.free_recall.rich import Rich
from memsim.cognitive.free_recall.sam import SAM
from memsim.cognitive.free_recall.simple import SIMPLE
from memsim.cognitive.free_recall.source_cmr import SourceCMR
from memsim.cognitive.free_recall.static import Static
from memsim.cognitive.free_recall.tcm import TCM
from memsim.cognitive.free_recall.uniform import Uniform

__all__ = [
    "CMR",
    "CMR2",
    "SAM",
    "SIMPLE",
    "TCM",
    "Descriptive",
    "Rich",
    "SourceCMR",
    "Static",
    "Uniform",
]
