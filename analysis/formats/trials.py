"""Read the uniform `trials.csv`: free and serial recall, one row per list, and cued recall."""

from os import PathLike

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.formats.trials_cued import read_cued
from analysis.recalls import Recalls

#: column of the responses, column of their times, column of the list number
_FREE = "recalls", "times_ms", "list"
_SERIAL = "responses", "rt_ms", "trial"


def read_trials(path: str | PathLike[str]) -> Recalls | pd.DataFrame:
    """Read a uniform `trials.csv` (or `.csv.gz`) of free, serial or cued recall.

    What it is, is told by its columns:

    - `recalls`, free recall: study positions in output order, separated by spaces, 0 for an
      intrusion; besides `subject`, `list`, `list_length`, and `times_ms` where times are known
    - `responses`, serial recall: the study position of the item at each place of the report, 0 for
      an omission, -1 for an item not on the list; besides `subject`, `trial`, `list_length`, and
      `rt_ms` where times are known. An omission at the end of a list looks like padding
    - `cue_item` or `word1`, cued recall: one row per test or one per pair tested twice; see
      `analysis.formats.trials_cued`

    Parameters
    ----------
    path : path

    Returns
    -------
    Recalls, or a recall table of cued recall
        Words of free and serial recall are numbered by their study position; words of intrusions
        are unknown. Times become the recall column `rt`, in milliseconds as in the file: from the
        start of recall in free recall, and as the file has them in serial recall; NaN where there
        is no response. Other columns (`condition`, ...) become labels. Lists may differ in
        length. Where a file counts the lists of a subject anew in each condition or session, they
        are numbered through in the order of the file.

    Raises
    ------
    ValueError
        If a column is missing, responses contradict the list lengths, or times the responses.

    Examples
    --------
    >>> from io import StringIO
    >>> recalls = read_trials(StringIO("subject,list,list_length,recalls\\n1,1,3,3 0 1\\n1,2,2,2"))
    >>> recalls.recalled
    array([[ 3, -1,  1],
           [ 2,  0,  0]], dtype=int16)
    >>> recalls.presented
    array([[1, 2, 3],
           [1, 2, 0]], dtype=int32)
    """
    as_text = dict.fromkeys(["recalls", "times_ms", "responses", "rt_ms"], str)
    trials = pd.read_csv(path, dtype=as_text)
    if "responses" in trials.columns:
        return _one_row_per_list(trials, *_SERIAL)
    if "cue_item" in trials.columns or "word1" in trials.columns:
        return read_cued(trials)
    return _one_row_per_list(trials, *_FREE)


def _one_row_per_list(trials: pd.DataFrame, response: str, time: str, number: str) -> Recalls:
    needed = ["subject", number, "list_length", response]
    missing = [column for column in needed if column not in trials.columns]
    if missing:
        raise ValueError(
            f"trials.csv needs the columns {', '.join(needed)}; "
            f"{', '.join(missing)} missing here, which has {', '.join(trials.columns)}"
        )
    labels = trials.drop(columns=[response, time], errors="ignore").rename(columns={number: "list"})
    if labels.duplicated(["subject", "list"]).any():
        labels["list"] = labels.groupby("subject").cumcount() + 1

    codes, given = _matrix(trials, response)
    recalled = codes.astype(np.int16)
    if response == "recalls":
        recalled[given & (codes == 0)] = -1
    recall_columns = {}
    if time in trials.columns:
        rt, timed = _matrix(trials, time)
        if timed.shape != given.shape or (timed != given).any():
            n_times, n_responses = timed.sum(axis=1), given.sum(axis=1)
            row = int(np.argmax(n_times != n_responses))
            raise ValueError(
                f"{time} must have one time for each response: row {row} has {n_times[row]} times "
                f"and {n_responses[row]} {response}; a list without known times can hold nan for "
                "each"
            )
        recall_columns["rt"] = np.where(given, rt, np.nan)

    length = trials["list_length"].to_numpy()
    position = np.arange(1, length.max(initial=0) + 1, dtype=np.int32)
    return Recalls(
        presented=np.where(position <= length[:, None], position, np.int32(0)),
        recalled=recalled,
        labels=labels,
        recall_columns=recall_columns,
        omissions=response == "responses",
    )


def _matrix(trials: pd.DataFrame, column: str) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Numbers separated by spaces -> (lists, most numbers), 0 after the end, and which are given."""
    texts = [text.split() for text in trials[column].fillna("")]
    n_given = np.array([len(some) for some in texts], dtype=np.intp)
    given = np.arange(max(n_given.max(initial=0), 1)) < n_given[:, None]
    numbers = np.zeros(given.shape)
    numbers[given] = [float(text) for some in texts for text in some]
    return numbers, given
