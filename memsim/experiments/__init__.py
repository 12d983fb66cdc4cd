"""Whole experiments: networks, theories and people on one paradigm, into one run folder."""

from memsim.experiments.free_recall import FreeRecallRun
from memsim.experiments.options import Run
from memsim.experiments.run import run_experiment

#: options of each experiment, by the name of its paradigm
RUNS: dict[str, type[Run]] = {run.command: run for run in (FreeRecallRun,)}

__all__ = ["RUNS", "FreeRecallRun", "Run", "run_experiment"]
