"""Continuous paired associates: study and tests in one stream, with the lag between them set."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from paradigms.associative_recall import pairs_of
from paradigms.cued_recall import DIRECTIONS, RESPONSE_SET, ask, cued_rows, right_answers
from paradigms.schedule import Event, Schedule, assemble
from paradigms.scoring import long_table
from paradigms.settings import check_choice, check_numbers, check_pool, check_whole
from paradigms.words import draw_words


@dataclass(frozen=True)
class ContinuousPairedAssociates:
    """Study pairs and test them in between, each at a lag that is set.

    The lag is the number of presentations and tests between the study of a pair and its test.
    Gaps that the lags leave are filled with pairs that are never tested.

    Parameters
    ----------
    lags : tuple of int
        Each holds for as many pairs.
    tests_per_lag : int
        Pairs tested at each lag, in each list.
    presentation_time : float
        Seconds each pair is shown.
    recall_time : float
        Seconds for each test.
    direction : {"forward", "backward", "mixed"}
        Which word is the cue: the first of its pair, the second, or each for half of the tests at
        each lag.
    pool_size : int
        Words from which those of each list are drawn without replacement.

    Raises
    ------
    ValueError
        If a number is out of range, a lag is longer than the list, or the pool is too small.

    Examples
    --------
    >>> task = ContinuousPairedAssociates(lags=(1,), tests_per_lag=2)
    >>> schedule = task.trials(seed=0, i=0, n_lists=1)
    >>> [Event(kind).name for kind in schedule.event[0]]
    ['STUDY', 'STUDY', 'CUE', 'RESPONSE', 'CUE', 'RESPONSE']
    >>> scored = task.score(schedule, schedule.answers)
    >>> scored["lag"][scored["trial_type"] == "recall"]
    array([1., 1.])
    """

    lags: tuple[int, ...] = (0, 2, 4, 6, 8, 10)
    tests_per_lag: int = 2
    presentation_time: float = 2.0
    recall_time: float = 5.0
    direction: Literal["forward", "backward", "mixed"] = "mixed"
    pool_size: int = 1000

    #: the other word of the pair is right, and no other
    objective: ClassVar[str] = "ordered"
    response_set: ClassVar[tuple[str, ...]] = RESPONSE_SET

    def __post_init__(self) -> None:
        check_numbers(self)
        check_choice("direction", self.direction, DIRECTIONS)
        if not self.lags:
            raise ValueError("lags is empty; give at least one")
        longest = 2 * len(self.lags) * self.tests_per_lag - 2
        for lag in self.lags:
            check_whole("lags", lag)
            if not 0 <= lag <= longest:
                raise ValueError(
                    f"lags must lie in 0..{longest}, got {lag}: a list of {len(self.lags)} lags "
                    f"with tests_per_lag={self.tests_per_lag} has no more than {longest} events "
                    "between study and test; for longer lags, test more pairs at each"
                )
        # each pair leaves at most its lag as gaps, which are filled
        most = self.tests_per_lag * sum(lag + 1 for lag in self.lags)
        check_pool(self.pool_size, 2 * most, f"a list may show as many as {most} pairs")

    def trials(self, seed: int, i: int, n_lists: int = 32) -> Schedule:
        """Batch `i` of the experiment with this seed: the same arguments, the same lists.

        Returns
        -------
        Schedule
            All lists have the same events: the order of the lags is drawn once for the batch, the
            words and the directions for each list.
        """
        rng = np.random.default_rng([seed, i])
        order = rng.permutation(np.tile(self.lags, self.tests_per_lag))
        stream = _stream(order.tolist())
        n_pairs = sum(kind is Event.STUDY for kind, _ in stream)
        pairs = draw_words(rng, n_lists, 2 * n_pairs, self.pool_size).reshape(n_lists, 2, n_pairs)
        # of the pairs with one lag, every other one is tested backward, from a coin on
        turn = np.array([np.sum(order[:k] == lag) for k, lag in enumerate(order)])
        coins = rng.integers(2, size=(n_lists, max(self.lags) + 1))[:, order]
        half = (turn + coins) % 2
        reverse = {"forward": half < 0, "backward": half >= 0, "mixed": half == 1}[self.direction]
        studied = np.array([pair for kind, pair in stream if kind is Event.STUDY])
        tested = np.array([pair for kind, pair in stream if kind is Event.CUE])
        sides = np.where(reverse[:, None], pairs[:, ::-1, : len(order)], pairs[:, :, : len(order)])
        phases: list[tuple[Event, int, float]] = []
        for kind, _ in stream:
            one = (Event.STUDY, 1, self.presentation_time)
            phases += [one] if kind is Event.STUDY else ask(1, self.recall_time)
        return assemble(
            phases,
            n_lists,
            {Event.STUDY: pairs[:, 0, studied], Event.CUE: sides[:, 0, tested]},
            {Event.STUDY: pairs[:, 1, studied]},
            sides[:, 1, tested],
        )

    def right(self, schedule: Schedule, responses: NDArray[np.integer]) -> NDArray[np.bool_]:
        """(lists, tests): answers that are the other word of the pair."""
        return right_answers(schedule, responses)

    def chance(self, n_other_words: int = 0) -> float:
        """Accuracy of answering with any word of the pairs tested or `n_other_words` others.

        Examples
        --------
        >>> ContinuousPairedAssociates(lags=(0,), tests_per_lag=2).chance(n_other_words=1)
        0.2
        """
        return 1 / (2 * len(self.lags) * self.tests_per_lag + n_other_words)

    def score(self, schedule: Schedule, responses: NDArray[np.integer]) -> dict[str, Any]:
        """Columns of the recall table, as those of `PairedAssociates.score`.

        Study rows come before tests there, so that only `lag` tells when a pair was tested.
        """
        return long_table(*cued_rows(schedule, responses, *pairs_of(schedule)))


def _stream(lags: list[int]) -> list[tuple[Event, int]]:
    """Study and test events in order, each with the number of its pair.

    Pair k is studied at the first place that is free and has its test's place free too; pairs from
    len(lags) on fill the gaps.

    Examples
    --------
    >>> [(kind.name, pair) for kind, pair in _stream([1])]
    [('STUDY', 0), ('STUDY', 1), ('CUE', 0)]
    """
    taken: dict[int, tuple[Event, int]] = {}
    for pair, lag in enumerate(lags):
        place = 0
        while place in taken or place + lag + 1 in taken:
            place += 1
        taken[place] = (Event.STUDY, pair)
        taken[place + lag + 1] = (Event.CUE, pair)
    filler = len(lags)
    for place in range(max(taken)):
        if place not in taken:
            taken[place] = (Event.STUDY, filler)
            filler += 1
    return [taken[place] for place in sorted(taken)]
