"""Transitions from one recalled word to the next: what the measures of organisation count."""

from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.checks import one_of
from analysis.counts import responses
from analysis.free_recall.features import included_words, study_values
from analysis.recalls import Recalls

Intrusions = Literal["break", "bridge"]
#: of the values of the word before and of the words that may follow, whether each may
Test = Callable[[Any, Any], Any]


class Transition(NamedTuple):
    """Transitions to the same output position, of the lists that have one there."""

    rows: NDArray[np.integer]
    """(transitions,) Which list; no list comes twice."""
    output: NDArray[np.integer]
    """(transitions,) Output position, from 0, of the word recalled before."""
    trail: NDArray[np.integer]
    """(transitions, n_back) Study positions from 0 of the words recalled before, last one first."""
    current: NDArray[np.integer]
    """(transitions,) Study position from 0 of the word recalled now."""
    available: NDArray[np.bool_]
    """(transitions, L) Words that could have been recalled now."""

    @property
    def previous(self) -> NDArray[np.integer]:
        """(transitions,) Study position from 0 of the word recalled before."""
        return self.trail[:, 0]


def transitions(
    recalls: Recalls,
    n_back: int = 1,
    skip_outputs: int = 0,
    intrusions: Intrusions = "break",
    item_query: str | None = None,
    test_key: str | pd.Series | None = None,
    test: Test | None = None,
) -> Iterator[Transition]:
    """Transitions between new recalls of studied words, one output position after the other.

    Parameters
    ----------
    recalls : Recalls
    n_back : int
        Words before each transition that must follow on one another like its own two.
    skip_outputs : int
        Leave out transitions that start from the first so many responses of a list.
    intrusions : {"break", "bridge"}
        Whether an intrusion or a repeat breaks the sequence, or is passed over, so that the words
        on both sides of it follow on one another.
    item_query : str, optional
        Words to look at, as a pandas query over their columns. The others are never possible, and
        recall of one breaks the sequence.
    test_key : str or Series, optional
        Feature of the words that `test` looks at; see `study_values`.
    test : function, optional
        Of the values before (transitions, 1) and after (transitions, L), which transitions to look
        at; the others are never possible, and making one breaks the sequence.
    """
    check_options(skip_outputs, intrusions, test_key, test)
    included = None if item_query is None else included_words(recalls, item_query)
    values = None if test_key is None else study_values(recalls, test_key)
    n_lists = len(recalls)
    trail = np.zeros((n_lists, n_back), dtype=np.intp)
    chain = np.zeros(n_lists, dtype=np.int16)  # words that follow on one another up to here
    since = np.zeros(n_lists, dtype=np.intp)  # output position of the last of them
    for output, (place, new, available) in enumerate(responses(recalls)):
        valid = new
        if included is not None:
            valid = new & included[np.arange(n_lists), place]
            available &= included
        rows = np.flatnonzero(valid & (chain > 0))
        here = available[rows]
        if test is not None and values is not None:
            allowed = _allowed(test, values, rows, trail[rows, 0])
            here &= allowed
            passed = allowed[np.arange(len(rows)), place[rows]]
            chain[rows[~passed]] = 0
        go = (chain[rows] >= n_back) & (since[rows] >= skip_outputs)
        if go.any():
            if not go.all():
                rows, here = rows[go], here[go]
            yield Transition(rows, since[rows], trail[rows], place[rows], here)
        # an intrusion, a repeat or the end of recall; passed over, they leave the chain as it is
        broken = ~valid if intrusions == "break" else new & ~valid
        chain = np.where(broken, 0, chain + valid)
        since[valid] = output
        trail[valid, 1:] = trail[valid, :-1]
        trail[valid, 0] = place[valid]


def check_options(
    skip_outputs: int, intrusions: str, test_key: str | pd.Series | None, test: Test | None
) -> None:
    """Refuse options that no transitions have."""
    if skip_outputs < 0:
        raise ValueError(f"skip_outputs must be 0 or more, got {skip_outputs}")
    one_of("intrusions", intrusions, ("break", "bridge"))
    if (test_key is None) != (test is None):
        raise ValueError(
            "test and test_key go together: test_key names the feature of the words, test is a "
            "function of its values before and after a transition, such as "
            "test_key='category', test=lambda before, after: before == after"
        )


