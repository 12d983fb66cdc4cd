"""Pictures of a memory: what is drawn is what is in the trace, and nothing lies over another."""

from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from analysis import save_figure
from memsim import pictures
from memsim.dnc import DNC
from memsim.networks import Recurrent
from memsim.panels import PANELS, SHARE
from memsim.participant import Participant
from memsim.pictures import log_memory, plot_links, plot_memory
from memsim.train import initialise
from paradigms import Event, FreeRecall, RandomBinary

BITS, N_LISTS, N_LOCATIONS = 7, 3, 7
TASK = FreeRecall(list_length=4, retention_interval=4, presentation_time=2)
N_STEPS = 4 + 2 + 5
EVERYTHING = {
    "n_read_heads": 2,
    "n_write_heads": 2,
    "n_blocks": 2,
    "allocation": "softmax",
    "link_sharpness": True,
}
KINDS = [{}, {"temporal_links": False}, {"n_read_heads": 2}, {"n_blocks": 3}, EVERYTHING]


@pytest.fixture(autouse=True)
def closed():
    """Every figure that is made is closed in the end."""
    yield
    plt.close("all")


def take_part(task=TASK, **options):
    torch.manual_seed(0)
    sizes = {"hidden_size": 12, "n_locations": N_LOCATIONS, "word_size": 6}
    network = DNC(BITS + 4, BITS + 1, **(sizes | options))
    initialise(network)
    with torch.no_grad():  # sharper than an untrained network is
        network.to_interface.weight.mul_(3)
    participant = Participant(network, RandomBinary(BITS), n_other_words=12)
    schedule = task.trials(seed=0, i=0, n_lists=N_LISTS)
    recall = participant.take_part(schedule, np.random.default_rng(0), return_trace=True)
    return recall, schedule


@pytest.fixture(scope="module")
def recall():
    return take_part()[0]


@pytest.fixture(scope="module")
def schedule():
    return take_part()[1]


def writing(trace, *locations, strength=1.0):
    """The trace, where the first steps wrote to these locations and later ones nowhere."""
    written = torch.zeros_like(trace.memory.state.write_weighting)
    for step, location in enumerate(locations):
        written[:, step, ..., location] = strength
    state = trace.memory.state._replace(write_weighting=written)
    return trace._replace(memory=trace.memory._replace(state=state))


def axes(fig):
    return {ax.get_label(): ax for ax in fig.axes}


def mesh(ax):
    return ax.collections[0].get_array().filled(np.nan)


def texts(artist):
    return [text.get_text() for text in artist.findobj(Text) if text.get_text()]


def stairs(ax):
    return [patch.get_data() for patch in ax.patches]


def test_weightings_usage_and_gates_are_those_of_the_trace():
    trace = take_part(**EVERYTHING)[0].trace
    drawn = axes(plot_memory(trace, item=1, block=1, sort_locations=False))
    memory = trace.memory
    state, told = memory.state, memory.interface
    for head in range(2):
        for name, weighting in (
            ("write", state.write_weighting),
            ("read", state.read_weighting),
            ("allocation", memory.allocation_weighting),
        ):
            expected = weighting[1, :, 1, head].T.detach()
            np.testing.assert_allclose(mesh(drawn[f"{name} {head + 1}"]), expected, rtol=1e-6)
        expected = told.block_gate[1, :, head].T.detach()
        np.testing.assert_allclose(mesh(drawn[f"blocks {head + 1}"]), expected, rtol=1e-6)
    np.testing.assert_allclose(mesh(drawn["usage"]), state.usage[1, :, 1].T.detach(), rtol=1e-6)
    gates = [told.write_gates, told.allocation_gates, told.free_gates]
    expected = torch.cat([gate[1, :, 1] for gate in gates], dim=1).T.detach()
    np.testing.assert_allclose(mesh(drawn["gates"]), expected, rtol=1e-6)
    names = [f"{name} {head}" for name in ("write", "allocation", "free") for head in (1, 2)]
    labels = sorted(drawn["gates"].texts, key=lambda label: -label.get_position()[1])
    assert [label.get_text() for label in labels] == names


