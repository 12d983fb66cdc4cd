"""The folder of a run: what was asked for, with what it was computed, and that it is done."""

import json
import os
import platform
import subprocess
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

#: libraries whose version may move a number
LIBRARIES = ("memsim", "torch", "numpy", "scipy", "pandas", "matplotlib")


@dataclass(frozen=True)
class RunFolder:
    """A new folder that holds one run and nothing else.

    Parameters
    ----------
    path : Path
        Must not exist yet, or be empty.
    resume : bool
        It may hold an unfinished run, which goes on.

    Raises
    ------
    FileExistsError
        If the folder holds anything: a run never writes over another one.
    OSError
        If no folder can be made there.
    """

    path: Path
    resume: bool = False

    def __post_init__(self) -> None:
        if self.path.is_dir() and any(self.path.iterdir()) and not self.resume:
            raise FileExistsError(
                f"out={self.path} holds {self._content()} already, and a run never writes over "
                "another; name a new folder, or remove this one first"
            )
        # the folder, or what is there already of the path to it
        there = next(path for path in (self.path, *self.path.absolute().parents) if path.exists())
        if not there.is_dir():
            raise NotADirectoryError(
                f"out={self.path} cannot be made, since {there} is a file; name a new folder"
            )
        if not os.access(there, os.W_OK):
            raise PermissionError(
                f"out={self.path} cannot be made, since {there} is not yours to write to; name a "
                "folder elsewhere"
            )

    def _content(self) -> str:
        if (self.path / "DONE").exists():
            return "a finished run"
        return "an unfinished run" if (self.path / "provenance.json").exists() else "other files"

    def begin(self, configuration: Any) -> None:
        """Make the folder and write `config.yaml` and `provenance.json`."""
        self.path.mkdir(parents=True, exist_ok=True)
        settings = {key: _plain(value) for key, value in asdict(configuration).items()}
        (self.path / "config.yaml").write_text(yaml.safe_dump(settings, sort_keys=False))
        provenance = {
            "started": datetime.now(UTC).isoformat(timespec="seconds"),
            "python": platform.python_version(),
            "machine": f"{platform.system()} {platform.machine()}",
            "libraries": {name: version(name) for name in LIBRARIES},
            "commit": _commit(),
        }
        text = json.dumps(provenance, indent=2) + "\n"
        (self.path / "provenance.json").write_text(text)

    def end(self) -> None:
        """Mark the run as complete."""
        (self.path / "DONE").write_text(datetime.now(UTC).isoformat(timespec="seconds") + "\n")


def _plain(value: Any) -> Any:
    """A value as YAML has it."""
    return str(value) if isinstance(value, Path) else value


def _commit() -> str | None:
    """Commit of the checkout this runs from, "+" behind it if files differ; None elsewhere."""
    try:
        # an installed copy may lie in the folder of some other project that git keeps
        _git("ls-files", "--error-unmatch", __file__)
        return _git("rev-parse", "HEAD") + ("+" if _git("status", "--porcelain") else "")
    except (FileNotFoundError, subprocess.CalledProcessError):  # no git, or not a checkout
        return None


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()
