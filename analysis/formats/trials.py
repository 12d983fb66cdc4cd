"""Read the uniform `trials.csv` of free recall: one row per list, study positions in a string."""

from os import PathLike

import numpy as np
import pandas as pd

from analysis.recalls import Recalls


def read_trials(path: str | PathLike[str]) -> Recalls:
    """Read recalls from a `trials.csv` of free recall.

    Parameters
    ----------
    path : path
        CSV with columns `subject`, `list`, `list_length` and `recalls`: study positions in output
        order, separated by spaces, 0 for an intrusion. Other columns with one value per list
        (`condition`, ...) become labels; `times_ms` is not read. Lists may differ in length.
        Where a file counts the lists of a subject anew in each condition or session, they are
        numbered through in the order of the file.

    Returns
    -------
    Recalls
        Words are numbered by their study position; words of intrusions are unknown.

    Raises
    ------
    ValueError
        If a column is missing or the recalls contradict the list lengths.

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
    trials = pd.read_csv(path, dtype={"recalls": str})
    missing = {"subject", "list", "list_length", "recalls"} - set(trials.columns)
    if missing:
        raise ValueError(
            f"trials.csv needs the columns subject, list, list_length, recalls; "
            f"{', '.join(sorted(missing))} missing here, which has {', '.join(trials.columns)}"
        )
    if trials.duplicated(["subject", "list"]).any():
        trials["list"] = trials.groupby("subject").cumcount() + 1
    responses = [text.split() for text in trials["recalls"].fillna("")]
    n_responses = np.array([len(some) for some in responses])
    recalled = np.zeros((len(trials), max(n_responses.max(initial=0), 1)), dtype=np.int16)
    given = np.arange(recalled.shape[1]) < n_responses[:, None]
    codes = np.array([code for some in responses for code in some], dtype=np.int16)
    recalled[given] = np.where(codes == 0, -1, codes)

    length = trials["list_length"].to_numpy()
    position = np.arange(1, length.max(initial=0) + 1, dtype=np.int32)
    return Recalls(
        presented=np.where(position <= length[:, None], position, np.int32(0)),
        recalled=recalled,
        labels=trials.drop(columns=["recalls", "times_ms"], errors="ignore"),
    )
