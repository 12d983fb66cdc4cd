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
    drawn = {path.name for path in tmp_path.iterdir()}
    assert drawn == {path.name for path in (DOCS / "figures").iterdir()}


def test_every_figure_of_the_page_is_there_and_small():
    shown = re.findall(r"\(figures/([^)]+)\)", (DOCS / "figures.md").read_text(encoding="utf-8"))
    files = {path.name: path.stat().st_size for path in (DOCS / "figures").iterdir()}
    assert {*shown} == {*files}
    assert sum(files.values()) < 400_000
