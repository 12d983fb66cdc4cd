"""What is compared: something that is fitted to lists and then predicts others."""

import warnings
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from torch import Tensor

from memsim.cognitive import PRESETS
from memsim.cognitive.free_recall import Descriptive, Rich, Static, Uniform
from memsim.cognitive.free_recall.descriptive import LAG
from memsim.cognitive.free_recall.log_linear import Anchor, LogLinear
from memsim.cognitive.serial_recall import PlaceTable, UniformModel
from memsim.cognitive.stopping import SaturatedStop
from memsim.comparison.behaviour import FittedToBehaviour
from memsim.comparison.task_trained import NetworkReadOut, calibrate
from memsim.fitting.fits import FitWarning, fit
from memsim.fitting.people import People
from memsim.fitting.space import search_space
from paradigms import Event, Schedule

Kind = Literal["description", "theory", "network"]

#: lists counted beforehand, at every number of recalls, as having stopped there and as having gone on
STOP_PRIOR = 0.5
#: recalls for which there is a hazard, so that lists longer than those fitted to have one too
LONGEST = 100


class Fitted(Protocol):
    """What a contender is after its fit.

    It may also have `log_choice(schedule, responses)`, the choices given that recall goes on;
    `recall(schedule, rng)`, which simulates responses; and `of_subject(subject)`, which gives what
    is to be scored on the lists of that subject.
    """

    def log_likelihood(self, schedule: Schedule, responses: NDArray[np.integer], /) -> Tensor:
        """(lists, events) log probability of each response given those before it."""
        ...


class Contender(Protocol):
    """Something to compare.

    It may also have `kind`, "description", "theory" or "network" (the default); `fitted_to`, a
    phrase on what was fitted; `n_free(people)`, the numbers estimated from them but for when
    recall stops, None where they cannot be counted; and `at_best()`, what is fitted instead for
    AIC and BIC, where `fit` does not end at the maximum of the likelihood.
    """

    name: str

    def fit(self, training: People, seed: int) -> Fitted:
        """Fit to these lists and to nothing else."""
        ...


def stop_of(training: People) -> SaturatedStop:
    """When recall stops, the same for all: how often it did after each number of recalls."""
    n_recalled = np.count_nonzero(training.responses, axis=1)
    list_length = (training.schedule.event == Event.STUDY).sum(axis=1)
    rule = SaturatedStop.estimate(n_recalled, list_length, prior=STOP_PRIOR)
    beyond = max(LONGEST - len(rule.probability), 0)
    # a half where no list got, as `estimate` has it
    return SaturatedStop((*rule.probability, *[0.5] * beyond))


@dataclass(frozen=True, kw_only=True)
class LogLinearContender:
    """Tables of weights, estimated where a ridge and the likelihood are best.

    Parameters
    ----------
    name : str
    model : type
        `Uniform`, `Static`, `Descriptive` or `Rich`.
    anchor : "start" or "ends"
        From where positions are counted in lists of another length.
    ridge : float
        See `LogLinear.estimate`; with 1, weights that data know well hardly feel it.
    """

    name: str
    model: type[LogLinear]
    anchor: Anchor = "start"
    ridge: float = 1.0

    kind: ClassVar[Kind] = "description"
    fitted_to: ClassVar[str] = "weights, to training lists, with a ridge"

    def fit(self, training: People, seed: int) -> LogLinear:
        """See `Contender`; there is no chance in it."""
        return self.model.estimate(
            training.schedule,
            training.responses,
            ridge=self.ridge,
            stop=stop_of(training),
            **({} if self.model is Uniform else {"anchor": self.anchor}),
        )

    def n_free(self, people: People) -> int | None:
        """Weights that make a difference; of many that a ridge holds there is no number."""
        if self.model is Rich:
            return None
        n_positions: int = people.schedule.presented.shape[1]
        n_lags = 2 * min(n_positions - 1, LAG)
        # a softmax takes one from each table; and where no lag is clipped, a slope over lags is one
        # over positions
        sizes: dict[str, int] = {"lag": n_lags - int(n_positions - 1 <= LAG)}
        return sum(sizes.get(name, n_positions) - 1 for name in self.model.tables)

    def at_best(self) -> "LogLinearContender":
        """Without a ridge."""
        return replace(self, ridge=0.0)


@dataclass(frozen=True, kw_only=True)
class TheoryContender:
    """A theory, its parameters found by maximum likelihood.

    Parameters
    ----------
    name : str
    model : model
        Which theory, in which variant, and where the first climb starts.
    n_starts, rounds : int
        See `memsim.fitting.fit`.
    kind : {"theory", "description"}
        A model without a theory may be fitted like one.
    """

    name: str
    model: Any
    n_starts: int = 5
    rounds: int = 0
    kind: Kind = field(default="theory", repr=False)

    fitted_to: ClassVar[str] = "parameters, to training lists, by maximum likelihood"

    def fit(self, training: People, seed: int) -> Any:
        """See `Contender`."""
        with warnings.catch_warnings():
            # a fit that has not converged only scores worse than it could
            warnings.simplefilter("ignore", FitWarning)
            fits = fit(
                self.model,
                training,
                by=None,
                n_starts=self.n_starts,
                rounds=self.rounds,
                seed=seed,
            )
        if "all" not in fits.models:
            raise ValueError(
                f"{self.name} could not be fitted: {', '.join(fits.table['status'].unique())}"
            )
        model = fits.models["all"]
        return replace(model, stop=stop_of(training)) if hasattr(model, "stop") else model

    def n_free(self, people: People) -> int:
        """Parameters that are searched."""
        return len(search_space(self.model).names)