def _allowed(
    test: Test, values: NDArray[Any], rows: NDArray[np.integer], previous: NDArray[np.integer]
) -> NDArray[np.bool_]:
    before = values[rows, previous][:, None]
    allowed = np.asarray(test(before, values[rows]))
    shape = (len(rows), values.shape[1])
    if allowed.dtype != bool or allowed.shape != shape:
        raise ValueError(
            f"test must return booleans of shape {shape}, got {allowed.dtype} of shape "
            f"{allowed.shape}; it is called with arrays of the values before (transitions, 1) and "
            "after (transitions, L), so write & and | for 'and' and 'or'"
        )
    return allowed


def count_transitions(
    recalls: Recalls,
    n_cells: int,
    cells: Callable[[Transition], NDArray[np.integer]],
    count_unique: bool = False,
    **which: Any,
) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """How often each cell was recalled into, and how often it could have been, (lists, n_cells).

    Parameters
    ----------
    recalls : Recalls
    n_cells : int
    cells : function
        Cell (transitions, L) of a recall of each word, -1 for none.
    count_unique : bool
        Whether a cell is possible once in a transition, not once for each word in it.
    **which
        Options of `transitions`.
    """
    actual = np.zeros((len(recalls), n_cells), dtype=np.int16)
    possible = np.zeros((len(recalls), n_cells), dtype=np.int16)
    for transition in transitions(recalls, **which):
        cell = cells(transition)
        chosen = cell[np.arange(len(cell)), transition.current]
        actual[transition.rows[chosen >= 0], chosen[chosen >= 0]] += 1
        at, place = np.nonzero(transition.available & (cell >= 0))
        where = transition.rows[at] * n_cells + cell[at, place]
        np.add.at(possible.reshape(-1), np.unique(where) if count_unique else where, 1)
    return actual, possible


def rank_transitions(
    recalls: Recalls,
    n_cells: int,
    distances: Callable[[Transition], Iterator[tuple[Any, NDArray[Any]]]],
    keep: Callable[[Transition], Transition] | None = None,
    **which: Any,
) -> tuple[NDArray[np.float64], NDArray[np.int16]]:
    """Sum of percentile ranks and number of transitions ranked, (lists, n_cells).

    Parameters
    ----------
    recalls : Recalls
    n_cells : int
    distances : function
        Cells, and the distances (transitions, L) of all words that are ranked for them.
    keep : function, optional
        Which of the transitions to rank, and among which words.
    **which
        Options of `transitions`.
    """
    total = np.zeros((len(recalls), n_cells))
    ranked = np.zeros((len(recalls), n_cells), dtype=np.int16)
    for transition in transitions(recalls, **which):
        if keep is not None:
            transition = keep(transition)
        for cell, distance in distances(transition):
            rank, choice = percentile_rank(distance, transition.current, transition.available)
            total[transition.rows[choice], cell] += rank
            ranked[transition.rows[choice], cell] += 1
    return total, ranked


def percentile_rank(
    distance: NDArray[Any], current: NDArray[np.integer], available: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """1 for the nearest of the words available, 0 for the farthest, ties half-way.

    Returns
    -------
    rank : (ranked,)
    choice : (transitions,)
        Which transitions are ranked: those with more than one word available.

    Examples
    --------
    The second nearest of three:

    >>> percentile_rank(np.array([[0.1, 0.4, 0.7]]), np.array([1]), np.ones((1, 3), dtype=bool))
    (array([0.5]), array([ True]))
    """
    chosen = distance[np.arange(len(distance)), current][:, None]
    farther = np.count_nonzero(available & (distance > chosen), axis=1)
    ties = np.count_nonzero(available & (distance == chosen), axis=1) - 1
    others = np.count_nonzero(available, axis=1) - 1
    choice = others > 0
    return (farther[choice] + ties[choice] / 2) / others[choice], choice
