"""The memory of a DNC: the interface a controller sends, the state, and one step of it."""

from dataclasses import KW_ONLY, dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple, get_args

import torch
from jaxtyping import Float
from torch import Tensor

from memsim.base import check_choice, check_shares, check_sizes
from memsim.dnc import equations as eq
from memsim.dnc import forgetting
from memsim.lesion import Lesion

Allocation = Literal["sort", "softmax"]
Strengths = Literal["oneplus", "softplus"]


class MemoryState(NamedTuple):
    """Everything the memory carries from one step to the next; the letters are the paper's.

    Locations have no names of their own: among equally unused ones, allocation by sort takes one
    by rounding, so the same list may lie in other rows on another machine or in another batch.

    Attributes
    ----------
    memory : (b, k, n, w)
        M, the stored words of each block.
    usage : (b, k, n)
        u.
    write_weighting : (b, k, h, n)
        w^w, where the last step wrote.
    precedence : (b, k, h, n)
        p.
    link : (b, k, h, n, n), or (b, k, h, 0, 0) without temporal links
        L[i, j], location i was written after location j.
    read_weighting : (b, k, r, n)
        w^r, where the last step read.
    read_vectors : (b, r, w)
        What it read there, in all blocks together: the controller's second input at the next step.
    """

    memory: Float[Tensor, "b k n w"]
    usage: Float[Tensor, "b k n"]
    write_weighting: Float[Tensor, "b k h n"]
    precedence: Float[Tensor, "b k h n"]
    link: Float[Tensor, "b k h l l"]
    read_weighting: Float[Tensor, "b k r n"]
    read_vectors: Float[Tensor, "b r w"]


class Interface(NamedTuple):
    """What the controller tells the memory at one step, already in range.

    None stands for what a memory without the option is not told.
    """

    read_keys: Float[Tensor, "b k r w"]
    read_strengths: Float[Tensor, "b k r"]
    write_keys: Float[Tensor, "b k h w"]
    write_strengths: Float[Tensor, "b k h"]
    erase_vectors: Float[Tensor, "b k h w"]
    write_vectors: Float[Tensor, "b k h w"]
    free_gates: Float[Tensor, "b k r"]
    allocation_gates: Float[Tensor, "b k h"]
    write_gates: Float[Tensor, "b k h"]
    read_modes: Float[Tensor, "b k r modes"] | None
    allocation_strengths: Float[Tensor, "b k h"] | None
    read_masks: Float[Tensor, "b k r w"] | None
    write_masks: Float[Tensor, "b k h w"] | None
    link_sharpness: Float[Tensor, "b k r 2"] | None
    block_gate: Float[Tensor, "b r k"] | None


class MemoryTrace(NamedTuple):
    """What a memory did at one step; over a sequence, every tensor has time after the batch.

    Attributes
    ----------
    interface : Interface
        What it was told.
    allocation_weighting, write_content_weighting : (b, k, h, n)
        Where it would have written by usage and by content.
    read_content_weighting : (b, k, r, n)
    forward_weighting, backward_weighting : (b, k, h, r, n), or None without temporal links
    state : MemoryState
        After the step: where it wrote and read, usage, links, the memory itself.
    """

    interface: Interface
    allocation_weighting: Float[Tensor, "b k h n"]
    write_content_weighting: Float[Tensor, "b k h n"]
    read_content_weighting: Float[Tensor, "b k r n"]
    forward_weighting: Float[Tensor, "b k h r n"] | None
    backward_weighting: Float[Tensor, "b k h r n"] | None
    state: MemoryState


