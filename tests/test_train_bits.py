"""Networks on tasks of bit vectors: the loss, what is learnt, and the same result again."""

import numpy as np
import pytest
import torch

from memsim.networks import make_network
from memsim.train_bits import bit_loss, train_bits
from paradigms import BIT_TASKS, Copy, RepeatCopy
from paradigms.bit_tasks import bits_per_sequence

SMALL = {"network": "dnc", "hidden_size": 16, "n_locations": 6, "word_size": 5}


def test_the_loss_is_the_cost_of_a_sequence():
    batch = RepeatCopy().batch(seed=0, i=0, n=5)
    torch.manual_seed(0)
    network = make_network("lstm", batch.inputs.shape[2], batch.targets.shape[2], hidden_size=7)
    outputs, loss = bit_loss(network, batch)
    assert loss.item() / np.log(2) == pytest.approx(bits_per_sequence(outputs, batch), rel=1e-5)


def test_a_network_learns_to_copy():
    trained = train_bits(Copy(2, (1, 2)), n_updates=1200, learning_rate=3e-3, **SMALL)
    bits = trained.history["bits"]
    assert bits.iloc[-1] < 0.2 * bits.iloc[0]
    assert trained.history["solved"].iloc[-1] > 0.9


@pytest.mark.parametrize("name", BIT_TASKS)
def test_every_task_of_bits_is_trained_and_again_alike(name):
    task = BIT_TASKS[name]()
    first, again = (train_bits(task, n_updates=2, batch_size=2, **SMALL).network for _ in range(2))
    for one, other in zip(first.parameters(), again.parameters(), strict=True):
        assert torch.equal(one, other)


def test_impossible_numbers_are_told():
    with pytest.raises(ValueError, match="n_updates and batch_size must be 1 or more, got 0"):
        train_bits(Copy(), n_updates=0)
