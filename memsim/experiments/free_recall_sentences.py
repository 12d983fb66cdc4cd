"""What sources of recalls do, and what is not like people, in sentences made from the numbers.

All take rows of `memsim.experiments.free_recall_report.summary`.
"""

import pandas as pd

from memsim.experiments.patterns import ADVANTAGE, FAR, changes, closest, what

#: difference in words recalled that is told, as a share of people's
FAR_IN_WORDS = 0.2

UNLIKE_RULES = (
    f"Told are probabilities that differ from people's by more than {FAR:.2f}, words by more than "
    f"{FAR_IN_WORDS:.0%}, intrusions and repeats by more than 0.1 a list and a factor of two, and "
    "effects that only one of both shows. Primacy and recency are an advantage of the first and "
    f"last word over the middle third by {ADVANTAGE:.2f} or more; an asymmetry is a factor of two "
    "or more between lag-CRP(+1) and lag-CRP(-1)."
)


def description(row: pd.Series) -> str:
    """What one source does."""
    who = f"**{row['source']}** ({what(row)})"
    if pd.isna(row["pfr_last"]):
        return f"{who}: no responses at all."
    parts = [
        (
            f"{who}: {row['words']:.1f} words a list, with {row['intrusions']:.2f} intrusions and "
            f"{row['repeats']:.2f} repeats."
        ),
        (
            f"Recall begins with the last word in {row['pfr_last']:.0%} of lists and with the first "
            f"in {row['pfr_first']:.0%}."
        ),
        (
            f"The first word is recalled in {row['spc_first']:.0%} of lists, words of the middle third "
            f"in {row['spc_middle']:.0%}, the last word in {row['spc_last']:.0%}: "
            f"{'primacy' if _primacy(row) else 'no primacy'}, "
            f"{'recency' if _recency(row) else 'no recency'}."
        ),
        "Too few transitions for a lag-CRP."
        if _no_transitions(row)
        else f"Lag-CRP is {row['crp_plus1']:.2f} at +1 and {row['crp_minus1']:.2f} at -1: "
        f"{_asymmetry(row)}.",
    ]
    return " ".join(parts)


def _primacy(row: pd.Series) -> bool:
    return bool(row["spc_first"] - row["spc_middle"] >= ADVANTAGE)


def _recency(row: pd.Series) -> bool:
    return bool(row["spc_last"] - row["spc_middle"] >= ADVANTAGE)


def _no_transitions(row: pd.Series) -> bool:
    return bool(pd.isna(row["crp_plus1"]) or pd.isna(row["crp_minus1"]))


def _asymmetry(row: pd.Series) -> str:
    forward, backward = row["crp_plus1"], row["crp_minus1"]
    if max(forward, backward) < 2 * min(forward, backward) or forward == backward:
        return "no asymmetry by a factor of two"
    return "a forward asymmetry" if forward > backward else "a backward asymmetry"


def unlike_people(row: pd.Series, people: pd.Series) -> list[str]:
    """What of one network or theory is not like people, one phrase each; see `UNLIKE_RULES`."""
    found = []
    words, human_words = row["words"], people["words"]
    if abs(words - human_words) > FAR_IN_WORDS * human_words:
        more = "more" if words > human_words else "fewer"
        found.append(f"{more} words recalled ({words:.1f}, people {human_words:.1f})")
    for name in ("intrusions", "repeats"):
        value, human_value = row[name], people[name]
        if abs(value - human_value) > 0.1 and not human_value / 2 <= value <= 2 * human_value:
            many = "too many" if value > human_value else "no" if value == 0 else "too few"
            found.append(f"{many} {name} ({value:.2f}, people {human_value:.2f})")
    for name, shows in (("primacy", _primacy), ("recency", _recency)):
        if shows(row) != shows(people):
            found.append(f"no {name}" if shows(people) else f"{name}, which people lack")
    for name, doing in (
        ("spc_first", "recalls the first word"),
        ("spc_middle", "recalls the middle third"),
        ("spc_last", "recalls the last word"),
        ("pfr_first", "begins with the first word"),
        ("pfr_last", "begins with the last word"),
        ("pfr_none", "begins with an intrusion"),
        ("crp_plus1", "goes on to the next word"),
        ("crp_minus1", "goes back to the word before"),
    ):
        if abs(row[name] - people[name]) > FAR:
            often = "too often" if row[name] > people[name] else "too seldom"
            found.append(f"{doing} {often} ({row[name]:.2f}, people {people[name]:.2f})")
    if _no_transitions(row):
        found.append("too few transitions for a lag-CRP")
    elif _asymmetry(row) != _asymmetry(people):
        found.append(f"{_asymmetry(row)}, where people have {_asymmetry(people)}")
    return found


def with_noise(networks: pd.DataFrame, dncs: pd.DataFrame) -> str:
    """How the DNCs with least and most forgetting differ, and which networks are closest to people.

    Parameters
    ----------
    networks, dncs : DataFrame
        Rows of the summary: of all networks, and of DNCs from least to most noise.
    """
    numbers = {
        "words": "words",
        "intrusions": "intrusions",
        "pfr_last": "first recalls of the last word",
        "crp_plus1": "lag-CRP(+1)",
        "crp_minus1": "lag-CRP(-1)",
    }
    distances = {
        "rmsd_spc": "serial position curve",
        "rmsd_pfr": "probability of first recall",
        "rmsd_crp": "lag-CRP",
    }
    said = [changes(dncs, numbers)] if len(dncs) > 1 else []
    return " ".join([*said, closest(networks, distances)]).strip()
