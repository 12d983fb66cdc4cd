"""Curves of theories beside people's in Murdock's six conditions: `python -m benchmarks.murdock`.

SAM and SIMPLE have the parameters that memsim has for each condition. CMR is fitted here, to the
likelihood of all lists pooled, with the stop rule that fits people best. The tables go into
docs/theories.md, a few minutes. `--fit-sam` looks for SAM's parameters instead, and prints them
(half an hour). The trials of murdock1962 must be there (`memsim data download murdock1962`, or
the environment variable MEMSIM_DATA).
"""

import argparse
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis import Recalls
from memsim import simulate
from memsim.cognitive import CMR, SAM, SIMPLE
from memsim.fitting import FitWarning, People, fit, fit_curves, fit_stop, observe_people
from memsim.fitting.curve_fit import CurveFits, distances, pooled
from paradigms import FreeRecall

CONDITIONS = ("10-2", "15-2", "20-2", "20-1", "30-1", "40-1")
SAM_SETS = {c: f"SAM-{c}" for c in CONDITIONS} | {"10-2": "SAM-10"}
CMR_SETS = {"10-2": ("CMR-10",), "20-1": ("G20", "G20u")}
#: what a fit of SAM looks for. The rest keep the values of SAM-M62: curves hardly tell them, e, f
#: and g least of all (with these at .005 in place of .7, 20-1 is fitted as well: .097 and .098)
FREE, TIED = ("mu_r", "sigma_r", "q", "a", "b1"), {"c": "a", "b2": "b1"}
MEASURES = ("spc", "pfr", "lag_crp")
#: counts of each measure, (2, x): what happened, and what could have
Curves = dict[str, NDArray[np.floating]]
BEGIN, END = "<!-- begin python -m benchmarks.murdock -->\n", "<!-- end -->"


def task_of(condition: str) -> FreeRecall:
    """Its lists; a pool of no more words than a list makes them fast to draw."""
    length, seconds = map(int, condition.split("-"))
    return FreeRecall(length, presentation_time=float(seconds), pool_size=length)


def people_in(condition: str) -> tuple[People, Recalls]:
    """Their lists, with a schedule for models, and clean."""
    people = observe_people(f"murdock1962/{condition}", task_of(condition))
    return people, people.clean_recalls(task_of(condition))


def fitted_cmr(people: People, n_starts: int, seed: int) -> tuple[CMR, float]:
    """By likelihood, all lists pooled; and its nats per recall."""
    with warnings.catch_warnings():
        # tau at its bound is no news here, see PRESETS of CMR
        warnings.simplefilter("ignore", FitWarning)
        fits = fit(CMR.preset("G20u"), people, by=None, n_starts=n_starts, seed=seed)
    row = fits.table.iloc[0]
    return fits.models["all"], row["nll_choice"] / np.count_nonzero(people.responses)


def as_people_stop(model: CMR, people: People) -> CMR:
    """With the stop rule that fits these people best."""
    return fit_stop(model, people, "saturated")[0]


def halves(recalls: Recalls, task: FreeRecall, n: int = 50) -> dict[str, float]:
    """Mean distance between random halves of the lists, by measure."""
    rng = np.random.default_rng(0)
    found = []
    for _ in range(n):
        half = rng.permutation(len(recalls)) % 2 == 0
        found.append(distances(pooled(recalls.take(half), task), pooled(recalls.take(~half), task)))
    return pd.DataFrame(found).mean().to_dict()


def row_of(
    condition: str, name: str, model: Any, people: Recalls, n_lists: int, seed: int
) -> dict[str, Any]:
    """Words per list and distances of one model from people."""
    task = task_of(condition)
    simulated = Recalls.from_table(simulate(model, task, n_lists=n_lists, seed=seed))
    curves, theirs = pooled(simulated, task), pooled(people, task)
    words = np.count_nonzero(simulated.recalled, axis=1).mean()
    row = {"condition": condition, "model": name, "words": words} | distances(curves, theirs)
    return row | differences(curves, theirs)


def differences(curves: Curves, people: Curves) -> dict[str, float]:
    """Model less people where theories differ most."""
    spc, pfr, crp = (curves[m][0] / curves[m][1] - people[m][0] / people[m][1] for m in MEASURES)
    back, forth = len(crp) // 2 - 1, len(crp) // 2  # lags -5 to 5 without 0
    return {
        "first word": spc[0],
        "second last": spc[-2],
        "last": spc[-1],
        "begins with the first": pfr[0],
        "begins with the last": pfr[-1],
        "lag -1": crp[back],
        "lag +1": crp[forth],
    }


