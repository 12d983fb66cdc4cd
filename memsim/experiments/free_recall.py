"""`memsim run free-recall`: networks beside TCM, CMR, SAM and people, at once or after a delay."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

from analysis import human_condition, human_names
from memsim.experiments.free_recall_report import free_recall_report
from memsim.experiments.options import Run
from memsim.experiments.report import Report
from memsim.simulate import Model
from paradigms import FreeRecall

#: parameter sets shown beside human conditions; others take those of the nearest list length
THEORIES = {
    "murdock1962/10-2": {"TCM": "TCM-10r", "CMR": "CMR-10", "SAM": "SAM-10"},
    **{
        f"murdock1962/{condition}": {"TCM": "TCM-10r", "CMR": "G20", "SAM": f"SAM-{condition}"}
        for condition in ("20-1", "15-2", "20-2", "30-1", "40-1")
    },
}
#: under CMR's power rule distraction after the list scales all support alike; softmax sees it
CMR_WITH_DISTRACTION = "G20-softmax"


def _murdock(name: str) -> FreeRecall:
    condition = human_condition(name)
    return FreeRecall(
        list_length=condition.list_length, presentation_time=condition.presentation_time
    )


#: intervals of Howard and Kahana (1999) in seconds: words of Experiment 1 came at 1 s and the delay
#: was 10 s; those of Experiment 2 at 1.2 s, with 16 s of distraction at the end in all conditions
TASKS = {name: _murdock(name) for name in human_names()} | {
    "howard_kahana1999/exp1_immediate": FreeRecall(12, presentation_time=1.0),
    "howard_kahana1999/exp1_delayed": FreeRecall(
        12, presentation_time=1.0, retention_interval=10.0
    ),
    **{
        f"howard_kahana1999/exp2_ipi{seconds}": FreeRecall(
            12, presentation_time=1.2, retention_interval=16.0, interitem_interval=float(seconds)
        )
        for seconds in (0, 2, 8, 16)
    },
}


@dataclass(frozen=True)
class FreeRecallRun(Run):
    """Free recall: train networks, simulate theories, lay both beside people.

    Every network is trained the same way but for its storage noise, and never sees human data.

    Parameters
    ----------
    list_length : int, optional
        Words per list. Left out: that of the human condition.
    presentation_time : float, optional
        Seconds each word is shown. Left out: as people saw it.
    retention_interval : float, optional
        Seconds of distraction between the last word and the test (delayed recall). Left out: as
        people did it, 0 in immediate recall.
    interitem_interval : float, optional
        Seconds of distraction before every word (with a retention interval, the
        continual-distractor paradigm). Left out: as people did it.
    rho_distractor : float
        Share of context that survives one second of distraction in TCM and CMR; fitted to nothing.
    """

    list_length: int | None = None
    presentation_time: float | None = None
    retention_interval: float | None = None
    interitem_interval: float | None = None
    rho_distractor: float = 0.9
    lstm: bool = False
    out: Path = Path("runs/free-recall")

    command: ClassVar[str] = "free-recall"
    help: ClassVar[str] = (
        "Train DNCs with and without forgetting on free recall, simulate TCM, CMR and SAM, and lay "
        "all of them beside people. Begin with the README.md of the folder it writes. A first look "
        "in a minute: --n_updates 40 --n_lists 50. A dose curve: --noise 0 0.1 0.2 0.3 0.4 "
        "--networks 5. Longer lists: --list_length 20 --noise 0.3 --human murdock1962/20-1. After "
        "a delay: --retention_interval 10. Continual distraction: --interitem_interval 2 "
        "--retention_interval 16."
    )
    task: ClassVar[type] = FreeRecall
    settings: ClassVar[tuple[str, ...]] = (
        "list_length",
        "presentation_time",
        "retention_interval",
        "interitem_interval",
    )
    tasks: ClassVar[Mapping[str, Any]] = TASKS
    shown: ClassVar[Mapping[str, str]] = {
        "words": "words",
        "intrusions": "intr.",
        "repeats": "rep.",
        "spc_first": "SPC\n1st",
        "spc_last": "SPC\nlast",
        "pfr_first": "PFR\n1st",
        "pfr_last": "PFR\nlast",
        "crp_minus1": "CRP\n-1",
        "crp_plus1": "CRP\n+1",
        "rmsd_spc": "RMSD\nSPC",
        "rmsd_pfr": "RMSD\nPFR",
        "rmsd_crp": "RMSD\nCRP",
    }
    key: ClassVar[str] = (
        "Per list: words, intr(usions), rep(eats). SPC: recall of the first and last word. PFR: "
        "recall begins with it. CRP: lag-CRP. RMSD: root mean squared deviation from people."
    )

    def theories(self) -> dict[str, str]:
        """Parameter set of each theory."""
        task = self.paradigm()
        nearest = min(THEORIES, key=lambda name: abs(TASKS[name].list_length - task.list_length))
        chosen = dict(THEORIES.get(self.people() or nearest, THEORIES[nearest]))
        if task.n_distractors:
            chosen["CMR"] = CMR_WITH_DISTRACTION
        return chosen

    def models(self) -> dict[str, Model]:
        distraction = self.paradigm().n_distractors
        models: dict[str, Any] = super().models()
        if distraction:
            for label in ("TCM", "CMR"):
                models[label] = replace(models[label], rho_distractor=self.rho_distractor)
        return models

    def report(self, recalls: pd.DataFrame, training: pd.DataFrame) -> Report:
        return free_recall_report(
            recalls,
            self.people(),
            self.theories(),
            self.noise_of(),
            training,
            self.paradigm(),
            self.rho_distractor,
        )
