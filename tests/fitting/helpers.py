"""Theories whose best fit is known in closed form, and people to fit them to."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
import torch

from analysis import Recalls
from memsim.cognitive.parameters import Parameter, check_ranges
from memsim.fitting import People
from paradigms import FreeRecall


@dataclass(frozen=True, kw_only=True)
class Coin:
    """Recall begins with the last word with probability p; nothing else is said."""

    p: Parameter
    unused: Parameter | None = None

    ranges: ClassVar[dict[str, str]] = {"p": "(0, 1)", "unused": "[0, 1]"}
    search: ClassVar[dict[str, tuple[float, float]]] = {"p": (0.02, 0.98), "unused": (0.0, 1.0)}

    def __post_init__(self):
        check_ranges(self, self.ranges)

    @staticmethod
    def observe(schedule, responses):
        last = (schedule.presented > 0).sum(axis=1)
        return float((responses[:, 0] == last).sum()), float(len(responses))

    def probability(self):
        return torch.as_tensor(self.p, dtype=torch.float64)

    def choice_nll(self, observed):
        k, n = observed
        p = self.probability()
        nothing = 0.0 if self.unused is None else 0 * self.unused
        return -(k * torch.log(p) + (n - k) * torch.log1p(-p)) + nothing


@dataclass(frozen=True, kw_only=True)
class TwoHalves(Coin):
    """The probability is the mean of two parameters, which the data cannot tell apart."""

    p: Parameter = 0.5
    a: Parameter
    b: Parameter

    search: ClassVar[dict[str, tuple[float, float]]] = {"a": (0.02, 0.98), "b": (0.02, 0.98)}

    def probability(self):
        return (self.a + self.b) / 2


@dataclass(frozen=True, kw_only=True)
class Jagged(Coin):
    """Its gradient leads up, not down, wherever it is."""

    def choice_nll(self, observed):
        p = self.probability()
        return (p - 2 * p.detach()) ** 2 * 100 if p.requires_grad else p**2 * 100


def lists(n_last, n, length=3, subject=1):
    """n lists, of which n_last begin with the last word, the others with the first."""
    recalled = np.full((n, 2), 1)
    recalled[:n_last, 0] = length
    recalled[:, 1] = 2
    return Recalls.from_positions(recalled, list_length=length, subject=subject)


def several(**n_last):
    """Forty lists of each subject."""
    return pd.concat(
        [lists(k, 40, subject=subject).to_table() for subject, k in n_last.items()],
        ignore_index=True,
    )


@dataclass(frozen=True, kw_only=True)
class TwoValleys(Coin):
    """A wide valley at p = .3 (1 nat above 0), and at p = .97 a narrow one (0 nats)."""

    def choice_nll(self, observed):
        p = self.probability()
        wide = 1 + 20 * (p - 0.3) ** 2
        narrow = 3e3 * (p - 0.965) ** 2
        return -torch.logsumexp(torch.stack([-wide * 20, -narrow * 20]), dim=0) / 20


TASK = FreeRecall(list_length=3)


def people_of(recalls):
    from memsim.fitting import observe_people

    people = observe_people(recalls, TASK)
    assert isinstance(people, People)
    return people
