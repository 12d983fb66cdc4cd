"""The registry of human data against the data themselves."""

import gzip
import hashlib
import re
from pathlib import Path

import pandas as pd
import pytest

from analysis.human.raw import READERS
from analysis.human.registry import human_data, human_data_names


def test_every_entry_is_complete():
    for name in human_data_names():
        data = human_data(name)
        assert data.kind in ("free", "serial", "cued")
        assert re.fullmatch(r"[0-9a-f]{40}", data.commit)
        assert re.fullmatch(r"[\w.-]+/[\w.-]+", data.repository)
        assert data.citation and data.licence and data.notes
        assert all(re.fullmatch(r"[0-9a-f]{64}", sha256) for sha256 in data.files.values())
        # each can be read from its source, or says why not
        assert (name in READERS) + bool(data.folder_only) + data.aggregate == 1
        assert data.files or name not in READERS


def test_no_line_is_broken_in_the_midst_of_a_word():
    for name in human_data_names():
        for text in (human_data(name).citation, *human_data(name).notes):
            assert "\n" not in text and "  " not in text and "\\" not in text


def test_unknown_names_list_the_known():
    with pytest.raises(ValueError, match="no human data set named 'murdock'; there are murdock1"):
        human_data("murdock")


def test_every_folder_of_the_archive_is_registered(human_folder):
    folders = {path.name for path in human_folder.iterdir() if path.is_dir()} - {"curves"}
    assert folders == {human_data(name).folder for name in human_data_names()}


@pytest.mark.parametrize("name", human_data_names())
def test_source_and_checksums(human_folder, name):
    data = human_data(name)
    source = (human_folder / data.folder / "SOURCE.txt").read_text()
    assert data.repository in source
    assert data.commit in source
    # the first author, and the title up to its first colon
    assert data.citation.split(",")[0] in source
    stated = source.split("licence as stated by the repository: ")[1].split("\n")[0]
    assert stated.startswith(data.licence.split(" (")[0])
    for file, sha256 in data.files.items():
        path = human_folder / data.folder / Path(file).name
        content = path.read_bytes() if path.exists() else gzip.decompress(_packed(path))
        assert hashlib.sha256(content).hexdigest() == sha256


def _packed(path: Path) -> bytes:
    return path.with_name(path.name + ".gz").read_bytes()


@pytest.mark.parametrize(
    "name",
    [name for name in human_data_names() if not human_data(name).aggregate and name != "aue2017"],
)
def test_numbers_of_the_trials(human_folder, name):
    data = human_data(name)
    trials = pd.read_csv(human_folder / data.folder / data.trials)
    subjects = trials["subject"].astype(str)
    if name == "howard_kahana1999":
        subjects += trials["condition"].str[:4]
    assert subjects.nunique() == data.subjects
    lists = ["subject", "list"] if data.kind == "cued" else []
    assert data.lists == (len(trials.drop_duplicates(lists)) if lists else len(trials))
    if "condition" in trials:
        assert sorted(trials["condition"].unique()) == sorted(data.conditions)
        assert sorted(trials["list_length"].unique()) == [*data.list_lengths]


def test_the_page_names_every_set_that_is_not_from_its_source():
    page = (Path(__file__).parents[3] / "docs" / "human_data.md").read_text()
    for name in human_data_names():
        data = human_data(name)
        assert (f"`{name}`" in page) or name in READERS
        if data.folder_only or data.aggregate:
            row = next(line for line in page.splitlines() if f"`{name}`" in line)
            assert ("from a folder only" in row) == bool(data.folder_only)
