import random
from dataclasses import replace

import numpy as np
import pytest

from memsim.cognitive import SAM
from memsim.cognitive.free_recall.phases import study_phases
from memsim.cognitive.free_recall.sam import rehearse

from ..helpers import (
    delayed,
    immediate,
    lag_crp,
    mean_words,
    murdock,
    pfr,
    schedule_of,
    spc,
)
from .reference import sam as reference_sam

LAGS = (-2, -1, 1, 2)

# fmt: off
#            preset         schedule                    words  SPC of words 1-4
#            SPC of word 10 (20 if L = 40), of the last 4       CRP at lags -2 -1 +1 +2
ORACLES = {
    "classic": ("SAM-classic", immediate(20, 10000), 7.91, [.49, .42, .37, .28],
                .29, [.49, .58, .78, 1.], [.104, .128, .137, .116]),
    "classic, delayed": ("SAM-classic", delayed(20, 10000), 4.86, [.48, .42, .35, .27],
                         .26, [.16, .11, .06, .03], [.092, .101, .096, .074]),
    "classic, 2 s": ("SAM-classic", immediate(20, 10000, 2.0), 9.94, [.70, .62, .51, .42],
                     .39, [.51, .61, .75, 1.], [.110, .137, .150, .125]),
    "classic, 40 words": ("SAM-classic", immediate(40, 5000), 10.55, [.36, .32, .26, .18],
                          .20, [.46, .57, .76, 1.], [.073, .090, .097, .085]),
    "M62": ("SAM-M62", immediate(20, 10000), 6.11, [.39, .26, .18, .16],
            .15, [.45, .62, .79, 1.], [.031, .039, .490, .183]),
    "M62, delayed": ("SAM-M62", delayed(20, 10000), 2.83, [.37, .25, .17, .15],
                     .15, [.09, .08, .05, .02], [.070, .080, .105, .083]),
}
SAM_10_SPC = [.709, .556, .498, .484, .500, .542, .611, .701, .802, 1.000]
SAM_10_PFR = [.001, .005, .013, .033, .070, .118, .163, .176, .152, .269]
SAM_10_CRP = [.082, .105, .150, .567, .160, .121]
# fmt: on


@pytest.mark.parametrize("name", ORACLES)
def test_oracles(name, rng):
    # the oracles are means over 2,000 lists, whose standard errors reach .011
    preset, schedule, words, start, middle, end, crp = ORACLES[name]
    recalled = SAM.preset(preset).recall(schedule, rng)
    n = recalled.shape[1]
    curve = spc(recalled, n)
    assert mean_words(recalled) == pytest.approx(words, abs=0.12)
    np.testing.assert_allclose(curve[:4], start, atol=0.03)
    assert curve[n // 2 - 1] == pytest.approx(middle, abs=0.03)
    np.testing.assert_allclose(curve[-4:], end, atol=0.03)
    np.testing.assert_allclose(lag_crp(recalled, n, LAGS), crp, atol=0.02)


def test_reference_set_for_murdock_10_2(rng):
    recalled = SAM.preset("SAM-10").recall(immediate(10, 20000, seconds=2.0), rng)
    assert mean_words(recalled) == pytest.approx(6.40, abs=0.04)
    np.testing.assert_allclose(spc(recalled, 10), SAM_10_SPC, atol=0.012)
    np.testing.assert_allclose(pfr(recalled, 10), SAM_10_PFR, atol=0.01)
    crp = lag_crp(recalled, 10, (-3, -2, -1, 1, 2, 3))
    np.testing.assert_allclose(crp, SAM_10_CRP, atol=0.012)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("SAM-10", (0.031, 0.057, 0.033)), ("SAM-M62", (0.052, 0.088, 0.058))],
)
def test_distance_to_the_curves_of_murdock_10_2(name, expected, rng):
    people = murdock("10-2")
    recalled = SAM.preset(name).recall(immediate(10, 20000, seconds=2.0), rng)
    lags = [lag for lag in range(-5, 6) if lag]
    for measure, rmsd in zip((spc, pfr, lambda r, n: lag_crp(r, n, lags)), expected, strict=True):
        distance = measure(recalled, 10) - measure(people, 10)
        assert np.sqrt((distance**2).mean()) == pytest.approx(rmsd, abs=0.008)


