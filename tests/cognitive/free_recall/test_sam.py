import random
import time
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from memsim.cognitive import SAM
from memsim.cognitive.free_recall.sam_simulation import draw, parameters_of, rehearse

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
    "classic": ("SAM-classic", partial(immediate, 20, 40000), 7.91, [.49, .42, .37, .28],
                .29, [.49, .58, .78, 1.], [.104, .128, .137, .116]),
    "classic, delayed": ("SAM-classic", partial(delayed, 20, 40000), 4.86, [.48, .42, .35, .27],
                         .26, [.16, .11, .06, .03], [.092, .101, .096, .074]),
    "classic, 2 s": ("SAM-classic", partial(immediate, 20, 40000, 2.0), 9.94, [.70, .62, .51, .42],
                     .39, [.51, .61, .75, 1.], [.110, .137, .150, .125]),
    "classic, 40 words": ("SAM-classic", partial(immediate, 40, 20000), 10.55, [.36, .32, .26, .18],
                          .20, [.46, .57, .76, 1.], [.073, .090, .097, .085]),
    "M62": ("SAM-M62", partial(immediate, 20, 40000), 6.11, [.39, .26, .18, .16],
            .15, [.45, .62, .79, 1.], [.031, .039, .490, .183]),
    "M62, delayed": ("SAM-M62", partial(delayed, 20, 40000), 2.83, [.37, .25, .17, .15],
                     .15, [.09, .08, .05, .02], [.070, .080, .105, .083]),
}
SAM_10_SPC = [.709, .556, .498, .484, .500, .542, .611, .701, .802, 1.000]
SAM_10_PFR = [.001, .005, .013, .033, .070, .118, .163, .176, .152, .269]
SAM_10_CRP = [.082, .105, .150, .567, .160, .121]
# fmt: on


@pytest.mark.parametrize("name", ORACLES)
def test_oracles(name, rng):
    # the oracles are means over 2,000 lists, whose standard errors reach .011
    preset, lists, words, start, middle, end, crp = ORACLES[name]
    recalled = SAM.preset(preset).recall(lists(), rng)
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


@pytest.mark.parametrize("condition", ["15-2", "20-2", "20-1", "30-1", "40-1"])
def test_fitted_sets_are_nearer_to_people_than_the_default(condition, rng):
    length, seconds = map(int, condition.split("-"))
    people, lags = murdock(condition), [lag for lag in range(-5, 6) if lag]

    def distance(name):
        recalled = SAM.preset(name).recall(immediate(length, 5000, seconds=seconds), rng)
        apart = [
            measure(recalled, length) - measure(people, length)
            for measure in (spc, pfr, lambda r, n: lag_crp(r, n, lags))
        ]
        return sum(np.sqrt((each**2).mean()) for each in apart)

    # 1,200 lists of people and 5,000 of the model leave about .01 of noise
    assert distance(f"SAM-{condition}") < distance("SAM-M62") - 0.01


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
        responses, _ = reference_sam(phase, loops, model)
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


class Replay:
    """Stands in for a generator, and gives a plain loop the numbers drawn for one list."""

    def __init__(self, draws, i):
        self.size = draws.size[i]
        self.displaced = iter(draws.displaced[:, i])
        self.shuffled = draws.shuffled[:, i]
        self.searched = draws.searched[:, :, i]
        self.n_samples = None  # while the list is studied

    def gauss(self, mu, sigma):
        return self.size

    def sample(self, buffer, n):
        self.n_samples = 0
        shuffled = list(buffer)
        for k in range(n - 1, 0, -1):
            other = int(self.shuffled[k] * (k + 1))
            shuffled[k], shuffled[other] = shuffled[other], shuffled[k]
        return shuffled

    def choices(self, population, weights):
        if self.n_samples is None:
            u = next(self.displaced)
        else:
            u = self.searched[self.n_samples, 0]
            self.n_samples += 1
        above = u * sum(weights)
        for one, total in zip(population, np.cumsum(weights), strict=True):
            if total > above:
                return [one]
        return [population[-1]]

    def random(self):
        return self.searched[self.n_samples - 1, 1]


@pytest.mark.parametrize(
    ("model", "phase"),
    [
        (SMALL, [("study", 1.5)] * 6),
        (replace(SMALL, sts_order="random", W_c=0.5, W_e=2.0), [("study", 1.0)] * 8),
        (replace(SMALL, sts_order="recency", mu_r=4.0), [*CONTINUAL, ("study", 1.0)]),
        (SAM.preset("SAM-M62"), [("study", 1.0)] * 20),
        (SAM.preset("SAM-classic"), [("study", 1.0)] * 12 + [("distractor", 9.0)]),
    ],
)
def test_same_recalls_as_loops_on_the_same_draws(model, phase, rng):
    n = 300
    seed = int(rng.integers(100))
    recalled, samples = model.recall_and_samples(
        schedule_of(*[phase] * n), np.random.default_rng(seed)
    )
    n_items = recalled.shape[1]
    (draws,) = draw(parameters_of(model), n_items, n, np.random.default_rng(seed))
    for i in range(n):
        expected, taken = reference_sam(phase, Replay(draws, i), model)
        n_out = np.count_nonzero(recalled[i])
        assert recalled[i, :n_out].tolist() == expected
        assert samples[i, :n_out].tolist() == taken
        assert (samples[i, n_out:] == 0).all()