def test_strengths_and_read_modes_are_those_of_the_trace():
    trace = take_part(**EVERYTHING)[0].trace
    drawn, told = axes(plot_memory(trace, item=2)), trace.memory.interface
    strengths = [told.write_strengths, told.read_strengths, told.allocation_strengths]
    expected = torch.cat([strength[2, :, 0] for strength in strengths], dim=1).T.detach()
    lines = stairs(drawn["strengths"])
    np.testing.assert_allclose([line.values for line in lines], expected, rtol=1e-6)
    assert all(line.edges.tolist() == [step - 0.5 for step in range(N_STEPS + 1)] for line in lines)
    assert drawn["strengths"].get_ylim()[1] > expected.max()
    lines = np.array([line.values for line in stairs(drawn["sharpness"])])
    expected = torch.cat([*told.link_sharpness[2, :, 0].unbind(dim=-1)], dim=1).T.detach()
    np.testing.assert_allclose(lines, expected, rtol=1e-6)
    for head in range(2):
        bands = stairs(drawn[f"modes {head + 1}"])
        heights = [band.values - band.baseline for band in bands]
        expected = told.read_modes[2, :, 0, head].T.detach()
        np.testing.assert_allclose(heights, expected, rtol=1e-4, atol=1e-7)
        np.testing.assert_allclose(bands[-1].values, 1, rtol=1e-6)
    names = {"backward 1", "backward 2", "content", "forward 1", "forward 2"}
    assert names <= set(texts(drawn["modes 1"]))


def test_rows_are_sorted_by_the_first_strong_write(recall):
    trace = writing(recall.trace, 4, 2, 6, 2, 0)
    order = [4, 2, 6, 0, 1, 3, 5]
    drawn = axes(plot_memory(trace))
    np.testing.assert_array_equal(mesh(drawn["write"])[:, :3].argmax(axis=0), [0, 1, 2])
    usage = trace.memory.state.usage[0, :, 0].T.detach()
    np.testing.assert_allclose(mesh(drawn["usage"]), usage[order], rtol=1e-6)
    drawn = axes(plot_memory(trace, sort_locations=False))
    np.testing.assert_array_equal(mesh(drawn["write"])[:, :3].argmax(axis=0), [4, 2, 6])


def test_a_write_is_strong_from_half_of_the_largest(recall):
    trace = writing(recall.trace, 4, 2, strength=0.4)
    written = trace.memory.state.write_weighting
    written[:, 0, ..., 6], written[:, 0, ..., 5] = 0.2, 0.19
    rows = mesh(axes(plot_memory(trace))["write"])
    np.testing.assert_allclose(rows[:, 0], [0.4, 0.2, 0, 0, 0, 0, 0.19], rtol=1e-6)


def test_phases_positions_and_boundaries(recall, schedule):
    fig = plot_memory(recall.trace, item=1, events=schedule)
    assert [name for name in texts(fig.axes[0]) if name.isalpha()] == [
        "Recall",
        "Study",
        "Distractor",
    ]
    last = fig.axes[-1]
    assert last.get_xticks().tolist() == [0, 1, 2, 3, 6, 7, 8, 9, 10]
    labels = [label.get_text() for label in last.get_xticklabels()]
    assert labels == ["1", "2", "3", "4", "1", "2", "3", "4", "5"]
    assert {"Study position", "Output position"} < set(texts(last))
    # between phases, from the top of the first panel to the bottom of the last
    inside = [last.transData.inverted(), fig.transFigure]
    lines = [line.get_xydata() for line in fig.artists]
    at = [inside[0].transform(inside[1].transform(line))[:, 0] for line in lines]
    np.testing.assert_allclose(at, [[3.5, 3.5], [5.5, 5.5]])
    sides = last.get_position().y0, fig.axes[0].get_position().y1
    np.testing.assert_allclose([line[:, 1] for line in lines], [sides, sides])
    for ax in fig.axes:
        if ax.get_label() != "colour bar":
            assert ax.get_xlim() == (-0.5, N_STEPS - 0.5)


def test_without_events_the_axis_counts_steps(recall):
    fig = plot_memory(recall.trace)
    assert fig.axes[-1].get_xlabel() == "Step"
    assert not fig.artists and "Study" not in texts(fig)


