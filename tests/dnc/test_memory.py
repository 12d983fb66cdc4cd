"""What a memory does when it is told, in extremes, to write this and to read that."""

import pytest
import torch
from hypothesis import given

from memsim.dnc import Memory

from .helpers import (
    CERTAIN,
    FAR,
    assert_close,
    generator,
    interface_vector,
    legal_state,
    make_net,
    normal,
    one_hot,
    options,
    properties,
    tensor,
)

N, W = 6, 5
WORDS = one_hot(3, 0, 4, 1, n=W)
OTHERS = -one_hot(2, 4, 3, n=W)


def make_memory(allocation="sort", **options):
    return Memory(n_locations=N, word_size=W, allocation=allocation, **options)


def empty_state(memory):
    return memory.initial_state(1, dtype=torch.float64, device="cpu")


def step(memory, state, **told):
    return memory.step(state, interface_vector(memory, **told)).state


def study(memory, words=WORDS, **told):
    """The state after each word was written, and the locations that took them."""
    state, where = empty_state(memory), []
    for word in words:
        state = step(memory, state, write=word, **told)
        where.append(int(state.write_weighting[0, 0, 0].argmax()))
    return state, where


def recall(memory, state, first, mode, n):
    """Words read: the first by content, the others by links."""
    read = []
    for t in range(n):
        state = step(memory, state, find=first, mode="content" if t == 0 else mode)
        read.append(state.read_vectors[0, 0])
    return torch.stack(read)


def test_each_word_goes_to_a_location_of_its_own():
    state, where = study(make_memory())
    assert len(set(where)) == len(WORDS)
    assert_close(state.memory[0, 0, where], WORDS, atol=1e-4)
    used = one_hot(*where, n=N).sum(dim=0)
    including_the_last = state.usage[0, 0] + state.write_weighting[0, 0, 0]
    assert_close(including_the_last, used, atol=1e-4)


def test_forward_reads_recall_in_the_order_of_study():
    memory = make_memory()
    read = recall(memory, study(memory)[0], WORDS[0], "forward", len(WORDS))
    assert_close(read, WORDS, atol=1e-4)


def test_backward_reads_recall_in_reverse():
    memory = make_memory()
    read = recall(memory, study(memory)[0], WORDS[-1], "backward", len(WORDS))
    assert_close(read, WORDS.flip(0), atol=1e-4)


def test_links_of_a_step_are_followed_at_that_step():
    memory = make_memory()
    state = step(memory, study(memory, WORDS[:2])[0], find=WORDS[1])
    state = step(memory, state, write=WORDS[2], mode="forward")
    assert_close(state.read_vectors[0, 0], WORDS[2], atol=1e-4)


def test_words_are_found_by_content_without_links():
    memory = make_memory(temporal_links=False)
    state, _ = study(memory)
    for word in WORDS:
        state = step(memory, state, find=word)
        assert_close(state.read_vectors[0, 0], word, atol=1e-4)


def test_a_location_freed_on_reading_is_empty_and_can_be_written():
    memory = make_memory()
    state, where = study(memory, torch.cat([WORDS, WORDS[:2]]))  # no location is left
    state = step(memory, state, find=WORDS[2])
    word = one_hot(2, n=W)[0]
    kept = step(memory, state, write=word)
    freed = step(memory, state, write=word, free=True)
    assert kept.write_weighting.sum() < 1e-4
    assert freed.usage[0, 0, where[2]] < 1e-4
    assert freed.write_weighting[0, 0, 0, where[2]] > 1 - 1e-4
    assert_close(freed.memory[0, 0, where[2]], word, atol=1e-4)


def test_full_free_gates_empty_what_all_heads_read():
    memory = make_memory(n_read_heads=2)
    state, where = study(memory)
    state = step(memory, state, find=WORDS[[0, 2]])
    state = step(memory, state, free=True)
    expected = one_hot(where[1], where[3], n=N).sum(dim=0)
    assert_close(state.usage[0, 0], expected, atol=1e-4)