def study(model, phase, size):
    """Strengths and buffer after one list, with a buffer of that size."""
    n_items = sum(kind == "study" for kind, _ in phase)
    C, S = np.empty(n_items), np.empty((n_items, n_items))
    held = np.empty(n_items, dtype=np.int64)
    seconds = np.array([-s if kind == "distractor" else s for kind, s in phase])
    n_held = rehearse(
        parameters_of(model), seconds, size, np.zeros(n_items), C, S, held, np.empty(n_items)
    )
    return C, S, held[:n_held]


def test_rehearsal_by_hand():
    C, S, held = study(SMALL, [("study", 2.0), ("study", 1.0)], size=2)
    # two seconds alone, then one shared by two; forward .4 / 2, backward .15 / 2
    np.testing.assert_allclose(C, [0.3 * 2.5, 0.3 * 0.5])
    np.testing.assert_allclose(S, [[0.2 * 2.5, 0.2], [0.075, 0.2 * 0.5]])
    assert held.tolist() == [0, 1]


def test_distraction_empties_the_buffer():
    phase = [("study", 1.0), ("distractor", 0.1), ("study", 1.0)]
    _, S, held = study(SMALL, phase, size=2)
    assert held.tolist() == [1]
    assert S[0, 1] == S[1, 0] == SMALL.d


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


def test_rate_helps_all_but_the_last_words(rng):
    # the last words are in the buffer, whatever the rate; earlier ones gain strength
    slow, fast = (
        spc(SAM.preset("SAM-classic").recall(immediate(20, 10000, seconds), rng), 20)
        for seconds in (2.0, 1.0)
    )
    gain = slow - fast
    assert (gain[:12] > 0.08).all()
    assert (gain[-3:] < 0.03).all()


def test_delay_takes_recency_and_nothing_else(rng):
    now, later = (
        spc(SAM.preset("SAM-classic").recall(schedule(20, 10000), rng), 20)
        for schedule in (immediate, delayed)
    )
    np.testing.assert_allclose(later[:10], now[:10], atol=0.05)
    assert now[-1] == 1 and now[-1] > now[-4] > now[9] + 0.1
    assert (np.diff(later[-4:]) < 0).all() and later[-1] < 0.1  # negative recency


def test_longer_lists_lower_all_but_the_last_words(rng):
    short, long = (
        spc(SAM.preset("SAM-classic").recall(immediate(length, 10000), rng), length)
        for length in (20, 40)
    )
    assert (short[:12] - long[:12] > 0.06).all()
    np.testing.assert_allclose(short[-3:], long[-3:], atol=0.04)


def test_latency_in_samples(rng):
    # what is left gets harder to find: the last word takes longer than the first two after the
    # buffer, as people's inter-response times grow (Murdock & Okada, 1970)
    recalled, samples = SAM.preset("SAM-M62").recall_and_samples(delayed(20, 20000), rng)
    for n in (3, 4, 5):
        lists = np.count_nonzero(recalled, axis=1) == n
        waits = np.diff(samples[lists, :n], axis=1, prepend=0).mean(axis=0)
        assert waits[-1] > waits[:-1].max()


def test_parameters_are_compared_on_common_random_numbers():
    model, schedule = SAM.preset("SAM-10"), immediate(10, 1500, seconds=2.0)
    twins = [model, replace(model, K_max=model.K_max + 1)]
    one, other = (twin.recall(schedule, np.random.default_rng(3)) for twin in twins)
    n_one, n_other = (np.count_nonzero(recalled, axis=1) for recalled in (one, other))
    # one more failure allowed adds words at the end, and changes nothing before
    assert (n_other >= n_one).all() and (n_other > n_one).any()
    same = (one == other) | (one == 0)
    assert same.all()


def test_very_many_attempts():
    few, many = (
        mean_words(replace(SMALL, K_max=K_max).recall(immediate(6, 8), np.random.default_rng(0)))
        for K_max in (1, 10**6)
    )
    assert few < many


def test_the_search_box_holds_legal_parameters():
    for end in (0, 1):
        values = {name: box[end] for name, box in SAM.search.items()}
        replace(SMALL, **values)
    assert SAM.whole <= set(SAM.search)


@pytest.mark.slow
def test_a_hundred_thousand_lists_in_seconds(rng):
    schedule, model = immediate(20, 100_000), SAM.preset("SAM-M62")
    model.recall(schedule.take(np.arange(10)), rng)  # compiles
    start = time.process_time()
    model.recall(schedule, rng)
    assert time.process_time() - start < 10
