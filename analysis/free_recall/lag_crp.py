"""Lag-CRP: from one recall to the next, how far along the list, given what was left to recall."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.checks import one_of
from analysis.counts import Counts, at_first_places, first_places, ratios
from analysis.free_recall.features import study_values
from analysis.free_recall.transitions import (
    Intrusions,
    Test,
    Transition,
    check_options,
    count_transitions,
)
from analysis.recalls import Recalls, as_recalls

Repeated = Literal["first", "nearest"]


def lag_crp(
    recalls: pd.DataFrame | Recalls,
    by: str | Sequence[str] | None = None,
    skip_outputs: int = 0,
    intrusions: Intrusions = "break",
    lag_key: str | pd.Series = "input",
    repeated: Repeated = "first",
    count_unique: bool = False,
    item_query: str | None = None,
    test_key: str | pd.Series | None = None,
    test: Test | None = None,
) -> pd.DataFrame:
    """Conditional response probability by lag, of each subject.

    A transition counts if both words were studied and neither had been recalled before. Possible
    are the words of the list not yet recalled.

    Parameters
    ----------
    recalls : recall table or Recalls
    by : str or list of str
        Labels that divide the lists of a subject, such as "condition".
    skip_outputs : int
        Leave out transitions that start from the first so many responses of a list, intrusions
        and repeats among them: 2 leaves out those from the first to the second and from the
        second to the third response, which in immediate recall are mostly recency. Words recalled
        there still count as recalled.
    intrusions : {"break", "bridge"}
        Whether an intrusion or a repeat breaks the sequence (psifr, pybeh, EMBAM), or is passed
        over, so that the words on both sides of it make a transition (quail does so with
        intrusions, jaxcmr with repeats).
    lag_key : str or Series
        Whole numbers whose difference is the lag: "input" (study position), a column of the study
        rows, or a Series indexed by item. Lags beyond the list length - 1 are refused.
    repeated : {"first", "nearest"}
        Where a word studied several times in a list lies: at its first position, or, of all its
        positions, at that of the smallest lag (of two, forwards). Either way it is one word,
        recalled once. psifr 0.10.1 enters it into the recalls once for each position.
    count_unique : bool
        Whether words at the same lag (by `lag_key`) are possible once in a transition, together.
    item_query : str, optional
        Words to look at, as a pandas query over their columns, such as "input > 4". The others
        are never possible, and recall of one breaks the sequence.
    test_key : str or Series, optional
        Feature that `test` looks at: a column of the study rows, or a Series indexed by item.
    test : function, optional
        Of the values of `test_key` before (transitions, 1) and after (transitions, L), which
        transitions to look at; words that do not pass are not possible. Within categories:
        ``test_key="category", test=lambda before, after: before == after``.

    Returns
    -------
    DataFrame
        `subject`, the `by` columns, `lag` (study positions forward), `prob`, `actual` and
        `possible` (transitions). Lag 0 is never possible by study position, its `prob` NaN, as in
        psifr.

    Raises
    ------
    ValueError
        If an option is none of those above, or `lag_key` is not of whole numbers.

    Examples
    --------
    From 2 to 3, when 1 and 3 were left, then from 3 to 1, when only 1 was left:

    >>> lag_crp(Recalls.from_positions([[2, 3, 1]], list_length=3))
       subject  lag  prob  actual  possible
    0        1   -2   1.0       1         1
    1        1   -1   0.0       0         1
    2        1    0   NaN       0         0
    3        1    1   1.0       1         1
    4        1    2   NaN       0         0

    References
    ----------
    Kahana, M. J. (1996). Associative retrieval processes in free recall. Memory & Cognition,
    24(1), 103-109.
    """
    counts = partial(
        lag_crp_counts,
        lag_key=lag_key,
        repeated=repeated,
        count_unique=count_unique,
        skip_outputs=skip_outputs,
        intrusions=intrusions,
        item_query=item_query,
        test_key=test_key,
        test=test,
    )
    return ratios(as_recalls(recalls), counts, by, "prob")


def lag_crp_counts(
    recalls: Recalls,
    lag_key: str | pd.Series = "input",
    repeated: Repeated = "first",
    count_unique: bool = False,
    skip_outputs: int = 0,
    intrusions: Intrusions = "break",
    item_query: str | None = None,
    test_key: str | pd.Series | None = None,
    test: Test | None = None,
) -> Counts:
    """Counts per list: x is the lag, (lists, 2 L - 1)."""
    length = recalls.presented.shape[1]
    x = pd.DataFrame({"lag": np.arange(1 - length, length)})
    check_options(skip_outputs, intrusions, test_key, test)
    plain = isinstance(lag_key, str) and lag_key == "input" and repeated == "first"
    if plain and item_query is None and test is None:
        return Counts(x, *_count_by_position(recalls, skip_outputs, intrusions))
    lags = lag_function(recalls, lag_key, repeated)
    cells = partial(_cells, lags=lags, length=length)
    counted = count_transitions(
        recalls,
        len(x),
        cells,
        count_unique,
        skip_outputs=skip_outputs,
        intrusions=intrusions,
        item_query=item_query,
        test_key=test_key,
        test=test,
    )
    return Counts(x, *counted)


def _cells(
    transition: Transition, lags: Callable[[Transition], NDArray[np.integer]], length: int
) -> NDArray[np.integer]:
    return lags(transition) + length - 1


def _count_by_position(
    recalls: Recalls, skip_outputs: int = 0, intrusions: Intrusions = "break"
) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """`count_transitions` of all words, by position: compiled, for speed."""
    from analysis.kernels import count_lags

    recalled, available = at_first_places(recalls)
    n_lists, length = available.shape
    actual = np.zeros((n_lists, 2 * length - 1), dtype=np.int16)
    possible = np.zeros_like(actual)
    count_lags(recalled, available, skip_outputs, intrusions == "bridge", actual, possible)
    return actual, possible


def lag_function(
    recalls: Recalls, lag_key: str | pd.Series = "input", repeated: Repeated = "first"
) -> Callable[[Transition], NDArray[np.integer]]:
    """The lag (transitions, L) to each word, of any transitions of these recalls."""
    one_of("repeated", repeated, ("first", "nearest"))
    values = _whole_numbers(recalls, lag_key)
    first = first_places(recalls.presented)

    def lags(transition: Transition) -> NDArray[np.integer]:
        rows = transition.rows
        return values[rows] - values[rows, transition.previous][:, None]

    def nearest(transition: Transition) -> NDArray[np.integer]:
        assert first is not None
        rows = transition.rows
        return _nearest_lags(values[rows], first[rows], transition.previous)

    return lags if repeated == "first" or first is None else nearest


def _nearest_lags(
    values: NDArray[np.integer], first: NDArray[np.integer], previous: NDArray[np.integer]
) -> NDArray[np.integer]:
    """Smallest lag from any place of the previous word to any place of each word, forward of two.

    Every word is found at its first place, whatever stands at its others.
    """
    n, length = first.shape
    far = 2 * length + 1
    nearest = np.full((n, length), far)
    for start in range(length):
        from_here = first[:, start] == previous
        for end in range(length):
            lag = np.where(from_here, values[:, end] - values[:, start], far)
            word = first[:, end]
            best = nearest[np.arange(n), word]
            # half a lag less for forwards, so that it wins a tie
            better = np.abs(lag - 0.25) < np.abs(best - 0.25)
            nearest[np.arange(n)[better], word[better]] = lag[better]
    return nearest


def _whole_numbers(recalls: Recalls, lag_key: str | pd.Series) -> NDArray[np.int16]:
    """(lists, L) The numbers whose difference is the lag; 0 beyond the end of a list."""
    if isinstance(lag_key, str) and lag_key == "input":
        return study_values(recalls, lag_key).astype(np.int16)
    studied = recalls.presented != 0
    values = np.where(studied, study_values(recalls, lag_key), 0)
    try:
        numbers = values.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"lag_key must be of whole numbers, here it is {values[studied][0]!r}; to divide "
            "transitions by a category use test_key and test"
        ) from error
    low = np.where(studied, numbers, np.inf).min(axis=1)
    high = np.where(studied, numbers, -np.inf).max(axis=1)
    length = recalls.presented.shape[1]
    if (numbers % 1 != 0).any() or (high - low >= length).any():
        raise ValueError(
            f"lag_key must be of whole numbers less than the {length} positions of a list apart, "
            f"here a list has {numbers[np.argmax(high - low)].tolist()}; number them from 1 "
            "within each list, or count distances in bins with distance_crp"
        )
    # within a list: beginning from 0, small integers hold them
    return np.where(studied, numbers - low[:, None], 0).astype(np.int16)
