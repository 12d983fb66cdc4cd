"""A whole sequence of one or several DNCs as one function with a derivative of its own.

What `memsim.dnc.fast` runs. Networks have the same sizes and options and weights of their own:
products of matrices are done network by network, in the very form in which each network would do
them alone, and all else for all networks at once. A network's numbers are therefore, to the bit,
those that it gets alone.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from memsim.dnc.arrays import KEPT, SEGMENT, Sizes, allocate


class Setup(NamedTuple):
    """What a call is about; one generator for each network."""

    sizes: Sizes
    respond: Callable[[int, Tensor], Tensor | None] | None
    generators: Sequence[torch.Generator | None]
    learning: bool

    @property
    def switches(self) -> tuple[float, bool, bool, float]:
        """Noise, links, softmax, least strength: what the kernels want to know."""
        memory = self.sizes.memory
        return (
            float(memory.storage_noise),
            memory.temporal_links,
            memory.allocation == "softmax",
            1.0 if memory.strengths == "oneplus" else 0.0,
        )


class Weights:
    """Of one network, from the list of its parameters, as the products want them."""

    def __init__(self, tensors: Sequence[Tensor], n_inputs: int) -> None:
        W_in, *recurrent, self.W_xi, self.b_xi, self.W_y, self.b_y, self.W_r = tensors
        self.W_x, self.W_fed, self.bias = W_in[:, :n_inputs], W_in[:, n_inputs:], recurrent[-1]
        if len(recurrent) > 1:  # an LSTM
            W_hh, b_ih, b_hh = recurrent
            self.W_fed, self.bias = torch.cat([self.W_fed, W_hh], dim=1), b_ih + b_hh
        self.W_out = torch.cat([self.W_r, self.W_y], dim=1)


class Sequences(torch.autograd.Function):
    """inputs (s * b, t, x), a state and weights, network by network, to outputs and a state.

    `fed` (s, t + 1, b, r * w + hidden) has read vectors and hidden units side by side: what the
    controller is fed at the next step, and what the output is made of.
    """

    @staticmethod
    def forward(ctx: Any, setup: Setup, inputs: Tensor, *tensors: Tensor) -> tuple[Tensor, ...]:
        from memsim.dnc import kernels

        sizes, respond, generators, _ = setup
        is_lstm, batch, n_steps = sizes.is_lstm, sizes.batch, sizes.n_steps
        units, read_size, networks = sizes.units, sizes.read_size, range(sizes.n_networks)
        n_state = 9 if is_lstm else 7
        state, parameters = tensors[:n_state], tensors[n_state:]
        nets = [Weights(part, sizes.n_inputs) for part in _shares(parameters, sizes.n_networks)]
        learning = setup.learning and any(ctx.needs_input_grad)
        block, arrays = allocate(inputs.dtype, sizes.kept(learning))
        _block, passing = allocate(inputs.dtype, sizes.passing())  # named, so that it lives
        M, L, norms, normal = passing["M"], passing["L"], passing["norms"], arrays["normal"]
        order = arrays["order"] = arrays["order"].view(f"i{inputs.element_size()}")
        order[:, 0] = np.arange(sizes.memory.n_locations)
        fed_0 = arrays["fed"][:, 0]
        beginnings = [
            *(M, arrays["u"][:, 0], arrays["w"][:, 0], arrays["p"][:, 0], L, arrays["wr"][:, 0]),
            *(fed_0[..., :read_size], fed_0[..., read_size:]),
            *([arrays["cell"][:, 0]] if is_lstm else []),
        ]
        for there, part in zip(beginnings, state, strict=False):
            there[:] = part.detach().numpy().reshape(there.shape)
        for s in networks:
            for row in range(M.shape[1]):
                kernels.row_norms(M[s, row], norms[s, row])
        kept = [arrays[name] for name in KEPT]

        # the controller: inputs of all steps at once, then what is fed back; `seen` is a copy,
        # since the caller may use the inputs again before the derivative is asked for
        seen = torch.from_numpy(arrays["seen"])[:, :n_steps]
        seen.copy_(inputs.view(sizes.n_networks, batch, n_steps, -1).transpose(1, 2))
        gates = torch.from_numpy(arrays["gates"])
        for net, x, projected in zip(nets, seen, gates[:, :n_steps], strict=True):
            torch.addmm(net.bias, x.flatten(0, 1), net.W_x.T, out=projected.flatten(0, 1))
        outputs = inputs.new_empty(sizes.lines(n_steps, batch, sizes.n_outputs))
        each_step = respond is not None or not learning  # whether outputs are wanted at once
        # [network][step] for products, [step] of all networks for the rest
        fed = torch.from_numpy(arrays["fed"])
        fed_of, hidden_of, gates_of = map(_by_network, (fed, fed[..., read_size:], gates))
        read_of = fed_of if is_lstm else _by_network(fed[..., :read_size])
        output_of = _by_network(outputs) if each_step else []
        hidden, gates_at = fed[..., read_size:].unbind(1), gates.unbind(1)
        candidate = gates[..., 2 * units : 3 * units].unbind(1)
        out_gate = gates[..., 3 * units :].unbind(1)
        cell, squashed = (
            torch.from_numpy(arrays["cell"]).unbind(1),
            torch.from_numpy(passing["squashed"]),
        )
        xi, total, told = (
            torch.from_numpy(passing[name])[:, :batch] for name in ("xi", "total", "said")
        )
        W_fed_T = [net.W_fed.T.contiguous() for net in nets]
        W_xi_T = [net.W_xi.T.contiguous() for net in nets]
        said = None
        for step in range(n_steps):
            k = step if learning else 0
            if said is not None:
                told.copy_(said.view(told.shape))
                seen[:, step] += told
            for s in networks:
                projection = gates_of[s][step]
                if said is not None:
                    projection = torch.addmm(projection, told[s], nets[s].W_x.T)
                torch.addmm(projection, read_of[s][k], W_fed_T[s], out=total[s])
            if is_lstm:
                torch.sigmoid(total, out=gates_at[step])
                torch.tanh(total[..., 2 * units : 3 * units], out=candidate[step])
                kernels.lstm_cell(step, k, arrays["gates"], arrays["cell"])
                torch.tanh(cell[k + 1], out=squashed)
                torch.mul(out_gate[step], squashed, out=hidden[k + 1])
            else:
                torch.tanh(total, out=hidden[k + 1])
            for s in networks:
                torch.addmm(nets[s].b_xi, hidden_of[s][k + 1], W_xi_T[s], out=xi[s])
            if learning and step % SEGMENT == 0:
                arrays["M_kept"][:, step // SEGMENT] = M
                arrays["L_kept"][:, step // SEGMENT] = L
            if sizes.memory.storage_noise:
                for s in networks:
                    torch.from_numpy(normal[s, k]).normal_(generator=generators[s])
            kernels.memory_forward(k, passing["xi"], normal, *setup.switches, M, L, norms, *kept)
            if each_step:
                for s in networks:
                    net = nets[s]
                    torch.addmm(net.b_y, fed_of[s][k + 1], net.W_out.T, out=output_of[s][step])
            if respond is not None:
                said = respond(step, outputs[:, step].flatten(0, 1))
            if not learning:
                for name in ("u", "w", "p", "wr", "fed", "cell"):
                    arrays[name][:, :1] = arrays[name][:, 1:2]
        if not each_step:
            for net, each, output in zip(nets, fed, outputs[:, :n_steps], strict=True):
                flat = each[1 : n_steps + 1].flatten(0, 1)
                torch.addmm(net.b_y, flat, net.W_out.T, out=output.flatten(0, 1))

        if learning:
            ctx.save_for_backward(*parameters)
            ctx.setup, ctx.arrays, ctx.spent = setup, arrays, False
            ctx.block = block  # so that it lives
            ctx.state_shapes = [part.shape for part in state]
            ctx.set_materialize_grads(False)
        last = n_steps if learning else 1
        fed_last = arrays["fed"][:, last]
        after = [
            *(M, arrays["u"][:, last], arrays["w"][:, last], arrays["p"][:, last], L),
            *(arrays["wr"][:, last], fed_last[..., :read_size], fed_last[..., read_size:]),
            *([arrays["cell"][:, last]] if is_lstm else []),
        ]
        by_list = outputs[:, :n_steps].transpose(1, 2)
        return (
            by_list.clone(memory_format=torch.contiguous_format).flatten(0, 1),
            *(
                torch.from_numpy(part.copy()).view(before.shape)
                for part, before in zip(after, state, strict=False)
            ),
        )

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_outputs: Tensor | None, *d_after: Tensor | None) -> tuple[Any, ...]:
        from memsim.dnc import kernels

        setup, arrays = ctx.setup, ctx.arrays
        sizes = setup.sizes
        memory, is_lstm, batch, n_steps = sizes.memory, sizes.is_lstm, sizes.batch, sizes.n_steps
        read_size, networks = sizes.read_size, range(sizes.n_networks)
        nets = [
            Weights(part, sizes.n_inputs) for part in _shares(ctx.saved_tensors, sizes.n_networks)
        ]
        dtype = ctx.saved_tensors[0].dtype
        _block, work = allocate(dtype, sizes.work())  # named, so that it lives
        rebuilt = [work[name] for name in ("M", "noisy", "L", "norms", "noisy_norms")]
        if not memory.storage_noise:  # then what was written to is the memory itself
            rebuilt[1], rebuilt[4] = work["M"], work["norms"]
        carried = [work[f"d_{name}"] for name in ("M", "L", "u", "w", "p", "wr")]
        kept = [arrays[name] for name in KEPT[:-1]]
        d_out, d_fed, d_xi = (torch.from_numpy(work[f"d_{name}"]) for name in ("out", "fed", "xi"))
        seen, fed, gates = (torch.from_numpy(arrays[name]) for name in ("seen", "fed", "gates"))
        d_out, d_xi, seen, gates = (part[:, :n_steps] for part in (d_out, d_xi, seen, gates))
        d_fed, fed = d_fed[:, : n_steps + 1], fed[:, : n_steps + 1]
        d_total = gates  # the derivative takes the place of what is no longer needed
        if is_lstm and ctx.spent:  # as it did in an earlier backward
            for net, x, before, gate in zip(nets, seen, fed, gates, strict=True):
                _gates_again(net, sizes.units, x, before[:-1], gate)
        ctx.spent = True

        # what outputs and the last state say of every step's reads and hidden units
        d_fed[:, 0] = 0
        if d_outputs is None:
            d_out.zero_()
        else:
            d_out.copy_(d_outputs.view(sizes.n_networks, batch, n_steps, -1).transpose(1, 2))
        for s in networks:
            torch.mm(d_out[s].flatten(0, 1), nets[s].W_out, out=d_fed[s, 1:].flatten(0, 1))
        d_M, d_L, d_u, d_w, d_p, d_wr = carried
        for there, part in zip((d_M, d_u, d_w, d_p, d_L, d_wr), d_after[:6], strict=True):
            there[:] = 0 if part is None else part.numpy().reshape(there.shape)
        d_reads, *d_controller = d_after[6:]
        if d_reads is not None:
            d_fed[:, -1, :, :read_size] += d_reads.reshape(sizes.n_networks, batch, -1)
        if is_lstm:
            d_hidden_last, d_cell_last = d_controller
            if d_hidden_last is not None:
                d_fed[:, -1, :, read_size:] += d_hidden_last.view(sizes.n_networks, batch, -1)
            d_cell = work["d_cell"]
            d_cell[:] = 0 if d_cell_last is None else d_cell_last.numpy().reshape(d_cell.shape)
        d_hidden = _by_network(d_fed[..., read_size:])
        d_back = _by_network(d_fed if is_lstm else d_fed[..., :read_size])
        d_xis, d_totals = _by_network(d_xi), _by_network(d_total)
        cell, squashed = (
            torch.from_numpy(arrays["cell"]).unbind(1),
            torch.from_numpy(work["squashed"]),
        )
        for k in reversed(range(arrays["M_kept"].shape[1])):
            first, last = k * SEGMENT, min((k + 1) * SEGMENT, n_steps)
            work["M"][:, 0], work["L"][:, 0] = arrays["M_kept"][:, k], arrays["L_kept"][:, k]
            kernels.rebuild(
                first, last, arrays["normal"], *setup.switches[:2], memory.n_read_heads,
                memory.block_interface_size, arrays["act"], arrays["w"], arrays["p"], *rebuilt,
            )  # fmt: skip
            for t in reversed(range(first, last)):
                kernels.memory_backward(
                    t, t - first, arrays["normal"], *setup.switches, work["d_fed"], work["d_xi"],
                    *rebuilt, *kept, *carried,
                )  # fmt: skip
                for s in networks:
                    d_hidden[s][t + 1].addmm_(d_xis[s][t], nets[s].W_xi)
                if is_lstm:
                    torch.tanh(cell[t + 1], out=squashed)
                    kernels.lstm_backward(
                        t, arrays["gates"], arrays["cell"], work["squashed"], work["d_fed"],
                        work["d_cell"],
                    )  # fmt: skip
                else:
                    kernels.tanh_backward(t, arrays["fed"], work["d_fed"], arrays["gates"])
                for s in networks:
                    d_back[s][t].addmm_(d_totals[s][t], nets[s].W_fed)

        needs_state = ctx.needs_input_grad[2 : 2 + len(ctx.state_shapes)]
        d_fed_0 = work["d_fed"][:, 0]
        d_state = [
            *(d_M, d_u, d_w, d_p, d_L, d_wr, d_fed_0[..., :read_size]),
            *([d_fed_0[..., read_size:], work["d_cell"]] if is_lstm else []),
        ]
        d_inputs = None
        if ctx.needs_input_grad[1]:
            d_seen = torch.stack(
                [
                    (d_total[s].flatten(0, 1) @ nets[s].W_x).view(n_steps, batch, -1)
                    for s in networks
                ]
            )
            d_inputs = d_seen.transpose(1, 2).flatten(0, 1)
        return (
            None,
            d_inputs,
            *(
                torch.from_numpy(part.copy()).view(shape) if needed else None
                for part, shape, needed in zip(d_state, ctx.state_shapes, needs_state, strict=True)
            ),
            *(
                d_weight
                for s in networks
                for d_weight in _weight_gradients(
                    is_lstm, read_size, seen[s], fed[s], d_total[s], d_xi[s], d_out[s]
                )
            ),
        )


def _gates_again(net: Weights, units: int, seen: Tensor, fed: Tensor, gates: Tensor) -> None:
    """Gates (t, b, 4 hidden) of one LSTM as forward had them; to the bit where no response was an
    input, since there inputs and responses are multiplied apart."""
    torch.addmm(net.bias, seen.flatten(0, 1), net.W_x.T, out=gates.flatten(0, 1))
    W_fed_T = net.W_fed.T.contiguous()
    for gate, before in zip(gates, fed, strict=True):
        total = torch.addmm(gate, before, W_fed_T)
        torch.sigmoid(total, out=gate)
        candidate = slice(2 * units, 3 * units)
        torch.tanh(total[:, candidate], out=gate[:, candidate])


def _weight_gradients(
    is_lstm: bool,
    read_size: int,
    seen: Tensor,
    fed: Tensor,
    d_total: Tensor,
    d_xi: Tensor,
    d_out: Tensor,
) -> list[Tensor]:
    """Of one network, in the order of its parameters: one product each for all steps."""
    seen, d_total, d_xi, d_out = (part.flatten(0, 1) for part in (seen, d_total, d_xi, d_out))
    before, after = fed[:-1].flatten(0, 1), fed[1:].flatten(0, 1)
    if not is_lstm:
        before = before[:, :read_size]
    d_W_fed, d_bias, d_W_out = d_total.T @ before, d_total.sum(dim=0), d_out.T @ after
    d_W_in = torch.cat([d_total.T @ seen, d_W_fed[:, :read_size]], dim=1)
    return [
        *([d_W_in, d_W_fed[:, read_size:], d_bias, d_bias] if is_lstm else [d_W_in, d_bias]),
        d_xi.T @ after[:, read_size:],
        d_xi.sum(dim=0),
        d_W_out[:, read_size:],
        d_out.sum(dim=0),
        d_W_out[:, :read_size],
    ]


def _by_network(tensor: Tensor) -> list[tuple[Tensor, ...]]:
    """(s, t, ...) as [network][step]."""
    return [part.unbind(0) for part in tensor.unbind(0)]


def _shares(parameters: Sequence[Tensor], n: int) -> list[Sequence[Tensor]]:
    """Parameters of all networks, network by network."""
    each = len(parameters) // n
    return [parameters[s * each : (s + 1) * each] for s in range(n)]
