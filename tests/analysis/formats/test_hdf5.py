"""HDF5 files of matrices."""

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from analysis import Recalls, read_hdf5, read_trials, write_hdf5

from .helpers import assert_same_recalls, awkward, recall_tables

few = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@few
@given(table=recall_tables())
def test_round_trip(tmp_path, table):
    recalls = Recalls.from_table(table)
    write_hdf5(recalls, tmp_path / "x.h5")
    assert_same_recalls(read_hdf5(tmp_path / "x.h5"), recalls)


@few
@given(table=recall_tables(omissions=True))
def test_round_trip_with_omissions(tmp_path, table):
    recalls = Recalls.from_table(table, omissions=True)
    write_hdf5(recalls, tmp_path / "x.h5", group="serial")
    assert_same_recalls(read_hdf5(tmp_path / "x.h5", "serial", omissions=True), recalls)


def test_what_a_written_file_holds(tmp_path):
    write_hdf5(awkward(), tmp_path / "x.h5")
    with h5py.File(tmp_path / "x.h5") as file:
        data = {name: values[...].T.tolist() for name, values in file["data"].items()}
    assert data["recalls"] == [[2, 1, -1, 1], [-1, 0, 0, 0]]
    assert data["pres_itemids"] == [[4, 2, 4], [1, 3, 0]]
    # a word shown again has the number of its first place
    assert data["pres_itemnos"] == [[1, 2, 1], [1, 2, 0]]
    assert data["rec_itemids"] == [[2, 4, 5, 4], [2, 0, 0, 0]]
    assert data["listLength"] == [[3], [2]]
    assert data["subject"] == [[b"Ada"], [b"Ben"]]
    assert_same_recalls(read_hdf5(tmp_path / "x.h5"), awkward())


def test_a_file_by_hand(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["data/subject"] = np.array([[1, 1]])
        file["data/listLength"] = np.array([[3, 2]])
        file["data/recalls"] = np.array([[2, -1], [3, 2]])  # outputs by lists
        file["data/pres_itemnos"] = np.array([[1, 1], [2, 2], [3, 0]])
        file["data/pres_itemids"] = np.array([[17, 4], [11, 8], [5, 0]])
        file["data/rec_itemids"] = np.array([[11, 25], [5, 8]])
    recalls = read_hdf5(tmp_path / "x.h5")
    assert recalls.presented.tolist() == [[17, 11, 5], [4, 8, 0]]
    assert recalls.recalled.tolist() == [[2, 3], [-1, 2]]
    assert recalls.recalled_items.tolist() == [[11, 5], [25, 8]]
    assert recalls.labels["list"].tolist() == [1, 2]
    assert not recalls.study_columns  # pres_itemnos says nothing new


def test_a_missing_group_is_told(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["trials/recalls"] = np.array([[1]])
    with pytest.raises(ValueError, match="no group 'data', only trials; name yours with group="):
        read_hdf5(tmp_path / "x.h5")


def test_logan_2021_is_that_of_trials_csv(human_folder):
    recalls = read_hdf5(human_folder / "logan2021" / "Gordon2021.h5", omissions=True)
    trials = read_trials(human_folder / "logan2021" / "trials.csv")
    assert (recalls.labels["subject"].nunique(), len(recalls)) == (24, 13824)
    assert (recalls.recalled == trials.recalled).all()
    assert (recalls.list_length == trials.list_length).all()
    # every letter reported from the list is the letter shown there
    shown = np.take_along_axis(recalls.presented, np.maximum(recalls.recalled, 1) - 1, axis=1)
    studied = recalls.recalled > 0
    assert (recalls.recalled_items[studied] == shown[studied]).all()