@pytest.mark.parametrize("one_row", [False, True])
def test_responses_are_named_and_circled_where_the_word_was_written(recall, schedule, one_row):
    trace = writing(recall.trace, 4, 2, 6, 2)
    said = [[0, 1, 1, 1, 1], [3, -1, 2, 0, 1], [0, 0, 0, 0, 0]]
    fig = plot_memory(trace, item=1, events=schedule, responses=said[1] if one_row else said)
    labels = [label.get_text() for label in fig.axes[-1].get_xticklabels()][4:]
    assert labels == ["3", "×", "2", "■", ""]
    drawn = axes(fig)
    (circles,) = drawn["read"].lines
    # position 3 had gone to the third row, position 2 to the second
    assert circles.get_xydata().tolist() == [[6, 2], [8, 1]]
    assert not drawn["write"].lines
    note = fig.texts[-1].get_text()
    assert note.startswith("Rows: 7 locations in the order")
    assert note.endswith("Circles: where the word recalled had been written. × intrusion. ■ stop. ")


def test_a_word_has_as_many_circles_as_strong_writes(recall, schedule):
    trace = writing(recall.trace, 4)
    trace.memory.state.write_weighting[:, 0, ..., 6] = 0.5
    drawn = axes(plot_memory(trace, events=schedule, responses=[2, 1, 0, 0, 0]))
    assert drawn["read"].lines[0].get_xydata().tolist() == [[7, 0], [7, 1]]


def test_recalls_own_responses_fit(recall, schedule):
    fig = plot_memory(recall.trace, item=2, events=schedule.event[2], responses=recall.responses)
    assert "Position recalled" in texts(fig.axes[-1])


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({}, "write read usage allocation gates strengths modes"),
        ({"temporal_links": False}, "write read usage allocation gates strengths"),
        (
            {"n_blocks": 2, "n_read_heads": 2, "temporal_links": False},
            "write, read 1, read 2, usage, allocation, gates, strengths, blocks 1, blocks 2",
        ),
    ],
)
def test_what_a_memory_lacks_is_left_out(options, names):
    fig = plot_memory(take_part(**options)[0].trace)
    drawn = [name for name in axes(fig) if name != "colour bar"]
    assert drawn == names.split(", " if "," in names else " ")
    assert ("allocation" in texts(axes(fig)["strengths"])) is False


def test_panels_are_drawn_as_asked(recall):
    fig = plot_memory(recall.trace, panels=["modes", "usage"])
    assert [*axes(fig)] == ["modes", "usage", "colour bar"]
    assert fig.get_figheight() < plot_memory(recall.trace).get_figheight()
    assert [*axes(plot_memory(recall.trace, panels=["strengths"]))] == ["strengths"]
    fig = plot_memory(recall.trace, panels=["gates", "write"])
    assert [*axes(fig)] == ["gates", "colour bar", "write"]
    laid_out(fig)


def test_links_are_those_after_the_step(recall, schedule):
    link = recall.trace.memory.state.link.detach()
    trace = writing(recall.trace, 4, 2, 6, 2)
    order = [4, 2, 6, 0, 1, 3, 5]
    fig = plot_links(trace, events=schedule, item=1)
    ax = fig.axes[0]
    expected = link[1, 3, 0, 0][order][:, order]
    np.testing.assert_allclose(mesh(ax), expected, rtol=1e-6)
    assert ax.get_title() == "After study position 4"
    for axis in (ax.xaxis, ax.yaxis):
        assert axis.get_ticklocs().tolist() == [0, 1, 2]
        assert [label.get_text() for label in axis.get_ticklabels()] == ["1", "2", "3"]
    fig = plot_links(trace, sort_locations=False)
    np.testing.assert_allclose(mesh(fig.axes[0]), link[0, -1, 0, 0], rtol=1e-6)
    assert fig.axes[0].get_title() == f"After step {N_STEPS - 1}"


def test_links_of_several_steps_and_heads():
    recall, schedule = take_part(**EVERYTHING)
    link = recall.trace.memory.state.link.detach()
    fig = plot_links(recall.trace, [4, 9], events=schedule, block=1, sort_locations=False)
    drawn = axes(fig)
    assert [*drawn] == [
        "After distractor 1, head 1",
        "After output position 4, head 1",
        "After distractor 1, head 2",
        "After output position 4, head 2",
        "colour bar",
    ]
    expected = link[0, 9, 1, 1]
    np.testing.assert_allclose(mesh(drawn["After output position 4, head 2"]), expected, rtol=1e-6)


