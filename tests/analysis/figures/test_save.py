"""Saved figures: vectors with fonts inside, of the size they should have, the same bytes twice."""

import base64
import re
import xml.etree.ElementTree as ET
from io import BytesIO

import matplotlib.pyplot as plt
import pytest
from fontTools.ttLib import TTFont

from analysis import save_figure

from .helpers import COMPOSITES, first

TEXT = "{http://www.w3.org/2000/svg}text"


@pytest.mark.parametrize("composite", ["organization", "pnr_maps"])
def test_saved_twice_the_bytes_are_the_same(composite, tmp_path):
    for name in ("one", "two"):
        fig = COMPOSITES[composite](first(3), letters=True)
        save_figure(fig, tmp_path / name, ("pdf", "svg", "png"))
    for suffix in ("pdf", "svg", "png"):
        first_file, second = (tmp_path / f"{name}.{suffix}" for name in ("one", "two"))
        assert first_file.read_bytes() == second.read_bytes()


def saved(tmp_path, composite, width, suffix):
    fig = COMPOSITES[composite](first(2), width=width, letters=True)
    save_figure(fig, tmp_path / "figure", [suffix])
    assert [path.name for path in tmp_path.iterdir()] == [f"figure.{suffix}"]
    return tmp_path / f"figure.{suffix}"


@pytest.mark.parametrize(("width", "millimetres"), [("double", 180), ("single", 85)])
def test_a_pdf_has_its_size_and_embeds_truetype(width, millimetres, tmp_path):
    pdf = saved(tmp_path, "serial_recall", width, "pdf").read_bytes()
    points = float(re.search(rb"/MediaBox \[ ?0 0 ([\d.]+)", pdf).group(1))
    assert points / 72 * 25.4 == pytest.approx(millimetres, abs=0.1)
    assert b"/FontFile2" in pdf and b"/CIDFontType2" in pdf
    assert b"/Type3" not in pdf
    assert b"/Subtype /Image" not in pdf  # vectors only


@pytest.mark.parametrize(("width", "millimetres"), [("double", 180), ("single", 85)])
def test_an_svg_has_its_size_and_text_that_is_text(width, millimetres, tmp_path):
    path = saved(tmp_path, "serial_recall", width, "svg")
    root = ET.parse(path).getroot()
    points = float(root.attrib["width"].removesuffix("pt"))
    assert points / 72 * 25.4 == pytest.approx(millimetres, abs=0.1)
    texts = {"".join(text.itertext()) for text in root.iter(TEXT)}
    assert {"Proportion correct", "Study position", "−3", "A"} <= texts
    assert not [*root.iter("{http://www.w3.org/2000/svg}image")]  # vectors only


def test_an_svg_embeds_the_characters_that_it_uses(tmp_path):
    svg = saved(tmp_path, "free_recall", "double", "svg").read_text(encoding="utf-8")
    faces = re.findall(r"font-weight: (\w+); src: url\(data:font/ttf;base64,([^)]+)\)", svg)
    characters = {
        weight: {chr(code) for code in TTFont(BytesIO(base64.b64decode(font))).getBestCmap()}
        for weight, font in faces
    }
    texts = ["".join(text.itertext()) for text in ET.fromstring(svg).iter(TEXT)]
    assert characters["bold"] == {"A", "B", "C"}
    assert characters["normal"] == set("".join(text for text in texts if text not in "ABC"))
    assert len(svg) < 150_000


def test_characters_that_xml_writes_otherwise_are_embedded_as_they_are(tmp_path):
    fig = plt.figure()
    fig.suptitle("R&D <é>")
    save_figure(fig, tmp_path / "figure", ["svg"])
    svg = (tmp_path / "figure.svg").read_text(encoding="utf-8")
    font = base64.b64decode(re.search(r"base64,([^)]+)\)", svg).group(1))
    cmap = TTFont(BytesIO(font)).getBestCmap()
    assert {chr(code) for code in cmap} == set("R&D <é>")


def test_a_figure_without_text_is_saved(tmp_path):
    save_figure(plt.figure(), tmp_path / "figure", ["svg"])
    assert "@font-face" not in (tmp_path / "figure.svg").read_text(encoding="utf-8")


def test_a_png_has_300_dots_per_inch(tmp_path):
    pixels = plt.imread(saved(tmp_path, "recognition", "single", "png"))
    assert pixels.shape[1] == pytest.approx(85 / 25.4 * 300, abs=1)


def test_pdf_and_png_are_saved_if_nothing_else_is_said(tmp_path):
    save_figure(plt.figure(), tmp_path / "figure.v1")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["figure.v1.pdf", "figure.v1.png"]
    with pytest.raises(ValueError, match="formats must be among pdf, svg, png, got 'eps'"):
        save_figure(plt.figure(), tmp_path / "figure", ["eps"])
