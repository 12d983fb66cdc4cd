"""When recall stops: a hazard that depends only on how many items have been recalled.

The likelihood of where recall stops and the likelihood of what is recalled are separate factors,
so a stop rule can be fitted on its own and combined with any model. After the last item of the
list recall stops for certain.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from scipy.optimize import minimize
from torch import Tensor

from memsim.cognitive.parameters import Parameter, Preset, check_ranges, find_preset

#: no hazard but the last is closer to 0 or to 1 than this
CLIP = 1e-6


@dataclass(frozen=True)
class ExponentialStop:
    r"""Stop with probability :math:`p_k = \theta_s \exp(\theta_r k)` after k recalls.

    Parameters
    ----------
    theta_s : float
        Hazard before the first recall, in (0, 1).
    theta_r : float
        Growth of the hazard with each recall, 0 or more.

    Examples
    --------
    >>> ExponentialStop(theta_s=0.1, theta_r=1.0).hazard(3)
    tensor([0.1000, 0.2718, 0.7389, 1.0000], dtype=torch.float64)
    """

    theta_s: Parameter
    theta_r: Parameter

    ranges: ClassVar[dict[str, str]] = {"theta_s": "(0, 1)", "theta_r": "[0, inf)"}

    def __post_init__(self) -> None:
        check_ranges(self, self.ranges)

    def hazard(self, n_items: int) -> Float[Tensor, " recalls"]:
        """Probability of stopping after 0, 1, ..., n_items recalls."""
        recalls = torch.arange(n_items, dtype=torch.float64)
        return _complete(self.theta_s * torch.exp(self.theta_r * recalls))

    @classmethod
    def estimate(
        cls, n_recalled: NDArray[np.integer], list_length: int | NDArray[np.integer]
    ) -> "ExponentialStop":
        """Maximum likelihood, all lists pooled.

        Where the hazard reaches 1 the surface has edges and false optima, so a dense grid of both
        parameters picks the starts and the best of several simplex searches is kept.

        Parameters
        ----------
        n_recalled : (lists,) integers
            Recalls before the stop.
        list_length : int or (lists,) integers
            Items each list holds.

        Raises
        ------
        ValueError
            If there are no lists, or a list has more recalls than items.

        Examples
        --------
        >>> rule = ExponentialStop.estimate(np.array([0, 1, 1, 2]), 2)
        >>> print(rule.hazard(2).numpy().round(3))  # 1 of 4 lists stopped, then 2 of 3
        [0.25  0.667 1.   ]
        """
        went_on, stopped = stop_counts(n_recalled, list_length)
        theta_s, theta_r = np.exp(_START_LOG_THETA_S), _START_THETA_R
        grid = _exponential_nll(theta_s[:, None, None], theta_r[:, None], went_on, stopped)
        best = None
        for flat in _best_valleys(grid)[:_SIMPLEX_STARTS]:
            i, j = np.unravel_index(flat, grid.shape)
            found = minimize(
                lambda x: float(_exponential_nll(np.exp(x[0]), x[1], went_on, stopped)),
                (_START_LOG_THETA_S[i], theta_r[j]),
                method="Nelder-Mead",
                bounds=((np.log(CLIP), np.log(1 - CLIP)), (0.0, None)),
                options={"xatol": 1e-9, "fatol": 1e-9, "maxfev": 2000},
            )
            if best is None or found.fun < best.fun:
                best = found
        assert best is not None  # a grid has a lowest point
        return cls(theta_s=float(np.exp(best.x[0])), theta_r=float(best.x[1]))


@dataclass(frozen=True)
class SaturatedStop:
    """Stop with a probability of its own after each number of recalls.

    Parameters
    ----------
    probability : tuple of float
        Hazard after 0, 1, 2, ... recalls, each in [0, 1]; as many as the longest list has items.
        (What people did is their best fit: lists that ended there / lists that got there.)

    Examples
    --------
    >>> SaturatedStop((0.0, 0.25, 0.5)).hazard(3)
    tensor([1.0000e-06, 2.5000e-01, 5.0000e-01, 1.0000e+00], dtype=torch.float64)
    """

    probability: tuple[float, ...]

    def __post_init__(self) -> None:
        for k, p in enumerate(self.probability):
            if not 0 <= p <= 1:
                raise ValueError(f"probability must hold numbers in [0, 1], got {p!r} at {k}")

    def hazard(self, n_items: int) -> Float[Tensor, " recalls"]:
        """Probability of stopping after 0, 1, ..., n_items recalls."""
        if n_items > len(self.probability):
            raise ValueError(
                f"this stop rule has a hazard for lists of up to {len(self.probability)} items; "
                f"the schedule has a list of {n_items}"
            )
        return _complete(torch.tensor(self.probability[:n_items], dtype=torch.float64))

    @classmethod
    def estimate(
        cls,
        n_recalled: NDArray[np.integer],
        list_length: int | NDArray[np.integer],
        prior: float = 0.0,
    ) -> "SaturatedStop":
        """Maximum likelihood, all lists pooled: lists that ended there / lists that got there.

        Parameters
        ----------
        n_recalled : (lists,) integers
            Recalls before the stop.
        list_length : int or (lists,) integers
            Items each list holds.
        prior : float
            Lists counted beforehand at every number of recalls as having stopped there, and as
            many as having gone on; 0 or more. Above 0 for predicting lists that may do what none
            did; with 0, such a surprise costs log(1e-6). Where no list got, the hazard is 1/2.

        Raises
        ------
        ValueError
            If there are no lists, a list has more recalls than items, or prior is below 0.

        Examples
        --------
        >>> SaturatedStop.estimate(np.array([0, 1, 1, 3]), 3).probability
        (0.25, 0.6666666666666666, 0.0)
        """
        if not prior >= 0:
            raise ValueError(f"prior must be a number of lists, 0 or more, got {prior!r}")
        went_on, stopped = stop_counts(n_recalled, list_length)
        got_there = went_on + stopped + 2 * prior
        unknown = got_there == 0
        hazard = np.where(unknown, 0.5, (stopped + prior) / np.where(unknown, 1, got_there))
        return cls(tuple(hazard.tolist()))


StopRule = ExponentialStop | SaturatedStop


def _complete(hazard: Float[Tensor, " recalls"]) -> Float[Tensor, " recalls+1"]:
    return torch.cat([hazard.clamp(CLIP, 1 - CLIP), torch.ones(1, dtype=torch.float64)])


def log_stop(
    hazard: Float[Tensor, " recalls"], n_recalled: Tensor, n_outputs: int
) -> Float[Tensor, "lists events"]:
    """Log probability that recall went on, again and again, and then stopped.

    Parameters
    ----------
    hazard : (items + 1,)
        Probability of stopping after 0, 1, ... recalls.
    n_recalled : (lists,) integers
        Recalls before the stop, at most `n_outputs`.
    n_outputs : int
        Columns of the result, less one for the stop.

    Returns
    -------
    (lists, n_outputs + 1)
        One event per column; the event after the last recall is the stop, 0.0 beyond it.

    Examples
    --------
    >>> log_stop(torch.tensor([0.5, 0.25, 1.0]), torch.tensor([1]), n_outputs=2).exp()
    tensor([[0.5000, 0.2500, 1.0000]])
    """
    event = torch.arange(n_outputs + 1)
    stopped = torch.log(hazard)[event.clamp(max=len(hazard) - 1)]
    # the hazard after the last item, 1, is never survived and is left out
    went_on = torch.log1p(-hazard[:-1])[event.clamp(max=len(hazard) - 2)]
    n = n_recalled[:, None]
    zero = torch.zeros((), dtype=hazard.dtype)
    return torch.where(event < n, went_on, torch.where(event == n, stopped, zero))


def stop_counts(
    n_recalled: NDArray[np.integer], list_length: int | NDArray[np.integer]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All that the data say about when recall stops.

    Parameters
    ----------
    n_recalled : (lists,) integers
        Recalls before the stop.
    list_length : int or (lists,) integers
        Items each list holds. A list recalled to the last item stops for certain and counts
        nowhere after that item.

    Returns
    -------
    went_on, stopped : (longest list,) integers
        Lists that went on, and lists that stopped, after 0, 1, ... recalls.

    Raises
    ------
    ValueError
        If there are no lists, or a list has more recalls than items.

    Examples
    --------
    >>> went_on, stopped = stop_counts(np.array([0, 2, 2]), np.array([2, 2, 3]))
    >>> went_on, stopped
    (array([2, 2, 0]), array([1, 0, 1]))
    """
    n = np.asarray(n_recalled)
    if n.ndim != 1 or not len(n) or not np.issubdtype(n.dtype, np.integer):
        raise ValueError(
            "n_recalled must hold a whole number of recalls for each of one or more lists, got "
            f"{n.dtype} of shape {n.shape}"
        )
    length = np.broadcast_to(list_length, n.shape)
    wrong = (n < 0) | (n > length)
    if wrong.any():
        i = int(wrong.argmax())
        raise ValueError(
            f"n_recalled must lie between 0 and the length of the list, but list {i} has "
            f"{n[i]} recalls of {length[i]} items; repetitions and intrusions do not count"
        )
    recalls = np.arange(int(length.max()))
    left = recalls < length[:, None]
    went_on = (recalls < n[:, None]).sum(axis=0)
    stopped = ((recalls == n[:, None]) & left).sum(axis=0)
    return went_on, stopped


