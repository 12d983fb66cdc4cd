"""Control of errors where many bins, conditions or measures are tested."""

from typing import Literal

import pandas as pd
from statsmodels.stats.multitest import multipletests

from analysis.checks import need_columns, one_of

Correction = Literal["holm", "fdr_bh", "bonferroni", "none"]


def adjust_p(table: pd.DataFrame, correction: Correction = "holm", p: str = "p") -> pd.DataFrame:
    """p values adjusted for how many tests the table holds.

    Parameters
    ----------
    table : DataFrame
        One row per test, all of one family.
    correction : {"holm", "fdr_bh", "bonferroni", "none"}
        "holm": the probability of any false alarm among the tests (Holm, 1979). "fdr_bh": the
        expected share of false alarms among the findings (Benjamini & Hochberg, 1995).
    p : str
        Column of p values.

    Returns
    -------
    DataFrame
        The table with `<p>_adjusted` and `correction`.

    Raises
    ------
    ValueError
        If the correction is unknown, the column missing, or a p value is no number from 0 to 1.

    Examples
    --------
    Holm: the smallest times 3, the next times 2, none below one before it.

    >>> adjust_p(pd.DataFrame({"lag": [-1, 1, 2], "p": [0.03, 0.01, 0.04]}))
       lag     p  p_adjusted correction
    0   -1  0.03        0.06       holm
    1    1  0.01        0.03       holm
    2    2  0.04        0.06       holm

    References
    ----------
    Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal
    of Statistics, 6(2), 65-70.

    Benjamini, Y., & Hochberg, Y. (1995). Controlling the false discovery rate: A practical and
    powerful approach to multiple testing. Journal of the Royal Statistical Society B, 57(1),
    289-300.
    """
    one_of("correction", correction, ("holm", "fdr_bh", "bonferroni", "none"))
    need_columns("the table has", table, [p])
    wrong = ~table[p].between(0, 1)
    if wrong.any():
        raise ValueError(
            f"{p} must be from 0 to 1: row {table.index[wrong][0]} has {table[p][wrong].iloc[0]}"
        )
    adjusted = table[p].to_numpy(dtype=float)
    if correction != "none" and len(table):
        adjusted = multipletests(adjusted, method=correction)[1]
    return table.assign(**{f"{p}_adjusted": adjusted, "correction": correction})
