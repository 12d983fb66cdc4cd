"""What forgetting takes away, and what it leaves alone: each function, then a memory with it."""

import inspect

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from memsim.dnc import Memory, forgetting

from .helpers import (
    CERTAIN,
    all_finite,
    assert_close,
    generator,
    interface_vector,
    legal_state,
    make_net,
    normal,
    one_hot,
    options,
    properties,
    same,
    seeds,
    tensor,
    uniform,
    weightings,
)

B, N, W, R = 2, 5, 3, 4
SHAPES = {
    "output_interference": ([(B, N, W), (B, R, N), 0.3], (B, N, W)),
    "decay": ([(B, N), 0.1], (B, N)),
    "storage_noise": ([(B, N, W), 0.1, (B, N, W)], (B, N, W)),
    "share_within_capacity": ([(B, N), 2.0], (B,)),
}
OFF = {
    "storage_noise": 0.0,
    "memory_decay": 0.0,
    "usage_decay": 0.0,
    "link_decay": 0.0,
    "capacity": None,
    "output_interference": 0.0,
}


def arguments(name, rng):
    return [uniform(rng, *a) if isinstance(a, tuple) else a for a in SHAPES[name][0]]


def test_every_function_is_listed_here():
    functions = inspect.getmembers(forgetting, inspect.isfunction)
    assert {n for n, f in functions if f.__module__ == forgetting.__name__} == set(SHAPES)


@pytest.mark.parametrize("name", SHAPES)
def test_shapes_are_those_documented(rng, name):
    given_ = arguments(name, rng)
    kept = [a.clone() if torch.is_tensor(a) else a for a in given_]
    result = getattr(forgetting, name)(*given_)
    assert result.shape == SHAPES[name][1]
    for a, k in zip(given_, kept, strict=True):
        assert torch.equal(a, k) if torch.is_tensor(a) else a == k


@pytest.mark.parametrize("name", SHAPES)
def test_blocks_do_not_mix(rng, name):
    first, second = arguments(name, rng), arguments(name, rng)
    both = [
        torch.stack([a, b], dim=1) if torch.is_tensor(a) else a
        for a, b in zip(first, second, strict=True)
    ]
    together = getattr(forgetting, name)(*both)
    torch.testing.assert_close(together[:, 0], getattr(forgetting, name)(*first))
    torch.testing.assert_close(together[:, 1], getattr(forgetting, name)(*second))


# output interference


def test_what_is_read_pulls_every_row_towards_it():
    memory, read = tensor([0.0, 8.0], [4.0, 0.0], [0.0, 0.0]), tensor([0.0, 1.0, 0.0])
    expected = tensor([1.0, 6.0], [4.0, 0.0], [1.0, 0.0])
    assert torch.equal(forgetting.output_interference(memory, read, 0.25), expected)


def test_two_heads_pull_half_each():
    memory, read = tensor([0.0], [4.0], [8.0]), tensor([0.0, 1.0, 0.0], [0.0, 0.0, 0.5])
    by_first, by_second = tensor([4.0], [0.0], [-4.0]), tensor([4.0], [2.0], [0.0])
    expected = memory + 0.25 * (by_first + by_second)
    assert torch.equal(forgetting.output_interference(memory, read, 0.5), expected)


@given(seed=seeds, share=st.floats(0, 0.9))
@properties(25)
def test_interference_by_loops(seed, share):
    rng = generator(seed)
    memory, read = normal(rng, N, W), weightings(rng, R, N)
    expected = memory.clone()
    for i in range(N):
        for j in range(N):
            expected[i] += share / R * read[:, j].sum() * (memory[j] - memory[i])
    torch.testing.assert_close(forgetting.output_interference(memory, read, share), expected)


def test_where_nothing_was_read_nothing_interferes(rng):
    memory, nowhere = normal(rng, B, N, W), torch.zeros(B, R, N, dtype=torch.float64)
    assert torch.equal(forgetting.output_interference(memory, nowhere, 0.5), memory)


def test_rows_that_are_alike_stay_as_they_are(rng):
    memory = normal(rng, B, 1, W).expand(B, N, W)
    after = forgetting.output_interference(memory, weightings(rng, B, R, N), 0.5)
    torch.testing.assert_close(after, memory)


# decay


def test_decay_by_hand():
    assert torch.equal(forgetting.decay(tensor(8.0, -4.0, 0.0), 0.25), tensor(6.0, -3.0, 0.0))


# noise


def test_noise_grows_with_the_row_and_spares_empty_ones(rng):
    memory, z = normal(rng, 1, N, W), normal(rng, 1, N, W)
    memory[0, 2] = 0
    noise = forgetting.storage_noise(memory, 0.3, z) - memory
    assert torch.count_nonzero(noise[0, 2]) == 0
    assert (noise[0, [0, 1, 3, 4]] != 0).all()
    doubled = forgetting.storage_noise(2 * memory, 0.3, z) - 2 * memory
    torch.testing.assert_close(doubled, 2 * noise)
    stronger = forgetting.storage_noise(memory, 0.6, z) - memory
    torch.testing.assert_close(stronger, 2 * noise)


def test_noise_has_the_stated_share_of_the_rows_root_mean_square(rng):
    memory = torch.zeros(1, 2, 10_000, dtype=torch.float64)
    memory[0, 0], memory[0, 1] = 3.0, -0.01
    noise = forgetting.storage_noise(memory, 0.1, normal(rng, 1, 2, 10_000)) - memory
    expected = torch.tensor([0.3, 0.001], dtype=torch.float64)
    torch.testing.assert_close(noise[0].std(dim=1), expected, rtol=0.03, atol=0)


# capacity


