"""What a controller tells the memory: in which order, how much of it, and in which range."""

import pytest
import torch

from memsim.dnc import Memory
from memsim.dnc import equations as eq

from .helpers import normal, vector


def test_interface_parts_stand_in_the_order_of_the_paper_with_new_ones_behind():
    r, h, w = 2, 3, 4
    memory = Memory(
        n_locations=5,
        word_size=w,
        n_read_heads=r,
        n_write_heads=h,
        n_blocks=2,
        allocation="softmax",
        masked_content=True,
        link_sharpness=True,
    )
    of_a_block = {
        "read_keys": (r, w),
        "read_strengths": (r,),
        "write_keys": (h, w),
        "write_strengths": (h,),
        "erase_vectors": (h, w),
        "write_vectors": (h, w),
        "free_gates": (r,),
        "allocation_gates": (h,),
        "write_gates": (h,),
        "read_modes": (r, 2 * h + 1),
        "allocation_strengths": (h,),
        "read_masks": (r, w),
        "write_masks": (h, w),
        "link_sharpness": (r, 2),
    }
    numbers = torch.arange(memory.interface_size)
    parts, start = memory.parts(numbers), 0
    for block in (0, 1):
        for name, shape in of_a_block.items():
            n = torch.Size(shape).numel()
            assert torch.equal(parts[name][block], numbers[start : start + n].view(shape)), name
            start += n
    assert torch.equal(parts["block_gate"], numbers[start:].view(r, 2))
    assert list(parts) == [*of_a_block, "block_gate"]


def interface_size(**options):
    return Memory(n_locations=3, **options).interface_size


@pytest.mark.parametrize(("r", "w"), [(1, 1), (2, 3), (4, 64)])
def test_the_interface_has_its_published_size(r, w):
    sizes = {"n_read_heads": r, "word_size": w}
    assert interface_size(**sizes) == w * r + 3 * w + 5 * r + 3  # Graves et al., 2016
    for k in (2, 3):
        blocks = sizes | {"n_blocks": k, "temporal_links": False}
        park = k * (w * r + 3 * w + 3 * r + 3)  # Park et al., 2021
        assert interface_size(**blocks) == park
        assert interface_size(**blocks, allocation="softmax") == park + k
        assert interface_size(**blocks | {"temporal_links": True}) == park + 3 * k * r
        masks, sharpness = {"masked_content": True}, {"link_sharpness": True}
        assert interface_size(**blocks, **masks) == park + k * (r * w + w)
        linked = blocks | {"temporal_links": True}
        assert interface_size(**linked, **sharpness) == park + 3 * k * r + 2 * k * r
    for h in (2, 3):
        modes = r * (2 * h + 1)
        heads = w * r + 3 * h * w + 2 * r + 3 * h + modes
        assert interface_size(**sizes, n_write_heads=h) == heads
        softmax = interface_size(**sizes, n_write_heads=h, allocation="softmax")
        assert softmax == heads + h


@pytest.mark.parametrize("strengths", ["oneplus", "softplus"])
def test_parts_of_the_interface_are_brought_into_range(rng, strengths):
    memory = Memory(
        n_locations=3,
        word_size=2,
        n_read_heads=2,
        n_write_heads=2,
        n_blocks=2,
        allocation="softmax",
        masked_content=True,
        link_sharpness=True,
        strengths=strengths,
    )
    numbers = 3 * normal(rng, 5, memory.interface_size)
    parts, told = memory.parts(numbers), memory.interface(numbers)
    strength = eq.oneplus if strengths == "oneplus" else torch.nn.functional.softplus
    for name in ("read_strengths", "write_strengths", "allocation_strengths"):
        torch.testing.assert_close(getattr(told, name), strength(parts[name]))
    torch.testing.assert_close(told.link_sharpness, eq.oneplus(parts["link_sharpness"]))
    for name in ("read_keys", "write_keys", "write_vectors"):
        assert torch.equal(getattr(told, name), parts[name])
    gates = ["erase_vectors", "free_gates", "allocation_gates", "write_gates"]
    for name in [*gates, "read_masks", "write_masks"]:
        torch.testing.assert_close(getattr(told, name), torch.sigmoid(parts[name]))
    for name in ("read_modes", "block_gate"):
        torch.testing.assert_close(getattr(told, name), torch.softmax(parts[name], dim=-1))


def test_a_memory_without_options_is_not_told_of_them():
    W = 4
    memory = Memory(n_locations=3, word_size=W, temporal_links=False)
    told = memory.interface(vector(memory))
    there = {
        "read_keys": (1, 1, 1, W),
        "read_strengths": (1, 1, 1),
        "write_keys": (1, 1, 1, W),
        "write_strengths": (1, 1, 1),
        "erase_vectors": (1, 1, 1, W),
        "write_vectors": (1, 1, 1, W),
        "free_gates": (1, 1, 1),
        "allocation_gates": (1, 1, 1),
        "write_gates": (1, 1, 1),
    }
    for name, part in told._asdict().items():
        assert (part.shape == there[name]) if name in there else (part is None), name
