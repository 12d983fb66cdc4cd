"""Responses: intrusions, repeats, times, stopping and clustering, by hand and by plain loops."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from analysis import (
    Recalls,
    category_clustering,
    intrusions,
    irt,
    pfr,
    pli_list_lag,
    repeats,
    spc,
    stopping,
    words_recalled,
)


def table_of(study: list[list[str]], recall: list[list[str]], subject: int = 1) -> pd.DataFrame:
    rows = [
        (subject, number, kind, place, word)
        for kind, lists in (("study", study), ("recall", recall))
        for number, words in enumerate(lists, start=1)
        for place, word in enumerate(words, start=1)
    ]
    return pd.DataFrame(rows, columns=["subject", "list", "trial_type", "position", "item"])


FIVE = table_of(
    [["a", "b"], ["c", "d"], ["e", "f"], ["g", "h"], ["i", "j"]],
    # 'e' before it was studied, 'X' from no list, 'a' twice in a list
    [["e"], ["a", "c"], ["X", "c"], ["a", "a", "e"], ["X", "h", "j"]],
)


def test_prior_list_intrusions_by_hand():
    table = pli_list_lag(FIVE, max_lag=1)
    # lists 2-5: a (1), X, c (1), a, a (3), e (1), X, h (1)
    assert table.columns.tolist() == [
        "subject",
        "list_lag",
        "count",
        "per_list",
        "prob",
        "n_lists",
        "possible",
    ]
    assert table.iloc[0].tolist() == [1, 1, 4, 1.0, 0.5, 4, 8]
    table = pli_list_lag(FIVE, max_lag=3)
    # lists 4-5: a, a (3), e (1), X, h (1)
    assert table["count"].tolist() == [2, 0, 2]
    assert table["per_list"].tolist() == [1, 0, 1]
    assert table["prob"].tolist() == pytest.approx([2 / 5, 0, 2 / 5])
    once = pli_list_lag(FIVE, max_lag=3, of="plis", repeats=False)
    assert once["prob"].tolist() == pytest.approx([2 / 3, 0, 1 / 3])


def test_intrusions_by_hand():
    row = intrusions(FIVE).iloc[0]
    # extra-list: e in list 1, X twice
    assert row.tolist() == pytest.approx([1, 6 / 5, 3 / 5, 5])
    assert intrusions(FIVE, repeats=False)["n_pli"].item() == pytest.approx(1)
    each = intrusions(FIVE, by="list")
    assert each["n_pli"].tolist() == [0, 1, 1, 3, 1]
    assert each["n_eli"].tolist() == [1, 0, 1, 0, 1]


def test_a_word_of_several_lists_came_from_the_last_before():
    table = table_of([["a", "b"], ["a", "c"], ["d", "e"], ["a", "f"]], [[], [], ["a"], []])
    assert pli_list_lag(table, max_lag=2)["count"].tolist() == [1, 0]
    # another subject's list is no list of mine
    both = pd.concat([table, table_of([["x", "y"], ["z", "w"]], [[], ["a"]], 2)])
    assert intrusions(both)[["n_pli", "n_eli"]].to_numpy().tolist() == [[0.25, 0], [0, 0.5]]


def test_numbers_of_words_may_lie_far_apart():
    items = np.array([7, 10**9, 3, 8])
    recalls = Recalls(
        presented=items.reshape(2, 2),
        recalled=np.array([[-1, -1], [-1, -1]]),
        labels=pd.DataFrame({"subject": 1, "list": [1, 2]}),
        # in list 2: 10^9 from list 1, 9 from none; in list 1: 3 from a later one, an unknown word
        recalled_items=np.array([[3, -2], [10**9, 9]]),
    )
    assert intrusions(recalls)[["n_pli", "n_eli"]].iloc[0].tolist() == [0.5, 1.5]


def test_lists_may_come_in_any_order():
    recalls = Recalls.from_table(FIVE)
    shuffled = recalls.take(np.array([3, 0, 4, 2, 1]))
    pd.testing.assert_frame_equal(pli_list_lag(shuffled, 2), pli_list_lag(recalls, 2))


def test_lists_left_out_keep_their_number():
    table = FIVE[FIVE["list"] != 3]
    lags = pli_list_lag(table, max_lag=3)
    # list 4: a from 3 lists ago; e is no list's any more
    assert lags["count"].tolist() == [1, 0, 2]


def test_prior_lists_need_numbers():
    table = FIVE.assign(list=FIVE["list"].astype(str))
    with pytest.raises(ValueError, match="lists must be numbered .* here list is '1'"):
        intrusions(table)
    with pytest.raises(ValueError, match="no subject has more than max_lag=5 lists"):
        pli_list_lag(FIVE, max_lag=5)
    with pytest.raises(ValueError, match="max_lag must be 1 or more, got 0"):
        pli_list_lag(FIVE, max_lag=0)
    with pytest.raises(ValueError, match="of must be 'intrusions' or 'plis', got 'lists'"):
        pli_list_lag(FIVE, max_lag=1, of="lists")


def test_unknown_intrusions_are_extra_list_and_each_its_own():
    recalls = Recalls.from_positions([[1, 2], [-1, -1]], list_length=2)
    assert intrusions(recalls, repeats=False)["n_eli"].item() == 1


@pytest.mark.parametrize("seed", range(5))
def test_intrusions_are_those_of_a_plain_loop(seed, random_table):
    table = random_table(seed)
    expected = {}
    for subject, mine in table.groupby("subject"):
        prior: set[str] = set()
        counts = [0, 0]
        for _, one in mine.groupby("list"):
            studied = one.loc[one["trial_type"] == "study", "item"].tolist()
            for word in one.loc[one["trial_type"] == "recall", "item"]:
                if word not in studied:
                    counts[0 if word in prior else 1] += 1
            prior |= {*studied}
        expected[subject] = [n / mine["list"].nunique() for n in counts]
    rows = intrusions(table).set_index("subject")[["n_pli", "n_eli"]]
    assert rows.T.to_dict("list") == {s: pytest.approx(n) for s, n in expected.items()}
    words = words_recalled(table).set_index("subject")["n_intrusions"]
    assert rows.sum(axis=1).to_dict() == pytest.approx(words.to_dict())


def test_repeats_and_stopping_by_hand():
    recalls = Recalls.from_positions([[3, -1, 3, 3], [1, 1, 0, 0], [0, 0, 0, 0]], list_length=3)
    assert repeats(recalls)["actual"].tolist() == [0, 1, 1, 1]
    assert repeats(recalls)["possible"].tolist() == [2, 2, 1, 1]
    assert stopping(recalls)["actual"].tolist() == [1, 0, 1, 0, 1]
    assert stopping(recalls)["possible"].tolist() == [3, 2, 2, 1, 1]


def timed(recalled: list[list[int]], times: list[list[float]], length: int = 4) -> Recalls:
    recalls = Recalls.from_positions(recalled, length)
    return Recalls(
        recalls.presented,
        recalls.recalled,
        recalls.labels,
        recall_columns={"rt": np.array(times, dtype=float)},
    )


def test_times_by_hand():
    recalls = timed(
        [[4, -1, 1, 2], [3, 3, 0, 0]],
        [[100, 300, 600, 1000], [200, 1000, 0, 0]],
    )
    table = irt(recalls)
    assert table["irt"].tolist() == [150, 500, 300, 400]
    assert table["possible"].tolist() == [2, 2, 1, 1]
    correct = irt(recalls, between="correct")
    assert correct["possible"].tolist() == [2, 0, 0, 1]
    assert correct["irt"].tolist()[::3] == [150, 400]
    # three words of the one list, one of the other
    split = irt(recalls, by_n_recalled=True)
    assert split[["n_recalled", "output"]].to_numpy().tolist() == [
        *([1, output] for output in (1, 2)),
        *([3, output] for output in (1, 2, 3, 4)),
    ]
    assert split["irt"].tolist() == [200, 800, 100, 200, 300, 400]


def test_a_missing_time_leaves_out_both_its_intervals():
    table = irt(timed([[1, 2, 3]], [[100, np.nan, 400]]))
    assert table["possible"].tolist() == [1, 0, 0]
    assert np.isnan(table["irt"]).tolist() == [False, True, True]


def test_times_are_checked():
    recalls = timed([[1, 2]], [[1, 2]])
    with pytest.raises(ValueError, match="no column 'onset', only rt"):
        irt(recalls, column="onset")
    with pytest.raises(ValueError, match="between must be 'all' or 'correct', got 'words'"):
        irt(recalls, between="words")
    table = recalls.to_table()
    table["rt"] = table["rt"].astype(object).where(table["rt"].isna(), "soon")
    with pytest.raises(ValueError, match="rt must be numbers, got object"):
        irt(table)


def clustered(order: list[int], kinds: str, sizes: str = "mean") -> tuple[float, float]:
    """LBC and ARC of one list whose words are of these kinds."""
    category = pd.Series([*kinds], index=range(1, len(kinds) + 1))
    recalls = Recalls.from_positions([order], list_length=len(kinds))
    row = category_clustering(recalls, category, sizes=sizes).iloc[0]
    return row["lbc"], row["arc"]


def test_clustering_by_hand():
    # two kinds of four words each: chance is (r - 1) * 3 / 7
    assert clustered([1, 2, 5, 6], "xxxxyyyy") == (pytest.approx(2 - 9 / 7), 1)
    assert clustered([1, 5, 2, 6], "xxxxyyyy") == (pytest.approx(0 - 9 / 7), -1)
    assert clustered([1, 5, 6, 2], "xxxxyyyy") == (pytest.approx(1 - 9 / 7), 0)
    # three of x, one of y: E = 10 / 4 - 1, at most 4 - 2
    lbc, arc = clustered([1, 2, 5, 3], "xxxxyyyy")
    assert (lbc, arc) == (pytest.approx(1 - 9 / 7), pytest.approx((1 - 1.5) / (2 - 1.5)))
    # an intrusion and a repeat are taken out
    assert clustered([1, -1, 2, 2, 5, 6], "xxxxyyyy") == clustered([1, 2, 5, 6], "xxxxyyyy")


def test_clustering_of_categories_that_differ_in_size():
    # four x, two y: 3 on average, or 4 * 3 + 2 * 1 of 6 * 5 pairs
    assert clustered([1, 2, 5, 6], "xxxxyy")[0] == pytest.approx(2 - 3 * 2 / 5)
    assert clustered([1, 2, 5, 6], "xxxxyy", "each")[0] == pytest.approx(2 - 3 * 14 / 30)
    with pytest.raises(ValueError, match="sizes must be 'mean' or 'each', got 'median'"):
        clustered([1], "xxyy", "median")


@pytest.mark.parametrize("order", [[1], [1, 2], [1, 2, 3], [1, 5]])
def test_arc_is_undefined_where_there_is_but_one_order_of_categories(order):
    assert np.isnan(clustered(order, "xxxxyyyy")[1])


def test_clustering_is_averaged_over_the_lists_that_have_it():
    category = pd.Series([*"xxyy"], index=range(1, 5))
    recalls = Recalls.from_positions([[1, 2, 3, 4], [1, 2, 0, 0], [-1, 0, 0, 0]], list_length=4)
    row = category_clustering(recalls, category).iloc[0]
    assert (row["n_lbc"], row["n_arc"]) == (2, 1)
    assert row["lbc"] == pytest.approx(((2 - 1) + (1 - 1 / 3)) / 2)
    assert row["arc"] == 1


def test_random_order_clusters_at_chance():
    rng = np.random.default_rng(0)
    orders = rng.random((4000, 12)).argsort(axis=1)[:, :7] + 1
    category = pd.Series([*"xxxxxxyyyyzz"], index=range(1, 13))
    row = category_clustering(Recalls.from_positions(orders, 12), category, sizes="each").iloc[0]
    # standard errors .02 and .008
    assert row["lbc"] == pytest.approx(0, abs=0.08)
    assert row["arc"] == pytest.approx(0, abs=0.04)


@settings(max_examples=40, deadline=None)
@given(npst.arrays(np.int8, st.tuples(st.just(3), st.integers(1, 8)), elements=st.integers(-1, 6)))
def test_clustering_is_that_of_a_plain_loop(responses):
    ended = np.cumsum(responses == 0, axis=1) > 0
    recalls = Recalls.from_positions(np.where(ended, 0, responses), list_length=6)
    kinds = dict(zip(range(1, 7), "xxyyzz", strict=True))
    lbc, arc = [], []
    for recalled in recalls.recalled.tolist():
        said = [kinds[w] for i, w in enumerate(recalled) if w > 0 and w not in recalled[:i]]
        if not said:
            continue
        again = sum(before == now for before, now in pairwise(said))
        lbc.append(again - (len(said) - 1) * 1 / 5)
        expected = sum(said.count(kind) ** 2 for kind in {*said}) / len(said) - 1
        most = len(said) - len({*said})
        if not np.isclose(expected, most):
            arc.append((again - expected) / (most - expected))
    row = category_clustering(recalls, pd.Series(kinds)).iloc[0]
    assert (row["n_lbc"], row["n_arc"]) == (len(lbc), len(arc))
    for statistic, values in (("lbc", lbc), ("arc", arc)):
        mean = np.mean(values) if values else np.nan
        assert row[statistic] == pytest.approx(mean, nan_ok=True)


def test_a_word_studied_twice_counts_once():
    presented = np.array([[1, 2, 1]])
    labels = pd.DataFrame({"subject": [1], "list": [1]})
    for said in ([1], [3], [3, 1]):
        recalls = Recalls(presented, np.array([said]), labels)
        assert spc(recalls)["recall"].tolist() == [1, 0, 0]
        assert spc(recalls, repeated="every")["recall"].tolist() == [1, 0, 1]
        assert pfr(recalls)["prob"].fillna(-1).tolist() == [1, 0, -1]
        assert words_recalled(recalls)["n_recalled"].item() == 1
    with pytest.raises(ValueError, match="repeated must be 'first' or 'every', got 'last'"):
        spc(recalls, repeated="last")


def test_first_recall_by_response_of_a_repeated_word():
    recalls = Recalls(
        np.array([[1, 2, 1], [1, 2, 3]]),
        np.array([[3, 2], [-1, 1]]),
        pd.DataFrame({"subject": 1, "list": [1, 2]}),
    )
    table = pfr(recalls, first="response")
    assert table["actual"].tolist() == [1, 0, 0]
    assert table["possible"].tolist() == [2, 2, 1]


def test_first_recall_of_all_lists():
    recalls = Recalls.from_positions([[2, 1], [-1, 1], [-1, 0], [0, 0]], list_length=2)
    for first, of, prob in (
        ("correct", "begun", [1 / 2, 1 / 2]),
        ("correct", "all", [1 / 4, 1 / 4]),
        ("response", "begun", [0, 1 / 3]),
        ("response", "all", [0, 1 / 4]),
    ):
        assert pfr(recalls, first=first, of=of)["prob"].tolist() == pytest.approx(prob)
    with pytest.raises(ValueError, match="of must be 'begun' or 'all', got 'lists'"):
        pfr(recalls, of="lists")
