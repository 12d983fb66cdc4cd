"""Updates as CUDA graphs: what is recorded once holds for every later batch."""

import numpy as np
import pytest
import torch

from memsim import cuda_graph
from memsim.cuda_graph import GraphedUpdate, _Recorded
from memsim.networks import make_network
from memsim.participant import Participant, channels, go_through
from memsim.train import train
from paradigms import FreeRecall, PairedAssociates, RandomBinary

CODES = RandomBinary(n_bits=6)
TASKS = [FreeRecall(list_length=3), PairedAssociates(list_length=3, direction="mixed")]


def participant(task, device="cpu"):
    torch.manual_seed(0)
    options = {"hidden_size": 8, "n_locations": 7, "word_size": 5, "storage_noise": 0.2}
    network = make_network("dnc", *channels(task, CODES), **options).to(device)
    return Participant(network, CODES, n_other_words=4, objective=task.objective)


def batches(someone, task, n=3):
    for i in range(n):
        yield someone.show(task.trials(1, i, 4), np.random.default_rng(i)), 1 - i / n


def eager(someone, shown, feedback):
    """Loss, responses and gradients of the same update without a graph."""
    shown.noise_from.manual_seed(shown.noise_from.initial_seed())
    shown.responses_from.manual_seed(shown.responses_from.initial_seed())
    someone.network.zero_grad()
    (recall,) = go_through([someone], [shown], torch.tensor(feedback, device=shown.inputs.device))
    loss = -recall.log_right.sum(dim=1).mean()
    loss.backward()
    return loss.item(), recall.responses, [p.grad.clone() for p in someone.network.parameters()]


@pytest.mark.parametrize("task", TASKS, ids=["free", "pairs"])
def test_a_replay_is_an_update_on_what_is_shown_now(task, monkeypatch):
    someone = participant(task)
    parameters = [*someone.network.parameters()]

    def record_by_running_again(compute, generators):
        loss, recall = compute()
        gradients = [parameter.grad for parameter in parameters]

        def replay():  # as a graph does: new numbers into the same places
            new_loss, new_recall = compute()
            loss.copy_(new_loss)
            for old, new in zip(recall[:-1], new_recall[:-1], strict=True):
                old.copy_(new)
            for old, parameter in zip(gradients, parameters, strict=True):
                old.copy_(parameter.grad)
            return loss, recall

        return replay

    monkeypatch.setattr(cuda_graph, "record", record_by_running_again)
    recorded = None
    for shown, feedback in batches(someone, task):
        expected_loss, expected_responses, expected = eager(someone, shown, feedback)
        recorded = recorded or _Recorded(someone, shown)
        loss, recall = recorded(shown, feedback)
        assert loss.item() == expected_loss
        assert torch.equal(recall.responses, expected_responses)
        for parameter, gradient in zip(parameters, expected, strict=True):
            torch.testing.assert_close(parameter.grad, gradient)


def test_graphs_need_a_gpu():
    with pytest.raises(ValueError, match="cuda_graph=True needs a CUDA device, got device='cpu'"):
        train(TASKS[0], n_updates=1, cuda_graph=True)


@pytest.mark.gpu
@pytest.mark.parametrize("task", TASKS, ids=["free", "pairs"])
def test_a_graph_gives_what_single_kernels_give(task):
    someone = participant(task, "cuda")
    graph = GraphedUpdate(someone)
    for shown, feedback in batches(someone, task, n=5):
        expected_loss, expected_responses, expected = eager(someone, shown, feedback)
        loss, recall = graph.start(shown, feedback)
        graph.finish()
        assert loss.item() == pytest.approx(expected_loss, rel=1e-5)
        assert torch.equal(recall.responses, expected_responses)
        for parameter, gradient in zip(someone.network.parameters(), expected, strict=True):
            torch.testing.assert_close(parameter.grad, gradient, rtol=1e-4, atol=1e-6)


@pytest.mark.gpu
def test_networks_train_side_by_side_as_alone():
    options = {"n_updates": 30, "device": "cuda", "cuda_graph": True, "max_restarts": 0}
    together = train(TASKS[0], seed=3, n_networks=3, **options)
    for each in together:
        alone = train(TASKS[0], seed=each.seed, **options)
        np.testing.assert_allclose(each.history["loss"], alone.history["loss"], rtol=1e-4)
