"""`memsim run serial-recall`: networks with and without external memory, theories, people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

import pandas as pd

from memsim.experiments.options import Run
from memsim.experiments.report import Report
from memsim.experiments.serial_recall_report import serial_recall_report
from paradigms import SerialRecall

#: theories, and what their parameter sets are called before the name of those they were fitted to
THEORIES = {"Primacy model": "primacy", "Start-end model": "SEM", "Chaining": "chaining"}
#: the theory that says what distraction between list and report does
DECAYS = "Primacy model"
PREDICTION = (
    "Theories were fitted to predict each response from the responses before it. What predicts best "
    "does not by itself report like people, since here it goes on from responses of its own "
    "(docs/serial_theories.md)."
)
DELAY = (
    "The start-end model and chaining say nothing here of distraction between list and report, and "
    "are left out. In the primacy model activations decay meanwhile, as fast as a fit to immediate "
    "recall has it."
)
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
    """Serial recall: train networks with and without external memory, simulate theories, lay both
    beside people.

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
        "Train DNCs with and without forgetting, and an LSTM, on serial recall, simulate the primacy "
        "model, the start-end model and chaining, and lay all of them beside people. Begin with the README.md of the folder it writes. A first look in a minute: "
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

    def theories(self) -> dict[str, str]:
        """Sets fitted to Farrell and Lewandowsky (2004) beside them, to Logan (2021) elsewhere.

        Logan's people had lists of 5 to 7 and could type any letter; those of Farrell and
        Lewandowsky had lists of six, and letters of the list alone.
        """
        task = self.paradigm()
        if task.direction == "backward":
            return {}
        labels = [DECAYS] if task.retention_interval else [*THEORIES]
        whose = "farrell" if (self.people() or "").startswith("farrell_") else "logan"
        return {label: f"{THEORIES[label]}-{whose}" for label in labels}

    def remarks(self) -> list[str]:
        task = self.paradigm()
        if task.direction == "backward":
            return [
                "Theories of serial recall here speak to forward report alone: none takes part."
            ]
        remarks = [PREDICTION]
        if task.retention_interval:
            remarks.append(DELAY)
        return remarks

    def report(self, recalls: pd.DataFrame, training: pd.DataFrame) -> Report:
        return serial_recall_report(
            recalls,
            self.people(),
            [*self.noise_of()],
            training,
            self.paradigm(),
            self.theories(),
            self.remarks(),
        )
