"""Maximum likelihood: closed forms, recovery, many processes, and what goes wrong."""

import os
import signal
import threading
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from memsim import simulate
from memsim.cognitive import CMR, SAM, TCM, ExponentialStop, SaturatedStop
from memsim.fitting import FitWarning, fit, observe_people
from paradigms import FreeRecall

from .helpers import TASK, Coin, Jagged, TwoHalves, TwoValleys, lists, several


def bernoulli_nll(k, n):
    p = k / n
    return -(k * np.log(p) + (n - k) * np.log(1 - p))


def test_closed_form_of_each_subject():
    fits = fit(Coin(p=0.5), several(Ada=10, Bo=28), TASK, n_starts=3)
    table = fits.table.set_index("subject")
    for subject, k in (("Ada", 10), ("Bo", 28)):
        p = k / 40
        assert fits.models[subject].p == pytest.approx(p, abs=1e-6)
        row = table.loc[subject]
        assert row["nll"] == pytest.approx(bernoulli_nll(k, 40), abs=1e-8)
        assert row["se_p"] == pytest.approx(np.sqrt(p * (1 - p) / 40), rel=1e-4)
        assert row["converged"] and row["n_best"] == 3 and row["status"] == "fitted"
        assert (row["at_bound"], row["trade_off"]) == ("", "")
    assert (fits.table["n_lists"] == 40).all()


def test_pooled_is_one_group():
    fits = fit(Coin(p=0.5), several(Ada=10, Bo=28), TASK, by=None, n_starts=1)
    assert fits.models["all"].p == pytest.approx(38 / 80, abs=1e-6)
    assert len(fits.table) == 1 and "subject" not in fits.table


def test_several_labels():
    data = several(Ada=10, Bo=28)
    data["half"] = np.where(data["list"] <= 20, "first", "second")
    fits = fit(Coin(p=0.5), data, TASK, by=["subject", "half"], n_starts=1)
    p = {key: model.p for key, model in fits.models.items()}
    expected = {("Ada", "first"): 0.5, ("Ada", "second"): 0.02, ("Bo", "second"): 0.4}
    for key, value in expected.items():
        assert p[key] == pytest.approx(value, abs=1e-6)
    at_bound = fits.table.set_index(["subject", "half"])["at_bound"]
    assert at_bound["Ada", "second"] == "p" and at_bound["Bo", "second"] == ""


@pytest.mark.parametrize("method", ["lbfgs", "de"])
def test_parameters_that_cannot_be_told_apart_are_named(method):
    fits = fit(TwoHalves(a=0.5, b=0.2), lists(10, 40), TASK, n_starts=2, method=method)
    row = fits.table.iloc[0]
    assert row["nll"] == pytest.approx(bernoulli_nll(10, 40), abs=1e-6)
    assert row["trade_off"] == "a ~ b" and row["condition"] > 1e6
    assert row["converged"]


def test_parameter_without_influence_is_named():
    row = fit(Coin(p=0.5, unused=0.3), lists(10, 40), TASK, n_starts=1).table.iloc[0]
    assert row["trade_off"] == "unused" and np.isnan(row["se_unused"])


def test_further_rounds_find_the_narrow_valley():
    model = TwoValleys(p=0.3)
    without = fit(model, lists(10, 40), TASK, n_starts=1)
    assert without.table["nll"][0] == pytest.approx(1, abs=1e-6)
    # .95 of the box 0.02..0.98 is .932, on the slope of the narrow one
    fits = fit(model, lists(10, 40), TASK, n_starts=1, rounds=2)
    assert fits.table["nll"][0] == pytest.approx(0, abs=1e-6)
    assert fits.models[1].p == pytest.approx(0.965, abs=1e-4)
    assert fits.starts["start"].tolist()[0] == "the model given"
    # the second round, which begins at the narrow one, gains nothing: it ends there
    assert fits.table["n_starts"][0] == 1 + 4 + 4 and fits.table["n_best"][0] >= 2


def test_tied_parameters_stay_equal():
    fits = fit(TwoHalves(a=0.5, b=0.2), lists(10, 40), TASK, free=["a"], tied={"b": "a"})
    assert fits.models[1].a == fits.models[1].b == pytest.approx(0.25, abs=1e-6)


def test_bounds_hold():
    fits = fit(Coin(p=0.5), lists(10, 40), TASK, bounds={"p": (0.4, 0.6)}, n_starts=2)
    assert fits.models[1].p == 0.4
    assert fits.table["at_bound"][0] == "p" and np.isnan(fits.table["se_p"][0])


def test_what_did_not_converge_says_so():
    with pytest.warns(FitWarning, match="1 of 1 did not converge"):
        fits = fit(Jagged(p=0.5), lists(10, 40), TASK, n_starts=2)
    assert not fits.table["converged"][0]
    assert not fits.starts["converged"].any()


@pytest.mark.parametrize("stop", ["saturated", "exponential"])
def test_tcm_is_recovered(stop):
    """A sanity test: estimates within four standard errors of the truth, and better than it."""
    truth = TCM(beta=0.6, gamma=0.8, tau=0.4, stop=ExponentialStop(0.03, 0.5))
    task = FreeRecall(list_length=8)
    people = observe_people(simulate(truth, task, n_lists=600), task)
    fits = fit(TCM(beta=0.3, gamma=2.0, tau=1.0, stop=truth.stop), people, n_starts=3, stop=stop)
    row = fits.table.iloc[0]
    for name in ("beta", "gamma", "tau"):
        assert abs(row[name] - getattr(truth, name)) < 4 * row[f"se_{name}"]
        assert row[f"se_{name}"] < 0.2
    at_truth = -float(truth.log_choice(people.schedule, people.responses).sum())
    assert at_truth - 10 < row["nll_choice"] < at_truth
    assert row["n_best"] == 3
    total = -float(fits.models[1].log_likelihood(people.schedule, people.responses).sum())
    assert row["nll"] == pytest.approx(total, abs=1e-6)
    assert row["n_events"] == np.count_nonzero(people.responses) + 600
    assert isinstance(
        fits.models[1].stop, SaturatedStop if stop == "saturated" else ExponentialStop
    )


