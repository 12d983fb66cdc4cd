"""Intervals over subjects and lists, and the deviation between curves."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis import (
    Recalls,
    bootstrap_lists,
    bootstrap_subjects,
    cued_accuracy,
    group_curve,
    lag_crp,
    noise_ceiling,
    pfr,
    pnr,
    rmsd,
    serial_accuracy,
    spc,
)
from analysis.measures import COUNTS

from .definitions import MEASURES, definition

RECALL = ["input", "recall"]
COLUMNS = ["mean", "low", "high", "n", "over"]


@pytest.fixture(scope="module")
def recalls() -> Recalls:
    rng = np.random.default_rng(0)
    orders = rng.random((60, 6)).argsort(axis=1) + 1
    orders[np.arange(6) >= rng.integers(1, 7, size=60)[:, None]] = 0
    return Recalls.from_positions(
        orders, 6, subject=np.arange(60) % 5, condition=np.where(np.arange(60) % 2, "a", "b")
    )


def test_t_interval_is_that_of_scipy():
    values = np.array([0.2, 0.5, 0.9])
    curve = pd.DataFrame({"subject": [1, 2, 3], "lag": 1, "prob": values})
    row = group_curve(curve, "lag", level=0.9).iloc[0]
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.9)
    assert row["mean"] == pytest.approx(values.mean())
    assert (row["low"], row["high"]) == pytest.approx((expected.low, expected.high))


def test_subjects_without_a_value_are_left_out():
    curve = pd.DataFrame(
        {"subject": [1, 2, 1, 2], "lag": [0, 0, 1, 1], "prob": [np.nan, np.nan, 0.5, np.nan]}
    )
    table = group_curve(curve, "lag")
    assert table[["lag", "mean", "n"]].to_numpy().tolist() == [[1, 0.5, 1]]
    assert table["low"].isna().all()


def test_group_curve_by_condition_and_over_two_x(recalls):
    table = group_curve(pnr(recalls, by="condition"), ["output", "input"], by="condition")
    assert table.columns.tolist() == ["condition", "output", "input", *COLUMNS]
    assert set(table["over"]) == {"subjects"}


def test_group_curve_without_x():
    curve = pd.DataFrame({"subject": [1, 2], "rank": [0.4, 0.6]})
    table = group_curve(curve, None, value="rank")
    assert table["mean"].tolist() == [0.5]
    assert table.columns.tolist() == COLUMNS


def test_group_curve_wants_one_row_per_subject(recalls):
    with pytest.raises(ValueError, match="several rows at .*condition, model"):
        group_curve(spc(recalls, by="condition"), "input", "recall")


@pytest.mark.parametrize("interval", [group_curve, bootstrap_subjects])
def test_scores_that_are_no_numbers_and_subjects_without_name_are_told(recalls, interval):
    curve = spc(recalls)
    nameless = curve.assign(subject=curve["subject"].astype(float).mask(curve.index == 3))
    with pytest.raises(ValueError, match="subject must not be missing: row 3 has none; say"):
        interval(nameless, "input", "recall")
    texts = curve.assign(recall=curve["recall"].astype(str))
    with pytest.raises(ValueError, match=r"recall must be a number: row 0 has '.*and 29 more rows"):
        interval(texts, "input", "recall")
    for dtype in ("Float64", object):  # with NA
        other = curve.astype({"recall": dtype})
        other.loc[3, "recall"] = pd.NA
        expected = interval(curve.assign(recall=curve["recall"].mask(curve.index == 3)), *RECALL)
        pd.testing.assert_frame_equal(interval(other, *RECALL), expected)
    spoiled = curve.astype({"recall": object})
    spoiled.loc[7, "recall"] = "none"
    with pytest.raises(ValueError, match=r"recall must be a number: row 7 has 'none'; a text"):
        interval(spoiled, "input", "recall")


def test_group_curve_names_a_missing_column(recalls):
    with pytest.raises(ValueError, match="no column 'prob', only subject, input, recall"):
        group_curve(spc(recalls), "input")


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.__name__)
def test_bands_enclose_the_pooled_curve(recalls, measure):
    table = bootstrap_lists(measure, recalls, by="condition", n_boot=200, **definition(measure))
    assert table.columns.tolist()[0] == "condition"
    assert table.columns.tolist()[-5:] == COLUMNS
    assert (table["low"] <= table["mean"] + 1e-12).all()
    assert (table["mean"] <= table["high"] + 1e-12).all()
    assert set(table["n"]) == {30}
    assert set(table["over"]) == {"lists"}


def test_pooled_curve_is_that_of_one_subject(recalls):
    alone = Recalls.from_positions(recalls.recalled, 6)
    expected = lag_crp(alone, skip_outputs=1).dropna()
    table = bootstrap_lists(lag_crp, recalls, n_boot=10, skip_outputs=1)
    np.testing.assert_allclose(table["mean"], expected["prob"])
    assert table["lag"].tolist() == expected["lag"].tolist()


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.__name__)
@pytest.mark.parametrize("said", [0, 3], ids=["nothing", "one word"])
def test_an_x_that_was_never_possible_has_no_row(measure, said):
    recalls = Recalls.from_positions([[said], [said]], 4)
    table = bootstrap_lists(measure, recalls, n_boot=10, **definition(measure))
    possible = COUNTS[measure](recalls, **definition(measure)).possible
    assert len(table) == np.count_nonzero(possible.sum(axis=0))
    assert table.columns.tolist()[-5:] == COLUMNS
    assert not table.isna().any(axis=None)


def test_a_condition_without_transitions_has_no_rows():
    recalls = Recalls.from_positions(
        [[1, 0], [2, 0], [1, 2], [3, 2]], 4, condition=["a", "a", "b", "b"]
    )
    table = bootstrap_lists(lag_crp, recalls, by="condition", n_boot=10)
    of_b = bootstrap_lists(lag_crp, recalls.take(np.array([2, 3])), n_boot=10)
    assert set(table["condition"]) == {"b"}
    assert table["lag"].tolist() == of_b["lag"].tolist()
    assert table["mean"].tolist() == of_b["mean"].tolist()
    assert table["lag"].dtype == of_b["lag"].dtype and set(table["n"]) == {2}


def test_bands_have_the_width_of_a_proportion():
    # half of 400 lists recall the word: standard error .025
    recalls = Recalls.from_positions(np.arange(400)[:, None] % 2, 1)
    row = bootstrap_lists(spc, recalls, n_boot=4000).iloc[0]
    assert row["high"] - row["low"] == pytest.approx(2 * 1.96 * 0.025, rel=0.07)


def test_same_seed_same_bands(recalls):
    first, again, other = (bootstrap_lists(spc, recalls, n_boot=50, seed=s) for s in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)


def test_resampling_in_blocks_draws_as_many_lists(monkeypatch):
    recalls = Recalls.from_positions(np.arange(400)[:, None] % 2, 1)
    monkeypatch.setattr("analysis.recalls.BLOCK", 37)
    row = bootstrap_lists(spc, recalls, n_boot=4000).iloc[0]
    assert row["mean"] == 0.5
    assert row["high"] - row["low"] == pytest.approx(2 * 1.96 * 0.025, rel=0.07)


def test_bootstrap_wants_a_measure(recalls):
    with pytest.raises(ValueError, match="one of the functions spc, pfr, pnr.*group_curve"):
        bootstrap_lists(cued_accuracy, recalls)


@pytest.mark.parametrize(
    ("options", "message"), [({"n_boot": 1}, "n_boot must be 2"), ({"level": 95}, "such as .95")]
)
def test_bootstrap_options_are_checked(recalls, options, message):
    with pytest.raises(ValueError, match=message):
        bootstrap_lists(spc, recalls, **options)


def test_an_x_that_no_resample_has_is_without_interval():
    # one list of two has a transition, and both resamples may be of the other alone
    recalls = Recalls.from_positions([[1, 2], [3, 0]], 3)
    seeds = [bootstrap_lists(lag_crp, recalls, n_boot=2, seed=seed) for seed in range(60)]
    missed = [table["low"].isna().all() for table in seeds]
    assert 0 < sum(missed) < 60
    for table in seeds:
        assert table[["lag", "mean"]].to_numpy().tolist() == [[1, 1], [2, 0]]
        known = table.dropna()
        assert (known["low"] == known["mean"]).all() and (known["high"] == known["mean"]).all()


def test_omissions_of_a_table_are_those_of_serial_recall():
    recalls = Recalls.from_positions([[1, 0, 3], [0, 2, 3], [1, 2, 0]], 3, omissions=True)
    table = bootstrap_lists(serial_accuracy, recalls.to_table(), n_boot=20)
    pd.testing.assert_frame_equal(table, bootstrap_lists(serial_accuracy, recalls, n_boot=20))
    assert table["mean"].tolist() == pytest.approx([2 / 3] * 3)
    ceiling = noise_ceiling(serial_accuracy, recalls.to_table(), n_splits=2)
    pd.testing.assert_frame_equal(ceiling, noise_ceiling(serial_accuracy, recalls, n_splits=2))
    with pytest.raises(ValueError, match="item must not be missing.*Recalls.from_table"):
        bootstrap_lists(spc, recalls.to_table())


def test_rmsd_by_hand():
    curve = pd.DataFrame({"input": [1, 2, 3], "mean": [0.1, 0.5, 0.9]})
    reference = pd.DataFrame({"input": [3, 2, 4], "mean": [0.5, 0.2, 0.0]})
    # deviations .3 at 2 and .4 at 3
    assert rmsd(curve, reference, "input") == pytest.approx(np.sqrt(0.125))
    assert rmsd(curve, curve, "input") == 0


def test_rmsd_leaves_out_lag_zero_and_far_lags():
    curve = pd.DataFrame({"lag": [-6, -5, 0, 5], "prob": [1.0, 0.2, 1.0, 0.2]})
    zero = curve.assign(prob=0.0)
    assert rmsd(curve, zero, "lag", value="prob") == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"input": [7, 8]}, "share no input"),
        ({"input": [1, 1]}, "reference has several rows at input 1"),
    ],
)
def test_rmsd_says_what_is_wrong(changed, message):
    curve = pd.DataFrame({"input": [1, 2], "mean": [0.1, 0.5]})
    with pytest.raises(ValueError, match=message):
        rmsd(curve, curve.assign(**changed), "input")


def test_rmsd_names_a_missing_column(recalls):
    with pytest.raises(ValueError, match="curve has no column 'mean', only subject, input, prob"):
        rmsd(pfr(recalls), pfr(recalls), "input")
