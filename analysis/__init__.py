"""Recall table -> measures -> statistics -> figures.

Table
    check_table, violations, Recalls, as_recalls
Read and write (docs/formats.md)
    read_psifr, read_parquet, read_mat, read_hdf5, read_trials, from_matrices;
    write_psifr, write_parquet, write_mat, write_hdf5
People (docs/human_data.md)
    human_curves, human_group_curve, human_names, human_condition; load_human, human_data,
    human_data_names, human_data_table
Measures (docs/measures.md)
    free recall: spc, pfr, pnr, words_recalled, repeats, stopping, irt; lag_crp, lag_crp_parts,
    lag_crp_compound, input_crp, temporal_factor; distance_crp, distance_rank,
    distance_rank_shifted, distance_rank_window, semantic_factor, category_crp,
    category_clustering; intrusions, pli_list_lag; curves (all in one table)
    serial recall: serial_accuracy, perfect_lists, span, serial_responses, protrusions,
    transpositions, locality, fill_in, fill_in_ratio, group_accuracy, interpositions,
    serial_latencies; serial_curves (all in one table)
    cued recall: cued_tests, cued_accuracy, cued_responses, cued_latencies, cued_intrusions,
    prior_list_intrusions, successive_tests, second_test_accuracy, yules_q
    recognition: recognition_tests, hit_rates, d_prime, roc, group_roc, auc, zroc;
    frequency_judgments, frequency_discrimination
Statistics (docs/statistics.md)
    intervals: group_curve, bootstrap_subjects, bootstrap_lists, within_curve
    tests: one_sample_test, paired_test, independent_test, equivalence_test, permutation_test,
    rm_anova, mixed_model, adjust_p
    models beside people: fit_report, rmsd, g2, noise_ceiling
Figures (docs/figures.md)
    composites: plot_free_recall, plot_organization, plot_pnr_maps, plot_serial_recall,
    plot_cued_recall, plot_recognition, plot_dose, plot_held_out, plot_recovery, plot_confusion
    of one measure: plot_spc, plot_pfr, plot_pnr, plot_lag_crp, plot_temporal_factor,
    plot_semantic_factor, plot_distance_crp, plot_category_crp, plot_pli, plot_irt, plot_stopping;
    plot_serial_accuracy, plot_transpositions, plot_serial_responses, plot_serial_latencies;
    plot_cued_accuracy, plot_cued_direction, plot_cued_intrusions; plot_roc, plot_zroc,
    plot_frequency_judgments; plot_dots (any with one value per source)
    figure_style, save_figure
"""

from analysis.cued_recall.accuracy import cued_accuracy, cued_latencies, cued_responses
from analysis.cued_recall.intrusions import cued_intrusions, prior_list_intrusions
from analysis.cued_recall.symmetry import second_test_accuracy, successive_tests, yules_q
from analysis.cued_recall.tests import cued_tests
from analysis.figures.cued_recall import (
    plot_cued_accuracy,
    plot_cued_direction,
    plot_cued_intrusions,
    plot_cued_recall,
)
from analysis.figures.dose import plot_dose
from analysis.figures.dots import plot_dots
from analysis.figures.free_recall import (
    plot_category_crp,
    plot_distance_crp,
    plot_free_recall,
    plot_irt,
    plot_lag_crp,
    plot_organization,
    plot_pfr,
    plot_pli,
    plot_semantic_factor,
    plot_spc,
    plot_stopping,
    plot_temporal_factor,
)
from analysis.figures.held_out import plot_held_out
from analysis.figures.pnr import plot_pnr, plot_pnr_maps
from analysis.figures.recognition import (
    plot_frequency_judgments,
    plot_recognition,
    plot_roc,
    plot_zroc,
)
from analysis.figures.recovery import plot_confusion, plot_recovery
from analysis.figures.save import save_figure
from analysis.figures.serial_recall import (
    plot_serial_accuracy,
    plot_serial_latencies,
    plot_serial_recall,
    plot_serial_responses,
    plot_transpositions,
)
from analysis.figures.style import figure_style
from analysis.formats.hdf5 import read_hdf5, write_hdf5
from analysis.formats.mat import read_mat, write_mat
from analysis.formats.matrices import from_matrices
from analysis.formats.parquet import read_parquet, write_parquet
from analysis.formats.psifr import read_psifr, write_psifr
from analysis.formats.trials import read_trials
from analysis.free_recall.category_clustering import category_clustering
from analysis.free_recall.category_crp import category_crp
from analysis.free_recall.curves import curves
from analysis.free_recall.distance_crp import distance_crp
from analysis.free_recall.distance_rank import distance_rank
from analysis.free_recall.distance_rank_shifted import distance_rank_shifted
from analysis.free_recall.distance_rank_window import distance_rank_window
from analysis.free_recall.input_crp import input_crp
from analysis.free_recall.intrusions import intrusions
from analysis.free_recall.irt import irt
from analysis.free_recall.lag_crp import lag_crp
from analysis.free_recall.lag_crp_compound import lag_crp_compound
from analysis.free_recall.lag_crp_parts import lag_crp_parts
from analysis.free_recall.pfr import pfr
from analysis.free_recall.pli_list_lag import pli_list_lag
from analysis.free_recall.pnr import pnr
from analysis.free_recall.repeats import repeats
from analysis.free_recall.semantic_factor import semantic_factor
from analysis.free_recall.spc import spc
from analysis.free_recall.stopping import stopping
from analysis.free_recall.temporal_factor import temporal_factor
from analysis.free_recall.words_recalled import words_recalled
from analysis.human.load import human_data_table, load_human
from analysis.human.reference import human_condition, human_curves, human_group_curve, human_names
from analysis.human.registry import human_data, human_data_names
from analysis.recalls import Recalls, as_recalls
from analysis.recognition.detection import d_prime
from analysis.recognition.frequency import frequency_discrimination, frequency_judgments
from analysis.recognition.group_roc import group_roc
from analysis.recognition.rates import hit_rates
from analysis.recognition.roc import auc, roc
from analysis.recognition.tests import recognition_tests
from analysis.recognition.zroc import zroc
from analysis.serial_recall.accuracy import perfect_lists, serial_accuracy
from analysis.serial_recall.curves import serial_curves
from analysis.serial_recall.errors import serial_responses
from analysis.serial_recall.fill_in import fill_in, fill_in_ratio
from analysis.serial_recall.grouping import group_accuracy, interpositions
from analysis.serial_recall.latencies import serial_latencies
from analysis.serial_recall.protrusions import protrusions
from analysis.serial_recall.span import span
from analysis.serial_recall.transpositions import locality, transpositions
from analysis.statistics.anova import rm_anova
from analysis.statistics.bootstrap import bootstrap_subjects
from analysis.statistics.equivalence import equivalence_test
from analysis.statistics.fit import fit_report
from analysis.statistics.g2 import g2
from analysis.statistics.intervals import bootstrap_lists, group_curve
from analysis.statistics.mixed import mixed_model
from analysis.statistics.multiple import adjust_p
from analysis.statistics.noise_ceiling import noise_ceiling
from analysis.statistics.permutation import permutation_test
from analysis.statistics.rmsd import rmsd
from analysis.statistics.t_tests import independent_test, one_sample_test, paired_test
from analysis.statistics.within import within_curve
from analysis.table import check_table, violations

