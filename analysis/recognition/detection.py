"""Signal detection from yes and no: sensitivity and bias."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from analysis.checks import and_more
from analysis.recognition.rates import Correction, hit_rates


def d_prime(
    tests: pd.DataFrame,
    by: str | Sequence[str] | None = None,
    correction: Correction = "loglinear",
    yes_from: Any = None,
    targets_by: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """Sensitivity d' and bias (criterion c, beta) of each subject, equal variances assumed.

    d' = z(H) - z(F), c = -(z(H) + z(F)) / 2, beta = exp(d' c), with the hit rate H and the
    false-alarm rate F (Macmillan & Creelman, 2005, chapters 1 and 2). c is 0 without bias and
    positive if "no" is favoured.

    Parameters
    ----------
    tests, by, yes_from, targets_by
        As those of `hit_rates`.
    correction : {"loglinear", "1/(2N)", "none"}
        As in `hit_rates`, but done by default. With "none", d' is inf (or -inf) where a rate is 0
        or 1: that many tests cannot tell how good the subject is. c and beta may then be NaN.

    Returns
    -------
    DataFrame
        `subject`, the `by` and `targets_by` columns, `d_prime`, `criterion`, `beta`, `hit_rate`,
        `false_alarm_rate` (both corrected), and their counts.

    Raises
    ------
    ValueError
        If a subject was shown no lures, or no words studied; or as `hit_rates`.

    Examples
    --------
    Three of four words studied and one of four lures get a yes, so that z(H) = -z(F) = .67:

    >>> table = pd.DataFrame({
    ...     "subject": 1, "list": 1, "trial_type": ["study"] * 4 + ["recall"] * 8,
    ...     "position": [1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 7, 8], "item": [*range(1, 5), *range(1, 9)],
    ...     "response": [None] * 4 + ["yes"] * 3 + ["no"] + ["yes"] + ["no"] * 3})
    >>> d_prime(table, correction="none").iloc[0, 1:4].round(2).tolist()
    [1.35, 0.0, 1.0]

    References
    ----------
    Macmillan, N. A., & Creelman, C. D. (2005). Detection theory: A user's guide (2nd ed.).
    Erlbaum.

    Stanislaw, H., & Todorov, N. (1999). Calculation of signal detection theory measures. Behavior
    Research Methods, Instruments, & Computers, 31(1), 137-149.
    """
    rates = hit_rates(tests, by, correction, yes_from, targets_by)
    check_both_kinds(rates)
    z_hit, z_false = norm.ppf(rates["hit_rate"]), norm.ppf(rates["false_alarm_rate"])
    # infinite z scores of rates of 0 and 1 may cancel to NaN, as the docstring says
    with np.errstate(invalid="ignore", over="ignore"):
        sensitivity = z_hit - z_false
        criterion = 0 - (z_hit + z_false) / 2  # 0, not -0
        beta = np.exp((z_false**2 - z_hit**2) / 2)
    n_keys = rates.columns.get_loc("hit_rate")
    keys, rest = rates.iloc[:, :n_keys], rates.iloc[:, n_keys:]
    table = keys.assign(d_prime=sensitivity, criterion=criterion, beta=beta)
    return pd.concat([table, rest], axis=1)


def check_both_kinds(rates: pd.DataFrame) -> None:
    """Raise if some subject has no lures, or nothing but lures."""
    for n, lacks, cause in (
        ("n_new", "no lures", "every word tested was on the list"),
        ("n_old", "no words studied", "words may be written otherwise in study and recall rows"),
    ):
        wrong = rates[n] == 0
        if wrong.any():
            n_keys = rates.columns.get_loc("hit_rate")
            first = rates[wrong].iloc[0, :n_keys]
            where = ", ".join(f"{name} {value}" for name, value in first.items())
            others = and_more(int(wrong.sum()) - 1, "such group")
            raise ValueError(
                f"{lacks} among the tests of {where}{others}: {cause}; "
                "signal detection needs both kinds of test. Columns that only words studied have "
                "belong into targets_by, not by"
            )
