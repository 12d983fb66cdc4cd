"""Recency after a delay and with distraction throughout: `python -m benchmarks.distraction`.

TCM, CMR (softmax rule) and SAM are fitted to all six conditions of Howard and Kahana (1999) at
once, with the same parameters for all: TCM and CMR to the likelihood of single recalls, SAM to the
curves. Each then recalls the lists of each condition. The table goes into docs/theories.md; some
ten minutes. The trials of howard_kahana1999 must be there (`memsim data download
howard_kahana1999`, or the environment variable MEMSIM_DATA).
"""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import Recalls
from memsim import simulate
from memsim.cognitive import CMR, SAM, TCM
from memsim.experiments.free_recall import TASKS
from memsim.fitting import People, fit, fit_curves, fit_stop, observe_people
from memsim.fitting.curve_fit import pooled
from paradigms import FreeRecall

DATA = "howard_kahana1999"
#: what each condition is called in the table: its interval between words, and before the test
CONDITIONS = {
    "exp1_immediate": "immediate",
    "exp1_delayed": "10 s at the end",
    "exp2_ipi0": "16 s at the end",
    "exp2_ipi2": "and 2 s before each word",
    "exp2_ipi8": "and 8 s before each word",
    "exp2_ipi16": "and 16 s before each word",
}
#: of SAM; the rest keep the values of SAM-M62, see benchmarks.murdock
FREE, TIED = ("mu_r", "sigma_r", "q", "a", "b1"), {"c": "a", "b2": "b1"}
#: the middle of a list: its fifth to eighth word of twelve
MIDDLE = slice(4, 8)
BEGIN, END = "<!-- begin python -m benchmarks.distraction -->\n", "<!-- end distraction -->"


def task_of(condition: str) -> FreeRecall:
    """Its lists; a pool of no more words than a list shows makes them fast to draw."""
    task = TASKS[f"{DATA}/{condition}"]
    return replace(task, pool_size=task.list_length + task.n_distractors)


def fitted(people: People, n_starts: int, generations: int, seed: int) -> dict[str, Any]:
    """One parameter set of each theory for all conditions."""
    both = {
        "TCM": replace(TCM.preset("TCM-10p"), rho_distractor=0.95),
        "CMR, softmax": replace(CMR.preset("G20-softmax"), rho_distractor=0.95),
    }
    models: dict[str, Any] = {}
    for name, start in both.items():
        fits = fit(start, people, by=None, n_starts=n_starts, seed=seed)
        print(name, fits.table.iloc[0].to_dict(), flush=True)
        models[name] = fits.models["all"]
    found = fit_curves(
        SAM.preset("SAM-M62"), people, free=FREE, tied=TIED, seed=seed, n_lists=500,
        population=24, generations=generations,
    )  # fmt: skip
    print("SAM", found.table.iloc[0].to_dict(), flush=True)
    return models | {"SAM": found.models["all"]}


def recency(curves: dict[str, Any]) -> dict[str, float]:
    """Last word less the middle of the list, and how often recall begins with the last word."""
    spc, pfr = (curves[measure][0] / curves[measure][1] for measure in ("spc", "pfr"))
    return {"recency": spc[-1] - spc[MIDDLE].mean(), "begins with the last": pfr[-1]}


def compare(n_lists: int, n_starts: int, generations: int, seed: int) -> pd.DataFrame:
    """Recency of people and of each theory, by condition."""
    tasks = {condition: task_of(condition) for condition in CONDITIONS}
    people = observe_people(DATA, tasks)
    models = fitted(people, n_starts, generations, seed)
    rows = []
    for condition, task, some in people.conditions():
        recalls = some.clean_recalls(task)
        rows.append({"condition": condition, "model": "people"} | recency(pooled(recalls, task)))
        for name, model in models.items():
            if hasattr(model, "stop"):
                model = fit_stop(model, some, "saturated")[0]
            simulated = Recalls.from_table(simulate(model, task, n_lists=n_lists, seed=seed + 1))
            rows.append({"condition": condition, "model": name} | recency(pooled(simulated, task)))
            print(rows[-1], flush=True)
    table = pd.DataFrame(rows)
    for name, model in models.items():
        print(name, model)
    return table


def markdown(table: pd.DataFrame, n_lists: int) -> str:
    """The table, as docs/theories.md has it."""
    models = [*table["model"].unique()]
    what = (
        "Recall of the last word less that of the fifth to the eighth of twelve, and in brackets "
        "how often recall begins with the last word; people's lists pooled, theories over "
        f"{n_lists:,} simulated lists."
    )
    lines = [
        what,
        "",
        f"| distraction | {' | '.join(models)} |",
        f"|{'---|' * (len(models) + 1)}",
    ]
    for condition, label in CONDITIONS.items():
        rows = table[table["condition"] == condition].set_index("model")
        cells = [
            f"{rows.loc[m, 'recency']:.2f} ({rows.loc[m, 'begins with the last']:.2f})"
            for m in models
        ]
        lines.append(f"| {label} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lists", type=int, default=20_000, help="simulated, for each number")
    parser.add_argument("--starts", type=int, default=5, help="of the fits by likelihood")
    parser.add_argument("--generations", type=int, default=30, help="of the fit of SAM")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("docs/theories.md"))
    options = parser.parse_args()
    table = compare(options.lists, options.starts, options.generations, options.seed)
    text = markdown(table, options.lists)
    print(text)
    page = options.out.read_text()
    before, after = page.split(BEGIN)[0], page.split(END)[1]
    options.out.write_text(f"{before}{BEGIN}{text}{END}{after}")


if __name__ == "__main__":
    main()
