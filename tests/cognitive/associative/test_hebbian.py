import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from analysis import cued_accuracy, yules_q
from memsim import simulate
from memsim.cognitive import HebbianMatrix
from memsim.cognitive.associative.cued import cued_tests
from memsim.cognitive.associative.hebbian import _matches, pair_strengths
from paradigms import Event, Interference, PairedAssociates, ProbedRecall, Recognition, Schedule

from .helpers import all_answers, check_derivatives, repeated
from .reference import answer_probability, matrix_matches, over_one, over_two

MODEL = HebbianMatrix(
    tau=0.3, omission=0.4, w_b=0.8, w_sd=0.5, rho_fb=0.7, rho_M=0.9, label=0.6, n_outside=2.0
)
TASKS = {
    "both directions twice": PairedAssociates(
        list_length=2, direction="mixed", second_test="mixed", presentations=2
    ),
    "interference": Interference(list_length=2),
    "probed": ProbedRecall(list_length=3, n_tests=2, direction="backward"),
    "position": ProbedRecall(list_length=2, n_tests=2, probe="position"),
}


def schedule_of(pairs, asked):
    """One list: pairs of items, then (cue, answer)."""
    n, m = len(pairs), len(asked)
    event = np.array([[Event.STUDY] * n + [Event.CUE, Event.RESPONSE] * m])
    item, partner, answer = (np.zeros(event.shape, dtype=int) for _ in range(3))
    item[0, :n], partner[0, :n] = np.array(pairs).T
    item[0, n::2], answer[0, n + 1 :: 2] = np.array(asked).T
    return Schedule(event, np.ones(event.shape), item, partner, answer)


@pytest.mark.parametrize("noise, accuracy", [(0.0, 1.0), (0.2, 0.99), (0.4, 0.80), (0.6, 0.59)])
def test_accuracy_with_noise_in_the_matrix(noise, accuracy, rng):
    # oracle: 8 pairs of 100 random features; the best match of the 8 words asked for is said
    model = HebbianMatrix(tau=1.0, omission=0.0, n_features=100, noise_sd=noise)
    for direction in ("forward", "backward"):
        task = PairedAssociates(list_length=8, direction=direction)
        tests = cued_tests(task.trials(0, 0, n_lists=600), "HebbianMatrix")
        match = model.matches(tests, rng)
        side = tests.second if direction == "forward" else tests.first
        of_side = (tests.words[:, None, :, None] == side[:, None, None, :]).any(axis=3)
        best = np.where(of_side, match, -np.inf).argmax(axis=2)
        right = np.take_along_axis(tests.words, best, axis=1) == tests.target
        assert right.mean() == pytest.approx(accuracy, abs=0.02)


@pytest.mark.parametrize("rho, q", [(0.0, 0.01), (0.5, 0.49), (0.9, 0.81), (1.0, 0.88)])
def test_symmetry_of_strengths(rho, q, rng):
    # oracle: strengths with mean 0 and sd 1, recalled where strength + noise (sd .5) is above 0;
    # tests of one normal variable each: P(both) = 1/4 + arcsin(r) / (2 pi) (Sheppard)
    forward, backward = pair_strengths((200_000,), 0.0, 0.0, 1.0, rho, rng)
    first, second, again = (
        (w + 0.5 * rng.normal(size=w.shape) > 0) for w in (forward, backward, forward)
    )
    both = 0.25 + math.asin(rho / 1.25) / (2 * math.pi)
    closed = (both**2 - (0.5 - both) ** 2) / (both**2 + (0.5 - both) ** 2)
    assert closed == pytest.approx(q, abs=0.012)
    assert association(first, second) == pytest.approx(q, abs=0.02)
    assert association(first, again) == pytest.approx(0.87, abs=0.02)


def association(a, b):
    agree = (a & b).mean() * (~a & ~b).mean()
    differ = (a & ~b).mean() * (~a & b).mean()
    return (agree - differ) / (agree + differ)


