"""The calls in docs/statistics.md run as they stand there."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import analysis

PAGE = Path(__file__).parents[3] / "docs" / "statistics.md"
TABLE = PAGE.read_text(encoding="utf-8").split("| Question | Call |")[1].split("\n\n")[0]
CALLS = re.findall(r"`(\w+\(.*\))`", TABLE)


@pytest.fixture(scope="module")
def names() -> dict:
    """Twelve subjects in two groups, each with eight lists in two conditions."""
    rng = np.random.default_rng(0)
    orders = rng.random((96, 6)).argsort(axis=1) + 1
    orders[np.arange(6) >= rng.integers(2, 6, size=96)[:, None]] = 0
    number = np.arange(96)
    recalls = analysis.Recalls.from_positions(
        orders,
        6,
        subject=number // 8,
        condition=np.where(number % 2, "fast", "slow"),
        model="one",
    )
    factor = analysis.temporal_factor(recalls, by="condition")
    return {name: getattr(analysis, name) for name in analysis.__all__} | {
        "recalls": recalls,
        "models": recalls,
        "people": recalls,
        "factor": factor.assign(group=np.where(factor["subject"] < 6, "old", "young")),
        "curve": analysis.spc(recalls, by="condition"),
        "table": pd.DataFrame({"p": [0.01, 0.2]}),
    }


def test_every_question_has_a_call():
    assert len(CALLS) == TABLE.count("\n| ")
    assert len(CALLS) > 10


@pytest.mark.filterwarnings("ignore:.*variance between subjects.*:RuntimeWarning")
@pytest.mark.filterwarnings("ignore:.*perfectly correlated.*:RuntimeWarning")
@pytest.mark.parametrize("call", CALLS)
def test_the_call_runs(names, call):
    if call.startswith("independent_test"):  # one row per subject
        names = names | {"factor": names["factor"][names["factor"]["condition"] == "fast"]}
    assert len(eval(call, names)) > 0
