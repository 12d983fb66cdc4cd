"""People simulated from a theory, and contenders that are known by heart."""

from dataclasses import dataclass

import numpy as np
import torch

from memsim import simulate
from memsim.cognitive import TCM
from memsim.fitting import observe_people
from paradigms import FreeRecall

TASK = FreeRecall(list_length=5)


def simulated(n_subjects=3, n_lists=30, seed=0, task=TASK):
    """Recalls of TCM, as people's."""
    table = simulate([TCM.preset("TCM-10")] * n_subjects, task, n_lists=n_lists, seed=seed)
    return observe_people(table, task)


@dataclass(frozen=True)
class Guess:
    """Every event has the same log probability; the rule when recall stops has half of it."""

    log_p: float

    def log_likelihood(self, schedule, recalled):
        n = np.count_nonzero(recalled, axis=1)
        happened = np.arange(recalled.shape[1] + 1) <= n[:, None]
        return torch.from_numpy(np.where(happened, self.log_p, 0.0))

    def log_choice(self, schedule, recalled):
        return torch.from_numpy(np.where(recalled > 0, self.log_p / 2, 0.0))


@dataclass(frozen=True)
class Guessing:
    """Fits nothing, and says how many lists it was given."""

    name: str
    log_p: float = -1.0

    def fit(self, training, seed):
        return Guess(self.log_p)


@dataclass(frozen=True)
class Recorder:
    """Keeps what it was given: numbers of lists, and the words of the schedule."""

    seen: list
    name: str = "Recorder"

    def fit(self, training, seed):
        self.seen.append(training)
        return Guess(-1.0)
