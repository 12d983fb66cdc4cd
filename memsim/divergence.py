"""When training diverges: which tensor it was, at which update."""

from math import isfinite

from torch import Tensor, nn
from torch.nn.utils import clip_grads_with_norm_, get_total_norm


class Diverged(ArithmeticError):
    """A number in training is no longer finite."""


def clip_gradients(network: nn.Module, loss: Tensor, *, max_norm: float, update: int) -> float:
    """Clip the norm of all gradients together, after `loss.backward()`.

    Parameters
    ----------
    network : module
        Whose gradients are clipped.
    loss : scalar tensor
    max_norm : float
    update : int
        Number of the update, for the error.

    Returns
    -------
    float
        The norm before clipping.

    Raises
    ------
    Diverged
        If the loss or a gradient is not finite; it names the tensor. Weights are still those
        that the update before left.

    Examples
    --------
    >>> import torch
    >>> net = nn.Linear(1, 1)
    >>> loss = net(torch.full((1, 1), torch.inf)).square().sum()
    >>> loss.backward()
    >>> clip_gradients(net, loss, max_norm=5.0, update=3)
    Traceback (most recent call last):
    ...
    memsim.divergence.Diverged: at update 3 the loss is inf, and not finite are the gradients of ...
    """
    gradients = {
        name: parameter.grad
        for name, parameter in network.named_parameters()
        if parameter.grad is not None
    }
    norm = get_total_norm(gradients.values())
    if isfinite(loss.item()) and isfinite(norm.item()):
        clip_grads_with_norm_(network.parameters(), max_norm, norm)
        return norm.item()
    wrong = [name for name, gradient in gradients.items() if not gradient.isfinite().all()]
    raise Diverged(
        f"at update {update} the loss is {loss.item():g}, and "
        + (
            f"not finite are the gradients of {', '.join(wrong)}"
            if wrong
            else "the norm of all gradients is not finite"
            if not isfinite(norm.item())
            else "all gradients are finite"
        )
    )
