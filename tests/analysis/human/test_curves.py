"""The curves that ship: made from the trials by our measures, and as the archive has them."""

import numpy as np
import pandas as pd
import pytest

from analysis import (
    Recalls,
    human_curves,
    human_data,
    human_data_names,
    human_group_curve,
    human_names,
)
from analysis.human import make_curves
from analysis.human.make_curves import by_length, human_table, recall_by_spacing, serial_table
from analysis.human.read_off import READ_OFF
from analysis.human.reference import _X

KEYS = ["condition", "measure", "x"]
#: half of the last of five digits, and a little for floating point
PRINTED = 0.6e-5
WITH_CURVES = [name for name in human_data_names() if name != "henson1998_ranschburg"]


def explained(name: str, archive: pd.DataFrame) -> pd.Series:
    """Which rows of the archive differ from ours, and why."""
    measure = archive["measure"]
    if name == "lewandowsky_brown_wright_nimmo2006_e1":
        # 41 latencies are 0 ms, which is none; the archive averages them in
        return measure == "rt_ms"
    if name == "davis2008":
        # two answers repeat the cue: "other" in the archive, a word of the list here
        return measure.isin(["rate_ili", "rate_other"])
    if name == "polyn2011":
        # the clock starts anew with each category; the archive takes differences across
        return (measure == "irt_ms") & (archive["condition"] == "categorized_cued_by_category")
    return pd.Series(False, index=archive.index)


@pytest.mark.parametrize("name", WITH_CURVES)
def test_curves_come_from_the_trials_and_agree_with_the_archive(name, human_folder, monkeypatch):
    monkeypatch.setenv("MEMSIM_DATA", str(human_folder))
    made = human_table(name)
    shipped = human_curves(name)
    columns = [*KEYS, "mean", "sem", "n"]
    pd.testing.assert_frame_equal(
        made[columns], shipped[columns], atol=PRINTED, rtol=0, check_dtype=False
    )

    archive = pd.read_csv(human_folder / "curves" / f"{name}.csv", dtype={"condition": str})
    differs = explained(name, archive)
    # what the archive has not: transitions after the first two responses
    ours = made[made["measure"] != "lag_crp_late"]
    theirs = archive[~differs].sort_values(KEYS, ignore_index=True)
    if differs.any():
        ours = ours.merge(archive.loc[~differs, KEYS])
    pd.testing.assert_frame_equal(
        ours.sort_values(KEYS, ignore_index=True)[columns],
        theirs[columns],
        atol=PRINTED,
        rtol=0,
        check_dtype=False,
    )


def test_differences_from_the_archive_are_as_small_as_explained(human_folder):
    """One answer in 150 tests of one set, a 41st of one percent of latencies of the other."""
    for name, tolerance in {
        "davis2008": {"atol": 1.3e-4, "rtol": 0},
        "lewandowsky_brown_wright_nimmo2006_e1": {"atol": 0, "rtol": 0.004},
    }.items():
        archive = pd.read_csv(human_folder / "curves" / f"{name}.csv")
        both = archive[explained(name, archive)].merge(human_curves(name), on=KEYS)
        np.testing.assert_allclose(both["mean_x"], both["mean_y"], **tolerance)
        assert (both["n_x"] == both["n_y"]).all()


@pytest.mark.parametrize("name", WITH_CURVES)
def test_shipped_curves_are_whole(name):
    data = human_data(name)
    table = human_curves(name)
    assert table.columns.tolist() == ["dataset", *KEYS, "mean", "sem", "n"]
    assert (table["dataset"] == name).all()
    assert not table.duplicated(KEYS).any()
    assert table["mean"].notna().all()
    if data.subjects:
        assert table["n"].between(1, data.subjects).all()
    else:
        assert table["n"].isna().all()
    if data.kind != "cued":  # whose conditions are directions
        conditions = table["condition"].str.split("|").str[0]
        assert set(conditions) == set(data.conditions)
    in_ms = table["measure"].str.contains("_ms")
    counted = table["measure"].str.startswith("n_")
    assert table.loc[~in_ms & ~counted, "mean"].between(0, 1).all()


def test_shipped_curves_are_small_and_say_what_to_cite():
    folder = make_curves.Path(make_curves.__file__).parent / "curves"
    paths = sorted(folder.iterdir())
    assert [path.stem for path in paths] == sorted(WITH_CURVES)
    assert sum(path.stat().st_size for path in paths) < 1.5e6
    for path in paths:
        header = [line[2:] for line in path.read_text().splitlines() if line.startswith("# ")]
        assert human_data(path.stem).citation in " ".join(header)