CONTINUAL = [("distractor", 3.0), ("study", 1.0)] * 6 + [("distractor", 3.0)]
SMALL = SAM(
    mu_r=2.6,
    sigma_r=0.8,
    q=0.3,
    a=0.3,
    c=0.2,
    b1=0.4,
    b2=0.15,
    d=0.03,
    e=0.5,
    f=0.9,
    g=0.3,
    K_max=6,
    L_max=2,
    share=True,
)


@pytest.mark.parametrize(
    ("model", "phase"),
    [
        (SMALL, [("study", 1.5)] * 6),
        (replace(SMALL, sts_order="recency", share=False), [("study", 1.0)] * 6),
        (replace(SMALL, sts_order="random", q=0.0), [("study", 1.0)] * 6 + [("distractor", 2.0)]),
        (replace(SMALL, K_max=2, L_max=1, mu_r=1.0, sigma_r=0.0), [("study", 2.0)] * 6),
        (replace(SMALL, K_max=40, L_max=5), CONTINUAL),
    ],
)
def test_agrees_with_loops(model, phase, rng):
    n = 5000
    recalled = model.recall(schedule_of(*[phase] * n), rng)
    loops, slow = random.Random(1), np.zeros((n, 6), dtype=int)
    for row in slow:
        responses = reference_sam(phase, loops, model)
        row[: len(responses)] = responses

    def transitions(responses, n_items):
        pairs = responses[:, :-1] * (n_items + 1) + responses[:, 1:]
        return np.stack([np.bincount(pair, minlength=49) / n for pair in pairs.T])

    for measure in (spc, pfr, transitions):
        a, b = measure(recalled, 6), measure(slow, 6)
        standard_error = np.sqrt((a * (1 - a) + b * (1 - b)) / n)
        assert (np.abs(a - b) <= 5 * standard_error).all()
    spread = np.sqrt((recalled > 0).sum(axis=1).var() + (slow > 0).sum(axis=1).var())
    assert abs(mean_words(recalled) - mean_words(slow)) <= 4.5 * spread / np.sqrt(n)


def test_rehearsal_by_hand(rng):
    model = replace(SMALL, mu_r=2.0, sigma_r=0.0)
    (phase,) = study_phases(schedule_of([("study", 2.0), ("study", 1.0)]))
    context, strength, buffer = rehearse(model, phase, rng)
    # two seconds alone, then one shared by two; forward .4 / 2, backward .15 / 2
    np.testing.assert_allclose(context, [[0.3 * 2.5, 0.3 * 0.5]])
    np.testing.assert_allclose(strength, [[[0.2 * 2.5, 0.2], [0.075, 0.2 * 0.5]]])
    assert buffer.all()


def test_distraction_empties_the_buffer(rng):
    (phase,) = study_phases(schedule_of([("study", 1.0), ("distractor", 0.1), ("study", 1.0)]))
    _, strength, buffer = rehearse(SMALL, phase, rng)
    assert buffer.tolist() == [[False, True]]
    assert strength[0, 0, 1] == strength[0, 1, 0] == SMALL.d


def test_buffer_first_and_in_order(rng):
    n, model = 500, replace(SAM.preset("SAM-classic"), mu_r=3, q=1 - 1e-12)  # oldest leaves
    for order, expected in (("study", [6, 7, 8]), ("recency", [8, 7, 6])):
        recalled = replace(model, sts_order=order).recall(immediate(8, n), rng)
        assert (recalled[:, :3] == expected).all()
    recalled = replace(model, sts_order="random").recall(immediate(8, n), rng)
    assert {tuple(sorted(row)) for row in recalled[:, :3]} == {(6, 7, 8)}
    assert len({tuple(row) for row in recalled[:, :3]}) == 6


def test_no_likelihood():
    with pytest.raises(TypeError, match="compare their curves with the data by RMSD"):
        SMALL.log_likelihood(immediate(3), np.array([[1, 0, 0]]))