def test_a_full_memory_takes_nothing_more_by_sort_and_everything_by_softmax():
    words = one_hot(0, 1, 2, 3, 4, 0, n=W)
    for allocation, expected in (("sort", 0.0), ("softmax", 1.0)):
        memory = make_memory(allocation)
        state, _ = study(make_memory(), words)
        state = step(memory, state, write=words[2])
        assert_close(state.write_weighting.sum(), tensor(expected)[0], atol=1e-4)


def test_softmax_writes_to_an_empty_memory_everywhere_alike():
    memory = make_memory("softmax")
    state, _ = study(memory, WORDS[:1])
    torch.testing.assert_close(state.memory[0, 0], (WORDS[:1] / N).expand(N, W))


def test_without_writing_only_the_read_changes():
    memory = make_memory()
    before, where = study(memory)
    once = step(memory, before)
    twice = step(memory, once, find=WORDS[1])
    for field in ("memory", "link", "precedence"):
        assert torch.equal(getattr(twice, field), getattr(before, field)), field
    assert torch.equal(twice.usage, once.usage)
    assert torch.count_nonzero(twice.write_weighting) == 0
    assert twice.read_weighting.argmax() == where[1]


# several write heads


def test_write_heads_of_one_step_take_different_locations():
    memory = make_memory(n_write_heads=3)
    pairs = torch.stack([WORDS[:3], OTHERS])  # of step, head
    state = empty_state(memory)
    for words in pairs:
        state = step(memory, state, write=words)
        where = state.write_weighting[0, 0].argmax(dim=-1)
        assert_close(state.memory[0, 0, where], words, atol=1e-4)
    rows = state.memory[0, 0]
    assert_close(rows.sum(dim=0), pairs.sum(dim=(0, 1)), atol=1e-4)
    assert (rows.norm(dim=1) > 1 - 1e-4).all()


def test_a_write_head_that_is_closed_takes_no_location():
    memory = make_memory(n_write_heads=2)
    told = interface_vector(memory, write=WORDS[:2], write_gates=[-FAR, FAR])
    trace = memory.step(empty_state(memory), told)
    first, second = trace.allocation_weighting[0, 0]
    assert torch.equal(first, second)
    closed, opened = trace.state.write_weighting[0, 0]
    assert torch.count_nonzero(closed) == 0
    assert_close(trace.state.memory[0, 0, opened.argmax()], WORDS[1], atol=1e-4)


def test_each_write_head_has_an_allocation_strength_of_its_own():
    memory = make_memory("softmax", n_write_heads=2)
    usage = torch.linspace(0, 1, N, dtype=torch.float64)
    state = empty_state(memory)._replace(usage=usage.expand(1, 1, N))
    told = {"allocation_strengths": [0.5, 3.0], "write_gates": -FAR}  # no head fills any
    trace = memory.step(state, interface_vector(memory, write=WORDS[:2], **told))
    strengths = 1 + torch.log1p(tensor(0.5, 3.0).exp())
    expected = (strengths[:, None] * (1 - usage)).softmax(dim=-1)
    assert_close(trace.allocation_weighting[0, 0], expected)


@pytest.mark.parametrize("head", [0, 1])
def test_links_follow_the_words_of_their_write_head(head):
    memory = make_memory(n_write_heads=2)
    state = empty_state(memory)
    lists = torch.stack([WORDS[:3], OTHERS])  # of head, step
    for t in range(3):
        state = step(memory, state, write=lists[:, t])
    state = step(memory, state, find=lists[head, 0])
    forward = [FAR if mode == 3 + head else 0.0 for mode in range(5)]
    for t in (1, 2):
        state = step(memory, state, read_modes=forward)
        assert_close(state.read_vectors[0, 0], lists[head, t], atol=1e-4)
    backward = [FAR if mode == head else 0.0 for mode in range(5)]
    for t in (1, 0):
        state = step(memory, state, read_modes=backward)
        assert_close(state.read_vectors[0, 0], lists[head, t], atol=1e-4)


# masks, de-allocation, sharpness


def test_a_masked_key_finds_by_the_part_that_is_seen():
    memory = make_memory(masked_content=True, temporal_links=False)
    words = tensor([1.0, 0, 0, 1, 0], [0, 1.0, 0, 0, 1])
    state, _ = study(memory, words)
    cue = tensor([1.0, 0, 0, 0, 1])[0]  # begins as the first and ends as the second
    for seen, word in (([1, 1, 1, 0, 0], words[0]), ([0, 0, 0, 1, 1], words[1])):
        mask = [FAR if part else -FAR for part in seen]
        state = step(memory, state, find=cue, read_masks=mask)
        assert_close(state.read_vectors[0, 0], word, atol=1e-4)


