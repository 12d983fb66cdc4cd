"""Parts of a comparison in a folder, so that one that was stopped goes on where it was."""

import hashlib
import json
import os
import re
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from memsim.fitting.people import People

PLAN = "comparison.json"
PARTS = "parts"


class Part(NamedTuple):
    """What became of one contender on one split.

    Attributes
    ----------
    scores : DataFrame
        See `memsim.comparison.scores.scores`.
    generated : (times, lists, outputs) integers, optional
        Simulated responses to the lists predicted; None where there are none.
    """

    scores: pd.DataFrame
    generated: NDArray[np.int16] | None


class Store:
    """Parts that are done: in memory, and in a folder if one is given.

    Parameters
    ----------
    folder : Path, optional
        A new or empty folder, or one of the same comparison.
    plan : dict
        What decides the numbers but for the contenders: people, splits, seed.
    contenders : dict of str to str
        Name of each, and what it is in detail. Others than those of a folder may join.

    Raises
    ------
    FileExistsError
        If the folder holds something else.
    """

    def __init__(
        self, folder: Path | None, plan: dict[str, Any], contenders: dict[str, str]
    ) -> None:
        self.folder = folder
        self.parts: dict[tuple[str, str], Part] = {}
        if folder is None:
            return
        before: dict[str, Any] = {}
        file = folder / PLAN
        if file.exists():
            before = json.loads(file.read_text())
            differs = [name for name in plan if before["plan"].get(name) != plan[name]]
            differs += [
                f"contender {name!r}"
                for name, described in contenders.items()
                if before["contenders"].get(name, described) != described
            ]
            if differs:
                raise FileExistsError(
                    f"out={folder} holds another comparison: {', '.join(differs)} differ; name a "
                    "new folder, or remove this one first"
                )
        elif (folder / PARTS).exists():
            raise FileExistsError(f"out={folder} holds parts of a comparison, but no {PLAN}")
        (folder / PARTS).mkdir(parents=True, exist_ok=True)
        known = before.get("contenders", {}) | contenders
        _write(file, json.dumps({"plan": plan, "contenders": known}, indent=2).encode() + b"\n")

    def __contains__(self, key: tuple[str, str]) -> bool:
        if key in self.parts:
            return True
        if self.folder is None or not self._path(key, "parquet").exists():
            return False
        generated = None
        if self._path(key, "npy").exists():
            generated = np.load(self._path(key, "npy"), allow_pickle=False)
        self.parts[key] = Part(pd.read_parquet(self._path(key, "parquet")), generated)
        return True

    def add(self, key: tuple[str, str], part: Part) -> None:
        """Keep what one contender did on one split."""
        self.parts[key] = part
        if self.folder is None:
            return
        if part.generated is not None:
            partial = self._path(key, "npy.part")
            with partial.open("wb") as file:
                np.save(file, part.generated, allow_pickle=False)
            partial.replace(self._path(key, "npy"))
        # the scores come last: where they are, all is
        partial = self._path(key, "parquet.part")
        part.scores.to_parquet(partial, index=False)
        partial.replace(self._path(key, "parquet"))

    def _path(self, key: tuple[str, str], suffix: str) -> Path:
        assert self.folder is not None
        return self.folder / PARTS / f"{'--'.join(map(_file_name, key))}.{suffix}"


def _file_name(name: str) -> str:
    """A name as part of that of a file; names that differ only in what is dropped stay apart."""
    plain = re.sub(r"[^A-Za-z0-9]+", "_", name)
    return f"{plain}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(content)
    os.replace(partial, path)


def fingerprint(people: People) -> str:
    """The same for the same lists, and for no others."""
    digest = hashlib.sha256()
    schedule = people.schedule
    for array in (schedule.event, schedule.duration, schedule.item, people.responses):
        digest.update(f"{array.shape}".encode())
        digest.update(np.ascontiguousarray(array, dtype=np.float64).tobytes())
    digest.update(people.labels.to_csv(index=False).encode())
    return digest.hexdigest()


def describe(contender: Any) -> str:
    """A contender in detail, the same in every process."""
    return re.sub(r" at 0x[0-9a-f]+", "", repr(contender))
