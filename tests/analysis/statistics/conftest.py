"""Published data sets, as tables with one row per subject and cell."""

import numpy as np
import pandas as pd
import pytest

#: Loftus & Masson (1994): words recalled of 20 by 10 subjects, at 1, 2 and 5 s per word
LOFTUS_MASSON = [
    [10, 13, 13],
    [6, 8, 8],
    [11, 14, 14],
    [22, 23, 25],
    [16, 18, 20],
    [15, 17, 17],
    [1, 1, 4],
    [12, 15, 17],
    [9, 12, 12],
    [8, 9, 12],
]

#: Maxwell & Delaney (2004), chapter 11: McCarthy scores of 12 children at 30, 36, 42, 48 months
MAXWELL_DELANEY = [
    [108, 96, 110, 122],
    [103, 117, 127, 133],
    [96, 107, 106, 107],
    [84, 85, 92, 99],
    [118, 125, 125, 116],
    [110, 107, 96, 91],
    [129, 128, 123, 128],
    [90, 84, 101, 113],
    [84, 104, 100, 88],
    [96, 100, 103, 105],
    [105, 114, 105, 112],
    [113, 117, 132, 130],
]


def long_table(scores, cells, column: str) -> pd.DataFrame:
    """Subjects by cells as a table with `subject`, the column of cells and `score`."""
    scores = np.asarray(scores, dtype=float)
    n_subjects, n_cells = scores.shape
    return pd.DataFrame(
        {
            "subject": np.repeat(np.arange(1, n_subjects + 1), n_cells),
            column: np.tile(cells, n_subjects),
            "score": scores.ravel(),
        }
    )


@pytest.fixture
def loftus_masson() -> pd.DataFrame:
    return long_table(LOFTUS_MASSON, [1, 2, 5], "seconds")


@pytest.fixture
def maxwell_delaney() -> pd.DataFrame:
    return long_table(MAXWELL_DELANEY, [30, 36, 42, 48], "months")


@pytest.fixture
def two_factors() -> pd.DataFrame:
    """Nine subjects, two conditions by four positions, correlated as neighbours are."""
    rng = np.random.default_rng(3)
    own = rng.normal(0, 0.1, (9, 1, 1))
    walk = rng.normal(0, 0.05, (9, 2, 4)).cumsum(axis=2)
    mean = np.array([[0.8, 0.5, 0.4, 0.7], [0.7, 0.5, 0.5, 0.6]])
    scores = (mean + own + walk).reshape(9, 8)
    table = long_table(scores, np.arange(8), "cell")
    return table.assign(
        condition=np.where(table["cell"] < 4, "fast", "slow"), input=table["cell"] % 4 + 1
    ).drop(columns="cell")