def stop_nll(
    stop: StopRule, n_recalled: NDArray[np.integer], list_length: int | NDArray[np.integer]
) -> Float[Tensor, ""]:
    """Minus the log likelihood of where recall stopped, summed over lists; see `stop_counts`.

    Examples
    --------
    >>> stop_nll(SaturatedStop((0.5, 0.5)), np.array([0, 1, 2]), 2)
    tensor(3.4657, dtype=torch.float64)
    """
    went_on, stopped = (torch.as_tensor(n) for n in stop_counts(n_recalled, list_length))
    hazard = stop.hazard(len(went_on))[:-1]
    return -(went_on * torch.log1p(-hazard) + stopped * torch.log(hazard)).sum()


#: grid of an exponential hazard: log of theta_s, and theta_r
_START_LOG_THETA_S = np.linspace(np.log(CLIP), np.log(0.999), 80)
_START_THETA_R = np.linspace(0.0, 2.0, 81)
_SIMPLEX_STARTS = 6


def _exponential_nll(
    theta_s: NDArray[np.floating] | float,
    theta_r: NDArray[np.floating] | float,
    went_on: NDArray[np.int64],
    stopped: NDArray[np.int64],
) -> NDArray[np.floating]:
    """`stop_nll` of exponential hazards in numpy, for many parameters at once: (...,)."""
    with np.errstate(over="ignore"):  # what grows beyond all bounds is clipped
        hazard = theta_s * np.exp(theta_r * np.arange(len(went_on)))
    hazard = hazard.clip(CLIP, 1 - CLIP)
    return -(np.log1p(-hazard) @ went_on + np.log(hazard) @ stopped)


