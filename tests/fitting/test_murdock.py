"""Fits to the people of Murdock (1962), against numbers found by other means (see each test)."""

from dataclasses import replace

import numpy as np
import pytest

from memsim.cognitive import CMR, clean
from memsim.fitting import fit, observe_people, stop_nll
from memsim.fitting.stop import STOP_RULES
from paradigms import FreeRecall

from ..cognitive.helpers import DATA, murdock

#: nats, all lists pooled, of simplex searches from many starts
EXPONENTIAL = {"10-2": 2418.742, "20-1": 2845.10, "30-1": 3017.7, "40-1": 2917.0}
SATURATED = {"10-2": 2266.873, "20-1": 2515.0}


@pytest.fixture
def data(monkeypatch):
    murdock("10-2")  # skips without the data
    monkeypatch.setenv("MEMSIM_DATA", str(DATA))


@pytest.mark.parametrize(
    ("rule", "condition", "nats"),
    [
        *(("exponential", *golden) for golden in EXPONENTIAL.items()),
        *(("saturated", *golden) for golden in SATURATED.items()),
    ],
)
def test_stop_rules(rule, condition, nats):
    recalled = murdock(condition)
    n_recalled = np.count_nonzero(recalled, axis=1)
    length = np.full(len(recalled), int(condition[:2]))
    fitted = STOP_RULES[rule].estimate(n_recalled, length)
    # for 30-1 the simplex ended .7 nats above the optimum
    assert nats - 0.8 < stop_nll(fitted, n_recalled, length) < nats + 0.05


def test_people_by_name(data):
    people = observe_people("murdock1962/20-1", FreeRecall(20, presentation_time=1.0))
    assert people.responses.tolist() == clean(murdock("20-1")).tolist()
    assert len([*people.groups(["subject"])]) == 15


@pytest.mark.slow
def test_cmr_pooled_10_2(data):
    """The optimum with tau at most 20, which 1 of 60 blind starts of another program reached."""
    start = CMR.preset("G20")
    bounds = {"tau": (0.5, 20.0)}
    fits = fit(
        start, "murdock1962/10-2", FreeRecall(10), by=None, bounds=bounds, stop="exponential",
        n_starts=6, rounds=3, workers=2,
    )  # fmt: skip
    row = fits.table.iloc[0]
    assert row["nll_choice"] == pytest.approx(11994.317, abs=0.01)
    assert row["nll"] == pytest.approx(14413.059, abs=0.01)
    assert row["converged"] and row["at_bound"] == "tau"
    reference = CMR.preset("CMR-10")
    for name in ("beta_enc", "beta_start", "beta_rec", "gamma", "alpha", "phi_s"):
        assert row[name] == pytest.approx(getattr(reference, name), abs=1e-3)


@pytest.mark.slow
def test_cmr_pooled_20_1(data):
    task = FreeRecall(20, presentation_time=1.0)
    fits = fit(
        CMR.preset("CMR-10"), "murdock1962/20-1", task, by=None, stop="exponential",
        n_starts=6, rounds=3, workers=2,
    )  # fmt: skip
    row = fits.table.iloc[0]
    assert row["nll_choice"] <= 17736.4 and row["nll"] <= 20582 and row["converged"]


@pytest.mark.slow
@pytest.mark.parametrize("rho", ["exact", "elementwise"])
def test_cmr_of_each_subject_20_1(data, rho):
    """At least as good as jaxcmr's fits, which sum to 19 946.3 nats (with its own drift)."""
    model = replace(CMR.preset("G20"), rho=rho)
    task = FreeRecall(20, presentation_time=1.0)
    fits = fit(model, "murdock1962/20-1", task, stop="exponential", workers=2)
    assert len(fits.table) == 15 and fits.table["converged"].all()
    assert fits.table["n_events"].sum() == 9380
    assert fits.table["nll"].sum() <= 19946.3
