"""Controllers: the networks inside a memory network, whose outputs are their hidden units."""

from typing import Literal, get_args

import torch
from jaxtyping import Float
from torch import Tensor, nn

from memsim.base import Network, check_choice, check_sizes
from memsim.lesion import Lesion

ControllerName = Literal["feedforward", "rnn", "gru", "lstm", "deep-lstm"]
State = tuple[Float[Tensor, "b hidden"], ...]


class Controller(Network):
    """A network whose outputs are its hidden units.

    Parameters
    ----------
    input_size, hidden_size : int
        Channels in, and units of a layer.
    kind : {"feedforward", "rnn", "gru", "lstm", "deep-lstm"}
        One layer h = tanh(W x + b), which remembers nothing by itself, so that whatever it knows
        of the past it has read; Elman's network; gated recurrent units; long short-term memory;
        or a stack of these in which each layer sees the input and the layer below, and all
        layers together are the output (Graves et al., 2016, Methods).
    n_layers : int
        Layers of a deep LSTM.
    """

    def __init__(
        self, input_size: int, hidden_size: int, kind: ControllerName = "lstm", n_layers: int = 1
    ) -> None:
        check_choice("controller", kind, get_args(ControllerName))
        check_sizes(hidden_size=hidden_size, n_layers=n_layers)
        if n_layers > 1 and kind != "deep-lstm":
            raise ValueError(f"n_layers={n_layers} needs controller=deep-lstm, got {kind}")
        super().__init__(input_size, n_layers * hidden_size, {})
        self.hidden_size = hidden_size
        sees = [input_size + (hidden_size if layer else 0) for layer in range(n_layers)]
        cells = {
            "feedforward": nn.Linear,
            "rnn": nn.RNNCell,
            "gru": nn.GRUCell,
            "lstm": nn.LSTMCell,
            "deep-lstm": nn.LSTMCell,
        }
        self.kind = kind
        self.layers = nn.ModuleList(cells[kind](size, hidden_size) for size in sees)

    def initial_state(self, batch: int) -> State:
        """Zeros: hidden units, and after them the cells of an LSTM, layer by layer."""
        weight = next(self.parameters())
        per_layer = {"feedforward": 0, "rnn": 1, "gru": 1}.get(self.kind, 2)
        n_carried = per_layer * len(self.layers)
        return tuple(weight.new_zeros(batch, self.hidden_size) for _ in range(n_carried))

    def traced_step(
        self,
        inputs: Float[Tensor, "b x"],
        state: State,
        generator: torch.Generator | None = None,
        lesion: Lesion | None = None,
    ) -> tuple[Float[Tensor, "b h"], State, State]:
        """Hidden units, and what is carried on."""
        first = self.layers[0]
        if self.kind == "feedforward":
            return torch.tanh(first(inputs)), (), ()
        if self.kind in ("rnn", "gru"):
            hidden = first(inputs, state[0])
            return hidden, (hidden,), (hidden,)
        carried: State = ()
        seen = inputs
        for layer, cell in enumerate(self.layers):
            carried += cell(seen, state[2 * layer : 2 * layer + 2])
            seen = torch.cat([inputs, carried[-2]], dim=1)
        return torch.cat(carried[::2], dim=1), carried, carried
