"""Split halves: by hand, and against the truth of simulated subjects."""

import numpy as np
import pandas as pd
import pytest

from analysis import Recalls, bootstrap_lists, lag_crp, noise_ceiling, pnr, spc, temporal_factor

TRUTH = np.array([0.8, 0.5, 0.35, 0.3, 0.3, 0.4, 0.6, 0.9])


def simulated(n_subjects: int, n_lists: int, seed: int) -> Recalls:
    """Every word recalled or not by itself, with the same probabilities in all subjects."""
    rng = np.random.default_rng(seed)
    hit = rng.random((n_subjects * n_lists, 8)) < TRUTH
    recalled = np.sort(np.where(hit, np.arange(1, 9), 99), axis=1)
    recalled[recalled == 99] = 0
    return Recalls.from_positions(recalled, 8, subject=np.repeat(np.arange(n_subjects), n_lists))


def test_two_lists_by_hand():
    """Halves 1 1 0 and 1 0 0: deviations 0 1 0, r = .5."""
    recalls = Recalls.from_positions([[1, 2], [1, 0]], 3)
    row = noise_ceiling(spc, recalls, n_splits=7).iloc[0]
    assert row["rmsd"] == pytest.approx(np.sqrt(1 / 3))
    assert row["rmsd_all"] == pytest.approx(np.sqrt(1 / 3) / 2)
    assert row["r"] == pytest.approx(0.5)
    assert row["r_all"] == pytest.approx(2 * 0.5 / 1.5)
    assert (row["n_lists"], row["n_subjects"], row["n_splits"]) == (2, 1, 7)


def test_all_splits_are_as_likely():
    """Recalls 1, 1, 2, 2: a split in three puts equal lists together, RMSD 1 and r -1, else 0."""
    recalls = Recalls.from_positions([[1], [1], [2], [2]], 2)
    row = noise_ceiling(spc, recalls, n_splits=1500).iloc[0]
    assert row["rmsd"] == pytest.approx(1 / 3, abs=4 * np.sqrt(2 / 9 / 1500))
    assert np.isnan(row["r"]) and np.isnan(row["r_all"])  # where halves agree they are flat


def test_halves_that_are_mirror_images_have_no_reliability():
    row = noise_ceiling(spc, Recalls.from_positions([[1], [2]], 2)).iloc[0]
    assert row["r"] == pytest.approx(-1) and np.isnan(row["r_all"])


def test_curves_are_means_over_subjects():
    """One subject with many lists weighs as much as one with two."""
    always = Recalls.from_positions([[1]] * 10 + [[2]] * 2, 2, subject=[1] * 10 + [2] * 2)
    row = noise_ceiling(spc, always, n_splits=5).iloc[0]
    assert (row["rmsd"], row["n_lists"], row["n_subjects"]) == (0, 12, 2)
    assert np.isnan(row["r"])  # half of the subjects each: the curve is flat


def test_halves_of_subjects_by_hand():
    """One recalls the first word, the other the second: every split holds one against the other."""
    recalls = Recalls.from_positions([[1], [1], [2]], 2, subject=[1, 1, 2])
    row = noise_ceiling(spc, recalls, n_splits=5, halves="subjects").iloc[0]
    assert (row["rmsd"], row["r"]) == (1, pytest.approx(-1))
    assert noise_ceiling(spc, recalls.take(recalls.labels["subject"] == 1)).iloc[0]["rmsd"] == 0


def test_of_four_subjects_a_split_in_three_puts_the_like_together():
    recalls = Recalls.from_positions([[1], [1], [2], [2]], 2, subject=[1, 2, 3, 4])
    row = noise_ceiling(spc, recalls, n_splits=1500, halves="subjects").iloc[0]
    assert row["rmsd"] == pytest.approx(1 / 3, abs=4 * np.sqrt(2 / 9 / 1500))


