import numpy as np
import pandas as pd
import pytest

from memsim import simulate
from memsim.cognitive import HebbianMatrix
from memsim.fitting import fit
from memsim.fitting.cued import observe_cued
from paradigms import Event, PairedAssociates

MODEL = HebbianMatrix(tau=0.3, omission=0.5, w_sd=0.8, rho_fb=0.6, n_outside=2.0)


def table(**columns):
    return pd.DataFrame({"subject": 1, "list": 1} | columns)


def test_answers_are_items_of_the_list():
    # right; a word of the other pair; the cue; none; a word of no list so far; of an earlier one
    data = pd.DataFrame(
        [
            (1, 1, "study", 1, "owl", "ant"),
            (1, 1, "study", 2, "elk", "bee"),
            (1, 1, "recall", 1, "ant", "owl"),
            (1, 1, "recall", 2, "elk", "ant"),
            (1, 1, "recall", 3, "owl", "owl"),
            (1, 1, "recall", 4, "bee", None),
            (1, 1, "recall", 5, "elk", "cow"),
            (1, 2, "study", 1, "cow", "hen"),
            (1, 2, "recall", 1, "cow", "owl"),
        ],
        columns=["subject", "list", "trial_type", "position", "cue", "item"],
    )
    people = observe_cued(data)
    first, second = people.schedule.item[0, :2], people.schedule.partner[0, :2]
    assert people.responses.tolist() == [[first[0], second[0], -1, 0, -1], [-1, 0, 0, 0, 0]]
    assert people.schedule.answers[0].tolist() == [
        first[0], second[1], second[0], first[1], second[1]
    ]  # fmt: skip
    assert people.labels.to_numpy().tolist() == [[1, 1], [1, 2]]
    assert (people.schedule.event[1, 3:] == Event.PAD).all()


def test_presentations_come_in_rounds():
    data = pd.DataFrame(
        [
            (1, 1, "study", 1, "owl", "ant", 1),
            (1, 1, "study", 2, "elk", "bee", 3),
            (1, 1, "recall", 1, "owl", "ant", 1),
        ],
        columns=["subject", "list", "trial_type", "position", "cue", "item", "presentations"],
    )
    schedule = observe_cued(data).schedule
    owl, elk = schedule.item[0, :2]
    assert schedule.presented[0].tolist() == [owl, elk, elk, elk]


def test_what_a_theory_answers_comes_back():
    task = PairedAssociates(list_length=4, direction="mixed", second_test="mixed")
    schedule = task.trials(0, 0, n_lists=50)
    responses = MODEL.recall(schedule, np.random.default_rng(0))
    scored = pd.DataFrame(task.score(schedule, responses)).assign(subject=1)
    for name in ("item", "cue", "target"):
        scored[name] = scored[name].astype("Int64").mask(scored[name] == 0)
    people = observe_cued(scored)
    nll = float(MODEL.choice_nll(MODEL.observe(schedule, responses)))
    again = float(MODEL.choice_nll(MODEL.observe(people.schedule, people.responses)))
    assert again == pytest.approx(nll, abs=1e-9)


def test_a_fit_finds_the_truth():
    task = PairedAssociates(list_length=4, direction="mixed", second_test="mixed")
    people = observe_cued(simulate(MODEL, task, n_lists=120))
    free = ["tau", "omission", "w_sd", "rho_fb"]
    result = fit(MODEL, people, by=None, free=free, n_starts=2)
    row = result.table.iloc[0]
    assert row["converged"] and row["n_best"] == 2 and row["n_events"] == 120 * 8
    for name in free:
        assert abs(row[name] - getattr(MODEL, name)) < 4 * row[f"se_{name}"]


def test_other_data():
    with pytest.raises(ValueError, match="murdock1962 is free recall; cued recall is needed"):
        observe_cued("murdock1962")
    with pytest.raises(ValueError, match="cue"):
        observe_cued(table(trial_type=["study"], position=[1], item=["owl"]))
