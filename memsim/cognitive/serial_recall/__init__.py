"""Theories of serial recall."""

from memsim.cognitive.serial_recall.chaining import ChainingModel
from memsim.cognitive.serial_recall.joint import JointModel
from memsim.cognitive.serial_recall.null import PlaceTable, UniformModel
from memsim.cognitive.serial_recall.primacy import PrimacyModel
from memsim.cognitive.serial_recall.start_end import StartEndModel

__all__ = [
    "ChainingModel",
    "JointModel",
    "PlaceTable",
    "PrimacyModel",
    "StartEndModel",
    "UniformModel",
]
