r"""Recall followed item by item and not unit by unit: the fast way to a likelihood.

With associations M from context to items (units, items), contexts R that recall brings back
(items, units) and the drift of `rho`, all that matters of context c is the support of the items,
:math:`a = cM`, and how well c matches each of the contexts to come, :math:`m = Rc`. Recall of item
i, with :math:`\rho` of the match :math:`m_i`, changes both by

.. math:: a \leftarrow \rho a + \beta (RM)_i, \quad m \leftarrow \rho m + \beta (RR^T)_i

What does not depend on parameters is known beforehand (`Prefixes`), and what does can be compiled
(`kernels`). `ContextModel.log_choices` is the same in terms of context, without any of this.
"""

from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from memsim.cognitive.choice import ChoiceRule
from memsim.cognitive.free_recall import kernels
from memsim.cognitive.free_recall.context import rho
from memsim.cognitive.free_recall.prefixes import Prefixes


class ItemSpace(NamedTuple):
    """What the likelihood of recalls needs to know of a model that has studied a list.

    Attributes
    ----------
    beta : 0-dim
        Weight of the input when an item is recalled.
    tau : 0-dim
        Of the choice rule.
    support, match : (items,)
        When recall begins.
    evoked, overlap : (items, items)
        What recall of an item, by rows, adds to support and match.
    """

    beta: Float[Tensor, ""]
    tau: Float[Tensor, ""]
    support: Float[Tensor, " items"]
    match: Float[Tensor, " items"]
    evoked: Float[Tensor, "items items"]
    overlap: Float[Tensor, "items items"]


class Task(NamedTuple):
    """What the likelihood needs to know besides: nothing that it is differentiated by."""

    prefixes: Prefixes
    rule: Literal["power", "softmax"]
    floor: float


def nll_in_torch(task: Task, space: ItemSpace) -> Tensor:
    """Minus the log likelihood in plain torch: on any device, differentiable as often as one likes.

    What is in `space` may have leading dimensions, as has the result.
    """
    prefixes, leading = task.prefixes, space.beta.shape
    beta, tau = space.beta[..., None, None], space.tau[..., None, None]
    before_support, before_match = space.support[..., None, :], space.match[..., None, :]
    supports = [before_support]
    for start, end in zip(prefixes.first[1:], prefixes.first[2:], strict=False):
        old = torch.as_tensor(prefixes.parent[start:end] - prefixes.first[len(supports) - 1])
        item = torch.as_tensor(prefixes.last[start:end])
        d = before_match[..., old, item][..., None]
        kept = rho(beta, d)
        before_support = kept * before_support[..., old, :] + beta * space.evoked[..., item, :]
        before_match = kept * before_match[..., old, :] + beta * space.overlap[..., item, :]
        supports.append(before_support)
    support = torch.cat(supports, dim=-2)
    available = torch.as_tensor(prefixes.available > 0).expand(support.shape)
    log_p = ChoiceRule(task.rule, tau, task.floor).log_p(support, available)
    before = torch.as_tensor(np.repeat(np.arange(len(prefixes.parent)), np.diff(prefixes.follows)))
    chosen = log_p[..., before, torch.as_tensor(prefixes.chosen)]
    return -(chosen * torch.as_tensor(prefixes.times)).sum(-1).reshape(leading)


def choice_nll(prefixes: Prefixes, rule: ChoiceRule, space: ItemSpace) -> Tensor:
    """Minus the log likelihood, compiled where that is possible: float64 on the CPU.

    Under `torch.func` transforms too, and differentiable as often as one likes, backwards: forward
    mode (`jacfwd`, `torch.func.hessian`) is not there, `jacrev` of `jacrev` is. The parameter of the
    rule is that of `space`.
    """
    task = Task(prefixes, rule.name, rule.floor)
    compiled = all(x.device.type == "cpu" and x.dtype == torch.float64 for x in space)
    if not compiled:
        return nll_in_torch(task, space)
    nll: Tensor = _Nll.apply(task, *space)
    return nll


def _compute(task: Task, space: tuple[Tensor, ...], with_gradient: bool) -> list[Tensor]:
    """Likelihood and derivatives, each with the leading dimensions of `space`."""
    leading = space[0].shape
    arrays = [
        np.ascontiguousarray(x.detach().numpy()).reshape(-1, *x.shape[len(leading) :])
        for x in space
    ]
    p = task.prefixes
    kernels.load()
    out = kernels.likelihood(
        p.parent, p.last, p.available, p.follows, p.chosen, p.times,
        task.rule == "power", task.floor, *arrays, with_gradient,
    )  # fmt: skip
    return [
        torch.from_numpy(x).reshape((*leading, *x.shape[1:]))
        for x in (out if with_gradient else out[:1])
    ]


def _together(
    info: Any, in_dims: tuple[int | None, ...], space: tuple[Tensor, ...]
) -> list[Tensor]:
    """What `torch.vmap` maps over, in front; and what it does not, as often."""
    return [
        x.expand(info.batch_size, *x.shape) if dim is None else x.movedim(dim, 0)
        for x, dim in zip(space, in_dims, strict=True)
    ]


def _weighted(by: Tensor, x: Tensor) -> Tensor:
    return by.reshape(by.shape + (1,) * (x.dim() - by.dim())) * x


class _Nll(torch.autograd.Function):
    """Compiled `nll_in_torch`."""

    @staticmethod
    def forward(task: Task, *space: Tensor) -> Tensor:
        return _compute(task, space, with_gradient=False)[0]

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        ctx.task = inputs[0]
        ctx.save_for_backward(*inputs[1:])

    @staticmethod
    def backward(ctx: Any, d_nll: Tensor) -> tuple[Tensor | None, ...]:  # type: ignore[override]
        gradient = _Gradient.apply(ctx.task, *ctx.saved_tensors)
        return None, *[_weighted(d_nll, x) for x in gradient]

    @staticmethod
    def vmap(info: Any, in_dims: Any, task: Task, *space: Tensor) -> tuple[Tensor, int]:
        return _Nll.apply(task, *_together(info, in_dims[1:], space)), 0


class _Gradient(torch.autograd.Function):
    """Its gradient, compiled; the derivative of that is not."""

    @staticmethod
    def forward(task: Task, *space: Tensor) -> tuple[Tensor, ...]:
        return tuple(_compute(task, space, with_gradient=True)[1:])

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
        ctx.task = inputs[0]
        ctx.save_for_backward(*inputs[1:])

    @staticmethod
    def backward(ctx: Any, *directions: Tensor) -> tuple[Tensor | None, ...]:  # type: ignore[override]
        def gradient(*space: Tensor) -> tuple[Tensor, ...]:
            def total(*each: Tensor) -> Tensor:
                return nll_in_torch(ctx.task, ItemSpace(*each)).sum()

            found: tuple[Tensor, ...] = torch.func.grad(total, tuple(range(6)))(*space)
            return found

        # second derivatives do not mind the order
        _, by_direction, *_ = torch.func.vjp(gradient, *ctx.saved_tensors)
        return None, *by_direction(directions)

    @staticmethod
    def vmap(
        info: Any, in_dims: Any, task: Task, *space: Tensor
    ) -> tuple[tuple[Tensor, ...], tuple[int, ...]]:
        return _Gradient.apply(task, *_together(info, in_dims[1:], space)), (0,) * 6
