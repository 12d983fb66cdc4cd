"""How theories read the schedules of cued recall, against what the paradigms score."""

import numpy as np
import pytest

from memsim.cognitive.associative.cued import choose, cued_tests, places
from paradigms import Interference, PairedAssociates, ProbedRecall

from .helpers import repeated

TASKS = [
    PairedAssociates(list_length=4, direction="mixed", presentations=(1, 3), second_test="mixed"),
    PairedAssociates(list_length=3, direction="backward", n_tests=1),
    ProbedRecall(list_length=5, n_tests=3),
    ProbedRecall(list_length=5, n_tests=4, direction="backward"),
    Interference(list_length=4),
]


@pytest.mark.parametrize("task", TASKS)
def test_pairs_and_ages_are_those_of_the_paradigm(task):
    schedule = task.trials(seed=2, i=0, n_lists=6)
    tests = cued_tests(schedule, "a theory", neighbours=True)
    scored = task.score(schedule, schedule.answers)
    is_test = np.asarray(scored["trial_type"]) == "recall"

    def column(name):
        values = np.asarray(scored[name])[is_test]
        return values.reshape(tests.cue.shape) if not isinstance(task, Interference) else values

    if isinstance(task, Interference):  # two lists of the table are one row of the schedule
        order = np.argsort(tests.cue.ravel(), kind="stable")
        assert sorted(column("cue").tolist()) == tests.cue.ravel()[order].tolist()
        assert sorted(column("target").tolist()) == sorted(tests.target.ravel().tolist())
    else:
        assert (tests.cue == column("cue")).all() and (tests.target == column("target")).all()
        assert (tests.forward == (column("direction") == "forward")).all()
    own = (tests.cue_side == tests.cue[:, :, None]) & (
        tests.answer_side == tests.target[:, :, None]
    )
    last = own.shape[2] - 1 - own[:, :, ::-1].argmax(axis=2)
    lag = np.take_along_axis(tests.age, last[:, :, None], axis=2)[..., 0]
    assert (np.sort(lag.ravel()) == np.sort(column("lag").ravel())).all()
    assert (own & tests.before).any(axis=2).all()


def test_distractors_are_events_that_age_pairs():
    task = PairedAssociates(list_length=2, retention_interval=6.0, presentation_time=2.0)
    tests = cued_tests(task.trials(0, 0, n_lists=1), "a theory")
    assert tests.age[0, 0].tolist() == [1 + 3, 3]


def test_labels_tell_lists_apart():
    schedule = Interference(list_length=2).trials(seed=0, i=0, n_lists=5)
    tests = cued_tests(schedule, "a theory", neighbours=True)
    label = schedule.partner[:, -2 * tests.cue.shape[1] :: 2]
    first = label == schedule.item[:, :1]
    expected = first[:, :, None] == (np.arange(4) < 2)  # of four pairs, two in each list
    assert (tests.same_label == expected).all()
    assert not np.isin(label, tests.words).any()


def test_words_stand_once():
    task = PairedAssociates(list_length=3, presentations=2)
    tests = cued_tests(task.trials(0, 0, n_lists=4), "a theory")
    assert ((tests.words != 0).sum(axis=1) == 6).all()
    assert (tests.candidates.sum(axis=2) == 5).all()
    again = np.take_along_axis(tests.words, places(tests, tests.first), axis=1)
    assert (again == tests.first).all()


def test_choice_in_closed_form(rng):
    task = PairedAssociates(list_length=1)
    tests = cued_tests(task.trials(0, 0, n_lists=1), "a theory")
    many = cued_tests(repeated(task.trials(0, 0, n_lists=1), 30_000), "a theory")
    match = np.where(many.candidates, 0.6, 99.0)
    said = choose(many, match, tau=0.5, omission=0.2, n_outside=2.0, rng=rng)
    weights = np.exp([1.2, 0.4]), 2.0
    total = weights[0].sum() + weights[1]
    assert (said == many.target).mean() == pytest.approx(weights[0][0] / total, abs=0.012)
    assert (said == 0).mean() == pytest.approx(weights[0][1] / total, abs=0.012)
    assert (said == -1).mean() == pytest.approx(2.0 / total, abs=0.012)
    none = choose(tests, match[:1], tau=0.5, omission=-1e3, n_outside=0.0, rng=rng)
    assert none == tests.target
