"""Noise and threshold: against simulations of others, and against plain loops."""

import math
import random
from dataclasses import asdict, replace

import numpy as np
import pytest

from analysis import Recalls, fill_in_ratio, perfect_lists, serial_accuracy, transpositions
from memsim.cognitive.serial_recall import ChainingModel, PrimacyModel, StartEndModel
from memsim.cognitive.serial_recall.race import race

from . import reference
from .helpers import lists_of, simulated

#: noisier than the presets, as the specification's second conditions have it
PRIMACY = PrimacyModel.preset("primacy-race")
SEM = StartEndModel.preset("SEM-race")
CHAINING = ChainingModel.preset("chaining-race")


def recalls_of(model, n_lists=20_000, list_length=6):
    reports = simulated(model, list_length, n_lists)
    return Recalls.from_positions(reports, list_length=list_length, omissions=True)


def one_step_share(recalls):
    """Of all order errors, those one place away."""
    moved = transpositions(recalls)
    errors = moved[moved["displacement"] != 0].set_index("displacement")["actual"]
    return errors[[-1, 1]].sum() / errors.sum()


def share(recalls, response):
    return float((recalls.recalled == response).mean())


# Tolerances: a curve of 20 000 lists has a standard error of .0035 at most, and so has the other
# simulation; where the other one is not said to have as many lists, .015.


@pytest.mark.parametrize(
    ("noise", "accuracy", "list_correct", "ratio"),
    [
        (0.42, [0.954, 0.885, 0.838, 0.783, 0.733, 0.850], 0.578, (40, 160)),  # 72:1
        (0.9, [0.757, 0.553, 0.506, 0.463, 0.467, 0.651], None, (7.3, 9.3)),  # 8.3:1
    ],
)
def test_primacy(noise, accuracy, list_correct, ratio):
    recalls = recalls_of(replace(PRIMACY, noise=noise))
    assert serial_accuracy(recalls)["recall"].to_numpy() == pytest.approx(accuracy, abs=0.012)
    low, high = ratio
    assert low < fill_in_ratio(recalls)["ratio"][0] < high
    if list_correct is not None:
        assert perfect_lists(recalls)["prob"][0] == pytest.approx(list_correct, abs=0.012)
        assert one_step_share(recalls) == pytest.approx(0.982, abs=0.005)


def test_longer_lists_are_perfect_less_often():
    perfect = [perfect_lists(recalls_of(PRIMACY, 5000, n))["prob"][0] for n in range(4, 9)]
    assert perfect == pytest.approx([0.79, 0.70, 0.58, 0.46, 0.34], abs=0.025)


@pytest.mark.parametrize(
    ("noise", "threshold", "accuracy", "ratio"),
    [
        (0.08, 0.35, [0.991, 0.946, 0.853, 0.740, 0.664, 0.766], 3.4),
        (0.12, 0.2, [0.939, 0.810, 0.666, 0.542, 0.501, 0.681], 2.55),
        (0.16, 0.2, None, 2.16),
    ],
)
def test_sem(noise, threshold, accuracy, ratio):
    recalls = recalls_of(replace(SEM, noise=noise, threshold=threshold))
    if accuracy is not None:
        assert serial_accuracy(recalls)["recall"].to_numpy() == pytest.approx(accuracy, abs=0.015)
    assert fill_in_ratio(recalls)["ratio"][0] == pytest.approx(ratio, rel=0.12)
    if threshold == 0.35:
        assert share(recalls, 0) == pytest.approx(0.017, abs=0.003)
        assert one_step_share(recalls) == pytest.approx(0.90, abs=0.015)


def test_chaining():
    recalls = recalls_of(CHAINING)
    accuracy = [0.937, 0.853, 0.762, 0.685, 0.634, 0.588]
    assert serial_accuracy(recalls)["recall"].to_numpy() == pytest.approx(accuracy, abs=0.015)
    assert fill_in_ratio(recalls)["ratio"][0] == pytest.approx(0.24, abs=0.03)
    assert one_step_share(recalls) == pytest.approx(0.65, abs=0.02)
    assert share(recalls, -1) == pytest.approx(0.08, abs=0.01)


