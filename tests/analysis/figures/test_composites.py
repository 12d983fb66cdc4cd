"""All composite figures alike: they fit their width, nothing collides, and they look as they did."""

from io import BytesIO
from itertools import combinations
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from scipy.ndimage import gaussian_filter

from analysis import plot_free_recall

from .helpers import COMPOSITES, SOURCES, bowed, first, peaked

IMAGES = Path(__file__).parent / "images"
#: colours, 0 to 1, of blurred images may differ by this: all moved by a pixel (0.4 mm) passes,
#: a curve that is missing does not
TOLERANCE = 0.15


@pytest.mark.parametrize("width", ["double", "single"])
@pytest.mark.parametrize("composite", COMPOSITES)
def test_all_fits_the_page_can_be_read_and_does_not_collide(composite, width):
    fig = COMPOSITES[composite](first(5), width=width, letters=True)
    fig.draw_without_rendering()
    assert fig.get_figwidth() * 25.4 == pytest.approx({"double": 180, "single": 85}[width])
    assert fig.get_figheight() * 25.4 < 240  # a page of a journal
    boxes = [ax.get_tightbbox() for ax in fig.axes]
    boxes += [key.get_window_extent() for key in fig.legends]
    boxes += [fig._supxlabel.get_window_extent()] if fig.get_supxlabel() else []
    page = fig.bbox
    for box in boxes:
        assert box.x0 >= page.x0 - 0.5 and box.x1 <= page.x1 + 0.5
        assert box.y0 >= page.y0 - 0.5 and box.y1 <= page.y1 + 0.5
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))

    texts = [text for text in fig.findobj(plt.Text) if text.get_text()]
    assert min(text.get_fontsize() for text in texts) >= 6
    titles = [ax.get_title(loc="left") for ax in fig.axes if ax.get_title(loc="left")]
    assert [title[0] for title in titles] == list("ABCDEF"[: len(titles)])
    assert len(titles) >= 2


@pytest.mark.parametrize("composite", sorted({*COMPOSITES} - {"pnr_maps"}))
def test_each_source_is_named_once_beside_its_line_or_in_a_key(composite):
    fig = COMPOSITES[composite](SOURCES)
    beside = [text.get_text() for ax in fig.axes for text in ax.texts]
    keyed = [text.get_text() for key in fig.legends for text in key.get_texts()]
    assert beside + keyed == list(SOURCES)
    assert not (beside and keyed)


def test_names_stand_beside_lines_that_end_apart_and_in_a_key_where_they_crowd():
    sources = first(3)
    apart = plot_free_recall(bowed(sources), bowed(sources), peaked(sources), sources)
    assert not apart.legends
    assert [text.get_text() for text in apart.axes[1].texts] == [*sources]
    places = [text.xy for text in apart.axes[1].texts]
    assert places == [(10, line.get_ydata()[-1]) for line in apart.axes[1].lines]

    # all three curves alike
    crowd = [
        pd.concat(table[table["source"] == "People"].assign(source=name) for name in sources)
        for table in (bowed(sources), bowed(sources), peaked(sources))
    ]
    crowded = plot_free_recall(*crowd, sources)
    assert [text.get_text() for text in crowded.legends[0].get_texts()] == [*sources]
    assert not any(ax.texts for ax in crowded.axes)


def test_a_source_without_a_curve_at_the_end_is_named_in_a_key():
    sources = first(2)
    short = bowed(sources)
    short = short[(short["source"] == "People") | (short["input"] < 8)]
    lags = peaked(sources)
    lags = lags[(lags["source"] == "People") | (lags["lag"] < 3)]
    fig = plot_free_recall(short, short, lags, sources)
    assert [text.get_text() for text in fig.legends[0].get_texts()] == [*sources]


@pytest.mark.parametrize("composite", COMPOSITES)
def test_width_is_checked(composite):
    with pytest.raises(ValueError, match="width must be 'double' or 'single', got 'wide'"):
        COMPOSITES[composite](first(2), width="wide")


def picture(fig):
    """Pixels of a figure, (height, width, 3), colours from 0 to 1, and the file."""
    file = BytesIO()
    fig.savefig(file, format="png", dpi=60, facecolor="white")
    file.seek(0)
    return plt.imread(file)[..., :3], file.getvalue()


def difference(one, other):
    """Largest difference of two blurred pictures; 1 if they differ in size."""
    if one.shape != other.shape:
        return 1.0
    blurred = [gaussian_filter(image, (2, 2, 0)) for image in (one, other)]
    return float(np.abs(blurred[0] - blurred[1]).max())


@pytest.mark.parametrize("width", ["double", "single"])
@pytest.mark.parametrize("composite", COMPOSITES)
def test_the_composite_looks_as_it_did(composite, width, tmp_path):
    pixels, file = picture(COMPOSITES[composite](first(3), width=width))
    drawn, kept = tmp_path / f"{composite}_{width}.png", IMAGES / f"{composite}_{width}.png"
    drawn.write_bytes(file)
    assert kept.exists() and difference(pixels, plt.imread(kept)[..., :3]) < TOLERANCE, (
        f"look at {drawn} beside {kept}; if it is right, copy it there"
    )


def test_a_figure_with_another_curve_looks_different():
    pixels = [picture(COMPOSITES["free_recall"](first(n)))[0] for n in (3, 3, 4)]
    assert difference(pixels[0], pixels[1]) == 0
    fig = COMPOSITES["free_recall"](first(3))
    fig.axes[0].lines[1].remove()
    assert difference(pixels[0], picture(fig)[0]) > TOLERANCE
    assert difference(pixels[0], pixels[2]) > TOLERANCE


def test_kept_images_are_small_and_all_in_use():
    sizes = {path.stem: path.stat().st_size for path in IMAGES.iterdir()}
    assert {*sizes} == {f"{name}_{width}" for name in COMPOSITES for width in ("double", "single")}
    assert max(sizes.values()) < 60_000
