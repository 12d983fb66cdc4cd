"""`memsim run recognition`: networks with and without external memory, theories; no people ship."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import pandas as pd

from memsim.experiments.options import Run
from memsim.experiments.recognition_report import recognition_report
from memsim.experiments.report import Report
from paradigms import Recognition

#: theories with reference parameters; one of them speaks to pairs
THEORIES = {"TODAM": "TODAM-1024", "MINERVA 2": "MINERVA2-20", "Summed similarity": "summed-8"}
OF_PAIRS = "TODAM"


@dataclass(frozen=True)
class RecognitionRun(Run):
    """Recognition, of words or of pairs: train networks with and without external memory, simulate
    theories.

    No human data on recognition ship, so nobody is laid beside.

    Parameters
    ----------
    list_length : int, optional
        Words per list, or pairs; 16 if left out.
    pairs : bool, optional
        Whether pairs are studied (associative recognition); tests show them intact or rearranged.
    n_targets : int, optional
        Tests to which "yes" is right: words studied, or intact pairs; 8 if left out.
    n_lures : int, optional
        Tests to which "no" is right: new words, or rearranged pairs; 8 if left out.
    presentation_time : float, optional
        Seconds each word or pair is shown.
    retention_interval : float, optional
        Seconds of distraction between study and test.
    """

    list_length: int | None = None
    pairs: bool | None = None
    n_targets: int | None = None
    n_lures: int | None = None
    presentation_time: float | None = None
    retention_interval: float | None = None
    n_updates: int = 2000
    noise: list[float] = field(default_factory=lambda: [0.0, 0.2])
    out: Path = Path("runs/recognition")

    command: ClassVar[str] = "recognition"
    help: ClassVar[str] = (
        "Train DNCs with and without forgetting, and an LSTM, to tell words studied from others, and "
        "simulate TODAM, MINERVA 2 and summed similarity. No human data on recognition ship, so nobody is laid beside. Begin with the README.md of the "
        "folder it writes. A first look in a minute: --n_updates 40 --n_lists 50. Associative "
        "recognition: --pairs true."
    )
    task: ClassVar[type] = Recognition
    settings: ClassVar[tuple[str, ...]] = (
        "list_length",
        "pairs",
        "n_targets",
        "n_lures",
        "presentation_time",
        "retention_interval",
    )
    shown: ClassVar[Mapping[str, str]] = {
        "hit_rate": "hits",
        "false_alarm_rate": "false\nalarms",
        "d_prime": "d'",
        "criterion": "c",
        "recent": "hits,\nshort lag",
        "remote": "hits,\nlong lag",
    }
    key: ClassVar[str] = (
        "Hits: yes to what was studied. False alarms: yes to what was not. d': sensitivity; c: bias, "
        "positive if no is favoured. Short, long lag: the shorter and the longer third of lags."
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        task = self.paradigm()
        for name, why in (("n_targets", "hits"), ("n_lures", "false alarms")):
            if getattr(task, name) < 1:
                raise ValueError(f"{name} must be 1 or more: without them there are no {why}")

    def theories(self) -> dict[str, str]:
        return {OF_PAIRS: THEORIES[OF_PAIRS]} if self.paradigm().pairs else dict(THEORIES)

    def remarks(self) -> list[str]:
        if not self.paradigm().pairs:
            return []
        silent = " and ".join(label for label in THEORIES if label != OF_PAIRS)
        return [f"{silent} speak to recognition of words, not of pairs, and are left out."]

    def report(self, recalls: pd.DataFrame, training: pd.DataFrame) -> Report:
        return recognition_report(
            recalls,
            [*self.noise_of()],
            training,
            self.paradigm(),
            self.theories(),
            self.remarks(),
        )