def _best_valleys(grid: NDArray[np.floating]) -> NDArray[np.intp]:
    """Flat indices of the points of a grid below all their neighbours, lowest first."""
    padded = np.pad(grid, 1, constant_values=np.inf)
    rows, columns = grid.shape
    lowest = np.ones(grid.shape, dtype=bool)
    for i in range(3):
        for j in range(3):
            lowest &= grid <= padded[i : i + rows, j : j + columns]
    order = np.argsort(grid, axis=None)
    return order[lowest.ravel()[order]]


PRESETS: dict[str, Preset[StopRule]] = {
    "exponential-10": Preset(
        ExponentialStop(theta_s=0.01421, theta_r=0.4600),
        "maximum likelihood, all lists pooled",
        "murdock1962/10-2",
        "likelihood",
    ),
    "saturated-10": Preset(
        SaturatedStop(
            (0.0, 0.0, 0.0067, 0.0260, 0.0861, 0.2045, 0.3436, 0.4278, 0.6435, 0.6991),
        ),
        "maximum likelihood, all lists pooled: stops / lists that got there",
        "murdock1962/10-2",
        "likelihood",
    ),
    "exponential-20": Preset(
        ExponentialStop(theta_s=0.03456, theta_r=0.2574),
        "maximum likelihood, all lists pooled",
        "murdock1962/20-1",
        "likelihood",
    ),
}


def preset(name: str) -> StopRule:
    """The stop rule with reference parameters; `PRESETS` tells where each comes from."""
    return find_preset(PRESETS, name)
