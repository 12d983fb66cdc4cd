"""The measures and their counts per list: a new measure is one new file and one line here.

Those of cued recall and recognition are not here, for they count tests, not lists.
"""

from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd

from analysis.counts import Counts
from analysis.free_recall.category_clustering import category_clustering, category_clustering_counts
from analysis.free_recall.category_crp import category_crp, category_crp_counts
from analysis.free_recall.distance_crp import distance_crp, distance_crp_counts
from analysis.free_recall.distance_rank import distance_rank, distance_rank_counts
from analysis.free_recall.distance_rank_shifted import (
    distance_rank_shifted,
    distance_rank_shifted_counts,
)
from analysis.free_recall.distance_rank_window import (
    distance_rank_window,
    distance_rank_window_counts,
)
from analysis.free_recall.input_crp import input_crp, input_crp_counts
from analysis.free_recall.irt import irt, irt_counts
from analysis.free_recall.lag_crp import lag_crp, lag_crp_counts
from analysis.free_recall.lag_crp_compound import lag_crp_compound, lag_crp_compound_counts
from analysis.free_recall.lag_crp_parts import lag_crp_parts, lag_crp_parts_counts
from analysis.free_recall.pfr import pfr, pfr_counts
from analysis.free_recall.pnr import pnr, pnr_counts
from analysis.free_recall.repeats import repeats, repeats_counts
from analysis.free_recall.semantic_factor import semantic_factor, semantic_factor_counts
from analysis.free_recall.spc import spc, spc_counts
from analysis.free_recall.stopping import stopping, stopping_counts
from analysis.free_recall.temporal_factor import temporal_factor, temporal_factor_counts
from analysis.free_recall.words_recalled import words_recalled, words_recalled_counts
from analysis.recalls import Recalls, as_recalls
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
from analysis.serial_recall.latencies import serial_latencies, serial_latencies_counts
from analysis.serial_recall.transpositions import (
    locality,
    locality_counts,
    transpositions,
    transpositions_counts,
)

Measure = Callable[..., Any]

FREE_RECALL: dict[Measure, Callable[..., Counts]] = {
    spc: spc_counts,
    pfr: pfr_counts,
    pnr: pnr_counts,
    lag_crp: lag_crp_counts,
    temporal_factor: temporal_factor_counts,
    words_recalled: words_recalled_counts,
    input_crp: input_crp_counts,
    lag_crp_compound: lag_crp_compound_counts,
    lag_crp_parts: lag_crp_parts_counts,
    distance_crp: distance_crp_counts,
    distance_rank: distance_rank_counts,
    distance_rank_shifted: distance_rank_shifted_counts,
    distance_rank_window: distance_rank_window_counts,
    semantic_factor: semantic_factor_counts,
    category_crp: category_crp_counts,
    category_clustering: category_clustering_counts,
    repeats: repeats_counts,
    irt: irt_counts,
    stopping: stopping_counts,
}

SERIAL_RECALL: dict[Measure, Callable[..., Counts]] = {
    serial_accuracy: serial_accuracy_counts,
    perfect_lists: perfect_lists_counts,
    serial_responses: serial_responses_counts,
    transpositions: transpositions_counts,
    locality: locality_counts,
    fill_in: fill_in_counts,
    group_accuracy: group_accuracy_counts,
    interpositions: interpositions_counts,
    serial_latencies: serial_latencies_counts,
}

COUNTS = FREE_RECALL | SERIAL_RECALL


def counts_of(measure: Measure) -> Callable[..., Counts]:
    """The function that counts what a measure is made of, list by list.

    Raises
    ------
    ValueError
        If the measure is not among `COUNTS`.
    """
    if measure not in COUNTS:
        known = ", ".join(function.__name__ for function in COUNTS)
        raise ValueError(
            f"measure must be one of the functions {known}, got {measure!r}; others have no counts "
            "per list, but intervals over subjects: group_curve, bootstrap_subjects"
        )
    return COUNTS[measure]


def recalls_for(measures: Iterable[Measure], recalls: pd.DataFrame | Recalls) -> Recalls:
    """The dense twin, as these measures take it: in serial recall a missing item is an omission."""
    return as_recalls(recalls, omissions=any(measure in SERIAL_RECALL for measure in measures))
