"""The uniform trials.csv of free, serial and cued recall."""

import csv
import gzip

import numpy as np
import pandas as pd
import pytest

from analysis import check_table, read_trials

#: subjects and lists as the index of the human data says; of Howard and Kahana (1999), two of
#: the 78 people share their number with another
FREE = {
    "murdock1962/trials.csv": (90, 7200),
    "murdock_okada1970/trials.csv": (72, 1440),
    "howard_kahana1999/trials.csv": (76, 3707),
    "polyn2011/trials.csv": (23, 633),
    "morton2013/trials.csv": (40, 1920),
    "healey_kahana2014/trials.csv": (126, 14112),
    "peers_notask/trials.csv": (126, 3528),
    "howard_kahana2005/trials.csv": (66, 990),
    "lohnas_kahana2014/trials.csv": (35, 1680),
    "grenfell_ward2012/trials_ifr.csv": (20, 3520),
    "pazdera_kahana2023/trials.csv.gz": (2357, 37712),
}
SERIAL = {
    "logan2021/trials.csv": (24, 13824),
    "farrell_lewandowsky2004/trials.csv": (32, 5138),
    "farrell_lewandowsky2003_e1/trials.csv": (20, 2980),
    "nimmo_lewandowsky2006_e1/trials.csv": (18, 4320),
    "nimmo_lewandowsky2006_e2/trials.csv": (20, 7200),
    "lewandowsky_brown_wright_nimmo2006_e1/trials.csv": (19, 6840),
    "frankish1989/trials.csv": (32, 1920),
    "cowan2002/trials.csv": (32, 1920),
    "madigan1971/trials.csv": (16, 768),
    "grenfell_ward2012/trials_isr.csv": (20, 3520),
}


def test_read_trials(tmp_path):
    path = tmp_path / "trials.csv"
    path.write_text(
        "subject,list,condition,list_length,recalls,times_ms\n"
        "1,1,short,2,2 0 0 2,5 6 7 8\n1,2,long,3,,\n"
    )
    recalls = read_trials(path)
    assert recalls.recalled.tolist() == [[2, -1, -1, 2], [0, 0, 0, 0]]
    assert recalls.list_length.tolist() == [2, 3]
    assert recalls.recalled_items.tolist() == [[2, -1, -2, 2], [0, 0, 0, 0]]
    assert list(recalls.labels) == ["subject", "list", "condition", "list_length"]
    nan = np.nan
    np.testing.assert_equal(recalls.recall_columns["rt"], [[5, 6, 7, 8], [nan] * 4])


def test_read_trials_numbers_lists_through(tmp_path):
    path = tmp_path / "trials.csv"
    path.write_text("subject,list,condition,list_length,recalls\n1,1,a,1,1\n1,1,b,1,\n2,1,a,1,1\n")
    assert read_trials(path).labels["list"].tolist() == [1, 2, 1]


def test_read_trials_names_missing_columns(tmp_path):
    path = tmp_path / "trials.csv"
    path.write_text("subject,list,length\n1,1,3\n")
    with pytest.raises(ValueError, match="list_length, recalls missing here, which has subject"):
        read_trials(path)


def test_times_that_do_not_fit_the_responses_are_told(tmp_path):
    path = tmp_path / "trials.csv"
    path.write_text("subject,list,list_length,recalls,times_ms\n1,1,2,2 1,5 9\n1,2,2,1,5 6\n")
    with pytest.raises(ValueError, match="row 1 has 2 times and 1 recalls"):
        read_trials(path)


def test_serial_recall(tmp_path):
    path = tmp_path / "trials.csv"
    path.write_text(
        "subject,trial,condition,list_length,responses,rt_ms\n"
        "7,1,quiet,3,1 0 -1,500 10 400\n7,2,quiet,2,2 1,300 200\n"
    )
    recalls = read_trials(path)
    assert recalls.omissions
    assert recalls.recalled.tolist() == [[1, 0, -1], [2, 1, 0]]
    assert recalls.presented.tolist() == [[1, 2, 3], [1, 2, 0]]
    assert list(recalls.labels) == ["subject", "list", "condition", "list_length"]
    np.testing.assert_equal(recalls.recall_columns["rt"], [[500, 10, 400], [300, 200, np.nan]])


def test_serial_recall_names_its_own_columns(tmp_path):
    path = tmp_path / "trials.csv"
    path.write_text("subject,list,responses\n1,1,1 2\n")
    with pytest.raises(ValueError, match="trial, list_length missing here"):
        read_trials(path)


