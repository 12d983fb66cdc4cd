"""CMR with a context of sources."""

from dataclasses import fields, replace

import numpy as np
import pytest
import torch

from memsim import simulate
from memsim.cognitive import CMR, SourceCMR
from paradigms import FreeRecall, Schedule

from ..helpers import schedule_of
from . import reference
from .test_likelihood import EXPONENTIAL, POWER, parameters_of, sequences

SOURCE = np.array([5, 9, 5, 9, 9, 2, 5])  # of words 1 to 7
WORDS = np.array([[4, 2, 7, 1], [3, 1, 5, 6], [1, 2, 3, 4]])
RECALLED = np.array([[4, 1, 0, 0], [2, 3, 1, 4], [3, 0, 0, 0]])
EVENTS = [("study", 1.0), ("distractor", 2.0), *[("study", 1.0)] * 3, ("distractor", 0.5)]


def with_sources(model, source=SOURCE, **more):
    same = {f.name: getattr(model, f.name) for f in fields(model)}
    new = {"beta_source": 0.7, "source_learning": 0.6, "disruption": 0.5} | more
    return SourceCMR(**same, **new, source=source)


MODELS = {
    "power": with_sources(POWER),
    "softmax": with_sources(replace(POWER, tau=None, temperature=0.5)),
    "old context": with_sources(replace(POWER, use_new_context=False)),
    "element-wise": with_sources(replace(POWER, rho="elementwise")),
}


@pytest.fixture(params=MODELS)
def model(request):
    return MODELS[request.param]


def lists_of(words, events=EVENTS):
    plain = schedule_of(*[events] * len(words))
    item = np.zeros(plain.item.shape, dtype=int)
    item[plain.item > 0] = words.ravel()
    return Schedule(plain.event, plain.duration, item)


def test_agrees_with_loops(model, rng):
    for _ in range(5):
        drawn = {name: x * rng.uniform(0.5, 1.2) for name, x in parameters_of(model).items()}
        drawn["rho_distractor"] = min(drawn["rho_distractor"], 1.0)
        changed = replace(model, **drawn)
        log_p = changed.log_likelihood(lists_of(WORDS), RECALLED)
        for i, words in enumerate(WORDS):
            expected = reference.source_cmr(
                EVENTS,
                (np.searchsorted([2, 5, 9], SOURCE[words - 1]) + 1).tolist(),
                [x for x in RECALLED[i].tolist() if x],
                reference.exponential(EXPONENTIAL.theta_s, EXPONENTIAL.theta_r),
                n_sources=3,
                use_new_context=model.use_new_context,
                rho=model.rho,
                **drawn,
            )
            np.testing.assert_allclose(log_p[i, : len(expected)], expected, rtol=0, atol=1e-10)


def test_all_sequences_together_have_probability_1(model):
    every = sequences(4)
    log_p = model.log_likelihood(lists_of(np.repeat(WORDS[:1], len(every), axis=0)), every)
    assert float(log_p.sum(dim=1).exp().sum()) == pytest.approx(1, abs=1e-12)


def test_sources_that_teach_nothing_change_nothing(model):
    """But for the disruption; without that, it is CMR."""
    alone = CMR(**{f.name: getattr(model, f.name) for f in fields(CMR)})
    without = replace(model, source_learning=0.0, disruption=0.0)
    expected = alone.log_likelihood(lists_of(WORDS), RECALLED)
    if model.rho == "exact":  # element by element, units that hold nothing matter too
        torch.testing.assert_close(without.log_likelihood(lists_of(WORDS), RECALLED), expected)
    disrupted = replace(without, disruption=0.5).log_likelihood(lists_of(WORDS), RECALLED)
    assert not torch.allclose(disrupted, expected)


def test_gradient_and_many_vectors(model):
    observed = model.observe(lists_of(WORDS), RECALLED)
    names = parameters_of(model)

    def nll(vector):
        return replace(model, **dict(zip(names, vector.unbind(), strict=True))).choice_nll(observed)

    start = torch.tensor(list(names.values()), dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(nll, start)
    together = torch.vmap(nll)(start.detach().expand(3, -1))
    torch.testing.assert_close(together, nll(start.detach()).expand(3))
    with torch.device("meta"):
        assert nll(torch.zeros(len(names), dtype=torch.float64)).device.type == "meta"


def test_simulated_frequencies_are_the_probabilities(rng):
    model, n, every = MODELS["softmax"], 12000, sequences(3)
    events = [("study", 1.0)] * 3
    recalled = model.recall(lists_of(np.tile(WORDS[:2, :3], (n, 1)), events), rng)
    for k in range(2):
        one = lists_of(np.repeat(WORDS[k : k + 1, :3], len(every), axis=0), events)
        for sequence, p in zip(
            every, model.log_likelihood(one, every).sum(dim=1).exp().tolist(), strict=True
        ):
            frequency = (recalled[k::2] == sequence).all(axis=1).mean()
            assert abs(frequency - p) <= 4.5 * np.sqrt(p * (1 - p) / n)


def test_recall_clusters_by_source():
    task = FreeRecall(list_length=16, n_categories=4, category_size=10, pool_size=100)
    category = np.arange(100) // 10
    base = replace(CMR.preset("G20-softmax"), temperature=0.3, beta_enc=0.5)
    source = with_sources(base, category, beta_source=0.9, source_learning=0.5, disruption=0.0)
    table = simulate({"none": base, "some": source}, task, n_lists=300)
    within = {}
    for name, rows in table[table["trial_type"] == "recall"].groupby("model"):
        of = category[rows["item"].to_numpy(dtype=int) - 1]
        goes_on = rows["list"].to_numpy()[1:] == rows["list"].to_numpy()[:-1]
        within[name] = (of[1:] == of[:-1])[goes_on].mean()
    assert within["some"] > within["none"] + 0.1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"beta_source": 0.0}, "beta_source must be a number in"),
        ({"source_learning": -1.0}, "source_learning must be a number in"),
        ({"disruption": 1.0}, "disruption must be a number in"),
        ({"source": np.array([0.5, 1.0])}, "a vector of whole numbers"),
        ({"source": np.ones((2, 2), dtype=int)}, r"of shape \(2, 2\)"),
    ],
)
def test_bad_parameters(change, message):
    with pytest.raises(ValueError, match=message):
        replace(MODELS["power"], **change)


def test_words_whose_source_is_not_known():
    with pytest.raises(ValueError, match="source is of 4 words, but the schedule shows item 7"):
        replace(MODELS["power"], source=SOURCE[:4]).first_recall(lists_of(WORDS))


def test_without_distractors_nothing_need_be_said_of_them():
    model = replace(MODELS["power"], rho_distractor=None)
    assert float(model.first_recall(lists_of(WORDS, [("study", 1.0)] * 4)).sum()) == pytest.approx(
        3
    )
    with pytest.raises(ValueError, match="set rho_distractor"):
        model.first_recall(lists_of(WORDS))
