"""One style for all figures: small sans serif, thin axes, colours that colour-blind readers see.

People come first to the eye (black, thick, on top), then networks (solid, coloured, open markers),
then theories (thin, broken lines without markers), so that sources differ without colour too. More
than three networks are taken for steps of one quantity: light to dark, each with its own marker.

References
----------
Okabe, M., & Ito, K. (2008). Color universal design: how to make figures and presentations that are
friendly to colorblind people. https://jfly.uni-koeln.de/color/
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
from matplotlib.colors import to_hex, to_rgb

Kind = Literal["people", "network", "theory"]

BLACK, GREY, BLUE, VERMILION, GREEN = "#000000", "#606060", "#0072B2", "#D55E00", "#009E73"
ORANGE, SKY, PURPLE = "#E69F00", "#56B4E9", "#CC79A7"

RC: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # comes with matplotlib: the same on every machine
    "font.size": 7,
    "axes.labelsize": 7,
    "axes.titlesize": 7,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.direction": "out",
    "ytick.direction": "out",
    "lines.dash_capstyle": "butt",
    "savefig.bbox": None,  # a figure of 180 mm stays one of 180 mm
    "savefig.facecolor": "white",
    "pdf.fonttype": 42,  # TrueType, embedded, so that text stays text in the PDF
    "svg.fonttype": "none",  # text stays text; save_figure embeds the font
}


#: of text on white, as accessible text on the web
MIN_CONTRAST = 4.5


@contextmanager
def figure_style() -> Iterator[None]:
    """The style, for figures made within the context."""
    with mpl.rc_context(RC):
        yield
        interactive = mpl.is_interactive()  # a notebook's first figure may have turned this on
    mpl.interactive(interactive)


@dataclass(frozen=True)
class Line:
    """How the curve of one source is drawn; widths and sizes in points."""

    color: str
    width: float
    order: int
    dashes: str | tuple[int, tuple[float, ...]] = "-"
    marker: str | None = None
    marker_size: float = 0.0
    marker_face: str = "white"
    band: float = 0.15
    """Opacity of the band."""
    bars: bool = False
    """Error bars instead of a band."""

    def properties(self) -> dict[str, Any]:
        """Keyword arguments of a matplotlib line."""
        return {
            "color": self.color,
            "linewidth": self.width,
            "linestyle": self.dashes,
            "marker": self.marker,
            "markersize": self.marker_size,
            "markerfacecolor": self.marker_face,
            "markeredgewidth": 0.8,
            "zorder": self.order,
        }


LINES: dict[str, list[Line]] = {
    "people": [
        Line(BLACK, 1.6, 5, marker="o", marker_size=3.6, marker_face=BLACK, bars=True),
        Line(GREY, 1.6, 5, marker="D", marker_size=3.2, marker_face=GREY, bars=True),
    ],
    "network": [
        Line(BLUE, 1.2, 4, marker="s", marker_size=3.4),
        Line(VERMILION, 1.2, 4, marker="^", marker_size=3.8),
        Line(GREEN, 1.2, 4, marker="v", marker_size=3.8),
    ],
    "theory": [
        Line(ORANGE, 1.1, 3, dashes=(0, (5, 1.6))),
        Line(PURPLE, 1.1, 3, dashes=(0, (1.2, 1.2))),
        Line(SKY, 1.1, 3, dashes=(0, (6, 1.5, 1.2, 1.5))),
    ],
}

#: light to dark, as steps of a dose; dark enough on white, and lightness alone tells them apart
SHADES = ["#7fcdbb", "#41b6c4", "#1d91c0", "#225ea8", "#253494", "#081d58"]
STEP_MARKERS = ["s", "^", "v", "D", "o", ">"]
#: networks that one figure tells apart
MAX_NETWORKS = len(SHADES)


def network_lines(n_networks: int) -> list[Line]:
    """How to draw networks: up to three by colour, more by shade."""
    if n_networks <= len(LINES["network"]):
        return LINES["network"]
    last = min(n_networks, MAX_NETWORKS) - 1
    picked = [SHADES[round(i * (MAX_NETWORKS - 1) / last)] for i in range(last + 1)]
    return [
        Line(shade, 1.2, 4, marker=marker, marker_size=3.2, band=0.08)
        for shade, marker in zip(picked, STEP_MARKERS, strict=False)
    ]


def source_lines(sources: Mapping[str, Kind]) -> dict[str, Line]:
    """How to draw each source.

    Parameters
    ----------
    sources : mapping of str to {"people", "network", "theory"}
        Name of each source and what it is, in the order of the key.

    Returns
    -------
    dict of str to Line

    Raises
    ------
    ValueError
        If a kind is unknown or has more sources than the eye can tell apart.

    Examples
    --------
    >>> source_lines({"People": "people", "CMR": "theory"})["People"].color
    '#000000'
    """
    known = LINES | {"network": network_lines([*sources.values()].count("network"))}
    lines: dict[str, Line] = {}
    used = dict.fromkeys(known, 0)
    for name, kind in sources.items():
        if kind not in known:
            raise ValueError(f"source {name!r} must be one of {', '.join(known)}, got {kind!r}")
        if used[kind] == len(known[kind]):
            raise ValueError(
                f"one figure tells {len(known[kind])} sources of kind {kind!r} apart, {name!r} is "
                "one more; make two figures"
            )
        lines[name] = known[kind][used[kind]]
        used[kind] += 1
    return lines


def luminance(color: str) -> float:
    """Relative luminance, 0 black to 1 white (WCAG 2).

    Examples
    --------
    >>> luminance("white"), luminance("black")
    (1.0, 0.0)
    """
    rgb = np.asarray(to_rgb(color))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def ink(color: str) -> str:
    """The colour, darkened until text in it reads well on white.

    Examples
    --------
    >>> ink(BLACK), ink(BLUE)
    ('#000000', '#0072b2')
    """
    red, green, blue = to_rgb(color)
    while 1.05 / (luminance(to_hex((red, green, blue))) + 0.05) < MIN_CONTRAST:
        red, green, blue = 0.95 * red, 0.95 * green, 0.95 * blue
    return to_hex((red, green, blue))
