"""Trials of human data sets: from a folder of one's own, from the cache, or from their source.

Nothing is loaded over the network unless asked for. What is downloaded is the file as it lies in
the public repository at one commit, and its SHA-256 must be the one that the registry holds.
"""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pooch

from analysis.formats.trials import read_trials
from analysis.human.raw import READERS
from analysis.human.raw.free import two_experiments
from analysis.human.registry import HumanData, human_data, human_data_names
from analysis.recalls import Recalls

#: seconds without an answer after which a download is given up
TIMEOUT = 20


def load_human(name: str, download: bool = False) -> Recalls | pd.DataFrame:
    """Trials of a human data set, list by list.

    They are looked for in the folder that the environment variable MEMSIM_DATA names (one folder
    for each data set, with the files as they lie at the source, or `trials.csv`), then among
    earlier downloads in the user's cache. Words are known where the files name them; from
    `trials.csv` only study positions are.

    Parameters
    ----------
    name : str
        One of `human_data_names()`.
    download : bool
        Whether to load what is in neither place from its public repository. See
        `human_data(name)` for the licence.

    Returns
    -------
    Recalls or DataFrame
        `Recalls` of free and (with omissions) serial recall, the recall table of cued recall. Each
        list has the label `condition`. Times are in the recall column `rt`, in ms: in free recall
        from the start of recall, in serial recall from the response before.

    Raises
    ------
    FileNotFoundError
        If the trials are not here; the message says where they can be had.
    ConnectionError
        If the download fails.
    ValueError
        If there is no such data set, it has no trials, or a file is not what it was.
    """
    data = human_data(name)
    if data.aggregate:
        raise ValueError(
            f"{name} has no trials: its source gives numbers of groups or conditions alone; "
            f"human_curves({name!r}) has what there is, {data.page} the source"
        )
    if here := _raw_in_folder(data):
        return READERS[name](here)
    if trials := _trials_in_folder(data):
        recalls = read_trials(trials)
        if name == "howard_kahana1999" and isinstance(recalls, Recalls):
            return replace(recalls, labels=two_experiments(recalls.labels))
        return recalls
    if name in READERS and (download or _is_cached(data)):
        return READERS[name](_retrieve(data))
    raise FileNotFoundError(_missing(data))


def human_data_table() -> pd.DataFrame:
    """All human data sets: what they hold, their licence, and where their trials are.

    Returns
    -------
    DataFrame
        `name`, `kind`, `subjects`, `lists`, `lengths` (of lists), `conditions` (how many),
        `licence` and `trials`: "folder" (MEMSIM_DATA), "cache", "download", "not here" (to be
        had by hand only) or "none". Curves of all but those without numbers ship with the
        package.

    Examples
    --------
    >>> table = human_data_table().set_index("name")
    >>> table.loc["murdock1962", ["kind", "lengths", "licence"]].tolist()
    ['free', '10-40', 'MIT']
    """
    rows = []
    for data in map(human_data, human_data_names()):
        lengths = sorted({*data.list_lengths[:1], *data.list_lengths[-1:]})
        rows.append(
            {
                "name": data.name,
                "kind": data.kind,
                "subjects": data.subjects,
                "lists": data.lists,
                "lengths": "-".join(map(str, lengths)),
                "conditions": len(data.conditions) or None,
                "licence": data.licence,
                "trials": _where(data),
            }
        )
    return pd.DataFrame(rows).astype(dict.fromkeys(["subjects", "lists", "conditions"], "Int64"))


def _where(data: HumanData) -> str:
    if data.aggregate:
        return "none"
    if _raw_in_folder(data) or _trials_in_folder(data):
        return "folder"
    if data.name not in READERS:
        return "not here"
    return "cache" if _is_cached(data) else "download"


def _folder() -> Path | None:
    """The folder that MEMSIM_DATA names."""
    named = os.environ.get("MEMSIM_DATA")
    if not named:
        return None
    if not Path(named).is_dir():
        raise FileNotFoundError(f"MEMSIM_DATA names {named}, which is no folder")
    return Path(named)


def _raw_in_folder(data: HumanData) -> Sequence[Path]:
    """The files of the source in the folder, each perhaps packed; none if one is missing."""
    folder = _folder()
    if folder is None or data.name not in READERS:
        return []
    found = []
    for file in data.files:
        plain = folder / data.folder / Path(file).name
        there = [path for path in (plain, plain.with_name(plain.name + ".gz")) if path.exists()]
        if not there:
            return []
        found.append(there[0])
    return found


def _trials_in_folder(data: HumanData) -> Path | None:
    folder = _folder()
    path = None if folder is None else folder / data.folder / data.trials
    return path if path is not None and path.exists() else None


def _cache(data: HumanData) -> Path:
    return Path(pooch.os_cache("memsim"), "human", data.name)


def _is_cached(data: HumanData) -> bool:
    paths = [_cache(data) / Path(file).name for file in data.files]
    return all(path.exists() for path in paths) and all(
        pooch.file_hash(str(path)) == sha256
        for path, sha256 in zip(paths, data.files.values(), strict=True)
    )


def _retrieve(data: HumanData) -> list[Path]:
    """The files of the source from the cache, or from the network into it."""
    paths = []
    for file, sha256 in data.files.items():
        url = data.url(file)
        try:
            path = pooch.retrieve(
                url,
                known_hash=f"sha256:{sha256}",
                fname=Path(file).name,
                path=_cache(data),
                downloader=pooch.HTTPDownloader(timeout=TIMEOUT),
            )
        except OSError as error:
            raise ConnectionError(
                f"{url} cannot be loaded ({type(error).__name__}: {error}); without a network, "
                f"point the environment variable MEMSIM_DATA to a folder that holds "
                f"{data.folder}/{Path(file).name}"
            ) from error
        except ValueError as error:
            raise ValueError(
                f"{url} is not the file that the registry describes ({error}); it was changed on "
                "its way, and nothing was kept"
            ) from error
        paths.append(Path(path))
    return paths


def _missing(data: HumanData) -> str:
    named = os.environ.get("MEMSIM_DATA")
    looked = f"MEMSIM_DATA, {named}, has no {data.folder}" if named else "MEMSIM_DATA is not set"
    if data.name not in READERS:
        return (
            f"the trials of {data.name} are not here: {looked}. They cannot be downloaded, for "
            f"{data.folder_only} ({data.page}): point the environment variable MEMSIM_DATA to a "
            f"folder that holds {data.folder}/{data.trials}. human_curves({data.name!r}) works "
            "without them"
        )
    return (
        f"the trials of {data.name} are not here: {looked}, and they were not downloaded before; "
        f"load_human({data.name!r}, download=True) loads them from "
        f"{data.url(next(iter(data.files)))} (licence: {data.licence}), or point the environment "
        f"variable MEMSIM_DATA to a folder that holds {data.folder}/{data.trials}"
    )
