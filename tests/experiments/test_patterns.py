"""Sentences follow from the numbers by the rules they state: rows invented for each rule."""

import numpy as np
import pandas as pd
import pytest

from memsim.experiments import paired_associates_sentences as pairs
from memsim.experiments import recognition_report as recognition
from memsim.experiments import serial_recall_sentences as serial
from memsim.experiments.patterns import (
    Pattern,
    at_least,
    changes,
    closest,
    decided,
    not_like_people,
    times,
    unlike_people,
    who_shows,
)

NAN = float("nan")
SERIAL = pd.Series(
    {
        "source": "X",
        "kind": "network",
        "status": "not fitted",
        "subjects": 1,
        "accuracy": 0.7,
        "perfect": 0.3,
        "first": 0.9,
        "middle": 0.7,
        "last": 0.8,
        "order_errors": 0.2,
        "omissions": 0.05,
        "intrusions": 0.05,
        "repetitions": 0.0,
        "adjacent": 0.7,
        "adjacent_chance": 1 / 3,
        "fill_in": 0.5,
        "infill": 0.1,
    }
)
PAIRS = pd.Series(
    {
        "source": "X",
        "kind": "network",
        "status": "not fitted",
        "subjects": 2,
        "accuracy": 0.6,
        "forward": 0.6,
        "backward": 0.6,
        "recent": 0.8,
        "remote": 0.6,
        "least_shown": 0.4,
        "most_shown": 0.7,
        "same_list": 0.1,
        "other_words": 0.1,
        "omissions": 0.2,
        "near": 0.2,
        "far": 0.1,
        "q_same": 0.95,
        "q_reversed": 0.85,
    }
)


def shown(patterns, row, **changed):
    """Names of the patterns shown, those not shown, and those left open."""
    row = pd.Series({**row, **changed})
    answers = {one.name: one.shown(row) for one in patterns}
    return [
        {name for name, yes in answers.items() if yes is which} for which in (True, False, None)
    ]


@pytest.mark.parametrize(
    ("changed", "lost"),
    [
        ({}, set()),
        ({"first": 0.75}, set()),  # .05 above the middle, not less
        ({"first": 0.74}, {"primacy"}),
        ({"last": 0.7}, {"recency"}),
        ({"adjacent": 0.5}, set()),  # 1.5 times 1 / 3
        ({"adjacent": 0.49}, {"locality"}),
        ({"fill_in": 0.1}, {"fill-in"}),
        ({"intrusions": 0.21}, {"preponderance of order errors"}),
        ({"order_errors": 0.0, "intrusions": 0.0}, {"preponderance of order errors"}),
    ],
)
def test_patterns_of_serial_recall(changed, lost):
    yes, no, open_ = shown(serial.PATTERNS, SERIAL, **changed)
    assert no == lost and not open_ and len(yes) == len(serial.PATTERNS) - len(lost)


def test_what_numbers_do_not_tell_is_left_open():
    _, _, open_ = shown(serial.PATTERNS, SERIAL, adjacent=NAN, infill=NAN)
    assert open_ == {"locality", "fill-in"}
    _, _, open_ = shown(serial.PATTERNS, SERIAL, adjacent_chance=NAN)  # a list of three
    assert open_ == {"locality"}


@pytest.mark.parametrize(
    ("changed", "lost", "left_open"),
    [
        ({}, set(), set()),
        ({"recent": 0.64}, {"recency"}, set()),
        ({"forward": 0.64}, set(), set()),
        ({"forward": 0.65}, {"symmetry"}, set()),
        ({"forward": 0.55}, {"symmetry"}, set()),
        ({"near": 0.14}, {"contiguity of intrusions"}, set()),
        ({"near": NAN}, set(), {"contiguity of intrusions"}),
        ({"most_shown": 0.44}, {"effect of repetition"}, set()),
        ({"q_reversed": 0.7}, {"one association for both directions"}, set()),
        ({"q_reversed": 0.45, "q_same": 0.5}, {"one association for both directions"}, set()),
        # at the floor and at the ceiling nothing can differ
        ({"accuracy": 0.04}, set(), {"symmetry", "one association for both directions"}),
        ({"accuracy": 0.96}, set(), {"symmetry", "one association for both directions"}),
    ],
)
def test_patterns_of_paired_associates(changed, lost, left_open):
    _, no, open_ = shown(pairs.PATTERNS, PAIRS, **changed)
    assert (no, open_) == (lost, left_open)


