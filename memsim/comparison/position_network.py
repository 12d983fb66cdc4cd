"""A network that knows which study positions were recalled, in which order, and nothing else."""

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from memsim.cognitive.free_recall.log_linear import POSITIONS, lay_tables
from memsim.cognitive.free_recall.sequence import not_yet_recalled
from memsim.comparison.behaviour_network import BehaviourNetwork

LAG = 12


class PositionNetwork(BehaviourNetwork):
    """A gated recurrent network over recalls; it studies nothing.

    It hears the study position recalled last and those recalled before, keeps what it makes of
    them, and forms a query. The logit of an item is the product of the query with the sum of
    three vectors: that of its position, of its lag from the last recall (clipped to -12 ... 12),
    and of whether its neighbours have been recalled. Positions of the first half of a list are
    counted from its start, others from its end; between them, where a list is longer than those
    the network was fitted to, is a middle that is all alike but for lags.
    """

    def __init__(
        self,
        longest: int,
        hidden_size: int,
        dropout: float,
        centre: Float[Tensor, " 3"],
        hazard: Float[Tensor, " longest"],
    ) -> None:
        super().__init__(longest, hidden_size, dropout, centre, hazard)
        self.heard_last = _table(longest, hidden_size)
        self.heard_before = _table(longest, hidden_size)
        self.start = _table(hidden_size)
        self.gru = nn.GRU(hidden_size, hidden_size, batch_first=True)
        self.query = nn.Linear(hidden_size, hidden_size)
        self.position = _table(longest, hidden_size)
        self.lag = _table(2 * LAG + 1, hidden_size)
        self.neighbours = _table(4, hidden_size)
        self.stop = nn.Linear(hidden_size, 1)
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
        recalled = (~not_yet_recalled(given, n_items)).float()
        last = F.pad(given, (1, 0))
        heard = F.pad(_lay(self.heard_last, n_items), (0, 0, 1, 0))[last]
        heard = heard + recalled @ _lay(self.heard_before, n_items)
        first = (torch.arange(last.shape[1]) == 0).float()
        heard = heard + first[:, None] * self.start + self.condition_input(condition)
        hidden = self.dropout(self.gru(self.dropout(heard))[0])
        query = self.dropout(torch.tanh(self.query(hidden)))
        # an item's vectors are products with the query first: lists share them
        logits = query @ _lay(self.position, n_items).T
        lag = (torch.arange(1, n_items + 1) - last[..., None]).clamp(-LAG, LAG) + LAG
        by_lag = (query @ self.lag.T).gather(2, lag)
        beside = F.pad(recalled, (1, 1)).long()
        by_neighbours = (query @ self.neighbours.T).gather(
            2, 2 * beside[..., :-2] + beside[..., 2:]
        )
        logits = logits + torch.where(last[..., None] > 0, by_lag + by_neighbours, 0.0)
        return logits, self.stop(hidden)[..., 0] + self.usual_stop(last.shape[1])


def _table(*shape: int) -> nn.Parameter:
    return nn.Parameter(0.1 * torch.randn(*shape))


def _lay(table: Float[Tensor, "longest k"], n_items: int) -> Float[Tensor, "items k"]:
    """A table with a row per study position, as lists of another length read it."""
    shape = {"table": (table.shape[1], POSITIONS)}
    return lay_tables({"table": table.T}, shape, n_items, "ends")["table"].view(-1, n_items).T
