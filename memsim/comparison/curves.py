"""Curves of simulated lists beside people's, and how near halves of people come to each other."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis import Recalls, g2, noise_ceiling
from analysis.counts import sum_groups
from analysis.statistics.noise_ceiling import list_counts, mean_curve
from analysis.statistics.rmsd import compared
from memsim.fitting.curves import Measured, measures_of
from memsim.fitting.people import People

#: measures whose x are the same for all lists of a condition, and that have a G2
FREE = ("spc", "pfr", "lag_crp")
#: measures in which each occasion is at one of the x
ONE_OF_THE_X = ("pfr",)


class Replicates(NamedTuple):
    """Simulated responses to people's lists, again and again.

    Attributes
    ----------
    rows : (lists,) integers
        Which of people's lists.
    responses : (times, lists, outputs) integers
    """

    rows: NDArray[np.integer]
    responses: NDArray[np.integer]


def replicates(parts: Sequence[tuple[NDArray[np.integer], Any]]) -> Replicates:
    """Simulated responses of all folds together; a list in several splits counts once for each."""
    width = max(generated.shape[2] for _, generated in parts)
    padded = [np.pad(g, ((0, 0), (0, 0), (0, width - g.shape[2]))) for _, g in parts]
    rows = np.concatenate([rows for rows, _ in parts])
    order = np.argsort(rows, kind="stable")
    return Replicates(rows[order], np.concatenate(padded, axis=1)[:, order])


def distances(simulated: dict[str, Replicates], people: People) -> pd.DataFrame:
    """How far curves of simulated lists are from people's.

    Parameters
    ----------
    simulated : dict of str to Replicates
        Of each contender.
    people : People

    Returns
    -------
    DataFrame
        One row per contender, condition and measure ("spc", "pfr", "lag_crp"; in serial recall
        "accuracy", "transpositions"): `rmsd`, mean over replicates (of lag-CRPs over lags up to
        5; curves are means over subjects); `rmsd_sd`, their standard deviation; `g2`, of counts
        summed over subjects, under the probabilities of all replicates together (NaN for serial
        recall, where x differ).
    """
    rows = []
    for name, (lists, responses) in simulated.items():
        some = people.take(lists)
        for number, (condition, paradigm, _) in enumerate(some.conditions()):
            of_people = _recalls(some, some.responses, number)
            again = [_recalls(some, each.astype(np.int64), number) for each in responses]
            for measured in measures_of(paradigm):
                rows.append(
                    {"contender": name, "condition": condition, "measure": measured.name}
                    | _distance(measured, of_people, again)
                )
    return pd.DataFrame(rows)


def _recalls(people: People, responses: NDArray[np.integer], condition: int) -> Recalls:
    """Responses to the lists of one condition, as measures take them."""
    lists = replace(people, responses=responses, recalls=None)
    _, paradigm, some = [*lists.conditions()][condition]
    return some.clean_recalls(paradigm)


def _distance(measured: Measured, people: Recalls, again: Sequence[Recalls]) -> dict[str, float]:
    x, actual, possible = list_counts(measured.measure, people, {})
    keep = compared(x)
    subject = pd.factorize(people.labels["subject"])[0]
    theirs = _curve(actual, possible, subject)[keep]
    found, sums = [], [np.zeros(len(x)), np.zeros(len(x))]
    for each in again:
        _, happened, could = list_counts(measured.measure, each, {})
        deviation = (_curve(happened, could, subject)[keep] - theirs) ** 2
        deviation = deviation[~np.isnan(deviation)]
        found.append(np.sqrt(deviation.mean()) if len(deviation) else np.nan)
        sums[0] += happened.sum(axis=0)
        sums[1] += could.sum(axis=0)
    can = measured.name in FREE and bool(((sums[1] > 0) & (possible.sum(axis=0) > 0))[keep].any())
    return {
        "rmsd": float(np.mean(found)),
        "rmsd_sd": float(np.std(found, ddof=1)) if len(found) > 1 else np.nan,
        "g2": _g2(measured, x, sums, actual, possible) if can else np.nan,
    }


def _curve(
    actual: NDArray[np.number], possible: NDArray[np.number], subject: NDArray[np.integer]
) -> NDArray[np.float64]:
    n = int(subject.max()) + 1
    return mean_curve(sum_groups(actual, subject, n), sum_groups(possible, subject, n))


def _g2(
    measured: Measured,
    x: pd.DataFrame,
    simulated: Sequence[NDArray[np.float64]],
    actual: NDArray[np.number],
    possible: NDArray[np.number],
) -> float:
    tables = [
        pd.DataFrame({measured.x: x[measured.x], "actual": happened, "possible": could})
        for happened, could in (simulated, (actual.sum(axis=0), possible.sum(axis=0)))
    ]
    kind: Literal["binomial", "multinomial"] = (
        "multinomial" if measured.name in ONE_OF_THE_X else "binomial"
    )
    return float(g2(tables[0], tables[1], measured.x, distribution=kind)["g2"].iloc[0])


def ceilings(people: People, n_splits: int = 100, seed: int = 0) -> pd.DataFrame:
    """How far curves of random halves of people are from each other.

    Parameters
    ----------
    people : People
    n_splits : int
        Random splits, averaged.
    seed : int

    Returns
    -------
    DataFrame
        One row per condition, measure and `halves`, "lists" (halves of each subject's lists) or
        "subjects": `rmsd`. A kind of halves that cannot be made is left out.
    """
    rows = []
    for condition, paradigm, some in people.conditions():
        recalls = some.clean_recalls(paradigm)
        n_subjects, fewest = _numbers(some)
        for measured in measures_of(paradigm):
            for halves in ("lists", "subjects"):
                if (fewest if halves == "lists" else n_subjects) < 2:
                    continue
                found = noise_ceiling(
                    measured.measure, recalls, n_splits=n_splits, seed=seed, halves=halves
                )
                rows.append(
                    {"condition": condition, "measure": measured.name, "halves": halves}
                    | {"rmsd": float(found["rmsd"].iloc[0])}
                )
    return pd.DataFrame(rows)


def _numbers(people: People) -> tuple[int, int]:
    """Subjects, and lists of the one with fewest."""
    n = people.labels["subject"].value_counts()
    return len(n), int(n.min())
