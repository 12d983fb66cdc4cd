"""What networks learn of each paradigm without noise, four seeds fixed in advance; minutes each."""

import numpy as np
import pytest

from analysis import cued_accuracy, d_prime
from memsim import simulate, train
from paradigms import (
    FreeRecall,
    PairedAssociates,
    Recognition,
    SerialRecall,
    accuracy,
    lists_once_learnt,
)

pytestmark = pytest.mark.slow
SEEDS = range(4)
N_LISTS = 1000


def learn(task, n_updates, **options):
    """Four DNCs, and an LSTM of as many hidden units beside them."""
    dncs = train(task, seed=SEEDS[0], n_networks=len(SEEDS), n_updates=n_updates, **options)
    assert [network.restarts for network in dncs] == [()] * len(SEEDS)
    assert [network.failure for network in dncs] == [None] * len(SEEDS)
    return dncs, train(task, network="lstm", n_updates=n_updates, max_restarts=0)


def shares_right(task, networks):
    """Accuracy of each network on lists that it has not seen."""
    schedule = task.trials(seed=2**20, i=0, n_lists=N_LISTS)
    rng = np.random.default_rng(0)
    return [accuracy(task, schedule, network.recall(schedule, rng)) for network in networks]


def test_twenty_words_are_recalled():
    task = FreeRecall(list_length=20)
    dncs, lstm = learn(
        task,
        5000,
        word_size=32,
        n_read_heads=2,
        batch_size=64,
        learning_rate=1e-3,
        curriculum=lists_once_learnt(20),
    )
    *right, right_lstm = shares_right(task, [*dncs, lstm])
    print(f"\n20 words: {np.round(right, 3)}, LSTM {right_lstm:.3f}")
    assert min(right) >= 0.90


@pytest.mark.parametrize(
    ("task", "n_updates", "least"),
    [
        (SerialRecall(list_length=6), 2000, 0.95),
        (SerialRecall(list_length=6, direction="backward"), 2000, 0.90),
    ],
    ids=["serial recall", "backward"],
)
def test_lists_are_learnt(task, n_updates, least):
    dncs, lstm = learn(task, n_updates)
    *right, right_lstm = shares_right(task, [*dncs, lstm])
    print(f"\n{task}: {np.round(right, 3)}, LSTM {right_lstm:.3f}")
    assert min(right) >= least


def test_pairs_are_learnt_in_both_directions():
    task = PairedAssociates(list_length=8, direction="mixed")
    dncs, lstm = learn(task, 4000)
    table = simulate([*dncs, lstm], task, n_lists=N_LISTS)
    right = cued_accuracy(table, x="direction").pivot(
        index="direction", columns="subject", values="prob"
    )
    print(f"\n8 pairs, the last subject an LSTM\n{right.round(3)}")
    assert right.drop(columns=len(SEEDS) + 1).min(axis=None) >= 0.95


def test_words_are_recognised():
    task = Recognition(list_length=10, n_targets=5, n_lures=5)
    dncs, lstm = learn(task, 2000)
    found = d_prime(simulate([*dncs, lstm], task, n_lists=N_LISTS)).set_index("subject")["d_prime"]
    print(f"\nd' of item recognition, the last subject an LSTM\n{found.round(2)}")
    assert found.drop(len(SEEDS) + 1).min() >= 3
