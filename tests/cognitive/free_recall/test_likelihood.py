"""What holds for every model with a likelihood."""

from dataclasses import fields, replace
from itertools import permutations

import numpy as np
import pytest
import torch

from memsim.cognitive import CMR, TCM, ExponentialStop, SaturatedStop
from memsim.cognitive.parameters import Parameter

from ..helpers import delayed, immediate, schedule_of
from . import reference

EXPONENTIAL = ExponentialStop(theta_s=0.08, theta_r=0.4)
SATURATED = SaturatedStop((0.0, 0.1, 0.3, 0.2, 0.6, 0.5))
POWER = CMR(
    beta_enc=0.55,
    beta_start=0.25,
    beta_rec=0.8,
    alpha=0.2,
    delta=0.7,
    gamma=0.35,
    phi_s=1.2,
    phi_d=0.8,
    tau=3.5,
    rho_distractor=0.7,
    stop=EXPONENTIAL,
)
MODELS = {
    "TCM": TCM(
        beta=0.5,
        gamma=1.3,
        tau=0.4,
        beta_rec=0.8,
        phi_s=0.6,
        phi_d=0.9,
        rho_distractor=0.6,
        stop=EXPONENTIAL,
    ),
    "CMR, power": POWER,
    "CMR, softmax": replace(POWER, tau=None, temperature=0.5),
    "CMR, old context": replace(POWER, use_new_context=False),
    "CMR, element-wise rho": replace(POWER, rho="elementwise"),
}
CONTINUAL = [("distractor", 2.0), ("study", 1.0)] * 4 + [("distractor", 0.5)]


@pytest.fixture(params=MODELS)
def model(request):
    return MODELS[request.param]


def sequences(n_items):
    """Every clean recall of a list."""
    items = range(1, n_items + 1)
    all_of_them = [p for n in range(n_items + 1) for p in permutations(items, n)]
    return np.array([p + (0,) * (n_items - len(p)) for p in all_of_them])


def parameters_of(model):
    """Numeric parameters of a model by name, without those of its stop rule."""
    return {
        f.name: getattr(model, f.name)
        for f in fields(model)
        if isinstance(getattr(model, f.name), float)
    }


@pytest.mark.parametrize("stop", [EXPONENTIAL, SATURATED])
@pytest.mark.parametrize("phase", [[("study", 1.0)] * 4, CONTINUAL])
def test_all_sequences_together_have_probability_1(model, stop, phase):
    every = sequences(4)
    log_p = replace(model, stop=stop).log_likelihood(schedule_of(*[phase] * len(every)), every)
    assert float(log_p.sum(dim=1).exp().sum()) == pytest.approx(1, abs=1e-12)


def test_agrees_with_loops(model, rng):
    """On random parameters, sequences and distractors, event by event."""
    for _ in range(12):
        rate = dict.fromkeys(("beta", "beta_enc", "beta_start", "beta_rec", "rho_distractor"), 1.0)
        scale = {"tau": 10.0 if isinstance(model, CMR) else 1.0, "delta": 5.0, "gamma": 1.0}
        drawn = {
            name: (rate | scale).get(name, 3.0) * rng.uniform(0.05, 0.95)
            for name in parameters_of(model)
        }
        theta_s, theta_r = rng.uniform(0.01, 0.2), rng.uniform(0, 1)
        randomised = replace(model, **drawn, stop=ExponentialStop(theta_s, theta_r))
        phase = [
            (str(rng.choice(["study", "study", "distractor"])), float(rng.uniform(0.1, 3)))
            for _ in range(9)
        ] + [("study", 1.0)]
        n_items = sum(kind == "study" for kind, _ in phase)
        sequence = rng.permutation(n_items)[: rng.integers(n_items + 1)] + 1

        options = (
            {"use_new_context": model.use_new_context, "rho": model.rho}
            if (isinstance(model, CMR))
            else {}
        )
        expected = getattr(reference, type(model).__name__.lower())(
            phase,
            sequence.tolist(),
            reference.exponential(theta_s, theta_r),
            **drawn,
            **options,
        )
        log_p = randomised.log_likelihood(schedule_of(phase), sequence[None])
        np.testing.assert_allclose(log_p[0], expected, rtol=0, atol=1e-10)


def test_simulated_frequencies_are_the_probabilities(model, rng):
    n, every = 20000, sequences(3)
    phase = [("study", 1.0), ("distractor", 1.0), ("study", 1.0), ("study", 1.0)]
    recalled = model.recall(schedule_of(*[phase] * n), rng)
    log_p = model.log_likelihood(schedule_of(*[phase] * len(every)), every)
    for sequence, p in zip(every, log_p.sum(dim=1).exp().tolist(), strict=True):
        frequency = (recalled == sequence).all(axis=1).mean()
        assert abs(frequency - p) <= 4.5 * np.sqrt(p * (1 - p) / n)


def test_gradient_is_the_slope(model):
    recalled = np.array([[4, 3, 1, 0], [2, 0, 0, 0], [4, 1, 2, 3]])
    schedule = delayed(4, n_lists=3)
    values = parameters_of(model)
    stop = {"theta_s": 0.08, "theta_r": 0.4}

    def log_likelihood(*numbers: Parameter) -> torch.Tensor:
        named = dict(zip([*values, *stop], numbers, strict=True))
        rule = ExponentialStop(*(named.pop(name) for name in stop))
        return replace(model, **named, stop=rule).log_likelihood(schedule, recalled).sum()

    start = [torch.tensor(x, dtype=torch.float64) for x in [*values.values(), *stop.values()]]
    assert torch.autograd.gradcheck(log_likelihood, [x.requires_grad_() for x in start])


