"""Held-out nats of Murdock (1962), 20 words at 1 s, beside those of an independent implementation."""

import os
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from memsim.comparison import FREE_CONTENDERS, compare, find_contenders, split_lists
from memsim.experiments.free_recall import TASKS
from memsim.fitting import observe_people

DATA = Path(os.environ.get("MEMSIM_DATA", Path(__file__).parents[2].parent / "shared" / "human"))
NAME = "murdock1962/20-1"
#: choice per recall, all per event; folds of their own, random ones here differ by some .003
GOLDEN = {
    "Uniform": (2.809, 2.720),
    "Static": (2.362, 2.329),
    "Descriptive": (2.104, 2.105),
    "Rich": (2.045, 2.053),
}
CMR = (2.171, 2.163)
#: root mean squared deviation of random halves of lists, and of subjects
HALVES = {"spc": (0.024, 0.045), "pfr": (0.011, 0.029), "lag_crp": (0.009, 0.018)}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def people():
    if not (DATA / "murdock1962" / "trials.csv").exists():
        pytest.skip(f"needs the human data in {DATA}; set MEMSIM_DATA to their folder")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEMSIM_DATA", str(DATA))
        return observe_people(NAME, TASKS[NAME])


def test_models_without_a_theory(people):
    """Means over three assignments of lists to folds."""
    contenders = find_contenders([name.lower() for name in GOLDEN])
    tables = [
        compare(
            contenders, people, split_lists(people, 5, seed), in_sample=False, n_generated=0
        ).table("Descriptive")
        for seed in (0, 1, 2)
    ]
    found = pd.concat(tables).groupby("contender")[["nats_choice", "nats"]].mean()
    for name, golden in GOLDEN.items():
        assert found.loc[name].tolist() == pytest.approx(golden, abs=0.005), name


def test_cmr_and_how_far_halves_of_people_are_apart(people):
    """CMR from the optimum of another condition; curves farther off than halves of subjects."""
    cmr = replace(FREE_CONTENDERS["cmr"], n_starts=1, rounds=0)
    descriptive = FREE_CONTENDERS["descriptive"]
    done = compare([cmr, descriptive], people, in_sample=False, n_generated=2)
    table = done.table("Descriptive").set_index("contender")
    assert table.loc["CMR", ["nats_choice", "nats"]].tolist() == pytest.approx(CMR, abs=0.005)
    assert table.loc["CMR", "high"] < 0  # worse than the descriptive model, beyond doubt
    halves = done.ceilings.pivot(index="measure", columns="halves", values="rmsd")
    rmsd = done.curves.set_index(["contender", "measure"])["rmsd"]
    for measure, (lists, subjects) in HALVES.items():
        assert halves.loc[measure].tolist() == pytest.approx([lists, subjects], abs=0.003)
        assert rmsd["CMR", measure] > halves.loc[measure, "subjects"]
        assert rmsd["Descriptive", measure] < halves.loc[measure, "subjects"]


def test_in_sample_choices_of_convex_models(people):
    """Minus log likelihood of all choices; one optimum each, so half a nat is a lot."""
    done = compare(find_contenders(["static", "descriptive"]), people, n_generated=0)
    nll = done.in_sample.groupby("contender")["nll_choice"].sum()
    assert nll["Static"] == pytest.approx(19_290.99, abs=0.5)
    assert nll["Descriptive"] == pytest.approx(17_157.24, abs=0.5)
