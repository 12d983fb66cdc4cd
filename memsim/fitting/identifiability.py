"""How well the data tell the parameters apart: the curvature of the likelihood at its optimum."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from memsim.fitting.likelihood import Likelihood

#: width of the box over which slopes are compared
STEP = 1e-4
#: a direction along which the standard error is this share of the box, or more, is not identified
WIDE = 0.2
#: nor is one along which the likelihood curves so much less than along the steepest
FLAT = 1e-6
#: a parameter that makes up this share of such a direction is one of those that trade off
SHARE = 0.3
#: a point so close to a side of the box is at it
AT_SIDE = 1e-6


class Curvature(NamedTuple):
    """Curvature of minus the log likelihood at an optimum.

    Attributes
    ----------
    at_bound : tuple of str
        Parameters at a side of their search box, or of their range.
    trade_off : tuple of tuple of str
        Parameters that can change together with hardly any loss of likelihood; one alone is not
        identified at all.
    condition : float
        Largest over smallest curvature, of the parameters not at a bound, each scaled to its
        search box; infinite where the likelihood is flat or no optimum.
    se : dict of str to float
        Standard error of each parameter, in its units; NaN at a bound, and all of them NaN where
        the curvature does not allow any.
    """

    at_bound: tuple[str, ...]
    trade_off: tuple[tuple[str, ...], ...]
    condition: float
    se: dict[str, float]


def curvature(likelihood: Likelihood, point: NDArray[np.floating]) -> Curvature:
    """Curvature at a point of the cube, by central differences of exact gradients.

    Examples
    --------
    Two parameters of which only the sum matters, seen once from a distance of .1 (variance .01):

    >>> class Sum:
    ...     names = ("a", "b")
    ...     space = property(lambda self: self)
    ...     def slopes(self, point):
    ...         return np.ones(2)
    ...     def value_and_gradient(self, point):
    ...         error = point.sum() - 1
    ...         return 50 * error**2, np.full(2, 100 * error)
    >>> curvature(Sum(), np.array([0.5, 0.5])).trade_off
    (('a', 'b'),)
    """
    names = likelihood.space.names
    side = (point <= AT_SIDE) | (point >= 1 - AT_SIDE)
    inside = np.flatnonzero(~side)
    at_bound = tuple(name for name, is_there in zip(names, side, strict=True) if is_there)
    se = dict.fromkeys(names, float("nan"))
    if not len(inside):
        return Curvature(at_bound, (), float("nan"), se)
    hessian = _hessian(likelihood, point, inside)
    if not np.isfinite(hessian).all():
        return Curvature(at_bound, (), float("inf"), se)
    curvatures, directions = np.linalg.eigh(hessian)
    flat = curvatures < max(WIDE**-2, FLAT * curvatures[-1])
    trade_off = tuple(
        tuple(names[i] for i, share in zip(inside, direction, strict=True) if abs(share) > SHARE)
        for direction in directions[:, flat].T
    )
    if curvatures[0] <= 0:
        return Curvature(at_bound, trade_off, float("inf"), se)
    variance = (directions**2 / curvatures).sum(axis=1)
    scaled = np.sqrt(variance) * likelihood.space.slopes(point)[inside]
    se |= {names[i]: float(each) for i, each in zip(inside, scaled, strict=True)}
    return Curvature(at_bound, trade_off, float(curvatures[-1] / curvatures[0]), se)


def _hessian(
    likelihood: Likelihood, point: NDArray[np.floating], inside: NDArray[np.integer]
) -> NDArray[np.floating]:
    """Second derivatives among the parameters named by `inside`."""
    rows = []
    for i in inside:
        step = min(STEP, point[i] / 2, (1 - point[i]) / 2)
        ends = [point + sign * step * (np.arange(len(point)) == i) for sign in (1, -1)]
        up, down = (likelihood.value_and_gradient(end)[1][inside] for end in ends)
        rows.append((up - down) / (2 * step))
    hessian = np.array(rows)
    return (hessian + hessian.T) / 2