def laid_out(fig):
    """Check that texts are on the page, and none over another."""
    fig.draw_without_rendering()
    shown = [text for text in fig.findobj(Text) if text.get_text() and text.get_visible()]
    boxes = [(text.get_text(), text.get_window_extent()) for text in shown]
    page = fig.bbox
    for name, box in boxes:
        assert page.x0 <= box.x0 and box.x1 <= page.x1, name
        assert page.y0 <= box.y0 and box.y1 <= page.y1, name
    for (name, a), (other, b) in combinations(boxes, 2):
        # boxes include the space above and below letters
        overlap = min(a.y1, b.y1) - max(a.y0, b.y0) > 0.25 * min(a.height, b.height)
        assert not (overlap and min(a.x1, b.x1) > max(a.x0, b.x0) - 1), (name, other)


@pytest.mark.parametrize("options", KINDS)
def test_texts_have_room(options):
    recall, schedule = take_part(**options)
    fig = plot_memory(recall.trace, events=schedule, responses=recall.responses)
    assert fig.get_figwidth() * 25.4 == pytest.approx(180)
    laid_out(fig)
    if options.get("temporal_links", True):
        laid_out(plot_links(recall.trace, [3, 10], events=schedule))


@pytest.mark.parametrize("list_length", [10, 20, 30])
def test_long_lists_have_room(list_length):
    recall, schedule = take_part(FreeRecall(list_length=list_length), n_locations=40)
    responses = np.full((N_LISTS, list_length + 1), list_length)
    laid_out(plot_memory(recall.trace, events=schedule, responses=responses))
    laid_out(plot_links(recall.trace, events=schedule))


def test_many_short_phases_are_named_where_there_is_room():
    trace = take_part(FreeRecall(list_length=10))[0].trace
    fig = plot_memory(trace, events=[1, 2] * 8 + [4, 4, 4, 0, 0])
    laid_out(fig)
    assert {"Study", "Recall"} <= set(texts(fig.axes[0]))
    assert len(fig.artists) == 17


def test_the_figure_is_all_vectors(recall, schedule, tmp_path):
    save_figure(plot_memory(recall.trace, events=schedule), tmp_path / "trial")
    pdf = (tmp_path / "trial.pdf").read_bytes()
    assert b"/FontFile2" in pdf and b"/Subtype /Image" not in pdf


def test_equal_differences_look_equal():
    linear = [np.array(to_rgb(SHARE(share))) for share in np.linspace(0, 1, 21)]
    linear = [np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4) for c in linear]
    luminance = np.array([c @ [0.2126, 0.7152, 0.0722] for c in linear])
    lightness = 116 * np.cbrt(luminance) - 16  # of CIELAB
    assert lightness[0] == pytest.approx(100)
    steps = -np.diff(lightness)
    np.testing.assert_allclose(steps, steps.mean(), rtol=0.1)


def test_a_trace_with_gradient_keeps_it(recall, schedule):
    written = recall.trace.memory.state.write_weighting
    assert written.requires_grad
    plot_memory(recall.trace, events=schedule)
    plot_links(recall.trace)
    assert written.requires_grad


class Writer:
    """Keeps what it is given, without tensorboard."""

    def __init__(self):
        self.images = {}

    def add_figure(self, tag, figure, global_step):
        self.images[tag] = global_step, [*axes(figure)]


@pytest.mark.parametrize("links", [True, False])
def test_pictures_are_logged_and_closed(links):
    recall, schedule = take_part(temporal_links=links)
    writer = Writer()
    log_memory(
        writer, recall.trace, 40, tag="a", item=1, events=schedule, responses=recall.responses
    )
    assert [*writer.images] == ["a/trial", "a/links"][: 1 + links]
    assert all(step == 40 for step, _ in writer.images.values())
    assert "write" in writer.images["a/trial"][1]
    assert plt.get_fignums() == []


