"""Frequency judgments by hand and against numpy."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis import frequency_discrimination, frequency_judgments


def judgment_table(words: dict[str, tuple[int, list[float]]], subject: int = 1) -> pd.DataFrame:
    """Each word with the times it is presented and the judgments it gets."""
    study = [word for word, (n, _) in words.items() for _ in range(n)]
    tests = [(word, judged) for word, (_, some) in words.items() for judged in some]
    return pd.DataFrame(
        {
            "subject": subject,
            "list": 1,
            "trial_type": ["study"] * len(study) + ["recall"] * len(tests),
            "position": [*range(1, len(study) + 1), *range(1, len(tests) + 1)],
            "item": [*study, *(word for word, _ in tests)],
            "response": [None] * len(study) + [judged for _, judged in tests],
        }
    )


WORDS = {"a": (1, [1, 2]), "b": (3, [2, 4]), "c": (1, [3]), "x": (0, [0, 1])}


def test_judgments_by_hand():
    table = frequency_judgments(judgment_table(WORDS))
    assert table["frequency"].tolist() == [0, 1, 3]
    assert table["judged"].tolist() == [0.5, 2, 3]
    assert table["variance"].tolist() == [0.5, 1, 2]
    assert table["possible"].tolist() == [2, 3, 2]


def test_discrimination_by_hand():
    # judged = 1 + 2 * presented
    exact = judgment_table({"a": (1, [3]), "b": (2, [5]), "x": (0, [1])})
    row = frequency_discrimination(exact).iloc[0]
    assert row[["slope", "intercept", "correlation", "n"]].tolist() == pytest.approx([2, 1, 1, 3])


def test_discrimination_agrees_with_scipy():
    rng = np.random.default_rng(0)
    tables = []
    for subject in (1, 2):
        words = {
            f"w{i}": (int(n), [float(rng.poisson(n + 0.5))])
            for i, n in enumerate(rng.integers(0, 5, 40))
        }
        tables.append(judgment_table(words, subject))
    found = frequency_discrimination(pd.concat(tables, ignore_index=True))
    for table, row in zip(tables, found.itertuples(), strict=True):
        study = table[table["trial_type"] == "study"]["item"].value_counts()
        tests = table[table["trial_type"] == "recall"]
        x = tests["item"].map(study).fillna(0).astype(float)
        line = stats.linregress(x, tests["response"].astype(float))
        assert row.slope == pytest.approx(line.slope)
        assert row.intercept == pytest.approx(line.intercept)
        assert row.correlation == pytest.approx(line.rvalue)


def test_what_cannot_be_told_is_nan():
    equal = frequency_discrimination(judgment_table({"a": (1, [1]), "b": (1, [2])})).iloc[0]
    assert equal[["slope", "intercept", "correlation"]].isna().all()
    flat = frequency_discrimination(judgment_table({"a": (1, [1]), "b": (2, [1])})).iloc[0]
    assert flat["slope"] == 0
    assert np.isnan(flat["correlation"])


def test_presentations_may_be_told_in_a_column():
    table = judgment_table({"a": (1, [2]), "x": (0, [0])}).assign(presentations=4)
    assert frequency_judgments(table)["frequency"].tolist() == [0, 4]


def test_relabelling_items_and_shuffling_rows_changes_nothing():
    table = judgment_table(WORDS)
    renamed = table.assign(item=table["item"].map({"a": 4, "b": 3, "c": 2, "x": 1}))
    renamed = renamed.sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(frequency_judgments(renamed), frequency_judgments(table))
    pd.testing.assert_frame_equal(
        frequency_discrimination(renamed), frequency_discrimination(table)
    )


def test_bad_input_teaches():
    with pytest.raises(ValueError, match="must be numbers from 0: row 0 of the tests has 'often'"):
        frequency_judgments(judgment_table({"a": (1, ["often"])}))
    with pytest.raises(ValueError, match="row 1 of the tests has '-1.0'"):
        frequency_discrimination(judgment_table({"a": (1, [1, -1])}))
