"""CMR beside cymr, a separate program by others, where the two define the same model.

cymr is run where it is installed (`pip install --no-deps cymr joblib cloudpickle`); the numbers it
gave for one set of parameters (version 0.14.3) are checked everywhere.
"""

from dataclasses import fields, replace
from types import SimpleNamespace

import numpy as np
import pytest

from memsim.cognitive import CMR, ExponentialStop, SourceCMR

from ..helpers import schedule_of

N_ITEMS = 8
RECALLED = np.array([[8, 7, 1, 2, 0, 0], [1, 2, 3, 5, 4, 0], [6, 8, 0, 0, 0, 0]])
STUDY, BETWEEN, AFTER = ("study", 1.0), ("distractor", 0.7), ("distractor", 4.0)
PHASES = {
    "immediate": [STUDY] * N_ITEMS,
    "delayed": [STUDY] * N_ITEMS + [AFTER],
    "continual": [BETWEEN, STUDY] * N_ITEMS + [AFTER],
}
MODEL = CMR(
    beta_enc=0.6,
    beta_start=0.3,
    beta_rec=0.8,
    gamma=0.4,
    delta=0.9,
    alpha=0.2,
    phi_s=1.1,
    phi_d=0.7,
    temperature=0.6,
    rho_distractor=0.8,
    stop=ExponentialStop(theta_s=0.02, theta_r=0.3),
)


@pytest.fixture(scope="module")
def cymr():
    fitting = pytest.importorskip("cymr.fit", exc_type=ImportError)
    return SimpleNamespace(cmr=pytest.importorskip("cymr.cmr"), fit=fitting)


def random_model(rng):
    low = {"delta": 0.3, "phi_s": 0.0, "phi_d": 0.1, "temperature": 0.3, "beta_start": 0.0}
    high = {"delta": 3.0, "phi_s": 3.0, "phi_d": 3.0, "temperature": 2.0, "alpha": 0.3}
    names = ("beta_enc", "beta_start", "beta_rec", "gamma", "delta", "alpha", "phi_s", "phi_d",
             "temperature", "rho_distractor")  # fmt: skip
    drawn = {k: float(rng.uniform(low.get(k, 0.05), high.get(k, 0.95))) for k in names}
    stop = ExponentialStop(float(rng.uniform(0.005, 0.1)), float(rng.uniform(0, 0.5)))
    return CMR(**drawn, stop=stop)


def parameters_of_cymr(model):
    """Its own item has Acf + Dcf, and Dfc is 1 - Lfc."""
    return {
        "B_enc": model.beta_enc, "B_start": model.beta_start, "B_rec": model.beta_rec,
        "Afc": 0.0, "Dfc": 1 - model.gamma, "Lfc": model.gamma,
        "Acf": model.alpha, "Dcf": model.delta - model.alpha, "Lcf": 1.0,
        "P1": model.phi_s, "P2": model.phi_d, "T": model.temperature,
        "X1": model.stop.theta_s, "X2": model.stop.theta_r,
    }  # fmt: skip


def lists_of_cymr(recalled):
    positions = [np.arange(N_ITEMS)] * len(recalled)
    return (
        {"input": positions, "item_index": positions},
        {"input": [row[row > 0] - 1 for row in recalled]},
    )


def of_cymr(cymr, model, condition, recalled, similarity=None):
    """Log likelihood and events by cymr, which takes weights of distractors, not what they keep."""
    configuration, patterns = cymr.cmr.config_loc_cmr(N_ITEMS)
    weight = {
        kind: 0.0 if kind not in PHASES[condition] else
        float(np.sqrt(1 - model.rho_distractor ** (2 * kind[1])))
        for kind in (BETWEEN, AFTER)
    }  # fmt: skip
    configuration.set_options(distraction=condition != "immediate")
    parameters = parameters_of_cymr(model) | {
        "B_distract": weight[BETWEEN],
        "B_retention": weight[AFTER],
    }
    if similarity is not None:
        item = ("task", "item")
        patterns["vector"]["sem"] = similarity
        configuration.set_weights("cf", {(item, item): "Acf + Dcf * loc + Scf * sem"})
        parameters["Scf"] = model.semantic_scale
    study, recall = lists_of_cymr(recalled)
    log_p, n_events = cymr.cmr.CMR().likelihood_subject(
        study, recall, parameters, configuration, patterns
    )
    return float(log_p), n_events


