"""People's recalls under networks trained on the task."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
import torch

from memsim import train
from memsim.cognitive import ExponentialStop, SaturatedStop
from memsim.cognitive.free_recall import TCM
from memsim.comparison import NetworkReadOut, calibrate
from memsim.comparison.task_trained import mean_over_draws
from memsim.fitting.people import People
from paradigms import FreeRecall, SerialRecall

SMALL = {"hidden_size": 16, "word_size": 8}


@pytest.fixture(scope="module", params=[0.0, 0.3], ids=["no noise", "noise"])
def trained(request):
    return train(FreeRecall(list_length=4), n_updates=60, storage_noise=request.param, **SMALL)


@pytest.fixture(scope="module")
def learnt():
    """A network that recalls lists of four."""
    return train(FreeRecall(list_length=4), n_updates=400, hidden_size=32)


def sequences(n_items):
    """All that may be recalled of a list: (sequences, items)."""
    orders = [order for n in range(n_items + 1) for order in permutations(range(1, n_items + 1), n)]
    return np.array([[*order, *[0] * (n_items - len(order))] for order in orders])


@pytest.mark.parametrize("n_items", [3, 4])
@pytest.mark.parametrize(
    "stop", [None, ExponentialStop(0.05, 0.4)], ids=["its own stop", "a stop rule"]
)
def test_all_sequences_together_have_probability_1(trained, n_items, stop):
    readout = NetworkReadOut(trained, temperature=1.7, stop=stop, n_draws=3, seed=5)
    schedule = FreeRecall(list_length=n_items).trials(0, 0, n_lists=1)
    p = [
        readout.log_likelihood(schedule, sequence[None]).sum().exp().item()
        for sequence in sequences(n_items)
    ]
    assert sum(p) == pytest.approx(1, abs=1e-6)
    assert min(p) > 0


def test_events_are_choices_and_the_stop(trained):
    stop = ExponentialStop(0.1, 0.5)
    readout = NetworkReadOut(trained, stop=stop)
    schedule = FreeRecall(list_length=4).trials(0, 0, n_lists=2)
    recalled = np.array([[4, 1, 0], [2, 0, 0]])
    events = readout.log_likelihood(schedule, recalled)
    choice = readout.log_choice(schedule, recalled)
    hazard = stop.hazard(4)
    went_on = torch.log1p(-hazard)
    torch.testing.assert_close(events[0, :2], choice[0, :2] + went_on[:2])
    assert events[0, 2] == pytest.approx(hazard[2].log())
    assert events[1, 1] == pytest.approx(hazard[1].log())
    assert events[1, 2:].tolist() == [0, 0] == choice[1, 1:].tolist()


def test_a_network_that_was_not_trained_is_at_chance():
    """Calibrated on recalls with strong order it can do no more than choose at random."""
    task, n = FreeRecall(list_length=4), 400
    untrained = train(task, n_updates=1, max_restarts=0, **SMALL)
    train_on, test_on = (task.trials(seed, 0, n_lists=n) for seed in (1, 2))
    recalled = np.tile([3, 4, 1, 2], (n, 1))
    labels = pd.DataFrame({"subject": 1, "list": np.arange(n)})
    calibrated = calibrate(NetworkReadOut(untrained), People(train_on, recalled, labels))
    p = calibrated.log_choice(test_on, recalled).mean(dim=0)
    np.testing.assert_allclose(p[:3], np.log([1 / 4, 1 / 3, 1 / 2]), atol=0.03)
    assert p[3] == 0


def test_a_network_that_recalls_prefers_what_it_says(learnt, rng):
    """What a network itself says is more probable to it than the same words in another order."""
    schedule = FreeRecall(list_length=4).trials(2, 0, n_lists=300)
    readout = NetworkReadOut(learnt, seed=8)
    own = readout.recall(schedule, np.random.default_rng(8))  # draws the same codes
    whole = own[:, -1] > 0
    assert whole.mean() > 0.5
    shuffled = np.where(whole[:, None], rng.permuted(own, axis=1), own)
    said, otherwise = (readout.log_choice(schedule, each).sum(dim=1) for each in (own, shuffled))
    assert said[whole].mean() > otherwise[whole].mean() + 1
    other_codes = NetworkReadOut(learnt, seed=9).log_choice(schedule, own).sum(dim=1)
    assert said[whole].mean() > other_codes[whole].mean() + 1


def test_simulated_frequencies_are_the_probabilities(trained):
    """First recalls and stops, over lists with codes of their own."""
    task, n = FreeRecall(list_length=3), 6000
    readout = NetworkReadOut(trained, temperature=0.7)
    schedule = task.trials(0, 0, n_lists=n)
    said = readout.recall(schedule, np.random.default_rng(3))
    assert said.shape == (n, 3)
    nothing = np.zeros((n, 1), dtype=int)
    p_stop = readout.log_likelihood(schedule, nothing)[:, 0].exp().mean().item()
    assert (said[:, 0] == 0).mean() == pytest.approx(p_stop, abs=0.025)
    for item in (1, 2, 3):
        p = readout.log_choice(schedule, np.full((n, 1), item)).exp().mean().item()
        assert (said[said[:, 0] > 0, 0] == item).mean() == pytest.approx(p, abs=0.04)


def test_the_same_seed_gives_the_same_numbers_and_lists_of_two_lengths_keep_their_rows(trained):
    one = FreeRecall(list_length=(3, 4), one_length_per="list").trials(0, 0, n_lists=10)
    recalled = np.tile([2, 1, 0, 0], (10, 1))
    readout = NetworkReadOut(trained, n_draws=2, seed=1)
    first = readout.log_likelihood(one, recalled)
    torch.testing.assert_close(first, readout.log_likelihood(one, recalled), rtol=0, atol=0)
    assert first.shape == (10, 5) and (first[:, :3] < 0).all() and (first[:, 3:] == 0).all()


def test_mean_over_draws_is_that_of_sequences():
    p = torch.tensor([[[0.9, 0.8]], [[0.1, 0.2]]], dtype=torch.float64)
    mixed = mean_over_draws(p.log()).exp()
    np.testing.assert_allclose(mixed.prod().item(), (0.9 * 0.8 + 0.1 * 0.2) / 2)
    np.testing.assert_allclose(mixed[0, 0].item(), 0.5)


def test_calibration_finds_the_temperature_and_stop_it_was_simulated_with(learnt):
    """Recalls that the network itself gives at another temperature."""
    task, stop = FreeRecall(list_length=4), SaturatedStop((0.1, 0.2, 0.3, 0.4))
    schedule = task.trials(7, 0, n_lists=1500)
    true = NetworkReadOut(learnt, temperature=3.0, stop=stop)
    said = true.recall(schedule, np.random.default_rng(0))
    labels = pd.DataFrame({"subject": 1, "list": np.arange(1500)})
    found = calibrate(NetworkReadOut(learnt), People(schedule, said, labels))
    # codes of the calibration are others: what it finds is near, and blunter if anything
    assert 2.5 < found.temperature < 5
    np.testing.assert_allclose(found.stop.hazard(4), stop.hazard(4), atol=0.05)
    before = NetworkReadOut(learnt, stop=found.stop).log_choice(schedule, said).sum()
    assert found.log_choice(schedule, said).sum() > before


def test_what_cannot_be_read_out_is_an_error(trained):
    schedule = FreeRecall(list_length=3).trials(0, 0, n_lists=1)
    with pytest.raises(ValueError, match="a repetition"):
        NetworkReadOut(trained).log_choice(schedule, np.array([[1, 1]]))
    with pytest.raises(ValueError, match="temperature must be above 0"):
        NetworkReadOut(trained, temperature=0.0)
    with pytest.raises(ValueError, match="n_draws must be 1 or more"):
        NetworkReadOut(trained, n_draws=0)
    serial = train(SerialRecall(list_length=2), n_updates=1, max_restarts=0, **SMALL)
    with pytest.raises(ValueError, match="trained on a task of ordered responses"):
        NetworkReadOut(serial)


def test_theories_and_networks_give_events_of_one_shape(trained):
    schedule = FreeRecall(list_length=4).trials(0, 0, n_lists=2)
    recalled = np.array([[4, 1, 0], [2, 0, 0]])
    theory = TCM.preset("TCM-10r").log_likelihood(schedule, recalled)
    network = NetworkReadOut(trained).log_likelihood(schedule, recalled)
    assert theory.shape == network.shape and theory.dtype == network.dtype
    assert ((theory == 0) == (network == 0)).all()
