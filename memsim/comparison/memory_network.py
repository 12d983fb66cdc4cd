"""A network that studies lists of arbitrary items into a DNC's memory, and is fitted to behaviour.

The equations of the memory are those of `memsim.dnc.equations`.
"""

from typing import ClassVar, NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from memsim.cognitive.free_recall.sequence import not_yet_recalled
from memsim.comparison.behaviour_network import BehaviourNetwork
from memsim.dnc import equations as dnc

#: a row of memory holds the code of an item, and beside it the context in which it was studied
CODE, CONTEXT = 40, 24
#: links away from an item that a query can ask for, forward and backward
STEPS = 4
#: items at either end of the list that a query can ask for by their place
ENDS = 10


class Studied(NamedTuple):
    """The memory after study, and what it says of each item.

    Attributes
    ----------
    memory : (b, n, w)
        Rows: code and context.
    link : (1, n, n)
    last_written : (1, n)
        Write weighting of the last step of study.
    where : (b, items, n)
        Weighting of the rows by how well they match the code of each item.
    context : (b, items, context)
        What each item's row holds beside its code.
    ends : (b, items, 2 * ENDS)
        Whether the item's row is the first, second, ... and the last, last but one, ... written.
    hidden, cell : (1, hidden)
        Of the controller.
    """

    memory: Tensor
    link: Tensor
    last_written: Tensor
    where: Tensor
    context: Tensor
    ends: Tensor
    hidden: Tensor
    cell: Tensor


class MemoryNetwork(BehaviourNetwork):
    """A recurrent controller (LSTM) with the memory of a DNC (Graves et al., 2016).

    Items are orthogonal codes in random directions, drawn anew for every list: all that is known
    of an item is where it was stored. At study each is written to an unused row, its code beside
    what the controller makes of the moment; links keep the order. At recall nothing is written.
    The code of the item recalled last goes past the controller to the memory, as a key made by
    the projection that was stored; or the network reads on along the links. The controller hears
    the context that was read. The logit of an item is the product of a query, formed from the
    controller's state and what was read, with what the memory holds of the item: the context in
    the row that matches its code, and where that row lies along the links, seen from either end
    of the list, from the row read, and from the rows of all items recalled before.

    References
    ----------
    Graves, A., Wayne, G., Reynolds, M., et al. (2016). Hybrid computing using a neural network
    with dynamic external memory. Nature, 538, 471-476.
    """

    has_codes: ClassVar[bool] = True

    def __init__(
        self,
        longest: int,
        hidden_size: int,
        dropout: float,
        centre: Float[Tensor, " 3"],
        hazard: Float[Tensor, " longest"],
    ) -> None:
        super().__init__(longest, hidden_size, dropout, centre, hazard)
        self.project = nn.Linear(CODE, CODE, bias=False)
        nn.init.orthogonal_(self.project.weight)
        self.controller = nn.LSTMCell(CONTEXT + 2, hidden_size)
        self.context = nn.Linear(hidden_size, CONTEXT)
        self.write_gate = nn.Linear(hidden_size, 1)
        self.read_modes = nn.Linear(hidden_size, 3)
        self.match_strength = nn.Parameter(torch.tensor(10.0))
        self.query = nn.Linear(hidden_size + CONTEXT + 4 * ENDS, hidden_size)
        self.asks = nn.Linear(hidden_size, CONTEXT + 2 * ENDS + 4 * STEPS)
        self.stop = nn.Linear(hidden_size, 1)
        # what a memory needs is there from the start, and training departs from it: all is
        # written, keys are sharp, and what is read is the row of the item recalled last
        for layer, start in (
            (self.write_gate, [3.0]),
            (self.read_modes, [-2.0, 2.0, -2.0]),
            (self.asks, [0.0] * self.asks.out_features),
        ):
            nn.init.normal_(layer.weight, std=0.01)
            layer.bias.data = torch.tensor(start)
        nn.init.zeros_(self.stop.weight)
        nn.init.zeros_(self.stop.bias)

    def forward(
        self,
        n_items: int,
        condition: Float[Tensor, " 3"],
        given: Int[Tensor, "lists outputs"],
        codes: torch.Generator | None = None,
    ) -> tuple[Float[Tensor, "lists outputs+1 items"], Float[Tensor, "lists outputs+1"]]:
        """See `BehaviourNetwork`."""
        added = self.condition_input(condition)
        n_studied = len(given) if self.training else 1
        keys = self.project(draw_codes(n_studied, n_items, CODE, codes))
        studied = self.study(keys, added)
        hidden, weighting = self.go_through(studied, given, added)
        return self.read_out(studied, hidden, weighting, given)

    def study(self, keys: Float[Tensor, "b n code"], added: Float[Tensor, " hidden"]) -> Studied:
        """Write the items to memory, one after another.

        Parameters
        ----------
        keys : (lists, items, code)
            Codes, projected.
        added : (hidden,)
            What the condition adds to the controller's state.
        """
        n_items = keys.shape[1]
        link = torch.zeros(1, n_items, n_items)
        usage = precedence = write = torch.zeros(1, n_items)
        all_kept = torch.ones(1, n_items)  # nothing is read at study, and nothing freed
        hidden = added[None]
        cell = torch.zeros_like(hidden)
        heard = torch.cat([torch.zeros(1, CONTEXT), _phase(1, studying=True)], dim=1)
        written, said = [], []
        # the controller hears nothing of the codes: one study phase for all lists
        for _ in range(n_items):
            hidden, cell = self.controller(heard, (hidden, cell))
            usage = dnc.usage(usage, write, all_kept)
            write = torch.sigmoid(self.write_gate(hidden)) * dnc.allocation_weighting_sort(usage)
            link = dnc.temporal_link(link, write, precedence)
            precedence = dnc.precedence(precedence, write)
            written.append(write)
            said.append(torch.tanh(self.context(hidden)))
        contexts = self.dropout(torch.stack(said, dim=1).expand(len(keys), -1, -1))
        words = torch.cat([keys, contexts], dim=2)
        # unused rows are empty, so there is nothing to erase, and all writes add up
        memory = torch.stack(written, dim=2) @ words
        strength = dnc.oneplus(self.match_strength).expand(len(keys), n_items)
        where = dnc.content_weighting(memory[..., :CODE], keys, strength)
        from_start = walk(written[0][:, None], link.transpose(1, 2), ENDS - 1)
        from_end = walk(written[-1][:, None], link, ENDS - 1)
        ends = where @ torch.cat([*from_start, *from_end], dim=1).transpose(1, 2)
        context = where @ memory[..., CODE:]
        return Studied(memory, link, write, where, context, ends, hidden, cell)

    def go_through(
        self,
        studied: Studied,
        given: Int[Tensor, "b outputs"],
        added: Float[Tensor, " hidden"],
    ) -> tuple[Float[Tensor, "b states hidden"], Float[Tensor, "b states n"]]:
        """States of the controller, and where it reads, before the first response and after each."""
        n_lists, n_outputs = given.shape
        contexts = studied.memory[..., CODE:]
        # the key to read by is that of the item recalled last, as items are matched by
        said = given[..., None] == torch.arange(1, studied.where.shape[1] + 1)
        content = said.float() @ studied.where
        link = studied.link[:, None]
        hidden = (studied.hidden + added).expand(n_lists, -1)
        cell = studied.cell.expand(n_lists, -1)
        weighting = studied.last_written.expand(n_lists, -1)[:, None]
        phase = _phase(n_lists, studying=False)
        states, read = [], []
        for k in range(n_outputs + 1):
            vector = dnc.read(contexts, weighting)[:, 0]
            hidden, cell = self.controller(torch.cat([vector, phase], dim=1), (hidden, cell))
            if k:
                weighting = dnc.read_weighting(
                    dnc.backward_weighting(link, weighting),
                    content[:, k - 1, None],
                    dnc.forward_weighting(link, weighting),
                    torch.softmax(self.read_modes(hidden), dim=-1)[:, None],
                )
            states.append(hidden)
            read.append(weighting[:, 0])
        return torch.stack(states, dim=1), torch.stack(read, dim=1)

    def read_out(
        self,
        studied: Studied,
        hidden: Float[Tensor, "b states hidden"],
        weighting: Float[Tensor, "b states n"],
        given: Int[Tensor, "b outputs"],
    ) -> tuple[Float[Tensor, "b states n"], Float[Tensor, "b states"]]:
        """Logits of the items, and log odds of stopping."""
        rows_to_items = studied.where.transpose(1, 2)
        recalled = (~not_yet_recalled(given, weighting.shape[2])).float()
        at_item = weighting @ rows_to_items
        context = weighting @ studied.memory[..., CODE:]
        known = [hidden, context, at_item @ studied.ends, recalled @ studied.ends]
        query = self.dropout(torch.tanh(self.query(self.dropout(torch.cat(known, dim=2)))))
        held = torch.cat([studied.context, studied.ends], dim=2).transpose(1, 2)
        asks = self.asks(query)
        logits = asks[..., : held.shape[1]] @ held
        asks_along = asks[..., held.shape[1] :].unflatten(2, (4, STEPS))
        starts = (weighting, recalled @ studied.where)
        links = (studied.link, studied.link.transpose(1, 2))
        for i, (start, link) in enumerate((start, link) for start in starts for link in links):
            steps = walk(start, link, STEPS)[1:]
            asked = sum(step * asks_along[:, :, i, k, None] for k, step in enumerate(steps))
            logits = logits + asked @ rows_to_items
        return logits, self.stop(query)[..., 0] + self.usual_stop(hidden.shape[1])


