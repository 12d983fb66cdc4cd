"""Measures of serial recall once more, list by list in plain loops from their definitions."""

from collections import Counter


def responses(report: list[int], length: int) -> list[str]:
    """Kind of each response; 0 omission, negative intrusion."""
    kinds = []
    report = (report + [0] * length)[:length]
    for place, word in enumerate(report, start=1):
        if word == 0:
            kinds.append("omission")
        elif word < 0:
            kinds.append("intrusion")
        elif word == place:
            kinds.append("correct")
        elif word in report[: place - 1]:
            kinds.append("repetition")
        else:
            kinds.append("transposition")
    return kinds


def displacements(report: list[int], length: int) -> Counter:
    """How many responses are how much too early."""
    return Counter(word - i for i, word in enumerate(report[:length], start=1) if word > 0)


def opportunities(length: int) -> Counter:
    """How many pairs of study position and place of the report are how far apart."""
    places = range(1, length + 1)
    return Counter(word - place for word in places for place in places)


def successors(report: list[int], length: int) -> set[int]:
    """Words that come right after the one they were studied after; the first at the start."""
    found = set()
    before = 0  # the start
    for i, word in enumerate(report[:length]):
        if word > 0 and word == before + 1 and (i == 0) == (word == 1):
            found.add(word)
        before = word
    return found


def after_skip(report: list[int], length: int) -> str | None:
    """What follows the first error, if that skips one word."""
    report = (report + [0] * length)[:length]
    for i, word in enumerate(report):
        expected = i + 1
        if word == expected:
            continue
        if word != expected + 1:
            return None
        following = report[i + 1]
        return {expected: "fill-in", expected + 2: "infill"}.get(following, "other")
    return None
