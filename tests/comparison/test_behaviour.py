"""Networks fitted to behaviour: proper distributions, no leaks, the order that is there."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
import torch
import torch.nn.functional as F

from memsim.cognitive import SaturatedStop
from memsim.cognitive.free_recall import CMR, Static
from memsim.cognitive.free_recall.phases import study_phases
from memsim.comparison.behaviour import NETWORKS, BehaviourModel, FittedToBehaviour
from memsim.comparison.behaviour_network import conditions
from memsim.comparison.behaviour_training import Lists, Plan, set_aside, train_on_recalls
from memsim.comparison.folds import split_lists
from memsim.comparison.memory_network import MemoryNetwork, draw_codes, walk
from memsim.fitting.people import People
from paradigms import FreeRecall

SMALL = {"hidden_size": 8, "max_epochs": 2}
WIDER = {"hidden_size": 16, "dropout": 0.1, "batch_size": 32}
KINDS = [*NETWORKS]


def people(recalled, **settings):
    """Lists of one subject with these recalls."""
    recalled = np.array(recalled)
    task = FreeRecall(list_length=settings.pop("list_length", recalled.shape[1]), **settings)
    labels = pd.DataFrame({"subject": 1, "list": np.arange(len(recalled))})
    return People(task.trials(0, 0, n_lists=len(recalled)), recalled, labels)


def by_cmr(n_lists, n_items=5):
    schedule = FreeRecall(list_length=n_items).trials(1, 0, n_lists=n_lists)
    return people(CMR.preset("CMR-10u").recall(schedule, np.random.default_rng(2)))


def sequences(n_items):
    """All that may be recalled of a list: (sequences, items)."""
    orders = [order for n in range(n_items + 1) for order in permutations(range(1, n_items + 1), n)]
    return np.array([[*order, *[0] * (n_items - len(order))] for order in orders])


def per_recall(model, lists):
    """Nats of choices."""
    log_p = model.log_choice(lists.schedule, lists.responses)
    return float(-log_p.sum().item() / np.count_nonzero(lists.responses))


def weights(model):
    return torch.cat([p.flatten() for network in model.networks for p in network.parameters()])


@pytest.fixture(scope="module", params=KINDS)
def fitted(request):
    """Networks of each kind that have learnt a little."""
    kind = FittedToBehaviour(network=request.param, n_networks=2, n_draws=2, **SMALL)
    return kind.fit(by_cmr(40), seed=3)


@pytest.mark.parametrize("n_items", [3, 4, 5, 6])
def test_all_sequences_together_have_probability_1(fitted, n_items):
    """Of lists as long as those it was fitted to, and of shorter and longer ones."""
    every = sequences(n_items)
    schedule = FreeRecall(list_length=n_items).trials(0, 0, n_lists=len(every))
    p = fitted.log_likelihood(schedule, every).sum(dim=1).exp()
    assert p.sum().item() == pytest.approx(1, abs=1e-6)
    assert (p > 0).all()


def test_events_are_choices_and_stopping(fitted):
    """Every column says what it should: the sum over all that could come next is 1."""
    schedule = FreeRecall(list_length=3).trials(0, 0, n_lists=4)
    recalled = np.array([[2, 0, 0, 0], [2, 1, 0, 0], [2, 3, 0, 0], [2, 3, 1, 0]])
    events = fitted.log_likelihood(schedule, recalled)
    choice = fitted.log_choice(schedule, recalled)
    assert events.shape == (4, 5)
    assert choice.dtype == events.dtype == torch.float64
    assert (events[0, 1].exp() + events[1:3, 1].exp().sum()).item() == pytest.approx(1)
    assert choice[1:3, 1].exp().sum().item() == pytest.approx(1)
    torch.testing.assert_close(events[1:3, 1].exp().sum(), events[1, 1].exp() / choice[1, 1].exp())
    assert choice[3, 2:].tolist() == [0, 0]
    assert events[3, 3:].tolist() == [0, 0]  # nothing is left: stopping is certain
    assert events[0, 2:].tolist() == [0, 0, 0]


def test_lists_do_not_depend_on_their_neighbours(fitted):
    lists = by_cmr(12)
    together = fitted.log_likelihood(lists.schedule, lists.responses)
    few = np.array([2, 7])
    some = lists.take(few)
    alone = fitted.log_likelihood(some.schedule, some.responses)
    torch.testing.assert_close(alone, together[few], atol=1e-5, rtol=0)


def test_simulated_recalls_are_as_likely_as_it_says(fitted):
    n = 3000
    schedule = FreeRecall(list_length=5).trials(0, 0, n_lists=n)
    recalled = fitted.recall(schedule, np.random.default_rng(4))
    events = fitted.log_likelihood(schedule, recalled)  # checks that they are clean
    assert torch.isfinite(events).all()
    first = np.bincount(recalled[recalled[:, 0] > 0, 0], minlength=6)[1:]
    expected = fitted.first_recall(schedule.take(np.arange(1)))[0].numpy()
    sd = np.sqrt(expected * (1 - expected) / first.sum())
    assert (np.abs(first / first.sum() - expected) < 4 * sd).all()
    # the entropy of sequences is minus the mean of their log probability, estimated twice
    every = sequences(5)
    log_p = fitted.log_likelihood(
        FreeRecall(list_length=5).trials(0, 0, n_lists=len(every)), every
    ).sum(dim=1)
    entropy = -(log_p.exp() * log_p).sum().item()
    assert -events.sum(dim=1).mean().item() == pytest.approx(entropy, abs=0.1)


@pytest.mark.parametrize("kind", KINDS)
def test_an_order_that_never_varies_is_learnt(kind):
    lists = people(np.tile([3, 4, 1, 2], (160, 1)))
    model = FittedToBehaviour(network=kind, learning_rate=0.01, max_epochs=25, **WIDER).fit(lists)
    assert per_recall(model, lists) < 0.05
    assert -model.log_likelihood(lists.schedule, lists.responses)[:, -1].sum() == 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_network_that_was_not_fitted_is_at_chance(kind):
    hazard = torch.full((6,), 0.2)
    torch.manual_seed(0)
    network = NETWORKS[kind](6, 16, 0.0, torch.zeros(3), hazard).eval()
    model = BehaviourModel((network,), SaturatedStop((0.2,) * 6))
    rng = np.random.default_rng(0)
    lists = people(np.array([rng.permutation(6) + 1 for _ in range(200)]))
    chance = np.log([6, 5, 4, 3, 2, 1]).mean()
    assert per_recall(model, lists) == pytest.approx(chance, abs=0.05)
    events = model.log_likelihood(lists.schedule, lists.responses)
    choice = model.log_choice(lists.schedule, lists.responses)
    torch.testing.assert_close(
        events[:, :6] - choice, torch.full((200, 6), np.log(0.8)).double(), atol=0.01, rtol=0
    )


@pytest.mark.parametrize("kind", KINDS)
def test_without_order_it_predicts_what_a_model_without_order_does(kind):
    """Of recalls in shuffled order, strengths of positions say all there is to say."""
    rng = np.random.default_rng(5)
    # forward from anywhere and on at the start, until it stops
    start, n = rng.integers(5, size=(400, 1)), rng.integers(1, 6, size=(400, 1))
    output = np.arange(5)
    lists = people(np.where(output < n, (start + output) % 5 + 1, 0))
    order = np.argsort(np.where(output < n, rng.random((400, 5)), 1), axis=1)
    shuffled = np.take_along_axis(lists.responses, order, axis=1)
    mixed = replace(lists, responses=shuffled)
    options = FittedToBehaviour(network=kind, learning_rate=0.01, max_epochs=12, **WIDER)
    train, test = np.arange(300), np.arange(300, 400)

    def scores(of):
        learn, held_out = of.take(train), of.take(test)
        static = Static.estimate(learn.schedule, learn.responses)
        network = options.fit(learn)
        return per_recall(static, held_out), per_recall(network, held_out)

    static, network = scores(mixed)
    assert network == pytest.approx(static, abs=0.04)
    static, network = scores(lists)
    assert network < static - 0.3


@pytest.mark.parametrize("kind", KINDS)
def test_same_seed_same_network(kind):
    lists, options = by_cmr(24), FittedToBehaviour(network=kind, **SMALL)
    before = torch.random.get_rng_state()
    first, again, other = (weights(options.fit(lists, seed=seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert torch.equal(before, torch.random.get_rng_state())


def test_held_out_lists_make_no_difference():
    """Fitted to the same lists, whatever the others hold."""
    lists = by_cmr(30)
    split = split_lists(lists, 3)[0]
    planted = lists.responses.copy()
    planted[split.test] = [5, 4, 3, 2, 1]
    options = FittedToBehaviour(**SMALL)
    plain, marked = (
        weights(options.fit(replace(lists, responses=each).take(split.train)))
        for each in (lists.responses, planted)
    )
    assert torch.equal(plain, marked)


@pytest.mark.parametrize("kind", KINDS)
def test_no_gradient_comes_from_lists_kept_aside(kind):
    """After one epoch there is nothing to choose between: only lists to learn from count."""
    lists = by_cmr(40)
    given = torch.from_numpy(lists.responses)
    condition = conditions(study_phases(lists.schedule)[0])
    plan = Plan(1e-2, 0.0, 8, 1, 5)

    def fit(rows):
        torch.manual_seed(6)
        network = NETWORKS[kind](5, 8, 0.1, condition, torch.full((5,), 0.1))
        torch.manual_seed(7)
        trained = train_on_recalls(network, [Lists(5, condition, rows)], plan)
        return torch.cat([p.flatten() for p in trained.parameters()])

    torch.manual_seed(7)
    learn, aside = set_aside([Lists(5, condition, torch.arange(40)[:, None])])
    kept, left = aside[0].given[:, 0], learn[0].given[:, 0]
    assert len(kept) == 5
    assert sorted([*kept.tolist(), *left.tolist()]) == [*range(40)]
    changed = given.clone()
    changed[kept] = torch.tensor([5, 4, 3, 2, 1])
    assert torch.equal(fit(given), fit(changed))
    changed = given.clone()
    changed[left[0]] = torch.tensor([5, 4, 3, 2, 1])
    assert not torch.equal(fit(given), fit(changed))


def test_training_stops_when_lists_kept_aside_no_longer_gain():
    """With recalls at random there is nothing to gain, and weights of an early epoch are kept."""
    rng = np.random.default_rng(0)
    given = torch.from_numpy(np.array([rng.permutation(5) + 1 for _ in range(64)]))
    epochs = []

    class Counting(NETWORKS["gru"]):
        def train(self, mode=True):
            epochs.append(mode)
            return super().train(mode)

    torch.manual_seed(0)
    network = Counting(5, 8, 0.0, torch.zeros(3), torch.full((5,), 0.1))
    train_on_recalls(network, [Lists(5, torch.zeros(3), given)], Plan(0.03, 0.0, 16, 200, 3))
    assert sum(epochs) < 60


def test_conditions_tell_lists_apart():
    """Fitted to two paces, of which one is recalled forward and the other backward."""
    parts = [
        people(np.tile(order, (60, 1)), presentation_time=seconds)
        for order, seconds in (([1, 2, 3, 4], 1.0), ([4, 3, 2, 1], 2.0))
    ]
    schedules = [part.schedule for part in parts]
    names = ("event", "duration", "item", "partner", "answer")
    both = People(
        type(schedules[0])(
            **{n: np.concatenate([getattr(s, n) for s in schedules]) for n in names}
        ),
        np.concatenate([part.responses for part in parts]),
        pd.concat([part.labels for part in parts], ignore_index=True),
    )
    model = FittedToBehaviour(learning_rate=0.01, max_epochs=40, **WIDER).fit(both)
    for part in parts:
        assert per_recall(model, part) < 0.1
    # where all lists were alike, the condition says nothing, and cannot mislead
    model = FittedToBehaviour(**SMALL).fit(parts[0])
    slow = replace(parts[0], schedule=parts[1].schedule)
    assert per_recall(model, slow) == per_recall(model, parts[0])


def test_study_writes_every_item_to_a_row_of_its_own():
    torch.manual_seed(1)
    network = MemoryNetwork(6, 8, 0.0, torch.zeros(3), torch.full((6,), 0.1)).eval()
    codes = draw_codes(2, 6, network.project.in_features, torch.Generator().manual_seed(0))
    torch.testing.assert_close(
        codes @ codes.transpose(1, 2), torch.eye(6).expand(2, 6, 6), atol=1e-5, rtol=0
    )
    with torch.no_grad():
        keys = network.project(codes)
        studied = network.study(keys, torch.zeros(8))
    # each item is in a row of its own, whichever, written with a gate of sigmoid(3)
    shares = studied.memory[..., : keys.shape[2]] @ keys.transpose(1, 2)
    rows = shares.argmax(dim=1)
    assert [sorted(row) for row in rows.tolist()] == [[*range(6)]] * 2
    gate = torch.sigmoid(torch.tensor(3.0))
    expected = gate * F.one_hot(rows, 6).transpose(1, 2).float()
    torch.testing.assert_close(shares, expected, atol=0.01, rtol=0)
    assert torch.equal(studied.where.argmax(dim=2), rows)
    assert (studied.where.amax(dim=2) > 0.9).all()
    # a link leads from each item to the one studied after it
    first = F.one_hot(rows[:, :1], 6).float()
    onward = walk(first, studied.link.transpose(1, 2), 3)
    assert torch.equal(torch.cat([step.argmax(dim=2) for step in onward], dim=1), rows[:, :4])
    back = walk(studied.last_written[:, None].expand(2, -1, -1), studied.link, 3)
    assert torch.equal(torch.cat([step.argmax(dim=2) for step in back], 1), rows[:, 2:].flip(1))
    # places from both ends: the third item is the third from the start, the fourth from the end
    ends = studied.ends[:, 2]
    assert ends[:, :10].argmax(dim=1).tolist() == [2, 2]
    assert ends[:, 10:].argmax(dim=1).tolist() == [3, 3]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"network": "transformer"}, "network must be one of"),
        ({"hidden_size": 0}, "hidden_size must be 1 or more"),
        ({"n_draws": 0}, "n_draws must be 1 or more"),
        ({"dropout": 1.0}, "dropout must be in"),
        ({"weight_decay": -1.0}, "weight_decay must be 0 or more"),
        ({"learning_rate": 0.0}, "learning_rate must be above 0"),
    ],
)
def test_options_out_of_range(options, says):
    with pytest.raises(ValueError, match=says):
        FittedToBehaviour(**options)


@pytest.mark.parametrize(
    ("recalled", "says"),
    [
        ([[1, 2, 3]] * 7, "8 lists or more"),
        ([[0, 0, 0]] * 9, "9 lists with 0 recalls"),
        ([[1, 1, 0]] * 9, "repetition"),
        ([[1, -1, 0]] * 9, "intrusion"),
    ],
)
def test_lists_that_cannot_be_fitted(recalled, says):
    with pytest.raises(ValueError, match=says):
        FittedToBehaviour(**SMALL).fit(people(recalled))
