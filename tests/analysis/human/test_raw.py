"""Readers of the raw files of single studies: on invented lines, and on the files themselves."""

import gzip
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
from scipy.io import savemat

from analysis import check_table
from analysis.human.raw import READERS
from analysis.human.raw.build import read_rows
from analysis.human.registry import human_data, human_data_names

Write = Callable[..., list[Path]]


@pytest.fixture
def write(tmp_path) -> Write:
    """Writes text files and gives their paths in the order named."""

    def files(**texts: str) -> list[Path]:
        paths = []
        for name, text in texts.items():
            path = tmp_path / name.replace("__", ".").replace("_", "-")
            path.write_text(text)
            paths.append(path)
        return paths

    return files


def test_murdock1962(write):
    paths = write(fr4_2__txt="3 88 1 \n4 4\n0 \n", fr5_1__txt="5 50 2\n")
    recalls = READERS["murdock1962"](paths)
    assert recalls.recalled.tolist() == [[3, -1, 1], [4, 4, 0], [5, -1, 2]]
    assert recalls.list_length.tolist() == [4, 4, 5]
    assert recalls.labels[["subject", "list", "condition"]].to_numpy().tolist() == [
        [1, 1, "4-2"],
        [1, 2, "4-2"],
        [2, 1, "5-1"],
    ]


def test_a_list_without_recall_is_a_list(write):
    recalls = READERS["murdock1962"](write(fr4_2__txt="1\n\n2\n0\n\n"))
    assert recalls.recalled.tolist() == [[1], [0], [2]]


def test_murdock1962_subjects_are_blocks_of_80_lists(write):
    recalls = READERS["murdock1962"](write(fr4_2__txt="1\n" * 81))
    assert recalls.labels["subject"].tolist() == [1] * 80 + [2]
    assert recalls.labels["list"].tolist() == [*range(1, 81), 1]


def test_murdock_okada1970(write):
    text = "     1     1     1\n    15    99     2\n  1.50  0.25  1.00\n"
    text += "     2     2     7\n    20     0     0\n  0.70  0.00  0.00\n"
    recalls = READERS["murdock_okada1970"](write(mo1970__txt=text))
    assert recalls.recalled.tolist() == [[15, -1, 2], [20, 0, 0]]
    rt = recalls.recall_columns["rt"]
    np.testing.assert_array_equal(rt, [[1500, 1750, 2750], [700, np.nan, np.nan]])
    assert recalls.labels[["subject", "list"]].to_numpy().tolist() == [[1, 1], [2, 7]]


def test_howard_kahana1999(write):
    words = "\t".join(map(str, range(101, 113))) + "\t\n"
    # from another list, but from which word is unknown; a word of an earlier list; the same again
    answered = (
        f"7\t1\t5\t0\t\n{words}2\t-400\t-103\t-103\t\n102\t481\t90\t90\t\n900\t50\t1\t1\t\n\n"
    )
    silent = f"7\t1\t2\t0\t\n{words}\n\n\n\n"
    spaced = f"7\t2\t1\t0\t\n{words}12\t-99\t\n\n112\t481\t\n300\t9\t\n\n"  # a line too many
    paths = write(
        Immed__dat=answered + silent + spaced,
        Delay__dat="",
        Ltr0__dat=answered,
        Ltr1__dat="",
        Ltr2__dat="",
        Ltr3__dat=silent,
    )
    recalls = READERS["howard_kahana1999"](paths)
    of_answered = [2, -1, -1, -1]
    assert recalls.recalled.tolist() == [
        of_answered,
        [0, 0, 0, 0],
        [12, -1, 0, 0],
        of_answered,
        [0, 0, 0, 0],
    ]
    assert recalls.recalled_items[[0, 2]].tolist() == [[102, -1, 90, 90], [112, -1, 0, 0]]
    assert recalls.presented[0].tolist() == [*range(101, 113)]
    assert recalls.recall_columns["rt"].tolist()[0] == [900, 950, 951, 952]
    labels = recalls.labels
    assert labels["condition"].tolist() == ["exp1_immediate"] * 3 + ["exp2_ipi0", "exp2_ipi16"]
    # number 7 of Experiment 2 is another person
    assert labels["subject"].tolist() == [7, 7, 7, 1007, 1007]
    # by session and trial
    assert labels["list"].tolist() == [2, 1, 3, 2, 1]


