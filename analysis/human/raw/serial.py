"""Serial recall from the text files of single studies.

Each reader takes the files of a data set, in the order of the registry, and gives `Recalls` with
omissions; what is inferred is said in the notes of the registry. Times are latencies in ms: of
the first response from the cue, of each other from the one before.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.human.raw.build import by_position, by_word, numbered, open_text, read_rows
from analysis.human.raw.free import answer_sheets
from analysis.recalls import Recalls


def farrell_lewandowsky2004(paths: Sequence[Path]) -> Recalls:
    """Subject, trial, condition, six study positions (9 or negative: omission), six latencies."""
    parts = [np.array(read_rows(path), dtype=int) for path in paths]
    experiment = np.repeat([1, 2], [len(part) for part in parts])
    rows = np.concatenate(parts)
    condition = [f"exp{e}_cond{c}" for e, c in zip(experiment, rows[:, 2], strict=True)]
    labels = _labels(100 * experiment + rows[:, 0], condition, 6)
    codes = rows[:, 3:9]
    recalled = np.where((codes < 1) | (codes > 6), 0, codes)
    return by_position(recalled, 6, labels, omissions=True, rt=rows[:, 9:15])


def farrell_lewandowsky2003_e1(paths: Sequence[Path]) -> Recalls:
    """Subject, trial, condition, six flags, six study positions (0 none, 9 another), latencies."""
    rows = np.array(read_rows(paths[0]), dtype=int)
    labels = _labels(rows[:, 0], [f"simcond{code}" for code in rows[:, 2]], 6)
    codes = rows[:, 9:15]
    recalled = np.where(codes > 6, -1, codes)
    return by_position(recalled, 6, labels, omissions=True, rt=rows[:, 15:21])


def madigan1971(paths: Sequence[Path]) -> Recalls:
    """Digits without spaces: subject (2), modality, direction, position reported in each slot."""
    with open_text(paths[0]) as file:
        lines = [line.strip() for line in file]
    # one digit is a star; two lines lack a digit, and nobody knows which
    lines = [line.replace("*", "0") for line in lines if len(line) == 12]
    rows = np.array([[int(line[:2]), *map(int, line[2:])] for line in lines])
    names = {1: "auditory_", 2: "visual_"}, {1: "forward", 2: "backward"}
    condition = [names[0][m] + names[1][d] for m, d in rows[:, 1:3]]
    return by_position(rows[:, 3:], 8, _labels(rows[:, 0], condition, 8), omissions=True)


def nimmo_lewandowsky2006_e1(paths: Sequence[Path]) -> Recalls:
    """Subject, seven letters, six gaps, seven responses, seven latencies in s."""
    rows = [row for row in read_rows(paths[0]) if row]
    return _letters(rows, ["auditory"] * len(rows), first=1, gaps=6, ms=1000)


def nimmo_lewandowsky2006_e2(paths: Sequence[Path]) -> Recalls:
    """Subject, session, modality, seven letters, six gaps, responses, latencies in s."""
    rows = [row for row in read_rows(paths[0]) if row]
    modality = {"a": "auditory", "v": "visual"}
    return _letters(rows, [modality[row[2]] for row in rows], first=3, gaps=6, ms=1000)


def lewandowsky_brown_wright_nimmo2006_e1(paths: Sequence[Path]) -> Recalls:
    """Subject, suppression, two codes, letters, seven gaps, responses, latencies in ms."""
    rows = [row for row in read_rows(paths[0]) if row]
    names = {"0": "quiet", "1": "suppression"}
    return _letters(rows, [names[row[1]] for row in rows], first=4, gaps=7, ms=1)


def grenfell_ward2012_isr(paths: Sequence[Path]) -> Recalls:
    """A row per studied word; `writtenSP` is the row it was written in, -1 for none."""
    labels, presented, table = answer_sheets(paths[0], "TaskType", "isr_length")
    said = table[(table["writtenSP"] > 0) & (table["writtenSP"] <= table["length"])]
    recalled = np.full_like(presented, "")
    recalled[said["row"], said["writtenSP"] - 1] = said["word"]
    return by_word(presented, recalled, labels, omissions=True)


def _letters(
    rows: list[list[str]], condition: list[str], first: int, gaps: int, ms: float
) -> Recalls:
    """Lists of seven letters from column `first`, `gaps` columns, responses ('.' none), times."""
    cells = np.array(rows, dtype=object)
    said = first + 7 + gaps
    responses = cells[:, said : said + 7]
    return by_word(
        cells[:, first : first + 7],
        np.where(responses == ".", "", responses),
        _labels(cells[:, 0].astype(int), condition, 7),
        omissions=True,
        rt=np.round(ms * cells[:, said + 7 : said + 14].astype(float)),
    )


def _labels(subject: NDArray[np.integer], condition: Sequence[str], length: int) -> pd.DataFrame:
    return numbered(
        pd.DataFrame({"subject": subject, "condition": condition, "list_length": length})
    )
