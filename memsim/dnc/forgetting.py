"""Forgetting: ways in which a memory loses what was stored. None is in the papers; all are off
by default.

A published DNC keeps what it wrote for ever and to the bit, which may be why it does not
remember as people do. These functions act on the memory between two steps. Letters in shapes as
in `memsim.dnc.equations`.
"""

import torch
from jaxtyping import Float
from torch import Tensor


def output_interference(
    memory: Float[Tensor, "*b n w"], read_weighting: Float[Tensor, "*b r n"], share: float
) -> Float[Tensor, "*b n w"]:
    """M[i] + (o / R) sum_r sum_j w^r[j] (M[j] - M[i]): every row drifts towards what was read.

    Recalling one thing harms the others. Where nothing was read nothing changes.
    """
    n_heads = read_weighting.shape[-2]
    was_read = (read_weighting @ memory).sum(dim=-2, keepdim=True)
    how_much = read_weighting.sum(dim=(-2, -1))[..., None, None]
    return memory + share / n_heads * (was_read - how_much * memory)


def decay(x: Float[Tensor, "*shape"], share: float) -> Float[Tensor, "*shape"]:
    """(1 - d) x: memory, usage or links lose the share d at every step."""
    return (1 - share) * x


def storage_noise(
    memory: Float[Tensor, "*b n w"], scale: float, normal: Float[Tensor, "*b n w"]
) -> Float[Tensor, "*b n w"]:
    """M + s * rms(row) * noise: what is stored diffuses.

    The noise is as large as `scale` times the row's own root mean square, so that writing larger
    values is no way around it.
    """
    rms = torch.linalg.vector_norm(memory, dim=-1, keepdim=True) / memory.shape[-1] ** 0.5
    return memory + scale * rms * normal


def share_within_capacity(usage: Float[Tensor, "*b n"], capacity: float) -> Float[Tensor, "*b"]:
    """min(1, C / sum_i u[i]): what is left for each location where all together exceed C.

    Usage and memory both shrink to this share, so that what is new pushes out what is old.
    """
    total = usage.sum(dim=-1)
    return torch.where(
        total > capacity, capacity / total.clamp(min=capacity), torch.ones_like(total)
    )