def test_a_masked_key_also_writes():
    memory = make_memory(masked_content=True)
    words = tensor([1.0, 0, 0, 1, 0], [0, 1.0, 0, 0, 1])
    state, where = study(memory, words)
    told = {
        "write_keys": tensor([1.0, 0, 0, 0, 1])[0],
        "write_strengths": 50.0,
        "allocation_gates": -FAR,
        "write_masks": [-FAR, -FAR, -FAR, FAR, FAR],
    }
    state = step(memory, state, write=WORDS[2], **told)
    assert_close(state.write_weighting[0, 0, 0], one_hot(where[1], n=N)[0], atol=1e-4)


@pytest.mark.parametrize("deallocation", [True, False])
def test_what_is_freed_is_erased_if_asked_for(deallocation):
    memory = make_memory(deallocation=deallocation)
    state, where = study(memory)
    state = step(memory, state, find=WORDS[1])
    state = step(memory, state, free=True)
    left = 0.0 if deallocation else 1.0
    assert_close(state.memory[0, 0, where[1]], left * WORDS[1], atol=1e-4)
    assert_close(state.memory[0, 0, where[2]], WORDS[2], atol=1e-4)


def test_words_are_looked_up_for_writing_before_they_are_freed():
    memory = make_memory(deallocation=True)
    state, where = study(memory)
    state = step(memory, state, find=WORDS[1])
    told = {"write_keys": WORDS[1], "write_strengths": 50.0, "allocation_gates": -FAR}
    state = step(memory, state, write=WORDS[3], free=True, **told)
    assert_close(state.write_weighting[0, 0, 0], one_hot(where[1], n=N)[0], atol=1e-4)
    assert_close(state.memory[0, 0, where[1]], WORDS[3], atol=1e-4)


@pytest.mark.parametrize("name", ["forward", "backward"])
def test_sharp_links_choose_where_others_waver(name):
    memory = make_memory(link_sharpness=True)
    state = empty_state(memory)
    link = torch.zeros(N, N, dtype=torch.float64)
    link[1:3, 0] = tensor(0.4, 0.6)
    state = state._replace(
        link=state.link + (link if name == "forward" else link.T),
        read_weighting=state.read_weighting + one_hot(0, n=N),
        memory=state.memory + normal(generator(1), N, W),
    )
    wavering = tensor([0, 0.4, 0.6, 0, 0, 0])[0]
    # sharpness of forward, then of backward; at -FAR it is 1
    for sharpness in ([FAR, -FAR], [-FAR, FAR]):
        is_sharp = sharpness[0 if name == "forward" else 1] == FAR
        read = step(memory, state, mode=name, link_sharpness=sharpness).read_weighting
        expected = one_hot(2, n=N)[0] if is_sharp else wavering
        assert_close(read[0, 0, 0], expected, atol=1e-4)


# blocks


@given(options=options(**CERTAIN, n_blocks=3, controller="feedforward"))
@properties(25)
def test_blocks_are_memories_of_their_own_but_for_the_gate(options):
    several = make_net(generator(1), **options)
    state = legal_state(several, 2, generator(2)).memory
    numbers = normal(generator(3), 2, several.memory.interface_size)
    together = several.memory.step(state, numbers)
    parts = several.memory.parts(numbers)
    gate = parts.pop("block_gate").softmax(dim=-1)
    single = make_net(generator(1), **options | {"n_blocks": 1}).memory
    reads = 0
    for k in range(3):
        own = type(state)(*(part[:, k : k + 1] for part in state[:-1]), state.read_vectors)
        told = torch.cat([part[:, k].flatten(1) for part in parts.values()], dim=1)
        alone = single.step(own, told)
        for field in state._fields[:-1]:
            part = getattr(together.state, field)[:, k : k + 1]
            assert_close(part, getattr(alone.state, field))
        reads = reads + gate[:, :, k, None] * alone.state.read_vectors
    assert_close(together.state.read_vectors, reads)
