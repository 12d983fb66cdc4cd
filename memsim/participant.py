"""A network that takes part in a paradigm: it studies, then recalls in a closed loop."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from numpy.typing import NDArray
from torch import Tensor

from memsim.dnc import DNC
from memsim.objectives import order_free
from paradigms import Event, RandomBinary, Schedule, encode


class Recall(NamedTuple):
    """What a network did on a batch of lists.

    Attributes
    ----------
    responses : (b, outputs) integers
        Study position from 1, -1 for a code that was not on the list, 0 for STOP and after it.
    right : (b, outputs) booleans
        Whether the network's own response was right; False after STOP.
    asked : (b, outputs) booleans
        Whether a response was asked for: recall had not stopped before.
    log_right : (b, outputs)
        Log probability of a right response; 0 where none was asked for.
    """

    responses: Int[Tensor, "b outputs"]
    right: Bool[Tensor, "b outputs"]
    asked: Bool[Tensor, "b outputs"]
    log_right: Float[Tensor, "b outputs"]


@dataclass(frozen=True, eq=False)
class Participant:
    """A network and the item codes it sees.

    Its last output says STOP, the others are the bits of the word it says, each on its own:
    P(code) = P(not STOP) prod_b sigmoid(code_b output_b). It may therefore say what is no word of
    the list, as people do. What it said is its input at the next response.

    Parameters
    ----------
    network : DNC
        `codes.n_bits` + 4 inputs (see `paradigms.encode`) and `codes.n_bits` + 1 outputs.
    codes : RandomBinary
    """

    network: DNC
    codes: RandomBinary

    def recall(self, schedule: Schedule, rng: np.random.Generator) -> NDArray[np.int64]:
        """Simulate recalls.

        Parameters
        ----------
        schedule : Schedule
            What is shown, and how many responses are asked for.
        rng : numpy Generator
            Source of the item codes, of the storage noise and of the responses.

        Returns
        -------
        (lists, outputs) integers
            Study position from 1 of each response in output order, repetitions included; -1 for
            an intrusion; 0 after recall has stopped.
        """
        with torch.inference_mode():
            return self.take_part(schedule, rng).responses.cpu().numpy()

    def take_part(
        self, schedule: Schedule, rng: np.random.Generator, *, corrective_feedback: float = 0.0
    ) -> Recall:
        """Study the lists, then recall them; differentiable through `log_right`.

        Parameters
        ----------
        schedule : Schedule
            Lists that all have the same events.
        rng : numpy Generator
            Source of all randomness.
        corrective_feedback : float
            Probability that a wrong response is corrected while items are left: the next input
            is then a right word, drawn by the network's own preference, as if it had said it.
            For training; people's tests have none.
        """
        n_responses = _responses_at_the_end(schedule)
        weight = self.network.to_interface.weight
        generator = torch.Generator(weight.device).manual_seed(int(rng.integers(2**62)))
        codes = self.codes.draw(rng, schedule.item)
        inputs = torch.as_tensor(encode(schedule, codes), dtype=weight.dtype, device=weight.device)
        studied = inputs[:, torch.as_tensor(schedule.event[0] == Event.STUDY), : self.codes.n_bits]

        n_study = inputs.shape[1] - n_responses
        _, state = self.network(inputs[:, :n_study], generator=generator)
        flags = inputs[:, n_study:, self.codes.n_bits :]
        said = inputs.new_zeros(len(inputs), self.codes.n_bits)
        left = torch.ones(studied.shape[:2], dtype=torch.bool, device=weight.device)
        going = torch.ones(len(inputs), dtype=torch.bool, device=weight.device)
        steps = []
        for flag in flags.unbind(dim=1):
            output, state = self.network.step(torch.cat([said, flag], dim=1), state, generator)
            log_items, log_stop = log_responses(output, studied)
            log_right = order_free(log_items, log_stop, left) * going

            # what is said is a constant for the gradient
            asked, items_left = going, left.any(dim=1)
            chance = torch.rand(output.shape, generator=generator, device=weight.device)
            yes = chance < torch.sigmoid(output.detach())
            said, stop = torch.where(yes[:, :-1], 1.0, -1.0).to(weight.dtype), yes[:, -1]
            position = _position(said, studied)
            right = torch.where(
                stop, ~items_left, left.gather(1, position.clamp(min=1)[:, None] - 1)[:, 0]
            )
            right = right & (stop | (position > 0)) & asked
            if corrective_feedback:
                corrected = asked & ~right & items_left
                lot = torch.rand(len(output), generator=generator, device=weight.device)
                corrected = corrected & (lot < corrective_feedback)
                preferred = _draw(log_items.detach().masked_fill(~left, -torch.inf), generator)
                position = torch.where(corrected, preferred + 1, position)
                stop = stop & ~corrected
                corrections = studied[torch.arange(len(studied)), preferred]
                said = torch.where(corrected[:, None], corrections, said)
            going = asked & ~stop
            said = said * going[:, None]
            response = torch.where(going, position, 0)
            positions = torch.arange(1, left.shape[1] + 1, device=weight.device)
            left = left & (response[:, None] != positions)
            steps.append(Recall(response, right, asked, log_right))
        return Recall(*(torch.stack(parts, dim=1) for parts in zip(*steps, strict=True)))


def log_responses(
    output: Float[Tensor, "b y"], studied: Float[Tensor, "b l bits"]
) -> tuple[Float[Tensor, "b l"], Float[Tensor, " b"]]:
    """Log probability of saying each studied word, and of STOP, given a network's output.

    log P(code) = log P(not STOP) + sum_b log sigmoid(code_b output_b). As codes are +1 or -1,
    log sigmoid(c o) = c o / 2 - log(2 cosh(o / 2)), so one matrix product serves all words.
    """
    bits, stop = output[:, :-1], output[:, -1]
    log_cosh = (bits.abs() / 2 + F.softplus(-bits.abs())).sum(dim=1)
    log_code = torch.einsum("blc,bc->bl", studied, bits) / 2 - log_cosh[:, None]
    return log_code + F.logsigmoid(-stop)[:, None], F.logsigmoid(stop)


def _responses_at_the_end(schedule: Schedule) -> int:
    """Number of responses, where all lists have the same events and end in them."""
    if (schedule.event != schedule.event[0]).any():
        raise ValueError(
            "all lists of one batch must have the same events, but their event rows differ; "
            "batch lists of one length together"
        )
    asked = schedule.event[0] == Event.RESPONSE
    n_responses = int(asked.sum())
    if n_responses == 0 or not asked[-n_responses:].all():
        raise ValueError(
            "a list must end in its responses, all in a row; its events are "
            f"{', '.join(Event(kind).name for kind in schedule.event[0])}"
        )
    return n_responses


def _position(said: Tensor, studied: Tensor) -> Tensor:
    """(b,) study position from 1 of a code, -1 if it was not on the list."""
    match = (said[:, None] == studied).all(dim=2)
    return torch.where(match.any(dim=1), match.to(torch.int8).argmax(dim=1) + 1, -1)


def _draw(log_p: Tensor, generator: torch.Generator) -> Tensor:
    """(b,) index drawn with probability proportional to exp(log_p), by the Gumbel maximum."""
    uniform = torch.rand(log_p.shape, generator=generator, device=log_p.device)
    return (log_p - torch.log(-torch.log(uniform))).argmax(dim=1)
