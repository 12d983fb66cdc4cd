"""Every paradigm through a network: what may be said, what is right, and what is heard again."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy import stats

from analysis import check_table
from memsim.closed_loop import LOOPS
from memsim.dnc import DNC
from memsim.participant import Participant, channels, known_words
from memsim.read_out import log_responses
from memsim.simulate import simulate
from memsim.train import train
from paradigms import (
    PARADIGMS,
    Event,
    FreeRecall,
    Gaussian,
    OneHot,
    PairedAssociates,
    RandomBinary,
    Recognition,
    Schedule,
    SerialRecall,
    accuracy,
)

BITS = 8
OTHERS = 5


def participant(task, codes=None, **options):
    codes = codes or RandomBinary(n_bits=BITS)
    torch.manual_seed(0)
    sizes = {"hidden_size": 10, "n_locations": 9, "word_size": 6}
    network = DNC(*channels(task, codes), **(sizes | options))
    return Participant(network, codes, OTHERS, task.objective)


def saying(task, outputs, codes=None):
    """A participant whose network has these outputs whatever it sees."""
    someone = participant(task, codes)
    with torch.no_grad():
        for parameter in someone.network.parameters():
            parameter.zero_()
        someone.network.hidden_to_output.bias.copy_(torch.as_tensor(outputs))
    return someone


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def heard_and_said(task, corrective_feedback, n_lists=40):
    """Inputs at each response after the first, what was said, and the codes of the list."""
    someone = participant(task)
    schedule = task.trials(0, 0, n_lists)
    shown = someone.show(schedule, np.random.default_rng(1))
    loop = LOOPS[task.objective]([shown], someone.codes.kind, corrective_feedback)
    outputs = torch.randn(n_lists, channels(task, someone.codes)[1])
    heard = [loop.respond(step, outputs) for step in range(schedule.event.shape[1])]
    return shown, schedule, heard, loop


@pytest.mark.parametrize("name", PARADIGMS)
def test_a_network_learns_and_takes_part_in_every_paradigm(name):
    task = PARADIGMS[name]()
    options = {"n_updates": 2, "batch_size": 4, "hidden_size": 8, "n_locations": 6, "word_size": 4}
    trained = train(task, **options, max_restarts=0)
    table = simulate({"DNC": trained}, task, n_lists=6)
    check_table(table, omissions=task.objective == "ordered")
    assert set(table["model"]) == {"DNC"}
    if task.objective != "order-free":  # which may stop at once
        assert (table["trial_type"] == "recall").any()
    schedule = task.trials(3, 0, 5)
    responses = trained.recall(schedule, np.random.default_rng(0))
    assert 0 <= accuracy(task, schedule, responses) <= 1  # responses are what score takes


def test_the_answer_of_serial_recall_has_the_probability_of_its_code():
    task = SerialRecall(list_length=3)
    outputs = np.linspace(-1.5, 2.0, BITS + 1)
    someone = saying(task, outputs)
    schedule = task.trials(0, 0, 4)
    done = someone.take_part(schedule, np.random.default_rng(5))
    codes = someone.show(schedule, np.random.default_rng(5)).known
    for row in range(4):
        for position in range(3):  # studied words come first, and are asked for in that order
            p = 1 - sigmoid(outputs[-1])
            for bit in range(BITS):
                p *= sigmoid(codes[row, position, bit].item() * outputs[bit])
            assert done.log_right[row, position].exp().item() == pytest.approx(p, rel=1e-5)


def test_backward_recall_asks_for_the_last_word_first():
    schedule = SerialRecall(list_length=3, direction="backward").trials(0, 0, 2)
    assert known_words(schedule, 4)[2].tolist() == [[2, 1, 0]] * 2


def test_a_response_without_a_right_word_is_right_if_nothing_is_said():
    task = SerialRecall(list_length=2)
    schedule = task.trials(0, 0, 30)
    nothing = replace(schedule, answer=np.zeros_like(schedule.answer))
    done = saying(task, [0.0] * BITS + [1.2]).take_part(nothing, np.random.default_rng(0))
    assert torch.allclose(done.log_right.exp(), torch.tensor(sigmoid(1.2), dtype=torch.float32))
    assert (done.right == (done.responses == 0)).all() and done.right.any() and not done.right.all()


def test_serial_recall_answers_by_position_and_tests_with_cues_by_item():
    serial = SerialRecall(list_length=3, retention_interval=2.0).trials(0, 0, 2)
    place, says, _, n_studied = known_words(serial, 2)
    assert n_studied == 3 and place.tolist() == [0, 1, 2, 3, 4, 8, 9]
    assert says.tolist() == [[1, 2, 3, -1, -1, -1, -1]] * 2
    pairs = Schedule(
        event=np.array([[Event.STUDY, Event.STUDY, Event.CUE, Event.RESPONSE]]),
        duration=np.ones((1, 4)),
        item=np.array([[11, 12, 22, 0]]),
        partner=np.array([[21, 22, 0, 0]]),
        answer=np.array([[0, 0, 0, 12]]),
    )
    place, says, answer, _ = known_words(pairs, 1)
    # first words, second words, the cue (said already as a second word), one never shown
    assert says.tolist() == [[11, 12, 21, 22, 0, -1]] and answer.tolist() == [[1]]
    assert place.tolist() == [0, 1, 4, 5, 2, 8]


def test_a_word_that_stands_twice_is_said_as_often_as_others():
    task = PairedAssociates(list_length=2)
    n_lists = 4000
    someone = saying(task, [0.0] * BITS + [-30.0])  # all words alike, and never nothing
    schedule = task.trials(0, 0, n_lists)
    said = someone.recall(schedule, np.random.default_rng(0))[:, 0]
    cue = schedule.item[:, 2]
    times = int((said == cue).sum())
    assert stats.binomtest(times, n_lists, 1 / (4 + OTHERS)).pvalue > 1e-3
    assert stats.binomtest(int((said == -1).sum()), n_lists, OTHERS / (4 + OTHERS)).pvalue > 1e-3


def test_what_was_said_is_heard_at_the_next_response():
    task = SerialRecall(list_length=3)
    shown, schedule, heard, loop = heard_and_said(task, corrective_feedback=0.0)
    assert [said is not None for said in heard] == [False] * 3 + [True, True, False]
    responses = loop.record[0][0]
    for row in range(schedule.n_lists):
        code = heard[3][row, :BITS]
        if responses[row] == 0:
            assert (code == 0).all()
        elif responses[row] > 0:
            assert torch.equal(code, shown.known[row, responses[row] - 1])
        assert (heard[3][row, BITS:] == 0).all()


def test_a_corrected_participant_hears_the_right_word():
    shown, _, heard, loop = heard_and_said(SerialRecall(3), corrective_feedback=1.0)
    for k in (0, 1):
        assert torch.equal(heard[3 + k][:, :BITS], shown.known[:, k])
    assert not torch.stack([right for _, right, _ in loop.record]).all()  # its own was on record


def test_nothing_is_heard_where_a_cue_comes_next():
    *_, heard, _ = heard_and_said(PairedAssociates(list_length=3), corrective_feedback=1.0)
    assert all(said is None for said in heard)


def test_options_are_chosen_by_softmax():
    task = Recognition(list_length=4, n_targets=2, n_lures=2)
    someone = saying(task, [0.4, -0.7])
    schedule = task.trials(0, 0, 2000)
    done = someone.take_part(schedule, np.random.default_rng(0))
    yes = sigmoid(1.1)
    times = int((done.responses == 1).sum())
    assert stats.binomtest(times, done.responses.numel(), yes).pvalue > 1e-3
    old = torch.as_tensor(schedule.answers == 1)
    expected = torch.where(old, torch.tensor(yes), torch.tensor(1 - yes)).float()
    torch.testing.assert_close(done.log_right.exp(), expected)
    assert torch.equal(done.right, (done.responses == 1) == old)


def test_one_hot_codes_are_said_by_softmax_and_real_ones_by_distance(rng):
    output = torch.tensor(rng.normal(size=(1, 2, 5)))
    units = torch.eye(4, dtype=torch.float64)[None]
    log_words, log_stop = log_responses(output, units, kind="one-hot")
    together = log_words.exp().sum(dim=2) + log_stop.exp()
    torch.testing.assert_close(together, torch.ones(1, 2, dtype=torch.float64))
    codes = torch.tensor(rng.normal(size=(1, 3, 4)))
    log_words, log_stop = log_responses(output, codes, kind="real")
    for t in range(2):
        for word in range(3):
            density = stats.norm.logpdf(codes[0, word], loc=output[0, t, :4]).sum()
            going = np.log(1 - sigmoid(output[0, t, 4].item()))
            assert log_words[0, t, word].item() == pytest.approx(density + going)


@pytest.mark.parametrize("codes", [OneHot(40), Gaussian(6)], ids=["one-hot", "real"])
def test_other_codes_are_learnt_too(codes):
    options = {"n_updates": 200, "hidden_size": 32, "max_restarts": 0, "codes": codes}
    trained = train(SerialRecall(list_length=2, pool_size=30), n_other_words=8, **options)
    assert trained.history["right"].iloc[-1] > 3 * SerialRecall(2).chance(n_other_words=8)


def test_lists_of_several_lengths_are_recalled_together():
    task = FreeRecall(list_length=(2, 4), one_length_per="list")
    schedule = task.trials(0, 0, 30)
    assert len(schedule.alike()) == 2
    responses = participant(task).recall(schedule, np.random.default_rng(0))
    task.score(schedule, responses)  # refuses positions that a list does not have
    assert responses.shape == (30, 5)
