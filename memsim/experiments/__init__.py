"""Whole experiments: networks, theories and people on one paradigm, into one run folder."""

from memsim.experiments.free_recall import FreeRecallRun
from memsim.experiments.options import Run
from memsim.experiments.paired_associates import PairedAssociatesRun
from memsim.experiments.recognition import RecognitionRun
from memsim.experiments.run import run_experiment
from memsim.experiments.serial_recall import SerialRecallRun

#: options of each experiment, by the name of its paradigm
RUNS: dict[str, type[Run]] = {
    run.command: run
    for run in (FreeRecallRun, SerialRecallRun, PairedAssociatesRun, RecognitionRun)
}

__all__ = [
    "RUNS",
    "FreeRecallRun",
    "PairedAssociatesRun",
    "RecognitionRun",
    "Run",
    "SerialRecallRun",
    "run_experiment",
]
