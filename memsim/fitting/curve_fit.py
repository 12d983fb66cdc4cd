"""Fit a theory to the average curves of people by simulation: for theories without likelihood."""

import warnings
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import differential_evolution

from analysis import Recalls
from analysis.statistics.rmsd import compared
from memsim.fitting.curves import compare_curves, curves_of, measures_of
from memsim.fitting.fits import FitWarning, named_groups, needed
from memsim.fitting.likelihood import start_points
from memsim.fitting.people import Paradigms, People, observe_people
from memsim.fitting.space import Space, search_space
from memsim.fitting.workers import run_each

Loss = Literal["rmsd", "variance"]
#: lists with fresh randomness, for each list simulated in the search
FRESH = 10
#: a search by simulation does not come closer to a side of its box than this
AT_SIDE = 1e-3


@dataclass(frozen=True, eq=False)
class CurveFits:
    """A theory fitted to curves of people.

    Attributes
    ----------
    table : DataFrame
        One row per subject (or group): its labels; `status`; `n_lists` of people; `loss`, of
        fresh simulations, the number to report; `loss_search`, of the randomness the search
        used, which is lower than it should be; the parts of `loss`, one per measure; the
        estimates; `at_bound`; `evaluations`.
    models : dict
        The fitted model of each subject, by the names that `Fits.models` has.
    people : People
        What it was fitted to.
    by : tuple of str
        Labels that divide the lists into those fitted apart.
    note : str
        What is missing, if the fit was interrupted.
    """

    table: pd.DataFrame
    models: dict[Hashable, Any]
    people: People
    by: tuple[str, ...]
    note: str = ""

    def curves(self, n_lists: int = 1000, seed: int = 0) -> pd.DataFrame:
        """Curves of the people and of the fitted models; see `memsim.fitting.curves.curves_of`."""
        groups = named_groups(self.people, self.by)
        fitted = [(model, groups[name]) for name, model in self.models.items()]
        return curves_of(self.people, fitted, n_lists, seed)

    def compare(self, n_lists: int = 1000, seed: int = 0) -> pd.DataFrame:
        """RMSD between the curves of the fitted models and those of the people, by measure."""
        return compare_curves(self.curves(n_lists, seed))


