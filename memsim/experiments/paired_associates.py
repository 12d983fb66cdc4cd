"""`memsim run paired-associates`: networks with and without external memory, theories, people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

import pandas as pd

from memsim.experiments.options import Run
from memsim.experiments.paired_associates_report import paired_associates_report
from memsim.experiments.report import Report
from paradigms import PairedAssociates

#: theories with reference parameters; the Hebbian matrix has a set for each of the people
THEORIES = {"TODAM": "TODAM-1024", "MINERVA 2": "MINERVA2-20"}
HEBBIAN = {"davis2008": "Hebbian-D08", "kahana2002_symmetry": "Hebbian-K02"}
#: Davis et al. tested eight of twelve pairs, and four of them once more, which does not count here;
#: Kahana tested all pairs twice
TASKS = {
    "davis2008": PairedAssociates(12, direction="mixed", n_tests=8),
    "kahana2002_symmetry": PairedAssociates(
        12, presentations=(1, 3, 5), direction="mixed", second_test="mixed"
    ),
}


@dataclass(frozen=True)
class PairedAssociatesRun(Run):
    """Paired associates: train networks with and without external memory, simulate theories, lay
    both beside people.

    Parameters
    ----------
    list_length : int, optional
        Pairs per list. Left out: as people did it.
    presentations : list of int, optional
        How often each pair is shown; of several numbers each holds for as many pairs.
    presentation_time : float, optional
        Seconds each pair is shown.
    retention_interval : float, optional
        Seconds of distraction between the last pair and the first test.
    direction : {"forward", "backward", "mixed"}, optional
        Which word is the cue: the first of its pair, the second, or each for half of the tests.
    n_tests : int, optional
        Pairs that are tested, chosen at random; 0 for all.
    second_test : {"none", "same", "reversed", "mixed"}, optional
        Whether all pairs are tested once more, in the same direction, in the other, or half of
        them in each.
    """

    list_length: int | None = None
    presentations: list[int] | None = None
    presentation_time: float | None = None
    retention_interval: float | None = None
    direction: Literal["forward", "backward", "mixed"] | None = None
    n_tests: int | None = None
    second_test: Literal["none", "same", "reversed", "mixed"] | None = None
    noise: list[float] = field(default_factory=lambda: [0.0, 0.2])
    out: Path = Path("runs/paired-associates")

    command: ClassVar[str] = "paired-associates"
    help: ClassVar[str] = (
        "Train DNCs with and without forgetting, and an LSTM, on paired associates, simulate a "
        "Hebbian matrix, TODAM and MINERVA 2, and lay all of them beside people. Begin with the README.md of the folder it writes. A first look in a minute: "
        "--n_updates 40 --n_lists 50. Two tests of pairs shown once to five times: --human "
        "kahana2002_symmetry. Six pairs, with nobody beside: --list_length 6 --human none."
    )
    task: ClassVar[type] = PairedAssociates
    settings: ClassVar[tuple[str, ...]] = (
        "list_length",
        "presentations",
        "presentation_time",
        "retention_interval",
        "direction",
        "n_tests",
        "second_test",
    )
    tasks: ClassVar[Mapping[str, Any]] = TASKS
    unit: ClassVar[str] = "pairs"
    shown: ClassVar[Mapping[str, str]] = {
        "accuracy": "right",
        "forward": "for-\nward",
        "backward": "back-\nward",
        "recent": "short\nlag",
        "remote": "long\nlag",
        "same_list": "same\nlist",
        "other_words": "other\nwords",
        "omissions": "omis-\nsions",
        "rmsd_accuracy": "RMSD\nacc.",
        "rmsd_intrusions": "RMSD\nintr.",
    }
    key: ClassVar[str] = (
        "Right: answers to first tests, to all, to forward and backward tests, at lags 0 and 1 and "
        "at the longer half of lags. Same list, other words: intrusions. RMSD: root mean squared "
        "deviation from people, of accuracy (by lag, or by presentations) and of intrusions by "
        "pair lag."
    )

    def theories(self) -> dict[str, str]:
        people = self.people() or next(iter(TASKS))
        return {"Hebbian matrix": HEBBIAN[people], **THEORIES}

    def report(self, recalls: pd.DataFrame, training: pd.DataFrame) -> Report:
        return paired_associates_report(
            recalls,
            self.people(),
            [*self.noise_of()],
            training,
            self.paradigm(),
            self.theories(),
            self.remarks(),
        )
