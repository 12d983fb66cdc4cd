"""Networks, theories and people on one scale: how probable people's recalls are to each."""

from memsim.comparison.task_trained import NetworkReadOut, calibrate

__all__ = ["NetworkReadOut", "calibrate"]
