"""Cued recall from the files of single studies, as the cued recall table."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd


def aue2017(paths: Sequence[Path]) -> pd.DataFrame:
    """A row per test: cue, target, response and how the authors scored it (`nCorr`, `NoRec`).

    A response they took as right (`moon` for `Moon`, `symbols` for `symbol`) is given as the
    target. Experiments are told apart by subjects, numbered from 1001, 2001 and 4001.
    """
    return pd.concat([_experiment(path) for path in paths], ignore_index=True)


def _experiment(path: Path) -> pd.DataFrame:
    number = int(path.name.removeprefix("Exp")[:2])
    # lines end with a carriage return alone, which pandas takes as it comes
    tests = pd.read_csv(path)
    tests["list"] = 1
    tests["subject"] = 1000 * number + tests["Ssn"]
    tests["condition"] = tests["Cond"].map(
        {1: f"exp{number}_repeated_cue", 2: f"exp{number}_new_cue"}
    )
    tests["cue"] = tests["Cue"]
    study_position = "Study2Trial" if "Study2Trial" in tests else "StudyTrial"
    answer = tests["Resp"].mask(tests["nCorr"] == 1, tests["Target"])
    study = tests.assign(
        trial_type="study", position=tests[study_position], item=tests["Target"]
    ).sort_values(["subject", "position"])
    recall = tests.assign(
        trial_type="recall",
        position=tests["TestTrial"],
        item=answer.mask(tests["NoRec"] == 1, None).astype(object),
    )
    columns = ["subject", "list", "trial_type", "position", "item", "cue", "condition"]
    return pd.concat([study[columns], recall[columns]], ignore_index=True)