def walk(
    start: Float[Tensor, "b s n"], link: Float[Tensor, "#b n n"], n_steps: int
) -> list[Float[Tensor, "b s n"]]:
    """Weightings after 0, 1, ... steps along links: backward in time, or forward if transposed.

    Examples
    --------
    Three rows, written one after another; L[i, j]: i after j.

    >>> link = torch.tensor([[[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
    >>> [step.tolist() for step in walk(torch.tensor([[[0.0, 0.0, 1.0]]]), link, 1)]
    [[[[0.0, 0.0, 1.0]]], [[[0.0, 1.0, 0.0]]]]
    """
    steps = [start]
    for _ in range(n_steps):
        steps.append(steps[-1] @ link)
    return steps


def draw_codes(
    n_lists: int, n_items: int, size: int, generator: torch.Generator | None
) -> Float[Tensor, "lists items size"]:
    """Codes of length 1 in random directions, orthogonal if there is room.

    Examples
    --------
    >>> codes = draw_codes(1, 2, 3, torch.Generator().manual_seed(0))[0]
    >>> (codes @ codes.T).round(decimals=4).abs()
    tensor([[1., 0.],
            [0., 1.]])
    """
    directions = torch.randn(n_lists, size, n_items, generator=generator)
    if n_items > size:
        return F.normalize(directions, dim=1).transpose(1, 2)
    codes: Tensor = torch.linalg.qr(directions)[0].transpose(1, 2)
    return codes


def _phase(n_lists: int, studying: bool) -> Float[Tensor, "lists 2"]:
    return torch.tensor([float(studying), float(not studying)]).expand(n_lists, -1)
