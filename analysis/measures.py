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

COUNTS: dict[Callable[..., Any], Callable[..., Counts]] = {
    spc: spc_counts,
    pfr: pfr_counts,
    pnr: pnr_counts,
    lag_crp: lag_crp_counts,
    temporal_factor: temporal_factor_counts,
    words_recalled: words_recalled_counts,
}
