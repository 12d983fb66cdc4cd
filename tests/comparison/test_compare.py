"""Contenders on the same lists, against sums by hand, and what must never leak."""

from dataclasses import dataclass, replace
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
import torch

from analysis import Recalls, plot_held_out
from memsim.cognitive import TCM
from memsim.cognitive.free_recall import Descriptive, Static
from memsim.cognitive.free_recall.convex import Choices, Regression
from memsim.comparison import (
    EachSubject,
    LogLinearContender,
    NetworkReadOut,
    Split,
    TaskTrained,
    TheoryContender,
    compare,
    find_contenders,
    split_lists,
    split_subjects,
    transfer,
)
from memsim.comparison.compare import criteria
from memsim.comparison.contenders import FREE_CONTENDERS, SERIAL_CONTENDERS, stop_of
from memsim.comparison.page import page
from memsim.fitting import observe_people
from paradigms import FreeRecall, SerialRecall

from .helpers import TASK, Guess, Guessing, Recorder, simulated

QUICK = {"in_sample": False, "n_generated": 0}


@pytest.fixture(scope="module")
def people():
    return simulated()


@pytest.fixture(scope="module")
def classical(people):
    contenders = find_contenders(["uniform", "static", "tcm", "descriptive", "rich"])
    return compare(contenders, people, n_generated=3)


def test_sums_and_differences_by_hand(people):
    """Every event costs 1 nat of one guesser and 1.5 of the other, half of it for choices."""
    done = compare([Guessing("one"), Guessing("more", -1.5)], people, **QUICK)
    n_recalls = np.count_nonzero(people.responses)
    table = done.table("one").set_index("contender")
    assert table["nats"].tolist() == pytest.approx([1.0, 1.5])
    assert table["nats_choice"].tolist() == pytest.approx([0.5, 0.75])
    share = n_recalls / (n_recalls + len(people))
    assert table["nats_stop"].tolist() == pytest.approx([1 - 0.5 * share, 1.5 - 0.75 * share])
    assert table["better"].tolist() == pytest.approx([0.0, -0.5])
    assert (table.loc["more", "low"], table.loc["more", "high"]) == pytest.approx((-0.5, -0.5))
    assert table["n_better"].tolist() == [0, 0]
    sums = done.scores.query("contender == 'one'")
    assert sums["n_lists"].sum() == len(people) and len(sums) == 5 * 3
    assert sums["n_events"].sum() == n_recalls + len(people)
    assert sums["n_recalls"].sum() == n_recalls


def test_a_contender_never_sees_a_list_that_it_is_scored_on(people):
    """No item is in two lists; none of those predicted is given to `fit`."""
    marked = people.schedule.item.copy()
    study = marked > 0
    marked[study] = np.arange(10, 10 + study.sum())
    marked = replace(people, schedule=replace(people.schedule, item=marked))
    recorder, splits = Recorder([]), split_lists(marked, 4)
    compare([recorder], marked, splits, **QUICK)
    assert len(recorder.seen) == 4
    for given, split in zip(recorder.seen, splits, strict=True):
        held_out = {*marked.schedule.presented[split.test].ravel()}
        assert not held_out & {*given.schedule.presented.ravel()}
        assert len(given) == len(split.train) == len(given.recalls)
        # nor what came with the lists
        told = set(given.labels[["subject", "list"]].itertuples(index=False, name=None))
        kept = marked.labels.iloc[split.test][["subject", "list"]]
        assert not told & set(kept.itertuples(index=False, name=None))


def test_shuffled_people_leave_nothing_to_predict_beyond_positions(people):
    """In random order lags mean nothing: the descriptive model is no better than the static one."""
    rng = np.random.default_rng(0)
    shuffled = people.responses.copy()
    for row in shuffled:
        n = np.count_nonzero(row)
        row[:n] = rng.permutation(row[:n])
    done = compare(
        find_contenders(["static", "descriptive"]), replace(people, responses=shuffled), **QUICK
    )
    assert done.table("Static")["better"].iloc[1] < 0


def test_held_out_scores_are_those_of_a_loop(people, classical):
    """Fold by fold and list by list, by the front door of the models."""
    total, n = 0.0, 0
    for split in split_lists(people):
        train, test = people.take(split.train), people.take(split.test)
        model = Static.estimate(train.schedule, train.responses, ridge=1.0, stop=stop_of(train))
        for i in range(len(test)):
            one = test.take(np.array([i]))
            total -= float(model.log_likelihood(one.schedule, one.responses).sum())
            n += np.count_nonzero(one.responses) + 1
    nats = classical.table("Static").set_index("contender").loc["Static", "nats"]
    assert nats == pytest.approx(total / n, abs=1e-10)


