"""What people did, as a theory takes it: a schedule and the responses to it, list by list."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis import Recalls, as_recalls, human_data, load_human
from memsim.cognitive.responses import clean
from paradigms import Event, Schedule
from paradigms.scoring import Paradigm

#: paradigm of all lists, or of those with each value of a label
Paradigms = Paradigm | Mapping[Any, Paradigm]


@dataclass(frozen=True, eq=False)
class People:
    """Lists that people studied and recalled; row i of everything is the same list.

    Attributes
    ----------
    schedule : Schedule
        What was shown, and when.
    responses : (lists, outputs) integers
        As the `score` of the paradigm takes them. In free recall cleaned: no intrusions, no
        repetitions.
    labels : DataFrame
        `subject`, `list` and whatever else describes each list.
    paradigm : paradigm, or mapping of label to paradigm, optional
        What the lists are of; needed for curves alone.
    paradigm_by : str
        That label.
    recalls : Recalls, optional
        The same lists as they came, with intrusions and repetitions.
    """

    schedule: Schedule
    responses: NDArray[np.integer]
    labels: pd.DataFrame
    paradigm: Paradigms | None = None
    paradigm_by: str = "condition"
    recalls: Recalls | None = None

    def __post_init__(self) -> None:
        counts = {self.schedule.n_lists, len(self.responses), len(self.labels)}
        if len(counts) != 1:
            raise ValueError(
                "schedule, responses and labels must have one row for each list; they have "
                f"{self.schedule.n_lists}, {len(self.responses)} and {len(self.labels)}"
            )
        if not len(self.labels):
            raise ValueError("there are no lists; a filter before this may have matched nothing")

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, rows: NDArray[np.integer]) -> "People":
        """Some of the lists, by row number."""
        return replace(
            self,
            schedule=self.schedule.take(rows),
            responses=self.responses[rows],
            labels=self.labels.iloc[rows].reset_index(drop=True),
            recalls=None if self.recalls is None else self.recalls.take(rows),
        )

    def groups(self, by: Sequence[str]) -> Iterator[tuple[tuple[Hashable, ...], "People"]]:
        """The lists of each subject (or whatever else `by` names), in the order they come."""
        for name in by:
            if name not in self.labels.columns:
                raise ValueError(
                    f"by={name!r} is no label of the lists; they have {[*self.labels.columns]}"
                )
        if not by:
            yield (), self
            return
        rows = self.labels.reset_index(drop=True).groupby([*by], sort=False, dropna=False).indices
        for key in self.labels[[*by]].drop_duplicates().itertuples(index=False, name=None):
            yield key, self.take(np.asarray(rows[key if len(by) > 1 else key[0]]))

    def conditions(self) -> Iterator[tuple[str, Any, "People"]]:
        """Name, paradigm and lists of each condition: all lists of one paradigm and one length."""
        if self.paradigm is None:
            raise ValueError(
                "these People name no paradigm, which curves need; give People(paradigm=...)"
            )
        length = (self.schedule.event == Event.STUDY).sum(axis=1)
        several = self.paradigm if isinstance(self.paradigm, Mapping) else None
        value = np.zeros(len(self)) if several is None else self.labels[self.paradigm_by]
        kinds = pd.DataFrame({"label": np.asarray(value), "length": length})
        for label, n in kinds.drop_duplicates().itertuples(index=False, name=None):
            rows = np.flatnonzero((kinds["label"] == label) & (kinds["length"] == n))
            paradigm: Any = self.paradigm if several is None else several[label]
            names = [str(label)] if several else []
            if len(pd.unique(length)) > 1 and str(n) not in names:
                names.append(f"{n} items" if several else str(n))
            one = replace(paradigm, list_length=int(n)) if n != paradigm.list_length else paradigm
            yield ", ".join(names), one, self.take(rows)

    def clean_recalls(self, paradigm: Any) -> Recalls:
        """The lists of one condition as `Recalls`, without what was cleaned away."""
        scored = paradigm.score(self.schedule, self.responses)
        return Recalls(labels=self.labels, omissions=paradigm.objective == "ordered", **scored)


def observe_people(
    data: str | pd.DataFrame | Recalls,
    paradigm: Paradigms,
    *,
    paradigm_by: str = "condition",
) -> People:
    """What people did, as a theory takes it.

    Parameters
    ----------
    data : recall table, Recalls or str
        Lists of free or serial recall; or "NAME" or "NAME/CONDITION" of human data, as
        "murdock1962/20-1" (see `analysis.load_human`).
    paradigm : paradigm, or mapping of label to paradigm
        Says when the words were shown and what came between. A mapping gives one for each value
        of a label; lists of other values are an error.
    paradigm_by : str
        That label.

    Returns
    -------
    People
        With the words really shown, at the times of the paradigm.

    Raises
    ------
    ValueError
        If there are no lists, a list is of a length that the paradigm does not have, a label has
        no paradigm, or the paradigm is neither free nor serial recall.

    Examples
    --------
    >>> from paradigms import FreeRecall
    >>> recalls = Recalls.from_positions([[3, -1, 3, 1], [2, 0, 0, 0]], list_length=3)
    >>> people = observe_people(recalls, FreeRecall(list_length=3))
    >>> people.responses
    array([[3, 1, 0, 0],
           [2, 0, 0, 0]])
    >>> people.schedule.presented
    array([[1, 2, 3],
           [1, 2, 3]])
    """
    recalls = find_people(data, omissions=_is_serial(paradigm))
    if not isinstance(paradigm, Mapping):
        people = _people(recalls, paradigm, np.arange(len(recalls)), None)
        return replace(people, paradigm=paradigm, recalls=recalls)
    if paradigm_by not in recalls.labels.columns:
        raise ValueError(
            f"paradigm is given by {paradigm_by!r}, which is no label of the lists; they have "
            f"{[*recalls.labels.columns]}"
        )
    value = recalls.labels[paradigm_by].to_numpy()
    unknown = [v for v in pd.unique(value) if v not in paradigm]
    if unknown:
        raise ValueError(
            f"there is no paradigm for {paradigm_by} {unknown[0]!r}; there are for {[*paradigm]}"
        )
    parts = []
    for label, one in paradigm.items():
        rows = np.flatnonzero(value == label)
        if len(rows):
            parts.append(_people(recalls, one, rows, f"{paradigm_by} {label!r}"))
    people = _stack(parts, [np.flatnonzero(value == label) for label in paradigm])
    return replace(people, paradigm=paradigm, paradigm_by=paradigm_by, recalls=recalls)


def find_people(data: str | pd.DataFrame | Recalls, omissions: bool = False) -> Recalls:
    """The dense twin of human data by name, of a recall table, or the twin itself."""
    if not isinstance(data, str):
        return as_recalls(data, omissions)
    name, _, condition = data.partition("/")
    if (kind := human_data(name).kind) == "cued":
        raise ValueError(f"{name} is {kind} recall; free or serial is needed")
    loaded = as_recalls(load_human(name), omissions)
    if not condition:
        return loaded
    there = loaded.labels["condition"].to_numpy()
    if condition not in there:
        raise ValueError(
            f"{name} has no condition {condition!r}; it has {', '.join(map(str, pd.unique(there)))}"
        )
    return loaded.take(there == condition)


def _is_serial(paradigm: Paradigms) -> bool:
    kinds = [*paradigm.values()] if isinstance(paradigm, Mapping) else [paradigm]
    for one in kinds:
        if "position" not in getattr(one, "response_set", ()):
            raise ValueError(
                f"people's {type(one).__name__} cannot be read from a recall table here, only free "
                "and serial recall; give fit a People of your own: schedule, responses and labels"
            )
    serial = {one.objective == "ordered" for one in kinds}
    if len(serial) != 1:
        raise ValueError(
            "paradigm must hold paradigms of free recall or of serial recall, not both"
        )
    return serial.pop()


def _people(
    recalls: Recalls, paradigm: Any, rows: NDArray[np.integer], where: str | None
) -> People:
    """Some of the lists, all of one paradigm."""
    some = recalls.take(rows)
    labels = some.labels.reset_index(drop=True)
    lengths = paradigm.list_length
    lengths = tuple(lengths) if isinstance(lengths, tuple | list) else (lengths,)
    other = ~np.isin(some.list_length, lengths)
    if other.any():
        i = int(other.argmax())
        raise ValueError(
            f"list {labels['list'][i]} of subject {labels['subject'][i]} has "
            f"{some.list_length[i]} words, but {type(paradigm).__name__} "
            f"{f'of {where} ' if where else ''}has list_length={paradigm.list_length}; give the "
            "paradigm in which these people took part"
        )
    parts, order = [], []
    for length in np.unique(some.list_length):
        of_length = np.flatnonzero(some.list_length == length)
        same = replace(paradigm, list_length=int(length))
        presented = some.presented[of_length, :length]
        recalled = some.recalled[of_length].astype(np.int64)
        if paradigm.objective == "ordered":
            responses = _as_reported(same, recalled)
        else:
            responses = clean(recalled)
        schedule = _schedule(same, presented)
        parts.append(People(schedule, responses, labels.iloc[of_length]))
        order.append(of_length)
    return _stack(parts, order)


def _as_reported(paradigm: Any, recalled: NDArray[np.integer]) -> NDArray[np.integer]:
    """Responses of serial recall in output order; those after the last place are left out."""
    n_places = paradigm.list_length
    report = np.pad(recalled, ((0, 0), (0, max(n_places - recalled.shape[1], 0))))[:, :n_places]
    return report if paradigm.direction == "forward" else report[:, ::-1]


def _schedule(paradigm: Any, presented: NDArray[np.integer]) -> Schedule:
    """The events of the paradigm, with these words; distractors are items of their own."""
    events = paradigm.trials(0, 0, n_lists=1)
    n_lists, n_steps = len(presented), events.event.shape[1]
    item, answer = (np.zeros((n_lists, n_steps), dtype=np.int64) for _ in range(2))
    kind = events.event[0]
    item[:, kind == Event.STUDY] = presented
    distractors = kind == Event.DISTRACTOR
    item[:, distractors] = presented.max() + 1 + np.arange(distractors.sum())
    if paradigm.objective == "ordered":
        forward = paradigm.direction == "forward"
        answer[:, kind == Event.RESPONSE] = presented if forward else presented[:, ::-1]
    return Schedule(
        event=np.tile(kind, (n_lists, 1)),
        duration=np.tile(events.duration[0], (n_lists, 1)),
        item=item,
        answer=answer,
    )


def _stack(parts: Sequence[People], rows: Sequence[NDArray[np.integer]]) -> People:
    """Lists of several schedules in one, shorter ones padded, each in its row."""
    order = np.argsort(np.concatenate(rows))
    steps = max(part.schedule.event.shape[1] for part in parts)
    outputs = max(part.responses.shape[1] for part in parts)

    def stacked(matrices: Sequence[NDArray[Any]], width: int) -> NDArray[Any]:
        padded = [np.pad(each, ((0, 0), (0, width - each.shape[1]))) for each in matrices]
        return np.concatenate(padded)[order]

    names = ("event", "duration", "item", "partner", "answer")
    schedules = [part.schedule for part in parts]
    return People(
        Schedule(**{name: stacked([getattr(s, name) for s in schedules], steps) for name in names}),
        stacked([part.responses for part in parts], outputs),
        pd.concat([part.labels for part in parts], ignore_index=True)
        .iloc[order]
        .reset_index(drop=True),
    )
