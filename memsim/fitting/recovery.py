"""Parameter recovery: does a fit give back the parameters that made the data?"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import qmc

from memsim.cognitive.free_recall.log_linear import LogLinear
from memsim.fitting.fits import FitWarning, check_has_likelihood, fit
from memsim.fitting.people import People
from memsim.fitting.space import Space, search_space
from memsim.fitting.workers import run_each
from memsim.threads import one_thread

#: correlation of true and estimated values from which a parameter counts as recovered
RECOVERED = 0.9

COLUMNS = ["parameter", "true", "estimated", "se", "at_bound"]


@dataclass(frozen=True, eq=False)
class Recovery:
    """True parameters beside those estimated from simulated data.

    Attributes
    ----------
    table : DataFrame
        One row per data set and parameter: `data_set` from 1, `parameter`, `claimed`, `true`,
        `estimated`, `se` (standard error of the fit), `at_bound` (of its search box), `converged`.
        Weights of a table are named by their place, "lag[6]", from 0.
    summary : DataFrame
        One row per parameter: `claimed`; `r`, correlation of true and estimated values over data
        sets; `rmse` and `bias`, in units of the parameter; `spread`, standard deviation of the
        true values; `covered`, share of data sets in which the truth is within 1.96 standard
        errors of the estimate; `at_bound`, share at a bound; `verdict`.
    claimed : tuple of str
        Parameters that were said to be identifiable before anything was simulated.
    n_lists, n_data : int
        Lists of each data set, and data sets.
    """

    table: pd.DataFrame
    summary: pd.DataFrame
    claimed: tuple[str, ...]
    n_lists: int
    n_data: int


def parameter_recovery(
    model: Any,
    paradigm: Any,
    *,
    claimed: Sequence[str],
    box: Mapping[str, tuple[float, float]] | None = None,
    spread: float = 0.5,
    n_lists: int = 1200,
    n_data: int = 50,
    bounds: Mapping[str, tuple[float, float]] | None = None,
    n_starts: int = 2,
    seed: int = 0,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Recovery:
    """Draw parameters, simulate with them, fit, and lay estimates beside the truth.

    Recovery is asked of those parameters alone that are claimed to be identifiable: their verdict
    is "recovered" if r is .9 or more, else "not recovered". All others have the verdict "not
    identifiable", whatever r they happen to have. How recall stops is no part of this.

    Parameters
    ----------
    model : model
        Which theory, in which variant. Parameters that are not in `box` are held at its values,
        in the truth and in the fit.
    paradigm : paradigm
        In which the simulated people take part.
    claimed : sequence of str
        Parameters claimed to be identifiable; tables of weights of a log-linear model.
    box : mapping of str to (low, high)
        Free parameters, and where the true values come from: evenly from this box (on a log scale
        where its ends are 100 or more times apart), as a Latin hypercube. See `box_around`. Not
        for log-linear models.
    spread : float
        Standard deviation of what is added to each weight of a log-linear model. (Its weights are
        compared less the mean of their table, and those that nothing ever reads are left out.)
    n_lists, n_data : int
        Lists of each data set, and data sets.
    bounds : mapping of str to (low, high), optional
        Search boxes of the fit; those of the theory where left out.
    n_starts : int
        Of each fit: the first from `model`, which is not the truth, the others random.
    seed : int
    workers : int
        Processes, each on one thread; the result is the same with any number.
    progress : function, optional
        Called with the number of data sets done and of all.

    Returns
    -------
    Recovery

    Raises
    ------
    TypeError
        If the theory has no likelihood.
    ValueError
        If a claimed parameter is not free, or `box` is missing.

    Examples
    --------
    >>> from memsim.cognitive import TCM
    >>> from paradigms import FreeRecall
    >>> found = parameter_recovery(
    ...     TCM.preset("TCM-10"), FreeRecall(list_length=5), claimed=["tau"],
    ...     box={"tau": (0.2, 1.0)}, n_lists=200, n_data=5, n_starts=1)
    >>> found.summary[["parameter", "verdict"]]
      parameter    verdict
    0       tau  recovered
    """
    check_has_likelihood(model)
    for name, number in (("n_lists", n_lists), ("n_data", n_data), ("n_starts", n_starts)):
        if number < 1:
            raise ValueError(f"{name} must be 1 or more, got {number!r}")
    truths, names = _truths(model, box, spread, n_data, seed)
    unknown = [name for name in claimed if name not in names]
    if unknown:
        raise ValueError(
            f"claimed={unknown[0]!r} is not among the parameters that are fitted: "
            f"{', '.join(names)}"
        )
    jobs = [
        _Job(model, truth, names, paradigm, n_lists, bounds, n_starts, seed, k)
        for k, truth in enumerate(truths)
    ]
    found: dict[int, pd.DataFrame] = {}

    def done(number: int, rows: pd.DataFrame) -> None:
        found[number] = rows
        if progress is not None:
            progress(len(found), len(jobs))

    run_each(_run, jobs, workers, done)
    table = pd.concat([found[k].assign(data_set=k + 1) for k in range(n_data)], ignore_index=True)
    of = table["parameter"].str.partition("[")[0]
    table["claimed"] = of.isin(list(claimed))
    table = table[["data_set", "parameter", "claimed", *COLUMNS[1:], "converged"]]
    return Recovery(table, summarise(table), tuple(claimed), n_lists, n_data)


def box_around(
    model: Any, names: Sequence[str], share: float = 0.5
) -> dict[str, tuple[float, float]]:
    """Box around parameters of a model: so large a share of each to both sides.

    Sides that leave the search box of the theory are moved into it.

    Examples
    --------
    >>> from memsim.cognitive import TCM
    >>> box_around(TCM(beta=0.8, gamma=1.0, tau=0.5, stop=TCM.preset("TCM-10").stop), ["beta", "tau"])
    {'beta': (0.4, 0.99), 'tau': (0.25, 0.75)}
    """
    box = {}
    for name in names:
        value, (low, high) = float(getattr(model, name)), model.search[name]
        box[name] = (max(low, value * (1 - share)), min(high, value * (1 + share)))
    return box


def simulated_people(model: Any, paradigm: Any, n_lists: int, seed: Sequence[int]) -> People:
    """Lists that a model recalls, as those of one subject."""
    rng = np.random.default_rng(seed)
    schedule = paradigm.trials(int(rng.integers(2**32)), 0, n_lists)
    with one_thread():  # a sum in another order may turn a response into another one
        responses = model.recall(schedule, rng)
    labels = pd.DataFrame({"subject": 1, "list": np.arange(1, n_lists + 1)})
    return People(schedule, responses, labels, paradigm)


def summarise(table: pd.DataFrame) -> pd.DataFrame:
    """Summary of a table of true and estimated values, see `Recovery`.

    Examples
    --------
    >>> table = pd.DataFrame({"parameter": "a", "claimed": True, "true": [1.0, 2.0, 3.0],
    ...     "estimated": [1.0, 2.0, 3.6], "se": 0.2, "at_bound": False})
    >>> print(summarise(table)[["r", "rmse", "bias", "covered"]].round(2).to_string(index=False))
       r  rmse  bias  covered
    0.99  0.35   0.2     0.67
    """
    rows = []
    for name, some in table.groupby("parameter", sort=False):
        true, estimated = (some[column].to_numpy(dtype=float) for column in ("true", "estimated"))
        error = estimated - true
        varies = len(some) > 1 and np.ptp(true) > 0 and np.ptp(estimated) > 0
        r = float(np.corrcoef(true, estimated)[0, 1]) if varies else float("nan")
        known = some["se"].notna().to_numpy()
        within = np.abs(error[known]) <= 1.96 * some["se"].to_numpy(dtype=float)[known]
        claimed = bool(some["claimed"].iloc[0])
        verdict = ("recovered" if r >= RECOVERED else "not recovered") if claimed else ""
        rows.append(
            {
                "parameter": name,
                "claimed": claimed,
                "r": r,
                "rmse": float(np.sqrt((error**2).mean())),
                "bias": float(error.mean()),
                "spread": float(true.std(ddof=1)) if len(some) > 1 else float("nan"),
                "covered": float(within.mean()) if known.any() else float("nan"),
                "at_bound": float(some["at_bound"].mean()),
                "verdict": verdict or "not identifiable",
            }
        )
    return pd.DataFrame(rows)


class _Job(NamedTuple):
    """One data set."""

    template: Any
    truth: Any
    names: tuple[str, ...]
    paradigm: Any
    n_lists: int
    bounds: Mapping[str, tuple[float, float]] | None
    n_starts: int
    seed: int
    number: int


def _truths(
    model: Any,
    box: Mapping[str, tuple[float, float]] | None,
    spread: float,
    n_data: int,
    seed: int,
) -> tuple[list[Any], tuple[str, ...]]:
    """Models with true parameters, and the names of what is free."""
    if isinstance(model, LogLinear):
        if box is not None:
            raise ValueError(
                f"the weights of {type(model).__name__} are drawn around those of the model; give "
                "spread=, not box="
            )
        if not spread > 0:
            raise ValueError(f"spread must be above 0, got {spread!r}")
        rng = np.random.default_rng([seed, 0])
        return [_shaken(model, spread, rng) for _ in range(n_data)], tuple(model.tables)
    if not box:
        raise ValueError(
            "box is missing: which parameters are free, and between which ends their true values "
            "lie; box_around(model, names) makes one"
        )
    space: Space = search_space(model, list(box), box)
    rng = np.random.default_rng([seed, 0])
    points = qmc.LatinHypercube(len(space.names), rng=rng).random(n_data)
    return [space.model(point) for point in points], space.names


def _shaken(model: LogLinear, spread: float, rng: np.random.Generator) -> Any:
    """The model with something added to each weight."""
    tables: dict[str, Any] = {}
    for name in model.tables:
        weights = np.asarray(getattr(model, name), dtype=float)
        tables[name] = _tuples(weights + spread * rng.standard_normal(weights.shape))
    changed: Any = model
    return replace(changed, **tables)


def _run(job: _Job) -> pd.DataFrame:
    people = simulated_people(job.truth, job.paradigm, job.n_lists, [job.seed, 1, job.number])
    if isinstance(job.template, LogLinear):
        return _weights(job, people)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FitWarning)  # what did not converge has its column
        fits = fit(
            job.template,
            people,
            by=None,
            free=job.names,
            bounds=job.bounds,
            stop=None,
            n_starts=job.n_starts,
            seed=job.seed,
        )
    row = fits.table.iloc[0]
    at_bound = str(row.get("at_bound", "")).split(", ")
    rows = [
        (name, getattr(job.truth, name), row[name], row[f"se_{name}"], name in at_bound)
        for name in job.names
    ]
    return pd.DataFrame(rows, columns=COLUMNS).assign(converged=bool(row["converged"]))


def _tuples(weights: NDArray[np.floating]) -> tuple[Any, ...]:
    return tuple(weights.tolist() if weights.ndim == 1 else map(_tuples, weights))


def _weights(job: _Job, people: People) -> pd.DataFrame:
    """Weights that some choice reads, less their mean in each table."""
    kind = type(job.template)
    schedule, recalled = people.schedule, people.responses
    found = kind.estimate(schedule, recalled)
    observed = kind.observe(schedule, recalled)
    rows = []
    for name in job.names:
        true, estimated = (
            np.asarray(getattr(model, name), dtype=float) for model in (job.truth, found)
        )
        if true.shape != estimated.shape:
            raise ValueError(
                f"{name} of the model given has shape {true.shape}, but lists of this paradigm "
                f"need {estimated.shape}; give a model made for such lists"
            )
        places = [each.places[name][each.available].numpy() for each in observed]
        read = np.unique(np.concatenate(places))
        read = read[read >= 0]
        for i in read:
            where = "".join(f"[{k}]" for k in np.unravel_index(i, true.shape))
            values = [each.flat[i] - each.flat[read].mean() for each in (true, estimated)]
            rows.append((f"{name}{where}", *values, np.nan, False))
    return pd.DataFrame(rows, columns=COLUMNS).assign(converged=True)
