"""How a network answers, by the objective of a paradigm: what it says, and what is right.

A loop is closed where what was said is the input of the next step. Several participants may take
a test together, their lists one after the other.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor

from memsim.objectives import order_free
from memsim.read_out import log_responses


class Recall(NamedTuple):
    """What a network did on a batch of lists.

    Attributes
    ----------
    responses : (b, outputs) integers
        As the `score` of the paradigm takes them: study positions from 1 and -1 for any other
        word, or, where tests have cues, item numbers and -1 for a word that was never shown; 0 for
        none, as after STOP; or numbers of options, from 1.
    right : (b, outputs) booleans
        Whether the network's own response was right; False after STOP.
    asked : (b, outputs) booleans
        Whether a response was asked for: free recall had not stopped before.
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


class Shown(NamedTuple):
    """What one participant sees, and knows."""

    inputs: Float[Tensor, "b t x"]
    known: Float[Tensor, "b words width"]
    """Codes of the words it may say: first those studied, in order, last those never shown."""
    says: Int[Tensor, "b words"]
    """The response that each of these words is; 0 for one that stands before, too."""
    n_studied: int
    asked: tuple[int, ...]
    """Steps at which there is a response."""
    heard: tuple[int, ...]
    """Those of them after which the next input is what was said."""
    answer: Int[Tensor, "b outputs"]
    """What is right at each: the number of a word among those known, -1 for none, or of an option
    from 0. Without meaning where any studied word is right."""
    noise_from: torch.Generator
    responses_from: torch.Generator


class Loop(ABC):
    """A test, response by response; `recalls` says what was done once all outputs are there."""

    def __init__(
        self, shown: Sequence[Shown], kind: str, corrective_feedback: float | Tensor
    ) -> None:
        one = len(shown) == 1
        self.known, self.says, self.answer = (
            parts[0] if one else torch.cat(parts)
            for parts in zip(*((each.known, each.says, each.answer) for each in shown), strict=True)
        )
        first = shown[0]
        self.n_studied, self.asked, self.heard = first.n_studied, first.asked, set(first.heard)
        self.n_more_inputs = first.inputs.shape[2] - first.known.shape[2]
        self.kind, self.corrective_feedback = kind, corrective_feedback
        # a tensor is never looked into: on a GPU that would wait for all before it
        self.corrects = isinstance(corrective_feedback, Tensor) or corrective_feedback > 0
        self.generators = [each.responses_from for each in shown]
        self.lists = torch.arange(len(self.known), device=self.known.device)
        self.record: list[tuple[Tensor, ...]] = []

    def respond(self, step: int, output: Float[Tensor, "b y"]) -> Float[Tensor, "b x"] | None:
        """What is said at a step, as an input to the next."""
        if len(self.record) == len(self.asked) or step != self.asked[len(self.record)]:
            return None
        said = self.say(output)
        return F.pad(said, (0, self.n_more_inputs)) if step in self.heard else None

    @abstractmethod
    def say(self, output: Float[Tensor, "b y"]) -> Float[Tensor, "b width"]:
        """Respond, put it on record, and return the code of what was said."""

    @abstractmethod
    def log_right(self, outputs: Float[Tensor, "b r y"], *record: Tensor) -> Float[Tensor, "b r"]:
        """Log probability of a right response, from outputs and what else is on record."""

    def recalls(self, outputs: Float[Tensor, "b t y"]) -> list[Recall]:
        """What each participant did."""
        responses, right, asked, *more = (
            torch.stack(part, dim=1) for part in zip(*self.record, strict=True)
        )
        begins, ends = self.asked[0], self.asked[-1] + 1
        answered = outputs[:, begins:ends]
        if ends - begins > len(self.asked):  # with cues between
            answered = torch.stack([outputs[:, step] for step in self.asked], dim=1)
        log_right = self.log_right(answered, *more) * asked
        parts = (part.chunk(len(self.generators)) for part in (responses, right, asked, log_right))
        return [
            Recall(said, was_right, was_asked, log_p, None)
            for said, was_right, was_asked, log_p in zip(*parts, strict=True)
        ]

    def lot(self, *shape: int) -> Tensor:
        """(b, *shape) numbers from 0 to 1, each participant's from its own generator."""
        lots = torch.empty(len(self.lists), *shape, device=self.known.device)
        for part, generator in zip(lots.chunk(len(self.generators)), self.generators, strict=True):
            part.uniform_(generator=generator)
        return lots

    def draw(self, log_p: Float[Tensor, "b words"]) -> Tensor:
        """(b,) index drawn with probability proportional to exp(log_p), by the Gumbel maximum."""
        uniform = self.lot(log_p.shape[1])
        return (log_p - torch.log(-torch.log(uniform))).argmax(dim=1)

    def log_words(
        self, output: Float[Tensor, "b t y"], codes: Float[Tensor, "b l width"]
    ) -> tuple[Float[Tensor, "b t l"], Float[Tensor, "b t"]]:
        return log_responses(output, codes, len(self.generators), self.kind)


