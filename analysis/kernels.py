"""The loops that are run over millions of lists, compiled by numba.

Import from within functions, for numba takes a while to load.
"""

from typing import Any

from numba import njit

_compile: Any = njit(cache=True, nogil=True)


@_compile
def add_rows(values, group, summed):
    """Add each row of `values` (lists, x) to the row of its group in `summed` (groups, x)."""
    for i in range(values.shape[0]):
        to = group[i]
        for k in range(values.shape[1]):
            summed[to, k] += values[i, k]


@_compile
def count_lags(recalled, available, skip_outputs, bridge, actual, possible):
    """Add to `actual` and `possible` (lists, 2 L - 1) the transitions of each list.

    `recalled` (lists, outputs) are study positions from 1, each word always at the same one, and
    `available` (lists, L) those that could be recalled; it is used up.
    """
    n_lists, length = available.shape
    for i in range(n_lists):
        left = available[i]
        previous = -1
        since = 0
        for output in range(recalled.shape[1]):
            place = recalled[i, output] - 1
            if place >= 0 and left[place]:
                if previous >= 0 and since >= skip_outputs:
                    origin = length - 1 - previous
                    actual[i, place + origin] += 1
                    for word in range(length):
                        possible[i, word + origin] += left[word]
                left[place] = False
                previous = place
                since = output
            elif not bridge:
                previous = -1


@_compile
def count_outputs(recalled, available, included, actual, possible):
    """Add to `actual` and `possible` (lists, L, L) which word came nth, and which could have.

    As `count_lags`; words outside `included` (lists, L) take no output position.
    """
    length = available.shape[1]
    for i in range(available.shape[0]):
        left = available[i]
        nth = 0
        for output in range(recalled.shape[1]):
            place = recalled[i, output] - 1
            if place < 0 or not left[place]:
                continue
            if included[i, place]:
                actual[i, nth, place] += 1
                for word in range(length):
                    possible[i, nth, word] += left[word] and included[i, word]
                nth += 1
            left[place] = False


@_compile
def last_studied(order, subject, number, presented, recalled, said, n_items, lag):
    """Write into `lag` (lists, outputs) how many lists before each intrusion its word was studied.

    `order` goes through the lists by subject and by number; `presented` and `said` are words from
    0 to n_items - 1, -1 for none; `lag` stays as it is where the word was in no earlier list.
    """
    last = [-1] * n_items  # the list of each word, by its row
    for row in order:
        for output in range(recalled.shape[1]):
            word = said[row, output]
            if recalled[row, output] < 0 and word >= 0:
                before = last[word]
                if before >= 0 and subject[before] == subject[row]:
                    lag[row, output] = number[row] - number[before]
        for place in range(presented.shape[1]):
            if presented[row, place] >= 0:
                last[presented[row, place]] = row


@_compile
def study_positions(presented, said, n_items, position):
    """Write into `position` (lists, outputs) where each word said stands in its list, from 1.

    `presented` (lists, L) and `said` are words from 1 to n_items - 1, 0 for none. Of a word shown
    twice it is the first place, -1 of one that the list did not show, and 0 stays 0.
    """
    shown_in = [-1] * n_items  # the last list that showed each word, and where
    place_of = [0] * n_items
    for i in range(presented.shape[0]):
        for place in range(presented.shape[1] - 1, -1, -1):
            if presented[i, place] > 0:
                shown_in[presented[i, place]] = i
                place_of[presented[i, place]] = place + 1
        for output in range(said.shape[1]):
            word = said[i, output]
            if word > 0:
                position[i, output] = place_of[word] if shown_in[word] == i else -1
