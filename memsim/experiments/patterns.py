"""Which sources show a pattern that people show, and what is unlike people, by stated rules.

All take rows of a summary.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import pandas as pd

#: an advantage in probability from which it counts as one
ADVANTAGE = 0.05
#: differences of probabilities from people's that are told
FAR = 0.15


class Pattern(NamedTuple):
    """Something that people's recall shows.

    Attributes
    ----------
    name : str
    rule : str
        What has to hold for a source to show it, in words.
    shown : function
        Whether a row of the summary shows it; None where its numbers do not tell.
    """

    name: str
    rule: str
    shown: Callable[[pd.Series], bool | None]


def at_least(row: pd.Series, high: str, low: str, by: float = ADVANTAGE) -> bool | None:
    """Whether one number exceeds another by so much; None if one is missing.

    Examples
    --------
    >>> at_least(pd.Series({"first": 0.9, "middle": 0.8}), "first", "middle")
    True
    """
    difference = row[high] - row[low]
    # sums of decimals may fall short of the bound by a rounding error
    return None if pd.isna(difference) else bool(round(difference, 9) >= by)


def times(row: pd.Series, high: str, low: str, factor: float) -> bool | None:
    """Whether one number is so many times another, or more; None if one is missing."""
    if pd.isna(row[high]) or pd.isna(row[low]):
        return None
    return bool(round(row[high] - factor * row[low], 9) >= 0 and row[high] > 0)


def decided(patterns: Sequence[Pattern], table: pd.DataFrame) -> list[Pattern]:
    """Those of the patterns that the numbers of any source decide."""
    rows = [row for _, row in table.iterrows()]
    return [one for one in patterns if any(one.shown(row) is not None for row in rows)]


def who_shows(patterns: Sequence[Pattern], table: pd.DataFrame) -> str:
    """A list with an item for each pattern: who shows it and who does not."""
    lines = []
    for pattern in patterns:
        shown = {str(row["source"]): pattern.shown(row) for _, row in table.iterrows()}
        parts = [
            f"{said} {', '.join(names)}"
            for said, names in (
                ("shown by", [name for name, yes in shown.items() if yes is True]),
                ("not by", [name for name, yes in shown.items() if yes is False]),
                ("left open by the numbers of", [n for n, yes in shown.items() if yes is None]),
            )
            if names
        ]
        lines.append(f"- **{pattern.name}** ({pattern.rule}): {'; '.join(parts)}.")
    return "\n".join(lines)


def what(row: pd.Series) -> str:
    """What a source is, and how it was fitted.

    Examples
    --------
    >>> what(pd.Series({"kind": "theory", "preset": "A", "status": "reference parameters"}))
    'theory, A, reference parameters'
    """
    if row["kind"] == "theory":
        to = f" to {row['fitted_to']}" if row["status"] == "fitted elsewhere" else ""
        by = "" if pd.isna(row.get("fitted_by")) else f" by {row['fitted_by']}"
        return f"theory, {row['preset']}, {row['status']}{to}{by}"
    n = row["subjects"]
    if row["kind"] == "people":
        return f"{n} subjects" if n else "a published curve"
    return f"{n} network{'s' if n > 1 else ''}, {row['status']}"


def unlike_rules(patterns: Sequence[Pattern]) -> str:
    """The rules of `unlike_people`."""
    return (
        f"Told are probabilities that differ from people's by more than {FAR:.2f}, and patterns "
        f"({', '.join(pattern.name for pattern in patterns)}; rules above) that only one of both "
        "shows."
    )


def unlike_people(
    row: pd.Series,
    people: pd.Series,
    probabilities: Mapping[str, str],
    patterns: Sequence[Pattern],
) -> list[str]:
    """What of one source is not like people, one phrase each.

    Parameters
    ----------
    row, people : rows of the summary
    probabilities : mapping of str to str
        Columns, and what a source does so often.
    patterns : sequence of Pattern
    """
    found = []
    for pattern in patterns:
        shown, by_people = pattern.shown(row), pattern.shown(people)
        if shown is not None and by_people is not None and shown != by_people:
            lacks = f"no {pattern.name}" if by_people else f"{pattern.name}, which people lack"
            found.append(lacks)
    for name, what in probabilities.items():
        if round(abs(row[name] - people[name]), 9) > FAR:
            often = "too often" if row[name] > people[name] else "too seldom"
            found.append(f"{what} {often} ({row[name]:.2f}, people {people[name]:.2f})")
    return found


def unlike_line(row: pd.Series, found: Sequence[str]) -> str:
    """One item of a list: what of one source is not like people."""
    return f"- **{row['source']}**: {'; '.join(found) if found else 'nothing by these rules'}."


def not_like_people(
    table: pd.DataFrame,
    probabilities: Mapping[str, str],
    patterns: Sequence[Pattern],
) -> list[str]:
    """Section on what is not like people; none if nobody is laid beside."""
    people = table[table["kind"] == "people"]
    if people.empty:
        return []
    lines = [
        unlike_line(row, unlike_people(row, people.iloc[0], probabilities, patterns))
        for _, row in table[table["kind"] != "people"].iterrows()
    ]
    return ["## What is not like people", unlike_rules(patterns), "\n".join(lines)]


def closest(networks: pd.DataFrame, distances: Mapping[str, str]) -> str:
    """Which network is closest to people in each curve; empty where none is known.

    Parameters
    ----------
    networks : DataFrame
        Rows of the summary.
    distances : mapping of str to str
        Columns of RMSD, and the curve each is of.
    """
    nearest = []
    for name, what in distances.items():
        for _, row in networks.dropna(subset=name).nsmallest(1, name).iterrows():
            nearest.append(f"in the {what} {row['source']} ({row[name]:.3f})")
    if not nearest:
        return ""
    return f"Of the networks, closest to people by RMSD are {', '.join(nearest)}."


def changes(networks: pd.DataFrame, numbers: Mapping[str, str]) -> str:
    """How the first and the last of some networks differ."""
    least, most = networks.iloc[0], networks.iloc[-1]
    said = [
        f"{what} from {least[name]:.2f} to {most[name]:.2f}"
        for name, what in numbers.items()
        if pd.notna(least[name]) and pd.notna(most[name])
    ]
    return f"From *{least['source']}* to *{most['source']}* go {', '.join(said)}."