def fit_curves(
    model: Any,
    data: str | pd.DataFrame | Recalls | People,
    paradigm: Paradigms | None = None,
    *,
    by: str | Sequence[str] | None = None,
    free: Sequence[str] | None = None,
    bounds: Mapping[str, tuple[float, float]] | None = None,
    tied: Mapping[str, str] | None = None,
    loss: Loss = "rmsd",
    n_lists: int = 1000,
    population: int = 48,
    generations: int = 100,
    seed: int = 0,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> CurveFits:
    """Fit a theory to the serial position curve, first recalls and lag-CRP of people.

    Differential evolution, in which every parameter vector is simulated with the same random
    numbers; the best is simulated again with fresh ones, and that loss is the one to report.

    Parameters
    ----------
    model : model
        Which theory, in which variant: what is None there stays out, and what is not free keeps
        its value.
    data, paradigm, by, free, bounds, tied
        As those of `fit`; lists are pooled unless `by` divides them.
    loss : {"rmsd", "variance"}
        "rmsd": the sum of the root mean squared deviations of SPC, PFR and lag-CRP (lags up to 5).
        "variance": the sum of their squared deviations, each over its sampling variance, and of
        that of the intrusions per list, if the theory intrudes.
    n_lists : int
        Lists simulated for each parameter vector and condition.
    population, generations : int
        Of differential evolution.
    seed, workers, progress
        As those of `fit`; workers take a subject each.

    Returns
    -------
    CurveFits
        On Ctrl-C those subjects that are done, with a note.

    Examples
    --------
    >>> from memsim import simulate
    >>> from memsim.cognitive import SAM
    >>> from paradigms import FreeRecall
    >>> task, truth = FreeRecall(list_length=4), SAM.preset("SAM-10")
    >>> table = simulate(truth, task, n_lists=200)
    >>> fits = fit_curves(truth, table, task, free=["mu_r"], bounds={"mu_r": (1, 4)},
    ...                   n_lists=100, population=5, generations=2)
    >>> bool(fits.table["loss"][0] < 0.3)
    True
    """
    if loss not in ("rmsd", "variance"):
        raise ValueError(f"loss must be 'rmsd' or 'variance', got {loss!r}")
    for name, number in (("n_lists", n_lists), ("generations", generations)):
        if number < 1:
            raise ValueError(f"{name} must be 1 or more, got {number!r}")
    if population < 5:
        raise ValueError(f"population must be 5 or more, got {population!r}")
    space = search_space(model, free, bounds, tied)
    if not isinstance(data, People):
        data = observe_people(data, needed(paradigm))
    labels = (by,) if isinstance(by, str) else tuple(by or ())
    groups = named_groups(data, labels)
    jobs = [
        _Job(space, _targets(people), loss, n_lists, population, generations, seed)
        for people in groups.values()
    ]
    ends: dict[int, _End] = {}

    def done(number: int, end: _End) -> None:
        ends[number] = end
        if progress is not None:
            progress(len(ends), len(jobs))

    note = ""
    try:
        run_each(_run, jobs, workers, done)
    except KeyboardInterrupt:
        note = f"interrupted: {len(ends)} of {len(jobs)} are done, the others are missing"
        warnings.warn(note, FitWarning, stacklevel=2)
    rows: list[dict[str, Any]] = []
    models: dict[Hashable, Any] = {}
    for number, (group, people) in enumerate(groups.items()):
        key = {each: people.labels[each].iloc[0] for each in labels}
        if number not in ends:
            rows.append(key | {"status": "interrupted", "n_lists": len(people)})
            continue
        end = ends[number]
        models[group] = space.model(end.point)
        rows.append(key | _row(space, people, end))
    return CurveFits(pd.DataFrame(rows), models, data, labels, note)


class Target(NamedTuple):
    """A condition, and what people did in it.

    Attributes
    ----------
    paradigm : paradigm
    curves : dict of str to (2, x) floats
        What happened, and what could have, summed over lists, by measure.
    """

    paradigm: Any
    curves: dict[str, NDArray[np.floating]]


class _Job(NamedTuple):
    """One subject."""

    space: Space
    targets: list[Target]
    loss: Loss
    n_lists: int
    population: int
    generations: int
    seed: int


class _End(NamedTuple):
    """Where the search for one subject has ended."""

    point: NDArray[np.floating]
    search: float
    fresh: dict[str, float]
    evaluations: int


def _targets(people: People) -> list[Target]:
    targets = []
    for _, paradigm, some in people.conditions():
        curves = pooled(some.clean_recalls(paradigm), paradigm)
        if paradigm.objective == "order-free" and some.recalls is not None:
            curves["intrusions"] = _intrusions(some.recalls.recalled)
        targets.append(Target(paradigm, curves))
    return targets


def _run(job: _Job) -> _End:
    n_free = len(job.space.names)

    def loss(point: NDArray[np.floating]) -> float:
        return sum(simulated_loss(job.space.model(point), job, job.n_lists, 0).values())

    found = differential_evolution(
        loss,
        [(0.0, 1.0)] * n_free,
        init=start_points(n_free, [job.seed], job.population),
        maxiter=job.generations,
        rng=np.random.default_rng([job.seed, 1]),
        polish=False,
        tol=0,
    )
    fresh = simulated_loss(job.space.model(found.x), job, FRESH * job.n_lists, 1)
    return _End(found.x, float(found.fun), fresh, int(found.nfev))


def simulated_loss(model: Any, job: _Job, n_lists: int, fresh: int) -> dict[str, float]:
    """Loss of a model by measure, over conditions; the same seed, the same random numbers."""
    total: dict[str, float] = {}
    for k, target in enumerate(job.targets):
        rng = np.random.default_rng([job.seed, fresh, k])
        schedule = target.paradigm.trials(int(rng.integers(2**32)), 0, n_lists)
        responses = model.recall(schedule, rng)
        recalls = _as_recalls(target.paradigm, schedule, responses)
        curves = pooled(recalls, target.paradigm)
        if "intrusions" in target.curves:
            curves["intrusions"] = _intrusions(responses)
        for name, value in distances(curves, target.curves, job.loss).items():
            total[name] = total.get(name, 0.0) + value / len(job.targets)
    return total


def _as_recalls(paradigm: Any, schedule: Any, responses: NDArray[np.integer]) -> Recalls:
    labels = pd.DataFrame({"subject": 1, "list": np.arange(1, len(responses) + 1)})
    scored = paradigm.score(schedule, responses)
    return Recalls(labels=labels, omissions=paradigm.objective == "ordered", **scored)


def pooled(recalls: Recalls, paradigm: Any) -> dict[str, NDArray[np.floating]]:
    """Counts of each measure summed over lists, (2, x): what happened, and what could have."""
    curves: dict[str, NDArray[np.floating]] = {}
    for each in measures_of(paradigm):
        x, actual, possible = each.counts(recalls)
        kept = compared(x)
        curves[each.name] = np.stack([actual.sum(axis=0), possible.sum(axis=0)])[:, kept] * 1.0
    return curves


def _intrusions(responses: NDArray[np.integer]) -> NDArray[np.floating]:
    """Intrusions, their squares summed, and lists: (3, 1)."""
    n = (responses < 0).sum(axis=1)
    return np.array([[n.sum()], [(n**2).sum()], [len(n)]], dtype=float)


def distances(
    curves: Mapping[str, NDArray[np.floating]],
    people: Mapping[str, NDArray[np.floating]],
    loss: Loss = "rmsd",
) -> dict[str, float]:
    """How far pooled curves are from those of people, by measure.

    Parameters
    ----------
    curves, people : mapping of str to (2, x)
        What `pooled` gives; "intrusions" as (3, 1).
    loss : {"rmsd", "variance"}
        See `fit_curves`.

    Examples
    --------
    >>> people = {"spc": np.array([[50.0, 20.0], [100.0, 100.0]])}
    >>> curves = {"spc": np.array([[6.0, 3.0], [10.0, 10.0]])}
    >>> print(f"{distances(curves, people)['spc']:.2f}")  # both .1 apart
    0.10
    >>> print(f"{distances(curves, people, 'variance')['spc']:.2f}")  # .01/.0025 + .01/.0016
    10.18
    """
    apart: dict[str, float] = {}
    for name, theirs in people.items():
        if name == "intrusions":
            apart |= _intrusions_apart(curves[name], theirs) if loss == "variance" else {}
            continue
        with np.errstate(invalid="ignore", divide="ignore"):
            deviation = curves[name][0] / curves[name][1] - theirs[0] / theirs[1]
            # half a case more of either kind, or no deviation from 0 or 1 would be forgiven
            p = (theirs[0] + 0.5) / (theirs[1] + 1)
            variance = p * (1 - p) / theirs[1]
        known = np.isfinite(deviation) & (theirs[1] > 0)
        squares = deviation[known] ** 2
        if loss == "rmsd":
            apart[name] = float(np.sqrt(squares.mean())) if known.any() else 1.0
        else:
            apart[name] = float((squares / variance[known]).sum())
    return apart


def _intrusions_apart(
    curves: NDArray[np.floating], people: NDArray[np.floating]
) -> dict[str, float]:
    """Squared deviation of intrusions per list over its variance; none if the theory never intrudes."""
    if curves[0, 0] == 0:
        return {}
    n, squares, lists = people[:, 0]
    variance = max((squares / lists - (n / lists) ** 2) / lists, 0.25 / lists**2)
    return {"intrusions": float((curves[0, 0] / curves[2, 0] - n / lists) ** 2 / variance)}


def _row(space: Space, people: People, end: _End) -> dict[str, Any]:
    side = (end.point <= AT_SIDE) | (end.point >= 1 - AT_SIDE)
    return {
        "status": "fitted",
        "n_lists": len(people),
        "loss": sum(end.fresh.values()),
        "loss_search": end.search,
        **end.fresh,
        **space.numbers(end.point),
        "at_bound": ", ".join(np.array(space.names)[side]),
        "evaluations": end.evaluations,
    }
