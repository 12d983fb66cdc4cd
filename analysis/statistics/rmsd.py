"""Root mean squared deviation between two curves."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.checks import need_columns, need_frame
from analysis.free_recall.curves import MAX_LAG


def rmsd(curve: pd.DataFrame, reference: pd.DataFrame, x: str, value: str = "mean") -> float:
    """Root mean squared deviation of a curve from a reference, over the x they share.

    Lags (`x="lag"`) beyond 5 in either direction are left out, and so is lag 0, which is no
    transition.

    Parameters
    ----------
    curve, reference : DataFrame
        One row per x, as `group_curve`, `bootstrap_lists` or `human_group_curve` give it.
    x : str
        Column of x: "input" or "lag".
    value : str
        Column to compare.

    Returns
    -------
    float
        In the unit of the curves; 0 for equal curves.

    Raises
    ------
    ValueError
        If a column is missing, a curve has several rows at one x, or the curves share no x.

    Examples
    --------
    >>> curve = pd.DataFrame({"lag": [-1, 0, 1], "mean": [0.1, 0.9, 0.5]})
    >>> reference = pd.DataFrame({"lag": [-1, 0, 1, 2], "mean": [0.2, 0.0, 0.4, 0.1]})
    >>> round(rmsd(curve, reference, "lag"), 3)
    0.1
    """
    series = []
    for name, table in (("curve", curve), ("reference", reference)):
        need_frame(name, table)
        need_columns(f"{name} has", table, [x, value])
        if table[x].duplicated().any():
            raise ValueError(
                f"{name} has several rows at {x} {table[x][table[x].duplicated()].iloc[0]}; pick "
                "one source or condition, or average subjects with group_curve first"
            )
        series.append(table.set_index(x)[value].dropna())
    deviation = (series[0] - series[1]).dropna()
    deviation = deviation[compared(deviation.index.to_frame(name=x))]
    if deviation.empty:
        raise ValueError(
            f"the curves share no {x}: {sorted(series[0].index)} and {sorted(series[1].index)}"
        )
    return float(np.sqrt(np.mean(deviation.to_numpy() ** 2)))


def compared(x: pd.DataFrame) -> NDArray[np.bool_]:
    """Which of the x (a table of one column) curves are compared at: all but rare lags and lag 0.

    Examples
    --------
    >>> compared(pd.DataFrame({"lag": [-6, -5, 0, 1]})).tolist()
    [False, True, False, True]
    """
    if "lag" not in x.columns:
        return np.ones(len(x), dtype=bool)
    lag = x["lag"].to_numpy(dtype=float)
    return (lag != 0) & (np.abs(lag) <= MAX_LAG)
