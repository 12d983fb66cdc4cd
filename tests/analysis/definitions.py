"""What measures must be told beside the recalls, for lists of the items 1, 2, ... 20."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from analysis import (
    category_clustering,
    category_crp,
    distance_crp,
    distance_rank,
    distance_rank_shifted,
    distance_rank_window,
    irt,
    semantic_factor,
    serial_latencies,
)
from analysis.measures import COUNTS

ITEMS = np.arange(1, 21)
DISTANCES = np.abs(np.subtract.outer(np.sqrt(ITEMS), np.sqrt(ITEMS)))
CATEGORY = pd.Series(ITEMS % 3, index=ITEMS, name="category")

DEFINITIONS: dict[Callable[..., Any], dict[str, Any]] = {
    distance_crp: {"distances": DISTANCES, "edges": [0, 0.2, 0.5, 5]},
    distance_rank: {"distances": DISTANCES},
    distance_rank_shifted: {"distances": DISTANCES, "max_shift": 2},
    distance_rank_window: {"distances": DISTANCES, "window_lags": [-1, 1]},
    semantic_factor: {"similarities": -DISTANCES},
    category_crp: {"category": CATEGORY},
    category_clustering: {"category": CATEGORY},
}
#: all measures but those of times, which the recalls of these tests lack
MEASURES = [measure for measure in COUNTS if measure not in (irt, serial_latencies)]


def definition(measure: Callable[..., Any]) -> dict[str, Any]:
    return DEFINITIONS.get(measure, {})
