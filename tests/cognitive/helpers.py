"""Schedules, human data and curves for the tests of the cognitive models."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from memsim.cognitive import clean
from paradigms import Event, Schedule

KIND = {"study": Event.STUDY, "distractor": Event.DISTRACTOR}
DATA = Path(os.environ.get("MEMSIM_DATA", Path(__file__).parents[2].parent / "shared" / "human"))


def schedule_of(*phases):
    """One list per phase; a phase is a sequence of ("study" | "distractor", seconds)."""
    shape = len(phases), max(len(phase) for phase in phases)
    event, duration = np.zeros(shape, dtype=int), np.zeros(shape)
    for i, phase in enumerate(phases):
        event[i, : len(phase)] = [KIND[kind] for kind, _ in phase]
        duration[i, : len(phase)] = [seconds for _, seconds in phase]
    study = event == Event.STUDY
    return Schedule(event, duration, np.where(study, study.cumsum(axis=1), 0))


def immediate(list_length, n_lists=1, seconds=1.0):
    """Lists of this length, tested immediately."""
    return schedule_of(*[[("study", seconds)] * list_length] * n_lists)


def delayed(list_length, n_lists=1, seconds=1.0):
    """Lists of this length, tested after one second of distraction."""
    return schedule_of(*[[("study", seconds)] * list_length + [("distractor", 1.0)]] * n_lists)


def murdock(condition):
    """Cleaned recalls of one condition of Murdock (1962); skips the test without the data."""
    path = DATA / "murdock1962" / "trials.csv"
    if not path.exists():
        pytest.skip(f"needs {path}; set MEMSIM_DATA to the folder of the human data")
    with path.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["condition"] == condition]
    lists = [[int(x) or -1 for x in row["recalls"].split()] for row in rows]  # 0 is an intrusion
    recalled = np.zeros((len(lists), max(map(len, lists))), dtype=int)
    for row, responses in zip(recalled, lists, strict=True):
        row[: len(responses)] = responses
    return clean(recalled)


def spc(recalled, list_length):
    return np.array([(recalled == i).any(axis=1).mean() for i in range(1, list_length + 1)])


def pfr(recalled, list_length):
    first = recalled[recalled[:, 0] > 0, 0]
    return np.bincount(first, minlength=list_length + 1)[1:] / len(first)


def lag_crp(recalled, list_length, lags):
    """Actual over possible transitions, with all lists pooled."""
    actual, possible = (np.zeros(2 * list_length + 1, dtype=int) for _ in range(2))
    left = np.ones((len(recalled), list_length), dtype=bool)
    position = np.arange(1, list_length + 1)
    for now, then in zip(recalled.T, recalled.T[1:], strict=False):
        lists = np.flatnonzero(then)
        left[lists, now[lists] - 1] = False
        lag = (position - now[lists, None])[left[lists]]
        possible += np.bincount(lag + list_length, minlength=len(possible))
        actual += np.bincount((then - now)[lists] + list_length, minlength=len(actual))
    return np.array([actual[lag + list_length] / possible[lag + list_length] for lag in lags])


def mean_words(recalled):
    return np.count_nonzero(recalled, axis=1).mean()
