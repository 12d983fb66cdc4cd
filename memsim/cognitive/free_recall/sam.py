"""SAM, search of associative memory, for free recall (Raaijmakers & Shiffrin, 1980, 1981)."""

from dataclasses import dataclass
from typing import ClassVar, Literal, NoReturn

import numpy as np
from numpy.typing import NDArray

from memsim.cognitive.free_recall.phases import study_phases
from memsim.cognitive.parameters import Preset, check_ranges, find_preset
from paradigms import Schedule


@dataclass(frozen=True, kw_only=True)
class SAM:
    """Two stores: a rehearsal buffer that builds long-term strengths, and cued search of these.

    Strengths grow with the seconds that words spend in the buffer. An immediate test first
    empties the buffer; any distraction has emptied it before. Then long-term memory is searched
    with context alone or together with the last word recalled, until `K_max` attempts failed.

    Parameters
    ----------
    mu_r, sigma_r : float
        Mean (1 or more) and standard deviation of the buffer size, which is drawn for each list
        from a normal distribution, rounded, and kept between 1 and the length of the list. With
        `sigma_r` 0 every list has a buffer of `mu_r` words.
    q : float
        Displacement bias, [0, 1): the k-th oldest word leaves a full buffer with probability
        proportional to q (1 - q)^(k - 1); with 0 all words leave it equally likely.
    a, c : float
        Context strength, above 0, and self strength, 0 or more, per second in the buffer.
    b1, b2 : float
        Strength from an earlier to a later and from a later to an earlier word, per second
        together in the buffer, 0 or more.
    d : float
        Residual strength between words never together in the buffer, above 0.
    e, f, g : float
        What recall adds to context strength, to strength from cue to word, and to self strength,
        0 or more.
    K_max : int
        Failed attempts after which recall stops, 1 or more.
    L_max : int
        Failed attempts in a row with one word as cue after which context alone is the cue, 1 or
        more.
    share : bool
        Whether the words in the buffer share the rehearsal time, so that each strength grows at
        its rate divided by the number of words in the buffer.
    sts_order : "study", "random" or "recency"
        Order in which the buffer is emptied. Its last word is the first cue.
    W_c, W_e : float
        Weights of context and of the word as cue, 0 or more.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Examples
    --------
    >>> from paradigms import FreeRecall
    >>> model = SAM.preset("SAM-10")
    >>> recalled = model.recall(FreeRecall().trials(0, 0, n_lists=100), np.random.default_rng(0))
    >>> recalled.shape, bool((recalled == 10).any(axis=1).all())  # the last word is in the buffer
    ((100, 10), True)

    References
    ----------
    Raaijmakers, J. G. W., & Shiffrin, R. M. (1980). SAM: A theory of probabilistic search of
    associative memory. Psychology of Learning and Motivation, 14, 207-262.
    Raaijmakers, J. G. W., & Shiffrin, R. M. (1981). Search of associative memory. Psychological
    Review, 88, 93-134.
    """

    mu_r: float
    a: float
    b1: float
    b2: float
    c: float
    d: float
    e: float
    f: float
    g: float
    K_max: int
    L_max: int
    sigma_r: float = 0.0
    q: float = 0.0
    share: bool = False
    sts_order: Literal["study", "random", "recency"] = "study"
    W_c: float = 1.0
    W_e: float = 1.0

    ranges: ClassVar[dict[str, str]] = {
        "mu_r": "[1, inf)",
        "sigma_r": "[0, inf)",
        "q": "[0, 1)",
        **dict.fromkeys(("a", "d"), "(0, inf)"),
        **dict.fromkeys(("b1", "b2", "c", "e", "f", "g", "W_c", "W_e"), "[0, inf)"),
        "K_max": "[1, inf)",
        "L_max": "[1, inf)",
    }
    #: where a fit looks; `whole` names the parameters that are whole numbers
    search: ClassVar[dict[str, tuple[float, float]]] = {
        "mu_r": (1.5, 6.0),
        "sigma_r": (0.0, 2.5),
        "q": (0.0, 0.99),
        **dict.fromkeys(("a", "c"), (0.02, 0.8)),
        **dict.fromkeys(("b1", "b2"), (0.01, 0.8)),
        "d": (0.001, 0.05),
        **dict.fromkeys(("e", "f", "g"), (0.0, 1.0)),
        "K_max": (10, 80),
        "L_max": (1, 5),
    }
    whole: ClassVar[frozenset[str]] = frozenset({"K_max", "L_max"})

    def __post_init__(self) -> None:
        check_ranges(self, self.ranges)
        for name in sorted(self.whole):
            if getattr(self, name) != int(getattr(self, name)):
                raise ValueError(f"{name} must be a whole number, got {getattr(self, name)!r}")
        if self.sts_order not in ("study", "random", "recency"):
            raise ValueError(
                f"sts_order must be 'study', 'random' or 'recency', got {self.sts_order!r}"
            )

    @staticmethod
    def preset(name: str) -> "SAM":
        """The model with a reference parameter set; `PRESETS` tells where each comes from."""
        return find_preset(PRESETS, name)

    def recall(self, schedule: Schedule, rng: np.random.Generator) -> NDArray[np.int64]:
        """Simulate recalls.

        Parameters
        ----------
        schedule : Schedule
            What is shown, and when. Recall goes on until the model stops.
        rng : numpy Generator
            Source of randomness; the same state gives the same recalls.

        Returns
        -------
        (lists, longest list) integers
            Study positions from 1 in output order, 0 after recall has stopped.
        """
        return self.recall_and_samples(schedule, rng)[0]

    def recall_and_samples(
        self, schedule: Schedule, rng: np.random.Generator
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Simulate recalls, and how long each took in samples from long-term memory.

        The theory takes latency to be proportional to the number of samples.

        Parameters
        ----------
        schedule, rng
            See `recall`, which gives the same recalls.

        Returns
        -------
        recalled : (lists, longest list) integers
            As `recall` gives them.
        samples : (lists, longest list) integers
            Samples taken from the start of recall until each response, 0 for words of the buffer
            and after recall has stopped.

        Examples
        --------
        >>> from paradigms import FreeRecall
        >>> schedule = FreeRecall().trials(seed=0, i=0, n_lists=1)
        >>> model = SAM.preset("SAM-10")
        >>> recalled, samples = model.recall_and_samples(schedule, np.random.default_rng(0))
        >>> bool((np.diff(samples[recalled > 0]) >= 0).all())
        True
        """
        from memsim.cognitive.free_recall.sam_simulation import simulate  # numba loads slowly

        recalled, samples = np.zeros((2, *schedule.presented.shape), dtype=np.int64)
        for phase in study_phases(schedule):
            words, taken = simulate(self, phase, rng)
            recalled[phase.lists, : phase.n_items] = words
            samples[phase.lists, : phase.n_items] = taken
        return recalled, samples

    def log_likelihood(self, schedule: Schedule, recalled: NDArray[np.integer]) -> NoReturn:
        """Refuse: the probability of a recall sequence under SAM cannot be computed."""
        raise TypeError(
            "SAM has no likelihood: any number of failed attempts may lie between two recalls; "
            "simulate recalls and compare their curves with the data by RMSD"
        )


#: Reference sets.
# fmt: off
PRESETS: dict[str, Preset[SAM]] = {
    "SAM-classic": Preset(
        SAM(mu_r=4, a=0.1, b1=0.1, b2=0.1, c=0.1, d=0.02, e=0.7, f=0.7, g=0.7,
            K_max=30, L_max=3, sts_order="random"),
        "customary values, attributed to Raaijmakers and Shiffrin by public code",
        None, None,
    ),
    "SAM-M62": Preset(
        SAM(mu_r=3.5, sigma_r=1.4, q=0.4, a=0.22, b1=0.4, b2=0.2, c=0.22, d=0.02,
            e=0.7, f=0.7, g=0.7, K_max=25, L_max=3, share=True),
        "adjusted to the SPC, PFR and lag-CRP of all lists pooled",
        "murdock1962/20-1", "curves",
    ),
    "SAM-10": Preset(
        SAM(mu_r=2.71, sigma_r=1.96, q=0.756, a=0.358, b1=0.143, b2=0.143, c=0.358, d=0.02,
            e=0.739, f=0.739, g=0.739, K_max=25, L_max=3, share=True),
        "least RMSD of the SPC, PFR and lag-CRP of all lists pooled; d, K_max, L_max as SAM-M62",
        "murdock1962/10-2", "curves",
    ),
    **{
        f"SAM-{condition}": Preset(
            SAM(mu_r=mu_r, sigma_r=sigma_r, q=q, a=a, b1=b, b2=b, c=a, d=0.02,
                e=0.7, f=0.7, g=0.7, K_max=25, L_max=3, share=True),
            "least RMSD of the SPC, PFR and lag-CRP of all lists pooled (benchmarks/murdock.py), with "
            "c = a and b1 = b2; d, e, f, g, K_max, L_max as SAM-M62",
            f"murdock1962/{condition}", "curves",
        )
        for condition, mu_r, sigma_r, q, a, b in (
            ("15-2", 3.05, 2.10, 0.969, 0.352, 0.180),
            ("20-2", 3.30, 1.53, 0.622, 0.228, 0.398),
            ("20-1", 3.36, 1.63, 0.648, 0.338, 0.248),
            ("30-1", 3.25, 1.74, 0.768, 0.416, 0.462),
            ("40-1", 3.01, 1.70, 0.681, 0.327, 0.761),
        )
    },
}
# fmt: on
