"""The measures and their counts per list: a new measure is one new file and one line here."""

from collections.abc import Callable
from typing import Any

from analysis.counts import Counts
from analysis.free_recall.lag_crp import lag_crp, lag_crp_counts
from analysis.free_recall.pfr import pfr, pfr_counts
from analysis.free_recall.pnr import pnr, pnr_counts
from analysis.free_recall.spc import spc, spc_counts
from analysis.free_recall.temporal_factor import temporal_factor, temporal_factor_counts
from analysis.free_recall.words_recalled import words_recalled, words_recalled_counts
from analysis.serial_recall.accuracy import (
    perfect_lists,
    perfect_lists_counts,
    serial_accuracy,
    serial_accuracy_counts,
)
from analysis.serial_recall.errors import serial_responses, serial_responses_counts
from analysis.serial_recall.fill_in import fill_in, fill_in_counts
from analysis.serial_recall.grouping import (
    group_accuracy,
    group_accuracy_counts,
    interpositions,
    interpositions_counts,
)
from analysis.serial_recall.transpositions import (
    locality,
    locality_counts,
    transpositions,
    transpositions_counts,
)

COUNTS: dict[Callable[..., Any], Callable[..., Counts]] = {
    spc: spc_counts,
    pfr: pfr_counts,
    pnr: pnr_counts,
    lag_crp: lag_crp_counts,
    temporal_factor: temporal_factor_counts,
    words_recalled: words_recalled_counts,
    serial_accuracy: serial_accuracy_counts,
    perfect_lists: perfect_lists_counts,
    serial_responses: serial_responses_counts,
    transpositions: transpositions_counts,
    locality: locality_counts,
    fill_in: fill_in_counts,
    group_accuracy: group_accuracy_counts,
    interpositions: interpositions_counts,
}
