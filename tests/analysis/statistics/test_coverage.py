"""How often intervals cover the truth, in 1,000 simulated experiments with 30 subjects each.

`pytest -s tests/analysis/statistics/test_coverage.py` prints the numbers of docs/statistics.md.
"""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

from analysis import bootstrap_subjects, group_curve, within_curve

N_SETS, N_SUBJECTS, N_LISTS = 1000, 30, 24
#: log odds of recall in three conditions, and how widely subjects differ around them
EASE, SPREAD = np.array([0.0, 0.5, 1.5]), 1.0
TRUTH = np.array(
    [stats.norm.expect(lambda u, ease=ease: special.expit(ease + SPREAD * u)) for ease in EASE]
)
#: coverage of 95 % within these bounds
FAIR = (0.93, 0.97)


@pytest.fixture(scope="module")
def experiments() -> pd.DataFrame:
    """The share of 24 lists in which each subject recalls, in three conditions."""
    rng = np.random.default_rng(0)
    own = rng.normal(0, SPREAD, (N_SETS, N_SUBJECTS, 1))
    recalled = rng.binomial(N_LISTS, special.expit(EASE + own)) / N_LISTS
    index = pd.MultiIndex.from_product(
        [range(N_SETS), range(N_SUBJECTS), range(len(EASE))],
        names=["experiment", "subject", "condition"],
    )
    return pd.DataFrame({"prob": recalled.ravel()}, index=index).reset_index()


def covered(table: pd.DataFrame) -> np.ndarray:
    """Share of the experiments whose interval holds the true mean of the condition."""
    truth = TRUTH[table["condition"]]
    inside = (table["low"] <= truth) & (truth <= table["high"])
    return inside.groupby(table["condition"]).mean().to_numpy()


def report(name: str, coverage) -> None:
    print(f"\n{name}: {' '.join(f'{100 * c:.1f}' for c in np.atleast_1d(coverage))} %", end="")


def test_t_intervals_cover_means(experiments):
    coverage = covered(group_curve(experiments, "condition", by="experiment"))
    report("t, means", coverage)
    assert ((coverage >= FAIR[0]) & (coverage <= FAIR[1])).all()


@pytest.mark.parametrize("method", ["bca", "percentile"])
def test_bootstrap_intervals_cover_means(experiments, method):
    table = bootstrap_subjects(
        experiments, "condition", by="experiment", method=method, n_boot=1000
    )
    coverage = covered(table)
    report(f"{method}, means", coverage)
    assert ((coverage >= FAIR[0]) & (coverage <= FAIR[1])).all()


def test_textbook_bca_is_reported_beside_it(experiments):
    wide, narrow = (
        bootstrap_subjects(experiments, "condition", by="experiment", widen=w, n_boot=1000)
        for w in (True, False)
    )
    coverage = covered(narrow)
    report("bca without widening, means", coverage)
    assert (coverage < covered(wide)).all()


@pytest.mark.parametrize("conditions", [(0, 1), (0, 1, 2)], ids=["two", "three"])
def test_within_subject_intervals_cover_differences(experiments, conditions):
    chosen = experiments[experiments["condition"].isin(conditions)]
    table = within_curve(chosen, "condition", by="experiment")
    half = (table["high"] - table["mean"]).to_numpy().reshape(N_SETS, -1)
    mean = table["mean"].to_numpy().reshape(N_SETS, -1)
    for a, b in combinations(range(len(conditions)), 2):
        # the interval of a difference; for equal halves sqrt(2) times one of them
        width = np.hypot(half[:, a], half[:, b])
        truth = TRUTH[conditions[a]] - TRUTH[conditions[b]]
        coverage = np.mean(np.abs(mean[:, a] - mean[:, b] - truth) <= width)
        report(f"Cousineau-Morey, {len(conditions)} conditions, difference {a} - {b}", coverage)
        assert FAIR[0] <= coverage <= FAIR[1]


def test_within_subject_intervals_do_not_cover_means(experiments):
    coverage = covered(within_curve(experiments, "condition", by="experiment"))
    report("Cousineau-Morey, means", coverage)
    assert (coverage < 0.8).all()
