"""The figures of the documentation can be drawn, and are those that it shows."""

import re
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"


@pytest.mark.slow
def test_the_gallery_is_drawn(tmp_path, monkeypatch):
    from benchmarks import gallery

    monkeypatch.setattr(sys, "argv", ["gallery", "--out", str(tmp_path)])
    gallery.main()
    assert {path.name for path in tmp_path.iterdir()} == figures_of(DOCS / "figures.md")


def figures_of(page):
    return set(re.findall(r"\(figures/([^)]+)\)", page.read_text(encoding="utf-8")))


def test_every_figure_is_on_a_page_and_small():
    files = {path.name: path.stat().st_size for path in (DOCS / "figures").iterdir()}
    assert {*files} == set().union(*map(figures_of, DOCS.glob("*.md")))
    assert max(files.values()) < 200_000
