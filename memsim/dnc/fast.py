"""The fast path on the CPU: a whole sequence of a DNC as one function with a derivative of its own.

`why_not` says when it does not apply; the steps of `memsim.dnc.network` run then, with the same
result. What makes it fast: the inputs are projected for all steps at once, the memory step is one
compiled loop (`memsim.dnc.kernels`), weights get their gradients in one product after the loop,
and of memory and links only every `SEGMENT`-th is kept and the others are computed again.
"""

import warnings
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor
from torch.autograd.function import once_differentiable

from memsim.controllers import Controller
from memsim.dnc.cell import Memory, MemoryState

if TYPE_CHECKING:
    from memsim.dnc.network import DNC, DNCState

#: steps between two copies of memory and links that are kept for the derivative
SEGMENT = 8


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


def run(
    network: "DNC",
    inputs: Float[Tensor, "b t x"],
    state: "DNCState",
    respond: Callable[[int, Tensor], Tensor | None] | None,
    generator: torch.Generator | None,
) -> tuple[Float[Tensor, "b t y"], "DNCState"]:
    """Outputs and last state of a sequence; see `memsim.base.Network.forward`."""
    from memsim.dnc.network import DNCState

    assert isinstance(network.controller, Controller)  # `why_not` has seen to it
    layer = network.controller.layers[0]
    is_lstm = network.options["controller"] == "lstm"
    names = ["weight", "bias"]
    if is_lstm:
        names = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]
    parameters = [
        *(getattr(layer, name) for name in names),
        network.to_interface.weight,
        network.to_interface.bias,
        network.hidden_to_output.weight,
        network.hidden_to_output.bias,
        network.reads_to_output.weight,
    ]
    setup = _Setup(network.memory, is_lstm, respond, generator, torch.is_grad_enabled())
    carried, memory = state
    outputs, *after = _Sequence.apply(setup, inputs, *parameters, *memory, *carried)
    n_memory = len(memory)
    return outputs, DNCState(tuple(after[n_memory:]), MemoryState(*after[:n_memory]))


class _Block:
    """Memory for arrays of one call. Large ones are used again: new ones cost more than filling
    them, since the system hands them out page by page."""

    _free: ClassVar[dict[tuple[int, torch.dtype], list[Tensor]]] = {}
    _worth_keeping = 2**22  # numbers
    _most_kept = 2

    def __init__(self, size: int, dtype: torch.dtype) -> None:
        kept = self._free.get((size, dtype))
        self.tensor = kept.pop() if kept else torch.empty(size, dtype=dtype)

    def __del__(self) -> None:
        key = (len(self.tensor), self.tensor.dtype)
        if key[0] >= self._worth_keeping:
            if sum(map(len, self._free.values())) >= self._most_kept:
                self._free.clear()
            self._free.setdefault(key, []).append(self.tensor)


