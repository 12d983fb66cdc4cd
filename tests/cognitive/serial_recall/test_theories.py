"""What is particular to each theory, and the schedules that all of them take."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from analysis import fill_in_ratio, interpositions, serial_accuracy
from memsim.cognitive import PRESETS
from memsim.cognitive.serial_recall import (
    ChainingModel,
    PlaceTable,
    PrimacyModel,
    StartEndModel,
)
from memsim.cognitive.serial_recall.chaining import associations
from memsim.cognitive.serial_recall.phases import serial_phases
from memsim.cognitive.serial_recall.primacy import primacy_gradient
from memsim.cognitive.serial_recall.start_end import list_overlap, overlap, position_codes
from memsim.cognitive.serial_recall.states import states_before
from memsim.simulate import simulate
from paradigms import FreeRecall, Schedule, SerialRecall
from paradigms.serial_recall import span_test

from .helpers import MODELS, lists_of, simulated

SOFTMAX = {
    "primacy": PrimacyModel.preset("primacy-softmax"),
    "SEM": StartEndModel.preset("SEM-softmax"),
    "chaining": ChainingModel.preset("chaining-softmax"),
}


def strengths(model, report, list_length, **options):
    """Values of the model at each place of one report: (places, items)."""
    (phase,) = serial_phases(lists_of(list_length, **options))
    values = model.values(phase, states_before(np.array([report]), list_length))
    return values.expand(1, len(report), list_length)[0].numpy()


# -- primacy


def test_the_gradient_is_that_of_a_start_node():
    """P, P - 1, P - 2, ... is s (1 - (j - 1) / P) with s = P."""
    j = np.arange(1, 8)
    assert primacy_gradient(7, 11.5, 1.0).numpy() == pytest.approx(11.5 * (1 - (j - 1) / 11.5))


def test_nothing_is_less_active_than_nothing():
    assert primacy_gradient(5, 2.5, 1.0).tolist() == [2.5, 1.5, 0.5, 0.0, 0.0]


def test_activation_decays_in_the_report_and_in_distraction():
    model = replace(SOFTMAX["primacy"], D=0.3, dt=0.5)
    now, after = (
        strengths(model, [1, 2, 3], 3, retention_interval=seconds, filled=True)
        for seconds in (0.0, 4.0)
    )
    assert now[1] == pytest.approx(now[0] * np.exp(-0.15))
    assert after == pytest.approx(now * np.exp(-0.3 * 4.0))
    waiting = strengths(model, [1, 2, 3], 3, retention_interval=4.0, filled=False)
    assert waiting == pytest.approx(now)


def test_rehearsal_covers_as_many_items_as_it_has_time_for():
    """Two a second: from the third item on, each second of study and the pause are decay."""
    model = replace(SOFTMAX["primacy"], R=2.0)
    covered, limited = (
        strengths(each, [1], 5, retention_interval=2.0, filled=False, presentation_time=1.0)
        for each in (SOFTMAX["primacy"], model)
    )
    assert limited == pytest.approx(covered * np.exp(-0.27 * 5.0))
    with pytest.raises(ValueError, match=r"R must be a number in \[0, inf\], got -1"):
        replace(model, R=-1)
    never = strengths(replace(model, R=0.0), [1], 5)
    assert never == pytest.approx(covered * np.exp(-0.27 * 5.0))


# -- start-end


def test_golden_overlaps():
    o = overlap(position_codes(6, s0=1.0, S=0.8, e0=0.6, E=0.48)).numpy()
    assert o[0] == pytest.approx([1.000, 0.732, 0.557, 0.433, 0.336, 0.238], abs=6e-4)
    assert o[3] == pytest.approx([0.433, 0.473, 0.501, 0.530, 0.417, 0.305], abs=6e-4)
    assert o[5] == pytest.approx([0.238, 0.253, 0.269, 0.305, 0.401, 0.684], abs=6e-4)
    assert np.allclose(o, o.T)


def test_without_an_end_position_is_distance_from_the_start():
    """e0 = 0, S = 1: all positions are one; S < 1: overlap sqrt(s s') exp(-|s - s'|)."""
    assert overlap(position_codes(4, 1.0, 1.0, 0.0, 0.5)).numpy() == pytest.approx(np.ones((4, 4)))
    s = 0.7 ** np.arange(4)
    expected = np.sqrt(np.outer(s, s)) * np.exp(-np.abs(s[:, None] - s))
    assert overlap(position_codes(4, 1.0, 0.7, 0.0, 0.5)).numpy() == pytest.approx(expected)


def test_groups_are_coded_like_positions():
    sizes, code = (3, 2), (1.0, 0.8, 0.6, 0.48)
    o = list_overlap(sizes, *code).numpy()
    three, two = (overlap(position_codes(n, *code)).numpy() for n in sizes)
    groups = two  # there are two groups
    assert o[:3, :3] == pytest.approx(three * groups[0, 0])
    assert o[3:, 3:] == pytest.approx(two * groups[1, 1])
    codes = torch.cat([position_codes(n, *code) for n in sizes])
    assert o[:3, 3:] == pytest.approx(overlap(codes).numpy()[:3, 3:] * groups[0, 1])


def test_groups_bring_interpositions():
    """Errors between groups keep their place within the group; without groups they need not."""
    model = replace(SOFTMAX["SEM"], tau=0.15)
    grouped = SerialRecall(list_length=6, group_sizes=(3, 3), pause=1.0)
    kept = []
    for task in (grouped, SerialRecall(list_length=6)):
        errors = interpositions(simulate(model, task, n_lists=3000)).set_index("kind")["actual"]
        kept.append(errors["interposition"] / (errors["interposition"] + errors["other group"]))
    assert kept[0] > kept[1] + 0.1


def test_pauses_make_no_difference_to_gradient_and_chain():
    for name in ("primacy", "chaining"):
        report = [1, 3, 2, 4]
        plain = strengths(SOFTMAX[name], report, 4)
        grouped = strengths(SOFTMAX[name], report, 4, group_sizes=(2, 2), pause=1.0)
        assert np.array_equal(plain, grouped)


# -- chaining


def test_links_fall_off_on_both_sides():
    A = associations(5, (1.0, 0.5), (0.4, 1.0), (2.0, 0.7)).numpy()
    assert A[0].tolist() == [0.0] * 5
    assert A[1] == pytest.approx(2.0 * np.exp(-0.7 * np.arange(5)))
    assert A[2 + 2] == pytest.approx(
        [0.4 * np.exp(-1.0), 0.4, 0.0, 1.0, np.exp(-0.5)]
    )  # cued by the third item


def test_the_last_response_is_the_cue():
    """An omission leaves the cue, an intrusion has no associations."""
    v = strengths(SOFTMAX["chaining"], [2, 0, -1, 0, 1], 5)
    from_second = strengths(SOFTMAX["chaining"], [2, 5], 5)[1]
    assert v[1] == pytest.approx(from_second) and v[2] == pytest.approx(from_second)
    assert v[3].tolist() == [0.0] * 5 and v[4].tolist() == [0.0] * 5
    assert from_second.argmax() == 2


# -- all together


def test_what_people_do_where_theories_part():
    """Fill-in of a fitted form, through the measures: ordinal > positional > chaining."""
    ratios = [
        fill_in_ratio(simulate(replace(SOFTMAX[name], tau=tau), SerialRecall(6), n_lists=4000))
        for name, tau in (("primacy", 0.9), ("SEM", 0.12), ("chaining", 0.25))
    ]
    primacy, sem, chaining = (table["ratio"].iloc[0] for table in ratios)
    assert primacy > sem > 1 > chaining


@pytest.mark.parametrize("name", MODELS)
def test_simulate_makes_a_recall_table(name):
    table = simulate(MODELS[name][0], SerialRecall(list_length=5), n_lists=50)
    accuracy = serial_accuracy(table)
    assert len(accuracy) == 5 and accuracy["recall"].between(0, 1).all()


def test_span():
    model = PrimacyModel.preset("primacy-race")
    rng = np.random.default_rng(0)
    result = span_test(SerialRecall(), lambda schedule: model.recall(schedule, rng))
    assert 4 <= result["list_length"].max() <= 12


def test_presets_have_a_source_and_are_listed():
    for name in ("primacy-race", "SEM-softmax", "chaining-race"):
        assert PRESETS[name].source
        assert PRESETS[name].parameters.recall(lists_of(6), np.random.default_rng(0)).shape == (
            1,
            6,
        )
    with pytest.raises(ValueError, match="no preset 'SEM-rice'; known are"):
        StartEndModel.preset("SEM-rice")


@pytest.mark.parametrize(
    ("task", "message"),
    [
        (SerialRecall(direction="backward"), "list 0 of the schedule is to be reported backward"),
        (FreeRecall(list_length=6), "list 0 of the schedule"),
    ],
)
@pytest.mark.parametrize("name", MODELS)
def test_other_paradigms_are_refused(name, task, message):
    schedule = task.trials(0, 0, n_lists=2)
    with pytest.raises(ValueError, match=message):
        MODELS[name][0].recall(schedule, np.random.default_rng(0))


def test_an_item_shown_twice_is_refused():
    once = lists_of(3)
    item, answer = once.item.copy(), once.answer.copy()
    item[0, 2], answer[0, 5] = item[0, 0], item[0, 0]
    twice = Schedule(once.event, once.duration, item, answer=answer)
    with pytest.raises(ValueError, match="list 0 of the schedule shows an item twice"):
        simulated_on(twice)


def simulated_on(schedule):
    return SOFTMAX["SEM"].recall(schedule, np.random.default_rng(0))


def test_a_place_table_knows_its_lengths_only():
    table = PlaceTable.fitted(lists_of(3, 2), np.array([[1, 2, 3], [1, 3, 2]]))
    with pytest.raises(ValueError, match="no table for lists of 4 items, only of 3"):
        simulated(table, 4, 1)
    with pytest.raises(ValueError, match="must add up to 1"):
        PlaceTable(probability={1: np.array([[0.5, 0.5, 0.5]])})
    with pytest.raises(ValueError, match=r"shape \(2, 4\), got \(2, 3\)"):
        PlaceTable(probability={2: np.ones((2, 3)) / 3})
