"""The memory of the Differentiable Neural Computer, one equation per function.

Equations and their order follow the Methods of Graves et al. (2016). Letters in shapes:

    *b batch, memory block    n, m memory locations    w word
    r read heads    h write heads (or keys of any heads)    k memory blocks

Functions are pure: nothing is changed in place and nothing is kept. Where the paper is silent
or code must depart from it, the function says so.

References
----------
Graves, A., Wayne, G., Reynolds, M., et al. (2016). Hybrid computing using a neural network with
dynamic external memory. Nature, 538, 471-476.

Ben-Ari, I., & Bekker, A. J. (2017). Differentiable memory allocation mechanism for neural
computing. (allocation by softmax)

Csordas, R., & Schmidhuber, J. (2019). Improving differentiable neural computers through memory
masking, de-allocation, and link distribution sharpness control. (masks, de-allocation, sharpness)

Park, T., Choi, I., & Lee, M. (2021). Distributed associative memory network with association
reinforcing loss. (blocks)
"""

from functools import reduce
from typing import Literal

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

#: keeps a cosine defined for an all-zero key or row, and a product of usages away from zero
EPSILON = 1e-6

SortGradient = Literal["order-fixed", "identity", "none"]


def oneplus(x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Strengths lie in [1, inf): oneplus(x) = 1 + log(1 + exp(x))."""
    return 1 + F.softplus(x)


def content_weighting(
    memory: Float[Tensor, "*b n w"],
    keys: Float[Tensor, "*b h w"],
    strengths: Float[Tensor, "*b h"],
    masks: Float[Tensor, "*b h w"] | None = None,
) -> Float[Tensor, "*b h n"]:
    """C(M, k, beta)[i] proportional to exp(beta * cosine(k, M[i])).

    The paper leaves the cosine of an all-zero vector open; here it is 0, because `EPSILON` is
    added to the product of the norms. With `masks` in [0, 1] only the masked part of key and row
    is compared: cosine(m * k, m * M[i]) (Csordas & Schmidhuber, 2019).
    """
    if masks is None:
        row_norm = torch.linalg.vector_norm(memory, dim=-1)[..., None, :]
    else:
        # sum_w m_w^2 M[i, w]^2 for every mask and row, and k . M below with k masked twice
        keys = masks * keys
        masked_rows = masks[..., :, None, :] * memory[..., None, :, :]
        row_norm = torch.linalg.vector_norm(masked_rows, dim=-1)
    key_norm = torch.linalg.vector_norm(keys, dim=-1)
    dot = (keys if masks is None else masks * keys) @ memory.transpose(-1, -2)
    cosine = dot / (key_norm[..., None] * row_norm + EPSILON)
    return torch.softmax(strengths[..., None] * cosine, dim=-1)


def retention(
    free_gates: Float[Tensor, "*b r"], read_weighting: Float[Tensor, "*b r n"]
) -> Float[Tensor, "*b n"]:
    """psi = prod_i (1 - f^i w^{r,i}): how much of each location the free gates leave in use."""
    return _product(1 - free_gates[..., None] * read_weighting, dim=-2)


def written_by_any(write_weighting: Float[Tensor, "*b h n"]) -> Float[Tensor, "*b n"]:
    """1 - prod_h (1 - w^{w,h}): where write heads wrote, taken together.

    The paper has one write head, for which this is its weighting; for more this follows the
    code that its authors released.
    """
    return 1 - _product(1 - write_weighting, dim=-2)


def usage(
    usage: Float[Tensor, "*b n"],
    write_weighting: Float[Tensor, "*b n"],
    retention: Float[Tensor, "*b n"],
) -> Float[Tensor, "*b n"]:
    """u_t = (u + w - u * w) * psi, with usage u and write weighting w of the step before."""
    return (usage + write_weighting - usage * write_weighting) * retention


def allocation_weighting_sort(
    usage: Float[Tensor, "*b n"], gradient: SortGradient = "order-fixed"
) -> Float[Tensor, "*b n"]:
    """a[phi_j] = (1 - u[phi_j]) prod_{i<j} u[phi_i], phi = locations by ascending usage.

    Usage is first drawn into [EPSILON, 1], which keeps the gradient of the product defined in an
    empty memory.

    The order phi is no smooth function of usage. With `gradient="order-fixed"` it is a constant,
    and each sorted usage sends its gradient back to the location it came from: the true gradient
    wherever no two usages are equal, and what the paper does. "identity" sends the gradient of
    the j-th smallest usage to location j, whichever location that was: what Ben-Ari & Bekker
    (2017, section 2.2) say is done, here so that their comparison can be made. "none" sends
    nothing back.
    """
    drawn_in = EPSILON + (1 - EPSILON) * (usage.detach() if gradient == "none" else usage)
    ascending, order = torch.sort(drawn_in, dim=-1, stable=True)
    if gradient == "identity":
        ascending = drawn_in + (ascending - drawn_in).detach()
    # a product by logarithms: the derivative of cumprod waits for the device to look for zeros
    product = torch.cumsum(ascending.log(), dim=-1).exp()
    before = F.pad(product[..., :-1], (1, 0), value=1.0)
    return torch.empty_like(usage).scatter(-1, order, before - product)


def allocation_weighting_softmax(
    usage: Float[Tensor, "*b n"], strength: Float[Tensor, "*b"]
) -> Float[Tensor, "*b n"]:
    """a = softmax(beta_a (1 - u)) (Ben-Ari & Bekker, 2017, eq. 10).

    Sums to 1 whatever the usage: an empty memory is written everywhere alike at any strength,
    and a full one with full weight, where the sort writes to one location and to none.
    """
    return torch.softmax(strength[..., None] * (1 - usage), dim=-1)


def usage_once_allocated(
    usage: Float[Tensor, "*b n"],
    allocation: Float[Tensor, "*b n"],
    allocation_gate: Float[Tensor, "*b"],
    write_gate: Float[Tensor, "*b"],
) -> Float[Tensor, "*b n"]:
    """u + (1 - u) g^a g^w a: what the next write head of the same step finds in use.

    Not in the paper, which has one write head; after the code that its authors released.
    """
    return usage + (1 - usage) * (allocation_gate * write_gate)[..., None] * allocation


def write_weighting(
    allocation: Float[Tensor, "*b n"],
    content: Float[Tensor, "*b n"],
    allocation_gate: Float[Tensor, "*b"],
    write_gate: Float[Tensor, "*b"],
) -> Float[Tensor, "*b n"]:
    """w^w = g^w (g^a a + (1 - g^a) c^w)."""
    chosen = torch.lerp(content, allocation, allocation_gate[..., None])
    return write_gate[..., None] * chosen


def deallocate(
    memory: Float[Tensor, "*b n w"], retention: Float[Tensor, "*b n"]
) -> Float[Tensor, "*b n w"]:
    """psi * M: what is freed is erased too (Csordas & Schmidhuber, 2019)."""
    return memory * retention[..., None]


def erase_and_write(
    memory: Float[Tensor, "*b n w"],
    write_weighting: Float[Tensor, "*b h n"],
    erase: Float[Tensor, "*b h w"],
    write: Float[Tensor, "*b h w"],
) -> Float[Tensor, "*b n w"]:
    """M_t = M * prod_h (1 - w^h e^hT) + sum_h w^h v^hT: all write heads erase, then all write."""
    weight = write_weighting[..., None]
    kept = _product(1 - weight * erase[..., None, :], dim=-3)
    added = reduce(torch.add, (weight * write[..., None, :]).unbind(dim=-3))
    return memory * kept + added


def temporal_link(
    link: Float[Tensor, "*b n m"],
    write_weighting: Float[Tensor, "*b n"],
    precedence: Float[Tensor, "*b n"],
) -> Float[Tensor, "*b n m"]:
    """L[i, j] = (1 - w[i] - w[j]) L[i, j] + w[i] p[j], 0 on the diagonal: i written after j.

    `precedence` is that of the step before. With several write heads each has links of its own.
    """
    to, since = write_weighting[..., :, None], write_weighting[..., None, :]
    linked = (1 - to - since) * link + to * precedence[..., None, :]
    off_diagonal = 1 - torch.eye(link.shape[-1], dtype=link.dtype, device=link.device)
    return linked * off_diagonal


def precedence(
    precedence: Float[Tensor, "*b n"], write_weighting: Float[Tensor, "*b n"]
) -> Float[Tensor, "*b n"]:
    """p_t = (1 - sum_i w[i]) p + w: how far each location was the last one written."""
    return (1 - write_weighting.sum(dim=-1, keepdim=True)) * precedence + write_weighting


def forward_weighting(
    link: Float[Tensor, "*b h n m"], read_weighting: Float[Tensor, "*b r n"]
) -> Float[Tensor, "*b h r n"]:
    """f^i = L w^{r,i}: from what was read last to what was written next."""
    return read_weighting[..., None, :, :] @ link.transpose(-1, -2)


def backward_weighting(
    link: Float[Tensor, "*b h n m"], read_weighting: Float[Tensor, "*b r n"]
) -> Float[Tensor, "*b h r n"]:
    """b^i = L^T w^{r,i}: from what was read last to what was written before."""
    return read_weighting[..., None, :, :] @ link


def sharpen(
    weighting: Float[Tensor, "*b n"], sharpness: Float[Tensor, "*b"]
) -> Float[Tensor, "*b n"]:
    """S(d, s)_i = d_i^s / sum_j d_j^s (Csordas & Schmidhuber, 2019).

    `EPSILON` is added to d, as in the authors' code; a weighting of nothing becomes uniform.
    """
    return torch.softmax(sharpness[..., None] * torch.log(weighting + EPSILON), dim=-1)


def read_weighting(
    backward: Float[Tensor, "*b h r n"],
    content: Float[Tensor, "*b r n"],
    forward: Float[Tensor, "*b h r n"],
    read_modes: Float[Tensor, "*b r modes"],
) -> Float[Tensor, "*b r n"]:
    """w^{r,i} = pi[1] b^i + pi[2] c^{r,i} + pi[3] f^i, modes in the paper's order.

    With several write heads there are a backward and a forward mode for each, backward ones
    first, content in the middle.
    """
    n_heads = backward.shape[-3]
    modes = read_modes.transpose(-1, -2)[..., None]
    weighting = modes[..., n_heads, :, :] * content
    for head in range(n_heads):
        weighting = weighting + modes[..., head, :, :] * backward[..., head, :, :]
        weighting = weighting + modes[..., n_heads + 1 + head, :, :] * forward[..., head, :, :]
    return weighting


def read(
    memory: Float[Tensor, "*b n w"], read_weighting: Float[Tensor, "*b r n"]
) -> Float[Tensor, "*b r w"]:
    """r^i = M^T w^{r,i}."""
    return read_weighting @ memory


def gate_blocks(
    reads: Float[Tensor, "b k r w"], gate: Float[Tensor, "b r k"]
) -> Float[Tensor, "b r w"]:
    """r^i = sum_k g^{i,k} r^{i,k}: one read vector from those of all blocks (Park et al., eq. 22)."""
    return torch.einsum("bkrw,brk->brw", reads, gate)


def _product(factors: Tensor, dim: int) -> Tensor:
    """Product over a dimension of few entries; its gradient is cheaper than that of `prod`."""
    return reduce(torch.mul, factors.unbind(dim=dim))