def test_subjects_who_differ_in_nothing_but_chance_are_as_far_apart_as_their_lists():
    recalls = simulated(40, 12, seed=1)
    of_lists, of_subjects = (
        noise_ceiling(spc, recalls, n_splits=200, halves=halves)["rmsd"].iloc[0]
        for halves in ("lists", "subjects")
    )
    assert of_subjects == pytest.approx(of_lists, rel=0.15)


def test_halves_that_there_are_not():
    one = Recalls.from_positions([[1], [2]], 2)
    with pytest.raises(ValueError, match="halves of subjects need two subjects or more: there is"):
        noise_ceiling(spc, one, halves="subjects")
    with pytest.raises(ValueError, match="halves"):
        noise_ceiling(spc, one, halves="words")


def test_the_ceiling_is_the_deviation_from_the_truth():
    """Over simulated samples, the rms of both agree, and so do reliability and correlation."""
    ceilings, deviations, correlations = [], [], []
    for seed in range(60):
        recalls = simulated(5, 12, seed)
        ceilings.append(noise_ceiling(spc, recalls, n_splits=20, seed=seed).iloc[0])
        curve = spc(recalls).groupby("input")["recall"].mean().to_numpy()
        deviations.append(np.mean((curve - TRUTH) ** 2))
        correlations.append(np.corrcoef(curve, TRUTH)[0, 1])
    table = pd.DataFrame(ceilings)
    expected = np.mean(TRUTH * (1 - TRUTH)) / 60
    assert np.mean(deviations) == pytest.approx(expected, rel=0.15)
    assert (table["rmsd_all"] ** 2).mean() == pytest.approx(expected, rel=0.15)
    assert np.sqrt(table["r_all"].mean()) == pytest.approx(np.mean(correlations), abs=0.01)
    assert (table["r_all"] > table["r"]).all()


def test_by_and_lags():
    recalls = simulated(4, 10, 0)
    labels = recalls.labels.assign(condition=np.where(np.arange(40) % 2, "odd", "even"))
    recalls = Recalls(recalls.presented, recalls.recalled, labels)
    table = noise_ceiling(lag_crp, recalls, by="condition", n_splits=5)
    assert table["condition"].tolist() == ["even", "odd"]
    assert table["n_lists"].tolist() == [20, 20] and table["n_subjects"].tolist() == [4, 4]
    # recalled in order of study: behind there is nothing, and lags beyond 5 do not count
    band = bootstrap_lists(lag_crp, recalls, n_boot=10)
    assert band["lag"].max() > 5
    # the first condition draws the same splits with and without the other beside it
    alone = noise_ceiling(
        lag_crp, recalls.take((labels["condition"] == "even").to_numpy()), n_splits=5
    )
    columns = alone.columns
    assert alone.iloc[0].tolist() == table[columns].iloc[0].tolist()


def test_seed():
    r = [noise_ceiling(spc, simulated(3, 5, 0), n_splits=3, seed=s)["r"].item() for s in (1, 1, 2)]
    assert r[0] == r[1] != r[2]


@pytest.mark.parametrize(
    ("measure", "options", "message"),
    [
        (temporal_factor, {}, "no curve over one x .*a single value"),
        (pnr, {}, "no curve over one x .*output and input"),
        (np.mean, {}, "must be one of the functions spc"),
        (spc, {"n_splits": 0}, "n_splits must be 1 or more"),
        (spc, {"by": "condition"}, "is no label of these lists"),
    ],
)
def test_bad_input_teaches(measure, options, message):
    with pytest.raises(ValueError, match=message):
        noise_ceiling(measure, simulated(2, 4, 0), **options)


def test_one_list_cannot_be_halved():
    recalls = Recalls.from_positions([[1], [2], [1], [1]], 2, subject=[1, 2, 2, 3])
    with pytest.raises(ValueError, match="'subject': 1} has one .and 1 more subject"):
        noise_ceiling(spc, recalls)
