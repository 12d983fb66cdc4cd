"""Figures as files: vectors with their fonts inside, and the same figure gives the same bytes."""

import base64
import re
from collections.abc import Sequence
from html import unescape
from io import BytesIO, StringIO
from os import PathLike
from pathlib import Path

import matplotlib as mpl
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont

from analysis.figures.style import figure_style

FORMATS = ("pdf", "svg", "png")


def save_figure(
    fig: Figure,
    path_without_suffix: str | PathLike[str],
    formats: Sequence[str] = ("pdf", "png"),
) -> None:
    """Save a figure; the same figure, the same bytes.

    Parameters
    ----------
    fig : Figure
    path_without_suffix : path
        The suffix of each format is added.
    formats : sequence of {"pdf", "svg", "png"}
        PDF and SVG are vectors whose text stays text, with the font embedded; PNG has 300 dpi.

    Raises
    ------
    ValueError
        If a format is not one of the three.

    Examples
    --------
    >>> save_figure(Figure(), "figure", ["eps"])
    Traceback (most recent call last):
    ValueError: formats must be among pdf, svg, png, got 'eps'
    """
    for suffix in formats:
        if suffix not in FORMATS:
            raise ValueError(f"formats must be among {', '.join(FORMATS)}, got {suffix!r}")
    # the salt makes the names of clip paths in an SVG the same each time
    with figure_style(), mpl.rc_context({"svg.hashsalt": "analysis"}):
        for suffix in formats:
            path = Path(f"{path_without_suffix}.{suffix}")
            if suffix == "svg":
                drawn = StringIO()
                fig.savefig(drawn, format="svg", metadata={"Date": None})
                path.write_text(_with_fonts(drawn.getvalue()), encoding="utf-8", newline="\n")
            elif suffix == "pdf":
                fig.savefig(path, metadata={"CreationDate": None})
            else:
                fig.savefig(path, dpi=300)


def _with_fonts(svg: str) -> str:
    """The SVG with the characters it uses of DejaVu Sans, regular and bold, embedded."""
    texts = re.findall(r"<text([^>]*)>([^<]*)</text>", svg)
    faces = []
    for weight in ("normal", "bold"):
        used = {
            character
            for style, text in texts
            if _is_bold(style) == (weight == "bold")
            for character in unescape(text)
        }
        if used:
            faces.append(
                f"@font-face {{font-family: 'DejaVu Sans'; font-weight: {weight}; "
                f"src: url(data:font/ttf;base64,{_subset(weight, ''.join(sorted(used)))})}}"
            )
    return svg.replace("<defs>", f"<defs>\n<style>{''.join(faces)}</style>", 1)


def _is_bold(style: str) -> bool:
    """Whether the attributes of a text name a bold weight: in words, or as 700 for short."""
    return re.search(r"font(-weight)?: (bold|700)\b", style) is not None


def _subset(weight: str, characters: str) -> str:
    font = TTFont(
        findfont(FontProperties(family="DejaVu Sans", weight=weight)), recalcTimestamp=False
    )
    options = Options()
    options.layout_features = []
    options.drop_tables += ["FFTM"]  # dates of the font's editor
    subsetter = Subsetter(options)
    subsetter.populate(text=characters)
    subsetter.subset(font)
    file = BytesIO()
    font.save(file)
    return base64.b64encode(file.getvalue()).decode("ascii")
