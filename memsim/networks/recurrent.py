"""Networks without a memory of their own: what a DNC has to be better than."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from memsim.base import Network
from memsim.controllers import Controller, ControllerName, State
from memsim.lesion import Lesion


class Recurrent(Network):
    """A recurrent network and a linear read-out, y = W h + b.

    Parameters
    ----------
    input_size, output_size : int
        Channels in and out at each step.
    hidden_size : int
        Units of each layer.
    controller : {"lstm", "gru", "rnn", "deep-lstm", "feedforward"}
        Which network; see `memsim.controllers.Controller`.
    n_layers : int
        Layers of a deep LSTM.

    Examples
    --------
    >>> net = Recurrent(3, 2, hidden_size=8, controller="gru")
    >>> outputs, state = net(torch.randn(7, 10, 3))
    >>> outputs.shape, len(state)
    (torch.Size([7, 10, 2]), 1)
    """

    def __init__(
        self,
        input_size: int,
        output_size: int,
        *,
        hidden_size: int,
        controller: ControllerName = "lstm",
        n_layers: int = 1,
    ) -> None:
        options: dict[str, Any] = {
            "hidden_size": hidden_size,
            "controller": controller,
            "n_layers": n_layers,
        }
        super().__init__(input_size, output_size, options)
        self.controller = Controller(input_size, hidden_size, controller, n_layers)
        self.hidden_to_output = nn.Linear(self.controller.output_size, output_size)

    def initial_state(self, batch: int) -> State:
        """All zero."""
        return self.controller.initial_state(batch)

    def check_lesion(self, lesion: Lesion) -> None:
        """Only its recurrence can be lesioned."""
        if lesion.parts != ["controller_recurrence"] or not self.controller.initial_state(1):
            super().check_lesion(lesion)

    def traced_step(
        self,
        inputs: Float[Tensor, "b x"],
        state: State,
        generator: torch.Generator | None = None,
        lesion: Lesion | None = None,
    ) -> tuple[Float[Tensor, "b y"], State, State]:
        """Outputs, and the state, which is all there is to trace."""
        if lesion is not None:
            state = self.initial_state(len(inputs))
        hidden, state = self.controller.step(inputs, state)
        return self.hidden_to_output(hidden), state, state
