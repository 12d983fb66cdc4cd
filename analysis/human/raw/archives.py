"""Studies kept in a format of the field: psifr's table, EMBAM's matrices, HDF5.

Each reader takes the files of a data set and gives `Recalls`; what is inferred is said in the
notes of the registry. Times are in ms from the start of recall.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from analysis.formats.hdf5 import read_hdf5
from analysis.formats.mat import read_mat
from analysis.formats.psifr import read_psifr
from analysis.human.raw.build import numbered
from analysis.recalls import Recalls


def morton2013(paths: Sequence[Path]) -> Recalls:
    """psifr's table; `list_type` is the condition."""
    return _psifr(paths[0], {"list_type": "condition"})


def peers_notask(paths: Sequence[Path]) -> Recalls:
    """psifr's table."""
    recalls = _psifr(paths[0], {})
    return replace(recalls, labels=recalls.labels.assign(condition="no_task"))


def _psifr(path: Path, names: Mapping[str, str]) -> Recalls:
    return _with_length(Recalls.from_table(read_psifr(path).rename(columns=dict(names))))


def healey_kahana2014(paths: Sequence[Path]) -> Recalls:
    """Matrices; `listtype` is the task."""
    return _matrices(
        paths[0], "listtype", {-1: "no_task", 0: "size", 1: "animacy", 2: "task_shift"}
    )


def polyn2011(paths: Sequence[Path]) -> Recalls:
    """Matrices with times; `rec_task` is the condition."""
    names = {1: "uncategorized_free", 2: "categorized_free", 3: "categorized_cued_by_category"}
    return _matrices(paths[0], "rec_task", names)


def lohnas_kahana2014(paths: Sequence[Path]) -> Recalls:
    """Matrices with times; `list_type` is the condition."""
    return _matrices(paths[0], "list_type", {1: "control", 2: "massed", 3: "spaced", 4: "mixed"})


def _matrices(path: Path, code: str, names: Mapping[int, str]) -> Recalls:
    return _named(read_mat(path), code, names)


def logan2021(paths: Sequence[Path]) -> Recalls:
    """Matrices in HDF5; `condition` is a number."""
    recalls = read_hdf5(paths[0], omissions=True)
    return _named(recalls, "condition", {1: "copy_typing", 2: "serial_recall", 3: "whole_report"})


def _named(recalls: Recalls, code: str, names: Mapping[int, str]) -> Recalls:
    """Recalls with a `condition` in place of its number, and lists numbered through."""
    condition = recalls.labels[code].astype(int).map(names)
    labels = recalls.labels.drop(columns=code).assign(condition=condition)
    return _with_length(replace(recalls, labels=numbered(labels)))


def _with_length(recalls: Recalls) -> Recalls:
    return replace(recalls, labels=recalls.labels.assign(list_length=recalls.list_length))
