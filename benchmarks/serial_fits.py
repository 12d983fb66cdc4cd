"""What benchmarks.theories_serial fits: data sets, theories, folds, and their scores."""

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from memsim.cognitive.serial_recall import (
    ChainingModel,
    JointModel,
    PlaceTable,
    PrimacyModel,
    StartEndModel,
    UniformModel,
)
from memsim.fitting import FitWarning, People, fit

N_FOLDS = 5
LOGAN, FARRELL = "Logan (2021)", "Farrell & Lewandowsky (2004)"
#: people, list lengths, whether intrusions could happen
DATA = {
    LOGAN: ("logan2021/serial_recall", (5, 6, 7), True),
    FARRELL: ("farrell_lewandowsky2004/exp2_cond0", (6,), False),
}
#: the same parameters for all, own ones for each person, and for all again in reports without gaps
STAGES = ("shared", "own", "complete")
UNIFORM, PLACES, GRADIENT, POSITION, CHAIN, JOINT = (
    "No order",
    "Places, counted",
    "Primacy model",
    "Start-end model",
    "Chaining",
    "All three",
)
ORDER = [UNIFORM, GRADIENT, CHAIN, PLACES, POSITION, JOINT]
SEM = {"s0": 1.0, "S": 0.8, "e0": 0.6, "E": 0.5}
LINKS = {"k_f": 1.0, "a_b": 0.3, "k_b": 1.0, "a_0": 1.0, "k_0": 1.0, "p": 0.3, "p_d": 0.6}
#: weight of each theory in the joint model, and the parameters that go with it
PARTS = {
    GRADIENT: ("w_o", ("P", "D")),
    POSITION: ("w_p", ("S", "e0", "E")),
    CHAIN: ("w_c", tuple(LINKS)),
}
RULE = ("suppression", "r_s", "theta", "theta_x")


class Theory(NamedTuple):
    """What is fitted: a model to begin with, and the names of what is free."""

    model: Any
    free: tuple[str, ...]


def theories(intrusions: bool) -> dict[str, Theory]:
    """Every theory, with intrusions or without."""
    rule: dict[str, Any] = {"suppression": 0.95, "r_s": 0.3}

    def other(theta: float) -> dict[str, Any]:
        return {"theta": theta, "theta_x": theta if intrusions else None}

    models = {
        UNIFORM: UniformModel(**other(-1.0)),
        GRADIENT: PrimacyModel(P=8.0, D=0.3, tau=1.0, **other(1.0), **rule),
        POSITION: StartEndModel(**SEM, tau=0.15, **other(0.2), **rule),
        CHAIN: ChainingModel(**LINKS, tau=0.2, **other(0.1), **rule),
        JOINT: JointModel(
            w_o=0.3, w_p=3.0, w_c=2.0, P=8.0, D=0.3, tau=1.0, **SEM, **LINKS, **other(0.5), **rule
        ),
    }
    return {
        label: Theory(model, tuple(n for n in type(model).search if getattr(model, n) is not None))
        for label, model in models.items()
    }


def without(joint: Theory, part: str) -> Theory:
    """The joint model without one of the theories."""
    weight, shape = PARTS[part]
    free = tuple(name for name in joint.free if name not in (weight, *shape))
    return Theory(replace(joint.model, **{weight: 0.0}), free)


def own(joint: Theory, fitted: Any) -> Theory:
    """The joint model for one person: weights and rule are its own, the rest is as fitted to all."""
    weights = tuple(weight for weight, _ in PARTS.values())
    return Theory(fitted, tuple(name for name in joint.free if name in (*weights, *RULE)))


def folds(people: People) -> NDArray[np.integer]:
    """(lists,) fold of each list: of every five of a person and a length, one in each."""
    return people.labels.groupby(["subject", "list_length"]).cumcount().to_numpy() % N_FOLDS


def rows_of(people: People, models: Mapping[Any, Any], **labels: Any) -> Iterator[dict[str, Any]]:
    """Score of each person; a single model, under "all", is that of everybody."""
    for (subject,), some in people.groups(["subject"]):
        model = models.get(subject, models.get("all"))
        log_p = model.log_likelihood(some.schedule, some.responses)
        yield {
            "subject": subject,
            **labels,
            "nll": -float(log_p.sum()),
            "n_responses": int(some.schedule.asked.sum()),
        }


def fitted_to(theory: Theory, people: People, by: str | None, n_starts: int) -> Any:
    """Fits of a theory; whether they converged goes into the table, not onto the screen."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FitWarning)
        return fit(theory.model, people, by=by, free=theory.free, n_starts=n_starts)


def shared_fits(
    people: People, known: Mapping[str, Theory], n_starts: int, parts: bool
) -> dict[str, Any]:
    """One set of parameters for everybody; the joint model also without each of its parts."""
    fits = {}
    for label, theory in known.items():
        # the joint model has several optima, the others have shown one
        starts = n_starts if label == JOINT or parts else 1
        fits[label] = fitted_to(theory, people, None, starts)
    if parts:
        joint = Theory(fits[JOINT].models["all"], known[JOINT].free)
        for part in PARTS:  # these begin where the whole has ended
            fits[f"{JOINT} but {part}"] = fitted_to(without(joint, part), people, None, n_starts)
    return fits


def own_fits(people: People, known: Mapping[str, Theory], n_starts: int) -> dict[str, Any]:
    """A set of parameters for each person."""
    joint = fitted_to(known[JOINT], people, None, 1).models["all"]
    todo = {**known, JOINT: own(known[JOINT], joint)}
    return {label: fitted_to(each, people, "subject", n_starts) for label, each in todo.items()}


def compare(
    people: People, intrusions: bool, parameters: str, n_starts: int
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Scores of all theories on one data set, in sample (fold -1) and held out.

    Returns
    -------
    scores, and what was fitted in sample
    """
    fold, known, rows = folds(people), theories(intrusions), []
    in_sample: dict[str, Any] = {}
    for held in range(-1, N_FOLDS):
        train = people if held < 0 else people.take(np.flatnonzero(fold != held))
        test = people if held < 0 else people.take(np.flatnonzero(fold == held))
        groups = {"all": train}
        if parameters == "own":
            groups = {key: some for (key,), some in train.groups(["subject"])}
            fits = own_fits(train, known, n_starts if held < 0 else 1)
        else:
            fits = shared_fits(train, known, n_starts if held < 0 else 2, parts=held < 0)
        in_sample = in_sample or fits
        labels: dict[str, Any] = {"parameters": parameters, "fold": held}
        for label, each in fits.items():
            labels |= {
                "theory": label,
                "n_free": sum(name.startswith("se_") for name in each.table),
                "converged": each.table["converged"].mean(),
                "slope": each.table["slope"].max(),
                "at_bound": each.table["at_bound"].mode()[0],
            }
            rows += rows_of(test, each.models, **labels)
        tables = {
            key: PlaceTable.fitted(some.schedule, some.responses) for key, some in groups.items()
        }
        lengths = np.unique(train.labels["list_length"])
        labels |= {"theory": PLACES, "n_free": int((lengths * (lengths + intrusions)).sum())}
        rows += rows_of(test, tables, **(labels | {"converged": 1.0, "slope": 0.0, "at_bound": ""}))
        print(f"  fold {held + 1} of {N_FOLDS}", flush=True)
    return pd.DataFrame(rows), in_sample


def complete(people: People) -> People:
    """Lists reported without omission or intrusion, where theories differ in order alone."""
    asked = people.schedule.asked.sum(axis=1)
    rows = (people.responses > 0).sum(axis=1) == asked
    return people.take(np.flatnonzero(rows))
