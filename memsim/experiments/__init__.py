"""Whole experiments: networks, theories and people on one paradigm, into one run folder."""

from memsim.experiments.free_recall import FreeRecallRun, run_free_recall

__all__ = ["FreeRecallRun", "run_free_recall"]
