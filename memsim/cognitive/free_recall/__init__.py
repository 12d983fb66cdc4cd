"""Theories of free recall."""

from memsim.cognitive.free_recall.cmr import CMR
from memsim.cognitive.free_recall.sam import SAM
from memsim.cognitive.free_recall.simple import SIMPLE
from memsim.cognitive.free_recall.tcm import TCM

__all__ = ["CMR", "SAM", "SIMPLE", "TCM"]
