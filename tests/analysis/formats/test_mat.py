"""MATLAB files, of version 5 and 7.3."""

import h5py
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from scipy.io import loadmat, savemat

from analysis import Recalls, read_mat, read_trials, write_mat

from .helpers import assert_same_recalls, awkward, recall_tables

VERSIONS = ["5", "7.3"]
once_per_run = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("omissions", [False, True])
@once_per_run
@given(data=recall_tables())
def test_round_trip(tmp_path, version, omissions, data):
    recalls = Recalls.from_table(data)
    write_mat(recalls, tmp_path / "x.mat", version=version)
    assert_same_recalls(read_mat(tmp_path / "x.mat", omissions=omissions), recalls)


@pytest.mark.parametrize("version", VERSIONS)
@once_per_run
@given(data=recall_tables(omissions=True))
def test_round_trip_with_omissions(tmp_path, version, data):
    recalls = Recalls.from_table(data, omissions=True)
    write_mat(recalls, tmp_path / "x.mat", version=version)
    assert_same_recalls(read_mat(tmp_path / "x.mat", omissions=True), recalls)


@pytest.mark.parametrize("version", VERSIONS)
def test_words_keep_their_numbers(tmp_path, version):
    write_mat(awkward(), tmp_path / "x.mat", version=version)
    recalls = read_mat(tmp_path / "x.mat")
    assert_same_recalls(recalls, awkward())
    assert recalls.presented.tolist() == [[4, 2, 4], [1, 3, 0]]
    assert recalls.recalled_items.tolist() == [[2, 4, 5, 4], [2, 0, 0, 0]]
    assert recalls.vocabulary.tolist() == ["ant", "bee", "cow", "dog", "elk"]


def test_what_other_tools_find_in_a_written_file(tmp_path):
    write_mat(awkward(), tmp_path / "x.mat")
    data = loadmat(tmp_path / "x.mat", squeeze_me=True)["data"]
    fields = {name: data[name].item() for name in data.dtype.names}
    assert fields["recalls"].tolist() == [[2, 1, -1, 1], [-1, 0, 0, 0]]
    assert fields["pres_itemnos"].tolist() == [[4, 2, 4], [1, 3, 0]]
    assert fields["rec_itemnos"].tolist() == [[2, 4, 5, 4], [2, 0, 0, 0]]
    assert fields["listLength"].tolist() == [3, 2]
    assert fields["subject"].tolist() == ["Ada", "Ben"]
    np.testing.assert_equal(fields["times"][0], [500, 900, 1200.5, 2000])


def test_a_written_file_of_version_7_3_is_as_matlab_lays_it_out(tmp_path):
    write_mat(awkward(), tmp_path / "x.mat", version="7.3")
    head = (tmp_path / "x.mat").read_bytes()[:128]
    assert head.startswith(b"MATLAB 7.3 MAT-file") and head[124:] == b"\x00\x02IM"
    with h5py.File(tmp_path / "x.mat") as file:
        recalls = file["data/recalls"]
        assert recalls.attrs["MATLAB_class"] == b"int16"
        assert recalls[...].tolist() == [[2, -1], [1, 0], [-1, 0], [1, 0]]
        words = file["data/pres_items"]
        assert words.attrs["MATLAB_class"] == b"cell"
        first = file[words[0, 0]]
        assert first.attrs["MATLAB_class"] == b"char"
        assert "".join(map(chr, first[...].ravel())) == "dog"


def test_a_file_of_version_7_3_by_hand(tmp_path):
    """Laid out as MATLAB's save -v7.3 does: turned arrays, texts as numbers behind references."""
    with h5py.File(tmp_path / "x.mat", "w", userblock_size=512) as file:
        file["data/recalls"] = np.array([[2.0, 1], [np.nan, -1]])  # outputs by lists
        file["data/subject"] = np.array([[7.0, 8]])
        file["data/listLength"] = np.array([[2.0]])
        for name in ("data/recalls", "data/subject", "data/listLength"):
            file[name].attrs["MATLAB_class"] = np.bytes_("double")
        words = np.empty((2, 2), dtype=h5py.ref_dtype)
        for place, row in enumerate([["owl", "bee"], ["elk", "ant"]]):
            for number, word in enumerate(row):
                name = f"#refs#/{word}"
                file[name] = np.array([[ord(letter)] for letter in word], dtype=np.uint16)
                file[name].attrs["MATLAB_class"] = np.bytes_("char")
                words[place, number] = file[name].ref
        file.create_dataset("data/pres_items", data=words, dtype=h5py.ref_dtype)
        file["data/pres_items"].attrs["MATLAB_class"] = np.bytes_("cell")
    recalls = read_mat(tmp_path / "x.mat")
    table = recalls.to_table()
    assert table["item"].tolist() == ["owl", "elk", "elk", "bee", "ant", "bee", "unknown 1"]
    assert table["subject"].tolist() == [7, 7, 7, 8, 8, 8, 8]


def save(path, **fields) -> None:
    arrays = {name: np.atleast_2d(np.asarray(value)) for name, value in fields.items()}
    savemat(path, {"data": arrays})


