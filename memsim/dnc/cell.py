"""The memory of a DNC: the interface a controller sends, the state, and one step of it."""

from typing import Literal, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from memsim.dnc import equations as eq

Allocation = Literal["sort", "softmax"]


class MemoryState(NamedTuple):
    """Everything the memory carries from one step to the next; the letters are the paper's.

    Locations have no names of their own: among equally unused ones, allocation by sort takes one
    by rounding, so the same list may lie in other rows on another machine or in another batch.

    Attributes
    ----------
    memory : (b, n, w)
        M, the stored words.
    usage : (b, n)
        u.
    write_weighting : (b, n)
        w^w, where the last step wrote.
    precedence : (b, n)
        p.
    link : (b, n, n), or (b, 0, 0) without temporal links
        L[i, j], location i was written after location j.
    read_weighting : (b, r, n)
        w^r, where the last step read.
    read_vectors : (b, r, w)
        What it read there: the controller's second input at the next step.
    """

    memory: Float[Tensor, "b n w"]
    usage: Float[Tensor, "b n"]
    write_weighting: Float[Tensor, "b n"]
    precedence: Float[Tensor, "b n"]
    link: Float[Tensor, "b l l"]
    read_weighting: Float[Tensor, "b r n"]
    read_vectors: Float[Tensor, "b r w"]


class Interface(NamedTuple):
    """What the controller tells the memory at one step, already in range."""

    read_keys: Float[Tensor, "b r w"]
    read_strengths: Float[Tensor, "b r"]
    write_key: Float[Tensor, "b 1 w"]
    write_strength: Float[Tensor, "b 1"]
    erase_vector: Float[Tensor, "b w"]
    write_vector: Float[Tensor, "b w"]
    free_gates: Float[Tensor, "b r"]
    allocation_gate: Float[Tensor, " b"]
    write_gate: Float[Tensor, " b"]
    read_modes: Float[Tensor, "b r 3"]
    allocation_strength: Float[Tensor, " b"] | None


class Memory:
    """The memory of a DNC: sizes and options, and the step they define. It has no weights.

    Parameters
    ----------
    n_locations, word_size, n_read_heads : int
        N, W and R of the paper.
    allocation : {"sort", "softmax"}
        How unused locations are found.
    temporal_links : bool
        Without them a read can only look content up: read modes, precedence and links go.
    storage_noise : float
        s of `memsim.dnc.equations.storage_noise`; 0 is the memory of the paper.
    """

    def __init__(
        self,
        *,
        n_locations: int,
        word_size: int,
        n_read_heads: int,
        allocation: Allocation,
        temporal_links: bool,
        storage_noise: float,
    ) -> None:
        self.n_locations = n_locations
        self.word_size = word_size
        self.n_read_heads = n_read_heads
        self.allocation = allocation
        self.temporal_links = temporal_links
        self.storage_noise = storage_noise
        n_modes = 3 if temporal_links else 0
        self._sizes = {
            "read_keys": n_read_heads * word_size,
            "read_strengths": n_read_heads,
            "write_key": word_size,
            "write_strength": 1,
            "erase_vector": word_size,
            "write_vector": word_size,
            "free_gates": n_read_heads,
            "allocation_gate": 1,
            "write_gate": 1,
            "read_modes": n_read_heads * n_modes,
            "allocation_strength": int(allocation == "softmax"),
        }

    @property
    def interface_size(self) -> int:
        """Length of the interface vector: W R + 3 W + 5 R + 3 with sort and links."""
        return sum(self._sizes.values())

    def initial_state(
        self, batch: int, *, dtype: torch.dtype, device: torch.device | str
    ) -> MemoryState:
        """An empty memory, nothing read or written yet."""
        n, w, r = self.n_locations, self.word_size, self.n_read_heads
        n_linked = n if self.temporal_links else 0
        shapes = [(n, w), (n,), (n,), (n,), (n_linked, n_linked), (r, n), (r, w)]
        return MemoryState(
            *(torch.zeros(batch, *shape, dtype=dtype, device=device) for shape in shapes)
        )

    def parts(self, vector: Float[Tensor, "*b i"]) -> dict[str, Tensor]:
        """Cut the interface vector, or its bias, into its named parts (views of it)."""
        pieces = vector.split(list(self._sizes.values()), dim=-1)
        return dict(zip(self._sizes, pieces, strict=True))

    def interface(self, vector: Float[Tensor, "b i"]) -> Interface:
        """Cut the interface vector into its parts and bring each into its range."""
        parts = self.parts(vector)
        r, w = self.n_read_heads, self.word_size
        modes = parts["read_modes"]
        return Interface(
            read_keys=parts["read_keys"].unflatten(1, (r, w)),
            read_strengths=eq.oneplus(parts["read_strengths"]),
            write_key=parts["write_key"].unsqueeze(1),
            write_strength=eq.oneplus(parts["write_strength"]),
            erase_vector=torch.sigmoid(parts["erase_vector"]),
            write_vector=parts["write_vector"],
            free_gates=torch.sigmoid(parts["free_gates"]),
            allocation_gate=torch.sigmoid(parts["allocation_gate"]).squeeze(1),
            write_gate=torch.sigmoid(parts["write_gate"]).squeeze(1),
            read_modes=torch.softmax(modes.unflatten(1, (r, -1)), dim=2),
            allocation_strength=(
                eq.oneplus(parts["allocation_strength"]).squeeze(1)
                if self.allocation == "softmax"
                else None
            ),
        )

    def step(
        self,
        state: MemoryState,
        vector: Float[Tensor, "b i"],
        generator: torch.Generator | None = None,
    ) -> MemoryState:
        """Write, then read, in the paper's order.

        Parameters
        ----------
        state : MemoryState
            Of the step before.
        vector : (b, interface_size)
            From the controller, not yet brought into range.
        generator : torch.Generator, optional
            Source of the storage noise.
        """
        said = self.interface(vector)
        memory = state.memory
        if self.storage_noise:
            normal = torch.empty_like(memory).normal_(generator=generator)
            memory = eq.storage_noise(memory, self.storage_noise, normal)

        psi = eq.retention(said.free_gates, state.read_weighting)
        usage = eq.usage(state.usage, state.write_weighting, psi)
        if said.allocation_strength is None:
            allocation = eq.allocation_weighting_sort(usage)
        else:
            allocation = eq.allocation_weighting_softmax(usage, said.allocation_strength)
        found = eq.content_weighting(memory, said.write_key, said.write_strength).squeeze(1)
        written = eq.write_weighting(allocation, found, said.allocation_gate, said.write_gate)
        memory = eq.erase_and_write(memory, written, said.erase_vector, said.write_vector)

        weighting = eq.content_weighting(memory, said.read_keys, said.read_strengths)
        link, precedence = state.link, state.precedence
        if self.temporal_links:
            link = eq.temporal_link(link, written, precedence)
            precedence = eq.precedence(precedence, written)
            weighting = eq.read_weighting(
                eq.backward_weighting(link, state.read_weighting),
                weighting,
                eq.forward_weighting(link, state.read_weighting),
                said.read_modes,
            )
        return MemoryState(
            memory=memory,
            usage=usage,
            write_weighting=written,
            precedence=precedence,
            link=link,
            read_weighting=weighting,
            read_vectors=eq.read(memory, weighting),
        )