class OrderFree(Loop):
    """Any studied word not yet recalled is right, and STOP once none is left."""

    def __init__(
        self, shown: Sequence[Shown], kind: str, corrective_feedback: float | Tensor
    ) -> None:
        super().__init__(shown, kind, corrective_feedback)
        self.left = torch.zeros(self.known.shape[:2], dtype=torch.bool, device=self.known.device)
        self.left[:, : self.n_studied] = True
        self.going = torch.ones(len(self.known), dtype=torch.bool, device=self.known.device)

    def say(self, output: Float[Tensor, "b y"]) -> Float[Tensor, "b width"]:
        asked, left = self.going, self.left
        words_left = left.any(dim=1)
        log_words, log_stop = self.log_words(output[:, None], self.known)
        word = self.draw(log_words[:, 0])
        stop = self.lot() < log_stop[:, 0].exp()
        right = torch.where(stop, ~words_left, left[self.lists, word]) & asked
        if self.corrects:
            corrected = asked & ~right & words_left & (self.lot() < self.corrective_feedback)
            preferred = self.draw(log_words[:, 0].masked_fill(~left, -torch.inf))
            word = torch.where(corrected, preferred, word)
            stop = stop & ~corrected
        self.going = asked & ~stop
        response = torch.where(self.going, self.says[self.lists, word], 0)
        self.record.append((response, right, asked, left[:, : self.n_studied]))
        self.left = left.clone()
        self.left[self.lists, word] &= ~self.going
        return self.known[self.lists, word] * self.going[:, None]

    def log_right(self, outputs: Float[Tensor, "b r y"], *record: Tensor) -> Float[Tensor, "b r"]:
        (left,) = record
        return order_free(*self.log_words(outputs, self.known[:, : self.n_studied]), left)


class Ordered(Loop):
    """One word is right at each response, and no other; saying nothing is an omission."""

    def say(self, output: Float[Tensor, "b y"]) -> Float[Tensor, "b width"]:
        answer = self.answer[:, len(self.record)]
        log_words, log_none = self.log_words(output[:, None], self.known)
        word = self.draw(log_words[:, 0].masked_fill(self.says == 0, -torch.inf))
        nothing = self.lot() < log_none[:, 0].exp()
        right = torch.where(nothing, answer < 0, word == answer)
        response = torch.where(nothing, 0, self.says[self.lists, word])
        self.record.append((response, right, torch.ones_like(right)))
        if self.corrects:
            corrected = ~right & (self.lot() < self.corrective_feedback)
            word = torch.where(corrected, answer.clamp(min=0), word)
            nothing = torch.where(corrected, answer < 0, nothing)
        return self.known[self.lists, word] * ~nothing[:, None]

    def log_right(self, outputs: Float[Tensor, "b r y"], *record: Tensor) -> Float[Tensor, "b r"]:
        answers = self.known[self.lists[:, None], self.answer.clamp(min=0)]
        log_words, log_none = self.log_words(outputs, answers)
        own = log_words.diagonal(dim1=1, dim2=2)  # of each response, the answer to it
        return torch.where(self.answer >= 0, own, log_none)


class Choice(Loop):
    """One of a few options is right at each response; nothing of it comes back as an input."""

    def say(self, output: Float[Tensor, "b y"]) -> Float[Tensor, "b width"]:
        option = self.draw(torch.log_softmax(output, dim=1))
        right = option == self.answer[:, len(self.record)]
        self.record.append((option + 1, right, torch.ones_like(right)))
        return torch.zeros_like(self.known[:, 0])

    def log_right(self, outputs: Float[Tensor, "b r y"], *record: Tensor) -> Float[Tensor, "b r"]:
        return torch.log_softmax(outputs, dim=2).gather(2, self.answer[..., None])[..., 0]


#: the loop of each objective
LOOPS: dict[str, Callable[[Sequence[Shown], str, float | Tensor], Loop]] = {
    "order-free": OrderFree,
    "ordered": Ordered,
    "choice": Choice,
}
