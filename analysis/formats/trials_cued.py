"""Read the `trials.csv` of cued recall into the recall table of cued recall."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.table import check_table


def read_cued(trials: pd.DataFrame) -> pd.DataFrame:
    """Recall table of cued recall from either kind of `trials.csv`.

    One row per test (Davis et al., 2008): `subject, list, test_position, cue_item, response_item,
    pair_position, forward, response_type, response_list, response_pair_position, rt_ms, retest`.
    Words are numbers there and become words ("41"), since they count from 0. The file does not
    hold the pairs, so they are put together from the tests: the cue, the answer where it was
    correct, and any intrusion from a pair otherwise not known. Such an intrusion is taken to be
    the word that its pair lacks, and the second, a guess, if it lacks both. A word that never
    occurs is named after its place, "unknown 3.2.1" for list 3, pair 2, first word.

    One row per pair tested twice (Kahana, 2002): `subject, list, pair, word1, word2,
    presentations`, and for tests 1 and 2 `test1_direction` (F: the cue is the first word, B: the
    second), `test1_answer` and `test1_rt_ms`. The order of study and of tests is not in the file:
    `position` follows the pairs, all first tests before all second ones. An answer C is the word
    asked for, F a wrong word, unknown and named after its place, P and N no answer.

    Parameters
    ----------
    trials : DataFrame

    Returns
    -------
    DataFrame
        `subject, list, trial_type, position, cue, item`, with `direction` ("forward",
        "backward"), `rt` (milliseconds) and `response_type` and `retest`, or `presentations`,
        `test` and `answer`.

    Examples
    --------
    >>> trials = pd.DataFrame({
    ...     "subject": 1, "list": 1, "pair": [0], "word1": "owl", "word2": "elk",
    ...     "presentations": 3, "test1_direction": "F", "test1_answer": "C", "test1_rt_ms": 900,
    ...     "test2_direction": "B", "test2_answer": "P", "test2_rt_ms": 1500})
    >>> read_cued(trials)[["trial_type", "position", "cue", "item", "direction", "answer"]]
      trial_type  position  cue item direction answer
    0      study         1  owl  elk       NaN    NaN
    1     recall         1  owl  elk   forward      C
    2     recall         2  elk  NaN  backward      P
    """
    table = _from_tests(trials) if "cue_item" in trials.columns else _from_pairs(trials)
    order = {"study": 0, "recall": 1}
    table = table.sort_values(
        ["subject", "list", "trial_type", "position"],
        key=lambda column: column.map(order) if column.name == "trial_type" else column,
        ignore_index=True,
    )
    check_table(table, paradigm="cued recall")
    return table


def _need(trials: pd.DataFrame, columns: list[str]) -> None:
    missing = [column for column in columns if column not in trials.columns]
    if missing:
        raise ValueError(
            f"trials.csv of cued recall needs the columns {', '.join(columns)}; "
            f"{', '.join(missing)} missing here, which has {', '.join(trials.columns)}"
        )


def _from_tests(trials: pd.DataFrame) -> pd.DataFrame:
    columns = "subject list test_position cue_item response_item pair_position forward"
    further = "response_type response_list response_pair_position rt_ms retest"
    _need(trials, [*columns.split(), *further.split()])
    forward = trials["forward"].to_numpy() == 1
    answered = trials["response_type"] != "omission_or_unscored"
    answer = trials["response_item"].astype(str).where(answered, None)
    tests = trials[["subject", "list", "response_type", "retest"]].assign(
        trial_type="recall",
        position=trials["test_position"],
        cue=trials["cue_item"].astype(str),
        item=answer,
        direction=np.where(forward, "forward", "backward"),
        rt=trials["rt_ms"].astype(float),
    )
    return pd.concat([_pairs(trials, tests, forward), tests], ignore_index=True)


def _pairs(trials: pd.DataFrame, tests: pd.DataFrame, forward: NDArray[np.bool_]) -> pd.DataFrame:
    """Study rows, of every place up to the last that the tests mention."""
    at = trials["pair_position"]
    asked = pd.DataFrame({"list": trials["list"], "pair": at, "word": tests["cue"]})
    asked["side"] = np.where(forward, 1, 2)
    correct = asked.assign(word=tests["item"], side=3 - asked["side"])
    correct = correct[trials["response_type"] == "correct"]
    intruded = pd.DataFrame(
        {
            "list": trials["response_list"],
            "pair": trials["response_pair_position"],
            "word": tests["item"],
            "side": 0,
        }
    )[trials["response_type"].isin(["ili", "pli"])]
    known = pd.concat([asked, correct, intruded]).assign(subject=trials["subject"])
    words: dict[Any, dict[int, str]] = {}
    places = known[["subject", "list", "pair"]].itertuples(index=False, name=None)
    for place, word, side in zip(places, known["word"], known["side"], strict=True):
        of_pair = words.setdefault(place, {})
        if side:
            of_pair[side] = word
        elif word not in of_pair.values():
            # cues and correct answers came before: this is what they left open
            of_pair.setdefault(1 if 2 in of_pair else 2, word)

    rows = []
    for subject, number in trials[["subject", "list"]].drop_duplicates().itertuples(index=False):
        for pair in range(1, int(at.max()) + 1):
            of_pair = words.get((subject, number, pair), {})
            both = (of_pair.get(side, f"unknown {number}.{pair}.{side}") for side in (1, 2))
            rows.append((subject, number, "study", pair, *both))
    return pd.DataFrame(rows, columns=["subject", "list", "trial_type", "position", "cue", "item"])


def _from_pairs(trials: pd.DataFrame) -> pd.DataFrame:
    each = [f"test{test}_{what}" for test in (1, 2) for what in ("direction", "answer", "rt_ms")]
    _need(trials, ["subject", "list", "pair", "word1", "word2", "presentations", *each])
    label = trials[["subject", "list", "presentations"]]
    place = trials.groupby(["subject", "list"]).cumcount() + 1
    n_pairs = place.groupby([trials["subject"], trials["list"]]).transform("size")
    study = label.assign(
        trial_type="study", position=place, cue=trials["word1"], item=trials["word2"]
    )
    parts = [study]
    for test in (1, 2):
        forward = trials[f"test{test}_direction"] == "F"
        answer = trials[f"test{test}_answer"]
        wrong = "unknown " + trials["list"].astype(str) + "." + place.astype(str) + f".{test}"
        asked_for = trials["word2"].where(forward, trials["word1"])
        item = asked_for.where(answer == "C", wrong.where(answer == "F", None))
        parts.append(
            label.assign(
                trial_type="recall",
                position=place + (test - 1) * n_pairs,
                cue=trials["word1"].where(forward, trials["word2"]),
                item=item,
                direction=np.where(forward, "forward", "backward"),
                test=float(test),
                answer=answer,
                rt=trials[f"test{test}_rt_ms"].astype(float),
            )
        )
    return pd.concat(parts, ignore_index=True)
