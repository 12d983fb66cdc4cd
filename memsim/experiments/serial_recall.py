"""`memsim run serial-recall`: networks with and without external memory beside people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

import pandas as pd

from memsim.experiments.options import Run
from memsim.experiments.report import Report
from memsim.experiments.serial_recall_report import serial_recall_report
from paradigms import SerialRecall

#: what people did, as far as networks can tell it; see docs/paradigms.md
TASKS = {
    "farrell_lewandowsky2004/exp2_cond0": SerialRecall(6),
    "farrell_lewandowsky2004/exp1_cond0": SerialRecall(6),
    "farrell_lewandowsky2004/exp1_cond1": SerialRecall(6),
    "logan2021/serial_recall|LL5": SerialRecall(5),
    "logan2021/serial_recall|LL6": SerialRecall(6),
    "logan2021/serial_recall|LL7": SerialRecall(7),
    "nimmo_lewandowsky2006_e1/auditory": SerialRecall(7),
    "lewandowsky_brown_wright_nimmo2006_e1/quiet": SerialRecall(7),
    "madigan1971/visual_forward": SerialRecall(8),
    "madigan1971/visual_backward": SerialRecall(8, direction="backward"),
    "jahnke1968_digitised/10item_0s_delay": SerialRecall(10),
}


@dataclass(frozen=True)
class SerialRecallRun(Run):
    """Serial recall: train networks with and without external memory, lay people beside them.

    Parameters
    ----------
    list_length : int, optional
        Items per list. Left out: as people did it, 6 with nobody beside.
    direction : {"forward", "backward"}, optional
        Order in which the list is to be reported. Left out: as people did it, forward.
    presentation_time : float, optional
        Seconds each item is shown.
    retention_interval : float, optional
        Seconds between the last item and the report, filled with distraction.
    """

    list_length: int | None = None
    direction: Literal["forward", "backward"] | None = None
    presentation_time: float | None = None
    retention_interval: float | None = None
    n_updates: int = 2000
    noise: list[float] = field(default_factory=lambda: [0.0, 0.3])
    out: Path = Path("runs/serial-recall")

    command: ClassVar[str] = "serial-recall"
    help: ClassVar[str] = (
        "Train DNCs with and without forgetting, and an LSTM, on serial recall, and lay them beside "
        "people. Begin with the README.md of the folder it writes. A first look in a minute: "
        "--n_updates 40 --n_lists 50. Other people: --human 'logan2021/serial_recall|LL6'. Backward: "
        "--direction backward. After a delay, with nobody beside: --retention_interval 10 --human none."
    )
    task: ClassVar[type] = SerialRecall
    settings: ClassVar[tuple[str, ...]] = (
        "list_length",
        "direction",
        "presentation_time",
        "retention_interval",
    )
    tasks: ClassVar[Mapping[str, Any]] = TASKS
    unit: ClassVar[str] = "items"
    shown: ClassVar[Mapping[str, str]] = {
        "accuracy": "right",
        "perfect": "perf.\nlists",
        "first": "1st",
        "last": "last",
        "order_errors": "order\nerr.",
        "omissions": "omis-\nsions",
        "intrusions": "intru-\nsions",
        "adjacent": "adja-\ncent",
        "rmsd_accuracy": "RMSD\nSPC",
        "rmsd_transpositions": "RMSD\ntran.",
    }
    key: ClassVar[str] = (
        "Right: items in their place. Perf.: lists without error. 1st, last: accuracy of the first "
        "and last item. Order err., omissions, intrusions: share of all responses. Adjacent: share "
        "of order errors with the neighbouring place. RMSD: root mean squared deviation from "
        "people, of accuracy by position and of transpositions."
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.paradigm().list_length < 2:
            raise ValueError("list_length must be 2 or more: one item has no order, got 1")

    def report(self, recalls: pd.DataFrame, training: pd.DataFrame) -> Report:
        return serial_recall_report(
            recalls, self.people(), [*self.noise_of()], training, self.paradigm()
        )
