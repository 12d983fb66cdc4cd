"""People's lists as a theory takes them: every list keeps its row, its words and its times."""

import numpy as np
import pandas as pd
import pytest

from analysis import Recalls
from memsim.fitting import People, observe_people
from paradigms import Event, FreeRecall, PairedAssociates, SerialRecall


def mixed():
    """Lists of two lengths in two conditions, in no order, of words with numbers of their own."""
    presented = np.array([[11, 12, 13, 0], [21, 22, 23, 24], [31, 32, 33, 0], [41, 42, 43, 44]])
    recalled = np.array([[3, -1, 3, 1, 0], [4, 1, 0, 0, 0], [2, 0, 0, 0, 0], [-1, -1, 2, 3, 4]])
    labels = pd.DataFrame({"subject": [2, 1, 2, 1], "list": [1, 1, 2, 2]})
    labels["condition"] = ["now", "later", "later", "now"]
    return Recalls(presented=presented, recalled=recalled, labels=labels)


CONDITIONS = {
    "later": FreeRecall((3, 4), presentation_time=1.0, retention_interval=2.0),
    "now": FreeRecall((3, 4), presentation_time=0.5),
}


def test_every_list_keeps_its_row():
    recalls = mixed()
    people = observe_people(recalls, CONDITIONS)
    assert people.responses.tolist() == [
        [3, 1, 0, 0, 0],
        [4, 1, 0, 0, 0],
        [2, 0, 0, 0, 0],
        [2, 3, 4, 0, 0],
    ]
    assert people.schedule.presented.tolist() == recalls.presented.tolist()
    for i, condition in enumerate(recalls.labels["condition"]):
        studied = people.schedule.event[i] == Event.STUDY
        seconds = people.schedule.duration[i]
        assert set(seconds[studied]) == {0.5 if condition == "now" else 1.0}
        distraction = seconds[people.schedule.event[i] == Event.DISTRACTOR].sum()
        assert distraction == (0 if condition == "now" else 2)
    pd.testing.assert_frame_equal(people.labels, recalls.labels)


def test_groups_and_conditions():
    people = observe_people(mixed(), CONDITIONS)
    groups = {key[0]: some.labels["list"].tolist() for key, some in people.groups(["subject"])}
    assert groups == {2: [1, 2], 1: [1, 2]}
    two = dict(people.groups(["subject"]))[(2,)]
    assert two.schedule.presented.tolist() == [[11, 12, 13], [31, 32, 33]]
    found = {name: (task.list_length, len(some)) for name, task, some in people.conditions()}
    assert found == {
        "now, 3 items": (3, 1),
        "later, 4 items": (4, 1),
        "later, 3 items": (3, 1),
        "now, 4 items": (4, 1),
    }
    assert people.recalls is not None and people.take(np.array([1])).recalls is not None


def test_table_and_twin_are_the_same():
    recalls = mixed()
    recalls = recalls.take(np.array([1, 3, 0, 2]))  # a table comes back in order of subjects
    twin, table = (observe_people(each, CONDITIONS) for each in (recalls, recalls.to_table()))
    assert twin.responses[:, :4].tolist() == table.responses[:, :4].tolist()
    assert twin.labels["condition"].tolist() == table.labels["condition"].tolist()


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_serial_recall_is_what_score_takes(direction):
    task = SerialRecall(3, direction=direction)
    schedule = task.trials(0, 0, n_lists=4)
    responses = np.array([[1, 2, 3], [3, 0, -1], [2, 2, 0], [0, 0, 0]])
    scored = task.score(schedule, responses)
    labels = pd.DataFrame({"subject": 1, "list": [1, 2, 3, 4]})
    people = observe_people(Recalls(labels=labels, omissions=True, **scored), task)
    assert people.responses.tolist() == responses.tolist()
    assert people.schedule.answers.tolist() == schedule.answers.tolist()
    assert people.schedule.presented.tolist() == schedule.presented.tolist()


def test_serial_lists_of_several_lengths():
    recalls = Recalls(
        presented=np.array([[1, 2, 0], [1, 2, 3]]),
        recalled=np.array([[2, 1, 0, 0], [1, 0, 3, 2]]),  # one response too many
        labels=pd.DataFrame({"subject": 1, "list": [1, 2], "n": [2, 3]}),
        omissions=True,
    )
    people = observe_people(recalls, {n: SerialRecall(n) for n in (2, 3)}, paradigm_by="n")
    assert people.responses.tolist() == [[2, 1, 0], [1, 0, 3]]
    assert people.schedule.answers.tolist() == [[1, 2, 0], [1, 2, 3]]


def lists(length=3):
    return Recalls.from_positions([[3, 1], [2, 0]], list_length=length)


@pytest.mark.parametrize(
    ("data", "paradigm", "message"),
    [
        (
            lists(),
            FreeRecall(4),
            "has 3 words, but FreeRecall has list_length=4; give the paradigm",
        ),
        (lists(), {"a": FreeRecall(3)}, "given by 'condition', which is no label of the lists"),
        (mixed(), {"now": FreeRecall((3, 4))}, "no paradigm for condition 'later'; there are for"),
        (mixed(), {**CONDITIONS, "now": FreeRecall(3)}, "of condition 'now' has list_length=3"),
        (lists(), PairedAssociates(), "PairedAssociates cannot be read from a recall table here"),
        (
            mixed(),
            {"now": FreeRecall(3), "later": SerialRecall(3)},
            "free recall or of serial recall, not both",
        ),
        ("murdock", FreeRecall(3), "no human data set named 'murdock'"),
        ("davis2008", FreeRecall(3), "davis2008 is cued recall; free or serial is needed"),
    ],
)
def test_what_does_not_fit(data, paradigm, message):
    with pytest.raises(ValueError, match=message):
        observe_people(data, paradigm)


def test_no_lists():
    people = observe_people(lists(), FreeRecall(3))
    with pytest.raises(ValueError, match="there are no lists; a filter"):
        people.take(np.array([], dtype=int))
    with pytest.raises(ValueError, match="one row for each list; they have 2, 2 and 1"):
        People(people.schedule, people.responses, people.labels.iloc[:1])


def test_curves_need_a_paradigm():
    people = observe_people(lists(), FreeRecall(3))
    bare = People(people.schedule, people.responses, people.labels)
    with pytest.raises(ValueError, match="these People name no paradigm"):
        next(bare.conditions())
