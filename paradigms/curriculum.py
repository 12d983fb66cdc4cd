"""Curricula as data: stages of a paradigm, and when training goes on to the next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from paradigms.settings import check_whole


@dataclass(frozen=True)
class Stage:
    """Settings of a paradigm, and what ends them.

    A stage ends as soon as one of the conditions that are given holds. The last stage of a
    curriculum has no end.

    Parameters
    ----------
    settings : mapping of str to value
        Fields of the paradigm that this stage changes, such as ``{"list_length": 4}``.
    updates : int, optional
        It ends after that many updates.
    loss : float, optional
        It ends when the mean loss over the last `window` updates of the stage is this or lower.
    accuracy : float, optional
        It ends when the mean accuracy over the last `window` updates of the stage is this or higher.
    window : int
        Updates that are averaged; a stage gated by loss or accuracy has at least that many.

    Raises
    ------
    ValueError
        If a number is out of range.
    """

    settings: Mapping[str, Any] = field(default_factory=dict)
    updates: int | None = None
    loss: float | None = None
    accuracy: float | None = None
    window: int = 100

    def __post_init__(self) -> None:
        for name in ("updates", "window"):
            value = getattr(self, name)
            if value is not None:
                check_whole(name, value)
                if value < 1:
                    raise ValueError(f"{name} must be 1 or more, got {value}")
        if self.accuracy is not None and not 0 < self.accuracy <= 1:
            raise ValueError(
                f"accuracy must be a share above 0 and at most 1, got {self.accuracy}; give per "
                "cent as hundredths"
            )

    @property
    def has_end(self) -> bool:
        """Whether any condition is given."""
        return any(end is not None for end in (self.updates, self.loss, self.accuracy))

    def length(self, losses: NDArray[np.floating], accuracies: NDArray[np.floating]) -> int | None:
        """Updates after which the stage ends, given what each of them brought; None if it goes on."""
        n = len(losses)
        if self.loss is None and self.accuracy is None:
            return self.updates if self.updates is not None and n >= self.updates else None
        over = np.zeros(n, dtype=bool)
        if self.updates is not None:
            over[self.updates - 1 :] = True
        for bound, values, sign in ((self.loss, losses, 1), (self.accuracy, accuracies, -1)):
            if bound is not None and n >= self.window:
                means = np.lib.stride_tricks.sliding_window_view(values, self.window).mean(axis=1)
                over[self.window - 1 :] |= sign * means <= sign * bound
        return int(over.argmax()) + 1 if over.any() else None


@dataclass(frozen=True)
class Curriculum:
    """Stages in order, for any paradigm.

    Parameters
    ----------
    stages : sequence of Stage

    Raises
    ------
    ValueError
        If there is no stage, or one before the last has no end.

    Examples
    --------
    Lists of two until accuracy reaches .9 over three updates, but no longer than ten; then of four:

    >>> short = Stage({"list_length": 2}, updates=10, accuracy=0.9, window=3)
    >>> curriculum = Curriculum([short, Stage({"list_length": 4})])
    >>> curriculum.stage(accuracies=[0.5, 0.9, 0.9])
    0
    >>> curriculum.stage(accuracies=[0.5, 0.9, 0.9, 0.9])
    1
    >>> from paradigms import FreeRecall
    >>> curriculum.task(FreeRecall(), 1).list_length
    4
    """

    stages: Sequence[Stage]

    def __post_init__(self) -> None:
        if not self.stages:
            raise ValueError("stages is empty; give at least one Stage")
        endless = [k for k, stage in enumerate(self.stages[:-1]) if not stage.has_end]
        if endless:
            raise ValueError(
                f"stage {endless[0] + 1} of {len(self.stages)} has no end: give it updates, loss or "
                "accuracy; only the last goes on for good"
            )

    def stage(self, losses: ArrayLike | None = None, accuracies: ArrayLike | None = None) -> int:
        """Stage of the next update, from 0, given the history of training so far.

        Parameters
        ----------
        losses, accuracies : (updates,) floats, optional
            What each update so far has brought. Give at least one of them, of the kind that the
            stages ask for; stages that are gated by count take either.

        Returns
        -------
        int
            A function of the history alone, so that training that resumes finds its stage again.

        Raises
        ------
        ValueError
            If a history is missing that a stage asks for, or the two differ in length.
        """
        given = {
            name: np.asarray(values, dtype=float)
            for name, values in (("losses", losses), ("accuracies", accuracies))
            if values is not None
        }
        if len({values.shape for values in given.values()}) != 1:
            raise ValueError(
                "give losses or accuracies, or both of one length, with a number for each update; "
                f"got { ({name: values.shape for name, values in given.items()}) }"
            )
        for name, asked in (("losses", "loss"), ("accuracies", "accuracy")):
            gated = any(getattr(stage, asked) is not None for stage in self.stages)
            if gated and name not in given:
                raise ValueError(f"a stage ends by {asked}, so give {name}")
        unknown = np.full(next(iter(given.values())).shape, np.nan)
        left = [given.get(name, unknown) for name in ("losses", "accuracies")]
        for k, stage in enumerate(self.stages[:-1]):
            length = stage.length(*left)
            if length is None:
                return k
            left = [values[length:] for values in left]
        return len(self.stages) - 1

    def task(self, paradigm: Any, stage: int) -> Any:
        """The paradigm as it is in a stage."""
        return replace(paradigm, **self.stages[stage].settings)


def growing_lists(list_length: int, updates: int = 100, steps: int = 4) -> Curriculum:
    """Lists that grow by count: a quarter of their length, a quarter more every 100 updates.

    Parameters
    ----------
    list_length : int
        Of the last stage.
    updates : int
        Updates at each length.
    steps : int
        Into how many parts the length is divided.

    Examples
    --------
    >>> from paradigms import FreeRecall
    >>> curriculum = growing_lists(10)
    >>> [curriculum.task(FreeRecall(), k).list_length for k in range(len(curriculum.stages))]
    [2, 4, 6, 8, 10]
    >>> [curriculum.stage(losses=np.ones(update)) for update in (0, 99, 100, 399, 400, 5000)]
    [0, 0, 1, 3, 4, 4]
    """
    part = max(1, list_length // steps)
    lengths = [*range(part, list_length, part), list_length]
    return Curriculum([Stage({"list_length": n}, updates=updates) for n in lengths])


def lists_once_learnt(
    list_length: int, loss: float = 0.5, updates: int = 800, window: int = 30
) -> Curriculum:
    """Lists of two that grow by two fifths whenever they are learnt: for long lists.

    Parameters
    ----------
    list_length : int
        Of the last stage.
    loss : float
        Nats per response, stopping included, at which a length counts as learnt.
    updates : int
        After so many it is left in any case.
    window : int
        Updates over which the loss is averaged.

    Examples
    --------
    >>> [dict(stage.settings)["list_length"] for stage in lists_once_learnt(20).stages]
    [2, 3, 5, 7, 10, 14, 20]
    """
    lengths = [min(2, list_length)]
    while lengths[-1] < list_length:
        lengths.append(min(list_length, int(np.ceil(1.4 * lengths[-1]))))
    learnt = [
        Stage({"list_length": n}, loss=loss * (n + 1), updates=updates, window=window)
        for n in lengths[:-1]
    ]
    return Curriculum([*learnt, Stage({"list_length": list_length})])


def default_curriculum(paradigm: Any) -> Curriculum:
    """What a paradigm is learnt by where nothing else is said: lists that grow by count.

    Lists grow to the length of the paradigm (the shortest, if it has several), tests with them;
    groups come last. Lengths that the paradigm cannot have, as where categories fill a list, are
    left out. A paradigm without a `list_length` stays as it is.

    Examples
    --------
    >>> from paradigms import Recognition
    >>> [dict(stage.settings) for stage in default_curriculum(Recognition(8)).stages][:2]
    [{'list_length': 2, 'n_targets': 2, 'n_lures': 2}, {'list_length': 4, 'n_targets': 4, 'n_lures': 4}]
    """
    whole = Stage()
    if not hasattr(paradigm, "list_length"):
        return Curriculum([whole])
    lengths = getattr(paradigm, "lengths", (paradigm.list_length,))
    growing = growing_lists(min(lengths)).stages[:-1] if min(lengths) > 1 else ()
    stages = []
    for stage in growing:
        n = stage.settings["list_length"]
        settings: dict[str, Any] = {"list_length": n}
        for name in ("n_targets", "n_lures", "n_tests"):
            if getattr(paradigm, name, 0):
                settings[name] = min(n, getattr(paradigm, name))
        if getattr(paradigm, "group_sizes", ()):
            settings |= {"group_sizes": (), "pause": 0.0}
        if _can_have(paradigm, settings):
            stages.append(Stage(settings, updates=stage.updates))
    return Curriculum([*stages, whole])


def _can_have(paradigm: Any, settings: Mapping[str, Any]) -> bool:
    try:
        replace(paradigm, **settings)
    except ValueError:  # what a paradigm raises for settings that do not go together
        return False
    return True
