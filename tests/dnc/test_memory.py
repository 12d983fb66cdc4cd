"""What a memory does when it is told, in extremes, to write this and to read that."""

import torch

from memsim.dnc import Memory

from .helpers import interface_vector, one_hot

N, W = 6, 5
WORDS = one_hot(3, 0, 4, 1, n=W)


def make_memory(allocation="sort", temporal_links=True):
    return Memory(
        n_locations=N,
        word_size=W,
        n_read_heads=1,
        allocation=allocation,
        temporal_links=temporal_links,
        storage_noise=0.0,
    )


def empty_state(memory):
    return memory.initial_state(1, dtype=torch.float64, device="cpu")


def study(memory, words=WORDS):
    """The state after each word was written, and the locations that took them."""
    state, where = empty_state(memory), []
    for word in words:
        state = memory.step(state, interface_vector(memory, write=word))
        where.append(int(state.write_weighting.argmax()))
    return state, where


def recall(memory, state, first, mode, n):
    """Words read: the first by content, the others by links."""
    read = []
    for step in range(n):
        vector = interface_vector(memory, find=first, mode="content" if step == 0 else mode)
        state = memory.step(state, vector)
        read.append(state.read_vectors[0, 0])
    return torch.stack(read)


def test_each_word_goes_to_a_location_of_its_own():
    state, where = study(make_memory())
    assert len(set(where)) == len(WORDS)
    torch.testing.assert_close(state.memory[0, where], WORDS, rtol=0, atol=1e-4)
    used = one_hot(*where, n=N).sum(dim=0)
    including_the_last = state.usage[0] + state.write_weighting[0]
    torch.testing.assert_close(including_the_last, used, rtol=0, atol=1e-4)


def test_forward_reads_recall_in_the_order_of_study():
    memory = make_memory()
    read = recall(memory, study(memory)[0], WORDS[0], "forward", len(WORDS))
    torch.testing.assert_close(read, WORDS, rtol=0, atol=1e-4)


def test_backward_reads_recall_in_reverse():
    memory = make_memory()
    read = recall(memory, study(memory)[0], WORDS[-1], "backward", len(WORDS))
    torch.testing.assert_close(read, WORDS.flip(0), rtol=0, atol=1e-4)


def test_words_are_found_by_content_without_links():
    memory = make_memory(temporal_links=False)
    state, _ = study(memory)
    for word in WORDS:
        state = memory.step(state, interface_vector(memory, find=word))
        torch.testing.assert_close(state.read_vectors[0, 0], word, rtol=0, atol=1e-4)


def test_a_location_freed_on_reading_is_empty_and_can_be_written():
    memory = make_memory()
    state, where = study(memory, torch.cat([WORDS, WORDS[:2]]))  # no location is left
    state = memory.step(state, interface_vector(memory, find=WORDS[2]))
    word = one_hot(2, n=W)[0]
    kept = memory.step(state, interface_vector(memory, write=word))
    freed = memory.step(state, interface_vector(memory, write=word, free=True))
    assert kept.write_weighting.sum() < 1e-4
    assert freed.usage[0, where[2]] < 1e-4
    assert freed.write_weighting[0, where[2]] > 1 - 1e-4
    torch.testing.assert_close(freed.memory[0, where[2]], word, rtol=0, atol=1e-4)


def test_a_full_memory_takes_nothing_more_by_sort_and_everything_by_softmax():
    words = one_hot(0, 1, 2, 3, 4, 0, n=W)
    for allocation, expected in (("sort", 0.0), ("softmax", 1.0)):
        memory = make_memory(allocation)
        state, _ = study(make_memory(), words)
        state = memory.step(state, interface_vector(memory, write=words[2]))
        torch.testing.assert_close(
            state.write_weighting.sum(),
            torch.tensor(expected, dtype=torch.float64),
            rtol=0,
            atol=1e-4,
        )


def test_softmax_writes_to_an_empty_memory_everywhere_alike():
    memory = make_memory("softmax")
    state, _ = study(memory, WORDS[:1])
    torch.testing.assert_close(state.memory[0], (WORDS[:1] / N).expand(N, W))


def test_without_writing_only_the_read_changes():
    memory = make_memory()
    before, where = study(memory)
    once = memory.step(before, interface_vector(memory))
    twice = memory.step(once, interface_vector(memory, find=WORDS[1]))
    for field in ("memory", "link", "precedence"):
        assert torch.equal(getattr(twice, field), getattr(before, field)), field
    assert torch.equal(twice.usage, once.usage)
    assert torch.count_nonzero(twice.write_weighting) == 0
    assert twice.read_weighting.argmax() == where[1]
