"""A network that takes part: what it may say, what is right, and what it learns from."""

from itertools import product

import numpy as np
import pytest
import torch
from beartype import beartype
from jaxtyping import jaxtyped

from memsim.dnc import DNC
from memsim.objectives import order_free
from memsim.participant import Participant
from memsim.read_out import log_responses
from memsim.train import initialise
from paradigms import Event, FreeRecall, RandomBinary, Schedule
from paradigms.codes import EVENT_CHANNELS

BITS = 5
OTHERS = 12
TASK = FreeRecall(list_length=4)

# shapes are checked while these tests run
log_responses = jaxtyped(typechecker=beartype)(log_responses)
order_free = jaxtyped(typechecker=beartype)(order_free)


def participant(seed=0, n_bits=BITS, **options):
    torch.manual_seed(seed)
    sizes = {"hidden_size": 12, "n_locations": 8, "word_size": 6}
    network = DNC(n_bits + len(EVENT_CHANNELS), n_bits + 1, **(sizes | options))
    initialise(network)
    return Participant(network, RandomBinary(n_bits=n_bits), n_other_words=OTHERS)


def saying(outputs):
    """A participant whose network has these outputs whatever it sees."""
    someone = participant()
    with torch.no_grad():
        for parameter in someone.network.parameters():
            parameter.zero_()
        someone.network.hidden_to_output.bias.copy_(torch.as_tensor(outputs))
    return someone


def study(n_lists=20, i=0):
    return TASK.trials(seed=3, i=i, n_lists=n_lists)


def test_the_probability_of_a_response_is_a_product_of_sigmoids(rng):
    output = torch.tensor(rng.normal(size=(4, 4)))
    words = torch.tensor(rng.choice([-1.0, 1.0], size=(4, 2, 3)))
    log_items, log_stop = (part[:, 0] for part in log_responses(output[:, None], words))
    for b in range(4):
        stop = 1 / (1 + np.exp(-output[b, -1].item()))
        assert log_stop[b].exp().item() == pytest.approx(stop)
        for word in range(2):
            p = 1 - stop
            for bit in range(3):
                p *= 1 / (1 + np.exp(-words[b, word, bit].item() * output[b, bit].item()))
            assert log_items[b, word].exp().item() == pytest.approx(p)


def test_all_codes_and_the_stop_have_probability_one_together(rng):
    output = torch.tensor(3 * rng.normal(size=(6, 4)))
    every_code = torch.tensor(list(product([-1.0, 1.0], repeat=3)), dtype=torch.float64)
    log_items, log_stop = log_responses(output[:, None], every_code.expand(6, 8, 3))
    log_items, log_stop = log_items[:, 0], log_stop[:, 0]
    total = log_items.exp().sum(dim=1) + log_stop.exp()
    torch.testing.assert_close(total, torch.ones(6, dtype=torch.float64))


def test_log_probabilities_stay_finite_far_out():
    output = torch.tensor([[200.0, -300.0, 250.0]], requires_grad=True)
    log_items, log_stop = log_responses(output[:, None], torch.tensor([[[-1.0, 1.0], [1.0, -1.0]]]))
    assert log_items[0, 0].tolist() == pytest.approx([-750.0, -250.0])
    (log_items.sum() + log_stop.sum()).backward()
    assert torch.isfinite(output.grad).all()


def test_any_item_left_is_right_and_stopping_when_none_is():
    log_items = torch.tensor([[0.2, 0.3, 0.4]] * 3).log().requires_grad_()
    left = torch.tensor([[True, True, True], [False, True, False], [False, False, False]])
    log_right = order_free(log_items, torch.tensor([0.1, 0.1, 0.1]).log(), left)
    torch.testing.assert_close(log_right.exp(), torch.tensor([0.9, 0.3, 0.1]))
    log_right.sum().backward()
    assert torch.isfinite(log_items.grad).all()
    assert (log_items.grad[~left] == 0).all()


