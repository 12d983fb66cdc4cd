"""The memory of the Differentiable Neural Computer, one equation per function.

Equations and their order follow the Methods of Graves et al. (2016). Letters in shapes:

    b batch    n, m memory locations    w word    r read heads    h keys (read or write)

Functions are pure: nothing is changed in place and nothing is kept. Where the paper is silent
or code must depart from it, the function says so.

References
----------
Graves, A., Wayne, G., Reynolds, M., et al. (2016). Hybrid computing using a neural network with
dynamic external memory. Nature, 538, 471-476.

Ben-Ari, I., & Bekker, A. J. (2017). Differentiable memory allocation mechanism for neural
computing. (allocation by softmax)
"""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

#: keeps a cosine defined for an all-zero key or row, and a product of usages away from zero
EPSILON = 1e-6


def oneplus(x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Strengths lie in [1, inf): oneplus(x) = 1 + log(1 + exp(x))."""
    return 1 + F.softplus(x)


def content_weighting(
    memory: Float[Tensor, "b n w"],
    keys: Float[Tensor, "b h w"],
    strengths: Float[Tensor, "b h"],
) -> Float[Tensor, "b h n"]:
    """C(M, k, beta)[i] proportional to exp(beta * cosine(k, M[i])).

    The paper leaves the cosine of an all-zero vector open; here it is 0, because `EPSILON` is
    added to the product of the norms.
    """
    dot = keys @ memory.transpose(1, 2)
    key_norm = torch.linalg.vector_norm(keys, dim=2)
    row_norm = torch.linalg.vector_norm(memory, dim=2)
    cosine = dot / (key_norm[:, :, None] * row_norm[:, None, :] + EPSILON)
    return torch.softmax(strengths[:, :, None] * cosine, dim=2)


def retention(
    free_gates: Float[Tensor, "b r"], read_weighting: Float[Tensor, "b r n"]
) -> Float[Tensor, "b n"]:
    """psi = prod_i (1 - f^i w^{r,i}): how much of each location the free gates leave in use."""
    return (1 - free_gates[:, :, None] * read_weighting).prod(dim=1)


def usage(
    usage: Float[Tensor, "b n"],
    write_weighting: Float[Tensor, "b n"],
    retention: Float[Tensor, "b n"],
) -> Float[Tensor, "b n"]:
    """u_t = (u + w - u * w) * psi, with usage u and write weighting w of the step before."""
    return (usage + write_weighting - usage * write_weighting) * retention


def allocation_weighting_sort(usage: Float[Tensor, "b n"]) -> Float[Tensor, "b n"]:
    """a[phi_j] = (1 - u[phi_j]) prod_{i<j} u[phi_i], phi = locations by ascending usage.

    The order phi is a constant for the gradient, as in the paper. Usage is first drawn into
    [EPSILON, 1], which keeps the gradient of the product defined in an empty memory.
    """
    ascending, order = torch.sort(EPSILON + (1 - EPSILON) * usage, dim=1, stable=True)
    product = torch.cumprod(ascending, dim=1)
    before = F.pad(product[:, :-1], (1, 0), value=1.0)
    return torch.empty_like(usage).scatter(1, order, before - product)


def allocation_weighting_softmax(
    usage: Float[Tensor, "b n"], strength: Float[Tensor, " b"]
) -> Float[Tensor, "b n"]:
    """a = softmax(beta_a (1 - u)) (Ben-Ari & Bekker, 2017, eq. 10).

    Sums to 1 whatever the usage: an empty memory is written everywhere alike, and a full one
    with full weight, where the sort writes to one location and to none.
    """
    return torch.softmax(strength[:, None] * (1 - usage), dim=1)


def write_weighting(
    allocation: Float[Tensor, "b n"],
    content: Float[Tensor, "b n"],
    allocation_gate: Float[Tensor, " b"],
    write_gate: Float[Tensor, " b"],
) -> Float[Tensor, "b n"]:
    """w^w = g^w (g^a a + (1 - g^a) c^w)."""
    chosen = torch.lerp(content, allocation, allocation_gate[:, None])
    return write_gate[:, None] * chosen


def erase_and_write(
    memory: Float[Tensor, "b n w"],
    write_weighting: Float[Tensor, "b n"],
    erase: Float[Tensor, "b w"],
    write: Float[Tensor, "b w"],
) -> Float[Tensor, "b n w"]:
    """M_t = M * (1 - w^w e^T) + w^w v^T."""
    weight = write_weighting[:, :, None]
    return memory + weight * (write[:, None, :] - memory * erase[:, None, :])


def temporal_link(
    link: Float[Tensor, "b n m"],
    write_weighting: Float[Tensor, "b n"],
    precedence: Float[Tensor, "b n"],
) -> Float[Tensor, "b n m"]:
    """L[i, j] = (1 - w[i] - w[j]) L[i, j] + w[i] p[j], 0 on the diagonal: i written after j.

    `precedence` is that of the step before.
    """
    to, since = write_weighting[:, :, None], write_weighting[:, None, :]
    linked = (1 - to - since) * link + to * precedence[:, None, :]
    off_diagonal = 1 - torch.eye(link.shape[1], dtype=link.dtype, device=link.device)
    return linked * off_diagonal


def precedence(
    precedence: Float[Tensor, "b n"], write_weighting: Float[Tensor, "b n"]
) -> Float[Tensor, "b n"]:
    """p_t = (1 - sum_i w[i]) p + w: how far each location was the last one written."""
    return (1 - write_weighting.sum(dim=1, keepdim=True)) * precedence + write_weighting


def forward_weighting(
    link: Float[Tensor, "b n m"], read_weighting: Float[Tensor, "b r n"]
) -> Float[Tensor, "b r n"]:
    """f^i = L w^{r,i}: from what was read last to what was written next."""
    return read_weighting @ link.transpose(1, 2)


def backward_weighting(
    link: Float[Tensor, "b n m"], read_weighting: Float[Tensor, "b r n"]
) -> Float[Tensor, "b r n"]:
    """b^i = L^T w^{r,i}: from what was read last to what was written before."""
    return read_weighting @ link


def read_weighting(
    backward: Float[Tensor, "b r n"],
    content: Float[Tensor, "b r n"],
    forward: Float[Tensor, "b r n"],
    read_modes: Float[Tensor, "b r 3"],
) -> Float[Tensor, "b r n"]:
    """w^{r,i} = pi[1] b^i + pi[2] c^{r,i} + pi[3] f^i, modes in the paper's order."""
    pi_backward, pi_content, pi_forward = read_modes.unsqueeze(2).unbind(dim=3)
    return pi_backward * backward + pi_content * content + pi_forward * forward


def read(
    memory: Float[Tensor, "b n w"], read_weighting: Float[Tensor, "b r n"]
) -> Float[Tensor, "b r w"]:
    """r^i = M^T w^{r,i}."""
    return read_weighting @ memory


def storage_noise(
    memory: Float[Tensor, "b n w"], scale: float, normal: Float[Tensor, "b n w"]
) -> Float[Tensor, "b n w"]:
    """M + s * rms(row) * noise: forgetting as diffusion of what is stored (not in the papers).

    The noise is as large as `scale` times the row's own root mean square, so that writing larger
    values is no way around it.
    """
    rms = torch.linalg.vector_norm(memory, dim=2, keepdim=True) / memory.shape[2] ** 0.5
    return memory + scale * rms * normal