def compare(n_lists: int, n_starts: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Distances of all models from people, and the parameters of CMR."""
    rows, fits = [], []
    for condition in CONDITIONS:
        people, recalls = people_in(condition)
        task = task_of(condition)
        words = np.count_nonzero(people.responses, axis=1).mean()
        rows.append(
            {"condition": condition, "model": "people, halves", "words": words}
            | halves(recalls, task)
        )
        cmr, nats = fitted_cmr(people, n_starts, seed)
        estimates = {name: getattr(cmr, name) for name in cmr.search}
        fits.append({"condition": condition, "nats": nats} | estimates)
        models: dict[str, Any] = {
            name: SAM.preset(name) for name in (SAM_SETS[condition], "SAM-M62")
        }
        models["CMR, fitted here"] = cmr
        for name in CMR_SETS.get(condition, ()):
            models[f"CMR {name}"] = as_people_stop(CMR.preset(name), people)
        models[f"SIMPLE-{condition}"] = SIMPLE.preset(f"SIMPLE-{condition}")
        for name, model in models.items():
            rows.append(row_of(condition, name, model, recalls, n_lists, seed))
            print(rows[-1], flush=True)
    return pd.DataFrame(rows), pd.DataFrame(fits)


def markdown(rows: pd.DataFrame, fits: pd.DataFrame, n_lists: int, n_starts: int) -> str:
    """The tables, as docs/theories.md has them."""
    what = (
        "Root mean squared deviations from the curves of 1,200 lists of 15 people, pooled; "
        f"{n_lists:,} lists simulated; lag-CRP over lags up to 5. Halves are random halves of "
        "people's own lists, mean of 50."
    )
    lines = [what, "", "| condition | | words | SPC | PFR | lag-CRP |", "|---|---|---|---|---|---|"]
    for row in rows.to_dict("records"):
        orderless = row["model"].startswith("SIMPLE")
        values = ["-" if orderless and m != "spc" else short(row[m]) for m in MEASURES]
        lines.append(
            f"| {row['condition']} | {row['model']} | {row['words']:.2f} | {' | '.join(values)} |"
        )
    points = [
        name for name in rows.columns if name not in ("condition", "model", "words", *MEASURES)
    ]
    lines += ["", "Model less people, at some points of these curves.", ""]
    lines += [f"| condition | | {' | '.join(points)} |", f"|{'---|' * (len(points) + 2)}"]
    for row in rows.dropna().to_dict("records"):
        orderless = row["model"].startswith("SIMPLE")
        values = [
            "-" if orderless and point.startswith(("begins", "lag")) else f"{row[point]:+.2f}"
            for point in points
        ]
        lines.append(f"| {row['condition']} | {row['model']} | {' | '.join(values)} |")
    fits = fits.dropna(axis="columns")  # parameters of other variants
    names = [name for name in fits.columns if name not in ("condition", "nats")]
    what = f"CMR as fitted here, best of {n_starts} starts, and its nats per recall (choices only)."
    head = f"| condition | nats | {' | '.join(names)} |"
    lines += ["", what, "", head, f"|{'---|' * (len(names) + 2)}"]
    for row in fits.to_dict("records"):
        values = " | ".join(f"{row[name]:.4g}" for name in names)
        lines.append(f"| {row['condition']} | {row['nats']:.3f} | {values} |")
    return "\n".join(lines) + "\n"


def short(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")


def fit_sam(condition: str, seed: int) -> None:
    """Look for SAM's parameters, and print them with their loss on fresh randomness."""
    coarse = look_for_sam(condition, None, seed, n_lists=1000, population=40, generations=60)
    near = coarse.models["all"]
    fine = look_for_sam(condition, near, seed, n_lists=4000, population=24, generations=30)
    print(condition, fine.table.iloc[0].to_dict(), flush=True)


def look_for_sam(condition: str, near: SAM | None, seed: int, **size: int) -> CurveFits:
    """In all of the search box, or in the third of its width around some parameters."""
    bounds = {}
    for name in FREE if near is not None else ():
        (low, high), value = SAM.search[name], getattr(near, name)
        reach = (high - low) / 6
        bounds[name] = (max(low, value - reach), min(high, value + reach))
    return fit_curves(
        SAM.preset("SAM-M62"),
        people_in(condition)[0],
        free=FREE,
        tied=TIED,
        bounds=bounds,
        seed=seed,
        **size,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lists", type=int, default=20_000, help="simulated, for each row")
    parser.add_argument("--starts", type=int, default=10, help="of each fit of CMR")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("docs/theories.md"))
    parser.add_argument("--fit-sam", nargs="+", choices=CONDITIONS, metavar="CONDITION")
    options = parser.parse_args()
    if options.fit_sam:
        for condition in options.fit_sam:
            fit_sam(condition, options.seed)
        return
    rows, fits = compare(options.lists, options.starts, options.seed)
    page = options.out.read_text()
    before, after = page.split(BEGIN)[0], page.split(END)[1]
    table = markdown(rows, fits, options.lists, options.starts)
    options.out.write_text(f"{before}{BEGIN}{table}{END}{after}")


if __name__ == "__main__":
    main()
