import numpy as np
import pytest

from memsim.cognitive import TCM, ExponentialStop

from ..helpers import delayed, immediate, murdock, schedule_of

ORACLE = TCM(
    beta=0.6,
    gamma=1.0,
    tau=0.3,
    rho_distractor=0.4,
    stop=ExponentialStop(theta_s=0.01, theta_r=0.3),
)
STUDY, DELAY = ("study", 2.0), ("distractor", 1.0)

# fmt: off
PFR = {
    "immediate": ([STUDY] * 12,
        [.001558, .001798, .002150, .002689, .003557, .005045,
         .007810, .013484, .026686, .062645, .182027, .690550]),
    "delayed": ([STUDY] * 12 + [DELAY],
        [.026763, .028340, .030443, .033293, .037233, .042820,
         .050996, .063447, .083369, .117285, .179698, .306314]),
    "continual": ([DELAY, STUDY] * 12 + [DELAY],
        [.036784, .036784, .036787, .036794, .036817, .036889,
         .037114, .037826, .040142, .048333, .086347, .529383]),
}
# fmt: on


@pytest.mark.parametrize("condition", PFR)
def test_first_recall_in_three_conditions(condition):
    phase, expected = PFR[condition]
    np.testing.assert_allclose(ORACLE.first_recall(schedule_of(phase))[0], expected, atol=1e-6)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("immediate", (0.153, 0.343, 0.597, 0.324)),
        ("delayed", (0.097, 0.171, 0.384, 0.210)),
        ("continual", (0.081, 0.171, 0.239, 0.112)),
    ],
)
def test_first_transition_by_lag(condition, expected):
    schedule = schedule_of(*[PFR[condition][0]] * 12)
    first = ORACLE.first_recall(schedule)[0].numpy()
    follows = ORACLE.next_recall(schedule, np.arange(1, 13)[:, None]).numpy()
    for lag, probability in zip((-2, -1, 1, 2), expected, strict=True):
        i = np.arange(max(0, -lag), min(12, 12 - lag))
        crp = (first[i] * follows[i, i + lag]).sum() / first[i].sum()
        assert crp == pytest.approx(probability, abs=6e-4)  # printed with three digits


def test_second_recall_after_item_6_on_a_delayed_test():
    # fmt: off
    expected = [.016711, .020946, .027780, .039537, .061462, 0, .227309, .150924, .117033,
                .104651, .107309, .126337]
    # fmt: on
    p = ORACLE.next_recall(delayed(12), np.array([[6]]))[0]
    np.testing.assert_allclose(p, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("gamma", "ratio"), [(0.0, 8.67), (0.5, 5.20), (1.0, 3.70), (2.0, 2.56), (5.0, 1.77)]
)
def test_asymmetry_shrinks_as_new_context_gains(gamma, ratio):
    model = TCM(beta=0.6, gamma=gamma, tau=0.3, rho_distractor=0.4, stop=ORACLE.stop)
    p = model.next_recall(delayed(12), np.array([[6]]))[0]
    assert float(p[6] / p[4]) == pytest.approx(ratio, abs=0.005)


# fmt: off
REFERENCE_10 = [
    ("TCM-10", 12951.486, 15370.228, -8.568042, -15.623327, None),
    ("TCM-10r", 12774.832, 15193.575, -8.695511, -15.355355,
     [.017999, .020612, .024334, .029820, .038252, .051890, .075383, .119098, .208529, .414083]),
    ("TCM-10p", 12096.983, 14515.725, -7.524741, -13.319485,
     [.076034, .026464, .022110, .026461, .036815, .054728, .084021, .131411, .208252, .333706]),
]
# fmt: on


@pytest.mark.parametrize(
    ("name", "choice", "total", "log_p_short", "log_p_long", "first"), REFERENCE_10
)
class TestReferenceSets:
    def test_sequences(self, name, choice, total, log_p_short, log_p_long, first):
        model, schedule = TCM.preset(name), immediate(10, seconds=2.0)
        short = model.log_likelihood(schedule, np.array([[10, 9, 1, 2]])).sum()
        long = model.log_likelihood(schedule, np.arange(1, 11)[None]).sum()
        assert float(short) == pytest.approx(log_p_short, abs=1e-6)
        assert float(long) == pytest.approx(log_p_long, abs=1e-6)
        if first is not None:
            np.testing.assert_allclose(model.first_recall(schedule)[0], first, atol=1e-6)

    def test_murdock_10_2(self, name, choice, total, log_p_short, log_p_long, first):
        model, recalled = TCM.preset(name), murdock("10-2")
        schedule = immediate(10, len(recalled), seconds=2.0)
        nll = -float(model.log_choice(schedule, recalled).sum())
        assert nll == pytest.approx(choice, abs=1e-3)
        fast = model.choice_nll(model.observe(schedule, recalled))
        assert float(fast) == pytest.approx(nll, rel=1e-12)
        nll = -float(model.log_likelihood(schedule, recalled).sum())
        assert nll == pytest.approx(total, abs=1e-3)
