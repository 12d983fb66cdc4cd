"""What a right answer is, as a probability: one function per objective a paradigm may declare."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor


def order_free(
    log_items: Float[Tensor, "b l"],
    log_stop: Float[Tensor, " b"],
    left: Bool[Tensor, "b l"],
) -> Float[Tensor, " b"]:
    """Log probability that the next response is right, in whatever order items come.

    Any studied item not yet recalled is right; once none is left, stopping is.

    Parameters
    ----------
    log_items : (b, l)
        Log probability of responding with each studied item.
    log_stop : (b,)
        Log probability of stopping.
    left : (b, l)
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
    some_item = torch.logsumexp(log_items.masked_fill(~left, lowest), dim=1)
    return torch.where(left.any(dim=1), some_item, log_stop)
