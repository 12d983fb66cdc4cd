"""Where a report stands before each response: what all theories of serial recall look at."""

from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy.typing import NDArray
from torch import Tensor

from memsim.cognitive.parameters import Parameter


class States(NamedTuple):
    """The report before each of its responses; nothing in it depends on parameters.

    Attributes
    ----------
    place : (states,) float64
        Place of the report that comes next, from 1.
    cue : (lists, states) int64
        Study position of the last response; 0 before any, -1 if it was no item of the list.
        Omissions leave it as it was.
    since : (lists, states, items) float64
        Responses since each item was last reported, that one included: 1 if it came just before;
        0 if it was not reported yet.
    """

    place: Float[Tensor, " states"]
    cue: Int[Tensor, "lists states"]
    since: Float[Tensor, "lists states items"]


def states_before(given: NDArray[np.integer], n_items: int) -> States:
    """The states before each of the given responses.

    Parameters
    ----------
    given : (lists, places) integers
        Study positions from 1; 0 for an omission, -1 for an intrusion.
    n_items : int
        Items of each list.

    Examples
    --------
    >>> states = states_before(np.array([[2, 0, -1, 2]]), n_items=2)
    >>> states.cue
    tensor([[ 0,  2,  2, -1]])
    >>> states.since[0]
    tensor([[0., 0.],
            [0., 1.],
            [0., 2.],
            [0., 3.]], dtype=torch.float64)
    """
    states = [first_state(len(given), n_items)]
    for response in given.T[:-1]:
        states.append(next_state(states[-1], response))
    place, cue, since = zip(*states, strict=True)
    return States(torch.cat(place), torch.cat(cue, dim=1), torch.cat(since, dim=1))


def first_state(n_lists: int, n_items: int) -> States:
    """The state before any response."""
    return States(
        torch.ones(1, dtype=torch.float64),
        torch.zeros((n_lists, 1), dtype=torch.int64),
        torch.zeros((n_lists, 1, n_items), dtype=torch.float64),
    )


def next_state(state: States, response: NDArray[np.integer]) -> States:
    """The one state after a single state and the responses to it, (lists,)."""
    place, cue, since = state
    said = torch.as_tensor(response.astype(np.int64))[:, None]
    position = torch.arange(1, since.shape[-1] + 1)
    just_now = torch.where(position == said[..., None], 1.0, 0.0).to(since.dtype)
    older = torch.where(since > 0, since + 1, since)
    return States(
        place + 1, torch.where(said == 0, cue, said), torch.where(just_now > 0, just_now, older)
    )


def suppress(
    since: Float[Tensor, "lists states items"], suppression: Parameter, r_s: Parameter
) -> Float[Tensor, "lists states items"]:
    r"""What is left of each item: :math:`1 - s \exp(-r_s (k - k_j - 1))`, 1 if not yet reported.

    Parameters
    ----------
    since : (lists, states, items)
        Responses since each item was last reported, see `States`.
    suppression, r_s : float
        Suppression of an item just reported, and its decay per response.

    Examples
    --------
    >>> suppress(torch.tensor([[[0.0, 1.0, 2.0]]]), suppression=0.9, r_s=0.5)
    tensor([[[1.0000, 0.1000, 0.4541]]])
    """
    kept = 1 - suppression * torch.exp(-r_s * (since - 1).clamp(min=0))
    return torch.where(since > 0, kept, torch.ones((), dtype=since.dtype))