def test_order_of_contenders_who_know_more(classical):
    """TCM made these recalls; to know nothing is worst."""
    nats = classical.table("TCM", "Uniform", "Descriptive").set_index("contender")
    assert nats["nats"].idxmax() == "Uniform" and nats["nats"].idxmin() == "TCM"
    assert nats["score"][["Uniform", "Descriptive"]].tolist() == [0, 1]
    assert np.ptp(nats["nats_stop"]) < 1e-12  # the stop rule is the same for all


def test_all_stop_alike_and_lists_longer_than_those_fitted_to_have_a_hazard(people):
    rule = stop_of(people)
    n = np.count_nonzero(people.responses, axis=1)
    by_hand = ((n == 2).sum() + 0.5) / ((n >= 2).sum() + 1)
    assert float(rule.hazard(5)[2]) == pytest.approx(by_hand)
    assert rule.hazard(40)[5:40].tolist() == [0.5] * 35


@pytest.mark.parametrize("length", [5, 8])
@pytest.mark.parametrize("model", [Static, Descriptive])
def test_parameters_that_count_are_those_that_make_a_difference(model, length):
    """The rank of the curvature says how many directions change any probability."""
    some = simulated(2, 60, task=FreeRecall(list_length=length))
    (each,) = model.observe(some.schedule, some.responses)
    ends = np.cumsum([0, *(length if name != "lag" else 11 for name in model.tables)])
    columns = [
        np.where(each.places[name] >= 0, start + each.places[name], -1)
        for name, start in zip(model.tables, ends, strict=False)
    ]
    choices = Choices(columns, each.available.numpy(), each.chosen.numpy())
    curvature = Regression([choices], int(ends[-1]), 0.0).curvature(np.zeros(ends[-1]))
    contender = LogLinearContender(name="it", model=model)
    assert contender.n_free(some) == np.linalg.matrix_rank(curvature, tol=1e-9)


def test_parameters_of_others(people):
    assert FREE_CONTENDERS["uniform"].n_free(people) == 0
    assert FREE_CONTENDERS["rich"].n_free(people) is None
    assert FREE_CONTENDERS["cmr"].n_free(people) == 9


def test_criteria_by_hand():
    rows = pd.DataFrame(
        {
            "contender": ["A", "A", "B", "net"],
            "n_free": [1.0, 1.0, 3.0, np.nan],
            "nll": [60.0, 40.0, 97.0, np.nan],
            "n_events": [30, 20, 50, np.nan],
        }
    )
    found = criteria(rows).set_index("contender")
    assert found.loc["A", "aic"] == 202 and found.loc["B", "aic"] == 200
    assert found.loc["A", "bic"] == pytest.approx(200 + np.log(50))
    assert found.loc["A", "weight"] == pytest.approx(np.exp(-1) / (1 + np.exp(-1)))
    assert found.loc["net"].isna().all()


def test_in_sample_is_the_likelihood_of_all_lists(people, classical):
    nll = classical.table("Static").set_index("contender")["nll"]
    model = Static.estimate(people.schedule, people.responses, stop=stop_of(people))
    by_hand = -float(model.log_likelihood(people.schedule, people.responses).sum())
    assert nll["Static"] == pytest.approx(by_hand, abs=1e-9)
    assert np.isnan(nll["Rich"])  # a ridge holds its weights


def test_each_subject_has_a_fit_of_its_own(people):
    done = compare(
        [EachSubject(FREE_CONTENDERS["static"])], people, split_lists(people, 2), **QUICK
    )
    split = split_lists(people, 2)[0]
    train, test = people.take(split.train), people.take(split.test)
    for (subject,), some in test.groups(["subject"]):
        own = train.take(np.flatnonzero(train.labels["subject"] == subject))
        model = Static.estimate(own.schedule, own.responses, ridge=1.0, stop=stop_of(own))
        row = done.scores.query("fold == 'fold 1' and subject == @subject").iloc[0]
        by_hand = -float(model.log_likelihood(some.schedule, some.responses).sum())
        assert row["nll"] == pytest.approx(by_hand, abs=1e-9)
    with pytest.raises(ValueError, match="nothing was fitted to subject"):
        compare([EachSubject(FREE_CONTENDERS["static"])], people, split_subjects(people), **QUICK)


