"""One table of all measures of serial recall, as the human reference data are kept."""

from collections.abc import Sequence

import pandas as pd

from analysis.counts import by_columns
from analysis.recalls import Recalls
from analysis.serial_recall.accuracy import perfect_lists, serial_accuracy
from analysis.serial_recall.errors import serial_responses
from analysis.serial_recall.fill_in import fill_in
from analysis.serial_recall.report import serial_recalls
from analysis.serial_recall.transpositions import transpositions
from analysis.statistics.intervals import means_of, stack_means


def serial_curves(
    recalls: pd.DataFrame | Recalls, by: str | Sequence[str] | None = None
) -> pd.DataFrame:
    """Means over subjects of the measures of serial recall.

    Parameters
    ----------
    recalls : recall table or Recalls
        Missing items of recalls are omissions.
    by : str or list of str
        Labels that divide the lists, such as "condition"; name one that keeps list lengths apart.

    Returns
    -------
    DataFrame
        The `by` columns, `measure`, `x`, `mean` over subjects, `sem` (SD / sqrt(n)) and `n`
        subjects. Measures: `acc_strict` and `item_recalled_anywhere` (x: study position);
        `omission_rate`, `intrusion_rate`, `order_error_rate` and `repetition_rate` (x: place of the
        report; a word in its place that is also reported too early counts in `acc_strict` and in
        `repetition_rate`); `transposition_prop` and `transposition_cond`, per output and per
        opportunity (x: study position minus place of the report); `order_error_share_absdist` (x:
        distance); `fillin_after_skip`, `infill_after_skip`, `list_perfect`, `acc_mean` (x: 0).

    Examples
    --------
    >>> table = serial_curves(Recalls.from_positions([[2, 1]], list_length=2))
    >>> table[table["measure"] == "transposition_prop"]
                   measure  x  mean  sem  n
    12  transposition_prop -1   0.5  NaN  1
    13  transposition_prop  0   0.0  NaN  1
    14  transposition_prop  1   0.5  NaN  1
    """
    recalls = serial_recalls(recalls)
    columns = by_columns(by)
    accuracy = serial_accuracy(recalls, by)
    repeats = serial_responses(recalls, by, repeat_in_place="repetition").set_index("kind")
    after_skip = fill_in(recalls, by).set_index("kind")
    # a place is right in as many lists as have it, so that the mean goes over words
    total = accuracy.groupby(["subject", *columns], dropna=False)[["actual", "possible"]].sum()
    mean = (total["actual"] / total["possible"]).rename("recall").reset_index()
    # measure, what it gives, column of x, column of values
    measured = [
        ("acc_strict", accuracy, "input", "recall"),
        ("item_recalled_anywhere", serial_accuracy(recalls, by, "item"), "input", "recall"),
        ("omission_rate", repeats.loc[["omission"]], "output", "prob"),
        ("intrusion_rate", repeats.loc[["intrusion"]], "output", "prob"),
        ("order_error_rate", repeats.loc[["transposition"]], "output", "prob"),
        ("repetition_rate", repeats.loc[["repetition"]], "output", "prob"),
        ("transposition_prop", transpositions(recalls, by), "displacement", "prob"),
        (
            "transposition_cond",
            transpositions(recalls, by, per="opportunities"),
            "displacement",
            "prob",
        ),
        (
            "order_error_share_absdist",
            transpositions(recalls, by, per="errors", distance="absolute"),
            "displacement",
            "prob",
        ),
        ("fillin_after_skip", after_skip.loc[["fill-in"]], None, "prob"),
        ("infill_after_skip", after_skip.loc[["infill"]], None, "prob"),
        ("list_perfect", perfect_lists(recalls, by), None, "prob"),
        ("acc_mean", mean, None, "recall"),
    ]
    parts = [means_of(table, measure, x, value, columns) for measure, table, x, value in measured]
    return stack_means(parts, columns)