@pytest.mark.parametrize("rho, q", [(0.0, 0.01), (0.5, 0.49), (0.9, 0.81), (1.0, 0.88)])
def test_symmetry_of_answers_in_closed_form(rho, q):
    # one pair, and nothing to say but its words or none: a threshold with logistic noise
    # of standard deviation .5 (so not to the digit the oracle's, which is normal)
    model = HebbianMatrix(
        tau=0.5 * math.sqrt(3) / math.pi, omission=0.0, w_f=0.0, w_b=0.0, w_sd=1.0, rho_fb=rho
    )
    schedule = repeated(schedule_of([(1, 2)], [(1, 2), (2, 1)]), 4)
    answers = np.array([[2, 1], [2, 0], [0, 1], [0, 0]])
    a, b, c, d = model.log_likelihood(schedule, answers).sum(dim=1).exp().tolist()
    assert (a * d - b * c) / (a * d + b * c) == pytest.approx(q, abs=0.02)
    assert a + b == pytest.approx(0.5, abs=1e-9)


@pytest.mark.parametrize("name", TASKS)
def test_all_answers_together_have_probability_one(name):
    schedule = TASKS[name].trials(seed=3, i=0, n_lists=1)
    if name == "both directions twice":  # two of the four tests leave few enough sequences
        schedule = schedule_of([(1, 2), (3, 4), (1, 2)], [(1, 2), (2, 1), (4, 3)])
    answers = all_answers(schedule)
    p = MODEL.log_likelihood(repeated(schedule, len(answers)), answers).sum(dim=1).exp()
    assert float(p.sum()) == pytest.approx(1, abs=1e-10)
    certain = replace(MODEL, w_sd=0.0, n_outside=0.0)  # of words of the list alone
    answers = answers[(answers >= 0).all(axis=1)]
    p = certain.log_likelihood(repeated(schedule, len(answers)), answers).sum(dim=1).exp()
    assert float(p.sum()) == pytest.approx(1, abs=1e-10)


def test_one_strength_by_numerical_integration():
    # pair 1-2 twice and pair 3-4; the cue 1 is asked twice, at ages (2, 0) and (3, 1)
    schedule = schedule_of([(1, 2), (3, 4), (1, 2)], [(1, 2), (1, 2)])
    gains = 0.9**2 + 1, 0.9**3 + 0.9
    for answers, outcomes in (([2, 4], (0, "other")), ([0, -1], ("none", "outside"))):

        def p(w, outcomes=outcomes):
            return math.prod(
                answer_probability(o, [w * g], 0.3, 0.4, n_free=2, n_outside=2.0)
                for o, g in zip(outcomes, gains, strict=True)
            )

        expected = over_one(p, 1.0, 0.5)
        log_p = MODEL.log_likelihood(schedule, np.array([answers]))
        assert float(log_p.sum().exp()) == pytest.approx(expected, rel=1e-6)


def test_both_directions_by_numerical_integration():
    schedule = schedule_of([(1, 2), (3, 4)], [(1, 2), (2, 1)])
    gains = 0.9, 0.9**2

    def p(forward, backward):
        first = answer_probability(0, [forward * gains[0]], 0.3, 0.4, 2, 2.0)
        return first * answer_probability("none", [backward * gains[1]], 0.3, 0.4, 2, 2.0)

    expected = over_two(p, (1.0, 0.8), 0.5, 0.7)
    log_p = MODEL.log_likelihood(schedule, np.array([[2, 0]]))
    assert float(log_p.sum().exp()) == pytest.approx(expected, rel=1e-6)
    alone = over_one(lambda w: answer_probability(0, [w * 0.9], 0.3, 0.4, 2, 2.0), 1.0, 0.5)
    assert float(log_p[0, 0].exp()) == pytest.approx(alone, rel=1e-6)


def test_two_words_of_one_cue_by_numerical_integration():
    # A-B, A-C with labels: the word of the list not asked for counts .6 times as much
    schedule = Interference(list_length=2, tested_lists=(1,)).trials(seed=0, i=0, n_lists=1)
    tests = cued_tests(schedule, "HebbianMatrix", neighbours=True)
    lists = [tests.second[0, (tests.first[0] == cue)].tolist() for cue in tests.cue[0]]
    (t,) = (k for k, words in enumerate(lists) if len(words) == 2)
    answers = np.zeros((1, 2), dtype=int)
    answers[0, t] = lists[t][1]  # that of list 2
    own, other = (
        0.9 ** int(tests.age[0, t, np.flatnonzero(tests.second[0] == word)[0]]) for word in lists[t]
    )

    def p(w_own, w_other):
        strengths = [w_own * own, 0.6 * w_other * other]
        return answer_probability(1, strengths, 0.3, 0.4, n_free=4, n_outside=2.0)

    log_p = MODEL.log_likelihood(schedule, answers)
    expected = over_two(p, (1.0, 1.0), 0.5, 0.0)
    assert float(log_p[0, t].exp()) == pytest.approx(expected, rel=1e-6)