def of_ours(model, condition, recalled):
    schedule = schedule_of(*[PHASES[condition]] * len(recalled))
    log_p = model.log_likelihood(schedule, recalled)
    fast = -model.choice_nll(model.observe(schedule, recalled))
    stops = log_p.sum() - model.log_choice(schedule, recalled).sum()
    assert float(fast + stops) == pytest.approx(float(log_p.sum()), rel=1e-12)
    return log_p


@pytest.mark.parametrize(
    ("condition", "log_p"),
    [
        ("immediate", -23.883453276457857),
        ("delayed", -24.108617090915462),
        ("continual", -23.743815400372355),
    ],
)
def test_numbers_of_cymr(condition, log_p):
    assert float(of_ours(MODEL, condition, RECALLED).sum()) == pytest.approx(log_p, abs=1e-10)


@pytest.mark.parametrize("condition", PHASES)
def test_random_parameters(cymr, condition, rng):
    n_compared = 0
    for _ in range(20):
        model = random_model(rng)
        recalled = model.recall(schedule_of(*[PHASES[condition]] * 30), rng)
        ours = of_ours(model, condition, recalled)
        if float(ours.min()) < np.log(1e-5):
            continue  # cymr takes no event for less probable than this
        n_compared += 1
        log_p, n_events = of_cymr(cymr, model, condition, recalled)
        assert n_events == np.count_nonzero(recalled) + len(recalled)
        assert float(ours.sum()) == pytest.approx(log_p, abs=1e-8)
    assert n_compared >= 10


def test_semantics(cymr, rng):
    """All lists of the same words, in the same order."""
    similarity = rng.uniform(-0.2, 0.6, (N_ITEMS, N_ITEMS))
    similarity = (similarity + similarity.T) / 2
    model = replace(MODEL, semantic_scale=0.4, similarity=similarity)
    recalled = model.recall(schedule_of(*[PHASES["delayed"]] * 30), rng)
    ours = of_ours(model, "delayed", recalled)
    assert float(ours.min()) > np.log(1e-5)
    log_p, _ = of_cymr(cymr, model, "delayed", recalled, similarity)
    assert float(ours.sum()) == pytest.approx(log_p, abs=1e-8)
    assert log_p != pytest.approx(of_cymr(cymr, MODEL, "delayed", recalled)[0], abs=0.1)


def test_sources(cymr, rng):
    """In cymr: a second context, whose units are sources and which items evoke from the start.

    Ours is the limit in which what they evoke from the start is all but nothing beside what they
    have learned. Without primacy, which cymr adds to learning and ours multiplies.
    """
    source = np.array([1, 1, 0, 1, 0, 0, 2, 2])
    same = {f.name: getattr(MODEL, f.name) for f in fields(MODEL)} | {"phi_s": 0.0}
    model = SourceCMR(**same, source=source, beta_source=0.55, source_learning=0.3)
    recalled = model.recall(schedule_of(*[PHASES["immediate"]] * 30), rng)
    log_p = model.log_likelihood(schedule_of(*[PHASES["immediate"]] * 30), recalled)
    assert float(log_p.min()) > np.log(1e-5)

    item = ("task", "item")
    configuration = cymr.cmr.CMRParameters()
    configuration.set_sublayers(f=["task"], c=["loc", "src"])
    configuration.set_weights(
        "fc", {(item, ("loc", "item")): "Dfc * loc", (item, ("src", "item")): "1e-9 * src"}
    )
    configuration.set_weights(
        "cf", {(item, ("loc", "item")): "Acf + Dcf * loc", (item, ("src", "item")): "0 * src"}
    )
    configuration.set_sublayer_param(
        "c",
        "loc",
        {"B_enc": "B_enc", "B_rec": "B_rec", "B_start": "B_start", "Lcf": "Lcf", "Lfc": "Lfc"},
    )
    configuration.set_sublayer_param(
        "c",
        "src",
        {"B_enc": "B_src", "B_rec": "B_src", "B_start": "zero", "Lcf": "Lcf_src", "Lfc": "Lfc"},
    )
    parameters = parameters_of_cymr(model) | {"B_src": 0.55, "Lcf_src": 0.3, "zero": 0.0}
    vectors = {"loc": np.eye(N_ITEMS), "src": np.eye(3)[source]}
    patterns = {"items": np.arange(N_ITEMS), "vector": vectors}
    study, recall = lists_of_cymr(recalled)
    theirs, _ = cymr.cmr.CMR().likelihood_subject(
        study, recall, parameters, configuration, patterns
    )
    assert float(log_p.sum()) == pytest.approx(float(theirs), abs=1e-6)
