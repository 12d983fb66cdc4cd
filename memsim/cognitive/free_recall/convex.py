"""Softmax regression on tables: choices among what is left, weights read at one place per table."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize

#: gradient per choice, in nats per unit of weight, below which a fit has converged
TOLERANCE = 1e-7

#: curvature, relative to the largest, below which a direction counts as flat
_FLAT = 1e-10

#: choices of which the curvature is computed at a time
_BLOCK = 8192


class Choices(NamedTuple):
    """Choices among the same number of options.

    Attributes
    ----------
    columns : sequence of (choices, options) integers
        Weights that speak for each option, numbered from 0; -1 for none. One array per table.
    available : (choices, options) bool
        Options there are.
    chosen : (choices,) integers
        Option chosen, from 0.
    """

    columns: Sequence[NDArray[np.integer]]
    available: NDArray[np.bool_]
    chosen: NDArray[np.integer]


class Regression:
    """Minus the log likelihood of choices, with its exact gradient and curvature.

    The options of all choices stand below each other as the rows of one sparse matrix of zeros
    and ones. With about ten ones in a row of hundreds, a product with it is the cheapest way to
    sum weights over tables, and one with its transpose the cheapest way to sum over choices.
    """

    def __init__(self, observed: Sequence[Choices], n_weights: int, ridge: float) -> None:
        self.ridge = ridge
        self.features = sparse.vstack(
            [_rows(each, n_weights) for each in observed], format="csr", dtype=np.float64
        )
        self.transposed = self.features.T.tocsr()
        n_options = np.concatenate([each.available.sum(axis=1) for each in observed])
        self.first = np.concatenate([[0], np.cumsum(n_options)])
        self.choice = np.repeat(np.arange(len(n_options)), n_options)
        rank = [
            np.take_along_axis(each.available.cumsum(axis=1), each.chosen[:, None], axis=1)[:, 0]
            for each in observed
        ]
        self.chosen = self.first[:-1] + np.concatenate(rank) - 1
        self.counts = np.asarray(self.features[self.chosen].sum(axis=0)).ravel()

    def __len__(self) -> int:
        return len(self.chosen)

    def _softmax(self, weights: NDArray[np.floating]) -> tuple[float, NDArray[np.floating]]:
        """Minus the log likelihood, and the probability of each row."""
        logit = self.features @ weights
        highest = np.maximum.reduceat(logit, self.first[:-1])
        exp = np.exp(logit - highest[self.choice])
        total = np.add.reduceat(exp, self.first[:-1])
        nll = (np.log(total) + highest - logit[self.chosen]).sum()
        return float(nll), exp / total[self.choice]

    def nll(self, weights: NDArray[np.floating]) -> tuple[float, NDArray[np.floating]]:
        """Minus the log likelihood with the ridge's share, and its gradient, both per choice."""
        nll, p = self._softmax(weights)
        gradient = self.transposed @ p - self.counts + self.ridge * weights
        penalty = self.ridge / 2 * float(weights @ weights)
        return (nll + penalty) / len(self), gradient / len(self)

    def curvature(self, weights: NDArray[np.floating]) -> NDArray[np.floating]:
        """Second derivatives of `nll`: (weights, weights).

        The covariance of the features under the probabilities of each choice, summed: mean
        products less products of means.
        """
        _, p = self._softmax(weights)
        total = self.ridge * np.eye(len(weights))
        for start in range(0, len(self), _BLOCK):
            first = self.first[start : start + _BLOCK + 1]
            rows = slice(first[0], first[-1])
            features = self.features[rows]
            weighted = features.copy()
            weighted.data = np.repeat(p[rows], np.diff(features.indptr))
            total += (features.T @ weighted).toarray()
            in_choice = sparse.csr_matrix(
                (np.ones(first[-1] - first[0]), np.arange(first[-1] - first[0]), first - first[0])
            )
            mean = (in_choice @ weighted).toarray()
            total -= mean.T @ mean
        return total / len(self)


def minimise(observed: Sequence[Choices], n_weights: int, ridge: float) -> NDArray[np.floating]:
    """Weights of least `Regression.nll`, the smallest of them where many are equally good.

    Raises
    ------
    RuntimeError
        If the gradient does not come below `TOLERANCE`, which a convex problem gives no cause for.

    Examples
    --------
    >>> either = Choices([np.array([[0, 1]] * 4)], np.ones((4, 2), dtype=bool), np.array([0, 1, 1, 1]))
    >>> minimise([either], n_weights=2, ridge=0.0).round(4)  # their difference is log 3
    array([-0.5493,  0.5493])
    """
    if not n_weights:
        return np.zeros(0)
    regression = Regression(observed, n_weights, ridge)
    # directions in which nothing ever changes, as when all positions gain alike, stay at 0
    curvature, direction = np.linalg.eigh(regression.curvature(np.zeros(n_weights)))
    basis = direction[:, curvature > _FLAT * curvature[-1]]

    def nll(along: NDArray[np.floating]) -> tuple[float, NDArray[np.floating]]:
        value, gradient = regression.nll(basis @ along)
        return value, basis.T @ gradient

    found = minimize(
        nll,
        np.zeros(basis.shape[1]),
        jac=True,
        hess=lambda along: basis.T @ regression.curvature(basis @ along) @ basis,
        method="trust-exact",
        options={"gtol": TOLERANCE, "initial_trust_radius": 5.0, "maxiter": 500},
    )
    size = float(np.linalg.norm(found.jac))
    if size > TOLERANCE:
        raise RuntimeError(f"weights did not converge, gradient {size:.1e}: {found.message}")
    return np.asarray(basis @ found.x)


def _rows(choices: Choices, n_weights: int) -> sparse.csr_matrix:
    """Zeros and ones: (available options of all choices, weights)."""
    columns = np.stack([column[choices.available] for column in choices.columns], axis=1)
    there = columns >= 0
    n_ones = np.concatenate([[0], np.cumsum(there.sum(axis=1))])
    ones = np.ones(n_ones[-1])
    return sparse.csr_matrix((ones, columns[there], n_ones), shape=(len(columns), n_weights))
