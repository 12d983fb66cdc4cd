"""Options of a run: what all paradigms share, and who did the task."""

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import isfinite
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
import torch

from analysis.figures.style import MAX_NETWORKS
from memsim.cognitive import PRESETS
from memsim.experiments.report import Report
from memsim.simulate import Model


@dataclass(frozen=True)
class Run(ABC):
    """One paradigm, networks trained on it, theories, and people beside them.

    Parameters
    ----------
    human : str, optional
        People to compare with, by name; `none` for nobody. Left out: those whose task has the
        settings given.
    noise : list of float
        Forgetting of the networks, one or more levels: each step, every stored word diffuses by
        this share of its own size. 0 is the DNC of Graves et al. (2016).
    networks : int
        Networks for each noise, each one simulated participant.
    lstm : bool
        Whether to train as many LSTMs of the same hidden size, a baseline without external memory.
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

    human: str | None = None
    noise: list[float] = field(default_factory=lambda: [0.0, 0.4])
    networks: int = 1
    lstm: bool = True
    temporal_links: bool = True
    n_updates: int = 4000
    n_lists: int = 1000
    seed: int = 0
    workers: int = field(default_factory=lambda: os.cpu_count() or 1)
    device: str = "cpu"
    out: Path = Path("runs/run")

    #: name of the paradigm on the command line
    command: ClassVar[str]
    #: what `memsim run NAME --help` begins with
    help: ClassVar[str]
    #: the paradigm, and those of its settings that are options here; left out, as people did it
    task: ClassVar[type]
    settings: ClassVar[tuple[str, ...]]
    #: people with the task they did, the default first; what a list consists of
    tasks: ClassVar[Mapping[str, Any]] = {}
    unit: ClassVar[str] = "words"
    #: columns of the summary that the terminal shows, and how it names and explains them
    shown: ClassVar[Mapping[str, str]]
    key: ClassVar[str]

    def __post_init__(self) -> None:
        for name in ("networks", "n_updates", "n_lists", "workers"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be 1 or more, got {getattr(self, name)}")
        if self.seed < 0:
            raise ValueError(f"seed must be 0 or more, got {self.seed}")
        _check_noise(self.noise, self.lstm)
        self.people()
        self.paradigm()
        self.models()
        _check_device(self.device)

    def given(self) -> dict[str, Any]:
        """Settings of the task that were asked for."""
        values = {name: getattr(self, name) for name in self.settings}
        return {name: _setting(value) for name, value in values.items() if value is not None}

    def people(self) -> str | None:
        """Name of the people, or None for nobody."""
        if self.human == "none":
            return None
        if self.human is not None:
            self._check_people(self.human)
            return self.human
        for name, task in self.tasks.items():
            if all(_setting(getattr(task, s)) == value for s, value in self.given().items()):
                return name
        if not self.tasks:
            return None
        asked = ", ".join(f"{name}={value}" for name, value in self.given().items())
        raise ValueError(
            f"{asked}: there are no people to compare with; people recalled "
            f"{', '.join(self._of_people(name) for name in self.given())}, and not in all "
            "combinations (docs/paradigms.md); human=none lays nobody beside"
        )

    def _check_people(self, human: str) -> None:
        if human not in self.tasks:
            there = ", ".join(self.tasks)
            raise ValueError(
                f"human={human} is no human condition; there are {there}, and none for nobody"
                if there
                else f"human={human}: no people ship for {self.command}; leave human out"
            )
        for name, value in self.given().items():
            theirs = _setting(getattr(self.tasks[human], name))
            if value != theirs:
                said = f"{theirs} {self.unit}" if name == "list_length" else f"{name}={theirs}"
                raise ValueError(
                    f"{name}={value}, but lists of human={human} have {said}; leave one of the "
                    "two out, or lay nobody beside with human=none"
                )

    def _of_people(self, name: str) -> str:
        values = {_setting(getattr(task, name)) for task in self.tasks.values()}
        listed = ", ".join(map(str, sorted(values, key=lambda value: (str(type(value)), value))))
        return f"lists of {listed} {self.unit}" if name == "list_length" else f"{name}={listed}"

    def paradigm(self) -> Any:
        """The task: as people did it, with the settings given."""
        human = self.people()
        return replace(self.task() if human is None else self.tasks[human], **self.given())

    def theories(self) -> dict[str, str]:
        """Parameter set of each theory that takes part, by label; see `memsim.cognitive.PRESETS`."""
        return {}

    def remarks(self) -> list[str]:
        """What to know of the theories here, in sentences: which are left out, and why."""
        return []

    def models(self) -> dict[str, Model]:
        """Theories that take part, by label."""
        return {label: PRESETS[name].parameters for label, name in self.theories().items()}

    def resolved(self) -> "Run":
        """The options with everything said that was left out."""
        paradigm = self.paradigm()
        chosen = {name: getattr(paradigm, name) for name in self.settings}
        return replace(self, human=self.people() or "none", **chosen)

    def title(self) -> str:
        """What the run is about, in a few words."""
        paradigm = self.paradigm()
        name = self.command.replace("-", " ").capitalize()
        return f"{name} of {paradigm.list_length} {self.unit}"

    def noise_of(self) -> dict[str, float]:
        """Storage noise of each kind of DNC, by label."""
        return {network_label(noise): noise for noise in sorted(self.noise)}

    @abstractmethod
    def report(self, recalls: pd.DataFrame, training: pd.DataFrame) -> Report:
        """What the run shows: measures, summary, figures and the page."""


def _setting(value: Any) -> Any:
    """A setting as the paradigm has it: several values are a tuple, one is itself."""
    if isinstance(value, (list, tuple)):
        return tuple(value) if len(value) != 1 else value[0]
    return value


def _check_noise(noise: list[float], lstm: bool) -> None:
    labels = {network_label(level) for level in noise}
    if not all(level >= 0 and isfinite(level) for level in noise) or len(labels) < len(noise):
        raise ValueError(f"noise must be different numbers, each 0 or more, got {noise}")
    most = MAX_NETWORKS - lstm
    if not 1 <= len(noise) <= most:
        beside = " beside an LSTM (--lstm false)" if lstm else ""
        raise ValueError(
            f"noise must have 1 to {most} levels, as many as one figure tells apart{beside}, "
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
    """Name of a kind of DNC in tables and figures."""
    return f"DNC noise {noise:g}" if noise else "DNC without noise"