def test_strong_backward_links_turn_the_chain_to_fill_in():
    recalls = recalls_of(replace(CHAINING, a_b=0.9, noise=0.25))
    assert fill_in_ratio(recalls)["ratio"][0] == pytest.approx(1.5, abs=0.25)


def test_fill_in_tells_the_three_classes_apart():
    """Ordinal far above 2, positional between 2 and 4, chaining below 1."""
    ratios = [
        fill_in_ratio(recalls_of(model, 10_000))["ratio"][0]
        for model in (
            replace(PRIMACY, noise=0.9),
            replace(SEM, noise=0.12, threshold=0.2),
            CHAINING,
        )
    ]
    assert ratios[0] > 6 and 2 < ratios[1] < 4 and ratios[2] < 0.4


def test_recency():
    """The last place is better than the one before in gradient and position, not in the chain."""
    for model, recency in ((PRIMACY, True), (SEM, True), (CHAINING, False)):
        accuracy = serial_accuracy(recalls_of(model, 10_000))["recall"].to_numpy()
        assert (accuracy[5] > accuracy[4]) == recency
        assert (np.diff(accuracy[:5]) < 0).all()


def looped(value, n, m, rng, leaves):
    """One report with a race, from the equations alone."""
    cue, reported_at, report = "start", {}, []
    for k in range(1, n + 1):
        best = None
        for word in range(1, max(n, m["vocabulary"]) + 1):
            v = value(word, k, cue, n, m) if word <= n else 0.0
            if word in reported_at:
                kept = 1 - m["suppression"] * math.exp(-m["r_s"] * (k - reported_at[word] - 1))
                if leaves and m["suppression"] == 1 and m["r_s"] == 0:
                    continue
                v *= kept
            noisy = v + rng.gauss(0, m["noise"])
            if best is None or noisy > best[0]:
                best = noisy, v, word
        noisy, v, word = best
        if m["threshold_noise"] is not None:
            noisy = v + rng.gauss(0, m["threshold_noise"])
        if noisy <= m["threshold"]:
            report.append(0)
        elif word > n:
            report.append(-1)
            reported_at[word] = k
            cue = "intrusion"
        else:
            report.append(word)
            reported_at[word] = k
            cue = word
    return report


@pytest.mark.parametrize(
    ("model", "value", "leaves"),
    [
        (replace(PRIMACY, noise=1.5, threshold=4.0, vocabulary=5), reference.primacy_value, False),
        (
            replace(PRIMACY, noise=1.5, threshold=5.0, threshold_noise=2.0),
            reference.primacy_value,
            False,
        ),
        (replace(SEM, noise=0.4, threshold=0.5, r_s=0.3), reference.sem_value, False),
        (replace(CHAINING, noise=0.6, threshold=0.4, vocabulary=6), reference.chain_value, True),
        (replace(CHAINING, noise=0.6, suppression=0.6, r_s=0.2), reference.chain_value, True),
    ],
)
def test_agrees_with_loops(model, value, leaves):
    """Shares of every response at every place, six standard errors of the difference."""
    n_loops, n = 800, 4
    rng = random.Random(5)
    loops = np.array([looped(value, n, asdict(model), rng, leaves) for _ in range(n_loops)])
    fast = simulated(model, n, 10_000)
    for response in range(-1, n + 1):
        p = (fast == response).mean(axis=0)
        error = np.sqrt(p * (1 - p) * (1 / n_loops + 1 / 10_000))
        difference = np.abs((loops == response).mean(axis=0) - p)
        assert (difference <= 6 * error + 1e-3).all(), response
    assert (fast == 0).any()


