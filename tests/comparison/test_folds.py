"""Which lists are fitted to and which predicted."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memsim.comparison import Split, split_lists, split_subjects, transfer
from memsim.fitting import People
from paradigms import FreeRecall


def people(n_lists, conditions=None):
    """Lists of subjects 0, 1, ..., so many of each."""
    n = sum(n_lists)
    labels = pd.DataFrame({"subject": np.repeat(np.arange(len(n_lists)), n_lists)})
    labels["list"] = np.arange(n)
    if conditions is not None:
        labels["condition"] = conditions
    schedule = FreeRecall(list_length=2).trials(0, 0, n_lists=n)
    return People(schedule, np.ones((n, 1), dtype=int), labels)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(5, 12), min_size=1, max_size=4), st.integers(2, 5), st.integers(0, 9))
def test_every_list_is_predicted_once_and_never_fitted_to_then(n_lists, n_folds, seed):
    some = people(n_lists)
    splits = split_lists(some, n_folds, seed)
    assert sorted(np.concatenate([split.test for split in splits])) == [*range(len(some))]
    subject = some.labels["subject"].to_numpy()
    for split in splits:
        split.check(len(some))
        assert sorted([*split.train, *split.test]) == [*range(len(some))]
    counts = np.array(
        [np.bincount(subject[split.test], minlength=len(n_lists)) for split in splits]
    )
    assert (np.ptp(counts, axis=0) <= 1).all()  # as even as can be, in each subject


def test_folds_are_random_and_the_seed_decides():
    some = people([40])
    one, again, other = (split_lists(some, 5, seed)[0].test.tolist() for seed in (0, 0, 1))
    assert one == again != other
    assert one != [*range(0, 40, 5)]
    # each list gets into each fold: fold of list 0 over seeds
    folds = [
        next(k for k, split in enumerate(split_lists(some, 5, seed)) if 0 in split.test)
        for seed in range(60)
    ]
    assert (np.bincount(folds, minlength=5) > 2).all()


def test_the_fold_with_one_list_more_differs_between_subjects():
    sizes = np.array([len(split.test) for split in split_lists(people([6] * 200), 5)])
    assert (np.abs(sizes - 240) < 30).all()


def test_subjects_are_left_out_whole():
    some = people([3, 4, 5, 3])
    subject = some.labels["subject"].to_numpy()
    for splits in (split_subjects(some), split_subjects(some, 2, seed=3)):
        left_out = [set(subject[split.test]) for split in splits]
        assert sorted(who for those in left_out for who in those) == [0, 1, 2, 3]
        for split in splits:
            assert not {*subject[split.train]} & {*subject[split.test]}


def test_transfer_is_from_one_condition_to_others():
    some = people([6], ["a", "a", "b", "b", "c", "c"])
    splits = transfer(some, "a", ["b", "c"])
    assert [split.name for split in splits] == ["a to b", "a to c"]
    assert [split.test.tolist() for split in splits] == [[2, 3], [4, 5]]
    assert all(split.train.tolist() == [0, 1] for split in splits)


def test_what_cannot_be_split_is_named():
    some = people([6, 3], ["a"] * 9)
    with pytest.raises(
        ValueError, match="4 folds need 4 lists or more of each subject: .*1.* has 3"
    ):
        split_lists(some, 4)
    with pytest.raises(ValueError, match="n_folds must be 2 or more, got 1"):
        split_lists(some, 1)
    with pytest.raises(ValueError, match="no label 'session' to split them by; they have"):
        split_lists(some, 2, by=["session"])
    with pytest.raises(ValueError, match="in 3 folds needs as many subjects; there are 2"):
        split_subjects(some, 3)
    with pytest.raises(ValueError, match="in 2 folds needs as many subjects; there is 1"):
        split_subjects(people([6]))
    with pytest.raises(ValueError, match="no list has condition 'b'; they have a"):
        transfer(some, "a", ["b"])
    with pytest.raises(ValueError, match="'a' is to be trained and tested on"):
        transfer(some, "a", ["a"])


@pytest.mark.parametrize(
    ("train", "test", "told"),
    [
        ([0, 1], [1, 2], "holds 1 lists, such as list 1, both to train and to test on"),
        ([], [1], "no list to train on"),
        ([0], [3], "names list 3 to test on, but lists are numbered 0 to 2"),
        ([0, 0], [1], "has a list twice in train"),
    ],
)
def test_a_split_of_ones_own_is_checked(train, test, told):
    with pytest.raises(ValueError, match=told):
        Split("mine", np.array(train, dtype=int), np.array(test, dtype=int)).check(3)