@pytest.mark.parametrize(
    ("d_prime", "recent", "answers"),
    [(1.0, 0.8, (True, True)), (1.0, 0.74, (True, False)), (0.1, 0.9, (False, None))],
)
def test_patterns_of_recognition(d_prime, recent, answers):
    row = pd.Series({"d_prime": d_prime, "recent": recent, "remote": 0.7})
    assert tuple(one.shown(row) for one in recognition.PATTERNS) == answers


def test_who_shows_a_pattern_is_told_by_name():
    big = Pattern("size", "more than 1", lambda r: None if pd.isna(r["x"]) else bool(r["x"] > 1))
    table = pd.DataFrame({"source": ["A", "B", "C"], "x": [2.0, 0.0, NAN]})
    said = who_shows([big], table)
    assert said == "- **size** (more than 1): shown by A; not by B; left open by the numbers of C."
    assert decided([big], table) == [big] and decided([big], table.iloc[2:]) == []


def test_differences_from_people_are_told_from_a_bound_on():
    said = {"accuracy": "is right", "perfect": "is perfect"}
    row = pd.Series({**SERIAL, "accuracy": 0.86, "perfect": 0.45, "first": 0.6})
    found = unlike_people(row, SERIAL, said, serial.PATTERNS)
    assert found == ["no primacy", "is right too often (0.86, people 0.70)"]
    row = pd.Series({**SERIAL, "accuracy": 0.5})
    assert unlike_people(row, SERIAL, said, ()) == ["is right too seldom (0.50, people 0.70)"]
    lacking = pd.Series({**SERIAL, "first": 0.7})
    assert unlike_people(SERIAL, lacking, {}, serial.PATTERNS) == ["primacy, which people lack"]
    unknown = pd.Series({**SERIAL, "accuracy": NAN, "fill_in": NAN})
    assert unlike_people(unknown, SERIAL, said, serial.PATTERNS) == []


def test_without_people_nothing_is_unlike_them():
    assert not_like_people(pd.DataFrame([SERIAL]), serial.PROBABILITIES, serial.PATTERNS) == []
    both = pd.DataFrame([{**SERIAL, "kind": "people", "source": "People"}, SERIAL])
    *_, lines = not_like_people(both, serial.PROBABILITIES, serial.PATTERNS)
    assert lines == "- **X**: nothing by these rules."


def test_bounds_hold_in_spite_of_rounding():
    assert 0.85 - 0.8 < 0.05  # as floats are
    assert at_least(pd.Series({"a": 0.85, "b": 0.8}), "a", "b") is True
    assert times(pd.Series({"a": 0.3, "b": 0.1}), "a", "b", 3.0) is True
    assert times(pd.Series({"a": 0.0, "b": 0.0}), "a", "b", 3.0) is False


def test_changes_and_the_closest_network():
    table = pd.DataFrame(
        {"source": ["A", "B"], "x": [0.1, 0.9], "y": [NAN, 1.0], "rmsd": [0.3, 0.2], "no": np.nan}
    )
    assert changes(table, {"x": "accuracy", "y": "errors"}) == (
        "From *A* to *B* go accuracy from 0.10 to 0.90."
    )
    assert closest(table, {"rmsd": "curve", "no": "other"}) == (
        "Of the networks, closest to people by RMSD are in the curve B (0.200)."
    )
    assert closest(table, {"no": "other"}) == ""


def test_descriptions_leave_out_what_is_not_known():
    assert "no order errors, or none are known" in serial.description(
        pd.Series({**SERIAL, "adjacent": NAN})
    )
    unknown = dict.fromkeys(("accuracy", "perfect", "order_errors", "adjacent"), NAN)
    people = pd.Series({**SERIAL, **unknown, "kind": "people", "subjects": 0})
    assert serial.description(people) == (
        "**X** (a published curve): The first item is right in 90% of lists, the middle third in "
        "70%, the last item in 80%. It makes no order errors, or none are known."
    )
    said = pairs.description(pd.Series({**PAIRS, "near": NAN, "q_same": NAN, "most_shown": NAN}))
    assert "nan" not in said and said.startswith("**X** (2 networks, not fitted): 60% of first")
