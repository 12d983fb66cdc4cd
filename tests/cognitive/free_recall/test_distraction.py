"""What distraction does: recency goes with a delay and comes back with distraction throughout.

With one cue, the context of the test, TCM has support rho^(items since) for each item, whatever
the time scale: a delay shrinks all supports alike, and distraction between items stretches the
list by as much as the delay has moved away from it (Howard & Kahana, 1999, 2002).
"""

from dataclasses import replace

import numpy as np
import pytest
import torch

from memsim.cognitive import CMR, TCM, ExponentialStop

from ..helpers import schedule_of

L, BETWEEN, AFTER = 10, 1.5, 6.0
STUDY = ("study", 1.0)
IMMEDIATE = [STUDY] * L
DELAYED = [STUDY] * L + [("distractor", AFTER)]
CONTINUAL = [("distractor", BETWEEN), STUDY] * L + [("distractor", AFTER)]
STOP = ExponentialStop(0.02, 0.3)
SOFTMAX = CMR(
    beta_enc=0.5, beta_start=0.0, beta_rec=0.8, gamma=0.4, delta=0.9, alpha=0.2, phi_s=1.0,
    phi_d=0.8, temperature=0.4, rho_distractor=0.8, stop=STOP,
)  # fmt: skip
POWER = replace(SOFTMAX, temperature=None, tau=4.0)
TEMPORAL = TCM(beta=0.5, gamma=1.0, tau=0.3, rho_distractor=0.8, stop=STOP)


def log_odds_of_first(model, phase):
    log_p = model.first_recall(schedule_of(phase))[0].log()
    return log_p - log_p[-1]


def test_recency_of_tcm_in_closed_form():
    rho, rho_d, since = np.sqrt(1 - 0.5**2), 0.8, np.arange(L)[::-1]
    support = {
        "immediate": rho**since,
        "delayed": rho_d**AFTER * rho**since,
        "continual": rho_d**AFTER * (rho * rho_d**BETWEEN) ** since,
    }
    for phase, name in ((IMMEDIATE, "immediate"), (DELAYED, "delayed"), (CONTINUAL, "continual")):
        expected = 2 / 0.3 * (support[name] - support[name][-1])
        np.testing.assert_allclose(log_odds_of_first(TEMPORAL, phase), expected, atol=1e-12)


@pytest.mark.parametrize("model", [TEMPORAL, SOFTMAX])
def test_a_delay_flattens_recency_and_distraction_throughout_restores_it(model):
    last, gain = {}, {}
    for name, phase in (("immediate", IMMEDIATE), ("delayed", DELAYED), ("continual", CONTINUAL)):
        p = model.first_recall(schedule_of(phase))[0]
        last[name], gain[name] = float(p[-1]), float(p[-1] / p[-4])
    assert last["immediate"] > last["continual"] > 1.15 * last["delayed"]
    assert gain["immediate"] > gain["continual"] > gain["delayed"] > 1


def test_a_delay_scales_the_log_odds_of_cmr_under_the_softmax_rule():
    """As of TCM, where nothing is brought back of the start of the list."""
    delayed = log_odds_of_first(SOFTMAX, DELAYED)
    torch.testing.assert_close(delayed, 0.8**AFTER * log_odds_of_first(SOFTMAX, IMMEDIATE))


def test_a_delay_does_nothing_to_cmr_under_the_power_rule():
    """Only support relative to the strongest counts; the floor of the rule apart."""
    immediate, delayed = (log_odds_of_first(POWER, phase) for phase in (IMMEDIATE, DELAYED))
    torch.testing.assert_close(delayed, immediate, rtol=0, atol=1e-6)


@pytest.mark.parametrize("model", [SOFTMAX, POWER])
def test_what_a_delay_takes_from_recency_the_start_of_the_list_gains(model):
    model = replace(model, beta_start=0.4)
    immediate, delayed = (model.first_recall(schedule_of(x))[0] for x in (IMMEDIATE, DELAYED))
    assert delayed[0] > immediate[0] and delayed[-1] < immediate[-1]


@pytest.mark.parametrize("model", [TEMPORAL, SOFTMAX, POWER])
@pytest.mark.parametrize("phase", [IMMEDIATE, DELAYED, CONTINUAL])
def test_contiguity_and_its_asymmetry_survive(model, phase):
    """After a word from the middle: neighbours before others, forward before backward.

    Right after the list what is left of recency may favour words further on.
    """
    p = model.next_recall(schedule_of(phase), np.array([[5]]))[0]
    assert p[5] > p[3] > p[2]
    assert p[5] > p[6] or phase is IMMEDIATE
