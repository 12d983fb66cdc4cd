"""Measures of cued recall worked by hand, against plain loops, and what always holds."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import contingency

from analysis import (
    cued_accuracy,
    cued_intrusions,
    cued_latencies,
    cued_responses,
    cued_tests,
    prior_list_intrusions,
    second_test_accuracy,
    successive_tests,
    yules_q,
)

COLUMNS = ["subject", "list", "trial_type", "position", "cue", "item"]
MEASURES = [
    cued_accuracy,
    cued_responses,
    cued_intrusions,
    prior_list_intrusions,
    successive_tests,
    second_test_accuracy,
    yules_q,
]


def cued_table(*lists: tuple[list[tuple], list[tuple]], subject: int = 1) -> pd.DataFrame:
    """Lists of (pairs, tests); a pair is (first, second), a test (cue, answer)."""
    rows = [
        (subject, number, trial_type, position, *words)
        for number, parts in enumerate(lists, start=1)
        for trial_type, some in zip(("study", "recall"), parts, strict=True)
        for position, words in enumerate(some, start=1)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


PAIRS = [("a", "A"), ("b", "B"), ("c", "C"), ("d", "D")]
LATER = [("e", "E"), ("f", "F")]

#: one test of each kind, forward and backward, then two pairs again
TABLE = cued_table(
    (PAIRS, [("b", "B"), ("D", "c"), ("a", "zoo"), ("C", None), ("B", "b"), ("a", "d")]),
    (LATER, [("e", "A"), ("F", "f"), ("f", "f")]),
)


def random_table(seed: int) -> pd.DataFrame:
    """Two subjects, four lists of five pairs, answers from everywhere, pairs tested up to twice."""
    rng = np.random.default_rng(seed)
    tables = []
    for subject in (1, 2):
        words = rng.permutation([f"w{i:02}" for i in range(40)]).reshape(4, 5, 2)
        lists = []
        for number in range(4):
            pairs = [tuple(map(str, pair)) for pair in words[number]]
            tests = []
            for pair in rng.integers(5, size=8):
                side = rng.integers(2)
                heard = [words[number, pair, 1 - side], rng.choice(words.ravel()), "never", None]
                answer = heard[rng.choice(4, p=[0.4, 0.4, 0.1, 0.1])]
                tests.append((str(words[number, pair, side]), answer and str(answer)))
            lists.append((pairs, tests))
        tables.append(cued_table(*lists, subject=subject))
    return pd.concat(tables, ignore_index=True)


# --- what is found out about tests


def test_tests_by_hand():
    tests = cued_tests(TABLE)
    assert tests["target"].tolist() == ["B", "d", "A", "c", "b", "A", "E", "f", "F"]
    assert tests["direction"].str[0].tolist() == list("fbfbbffbf")
    assert tests["study_position"].tolist() == [2, 4, 1, 3, 2, 1, 1, 2, 2]
    # pairs after it, and tests before it
    assert tests["lag"].tolist() == [2 + 0, 0 + 1, 3 + 2, 1 + 3, 2 + 4, 3 + 5, 1, 1, 2]
    assert tests["test"].tolist() == [1, 1, 1, 1, 2, 2, 1, 1, 2]
    assert tests["kind"].tolist() == [
        "correct",
        "same-list intrusion",
        "extra-list intrusion",
        "omission",
        "correct",
        "same-list intrusion",
        "prior-list intrusion",
        "correct",
        "same-list intrusion",
    ]
    assert tests["pair_lag"].dropna().tolist() == [-1, 3, 0]
    assert tests["list_lag"].dropna().tolist() == [1]


def test_an_intrusion_is_from_the_latest_earlier_list():
    old, new = ([("a", "A")], []), ([("b", "B")], [("b", "A")])
    future = [("c", "A")], []
    again = [("a", "d")], []
    tests = cued_tests(cued_table(old, again, new, future))
    assert tests["kind"].item() == "prior-list intrusion"
    assert tests["list_lag"].item() == 2
    only_later = cued_tests(cued_table(new, future))
    assert only_later["kind"].item() == "extra-list intrusion"


def test_pairs_presented_several_times():
    pairs = [("a", "A"), ("b", "B"), ("a", "A"), ("c", "C")]
    tests = cued_tests(cued_table((pairs, [("a", "C"), ("c", "B")])))
    assert tests["presentations"].tolist() == [2, 1]
    assert tests["study_position"].tolist() == [3, 4]
    assert tests["lag"].tolist() == [1, 1]
    # pairs are a, b, c, whatever comes between
    assert tests["n_pairs"].tolist() == [3, 3]
    assert tests["pair_lag"].tolist() == [2, -1]
    told = cued_table(([("a", "A"), ("b", "B")], [("a", "A")])).assign(presentations=[1, 5, np.nan])
    assert cued_tests(told)["presentations"].tolist() == [1]


def test_columns_of_tests_or_else_of_pairs_are_kept():
    table = TABLE.assign(rt=np.arange(len(TABLE)) * 1.0, kind_of_pair=None, block=1)
    table.loc[table["trial_type"] == "study", "kind_of_pair"] = table["cue"].str.upper()
    tests = cued_tests(table)
    assert tests["rt"].tolist() == table.loc[table["trial_type"] == "recall", "rt"].tolist()
    assert tests["kind_of_pair"].tolist() == list("BDACBAEFF")
    assert (tests["block"] == 1).all()


def test_words_in_two_pairs_need_a_direction():
    chained = cued_table(([("a", "b"), ("b", "c")], [("b", "a"), ("b", "c")]))
    with pytest.raises(ValueError, match="row 2 shows 'b', which belongs to several pairs of list"):
        cued_tests(chained)
    said = chained.assign(direction=[None, None, "backward", "forward"])
    assert cued_tests(said)["correct"].tolist() == [True, True]
    branching = cued_table(([("a", "b"), ("a", "c")], [("a", "b"), ("a", "b")]))
    branching["direction"] = "forward"
    with pytest.raises(ValueError, match="say which with a column target"):
        cued_tests(branching)
    said = cued_tests(branching.assign(target=["b", "c", "b", "c"]))
    assert said["kind"].tolist() == ["correct", "same-list intrusion"]
    assert said["pair_lag"].dropna().tolist() == [-1]


def test_lags_of_tests_between_presentations_are_kept():
    table = cued_table(([("a", "A"), ("b", "B")], [("a", "A"), ("b", "B")]))
    table = table.assign(lag=[np.nan, np.nan, 0.0, 3.0])
    assert cued_tests(table)["lag"].tolist() == [0, 3]


def test_words_of_later_lists():
    # A-B, A-C: both lists are studied before the tests of either
    table = cued_table(([("a", "B")], [("a", "C")]), ([("a", "C")], [("a", "B")]))
    assert cued_tests(table)["kind"].tolist() == ["extra-list intrusion", "prior-list intrusion"]
    tests = cued_tests(table, later_lists=True)
    assert tests["kind"].tolist() == ["later-list intrusion", "prior-list intrusion"]
    assert tests["list_lag"].tolist() == [-1, 1]
    assert prior_list_intrusions(tests, max_lag=1)["actual"].tolist() == [1]


@pytest.mark.parametrize("seed", range(3))
def test_tests_agree_with_a_plain_loop(seed):
    table = random_table(seed)
    tests = cued_tests(table)
    study = table[table["trial_type"] == "study"]
    place = {
        (s, n, w): (p, side)
        for s, n, p, *pair in study[["subject", "list", "position", "cue", "item"]].to_numpy()
        for side, w in enumerate(pair)
    }
    partner = {}
    for s, n, first, second in study[["subject", "list", "cue", "item"]].to_numpy():
        partner[s, n, first], partner[s, n, second] = second, first
    rows = table[table["trial_type"] == "recall"].to_numpy()
    assert len(rows) == len(tests)
    for (s, n, _, position, cue, answer), test in zip(rows, tests.itertuples(), strict=True):
        pair, side = place[s, n, cue]
        assert test.direction == ("forward", "backward")[side]
        assert test.lag == 5 - pair + position - 1
        lists = [k for k in range(n - 1, 0, -1) if (s, k, answer) in place]
        if pd.isna(answer):
            expected = "omission"
        elif answer == partner[s, n, cue]:
            expected = "correct"
        elif (s, n, answer) in place:
            expected = "same-list intrusion"
            assert test.pair_lag == place[s, n, answer][0] - pair
        elif lists:
            expected = "prior-list intrusion"
            assert test.list_lag == n - lists[0]
        else:
            expected = "extra-list intrusion"
        assert test.kind == expected


# --- measures by hand


def test_accuracy_by_hand():
    assert cued_accuracy(TABLE, x=None)["actual"].tolist() == [2]
    assert cued_accuracy(TABLE, x=None)["possible"].tolist() == [6]
    assert cued_accuracy(TABLE, x=None, test=None)["possible"].tolist() == [9]
    by_direction = cued_accuracy(TABLE, x="direction").set_index("direction")["prob"]
    assert by_direction.to_dict() == pytest.approx({"forward": 1 / 3, "backward": 1 / 3})
    by_list = cued_accuracy(TABLE, x="test_position", by="list")
    assert by_list[["list", "test_position", "prob"]].to_numpy().tolist() == [
        [1, 1, 1],
        [1, 2, 0],
        [1, 3, 0],
        [1, 4, 0],
        [2, 1, 0],
        [2, 2, 1],
    ]
    # x that is also in by comes once
    assert cued_accuracy(TABLE, by="direction", x="direction").columns.tolist()[1:3] == [
        "direction",
        "prob",
    ]


def test_responses_add_up():
    table = cued_responses(random_table(0), x="direction", test=None)
    total = table.groupby(["subject", "direction"])["prob"].sum()
    assert total.to_numpy() == pytest.approx(1)
    hand = cued_responses(TABLE).set_index("kind")["actual"].to_dict()
    assert list(hand.values()) == [2, 1, 1, 0, 1, 1]


def test_intrusions_by_hand():
    # cue 4 got a word of 3; 1, 2 and 3 were possible, but 2 had been asked for before
    first = cued_intrusions(TABLE).set_index("pair_lag")
    assert first["actual"].to_dict() == {-3: 0, -2: 0, -1: 1}
    assert first["possible"].to_dict() == {-3: 1, -2: 1, -1: 1}
    untested = cued_intrusions(TABLE, available="untested").set_index("pair_lag")
    assert untested["possible"].to_dict() == {-3: 1, -1: 1}
    # the second test of 1 got a word of 4; all pairs had been asked for by then
    both = cued_intrusions(TABLE, test=None).set_index("pair_lag")
    assert both["possible"].to_dict() == {-3: 1, -2: 1, -1: 1, 1: 1, 2: 1, 3: 1}
    untested = cued_intrusions(TABLE, test=None, available="untested").set_index("pair_lag")
    assert untested["possible"].to_dict() == {-3: 1, -1: 1}
    assert cued_intrusions(TABLE, at_least=2).empty


def test_prior_list_intrusions_by_hand():
    lists = [
        ([(f"{x}1", f"{x}2")], [(f"{x}1", answer)])
        for x, answer in zip("abcde", (None, "a1", "b2", "a1", "d2"), strict=True)
    ]
    table = prior_list_intrusions(cued_table(*lists), max_lag=2)
    # lists 3 to 5 have two before them: lags 1, 3 (too far) and 1
    assert table["actual"].tolist() == [2, 0]
    assert table["possible"].tolist() == [2, 2]
    per_test = prior_list_intrusions(cued_table(*lists), max_lag=2, per="tests")
    assert per_test["prob"].tolist() == pytest.approx([2 / 3, 0])


def test_latencies_by_hand():
    table = TABLE.assign(rt=100.0)
    correct = (table["item"] == "B") & (table["trial_type"] == "recall")
    table.loc[correct, "rt"] = 900.0
    assert cued_latencies(table)["latency"].tolist() == [500]
    assert cued_latencies(table, shortest=100)["latency"].tolist() == [900]
    assert cued_latencies(table, longest=900, test=None)["possible"].tolist() == [2]
    assert cued_latencies(table, kind="omission")["possible"].tolist() == [1]


def test_successive_tests_by_hand():
    table = successive_tests(TABLE).set_index("directions")
    # b: forward right, backward right; a: forward wrong, forward wrong; f: right, wrong, reversed
    assert table.loc["reversed", ["both", "first_only", "second_only", "neither"]].tolist() == [
        1,
        1,
        0,
        0,
    ]
    assert table.loc["same", "neither"] == 1
    given = second_test_accuracy(TABLE).set_index(["directions", "first"])["prob"]
    assert given.to_dict() == {("reversed", "correct"): 0.5, ("same", "wrong"): 0}


def test_yules_q_from_the_odds_ratio():
    for pooled in (False, True):
        table = yules_q(random_table(1), add=0.5, pooled=pooled)
        for row in table.itertuples():
            cells = np.array([[row.both, row.first_only], [row.second_only, row.neither]]) + 0.5
            # scipy wants whole numbers, and the odds ratio does not mind doubling
            odds = contingency.odds_ratio((2 * cells).astype(int), kind="sample").statistic
            assert row.q == pytest.approx((odds - 1) / (odds + 1))
    assert yules_q(TABLE, add=0, pooled=True)["q"].isna().tolist() == [True, True]


# --- what always holds


def test_relabelling_words_and_shuffling_rows_changes_nothing():
    table = random_table(2)
    words = pd.concat([table["cue"], table["item"]]).dropna().unique()
    numbers = dict(zip(words, np.random.default_rng(0).permutation(len(words)) + 1, strict=True))
    renamed = table.assign(
        cue=table["cue"].map(numbers), item=table["item"].map(numbers).astype("Int64")
    ).sample(frac=1, random_state=1)
    for measure in MEASURES:
        pd.testing.assert_frame_equal(measure(renamed), measure(table))


def test_tests_and_tables_give_the_same():
    table = random_table(2)
    for measure in MEASURES:
        pd.testing.assert_frame_equal(measure(cued_tests(table)), measure(table))


def test_a_perfect_subject():
    table = cued_table((PAIRS, [*PAIRS, *((b, a) for a, b in PAIRS)]))
    assert (cued_accuracy(table, x="lag", test=None)["prob"] == 1).all()
    assert cued_intrusions(table).empty
    assert prior_list_intrusions(table).empty
    assert second_test_accuracy(table)["prob"].tolist() == [1]


def test_edge_cases_work():
    one_pair = cued_table(([("a", "A")], [("a", None), ("A", "a")]))
    silent = cued_table((PAIRS, [(a, None) for a, _ in PAIRS] * 2))
    strangers = cued_table((PAIRS, [(a, "zoo") for a, _ in PAIRS] * 2))
    for table in (one_pair, silent, strangers):
        for measure in MEASURES:
            assert "subject" in measure(table).columns


# --- bad input


def test_bad_input_teaches():
    stranger = cued_table((PAIRS, [("a", "A"), ("x", "A")]))
    with pytest.raises(ValueError, match="row 5 shows 'x', which no pair of list 1 of subject 1"):
        cued_tests(stranger)
    said = TABLE.assign(direction="forward")
    with pytest.raises(
        ValueError, match="shows 'D', which no pair .* has with direction 'forward'"
    ):
        cued_tests(said)
    with pytest.raises(ValueError, match="there are no tests"):
        cued_tests(TABLE[TABLE["trial_type"] == "study"])
    with pytest.raises(ValueError, match="cue"):
        cued_tests(TABLE.drop(columns="cue"))
    with pytest.raises(ValueError, match="no column 'speed', only subject"):
        cued_accuracy(TABLE, x="speed")
    with pytest.raises(
        ValueError,
        match="no column 'kind', only subject, .*make tests of a recall table with cued_tests",
    ):
        cued_accuracy(cued_tests(TABLE).drop(columns="kind"))
    with pytest.raises(TypeError, match="got list"):
        cued_accuracy([1, 2])
    with pytest.raises(
        ValueError, match="direction must be 'forward' or 'backward': row 4 has 'F'"
    ):
        cued_tests(TABLE.assign(direction="F"))
    with pytest.raises(ValueError, match="no pair was tested twice"):
        yules_q(cued_table((PAIRS, PAIRS)))
    with pytest.raises(ValueError, match="add must be 0 or more, got -1"):
        yules_q(TABLE, add=-1)
    with pytest.raises(ValueError, match="available must be 'others' or 'untested', got 'all'"):
        cued_intrusions(TABLE, available="all")
    with pytest.raises(ValueError, match="per must be 'intrusions' or 'tests', got 'lists'"):
        prior_list_intrusions(TABLE, per="lists")
    with pytest.raises(ValueError, match="max_lag must be 1 list or more, got 0"):
        prior_list_intrusions(TABLE, max_lag=0)
    with pytest.raises(ValueError, match="kind must be 'correct', 'same-list"):
        cued_latencies(TABLE.assign(rt=1.0), kind="right")
    with pytest.raises(ValueError, match="the tests have no column 'rt'"):
        cued_latencies(TABLE)