def test_howard_kahana2005(write):
    presented = [0, 0, 0, *np.repeat(np.arange(100, 129), 3)]
    lines = [
        "118 0 0",
        " ".join(map(str, presented)),
        "99 99 99 99 99 99",  # the ranks of the archive, not read
        "100 0 !menace 0 !aura !menace",
        "500 900 1000 1500 1600 1700",
    ]
    recalls = READERS["howard_kahana2005"](write(HowaKaha05__dat="\n".join(lines) + "\n"))
    assert recalls.recalled.tolist() == [[2, 1, -1, 1, -1, -1]]
    assert recalls.recalled_items.tolist() == [[101, 1, -1, 1, -2, -1]]
    assert recalls.presented.tolist() == [[1, *range(101, 130)]]
    assert recalls.labels.iloc[0].tolist() == [118, 1, "massed", 30]
    assert recalls.recall_columns["rt"].tolist() == [[500, 900, 1000, 1500, 1600, 1700]]


SHEET = """"{known}" "subj" "block" "list" "length" "serpos" "word" "writtenSP" "outputorder"
"Unknown" 1 1 1 3 1 "owl" -1 -1
"Unknown" 1 1 1 3 2 "elk" 3 4
"Unknown" 1 1 1 3 3 "ant" 1 2
"Known" 1 1 1 2 1 "bee" 1 1
"Known" 1 1 1 2 2 "cow" 5 2
"""


def test_grenfell_ward2012_ifr(tmp_path):
    path = tmp_path / "E1.txt.gz"
    path.write_bytes(gzip.compress(SHEET.format(known="Knownlength").encode()))
    recalls = READERS["grenfell_ward2012_ifr"]([path])
    assert recalls.labels["condition"].tolist() == ["ifr_lengthknown", "ifr_lengthunknown"]
    assert recalls.recalled[:, :2].tolist() == [[1, 2], [3, 2]]
    assert recalls.list_length.tolist() == [2, 3]
    table = recalls.to_table().query("condition == 'ifr_lengthunknown' and trial_type == 'recall'")
    assert table["item"].tolist() == ["ant", "elk"]


def test_grenfell_ward2012_isr(write):
    recalls = READERS["grenfell_ward2012_isr"](write(E2__txt=SHEET.format(known="TaskType")))
    assert recalls.omissions
    # "cow" was written below the list
    assert recalls.recalled.tolist() == [[1, 0, 0], [3, 0, 2]]


def test_farrell_lewandowsky2004(write):
    one = "6 1 0 1 4 6 3 5 9 1871 524 1245 711 1677 1074\n"
    two = " 6  1  1  1  2 -9 -1  4  3  900 1 2 3 4 5\n"
    recalls = READERS["farrell_lewandowsky2004"](write(FL04_1__dat=one, FL04_2__dat=two))
    assert recalls.recalled.tolist() == [[1, 4, 6, 3, 5, 0], [1, 2, 0, 0, 4, 3]]
    assert recalls.labels["subject"].tolist() == [106, 206]
    assert recalls.labels["condition"].tolist() == ["exp1_cond0", "exp2_cond1"]
    assert recalls.recall_columns["rt"][0].tolist() == [1871, 524, 1245, 711, 1677, 1074]


def test_farrell_lewandowsky2003_e1(write):
    line = "1 0 3 0 0 0 0 0 0 1 9 4 0 6 2 1596 925 809 578 1640 446\n"
    recalls = READERS["farrell_lewandowsky2003_e1"](write(normed1201__txt=line))
    assert recalls.recalled.tolist() == [[1, -1, 4, 0, 6, 2]]
    assert recalls.labels["condition"].tolist() == ["simcond3"]


def test_madigan1971(write):
    text = "011212300678\n091120006080\n0911200608\n122216400*78\n"
    recalls = READERS["madigan1971"](write(Madigan__1971__txt=text))
    assert recalls.recalled.tolist() == [
        [1, 2, 3, 0, 0, 6, 7, 8],
        [2, 0, 0, 0, 6, 0, 8, 0],
        [1, 6, 4, 0, 0, 0, 7, 8],
    ]
    names = ["auditory_backward", "auditory_forward", "visual_backward"]
    assert recalls.labels["condition"].tolist() == names


LETTERS = "C J T G F N R"
SAID = "C J . S R N N"
#: J from the second place, none, S was not there, N twice
POSITIONS = [[1, 2, 0, -1, 7, 6, 6]]