def _arrays(
    dtype: torch.dtype, **shapes: tuple[int, ...]
) -> tuple[_Block, dict[str, NDArray[Any]]]:
    """Arrays in one block, which must live as long as they are used.

    How loops and products of matrices round may depend on where arrays lie; so these always lie
    alike, aligned as torch aligns and with gaps between them.
    """
    from memsim.dnc.kernels import GAP

    sizes = [int(np.prod(shape)) for shape in shapes.values()]
    starts = np.cumsum([GAP, *(-(-size // GAP) * GAP + GAP for size in sizes)])
    block = _Block(int(starts[-1]), dtype)
    whole = block.tensor.numpy()
    arrays = {
        name: whole[start : start + size].reshape(shape)
        for (name, shape), start, size in zip(shapes.items(), starts, sizes, strict=False)
    }
    return block, arrays


class _Setup(NamedTuple):
    """What a call is about."""

    memory: Memory
    is_lstm: bool
    respond: Callable[[int, Tensor], Tensor | None] | None
    generator: torch.Generator | None
    learning: bool

    @property
    def switches(self) -> tuple[float, bool, bool, float]:
        """Noise, links, softmax, least strength: what the kernels want to know."""
        memory = self.memory
        return (
            float(memory.storage_noise),
            memory.temporal_links,
            memory.allocation == "softmax",
            1.0 if memory.strengths == "oneplus" else 0.0,
        )

    def shapes(self, batch: int) -> dict[str, tuple[int, ...]]:
        """Of the memory's state, by the kernels' letters."""
        memory = self.memory
        q, n = batch * memory.n_blocks, memory.n_locations
        linked = n if memory.temporal_links else 0
        return {
            "M": (q, n, memory.word_size),
            "u": (q, n),
            "w": (q, n),
            "p": (q, n),
            "L": (q, linked, linked),
            "wr": (q, memory.n_read_heads, n),
        }


#: what the kernels keep of every step, in the order in which they take it
_KEPT = [
    "act",
    "u",
    "w",
    "p",
    "wr",
    "order",
    "a",
    "cw",
    "cosw",
    "cr",
    "cosr",
    "f",
    "b",
    "block_reads",
    "fed",
]


class _Sequence(torch.autograd.Function):
    """inputs, weights and a state to outputs and a state.

    `fed` (t + 1, b, r * w + hidden) has read vectors and hidden units side by side: what the
    controller is fed at the next step, and what the output is made of.
    """

    @staticmethod
    def forward(ctx: Any, setup: _Setup, inputs: Tensor, *tensors: Tensor) -> tuple[Tensor, ...]:
        from memsim.dnc import kernels

        memory, is_lstm, respond, generator, _ = setup
        n_controller = 4 if is_lstm else 2
        W_in, *recurrent = tensors[:n_controller]
        W_xi, b_xi, W_y, b_y, W_r = tensors[n_controller : n_controller + 5]
        state = MemoryState(*tensors[n_controller + 5 : n_controller + 12])
        carried = tensors[n_controller + 12 :]
        batch, n_steps, n_inputs = inputs.shape
        units, read_size = W_xi.shape[1], W_r.shape[1]
        learning = setup.learning and any(ctx.needs_input_grad)
        kept_steps = n_steps if learning else 1  # without a derivative only the last step
        t, q, n = kept_steps, batch * memory.n_blocks, memory.n_locations
        r, shapes = memory.n_read_heads, setup.shapes(batch)
        n_segments, linked = -(-t // SEGMENT), shapes["L"][1]
        block, arrays = _arrays(
            inputs.dtype,
            M=shapes["M"],
            L=shapes["L"],
            norms=(q, n),
            act=(t, batch, memory.interface_size),
            u=(t + 1, q, n),
            w=(t + 1, q, n),
            p=(t + 1, q, n),
            wr=(t + 1, q, r, n),
            a=(t, q, n),
            cw=(t, q, n),
            cosw=(t, q, n),
            cr=(t, q, r, n),
            cosr=(t, q, r, n),
            f=(t, q, r, linked),
            b=(t, q, r, linked),
            block_reads=(t, q, r, memory.word_size),
            fed=(t + 1, batch, read_size + units),
            cell=(t + 1 if is_lstm else 0, batch, units),
            squashed=(t if is_lstm else 0, batch, units),
            gates=(t, batch, W_in.shape[0]),
            xi=(batch, memory.interface_size),
            M_kept=(n_segments, *shapes["M"]),
            L_kept=(n_segments, *shapes["L"]),
            normal=(t if memory.storage_noise else 0, *shapes["M"]),
        )
        arrays["order"] = np.tile(np.arange(n), (t, q, 1))
        M, L, norms, normal = (arrays[name] for name in ("M", "L", "norms", "normal"))
        M[:] = state.memory.detach().numpy().reshape(M.shape)
        L[:] = state.link.detach().numpy().reshape(L.shape)
        for name, part in (("u", state.usage), ("w", state.write_weighting)):
            arrays[name][0] = part.detach().numpy().reshape(q, n)
        arrays["p"][0] = state.precedence.detach().numpy().reshape(q, n)
        arrays["wr"][0] = state.read_weighting.detach().numpy().reshape(q, r, n)
        arrays["fed"][0, :, :read_size] = state.read_vectors.detach().numpy().reshape(batch, -1)
        if is_lstm:
            arrays["fed"][0, :, read_size:], arrays["cell"][0] = (c.numpy() for c in carried)
        for row in range(q):
            kernels.row_norms(M[row], norms[row])
        kept = [arrays[name] for name in _KEPT]

        # the controller: inputs of all steps at once, then what is fed back
        W_x, W_fed, bias = _controller(W_in, recurrent, n_inputs)
        W_x, W_fed, W_xi_T = W_x.T, W_fed.T.contiguous(), W_xi.T.contiguous()
        # a copy, since the caller may use the inputs again before the derivative is asked for
        seen = inputs.transpose(0, 1).clone(memory_format=torch.contiguous_format)
        projected = torch.addmm(bias, seen.view(-1, n_inputs), W_x).view(n_steps, batch, -1)
        W_out = torch.cat([W_r, W_y], dim=1)
        outputs = inputs.new_empty(n_steps, batch, len(W_y))
        fed = [torch.from_numpy(part) for part in arrays["fed"]]
        read_back = fed if is_lstm else [part[:, :read_size] for part in fed]
        hidden = [part[:, read_size:] for part in fed]
        gates = [torch.from_numpy(part) for part in arrays["gates"]]
        candidate = [part[:, 2 * units : 3 * units] for part in gates]
        out_gate = [part[:, 3 * units :] for part in gates]
        cell = [torch.from_numpy(part) for part in arrays["cell"]]
        squashed = [torch.from_numpy(part) for part in arrays["squashed"]]
        xi = torch.from_numpy(arrays["xi"])
        total = torch.empty_like(gates[0])
        said = None
        for step, projection in enumerate(projected.unbind(0)):
            k = step if learning else 0
            if said is not None:
                seen[step] += said
                projection = torch.addmm(projection, said, W_x)
            torch.addmm(projection, read_back[k], W_fed, out=total)
            if is_lstm:
                torch.sigmoid(total, out=gates[k])
                torch.tanh(total[:, 2 * units : 3 * units], out=candidate[k])
                kernels.lstm_cell(arrays["gates"][k], arrays["cell"][k], arrays["cell"][k + 1])
                torch.tanh(cell[k + 1], out=squashed[k])
                torch.mul(out_gate[k], squashed[k], out=hidden[k + 1])
            else:
                torch.tanh(total, out=hidden[k + 1])
            torch.addmm(b_xi, hidden[k + 1], W_xi_T, out=xi)
            if learning and step % SEGMENT == 0:
                arrays["M_kept"][step // SEGMENT] = M
                arrays["L_kept"][step // SEGMENT] = L
            if memory.storage_noise:
                torch.from_numpy(normal[k]).normal_(generator=generator)
            noise = normal[k] if memory.storage_noise else M
            kernels.memory_forward(k, arrays["xi"], noise, *setup.switches, M, L, norms, *kept)
            if respond is not None or not learning:
                torch.addmm(b_y, fed[k + 1], W_out.T, out=outputs[step])
            if respond is not None:
                said = respond(step, outputs[step])
            if not learning:
                for name in ("u", "w", "p", "wr", "fed", "cell"):
                    arrays[name][:1] = arrays[name][1:2]
        if learning and respond is None:
            flat = torch.from_numpy(arrays["fed"][1:]).flatten(0, 1)
            torch.addmm(b_y, flat, W_out.T, out=outputs.view(-1, len(W_y)))

        if learning:
            ctx.save_for_backward(W_in, *recurrent, W_xi, W_y, W_r)
            ctx.setup, ctx.arrays, ctx.seen = setup, arrays, seen
            ctx.block = block  # so that it lives
        after = [M, arrays["u"][-1], arrays["w"][-1], arrays["p"][-1], L, arrays["wr"][-1]]
        after.append(arrays["fed"][-1, :, :read_size])
        return (
            outputs.transpose(0, 1).contiguous(),
            *(
                torch.from_numpy(part.copy()).view(before.shape)
                for part, before in zip(after, state, strict=True)
            ),
            *([hidden[-1].clone(), cell[-1].clone()] if is_lstm else []),
        )

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_outputs: Tensor, *d_after: Tensor) -> tuple[Tensor | None, ...]:
        from memsim.dnc import kernels

        setup, arrays, seen = ctx.setup, ctx.arrays, ctx.seen
        memory, is_lstm = setup.memory, setup.is_lstm
        W_in, *recurrent, W_xi, W_y, W_r = ctx.saved_tensors
        n_steps, batch, n_inputs = seen.shape
        units, read_size = W_xi.shape[1], W_r.shape[1]
        W_x, W_fed, _ = _controller(W_in, recurrent, n_inputs)
        shapes, steps = setup.shapes(batch), min(SEGMENT, n_steps)
        _block, work = _arrays(  # named, so that it lives
            seen.dtype,
            **{f"d_{name}": shape for name, shape in shapes.items()},
            d_cell=(batch, units),
            M=(steps + 1, *shapes["M"]),
            noisy=(steps, *shapes["M"]),
            L=(steps + 1, *shapes["L"]),
            norms=(steps + 1, *shapes["u"]),
            noisy_norms=(steps, *shapes["u"]),
            d_fed=(n_steps + 1, batch, read_size + units),
            d_xi=(n_steps, batch, memory.interface_size),
            d_total=(n_steps, batch, len(W_in)),
        )
        carried = [work[f"d_{name}"] for name in ("M", "L", "u", "w", "p", "wr")]
        for name, part in zip(shapes, d_after, strict=False):
            work[f"d_{name}"][:] = part.numpy().reshape(shapes[name])
        rebuilt = [work[name] for name in ("M", "noisy", "L", "norms", "noisy_norms")]
        kept = [arrays[name] for name in _KEPT[:-1]]

        # what outputs and the last state say of every step's reads and hidden units
        d_out = d_outputs.transpose(0, 1).reshape(n_steps * batch, -1)
        d_fed, d_xi, d_total = (torch.from_numpy(work[f"d_{x}"]) for x in ("fed", "xi", "total"))
        d_fed[0] = 0
        torch.mm(d_out, torch.cat([W_r, W_y], dim=1), out=d_fed[1:].flatten(0, 1))
        d_fed[-1, :, :read_size] += d_after[6].reshape(batch, -1)
        if is_lstm:
            d_fed[-1, :, read_size:] += d_after[7]
            work["d_cell"][:] = d_after[8].numpy()
        d_hidden = d_fed[:, :, read_size:].unbind(0)
        d_back = d_fed.unbind(0) if is_lstm else d_fed[:, :, :read_size].unbind(0)
        d_xis, d_totals = d_xi.unbind(0), d_total.unbind(0)
        for k in reversed(range(len(arrays["M_kept"]))):
            first, last = k * SEGMENT, min((k + 1) * SEGMENT, n_steps)
            work["M"][0], work["L"][0] = arrays["M_kept"][k], arrays["L_kept"][k]
            kernels.rebuild(
                first, last, arrays["normal"], *setup.switches[:2], memory.n_read_heads,
                memory.block_interface_size, arrays["act"], arrays["w"], arrays["p"], *rebuilt,
            )  # fmt: skip
            for t in reversed(range(first, last)):
                kernels.memory_backward(
                    t, t - first, arrays["normal"], *setup.switches, work["d_fed"][t + 1],
                    work["d_xi"][t], *rebuilt, *kept, *carried,
                )  # fmt: skip
                d_hidden[t + 1].addmm_(d_xis[t], W_xi)
                if is_lstm:
                    kernels.lstm_backward(
                        arrays["gates"][t], arrays["cell"][t], arrays["squashed"][t],
                        work["d_fed"][t + 1], work["d_cell"], work["d_total"][t],
                    )  # fmt: skip
                else:
                    kernels.tanh_backward(
                        arrays["fed"][t + 1], work["d_fed"][t + 1], work["d_total"][t]
                    )
                d_back[t].addmm_(d_totals[t], W_fed)

        # weights: one product each for all steps
        fed = torch.from_numpy(arrays["fed"])
        before, after = fed[:-1].flatten(0, 1), fed[1:].flatten(0, 1)
        if not is_lstm:
            before = before[:, :read_size]
        d_total, d_xi = d_total.flatten(0, 1), d_xi.flatten(0, 1)
        d_W_x, d_W_fed = d_total.T @ seen.flatten(0, 1), d_total.T @ before
        d_W_in = torch.cat([d_W_x, d_W_fed[:, :read_size]], dim=1)
        d_bias = d_total.sum(dim=0)
        d_W_out = d_out.T @ after
        d_state = [work[f"d_{name}"] for name in shapes]
        return (
            None,
            (d_total @ W_x).view(seen.shape).transpose(0, 1) if ctx.needs_input_grad[1] else None,
            *([d_W_in, d_W_fed[:, read_size:], d_bias, d_bias] if is_lstm else [d_W_in, d_bias]),
            d_xi.T @ after[:, read_size:],
            d_xi.sum(dim=0),
            d_W_out[:, read_size:],
            d_out.sum(dim=0),
            d_W_out[:, :read_size],
            *(
                torch.from_numpy(part.copy()).view(like.shape)
                for part, like in zip(d_state, d_after, strict=False)
            ),
            d_fed[0, :, :read_size].reshape(d_after[6].shape).clone(),
            *([d_hidden[0].clone(), torch.from_numpy(work["d_cell"].copy())] if is_lstm else []),
        )


def _controller(
    W_in: Tensor, recurrent: Sequence[Tensor], n_inputs: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Weights of the inputs, weights of what is fed back, bias."""
    W_x, W_fed = W_in[:, :n_inputs], W_in[:, n_inputs:]
    if len(recurrent) == 1:
        return W_x, W_fed, recurrent[0]
    W_hh, b_ih, b_hh = recurrent
    return W_x, torch.cat([W_fed, W_hh], dim=1), b_ih + b_hh
