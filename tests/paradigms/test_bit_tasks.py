"""Copy, repeat copy and item recall, against the tables in which they were published."""

import numpy as np
import pytest

from paradigms import (
    BIT_TASKS,
    Copy,
    ItemRecall,
    RepeatCopy,
    RepresentationRecall,
    bits_per_sequence,
    wrong_bits,
)
from paradigms.bit_tasks import Batch, accuracy

TASKS = {
    "copy": Copy(),
    "copy with start": Copy(8, (8, 32), start_flag=True, flags_out=True),
    "repeat copy": RepeatCopy(),
    "standardised": RepeatCopy(8, (1, 10), (1, 10), flag="end", norm_max=0),
    "item recall": ItemRecall(),
    "with flags out": ItemRecall(8, (2, 8), flags_out=True),
    "representation recall": RepresentationRecall(),
}


@pytest.fixture(params=TASKS.values(), ids=TASKS.keys())
def task(request):
    return request.param


def test_all_that_are_listed_are_tested():
    assert {type(task) for task in TASKS.values()} == set(BIT_TASKS.values())


def test_the_same_arguments_give_the_same_sequences(task):
    one, two = (task.batch(seed=1, i=4, n=9) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))
    other = task.batch(seed=1, i=5, n=9)
    assert one.inputs.shape != other.inputs.shape or (one.inputs != other.inputs).any()


def test_answers_come_without_input_and_nothing_is_due_elsewhere(task):
    batch = task.batch(seed=1, i=0, n=50)
    if not isinstance(task, RepresentationRecall):  # where an answer is due with its question
        assert (batch.inputs[batch.mask] == 0).all()
    assert (batch.targets[~batch.mask] == 0).all()
    for row in batch.mask:  # due in a row, and at least one step
        assert row.any() and (np.diff(row.astype(int)) != 0).sum() <= 2


def test_perfect_and_guessed_bits(task, rng):
    batch = task.batch(seed=1, i=0, n=200)
    perfect = np.where(batch.targets > 0, 9.0, -9.0)
    assert accuracy(perfect, batch) == 1 and (wrong_bits(perfect, batch) == 0).all()
    wrong = -perfect
    due = batch.mask.sum(axis=1) * batch.targets.shape[2]
    np.testing.assert_array_equal(wrong_bits(wrong, batch), due)
    n = due.sum()
    guess = rng.normal(size=batch.targets.shape)
    assert abs(accuracy(guess, batch) - 0.5) < 4 * np.sqrt(0.25 / n)
    np.testing.assert_allclose(bits_per_sequence(np.zeros_like(guess), batch), due.mean())


def test_cross_entropy_is_that_of_probabilities():
    """-log2 of .8 for a 1, and of 1 - .8 for a 0."""
    logit = np.log(0.8 / 0.2)
    batch = Batch(np.zeros((1, 2, 1)), np.array([[[1.0], [0.0]]]), np.array([[True, True]]))
    expected = -np.log2(0.8) - np.log2(0.2)
    np.testing.assert_allclose(bits_per_sequence(np.full((1, 2, 1), logit), batch), expected)


def test_pads_count_for_nothing():
    batch = Copy(length=(1, 6)).batch(seed=0, i=0, n=30)
    outputs = np.where(batch.targets > 0, 9.0, -9.0)
    outputs[~batch.mask] = 9.0
    assert (wrong_bits(outputs, batch) == 0).all()
    assert bits_per_sequence(outputs, batch) < 0.1


def test_outputs_of_another_shape_are_an_error():
    batch = Copy().batch(seed=0, i=0, n=2)
    with pytest.raises(ValueError, match="outputs must have the shape of the targets"):
        accuracy(batch.inputs, batch)


def only(matrix, row):
    """Steps at which a channel holds something."""
    return np.flatnonzero(matrix[:, row]).tolist()


