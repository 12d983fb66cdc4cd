"""Simulate recalls of networks and theories alike: models and a paradigm in, a recall table out."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis import Recalls
from memsim.lesion import Lesion
from memsim.participant import Participant
from memsim.threads import one_thread
from paradigms import Schedule
from paradigms.scoring import Paradigm

#: lists simulated at a time
BATCH = 1000


class Model(Protocol):
    """Whatever can take part in a paradigm: a trained network, TCM, CMR, SAM."""

    def recall(self, schedule: Schedule, rng: np.random.Generator) -> NDArray[np.integer]:
        """Responses, as the `score` of the paradigm takes them."""
        ...


@runtime_checkable
class TimedModel(Model, Protocol):
    """A model that also knows the words of its intrusions, and when it responds: CMR2."""

    def respond(self, schedule: Schedule, rng: np.random.Generator) -> dict[str, NDArray[Any]]:
        """`responses`, and by name what else the `score` of the paradigm takes."""
        ...


def simulate(
    models: Model | Sequence[Model] | Mapping[str, Model | Sequence[Model]],
    paradigm: Paradigm,
    *,
    n_lists: int,
    seed: int = 0,
    lesion: Lesion | None = None,
) -> pd.DataFrame:
    """Recalls of simulated participants, one for each model given.

    Parameters
    ----------
    models : model, sequence of models, or mapping of label to model or sequence
        Trained networks (`memsim.train`) and theories (`memsim.cognitive`).
    paradigm : paradigm
        What all of them take part in.
    n_lists : int
        Lists per participant.
    seed : int
        The same seed gives the same lists and the same recalls.
    lesion : Lesion, optional
        Parts that do not work, from a certain event of each list on, in all models, which then
        must be networks that have them.

    Returns
    -------
    DataFrame
        A recall table: `subject` (from 1, in the order given), `list`, `trial_type`, `position`,
        `item`, `rt` (ms) where models give times, and `model`, the label, where models came in a
        mapping.

    Examples
    --------
    >>> from paradigms import FreeRecall
    >>> from memsim.cognitive import CMR, TCM
    >>> table = simulate(
    ...     {"CMR": CMR.preset("CMR-10"), "TCM": TCM.preset("TCM-10")}, FreeRecall(), n_lists=2
    ... )
    >>> table[table["trial_type"] == "study"].groupby(["model", "subject"]).size()
    model  subject
    CMR    1          20
    TCM    2          20
    dtype: int64
    """
    if n_lists < 1:
        raise ValueError(f"n_lists must be 1 or more, got {n_lists!r}")
    labelled = models if isinstance(models, Mapping) else {None: models}
    participants = [
        (label, model)
        for label, some in labelled.items()
        for model in (some if isinstance(some, Sequence) else [some])
    ]
    if not participants:
        raise ValueError("models is empty; give at least one model")
    tables = []
    for k, (label, model) in enumerate(participants):
        with one_thread():  # a sum in another order may turn a response into another one
            table = _recall_lists(model, paradigm, n_lists, [seed, k], lesion)
        table.insert(0, "subject", k + 1)
        if label is not None:
            table["model"] = label
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _lesionable(model: Model) -> Participant:
    if not isinstance(model, Participant):
        raise TypeError(
            f"only networks can be lesioned, but one of the models is a {type(model).__name__}"
        )
    return model


def _recall_lists(
    model: Model,
    paradigm: Paradigm,
    n_lists: int,
    seed: list[int],
    lesion: Lesion | None,
) -> pd.DataFrame:
    """Recall table of one participant, simulated batch by batch; without its subject."""
    rng = np.random.default_rng(seed)
    lists_seed = int(rng.integers(2**32))
    tables: list[pd.DataFrame] = []
    n_before = 0
    for i, start in enumerate(range(0, n_lists, BATCH)):
        schedule = paradigm.trials(lists_seed, i, min(BATCH, n_lists - start))
        said: dict[str, Any]
        if lesion is not None:
            said = {"responses": _lesionable(model).recall(schedule, rng, lesion=lesion)}
        elif isinstance(model, TimedModel):
            said = model.respond(schedule, rng)
        else:
            said = {"responses": model.recall(schedule, rng)}
        table = _table(paradigm.score(schedule, **said), paradigm.objective == "ordered")
        tables.append(table.assign(list=table["list"] + n_before))
        n_before = int(tables[-1]["list"].max())
    return pd.concat(tables, ignore_index=True)


def _table(scored: dict[str, Any], omissions: bool) -> pd.DataFrame:
    """What a paradigm scores, matrices or columns, as a recall table without subject."""
    if "recalled" not in scored:
        table = pd.DataFrame(scored)
        missing = {name: table[name] == 0 for name in ("item", "cue", "target") if name in table}
        for name, wrong in missing.items():
            if wrong.any():
                table[name] = table[name].astype("Int64").mask(wrong)
        return table
    labels = pd.DataFrame({"subject": 0, "list": np.arange(1, len(scored["recalled"]) + 1)})
    recalls = Recalls(labels=labels, omissions=omissions, **scored)
    return recalls.to_table().drop(columns="subject")
