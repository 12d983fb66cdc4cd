"""The fast path on the CPU: a whole sequence of one DNC, or of several at once.

`why_not` says when it does not apply; the steps of `memsim.dnc.network` run then, with the same
result. What makes it fast (`memsim.dnc.sequence`): the inputs are projected for all steps at once,
the memory step is one compiled loop (`memsim.dnc.kernels`), weights get their gradients in one
product after the loop, and of memory and links only every `SEGMENT`-th is kept and the others are
computed again (`memsim.dnc.arrays`). Several networks share what each step costs by itself.
"""

import warnings
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING

import torch
from jaxtyping import Float
from torch import Tensor

from memsim.controllers import Controller
from memsim.dnc.arrays import Sizes
from memsim.dnc.cell import MemoryState
from memsim.dnc.sequence import Sequences, Setup

if TYPE_CHECKING:
    from memsim.dnc.network import DNC, DNCState


def why_not(network: "DNC", inputs: Tensor) -> str | None:
    """What the fast path lacks for this network and these inputs, or None if it applies.

    It has: LSTM and feed-forward controllers, any number of read heads and blocks, sort and
    softmax, links or none, storage noise, closed loops, float32 and float64 on the CPU. Second
    derivatives and torch.func need `network.fast = False`.
    """
    memory, options = network.memory, network.options
    lacks = {
        "a device other than the CPU": inputs.device.type != "cpu",
        "numbers other than float32 and float64": inputs.dtype not in (torch.float32, torch.float64)
        or network.to_interface.weight.dtype != inputs.dtype,
        "autocast": torch.is_autocast_enabled(inputs.device.type),
        f"controller={options['controller']}": options["controller"] not in ("lstm", "feedforward"),
        "layer_norm": network.layer_norm is not None,
        "dropout": network.training and bool(network.dropout or network.bypass_dropout),
        "clip and interface_clip": network.clip is not None or network.interface_clip is not None,
        "several write heads": memory.n_write_heads > 1,
        "masked_content": memory.masked_content,
        "deallocation": memory.deallocation,
        "link_sharpness": memory.link_sharpness,
        "sort_gradient": memory.sort_gradient != "order-fixed",
        "usage_gradient=False": not memory.usage_gradient,
        "decay": bool(memory.memory_decay or memory.usage_decay or memory.link_decay),
        "capacity": memory.capacity is not None,
        "output_interference": bool(memory.output_interference),
        "hooks": any(
            part._forward_hooks or part._forward_pre_hooks
            for part in network.modules()
            if part is not network
        ),
    }
    lacking = next((what for what, missing in lacks.items() if missing), None)
    return lacking or (None if _compiled(inputs.dtype) else "a compiler")


def applies(network: "DNC") -> bool:
    """Whether sequences of a network go by the fast path."""
    weight = network.to_interface.weight
    return network.fast and why_not(network, weight.new_empty(1, 1, network.input_size)) is None


def sizes(networks: Sequence["DNC"], batch: int, n_steps: int) -> Sizes:
    """What networks of the same options compute, for as many lists each."""
    first = networks[0]
    return Sizes(
        first.memory,
        is_lstm=first.options["controller"] == "lstm",
        n_networks=len(networks),
        batch=batch,
        n_steps=n_steps,
        n_inputs=first.input_size,
        n_outputs=first.output_size,
        units=first.controller.output_size,
    )


@cache
def _compiled(dtype: torch.dtype) -> bool:
    """Whether the loops compile here; said once if not."""
    try:
        from memsim.dnc import kernels

        kernels.load(torch.empty(0, dtype=dtype).numpy().dtype)
    except Exception as error:  # noqa: BLE001 (whatever a compiler may raise)
        warnings.warn(
            f"the fast path of the DNC cannot be compiled here ({type(error).__name__}: {error}); "
            "the slower steps of torch run instead, with the same results",
            RuntimeWarning,
            stacklevel=2,
        )
        return False
    return True


def run_together(
    networks: Sequence["DNC"],
    inputs: Float[Tensor, "lists t x"],
    state: "DNCState",
    respond: Callable[[int, Tensor], Tensor | None] | None = None,
    generators: Sequence[torch.Generator | None] | None = None,
) -> tuple[Float[Tensor, "lists t y"], "DNCState"]:
    """Outputs and last states of several networks at once, each as it would be alone, to the bit.

    Parameters
    ----------
    networks : sequence of DNC
        Of the same options, each with its own weights; `why_not` must be None for each.
    inputs : (networks * b, t, input_size)
        The b lists of the first network, then those of the second, ...
    state : DNCState
        Of all lists in this order.
    respond : function, optional
        Closes the loop for all lists together; see `memsim.base.Network.forward`.
    generators : sequence of torch.Generator, optional
        Source of each network's noise; torch's own where left out.

    Returns
    -------
    outputs : (networks * b, t, output_size)
    state : DNCState

    Raises
    ------
    ValueError
        If options differ, or lists cannot be shared out evenly.

    Examples
    --------
    >>> from memsim import DNC
    >>> two = [DNC(3, 2, hidden_size=8, n_locations=5, word_size=4) for _ in range(2)]
    >>> inputs = torch.randn(2 * 7, 10, 3)
    >>> outputs, _ = run_together(two, inputs, two[0].initial_state(2 * 7))
    >>> torch.equal(outputs[7:], two[1](inputs[7:])[0])
    True
    """
    from memsim.dnc.network import DNCState

    first = networks[0]
    for k, network in enumerate(networks):
        if network.options != first.options:
            raise ValueError(
                "networks that run together must have the same options, but network "
                f"{k} has {network.options} where network 0 has {first.options}"
            )
    batch, rest = divmod(len(inputs), len(networks))
    if rest:
        raise ValueError(
            f"inputs must hold as many lists for each of {len(networks)} networks, "
            f"got {len(inputs)} lists in all"
        )
    _compiled(inputs.dtype)  # in their order, whoever calls first
    setup = Setup(
        sizes(networks, batch, inputs.shape[1]),
        respond,
        generators or [None] * len(networks),
        learning=torch.is_grad_enabled(),
    )
    carried, memory = state
    parameters = [tensor for network in networks for tensor in _parameters(network)]
    outputs, *after = Sequences.apply(setup, inputs, *memory, *carried, *parameters)
    n_memory = len(memory)
    return outputs, DNCState(tuple(after[n_memory:]), MemoryState(*after[:n_memory]))


def _parameters(network: "DNC") -> list[Tensor]:
    """In the order in which `memsim.dnc.sequence.Weights` takes them."""
    assert isinstance(network.controller, Controller)  # `why_not` has seen to it
    layer = network.controller.layers[0]
    names = ["weight", "bias"]
    if network.options["controller"] == "lstm":
        names = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]
    return [
        *(getattr(layer, name) for name in names),
        network.to_interface.weight,
        network.to_interface.bias,
        network.hidden_to_output.weight,
        network.hidden_to_output.bias,
        network.reads_to_output.weight,
    ]
