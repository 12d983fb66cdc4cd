import numpy as np
import pytest

from analysis import cued_accuracy
from memsim import simulate
from memsim.cognitive import TODAM
from memsim.cognitive.associative.cued import cued_tests, places
from memsim.cognitive.associative.todam import convolve, correlate
from paradigms import PairedAssociates, Recognition

from .reference import convolution, correlation

ORACLE = Recognition(list_length=8, n_targets=4, n_lures=4, pairs=True)


def test_convolution_and_correlation(rng):
    a, b = rng.normal(size=(2, 3, 7))
    for x, y, z, w in zip(a, b, convolve(a, b), correlate(a, b), strict=True):
        np.testing.assert_allclose(z, convolution(x, y), atol=1e-12)
        np.testing.assert_allclose(w, correlation(x, y), atol=1e-12)
    np.testing.assert_allclose(convolve(a, b), convolve(b, a))
    # what a retrieves, compared with b, is what the pair is recognised by
    m = rng.normal(size=(3, 7))
    np.testing.assert_allclose((correlate(a, m) * b).sum(axis=1), (convolve(a, b) * m).sum(axis=1))


@pytest.mark.parametrize(
    ("gamma", "target", "other"),
    [(1.0, (0.98, 0.16), (-0.01, 0.17)), (0.0, (1.0, 0.11), (0, 0.10))],
)
def test_matches_of_8_pairs(gamma, target, other, rng):
    # oracle: 1,024 features, alpha = 1; with items or with associations alone
    model = TODAM(n_features=1024, gamma_1=gamma, gamma_2=gamma)
    tests = model.probe_tests(ORACLE.trials(0, 0, n_lists=250))
    strength = model.strengths(tests, rng)
    assert strength[tests.old].mean() == pytest.approx(target[0], abs=0.025)
    assert strength[tests.old].std() == pytest.approx(target[1], abs=0.02)
    assert strength[~tests.old].mean() == pytest.approx(other[0], abs=0.025)
    assert strength[~tests.old].std() == pytest.approx(other[1], abs=0.02)
    # 16 items, 7 pairs and the pair itself; two items and the pair share vectors with the target
    closed = (gamma * (14 + 2 * 2) + 7 + 6) / 1024
    assert model.moments(tests).variance[0, tests.old[0]].numpy() == pytest.approx(closed)
    closed = (gamma * (14 + 2 * 2) + 6 + 2 * 2) / 1024
    assert model.moments(tests).variance[0, ~tests.old[0]].numpy() == pytest.approx(closed)


def test_matches_of_items(rng):
    # oracle: items of 8 pairs 1.00, sd .15; new items sd .15
    model = TODAM(n_features=1024)
    pairs = PairedAssociates(list_length=8).trials(0, 0, n_lists=250)
    tests = cued_tests(pairs, "TODAM")
    vectors = rng.normal(size=(250, 16, 1024)) / 32
    lists = np.arange(250)[:, None]
    first, second = (vectors[lists, places(tests, side)] for side in (tests.first, tests.second))
    memory = model._traces(first, second).sum(axis=1)
    old = np.einsum("lkn,ln->lk", vectors, memory)
    new = np.einsum("lkn,ln->lk", rng.normal(size=(250, 16, 1024)) / 32, memory)
    assert old.mean() == pytest.approx(1.0, abs=0.02)
    assert old.std() == pytest.approx(0.15, abs=0.015)
    assert new.std() == pytest.approx(0.15, abs=0.015)


def test_recall_compares_what_is_retrieved_in_plain_loops():
    # a list of two pairs, the cue of each once; alpha for each event in between
    model = TODAM(n_features=16, alpha=0.8, gamma_1=0.5, gamma_2=0.4, tau=1e-6, omission=-1e3)
    schedule = PairedAssociates(list_length=2, direction="backward").trials(3, 0, n_lists=40)
    said = model.recall(schedule, np.random.default_rng(7))
    vectors = model._vectors(np.random.default_rng(7), (40, 4))
    tests = cued_tests(schedule, "TODAM")
    for i in range(40):
        of = {int(word): vectors[i, k] for k, word in enumerate(tests.words[i])}
        memory = np.zeros(16)
        for a, b in zip(tests.first[i].tolist(), tests.second[i].tolist(), strict=True):
            pair = np.array(convolution(of[a], of[b]))
            memory = 0.8 * memory + 0.5 * of[a] + 0.4 * of[b] + pair
        for t, cue in enumerate(tests.cue[i].tolist()):
            retrieved = correlation(of[cue], memory)
            best = max((w for w in of if w != cue), key=lambda w: float(np.dot(retrieved, of[w])))
            assert said[i, t] == best
            memory = 0.8 * memory


def test_both_directions_are_alike_and_old_pairs_fade():
    model = TODAM(n_features=200, alpha=0.9, tau=0.1)
    task = PairedAssociates(list_length=8, direction="mixed")
    table = simulate(model, task, n_lists=800)
    accuracy = cued_accuracy(table, x="direction").set_index("direction")["prob"]
    assert accuracy["forward"] == pytest.approx(accuracy["backward"], abs=0.04)
    by_position = cued_accuracy(table, x="study_position")["prob"]
    assert by_position.iloc[-1] > by_position.iloc[0] + 0.1
