"""Climbs to a maximum of the likelihood, for several subjects, in worker processes."""

from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from memsim.fitting.likelihood import End, Likelihood, Method, descend_pinned, maximise
from memsim.fitting.people import People
from memsim.fitting.space import Space
from memsim.fitting.workers import run_each


class Job(NamedTuple):
    """One climb for one subject: from a start, or with one parameter held at first."""

    group: Hashable
    space: Space
    people: People
    start: NDArray[np.floating] | None
    seed: tuple[int, int]
    method: Method
    pin: tuple[int, float] | None = None

    @property
    def name(self) -> str:
        if self.pin is not None:
            return f"{self.space.names[self.pin[0]]} held at {self.pin[1]:g} of its box"
        return "random" if self.start is None else "the model given"


def _run(job: Job) -> End:
    likelihood = Likelihood(job.space, observe(job.space.template, job.people))
    if job.pin is None:
        return maximise(likelihood, job.start, job.seed, job.method)
    assert job.start is not None
    return descend_pinned(likelihood, job.start, *job.pin)


def climb(
    jobs: list[Job],
    ends: dict[Hashable, list[tuple[str, End]]],
    workers: int,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Do the jobs, and put where they ended to their subjects, in the order of the jobs."""
    n_before = sum(map(len, ends.values()))
    found: dict[int, End] = {}

    def done(number: int, end: End) -> None:
        found[number] = end
        if progress is not None:
            progress(n_before + len(found), n_before + len(jobs))

    try:
        run_each(_run, jobs, workers, done)
    finally:
        for number, end in sorted(found.items()):
            ends[jobs[number].group].append((jobs[number].name, end))


def nll_of(end: End) -> float:
    return end.nll


def observe(model: Any, people: People) -> Any:
    """What the likelihood of a theory needs of people's responses."""
    return model.observe(people.schedule, people.responses)
