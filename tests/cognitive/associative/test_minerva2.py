import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import comb

from analysis import cued_accuracy, frequency_discrimination
from memsim import simulate
from memsim.cognitive import MINERVA2
from memsim.cognitive.associative.cued import cued_tests
from memsim.cognitive.associative.echo_moments import cube_moments
from paradigms import FrequencyJudgment, PairedAssociates, Recognition

from .reference import echo_content, echo_intensity, trace_similarities

#: 20 words once each, besides those that are judged
TASK = FrequencyJudgment(frequencies=(0, 1, 2, 3, 4, 5) + (1,) * 20, words_per_frequency=1)


@pytest.mark.parametrize(
    ("L_r", "mean", "sd"),
    [
        (0.7, [0.002, 0.371, 0.749, 1.123, 1.496, 1.877], [0.11, 0.22, 0.29, 0.34, 0.38, 0.45]),
        (0.35, [0.001, 0.062, 0.121, 0.179, 0.249, 0.309], None),
    ],
)
def test_echo_intensity_by_frequency(L_r, mean, sd, rng):
    # oracle, to .02: 20 features uniform on -1, 0, 1, and 20 words besides
    model = MINERVA2(L_r=L_r)
    tests = model.probe_tests(TASK.trials(0, 0, n_lists=2000))
    strength, moments = model.strengths(tests, rng), model.moments(tests)
    times = tests.holds(tests.probe, tests.item).sum(axis=2)
    for n in range(6):
        at = times == n
        exact = moments.mean.numpy()[at].mean()
        assert exact == pytest.approx(mean[n], abs=0.02)
        error = strength[at].std() / np.sqrt(at.sum())
        assert strength[at].mean() == pytest.approx(exact, abs=4.5 * error)
        if sd is not None:
            assert strength[at].std() == pytest.approx(sd[n], abs=0.025)
            exact = np.sqrt(moments.variance.numpy()[at].mean())
            assert exact == pytest.approx(sd[n], abs=0.025)
    assert (np.diff([moments.mean.numpy()[times == n].mean() for n in range(6)], 2) < 1e-9).all()


@given(st.integers(1, 30), st.floats(0.01, 1.0))
def test_mean_of_the_cube(m, L):
    expected = L**3 + 3 * L**2 * (1 - L) / m + L * (1 - L) * (1 - 2 * L) / m**2
    moments = cube_moments(m, L, p_zero=0.0)
    assert float(moments.own_mean) == pytest.approx(expected, rel=1e-9)
    k = np.arange(m + 1)
    sixth = (comb(m, k) * L**k * (1.0 - L) ** (m - k) * (k / m) ** 6).sum()
    assert float(moments.own_variance) == pytest.approx(sixth - expected**2, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize(("n_features", "L_r", "p_zero"), [(6, 0.6, 1 / 3), (4, 0.9, 0.0)])
def test_other_moments_in_plain_loops(n_features, L_r, p_zero, rng):
    own, one, two = trace_similarities(rng, n_features, L_r, p_zero, 6000).T ** 3
    moments = cube_moments(n_features, L_r, p_zero)
    total = float(moments.own_variance + moments.between)
    third = float(moments.own_third + 3 * moments.with_variance + moments.between_third)
    for found, expected in (
        (own, float(moments.own_mean)),
        ((own - own.mean()) ** 2, total),
        ((own - float(moments.own_mean)) ** 3, third),
        (one**2, float(moments.other_sixth)),
        (one * two, float(moments.other_twins)),
    ):
        assert abs(found.mean() - expected) < 4.5 * found.std() / np.sqrt(len(found))


@pytest.mark.parametrize(("L_r", "accuracy"), [(0.1, 0.36), (0.2, 0.68), (0.3, 0.88)])
def test_cued_recall_of_8_pairs(L_r, accuracy, rng):
    # oracle, to .02: 30 features of -1 or 1; the best of the 8 words asked for is said
    model = MINERVA2(n_features=30, L_r=L_r, p_zero=0.0, tau=1e-6, omission=-1e3)
    for direction in ("forward", "backward"):
        schedule = PairedAssociates(list_length=8, direction=direction).trials(0, 0, n_lists=700)
        tests = cued_tests(schedule, "MINERVA2")
        asked_for = tests.second if direction == "forward" else tests.first
        of_side = (tests.words[:, :, None] == asked_for[:, None, :]).any(axis=2)
        match = np.where(of_side[:, None], model.matches(tests, rng), -np.inf)
        said = np.take_along_axis(tests.words, match.argmax(axis=2), axis=1)
        assert (said == tests.target).mean() == pytest.approx(accuracy, abs=0.025)


@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_echoes_in_plain_loops(seed):
    model = MINERVA2(n_features=7, L_r=0.6)
    rng, again = np.random.default_rng(seed), np.random.default_rng(seed)
    tests = model.probe_tests(Recognition(3, n_targets=2, n_lures=2).trials(seed, 0, 1))
    strength = model.strengths(tests, rng)
    items = np.concatenate([tests.item, tests.probe], axis=1)
    words = model._features(again, items.shape)
    place = (items[:, :, None] == items[:, None, :]).argmax(axis=2)
    words = words[[[0]], place]
    traces = model._store(words[:, :3], again)
    expected = [echo_intensity(probe, traces[0]) for probe in words[0, 3:].tolist()]
    np.testing.assert_allclose(strength[0], expected, atol=1e-12)


def test_content_in_plain_loops():
    model = MINERVA2(n_features=6, L_r=0.7, p_zero=0.2)
    schedule = PairedAssociates(list_length=3, test_order="study").trials(0, 0, n_lists=1)
    tests = cued_tests(schedule, "MINERVA2")
    match = model.matches(tests, np.random.default_rng(5))[0]
    rng = np.random.default_rng(5)
    words = model._features(rng, (1, 6))[0]
    first, second = (model._store(words[None, part], rng)[0] for part in (slice(3), slice(3, 6)))
    for t in range(3):
        content = np.array(echo_content(words[t], list(zip(first, second, strict=True))))
        lengths = np.linalg.norm(content) * np.linalg.norm(words, axis=1)
        np.testing.assert_allclose(match[t], words @ content / lengths, atol=1e-12)


def test_frequency_and_cued_recall_in_the_recall_table():
    model = MINERVA2(n_features=40, L_r=0.8, s_F=0.2)
    found = frequency_discrimination(simulate(model, FrequencyJudgment(), n_lists=200)).iloc[0]
    assert found["slope"] == pytest.approx(1, abs=0.12) and found["correlation"] > 0.8
    model = MINERVA2(n_features=30, L_r=0.5, p_zero=0.0)
    table = simulate(model, PairedAssociates(list_length=6, direction="mixed"), n_lists=500)
    accuracy = cued_accuracy(table, x="direction").set_index("direction")["prob"]
    assert accuracy["forward"] == pytest.approx(accuracy["backward"], abs=0.04)
    assert accuracy["forward"] > 0.8
