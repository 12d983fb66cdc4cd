"""What networks are trained on: how probable right answers are, and reproduction of the input."""

from typing import Literal, get_args

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor

from memsim.base import check_choice

ReproductionLoss = Literal["cross-entropy", "softmax-cross-entropy", "l2"]


def order_free(
    log_items: Float[Tensor, "*b l"],
    log_stop: Float[Tensor, "*b"],
    left: Bool[Tensor, "*b l"],
) -> Float[Tensor, "*b"]:
    """Log probability that the next response is right, in whatever order items come.

    Any studied item not yet recalled is right; once none is left, stopping is.

    Parameters
    ----------
    log_items : (*b, l)
        Log probability of responding with each studied item.
    log_stop : (*b)
        Log probability of stopping.
    left : (*b, l)
        Items not yet recalled.

    Examples
    --------
    Two items left at .2 and .3, so .5 together; then nothing is left and stopping has .1:

    >>> log_items = torch.tensor([[0.2, 0.3, 0.4], [0.2, 0.3, 0.4]]).log()
    >>> left = torch.tensor([[True, True, False], [False, False, False]])
    >>> order_free(log_items, torch.tensor([0.1, 0.1]).log(), left).exp()
    tensor([0.5000, 0.1000])
    """
    # finite, since minus infinity in every place of a row has no gradient
    lowest = torch.finfo(log_items.dtype).min
    some_item = torch.logsumexp(log_items.masked_fill(~left, lowest), dim=-1)
    return torch.where(left.any(dim=-1), some_item, log_stop)


def balance(
    story: Bool[Tensor, "b t"],
    answer: Bool[Tensor, "b t"],
    dtype: torch.dtype | None = None,
) -> Float[Tensor, " b"]:
    """gamma = max(1, sum_t S(t) / sum_t A(t)): weight of the task beside reproduction.

    Park et al. (2021, eq. 8). A list without answers has no task to weigh; there it is 1.

    Parameters
    ----------
    story, answer : (b, t)
        S and A: steps of the story, and those at which an answer is due.
    dtype : torch.dtype, optional
        Of the result; torch's default where left out.

    Examples
    --------
    Six steps of story for two answers, and one for two:

    >>> story = torch.tensor([[1, 1, 1, 1, 1, 1, 0, 0], [1, 0, 0, 0, 0, 0, 0, 0]]).bool()
    >>> answer = torch.tensor([[0, 0, 0, 0, 0, 0, 1, 1], [0, 1, 1, 0, 0, 0, 0, 0]]).bool()
    >>> balance(story, answer)
    tensor([3., 1.])
    """
    dtype = dtype or torch.get_default_dtype()
    n_story, n_answers = story.sum(dim=1, dtype=dtype), answer.sum(dim=1, dtype=dtype)
    return torch.where(n_answers > 0, n_story / n_answers.clamp_min(1), 1).clamp_min(1)


def reproduction(
    outputs: Float[Tensor, "b t x"],
    inputs: Float[Tensor, "b t x"],
    kind: ReproductionLoss = "cross-entropy",
) -> Float[Tensor, "b t"]:
    """l_ar(i_t, y_t): how badly outputs reproduce the inputs of their own step, in nats.

    Park et al. (2021, eq. 6). Channels are summed.

    Parameters
    ----------
    outputs : (b, t, x)
        As they come from the network, not squashed.
    inputs : (b, t, x)
    kind : {"cross-entropy", "softmax-cross-entropy", "l2"}
        For inputs that are bits, each on its own; that are one-hot, or probabilities; or that
        are any numbers: squared distance, then, and no nats.
    """
    check_choice("kind", kind, get_args(ReproductionLoss))
    if kind == "softmax-cross-entropy":
        return -(inputs * torch.log_softmax(outputs, dim=-1)).sum(dim=-1)
    if kind == "cross-entropy":
        loss = F.binary_cross_entropy_with_logits(outputs, inputs, reduction="none")
    else:
        loss = (inputs - outputs) ** 2
    return loss.sum(dim=-1)