def test_headline_numbers():
    """Numbers that the archive's page states, with its rounding."""

    def mean(name: str, measure: str, x: int) -> float:
        return human_curves(name).query("measure == @measure and x == @x")["mean"].item()

    assert mean("peers_notask/no_task", "spc", 1) == pytest.approx(0.82, abs=5e-3)
    assert mean("peers_notask/no_task", "lag_crp", 1) == pytest.approx(0.435, abs=5e-4)
    assert mean("howard_kahana1999/exp1_delayed", "spc", 12) == pytest.approx(0.42, abs=5e-3)
    assert mean("howard_kahana1999/exp2_ipi16", "lag_crp", 1) == pytest.approx(0.239, abs=5e-4)
    assert mean("lohnas_kahana2014/mixed", "p_recall_by_repetition_lag", 6) == pytest.approx(
        0.58, abs=5e-3
    )
    assert mean("logan2021/serial_recall|LL6", "acc_mean", 0) == pytest.approx(0.74, abs=5e-3)
    assert mean("logan2021/serial_recall|LL7", "list_perfect", 0) == pytest.approx(0.12, abs=5e-3)
    positions = [mean("farrell_lewandowsky2004/exp2_cond0", "acc_strict", x) for x in range(1, 7)]
    assert positions == pytest.approx([0.89, 0.77, 0.72, 0.62, 0.59, 0.76], abs=5e-3)
    assert mean("davis2008/forward", "acc_mean", 0) == pytest.approx(0.647, abs=5e-4)
    assert mean("davis2008/all", "ili_lag_crp", 1) == pytest.approx(0.23, abs=5e-3)


def test_a_curve_of_each_kind_of_recall():
    serial = human_group_curve("farrell_lewandowsky2004/exp2_cond0", "transposition_prop")
    assert serial.columns.tolist() == ["displacement", "mean", "low", "high", "n", "over"]
    assert serial["displacement"].tolist() == list(range(-5, 6))
    cued = human_group_curve("davis2008/all", "acc_by_study_position")
    assert cued["study_position"].tolist() == list(range(1, 13))
    # figures have no subjects
    read_off = human_group_curve("jahnke1968_digitised/10item_0s_delay", "acc_strict")
    assert read_off["mean"].tolist()[0] == 0.6766
    assert read_off[["low", "high", "n"]].isna().all(axis=None)


def test_each_curve_has_a_name_for_x():
    """All but those of a single value, and one that no measure of the package gives."""
    known = set(_X)
    for name in WITH_CURVES:
        table = human_curves(name)
        several = table.groupby(["condition", "measure"])["x"].nunique() > 1
        measures = set(several[several].index.get_level_values("measure"))
        assert measures <= known | {
            "p_recall_by_repetition_lag",
            "acc_by_test_lag_errorbar_halfwidth",
        }


def test_mistakes_name_what_there_is():
    with pytest.raises(ValueError, match="no human data set named 'murdock'"):
        human_curves("murdock")
    with pytest.raises(ValueError, match="murdock1962 has no condition '10-1'; there are 10-2, 15"):
        human_curves("murdock1962/10-1")
    with pytest.raises(ValueError, match="henson1998_ranschburg has no curves: Experiment 1"):
        human_curves("henson1998_ranschburg")
    with pytest.raises(ValueError, match="name one condition, logan2021/...; there are copy_typ"):
        human_group_curve("logan2021", "acc_strict")
    with pytest.raises(ValueError, match="measure must be .*'acc_strict'.*, got 'spc'"):
        human_group_curve("logan2021/serial_recall|LL6", "spc")


def test_the_table_given_out_is_ones_own():
    table = human_curves("murdock1962")
    table["mean"] = 0
    assert human_curves("murdock1962")["mean"].max() > 0
    assert {f"murdock1962/{condition}" for condition in human_data("murdock1962").conditions} == {
        *human_names()
    }


def test_recall_by_spacing_by_hand():
    # 1 1 2 3 4 2 4: 1 at once, 2 after two words, 4 after one, 3 but once
    presented = np.array([[1, 1, 2, 3, 4, 2, 4], [1, 2, 3, 4, 5, 6, 7]])
    recalled = np.array([[3, 1], [1, 2]])
    labels = pd.DataFrame({"subject": 1, "list": [1, 2], "condition": ["mixed", "control"]})
    table = recall_by_spacing(Recalls(presented, recalled, labels)).set_index("x")["mean"]
    assert table.to_dict() == {-1: 0, 0: 1, 1: 0.5}


