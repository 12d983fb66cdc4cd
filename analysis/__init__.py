"""Recall table -> measures -> statistics -> figures."""

from analysis.curves import curves
from analysis.figures import (
    plot_dose,
    plot_free_recall,
    plot_lag_crp,
    plot_pfr,
    plot_spc,
    save_figure,
)
from analysis.human import human_condition, human_curves, human_group_curve, human_names
from analysis.intervals import bootstrap_lists, group_curve
from analysis.lag_crp import lag_crp
from analysis.pfr import pfr
from analysis.pnr import pnr
from analysis.recalls import Recalls, as_recalls
from analysis.rmsd import rmsd
from analysis.spc import spc
from analysis.style import figure_style
from analysis.table import check_table
from analysis.temporal_factor import temporal_factor
from analysis.trials import read_trials
from analysis.words_recalled import words_recalled

__all__ = [
    "Recalls",
    "as_recalls",
    "bootstrap_lists",
    "check_table",
    "curves",
    "figure_style",
    "group_curve",
    "human_condition",
    "human_curves",
    "human_group_curve",
    "human_names",
    "lag_crp",
    "pfr",
    "plot_dose",
    "plot_free_recall",
    "plot_lag_crp",
    "plot_pfr",
    "plot_spc",
    "pnr",
    "read_trials",
    "rmsd",
    "save_figure",
    "spc",
    "temporal_factor",
    "words_recalled",
]