@pytest.mark.parametrize("seed", range(5))
def test_repeat_copy_is_that_of_the_table(seed):
    """Section 3 of the table: pattern of 3 vectors, 2 repeats, 4 bits; L (R + 1) + 3 steps."""
    inputs, targets, mask = RepeatCopy(4, (3, 3), (2, 2)).batch(seed=seed, i=0, n=1)
    inputs, targets, mask = inputs[0], targets[0], mask[0]
    assert inputs.shape == (12, 6) and targets.shape == (12, 5)
    pattern = inputs[1:4, :4]
    assert set(np.unique(pattern)) <= {0, 1}
    assert (inputs[[0, *range(4, 12)], :4] == 0).all()
    assert only(inputs, 4) == [0] and inputs[0, 4] == 1  # start flag
    assert only(inputs, 5) == [4] and inputs[4, 5] == 0.2  # repeats, as R / 10
    np.testing.assert_array_equal(targets[5:11, :4], np.concatenate([pattern, pattern]))
    assert (targets[:5] == 0).all() and (targets[11, :4] == 0).all()
    assert only(targets, 4) == [11] and targets[11, 4] == 1  # end marker
    assert only(mask[:, None], 0) == [5, 6, 7, 8, 9, 10, 11]


def test_repeat_copy_of_a_neural_turing_machine():
    """Two vectors, a delimiter, the number standardised over 1..10 (mean 5.5, s.d. 2.872)."""
    task = RepeatCopy(8, (2, 2), (1, 10), flag="end", norm_max=0)
    inputs, targets, mask = task.batch(seed=0, i=0, n=200)
    assert inputs.shape[2] == 10 and targets.shape[2] == 9
    repeats = (mask.sum(axis=1) - 1) // 2
    assert set(repeats) == set(range(1, 11))
    assert all(only(row, 8) == [2] and only(row, 9) == [3] for row in inputs)
    np.testing.assert_allclose(inputs[:, 3, 9], (repeats - 5.5) / 2.8722813)
    np.testing.assert_array_equal(mask.argmax(axis=1), 4)
    for row, n in enumerate(repeats):
        for k in range(n):
            np.testing.assert_array_equal(
                targets[row, 4 + 2 * k : 6 + 2 * k, :8], inputs[row, :2, :8]
            )
        assert only(targets[row], 8) == [4 + 2 * n]


def test_repeat_copy_draws_lengths_and_repeats_for_each_sequence():
    mask = RepeatCopy(2, (1, 2), (1, 2)).batch(seed=0, i=0, n=400).mask
    # L R + 1 for each of four pairs (L, R)
    counts = np.bincount(mask.sum(axis=1))
    assert counts[[2, 3, 5]].sum() == 400
    np.testing.assert_allclose(counts[[2, 3, 5]] / 400, [0.25, 0.5, 0.25], atol=0.1)


def test_copy_is_that_of_graves():
    inputs, targets, mask = Copy(8, (3, 3)).batch(seed=0, i=0, n=1)
    assert inputs.shape == (1, 7, 9) and targets.shape == (1, 7, 8)
    assert only(inputs[0], 8) == [3]
    assert (inputs[0, 3:, :8] == 0).all()
    np.testing.assert_array_equal(targets[0, 4:], inputs[0, :3, :8])
    assert mask[0].tolist() == [False] * 4 + [True] * 3


def test_copy_is_that_of_park():
    """Step 0 input flag in channel 8, 1..L bits, L + 1 output flag in channel 9; length 2 L + 2."""
    task = Copy(8, (8, 8), start_flag=True, flags_out=True)
    inputs, targets, mask = task.batch(seed=0, i=0, n=1)
    assert inputs.shape == targets.shape == (1, 18, 10)
    assert only(inputs[0], 8) == [0] and only(inputs[0], 9) == [9]
    np.testing.assert_array_equal(targets[0, 10:, :8], inputs[0, 1:9, :8])
    assert (targets[0, :, 8:] == 0).all() and (inputs[0, 9:, :8] == 0).all()
    assert only(mask[0][:, None], 0) == list(range(10, 18))


