from dataclasses import replace

import numpy as np
import pytest

from memsim.cognitive import CMR, ExponentialStop, stopping
from memsim.cognitive.free_recall.context import study_contexts
from memsim.cognitive.free_recall.phases import study_phases

from ..helpers import immediate, mean_words, murdock, pfr, spc

ORACLE = CMR(
    beta_enc=0.7,
    beta_start=0.3,
    beta_rec=0.8,
    alpha=0.05,
    delta=0.3,
    gamma=0.4,
    phi_s=1.5,
    phi_d=1.0,
    tau=2.0,
    stop=ExponentialStop(theta_s=0.01, theta_r=0.3),
)


@pytest.mark.parametrize(
    ("option", "first", "log_p"),
    [
        ({}, [0.228634, 0.107477, 0.091478, 0.112912, 0.170903, 0.288597], -7.535361),
        (
            {"use_new_context": False},
            [0.324308, 0.125760, 0.091174, 0.099680, 0.138426, 0.220651],
            -7.862711,
        ),
        (
            {"rho": "elementwise"},
            [0.220824, 0.105951, 0.091526, 0.114041, 0.173585, 0.294074],
            -7.484793,
        ),
    ],
)
def test_golden_numbers_of_three_variants(option, first, log_p):
    model = replace(ORACLE, **option)
    np.testing.assert_allclose(model.first_recall(immediate(6))[0], first, atol=1e-6)
    log_likelihood = model.log_likelihood(immediate(6), np.array([[6, 5, 1]]))
    assert log_likelihood.shape == (1, 4)
    assert float(log_likelihood.sum()) == pytest.approx(log_p, abs=1e-5)


def test_golden_complete_recall():
    log_likelihood = ORACLE.log_likelihood(immediate(6), np.array([[1, 2, 3, 4, 5, 6]]))
    assert log_likelihood.shape == (1, 7)
    assert float(log_likelihood.sum()) == pytest.approx(-4.369729, abs=1e-6)
    assert float(log_likelihood[0, -1]) == 0.0  # no choice is left but to stop


def test_golden_contexts():
    (phase,) = study_phases(immediate(6))
    after_study = [0.132651, 0.130024, 0.182070, 0.254949, 0.357000, 0.499900, 0.700000]
    at_test = [0.421372, 0.118969, 0.166589, 0.233272, 0.326646, 0.457395, 0.640482]
    np.testing.assert_allclose(study_contexts(phase, 0.7, None).final, after_study, atol=1e-6)
    np.testing.assert_allclose(ORACLE.study(phase).context, at_test, atol=1e-6)


def test_cymrs_own_unit_test():
    # Lfc = Dfc = Lcf = Dcf = 1, Acf = 0, P1 = 0, B_start = 0, T = 10, X1 = .05, X2 = 1
    model = CMR(
        beta_enc=0.5,
        beta_start=0.0,
        beta_rec=0.8,
        gamma=0.5,
        delta=1.0,
        alpha=0.0,
        phi_s=0.0,
        phi_d=1.0,
        temperature=10.0,
        stop=ExponentialStop(theta_s=0.05, theta_r=1.0),
    )
    log_p = model.log_likelihood(immediate(3, n_lists=2), np.array([[2, 3], [3, 1]]))
    assert float(log_p.sum()) == pytest.approx(-5.936799964636842, rel=1e-14)


# fmt: off
REFERENCE_10 = [
    ("CMR-10", 11994.317, 14413.059, -7.969984, -11.851262,
     [.158301, .034612, .023577, .025795, .034279, .049598, .074941, .116370, .184531, .297996]),
    ("CMR-10u", 11982.760, 14401.503, -8.039862, -11.893568,
     [.145862, .040816, .027932, .029267, .037491, .052871, .078219, .118751, .183152, .285639]),
]
G20_PFR = [.0484, .0072, .0047, .0046, .0050, .0057, .0066, .0078, .0093, .0114,
           .0143, .0182, .0238, .0318, .0434, .0607, .0868, .1272, .1907, .2924]
G20_SPC = [.38, .24, .16, .15, .14, .16, .17, .18, .19, .22,
           .24, .27, .29, .34, .39, .44, .51, .58, .67, .76]
CMR_10_SPC = [.673, .531, .489, .505, .550, .604, .662, .715, .757, .791]
CMR_10_SPC_SATURATED = [.683, .534, .490, .507, .556, .617, .680, .738, .781, .813]
# fmt: on


