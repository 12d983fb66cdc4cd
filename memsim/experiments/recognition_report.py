"""What a run of recognition shows: curves, a summary table, figures and a page that explains."""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from numpy.typing import NDArray
from scipy.stats import norm

from analysis import d_prime, group_curve, hit_rates, plot_dots, recognition_tests
from analysis.figures.composite import Panel, Width, compose
from analysis.figures.curve import plot_curves, probability_axis
from analysis.figures.style import Kind
from analysis.recognition.rates import corrected
from analysis.statistics.intervals import summarise_subjects
from memsim.experiments.page import Figure, Words, page_of_patterns, who
from memsim.experiments.patterns import Pattern, at_least, what
from memsim.experiments.report import (
    MIN_NETWORKS_FOR_INTERVALS,
    Report,
    curve_of_tests,
    each_source,
    over_lists,
)
from memsim.experiments.theories import fit_status
from paradigms import Recognition

#: a d' from which words studied are told from others
SENSITIVE = 0.2
VALUES = ("hit_rate", "false_alarm_rate", "d_prime", "criterion")
#: the shorter third of lags, the middle one, and the longer
THIRDS = ("recent", "between", "remote")
LABELS = {
    "hit_rate": "Hit rate",
    "false_alarm_rate": "False-alarm rate",
    "d_prime": "d'",
    "criterion": "c (positive: favours no)",
}


def _recognises(row: pd.Series) -> bool:
    return bool(row["d_prime"] >= SENSITIVE)


PATTERNS = (
    Pattern(
        "recognition",
        f"d' is {SENSITIVE} or more",
        _recognises,
    ),
    Pattern(
        "forgetting",
        "hits are more frequent in the shorter third of lags than in the longer by .05 or more; told "
        "where there is recognition (Shepard & Teghtsoonian, 1961, of people)",
        lambda row: at_least(row, "recent", "remote") if _recognises(row) else None,
    ),
)
HEADINGS = {
    "source": "Source",
    "subjects": "Subjects",
    "hit_rate": "Hits",
    "false_alarm_rate": "False alarms",
    "d_prime": "d'",
    "criterion": "c",
    "recent": "Hits, shorter third of lags",
    "remote": "Hits, longer third",
}


def recognition_report(
    recalls: pd.DataFrame,
    dncs: list[str],
    training: pd.DataFrame,
    task: Recognition,
    theories: Mapping[str, str] | None = None,
    remarks: Sequence[str] = (),
) -> Report:
    """Measures, curves, summary, figures and the page of a run; see `serial_recall_report`."""
    tests = recognition_tests(recalls)
    measured = measures(tests)
    drawn = drawn_curves(tests)
    table = summary(measured, theories or {})
    sources = dict(zip(table["source"], table["kind"], strict=True))
    figures = {
        "recognition": _figure(drawn, sources, "double"),
        "recognition_single": _figure(drawn, sources, "single"),
    }
    text = page_of_patterns(
        _words(task)._replace(remarks=remarks),
        table,
        dncs=dncs,
        people=None,
        training=training,
        command="recognition",
    )
    return Report(measured, drawn, table, figures, text)


def measures(tests: pd.DataFrame) -> pd.DataFrame:
    """All measures of all models: `source, measure, x, mean, sem, n`; d' and c log-linear."""
    rates, signal = hit_rates(tests, "model"), d_prime(tests, "model")
    by_lag = hit_rates(tests, "model", targets_by="lag")
    longest = tests["lag"].max()
    third = pd.cut(
        tests["lag"].astype(float), [-1, longest / 3, 2 * longest / 3, np.inf], labels=THIRDS
    )
    by_third = hit_rates(tests.assign(third=third.astype(object)), "model", targets_by="third")
    found = [
        ("hit_rate", rates, "hit_rate", None),
        ("false_alarm_rate", rates, "false_alarm_rate", None),
        ("d_prime", signal, "d_prime", None),
        ("criterion", signal, "criterion", None),
        ("hit_rate_by_lag", by_lag, "hit_rate", "lag"),
        *((name, by_third[by_third["third"] == name], "hit_rate", None) for name in THIRDS),
    ]
    parts = [
        summarise_subjects(
            table.assign(measure=name, x=0 if x is None else table[x]),
            ["model", "measure", "x"],
            value,
        )
        for name, table, value, x in found
    ]
    models = pd.concat(parts).rename(columns={"model": "source"}).set_index("source")
    return models.loc[tests["model"].unique()].reset_index()