@pytest.mark.parametrize("name", ["uniform", "static", "tcm", "cmr", "descriptive-ends", "rich"])
def test_probabilities_of_all_recalls_of_a_list_sum_to_one(name):
    """65 ways to recall some of four items in some order, or none."""
    task = FreeRecall(list_length=4)
    contender = FREE_CONTENDERS[name]
    if isinstance(contender, TheoryContender):
        contender = replace(contender, n_starts=1, rounds=0)
    fitted = contender.fit(simulated(1, 12, task=task), seed=0)
    orders = [order for n in range(5) for order in permutations(range(1, 5), n)]
    recalled = np.array([[*order, *[0] * (4 - len(order))] for order in orders])
    schedule = task.trials(0, 0, n_lists=1).take(np.zeros(len(orders), dtype=int))
    p = fitted.log_likelihood(schedule, recalled).sum(dim=1).exp()
    assert len(orders) == 65 and float(p.sum()) == pytest.approx(1, abs=1e-9)


def test_curves_of_the_right_model_are_as_near_as_halves_of_lists(people):
    """Simulated from the truth, with as many lists: noise alone, less than between halves."""

    @dataclass(frozen=True)
    class Truth:
        name: str = "Truth"

        def fit(self, training, seed):
            return TCM.preset("TCM-10")

    many = simulated(n_subjects=4, n_lists=200, seed=3)
    done = compare([Truth(), FREE_CONTENDERS["uniform"]], many, in_sample=False, n_generated=20)
    rmsd = done.curves.set_index(["contender", "measure"])["rmsd"]
    halves = done.ceilings[done.ceilings["halves"] == "lists"].set_index("measure")["rmsd"]
    for measure in ("spc", "pfr", "lag_crp"):
        ratio = rmsd["Truth", measure] / halves[measure]
        assert 0.45 < ratio < 1.05  # 1 / sqrt 2 on average over data
        if measure != "spc":
            assert rmsd["Uniform", measure] > 3 * rmsd["Truth", measure]


def test_what_recalls_nothing_like_people_has_an_rmsd_by_hand(people):
    """A model that always says the last word and stops: the SPC is 0, ..., 0, 1."""

    class Last:
        name = "last"

        def fit(self, training, seed):
            return self

        def log_likelihood(self, schedule, recalled):
            return Guess(-1.0).log_likelihood(schedule, recalled)

        def recall(self, schedule, rng):
            return np.full((schedule.n_lists, 1), 5)

    done = compare([Last()], people, in_sample=False, n_generated=2)
    recalled = (people.responses[:, :, None] == np.arange(1, 6)).any(axis=1)
    spc = pd.DataFrame(recalled).groupby(people.labels["subject"]).mean().mean().to_numpy()
    curve = done.curves.set_index("measure")
    assert curve.loc["spc", "rmsd"] == pytest.approx(np.sqrt(np.mean((spc - [0, 0, 0, 0, 1]) ** 2)))
    assert curve.loc["spc", "rmsd_sd"] == 0
    assert np.isnan(curve.loc["lag_crp", "rmsd"])  # there are no transitions


def test_a_comparison_that_was_stopped_goes_on_where_it_was(people, tmp_path):
    whole = compare([Guessing("a"), FREE_CONTENDERS["static"]], people, n_generated=2)

    @dataclass(frozen=True)
    class Stops:
        """Is stopped in its third fold."""

        seen: list
        name: str = "Static"

        def fit(self, training, seed):
            if len(self.seen) == 2:
                raise KeyboardInterrupt
            self.seen.append(len(training))
            return FREE_CONTENDERS["static"].fit(training, seed)

        def __repr__(self):
            return repr(FREE_CONTENDERS["static"])

        def n_free(self, people):
            return 4

    with pytest.raises(KeyboardInterrupt):
        compare([Guessing("a"), Stops([])], people, n_generated=2, out=tmp_path)
    told = []
    again = compare(
        [Guessing("a"), FREE_CONTENDERS["static"]],
        people,
        n_generated=2,
        out=tmp_path,
        progress=lambda *now: told.append(now),
    )
    # 2 contenders and 5 folds, and one fit in sample; 5 were done before
    assert [now[:2] for now in told] == [(k, 11) for k in range(6, 12)]
    for name in ("scores", "in_sample", "curves", "ceilings"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(whole, name), check_exact=True)
    third = compare(
        [Guessing("a"), FREE_CONTENDERS["static"], Guessing("b")],
        people,
        n_generated=2,
        out=tmp_path,
    )
    assert {*third.scores["contender"]} == {"a", "Static", "b"}


