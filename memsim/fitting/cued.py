"""What people answered in cued recall, as a theory takes it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis import cued_tests, human_data, load_human
from memsim.fitting.people import People
from paradigms import Event, Schedule

#: seconds of each pair and of each test; theories of cued recall count events
SECONDS = 1.0


def observe_cued(data: str | pd.DataFrame) -> People:
    """Lists of pairs and people's answers to their cues.

    Parameters
    ----------
    data : recall table of cued recall, or str
        Or the name of human data, as "davis2008" (see `analysis.load_human`). Pairs are taken to
        follow each other at once, and the tests the last pair. Where the table only says how
        often pairs were presented (a column `presentations`), they come in rounds: all pairs, then
        those presented twice or more, and so on.

    Returns
    -------
    People
        Words are numbered. Responses are item numbers, -1 for a word from outside the list (or
        the cue itself) and 0 for none. Labels: `subject`, `list`.

    Raises
    ------
    ValueError
        If it is no cued recall.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "subject": 1, "list": 1, "trial_type": ["study", "study", "recall", "recall"],
    ...     "position": [1, 2, 1, 2], "cue": ["owl", "elk", "ant", "elk"],
    ...     "item": ["ant", "bee", "owl", "cow"]})
    >>> people = observe_cued(table)
    >>> people.schedule.event, people.responses
    (array([[1, 1, 3, 4, 3, 4]]), array([[ 1, -1]]))
    """
    if isinstance(data, str):
        if (kind := human_data(data).kind) != "cued":
            raise ValueError(f"{data} is {kind} recall; cued recall is needed")
        loaded = load_human(data)
        assert isinstance(loaded, pd.DataFrame)  # of cued recall there is only the table
        data = loaded
    tests = cued_tests(data)
    study = data[data["trial_type"] == "study"].sort_values("position", kind="stable")
    if "presentations" in study:
        times = study["presentations"].to_numpy().astype(np.int64)
        rounds = [study[times > k] for k in range(int(times.max()))]
        study = pd.concat(rounds).sort_values(["subject", "list"], kind="stable")
    words = pd.unique(pd.concat([study["cue"], study["item"]]).astype(object))
    number = pd.Series(np.arange(1, len(words) + 1), index=words)
    pairs = study[["subject", "list"]].assign(
        first=number.loc[study["cue"]].to_numpy(), second=number.loc[study["item"]].to_numpy()
    )
    said = tests["kind"].isin(["correct", "same-list intrusion"]) & (
        tests["answer"] != tests["cue"]
    )
    # words from outside are answers, too
    item = tests["answer"].where(said).map(number).fillna(-1).mask(tests["kind"] == "omission", 0)
    asked = tests[["subject", "list"]].assign(
        cue=number.loc[tests["cue"]].to_numpy(),
        answer=number.loc[tests["target"]].to_numpy(),
        response=item.to_numpy().astype(np.int64),
    )
    of_tests = dict(list(asked.groupby(["subject", "list"], sort=False)))
    lists = [
        _List(rows[["first", "second"]].to_numpy(), of_tests[key][["cue", "answer"]].to_numpy())
        for key, rows in pairs.groupby(["subject", "list"], sort=False)
        if key in of_tests
    ]
    keys = [key for key in pairs.groupby(["subject", "list"], sort=False).groups if key in of_tests]
    responses = np.zeros((len(lists), max(len(one.asked) for one in lists)), dtype=np.int64)
    for row, key in zip(responses, keys, strict=True):
        row[: len(of_tests[key])] = of_tests[key]["response"]
    return People(_schedule(lists), responses, pd.DataFrame(keys, columns=["subject", "list"]))


@dataclass(frozen=True, eq=False)
class _List:
    """Pairs in order of study, and cues with the words they ask for in order of test."""

    pairs: NDArray[np.integer]
    asked: NDArray[np.integer]


def _schedule(lists: list[_List]) -> Schedule:
    shape = len(lists), max(len(one.pairs) + 2 * len(one.asked) for one in lists)
    event, item, partner, answer = (np.zeros(shape, dtype=np.int64) for _ in range(4))
    for row, one in enumerate(lists):
        n, n_steps = len(one.pairs), len(one.pairs) + 2 * len(one.asked)
        event[row, :n_steps] = Event.STUDY
        item[row, :n], partner[row, :n] = one.pairs.T
        event[row, n:n_steps:2], event[row, n + 1 : n_steps : 2] = Event.CUE, Event.RESPONSE
        item[row, n:n_steps:2], answer[row, n + 1 : n_steps : 2] = one.asked.T
    seconds = np.isin(event, (Event.STUDY, Event.RESPONSE)) * SECONDS
    return Schedule(event, seconds, item, partner, answer)