def drawn_curves(tests: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Hits by lag, and each value of `VALUES`, with 95 % intervals: one result table each."""
    values: dict[str, list[pd.DataFrame]] = {name: [] for name in VALUES}
    for label, of_model in tests.groupby("model", sort=False):
        if of_model["subject"].nunique() >= MIN_NETWORKS_FOR_INTERVALS:
            each = d_prime(of_model).merge(
                hit_rates(of_model), on="subject", suffixes=("_corrected", "")
            )
            rows = [group_curve(each, None, name) for name in VALUES]
        else:
            counted = hit_rates(of_model, "list")[["hits", "n_old", "false_alarms", "n_new"]]
            found = zip(*over_lists(counted.to_numpy(), detection), strict=True)
            rows = [
                pd.DataFrame(
                    {"mean": [mean], "low": low, "high": high, "n": len(counted), "over": "lists"}
                )
                for mean, low, high in found
            ]
        for name, row in zip(VALUES, rows, strict=True):
            values[name].append(row.assign(source=label))
    by_lag = curve_of_tests(_hits_by_lag, tests, "lag")
    return {"hits_by_lag": by_lag} | {name: pd.concat(rows) for name, rows in values.items()}


def detection(counted: NDArray[np.floating]) -> NDArray[np.floating]:
    """Hit and false-alarm rate, and d' and c of both with the log-linear correction.

    Parameters
    ----------
    counted : (4,)
        Hits, words studied, false alarms, lures.

    Examples
    --------
    >>> detection(np.array([3.0, 4.0, 1.0, 4.0])).round(2)
    array([0.75, 0.25, 1.05, 0.  ])
    """
    hits, n_old, false_alarms, n_new = counted
    z = norm.ppf(corrected([hits, false_alarms], [n_old, n_new], "loglinear"))
    rates = [hits / n_old, false_alarms / n_new]
    return np.array([*rates, z[0] - z[1], 0 - (z[0] + z[1]) / 2])


def _hits_by_lag(tests: pd.DataFrame, by: str | None) -> pd.DataFrame:
    rates = hit_rates(tests, by, targets_by="lag")
    return rates.rename(columns={"hit_rate": "prob", "hits": "actual", "n_old": "possible"})


def summary(measured: pd.DataFrame, theories: Mapping[str, str]) -> pd.DataFrame:
    """One row per source.

    Returns
    -------
    DataFrame
        `source`; `kind, status, preset, origin, fitted_to, fitted_by` (see `fit_status`); `subjects, hit_rate,
        false_alarm_rate, d_prime, criterion` and the hit rate in the shorter and
        in the longer third of lags (`recent, remote`).
    """
    wanted = {name: (name, 0) for name in (*VALUES, "recent", "remote")}
    return pd.DataFrame(
        [
            {"source": row["source"], **fit_status(row["source"], None, theories), **row}
            for row in each_source(measured, wanted)
        ]
    )


def _figure(
    drawn: Mapping[str, pd.DataFrame], sources: Mapping[str, Kind], width: Width
) -> Drawing:
    curve: Panel = (plot_hits_by_lag, drawn["hits_by_lag"])
    dots: list[Panel] = [(partial(_dots, name=name), drawn[name]) for name in VALUES]
    low = 13 + 4 * len(sources)  # millimetres; dots need a line for each source
    if width == "single":
        rows, heights = [[curve], *([panel] for panel in dots)], [53, *[low] * len(dots)]
    else:
        rows, heights = [[curve], dots[:2], dots[2:]], [56, low, low]
    return compose(rows, sources, width, heights, letters=False)


def plot_hits_by_lag(
    curve: pd.DataFrame, ax: Axes | None = None, sources: Mapping[str, Kind] | None = None
) -> Axes:
    """Hit rate by lag (x is `lag`); arguments as those of `analysis.plot_spc`."""
    ax = plot_curves(curve, "lag", ax, sources)
    ax.set(xlabel="Lag (words and tests between study and test)")
    probability_axis(ax, "Hit rate")
    return ax


def _dots(values: pd.DataFrame, ax: Axes, sources: Mapping[str, Kind], name: str) -> None:
    chance = 0.0 if name in ("d_prime", "criterion") else None
    plot_dots(values, LABELS[name], ax, sources, chance)
    if chance is None:
        ax.set_xlim(-0.02, 1.02)
    else:
        ax.locator_params(axis="x", nbins=6)  # sources far apart: no numbers that touch


def description(row: pd.Series) -> str:
    """What one source does."""
    favours = "no" if row["criterion"] > 0 else "yes"
    return (
        f"**{row['source']}** ({what(row)}): it says yes to {row['hit_rate']:.0%} of what was studied "
        f"and to {row['false_alarm_rate']:.0%} of what was not: d' = {row['d_prime']:.2f}, c = "
        f"{row['criterion']:.2f}, which favours {favours}. In the shorter third of lags hits are "
        f"{row['recent']:.0%}, in the longer {row['remote']:.0%}."
    )


def _words(task: Recognition) -> Words:
    shown = f"{task.list_length} {'pairs' if task.pairs else 'words'}"
    lures = "rearranged pairs" if task.pairs else "new words"
    after = (
        f", after {task.retention_interval:g} s of distraction" if task.retention_interval else ""
    )
    return Words(
        title=f"Recognition of {shown}",
        intro=(
            f"Lists of {shown} are studied. Tests, in random order{after}, show {task.n_targets} of "
            f"what was studied and {task.n_lures} {lures}; the answer is yes or no. {who(None, 0)} "
            "No human data on recognition ship with memsim."
        ),
        figure=Figure("recognition", "Hits by lag, hit and false-alarm rates, d' and c"),
        describe=description,
        trained_to="say yes to what was studied and no to the rest",
        patterns=PATTERNS,
        changing={
            "hit_rate": "hits",
            "false_alarm_rate": "false alarms",
            "d_prime": "d'",
            "criterion": "c",
        },
        distances={},
        probabilities={},
        tables=[
            (
                (
                    "Rates are as counted; d' and c have the log-linear correction (Hautus, 1995). A "
                    "lag counts what was shown between study and test:"
                ),
                HEADINGS,
            )
        ],
    )