def test_tensorboard_gets_images(recall, schedule, tmp_path):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from torch.utils.tensorboard import SummaryWriter

    with SummaryWriter(tmp_path) as writer:
        log_memory(writer, recall.trace, 7, events=schedule)
    logged = EventAccumulator(str(tmp_path)).Reload()
    assert logged.Tags()["images"] == ["memory/trial", "memory/links"]
    (image,) = logged.Images("memory/trial")
    assert image.step == 7 and image.width > 1000
    assert plt.get_fignums() == []


def test_pictures_do_without_tensorboard():
    assert not hasattr(pictures, "SummaryWriter")  # a name for type checkers only


def single_step():
    net = DNC(3, 2, hidden_size=4, n_locations=3, word_size=2)
    return net.traced_step(torch.zeros(2, 3), net.initial_state(2))[2]


def other_network():
    return Recurrent(3, 2, hidden_size=4)(torch.zeros(2, 5, 3), return_trace=True)[2]


@pytest.mark.parametrize("plot", [plot_memory, plot_links])
@pytest.mark.parametrize(
    ("trace", "error", "message"),
    [
        (other_network, TypeError, "DNCTrace of a DNC, got tuple; .*only a DNC has a memory"),
        (lambda: None, TypeError, "got NoneType; .*return_trace=True"),
        (single_step, ValueError, "of a single step; network.*traces a sequence"),
    ],
)
def test_what_is_no_trace_of_a_dnc_is_an_error(plot, trace, error, message):
    with pytest.raises(error, match=message):
        plot(trace())
    assert plt.get_fignums() == []


@pytest.mark.parametrize("plot", [plot_memory, plot_links])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"item": 3}, "item=3: the trace has 3 items, numbered from 0"),
        ({"item": -1}, "item=-1"),
        ({"block": 1}, "block=1: the trace has 1 blocks, numbered from 0"),
        ({"events": [1, 4]}, r"one row of Schedule.event, as long as the trace, \(11,\).*\(2,\)"),
        ({"events": np.ones((3, 11))}, r"got shape \(3, 11\)"),
        ({"events": [9] * 11}, "events must be one of .*got.*9"),
        ({"events": TASK.trials(0, 0, 5)}, "schedule of 5 lists, but the trace is of 3"),
        ({"events": FreeRecall(list_length=3).trials(0, 0, 3)}, r"got shape \(7,\)"),
    ],
)
def test_numbers_and_events_that_do_not_fit_are_errors(recall, plot, arguments, message):
    with pytest.raises(ValueError, match=message):
        plot(recall.trace, **arguments)
    assert plt.get_fignums() == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"panels": ["writes"]}, "panels must be one of write, read, .*; got 'writes'"),
        ({"panels": ["blocks"]}, r"nothing to draw: panels=\['blocks'\]"),
        ({"panels": []}, "nothing to draw"),
        ({"responses": [1, 2, 3, 4, 0]}, "responses need events"),
        ({"responses": [1, 2], "events": True}, r"shape \(5,\) or \(3, 5\); got shape \(2,\)"),
        ({"responses": [1, 2, 3, 4, 5], "events": True}, "from 1 to 4, .*from 1 to 5"),
    ],
)
def test_panels_and_responses_that_do_not_fit_are_errors(recall, schedule, arguments, message):
    if "events" in arguments:
        arguments = arguments | {"events": schedule}
    with pytest.raises(ValueError, match=message):
        plot_memory(recall.trace, **arguments)
    assert plt.get_fignums() == []


def test_links_that_are_not_there_are_an_error(recall):
    with pytest.raises(ValueError, match="no links to draw: .*temporal_links=False"):
        plot_links(take_part(temporal_links=False)[0].trace)
    for step in (N_STEPS, [0, -1]):
        with pytest.raises(ValueError, match=f"step=.*: the trace has {N_STEPS} steps"):
            plot_links(recall.trace, step)
    with pytest.raises(ValueError, match="at least one step"):
        plot_links(recall.trace, [])
    assert plt.get_fignums() == []


def test_every_panel_has_its_name_in_the_docstring():
    assert all(f'"{name}"' in plot_memory.__doc__ for name in PANELS)
    assert Event.STUDY == 1 and Event.RESPONSE == 4  # as written out above