@dataclass(frozen=True)
class Memory:
    """The memory of a DNC: sizes and options, and the step they define. It has no weights.

    Parameters
    ----------
    n_locations, word_size, n_read_heads : int
        N, W and R of the paper.
    n_write_heads : int
        With more than one, each head in turn is allocated a location that those before it left
        unused; all erase, then all write; each has temporal links of its own, among which a read
        head has as many more read modes.
    n_blocks : int
        Memories of N locations each that are written at the same time, each as it is told. Read
        vectors are mixed by a gate for each read head (Park et al., 2021).
    allocation : {"sort", "softmax"}
        How unused locations are found: sort of the usage (Graves et al., 2016) or differentiable
        softmax of the non-usage with a learned strength (Ben-Ari & Bekker, 2017).
    temporal_links : bool
        Links between locations written one after the other. Without them a read can only look
        content up: read modes, precedence and links go.
    masked_content, deallocation, link_sharpness : bool
        Content lookup in a part of the word; freed locations are erased too; forward and
        backward weightings are sharpened (Csordas & Schmidhuber, 2019).
    strengths : {"oneplus", "softplus"}
        Range of strengths: [1, inf) in the paper, (0, inf) in the code its authors released.
    sort_gradient : {"order-fixed", "identity", "none"}
        How gradients pass the sort; see `memsim.dnc.equations.allocation_weighting_sort`.
    usage_gradient : bool
        Whether gradients flow from usage to the write weightings: so in the paper, not so in the
        code its authors released.
    storage_noise : float
        Forgetting: at every step each row diffuses by this share of its own root mean square.
    memory_decay, usage_decay, link_decay : float
        Forgetting: share of memory, usage and links that is lost at every step.
    capacity : float, optional
        Forgetting: total usage that a block can hold; what exceeds it shrinks usage and memory.
    output_interference : float
        Forgetting: share by which every row drifts towards what was read last.

    Raises
    ------
    ValueError
        For sizes below 1, numbers out of range, unknown names, and options that exclude each
        other.
    """

    _: KW_ONLY
    n_locations: int
    word_size: int
    n_read_heads: int = 1
    n_write_heads: int = 1
    n_blocks: int = 1
    allocation: Allocation = "sort"
    temporal_links: bool = True
    masked_content: bool = False
    deallocation: bool = False
    link_sharpness: bool = False
    strengths: Strengths = "oneplus"
    sort_gradient: eq.SortGradient = "order-fixed"
    usage_gradient: bool = True
    storage_noise: float = 0.0
    memory_decay: float = 0.0
    usage_decay: float = 0.0
    link_decay: float = 0.0
    capacity: float | None = None
    output_interference: float = 0.0

    def __post_init__(self) -> None:
        check_sizes(
            n_locations=self.n_locations,
            word_size=self.word_size,
            n_read_heads=self.n_read_heads,
            n_write_heads=self.n_write_heads,
            n_blocks=self.n_blocks,
        )
        check_choice("allocation", self.allocation, get_args(Allocation))
        check_choice("strengths", self.strengths, get_args(Strengths))
        check_choice("sort_gradient", self.sort_gradient, get_args(eq.SortGradient))
        check_shares(
            memory_decay=self.memory_decay,
            usage_decay=self.usage_decay,
            link_decay=self.link_decay,
            output_interference=self.output_interference,
        )
        if not 0 <= self.storage_noise < float("inf"):
            raise ValueError(f"storage_noise must be a number from 0, got {self.storage_noise!r}")
        if self.capacity is not None and not self.capacity > 0:
            raise ValueError(f"capacity must be more than 0, got {self.capacity!r}")
        if not self.temporal_links and (self.link_sharpness or self.link_decay):
            raise ValueError(
                "link_sharpness and link_decay need temporal_links=True; without links there is "
                "nothing to sharpen or to lose"
            )
        if self.allocation == "softmax" and self.sort_gradient != "order-fixed":
            raise ValueError(
                f"sort_gradient={self.sort_gradient} needs allocation=sort; softmax has no sort"
            )

    @cached_property
    def _shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of each part of the interface within a block; a part that is not there has 0."""
        r, h, w = self.n_read_heads, self.n_write_heads, self.word_size
        masked = int(self.masked_content)
        return {
            "read_keys": (r, w),
            "read_strengths": (r,),
            "write_keys": (h, w),
            "write_strengths": (h,),
            "erase_vectors": (h, w),
            "write_vectors": (h, w),
            "free_gates": (r,),
            "allocation_gates": (h,),
            "write_gates": (h,),
            "read_modes": (r, (2 * h + 1) * self.temporal_links),
            "allocation_strengths": (h * (self.allocation == "softmax"),),
            "read_masks": (r, w * masked),
            "write_masks": (h, w * masked),
            "link_sharpness": (r, 2 * self.link_sharpness),
        }

    @cached_property
    def _sizes(self) -> list[int]:
        """Length of each part of the interface within a block."""
        return [torch.Size(shape).numel() for shape in self._shapes.values()]

    @property
    def interface_size(self) -> int:
        """Length of the interface vector.

        W R + 3 W + 5 R + 3 with one block, sort and links (Graves et al., 2016);
        K (W R + 3 W + 3 R + 3) with K > 1 blocks, sort and no links, the gate of K numbers for
        each read head included (Park et al., 2021). One block has no gate.
        """
        return self.n_blocks * self.block_interface_size + self._gate_size

    @property
    def block_interface_size(self) -> int:
        """Length of the part of the interface vector that tells one block."""
        return sum(self._sizes)

    @property
    def _gate_size(self) -> int:
        return self.n_read_heads * self.n_blocks if self.n_blocks > 1 else 0

    def initial_state(
        self, batch: int, *, dtype: torch.dtype, device: torch.device | str
    ) -> MemoryState:
        """An empty memory, nothing read or written yet."""
        k, n, w = self.n_blocks, self.n_locations, self.word_size
        r, h = self.n_read_heads, self.n_write_heads
        linked = n if self.temporal_links else 0
        shapes = [(k, n, w), (k, n), (k, h, n), (k, h, n), (k, h, linked, linked), (k, r, n)]
        return MemoryState(
            *(torch.zeros(batch, *shape, dtype=dtype, device=device) for shape in [*shapes, (r, w)])
        )

    def parts(self, vector: Float[Tensor, "*b i"]) -> dict[str, Tensor]:
        """Cut the interface vector, or its bias, into its named parts (views of it).

        Each is (*b, n_blocks, ...) in the shape that `Interface` gives it, except `block_gate`
        (*b, r, k); parts that are not there are empty.
        """
        blocks = vector[..., : vector.shape[-1] - self._gate_size]
        pieces = blocks.unflatten(-1, (self.n_blocks, -1)).split(self._sizes, dim=-1)
        parts = {
            name: piece.unflatten(-1, shape)
            for (name, shape), piece in zip(self._shapes.items(), pieces, strict=True)
        }
        gate = vector[..., vector.shape[-1] - self._gate_size :]
        parts["block_gate"] = gate.unflatten(-1, (self.n_read_heads, -1)) if gate.numel() else gate
        return parts

    def interface(self, vector: Float[Tensor, "b i"]) -> Interface:
        """Cut the interface vector into its parts and bring each into its range."""
        strength = eq.oneplus if self.strengths == "oneplus" else torch.nn.functional.softplus
        ranges = {
            "read_strengths": strength,
            "write_strengths": strength,
            "allocation_strengths": strength,
            "link_sharpness": eq.oneplus,
            "read_modes": lambda x: torch.softmax(x, dim=-1),
            "block_gate": lambda x: torch.softmax(x, dim=-1),
            "read_keys": lambda x: x,
            "write_keys": lambda x: x,
            "write_vectors": lambda x: x,
        }
        said: dict[str, Any] = {
            name: ranges.get(name, torch.sigmoid)(part) if part.numel() else None
            for name, part in self.parts(vector).items()
        }
        return Interface(**said)

    def step(
        self,
        state: MemoryState,
        vector: Float[Tensor, "b i"],
        generator: torch.Generator | None = None,
        lesion: Lesion | None = None,
    ) -> MemoryTrace:
        """Forget, write, then read, in the paper's order.

        Parameters
        ----------
        state : MemoryState
            Of the step before.
        vector : (b, interface_size)
            From the controller, not yet brought into range.
        generator : torch.Generator, optional
            Source of the storage noise.
        lesion : Lesion, optional
            Parts that do not work at this step.

        Returns
        -------
        MemoryTrace
            Its `state` is that after the step.
        """
        said = self.interface(vector)
        if lesion is not None and lesion.free_gates:
            said = said._replace(free_gates=torch.zeros_like(said.free_gates))
        state = self._forget(state, generator)

        psi = eq.retention(said.free_gates, state.read_weighting)
        before = state.write_weighting if self.usage_gradient else state.write_weighting.detach()
        usage = eq.usage(state.usage, eq.written_by_any(before), psi)
        memory = state.memory
        if self.capacity is not None:
            share = forgetting.share_within_capacity(usage, self.capacity)
            usage, memory = share[..., None] * usage, share[..., None, None] * memory

        found = eq.content_weighting(
            memory, said.write_keys, said.write_strengths, said.write_masks
        )
        allocation = self._allocate(usage, said, lesion)
        if lesion is not None and lesion.content_lookup:
            found = torch.zeros_like(found)
        written = eq.write_weighting(allocation, found, said.allocation_gates, said.write_gates)
        if lesion is not None:
            written = _silence(written, lesion.blocks, lesion.write_heads)
        if self.deallocation:
            memory = eq.deallocate(memory, psi)
        memory = eq.erase_and_write(memory, written, said.erase_vectors, said.write_vectors)

        content = eq.content_weighting(memory, said.read_keys, said.read_strengths, said.read_masks)
        if lesion is not None and lesion.content_lookup:
            content = torch.zeros_like(content)
        link, precedence = state.link, state.precedence
        weighting, forward, backward = content, None, None
        if said.read_modes is not None:
            link = eq.temporal_link(link, written, precedence)
            precedence = eq.precedence(precedence, written)
            forward = eq.forward_weighting(link, state.read_weighting)
            backward = eq.backward_weighting(link, state.read_weighting)
            if said.link_sharpness is not None:
                for_forward, for_backward = said.link_sharpness[:, :, None].unbind(dim=-1)
                forward = eq.sharpen(forward, for_forward.expand(forward.shape[:-1]))
                backward = eq.sharpen(backward, for_backward.expand(backward.shape[:-1]))
            if lesion is not None and lesion.temporal_links:
                forward, backward = torch.zeros_like(forward), torch.zeros_like(backward)
            weighting = eq.read_weighting(backward, content, forward, said.read_modes)
        if lesion is not None:
            weighting = _silence(weighting, lesion.blocks, lesion.read_heads)
        reads = eq.read(memory, weighting)
        gated = reads[:, 0] if said.block_gate is None else eq.gate_blocks(reads, said.block_gate)
        return MemoryTrace(
            interface=said,
            allocation_weighting=allocation,
            write_content_weighting=found,
            read_content_weighting=content,
            forward_weighting=forward,
            backward_weighting=backward,
            state=MemoryState(
                memory=memory,
                usage=usage,
                write_weighting=written,
                precedence=precedence,
                link=link,
                read_weighting=weighting,
                read_vectors=gated,
            ),
        )

    def _forget(self, state: MemoryState, generator: torch.Generator | None) -> MemoryState:
        """What is lost between two steps."""
        memory, usage, link = state.memory, state.usage, state.link
        if self.output_interference:
            memory = forgetting.output_interference(
                memory, state.read_weighting, self.output_interference
            )
        if self.memory_decay:
            memory = forgetting.decay(memory, self.memory_decay)
        if self.usage_decay:
            usage = forgetting.decay(usage, self.usage_decay)
        if self.link_decay:
            link = forgetting.decay(link, self.link_decay)
        if self.storage_noise:
            normal = torch.empty_like(memory).normal_(generator=generator)
            memory = forgetting.storage_noise(memory, self.storage_noise, normal)
        return state._replace(memory=memory, usage=usage, link=link)

    def _allocate(
        self, usage: Float[Tensor, "b k n"], said: Interface, lesion: Lesion | None
    ) -> Float[Tensor, "b k h n"]:
        """Allocation weightings of all write heads, each after those before it."""
        allocations = []
        for head in range(self.n_write_heads):
            if lesion is not None and lesion.allocation:
                allocation = torch.zeros_like(usage)
            elif said.allocation_strengths is None:
                allocation = eq.allocation_weighting_sort(usage, self.sort_gradient)
            else:
                allocation = eq.allocation_weighting_softmax(
                    usage, said.allocation_strengths[:, :, head]
                )
            allocations.append(allocation)
            if head + 1 < self.n_write_heads:
                usage = eq.usage_once_allocated(
                    usage,
                    allocation,
                    said.allocation_gates[:, :, head],
                    said.write_gates[:, :, head],
                )
        return torch.stack(allocations, dim=2)


def _silence(
    weighting: Float[Tensor, "b k heads n"], blocks: tuple[int, ...], heads: tuple[int, ...]
) -> Float[Tensor, "b k heads n"]:
    """Heads, and all heads of a block, that attend to nothing."""
    if not blocks and not heads:
        return weighting
    attends = weighting.new_ones(weighting.shape[1:3])
    attends[list(blocks)] = 0
    attends[:, list(heads)] = 0
    return weighting * attends[:, :, None]
