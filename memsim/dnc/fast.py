"""The fast path on the CPU: a whole sequence of a DNC as one function with a derivative of its own.

`why_not` says when it does not apply; the steps of `memsim.dnc.network` run then, with the same
result. What makes it fast: the inputs are projected for all steps at once, the memory step is one
compiled loop (`memsim.dnc.kernels`), weights get their gradients in one product after the loop,
and of memory and links only every `SEGMENT`-th is kept and the others are computed again.
"""

import warnings
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd.function import once_differentiable

from memsim.dnc.cell import MemoryState

if TYPE_CHECKING:
    from memsim.dnc.network import DNC, DNCState

#: steps between two copies of memory and links that are kept for the derivative
SEGMENT = 8


def why_not(network: "DNC", inputs: Tensor) -> str | None:
    """What the fast path lacks for this network and these inputs, or None if it applies.

    It has: LSTM and feed-forward controllers, any number of read heads and blocks, sort and
    softmax, links or none, storage noise, closed loops, float32 and float64 on the CPU.
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
        "numba": not _compiled(),
    }
    return next((what for what, missing in lacks.items() if missing), None)


@cache
def _compiled() -> bool:
    """Whether the loops compile here; said once if not."""
    try:
        from memsim.dnc import kernels

        kernels.sigmoid(0.0)
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

    parameters = [
        *network.controller.parameters(),
        network.to_interface.weight,
        network.to_interface.bias,
        network.hidden_to_output.weight,
        network.hidden_to_output.bias,
        network.reads_to_output.weight,
    ]
    options = network.options["controller"] == "lstm", network.memory, respond, generator
    carried, memory = state
    outputs, *after = _Sequence.apply(options, inputs, *parameters, *memory, *carried)
    n_memory = len(memory)
    return outputs, DNCState(tuple(after[n_memory:]), MemoryState(*after[:n_memory]))


class _Kept(NamedTuple):
    """What the kernels keep of every step; shapes as `memsim.dnc.kernels.memory_forward` has them."""

    act: np.ndarray
    u: np.ndarray
    w: np.ndarray
    p: np.ndarray
    wr: np.ndarray
    order: np.ndarray
    a: np.ndarray
    cw: np.ndarray
    cosw: np.ndarray
    cr: np.ndarray
    cosr: np.ndarray
    f: np.ndarray
    b: np.ndarray
    block_reads: np.ndarray
    reads: np.ndarray

    @classmethod
    def empty(cls, n_steps: int, batch: int, memory: Any, dtype: np.dtype) -> "_Kept":
        q, n, r = batch * memory.n_blocks, memory.n_locations, memory.n_read_heads
        w, t, linked = memory.word_size, n_steps, n if memory.temporal_links else 0
        shapes = {
            "act": (t, batch, memory.interface_size),
            "u": (t + 1, q, n),
            "w": (t + 1, q, n),
            "p": (t + 1, q, n),
            "wr": (t + 1, q, r, n),
            "a": (t, q, n),
            "cw": (t, q, n),
            "cosw": (t, q, n),
            "cr": (t, q, r, n),
            "cosr": (t, q, r, n),
            "f": (t, q, r, linked),
            "b": (t, q, r, linked),
            "block_reads": (t, q, r, w),
            "reads": (t + 1, batch, r, w),
        }
        order = np.tile(np.arange(n), (t, q, 1))
        return cls(order=order, **_arrays(dtype, **shapes))


def _arrays(dtype: np.dtype, **shapes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Arrays in one block, aligned as torch aligns it and with gaps between them.

    How loops and products of matrices round may depend on where arrays lie; so they always lie
    alike.
    """
    from memsim.dnc.kernels import GAP

    sizes = [int(np.prod(shape)) for shape in shapes.values()]
    starts = np.cumsum([GAP, *(-(-size // GAP) * GAP + GAP for size in sizes)])
    block = torch.empty(int(starts[-1]), dtype=getattr(torch, dtype.name)).numpy()
    return {
        name: block[start : start + size].reshape(shape)
        for (name, shape), start, size in zip(shapes.items(), starts, sizes, strict=False)
    }


class _Sequence(torch.autograd.Function):
    """inputs, weights and a state to outputs and a state."""

    @staticmethod
    def forward(ctx: Any, options: Any, inputs: Tensor, *tensors: Tensor) -> tuple[Tensor, ...]:
        from memsim.dnc import kernels

        is_lstm, memory, respond, generator = options
        n_controller = 4 if is_lstm else 2
        controller = tensors[:n_controller]
        W_xi, b_xi, W_y, b_y, W_r = tensors[n_controller : n_controller + 5]
        state = MemoryState(*tensors[n_controller + 5 : n_controller + 12])
        batch, n_steps, n_inputs = inputs.shape
        learning = any(ctx.needs_input_grad)
        dtype = inputs.numpy().dtype
        n_blocks, links = memory.n_blocks, memory.temporal_links
        scale, softmax = float(memory.storage_noise), memory.allocation == "softmax"
        strength_from = 1.0 if memory.strengths == "oneplus" else 0.0

        # what is kept: every step for the derivative, else only the last
        n_kept = n_steps if learning else 1
        kept = _Kept.empty(n_kept, batch, memory, dtype)
        flat = (batch * n_blocks, memory.n_locations)
        kept.u[0] = state.usage.detach().numpy().reshape(flat)
        kept.w[0] = state.write_weighting.detach().numpy().reshape(flat)
        kept.p[0] = state.precedence.detach().numpy().reshape(flat)
        kept.wr[0] = state.read_weighting.detach().numpy().reshape(kept.wr[0].shape)
        kept.reads[0] = state.read_vectors.detach().numpy()
        linked = memory.n_locations if links else 0
        M_shape, L_shape = (*flat, memory.word_size), (flat[0], linked, linked)
        n_segments = -(-n_kept // SEGMENT)
        M, L, norms, M_kept, L_kept = _arrays(
            dtype,
            M=M_shape,
            L=L_shape,
            norms=flat,
            M_kept=(n_segments, *M_shape),
            L_kept=(n_segments, *L_shape),
        ).values()
        M[:] = state.memory.detach().numpy().reshape(M_shape)
        L[:] = state.link.detach().numpy().reshape(L_shape)
        for q in range(flat[0]):
            kernels.row_norms(M[q], norms[q])
        normal = torch.empty(n_kept if scale else 0, *state.memory.shape, dtype=inputs.dtype)
        normals = normal.numpy().reshape(len(normal), *M.shape)
        nothing = np.empty((0, *M.shape[1:]), dtype)

        W_in = controller[0]
        bias = controller[2] + controller[3] if is_lstm else controller[1]
        W_x, W_fed = W_in[:, :n_inputs], W_in[:, n_inputs:]
        if is_lstm:
            W_fed = torch.cat([W_fed, controller[1]], dim=1)
        projected = torch.addmm(bias, inputs.transpose(0, 1).reshape(-1, n_inputs), W_x.T)
        projected = projected.view(n_steps, batch, -1)
        seen = inputs.transpose(0, 1).contiguous()
        if respond is not None:
            seen = seen.clone()
        units = W_xi.shape[1]
        hidden = inputs.new_empty(n_kept + 1, batch, units)
        cell = inputs.new_empty(n_kept + 1 if is_lstm else 0, batch, units)
        gates = inputs.new_empty(n_kept if is_lstm else 0, batch, 4 * units)
        if is_lstm:
            hidden[0], cell[0] = tensors[n_controller + 12 :]
        reads = torch.from_numpy(kept.reads)
        outputs = inputs.new_empty(n_steps, batch, W_y.shape[0])
        said = None
        for step in range(n_steps):
            t = step if learning else 0
            if said is None:
                total = projected[step]
            else:
                seen[step] += said
                total = torch.addmm(projected[step], said, W_x.T)
            fed = reads[t].flatten(1)
            if is_lstm:
                total = torch.addmm(total, torch.cat([fed, hidden[t]], dim=1), W_fed.T)
                hidden[t + 1], cell[t + 1] = _lstm(total, cell[t], gates[t])
            else:
                torch.tanh(torch.addmm(total, fed, W_fed.T), out=hidden[t + 1])
            if learning and step % SEGMENT == 0:
                M_kept[step // SEGMENT] = M
                L_kept[step // SEGMENT] = L
            if scale:
                normal[t].normal_(generator=generator)
            xi = torch.addmm(b_xi, hidden[t + 1], W_xi.T)
            kernels.memory_forward(
                t, xi.numpy(), normals[t] if scale else nothing, scale, links, softmax,
                strength_from, M, L, norms, *kept,
            )  # fmt: skip
            if respond is not None or not learning:
                torch.addmm(b_y, hidden[t + 1], W_y.T, out=outputs[step])
                outputs[step].addmm_(reads[t + 1].flatten(1), W_r.T)
            if respond is not None:
                said = respond(step, outputs[step])
            if not learning:
                for part in (kept.u, kept.w, kept.p, kept.wr, kept.reads):
                    part[0] = part[1]
                hidden[0] = hidden[1]
                if is_lstm:
                    cell[0] = cell[1]
        if learning and respond is None:
            flat_hidden, flat_reads = hidden[1:].flatten(0, 1), reads[1:].flatten(2).flatten(0, 1)
            flat_outputs = outputs.view(-1, outputs.shape[2])
            torch.addmm(b_y, flat_hidden, W_y.T, out=flat_outputs)
            flat_outputs.addmm_(flat_reads, W_r.T)

        if learning:
            ctx.save_for_backward(W_in, W_fed, W_xi, W_y, W_r)
            ctx.options, ctx.kept = options, kept
            ctx.arrays = (M_kept, L_kept, normals, seen, hidden, cell, gates)
        after = [M, kept.u[-1], kept.w[-1], kept.p[-1], L, kept.wr[-1], kept.reads[-1]]
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

        is_lstm, memory, _, _ = ctx.options
        kept: _Kept = ctx.kept
        M_kept, L_kept, normals, seen, hidden, cell, gates = ctx.arrays
        W_in, W_fed, W_xi, W_y, W_r = ctx.saved_tensors
        links, softmax = memory.temporal_links, memory.allocation == "softmax"
        scale = float(memory.storage_noise)
        strength_from = 1.0 if memory.strengths == "oneplus" else 0.0
        n_steps, batch, n_inputs = seen.shape
        r, w = memory.n_read_heads, memory.word_size
        read_size, units = r * w, hidden.shape[2]
        dtype = M_kept.dtype
        size = sum(memory._sizes)

        M_shape, L_shape = M_kept.shape[1:], L_kept.shape[1:]
        carried = _arrays(
            dtype,
            M=M_shape,
            u=kept.u[0].shape,
            w=kept.w[0].shape,
            p=kept.p[0].shape,
            L=L_shape,
            wr=kept.wr[0].shape,
        )
        for array, part in zip(carried.values(), d_after, strict=False):
            array[:] = part.detach().numpy().reshape(array.shape)
        d_M, d_u, d_w, d_p, d_L, d_wr = carried.values()
        d_fed = d_after[6].reshape(batch, read_size)
        if is_lstm:
            d_hidden, d_cell = (part.clone() for part in d_after[7:])
        d_out = d_outputs.transpose(0, 1).contiguous()
        d_hidden_out, d_reads_out = d_out @ W_y, d_out @ W_r
        d_xi = seen.new_empty(n_steps, batch, W_xi.shape[0])
        d_total = seen.new_empty(n_steps, batch, W_in.shape[0])
        segment = min(SEGMENT, n_steps)
        M, L, noisy, norms, noisy_norms = _arrays(
            dtype,
            M=(segment + 1, *M_shape),
            L=(segment + 1, *L_shape),
            noisy=(segment, *M_shape),
            norms=(segment + 1, *M_shape[:2]),
            noisy_norms=(segment, *M_shape[:2]),
        ).values()
        for k in reversed(range(len(M_kept))):
            first, last = k * SEGMENT, min((k + 1) * SEGMENT, n_steps)
            M[0], L[0] = M_kept[k], L_kept[k]
            kernels.rebuild(
                first, last, normals, scale, links, r, size, kept.act, kept.w, kept.p,
                M, noisy, L, norms, noisy_norms,
            )  # fmt: skip
            for t in reversed(range(first, last)):
                d_reads = (d_fed + d_reads_out[t]).view(batch, r, w)
                kernels.memory_backward(
                    t, t - first, normals, scale, links, softmax, strength_from,
                    d_reads.numpy(), d_xi[t].numpy(), M, noisy, L, norms, noisy_norms,
                    *kept[:-1], d_M, d_L, d_u, d_w, d_p, d_wr,
                )  # fmt: skip
                d_h = torch.addmm(d_hidden_out[t], d_xi[t], W_xi)
                if is_lstm:
                    d_h += d_hidden
                    d_cell = _lstm_backward(gates[t], cell[t], cell[t + 1], d_h, d_cell, d_total[t])
                    d_fed, d_hidden = (d_total[t] @ W_fed).split([read_size, units], dim=1)
                else:
                    torch.mul(d_h, 1 - hidden[t + 1].square(), out=d_total[t])
                    d_fed = d_total[t] @ W_fed

        # weights: one product each for all steps
        flat_total, flat_xi = d_total.flatten(0, 1), d_xi.flatten(0, 1)
        flat_out, flat_hidden = d_out.flatten(0, 1), hidden[1:].flatten(0, 1)
        reads = torch.from_numpy(kept.reads).flatten(2)
        d_W_in = torch.cat(
            [
                flat_total.T @ seen.flatten(0, 1),
                flat_total.T @ reads[:-1].flatten(0, 1),
            ],
            dim=1,
        )
        d_bias = flat_total.sum(dim=0)
        d_controller = (
            [d_W_in, flat_total.T @ hidden[:-1].flatten(0, 1), d_bias, d_bias]
            if is_lstm
            else [d_W_in, d_bias]
        )
        d_memory = [d_M, d_u, d_w, d_p, d_L, d_wr]
        return (
            None,
            (d_total @ W_in[:, :n_inputs]).transpose(0, 1) if ctx.needs_input_grad[1] else None,
            *d_controller,
            flat_xi.T @ flat_hidden,
            flat_xi.sum(dim=0),
            flat_out.T @ flat_hidden,
            flat_out.sum(dim=0),
            flat_out.T @ reads[1:].flatten(0, 1),
            *(
                torch.from_numpy(part).view(shape.shape)
                for part, shape in zip(d_memory, d_after[:6], strict=True)
            ),
            d_fed.reshape(batch, r, w),
            *([d_hidden, d_cell] if is_lstm else []),
        )


def _lstm(total: Tensor, cell: Tensor, gates: Tensor) -> tuple[Tensor, Tensor]:
    """Hidden and cell state; the four gates i, f, g, o are left in `gates`."""
    units = cell.shape[1]
    torch.sigmoid(total, out=gates)
    torch.tanh(total[:, 2 * units : 3 * units], out=gates[:, 2 * units : 3 * units])
    i, f, g, o = gates.split(units, dim=1)
    cell = torch.addcmul(f * cell, i, g)
    return o * torch.tanh(cell), cell


def _lstm_backward(
    gates: Tensor, before: Tensor, cell: Tensor, d_hidden: Tensor, d_cell: Tensor, d_total: Tensor
) -> Tensor:
    """Derivative of the cell state before; that of the sum in the gates goes to `d_total`."""
    i, f, g, o = gates.chunk(4, dim=1)
    tanh = torch.tanh(cell)
    d_cell = torch.addcmul(d_cell, d_hidden * o, 1 - tanh.square())
    d_gates = torch.cat([d_cell * g, d_cell * before, d_cell * i, d_hidden * tanh], dim=1)
    units = cell.shape[1]
    slope = gates - gates.square()
    slope[:, 2 * units : 3 * units] = 1 - g.square()
    torch.mul(d_gates, slope, out=d_total)
    return d_cell * f
