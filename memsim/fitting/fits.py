"""Fit a theory with a likelihood to people: subject by subject, or all together."""

import warnings
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from analysis import Recalls
from memsim.cognitive.stopping import ExponentialStop
from memsim.fitting.climbs import Job, climb, nll_of, observe
from memsim.fitting.curves import compare_curves, curves_of
from memsim.fitting.estimates import estimate, is_estimated
from memsim.fitting.identifiability import curvature
from memsim.fitting.likelihood import PINS, End, Likelihood, Method
from memsim.fitting.people import Paradigms, People, observe_people
from memsim.fitting.space import Space, search_space
from memsim.fitting.stop import STOP_RULES, fit_stop, n_events
from memsim.threads import one_thread

#: starts that end within so many nats of the best have found the same optimum
SAME = 0.1


class FitWarning(UserWarning):
    """Something about a fit that its reader must know."""


@dataclass(frozen=True, eq=False)
class Fits:
    """A theory fitted to people.

    Attributes
    ----------
    table : DataFrame
        One row per subject (or group): its labels; `status`, "fitted" or why not ("no recalls",
        "interrupted", "no start has a likelihood"); `n_lists`,
        `n_events`; `nll` in nats, the sum of `nll_choice` and `nll_stop`; the estimates under
        their names, and `theta_s`, `theta_r` of an exponential stop rule; `se_*`, standard
        errors; `converged`; `slope`, nats per width of the search box that were left;
        `at_bound`, `trade_off`, `condition` (see `memsim.fitting.identifiability.Curvature`);
        `n_starts`, climbs of all rounds, and `n_best`, those that ended within .1 nat of the best.
    models : dict
        The fitted model of each subject, with its stop rule. The key is the subject, a tuple if
        `by` named several labels, "all" if none.
    starts : DataFrame
        One row per climb: labels, `start` (from where), `nll_choice`, `slope`, `converged`,
        `message`, and where it ended.
    people : People
        What it was fitted to.
    by : tuple of str
        Labels that divide the lists into those fitted apart.
    note : str
        What is missing, if the fit was interrupted.
    """

    table: pd.DataFrame
    models: dict[Hashable, Any]
    starts: pd.DataFrame
    people: People
    by: tuple[str, ...]
    note: str = ""

    def curves(self, n_lists: int = 1000, seed: int = 0) -> pd.DataFrame:
        """Curves of the people and of the fitted models, simulated; see `curves_of`."""
        return curves_of(self.people, self._fitted(), n_lists, seed)

    def compare(self, n_lists: int = 1000, seed: int = 0) -> pd.DataFrame:
        """How far the curves of the fitted models are from those of the people: RMSD by measure."""
        return compare_curves(self.curves(n_lists, seed))

    def _fitted(self) -> list[tuple[Any, People]]:
        """Each model and the lists it was fitted to."""
        groups = named_groups(self.people, self.by)
        return [(model, groups[name]) for name, model in self.models.items()]