@pytest.mark.parametrize(
    ("name", "line", "condition", "first"),
    [
        (
            "nimmo_lewandowsky2006_e1",
            f"1 {LETTERS} .05 1.2 .1 .2 .4 .8 {SAID} 2.062 .5 .4 .75 8.3 .8 .7",
            "auditory",
            2062,
        ),
        (
            "nimmo_lewandowsky2006_e2",
            f"1 1 v {LETTERS} .1 1 2 4 .2 .5 {SAID} 1.763 .5 .4 .75 8.3 .8 .7",
            "visual",
            1763,
        ),
        (
            "lewandowsky_brown_wright_nimmo2006_e1",
            f"1 1 3 1 {LETTERS} 1200 50 200 100 800 400 100 {SAID} 1215 341 419 538 579 2 3",
            "suppression",
            1215,
        ),
    ],
)
def test_lists_of_letters(write, name, line, condition, first):
    recalls = READERS[name](write(letters__txt=line + "\n\n"))
    assert recalls.recalled.tolist() == POSITIONS
    assert recalls.labels["condition"].tolist() == [condition]
    assert recalls.recall_columns["rt"][0, 0] == first
    said = recalls.to_table().query("trial_type == 'recall'")["item"]
    assert said.fillna(".").tolist() == SAID.split()


def test_psifr_tables(tmp_path):
    header = "subject,list,position,trial_type,item,session"
    rows = ["1,1,study,NULL,1", "1,2,study,OWL,1", "1,1,recall,OWL,1", "1,2,recall,ANT,1"]
    peers = tmp_path / "peers_notask.csv"
    peers.write_text("\n".join([header, *(f"63,{row}" for row in rows)]))
    recalls = READERS["peers_notask"]([peers])
    assert recalls.recalled.tolist() == [[2, -1]]
    assert recalls.labels["condition"].tolist() == ["no_task"]
    # a word, and no missing value
    assert recalls.to_table()["item"].tolist() == ["NULL", "OWL", "OWL", "ANT"]

    extra = ",list_type,category,response,response_time"
    rows = [f"63,{row},pure,obj,3,1.5" for row in rows]
    rows[-1] = "63,1,2,recall,ANT,1,pure,,,"
    morton = tmp_path / "Morton2013.csv"
    morton.write_text("\n".join([header + extra, *rows]))
    recalls = READERS["morton2013"]([morton])
    assert recalls.labels.iloc[0].to_dict() == {
        "subject": 63,
        "list": 1,
        "session": 1,
        "condition": "pure",
        "list_length": 2,
    }
    assert recalls.study_columns["category"].tolist() == [["obj", "obj"]]


@pytest.mark.parametrize(
    ("name", "code", "names"),
    [
        ("healey_kahana2014", "listtype", {-1: "no_task", 2: "task_shift"}),
        ("polyn2011", "rec_task", {1: "uncategorized_free", 3: "categorized_cued_by_category"}),
        ("lohnas_kahana2014", "list_type", {1: "control", 4: "mixed"}),
    ],
)
def test_matrices(tmp_path, name, code, names):
    fields = {
        "subject": [[5], [5]],
        "session": [[1], [2]],
        "listLength": [[3], [3]],
        "pres_itemnos": [[11, 12, 13], [21, 22, 21]],
        "rec_itemnos": [[13, 99, 13], [21, 0, 0]],
        # -2 is a repeat, as the item tells
        "recalls": [[3, -1, -2], [1, 0, 0]],
        "times": [[900, 1500, 1800], [700, 0, 0]],
        code: [[value] for value in names],
    }
    savemat(tmp_path / "data.mat", {"data": {key: np.array(x) for key, x in fields.items()}})
    recalls = READERS[name]([tmp_path / "data.mat"])
    assert recalls.recalled.tolist() == [[3, -1, 3], [1, 0, 0]]
    assert recalls.labels["condition"].tolist() == [*names.values()]
    assert recalls.labels["list"].tolist() == [1, 2]
    assert recalls.presented.tolist() == fields["pres_itemnos"]
    np.testing.assert_array_equal(
        recalls.recall_columns["rt"], [[900, 1500, 1800], [700, np.nan, np.nan]]
    )


def test_logan2021(tmp_path):
    fields = {
        "subject": [[1, 1]],
        "condition": [[2, 1]],
        "listLength": [[3, 2]],
        "pres_itemnos": [[1, 1], [2, 2], [3, 0]],
        "pres_itemids": [[26, 5], [17, 6], [23, 0]],
        "rec_itemids": [[26, 6], [4, 5], [17, 0]],
        "recalls": [[1, 2], [-1, 1], [2, 0]],
    }
    with h5py.File(tmp_path / "Gordon2021.h5", "w") as file:
        for key, values in fields.items():
            file[f"data/{key}"] = np.array(values)
    recalls = READERS["logan2021"]([tmp_path / "Gordon2021.h5"])
    assert recalls.omissions
    assert recalls.recalled.tolist() == [[1, -1, 2], [2, 1, 0]]
    assert recalls.labels["condition"].tolist() == ["serial_recall", "copy_typing"]
    assert recalls.labels["list_length"].tolist() == [3, 2]


