"""Fits find what made the data, and people are told apart from theories."""

from dataclasses import replace

import numpy as np
import pytest

from analysis import Recalls
from memsim.cognitive import PRESETS
from memsim.cognitive.serial_recall import (
    ChainingModel,
    JointModel,
    PlaceTable,
    PrimacyModel,
    StartEndModel,
    UniformModel,
)
from memsim.fitting import fit, observe_people
from memsim.simulate import simulate
from paradigms import SerialRecall

from ..helpers import DATA

SIX = SerialRecall(list_length=6)
SEM = StartEndModel(s0=1.0, S=0.8, e0=0.6, E=0.5, suppression=0.9, r_s=0.3, tau=0.12, theta=0.2)
CHAIN = ChainingModel(
    k_f=0.8, a_b=0.4, k_b=0.9, a_0=1.0, k_0=1.0, p=0.3, p_d=0.6, tau=0.2, theta=0.1
)
PRIMACY = PrimacyModel(P=8.0, D=0.3, tau=0.8, theta=1.0)


def test_the_uniform_model_is_fitted_in_closed_form():
    """Shares of omissions and intrusions among 6 items: theta = log(6 p / p of all items)."""
    reports = np.array([[1, 0, 2, -1, 3, 4]] * 3 + [[0, 0, -1, 5, 5, 6]] * 2)
    recalls = Recalls.from_positions(reports, list_length=6, omissions=True)
    fits = fit(UniformModel(theta=0.0, theta_x=0.0), recalls, SIX, by=None, n_starts=2)
    omitted, intruded, items = 7, 5, 18
    row = fits.table.iloc[0]
    assert row["converged"] and row["n_events"] == 30
    assert row["theta"] == pytest.approx(np.log(6 * omitted / items), abs=1e-4)
    assert row["theta_x"] == pytest.approx(np.log(6 * intruded / items), abs=1e-4)
    counts = np.array([omitted, intruded, items])
    p = counts / 30 / [1, 1, 6]
    assert row["nll"] == pytest.approx(-(counts * np.log(p)).sum())


@pytest.mark.parametrize(
    ("truth", "free"),
    [
        (PRIMACY, ["P", "D", "tau", "theta"]),
        (SEM, ["S", "e0", "E", "tau", "theta"]),
        (CHAIN, ["k_f", "a_b", "k_b", "tau", "theta"]),
    ],
    ids=lambda x: type(x).__name__,
)
def test_known_parameters_are_found(truth, free):
    """Within five standard errors, from lists that the model made itself."""
    table = simulate(truth, SIX, n_lists=1500)
    fits = fit(truth, table, SIX, by=None, free=free, n_starts=2)
    row = fits.table.iloc[0]
    assert row["converged"]
    for name in free:
        assert abs(row[name] - getattr(truth, name)) < 5 * row[f"se_{name}"], name
        assert row[f"se_{name}"] < 0.5 * abs(getattr(truth, name)), name


def test_a_fitted_model_makes_the_reports_it_was_fitted_to():
    table = simulate(SEM, SIX, n_lists=3000)
    fitted = fit(SEM, table, SIX, by=None, free=["S", "E", "tau", "theta"], n_starts=1).models[
        "all"
    ]
    again = simulate(fitted, SIX, n_lists=3000, seed=1)
    reports = [Recalls.from_table(some, omissions=True).recalled for some in (table, again)]
    for response in range(7):
        before, after = ((some == response).mean(axis=0) for some in reports)
        assert after == pytest.approx(before, abs=5 * np.sqrt(2 * 0.25 / 3000))


@pytest.mark.parametrize(
    ("truth", "weight"), [(SEM, "w_p"), (CHAIN, "w_c")], ids=["SEM", "chaining"]
)
def test_the_joint_model_tells_chaining_from_position(truth, weight):
    """Without the theory that made the reports it loses much; without the others next to nothing."""
    joint = JointModel(
        w_o=0.2, w_p=4.0, w_c=2.0, P=8.0, D=0.3, s0=1.0, S=0.8, e0=0.6, E=0.5, k_f=0.8, a_b=0.4,
        k_b=0.9, a_0=1.0, k_0=1.0, p=0.3, p_d=0.6, suppression=0.9, r_s=0.3, tau=1.0, theta=1.0,
    )  # fmt: skip
    table = simulate(truth, SIX, n_lists=600)
    weights = ["w_o", "w_p", "w_c"]

    def nll(without=None):
        free = [name for name in [*weights, "suppression", "r_s", "theta"] if name != without]
        model = joint if without is None else replace(joint, **{without: 0.0})
        return fit(model, table, SIX, by=None, free=free, n_starts=2).table["nll"][0]

    lost = {name: nll(name) - nll() for name in weights}
    assert lost.pop(weight) > 100
    assert max(lost.values()) < 10


def people_of(monkeypatch, name, lengths):
    if not (DATA / name.partition("/")[0]).exists():
        pytest.skip(f"needs {DATA}; set MEMSIM_DATA to the folder of the human data")
    monkeypatch.setenv("MEMSIM_DATA", str(DATA))
    tasks = {n: SerialRecall(list_length=n) for n in lengths}
    return observe_people(name, tasks, paradigm_by="list_length")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::memsim.fitting.FitWarning")  # a thousandth of a nat is left
@pytest.mark.parametrize("theory", ["primacy", "SEM", "chaining"])
@pytest.mark.parametrize(("study", "lengths"), [("logan", (5, 6, 7)), ("farrell", (6,))])
def test_presets_fitted_to_people_are_where_fits_end(theory, study, lengths, monkeypatch):
    """A fit that begins at the preset gains next to nothing, and one from elsewhere no more."""
    preset = PRESETS[f"{theory}-{study}"]
    people = people_of(monkeypatch, preset.fitted_to, lengths)
    model = preset.parameters
    before = float(model.choice_nll(model.observe(people.schedule, people.responses)))
    fits = fit(model, people, by=None, n_starts=2, seed=1)
    assert fits.table["nll"][0] == pytest.approx(before, abs=0.05)


@pytest.mark.slow
def test_position_beats_the_chain_in_people(monkeypatch):
    """Farrell and Lewandowsky (2004): held-out lists, the same parameters for all."""
    people = people_of(monkeypatch, "farrell_lewandowsky2004/exp2_cond0", (6,))
    odd = np.arange(len(people)) % 2 == 1
    train, test = (people.take(np.flatnonzero(rows)) for rows in (~odd, odd))

    def held_out(model):
        fitted = fit(model, train, by=None, n_starts=3).models["all"]
        return (
            fitted.choice_nll(fitted.observe(test.schedule, test.responses)) / test.responses.size
        )

    uniform, gradient, chain, position = (
        float(held_out(model)) for model in (UniformModel(theta=0.0), PRIMACY, CHAIN, SEM)
    )
    assert position + 0.05 < chain < uniform - 0.3
    assert gradient < uniform - 0.3
    places = PlaceTable.fitted(train.schedule, train.responses)
    counted = float(places.choice_nll(places.observe(test.schedule, test.responses)))
    assert position < counted / test.responses.size