def test_stop_rule_of_the_model_is_kept():
    model = replace(TCM.preset("TCM-10"), stop=ExponentialStop(0.2, 0.1))
    fits = fit(model, lists(10, 40), TASK, free=["tau"], stop=None, n_starts=1)
    assert fits.models[1].stop == model.stop
    total = model.log_likelihood(*_of(lists(10, 40))).sum()
    choice = model.log_choice(*_of(lists(10, 40))).sum()
    assert fits.table["nll_stop"][0] == pytest.approx(float(choice - total))


def _of(recalls):
    people = observe_people(recalls, TASK)
    return people.schedule, people.responses


def test_cmr_from_random_starts_is_no_worse_than_the_truth():
    task = FreeRecall(list_length=6)
    truth = CMR.preset("CMR-10")
    people = observe_people(simulate(truth, task, n_lists=150), task)
    fits = fit(truth, people, n_starts=3, bounds={"tau": (0.5, 20)})
    at_truth = float(truth.choice_nll(truth.observe(people.schedule, people.responses)))
    assert fits.table["nll_choice"][0] < at_truth
    assert (fits.starts["nll_choice"] >= fits.table["nll_choice"][0]).all()


def test_any_number_of_workers_gives_the_same():
    truth = TCM.preset("TCM-10")
    task = FreeRecall(list_length=5)
    table = simulate([truth, truth], task, n_lists=40)
    seen = []
    alone, together = (
        fit(truth, table, task, n_starts=2, workers=n, progress=lambda *now: seen.append(now))
        for n in (1, 2)
    )
    pd.testing.assert_frame_equal(alone.table, together.table, check_exact=True)
    pd.testing.assert_frame_equal(alone.starts, together.starts, check_exact=True)
    assert seen == [(k, 4) for k in (1, 2, 3, 4)] * 2


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_interrupted_fit_keeps_what_is_done(workers, request):
    """Ctrl-C while the last subjects are fitted."""
    # whoever runs the tests in the background may have it ignored
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))
    truth = TCM.preset("TCM-10")
    task = FreeRecall(list_length=5)
    table = simulate([truth] * 4, task, n_lists=20)

    def stop_after_three(n_done, n_all):
        if n_done == 3:
            os.kill(os.getpid(), signal.SIGINT)
            threading.Event().wait(1)  # until the signal has come

    with pytest.warns(FitWarning, match="interrupted: 3 of 4 are done"):
        fits = fit(truth, table, task, n_starts=1, workers=workers, progress=stop_after_three)
    assert len(fits.models) == 3 and "interrupted" in fits.note
    assert sorted(fits.table["status"]) == ["fitted"] * 3 + ["interrupted"]


def test_subject_without_recalls_has_a_row_that_says_so():
    data = several(Ada=10, Bo=28)
    data = data[(data["subject"] == "Ada") | (data["trial_type"] == "study")]
    with pytest.warns(FitWarning, match="1 of 2 have no recalls"):
        fits = fit(Coin(p=0.5), data, TASK, n_starts=1)
    assert fits.table["status"].tolist() == ["fitted", "no recalls"]
    assert [*fits.models] == ["Ada"]


def test_curves_stand_beside_the_data():
    truth = TCM.preset("TCM-10")
    task = FreeRecall(list_length=5)
    table = simulate([truth, truth], task, n_lists=400)
    fits = fit(truth, table, task, n_starts=1)
    curves = fits.curves(n_lists=400)
    assert set(curves["source"]) == {"people", "TCM"}
    assert set(curves["measure"]) == {"spc", "pfr", "lag_crp"}
    assert (curves["n"] <= 2).all()
    distances = fits.compare(n_lists=400).set_index("measure")["rmsd"]
    # 800 lists beside 800 lists of the same theory: sampling alone
    assert (distances < 0.06).all() and (distances > 0).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"free": ["bete"]}, "TCM has no parameter 'bete' to fit; it has beta, gamma, tau"),
        ({"free": ["stop"]}, "no parameter 'stop' to fit"),
        ({"free": ["beta_rec"]}, "beta_rec is None in the model given"),
        ({"free": []}, "nothing to fit"),
        ({"bounds": {"beta": (0.5, 0.5)}}, "must be finite with low < high"),
        ({"bounds": {"beta": (0.5, 2)}}, r"must lie in its range \(0, 1\)"),
        ({"tied": {"tau": "phi_s"}}, "phi_s must be free itself"),
        ({"stop": "never"}, "stop must be 'saturated', 'exponential' or None"),
        ({"n_starts": 0}, "n_starts must be 1 or more"),
        ({"workers": 0}, "workers must be 1 or more"),
        ({"by": "group"}, "by='group' is no label of the lists"),
        ({"method": "luck"}, "method must be 'lbfgs' or 'de', got 'luck'"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        fit(TCM.preset("TCM-10"), lists(10, 40), TASK, **options)


def test_theory_without_likelihood():
    with pytest.raises(TypeError, match="SAM has no likelihood.*fit_curves"):
        fit(SAM.preset("SAM-10"), lists(10, 40), TASK)


def test_paradigm_is_needed():
    with pytest.raises(ValueError, match="paradigm is missing"):
        fit(TCM.preset("TCM-10"), lists(10, 40))
