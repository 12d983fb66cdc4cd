"""Measures of serial recall on lists worked by hand, against plain loops, and what always holds."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from analysis import (
    Recalls,
    bootstrap_lists,
    fill_in,
    fill_in_ratio,
    group_accuracy,
    interpositions,
    locality,
    perfect_lists,
    protrusions,
    serial_accuracy,
    serial_curves,
    serial_latencies,
    serial_responses,
    span,
    transpositions,
)

from . import reference

MEASURES = [
    serial_accuracy,
    serial_responses,
    transpositions,
    locality,
    perfect_lists,
    fill_in,
    fill_in_ratio,
    group_accuracy,
    interpositions,
    span,
    serial_curves,
]

LENGTH = 5
#: reports shorter, as long, and longer than the list
REPORTS = npst.arrays(
    np.int8, st.tuples(st.integers(1, 4), st.integers(1, 7)), elements=st.integers(-1, LENGTH)
)


def lists(*reports: list[int], length: int = LENGTH, **labels) -> Recalls:
    width = max(map(len, reports))
    padded = [[*report, *[0] * (width - len(report))] for report in reports]
    return Recalls.from_positions(padded, length, omissions=True, **labels)


def of_lengths(*lengths_and_reports: tuple[int, list[int]], **labels) -> Recalls:
    width = max(length for length, _ in lengths_and_reports)
    presented = [
        [i * (i <= length) for i in range(1, width + 1)] for length, _ in lengths_and_reports
    ]
    recalled = [[*report, *[0] * (width - len(report))] for _, report in lengths_and_reports]
    n = len(presented)
    frame = pd.DataFrame({"subject": 1, "list": range(1, n + 1), **labels}, index=range(n))
    return Recalls(np.array(presented), np.array(recalled), frame, omissions=True)


def values(table: pd.DataFrame, x: str, value: str = "prob") -> dict:
    return table.set_index(x)[value].dropna().to_dict()


# --- by hand


def test_accuracy_by_hand():
    # 2 and 3 move up, 5 stands in its place, one word from elsewhere
    recalls = lists([2, 3, -1, 0, 5])
    assert serial_accuracy(recalls)["recall"].tolist() == [0, 0, 0, 0, 1]
    assert serial_accuracy(recalls, scoring="item")["recall"].tolist() == [0, 1, 1, 0, 1]
    assert serial_accuracy(recalls, scoring="relative")["recall"].tolist() == [0, 0, 1, 0, 0]


def test_a_word_after_an_omission_follows_nothing():
    # place 1 is blank: word 1 does not begin the report
    assert serial_accuracy(lists([0, 1]), scoring="relative")["actual"].sum() == 0
    assert serial_accuracy(lists([-1, 1]), scoring="relative")["actual"].sum() == 0


def test_responses_beyond_the_list_do_not_count():
    recalls = lists([1, 2, 3, 5, -1, 4, 4])
    assert serial_accuracy(recalls, scoring="item")["recall"].tolist() == [1, 1, 1, 0, 1]
    assert serial_responses(recalls)["actual"].sum() == LENGTH


def test_kinds_of_response_by_hand():
    recalls = lists([2, 2, 1, -1])
    table = serial_responses(recalls)
    said = table.loc[table["actual"] == 1, "kind"].tolist()
    assert said == ["transposition", "correct", "transposition", "intrusion", "omission"]
    table = serial_responses(recalls, repeat_in_place="repetition")
    assert table.loc[table["actual"] == 1, "kind"].tolist()[1] == "repetition"


def test_a_word_studied_twice_is_right_in_both_places_and_repeated_the_third_time():
    table = pd.DataFrame(
        {
            "subject": 1,
            "list": 1,
            "trial_type": ["study"] * 4 + ["recall"] * 4,
            "position": [1, 2, 3, 4] * 2,
            "item": ["owl", "elk", "owl", "ant", "owl", "elk", "owl", "owl"],
        }
    )
    kinds = serial_responses(table)
    said = kinds.loc[kinds["actual"] == 1, "kind"].tolist()
    assert said == ["correct", "correct", "correct", "repetition"]
    assert serial_accuracy(table)["recall"].tolist() == [1, 1, 1, 0]


def test_protrusions_by_hand():
    study = [["a", "b", "c"], ["d", "e", "f"], ["g", "h", "i"]]
    # list 2: b from its place of list 1, c from another place; list 3: b is two lists back
    recall = [["a", "b", "x"], ["c", "b", "f"], ["g", "b", None]]
    rows = [
        (1, number, trial_type, position, item)
        for number, words in enumerate(zip(study, recall, strict=True), start=1)
        for trial_type, some in zip(("study", "recall"), words, strict=True)
        for position, item in enumerate(some, start=1)
    ]
    table = pd.DataFrame(rows, columns=["subject", "list", "trial_type", "position", "item"])
    found = protrusions(table)
    assert found["actual"].tolist() == [0, 1, 0]
    assert found["possible"].tolist() == [2, 2, 2]
    per = protrusions(table, per="intrusions")
    assert values(per, "output") == {1: 0, 2: 0.5}
    # another subject's list is not the list before
    other = table.assign(subject=table["list"])
    assert protrusions(other).empty


def test_protrusions_do_not_depend_on_blocks(monkeypatch):
    rng = np.random.default_rng(0)
    presented = np.array([rng.permutation(12)[:4] + 1 for _ in range(40)])
    items = rng.integers(1, 13, (40, 4))
    same = items[:, :, None] == presented[:, None, :]
    recalled = np.where(same.any(2), same.argmax(2) + 1, -1)
    labels = pd.DataFrame({"subject": np.arange(40) % 3, "list": np.arange(40)})
    recalls = Recalls(presented, recalled, labels, items)
    expected = [0] * 4
    for row in range(3, 40):
        for output in range(4):
            word = items[row, output]
            before = presented[row - 3, output]
            expected[output] += word == before and word not in presented[row]
    assert sum(expected) > 0
    monkeypatch.setattr("analysis.recalls.BLOCK", 7)
    assert protrusions(recalls).groupby("output")["actual"].sum().tolist() == expected


def test_protrusions_need_words():
    with pytest.raises(ValueError, match="protrusions need the words of intrusions, and none is"):
        protrusions(lists([1, -1], [2, 1]))


def test_transpositions_by_hand():
    # word 3 one too early, 2 one too late, 1 three too late and repeated there
    recalls = lists([1, 3, 2, 1], length=4)
    table = transpositions(recalls)
    assert values(table, "displacement") == {
        -3: 0.25,
        -2: 0,
        -1: 0.25,
        0: 0.25,
        1: 0.25,
        2: 0,
        3: 0,
    }
    table = transpositions(recalls, per="opportunities")
    assert values(table[table["actual"] > 0], "displacement") == pytest.approx(
        {-3: 1, -1: 1 / 3, 0: 1 / 4, 1: 1 / 3}
    )
    table = transpositions(recalls, per="errors", distance="absolute")
    assert values(table, "displacement") == pytest.approx({1: 2 / 3, 2: 0, 3: 1 / 3})
    table = transpositions(recalls, per="errors", distance="absolute", repeats=False)
    assert values(table, "displacement") == {1: 1, 2: 0, 3: 0}
    assert locality(recalls)["prob"].item() == pytest.approx(2 / 3)
    assert locality(recalls, within=3)["prob"].item() == 1
    late = transpositions(recalls, positive="late")
    assert late["prob"].tolist() == transpositions(recalls)["prob"].tolist()[::-1]


def test_transpositions_of_mixed_lengths():
    recalls = of_lengths((2, [2, 1]), (3, [1, 2, 3]))
    table = transpositions(recalls, per="opportunities")
    assert table["possible"].tolist() == [1, 3, 5, 3, 1]
    assert transpositions(recalls)["possible"].tolist() == [3, 5, 5, 5, 3]


def test_fill_in_by_hand():
    recalls = lists(
        [1, 3, 2, 4, 5],  # fill-in
        [2, 1, 3, 4, 5],  # fill-in at the start
        [1, 3, 4, 5, 2],  # infill
        [1, 2, 4, 0, 0],  # other: an omission
        [1, 2, 3, 5, 4],  # fill-in, where infill was impossible
        [1, 4, 2, 3, 5],  # two words skipped
        [2, 2, 1, 3, 4],  # other: a repetition
        [1, 0, 4, 3, 5],  # the first error is an omission
    )
    table = fill_in(recalls)
    assert table["actual"].tolist() == [3, 1, 2]
    assert table["possible"].tolist() == [6, 6, 6]
    assert fill_in(recalls, both_possible=True)["actual"].tolist() == [2, 1, 2]
    assert fill_in_ratio(recalls)["ratio"].tolist() == [3]
    assert fill_in_ratio(lists([2, 1]))["ratio"].tolist() == [np.inf]
    assert np.isnan(fill_in_ratio(lists([1, 2]))["ratio"].item())


def test_span_by_hand():
    right, wrong = [1, 2, 3, 4, 5, 6], [2, 1, 3, 4, 5, 6]
    shares = {3: (4, 4), 4: (3, 4), 5: (1, 4), 6: (0, 4)}
    trials = [
        (length, (right if i < n else wrong)[:length])
        for length, (n, of) in shares.items()
        for i in range(of)
    ]
    recalls = of_lengths(*trials)
    # .75 at 4 and .25 at 5: .5 lies half-way
    assert span(recalls).iloc[0].tolist() == [1, 4.5, 3, 6]
    assert span(recalls, level=0.75)["span"].item() == 4
    assert span(recalls, method="sum")["span"].item() == 2 + 1 + 0.75 + 0.25
    easy = recalls.take(recalls.list_length == 3)
    assert np.isnan(span(easy)["span"].item())
    hard = recalls.take(recalls.list_length == 6)
    assert np.isnan(span(hard)["span"].item())
    assert span(hard, method="sum")["span"].item() == 5


def test_span_by_subject_and_condition():
    recalls = of_lengths(
        (2, [1, 2]), (3, [1, 3]), (2, [1, 2]), (3, [1, 2, 3]), set=["a", "a", "b", "b"]
    )
    table = span(recalls, "set", method="sum")
    assert table["set"].tolist() == ["a", "b"]
    assert table["span"].tolist() == [2, 3]


def test_grouping_by_hand():
    # 2 and 5 change places (interpositions), 7 and 8 within their group, 4 and 9 across
    recalls = lists([1, 5, 3, 9, 2, 6, 8, 7, 4], length=9)
    assert group_accuracy(recalls)["recall"].tolist() == pytest.approx([1 / 3, 0, 2 / 3])
    assert interpositions(recalls)["actual"].tolist() == [2, 2, 2]
    assert interpositions(recalls)["chance"].tolist() == [2 / 8, 2 / 8, 4 / 8]
    pairs = interpositions(recalls, groups=[2, 2, 5])
    # 9 at 4: fifth for second; 4 at 9: second for fifth; 2 at 5: second for first; 5 at 2
    assert pairs["actual"].tolist() == [2, 0, 4]
    assert group_accuracy(recalls, groups=(4, 5))["possible"].tolist() == [2, 2, 2, 2, 1]


def test_grouping_of_short_lists_in_a_wide_matrix():
    recalls = of_lengths((4, [3, 2, 1, 4]), (6, [1, 2, 3, 4, 5, 6]))
    short = recalls.take([0])
    assert interpositions(short, groups=(2, 2))["actual"].tolist() == [0, 2, 0]
    assert group_accuracy(short, groups=(2, 2))["recall"].tolist() == [0, 1]


def test_latencies_by_hand():
    table = pd.DataFrame(
        {
            "subject": 1,
            "list": 1,
            "trial_type": ["study"] * 3 + ["recall"] * 3,
            "position": [1, 2, 3] * 2,
            "item": ["a", "b", "c", "b", None, "c"],
            "rt": [np.nan] * 3 + [900.0, 400.0, 200.0],
        }
    )
    assert values(serial_latencies(table), "output", "latency") == {1: 900, 2: 400, 3: 200}
    assert values(serial_latencies(table, of="correct"), "output", "latency") == {3: 200}
    moved = serial_latencies(table, x="displacement")
    assert values(moved, "displacement", "latency") == {0: 200, 1: 900}
    onset = serial_latencies(
        table.assign(rt=table["rt"].cumsum().where(table["rt"].notna())), times="onset"
    )
    assert values(onset, "output", "latency") == {1: 900, 2: 400, 3: 200}
    missing = table.assign(rt=table["rt"].mask(table["rt"] == 400))
    assert values(serial_latencies(missing), "output", "latency") == {1: 900, 3: 200}


# --- against plain loops


@settings(max_examples=60, deadline=None)
@given(REPORTS)
def test_measures_agree_with_plain_loops(reports):
    recalls = lists(*reports.tolist())
    plain = reports.tolist()
    n = len(plain)

    table = serial_responses(recalls)
    kinds = Counter(
        (output, kind)
        for report in plain
        for output, kind in enumerate(reference.responses(report, LENGTH), start=1)
    )
    assert {
        (o, k): v
        for o, k, v in zip(table["output"], table["kind"], table["actual"], strict=True)
        if v
    } == kinds

    moved = sum((reference.displacements(report, LENGTH) for report in plain), Counter())
    chances = reference.opportunities(LENGTH)
    table = transpositions(recalls, per="opportunities")
    for x, actual, possible in zip(
        table["displacement"], table["actual"], table["possible"], strict=True
    ):
        assert actual == moved[x]
        assert possible == n * chances[x]

    followed = Counter(word for report in plain for word in reference.successors(report, LENGTH))
    assert values(serial_accuracy(recalls, scoring="relative"), "input", "actual") == {
        word: followed[word] for word in range(1, LENGTH + 1)
    }
    skips = Counter(reference.after_skip(report, LENGTH) for report in plain)
    assert values(fill_in(recalls), "kind", "actual") == {
        kind: skips[kind] for kind in ("fill-in", "infill", "other")
    }


# --- what always holds


def test_a_perfect_report():
    recalls = lists([1, 2, 3, 4, 5], [1, 2, 3, 4, 5])
    for scoring in ("strict", "item", "relative"):
        assert (serial_accuracy(recalls, scoring=scoring)["recall"] == 1).all()
    assert perfect_lists(recalls)["prob"].item() == 1
    kinds = serial_responses(recalls)
    assert (kinds.loc[kinds["kind"] != "correct", "actual"] == 0).all()
    moved = transpositions(recalls)
    assert values(moved[moved["actual"] > 0], "displacement") == {0: 1}
    assert transpositions(recalls, per="errors")["prob"].isna().all()
    assert fill_in(recalls)["possible"].sum() == 0


@settings(max_examples=40, deadline=None)
@given(REPORTS)
def test_kinds_add_up_and_no_more_happens_than_could(reports):
    recalls = lists(*reports.tolist())
    total = serial_responses(recalls).groupby("output")["actual"].sum()
    assert (total == len(reports)).all()
    kinds = serial_responses(recalls).groupby("kind")["actual"].sum()
    assert kinds["correct"] == serial_accuracy(recalls)["actual"].sum()
    errors = transpositions(recalls, per="errors", repeats=True)["actual"].sum()
    assert errors == kinds["transposition"] + kinds["repetition"]
    assert interpositions(recalls, groups=2)["actual"].sum() == errors
    interposed = interpositions(recalls, groups=2)
    if errors:
        assert interposed["prob"].sum() == pytest.approx(1)
        assert interposed["chance"].sum() == pytest.approx(1)
    for measure in (serial_accuracy, transpositions, locality, group_accuracy, fill_in):
        table = measure(recalls)
        assert (table["actual"] <= table["possible"]).all()


def test_relabelling_items_and_shuffling_rows_changes_nothing(random_table):
    table = random_table(0)
    rng = np.random.default_rng(1)
    # some omissions
    table.loc[(table["trial_type"] == "recall") & (rng.random(len(table)) < 0.2), "item"] = None
    words = table["item"].dropna().unique()
    names = dict(zip(words, rng.permutation([f"w{i}" for i in range(len(words))]), strict=True))
    renamed = table.assign(item=table["item"].map(names)).sample(frac=1, random_state=1)
    for measure in [*MEASURES, protrusions]:
        pd.testing.assert_frame_equal(measure(renamed), measure(table))


@pytest.mark.parametrize("measure", MEASURES)
def test_edge_cases_work(measure):
    for recalls in (
        lists([0, 0, 0]),
        lists([1], length=1),
        lists([0], length=1),
        lists([-1, -1, -1, -1, -1]),
        of_lengths((1, []), (4, [4, 3, 2, 1])),
    ):
        assert set(measure(recalls)) >= {"x" if measure is serial_curves else "subject"}


def test_bootstrap_works_on_serial_measures():
    recalls = lists([1, 2, 3, 4, 5], [2, 1, 3, 4, 5])
    for measure in (serial_accuracy, serial_responses, transpositions, locality, fill_in):
        pooled = bootstrap_lists(measure, recalls, n_boot=20)
        expected = measure(recalls)
        assert pooled["mean"].tolist() == expected.iloc[:, -3].dropna().tolist()
        assert (pooled["low"] <= pooled["mean"]).all()


def test_bootstrap_works_on_latencies():
    recalls = lists([1, 2, 3, 4, 5], [2, 1, 3, 4, 5])
    rt = np.arange(100.0, 1100.0, 100).reshape(2, 5)
    recalls = Recalls(
        recalls.presented,
        recalls.recalled,
        recalls.labels,
        recall_columns={"rt": rt},
        omissions=True,
    )
    pooled = bootstrap_lists(serial_latencies, recalls, n_boot=50)
    assert pooled["mean"].tolist() == [350, 450, 550, 650, 750]
    assert (pooled["low"] >= 100).all()
    assert (pooled["high"] <= 1000).all()


# --- bad input


def test_definitions_are_checked():
    recalls = lists([1, 2, 3])
    with pytest.raises(ValueError, match="scoring must be 'strict', 'item' or 'relative', got 'x'"):
        serial_accuracy(recalls, scoring="x")
    with pytest.raises(ValueError, match="per must be 'outputs', 'opportunities' or 'errors'"):
        transpositions(recalls, per="lists")
    with pytest.raises(ValueError, match="within must be 1 or more places, got 0"):
        locality(recalls, within=0)
    with pytest.raises(ValueError, match=r"groups \(3, 3\) have 6 words, but list 1 of subject 1"):
        interpositions(recalls, groups=(3, 3))
    with pytest.raises(ValueError, match="groups must have 1 word or more, got 0"):
        group_accuracy(recalls, groups=0)
    with pytest.raises(ValueError, match="column='rt' is no column of the responses, which have n"):
        serial_latencies(recalls)
    with pytest.raises(ValueError, match="level must lie between 0 and 1, such as .95, got 1"):
        span(recalls, level=1)
    gap = of_lengths((2, [1, 2]), (4, [1, 2, 3, 4]))
    with pytest.raises(ValueError, match="every length from 2 to 4, but there are none of 3"):
        span(gap, method="sum")
    with pytest.raises(ValueError, match="by='speed' is no label"):
        span(recalls, by="speed")
