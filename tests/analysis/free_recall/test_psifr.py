"""psifr 0.10.1 as oracle: every measure it has, on its samples, people's and random lists."""

import gzip
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from psifr import fr

from analysis import (
    Recalls,
    category_clustering,
    distance_crp,
    input_crp,
    intrusions,
    lag_crp,
    pfr,
    pli_list_lag,
    pnr,
    read_trials,
    spc,
    words_recalled,
)

from .oracle import (
    assert_same,
    by_category,
    by_clustering,
    by_distance,
    by_list,
    by_position,
    by_window,
    halved,
    of_one_length,
    with_recall,
)

POOL = [*(f"word{i}" for i in range(12)), "never1", "never2"]
CATEGORY = dict(zip(POOL, "aabbccabcabcab", strict=True))


def random_distances() -> pd.DataFrame:
    """Distances of few values, so that many tie."""
    rng = np.random.default_rng(5)
    matrix = rng.integers(1, 6, (len(POOL), len(POOL))) / 5
    matrix = matrix + matrix.T
    np.fill_diagonal(matrix, 0)
    return pd.DataFrame(matrix, POOL, POOL)


DISTANCES = random_distances()


def compare_random(table: pd.DataFrame) -> None:
    category = table["item"].map(CATEGORY).where(table["trial_type"] == "study")
    table = halved(table).assign(category=category)
    assert_same(table, {**by_position(), **by_category(), **by_distance(DISTANCES)}, DISTANCES)
    assert_same(of_one_length(table), by_window(DISTANCES), DISTANCES)
    if (table["trial_type"] == "recall").any():
        assert_same(with_recall(table), by_clustering())


@pytest.mark.parametrize("seed", range(8))
def test_random_lists(random_table, seed):
    compare_random(random_table(seed))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8, 208))
def test_many_random_lists(random_table, seed):
    compare_random(random_table(seed))


def table_of_new_words(seed: int) -> pd.DataFrame:
    """Every list with words of its own, and intrusions from earlier and later ones and none."""
    rng = np.random.default_rng(seed)
    words = np.array([[f"w{number}{place}" for place in range(5)] for number in range(9)])
    subjects, study, recall = [], [], []
    for subject in (1, 2, 3):
        for number in range(9):
            said = [*words[number], *rng.choice(words[: number + 2].ravel(), 5), "never"]
            subjects.append(subject)
            study.append(words[number].tolist())
            recall.append(rng.choice(said, rng.integers(0, 9)).tolist())
    return fr.table_from_lists(subjects, study, recall)


@pytest.mark.parametrize("seed", range(10))
def test_random_prior_list_intrusions(seed):
    assert_same(table_of_new_words(seed), by_list())


def morton2013() -> pd.DataFrame:
    table = fr.sample_data("Morton2013")
    category = table["category"].where(table["trial_type"] == "study")
    return halved(table[["subject", "list", "trial_type", "position", "item"]]).assign(
        category=category
    )


def some_subjects(table: pd.DataFrame, n: int) -> pd.DataFrame:
    return table[table["subject"].isin(table["subject"].unique()[:n])].reset_index(drop=True)


def morton_distances(table: pd.DataFrame) -> pd.DataFrame:
    """psifr's semantic distances; farther than any for words that it lacks."""
    items, matrix = fr.sample_distances("Morton2013")
    distances = pd.DataFrame(matrix, items, items)
    words = pd.Index(table["item"].unique()).union(distances.index)
    return distances.reindex(index=words, columns=words).fillna(2.0)


def compare_morton(table: pd.DataFrame) -> None:
    distances = morton_distances(table)
    pairs = {
        **by_position(),
        **by_category(),
        **by_distance(distances),
        **by_window(distances),
        **by_clustering(),
    }
    assert_same(table, pairs, distances)
    # its words come again in later sessions, where psifr counts an intrusion several times
    assert_same(table[table["list"] <= 16], by_list())


def test_the_sample_morton2013():
    compare_morton(some_subjects(morton2013(), 2))


def test_the_sample_peers():
    table = some_subjects(fr.sample_data("peers_notask"), 3)
    assert_same(halved(table), by_position())
    # the first session: words come again in later ones
    assert_same(table[table["list"] <= 4], by_list())


@pytest.mark.slow
def test_all_of_morton2013():
    compare_morton(morton2013())


@pytest.mark.slow
def test_all_of_peers():
    assert_same(halved(fr.sample_data("peers_notask")), by_position())


#: free recall of people, list by list
HUMAN = [
    "murdock1962/trials.csv",
    "murdock_okada1970/trials.csv",
    "howard_kahana1999/trials.csv",
    "polyn2011/trials.csv",
    "morton2013/trials.csv",
    "healey_kahana2014/trials.csv",
    "peers_notask/trials.csv",
    "howard_kahana2005/trials.csv",
    "lohnas_kahana2014/trials.csv",
    "grenfell_ward2012/trials_ifr.csv",
    "pazdera_kahana2023/trials.csv.gz",
]


def human_tables(path: Path, n_subjects: int) -> list[pd.DataFrame]:
    """One table for each condition and list length, of a few or all (0) subjects."""
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8") as file:
            recalls = read_trials(file)
    else:
        recalls = read_trials(path)
    labels = recalls.labels.reset_index(drop=True)
    tables = []
    # psifr cannot count compound lags of lists of one word
    for _, part in labels[labels["list_length"] > 1].groupby(["condition", "list_length"]):
        subjects = part["subject"].unique()
        some = subjects[:n_subjects] if n_subjects else subjects
        rows = part.index[part["subject"].isin(some)].to_numpy()
        table = recalls.take(rows).to_table()
        tables.append(halved(table[["subject", "list", "trial_type", "position", "item"]]))
    return tables