def test_fixed_strengths_are_a_softmax():
    model = HebbianMatrix(tau=0.5, omission=0.2, n_outside=3.0)
    schedule = schedule_of([(1, 2), (3, 4), (5, 6)], [(1, 2), (2, 1)])
    log_p = model.log_likelihood(schedule, np.array([[2, 1]]))
    expected = math.exp(2) / (math.exp(2) + 4 + 3 + math.exp(0.4))
    np.testing.assert_allclose(log_p.exp(), [[expected, expected]], rtol=1e-9)


def test_one_strength_for_both_directions_is_like_one_direction():
    model = replace(MODEL, w_b=1.0, rho_fb=1.0, rho_M=1.0)
    answers = np.array([[2, 1]])
    reversed_, same = (
        model.log_likelihood(schedule_of([(1, 2), (3, 4)], asked), said).sum()
        for asked, said in (
            ([(1, 2), (2, 1)], answers),
            ([(1, 2), (1, 2)], np.array([[2, 2]])),
        )
    )
    assert float(reversed_) == pytest.approx(float(same), abs=1e-6)


@pytest.mark.parametrize("forward", [True, False])
def test_matches_are_those_of_a_matrix(forward, rng):
    task = PairedAssociates(list_length=3, direction="forward" if forward else "backward")
    tests = cued_tests(task.trials(0, 0, n_lists=2), "HebbianMatrix")
    vectors = rng.normal(size=(2, 6, 5))
    strength = rng.normal(size=tests.age.shape) * 0.9**tests.age
    noise = rng.normal(size=(2, 5, 5))
    found = _matches(tests, slice(None), strength, vectors)
    noisy = _matches(tests, slice(None), strength, vectors, noise)
    for i in range(2):
        place = {int(word): k for k, word in enumerate(tests.words[i])}
        pairs = [
            (vectors[i, place[int(a)]], vectors[i, place[int(b)]])
            for a, b in zip(tests.first[i], tests.second[i], strict=True)
        ]
        for t, cue in enumerate(tests.cue[i]):
            a = vectors[i, place[int(cue)]]
            plain = matrix_matches(
                a, pairs, strength[i, t] / 0.9 ** tests.age[i, t], tests.age[i, t], 0.9, forward,
                vectors[i],
            )  # fmt: skip
            np.testing.assert_allclose(found[i, t], plain, atol=1e-12)
            retrieved = noise[i] @ a if forward else noise[i].T @ a
            np.testing.assert_allclose(noisy[i, t] - found[i, t], vectors[i] @ retrieved, atol=1e-9)


@pytest.mark.parametrize("name", TASKS)
def test_simulated_answers_follow_the_likelihood(name, rng):
    schedule = TASKS[name].trials(seed=3, i=0, n_lists=1)
    if name == "both directions twice":
        schedule = schedule_of([(1, 2), (3, 4), (1, 2)], [(1, 2), (2, 1)])
    n = 20_000
    answers = all_answers(schedule)
    p = MODEL.log_likelihood(repeated(schedule, len(answers)), answers).sum(dim=1).exp().numpy()
    said = MODEL.recall(repeated(schedule, n), rng)
    codes = {tuple(answer): k for k, answer in enumerate(answers.tolist())}
    counts = np.bincount([codes[tuple(one)] for one in said.tolist()], minlength=len(answers))
    enough = p * n > 20
    assert enough.sum() > 5
    z = (counts - n * p)[enough] / np.sqrt(n * p * (1 - p))[enough]
    assert np.abs(z).max() < 4.5


def test_orthonormal_items_are_the_limit_of_long_vectors(rng):
    schedule = PairedAssociates(list_length=4, direction="mixed").trials(0, 0, n_lists=1000)
    limit, long = (
        (replace(MODEL, n_features=n).recall(schedule, rng) == schedule.answers).mean()
        for n in (None, 500)
    )
    assert long == pytest.approx(limit, abs=0.05)


def test_derivatives():
    schedule = TASKS["both directions twice"].trials(0, 0, n_lists=3)
    answers = MODEL.recall(schedule, np.random.default_rng(0))
    names = ("tau", "omission", "w_f", "w_b", "w_sd", "rho_fb", "rho_M", "n_outside")
    check_derivatives(MODEL, names, schedule, answers)
    schedule = Interference(list_length=2).trials(0, 0, n_lists=3)
    answers = MODEL.recall(schedule, np.random.default_rng(0))
    check_derivatives(MODEL, (*names[:5], "label"), schedule, answers)


