"""The fast likelihood is that of the plain code, and so are its derivatives."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from memsim.cognitive import CMR, TCM
from memsim.cognitive.choice import ChoiceRule
from memsim.cognitive.free_recall import item_space
from memsim.cognitive.free_recall.elementary import LOWEST, exp_of, log_of
from memsim.cognitive.free_recall.item_space import ItemSpace, Task, nll_in_torch
from memsim.cognitive.free_recall.prefixes import prefixes_of

from ..helpers import schedule_of
from .test_likelihood import CONTINUAL, MODELS, parameters_of

PHASES = [[("study", 1.0)] * 4, CONTINUAL, [("study", 1.0)] * 4, [("study", 1.0)] * 2]
RECALLED = np.array([[3, 1, 0, 0], [4, 1, 2, 3], [3, 1, 4, 2], [2, 0, 0, 0]])
FAST = {name: model for name, model in MODELS.items() if "element-wise" not in name}


@pytest.fixture(params=MODELS)
def model(request):
    return MODELS[request.param]


def by_vector(model, observed):
    """Function of a vector of parameters, and where the model itself is."""
    names = parameters_of(model)

    def nll(vector):
        return replace(model, **dict(zip(names, vector.unbind(), strict=True))).choice_nll(observed)

    return nll, torch.tensor(list(names.values()), dtype=torch.float64)


def plainly(model, schedule, recalled):
    """As `by_vector`, by way of contexts."""
    names = parameters_of(model)

    def nll(vector):
        changed = replace(model, **dict(zip(names, vector.unbind(), strict=True)))
        return -changed.log_choice(schedule, recalled).sum()

    return nll


def random_recalls(rng, n_lists, n_items):
    order = np.array([rng.permutation(n_items) + 1 for _ in range(n_lists)])
    return order * (np.arange(n_items) < rng.integers(0, n_items + 1, (n_lists, 1)))


def test_same_as_by_way_of_contexts(model, rng):
    """Value, gradient and curvature, one vector and many."""
    schedule = schedule_of(*PHASES, *[CONTINUAL] * 30)
    recalled = np.concatenate([RECALLED, random_recalls(rng, 30, 4)])
    fast, start = by_vector(model, model.observe(schedule, recalled))
    plain = plainly(model, schedule, recalled)
    vectors = start * torch.from_numpy(rng.uniform(0.8, 1.1, (5, len(start))))
    close = {"rtol": 1e-10, "atol": 1e-10}
    expected = torch.stack([plain(vector) for vector in vectors])
    slopes = torch.stack([torch.func.grad(plain)(vector) for vector in vectors])
    torch.testing.assert_close(torch.vmap(fast)(vectors), expected, **close)
    for of_many in (
        torch.vmap(torch.func.grad(fast)),
        torch.func.grad(lambda x: torch.vmap(fast)(x).sum()),
    ):
        torch.testing.assert_close(of_many(vectors), slopes, **close)
    at = vectors[0].clone().requires_grad_()
    (slope,) = torch.autograd.grad(fast(at), at)
    torch.testing.assert_close(slope, slopes[0], **close)
    curved = torch.autograd.functional.hessian(plain, start)
    for hessian in (
        torch.autograd.functional.hessian(fast, start),
        torch.func.jacrev(torch.func.jacrev(fast))(start),
    ):
        torch.testing.assert_close(hessian, curved, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", FAST)
def test_random_parameters_within_the_search_box(name, rng):
    """Where fits go: corners of the box too, where choice is all but certain."""
    model = FAST[name]
    schedule = schedule_of(*[[("study", 1.0)] * 12 + [("distractor", 2.0)]] * 40)
    recalled = random_recalls(rng, 40, 12)
    fast, start = by_vector(model, model.observe(schedule, recalled))
    plain = plainly(model, schedule, recalled)
    low, high = torch.tensor([model.search[k] for k in parameters_of(model)], dtype=torch.float64).T
    shares = torch.from_numpy(rng.random((20, len(start)))).round(decimals=1)  # also 0 and 1
    for vector in low + shares * (high - low):
        x, y = (vector.clone().requires_grad_() for _ in range(2))
        ours, theirs = fast(x), plain(y)
        torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-10)
        (ours,), (theirs,) = torch.autograd.grad(ours, x), torch.autograd.grad(theirs, y)
        torch.testing.assert_close(ours, theirs, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("rule", [("power", -np.inf), ("softmax", 1e-6)])
def test_derivatives_are_slopes(rule, rng):
    """By everything the likelihood is computed from, each by itself."""
    prefixes = prefixes_of(random_recalls(rng, 12, 4), 4)
    start = [0.7, 1.3, *(rng.uniform(0.1, 0.9, shape) for shape in (4, 4, (4, 4), (4, 4)))]
    space = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in start]

    def nll(*each):
        return item_space.choice_nll(prefixes, ChoiceRule(rule[0], 1.0, rule[1]), ItemSpace(*each))

    assert torch.autograd.gradcheck(nll, space)
    assert torch.autograd.gradgradcheck(nll, space)
    in_torch = nll_in_torch(Task(prefixes, *rule), ItemSpace(*space))
    torch.testing.assert_close(nll(*space), in_torch, rtol=1e-12, atol=0)


def test_on_another_device(model):
    """The meta device computes nothing but refuses to mix devices."""
    observed = model.observe(schedule_of(*PHASES), RECALLED)
    with torch.device("meta"):
        fast, _ = by_vector(model, observed)
        vector = torch.zeros(len(parameters_of(model)), dtype=torch.float64)
        assert fast(vector).device.type == "meta"
        assert torch.vmap(fast)(vector.expand(3, -1)).shape == (3,)


@pytest.mark.gpu
def test_on_a_gpu(model):
    observed = model.observe(schedule_of(*PHASES), RECALLED)
    fast, start = by_vector(model, observed)
    expected = fast(start)
    with torch.device("cuda"):
        nll, at = by_vector(model, observed)
        ours = torch.vmap(nll)(at.expand(3, -1))
    torch.testing.assert_close(ours.cpu(), expected.expand(3), rtol=1e-10, atol=0)


def test_nothing_recalled_costs_nothing(model):
    observed = model.observe(schedule_of(*PHASES), np.zeros((4, 0), dtype=int))
    assert float(model.choice_nll(observed)) == 0


@pytest.mark.parametrize("name", FAST)
def test_what_is_no_number_stays_none(name):
    """A fit has to see that it has left the range, as by plain code."""
    model = FAST[name]
    fast, start = by_vector(model, model.observe(schedule_of(*PHASES), RECALLED))
    start[0] = torch.nan
    assert torch.isnan(fast(start))


@settings(deadline=None)
@given(st.integers(1, 6), st.integers(0, 8), st.integers(0, 2**32 - 1))
def test_prefixes_hold_all_recalls(n_items, n_lists, seed):
    recalled = (
        random_recalls(np.random.default_rng(seed), n_lists, n_items)
        if n_lists
        else np.zeros((0, n_items), dtype=int)
    )
    prefixes = prefixes_of(recalled, n_items)

    def spelled(p):
        return spelled(prefixes.parent[p]) + (int(prefixes.last[p]) + 1,) if p else ()

    expected = {}
    for row in recalled:
        row = tuple(int(x) for x in row if x)
        for k, item in enumerate(row):
            expected[row[:k], item] = expected.get((row[:k], item), 0) + 1
    found = {}
    for p in range(len(prefixes.parent)):
        left = set(range(1, n_items + 1)) - set(spelled(p))
        assert set(np.flatnonzero(prefixes.available[p]) + 1) == left
        for t in range(prefixes.follows[p], prefixes.follows[p + 1]):
            found[spelled(p), int(prefixes.chosen[t]) + 1] = prefixes.times[t]
    assert found == expected


numbers = arrays.arrays(float, st.integers(0, 40), elements=st.floats(-800, 700))


@settings(deadline=None)  # the first call compiles
@given(numbers)
def test_exp(x):
    out = np.empty_like(x)
    exp_of(x, out)
    np.testing.assert_allclose(out, np.exp(np.maximum(x, LOWEST)), rtol=1e-15)


@settings(deadline=None)
@given(numbers)
def test_log(x):
    x, out = np.exp(np.maximum(x, LOWEST)), np.empty_like(x)
    log_of(x, out)
    np.testing.assert_allclose(out, np.log(x), rtol=1e-15, atol=1e-16)


def test_exp_and_log_of_no_number():
    for function in (exp_of, log_of):
        out = np.empty(9)
        function(np.full(9, np.nan), out)
        assert np.isnan(out).all()


@pytest.mark.parametrize("model", [TCM, CMR])
def test_presets_lie_within_the_search_box(model):
    """Those found by free fits; beside the box are values that were held or that ran away."""
    from memsim.cognitive import PRESETS

    for name, preset in PRESETS.items():
        if isinstance(preset.parameters, model):
            for parameter, value in parameters_of(preset.parameters).items():
                low, high = model.search[parameter]
                assert low <= value <= high, (name, parameter)