def test_what_becomes_of_each_field(tmp_path):
    save(
        tmp_path / "x.mat",
        recalls=[[2, 1, -1], [1, 0, 0]],
        subject=[5, 6],  # in a row
        listLength=2,
        pres_itemnos=[[30, 40], [40, 50]],
        rec_itemnos=[[40, 30, -1], [40, 0, 0]],
        pres_catnos=[[1, 2], [2, 3]],
        rec_catnos=[[2, 1, 9], [2, 0, 0]],
        intrusions=[[0, 0, -1], [0, 0, 0]],
        times=[[400, 800, 900], [300, 0, 0]],
        listtype=[[-1], [1]],
        task=[[1.0, 2, 3, 4], [5, 6, 7, 8]],
        other=np.ones((5, 3)),
    )
    recalls = read_mat(tmp_path / "x.mat")
    assert recalls.presented.tolist() == [[30, 40], [40, 50]]
    assert recalls.recalled_items.tolist() == [[40, 30, -1], [40, 0, 0]]
    assert recalls.labels.to_dict("list") == {
        "subject": [5, 6],
        "list": [1, 1],
        "listtype": [-1, 1],
        "task_1": [1, 5],
        "task_2": [2, 6],
        "task_3": [3, 7],
        "task_4": [4, 8],
        "list_length": [2, 2],
    }
    assert list(recalls.study_columns) == ["catnos"]
    assert sorted(recalls.recall_columns) == ["catnos", "intrusions", "rt"]
    np.testing.assert_equal(recalls.recall_columns["rt"][1], [300, np.nan, np.nan])


def test_bare_matrices(tmp_path):
    savemat(tmp_path / "x.mat", {"recalls": [[2, 1]], "subject": [[1]], "LL": [[3]]})
    assert read_mat(tmp_path / "x.mat", struct="").list_length.tolist() == [3]


def test_structs_of_structs_are_named(tmp_path):
    cells = np.empty(2, dtype=object)
    cells[:] = [
        {"recalls": [[1, 2]], "subject": [[1]], "listLength": length} for length in (2.0, 3.0)
    ]
    savemat(tmp_path / "x.mat", {"data": {"LL": cells}})
    with pytest.raises(ValueError, match="'data/LL/1', 'data/LL/2'.*different people share one"):
        read_mat(tmp_path / "x.mat")
    assert read_mat(tmp_path / "x.mat", "data/LL/2").list_length.tolist() == [3]
    with pytest.raises(ValueError, match="no struct 'events'; those with recalls are 'data/LL/1'"):
        read_mat(tmp_path / "x.mat", "events")


def test_missing_fields_are_named(tmp_path):
    save(tmp_path / "x.mat", recalls=[[1, 2]], listLength=2)
    with pytest.raises(ValueError, match="subject missing here, which has recalls, listLength"):
        read_mat(tmp_path / "x.mat")


def test_unknown_version():
    with pytest.raises(ValueError, match="version must be '5' or '7.3', got '7'"):
        write_mat(awkward(), "x.mat", version="7")


def test_vectors_do_not_fit(tmp_path):
    vectors = np.empty((1, 1), dtype=object)
    vectors[0, 0] = np.ones(3)
    recalls = Recalls(
        presented=np.array([[1]]),
        recalled=np.array([[1]]),
        labels=pd.DataFrame({"subject": [1], "list": [1]}),
        study_columns={"features": vectors},
    )
    with pytest.raises(ValueError, match="'features' holds several numbers .* Parquet"):
        write_mat(recalls, tmp_path / "x.mat")


def new_recalls(recalls: Recalls) -> list[list[int]]:
    return [[*dict.fromkeys(x for x in row if x > 0)] for row in recalls.recalled.tolist()]


def test_murdock_1962_has_no_intrusions_here(human_folder):
    folder = human_folder / "murdock1962"
    recalls = read_mat(folder / "MurdData_clean.mat", "data/LL/1")
    assert (recalls.labels["subject"].nunique(), len(recalls)) == (15, 1200)
    trials = read_trials(folder / "trials.csv")
    trials = trials.take((trials.labels["condition"] == "20-1").to_numpy())
    assert new_recalls(recalls) == new_recalls(trials)
    assert not (recalls.recalled < 0).any()


@pytest.mark.parametrize(
    ("file", "n_subjects", "n_lists"),
    [
        ("healey_kahana2014/HealKaha13.mat", 126, 14112),
        ("lohnas_kahana2014/repFR.mat", 35, 1680),
        ("polyn2011/PolyEtal11_JEPLMC_data.mat", 23, 633),
    ],
)
def test_human_data_are_those_of_trials_csv(human_folder, file, n_subjects, n_lists):
    recalls = read_mat(human_folder / file)
    assert (recalls.labels["subject"].nunique(), len(recalls)) == (n_subjects, n_lists)
    trials = read_trials((human_folder / file).parent / "trials.csv")
    width = trials.recalled.shape[1]
    assert (recalls.recalled[:, :width] == trials.recalled).all()
    assert not recalls.recalled[:, width:].any()
    if "rt" in trials.recall_columns:
        times = recalls.recall_columns["rt"][:, :width]
        np.testing.assert_equal(times, trials.recall_columns["rt"])