__all__ = [
    "Recalls",
    "adjust_p",
    "as_recalls",
    "auc",
    "bootstrap_lists",
    "bootstrap_subjects",
    "category_clustering",
    "category_crp",
    "check_table",
    "cued_accuracy",
    "cued_intrusions",
    "cued_latencies",
    "cued_responses",
    "cued_tests",
    "curves",
    "d_prime",
    "distance_crp",
    "distance_rank",
    "distance_rank_shifted",
    "distance_rank_window",
    "equivalence_test",
    "figure_style",
    "fill_in",
    "fill_in_ratio",
    "fit_report",
    "frequency_discrimination",
    "frequency_judgments",
    "from_matrices",
    "g2",
    "group_accuracy",
    "group_curve",
    "group_roc",
    "hit_rates",
    "human_condition",
    "human_curves",
    "human_data",
    "human_data_names",
    "human_data_table",
    "human_group_curve",
    "human_names",
    "independent_test",
    "input_crp",
    "interpositions",
    "intrusions",
    "irt",
    "lag_crp",
    "lag_crp_compound",
    "lag_crp_parts",
    "load_human",
    "locality",
    "mixed_model",
    "noise_ceiling",
    "one_sample_test",
    "paired_test",
    "perfect_lists",
    "permutation_test",
    "pfr",
    "pli_list_lag",
    "plot_category_crp",
    "plot_confusion",
    "plot_cued_accuracy",
    "plot_cued_direction",
    "plot_cued_intrusions",
    "plot_cued_recall",
    "plot_distance_crp",
    "plot_dose",
    "plot_dots",
    "plot_free_recall",
    "plot_frequency_judgments",
    "plot_held_out",
    "plot_irt",
    "plot_lag_crp",
    "plot_organization",
    "plot_pfr",
    "plot_pli",
    "plot_pnr",
    "plot_pnr_maps",
    "plot_recognition",
    "plot_recovery",
    "plot_roc",
    "plot_semantic_factor",
    "plot_serial_accuracy",
    "plot_serial_latencies",
    "plot_serial_recall",
    "plot_serial_responses",
    "plot_spc",
    "plot_stopping",
    "plot_temporal_factor",
    "plot_transpositions",
    "plot_zroc",
    "pnr",
    "prior_list_intrusions",
    "protrusions",
    "read_hdf5",
    "read_mat",
    "read_parquet",
    "read_psifr",
    "read_trials",
    "recognition_tests",
    "repeats",
    "rm_anova",
    "rmsd",
    "roc",
    "save_figure",
    "second_test_accuracy",
    "semantic_factor",
    "serial_accuracy",
    "serial_curves",
    "serial_latencies",
    "serial_responses",
    "span",
    "spc",
    "stopping",
    "successive_tests",
    "temporal_factor",
    "transpositions",
    "violations",
    "within_curve",
    "words_recalled",
    "write_hdf5",
    "write_mat",
    "write_parquet",
    "write_psifr",
    "yules_q",
    "zroc",
]