@dataclass(frozen=True, kw_only=True)
class PlacesContender:
    """Serial recall: how often each response was given at each place, counted."""

    name: str = "Places, counted"

    kind: ClassVar[Kind] = "description"
    fitted_to: ClassVar[str] = "response frequencies by place, to training lists"

    def fit(self, training: People, seed: int) -> PlaceTable:
        """See `Contender`; there is no chance in it."""
        return PlaceTable.fitted(training.schedule, training.responses)

    def n_free(self, people: People) -> int:
        """Frequencies, less one for each place."""
        lengths = np.unique((people.schedule.event == Event.STUDY).sum(axis=1))
        return int((lengths * (lengths + 1)).sum())


@dataclass(frozen=True, kw_only=True, eq=False)
class TaskTrained:
    """A network that was trained on the task, and on no people; only its read-out is calibrated.

    Parameters
    ----------
    name : str
    readout : NetworkReadOut
    """

    name: str
    readout: NetworkReadOut

    kind: ClassVar[Kind] = "network"
    fitted_to: ClassVar[str] = (
        "weights, to the task; one number, the temperature of the read-out, to training lists"
    )

    def fit(self, training: People, seed: int) -> NetworkReadOut:
        """See `Contender`; the seed is that of codes and noise."""
        calibrated = calibrate(replace(self.readout, seed=seed), training)
        return replace(calibrated, stop=stop_of(training))


@dataclass(frozen=True)
class FittedToEach:
    """A fit for each subject; see `EachSubject`."""

    models: dict[Hashable, Any]

    def of_subject(self, subject: Hashable) -> Any:
        """Of this subject."""
        if subject not in self.models:
            raise ValueError(
                f"nothing was fitted to subject {subject!r}, who has no list to train on; fits of "
                "single subjects say nothing of others"
            )
        return self.models[subject]


@dataclass(frozen=True)
class EachSubject:
    """A contender fitted to every subject apart.

    Parameters
    ----------
    contender : contender
    """

    contender: Any

    @property
    def name(self) -> str:
        """That of the contender, and that each subject is fitted."""
        return f"{self.contender.name}, each subject"

    @property
    def kind(self) -> Kind:
        """That of the contender."""
        return getattr(self.contender, "kind", "network")

    @property
    def fitted_to(self) -> str:
        """As that of the contender, for each subject."""
        return f"{getattr(self.contender, 'fitted_to', 'to training lists')}; subject by subject"

    def fit(self, training: People, seed: int) -> FittedToEach:
        """See `Contender`."""
        groups = training.groups(["subject"])
        return FittedToEach({key[0]: self.contender.fit(some, seed) for key, some in groups})

    def at_best(self) -> "EachSubject":
        """That of the contender."""
        if not hasattr(self.contender, "at_best"):
            return self
        return EachSubject(self.contender.at_best())

    def n_free(self, people: People) -> int | None:
        """Of all subjects together."""
        counted = getattr(self.contender, "n_free", None)
        n = None if counted is None else counted(people)
        return None if n is None else n * people.labels["subject"].nunique()


def _theory(name: str, preset: str, **options: Any) -> TheoryContender:
    return TheoryContender(name=name, model=PRESETS[preset].parameters, **options)


def _serial_theory(name: str, preset: str) -> TheoryContender:
    """In which intrusions can happen, as they do in people."""
    model = PRESETS[preset].parameters
    return TheoryContender(name=name, model=replace(model, theta_x=model.theta))


#: contenders of free recall and of serial recall, by the name that the command line knows
FREE_CONTENDERS: dict[str, Any] = {
    "uniform": LogLinearContender(name="Uniform", model=Uniform),
    "static": LogLinearContender(name="Static", model=Static),
    "static-ends": LogLinearContender(name="Static, from both ends", model=Static, anchor="ends"),
    "tcm": _theory("TCM", "TCM-10r"),
    "cmr": _theory("CMR", "CMR-10u", rounds=1),
    "descriptive": LogLinearContender(name="Descriptive", model=Descriptive),
    "descriptive-ends": LogLinearContender(
        name="Descriptive, from both ends", model=Descriptive, anchor="ends"
    ),
    "rich": LogLinearContender(name="Rich", model=Rich),
    "rich-ends": LogLinearContender(name="Rich, from both ends", model=Rich, anchor="ends"),
    "gru": FittedToBehaviour(network="gru"),
    "dnc": FittedToBehaviour(network="dnc"),
}
SERIAL_CONTENDERS: dict[str, Any] = {
    "no-order": TheoryContender(
        name="No order", model=UniformModel(theta=-1.0, theta_x=-1.0), kind="description"
    ),
    "primacy": _serial_theory("Primacy model", "primacy-softmax"),
    "chaining": _serial_theory("Chaining", "chaining-softmax"),
    "places": PlacesContender(),
    "start-end": _serial_theory("Start-end model", "SEM-softmax"),
}


def find_contenders(names: Sequence[str], serial: bool = False) -> list[Any]:
    """Contenders by name.

    Raises
    ------
    ValueError
        If there is none of that name for these data.

    Examples
    --------
    >>> [each.name for each in find_contenders(["uniform", "cmr"])]
    ['Uniform', 'CMR']
    """
    known = SERIAL_CONTENDERS if serial else FREE_CONTENDERS
    unknown = [name for name in names if name not in known]
    if unknown:
        kind = "serial" if serial else "free"
        raise ValueError(
            f"there is no contender {unknown[0]!r} for {kind} recall; there are {', '.join(known)}"
        )
    if len({*names}) < len(names):
        twice = pd.Series([*names])[pd.Series([*names]).duplicated()].iloc[0]
        raise ValueError(f"{twice!r} is named twice")
    return [known[name] for name in names]
