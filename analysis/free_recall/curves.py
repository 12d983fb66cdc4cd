"""One table of all measures of free recall, as the human reference data are kept."""

from collections.abc import Sequence

import pandas as pd

from analysis.counts import by_columns
from analysis.free_recall.irt import irt
from analysis.free_recall.lag_crp import lag_crp
from analysis.free_recall.pfr import pfr
from analysis.free_recall.spc import spc
from analysis.free_recall.temporal_factor import temporal_factor
from analysis.free_recall.words_recalled import words_recalled
from analysis.recalls import Recalls, as_recalls
from analysis.statistics.intervals import means_of, stack_means

#: lags farther than this are rare and hardly reported
MAX_LAG = 5
#: later responses are rare
MAX_OUTPUT = 10


def curves(recalls: pd.DataFrame | Recalls, by: str | Sequence[str] | None = None) -> pd.DataFrame:
    """Means over subjects of all measures of free recall.

    Parameters
    ----------
    recalls : recall table or Recalls
    by : str or list of str
        Labels that divide the lists, such as "condition".

    Returns
    -------
    DataFrame
        The `by` columns, `measure`, `x`, `mean` over subjects, `sem` (SD / sqrt(n)) and `n`
        subjects. Measures: `spc` and `pfr` (x: study position; the first response, so a list that
        begins with an intrusion counts as 0), `lag_crp` (x: lag, -5 to 5), `lag_crp_late` (the
        same without transitions from the first two responses), `temporal_factor`, and, per list,
        `n_recall`, `n_intrusion`, `n_repeat` (x: 0); of recalls with times (`rt`) also `irt_ms`
        (x: output position, to 10; at 1 the time to the first response).

    Examples
    --------
    >>> table = curves(Recalls.from_positions([[2, 1], [2, -1]], list_length=2))
    >>> table[table["measure"] == "spc"]
      measure  x  mean  sem  n
    0     spc  1   0.5  NaN  1
    1     spc  2   1.0  NaN  1
    """
    recalls = as_recalls(recalls)
    words = words_recalled(recalls, by)
    # measure, what it gives, column of x, column of values
    measured = [
        ("spc", spc(recalls, by), "input", "recall"),
        ("pfr", pfr(recalls, by, first="response"), "input", "prob"),
        ("lag_crp", lag_crp(recalls, by), "lag", "prob"),
        ("lag_crp_late", lag_crp(recalls, by, skip_outputs=2), "lag", "prob"),
        ("temporal_factor", temporal_factor(recalls, by), None, "rank"),
        ("n_recall", words, None, "n_recalled"),
        ("n_intrusion", words, None, "n_intrusions"),
        ("n_repeat", words, None, "n_repeats"),
    ]
    if "rt" in recalls.recall_columns:
        measured.append(("irt_ms", irt(recalls, by), "output", "irt"))
    columns = by_columns(by)
    parts = []
    for measure, table, x, value in measured:
        if x == "lag":
            table = table[table["lag"].abs() <= MAX_LAG]
        if x == "output":
            table = table[table["output"] <= MAX_OUTPUT]
        parts.append(means_of(table, measure, x, value, columns))
    return stack_means(parts, columns)