def simple() -> dict:
    return {k: v for k, v in by_position().items() if k in ("spc", "pnr", "lag_crp", "lag_rank")}


@pytest.mark.parametrize("name", ["murdock1962/trials.csv", "murdock_okada1970/trials.csv"])
def test_a_few_people(human_folder, name):
    for table in human_tables(human_folder / name, n_subjects=1)[:2]:
        assert_same(table, simple())


@pytest.mark.slow
@pytest.mark.parametrize("name", HUMAN)
def test_all_people(human_folder, name):
    # psifr takes hours for all 2357 online subjects and all options
    n_subjects = 40 if name.startswith("pazdera") else 0
    for table in human_tables(human_folder / name, n_subjects):
        assert_same(table, simple())
    for table in human_tables(human_folder / name, 5):
        assert_same(table, by_position())


@pytest.mark.parametrize("seed", range(10))
def test_pfr_is_pnr_at_output_one(random_table, seed):
    recalls = Recalls.from_table(random_table(seed))
    first = pnr(recalls).query("output == 1").drop(columns="output").reset_index(drop=True)
    pd.testing.assert_frame_equal(pfr(recalls), first)


def test_psifr_counts_a_first_word_after_an_intrusion_as_first():
    table = fr.table_from_lists([1], [["owl", "elk"]], [["cow", "elk"]])
    assert_same(halved(table), {"pnr": by_position()["pnr"]})
    assert pfr(table)["prob"].tolist() == [0, 1]


def merged(table: pd.DataFrame) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return fr.merge_free_recall(table)


# Where psifr 0.10.1 departs from what it describes, ours by hand. Should a later version agree,
# these tests say so.


def test_psifr_multiplies_intrusions_of_words_in_several_lists():
    study = [["owl", "elk"], ["owl", "bee"], ["ant", "fox"]]
    table = fr.table_from_lists([1, 1, 1], study, [[], [], ["owl"]])
    assert merged(table)["intrusion"].sum() == 2
    assert words_recalled(table)["n_intrusions"].item() == pytest.approx(1 / 3)
    assert intrusions(table)[["n_pli", "n_eli"]].iloc[0].tolist() == [pytest.approx(1 / 3), 0]
    theirs = fr.pli_list_lag(merged(table), 1)
    mine = pli_list_lag(table, max_lag=1)
    # one intrusion, from the list before
    assert (theirs["prob"].item(), mine["prob"].item()) == (0.5, 1)


def test_psifr_puts_words_studied_twice_into_the_recalls_twice():
    # two transitions, from 2 to 1 and from 1 to 5; psifr has three
    table = fr.table_from_lists([1], [list("abcad")], [list("bad")])
    assert fr.lag_crp(merged(table))["actual"].sum() == 3
    mine = lag_crp(table).query("actual > 0")
    assert mine["lag"].tolist() == [-1, 4]
    assert lag_crp(table, repeated="nearest").query("actual > 0")["lag"].tolist() == [-1, 1]
    assert spc(table)["recall"].tolist() == [1, 1, 0, 0, 1]
    every = spc(table, repeated="every")["recall"].tolist()
    assert every == fr.spc(merged(table))["recall"].tolist() == [1, 1, 0, 1, 1]


def test_psifr_swaps_the_columns_of_the_input_crp():
    # from 1 to 3, then from 3 to 2
    table = fr.table_from_lists([1], [list("abcd")], [list("acb")])
    mine = input_crp(table).query("actual > 0")
    theirs = fr.input_crp(merged(table)).query("actual > 0")
    assert mine[["previous", "current"]].to_numpy().tolist() == [[1, 3], [3, 2]]
    assert sorted(theirs[["current", "previous"]].to_numpy().tolist()) == [[1, 3], [3, 2]]


def test_psifr_finds_clustering_where_nothing_was_recalled():
    table = fr.table_from_lists([1, 1], [list("abcd")] * 2, [list("ab"), []])
    table["category"] = table["item"].map(dict(zip("abcd", "xxyy", strict=True)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = fr.category_clustering(
            fr.merge_free_recall(table, study_keys=["category"]), "category"
        )
    table.loc[table["trial_type"] == "recall", "category"] = None
    row = category_clustering(table).iloc[0]
    # 1 repetition, 1 / 3 by chance; psifr adds 1 / 3 for the empty list and halves
    assert (row["lbc"], row["n_lbc"]) == (pytest.approx(2 / 3), 1)
    assert theirs["lbc"].item() == pytest.approx(1 / 2)


def test_psifr_loses_what_was_possible_at_the_edge_of_a_bin():
    table = fr.table_from_lists([1], [list("abc")], [list("ab")])
    matrix = np.array([[0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])
    theirs = merged(table).assign(index=[0, 1, 2])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = fr.distance_crp(theirs, "index", matrix, [0, 0.5, 1], count_unique=True)
    distances = pd.DataFrame(matrix, list("abc"), list("abc"))
    mine = distance_crp(table, distances, [0, 0.5, 1], count_unique=True)
    assert mine[["actual", "possible"]].iloc[0].tolist() == [1, 1]
    assert theirs[["actual", "possible"]].iloc[0].tolist() == [1, 0]