def test_cued_recall_by_tests(tmp_path):
    path = tmp_path / "trials.csv"
    path.write_text(
        "subject,list,test_position,cue_item,response_item,pair_position,forward,response_type,"
        "response_list,response_pair_position,rt_ms,retest\n"
        "1,1,1,10,11,1,1,correct,1,1,700,0\n"  # pair 1 is 10-11
        "1,1,2,21,30,2,0,ili,1,3,900,0\n"  # pair 2 ends with 21; 30 is of pair 3
        "1,1,3,31,99999,3,0,omission_or_unscored,0,0,5000,0\n"  # and 31 its second word
    )
    table = read_trials(path)
    study = table[table["trial_type"] == "study"]
    assert study["position"].tolist() == [1, 2, 3]
    assert study["cue"].tolist() == ["10", "unknown 1.2.1", "30"]
    assert study["item"].tolist() == ["11", "21", "31"]
    recall = table[table["trial_type"] == "recall"]
    assert recall["cue"].tolist() == ["10", "21", "31"]
    assert recall["item"].fillna("none").tolist() == ["11", "30", "none"]
    assert recall["direction"].tolist() == ["forward", "backward", "backward"]
    assert recall["rt"].tolist() == [700, 900, 5000]


def test_cued_recall_by_pairs_tested_twice(tmp_path):
    path = tmp_path / "trials.csv"
    path.write_text(
        "subject,list,pair,word1,word2,presentations,test1_direction,test1_answer,test1_rt_ms,"
        "test2_direction,test2_answer,test2_rt_ms\n"
        "200,1,0,OWL,ELK,1,F,C,2078,B,P,1532\n"
        "200,1,1,ANT,BEE,3,B,F,2263,B,N,1778\n"
    )
    table = read_trials(path)
    assert table["position"].tolist() == [1, 2, 1, 2, 3, 4]
    assert table["cue"].tolist() == ["OWL", "ANT", "OWL", "BEE", "ELK", "BEE"]
    answers = table["item"].fillna("none").tolist()
    assert answers == ["ELK", "BEE", "ELK", "unknown 1.2.1", "none", "none"]
    assert table["presentations"].tolist() == [1, 3, 1, 3, 1, 3]
    assert table["rt"].iloc[2:].tolist() == [2078, 2263, 1532, 1778]


def test_cued_recall_names_missing_columns(tmp_path):
    path = tmp_path / "trials.csv"
    path.write_text("subject,list,cue_item\n1,1,3\n")
    with pytest.raises(ValueError, match="cued recall needs the columns .* test_position"):
        read_trials(path)


@pytest.mark.parametrize("name", [*FREE, *SERIAL])
def test_every_response_of_human_data(human_folder, name):
    recalls = read_trials(human_folder / name)
    n_subjects, n_lists = (FREE | SERIAL)[name]
    assert (recalls.labels["subject"].nunique(), len(recalls)) == (n_subjects, n_lists)
    column, none = ("recalls", "0") if name in FREE else ("responses", "-1")
    path = human_folder / name
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        lines = list(csv.DictReader(file))
    for row in range(0, n_lists, 97):
        codes = [-1 if code == none else int(code) for code in lines[row][column].split()]
        given = recalls.recalled[row].tolist()
        assert given == codes + [0] * (len(given) - len(codes))
        assert recalls.list_length[row] == int(lines[row]["list_length"])
        times = (lines[row].get("times_ms") or lines[row].get("rt_ms") or "").split()
        if times:
            assert recalls.recall_columns["rt"][row, : len(times)].tolist() == [*map(float, times)]
    check_table(recalls.to_table(), omissions=recalls.omissions)


def test_davis_2008(human_folder):
    table = read_trials(human_folder / "davis2008" / "trials.csv")
    trials = pd.read_csv(human_folder / "davis2008" / "trials.csv")
    recall = table[table["trial_type"] == "recall"]
    assert (table["subject"].nunique(), len(recall)) == (75, 13584)
    # whether an answer is the other word of the cue's pair is what the file says
    pairs = table[table["trial_type"] == "study"]
    words = pairs[["subject", "list", "cue", "item"]]
    reverse = words.rename(columns={"cue": "item", "item": "cue"})
    correct = recall.merge(pd.concat([words, reverse]), on=["subject", "list", "cue", "item"])
    assert len(correct) == trials["correct"].sum()


def test_kahana_2002(human_folder):
    table = read_trials(human_folder / "kahana2002_symmetry" / "trials.csv")
    assert table["subject"].nunique() == 15
    assert table["trial_type"].value_counts().to_dict() == {"recall": 2160, "study": 1080}
    answer = table[table["trial_type"] == "recall"]["answer"].value_counts()
    assert answer.to_dict() == {"C": 1241, "P": 700, "F": 188, "N": 31}
