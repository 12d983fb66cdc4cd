"""Networks by name: kinds, and the settings of published papers."""

from typing import Any, NamedTuple

import pandas as pd

from memsim.base import Network
from memsim.dnc import DNC
from memsim.networks.ntm import NTM
from memsim.networks.recurrent import Recurrent
from memsim.networks.relational import RelationalMemory


class Preset(NamedTuple):
    """A kind of network with some of its options.

    Attributes
    ----------
    kind : Network class
    options : dict
        Those of the source; others keep their defaults.
    sentence : str
        What it is.
    source : str
        Where the options come from.
    """

    kind: type[Network]
    options: dict[str, Any]
    sentence: str
    source: str


_BABI = {"hidden_size": 256, "n_locations": 256, "word_size": 64, "n_read_heads": 4}

#: every network by its name; the sizes of papers are those of their bAbI networks where they have
#: one, else of their copy task
PRESETS: dict[str, Preset] = {
    "dnc": Preset(DNC, {}, "A DNC of your own sizes and options.", "Graves et al. (2016)"),
    "lstm": Preset(
        Recurrent,
        {"controller": "lstm"},
        "Long short-term memory with a linear read-out: no external memory.",
        "Hochreiter & Schmidhuber (1997)",
    ),
    "gru": Preset(
        Recurrent,
        {"controller": "gru"},
        "Gated recurrent units with a linear read-out: no external memory.",
        "Cho et al. (2014)",
    ),
    "ntm": Preset(
        NTM,
        {},
        "Neural Turing Machine: a memory addressed by content and by shifts, never allocated.",
        "Graves, Wayne & Danihelka (2014), arXiv 1410.5401",
    ),
    "relational": Preset(
        RelationalMemory,
        {},
        "Relational memory core: rows of a memory that attend to one another.",
        "Santoro et al. (2018)",
    ),
    "graves2016": Preset(
        DNC,
        _BABI,
        "The Differentiable Neural Computer as published.",
        "Graves et al. (2016), Nature 538, 471-476, Extended Data Table 2, DNC1",
    ),
    "deepmind": Preset(
        DNC,
        {
            "hidden_size": 64,
            "n_locations": 16,
            "word_size": 16,
            "n_read_heads": 4,
            "strengths": "softplus",
            "usage_gradient": False,
            "clip": 20.0,
        },
        "The DNC as in the code its authors released: strengths from 0, no gradient from usage "
        "to writes, activations clipped.",
        "google-deepmind/dnc, commit f5981c6, train.py",
    ),
    "benari2017": Preset(
        DNC,
        {
            "hidden_size": 64,
            "n_locations": 16,
            "word_size": 16,
            "n_read_heads": 4,
            "allocation": "softmax",
            "clip": 20.0,
        },
        "Memory is allocated by a differentiable softmax instead of a sort.",
        "Ben-Ari & Bekker (2017), section 3.1",
    ),
    "franke2018": Preset(
        DNC,
        {
            "hidden_size": 256,
            "n_locations": 192,
            "word_size": 64,
            "n_read_heads": 4,
            "temporal_links": False,
            "layer_norm": "interface",
            "bypass_dropout": 0.1,
        },
        "Robust and slim: no links, a normalised interface, dropout on the way past the memory.",
        "Franke et al. (2018), arXiv 1807.02658; sizes of the released code",
    ),
    "csordas2019": Preset(
        DNC,
        {
            **_BABI,
            "masked_content": True,
            "deallocation": True,
            "link_sharpness": True,
            "interface_clip": 20.0,
        },
        "Masked lookup, erasure of what is freed, and sharp links.",
        "Csordas & Schmidhuber (2019), arXiv 1904.10278; sizes and clipping of the released code",
    ),
    "park2021": Preset(
        DNC,
        {
            "hidden_size": 256,
            "n_locations": 128,
            "word_size": 48,
            "n_read_heads": 4,
            "n_blocks": 2,
            "temporal_links": False,
            "layer_norm": "hidden",
            "bypass_dropout": 0.1,
            "clip": 20.0,
        },
        "Distributed memory: two blocks written at once and read through an attentive gate.",
        "Park et al. (2021), Neural Networks 144, 33-48, DAM-2 for bAbI; clipping and dropout of "
        "the released code",
    ),
}


def make_network(name: str, input_size: int, output_size: int, **options: Any) -> Network:
    """Make a network by its name.

    Parameters
    ----------
    name : str
        One of `PRESETS`; `table` lists them with a sentence each.
    input_size, output_size : int
        Channels in and out at each step.
    **options
        Options of that kind of network; they override those of the preset.

    Raises
    ------
    ValueError
        For an unknown name.

    Examples
    --------
    >>> net = make_network("park2021", 3, 2, n_locations=8, word_size=4, hidden_size=16)
    >>> net.memory.n_blocks, net.memory.n_locations, net.memory.temporal_links
    (2, 8, False)
    """
    if name not in PRESETS:
        raise ValueError(f"network={name!r} is not known; there are {', '.join(PRESETS)}")
    preset = PRESETS[name]
    return preset.kind(input_size, output_size, **(preset.options | options))  # type: ignore[arg-type]


def table() -> pd.DataFrame:
    """All networks that have a name, with a sentence each.

    Returns
    -------
    DataFrame
        `network` (the name), `kind`, `sentence`, `options`, `source`.

    Examples
    --------
    >>> table().loc[0, ["network", "kind"]].tolist()
    ['dnc', 'DNC']
    """
    return pd.DataFrame(
        [
            {
                "network": name,
                "kind": preset.kind.__name__,
                "sentence": preset.sentence,
                "options": ", ".join(f"{key}={value}" for key, value in preset.options.items()),
                "source": preset.source,
            }
            for name, preset in PRESETS.items()
        ]
    )