def fit(
    model: Any,
    data: str | pd.DataFrame | Recalls | People,
    paradigm: Paradigms | None = None,
    *,
    by: str | Sequence[str] | None = "subject",
    free: Sequence[str] | None = None,
    bounds: Mapping[str, tuple[float, float]] | None = None,
    tied: Mapping[str, str] | None = None,
    stop: Literal["saturated", "exponential"] | None = "saturated",
    n_starts: int = 10,
    rounds: int = 0,
    seed: int = 0,
    method: Method = "lbfgs",
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Fits:
    """Fit a theory by maximum likelihood.

    Choices and stopping are separate factors of the likelihood: first the parameters of choice
    are fitted, from several starts, then the stop rule by itself.

    Parameters
    ----------
    model : model
        Which theory, in which variant: what is None there stays out, and what is not free keeps
        its value. Log-linear models have an `estimate` of their own, which is used; no start
        matters then.
    data : recall table, Recalls, People or str
        Lists of people (or of a model), or the name of human data, as "murdock1962/20-1".
    paradigm : paradigm, or mapping of condition to paradigm
        In which they took part; not needed with People.
    by : str, sequence of str, or None
        Labels that divide the lists into those fitted apart; None pools all of them.
    free, bounds, tied
        Parameters to fit, other search boxes, and parameters that are to equal free ones; see
        `search_space`.
    stop : {"saturated", "exponential"}, optional
        Stop rule to fit, for theories that have one; None keeps that of the model.
    n_starts : int
        The first begins at the model given, each other one at the best of 64 random points.
    rounds : int
        Further rounds, at most, from the best so far of each subject: each parameter in turn is
        moved to four places of its box and held there while the others are fitted, then released.
        They end when none gains .1 nat. This finds optima that random starts miss, at the price
        of four climbs for each parameter and round; of CMR fitted to many lists ask for 3.
    seed : int
        Of the random points.
    method : {"lbfgs", "de"}
        See `maximise`.
    workers : int
        Processes, each on one thread; the result is the same with any number.
    progress : function, optional
        Called with the number of climbs done and of all known by then.

    Returns
    -------
    Fits
        On Ctrl-C those subjects that are done, with a note.

    Raises
    ------
    TypeError
        If the theory has no likelihood; `fit_curves` fits those.
    ValueError
        If the data do not fit the paradigm, there are none, or nothing is free.

    Examples
    --------
    >>> from memsim import simulate
    >>> from memsim.cognitive import TCM
    >>> from paradigms import FreeRecall
    >>> task, truth = FreeRecall(list_length=5), TCM.preset("TCM-10")
    >>> table = simulate(truth, task, n_lists=300)
    >>> fits = fit(truth, table, task, free=["tau"], bounds={"tau": (0.1, 10)}, n_starts=2)
    >>> bool(abs(fits.models[1].tau - truth.tau) < 0.1), fits.table["n_best"].tolist()
    (True, [2])
    """
    check_has_likelihood(model)
    if n_starts < 1:
        raise ValueError(f"n_starts must be 1 or more, got {n_starts!r}")
    if stop is not None and stop not in STOP_RULES:
        raise ValueError(f"stop must be 'saturated', 'exponential' or None, got {stop!r}")
    if method not in ("lbfgs", "de"):
        raise ValueError(f"method must be 'lbfgs' or 'de', got {method!r}")
    if workers < 1:
        raise ValueError(f"workers must be 1 or more, got {workers!r}")
    estimated = is_estimated(model)
    if estimated and (free or bounds or tied):
        raise ValueError(
            f"{type(model).__name__} estimates all its weights at once; free, bounds and tied are "
            "for theories whose parameters are searched"
        )
    space = None if estimated else search_space(model, free, bounds, tied)
    if not isinstance(data, People):
        data = observe_people(data, needed(paradigm))
    labels = (by,) if isinstance(by, str) else tuple(by or ())
    groups = named_groups(data, labels)
    if space is None:
        return _estimate_each(model, data, labels, groups, stop)
    # a subject without recalls tells nothing about the parameters
    fitted = {name: people for name, people in groups.items() if people.responses.any()}
    jobs = [
        Job(name, space, people, None if k else space.point(model), (seed, k), method)
        for name, people in fitted.items()
        for k in range(n_starts)
    ]
    ends: dict[Hashable, list[tuple[str, End]]] = {name: [] for name in fitted}
    note = ""
    try:
        climb(jobs, ends, workers, progress)
        before = dict.fromkeys(fitted, np.inf)
        for _ in range(rounds):
            best = {
                name: min((end for _, end in found), key=nll_of) for name, found in ends.items()
            }
            jobs = [
                Job(name, space, fitted[name], end.point, (seed, 0), method, (i, pin))
                for name, end in best.items()
                if before[name] - end.nll > SAME
                for i in range(len(space.names))
                for pin in PINS
            ]
            before = {name: end.nll for name, end in best.items()}
            climb(jobs, ends, workers, progress)
    except KeyboardInterrupt:
        n_done = sum(len(found) >= n_starts for found in ends.values())
        note = f"interrupted: {n_done} of {len(groups)} are done, the others are missing"
        note += "; further rounds are unfinished" if n_done == len(fitted) and rounds else ""
    rows: list[dict[str, Any]] = []
    starts: list[dict[str, Any]] = []
    models: dict[Hashable, Any] = {}
    for name, people in groups.items():
        named = {each: people.labels[each].iloc[0] for each in labels}
        if len(ends.get(name, [])) < n_starts:
            status = "interrupted" if name in fitted else "no recalls"
            rows.append(named | {"status": status, "n_lists": len(people)})
            continue
        row, model_of_group = _finish(space, people, [end for _, end in ends[name]], stop)
        rows.append(named | row)
        starts += [
            named
            | {"start": start, "nll_choice": end.nll, "slope": end.slope}
            | {"converged": end.converged, "message": end.message}
            | space.numbers(end.point)
            for start, end in ends[name]
        ]
        if model_of_group is not None:
            models[name] = model_of_group
    table = pd.DataFrame(rows)
    _warn(table, note)
    return Fits(table, models, pd.DataFrame(starts), data, labels, note)


def _estimate_each(
    model: Any,
    data: People,
    labels: tuple[str, ...],
    groups: Mapping[Hashable, People],
    stop: Literal["saturated", "exponential"] | None,
) -> Fits:
    """Fits of a model that estimates its parameters itself."""
    rows: list[dict[str, Any]] = []
    starts: list[dict[str, Any]] = []
    models: dict[Hashable, Any] = {}
    for name, people in groups.items():
        named = {each: people.labels[each].iloc[0] for each in labels}
        if not people.responses.any():
            rows.append(named | {"status": "no recalls", "n_lists": len(people)})
            continue
        row, models[name] = estimate(model, people, stop)
        rows.append(named | row)
        start = {"start": "none is needed", "nll_choice": row["nll_choice"]}
        starts.append(named | start | {"slope": 0.0, "converged": True, "message": "convex"})
    table = pd.DataFrame(rows)
    _warn(table, "")
    return Fits(table, models, pd.DataFrame(starts), data, labels)


def named_groups(people: People, by: Sequence[str]) -> dict[Hashable, People]:
    """The lists fitted apart, by what they are called: a label, several labels, or "all"."""
    return {
        "all" if not key else key[0] if len(key) == 1 else key: some
        for key, some in people.groups(by)
    }


def needed(paradigm: Paradigms | None) -> Paradigms:
    """The paradigm, or an error if it is missing."""
    if paradigm is None:
        raise ValueError("paradigm is missing: the one in which the people took part")
    return paradigm


def check_has_likelihood(model: Any) -> None:
    """Raise if a theory can only be simulated."""
    if not (hasattr(model, "choice_nll") and hasattr(model, "observe")):
        raise TypeError(
            f"{type(model).__name__} has no likelihood that could be fitted; fit its curves with "
            "memsim.fitting.fit_curves"
        )


def _finish(
    space: Space, people: People, ends: list[End], stop: str | None
) -> tuple[dict[str, Any], Any]:
    """Row of the table and the model of one subject, from where its starts ended."""
    best = min(ends, key=nll_of)
    observed = observe(space.template, people)
    row: dict[str, Any] = {"status": "fitted", "n_lists": len(people)}
    if not np.isfinite(best.nll):
        return row | {"status": "no start has a likelihood", "converged": False}, None
    model = space.model(best.point)
    nll_stop, of_stop = 0.0, {}
    if hasattr(model, "stop"):
        model, nll_stop = fit_stop(model, people, stop)
        if isinstance(model.stop, ExponentialStop):
            of_stop = {"theta_s": model.stop.theta_s, "theta_r": model.stop.theta_r}
    with one_thread():
        shape = curvature(Likelihood(space, observed), best.point)
    row |= {
        "n_events": n_events(model, people),
        "nll": best.nll + nll_stop,
        "nll_choice": best.nll,
        "nll_stop": nll_stop,
        **space.numbers(best.point),
        **of_stop,
        **{f"se_{name}": value for name, value in shape.se.items()},
        "converged": best.converged,
        "slope": best.slope,
        "at_bound": ", ".join(shape.at_bound),
        "trade_off": "; ".join(" ~ ".join(names) for names in shape.trade_off),
        "condition": shape.condition,
        "n_starts": len(ends),
        "n_best": sum(end.nll - best.nll <= SAME for end in ends),
    }
    return row, model


def _warn(table: pd.DataFrame, note: str) -> None:
    """Tell what must not go unread."""
    said = [note] if note else []
    status = table["status"]
    if (status == "no recalls").any():
        said.append(f"{(status == 'no recalls').sum()} of {len(table)} have no recalls to fit")
    if "converged" in table:
        n_failed = int((table["converged"] == False).sum())  # NaN where not fitted
        if n_failed:
            said.append(
                f"{n_failed} of {len(table)} did not converge (column `converged` says which): "
                "their estimates are where the search stopped; more starts or method='de' may help"
            )
    for each in said:
        warnings.warn(each, FitWarning, stacklevel=3)
