"""CMR with words that resemble one another."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from memsim import simulate
from memsim.cognitive import CMR
from paradigms import FreeRecall, Schedule

from . import reference
from .test_likelihood import EXPONENTIAL, POWER, parameters_of, sequences

WORDS = np.array([[4, 2, 7, 1], [3, 1, 5, 6], [1, 2, 3, 4]])
SIMILARITY = np.random.default_rng(7).uniform(0, 1, (7, 7))  # not symmetric, by intention
SOFTMAX = replace(POWER, tau=None, temperature=0.5)
MODELS = {
    "power": replace(POWER, semantic_scale=0.8, similarity=SIMILARITY),
    "softmax": replace(SOFTMAX, semantic_scale=0.8, similarity=SIMILARITY - 0.5),
    "element-wise": replace(POWER, rho="elementwise", semantic_scale=0.8, similarity=SIMILARITY),
}


@pytest.fixture(params=MODELS)
def model(request):
    return MODELS[request.param]


def lists_of(words):
    return Schedule(np.ones_like(words), np.ones(words.shape), words)


def test_agrees_with_loops(model):
    recalled = np.array([[4, 1, 0, 0], [2, 3, 1, 4], [3, 0, 0, 0]])
    log_p = model.log_likelihood(lists_of(WORDS), recalled)
    first = model.first_recall(lists_of(WORDS))
    names = parameters_of(model)
    scale = names.pop("semantic_scale")
    for i, words in enumerate(WORDS):
        expected = reference.cmr(
            [("study", 1.0)] * 4,
            [x for x in recalled[i].tolist() if x],
            reference.exponential(EXPONENTIAL.theta_s, EXPONENTIAL.theta_r),
            **names,
            rho=model.rho,
            semantic=scale * model.similarity[np.ix_(words - 1, words - 1)],
        )
        np.testing.assert_allclose(log_p[i, : len(expected)], expected, rtol=0, atol=1e-10)
        assert float(first[i].sum()) == pytest.approx(1)
    fast = model.choice_nll(model.observe(lists_of(WORDS), recalled))
    torch.testing.assert_close(fast, -model.log_choice(lists_of(WORDS), recalled).sum())


def test_all_sequences_together_have_probability_1(model):
    every = sequences(4)
    log_p = model.log_likelihood(lists_of(np.repeat(WORDS[:1], len(every), axis=0)), every)
    assert float(log_p.sum(dim=1).exp().sum()) == pytest.approx(1, abs=1e-12)


def test_simulated_frequencies_are_the_probabilities(model, rng):
    """Of lists of other words at the same time."""
    n, every = 12000, sequences(3)
    recalled = model.recall(lists_of(np.tile(WORDS[:2, :3], (n, 1))), rng)
    for k in range(2):
        one = lists_of(np.repeat(WORDS[k : k + 1, :3], len(every), axis=0))
        for sequence, p in zip(
            every, model.log_likelihood(one, every).sum(dim=1).exp().tolist(), strict=True
        ):
            frequency = (recalled[k::2] == sequence).all(axis=1).mean()
            assert abs(frequency - p) <= 4.5 * np.sqrt(p * (1 - p) / n)


def test_gradient_and_many_vectors(model):
    observed = model.observe(lists_of(WORDS), np.array([[4, 1], [2, 3], [3, 0]]))
    names = parameters_of(model)

    def nll(vector):
        return replace(model, **dict(zip(names, vector.unbind(), strict=True))).choice_nll(observed)

    start = torch.tensor(list(names.values()), dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(nll, start)
    together = torch.vmap(nll)(start.detach().expand(3, -1))
    torch.testing.assert_close(together, nll(start.detach()).expand(3))
    with torch.device("meta"):
        assert nll(torch.zeros(len(names), dtype=torch.float64)).device.type == "meta"


@pytest.mark.parametrize("nothing", [(0.0, SIMILARITY), (0.8, np.zeros((7, 7)))])
def test_without_weight_or_similarity_words_do_not_matter(nothing):
    scale, similarity = nothing
    model = replace(POWER, semantic_scale=scale, similarity=similarity)
    recalled = np.array([[4, 1, 0, 0], [2, 3, 1, 4], [3, 0, 0, 0]])
    torch.testing.assert_close(
        model.log_likelihood(lists_of(WORDS), recalled),
        POWER.log_likelihood(lists_of(WORDS), recalled),
    )


def test_renaming_words_changes_nothing():
    order = np.array([3, 0, 6, 1, 2, 5, 4])  # the new word k + 1 is the old word order[k] + 1
    renamed = replace(MODELS["power"], similarity=SIMILARITY[np.ix_(order, order)])
    recalled = np.array([[4, 1, 0, 0], [2, 3, 1, 4], [3, 0, 0, 0]])
    torch.testing.assert_close(
        renamed.log_likelihood(lists_of(np.argsort(order)[WORDS - 1] + 1), recalled),
        MODELS["power"].log_likelihood(lists_of(WORDS), recalled),
    )


def test_recall_clusters_by_category():
    """Transitions within a category, in lists of four categories at random: more than without."""
    task = FreeRecall(list_length=16, n_categories=4, category_size=10, pool_size=100)
    category = np.arange(100) // 10
    base = replace(CMR.preset("G20-softmax"), temperature=0.3, beta_enc=0.5)
    same = (category[:, None] == category).astype(float)
    models = {"none": base, "some": replace(base, semantic_scale=0.3, similarity=same)}
    within = {}
    table = simulate(models, task, n_lists=300)
    for name, rows in table[table["trial_type"] == "recall"].groupby("model"):
        of = category[rows["item"].to_numpy(dtype=int) - 1]
        goes_on = rows["list"].to_numpy()[1:] == rows["list"].to_numpy()[:-1]
        within[name] = (of[1:] == of[:-1])[goes_on].mean()
    assert within["some"] > within["none"] + 0.1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"similarity": None}, "give both or neither"),
        ({"semantic_scale": None}, "give both or neither"),
        ({"semantic_scale": -1.0}, "semantic_scale must be a number in"),
        ({"similarity": np.zeros((3, 4))}, r"a square matrix \(words, words\), got shape \(3, 4\)"),
        ({"similarity": np.full((7, 7), np.nan)}, "holds NaN"),
        ({"similarity": SIMILARITY - 0.5}, "must not be negative under the power rule"),
    ],
)
def test_bad_similarity(change, message):
    with pytest.raises(ValueError, match=message):
        replace(MODELS["power"], **change)


def test_words_that_similarity_does_not_know():
    model = replace(MODELS["power"], similarity=SIMILARITY[:5, :5])
    with pytest.raises(ValueError, match="of 5 words, but the schedule shows item 7"):
        model.first_recall(lists_of(WORDS))