def test_the_same_generator_gives_the_same_recall():
    someone = participant(storage_noise=0.3)
    first, again, other = (
        someone.recall(study(), np.random.default_rng(seed)) for seed in (5, 5, 6)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_responses_are_positions_intrusions_and_after_the_stop_nothing():
    recalled = participant().recall(study(200), np.random.default_rng(0))
    assert recalled.shape == (200, 5)
    assert set(np.unique(recalled)) <= set(range(-1, 5))
    stopped = np.cumsum(recalled == 0, axis=1) > 0
    assert stopped.any() and not stopped.all()
    assert (recalled[stopped] == 0).all()


class Spy(RandomBinary):
    """Keeps the codes that it draws."""

    def draw(self, rng, items, *, n_others=0):
        self.__dict__["drawn"] = super().draw(rng, items, n_others=n_others)
        return self.drawn


def known_words(codes):
    """(lists, words, bits) what a participant may say after its study: the list, then others."""
    return np.concatenate([codes.drawn[:, : TASK.list_length], codes.drawn[:, -OTHERS:]], axis=1)


def test_who_has_one_code_in_mind_says_the_word_next_to_it_again_and_again():
    # no two codes are equally far from these
    outputs = 20 * torch.tensor([1.0, -2.0, 4.0, 8.0, -16.0])
    codes = Spy(n_bits=BITS)
    someone = Participant(
        saying(torch.cat([outputs, torch.tensor([-50.0])])).network, codes, OTHERS
    )
    recalled = someone.recall(study(60), np.random.default_rng(0))
    nearest = (known_words(codes) @ outputs.numpy()).argmax(axis=1)
    expected = np.where(nearest < TASK.list_length, nearest + 1, -1)
    assert (expected == -1).any() and (expected > 0).any()
    np.testing.assert_array_equal(recalled, np.tile(expected[:, None], 5))


def test_words_are_said_in_proportion_to_the_probability_of_their_codes():
    outputs = np.array([0.5, -1.0, 1.5, 0.2, -0.7])
    codes = Spy(n_bits=BITS)
    network = saying([*outputs, -0.5]).network
    n_lists = 20_000
    recalled = Participant(network, codes, OTHERS).recall(study(n_lists), np.random.default_rng(0))
    words = known_words(codes)
    p = (1 / (1 + np.exp(-words * outputs))).prod(axis=2)
    p *= 1 / (1 + np.exp(-0.5)) / p.sum(axis=1, keepdims=True)  # not STOP
    for position in range(1, TASK.list_length + 1):
        share = (recalled[:, 0] == position).mean()
        assert share == pytest.approx(p[:, position - 1].mean(), abs=4 * (0.25 / n_lists) ** 0.5)
    stopped = 1 - 1 / (1 + np.exp(-0.5))
    assert (recalled[:, 0] == 0).mean() == pytest.approx(stopped, abs=4 * (0.25 / n_lists) ** 0.5)


def test_who_stops_at_once_recalls_nothing():
    someone = saying([0.0] * BITS + [50.0])
    done = someone.take_part(study(), np.random.default_rng(0))
    assert (done.responses == 0).all()
    assert done.asked.sum(dim=1).tolist() == [1] * 20
    assert not done.right.any()


def test_with_full_feedback_every_list_ends_with_all_items_credited():
    done = participant().take_part(study(50), np.random.default_rng(0), corrective_feedback=1.0)
    said = np.sort(done.responses[:, :-1].numpy(), axis=1)
    np.testing.assert_array_equal(said, np.tile(np.arange(1, 5), (50, 1)))
    assert done.asked.all()
    # what is right is its own response, not the correction
    assert done.right[:, :-1].double().mean() < 0.9


def test_a_repetition_is_wrong_and_a_stop_with_items_left_too():
    someone = participant()
    done = someone.take_part(study(300), np.random.default_rng(1))
    for responses, right, asked in zip(done.responses, done.right, done.asked, strict=True):
        left, going = {1, 2, 3, 4}, True
        for said, is_right, was_asked in zip(
            responses.tolist(), right.tolist(), asked.tolist(), strict=True
        ):
            assert was_asked == going
            assert is_right == (going and (said in left or (said == 0 and not left)))
            left.discard(said)
            going = going and said != 0


def test_log_right_is_the_probability_of_producing_a_code_that_is_right():
    outputs = np.array([0.5, -1.0, 1.5, 0.2, -0.7])
    codes = Spy(n_bits=BITS)
    network = saying([*outputs, -0.5]).network
    done = Participant(network, codes, OTHERS).take_part(study(50), np.random.default_rng(2))
    going = 1 / (1 + np.exp(-0.5))
    p = going * (1 / (1 + np.exp(-known_words(codes)[:, :4] * outputs))).prod(axis=2)
    np.testing.assert_allclose(done.log_right[:, 0].exp().detach(), p.sum(axis=1), rtol=1e-5)
    assert (done.log_right[~done.asked] == 0).all()
    # what has been said is right no more
    for responses, log_right, p_words in zip(done.responses, done.log_right, p, strict=True):
        if responses[0] != 0:
            left = [k for k in range(4) if responses[0] != k + 1]
            assert log_right[1].exp().item() == pytest.approx(p_words[left].sum(), rel=1e-4)


def test_more_words_than_codes_are_an_error():
    someone = participant()
    with pytest.raises(ValueError, match="n_bits=5 gives 32 .* 9 steps and 40 other items"):
        Participant(someone.network, someone.codes, n_other_words=40).recall(
            study(), np.random.default_rng(0)
        )


@pytest.mark.parametrize("controller", ["lstm", "feedforward"])
def test_gradients_reach_all_parameters(controller):
    someone = participant(controller=controller, storage_noise=0.2)
    done = someone.take_part(study(), np.random.default_rng(0), corrective_feedback=0.5)
    (-done.log_right.sum()).backward()
    for name, parameter in someone.network.named_parameters():
        assert torch.isfinite(parameter.grad).all(), name
        assert (parameter.grad != 0).any(), name


def test_double_precision_agrees_with_single():
    someone = participant()
    single = someone.take_part(study(), np.random.default_rng(0)).log_right[:, 0]
    someone.network.double()
    double = someone.take_part(study(), np.random.default_rng(0)).log_right[:, 0]
    assert double.dtype == torch.float64
    torch.testing.assert_close(single.double(), double, rtol=1e-4, atol=1e-4)


def schedule_of(*rows):
    event = np.array(rows)
    item = np.where(event == Event.STUDY, np.arange(1, event.shape[1] + 1), 0)
    return Schedule(event=event, duration=np.ones(event.shape), item=item)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([[1, 1, 4], [1, 4, 4]], "must have the same events"),
        ([[1, 1, 2]], "must ask for responses.*STUDY, STUDY, DISTRACTOR"),
    ],
)
def test_a_batch_that_cannot_be_taken_together_is_an_error(rows, message):
    with pytest.raises(ValueError, match=message):
        participant().take_part(schedule_of(*rows), np.random.default_rng(0))
