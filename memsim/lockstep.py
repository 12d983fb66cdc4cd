"""Networks that learn in step: each update is one of all of them."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from memsim.closed_loop import Recall, Shown
from memsim.cuda_graph import GraphedUpdate
from memsim.learner import REPORT_EVERY, Learner, Progress, stuck
from memsim.participant import go_through
from paradigms import Curriculum
from paradigms.scoring import Paradigm


class Pace(NamedTuple):
    """How networks learn; see `memsim.train`."""

    n_updates: int
    batch_size: int
    learning_rate: float
    guessing: float
    cuda_graph: bool = False

    def rate(self, update: int) -> float:
        """Learning rate: constant for half of training, then down to a twentieth."""
        return self.learning_rate * min(1.0, max(0.05, 2 - 2 * update / self.n_updates))


def learn(
    learners: Sequence[Learner],
    paradigm: Paradigm,
    curriculum: Curriculum,
    pace: Pace,
    report: Callable[[int, Progress], object],
) -> None:
    """One attempt of each, update after update. Update i of a learner is a function of its seed,
    its attempt, i and its weights; who fails leaves."""
    graphs: dict[int, GraphedUpdate] = {}
    if pace.cuda_graph:
        graphs = {each.k: GraphedUpdate(each.participant) for each in learners}
    for i in range(pace.n_updates):
        feedback = 1 - i / pace.n_updates
        still: list[Learner] = []
        for stage, group in by_stage(curriculum, learners):
            task = curriculum.task(paradigm, stage)
            shown = []
            for each in group:
                rng = np.random.default_rng([each.seed, each.attempt, i])
                lists = task.trials(int(rng.integers(2**32)), i, pace.batch_size)
                shown.append(each.participant.show(lists, rng))
            if graphs:
                done = _by_graphs([graphs[each.k] for each in group], shown, feedback)
            else:
                done = _gradients(group, shown, feedback)
            still += [
                each
                for each, (loss, recall) in zip(group, done, strict=True)
                if each.step(i + 1, pace.rate(i), loss, recall)
            ]
        learners = still
        if (i + 1) % REPORT_EVERY == 0 or i + 1 == pace.n_updates:
            for each in learners:
                now = each.report(i + 1)
                report(each.k, now)
                each.failure = stuck(now, pace.n_updates, pace.guessing)
            learners = [each for each in learners if not each.failure or each.last_attempt]
        if not learners:
            break


def by_stage(
    curriculum: Curriculum, learners: Sequence[Learner]
) -> list[tuple[int, list[Learner]]]:
    """Learners that are at the same stage, which see lists of the same events."""
    stages: dict[int, list[Learner]] = {}
    for each in learners:
        if each.stage < len(curriculum.stages) - 1:  # the last one has no end
            each.stage = curriculum.stage(each.losses, each.accuracies)
        stages.setdefault(each.stage, []).append(each)
    return [*stages.items()]


def _gradients(
    group: Sequence[Learner], shown: Sequence[Shown], feedback: float
) -> list[tuple[Tensor, Recall]]:
    """Loss and recall of each, and the gradients of its weights."""
    recalls = go_through([each.participant for each in group], shown, feedback)
    losses = [-recall.log_right.sum(dim=1).mean() for recall in recalls]
    for each in group:
        each.optimiser.zero_grad()
    torch.autograd.backward(losses)
    return [*zip(losses, recalls, strict=True)]


def _by_graphs(
    graphs: Sequence[GraphedUpdate], shown: Sequence[Shown], feedback: float
) -> list[tuple[Tensor, Recall]]:
    """The same on a GPU, where all are under way before the first is waited for."""
    done = [graph.start(lists, feedback) for graph, lists in zip(graphs, shown, strict=True)]
    for graph in graphs:
        graph.finish()
    return done
