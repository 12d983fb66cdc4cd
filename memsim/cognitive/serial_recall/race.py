"""Pick the strongest of all words under noise, and report it if it exceeds a threshold."""

import numpy as np
from numpy.typing import NDArray


def race(
    strength: NDArray[np.floating],
    out: NDArray[np.bool_],
    rng: np.random.Generator,
    noise: float,
    threshold: float,
    threshold_noise: float | None = None,
) -> NDArray[np.int64]:
    """The word that wins in each list.

    Parameters
    ----------
    strength : (lists, words)
    out : (lists, words) booleans
        Words that take no part.
    rng : numpy Generator
        Source of randomness.
    noise : float
        Standard deviation of the Gaussian noise on the strength of each word.
    threshold : float
        What the winner must exceed to be reported.
    threshold_noise : float, optional
        Noise on the winner's strength in this second comparison; None: it keeps the noise with
        which it won.

    Returns
    -------
    (lists,) integers
        Number of the word from 1; 0 if it is not reported.

    Examples
    --------
    >>> strength = np.array([[0.5, 1.0], [0.5, 0.2], [0.1, 0.2]])
    >>> race(strength, strength < 0, np.random.default_rng(0), noise=1e-6, threshold=0.3)
    array([2, 1, 0])
    """
    noisy = strength + noise * rng.standard_normal(strength.shape)
    noisy = np.where(out, -np.inf, noisy)
    winner = noisy.argmax(axis=1)[:, None]
    if threshold_noise is None:
        held = np.take_along_axis(noisy, winner, axis=1)
    else:
        fresh = threshold_noise * rng.standard_normal(winner.shape)
        held = np.take_along_axis(strength, winner, axis=1) + fresh
    return np.where(held > threshold, winner + 1, 0)[:, 0]
