"""A race of leaky competing accumulators: what is recalled, and when (Usher & McClelland, 2001)."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray


def race(
    support: NDArray[np.floating],
    threshold: NDArray[np.floating],
    max_steps: NDArray[np.integer],
    rng: np.random.Generator,
    *,
    kappa: float,
    lam: float,
    eta: float,
    step: float,
    blocked: NDArray[np.bool_] | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    r"""Let items race for recall, each list by itself.

    All start at 0 and move together from step to step, by

    .. math:: x_i \leftarrow \max\{0,\; x_i + (f_i - \kappa x_i - \lambda \sum_{j \ne i} x_j)\,
        dt/T_a + \eta\, \epsilon_i \sqrt{dt/T_a}\}

    until one reaches its threshold; if several do at the same step, the one farthest beyond it
    wins. A blocked item competes but cannot win: whenever it reaches its threshold, it is set back
    to 95 % of it.

    Parameters
    ----------
    support : (lists, items)
        Input f of each accumulator.
    threshold : (lists, items)
        What each must reach.
    max_steps : (lists,) integers
        Steps after which a race is over without a winner.
    rng : numpy Generator
        Source of the standard normal noise.
    kappa, lam : float
        Leak and lateral inhibition, 0 or more.
    eta : float
        Standard deviation of the noise, 0 or more (not its variance, as in CMR-IA).
    step : float
        dt / T_a: length of a step relative to the time constant.
    blocked : (lists, items) booleans, optional
        Which items cannot win; none if left out.

    Returns
    -------
    winner : (lists,) integers
        Column of the winner, -1 if there is none.
    steps : (lists,) integers
        How long each race took.

    Raises
    ------
    ValueError
        If shapes disagree.

    Examples
    --------
    Without noise, leak and inhibition the times are (threshold / support) / step:

    >>> support = np.array([[0.2, 0.5], [0.2, 0.0]])
    >>> race(support, np.ones((2, 2)), np.array([1000, 1000]), np.random.default_rng(0),
    ...      kappa=0.0, lam=0.0, eta=0.0, step=0.25)
    (array([1, 0]), array([ 8, 20]))

    References
    ----------
    Usher, M., & McClelland, J. L. (2001). The time course of perceptual choice: The leaky,
    competing accumulator model. Psychological Review, 108, 550-592.

    Sederberg, P. B., Howard, M. W., & Kahana, M. J. (2008). A context-based theory of recency and
    contiguity in free recall. Psychological Review, 115, 893-912.
    """
    if blocked is None:
        blocked = np.zeros(support.shape, dtype=bool)
    shapes = support.shape, threshold.shape, blocked.shape
    if support.ndim != 2 or len(set(shapes)) > 1 or max_steps.shape != support.shape[:1]:
        raise ValueError(
            "support, threshold and blocked must share one shape (lists, items) and max_steps have "
            f"one number per list; got {', '.join(map(str, shapes))} and {max_steps.shape}"
        )
    winner = np.full(len(support), -1, dtype=np.int64)
    steps = np.zeros(len(support), dtype=np.int64)
    numbers = float(kappa), float(lam), float(eta), float(step)
    _kernel()(
        np.asarray(support, dtype=np.float64),
        np.asarray(threshold, dtype=np.float64),
        blocked,
        max_steps,
        *numbers,
        rng,
        winner,
        steps,
    )
    return winner, steps


@cache
def _kernel() -> Any:
    from numba import njit  # takes a while to load

    return njit(cache=True, nogil=True)(_race)


def _race(  # type: ignore[no-untyped-def]  # compiled for one set of types
    support, threshold, blocked, max_steps, kappa, lam, eta, step, rng, winner, steps
):
    """Fill `winner` and `steps` of each list."""
    noise = eta * np.sqrt(step)
    for i in range(support.shape[0]):
        x = np.zeros(support.shape[1])
        while winner[i] < 0 and steps[i] < max_steps[i]:
            steps[i] += 1
            total = x.sum()
            farthest = 0.0
            for j in range(len(x)):
                change = (support[i, j] - kappa * x[j] - lam * (total - x[j])) * step
                x[j] = max(x[j] + change + noise * rng.standard_normal(), 0.0)
                beyond = x[j] - threshold[i, j]
                if beyond < 0:
                    continue
                if blocked[i, j]:
                    x[j] = 0.95 * threshold[i, j]
                elif winner[i] < 0 or beyond > farthest:
                    winner[i], farthest = j, beyond
