"""A network that takes part in a paradigm: it studies, then recalls in a closed loop."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from numpy.typing import NDArray
from torch import Tensor

from memsim.base import Network
from memsim.dnc import DNC, fast
from memsim.lesion import Lesion
from memsim.objectives import order_free
from paradigms import Event, RandomBinary, Schedule, encode
from paradigms.codes import EVENT_CHANNELS


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
    trace : nested tuples of (b, steps, ...), or None
        What happened in the network, from the first word to the last response; see the trace of
        `memsim.base.Network`.
    """

    responses: Int[Tensor, "b outputs"]
    right: Bool[Tensor, "b outputs"]
    asked: Bool[Tensor, "b outputs"]
    log_right: Float[Tensor, "b outputs"]
    trace: Any


@dataclass(frozen=True, eq=False)
class Participant:
    """A network, the item codes it sees and the words it knows.

    Its last output says STOP, the others are the bits of a code, each on its own:
    P(code) = P(not STOP) prod_b sigmoid(code_b output_b). This is what training makes probable.
    What it says is a word all the same, as in redintegration (Schweickert, 1993): of the words it
    knows, those of the list and others, each is said in proportion to the probability of its
    code. It may therefore say a word that was not on the list, as people do. What it said is its
    input at the next response.

    Parameters
    ----------
    network : Network
        `codes.n_bits` + 4 inputs (see `paradigms.encode`) and `codes.n_bits` + 1 outputs.
    codes : RandomBinary
    n_other_words : int
        Words it knows besides those shown, new for every list.

    References
    ----------
    Schweickert, R. (1993). A multinomial processing tree model for degradation and redintegration
    in immediate recall. Memory & Cognition, 21, 168-175.
    """

    network: Network
    codes: RandomBinary
    n_other_words: int = 200

    def recall(
        self, schedule: Schedule, rng: np.random.Generator, *, lesion: Lesion | None = None
    ) -> NDArray[np.int64]:
        """Simulate recalls.

        Parameters
        ----------
        schedule : Schedule
            What is shown, and how many responses are asked for.
        rng : numpy Generator
            Source of the item codes, of the storage noise and of the responses.
        lesion : Lesion, optional
            Parts of the network that do not work from a certain event of the list on.

        Returns
        -------
        (lists, outputs) integers
            Study position from 1 of each response in output order, repetitions included; -1 for
            an intrusion; 0 after recall has stopped.
        """
        learning = self.network.training
        self.network.eval()
        try:
            with torch.inference_mode():
                return self.take_part(schedule, rng, lesion=lesion).responses.cpu().numpy()
        finally:
            self.network.train(learning)

    def take_part(
        self,
        schedule: Schedule,
        rng: np.random.Generator,
        *,
        corrective_feedback: float = 0.0,
        lesion: Lesion | None = None,
        return_trace: bool = False,
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
        lesion : Lesion, optional
            Parts of the network that do not work from its `from_step`, counted from the first
            event of the list.
        return_trace : bool
            Whether to keep what happened in the network.
        """
        if lesion is not None:
            self.network.check_lesion(lesion)
        shown = self._show(schedule, rng)
        test = _Test([shown], corrective_feedback)
        outputs, _, *trace = self.network(
            shown.inputs,
            respond=test.respond,
            generator=shown.noise_from,
            lesion=lesion,
            return_trace=return_trace,
        )
        return test.recalls(outputs)[0]._replace(trace=trace[0] if trace else None)

    def _show(self, schedule: Schedule, rng: np.random.Generator) -> "_Shown":
        """What a network of this kind sees of lists, with codes and generators from `rng`."""
        n_responses = _responses_at_the_end(schedule)
        weight = next(self.network.parameters())
        device = weight.device
        noise_from, responses_from = (
            torch.Generator(device).manual_seed(int(seed)) for seed in rng.integers(2**62, size=2)
        )
        codes = self.codes.draw(rng, schedule.item, n_others=self.n_other_words)
        inputs, known = (
            torch.as_tensor(array, dtype=weight.dtype, device=device)
            for array in (encode(schedule, codes[:, : schedule.item.shape[1]]), codes)
        )
        # the words it may say: those studied first, then those that would be intrusions
        event = np.pad(schedule.event[0], (0, self.n_other_words), constant_values=Event.DISTRACTOR)
        studied, others = (np.flatnonzero(event == e) for e in (Event.STUDY, Event.DISTRACTOR))
        known = known[:, np.concatenate([studied, others])]
        n_study = inputs.shape[1] - n_responses
        return _Shown(inputs, known, len(studied), n_study, noise_from, responses_from)


def take_part_together(
    participants: Sequence[Participant],
    schedules: Sequence[Schedule],
    rngs: Sequence[np.random.Generator],
    *,
    corrective_feedback: float = 0.0,
) -> list[Recall]:
    """`Participant.take_part` of several participants at once, each with lists of its own.

    What each does is, to the bit, what it does alone where a batch is a multiple of 16 lists; of
    other batches, sums may be rounded otherwise.

    Parameters
    ----------
    participants : sequence of Participant
        Of DNCs of the same options that the fast path runs (`memsim.dnc.fast`).
    schedules : sequence of Schedule
        As many lists for each, with the same events.
    rngs : sequence of numpy Generator
    corrective_feedback : float

    Returns
    -------
    list of Recall
    """
    if len(participants) == 1:
        feedback = corrective_feedback
        return [participants[0].take_part(schedules[0], rngs[0], corrective_feedback=feedback)]
    shown = [
        someone._show(schedule, rng)
        for someone, schedule, rng in zip(participants, schedules, rngs, strict=True)
    ]
    test = _Test(shown, corrective_feedback)
    networks = [someone.network for someone in participants if isinstance(someone.network, DNC)]
    inputs = torch.cat([lists.inputs for lists in shown])
    outputs, _ = fast.run_together(
        networks,
        inputs,
        networks[0].initial_state(len(inputs)),
        test.respond,
        [lists.noise_from for lists in shown],
    )
    return test.recalls(outputs)


class _Shown(NamedTuple):
    """What one participant sees, and knows."""

    inputs: Float[Tensor, "b t x"]
    known: Float[Tensor, "b words bits"]
    n_studied: int
    n_study: int
    """Steps before the first response."""
    noise_from: torch.Generator
    responses_from: torch.Generator


class _Test:
    """The closed loop: what is said at each response, and what is left to say.

    Several participants take it together, their lists one after the other.

    `record` has for each response (b,) responses, right, asked, and (b, studied) left before it.
    """

    def __init__(self, shown: Sequence[_Shown], corrective_feedback: float) -> None:
        known = shown[0].known if len(shown) == 1 else torch.cat([each.known for each in shown])
        self.known, self.n_studied, self.begins = known, shown[0].n_studied, shown[0].n_study
        self.corrective_feedback = corrective_feedback
        self.generators = [each.responses_from for each in shown]
        self.lists = torch.arange(len(known), device=known.device)
        self.left = torch.zeros(known.shape[:2], dtype=torch.bool, device=known.device)
        self.left[:, : self.n_studied] = True
        self.going = torch.ones(len(known), dtype=torch.bool, device=known.device)
        self.record: list[tuple[Tensor, Tensor, Tensor, Tensor]] = []

    def recalls(self, outputs: Float[Tensor, "b t y"]) -> list[Recall]:
        """What each participant did, once all outputs are there."""
        responses, right, asked, left = (
            torch.stack(part, dim=1) for part in zip(*self.record, strict=True)
        )
        log_words, log_stop = self._log_responses(
            outputs[:, self.begins :], self.known[:, : self.n_studied]
        )
        log_right = order_free(log_words, log_stop, left) * asked
        parts = (part.chunk(len(self.generators)) for part in (responses, right, asked, log_right))
        return [
            Recall(said, was_right, was_asked, log_p, trace=None)
            for said, was_right, was_asked, log_p in zip(*parts, strict=True)
        ]

    def respond(self, step: int, output: Float[Tensor, "b y"]) -> Float[Tensor, "b x"] | None:
        """Say a word: its code is what the next input brings."""
        if step < self.begins:
            return None
        asked, left = self.going, self.left
        words_left = left.any(dim=1)
        log_words, log_stop = self._log_responses(output[:, None], self.known)
        word = self._draw(log_words[:, 0])
        stop = self._lot() < log_stop[:, 0].exp()
        right = torch.where(stop, ~words_left, left[self.lists, word]) & asked
        if self.corrective_feedback:
            corrected = asked & ~right & words_left & (self._lot() < self.corrective_feedback)
            preferred = self._draw(log_words[:, 0].masked_fill(~left, -torch.inf))
            word = torch.where(corrected, preferred, word)
            stop = stop & ~corrected
        self.going = asked & ~stop
        position = torch.where(word < self.n_studied, word + 1, -1)
        response = torch.where(self.going, position, 0)
        self.record.append((response, right, asked, left[:, : self.n_studied]))
        self.left = left.clone()
        self.left[self.lists, word] &= ~self.going
        said = self.known[self.lists, word] * self.going[:, None]
        return F.pad(said, (0, len(EVENT_CHANNELS)))

    def _lot(self, *shape: int) -> Tensor:
        """(b, *shape) numbers from 0 to 1, each participant's from its own generator."""
        lots = torch.empty(len(self.lists), *shape, device=self.known.device)
        for part, generator in zip(lots.chunk(len(self.generators)), self.generators, strict=True):
            part.uniform_(generator=generator)
        return lots

    def _draw(self, log_p: Float[Tensor, "b words"]) -> Tensor:
        """(b,) index drawn with probability proportional to exp(log_p), by the Gumbel maximum."""
        uniform = self._lot(log_p.shape[1])
        return (log_p - torch.log(-torch.log(uniform))).argmax(dim=1)

    def _log_responses(
        self, output: Float[Tensor, "b t y"], codes: Float[Tensor, "b l bits"]
    ) -> tuple[Float[Tensor, "b t l"], Float[Tensor, "b t"]]:
        return log_responses(output, codes, len(self.generators))


def log_responses(
    output: Float[Tensor, "b t y"], codes: Float[Tensor, "b l bits"], n_networks: int = 1
) -> tuple[Float[Tensor, "b t l"], Float[Tensor, "b t"]]:
    """Log probability of producing each of some codes, and of STOP, given a network's outputs.

    log P(code) = log P(not STOP) + sum_b log sigmoid(code_b output_b). As codes are +1 or -1,
    log sigmoid(c o) = c o / 2 - log(2 cosh(o / 2)), so one matrix product serves all words.
    """
    bits, stop = output[..., :-1], output[..., -1]
    log_cosh = (bits.abs() / 2 + _softplus(-bits.abs(), n_networks)).sum(dim=-1, keepdim=True)
    log_code = bits @ codes.transpose(1, 2) / 2 - log_cosh
    return log_code + F.logsigmoid(-stop)[..., None], F.logsigmoid(stop)


def _softplus(x: Tensor, n_networks: int) -> Tensor:
    """Network by network where one does not fill whole vectors of the machine: torch rounds the
    rest of a tensor in another loop."""
    if n_networks == 1 or x.numel() // n_networks % 64 == 0:
        return F.softplus(x)
    return torch.cat([F.softplus(part) for part in x.chunk(n_networks)])


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