def test_capacity_by_hand():
    usage = tensor([1.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.0, 0.0, 0.0])
    assert torch.equal(forgetting.share_within_capacity(usage, 1.0), tensor(0.5, 1.0, 1.0))


@given(seed=seeds, capacity=st.floats(0.01, 6))
@properties(25)
def test_capacity_is_never_exceeded_and_used_up(seed, capacity):
    usage = uniform(generator(seed), B, N)
    share = forgetting.share_within_capacity(usage, capacity)
    total = (share[:, None] * usage).sum(dim=1)
    torch.testing.assert_close(total, usage.sum(dim=1).clamp(max=capacity))


# in a memory


def stepped(seed=3, **options):
    """State after a step of a memory that is told nothing in particular."""
    net = make_net(generator(seed), **options)
    state = legal_state(net, B, generator(seed)).memory
    numbers = normal(generator(seed), B, net.memory.interface_size)
    return net.memory.step(state, numbers, generator(seed)).state


def idle_step(rng, read=None, **options):
    """State before and after a step in which nothing is written or freed."""
    memory = Memory(n_locations=N, word_size=W, **options)
    state = memory.initial_state(1, dtype=torch.float64, device="cpu")
    reads = torch.zeros_like(state.read_weighting)
    if read is not None:
        reads[:] = one_hot(read, n=N)
    state = state._replace(
        memory=normal(rng, 1, 1, N, W),
        usage=uniform(rng, 1, 1, N),
        link=uniform(rng, *state.link.shape) / N,
        read_weighting=reads,
    )
    return state, memory.step(state, interface_vector(memory), generator(1)).state


def test_without_forgetting_a_memory_keeps_all_to_the_bit(rng):
    before, after = idle_step(rng, read=2)
    assert torch.equal(after.memory, before.memory)
    assert torch.equal(after.usage, before.usage)
    off_diagonal = 1 - torch.eye(N, dtype=torch.float64)
    assert torch.equal(after.link, before.link * off_diagonal)


@pytest.mark.parametrize("part", ["memory", "usage", "link"])
def test_each_decay_takes_from_its_own_part(rng, part):
    before, after = idle_step(rng, **{f"{part}_decay": 0.25})
    off_diagonal = 1 - torch.eye(N, dtype=torch.float64)
    for name in ("memory", "usage", "link"):
        kept = getattr(before, name) * (off_diagonal if name == "link" else 1)
        share = 0.75 if name == part else 1
        assert_close(getattr(after, name), share * kept)


def test_what_was_just_written_does_not_decay_at_once():
    memory = Memory(n_locations=N, word_size=W, memory_decay=0.5)
    state = memory.initial_state(1, dtype=torch.float64, device="cpu")
    word = tensor(1.0, -1.0, 2.0)
    state = memory.step(state, interface_vector(memory, write=word)).state
    row = state.write_weighting.argmax()
    assert_close(state.memory[0, 0, row], word, atol=1e-5)
    state = memory.step(state, interface_vector(memory)).state
    assert_close(state.memory[0, 0, row], word / 2, atol=1e-5)


def test_reading_harms_the_other_rows_at_the_next_step(rng):
    before, after = idle_step(rng, read=2, output_interference=0.25)
    rows = before.memory
    expected = 0.75 * rows + 0.25 * rows[:, :, [2]]
    assert_close(after.memory, expected)
    assert_close(after.memory[:, :, 2], rows[:, :, 2])
    before, after = idle_step(rng, output_interference=0.25)  # nothing was read
    assert torch.equal(after.memory, before.memory)


def test_noise_is_that_of_the_generator(rng):
    before, after = idle_step(rng, storage_noise=0.2)
    z = torch.empty_like(before.memory).normal_(generator=generator(1))
    assert_close(after.memory, forgetting.storage_noise(before.memory, 0.2, z))


@given(options=options(capacity=1.5))
@properties(25)
def test_usage_within_capacity(options):
    net = make_net(generator(5), **options)
    with torch.no_grad():
        _, _, trace = net(normal(generator(6), 3, 8, 4), generator=generator(7), return_trace=True)
    assert (trace.memory.state.usage.sum(dim=-1) <= 1.5 + 1e-9).all()


def test_beyond_its_capacity_a_memory_shrinks_with_its_usage(rng):
    before, after = idle_step(rng, capacity=1.0)
    share = 1 / before.usage.sum()
    assert share < 1
    assert_close(after.usage, share * before.usage)
    assert_close(after.memory, share * before.memory)


def test_what_is_new_pushes_out_what_is_old():
    memory = Memory(n_locations=N, word_size=W, capacity=2.0)
    state = memory.initial_state(1, dtype=torch.float64, device="cpu")
    words, sizes = one_hot(0, 1, 2, 0, n=W), []
    for word in words:
        state = memory.step(state, interface_vector(memory, write=word)).state
        sizes.append(state.memory.norm())
    state = memory.step(state, interface_vector(memory)).state
    rows = state.memory[0, 0].norm(dim=-1).sort(descending=True).values
    assert rows[0] > rows[1] > rows[2] > rows[3] > rows[4] - 1e-6
    assert state.usage.sum() == pytest.approx(2, abs=1e-4)


def test_a_capacity_for_all_locations_changes_nothing():
    assert same(stepped(capacity=6.0), stepped())


@given(options=options(**CERTAIN | OFF))
@properties(25)
def test_the_least_forgetting_is_next_to_none(options):
    least = {"memory_decay": 1e-12, "usage_decay": 1e-12, "output_interference": 1e-12}
    least |= {"storage_noise": 1e-12, "capacity": 100.0}
    without = stepped(**options)
    assert all_finite(without)
    assert_close(stepped(**options | least), without, atol=1e-8)
