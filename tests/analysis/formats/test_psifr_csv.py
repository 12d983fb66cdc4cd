"""psifr's CSV, and Parquet: the recall table itself."""

from io import StringIO

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from psifr import fr

from analysis import Recalls, read_parquet, read_psifr, write_parquet, write_psifr

from .helpers import assert_same_table, awkward, recall_tables

few = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@few
@given(table=recall_tables())
def test_round_trip_of_csv(tmp_path, table):
    write_psifr(table, tmp_path / "x.csv.gz")
    assume(not {*table["item"]} <= {"1", *range(-9, 9)} or table["item"].dtype.kind == "i")
    assert_same_table(read_psifr(tmp_path / "x.csv.gz"), table)


@few
@given(table=recall_tables(omissions=True))
def test_round_trip_of_csv_with_omissions(tmp_path, table):
    assume(not {*table["item"].dropna()} <= {"1"})  # words that are numbers do not stay words
    write_psifr(table, tmp_path / "x.csv", omissions=True)
    assert_same_table(read_psifr(tmp_path / "x.csv", omissions=True), table)


def test_a_written_twin_is_what_psifr_reads(tmp_path):
    write_psifr(awkward(), tmp_path / "x.csv")
    table = pd.read_csv(tmp_path / "x.csv")
    assert list(table.columns[:5]) == ["subject", "list", "position", "trial_type", "item"]
    fr.check_data(table)
    assert table["item"].tolist() == [
        *("dog", "bee", "dog"),  # Ada studies,
        *("bee", "dog", "elk", "dog"),  # and recalls
        *("ant", "cow", "bee"),
    ]


@pytest.mark.parametrize("name", ["Morton2013", "peers_notask"])
def test_samples_of_psifr(tmp_path, name):
    theirs = fr.sample_data(name)
    write_psifr(theirs, tmp_path / "x.csv")
    mine = read_psifr(tmp_path / "x.csv")
    pd.testing.assert_frame_equal(mine[theirs.columns], theirs)
    # and through the twin, in its order
    order = {"study": 0, "recall": 1}
    keys = ["subject", "list", "trial_type", "position"]
    sorted_rows = theirs.sort_values(
        keys, key=lambda x: x.map(order) if x.name == "trial_type" else x, ignore_index=True
    )
    assert_same_table(Recalls.from_table(mine).to_table(), sorted_rows)


def test_only_an_empty_field_is_no_word():
    text = "subject,list,position,trial_type,item,category\n"
    text += "1,1,1,study,NULL,NA\n1,1,2,study,nan,tool\n1,1,1,recall,,\n"
    table = read_psifr(StringIO(text), omissions=True)
    assert table["item"].fillna("").tolist() == ["NULL", "nan", ""]
    assert table["category"].fillna("").tolist() == ["", "tool", ""]
    with pytest.raises(ValueError, match="item must not be missing: row 2"):
        read_psifr(StringIO(text))


def test_human_data(human_folder):
    for folder, name, n_subjects, n_lists in (
        ("morton2013", "Morton2013", 40, 1920),
        ("peers_notask", "peers_notask", 126, 3528),
    ):
        table = read_psifr(human_folder / folder / f"{name}.csv.gz")
        assert table["subject"].nunique() == n_subjects
        assert len(table[["subject", "list"]].drop_duplicates()) == n_lists


@few
@given(table=recall_tables(omissions=True))
def test_round_trip_of_parquet(tmp_path, table):
    write_parquet(table, tmp_path / "x.parquet")
    pd.testing.assert_frame_equal(read_parquet(tmp_path / "x.parquet"), table)


def test_parquet_keeps_every_type(tmp_path):
    table = awkward().to_table()
    table["subject"] = table["subject"].astype("category")
    table["session"] = table["session"].astype("int8")
    table["bold"] = pd.array([True, None] * 5, dtype="boolean")
    table["day"] = pd.Timestamp("2024-05-01")
    table.index = pd.Index(list("abcdefghij"), name="event")
    write_parquet(table, tmp_path / "x.parquet")
    pd.testing.assert_frame_equal(read_parquet(tmp_path / "x.parquet"), table)


def test_parquet_keeps_vectors(tmp_path):
    table = awkward().to_table()
    vectors = np.random.default_rng(1).normal(size=(len(table), 3))
    table["features"] = list(vectors)
    write_parquet(table, tmp_path / "x.parquet")
    assert (np.stack(read_parquet(tmp_path / "x.parquet")["features"]) == vectors).all()


def test_parquet_keeps_a_twin_with_omissions(tmp_path):
    recalls = Recalls.from_positions([[2, 0, 1], [-1, 0, 0]], 2, omissions=True, model="DNC")
    write_parquet(recalls, tmp_path / "x.parquet")
    back = Recalls.from_table(read_parquet(tmp_path / "x.parquet"), omissions=True)
    assert back.recalled.tolist() == [[2, 0, 1], [-1, 0, 0]]
    pd.testing.assert_frame_equal(back.labels, recalls.labels)


def test_what_is_no_recall_table_is_not_written(tmp_path):
    table = awkward().to_table().drop(columns="position")
    for write in (write_parquet, write_psifr):
        with pytest.raises(ValueError, match="position missing here"):
            write(table, tmp_path / "x")