@pytest.mark.slow
def test_two_workers_give_the_same(people, classical):
    contenders = find_contenders(["uniform", "static", "tcm", "descriptive", "rich"])
    two = compare(contenders, people, n_generated=3, workers=2)
    for name in ("scores", "in_sample", "curves", "ceilings"):
        first, second = getattr(classical, name), getattr(two, name)
        pd.testing.assert_frame_equal(first, second, check_exact=True)


def test_a_folder_of_another_comparison_is_left_alone(people, tmp_path):
    compare([Guessing("a")], people, out=tmp_path, **QUICK)
    with pytest.raises(FileExistsError, match="another comparison: seed, splits|splits, seed"):
        compare([Guessing("a")], people, out=tmp_path, seed=1, **QUICK)
    with pytest.raises(FileExistsError, match="another comparison: contender 'a' differ"):
        compare([Guessing("a", -2.0)], people, out=tmp_path, **QUICK)
    with pytest.raises(FileExistsError, match="another comparison: people"):
        compare([Guessing("a")], simulated(seed=9), out=tmp_path, **QUICK)


def test_networks_stand_beside_theories(people):
    """A network trained on the task, briefly: at chance, and without a count of parameters."""
    from memsim import train

    network = train(TASK, n_updates=5, hidden_size=8, word_size=4, max_restarts=0)
    done = compare(
        [FREE_CONTENDERS["uniform"], TaskTrained(name="DNC", readout=NetworkReadOut(network))],
        people,
        split_lists(people, 2),
        n_generated=2,
    )
    table = done.table("Uniform").set_index("contender")
    assert table.loc["DNC", "nats"] == pytest.approx(table.loc["Uniform", "nats"], abs=0.06)
    assert table.loc["DNC", "nats_stop"] == pytest.approx(table.loc["Uniform", "nats_stop"])
    assert np.isnan(table.loc["DNC", "aic"]) and table.loc["DNC", "kind"] == "network"
    text = page(done, title="T", people="P", how="H", reference="Uniform")
    assert "DNC has none: weights that a ridge" in text
    assert "- **DNC**: a network; fitted: weights, to the task; one number" in text


@pytest.mark.parametrize("name", ["gru", "dnc"])
def test_networks_fitted_to_behaviour_stand_beside_theories(name, people):
    """Fitted briefly; far from good, but in the same table."""
    quick = replace(FREE_CONTENDERS[name], max_epochs=1, hidden_size=8)
    splits = split_lists(people, 2)
    done = compare([FREE_CONTENDERS["uniform"], quick], people, splits, n_generated=1)
    table = done.table("Uniform").set_index("contender")
    assert table.loc[quick.name, "kind"] == "network" and np.isnan(table.loc[quick.name, "aic"])
    assert 0.5 < table.loc[quick.name, "nats"] < 2.0 * table.loc["Uniform", "nats"]
    assert {*done.curves["contender"]} == {"Uniform", quick.name}


def test_serial_recall():
    task = SerialRecall(list_length=4)
    model = SERIAL_CONTENDERS["start-end"].model
    from memsim import simulate

    some = observe_people(simulate([model] * 2, task, n_lists=60), task)
    quick = replace(SERIAL_CONTENDERS["start-end"], n_starts=1)
    contenders = [SERIAL_CONTENDERS["no-order"], SERIAL_CONTENDERS["places"], quick]
    done = compare(contenders, some, split_lists(some, 2), n_generated=2)
    table = done.table("No order", "No order", "Places, counted").set_index("contender")
    assert table["nats"].idxmin() == "Start-end model"
    assert (done.scores["n_events"] == 4 * done.scores["n_lists"]).all()
    assert (done.scores["nll_stop"] == 0).all()
    assert {*done.curves["measure"]} == {"accuracy", "transpositions"}
    assert table.loc["Places, counted", "n_free"] == 4 * 5
    assert table["aic"].notna().all()
    text = page(done, title="T", people="P", how="H", reference="No order")
    assert "Omissions and intrusions are responses like others." in text
    assert "Stop, per event" not in text
    assert "- **No order**: classical: a description without a theory" in text


