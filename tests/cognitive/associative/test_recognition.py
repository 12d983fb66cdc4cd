"""What theories of global matching do alike, and how they read schedules."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from analysis import auc, frequency_judgments, hit_rates
from memsim import simulate
from memsim.cognitive import MINERVA2, TODAM, SummedSimilarity
from memsim.cognitive.associative.recognition import passes
from paradigms import (
    Event,
    FrequencyJudgment,
    PairedAssociates,
    ProbedRecall,
    Recognition,
    Schedule,
)

from .helpers import check_derivatives, repeated

TODAM_1 = TODAM(n_features=100, alpha=0.9, gamma_1=0.8, gamma_2=0.6, s_F=0.5)
MINERVA2_1 = MINERVA2(n_features=24, L_r=0.6, s_F=0.5)
SUMMED_1 = SummedSimilarity(n_dimensions=4, noise=0.5, tau_s=1.5, drift=0.03, s_F=0.5)
ITEMS = Recognition(list_length=6, n_targets=3, n_lures=3)
PAIRS = Recognition(list_length=6, n_targets=3, n_lures=3, pairs=True)
FREQUENCY = FrequencyJudgment(frequencies=(0, 1, 2, 3), words_per_frequency=2)
SPEAKS = {
    "TODAM, items": (TODAM_1, ITEMS),
    "TODAM, pairs": (TODAM_1, PAIRS),
    "MINERVA 2, items": (MINERVA2_1, ITEMS),
    "MINERVA 2, frequency": (MINERVA2_1, FREQUENCY),
    "summed similarity, items": (SUMMED_1, ITEMS),
    "summed similarity, frequency": (SUMMED_1, FREQUENCY),
}
FREE = {
    TODAM: ("alpha", "gamma_1", "gamma_2", "gamma_3", "criterion", "s_F"),
    MINERVA2: ("L_r", "criterion", "s_F"),
    SummedSimilarity: ("noise", "tau_s", "drift", "criterion", "s_F"),
}


@pytest.mark.parametrize("name", SPEAKS)
def test_moments_of_simulated_strengths(name, rng):
    model, task = SPEAKS[name]
    tests = model.probe_tests(repeated(task.trials(seed=1, i=0, n_lists=1), 6000))
    strength, moments = model.strengths(tests, rng), model.moments(tests)
    n = len(strength)
    mean, variance = strength.mean(axis=0), strength.var(axis=0)
    error = strength.std(axis=0) / np.sqrt(n)
    assert (np.abs(mean - moments.mean[0].numpy()) < 4.5 * error).all()
    fourth = ((strength - mean) ** 4).mean(axis=0)
    error = np.sqrt((fourth - variance**2) / n)
    # variances of TODAM are to order 1 / n_features
    slack = 0.06 if isinstance(model, TODAM) else 0.0
    off = np.abs(variance - moments.variance[0].numpy()) - slack * variance
    assert (off < 4.5 * error).all()
    new = ~tests.old[0]
    if not tests.pairs:  # a rearranged pair has words that were studied
        for of, probes in (
            (moments.mean, moments.new_mean),
            (moments.variance, moments.new_variance),
        ):
            np.testing.assert_allclose(of[0, new], probes[0, new], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", SPEAKS)
def test_simulated_responses_follow_the_likelihood(name, rng):
    model, task = SPEAKS[name]
    schedule = repeated(task.trials(seed=1, i=0, n_lists=1), 6000)
    tests = model.probe_tests(schedule)
    expected = model.probabilities(tests)[0].numpy()
    responses = model.recall(schedule, rng)
    given = (responses[:, :, None] == np.arange(1, tests.n_options + 1)).mean(axis=0)
    # strengths are not quite normal, or log-normal
    np.testing.assert_allclose(given, expected, atol=0.04)
    np.testing.assert_allclose(expected.sum(axis=1), 1, atol=1e-12)


@pytest.mark.parametrize("name", SPEAKS)
def test_derivatives(name):
    model, task = SPEAKS[name]
    schedule = task.trials(0, 0, n_lists=3)
    responses = model.recall(schedule, np.random.default_rng(0))
    check_derivatives(model, FREE[type(model)], schedule, responses)
    assert set(FREE[type(model)]) - {"gamma_3"} == set(model.search)


@pytest.mark.parametrize("name", SPEAKS)
def test_a_list_goes_with_any_others(name):
    model, task = SPEAKS[name]
    schedule = task.trials(0, 0, n_lists=3)
    responses = model.recall(schedule, np.random.default_rng(0))
    together = model.log_likelihood(schedule, responses)
    alone = model.log_likelihood(schedule.take(np.array([1])), responses[1:2])
    torch.testing.assert_close(together[1:2], alone)
    assert (together < 0).all()


def test_bernoulli_likelihood_of_a_normal_strength(rng):
    z = torch.linspace(-5, 5, 41, dtype=torch.float64)
    criteria = torch.tensor([-0.5, 0.0, 2.0], dtype=torch.float64)
    p = passes(0.7 + 1.3 * z, criteria, s_F=0.4)
    strength = 0.7 + 1.3 * rng.normal(size=400_000)
    for k, found in zip(criteria.tolist(), p.tolist(), strict=True):
        sampled = (1 / (1 + np.exp(-(strength - k) / 0.4))).mean()
        assert found == pytest.approx(sampled, abs=0.003)


def test_roc_is_that_of_the_theory():
    schedule = ITEMS.trials(0, 0, n_lists=20)
    criteria = [3.0, 1.0, 0.0, -1.0]
    false_alarms, hits = SUMMED_1.roc(schedule, criteria)
    assert (np.diff(false_alarms) > 0).all() and (np.diff(hits) > 0).all()
    assert (hits > false_alarms).all()
    # each point is a theory with this criterion
    tests = SUMMED_1.probe_tests(schedule)
    yes = replace(SUMMED_1, criterion=1.0).probabilities(tests)[:, :, 0].numpy()
    assert hits[1] == pytest.approx(yes[tests.old].mean())
    assert false_alarms[1] == pytest.approx(yes[~tests.old].mean())
    with pytest.raises(ValueError, match="an ROC needs tests"):
        SUMMED_1.roc(FREQUENCY.trials(0, 0, 1), criteria)


@pytest.mark.parametrize("name", SPEAKS)
def test_recall_table(name):
    model, task = SPEAKS[name]
    table = simulate(model, task, n_lists=400)
    if task is FREQUENCY:
        judged = frequency_judgments(table).set_index("frequency")["judged"]
        assert (np.diff(judged) > 0.4).all()
    else:
        rates = hit_rates(table).iloc[0]
        assert rates["hit_rate"] > rates["false_alarm_rate"] + 0.15
        assert "response" in table and callable(auc)


@pytest.mark.parametrize(
    ("model", "task", "message"),
    [
        (TODAM_1, FREQUENCY, "TODAM speaks to cued recall .* not to judgments of frequency"),
        (TODAM_1, ProbedRecall(n_tests=4), "TODAM speaks to cued recall of pairs, and recog"),
        (MINERVA2_1, PAIRS, "MINERVA2 speaks to .* but this schedule tests pairs"),
        (MINERVA2_1, ProbedRecall(n_tests=4), "MINERVA2 speaks to cued recall of pairs, recog"),
        (SUMMED_1, PAIRS, "SummedSimilarity speaks to recognition of words and judgments"),
        (SUMMED_1, PairedAssociates(), "SummedSimilarity speaks to recognition of words and"),
    ],
)
def test_other_tasks(model, task, message, rng):
    with pytest.raises(ValueError, match=message):
        model.recall(task.trials(0, 0, n_lists=3), rng)


@pytest.mark.parametrize("model", [TODAM_1, MINERVA2_1])
def test_cued_recall_has_no_likelihood(model):
    schedule = PairedAssociates(list_length=2).trials(0, 0, n_lists=1)
    with pytest.raises(TypeError, match="no likelihood of cued recall.*HebbianMatrix"):
        model.log_likelihood(schedule, schedule.answers)


@pytest.mark.parametrize(
    ("model", "parameter", "value", "message"),
    [
        (TODAM_1, "alpha", 0.0, r"alpha must be a number in \(0, 1\]"),
        (TODAM_1, "n_features", 1.5, "n_features must be a number in|whole number"),
        (MINERVA2_1, "L_r", 0.0, r"L_r must be a number in \(0, 1\]"),
        (MINERVA2_1, "p_zero", 1.0, r"p_zero must be a number in \[0, 1\)"),
        (SUMMED_1, "tau_s", 0.0, r"tau_s must be a number in \(0, inf\)"),
        (SUMMED_1, "n_dimensions", 2.5, "n_dimensions must be a whole number, got 2.5"),
    ],
)
def test_parameters_out_of_range(model, parameter, value, message):
    with pytest.raises(ValueError, match=message):
        replace(model, **{parameter: value})


def test_responses_are_options():
    schedule = ITEMS.trials(0, 0, n_lists=1)
    with pytest.raises(ValueError, match="is no option; there are 2"):
        SUMMED_1.log_likelihood(schedule, np.full((1, 6), 3))
    with pytest.raises(ValueError, match="responses must be"):
        SUMMED_1.log_likelihood(schedule, np.ones((1, 5), dtype=int))


def test_lists_with_fewer_tests():
    schedule = ITEMS.trials(0, 0, n_lists=2)
    event = schedule.event.copy()
    event[0, -2:] = Event.PAD
    kept = event != Event.PAD
    names = ("item", "partner", "answer")
    shorter = Schedule(event, schedule.duration, **{n: getattr(schedule, n) * kept for n in names})
    responses = np.array([[1, 2, 1, 2, 1, 0], [1, 2, 1, 2, 1, 2]])
    log_p = SUMMED_1.log_likelihood(shorter, responses)
    assert log_p[0, 5] == 0
    responses[0, 5] = 1
    full = SUMMED_1.log_likelihood(schedule, responses)
    torch.testing.assert_close(log_p[0, :5], full[0, :5])
    assert SUMMED_1.recall(shorter, np.random.default_rng(0))[0, 5] == 0
