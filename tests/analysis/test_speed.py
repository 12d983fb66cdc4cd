"""The way from the long table to a measure, beside psifr's."""

import time
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from psifr import fr

from analysis import Recalls, lag_crp, pli_list_lag, pnr, spc, temporal_factor


def long_table(n_lists: int) -> pd.DataFrame:
    """Lists of 16 words and 10 responses, words in text, subjects of 280 lists."""
    rng = np.random.default_rng(1)
    recalled = rng.random((n_lists, 16)).argsort(axis=1)[:, :10] + 1
    recalled[rng.random(recalled.shape) < 0.05] = -1
    subject = np.arange(n_lists) // 280 + 1
    table = Recalls.from_positions(recalled, 16, subject=subject).to_table()
    return table.assign(item="word " + table["item"].astype(str))


def cpu_time(work: Callable[[], object], times: int) -> float:
    spent = []
    for _ in range(times):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return min(spent)


@pytest.mark.slow
def test_ten_times_as_fast_as_psifr_from_the_long_table():
    table = long_table(28000)

    def ours() -> None:
        recalls = Recalls.from_table(table)
        for measure in (spc, pnr, lag_crp, temporal_factor):
            measure(recalls)

    def theirs() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            merged = fr.merge_free_recall(table)
            for measure in (fr.spc, fr.pnr, fr.lag_crp, fr.lag_rank):
                measure(merged)

    ratio = cpu_time(theirs, 1) / cpu_time(ours, 3)
    print(f"all four measures: {ratio:.0f} times as fast as psifr")
    assert ratio > 10


@pytest.mark.slow
def test_prior_list_intrusions_of_the_long_table_are_far_faster_than_psifr_s():
    table = long_table(28000)

    def theirs() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fr.pli_list_lag(fr.merge_free_recall(table), 3)

    pli_list_lag(table, 3)  # compiles
    ratio = cpu_time(theirs, 2) / cpu_time(lambda: pli_list_lag(table, 3), 5)
    print(f"prior-list intrusions: {ratio:.0f} times as fast as psifr")
    assert ratio > 7  # about 11 on an idle machine


@pytest.mark.slow
def test_the_way_to_the_twin_is_linear_in_rows():
    small, large = long_table(14000), long_table(56000)
    assert cpu_time(lambda: Recalls.from_table(large), 3) < 8 * cpu_time(
        lambda: Recalls.from_table(small), 3
    )
