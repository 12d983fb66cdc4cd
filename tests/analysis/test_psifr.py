"""psifr 0.10.1 as oracle: every measure it has, on its samples, people's and random lists."""

import warnings

import numpy as np
import pandas as pd
import pytest
from psifr import fr

from analysis import Recalls, lag_crp, pfr, pnr, read_trials, spc, temporal_factor, words_recalled

#: ours, psifr's, the columns of x
PAIRS = [
    (spc, fr.spc, ["input"]),
    (pnr, fr.pnr, ["output", "input"]),
    (lag_crp, fr.lag_crp, ["lag"]),
    (temporal_factor, fr.lag_rank, []),
]


def assert_same(table: pd.DataFrame) -> None:
    recalls = Recalls.from_table(table)
    with warnings.catch_warnings():
        # psifr averages empty sets and relies on pandas' older ways
        warnings.simplefilter("ignore")
        merged = fr.merge_free_recall(table)
        expected = [oracle(merged) for _, oracle, _ in PAIRS]
    for (measure, _, x), theirs in zip(PAIRS, expected, strict=True):
        mine = measure(recalls).set_index(["subject", *x]).sort_index()
        theirs = theirs.set_index(["subject", *x]).sort_index()
        assert mine.index.tolist() == theirs.index.tolist()
        for column in theirs.columns:
            np.testing.assert_allclose(mine[column], theirs[column], rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", ["Morton2013", "peers_notask"])
def test_samples_of_psifr(name):
    assert_same(fr.sample_data(name))


@pytest.mark.parametrize("condition", ["10-2", "40-1"])
def test_murdock(human_folder, condition):
    recalls = read_trials(human_folder / "murdock1962" / "trials.csv")
    assert_same(recalls.take((recalls.labels["condition"] == condition).to_numpy()).to_table())


@pytest.mark.parametrize("seed", range(60))
def test_random_lists(random_table, seed):
    assert_same(random_table(seed))


@pytest.mark.parametrize("seed", range(10))
def test_pfr_is_pnr_at_output_one(random_table, seed):
    recalls = Recalls.from_table(random_table(seed))
    first = pnr(recalls).query("output == 1").drop(columns="output").reset_index(drop=True)
    pd.testing.assert_frame_equal(pfr(recalls), first)


def test_psifr_counts_a_first_word_after_an_intrusion_as_first():
    table = fr.table_from_lists([1], [["owl", "elk"]], [["cow", "elk"]])
    assert_same(table)
    assert pfr(table)["prob"].tolist() == [0, 1]


def test_psifr_multiplies_intrusions_and_words_studied_twice():
    """Known departures: psifr 0.10.1 joins a recall to each place where the word was studied."""
    study = [["owl", "elk"], ["owl", "bee"], ["ant", "fox", "ant"]]
    table = fr.table_from_lists([1, 1, 1], study, [[], [], ["owl", "ant"]])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        merged = fr.merge_free_recall(table).query("list == 3")
    assert merged["intrusion"].sum() == 2
    assert merged.query("recall and not intrusion").shape[0] == 2
    words = words_recalled(Recalls.from_table(table), by="list").query("list == 3")
    assert words[["n_recalled", "n_intrusions"]].to_numpy().tolist() == [[1, 1]]
