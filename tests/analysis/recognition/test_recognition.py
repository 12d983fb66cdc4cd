"""Recognition by hand, against scipy, and on samples of known distributions."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from analysis import auc, d_prime, hit_rates, recognition_tests, roc, zroc

#: z scores from a table of the normal distribution
Z = {0.6: 0.2533, 0.8: 0.8416, 0.9: 1.2816}


def recognition_table(old: list, new: list, subject: int = 1, **columns) -> pd.DataFrame:
    """One list: responses to each word studied, in order of study, then to each lure."""
    n_old, n_tests = len(old), len(old) + len(new)
    table = pd.DataFrame(
        {
            "subject": subject,
            "list": 1,
            "trial_type": ["study"] * n_old + ["recall"] * n_tests,
            "position": [*range(1, n_old + 1), *range(1, n_tests + 1)],
            "item": [*range(1, n_old + 1), *range(1, n_tests + 1)],
            "response": pd.Series([None] * n_old + [*old, *new], dtype=object),
        }
    )
    return table.assign(**columns)


def yes_no(hits: int, n_old: int, false_alarms: int, n_new: int, **columns) -> pd.DataFrame:
    old = ["yes"] * hits + ["no"] * (n_old - hits)
    new = ["yes"] * false_alarms + ["no"] * (n_new - false_alarms)
    return recognition_table(old, new, **columns)


def rated(rng: np.random.Generator, n: int, mean: float, sd: float) -> pd.DataFrame:
    """Ratings 1 to 6 from normal evidence with criteria at -1, -.5, ..., 1."""
    criteria = np.linspace(-1, 1, 5) + mean / 2
    old = np.searchsorted(criteria, rng.normal(mean, sd, n)) + 1
    new = np.searchsorted(criteria, rng.normal(0, 1, n)) + 1
    return recognition_table(old.tolist(), new.tolist())


ratings = st.lists(st.integers(1, 4), min_size=1, max_size=12)


# --- tests


def test_tests_by_hand():
    table = pd.DataFrame(
        {
            "subject": 1,
            "list": [1] * 7 + [2] * 2,
            "trial_type": ["study"] * 4 + ["recall"] * 3 + ["study", "recall"],
            "position": [1, 2, 3, 4, 1, 2, 3, 1, 1],
            "item": ["a", "b", "a", "c", "c", "a", "x", "d", "a"],
            "response": [None] * 4 + ["yes", "yes", "no", None, "no"],
            "depth": ["deep", "flat", "deep", "flat", None, None, None, "deep", None],
        }
    )
    tests = recognition_tests(table)
    # what was on another list only is a lure
    assert tests["old"].tolist() == [True, True, False, False]
    assert tests["presentations"].tolist() == [1, 2, 0, 0]
    assert tests["lag"].tolist()[:2] == [0 + 0, 1 + 1]
    assert tests["lag"].isna().tolist()[2:] == [True, True]
    assert tests["depth"].tolist()[:2] == ["flat", "deep"]


def test_rearranged_pairs_are_new():
    table = pd.DataFrame(
        {
            "subject": 1,
            "list": 1,
            "trial_type": ["study", "study", "recall", "recall"],
            "position": [1, 2, 1, 2],
            "cue": ["a", "b", "a", "b"],
            "item": ["A", "B", "A", "A"],
            "response": [None, None, "yes", "yes"],
        }
    )
    tests = recognition_tests(table)
    assert tests["old"].tolist() == [True, False]
    assert tests["cue"].tolist() == ["a", "b"]
    told = recognition_tests(table.assign(lag=[None, None, 7, 3]))
    assert told["lag"].isna().tolist() == [False, True]
    assert told["lag"].iloc[0] == 7


# --- yes and no


def test_rates_and_corrections_by_hand():
    table = yes_no(5, 5, 0, 4)
    row = hit_rates(table).iloc[0]
    assert row.tolist() == [1, 1, 0, 5, 5, 0, 4]
    row = hit_rates(table, correction="loglinear").iloc[0]
    assert row[["hit_rate", "false_alarm_rate"]].tolist() == [5.5 / 6, 0.5 / 5]
    row = hit_rates(table, correction="1/(2N)").iloc[0]
    assert row[["hit_rate", "false_alarm_rate"]].tolist() == [0.9, 0.125]
    inner = hit_rates(yes_no(3, 5, 1, 4), correction="1/(2N)").iloc[0]
    assert inner[["hit_rate", "false_alarm_rate"]].tolist() == [0.6, 0.25]


def test_detection_by_hand():
    # hit rate .8, false-alarm rate .4
    row = d_prime(yes_no(8, 10, 4, 10), correction="none").iloc[0]
    assert row["d_prime"] == pytest.approx(Z[0.8] + Z[0.6], abs=1e-4)
    assert row["criterion"] == pytest.approx(-(Z[0.8] - Z[0.6]) / 2, abs=1e-4)
    # beta is the likelihood ratio at the criterion
    at = stats.norm.ppf(0.6)
    ratio = stats.norm.pdf(at - row["d_prime"]) / stats.norm.pdf(at)
    assert row["beta"] == pytest.approx(ratio)


def test_perfect_and_worst_rates_without_correction_are_infinite():
    table = pd.concat(
        [
            yes_no(4, 4, 0, 4, subject=1),
            yes_no(0, 4, 4, 4, subject=2),
            yes_no(4, 4, 4, 4, subject=3),
            yes_no(4, 4, 2, 4, subject=4),
        ]
    )
    raw = d_prime(table, correction="none")
    assert raw["d_prime"].tolist()[:2] == [np.inf, -np.inf]
    assert np.isnan(raw["d_prime"][2])
    assert raw["d_prime"][3] == np.inf
    for correction in ("loglinear", "1/(2N)"):
        mended = d_prime(table, correction=correction)
        assert np.isfinite(mended["d_prime"]).all()
        assert mended["d_prime"][0] == pytest.approx(-mended["d_prime"][1])
        assert mended["d_prime"][2] == pytest.approx(0)
    # (4 + .5) / (4 + 1) = .9 and .1
    assert d_prime(table)["d_prime"][0] == pytest.approx(2 * Z[0.9], abs=1e-4)


def test_d_prime_of_known_distributions():
    rng = np.random.default_rng(0)
    n, criterion = 100_000, 0.9
    said = [np.where(rng.normal(mean, 1, n) > criterion, "yes", "no").tolist() for mean in (1.5, 0)]
    row = d_prime(recognition_table(*said)).iloc[0]
    # four standard errors of about .007
    assert row["d_prime"] == pytest.approx(1.5, abs=0.03)
    assert row["criterion"] == pytest.approx(0.9 - 0.75, abs=0.02)


def test_answers_may_be_words_truths_numbers_or_ratings():
    expected = hit_rates(yes_no(1, 2, 1, 3))
    for yes, no in (("old", "new"), ("YES", "No"), (True, False), (1, 0)):
        table = yes_no(1, 2, 1, 3).replace({"response": {"yes": yes, "no": no}})
        pd.testing.assert_frame_equal(hit_rates(table), expected)
    table = recognition_table([4, 1], [6, 3, 2])
    pd.testing.assert_frame_equal(hit_rates(table, yes_from=4), expected)
    ordered = pd.Categorical(
        [None, None, "perhaps", "no", "yes", "no", "no"], ["no", "perhaps", "yes"], ordered=True
    )
    table = recognition_table([4, 1], [6, 3, 2], response=ordered)
    pd.testing.assert_frame_equal(hit_rates(table, yes_from="perhaps"), expected)


def test_lures_are_shared_by_kinds_of_words_studied():
    table = yes_no(3, 4, 1, 5)
    rates = hit_rates(table, targets_by="study_position")
    assert rates["hit_rate"].tolist() == [1, 1, 1, 0]
    assert rates["false_alarm_rate"].tolist() == [0.2] * 4
    assert d_prime(table, targets_by="study_position")["n_new"].tolist() == [5] * 4
    with pytest.raises(ValueError, match="no lures among the tests of subject 1, study_position 1"):
        d_prime(table, by="study_position")


def test_conditions_divide_lures_too():
    table = pd.concat(
        [yes_no(2, 2, 0, 2, condition="fast"), yes_no(1, 2, 1, 2, condition="slow").assign(list=2)]
    )
    rates = hit_rates(table, by="condition")
    assert rates["condition"].tolist() == ["fast", "slow"]
    assert rates["false_alarm_rate"].tolist() == [0, 0.5]


# --- ratings


def test_roc_by_hand():
    table = roc(recognition_table([4, 4, 3, 1], [1, 1, 2, 3]))
    assert table["criterion"].tolist() == [4, 3, 2]
    assert table["hit_rate"].tolist() == [0.5, 0.75, 0.75]
    assert table["false_alarm_rate"].tolist() == [0, 0.25, 0.5]
    five = roc(recognition_table([4, 4, 3, 1], [1, 1, 2, 3]), scale=range(1, 6))
    assert five["hits"].tolist() == [0, 2, 3, 3]


@settings(max_examples=20, deadline=None)
@given(ratings, ratings)
def test_roc_agrees_with_yes_and_no_at_each_criterion(old, new):
    table = recognition_tests(recognition_table(old, new))
    for row in roc(table, scale=range(1, 5), correction="loglinear").itertuples():
        rates = hit_rates(table, correction="loglinear", yes_from=row.criterion).iloc[0]
        assert rates["hit_rate"] == row.hit_rate
        assert rates["false_alarm_rate"] == row.false_alarm_rate


@settings(max_examples=20, deadline=None)
@given(ratings, ratings)
def test_auc_is_the_share_of_mann_whitney_u(old, new):
    area = auc(recognition_table(old, new), scale=range(1, 5))["auc"].item()
    u = (
        stats.mannwhitneyu(old, new, method="asymptotic").statistic
        if len({*old, *new}) > 1
        else None
    )
    expected = u / (len(old) * len(new)) if u is not None else 0.5
    assert area == pytest.approx(expected)
    # and the area under the points
    points = roc(recognition_table(old, new), scale=range(1, 5))
    x = [0, *points["false_alarm_rate"], 1]
    y = [0, *points["hit_rate"], 1]
    assert area == pytest.approx(np.trapezoid(y, x))


@pytest.mark.parametrize("fit", ["likelihood", "regression"])
@pytest.mark.parametrize("mean, sd", [(1.2, 1.0), (1.5, 1.25)])
def test_zroc_of_known_distributions(fit, mean, sd):
    table = rated(np.random.default_rng(1), 60_000, mean, sd)
    row = zroc(table, fit=fit).iloc[0]
    assert row["slope"] == pytest.approx(1 / sd, abs=0.03)
    assert row["intercept"] == pytest.approx(mean / sd, abs=0.03)
    assert row["d_a"] == pytest.approx(mean / np.sqrt((1 + sd**2) / 2), abs=0.03)
    # the area under normal distributions: how often one draw exceeds the other
    assert row["a_z"] == pytest.approx(stats.norm.cdf(mean / np.sqrt(1 + sd**2)), abs=0.01)


def test_zroc_is_most_likely():
    old, new = np.array([3, 5, 4, 9, 12, 17]), np.array([16, 12, 9, 6, 5, 2])
    row = zroc(recognition_table(*(np.repeat(range(1, 7), n).tolist() for n in (old, new)))).iloc[0]

    def unlikeliness(theta):
        """Parameters as they are, without a gradient."""
        mean, sd, *criteria = theta
        if sd <= 0 or (np.diff(criteria) <= 0).any():
            return np.inf
        total = 0
        for n, centre, width in ((old, mean, sd), (new, 0, 1)):
            below = [0, *(stats.norm.cdf(c, centre, width) for c in criteria), 1]
            total -= sum(n[i] * np.log(below[i + 1] - below[i]) for i in range(6))
        return total

    start = [1.0, 1.0, -0.6, -0.1, 0.4, 0.9, 1.5]
    options = {"maxiter": 20000, "maxfev": 20000, "xatol": 1e-7, "fatol": 1e-10, "adaptive": True}
    best = optimize.minimize(unlikeliness, start, method="Nelder-Mead", options=options)
    assert row["slope"] == pytest.approx(1 / best.x[1], abs=1e-4)
    assert row["intercept"] == pytest.approx(best.x[0] / best.x[1], abs=1e-4)


def test_zroc_on_a_line_by_hand():
    # rates .6 and .8 against .2 and .4: z .25, .84 against -.84, -.25, so slope 1
    table = recognition_table([3] * 6 + [2] * 2 + [1] * 2, [3] * 2 + [2] * 2 + [1] * 6)
    for fit in ("likelihood", "regression"):
        row = zroc(table, fit=fit, correction="none").iloc[0]
        assert row["slope"] == pytest.approx(1, abs=1e-4)
        assert row["d_a"] == pytest.approx(Z[0.8] + Z[0.6], abs=1e-3)
        assert row["intercept"] == pytest.approx(row["d_a"], abs=1e-3)


def test_zroc_that_ratings_do_not_tell_is_nan():
    apart = recognition_table([4, 4, 3, 3], [1, 1, 2, 2])
    assert np.isnan(zroc(apart)["slope"].item())
    # no criterion has words studied and lures on both sides
    hardly = recognition_table([4] * 5 + [3], [1] * 3 + [2] * 3 + [3])
    assert np.isnan(zroc(hardly)["slope"].item())
    two = recognition_table([1, 2], [1, 2])
    assert np.isnan(zroc(two)["slope"].item())
    assert np.isnan(zroc(two, fit="regression", correction="none")["d_a"].item())


@pytest.mark.parametrize("measure", [roc, auc, zroc])
def test_ratings_by_subject_and_condition(measure):
    rng = np.random.default_rng(3)
    parts = {
        (subject, condition): rated(rng, 40, 1.0, 1.2).assign(
            subject=subject, condition=condition, list=number
        )
        for subject in ("Ada", "Bob")
        for number, condition in enumerate(("slow", "fast"), start=1)
    }
    together = measure(pd.concat(parts.values()), by="condition")
    assert together.columns.tolist()[:2] == ["subject", "condition"]
    for (subject, condition), part in parts.items():
        same = (together["subject"] == subject) & (together["condition"] == condition)
        mine = together[same]
        alone = measure(part, by="condition", scale=range(1, 7))
        pd.testing.assert_frame_equal(mine.reset_index(drop=True), alone)


def test_ordered_categories_are_ratings():
    words = ["new", "perhaps", "old"]
    table = recognition_table([3, 3, 2], [1, 2, 1])
    named = table["response"].map(dict(enumerate(words, start=1)))
    named = table.assign(response=pd.Categorical(named, words, ordered=True))
    assert roc(named)["criterion"].tolist() == ["old", "perhaps"]
    assert roc(named)["hits"].tolist() == roc(table)["hits"].tolist() == [2, 3]
    assert auc(named)["auc"].item() == auc(table)["auc"].item()


# --- what always holds


def test_relabelling_items_and_shuffling_rows_changes_nothing():
    rng = np.random.default_rng(0)
    table = pd.concat([rated(rng, 30, 1, 1).assign(subject=s) for s in (1, 2)], ignore_index=True)
    names = {i: f"word{j}" for i, j in zip(range(1, 61), rng.permutation(60), strict=True)}
    renamed = table.assign(item=table["item"].map(names)).sample(frac=1, random_state=1)
    for measure in (roc, auc, zroc):
        pd.testing.assert_frame_equal(measure(renamed), measure(table))
    for measure in (hit_rates, d_prime):
        pd.testing.assert_frame_equal(measure(renamed, yes_from=4), measure(table, yes_from=4))


def test_one_test_of_each_kind_works():
    table = recognition_table([2], [1])
    assert auc(table)["auc"].item() == 1
    assert len(roc(table)) == 1
    assert d_prime(table, yes_from=2)["d_prime"].item() > 0


# --- bad input


def test_bad_input_teaches():
    table = yes_no(1, 2, 1, 2)
    with pytest.raises(
        ValueError, match="row 0 of the tests has 'sure'.*say from which on they mean yes"
    ):
        hit_rates(yes_no(1, 1, 0, 0).replace({"response": {"yes": "sure"}}))
    with pytest.raises(
        ValueError, match="ratings must have an order: row 0 of the tests has 'yes' .*which is no"
    ):
        roc(table)
    with pytest.raises(ValueError, match="correction must be 'loglinear'"):
        d_prime(table, correction="some")
    with pytest.raises(
        ValueError, match="no lures among the tests of subject 1: every word tested"
    ):
        d_prime(yes_no(1, 2, 0, 0))
    with pytest.raises(ValueError, match="no words studied among the tests of subject 1"):
        auc(recognition_tests(recognition_table([1], [2, 3])).query("not old"))
    with pytest.raises(ValueError, match="ratings must be on the scale 1, 2, got 3"):
        roc(recognition_table([3], [1]), scale=[1, 2])
    with pytest.raises(ValueError, match="two ratings or more, but all answers are 3"):
        roc(recognition_table([3], [3]))
    with pytest.raises(ValueError, match="fit must be 'likelihood' or 'regression', got 'line'"):
        zroc(recognition_table([3], [1]), fit="line")
    with pytest.raises(ValueError, match="there are no tests"):
        hit_rates(table[table["trial_type"] == "study"])
    with pytest.raises(ValueError, match="response"):
        hit_rates(table.drop(columns="response"))
    with pytest.raises(ValueError, match="the tests have no column 'speed'"):
        hit_rates(table, by="speed")
    with pytest.raises(TypeError, match="got dict"):
        hit_rates({})
