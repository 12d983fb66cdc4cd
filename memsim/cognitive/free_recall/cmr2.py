"""CMR2: retrieved context through the lists of a session (Lohnas, Polyn & Kahana, 2015)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, NoReturn

import numpy as np
from numpy.typing import NDArray

from memsim.cognitive.free_recall.session import BEYOND, Session, StudiedList, studied_lists
from memsim.cognitive.parameters import Preset, check_ranges, find_preset
from paradigms import Event, Schedule


@dataclass(frozen=True, kw_only=True)
class CMR2:
    """Retrieved context with a race: prior-list intrusions, repetitions and response times.

    One memory serves all lists of a session (`Schedule.session`), and context drifts on from list
    to list. The items that context supports best, four times as many as the list has, race for
    recall, those of other lists among them. What is retrieved changes context, but is reported
    only if it brings back a context like the present one. Recall ends with the time that the
    schedule gives for it, or after three responses more than the list has words.

    Left out, `omega` and `alpha`, `c_thresh` and `beta_post` take away what the model has beyond
    that of Polyn, Norman and Kahana (2009): then an item is retrieved once only, everything
    retrieved is reported, and every list is a session of its own.

    Context drifts with each item, whatever its duration; distraction counts by the second.

    Parameters
    ----------
    beta_enc, beta_rec : float
        Weight of the input when an item is studied and when one is retrieved, (0, 1].
    gamma_fc, gamma_cf : float
        Learning from item to context and from context to item, [0, 1]; pre-experimental
        associations have 1 - gamma.
    phi_s, phi_d : float
        Scale and decay of the primacy gradient on learning from context to item, 0 or more.
    kappa, lam, eta : float
        Leak, lateral inhibition, and standard deviation of the noise of the `race`, 0 or more.
    omega, alpha : float, optional
        An item's threshold rises from 1 to 1 + omega when it is retrieved, 0 or more; each later
        retrieval leaves a share alpha of what it is above 1, [0, 1].
    c_thresh : float, optional
        Least match (inner product) of the context an item brings back with the present context
        for the item to be reported, [-1, 1].
    beta_post : float, optional
        Weight of something new that comes into context between two lists, (0, 1].
    s_cf : float
        Weight of semantic similarity in pre-experimental associations from context to item, 0 or
        more. It has no effect without `similarity`.
    similarity : (words, words) array, optional
        Similarity of every two words of the vocabulary: row k - 1 stands for item number k. The
        diagonal is passed over.
    rho_distractor : float, optional
        Share of context that survives one second of distraction, (0, 1].
    use_new_context : bool
        Whether an item is associated with context just after its input was integrated (as in
        Polyn et al., 2009) or just before it (as in CMR2).
    thresholds : "session" or "list"
        Whether all thresholds are 1 only when a session begins, so that it takes a while until
        what was recalled of the last list intrudes, or again with each list.
    dt, T_a : float
        Length of a step of the race, and its time constant, in ms, above 0.

    Raises
    ------
    ValueError
        If a parameter is out of range, one of `omega` and `alpha` is given alone, or `similarity`
        is not square or is given without `s_cf`.

    Examples
    --------
    A person's ten lists; with `simulate`, give as many models as there are to be people.

    >>> import analysis
    >>> from memsim import simulate
    >>> from paradigms import FreeRecall
    >>> task = FreeRecall(list_length=10, recall_time=30.0, lists_per_session=10)
    >>> table = simulate([CMR2.preset("CMR2-K02")] * 2, task, n_lists=10)
    >>> bool(table["rt"].max() <= 30_000)
    True
    >>> list(analysis.intrusions(table).columns)
    ['subject', 'n_pli', 'n_eli', 'n_lists']

    References
    ----------
    Lohnas, L. J., Polyn, S. M., & Kahana, M. J. (2015). Expanding the scope of memory search:
    Modeling intralist and interlist effects in free recall. Psychological Review, 122, 337-363.
    """

    beta_enc: float
    beta_rec: float
    gamma_fc: float
    gamma_cf: float
    phi_s: float
    phi_d: float
    kappa: float
    lam: float
    eta: float
    omega: float | None = None
    alpha: float | None = None
    c_thresh: float | None = None
    beta_post: float | None = None
    s_cf: float = 0.0
    similarity: NDArray[np.floating] | None = field(default=None, compare=False, repr=False)
    rho_distractor: float | None = None
    use_new_context: bool = False
    thresholds: Literal["session", "list"] = "session"
    dt: float = 10.0
    T_a: float = 1000.0

    ranges: ClassVar[dict[str, str]] = {
        **dict.fromkeys(("beta_enc", "beta_rec", "beta_post", "rho_distractor"), "(0, 1]"),
        **dict.fromkeys(("gamma_fc", "gamma_cf", "alpha"), "[0, 1]"),
        **dict.fromkeys(("phi_s", "phi_d", "kappa", "lam", "eta", "omega", "s_cf"), "[0, inf)"),
        "c_thresh": "[-1, 1]",
        **dict.fromkeys(("dt", "T_a"), "(0, inf)"),
    }
    search: ClassVar[dict[str, tuple[float, float]]] = {
        **dict.fromkeys(("beta_enc", "beta_rec", "beta_post"), (0.05, 1.0)),
        **dict.fromkeys(("gamma_fc", "gamma_cf", "alpha"), (0.0, 1.0)),
        "phi_s": (0.0, 5.0),
        "phi_d": (0.05, 4.0),
        **dict.fromkeys(("kappa", "lam"), (0.0, 0.6)),
        "eta": (0.05, 0.8),
        "omega": (0.0, 20.0),
        "c_thresh": (0.0, 0.6),
        "rho_distractor": (0.5, 1.0),
    }

    def __post_init__(self) -> None:
        check_ranges(self, self.ranges)
        if (self.omega is None) != (self.alpha is None):
            raise ValueError(
                "omega and alpha go together: give both, or neither for items that are retrieved "
                f"only once; got omega={self.omega!r} and alpha={self.alpha!r}"
            )
        if self.thresholds not in ("session", "list"):
            raise ValueError(f"thresholds must be 'session' or 'list', got {self.thresholds!r}")
        if self.similarity is None:
            return
        shape = np.shape(self.similarity)
        if len(shape) != 2 or shape[0] != shape[1]:
            raise ValueError(
                f"similarity must be a square matrix (words, words), got shape {shape}; row k - 1 "
                "stands for item number k"
            )
        if self.s_cf == 0:
            raise ValueError("similarity has no effect with s_cf=0; give its weight, s_cf")

    @staticmethod
    def preset(name: str) -> "CMR2":
        """The model with a reference parameter set; `PRESETS` tells where each comes from."""
        return find_preset(PRESETS, name)

    def recall(self, schedule: Schedule, rng: np.random.Generator) -> NDArray[np.int64]:
        """Simulate recalls; `respond` also tells words and times.

        Parameters
        ----------
        schedule : Schedule
            What is shown, and when, and the time for recall. The lists of a session share one
            memory.
        rng : numpy Generator
            Source of randomness; the same state gives the same recalls.

        Returns
        -------
        (lists, longest list + 3) integers
            Study positions from 1 in output order, repetitions included, -1 for a word of another
            list, 0 after recall has stopped.

        Raises
        ------
        ValueError
            If the schedule is not of free recall, gives no time for recall, or holds what this
            parameter set says nothing about: distractors, several lists in a session, words
            beyond `similarity`.
        """
        return self.respond(schedule, rng)["responses"]

    def respond(self, schedule: Schedule, rng: np.random.Generator) -> dict[str, NDArray[Any]]:
        """Simulate recalls with their words and times.

        Parameters
        ----------
        schedule, rng
            See `recall`.

        Returns
        -------
        dict of (lists, longest list + 3) arrays
            What `score` of `paradigms.FreeRecall` takes: `responses`, as `recall` returns them;
            `recalled_items`, item numbers, 0 after the last; `rt`, ms from the start of recall,
            NaN after the last.
        """
        lists = studied_lists(schedule)
        self._check(schedule, lists)
        shape = len(lists), max(len(shown.items) for shown in lists) + BEYOND
        said = {
            "responses": np.zeros(shape, dtype=np.int64),
            "recalled_items": np.zeros(shape, dtype=np.int64),
            "rt": np.full(shape, np.nan),
        }
        ends = np.flatnonzero(np.diff(schedule.session)) + 1
        for rows in np.split(np.arange(len(lists)), ends):
            session = Session(self, [lists[row] for row in rows])
            for row in rows:
                session.study(lists[row])
                position = {item: i for i, item in enumerate(lists[row].items.tolist(), 1)}
                for k, (item, ms) in enumerate(session.recall(lists[row], rng)):
                    said["responses"][row, k] = position.get(item, -1)
                    said["recalled_items"][row, k] = item
                    said["rt"][row, k] = ms
        return said

    def log_likelihood(self, schedule: Schedule, recalled: NDArray[np.integer]) -> NoReturn:
        """Refuse: the probability of a recall sequence under CMR2 cannot be computed."""
        raise TypeError(
            "CMR2 has no likelihood: who wins a race, and what is retrieved and not reported, is "
            "known by simulation only; simulate recalls and compare their curves (SPC, PFR, "
            "lag-CRP, intrusions, times) with the data, or take CMR, which has one"
        )

    def _check(self, schedule: Schedule, lists: Sequence[StudiedList]) -> None:
        """Raise an error if the schedule holds what the parameters say nothing about."""
        kinds = {event for shown in lists for event, _ in shown.events}
        if Event.DISTRACTOR in kinds and self.rho_distractor is None:
            raise ValueError(
                "the schedule holds distractors, but this parameter set says nothing about them; "
                "set rho_distractor to the share of context that survives one second of distraction"
            )
        if self.beta_post is None and len(np.unique(schedule.session)) < schedule.n_lists:
            raise ValueError(
                "the schedule has several lists in a session, but this parameter set says nothing "
                "about what comes between them; set beta_post, or give each list its own session"
            )
        highest = int(schedule.presented.max())
        if self.similarity is not None and highest > len(self.similarity):
            raise ValueError(
                f"similarity is of {len(self.similarity)} words, but the schedule shows item "
                f"{highest}; its rows are the words of the pool from which lists are drawn"
            )


#: Reference sets. Semantic similarities are not part of a set: dataclasses.replace(model,
#: similarity=...) gives them. Those of Polyn et al. (2009) need them: without similarity, and
#: without the source context that is left out, hardly more than the last words gets support enough.
# fmt: off
PRESETS: dict[str, Preset[CMR2]] = {
    "CMR2-K02": Preset(
        CMR2(beta_enc=0.519769, beta_rec=0.627801, beta_post=0.802543, gamma_fc=0.425064,
             gamma_cf=0.895261, phi_s=1.408899, phi_d=0.989567, kappa=0.312686, lam=0.12962,
             eta=0.392847, c_thresh=0.073708, omega=11.894106, alpha=0.678955, s_cf=1.292411),
        "pyCMR2's runCMR2.py, without its semantic similarities; for 30 s of recall; whether s_cf "
        "is meant as it is here or multiplied by 1 - gamma_cf is not verified",
        "kahana2002", "curves",
    ),
    "CMR2009-full": Preset(
        CMR2(beta_enc=0.77, beta_rec=0.51, gamma_fc=0.898, gamma_cf=1.0, phi_s=1.07, phi_d=0.98,
             kappa=0.111, lam=0.338, eta=0.380, s_cf=2.78, use_new_context=True, dt=100.0,
             T_a=574.0),
        "Polyn, Norman & Kahana (2009), Table 1, full model, from public code, without its source "
        "context and semantic similarities; for 90 s of recall",
        "polyn2009", "curves",
    ),
    "CMR2009-PA": Preset(
        CMR2(beta_enc=0.767, beta_rec=0.468, gamma_fc=0.799, gamma_cf=1.0, phi_s=0.881,
             phi_d=0.641, kappa=0.053, lam=0.272, eta=0.332, s_cf=2.71, use_new_context=True,
             dt=100.0, T_a=690.0),
        "set 'P.A.' of public code for Polyn, Norman & Kahana (2009), without its source context "
        "and semantic similarities; for 90 s of recall",
        "unknown", "curves",
    ),
}
# fmt: on
