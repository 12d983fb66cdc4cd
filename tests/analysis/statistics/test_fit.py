"""Models beside people: deviations by the functions that give them one by one."""

import numpy as np
import pandas as pd
import pytest

from analysis import (
    Recalls,
    fit_report,
    g2,
    group_curve,
    lag_crp,
    noise_ceiling,
    pfr,
    rmsd,
    spc,
    temporal_factor,
)


def recalls(n_subjects: int, n_lists: int, seed: int, length: int = 8, **labels) -> Recalls:
    """Recall that begins late and goes to neighbours."""
    rng = np.random.default_rng(seed)
    n = n_subjects * n_lists
    start = length - rng.geometric(0.5, n)
    near = np.abs(np.arange(length) - start[:, None]) + rng.gumbel(0, 1.5, (n, length))
    order = near.argsort(axis=1) + 1
    order[np.arange(length) >= rng.integers(2, length, n)[:, None]] = 0
    return Recalls.from_positions(
        order, length, subject=np.repeat(np.arange(n_subjects), n_lists), **labels
    )


@pytest.fixture(scope="module")
def people() -> Recalls:
    return recalls(6, 20, 0)


@pytest.fixture(scope="module")
def models() -> Recalls:
    """The same process as people's, and one that recalls in order."""
    same = recalls(3, 200, 1).recalled
    in_order = np.tile([1, 2, 3, 4, 5, 0, 0, 0], (40, 1))
    return Recalls.from_positions(
        np.concatenate([same, in_order]),
        8,
        subject=np.concatenate([np.repeat([0, 1, 2], 200), np.repeat([3, 4], 20)]),
        model=["same"] * 600 + ["in order"] * 40,
    )


def test_each_number_is_what_its_own_function_gives(models, people):
    table = fit_report(models, people, by="model", n_splits=10, seed=3).set_index(
        ["model", "measure"]
    )
    same = models.take((models.labels["model"] == "same").to_numpy())
    for measure, x, value, distribution in (
        (spc, "input", "recall", "binomial"),
        (pfr, "input", "prob", "multinomial"),
        (lag_crp, "lag", "prob", "binomial"),
    ):
        row = table.loc[("same", measure.__name__)]
        theirs, mine = (group_curve(measure(r), x, value) for r in (people, same))
        assert row["rmsd"] == pytest.approx(rmsd(mine, theirs, x))
        if x == "lag":
            mine, theirs = (t[(t["lag"] != 0) & (t["lag"].abs() <= 5)] for t in (mine, theirs))
        assert row["sd"] == pytest.approx(np.std(theirs["mean"]))
        assert row["r"] == pytest.approx(np.corrcoef(mine["mean"], theirs["mean"])[0, 1])
        assert row["rmsd_sd"] == pytest.approx(row["rmsd"] / row["sd"])
        ceiling = noise_ceiling(measure, people, n_splits=10, seed=3).iloc[0]
        assert row["ceiling"] == ceiling["rmsd_all"]
        assert row["r_ceiling"] == pytest.approx(np.sqrt(ceiling["r_all"]))
        likelihood = g2(measure(same), measure(people), x, distribution)
        assert (row["g2"], row["df"]) == (likelihood["g2"].item(), likelihood["df"].item())


def test_the_composite_is_the_mean_of_standardised_deviations(models, people):
    table = fit_report(models, people, by="model", n_splits=5)
    measures = ["spc", "pfr", "lag_crp", "composite"]
    assert table["measure"].tolist() == measures * 2
    assert table["model"].tolist() == ["in order"] * 4 + ["same"] * 4
    for _, part in table.groupby("model"):
        each, composite = part.iloc[:3], part.iloc[3]
        assert composite["rmsd_sd"] == pytest.approx(each["rmsd_sd"].mean())
        assert composite["ceiling_sd"] == pytest.approx(each["ceiling_sd"].mean())
        assert composite[["rmsd", "g2"]].isna().all()


def test_the_process_itself_comes_to_the_ceiling_and_another_does_not(models, people):
    table = fit_report(models, people, by="model").set_index(["model", "measure"])
    assert (
        table.loc[("same", "composite"), "rmsd_sd"]
        < 2 * (table.loc[("same", "composite"), "ceiling_sd"])
    )
    assert table.loc[("in order", "composite"), "rmsd_sd"] > 1
    g2s = table["g2"].unstack("model")
    assert (g2s["in order"] > g2s["same"]).drop("composite").all()


def test_options_of_measures_and_tables(models, people):
    options = {pfr: {"first": "response"}, lag_crp: {"skip_outputs": 2}}
    from_twin = fit_report(models, people, "model", options, n_splits=3)
    from_table = fit_report(models.to_table(), people.to_table(), "model", options, n_splits=3)
    pd.testing.assert_frame_equal(from_twin, from_table)
    assert from_twin["measure"].tolist() == ["pfr", "lag_crp", "composite"] * 2


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda m, p: (recalls(2, 3, 0, length=9), p), {}, "same input, got 1 to 9 and 1 to 8"),
        (lambda m, p: (m, p), {"measures": {}}, "at least one measure"),
        (lambda m, p: (m, p), {"measures": {temporal_factor: {}}}, "no curve over one x"),
        (lambda m, p: (m, p), {"by": "noise"}, "is no label"),
        (lambda m, p: (m, recalls(3, 1, 0)), {}, "two lists or more"),
        (
            lambda m, p: (Recalls.from_positions([[0], [0]], 8), p),
            {"measures": {pfr: {}}},
            "no input at which both",
        ),
    ],
)
def test_bad_input_teaches(models, people, change, options, message):
    with pytest.raises(ValueError, match=message):
        fit_report(*change(models, people), **options)