def test_many_parameter_vectors_at_once(model, rng):
    recalled, schedule = np.array([[4, 3, 1, 0], [2, 0, 0, 0]]), delayed(4, n_lists=2)
    start = torch.tensor([*parameters_of(model).values(), 0.08, 0.4], dtype=torch.float64)
    vectors = start * torch.from_numpy(rng.uniform(0.8, 1.1, (3, len(start))))

    def log_likelihood(vector: torch.Tensor) -> torch.Tensor:
        *values, theta_s, theta_r = vector.unbind()
        named = dict(zip(parameters_of(model), values, strict=True))
        rule = ExponentialStop(theta_s, theta_r)
        return replace(model, **named, stop=rule).log_likelihood(schedule, recalled)

    together = torch.vmap(log_likelihood)(vectors)
    one_by_one = torch.stack([log_likelihood(vector) for vector in vectors])
    torch.testing.assert_close(together, one_by_one, rtol=0, atol=1e-12)


def test_same_seed_same_recalls(model):
    schedule = immediate(6, n_lists=50)
    first, again, other = (
        model.recall(schedule, np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert (first == again).all() and (first != other).any()


def test_lists_that_differ_keep_their_rows(model, rng):
    phases = [[("study", 1.0)] * 3, CONTINUAL, [("study", 1.0)] * 3, [("study", 1.0)] * 2]
    recalled = np.array([[3, 1, 0, 0], [4, 1, 2, 3], [2, 0, 0, 0], [2, 1, 0, 0]])
    together = model.log_likelihood(schedule_of(*phases), recalled)
    first = model.first_recall(schedule_of(*phases))
    for i, phase in enumerate(phases):
        alone = model.log_likelihood(schedule_of(phase), recalled[i : i + 1])
        torch.testing.assert_close(together[i], alone[0], rtol=0, atol=1e-12)
        n_items = sum(kind == "study" for kind, _ in phase)
        expected = model.first_recall(schedule_of(phase))[0]
        torch.testing.assert_close(first[i, :n_items], expected, rtol=0, atol=1e-12)
        assert (first[i, n_items:] == 0).all()
    simulated = model.recall(schedule_of(*phases), rng)
    assert simulated.shape == (4, 4)
    assert (simulated[0] <= 3).all() and (simulated[3] <= 2).all()


def test_columns_beyond_the_stop_are_0(model):
    schedule = immediate(4, n_lists=2)
    log_p = model.log_likelihood(schedule, np.array([[2, 3, 0, 0, 0, 0], [1, 2, 3, 4, 0, 0]]))
    assert log_p.shape == (2, 7)
    assert (log_p[0, :3] < 0).all() and (log_p[0, 3:] == 0).all()
    assert (log_p[1, :3] < 0).all() and (log_p[1, 4:] == 0).all()


def test_nothing_recalled(model):
    log_p = model.log_likelihood(immediate(4), np.zeros((1, 0), dtype=int))
    assert log_p.exp().tolist() == [[pytest.approx(0.08)]]


def test_nothing_left_to_recall(model):
    p = model.next_recall(immediate(2, n_lists=2), np.array([[1, 2], [1, 0]]))
    assert p.tolist() == [[0, 0], [0, pytest.approx(1)]]


@pytest.mark.parametrize("name", [name for name in MODELS if "element-wise" not in name])
def test_splitting_an_interval_changes_nothing(name):
    model = MODELS[name]
    study = [("study", 1.0)] * 3
    whole = schedule_of([*study, ("distractor", 3.0), *study, ("distractor", 2.0)])
    split = schedule_of(
        [
            *study,
            ("distractor", 1.0),
            ("distractor", 2.0),
            *study,
            ("distractor", 0.0),
            *[("distractor", 0.5)] * 4,
        ]
    )
    sequence = np.array([[6, 1, 2, 4]])
    torch.testing.assert_close(
        model.log_likelihood(whole, sequence),
        model.log_likelihood(split, sequence),
        rtol=0,
        atol=1e-12,
    )


def test_very_long_distraction_leaves_probabilities(model):
    schedule = schedule_of([("study", 1.0)] * 3 + [("distractor", 1e5)])
    assert float(model.first_recall(schedule).sum()) == pytest.approx(1)


def test_distraction_needs_its_parameter(model):
    with pytest.raises(ValueError, match="set rho_distractor to the share of context"):
        replace(model, rho_distractor=None).first_recall(delayed(3))


def test_stop_rule_shorter_than_the_list(model, rng):
    short = replace(model, stop=SaturatedStop((0.1, 0.2)))
    with pytest.raises(ValueError, match="up to 2 items; the schedule has a list of 3"):
        short.recall(immediate(3), rng)


@pytest.mark.parametrize(
    ("recalled", "message"),
    [
        ([[1, -1, 0]], r"an intrusion \(below 0\): \[1, -1, 0\]; memsim.cognitive.clean"),
        ([[1, 1, 0]], "name each item once"),
        ([[0, 1, 0]], "a 0 before a recall"),
        ([[4, 0, 0]], "a position beyond its end"),
        ([[1], [2]], "one row for each of the 1 lists"),
    ],
)
def test_unclean_recalls_are_refused(model, recalled, message):
    with pytest.raises(ValueError, match=message):
        model.log_likelihood(immediate(3), np.array(recalled))
