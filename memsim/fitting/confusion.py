"""Model recovery: is the theory that made the data the one that is found to fit best?"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch

from memsim.cognitive.free_recall.log_linear import LogLinear
from memsim.fitting.fits import FitWarning, fit
from memsim.fitting.people import People
from memsim.fitting.recovery import simulated_people
from memsim.fitting.workers import run_each


@dataclass(frozen=True, eq=False)
class ModelRecovery:
    """Which theory wins on data of which theory.

    Attributes
    ----------
    table : DataFrame
        One row per data set and fitted theory: `generator`, `data_set` from 1, `model`, `nats`
        per response in lists that it was not fitted to (less is better), `converged` (all of its
        fits to this data set), `wins`.
    confusion : DataFrame
        Share of the data sets of each generator (rows) on which each theory wins (columns).
    n_lists, n_data : int
        Lists of each data set, and data sets of each generator.
    """

    table: pd.DataFrame
    confusion: pd.DataFrame
    n_lists: int
    n_data: int


def model_recovery(
    models: Mapping[str, Any | Sequence[Any]],
    paradigm: Any,
    *,
    n_lists: int = 1200,
    n_data: int = 20,
    bounds: Mapping[str, Mapping[str, tuple[float, float]]] | None = None,
    ridge: float = 1.0,
    n_starts: int = 2,
    seed: int = 0,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> ModelRecovery:
    """Let every theory make data, fit every theory to them, and see which one wins.

    Theories are fitted to the lists with odd numbers and predict those with even numbers, and the
    other way round; the one with the higher likelihood of what was recalled wins. Held-out lists
    decide, and not a criterion that counts parameters, because weights under a ridge have no
    count. When recall stopped is left out: one rule fits it equally well for all theories.

    Parameters
    ----------
    models : mapping of str to model, or to several
        Theories by name. Each makes data with its parameters; of several, data set k takes the
        k-th, and then they start over. Those with a likelihood are also fitted, all their
        parameters free; what is None in the first of several stays out.
    paradigm : paradigm
        In which the simulated people take part.
    n_lists, n_data : int
        Lists of each data set, 2 or more, and data sets of each theory.
    bounds : mapping of str to mapping, optional
        Search boxes of parameters, by the name of the theory.
    ridge : float
        Of log-linear models, see `LogLinear.estimate`.
    n_starts : int
        Of each fit of the others: the first from the first of its `models`, then random ones.
    seed : int
    workers : int
        Processes, each on one thread; the result is the same with any number.
    progress : function, optional
        Called with the number of data sets done and of all.

    Returns
    -------
    ModelRecovery

    Raises
    ------
    ValueError
        If fewer than two of the theories have a likelihood.

    Examples
    --------
    >>> from memsim.cognitive import SAM, Static, Uniform
    >>> from paradigms import FreeRecall
    >>> models = {"uniform": Uniform.preset("uniform-10"), "static": Static.preset("static-10"),
    ...     "SAM": SAM.preset("SAM-10")}
    >>> model_recovery(models, FreeRecall(), n_lists=400, n_data=2).confusion.rename_axis(None)
             uniform  static
    uniform      1.0     0.0
    static       0.0     1.0
    SAM          0.0     1.0
    """
    if n_lists < 2:
        raise ValueError(f"n_lists must be 2 or more, for two halves; got {n_lists!r}")
    if n_data < 1:
        raise ValueError(f"n_data must be 1 or more, got {n_data!r}")
    several = {
        name: list(some) if isinstance(some, Sequence) else [some] for name, some in models.items()
    }
    empty = [name for name, some in several.items() if not some]
    if empty:
        raise ValueError(f"models[{empty[0]!r}] is empty; give at least one model")
    fitted = {name: some[0] for name, some in several.items() if hasattr(some[0], "choice_nll")}
    if len(fitted) < 2:
        raise ValueError(
            "models must hold two or more theories with a likelihood to choose between; there are "
            f"{', '.join(fitted) or 'none'} among {', '.join(several)}"
        )
    unknown = [name for name in bounds or {} if name not in fitted]
    if unknown:
        raise ValueError(
            f"bounds are given for {unknown[0]!r}, which is not fitted; {', '.join(fitted)} are"
        )
    jobs = [
        _Job(name, k, some[k % len(some)], fitted, paradigm, n_lists, bounds or {}, ridge,
             n_starts, (seed, i, k))
        for i, (name, some) in enumerate(several.items())
        for k in range(n_data)
    ]  # fmt: skip
    found: dict[int, pd.DataFrame] = {}

    def done(number: int, rows: pd.DataFrame) -> None:
        found[number] = rows
        if progress is not None:
            progress(len(found), len(jobs))

    run_each(_run, jobs, workers, done)
    table = pd.concat([found[number] for number in range(len(jobs))], ignore_index=True)
    best = table.groupby(["generator", "data_set"], sort=False)["nats"].idxmin()
    table["wins"] = table.index.isin(best)
    confusion = table.pivot_table(index="generator", columns="model", values="wins", sort=False)
    confusion.columns.name = None
    return ModelRecovery(table, confusion, n_lists, n_data)


class _Job(NamedTuple):
    """One data set."""

    generator: str
    number: int
    truth: Any
    fitted: Mapping[str, Any]
    paradigm: Any
    n_lists: int
    bounds: Mapping[str, Mapping[str, tuple[float, float]]]
    ridge: float
    n_starts: int
    seed: tuple[int, ...]


def _run(job: _Job) -> pd.DataFrame:
    people = simulated_people(job.truth, job.paradigm, job.n_lists, job.seed)
    odd = np.arange(job.n_lists) % 2 == 0
    halves = [people.take(np.flatnonzero(half)) for half in (odd, ~odd)]
    if job.paradigm.objective == "order-free":
        n_responses = int(np.count_nonzero(people.responses))
    else:
        n_responses = int(people.schedule.asked.sum())
    rows = []
    for name, template in job.fitted.items():
        nats, converged = 0.0, True
        for train, test in (halves, halves[::-1]):
            model, this_did = _fitted(job, name, template, train)
            converged &= this_did
            observed = model.observe(test.schedule, test.responses)
            with torch.no_grad():
                nats += float(model.choice_nll(observed))
        rows.append((job.generator, job.number + 1, name, nats / n_responses, converged))
    return pd.DataFrame(rows, columns=["generator", "data_set", "model", "nats", "converged"])


def _fitted(job: _Job, name: str, template: Any, people: People) -> tuple[Any, bool]:
    """The theory fitted to some lists, and whether the fit converged."""
    if isinstance(template, LogLinear):
        return type(template).estimate(people.schedule, people.responses, ridge=job.ridge), True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FitWarning)  # what did not converge has its column
        fits = fit(
            template,
            people,
            by=None,
            bounds=job.bounds.get(name),
            stop=None,
            n_starts=job.n_starts,
            seed=job.seed[0],
        )
    return fits.models["all"], bool(fits.table["converged"].iloc[0])