def test_what_is_typed_after_the_list_is_no_response():
    presented = Recalls.from_positions([[1, 2]], 2).presented
    labels = pd.DataFrame({"subject": [1], "list": 1, "condition": "a", "list_length": 2})
    longer = Recalls(presented, np.array([[2, 0, 1]]), labels, omissions=True)
    table = serial_table(longer, "any").set_index(["measure", "x"])["mean"]
    assert "lag_crp" not in table.index.get_level_values("measure")
    assert table["omission_rate"].to_dict() == {1: 0, 2: 1}


def test_conditions_are_divided_by_length_where_they_do_not_tell_it():
    labels = pd.DataFrame({"subject": 1, "list": [1, 2], "condition": "a", "list_length": [2, 3]})
    presented = np.array([[1, 2, 0], [1, 2, 3]])
    recalls = Recalls(presented, np.array([[1], [3]]), labels)
    assert by_length(recalls, human_data("logan2021")).labels["condition"].tolist() == [
        "a|LL2",
        "a|LL3",
    ]
    one = recalls.take(np.array([0]))
    assert by_length(one, human_data("logan2021")).labels["condition"].tolist() == ["a"]


def test_points_of_figures(tmp_path):
    (tmp_path / "10item_0sec.csv").write_text("x,Curve1\n0.8,0.67658\n1.9,0.4\n")
    (tmp_path / "simu6a_Kahana.csv").write_text("backward,,forward,\nX,Y,X,Y\n0.01,0.9,2.02,0.5\n")
    (tmp_path / "simu5_Murdock.csv").write_text(
        "0.01, 0.8, 0, Mean\n0.02, 0.9, 0, SD+1\n0.01, 0.6, 0, SD-1\n"
    )
    rows = "1\tFillA\t1\tns\t0\t1\n2\tFillA\t2\tns\t.5\t1\n1\tHebbEffect\t1\tsu\t.25\t1\n"
    (tmp_path / "Page.Hebb.txt").write_text("sub\tcondition\torder\tsup/nosup\t1\t2\n" + rows)

    def points(name: str) -> list[list[object]]:
        return READ_OFF[name](tmp_path)[["condition", "measure", "x", "mean"]].to_numpy().tolist()

    assert points("jahnke1968_digitised") == [
        ["10item_0s_delay", "acc_strict", 1, 0.6766],
        ["10item_0s_delay", "acc_strict", 2, 0.4],
    ]
    assert points("kahana1993_digitised") == [
        ["backward", "acc_by_test_lag", 0, 0.9],
        ["forward", "acc_by_test_lag", 2, 0.5],
    ]
    assert points("murdock1967_digitised") == [
        ["all", "acc_by_test_lag", 0, 0.8],
        ["all", "acc_by_test_lag_errorbar_halfwidth", 0, 0.15],
    ]
    assert points("page2006_hebb") == [
        ["fillerA_silent", "acc_by_trial", 1, 0.25],
        ["fillerA_silent", "acc_by_trial", 2, 1],
        ["repeating_suppression", "acc_by_trial", 1, 0.25],
        ["repeating_suppression", "acc_by_trial", 2, 1],
    ]


def test_the_command_writes_what_it_is_given(tmp_path, capsys):
    """Small sets of our own, in the formats of the archive."""
    data, out = tmp_path / "data", tmp_path / "out"
    out.mkdir()
    for folder, file, text in [
        ("murdock1962", "trials.csv", "subject,list,condition,list_length,recalls\n1,1,a,2,2 0\n"),
        (
            "frankish1989",
            "trials.csv",
            "subject,trial,condition,list_length,responses,rt_ms\n1,1,b,2,2 1,900 400\n",
        ),
    ]:
        (data / folder).mkdir(parents=True)
        (data / folder / file).write_text(text)
    make_curves.main(["--data", str(data), "--out", str(out)])
    assert capsys.readouterr().out.split() == ["murdock1962", "frankish1989"]
    assert sorted(path.name for path in out.iterdir()) == ["frankish1989.csv", "murdock1962.csv"]
    lines = (out / "murdock1962.csv").read_text().splitlines()
    assert "murdock1962,a,spc,2,1.0,,1" in lines
    assert "murdock1962,a,n_intrusion,0,1.0,,1" in lines
    lines = (out / "frankish1989.csv").read_text().splitlines()
    assert "frankish1989,b,transposition_prop,1,0.5,,1" in lines
    assert "frankish1989,b,rt_ms,2,400.0,,1" in lines