def test_transfer_to_longer_lists():
    """Positions counted from the start know nothing of later ones; from both ends they do."""
    short, long = (
        simulated(2, 30, seed, FreeRecall(list_length=n)) for seed, n in enumerate((5, 8))
    )
    tables = [
        part.recalls.to_table().assign(condition=str(n), subject=lambda t, n=n: t["subject"] + n)
        for n, part in ((5, short), (8, long))
    ]
    both = observe_people(
        Recalls.from_table(pd.concat(tables, ignore_index=True)), FreeRecall(list_length=(5, 8))
    )
    splits = transfer(both, "5", ["8"])
    done = compare(find_contenders(["tcm", "descriptive-ends"]), both, splits, n_generated=2)
    assert done.scores["n_lists"].sum() == 2 * 60
    # the curves are those of the lists predicted
    assert {*done.curves["condition"]} == {*done.ceilings["condition"]} == {""}
    by_input = done.ceilings.query("measure == 'spc' and halves == 'subjects'")
    assert len(by_input) == 1
    fig = plot_held_out(done.per_subject(by_fold=True), "TCM")
    assert fig.axes[0].get_title(loc="left") == "5 to 8: 2 subjects"
    with pytest.raises(ValueError, match="'Descriptive' cannot be scored .* anchor='ends'"):
        compare(find_contenders(["descriptive"]), both, splits, **QUICK)


def test_page_says_what_is_seen(classical):
    text = page(
        classical,
        title="Who",
        people="P.",
        how="H.",
        reference="Descriptive",
        floor="Uniform",
        mark="Descriptive",
        figure="figure",
    )
    table = classical.table("Descriptive", "Uniform", "Descriptive").set_index("contender")
    row = table.loc["Uniform"]
    assert f"- **Uniform** predicts worse than Descriptive: {row['better']:+.3f} [" in text
    assert f"TCM predicts best: {table.loc['TCM', 'nats']:.3f} nats per event." in text
    assert "| *People, halves of subjects* |" in text
    assert "Rich has none: weights that a ridge" in text
    assert "classical: a theory of memory; fitted: parameters, to training lists" in text


def test_bad_input(people):
    with pytest.raises(ValueError, match="there are no contenders"):
        compare([], people)
    with pytest.raises(ValueError, match="names of their own, got a, a"):
        compare([Guessing("a"), Guessing("a")], people)
    with pytest.raises(ValueError, match="there are no splits"):
        compare([Guessing("a")], people, [])
    with pytest.raises(ValueError, match="n_generated must be 0 or more, got -1"):
        compare([Guessing("a")], people, n_generated=-1)
    leaky = [Split("mine", np.arange(90), np.arange(5))]
    with pytest.raises(
        ValueError, match="holds 5 lists, such as list 0, both to train and to test"
    ):
        compare([Guessing("a")], people, leaky)
    with pytest.raises(ValueError, match="fewer folds"):
        compare([Guessing("a")], people, split_lists(people, 31))
    with pytest.raises(ValueError, match="no contender 'cmrr' for free recall; there are uniform"):
        find_contenders(["cmrr"])
    with pytest.raises(ValueError, match="no contender 'cmr' for serial recall"):
        find_contenders(["cmr"], serial=True)
    with pytest.raises(ValueError, match="'cmr' is named twice"):
        find_contenders(["cmr", "cmr"])
    with pytest.raises(
        ValueError, match="log probabilities of 'a' must be numbers up to 0, got 1.0"
    ):
        compare([Guessing("a", 1.0)], people, **QUICK)
    done = compare([Guessing("a")], people, **QUICK)
    with pytest.raises(ValueError, match="reference must be one of a, got 'b'"):
        done.table("b")


def test_a_model_that_rules_out_what_happened_is_told_apart(people):
    done = compare([Guessing("a"), Guessing("never", -np.inf)], people, **QUICK)
    table = done.table("a").set_index("contender")
    assert np.isinf(table.loc["never", "nats"]) and np.isnan(table.loc["never", "better"])
    text = page(done, title="T", people="P", how="H", reference="a")
    assert "**never** gives no probability at all to some recalls that happened" in text


def test_theory_contender_is_fitted_from_its_training_lists(people):
    theory = TheoryContender(name="TCM", model=TCM.preset("TCM-10"), n_starts=1)
    model = theory.fit(people, seed=0)
    nll = -float(model.log_choice(people.schedule, people.responses).sum())
    before = -float(TCM.preset("TCM-10").log_choice(people.schedule, people.responses).sum())
    assert nll < before and model.stop == stop_of(people)
    assert torch.get_num_threads() == 1
