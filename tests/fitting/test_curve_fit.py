"""Fits to curves: distances by hand, fresh randomness, whole numbers, recovery."""

import numpy as np
import pytest

from memsim import simulate
from memsim.cognitive import SAM, TCM
from memsim.fitting import fit_curves, observe_people
from memsim.fitting.curve_fit import distances, pooled
from paradigms import FreeRecall, SerialRecall

from ..cognitive.helpers import lag_crp, pfr, spc

TASK = FreeRecall(list_length=6)
TRUTH = SAM.preset("SAM-10")


@pytest.fixture(scope="module")
def people():
    return observe_people(simulate(TRUTH, TASK, n_lists=400), TASK)


def test_curves_are_those_of_plain_counting(people):
    curves = {
        name: counts[0] / counts[1]
        for name, counts in pooled(people.clean_recalls(TASK), TASK).items()
    }
    np.testing.assert_allclose(curves["spc"], spc(people.responses, 6))
    np.testing.assert_allclose(curves["pfr"], pfr(people.responses, 6))
    lags = [lag for lag in range(-5, 6) if lag]
    np.testing.assert_allclose(curves["lag_crp"], lag_crp(people.responses, 6, lags))


def test_distances_by_hand():
    people = {"spc": np.array([[30.0, 80.0], [100.0, 100.0]])}
    model = {"spc": np.array([[4.0, 5.0], [10.0, 10.0]])}
    assert distances(model, people)["spc"] == pytest.approx(np.sqrt((0.1**2 + 0.3**2) / 2))
    variance = [(each + 0.5) / 101 * (1 - (each + 0.5) / 101) / 100 for each in (30, 80)]
    expected = 0.1**2 / variance[0] + 0.3**2 / variance[1]
    assert distances(model, people, "variance")["spc"] == pytest.approx(expected)


def test_intrusions_count_if_the_theory_intrudes():
    people = {"intrusions": np.array([[20.0], [60.0], [100.0]])}  # mean .2, variance .56
    model = {"intrusions": np.array([[30.0], [50.0], [100.0]])}
    expected = 0.1**2 / ((0.6 - 0.2**2) / 100)
    assert distances(model, people, "variance")["intrusions"] == pytest.approx(expected)
    never = {"intrusions": np.array([[0.0], [0.0], [100.0]])}
    assert distances(never, people, "variance") == {} == distances(model, people, "rmsd")


def test_what_never_could_happen_is_left_out():
    people = {"lag_crp": np.array([[1.0, 0.0], [2.0, 0.0]])}
    model = {"lag_crp": np.array([[1.0, 0.0], [4.0, 3.0]])}
    assert distances(model, people)["lag_crp"] == pytest.approx(0.25)


@pytest.mark.parametrize("loss", ["rmsd", "variance"])
def test_buffer_size_is_recovered(people, loss):
    fits = fit_curves(
        TRUTH,
        people,
        free=["mu_r", "K_max"],
        bounds={"mu_r": (1.0, 6.0), "K_max": (10, 40)},
        loss=loss,
        n_lists=300,
        population=10,
        generations=6,
    )
    row, model = fits.table.iloc[0], fits.models["all"]
    assert abs(model.mu_r - TRUTH.mu_r) < 0.8 and isinstance(model.K_max, int)
    assert row["loss"] == pytest.approx(row[["spc", "pfr", "lag_crp"]].sum())
    assert row["loss"] < (0.15 if loss == "rmsd" else 100)
    assert row["evaluations"] == 10 * 7 and row["at_bound"] == ""
    assert (fits.compare(n_lists=400)["rmsd"] < 0.1).all()


@pytest.mark.slow
def test_same_seed_same_fit_with_any_number_of_workers(people):
    table = simulate([TRUTH, TRUTH], TASK, n_lists=50)
    options = {"free": ["mu_r"], "n_lists": 50, "population": 5, "generations": 1}
    alone, together = (
        fit_curves(TRUTH, table, TASK, by="subject", workers=n, **options) for n in (1, 2)
    )
    assert alone.table.equals(together.table) and alone.models == together.models


def test_theory_of_serial_recall_has_curves_too():
    from memsim.cognitive import PrimacyModel

    model = PrimacyModel.preset("primacy-race")
    task = SerialRecall(5)
    people = observe_people(simulate(model, task, n_lists=100), task)
    fits = fit_curves(
        model,
        people,
        free=["noise"],
        bounds={"noise": (0.01, 1.0)},
        n_lists=100,
        population=5,
        generations=1,
    )
    assert set(fits.curves(n_lists=50)["measure"]) == {"accuracy", "transpositions"}
    assert {"accuracy", "transpositions"} <= set(fits.table.columns)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"loss": "r"}, "loss must be 'rmsd' or 'variance'"),
        ({"n_lists": 0}, "n_lists must be 1 or more"),
        ({"generations": 0}, "generations must be 1 or more"),
        ({"population": 4}, "population must be 5 or more"),
        ({"free": ["rho"]}, "SAM has no parameter 'rho'"),
    ],
)
def test_bad_options(people, options, message):
    with pytest.raises(ValueError, match=message):
        fit_curves(TRUTH, people, **options)


def test_theories_with_a_likelihood_can_be_fitted_to_curves(people):
    fits = fit_curves(
        TCM.preset("TCM-10"), people, free=["tau"], n_lists=100, population=5, generations=1
    )
    assert fits.models["all"].tau > 0
