"""Moments of the activation of a trace in MINERVA 2, in closed form."""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import comb
from torch import Tensor

from memsim.cognitive.parameters import Parameter


class CubeMoments(NamedTuple):
    """Moments of the activation of a trace, :math:`S^3`.

    Attributes
    ----------
    own_mean : ()
        Mean, if the trace is of the probe.
    own_variance, between : ()
        Its variance, given the number of features of the probe that are not 0, and the variance of
        its mean over these numbers, which traces of one word share.
    own_third, with_variance, between_third : ()
        Its third central moment, given that number; the covariance of its mean and variance over
        numbers; the third central moment of its mean over numbers.
    other_sixth : ()
        Mean square, if the trace is of another word; the mean is 0.
    other_twins : ()
        Mean product of the activations of two traces of one other word.
    """

    own_mean: Tensor
    own_variance: Tensor
    between: Tensor
    own_third: Tensor
    with_variance: Tensor
    between_third: Tensor
    other_sixth: Tensor
    other_twins: Tensor


def cube_moments(n_features: int, L_r: Parameter, p_zero: float) -> CubeMoments:
    r"""Moments of :math:`S^3` over words and traces.

    With m features of the probe that are not 0, :math:`E S^3 = L^3 + 3 L^2 (1 - L) / m + L (1 - L)
    (1 - 2 L) / m^2` for a trace of the probe.

    Examples
    --------
    >>> float(cube_moments(10, 1.0, 0.0).own_mean), float(cube_moments(1, 0.3, 0.0).own_mean)
    (1.0, 0.3)
    """
    L = torch.as_tensor(L_r, dtype=torch.float64)
    p = 1 - p_zero
    n = np.arange(n_features + 1)
    of_m = torch.as_tensor(comb(n_features, n) * p**n * p_zero ** (n_features - n))
    m = torch.as_tensor(np.maximum(n, 1).astype(np.float64))
    not_empty = torch.as_tensor((n > 0).astype(np.float64))

    third = _binomial_moment(m, L, 3) / m**3 * not_empty
    sixth = _binomial_moment(m, L, 6) / m**6 * not_empty
    own_mean = (of_m * third).sum()
    own_variance = (of_m * (sixth - third**2)).sum()
    between = (of_m * third**2).sum() - own_mean**2
    ninth = _binomial_moment(m, L, 9) / m**9 * not_empty
    own_third = (of_m * (ninth - 3 * third * sixth + 2 * third**3)).sum()
    with_variance = (of_m * third * (sixth - third**2)).sum() - own_mean * own_variance
    between_third = (of_m * (third - own_mean) ** 3).sum()

    # of another word: features that both hold have random signs, of sum d
    b1, b2, b3 = (_falling(m, k) * (p * L) ** k for k in (1, 2, 3))
    d_sixth = 15 * b3 + 15 * b2 + b1
    x = torch.as_tensor(n.astype(np.float64))
    length = m[:, None] + x  # of probe and trace together
    rest = n_features - n[:, None]
    only_trace = torch.as_tensor(comb(rest, n)) * _powers(p * L, n, rest)
    other_sixth = (of_m * not_empty * d_sixth * (only_trace / length**6).sum(dim=1)).sum()

    # two traces of another word: given the word, their activations are independent
    k = x
    alpha, beta = L * (1 - L) * (1 - 2 * L) + 3 * L**2 * (1 - L) * k, L**3
    square = (
        alpha**2 * k
        + 2 * alpha * beta * (3 * k**2 - 2 * k)
        + beta**2 * (15 * k**3 - 30 * k**2 + 16 * k)
    )
    of_k = torch.as_tensor(comb(n[:, None], n) * p**n * p_zero ** np.maximum(n[:, None] - n, 0))
    kept = torch.as_tensor(comb(n[:, None], n)) * _powers(L, n, n[:, None])  # [e, x]
    shrink = torch.einsum("ex,mx->me", kept, length**-3) ** 2
    of_e = torch.as_tensor(comb(rest, n) * p**n * p_zero ** np.maximum(rest - n, 0))
    by_m = (of_k * square).sum(dim=1) * (of_e * shrink).sum(dim=1)
    other_twins = (of_m * not_empty * by_m).sum()
    own = own_mean, own_variance, between, own_third, with_variance, between_third
    return CubeMoments(*own, other_sixth, other_twins)


def _binomial_moment(m: Tensor, p: Tensor, order: int) -> Tensor:
    """E[X^order] of a binomial of m trials, by Stirling numbers of the second kind."""
    stirling = {
        3: (1, 3, 1),
        6: (1, 31, 90, 65, 15, 1),
        9: (1, 255, 3025, 7770, 6951, 2646, 462, 36, 1),
    }[order]
    terms = [s * _falling(m, j + 1) * p ** (j + 1) for j, s in enumerate(stirling)]
    return torch.stack(terms).sum(dim=0)


def _falling(m: Tensor, k: int) -> Tensor:
    """m (m - 1) ... (m - k + 1)."""
    product = torch.ones_like(m)
    for j in range(k):
        product = product * (m - j)
    return product


def _powers(p: Tensor, x: NDArray[np.integer], n: NDArray[np.integer]) -> Tensor:
    """p^x (1 - p)^(n - x), 0 where x > n."""
    there = torch.as_tensor(x <= n)
    up, down = (torch.as_tensor(e.astype(np.float64)) for e in (x, np.maximum(n - x, 0)))
    power = p**up * (1 - p) ** down
    return torch.where(there, power, torch.zeros_like(power))
