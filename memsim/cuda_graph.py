"""On a GPU: an update as one CUDA graph, so that its thousands of small kernels start at once.

A step of a DNC is some hundred kernels of a few microseconds each, and starting them one after
the other takes longer than running them. A graph records an update (study, closed loop, loss and
derivative) once for each shape of its inputs, that is, for each list length, and starts it as a
whole from then on. Several networks have a graph and a stream each, and run side by side.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import torch
from torch import Tensor

from memsim.closed_loop import Recall, Shown
from memsim.participant import Participant, go_through

#: what an update gives: the loss of each list's batch, and what was recalled
Computed = tuple[Tensor, Recall]
Result = TypeVar("Result")


class GraphedUpdate:
    """Loss and gradients of one participant, recorded once for each shape of what is shown.

    Parameters
    ----------
    participant : Participant
        With a network on a CUDA device.
    """

    def __init__(self, participant: Participant) -> None:
        self.participant = participant
        self.stream = torch.cuda.Stream(next(participant.network.parameters()).device)
        self.recorded: dict[object, _Recorded] = {}

    def start(self, shown: Shown, corrective_feedback: float) -> Computed:
        """Begin an update; its numbers are there, and the gradients set, after `finish`."""
        shapes = (shown.inputs.shape, shown.known.shape, shown.asked, shown.heard)
        self.stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self.stream):
            if shapes not in self.recorded:
                self.recorded[shapes] = _Recorded(self.participant, shown)
            return self.recorded[shapes](shown, corrective_feedback)

    def finish(self) -> None:
        """Let whatever comes next wait for the update."""
        torch.cuda.current_stream().wait_stream(self.stream)


class _Recorded:
    """An update whose inputs and results stay where they are, and its replay."""

    def __init__(self, participant: Participant, shown: Shown) -> None:
        self.parameters = [*participant.network.parameters()]
        device = shown.inputs.device
        noise_from, responses_from = torch.Generator(device), torch.Generator(device)
        self.feedback = torch.zeros((), device=device)
        self.shown = shown._replace(
            inputs=shown.inputs.clone(),
            known=shown.known.clone(),
            says=shown.says.clone(),
            answer=shown.answer.clone(),
            noise_from=noise_from,
            responses_from=responses_from,
        )

        def compute() -> Computed:
            self._forget_gradients()  # so that new ones are part of what is recorded
            (recall,) = go_through([participant], [self.shown], self.feedback)
            loss = -recall.log_right.sum(dim=1).mean()
            torch.autograd.backward([loss])
            return loss.detach(), recall._replace(log_right=recall.log_right.detach())

        self.replay = record(compute, (noise_from, responses_from))
        self.gradients = [parameter.grad for parameter in self.parameters]

    def __call__(self, shown: Shown, corrective_feedback: float) -> Computed:
        for name in ("inputs", "known", "says", "answer"):
            getattr(self.shown, name).copy_(getattr(shown, name))
        for name in ("noise_from", "responses_from"):
            getattr(self.shown, name).manual_seed(getattr(shown, name).initial_seed())
        self.feedback.fill_(corrective_feedback)
        computed = self.replay()
        for parameter, gradient in zip(self.parameters, self.gradients, strict=True):
            parameter.grad = gradient
        return computed

    def _forget_gradients(self) -> None:
        for parameter in self.parameters:
            parameter.grad = None


def record(
    compute: Callable[[], Result], generators: Sequence[torch.Generator] = ()
) -> Callable[[], Result]:
    """Record a computation as a CUDA graph; what comes back starts it and gives its results."""
    for _ in range(3):  # libraries choose their kernels, which a graph must not record
        compute()
    graph = torch.cuda.CUDAGraph()
    for generator in generators:
        graph.register_generator_state(generator)
    torch.cuda.synchronize()
    with torch.cuda.graph(graph):
        computed = compute()

    def replay() -> Result:
        graph.replay()
        return computed

    return replay