@pytest.mark.parametrize("model", [PRIMACY, SEM, CHAINING], ids=lambda m: type(m).__name__)
def test_order_errors_are_local_and_repetitions_rare(model):
    recalls = recalls_of(model, 10_000)
    moved = transpositions(recalls)
    errors = moved.groupby(moved["displacement"].abs())["actual"].sum()
    assert errors[1] > errors[2] > errors[3]
    reports = np.sort(recalls.recalled, axis=1)
    repeats = (reports[:, 1:] == reports[:, :-1]) & (reports[:, 1:] > 0)
    assert repeats.sum() / reports.size < 0.05


def test_omissions_rise_with_the_place_of_the_report():
    omitted = (simulated(replace(SEM, threshold=0.45), 6, 10_000) == 0).mean(axis=0)
    assert np.polyfit(np.arange(6), omitted, 1)[0] > 0.005


# -- limits with known answers


@pytest.mark.parametrize("model", [PRIMACY, SEM, CHAINING], ids=lambda m: type(m).__name__)
def test_without_noise_reports_are_perfect(model):
    quiet = replace(model, noise=1e-9, threshold=1e-6)
    assert (simulated(quiet, 6, 50) == np.arange(1, 7)).all()


@pytest.mark.parametrize("model", [PRIMACY, SEM, CHAINING], ids=lambda m: type(m).__name__)
def test_above_a_high_threshold_nothing_is_reported(model):
    assert (simulated(replace(model, threshold=1e9), 6, 50) == 0).all()


def test_nothing_but_noise_is_chance():
    """All words alike, none leaves the race: each is reported as often at every place."""
    chance = replace(CHAINING, a_f=0.0, a_b=0.0, a_0=0.0, threshold=-1e9, suppression=0.0)
    reports = simulated(chance, 4, 30_000)
    for response, p in ((1, 0.1), (4, 0.1), (-1, 0.6)):
        error = np.sqrt(p * (1 - p) / 30_000)
        assert (reports == response).mean(axis=0) == pytest.approx(np.full(4, p), abs=5 * error)


def test_full_suppression_takes_items_out_of_the_chain_only():
    def repeats(model):
        reports = simulated(replace(model, noise=5.0, threshold=-1e9), 6, 500)
        return sum(len(r[r > 0]) - len(set(r[r > 0])) for r in reports)

    assert repeats(CHAINING) == 0
    assert repeats(PRIMACY) > 0


def test_all_out_of_the_race_is_an_omission():
    out = np.ones((3, 2), dtype=bool)
    response = race(np.zeros((3, 2)), out, np.random.default_rng(0), noise=1.0, threshold=-1e9)
    assert response.tolist() == [0, 0, 0]


# -- bad input


def test_a_race_has_no_likelihood():
    for model in (PRIMACY, SEM, CHAINING):
        with pytest.raises(TypeError, match="has no likelihood; give tau and theta"):
            model.log_likelihood(lists_of(3), np.array([[1, 2, 3]]))
        with pytest.raises(TypeError, match="has no likelihood"):
            model.choice_nll(model.observe(lists_of(3), np.array([[1, 2, 3]])))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tau": 0.1, "theta": 0.1}, "give either tau and theta"),
        ({"noise": None}, "give either tau and theta"),
        ({"noise": None, "threshold": None, "tau": 0.1}, "give either tau and theta"),
        ({"noise": 0.0}, r"noise must be a number in \(0, inf\), got 0.0"),
        ({"threshold_noise": -1.0}, "threshold_noise must be a number"),
        ({"vocabulary": 2.5}, "vocabulary must be a whole number, got 2.5"),
        ({"suppression": 1.1}, r"suppression must be a number in \[0, 1\], got 1.1"),
    ],
)
@pytest.mark.parametrize("model", [PRIMACY, SEM, CHAINING], ids=lambda m: type(m).__name__)
def test_parameters_that_cannot_be(model, change, message):
    with pytest.raises(ValueError, match=message):
        replace(model, **change)