def test_item_recall_is_that_of_graves():
    """n items of three 6-bit vectors: a flag before each, two around the query; 4 (n + 2) steps."""
    inputs, targets, mask = ItemRecall(n_items=(4, 4)).batch(seed=0, i=0, n=100)
    assert inputs.shape == (100, 24, 8) and targets.shape == (100, 24, 6)
    asked = []
    for row, due in zip(inputs, targets, strict=True):
        assert only(row, 6) == [0, 4, 8, 12] and only(row, 7) == [16, 20]
        items = [row[4 * k + 1 : 4 * k + 4, :6] for k in range(4)]
        found = [k for k in range(3) if (items[k] == row[17:20, :6]).all()]
        answers = [k for k in found if (items[k + 1] == due[21:]).all()]
        assert answers
        asked += answers
    assert set(asked) == {0, 1, 2}
    np.testing.assert_array_equal(mask, np.tile(np.arange(24) > 20, (100, 1)))


def test_item_recall_is_that_of_park():
    inputs, targets, _ = ItemRecall(8, (2, 8), flags_out=True).batch(seed=0, i=0, n=30)
    assert inputs.shape[2] == targets.shape[2] == 10 and inputs.shape[1] == 40
    assert (targets[:, :, 8:] == 0).all()


def test_representation_recall_is_that_of_park():
    """Eight items of eight parts of 8 bits; flags at steps 0 and 9; four parts blank in a query."""
    inputs, targets, mask = RepresentationRecall().batch(seed=0, i=0, n=40)
    assert inputs.shape == (40, 26, 66) and targets.shape == (40, 26, 32)
    lengths = mask.sum(axis=1)
    assert (lengths.min(), lengths.max()) == (8, 16)
    for row, due, n in zip(inputs, targets, lengths, strict=True):
        assert only(row, 64) == [0] and only(row, 65) == [9]
        parts = row[1:9, :64].reshape(8, 8, 8)
        values = parts @ 2 ** np.arange(8)[::-1]  # most significant bit first
        assert (np.diff(values, axis=0) > 0).all()  # distinct, and sorted
        assert values.min() >= 1 and values.max() <= 254
        for query, answer in zip(row[10 : 10 + n, :64], due[10 : 10 + n], strict=True):
            shown = query.reshape(8, 8)
            blank = (shown == 0).all(axis=1)
            assert blank.sum() == 4
            (item,) = (k for k in range(8) if (parts[k][~blank] == shown[~blank]).all())
            np.testing.assert_array_equal(answer, parts[item][blank].ravel())
    np.testing.assert_array_equal(mask.argmax(axis=1), 10)


def test_bits_are_fair_and_lengths_uniform():
    batch = Copy(8, (1, 4)).batch(seed=0, i=0, n=2000)
    lengths = batch.mask.sum(axis=1)
    np.testing.assert_allclose(np.bincount(lengths)[1:] / 2000, 0.25, atol=0.05)
    assert abs(batch.targets[batch.mask].mean() - 0.5) < 0.01


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Copy(n_bits=0), "n_bits must be more than 0"),
        (lambda: Copy(length=(0, 3)), "length must be .from, to. with 1 <= from <= to"),
        (lambda: Copy(length=(5, 3)), "length must be .from, to. with 1 <= from <= to"),
        (lambda: Copy(length=(1, 2, 3)), "length must be .from, to., got"),
        (lambda: Copy(length=(1, 2.5)), "length must be a whole number"),
        (lambda: RepeatCopy(repeats=(2, 2), norm_max=0), "repeats=.2, 2. has no variance"),
        (lambda: RepeatCopy(norm_max=-1.0), "norm_max must be 0 or more"),
        (lambda: RepeatCopy(flag="middle"), "flag must be one of 'start', 'end'"),
        (lambda: RepresentationRecall(n_parts=3), "n_parts must be even"),
        (lambda: RepresentationRecall(n_parts=6), "n_bits=64 is no multiple of n_parts=6"),
        (lambda: RepresentationRecall(n_parts=32), "n_items=8 must differ .* 2 bits have 2 values"),
        (lambda: ItemRecall(n_items=(1, 3)), "n_items must be .from, to. with 2 <= from"),
    ],
)
def test_impossible_settings_are_an_error(make, message):
    with pytest.raises(ValueError, match=message):
        make()