def test_aue2017(tmp_path):
    header = "Ssn,TestTrial,Cond,{0},Cue,Target,Resp,nCorr,NoRec,Incorr\r"
    rows = "1,1,1,2,10,moon,Moon,1,0,0\r1,2,2,1,20,ant,no,0,1,0\r"
    paths = []
    for name, column in (("Exp01_OSF.csv", "StudyTrial"), ("Exp04_OSF.csv", "Study2Trial")):
        paths.append(tmp_path / name)
        paths[-1].write_text(header.format(column) + rows, newline="")
    table = READERS["aue2017"](paths)
    check_table(table, omissions=True)
    assert table["subject"].unique().tolist() == [1001, 4001]
    first = table[table["subject"] == 1001].set_index("trial_type")
    assert first.loc["study", ["item", "cue"]].to_numpy().tolist() == [["ant", 20], ["moon", 10]]
    tests = first.loc["recall"]
    assert tests["item"].isna().tolist() == [False, True]
    assert tests["item"].iloc[0] == "moon"
    assert tests["condition"].tolist() == ["exp1_repeated_cue", "exp1_new_cue"]


def raw_paths(folder: Path, name: str) -> list[Path]:
    """The files of a data set in the folder of human data, packed or not."""
    data = human_data(name)
    paths = []
    for file in data.files:
        path = folder / data.folder / Path(file).name
        paths.append(path if path.exists() else path.with_name(path.name + ".gz"))
    return paths


@pytest.mark.parametrize(
    "name", [name for name in human_data_names() if name in READERS and name != "aue2017"]
)
def test_the_raw_files_hold_the_trials(human_folder, name):
    """The conversion in `trials.csv` was made by other code."""
    data = human_data(name)
    recalls = READERS[name](raw_paths(human_folder, name))
    column = "responses" if data.kind == "serial" else "recalls"
    trials = pd.read_csv(human_folder / data.folder / data.trials, dtype={column: str})
    assert len(recalls) == len(trials) == data.lists
    assert recalls.labels["subject"].nunique() == data.subjects
    assert recalls.labels["condition"].tolist() == trials["condition"].tolist()
    assert recalls.list_length.tolist() == trials["list_length"].tolist()
    other = trials["condition"].str.startswith("exp2") if name == "howard_kahana1999" else 0
    assert recalls.labels["subject"].tolist() == (trials["subject"] + 1000 * other).tolist()

    codes = [[int(code) for code in text.split()] for text in trials[column].fillna("")]
    given = np.zeros(recalls.recalled.shape, dtype=int)
    for row, some in enumerate(codes):
        given[row, : len(some)] = some
    if data.kind == "free":
        given[(given == 0) & (np.arange(given.shape[1]) < [[len(some)] for some in codes])] = -1
    np.testing.assert_array_equal(recalls.recalled, given)

    times = {"rt_ms", "times_ms"} & set(trials.columns)
    if times:
        expected = [[float(ms) for ms in str(text).split()] for text in trials[times.pop()]]
        for row, some in zip(recalls.recall_columns["rt"], expected, strict=True):
            if not np.isnan(some).any():
                assert row[: len(some)].tolist() == some


def test_earlier_lists_of_howard_kahana1999_are_where_their_codes_say(human_folder):
    """Intrusions of Experiment 2 are coded -(100 lists back + study position there)."""
    paths = raw_paths(human_folder, "howard_kahana1999")
    recalls = READERS["howard_kahana1999"](paths)
    labels = recalls.labels
    rows = [row for path in paths for row in read_rows(path) if row]
    heads = [n for n, row in enumerate(rows[1:]) if len(row) == 12 and len(rows[n]) == 4]
    codes = [rows[n + 2] if n + 2 not in heads else [] for n in heads if n + 2 < len(rows)]
    table = recalls.to_table()
    columns = ["subject", "session", "item", "list", "position"]
    studied = {
        *table.loc[table["trial_type"] == "study", columns].itertuples(index=False, name=None)
    }
    found = 0
    for row in np.flatnonzero(labels["subject"] > 1000):
        for code, item in zip(map(int, codes[row]), recalls.recalled_items[row], strict=False):
            if code < 0 and code != -99 and item > 0:
                back, position = divmod(-code, 100)
                subject, session, number = labels.loc[row, ["subject", "session", "list"]]
                assert (subject, session, item, number - back, position) in studied
                found += 1
    assert found == 822
