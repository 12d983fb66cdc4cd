import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import chi, norm, rankdata

from memsim.cognitive import SummedSimilarity
from memsim.cognitive.associative.summed_similarity import similarity_moments
from paradigms import FrequencyJudgment, Recognition

MODEL = SummedSimilarity(noise=0.6, tau_s=2.0)


@pytest.mark.parametrize(("length", "auc"), [(5, 0.963), (10, 0.921), (20, 0.856), (40, 0.759)])
def test_area_under_the_roc_by_list_length(length, auc, rng):
    # oracle, to .01: 8 dimensions, noise .6, tau_s 2; plain code with 2,000 lists of 40 gives .770
    n = min(length, 20)
    task = Recognition(list_length=length, n_targets=n, n_lures=n)
    tests = MODEL.probe_tests(task.trials(0, 0, n_lists=40_000 // n))
    strength = MODEL.strengths(tests, rng)
    old, new = strength[tests.old], strength[~tests.old]
    u = rankdata(np.concatenate([old, new]))[: len(old)].sum() - len(old) * (len(old) + 1) / 2
    assert u / (len(old) * len(new)) == pytest.approx(auc, abs=0.02 if length == 40 else 0.01)
    # and of the closed form, with no noise of decision: log-normal strengths
    false_alarms, hits = replace(MODEL, s_F=0.05).roc(
        task.trials(0, 0, 1), np.linspace(30, -3, 600)
    )
    area = np.trapezoid(np.append(hits, 1), np.append(false_alarms, 1))
    assert area == pytest.approx(u / (len(old) * len(new)), abs=0.03)


def test_moments_of_similarity():
    # one dimension: the distance is half-normal
    t = 1.3
    closed = 2 * norm.cdf(-t) * math.exp(t * t / 2)
    assert float(similarity_moments(1, t, 1.0).own) == pytest.approx(closed, rel=1e-3)
    for n in (2, 8):
        moments = similarity_moments(n, 0.6, 2.0)
        for scale, slope, found in (
            (0.6, 2.0, moments.own),
            (0.6, 4.0, moments.own_square),
            (math.sqrt(2.36), 2.0, moments.other),
            (math.sqrt(2.36), 4.0, moments.other_square),
        ):
            expected = quad(lambda d: chi.pdf(d, n) * math.exp(-slope * scale * d), 0, 30)[0]  # noqa: B023
            assert float(found) == pytest.approx(expected, rel=1e-5)


def test_products_of_similarities(rng):
    moments = similarity_moments(3, 0.7, 1.1)
    x, o, p = rng.normal(size=(3, 400_000, 3))
    first, second = o + 0.7 * rng.normal(size=(2, *o.shape))
    third = p + 0.7 * rng.normal(size=o.shape)
    similar = [np.exp(-1.1 * np.linalg.norm(x - y, axis=1)) for y in (first, second, third)]
    for product, expected in (
        (similar[0] * similar[1], moments.other_twins),
        (similar[0] * similar[2], moments.two_others),
    ):
        error = product.std() / np.sqrt(len(product))
        assert abs(product.mean() - float(expected)) < 4.5 * error


def test_strengths_in_plain_loops():
    model = SummedSimilarity(n_dimensions=2, noise=0.4, tau_s=1.5, drift=0.1)
    tests = model.probe_tests(FrequencyJudgment((0, 1, 2), 1, spacing=1).trials(0, 0, n_lists=2))
    strength = model.strengths(tests, np.random.default_rng(3))
    rng = np.random.default_rng(3)
    items = np.concatenate([tests.item, tests.probe], axis=1)
    points = rng.normal(size=(*items.shape, 2))
    noise = 0.4 * rng.normal(size=(2, 3, 2))
    for i in range(2):
        of = {}
        for item, point in zip(items[i].tolist(), points[i], strict=True):
            of.setdefault(item, point)
        for t, probe in enumerate(tests.probe[i].tolist()):
            total = 0.0
            for k, item in enumerate(tests.item[i].tolist()):
                events_between = 3 - (k + 1) + t
                d = math.dist(of[probe], of[item] + noise[i, k])
                total += math.exp(-1.5 * d - 0.1 * events_between)
            assert strength[i, t] == pytest.approx(total, rel=1e-9)


def test_context_drift_makes_old_words_weaker():
    schedule = Recognition(list_length=10, n_targets=10, n_lures=2).trials(0, 0, n_lists=50)
    tests = MODEL.probe_tests(schedule)
    yes = replace(MODEL, drift=0.2).probabilities(tests)[:, :, 0].numpy()
    position = (tests.probe[:, :, None] == tests.item[:, None]).argmax(axis=2)
    first, last = (yes[tests.old & (position == k)].mean() for k in (0, 9))
    assert last > first + 0.2
    same = MODEL.probabilities(tests)[:, :, 0].numpy()[tests.old]
    np.testing.assert_allclose(same, same[0])
