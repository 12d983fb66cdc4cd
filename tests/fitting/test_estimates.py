"""Models that estimate their weights themselves, through the same front door as theories."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis import Recalls
from memsim.cognitive import Descriptive, ExponentialStop, Rich, Static, Uniform
from memsim.fitting import FitWarning, fit, observe_people
from paradigms import FreeRecall

TASK = FreeRecall(list_length=3)
STOP = ExponentialStop(theta_s=0.1, theta_r=0.5)
STATIC = Static(position=(0.0,) * 3, stop=STOP)


def people():
    """First recalls of positions 1, 2, 3: of Ada 1, 1, 2; of Bo 0, 2, 2 of each 4 lists."""
    parts = [
        Recalls.from_positions([[1], [2], [3], [3]], list_length=3, subject="Ada").to_table(),
        Recalls.from_positions([[2], [2], [3], [3]], list_length=3, subject="Bo").to_table(),
    ]
    return observe_people(pd.concat(parts), TASK)


def test_closed_form_of_each_subject():
    fits = fit(STATIC, people())
    table = fits.table.set_index("subject")
    ada = [1 / 4, 1 / 4, 1 / 2]
    nll = -4 * np.sum(np.array(ada) * np.log(ada))
    assert table.loc["Ada", "nll_choice"] == pytest.approx(nll, abs=1e-9)
    schedule = TASK.trials(0, 0, n_lists=1)
    assert fits.models["Ada"].first_recall(schedule)[0].numpy() == pytest.approx(ada, abs=1e-6)
    assert table.loc["Bo", "nll_choice"] == pytest.approx(4 * np.log(2), abs=1e-4)
    # all lists stop after one recall
    assert fits.models["Ada"].stop.hazard(3)[:2].tolist() == pytest.approx([0, 1], abs=2e-6)
    assert (table["nll"] == table["nll_choice"] + table["nll_stop"]).all()
    assert table["n_events"].tolist() == [8, 8] and table["converged"].all()


def test_all_together_and_with_the_stop_rule_asked_for():
    some = people()
    pooled = fit(STATIC, some, by=None, stop=None)
    assert pooled.models["all"].stop == STOP
    schedule = TASK.trials(0, 0, n_lists=1)
    p = pooled.models["all"].first_recall(schedule)[0].numpy()
    assert p == pytest.approx([1 / 8, 3 / 8, 4 / 8], abs=1e-6)
    exponential = fit(STATIC, some, by=None, stop="exponential")
    assert isinstance(exponential.models["all"].stop, ExponentialStop)
    assert {"theta_s", "theta_r"} <= {*exponential.table.columns}
    assert {*exponential.curves(n_lists=10)["source"]} == {"people", "Static"}


@pytest.mark.parametrize("name", ["Uniform", "Descriptive", "Rich"])
def test_every_log_linear_model(name):
    some = people()
    pooled = {
        "Uniform": Uniform(stop=STOP),
        "Descriptive": Descriptive(
            position=(0.0,) * 3, first=(0.0,) * 3, lag=(0.0,) * 11, stop=STOP
        ),
        "Rich": Rich.estimate(some.schedule, some.responses),
    }[name]
    fits = fit(pooled, some, by=None)
    direct = type(pooled).estimate(some.schedule, some.responses)
    nll = float(direct.choice_nll(direct.observe(some.schedule, some.responses)))
    assert fits.table["nll_choice"].iloc[0] == pytest.approx(nll, abs=1e-12)


def test_the_anchor_is_kept():
    ends = replace(STATIC, anchor="ends")
    assert fit(ends, people(), by=None).models["all"].anchor == "ends"


def test_what_it_cannot_do_is_told():
    with pytest.raises(ValueError, match="Static estimates all its weights at once; free, bounds"):
        fit(STATIC, people(), free=["position"])
    nothing = Recalls.from_positions([[0], [0]], list_length=3, subject="Cy").to_table()
    some = observe_people(pd.concat([people().recalls.to_table(), nothing]), TASK)
    with pytest.warns(FitWarning, match="1 of 3 have no recalls to fit"):
        table = fit(STATIC, some).table
    assert table["status"].tolist() == ["fitted", "fitted", "no recalls"]
