"""Networks, theories and people on one scale: how probable people's recalls are to each."""

from memsim.comparison.behaviour import BehaviourModel, FittedToBehaviour
from memsim.comparison.compare import Comparison, compare
from memsim.comparison.contenders import (
    FREE_CONTENDERS,
    SERIAL_CONTENDERS,
    EachSubject,
    LogLinearContender,
    PlacesContender,
    TaskTrained,
    TheoryContender,
    find_contenders,
)
from memsim.comparison.folds import Split, split_lists, split_subjects, transfer
from memsim.comparison.task_trained import NetworkReadOut, calibrate

__all__ = [
    "FREE_CONTENDERS",
    "SERIAL_CONTENDERS",
    "BehaviourModel",
    "Comparison",
    "EachSubject",
    "FittedToBehaviour",
    "LogLinearContender",
    "NetworkReadOut",
    "PlacesContender",
    "Split",
    "TaskTrained",
    "TheoryContender",
    "calibrate",
    "compare",
    "find_contenders",
    "split_lists",
    "split_subjects",
    "transfer",
]
