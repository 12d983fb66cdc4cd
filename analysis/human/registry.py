"""What human data there are: `registry.toml`, read."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal
from urllib.parse import quote

Kind = Literal["free", "serial", "cued"]

#: where files of a public repository lie at a commit
SOURCE = "https://raw.githubusercontent.com"


@dataclass(frozen=True)
class HumanData:
    """One data set: what it holds, where it comes from and what is inferred about it."""

    name: str
    kind: Kind
    """Free, serial or cued recall."""
    citation: str
    licence: str
    """As the repository states it."""
    repository: str
    """owner/name on github.com."""
    commit: str
    path: str = ""
    """Folder in the repository."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Files under `path`, and the SHA-256 of each."""
    folder: str = ""
    """Its folder under MEMSIM_DATA, where that is not its name."""
    trials: str = "trials.csv"
    """The file of trials in that folder."""
    folder_only: str = ""
    """Why trials can come from MEMSIM_DATA alone; empty where the files at the source are read."""
    aggregate: bool = False
    """Whether there are no trials anywhere."""
    subjects: int | None = None
    lists: int | None = None
    """Lists; trials of serial recall; lists of pairs."""
    list_lengths: tuple[int, ...] = ()
    conditions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """What to know before use, and what is inferred."""

    def url(self, file: str) -> str:
        """Address of one of `files`."""
        return f"{SOURCE}/{self.repository}/{self.commit}/{quote(f'{self.path}/{file}')}"

    @property
    def page(self) -> str:
        """The folder in the repository, for a browser."""
        return f"https://github.com/{self.repository}/tree/{self.commit}/{quote(self.path)}"


def human_data_names() -> list[str]:
    """Names of the human data sets, free recall first, then serial and cued recall.

    Examples
    --------
    >>> human_data_names()[:2]
    ['murdock1962', 'murdock_okada1970']
    """
    return [*_registry()]


def human_data(name: str) -> HumanData:
    """What is known of a human data set.

    Parameters
    ----------
    name : str
        One of `human_data_names()`.

    Raises
    ------
    ValueError
        If there is none of that name; the message lists those there are.

    Examples
    --------
    >>> data = human_data("murdock1962")
    >>> data.kind, data.subjects, data.licence
    ('free', 90, 'MIT')
    >>> data.url("fr10-2.txt").rsplit("/", 3)[1:]
    ['Assignment_2%3ASearch_of_Associative_Memory_Model', 'Murd62%20data', 'fr10-2.txt']
    """
    if name not in _registry():
        raise ValueError(f"no human data set named {name!r}; there are {', '.join(_registry())}")
    return _registry()[name]


@cache
def _registry() -> dict[str, HumanData]:
    with files("analysis").joinpath("human", "registry.toml").open("rb") as file:
        return {name: _from_toml(name, entry) for name, entry in tomllib.load(file).items()}


def _from_toml(name: str, entry: dict[str, Any]) -> HumanData:
    listed = {key: tuple(entry.get(key, ())) for key in ("list_lengths", "conditions", "notes")}
    notes = tuple(note.strip() for note in listed.pop("notes"))
    return HumanData(**{"name": name, "folder": name, **entry, **listed, "notes": notes})
