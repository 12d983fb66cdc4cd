"""What holds of all lists: plain loops, bridging, relabelling, and the smallest lists."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from analysis import (
    Recalls,
    distance_crp,
    distance_rank,
    distance_rank_shifted,
    distance_rank_window,
    input_crp,
    lag_crp,
    lag_crp_compound,
    temporal_factor,
)

from ..definitions import DISTANCES, MEASURES, definition

lists = npst.arrays(
    np.int8, st.tuples(st.integers(1, 4), st.integers(1, 8)), elements=st.integers(-1, 5)
)


def from_responses(responses: np.ndarray) -> Recalls:
    ended = np.cumsum(responses == 0, axis=1) > 0
    return Recalls.from_positions(np.where(ended, 0, responses), list_length=5)


def bridged(recalled: list[int]) -> list[int]:
    """Without intrusions and repeats."""
    return [word for i, word in enumerate(recalled) if word > 0 and word not in recalled[:i]]


@settings(max_examples=25, deadline=None)
@given(lists)
def test_bridging_is_leaving_out_before(responses):
    recalls = from_responses(responses)
    clean = np.zeros_like(recalls.recalled)
    for row, recalled in zip(clean, recalls.recalled.tolist(), strict=True):
        words = bridged(recalled)
        row[: len(words)] = words
    clean = Recalls.from_positions(clean, 5)
    for measure in (lag_crp, temporal_factor, lag_crp_compound, input_crp):
        expected = measure(clean)
        pd.testing.assert_frame_equal(measure(recalls, intrusions="bridge"), expected)


@settings(max_examples=40, deadline=None)
@given(lists, st.integers(0, 3))
def test_the_lag_crp_is_that_of_a_plain_loop(responses, skip):
    recalls = from_responses(responses)
    actual = dict.fromkeys(range(-4, 5), 0)
    possible = dict.fromkeys(range(-4, 5), 0)
    for recalled in recalls.recalled.tolist():
        for i in range(skip, len(recalled) - 1):
            before, now = recalled[i : i + 2]
            if before < 1 or now < 1 or before in recalled[:i] or now in recalled[: i + 1]:
                continue
            actual[now - before] += 1
            for word in {1, 2, 3, 4, 5} - {*recalled[: i + 1]}:
                possible[word - before] += 1
    table = lag_crp(recalls, skip_outputs=skip).set_index("lag")
    assert table["actual"].to_dict() == actual
    assert table["possible"].to_dict() == possible


@settings(max_examples=40, deadline=None)
@given(
    npst.arrays(np.int8, st.tuples(st.just(3), st.integers(1, 8)), elements=st.integers(-1, 5)),
    npst.arrays(np.int8, (3, 5), elements=st.integers(1, 6)),
    st.integers(0, 3),
    st.sampled_from(["break", "bridge"]),
)
def test_the_compiled_loop_is_the_plain_definition(responses, presented, skip, intrusions):
    recalled = from_responses(responses).recalled
    labels = pd.DataFrame({"subject": 1, "list": [1, 2, 3]})
    recalls = Recalls(presented.astype(np.int32), recalled, labels)
    options = {"skip_outputs": skip, "intrusions": intrusions}
    # a query goes the way of the definition
    expected = lag_crp(recalls, item_query="input > 0", **options)
    pd.testing.assert_frame_equal(lag_crp(recalls, **options), expected)


@settings(max_examples=12, deadline=None)
@given(lists)
def test_no_more_happens_than_could(responses):
    recalls = from_responses(responses)
    for measure in MEASURES:
        table = measure(recalls, **definition(measure))
        if "actual" in table:
            assert (table["actual"] <= table["possible"]).all()
            assert (table["possible"] >= 0).all()


@settings(max_examples=20, deadline=None)
@given(lists, st.randoms(use_true_random=False))
def test_renaming_items_changes_nothing(responses, random):
    recalls = from_responses(responses)
    names = [f"word{i}" for i in range(1, 21)]
    random.shuffle(names)
    table = recalls.to_table()
    renamed = table.assign(
        item=[names[i - 1] if i > 0 else f"never{-i}" for i in table["item"]]
    ).sample(frac=1, random_state=1)
    distances = pd.DataFrame(DISTANCES, names, names)
    for measure, options in (
        (distance_rank, {}),
        (distance_crp, {"edges": [0, 0.2, 0.5, 5]}),
        (distance_rank_shifted, {"max_shift": 2}),
        (distance_rank_window, {"window_lags": [-1, 1]}),
    ):
        expected = measure(recalls, DISTANCES, **options)
        pd.testing.assert_frame_equal(measure(renamed, distances, **options), expected)


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.__name__)
@pytest.mark.parametrize(
    ("recalled", "length"),
    [([[1]], 1), ([[0]], 1), ([[-1, -1]], 1), ([[-1, -1, -1]], 4), ([[0], [0]], 3)],
    ids=["one word", "one word lost", "one word, intrusions", "all intrusions", "nothing"],
)
def test_the_smallest_lists(measure, recalled, length):
    recalls = Recalls.from_positions(recalled, length)
    table = measure(recalls, **definition(measure))
    assert (table["subject"] == 1).all()
    pd.testing.assert_frame_equal(measure(recalls.to_table(), **definition(measure)), table)
    if "actual" in table:
        assert (table["actual"] <= table["possible"]).all()


@pytest.mark.parametrize("repeated", ["first", "nearest"])
def test_lists_without_repeated_words_lie_where_they_lie(repeated, random_table):
    table = random_table(5)
    pd.testing.assert_frame_equal(lag_crp(table, repeated=repeated), lag_crp(table))


def test_the_nearest_position_is_that_of_a_plain_loop():
    rng = np.random.default_rng(2)
    presented = rng.integers(1, 5, (40, 7))
    recalled = np.zeros((40, 4), dtype=np.int64)
    expected: dict[int, int] = dict.fromkeys(range(-6, 7), 0)
    for row, words in enumerate(presented):
        order = rng.permutation(np.unique(words))[:4]
        recalled[row, : len(order)] = [np.flatnonzero(words == word)[0] + 1 for word in order]
        for before, now in pairwise(order):
            lags = np.subtract.outer(np.flatnonzero(words == now), np.flatnonzero(words == before))
            expected[min(lags.ravel().tolist(), key=lambda lag: (abs(lag), -lag))] += 1
    labels = pd.DataFrame({"subject": 1, "list": np.arange(40)})
    table = lag_crp(Recalls(presented, recalled, labels), repeated="nearest")
    assert table.set_index("lag")["actual"].to_dict() == expected
    assert temporal_factor(Recalls(presented, recalled, labels))["possible"].item() > 0