def test_lists_of_other_lengths_go_together():
    short = schedule_of([(1, 2), (3, 4)], [(1, 2)])
    long = schedule_of([(1, 2), (3, 4)], [(1, 2), (4, 3)])
    width = long.event.shape[1] - short.event.shape[1]
    both = Schedule(
        **{
            name: np.concatenate(
                [np.pad(getattr(short, name), ((0, 0), (0, width))), getattr(long, name)]
            )
            for name in ("event", "duration", "item", "partner", "answer")
        }
    )
    log_p = MODEL.log_likelihood(both, np.array([[2, 0], [2, 3]]))
    torch.testing.assert_close(log_p[0, :1], MODEL.log_likelihood(short, np.array([[2]]))[0])
    torch.testing.assert_close(log_p[1], MODEL.log_likelihood(long, np.array([[2, 3]]))[0])
    assert log_p[0, 1] == 0
    assert (MODEL.recall(both, np.random.default_rng(0))[0, 1:] == 0).all()


def test_interference_and_symmetry_in_the_recall_table():
    model = HebbianMatrix(tau=0.2, omission=0.4, w_sd=0.7, rho_fb=1.0, label=0.8)
    table = simulate(model, Interference(tested_lists=(1,)), n_lists=400)
    accuracy = cued_accuracy(table, by="condition", x=None).set_index("condition")["prob"]
    assert accuracy["AB-CD"] - accuracy["AB-AC"] > 0.1
    task = PairedAssociates(list_length=8, direction="mixed", second_test="mixed")
    q = yules_q(simulate(model, task, n_lists=1000)).set_index("directions")["q"]
    assert q["reversed"] == pytest.approx(q["same"], abs=0.03)
    apart = simulate(replace(model, rho_fb=0.0), task, n_lists=1000)
    q = yules_q(apart).set_index("directions")["q"]
    assert abs(q["reversed"]) < 0.15 and q["same"] > 0.8


def test_recency_over_pairs():
    model = HebbianMatrix(tau=0.2, omission=0.5, rho_M=0.8)
    table = simulate(model, PairedAssociates(list_length=6, n_tests=1), n_lists=3000)
    accuracy = cued_accuracy(table, x="lag").set_index("lag")["prob"]
    assert (np.diff(accuracy) < 0).all() and accuracy[0] > 0.8


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"tau": 0.0}, r"tau must be a number in \(0, inf\), got 0"),
        ({"rho_fb": 1.1}, r"rho_fb must be a number in \[0, 1\]"),
        ({"n_features": 2.5}, "n_features must be a whole number, got 2.5"),
        ({"noise_sd": 0.1}, "give n_features"),
    ],
)
def test_parameters_out_of_range(parameters, message):
    with pytest.raises(ValueError, match=message):
        replace(MODEL, **parameters)


def test_other_tasks_and_answers(rng):
    with pytest.raises(ValueError, match="were not studied together before"):
        MODEL.recall(Recognition().trials(0, 0, n_lists=1), rng)
    with pytest.raises(ValueError, match="a test shows two words"):
        MODEL.recall(Recognition(pairs=True).trials(0, 0, n_lists=1), rng)
    schedule = schedule_of([(1, 2), (3, 4)], [(1, 2)])
    for answer, message in ((1, "is the cue itself"), (9, "was not studied"), (-2, "no item")):
        with pytest.raises(ValueError, match=message):
            MODEL.log_likelihood(schedule, np.array([[answer]]))
    triple = schedule_of([(1, 2), (1, 3), (1, 4)], [(1, 2)])
    with pytest.raises(ValueError, match="depend on 3 strengths at once"):
        MODEL.log_likelihood(triple, np.array([[2]]))
    assert MODEL.recall(triple, rng).shape == (1, 1)
    with pytest.raises(TypeError, match="no likelihood with random item vectors"):
        replace(MODEL, n_features=10).log_likelihood(schedule, np.array([[2]]))
    untested = Schedule(np.array([[1, 1]]), np.ones((1, 2)), np.array([[1, 2]]))
    with pytest.raises(ValueError, match="no tests"):
        MODEL.recall(untested, rng)