def association_reinforcing(
    outputs: Float[Tensor, "b t x"],
    inputs: Float[Tensor, "b t x"],
    story: Bool[Tensor, "b t"],
    answer: Bool[Tensor, "b t"],
    task_loss: Float[Tensor, "b t"],
    *,
    p: float,
    kind: ReproductionLoss = "cross-entropy",
    generator: torch.Generator | None = None,
) -> Float[Tensor, " b"]:
    """Loss of the task, and of reproducing some of the story from memory.

    L = gamma sum_t A(t) l_task(t) + sum_t alpha(t) l_ar(i_t, y_t), alpha(t) = 1 with probability p
    at each step of the story and 0 elsewhere (Park et al., 2021, eq. 5-9; gamma is `balance`, l_ar
    is `reproduction`). Sampling keeps a network from passing on whatever it sees at every step.
    The paper sums over steps and says nothing of channels, which are summed here. The code that
    its authors released averages over steps (for "l2" over channels too) and weighs the task by
    sampled instead of story steps, counted over a batch.

    Parameters
    ----------
    outputs : (b, t, x)
        The channels that are to reproduce the input, not squashed. Where answers are of the same
        kind as inputs these may be the ones that answer.
    inputs : (b, t, x)
        What is to be reproduced.
    story, answer : (b, t)
        S and A: steps of the story, and those at which an answer is due; False in the padding.
    task_loss : (b, t)
        Of each step; only steps of `answer` count.
    p : float
        Reproducing probability, 0 to 1. At 0 there is nothing to reproduce, and the task keeps
        its weight gamma.
    kind : {"cross-entropy", "softmax-cross-entropy", "l2"}
        See `reproduction`.
    generator : torch.Generator, optional
        Source of the sampling, on the device of the masks; torch's own where left out.

    Returns
    -------
    (b,)
        One loss for each list; their mean is what a batch is trained on.

    Raises
    ------
    ValueError
        For tensors that do not fit together, a p that is no probability, an unknown kind, and
        cross-entropy of a story with inputs outside 0..1.

    Examples
    --------
    Two steps of story and one answer, so the task counts twice; all of the story is sampled:

    >>> inputs = torch.tensor([[[1.0], [0.0], [0.0]]])
    >>> outputs = torch.tensor([[[0.5], [0.2], [7.0]]])
    >>> story = torch.tensor([[True, True, False]])
    >>> task_loss = torch.tensor([[9.0, 9.0, 1.5]])
    >>> association_reinforcing(outputs, inputs, story, ~story, task_loss, p=1.0, kind="l2")
    tensor([3.2900])

    References
    ----------
    Park, T., Choi, I., & Lee, M. (2021). Distributed associative memory network with association
    reinforcing loss.
    """
    check_choice("kind", kind, get_args(ReproductionLoss))
    if not 0 <= p <= 1:
        raise ValueError(f"p must be a probability from 0 to 1, got {p!r}")
    if outputs.ndim != 3 or outputs.shape != inputs.shape:
        raise ValueError(
            f"outputs and inputs must have one shape (b, t, x), got {tuple(outputs.shape)} and "
            f"{tuple(inputs.shape)}; give only the outputs that are to reproduce the inputs"
        )
    steps = outputs.shape[:2]
    for name, given in (("story", story), ("answer", answer), ("task_loss", task_loss)):
        if given.shape != steps:
            raise ValueError(f"{name} must have shape {tuple(steps)}, got {tuple(given.shape)}")
    for name, mask in (("story", story), ("answer", answer)):
        if mask.dtype != torch.bool:
            raise ValueError(f"{name} must be booleans, got {mask.dtype}; compare, as in mask > 0")
    if kind != "l2" and (((inputs < 0) | (inputs > 1)).any(dim=-1) & story).any():
        raise ValueError(
            f"kind={kind} needs inputs from 0 to 1 in the story, theirs reach from "
            f"{inputs[story].min():g} to {inputs[story].max():g}; bits of -1 and 1 become bits of "
            "0 and 1 by (inputs + 1) / 2, and kind=l2 takes any numbers"
        )
    sampled = story & (torch.rand(steps, generator=generator, device=story.device) < p)
    task = torch.where(answer, task_loss, 0).sum(dim=1)
    reproduced = torch.where(sampled, reproduction(outputs, inputs, kind), 0).sum(dim=1)
    return balance(story, answer, task.dtype) * task + reproduced
