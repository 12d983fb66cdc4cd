"""Where human trials come from: a folder, the cache, a server (a local one here)."""

import functools
import gzip
import hashlib
import http.server
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from analysis.human import load, registry
from analysis.human.load import human_data_table, load_human
from analysis.human.registry import HumanData

TEXT = "1 2\n3 88 1\n"


@pytest.fixture(autouse=True)
def _nothing_of_this_machine(tmp_path, monkeypatch):
    """No folder of human data, an empty cache, no proxy."""
    monkeypatch.delenv("MEMSIM_DATA", raising=False)
    monkeypatch.setattr(load.pooch, "os_cache", lambda name: tmp_path / "cache" / name)
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def server(tmp_path, monkeypatch) -> Iterator[Path]:
    """The folder that a local server serves in place of the public repositories."""
    served = tmp_path / "served"
    served.mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=served)
    ) as httpd:
        thread = threading.Thread(target=httpd.serve_forever)
        thread.start()
        monkeypatch.setattr(registry, "SOURCE", f"http://127.0.0.1:{httpd.server_port}")
        yield served
        httpd.shutdown()
        thread.join()


def offer(monkeypatch, **changes: object) -> HumanData:
    """murdock1962, but with one small file of our own."""
    fields = {
        "name": "murdock1962",
        "kind": "free",
        "citation": "Nobody (2000).",
        "licence": "MIT",
        "repository": "some/one",
        "commit": "c0ffee",
        "path": "a folder: of data",
        "files": {"fr3-1.txt": hashlib.sha256(TEXT.encode()).hexdigest()},
        "folder": "murdock1962",
    }
    data = HumanData(**{**fields, **changes})
    monkeypatch.setattr(load, "human_data", lambda name: data)
    monkeypatch.setattr(load, "human_data_names", lambda: [data.name])
    return data


def serve(server: Path, text: str = TEXT) -> Path:
    path = server / "some" / "one" / "c0ffee" / "a folder: of data" / "fr3-1.txt"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return path


def where() -> str:
    return human_data_table()["trials"].item()


def test_download_once_then_from_the_cache(server, monkeypatch):
    offer(monkeypatch)
    path = serve(server)
    with pytest.raises(FileNotFoundError, match="download=True"):
        load_human("murdock1962")
    assert where() == "download"
    assert load_human("murdock1962", download=True).recalled.tolist() == [[1, 2, 0], [3, -1, 1]]
    path.unlink()
    assert where() == "cache"
    assert load_human("murdock1962").recalled.tolist() == [[1, 2, 0], [3, -1, 1]]


@pytest.mark.parametrize("name", ["murdock1962", "farrell_lewandowsky2004", "peers_notask"])
def test_the_addresses_of_the_registry(name, server, human_folder):
    """Files of the archive under their public addresses: in several folders, packed there."""
    data = registry.human_data(name)
    for file in data.files:
        path = server / data.repository / data.commit / data.path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = human_folder / data.folder / path.name
        packed = kept.with_name(kept.name + ".gz")
        path.write_bytes(
            kept.read_bytes() if kept.exists() else gzip.decompress(packed.read_bytes())
        )
    recalls = load_human(name, download=True)
    assert len(recalls) == data.lists
    assert load_human(name).recalled.tolist() == recalls.recalled.tolist()


def test_a_changed_file_is_told_and_not_kept(server, monkeypatch):
    offer(monkeypatch)
    serve(server, TEXT + "2\n")
    with pytest.raises(ValueError, match=r"fr3-1.txt is not the file that the registry describes"):
        load_human("murdock1962", download=True)
    assert where() == "download"


def test_a_damaged_cache_is_loaded_anew(server, monkeypatch, tmp_path):
    offer(monkeypatch)
    serve(server)
    load_human("murdock1962", download=True)
    (tmp_path / "cache/memsim/human/murdock1962/fr3-1.txt").write_text("1 1\n")
    assert where() == "download"
    assert load_human("murdock1962", download=True).recalled.tolist() == [[1, 2, 0], [3, -1, 1]]


def test_no_such_file_on_the_server(server, monkeypatch):
    offer(monkeypatch)
    with pytest.raises(ConnectionError, match=r"404.*MEMSIM_DATA.*murdock1962/fr3-1.txt"):
        load_human("murdock1962", download=True)


def test_no_network(monkeypatch):
    offer(monkeypatch)
    # nothing listens there
    monkeypatch.setattr(registry, "SOURCE", "http://127.0.0.1:9")
    with pytest.raises(ConnectionError, match=r"http://127.0.0.1:9/some/one.*MEMSIM_DATA"):
        load_human("murdock1962", download=True)


def test_a_silent_server_is_given_up(monkeypatch):
    # takes the connection and never answers
    offer(monkeypatch)
    monkeypatch.setattr(load, "TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(registry, "SOURCE", f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(ConnectionError, match="Timeout"):
            load_human("murdock1962", download=True)


def test_a_folder_with_the_raw_files(monkeypatch, tmp_path):
    offer(monkeypatch)
    folder = tmp_path / "murdock1962"
    folder.mkdir()
    monkeypatch.setenv("MEMSIM_DATA", str(tmp_path))
    assert where() == "download"
    (folder / "fr3-1.txt").write_text("2\n")
    assert where() == "folder"
    assert load_human("murdock1962").recalled.tolist() == [[2]]


def test_a_folder_with_trials_alone(monkeypatch, tmp_path):
    monkeypatch.setenv("MEMSIM_DATA", str(tmp_path))
    for name, text in {
        "howard_kahana1999": "subject,list,condition,list_length,recalls\n"
        "7,1,exp1_immediate,12,3 0\n7,1,exp2_ipi0,12,1\n",
        "frankish1989": "subject,trial,condition,list_length,responses\n1,1,a,3,1 0 2\n",
    }.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "trials.csv").write_text(text)
    free = load_human("howard_kahana1999")
    assert free.recalled.tolist() == [[3, -1], [1, 0]]
    assert free.labels["subject"].tolist() == [7, 1007]
    serial = load_human("frankish1989")
    assert serial.omissions
    assert serial.recalled.tolist() == [[1, 0, 2]]


def test_what_cannot_be_had_says_why(monkeypatch, tmp_path):
    with pytest.raises(FileNotFoundError, match="MEMSIM_DATA is not set.*Excel workbook"):
        load_human("frankish1989", download=True)
    with pytest.raises(ValueError, match="jahnke1968_digitised has no trials.*human_curves"):
        load_human("jahnke1968_digitised")
    with pytest.raises(ValueError, match="no human data set named 'murdock'"):
        load_human("murdock")
    monkeypatch.setenv("MEMSIM_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(FileNotFoundError, match="MEMSIM_DATA names .*nowhere, which is no folder"):
        load_human("murdock1962")


def test_the_archive_as_folder(monkeypatch, human_folder):
    monkeypatch.setenv("MEMSIM_DATA", str(human_folder))
    table = human_data_table().set_index("name")
    assert set(table.loc[table["lists"].notna(), "trials"]) == {"folder"}
    recalls = load_human("howard_kahana1999")
    assert recalls.labels["subject"].nunique() == 78
    cued = load_human("davis2008")
    assert isinstance(cued, pd.DataFrame)
    assert cued["subject"].nunique() == 75