@pytest.mark.parametrize(
    ("name", "choice", "total", "log_p_short", "log_p_long", "first"), REFERENCE_10
)
class TestReferenceSets:
    def test_sequences(self, name, choice, total, log_p_short, log_p_long, first):
        model, schedule = CMR.preset(name), immediate(10, seconds=2.0)
        np.testing.assert_allclose(model.first_recall(schedule)[0], first, atol=1e-6)
        short = model.log_likelihood(schedule, np.array([[10, 9, 1, 2]])).sum()
        long = model.log_likelihood(schedule, np.arange(1, 11)[None]).sum()
        assert float(short) == pytest.approx(log_p_short, abs=1e-6)
        assert float(long) == pytest.approx(log_p_long, abs=1e-6)

    def test_murdock_10_2(self, name, choice, total, log_p_short, log_p_long, first):
        model, recalled = CMR.preset(name), murdock("10-2")
        assert recalled.shape[0] == 1200 and np.count_nonzero(recalled) == 7676
        schedule = immediate(10, len(recalled), seconds=2.0)
        nll = -float(model.log_choice(schedule, recalled).sum())
        assert nll == pytest.approx(choice, abs=1e-3)
        fast = model.choice_nll(model.observe(schedule, recalled))
        assert float(fast) == pytest.approx(nll, rel=1e-12)
        nll = -float(model.log_likelihood(schedule, recalled).sum())
        assert nll == pytest.approx(total, abs=1e-3)


@pytest.mark.parametrize(
    ("name", "nll"), [("exponential-10", 2418.742), ("saturated-10", 2266.873)]
)
def test_stop_rules_on_murdock_10_2(name, nll):
    model, recalled = replace(CMR.preset("CMR-10"), stop=stopping.preset(name)), murdock("10-2")
    schedule = immediate(10, len(recalled))
    stop = (
        model.log_likelihood(schedule, recalled).sum() - model.log_choice(schedule, recalled).sum()
    )
    assert -float(stop) == pytest.approx(nll, abs=0.01)


@pytest.mark.parametrize(
    ("name", "total", "tolerance"),
    [
        ("G20", 20951.8806, 1e-3),
        ("G20-old", 20960.6, 0.05),
        ("G20-softmax", 20888.4, 0.05),
        ("G20u", 20581.5, 0.05),
    ],
)
def test_murdock_20_1(name, total, tolerance):
    recalled = murdock("20-1")
    assert np.count_nonzero(recalled) + len(recalled) == 9380
    log_p = CMR.preset(name).log_likelihood(immediate(20, len(recalled)), recalled)
    assert -float(log_p.sum()) == pytest.approx(total, abs=tolerance)


@pytest.mark.parametrize(("name", "choice"), [("G20", 18106.78), ("G20u", 17736.4)])
def test_choices_on_murdock_20_1(name, choice):
    model, recalled = CMR.preset(name), murdock("20-1")
    nll = model.choice_nll(model.observe(immediate(20, len(recalled)), recalled))
    assert float(nll) == pytest.approx(choice, abs=0.05)


def test_g20_first_recall():
    first = CMR.preset("G20").first_recall(immediate(20))[0]
    np.testing.assert_allclose(first, G20_PFR, atol=5.1e-5)


def test_g20_simulated(rng):
    recalled = CMR.preset("G20").recall(immediate(20, n_lists=6000), rng)
    assert mean_words(recalled) == pytest.approx(6.50, abs=0.1)
    np.testing.assert_allclose(spc(recalled, 20), G20_SPC, atol=0.02)
    np.testing.assert_allclose(pfr(recalled, 20), G20_PFR, atol=0.02)


@pytest.mark.parametrize(
    ("stop", "words", "expected"),
    [("exponential-10", 6.28, CMR_10_SPC), ("saturated-10", 6.40, CMR_10_SPC_SATURATED)],
)
def test_cmr_10_simulated(stop, words, expected, rng):
    model = replace(CMR.preset("CMR-10"), stop=stopping.preset(stop))
    recalled = model.recall(immediate(10, n_lists=5000), rng)
    assert mean_words(recalled) == pytest.approx(words, abs=0.12)
    np.testing.assert_allclose(spc(recalled, 10), expected, atol=0.03)
