"""Maximum likelihood from many starts, in a cube of scaled parameters (see `Space`)."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import differential_evolution, minimize
from scipy.stats import qmc

from memsim.fitting.space import Space

Method = Literal["lbfgs", "de"]

#: random points from which each start is the best, and members of a population
N_POINTS = 64
#: parameter vectors computed at once; more take memory and no less time
CHUNK = 16
#: nats per width of the search box: no slope beyond this is left where a fit has converged
TOLERANCE = 1e-2
#: shares of its box at which a parameter is held in a further round
PINS = (0.05, 0.35, 0.65, 0.95)
#: times that a climb which stalled on a slope begins anew
MAX_RESTARTS = 20


class End(NamedTuple):
    """Where one start has ended.

    Attributes
    ----------
    point : (free,)
        In the cube of `Space`.
    nll : float
        Minus the log likelihood of the choices, in nats.
    slope : float
        Largest slope that is left, in nats per width of the search box; slopes that lead out of
        the box do not count.
    converged : bool
        Whether the optimiser says so and no slope above `TOLERANCE` is left.
    message : str
        What the optimiser says.
    """

    point: NDArray[np.floating]
    nll: float
    slope: float
    converged: bool
    message: str


class Likelihood:
    """Minus log likelihood of observed responses over the cube of a `Space`.

    Parameters
    ----------
    space : Space
    observed
        What the `observe` of the model has made of a schedule and the responses to it.
    """

    def __init__(self, space: Space, observed: Any) -> None:
        self.space = space
        self.observed = observed

    def _nll(self, point: torch.Tensor) -> torch.Tensor:
        nll: torch.Tensor = self.space.tensor_model(point).choice_nll(self.observed)
        return nll

    def value_and_gradient(self, point: NDArray[np.floating]) -> tuple[float, NDArray[np.floating]]:
        """At one point; a point without a likelihood is as bad as can be, and flat."""
        at = torch.tensor(point, dtype=torch.float64, requires_grad=True)
        nll = self._nll(at)
        (gradient,) = torch.autograd.grad(nll, at)
        if not (torch.isfinite(nll) and torch.isfinite(gradient).all()):
            return np.inf, np.zeros(len(point))
        return nll.item(), gradient.numpy()

    def values(self, points: NDArray[np.floating]) -> NDArray[np.floating]:
        """At many points, (points, free), at once; infinite where there is no likelihood."""
        with torch.no_grad():
            values = torch.vmap(self._nll, chunk_size=CHUNK)(torch.from_numpy(points))
        return np.nan_to_num(values.numpy(), nan=np.inf)


def start_points(
    n_free: int, seed: Sequence[int], n_points: int = N_POINTS
) -> NDArray[np.floating]:
    """(n_points, free) points that fill the cube evenly: a scrambled Sobol sequence."""
    rng = np.random.default_rng(seed)
    # a power of 2 of them is even; of others, the first ones are nearly so
    return qmc.Sobol(n_free, rng=rng).random_base2(int(np.ceil(np.log2(n_points))))[:n_points]


def maximise(
    likelihood: Likelihood,
    start: NDArray[np.floating] | None,
    seed: Sequence[int],
    method: Method = "lbfgs",
    max_iterations: int = 1000,
) -> End:
    """Climb from one start.

    Parameters
    ----------
    likelihood : Likelihood
    start : (free,), optional
        Where to begin; left out, at the best of `N_POINTS` random ones.
    seed : sequence of int
    method : {"lbfgs", "de"}
        "lbfgs": L-BFGS-B along the gradient. "de": differential evolution of a population, then
        L-BFGS-B from its best; slower, and less easily caught by a false optimum.
    max_iterations : int
        Of L-BFGS-B.
    """
    points = start_points(len(likelihood.space.names), seed)
    if method == "de":
        if start is not None:
            points[0] = start
        found = differential_evolution(
            lambda x: likelihood.values(x.T),
            [(0.0, 1.0)] * points.shape[1],
            init=points,
            rng=np.random.default_rng([*seed, 1]),
            vectorized=True,
            updating="deferred",
            polish=False,
            tol=1e-6,
            maxiter=300,
        )
        start = found.x
    elif start is None:
        start = points[np.argmin(likelihood.values(points))]
    return descend(likelihood, start, max_iterations)


class Pinned:
    """A likelihood in which one parameter is held.

    Parameters
    ----------
    likelihood : Likelihood
    number : int
        Of the free parameter.
    value : float
        Where in its box, 0 to 1.
    """

    def __init__(self, likelihood: Likelihood, number: int, value: float) -> None:
        self.likelihood = likelihood
        self.number = number
        self.value = value

    def value_and_gradient(self, point: NDArray[np.floating]) -> tuple[float, NDArray[np.floating]]:
        """At a point of the other parameters, (free - 1,)."""
        value, gradient = self.likelihood.value_and_gradient(self.complete(point))
        return value, np.delete(gradient, self.number)

    def complete(self, point: NDArray[np.floating]) -> NDArray[np.floating]:
        """(free,) the point, with the one held in its place."""
        return np.insert(point, self.number, self.value)


def descend(
    likelihood: Likelihood | Pinned, start: NDArray[np.floating], max_iterations: int = 1000
) -> End:
    """L-BFGS-B from a point, begun anew where it stalls on a slope."""
    point, message, success = start, "no likelihood at the start, or no slope", False
    nll, gradient = likelihood.value_and_gradient(point)
    for _ in range(MAX_RESTARTS):
        if not np.isfinite(nll):
            break
        if _slope(point, gradient) <= TOLERANCE / 10:
            success = True
            break
        # so scaled, the first step crosses no more than a tenth of the box
        scale, worst = 0.1 / np.abs(gradient).max(), 2 * abs(nll) + 1e3

        def scaled(x: NDArray[np.floating]) -> tuple[float, NDArray[np.floating]]:
            value, slopes = likelihood.value_and_gradient(x)
            return scale * min(value, worst), scale * slopes  # noqa: B023

        found = minimize(
            scaled,
            point,
            jac=True,
            method="L-BFGS-B",
            bounds=[(0.0, 1.0)] * len(point),
            options={
                "maxiter": max_iterations,
                "maxfun": 2 * max_iterations,
                "maxcor": 30,
                "ftol": 1e-14,
                "gtol": scale * TOLERANCE / 10,
            },
        )
        before = nll
        point, message, success = found.x, str(found.message), bool(found.success)
        nll, gradient = likelihood.value_and_gradient(point)
        if before - nll < 1e-6:
            break
    slope = _slope(point, gradient)
    converged = success and bool(np.isfinite(nll)) and slope <= TOLERANCE
    return End(point, nll, slope, converged, message)


def descend_pinned(
    likelihood: Likelihood, best: NDArray[np.floating], number: int, value: float
) -> End:
    """Climb from an optimum with one parameter moved and held there first, then released."""
    pinned = Pinned(likelihood, number, value)
    if len(best) == 1:
        return descend(likelihood, pinned.complete(best[:0]))
    others = descend(pinned, np.delete(best, number), max_iterations=60)
    return descend(likelihood, pinned.complete(others.point))


def _slope(point: NDArray[np.floating], gradient: NDArray[np.floating]) -> float:
    """Steepest slope within the box: what leads out of it at a side does not count."""
    outward = ((point <= 0) & (gradient > 0)) | ((point >= 1) & (gradient < 0))
    return float(np.abs(np.where(outward, 0.0, gradient)).max(initial=0.0))
