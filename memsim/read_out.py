"""From a network's outputs to the probability of each word, by the kind of item codes."""

import math

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor


def log_responses(
    output: Float[Tensor, "b t y"],
    codes: Float[Tensor, "b l width"],
    n_networks: int = 1,
    kind: str = "bits",
) -> tuple[Float[Tensor, "b t l"], Float[Tensor, "b t"]]:
    """Log probability of producing each of some codes, and of STOP, given a network's outputs.

    The last output says STOP. log P(code) = log P(not STOP) + log p(code | o), and that is

    - "bits": sum_b log sigmoid(code_b o_b), each bit on its own. As codes are +1 or -1,
      log sigmoid(c o) = c o / 2 - log(2 cosh(o / 2)), so one matrix product serves all words
    - "one-hot": the log softmax of the outputs at the code's unit
    - "real": the log density of independent normal distributions around o, of variance 1
    """
    said, stop = output[..., :-1], output[..., -1]
    if kind == "one-hot":
        log_code = F.log_softmax(said, dim=-1) @ codes.transpose(1, 2)
    elif kind == "real":
        norms = said.square().sum(dim=-1, keepdim=True) + codes.square().sum(dim=-1)[:, None]
        constant = codes.shape[-1] * math.log(2 * math.pi)
        log_code = said @ codes.transpose(1, 2) - (norms + constant) / 2
    else:
        log_cosh = (said.abs() / 2 + _softplus(-said.abs(), n_networks)).sum(dim=-1, keepdim=True)
        log_code = said @ codes.transpose(1, 2) / 2 - log_cosh
    return log_code + F.logsigmoid(-stop)[..., None], F.logsigmoid(stop)


def _softplus(x: Tensor, n_networks: int) -> Tensor:
    """Network by network where one does not fill whole vectors of the machine: torch rounds the
    rest of a tensor in another loop."""
    if n_networks == 1 or x.numel() // n_networks % 64 == 0:
        return F.softplus(x)
    return torch.cat([F.softplus(part) for part in x.chunk(n_networks)])
