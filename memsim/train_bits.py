"""Train a network on a task of bit vectors: can it use its memory at all?"""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F

from memsim.base import Network
from memsim.divergence import clip_gradients
from memsim.networks import make_network
from memsim.threads import one_thread
from paradigms.bit_tasks import Batch, wrong_bits

#: updates between two rows of the history
REPORT_EVERY = 100


class BitTask(Protocol):
    """One of `paradigms.BIT_TASKS`."""

    def batch(self, seed: int, i: int, n: int = 16) -> Batch:
        """Sequences of batch i."""


class TrainedOnBits(NamedTuple):
    """A network and how it came to be.

    Attributes
    ----------
    network : Network
    history : DataFrame
        `update`, `bits` (cross-entropy of a sequence, mean since the last row) and `solved`
        (share of sequences without a wrong bit), one row per 100 updates.
    """

    network: Network
    history: pd.DataFrame


def train_bits(
    task: BitTask,
    *,
    network: str = "deepmind",
    seed: int = 0,
    n_updates: int = 20_000,
    batch_size: int = 16,
    learning_rate: float = 1e-4,
    max_norm: float = 50.0,
    progress: Callable[[int, float, float], None] | None = None,
    **network_options: Any,
) -> TrainedOnBits:
    """Train a network on copy, repeat copy, item recall or another task of bit vectors.

    As in the code of DeepMind's DNC: sigmoid cross-entropy summed over channels and the steps at
    which answers are due, averaged over the batch; RMSProp with epsilon 1e-10; gradients clipped
    by their norm.

    Parameters
    ----------
    task : bit task
        One of `paradigms.BIT_TASKS`, such as `RepeatCopy()`.
    network : str
        Its name in `memsim.networks.table()`.
    seed : int
        Of the weights and of the sequences.
    n_updates, batch_size : int
    learning_rate, max_norm : float
    progress : function, optional
        Called with update, bits and share solved whenever the history gets a row.
    **network_options
        Options of the network, in place of those its name stands for.

    Returns
    -------
    TrainedOnBits

    Raises
    ------
    Diverged
        If the loss or a gradient is no longer a finite number.

    Examples
    --------
    >>> from paradigms import Copy
    >>> trained = train_bits(Copy(n_bits=2, length=(1, 2)), n_updates=100)
    >>> trained.history["update"].tolist()
    [100]
    """
    if n_updates < 1 or batch_size < 1:
        raise ValueError(
            f"n_updates and batch_size must be 1 or more, got {n_updates!r} and {batch_size!r}"
        )
    first = task.batch(seed, 0, 1)
    rows, bits, solved = [], 0.0, 0.0
    with one_thread():
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed)
            sizes = first.inputs.shape[2], first.targets.shape[2]
            net = make_network(network, *sizes, **network_options)
        optimiser = torch.optim.RMSprop(net.parameters(), lr=learning_rate, eps=1e-10)
        for i in range(n_updates):
            batch = task.batch(seed, i, batch_size)
            outputs, loss = bit_loss(net, batch)
            optimiser.zero_grad()
            loss.backward()
            clip_gradients(net, loss, max_norm=max_norm, update=i + 1)
            optimiser.step()
            bits += loss.item() / np.log(2) / REPORT_EVERY
            solved += float((wrong_bits(outputs, batch) == 0).mean()) / REPORT_EVERY
            if (i + 1) % REPORT_EVERY == 0:
                rows.append((i + 1, bits, solved))
                if progress:
                    progress(*rows[-1])
                bits = solved = 0.0
    return TrainedOnBits(net, pd.DataFrame(rows, columns=["update", "bits", "solved"]))


def bit_loss(network: Network, batch: Batch) -> tuple[np.ndarray, torch.Tensor]:
    """Outputs (b, t, y), and the cross-entropy of a sequence in nats, averaged over the batch."""
    inputs, targets, mask = (torch.as_tensor(part, dtype=torch.float32) for part in batch)
    outputs, _ = network(inputs)
    each = F.binary_cross_entropy_with_logits(outputs, targets, reduction="none")
    loss = (each * mask[..., None]).sum() / len(inputs)
    return outputs.detach().numpy(), loss
