"""SAM, search of associative memory, for free recall (Raaijmakers & Shiffrin, 1980, 1981)."""

from dataclasses import dataclass
from typing import ClassVar, Literal, NoReturn

import numpy as np
from numpy.typing import NDArray

from memsim.cognitive.free_recall.phases import StudyPhase, study_phases
from memsim.cognitive.parameters import Preset, check_ranges, find_preset
from memsim.cognitive.responses import draw
from paradigms import Event, Schedule


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

    def __post_init__(self) -> None:
        check_ranges(self, self.ranges)
        for name in ("K_max", "L_max"):
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
        recalled = np.zeros(schedule.presented.shape, dtype=np.int64)
        for phase in study_phases(schedule):
            store = rehearse(self, phase, rng)
            recalled[phase.lists, : phase.n_items] = search(self, *store, rng)
        return recalled

    def log_likelihood(self, schedule: Schedule, recalled: NDArray[np.integer]) -> NoReturn:
        """Refuse: the probability of a recall sequence under SAM cannot be computed."""
        raise TypeError(
            "SAM has no likelihood: any number of failed attempts may lie between two recalls; "
            "simulate recalls and compare their curves with the data by RMSD"
        )


def rehearse(
    model: SAM, phase: StudyPhase, rng: np.random.Generator
) -> tuple[NDArray[np.floating], NDArray[np.floating], NDArray[np.bool_]]:
    """Study a list through the buffer.

    Parameters
    ----------
    model : SAM
        Its parameters.
    phase : StudyPhase
        What is shown, and the lists to simulate.
    rng : numpy Generator
        Source of randomness.

    Returns
    -------
    context : (lists, items)
        Context strengths C.
    strength : (lists, cues, items)
        Strengths S from cue to item; self strengths are on the diagonal.
    buffer : (lists, items) booleans
        Words still in the buffer when recall begins.
    """
    n_lists, n_items = len(phase.lists), phase.n_items
    drawn = model.mu_r + model.sigma_r * rng.standard_normal(n_lists)
    size = np.clip(np.rint(drawn), 1, n_items)
    context = np.zeros((n_lists, n_items))
    strength = np.zeros((n_lists, n_items, n_items))
    buffer = np.zeros((n_lists, n_items), dtype=bool)
    cue, target = np.indices((n_items, n_items))
    rate = np.select([cue < target, cue > target], [model.b1, model.b2], model.c)
    item = 0
    for event, seconds in phase.events:
        if event is Event.DISTRACTOR:
            buffer[:] = False
            continue
        full = np.flatnonzero(buffer.sum(axis=1) == size)
        buffer[full, displaced(buffer[full], model.q, rng)] = False
        buffer[:, item] = True
        item += 1  # those still to come are in no buffer: leave them out
        now = buffer[:, :item]
        units = seconds / now.sum(axis=1) if model.share else np.full(n_lists, seconds)
        context[:, :item] += model.a * units[:, None] * now
        together = units[:, None, None] * (now[:, :, None] & now[:, None, :])
        strength[:, :item, :item] += rate[:item, :item] * together
    return context, np.where(strength == 0, model.d, strength), buffer


def displaced(buffer: NDArray[np.bool_], q: float, rng: np.random.Generator) -> NDArray[np.integer]:
    """Word that leaves each full buffer.

    Examples
    --------
    >>> full = np.array([[False, True, True]])
    >>> displaced(full, 1 - 1e-9, np.random.default_rng(0))  # nearly always the oldest
    array([1])
    """
    older = np.cumsum(buffer, axis=1) - 1  # of words, in order of study, before each one
    return draw(buffer * (1 - q) ** older, rng)


def search(
    model: SAM,
    context: NDArray[np.floating],
    strength: NDArray[np.floating],
    buffer: NDArray[np.bool_],
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Empty the buffer, then sample and recover from long-term memory.

    Parameters
    ----------
    model : SAM
        Its parameters.
    context, strength, buffer : arrays
        What `rehearse` returns.
    rng : numpy Generator
        Source of randomness.

    Returns
    -------
    (lists, items) integers
        Study positions from 1 in output order, 0 after recall has stopped.
    """
    n_lists, n_items = context.shape
    alone = n_items  # number of the cue that is context alone; its strengths take no part
    C = context.copy()
    S = np.pad(strength, ((0, 0), (0, 1), (0, 0)), constant_values=1.0)
    failed_before = np.zeros(S.shape, dtype=bool)
    recalled = empty_buffer(buffer, model.sts_order, rng)
    out = buffer.copy()
    n_out = out.sum(axis=1)
    K, L = np.zeros(n_lists, dtype=int), np.zeros(n_lists, dtype=int)
    cue = np.where(n_out > 0, recalled[np.arange(n_lists), n_out - 1] - 1, alone)
    active = np.flatnonzero(n_out < n_items)
    while len(active):
        now = cue[active]
        item = draw(C[active] ** model.W_c * S[active, now] ** model.W_e, rng)
        evidence = model.W_c * C[active, item]
        evidence += np.where(now == alone, 0.0, model.W_e * S[active, now, item])
        recoverable = ~out[active, item] & ~failed_before[active, now, item]
        success = recoverable & (rng.random(len(active)) < 1 - np.exp(-evidence))

        lists, i, by = active[success], item[success], now[success]
        recalled[lists, n_out[lists]] = i + 1
        out[lists, i] = True
        n_out[lists] += 1
        C[lists, i] += model.e
        S[lists, i, i] += model.g
        S[lists, by, i] += np.where(by == alone, 0.0, model.f)
        cue[lists], L[lists] = i, 0

        lists = active[~success]
        failed_before[lists, now[~success], item[~success]] = True
        K[lists] += 1
        L[lists] += 1
        cue[lists[L[lists] == model.L_max]] = alone
        active = active[(K[active] < model.K_max) & (n_out[active] < n_items)]
    return recalled


def empty_buffer(
    buffer: NDArray[np.bool_], order: str, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Words of the buffer in output order: (lists, items) study positions, 0 after the last.

    Examples
    --------
    >>> empty_buffer(np.array([[False, True, True]]), "recency", np.random.default_rng(0))
    array([[3, 2, 0]])
    """
    position = np.arange(buffer.shape[1])
    if order == "random":
        place = rng.random(buffer.shape)
    else:
        place = np.broadcast_to(position if order == "study" else -position, buffer.shape)
    by_place = np.argsort(np.where(buffer, place, np.inf), axis=1)
    return np.where(np.take_along_axis(buffer, by_place, axis=1), by_place + 1, 0)


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
}
# fmt: on
