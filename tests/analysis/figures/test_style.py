"""Sources stay apart in colour, for colour-blind readers, and without colour."""

from itertools import combinations

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from analysis import figure_style
from analysis.figures.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    MAX_NETWORKS,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    ink,
    luminance,
    source_lines,
)

from .helpers import SOURCES

PALETTE = [BLACK, GREY, BLUE, VERMILION, GREEN, ORANGE, SKY, PURPLE]
#: what remains of linear RGB (Machado, Oliveira, & Fernandes, 2009, severity 1)
VISION = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def seen(color: str, vision: str) -> np.ndarray:
    """CIELAB (D65) of a colour as seen; distances of about 2 are just noticeable side by side."""
    rgb = np.asarray(to_rgb(color))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(np.asarray(VISION[vision]) @ linear, 0, 1)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.asarray(to_xyz) @ linear / [0.9505, 1, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("vision", VISION)
def test_all_colours_stay_apart_in(vision):
    pairs = combinations(PALETTE, 2)
    nearest = min(float(np.linalg.norm(seen(a, vision) - seen(b, vision))) for a, b in pairs)
    assert nearest > 15


def test_sources_that_lightness_does_not_tell_apart_differ_in_marker_or_dashes():
    lines = source_lines(SOURCES | {"Old": "people", "Third": "network"}).values()
    for one, other in combinations(lines, 2):
        lightness = [seen(line.color, "normal")[0] for line in (one, other)]
        same_shape = (one.marker, one.dashes) == (other.marker, other.dashes)
        assert abs(lightness[0] - lightness[1]) > 20 or not same_shape


def test_people_are_on_top_and_no_two_sources_look_alike():
    lines = source_lines(SOURCES)
    assert max(lines, key=lambda name: lines[name].order) == "People"
    assert lines["People"].width > max(lines[name].width for name in SOURCES if name != "People")
    without_colour = {(str(line.dashes), line.marker, line.marker_face) for line in lines.values()}
    assert len(without_colour) == len(SOURCES)


@pytest.mark.parametrize("n_networks", range(4, MAX_NETWORKS + 1))
def test_many_networks_go_from_light_to_dark(n_networks):
    lines = [*source_lines({str(k): "network" for k in range(n_networks)}).values()]
    lightness = [seen(line.color, "normal")[0] for line in lines]
    assert min(-np.diff(lightness)) > 5
    assert lightness[0] < 80  # visible on white
    assert len({line.marker for line in lines}) == n_networks


def test_networks_that_the_eye_cannot_tell_apart_are_too_many():
    with pytest.raises(ValueError, match=f"tells {MAX_NETWORKS} sources of kind 'network' apart"):
        source_lines({str(k): "network" for k in range(MAX_NETWORKS + 1)})


def test_luminance_is_that_of_the_web():
    # WCAG 2: white on black has a contrast of 21, #777777 on white one of 4.48
    assert (luminance("white") + 0.05) / (luminance("black") + 0.05) == pytest.approx(21)
    assert 1.05 / (luminance("#777777") + 0.05) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("color", PALETTE)
def test_names_in_the_colour_of_a_line_are_readable_and_still_of_that_colour(color):
    assert 1.05 / (luminance(ink(color)) + 0.05) >= 4.5
    hue = [np.asarray(to_rgb(c)) / (max(to_rgb(c)) or 1) for c in (color, ink(color))]
    np.testing.assert_allclose(*hue, atol=0.02)


def test_the_style_ends_with_its_context():
    before = matplotlib.rcParams["font.size"]
    with figure_style():
        assert matplotlib.rcParams["font.size"] == 7
    assert matplotlib.rcParams["font.size"] == before
