"""Where human data are, and random recalls of every awkward kind."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="session")
def human_folder() -> Path:
    """Folder of human data beside the checkout, or where MEMSIM_DATA points."""
    default = Path(__file__).parents[2].parent / "shared" / "human"
    folder = Path(os.environ.get("MEMSIM_DATA", default))
    if not folder.is_dir():
        pytest.skip(f"no human data at {folder}; set MEMSIM_DATA")
    return folder


@pytest.fixture
def random_table() -> Callable[[int], pd.DataFrame]:
    return make_random_table


def make_random_table(seed: int) -> pd.DataFrame:
    """Lists of several lengths from a small pool, with repeats and intrusions of all kinds.

    Words recur in other lists, so that an intrusion may stem from several of them; others were
    never studied; some lists have no recall at all.
    """
    rng = np.random.default_rng(seed)
    pool = [f"word{i}" for i in range(12)]
    rows = []
    for subject in range(1, 4):
        for number in range(1, 6):
            study = rng.choice(pool, size=rng.integers(3, 8), replace=False)
            said = np.concatenate([study, rng.choice(pool, size=3), ["never1", "never2"]])
            recall = rng.choice(said, size=rng.integers(0, 9))
            for trial_type, words in (("study", study), ("recall", recall)):
                for position, word in enumerate(words, start=1):
                    rows.append((subject, number, trial_type, position, str(word)))
    return pd.DataFrame(rows, columns=["subject", "list", "trial_type", "position", "item"])
