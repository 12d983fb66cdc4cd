"""A network that takes part in a paradigm: it studies, then recalls in a closed loop."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from memsim.base import Network
from memsim.closed_loop import LOOPS, Recall, Shown
from memsim.dnc import DNC, fast
from memsim.lesion import Lesion
from paradigms import Event, Schedule, encode
from paradigms.codes import EVENT_CHANNELS, Codes
from paradigms.scoring import Paradigm


@dataclass(frozen=True, eq=False)
class Participant:
    """A network, the item codes it sees and the words it knows.

    Where it says words, its last output says STOP (or that it has no answer) and the others say a
    code: P(code) = P(not STOP) prod_b sigmoid(code_b output_b) for bits (`memsim.read_out`). This
    is what training makes probable. What it says is a word all the same, as in redintegration
    (Schweickert, 1993): of the words it knows, those shown and others, each is said in proportion
    to the probability of its code. It may therefore say a word that was not on the list, as
    people do. What it said is its input at the next response, if that comes without a cue.

    Where it chooses, its outputs are the options, by softmax.

    Parameters
    ----------
    network : Network
        With the channels that `channels` says.
    codes : item codes
        Such as `paradigms.RandomBinary`.
    n_other_words : int
        Words it knows besides those shown, new for every list.
    objective : {"order-free", "ordered", "choice"}
        That of the paradigm it takes part in.

    References
    ----------
    Schweickert, R. (1993). A multinomial processing tree model for degradation and redintegration
    in immediate recall. Memory & Cognition, 21, 168-175.
    """

    network: Network
    codes: Codes
    n_other_words: int = 200
    objective: str = "order-free"

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
            As the `score` of the paradigm takes them. Free and serial recall: study position from
            1 of each response in output order, repetitions included; -1 for an intrusion; 0 for an
            omission, and after recall has stopped. Tests with cues: item numbers, -1 for a word
            never shown, 0 for none. Choice: number of the option, from 1.
        """
        learning = self.network.training
        self.network.eval()
        try:
            with torch.inference_mode():
                responses = np.zeros((schedule.n_lists, schedule.n_responses), dtype=np.int64)
                for rows in schedule.alike():  # lists that share their events go together
                    done = self.take_part(schedule.take(rows), rng, lesion=lesion).responses
                    responses[rows, : done.shape[1]] = done.cpu().numpy()
                return responses
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
            Probability that a wrong response is corrected: the next input is then the right word,
            as if the network had said it; in free recall one of those left, drawn by its own
            preference. For training; people's tests have none.
        lesion : Lesion, optional
            Parts of the network that do not work from its `from_step`, counted from the first
            event of the list.
        return_trace : bool
            Whether to keep what happened in the network.
        """
        if lesion is not None:
            self.network.check_lesion(lesion)
        shown = self.show(schedule, rng)
        test = LOOPS[self.objective]([shown], self.codes.kind, corrective_feedback)
        outputs, _, *trace = self.network(
            shown.inputs,
            respond=test.respond,
            generator=shown.noise_from,
            lesion=lesion,
            return_trace=return_trace,
        )
        return test.recalls(outputs)[0]._replace(trace=trace[0] if trace else None)

    def show(self, schedule: Schedule, rng: np.random.Generator) -> Shown:
        """What a network sees of lists that share their events, with codes and generators from
        `rng`."""
        asked, heard = _response_steps(schedule)
        weight = next(self.network.parameters())
        device = weight.device
        noise_from, responses_from = (
            torch.Generator(device).manual_seed(int(seed)) for seed in rng.integers(2**62, size=2)
        )
        codes = self.codes.draw(rng, schedule.shown, n_others=self.n_other_words)
        place, says, answer, n_studied = known_words(schedule, self.n_other_words)
        if self.objective == "choice":
            answer = schedule.answers - 1
        inputs, known = (
            torch.as_tensor(array, dtype=weight.dtype, device=device)
            for array in (encode(schedule, codes[:, : schedule.shown.shape[1]]), codes)
        )
        return Shown(
            inputs,
            known[:, place],
            torch.as_tensor(says, device=device),
            n_studied,
            asked,
            heard,
            torch.as_tensor(answer, device=device),
            noise_from,
            responses_from,
        )


def channels(paradigm: Paradigm, codes: Codes) -> tuple[int, int]:
    """Inputs and outputs of a network that takes part in a paradigm.

    Inputs are those of `paradigms.encode`; outputs a code and STOP, or one for each option.

    Examples
    --------
    >>> from paradigms import PairedAssociates, RandomBinary, Recognition
    >>> channels(PairedAssociates(), RandomBinary(16)), channels(Recognition(), RandomBinary(16))
    ((36, 17), (20, 2))
    """
    schedule = paradigm.trials(0, 0, 1)
    n_inputs = codes.width * (2 if schedule.has_pairs else 1) + len(EVENT_CHANNELS)
    options = getattr(paradigm, "options", None)
    return n_inputs, codes.width + 1 if options is None else len(options)


def go_through(
    participants: Sequence[Participant],
    shown: Sequence[Shown],
    corrective_feedback: float | Tensor,
) -> list[Recall]:
    """What participants do on what `Participant.show` shows them, as many lists each.

    Several participants must be DNCs of the same options that the fast path runs
    (`memsim.dnc.fast`), and their lists must have the same events. What each does is, to the bit,
    what it does alone where a batch is a multiple of 16 lists; of other batches, sums may be
    rounded otherwise.
    """
    first = participants[0]
    test = LOOPS[first.objective](shown, first.codes.kind, corrective_feedback)
    if len(participants) == 1:
        lists = shown[0]
        outputs, _ = first.network(lists.inputs, respond=test.respond, generator=lists.noise_from)
        return test.recalls(outputs)
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


def known_words(
    schedule: Schedule, n_other_words: int
) -> tuple[NDArray[np.integer], NDArray[np.integer], NDArray[np.integer], int]:
    """The words that may be said in a test of lists that share their events.

    Returns
    -------
    place : (words,) integers
        Where each stands among `schedule.shown`; after these come the words never shown. First
        those studied, in order, then second words of pairs, distractors, and what tests show.
    says : (lists, words) integers
        The response that each word is; see `memsim.closed_loop.Recall`.
    answer : (lists, outputs) integers
        Number of the word that is right at each response, from 0; -1 for none.
    n_studied : int

    Examples
    --------
    >>> from paradigms import PairedAssociates
    >>> task = PairedAssociates(list_length=1)
    >>> place, says, answer, n_studied = known_words(task.trials(0, 0, n_lists=1), n_other_words=2)
    >>> place  # the pair, its cue once more, and two others
    array([0, 3, 1, 6, 7])
    >>> says[0, 2:], answer, n_studied
    (array([ 0, -1, -1]), array([[1]]), 1)
    """
    event, n_steps = schedule.event[0], schedule.event.shape[1]
    kinds = [np.flatnonzero(event == kind) for kind in (Event.STUDY, Event.DISTRACTOR, Event.CUE)]
    studied, distractors, cues = kinds
    place = np.concatenate([studied, distractors, cues])
    if schedule.has_pairs:
        seconds = studied + n_steps, cues + n_steps
        place = np.concatenate([studied, seconds[0], distractors, cues, seconds[1]])
    place = place[schedule.shown[:, place].any(axis=0)]
    item = schedule.shown[:, place]
    again = np.tril(item[:, :, None] == item[:, None, :], k=-1).any(axis=2) | (item == 0)
    if len(cues):
        says = np.where(again, 0, item)
    else:
        position = np.where(np.arange(len(place)) < len(studied), np.arange(len(place)) + 1, -1)
        says = np.where(again, 0, position)
    target = schedule.answers
    is_target = (item[:, None, :] == target[:, :, None]) & ~again[:, None, :]
    answer = np.where((target > 0) & is_target.any(axis=2), is_target.argmax(axis=2), -1)
    never_shown = schedule.shown.shape[1] + np.arange(n_other_words)
    others = np.full((len(says), n_other_words), -1)
    says = np.concatenate([says, others], axis=1)
    return np.concatenate([place, never_shown]), says, answer, len(studied)


def _response_steps(schedule: Schedule) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Steps that ask for a response, and those of them that a response follows."""
    if (schedule.event != schedule.event[0]).any():
        raise ValueError(
            "all lists of one batch must have the same events, but their event rows differ; "
            "batch lists of one length together"
        )
    asked = schedule.event[0] == Event.RESPONSE
    if not asked.any():
        raise ValueError(
            "a list must ask for responses; its events are "
            f"{', '.join(Event(kind).name for kind in schedule.event[0])}"
        )
    heard = asked & np.append(asked[1:], False)
    return tuple(np.flatnonzero(asked).tolist()), tuple(np.flatnonzero(heard).tolist())
