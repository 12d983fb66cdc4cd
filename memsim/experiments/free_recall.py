"""`memsim run free-recall`: DNCs with and without forgetting beside TCM, CMR, SAM and people."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import isfinite
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from analysis import human_condition, human_names
from analysis.figures.style import MAX_NETWORKS
from memsim.cognitive import PRESETS
from memsim.experiments.report import write_report
from memsim.parallel import train_many
from memsim.run_folder import RunFolder
from memsim.simulate import simulate
from memsim.train import Progress, Trained
from memsim.weights import save_network
from paradigms import FreeRecall

#: parameter sets shown beside human conditions; others take those of the nearest list length
THEORIES = {
    "murdock1962/10-2": {"TCM": "TCM-10r", "CMR": "CMR-10", "SAM": "SAM-10"},
    "murdock1962/20-1": {"TCM": "TCM-10r", "CMR": "G20", "SAM": "SAM-M62"},
}


@dataclass(frozen=True)
class FreeRecallRun:
    """Immediate free recall: train DNCs, simulate theories, lay both beside people.

    Every network is trained the same way but for its storage noise, and never sees human data.

    Parameters
    ----------
    list_length : int, optional
        Words per list. Left out: that of the human condition.
    human : str, optional
        People to compare with, such as murdock1962/20-1. Left out: a condition of Murdock (1962)
        with this list length.
    noise : list of float
        Forgetting of the networks: each step, every stored word diffuses by this share of its own
        size. 0 is the DNC of Graves et al. (2016).
    networks : int
        Networks for each noise, each one simulated participant.
    temporal_links : bool
        Whether the networks have temporal links.
    n_updates : int
        Training updates of each network.
    n_lists : int
        Lists each participant recalls.
    seed : int
        Network k of each noise is trained from seed + k; the same seed gives the same results.
    workers : int
        Networks trained at the same time, each in a process of one thread.
    device : str
        Where networks are trained and simulated: cpu, cuda, ...
    out : Path
        Folder of the run; must not hold anything yet.
    """

    list_length: int | None = None
    human: str | None = None
    noise: list[float] = field(default_factory=lambda: [0.0, 0.4])
    networks: int = 1
    temporal_links: bool = True
    n_updates: int = 4000
    n_lists: int = 1000
    seed: int = 0
    workers: int = field(default_factory=lambda: os.cpu_count() or 1)
    device: str = "cpu"
    out: Path = Path("runs/free-recall")

    def __post_init__(self) -> None:
        for name in ("networks", "n_updates", "n_lists", "workers"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be 1 or more, got {getattr(self, name)}")
        if self.seed < 0:
            raise ValueError(f"seed must be 0 or more, got {self.seed}")
        _check_noise(self.noise)
        self.people()
        self.paradigm()
        _check_device(self.device)

    def people(self) -> str:
        """Name of the human condition."""
        if self.human in human_names():
            return str(self.human)
        if self.human is not None:
            raise ValueError(
                f"human={self.human} is no human condition; there are {', '.join(human_names())}"
            )
        wanted = 10 if self.list_length is None else self.list_length
        for name in human_names():
            if human_condition(name).list_length == wanted:
                return name
        lengths = sorted({human_condition(name).list_length for name in human_names()})
        raise ValueError(
            f"list_length={wanted}: there are no people to compare with; people recalled lists "
            f"of {', '.join(map(str, lengths))} words"
        )

    def paradigm(self) -> FreeRecall:
        """The task, as the people did it."""
        condition = human_condition(self.people())
        if self.list_length not in (None, condition.list_length):
            raise ValueError(
                f"list_length={self.list_length}, but lists of human={self.people()} have "
                f"{condition.list_length} words; leave one of the two out"
            )
        return FreeRecall(
            list_length=condition.list_length, presentation_time=condition.presentation_time
        )

    def theories(self) -> dict[str, str]:
        """Parameter set of each theory."""
        wanted = human_condition(self.people()).list_length
        nearest = min(THEORIES, key=lambda name: abs(human_condition(name).list_length - wanted))
        return THEORIES.get(self.people(), THEORIES[nearest])


def _check_noise(noise: list[float]) -> None:
    labels = {network_label(level) for level in noise}
    if not all(level >= 0 and isfinite(level) for level in noise) or len(labels) < len(noise):
        raise ValueError(f"noise must be different numbers, each 0 or more, got {noise}")
    if not 1 <= len(noise) <= MAX_NETWORKS:
        raise ValueError(
            f"noise must have 1 to {MAX_NETWORKS} levels, as many as one figure tells apart, "
            f"got {len(noise)}"
        )


def _check_device(device: str) -> None:
    try:
        torch.zeros(1, device=device).item()
    except (RuntimeError, AssertionError) as error:  # an assertion where torch has no CUDA
        raise ValueError(
            f"device={device} cannot compute here ({str(error).splitlines()[0]}); the device "
            "cpu always can"
        ) from error


def network_label(noise: float) -> str:
    """Name of a kind of network in tables and figures."""
    return f"DNC noise {noise:g}" if noise else "DNC without noise"


def run_free_recall(
    run: FreeRecallRun, progress: Callable[[str, Progress], None] | None = None
) -> pd.DataFrame:
    """Run the experiment and write its folder.

    Parameters
    ----------
    run : FreeRecallRun
    progress : function, optional
        Called with the name of a network and its `Progress` while networks are trained.

    Returns
    -------
    DataFrame
        The summary table, one row per source; see `memsim.experiments.report.summary`.
    """
    folder = RunFolder(run.out)
    paradigm = run.paradigm()
    # the configuration as resolved, so that other defaults one day do not change this run
    folder.begin(replace(run, human=run.people(), list_length=paradigm.list_length))

    settings = [(noise, run.seed + k) for noise in sorted(run.noise) for k in range(run.networks)]
    names = [f"{network_label(noise)}, seed {seed}" for noise, seed in settings]
    trained = train_many(
        paradigm,
        [
            {
                "seed": seed,
                "storage_noise": noise,
                "temporal_links": run.temporal_links,
                "n_updates": run.n_updates,
                "device": run.device,
            }
            for noise, seed in settings
        ],
        workers=run.workers,
        progress=(lambda k, now: progress(names[k], now)) if progress else None,
    )
    models: dict[str, Any] = {}
    for (noise, seed), network in zip(settings, trained, strict=True):
        save_network(network.network, run.out / f"network_noise{noise:g}_seed{seed}.safetensors")
        models.setdefault(network_label(noise), []).append(network)
    training = training_table(names, trained)
    training.to_csv(run.out / "training.csv", index=False)
    histories = [
        part.history.assign(network=name) for name, part in zip(names, trained, strict=True)
    ]
    pd.concat(histories).to_csv(run.out / "training_history.csv", index=False)

    theories = run.theories()
    models |= {label: PRESETS[name].parameters for label, name in theories.items()}
    recalls = simulate(models, paradigm, n_lists=run.n_lists, seed=run.seed)
    recalls.to_parquet(run.out / "recalls.parquet", index=False)

    noise_of = {network_label(noise): noise for noise in run.noise}
    summary = write_report(run.out, recalls, run.people(), theories, noise_of, training)
    folder.end()
    return summary


def training_table(names: list[str], trained: list[Trained]) -> pd.DataFrame:
    """How each network came to be: one row each, every restart counted."""
    return pd.DataFrame(
        {
            "network": names,
            "seed": [network.seed for network in trained],
            "loss": [_last(network.history["loss"]) for network in trained],
            "right": [_last(network.history["right"]) for network in trained],
            "restarts": [len(network.restarts) for network in trained],
            "failed": [network.failure is not None for network in trained],
            "what_failed": [
                "; ".join([*network.restarts, *([network.failure] if network.failure else [])])
                for network in trained
            ],
        }
    )


def _last(values: pd.Series) -> float:
    """NaN for a network that diverged before its first report."""
    return float(values.iloc[-1]) if len(values) else float("nan")
