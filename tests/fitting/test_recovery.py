"""Recovery of parameters and of theories: closed forms, counts by hand, what goes wrong."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from memsim import simulate
from memsim.cognitive import CMR, SAM, TCM, Descriptive, Rich, Static, Uniform
from memsim.fitting import (
    box_around,
    model_recovery,
    observe_people,
    parameter_recovery,
    simulated_people,
)
from memsim.fitting.recovery import summarise
from paradigms import FreeRecall, SerialRecall

from .helpers import TASK, Coin, TwoHalves

FIVE = FreeRecall(list_length=5, pool_size=5)


@dataclass(frozen=True, kw_only=True)
class Tossed(Coin):
    """A coin that also recalls: the last word with probability p, else the first."""

    def recall(self, schedule, rng):
        last = rng.random(schedule.n_lists) < self.p
        responses = np.zeros(schedule.presented.shape, dtype=np.int64)
        responses[:, 0] = np.where(last, schedule.presented.shape[1], 1)
        return responses


@dataclass(frozen=True, kw_only=True)
class TossedHalves(TwoHalves, Tossed):
    """A coin of two halves, which data cannot tell apart."""

    def recall(self, schedule, rng):
        return replace(Tossed(p=self.probability_of()), unused=None).recall(schedule, rng)

    def probability_of(self):
        return (self.a + self.b) / 2


def test_estimates_are_those_of_the_closed_form():
    box = {"p": (0.2, 0.8)}
    found = parameter_recovery(
        Tossed(p=0.5), TASK, claimed=["p"], box=box, n_lists=300, n_data=12, seed=3
    )
    table = found.table
    assert table["data_set"].tolist() == [*range(1, 13)]
    # a Latin hypercube: one true value in each twelfth of the box
    assert sorted(np.floor((table["true"] - 0.2) / 0.05)) == [*range(12)]
    for k, row in enumerate(table.itertuples()):
        people = simulated_people(Tossed(p=row.true), TASK, 300, [3, 1, k])
        share = (people.responses[:, 0] == 3).mean()
        assert row.estimated == pytest.approx(share, abs=1e-6)
        assert row.se == pytest.approx(np.sqrt(share * (1 - share) / 300), rel=1e-4)
    (row,) = found.summary.to_dict("records")
    error = table["estimated"] - table["true"]
    assert row["r"] == pytest.approx(table["true"].corr(table["estimated"]))
    assert row["rmse"] == pytest.approx(np.sqrt((error**2).mean()))
    assert row["bias"] == pytest.approx(error.mean())
    assert row["verdict"] == "recovered" and row["r"] > 0.98
    assert (found.n_lists, found.n_data, found.claimed) == (300, 12, ("p",))


def test_what_data_cannot_tell_apart_is_not_recovered():
    model = TossedHalves(a=0.5, b=0.5)
    box = {"a": (0.1, 0.9), "b": (0.1, 0.9)}
    found = parameter_recovery(
        model, TASK, claimed=["a"], box=box, n_lists=300, n_data=20, n_starts=1
    )
    verdict = found.summary.set_index("parameter")["verdict"]
    assert verdict.to_dict() == {"a": "not recovered", "b": "not identifiable"}
    # their mean is
    wide = found.table.pivot(index="data_set", columns="parameter", values=["true", "estimated"])
    mean = wide.T.groupby(level=0).mean().T
    assert mean["true"].corr(mean["estimated"]) > 0.95


def test_verdict_is_about_claims_made_before():
    table = pd.DataFrame(
        {
            "parameter": ["a"] * 3 + ["b"] * 3 + ["c"] * 3,
            "claimed": [True] * 3 + [False] * 3 + [True] * 3,
            "true": [1.0, 2.0, 3.0] * 3,
            "estimated": [1.0, 2.0, 3.0, 1.0, 2.0, 3.0, 2.0, 3.0, 1.0],
            "se": [np.nan, 1.0, 1.0] * 3,
            "at_bound": [True, False, False] * 3,
        }
    )
    summary = summarise(table).set_index("parameter")
    assert summary["verdict"].tolist() == ["recovered", "not identifiable", "not recovered"]
    assert summary["r"].to_numpy() == pytest.approx([1, 1, -0.5])
    # the two with a standard error of 1 are off by 1 and by 2
    assert summary["covered"].tolist() == [1, 1, 0.5]
    assert summary["at_bound"].to_numpy() == pytest.approx(1 / 3)
    assert np.isnan(summarise(table.iloc[:1])["r"][0])


def test_tcm_gives_its_parameters_back():
    model = TCM(beta=0.6, gamma=0.8, tau=0.4, stop=TCM.preset("TCM-10").stop)
    box = {"beta": (0.3, 0.9), "tau": (0.2, 0.8)}
    found = parameter_recovery(
        model, FIVE, claimed=["beta", "tau"], box=box, n_lists=2000, n_data=12, n_starts=1
    )
    assert (found.summary["verdict"] == "recovered").all()
    assert (found.summary["covered"] >= 0.7).all()  # .95 of 24 expected
    assert found.table["converged"].all()


def test_parameters_held_are_those_of_the_model_in_truth_and_fit():
    model = Tossed(p=0.5, unused=0.3)
    found = parameter_recovery(
        model, TASK, claimed=[], box={"p": (0.2, 0.8)}, n_lists=50, n_data=2, n_starts=1
    )
    assert set(found.table["parameter"]) == {"p"}
    assert not found.table["claimed"].any()


def test_weights_of_log_linear_models():
    static = Static(position=(0.5, 0.0, -1.0, 0.0, 1.0), stop=TCM.preset("TCM-10").stop)
    found = parameter_recovery(static, FIVE, claimed=["position"], n_lists=600, n_data=10)
    assert [*found.summary["parameter"]] == [f"position[{i}]" for i in range(5)]
    assert (found.summary["verdict"] == "recovered").all()
    sums = found.table.groupby("data_set")[["true", "estimated"]].sum()
    np.testing.assert_allclose(sums, 0, atol=1e-9)
    assert (found.summary["spread"] > 0.2).all()


def test_weights_that_nothing_reads_are_left_out():
    stop = TCM.preset("TCM-10").stop
    model = Descriptive(position=(0.0,) * 5, first=(0.0,) * 5, lag=(0.0,) * 11, stop=stop)
    found = parameter_recovery(model, FIVE, claimed=["lag"], n_lists=300, n_data=1)
    lags = found.table[found.table["parameter"].str.startswith("lag")]
    # in lists of five no lag is beyond 4, and an item never follows itself
    expected = [f"lag[{i}]" for i in range(11) if 0 < abs(i - 5) < 5]
    assert [*lags["parameter"]] == expected and lags["claimed"].all()


def both(workers):
    """Recovery of a parameter and of theories, small."""
    of_tau = parameter_recovery(
        TCM.preset("TCM-10"), FIVE, claimed=["tau"], box={"tau": (0.2, 1.0)}, n_lists=40,
        n_data=3, n_starts=1, workers=workers,
    )  # fmt: skip
    models = {"static": Static.preset("static-10"), "uniform": Uniform.preset("uniform-10")}
    of_models = model_recovery(models, FIVE, n_lists=60, n_data=2, workers=workers)
    return of_tau.table, of_models.table


def check_same(tables, others):
    for table, other in zip(tables, others, strict=True):
        pd.testing.assert_frame_equal(table, other, check_exact=True)


def test_the_order_in_which_data_sets_are_done_makes_no_difference(monkeypatch):
    def backwards(function, jobs, workers, done):
        for k in reversed(range(len(jobs))):
            done(k, function(jobs[k]))

    expected = both(1)
    monkeypatch.setattr("memsim.fitting.recovery.run_each", backwards)
    monkeypatch.setattr("memsim.fitting.confusion.run_each", backwards)
    check_same(both(1), expected)


@pytest.mark.slow
def test_any_number_of_workers_recovers_the_same():
    check_same(both(2), both(1))


def test_a_box_around_parameters_stays_in_the_search_box():
    model = CMR.preset("CMR-10")
    box = box_around(model, ["beta_rec", "alpha"], share=0.25)
    assert box["beta_rec"] == pytest.approx((0.75 * 0.9602, 0.999))
    assert box["alpha"] == pytest.approx((0.75 * 0.1796, 1.25 * 0.1796))


def rich_of(lists):
    """A rich model with regularities that no other theory has: those of SAM."""
    people = observe_people(simulate(SAM.preset("SAM-10"), FIVE, n_lists=lists), FIVE)
    return Rich.estimate(people.schedule, people.responses)


def test_the_theory_that_made_the_data_wins():
    stop = TCM.preset("TCM-10").stop
    lag = (-1.0, -0.5, 0.0, 0.3, 0.6, 0.0, 1.8, 0.3, -0.3, -0.6, -1.2)
    static = Static(position=(0.5, 0.0, -1.0, 0.0, 1.0), stop=stop)
    models = {
        "static": static,
        "descriptive": Descriptive(
            position=static.position, first=(1.0, -1.0, -1.0, 0.0, 2.0), lag=lag, stop=stop
        ),
        "rich": rich_of(2000),
        "TCM": [TCM.preset("TCM-10"), TCM(beta=0.5, gamma=0.5, tau=0.4, stop=stop)],
        "SAM": SAM.preset("SAM-10"),
    }
    seen = []
    found = model_recovery(
        models, FIVE, n_lists=600, n_data=2, n_starts=1, progress=lambda *now: seen.append(now)
    )
    assert [*found.confusion.index] == [*models]
    assert [*found.confusion.columns] == ["static", "descriptive", "rich", "TCM"]
    assert np.diag(found.confusion.to_numpy()[:4]).tolist() == [1.0] * 4
    assert found.confusion.loc["SAM", "rich"] == 1
    assert found.confusion.sum(axis=1).tolist() == [1.0] * 5
    assert found.table["converged"].all()
    assert seen == [(k + 1, 10) for k in range(10)]


def test_held_out_nats_are_those_of_either_half():
    """Of a coin they are known: what each half says of the other."""
    model = Tossed(p=0.7)
    found = model_recovery(
        {"coin": model, "coin held": model}, TASK, n_lists=200, n_data=1,
        bounds={"coin held": {"p": (0.02, 0.3)}}, n_starts=1, seed=4,
    )  # fmt: skip
    last = simulated_people(model, TASK, 200, (4, 0, 0)).responses[:, 0] == 3
    odd, even = last[::2], last[1::2]
    coin = [(odd, even.mean()), (even, odd.mean())]
    held = [(odd, min(even.mean(), 0.3)), (even, min(odd.mean(), 0.3))]
    for name, halves in (("coin", coin), ("coin held", held)):
        nll = [-np.log(np.where(half, p, 1 - p)).sum() for half, p in halves]
        row = found.table.query("generator == 'coin' and model == @name").iloc[0]
        assert row["nats"] == pytest.approx(sum(nll) / 200, abs=1e-6)
        assert row["wins"] == (name == "coin")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"box": None}, "box is missing"),
        ({"claimed": ["beta"]}, "claimed='beta' is not among the parameters that are fitted: tau"),
        ({"box": {"bete": (0.1, 0.2)}}, "TCM has no parameter 'bete'"),
        ({"n_data": 0}, "n_data must be 1 or more, got 0"),
        ({"n_lists": 0}, "n_lists must be 1 or more, got 0"),
        ({"model": Static.preset("static-10")}, "give spread=, not box="),
        ({"model": Static.preset("static-10"), "box": None, "claimed": ["lag"]}, "claimed='lag'"),
        ({"model": Static.preset("static-10"), "box": None, "spread": 0.0}, "above 0, got 0.0"),
    ],
)
def test_bad_parameter_recovery(change, message):
    given = {"model": TCM.preset("TCM-10"), "claimed": ["tau"], "box": {"tau": (0.2, 1.0)}} | change
    with pytest.raises(ValueError, match=message):
        parameter_recovery(given.pop("model"), FIVE, **{"n_lists": 20, "n_data": 1} | given)


def test_weights_of_lists_of_another_length():
    with pytest.raises(ValueError, match=r"position of the model given has shape \(10,\)"):
        parameter_recovery(Static.preset("static-10"), FIVE, claimed=[], n_lists=20, n_data=1)


def test_theories_without_likelihood_have_no_parameters_to_recover():
    with pytest.raises(TypeError, match="SAM has no likelihood"):
        parameter_recovery(SAM.preset("SAM-10"), FIVE, claimed=[], box={"a": (0.1, 0.2)})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"models": {"SAM": SAM.preset("SAM-10")}}, "there are none among SAM"),
        ({"models": {"TCM": []}}, r"models\['TCM'\] is empty"),
        ({"n_lists": 1}, "n_lists must be 2 or more"),
        ({"n_data": 0}, "n_data must be 1 or more"),
        ({"bounds": {"CMR": {}}}, "bounds are given for 'CMR', which is not fitted"),
    ],
)
def test_bad_model_recovery(change, message):
    models = {"static": Static.preset("static-10"), "uniform": Uniform.preset("uniform-10")}
    given = {"models": models, "n_lists": 20, "n_data": 1} | change
    with pytest.raises(ValueError, match=message):
        model_recovery(given.pop("models"), FIVE, **given)


def test_serial_recall_is_recovered_too():
    from memsim.cognitive import StartEndModel

    model = StartEndModel.preset("SEM-softmax")
    found = parameter_recovery(
        model, SerialRecall(list_length=4), claimed=["tau"], box={"tau": (0.05, 0.3)},
        n_lists=100, n_data=6, n_starts=1,
    )  # fmt: skip
    assert found.summary["verdict"].tolist() == ["recovered"]
