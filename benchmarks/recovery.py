"""Recovery: `python -m benchmarks.recovery parameters`, and `... models`.

Which parameters are claimed to be identifiable was decided on pilot data sets of other random
numbers, and stands in STUDIES. The tables go into docs/theories.md, the figures into docs/figures.
Each is about five minutes on two idle cores. For the recovery of models the trials of murdock1962
must be there (`memsim data download murdock1962`, or the environment variable MEMSIM_DATA): the
theories that make data were fitted to its condition 20-1.
"""

import argparse
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis import plot_confusion, plot_recovery, save_figure
from memsim.cognitive import CMR, SAM, Descriptive, Rich, StartEndModel, Static
from memsim.fitting import (
    FitWarning,
    ModelRecovery,
    People,
    Recovery,
    box_around,
    fit,
    model_recovery,
    observe_people,
    parameter_recovery,
)
from paradigms import FreeRecall, SerialRecall

CONDITION = "20-1"
BEGIN = "<!-- begin python -m benchmarks.recovery {} -->\n"
END = "<!-- end recovery of {} -->"

#: pools of no more words than a list make lists fast to draw
TWENTY = FreeRecall(20, presentation_time=1.0, pool_size=20)
TEN = FreeRecall(10, pool_size=10)
G20 = CMR.preset("G20")
EIGHT = ("beta_enc", "beta_start", "beta_rec", "gamma", "delta", "alpha", "phi_s", "phi_d")
#: half of each value of G20 to both sides, but for beta_start, which is near 0 there
CMR_BOX = box_around(G20, EIGHT) | {"beta_start": (0.0, 0.4)}
SEM = StartEndModel.preset("SEM-softmax")
SEM_BOX = box_around(SEM, ("s0", "S", "e0", "E", "r_s", "tau")) | {
    "suppression": (0.5, 1.0),
    "theta": (-0.5, 1.0),
}


class Study(NamedTuple):
    """A theory whose parameters are to be recovered."""

    model: Any
    paradigm: Any
    claimed: tuple[str, ...]
    box: dict[str, tuple[float, float]] | None = None


STUDIES = {
    "CMR, 20 words, tau held at 6.37": Study(
        G20, TWENTY, ("beta_enc", "beta_start", "beta_rec", "alpha", "phi_s", "phi_d"), CMR_BOX
    ),
    "CMR, 20 words, tau free": Study(G20, TWENTY, (), CMR_BOX | box_around(G20, ["tau"])),
    "Static, 10 words": Study(Static.preset("static-10"), TEN, ("position",)),
    "Descriptive, 10 words": Study(Descriptive.preset("descriptive-10"), TEN, ("position", "lag")),
    "Start-End Model, 6 items": Study(SEM, SerialRecall(list_length=6), ("S", "E"), SEM_BOX),
}
FIGURE = "CMR, 20 words, tau held at 6.37"


def generators(n: int, seed: int) -> dict[str, list[Any]]:
    """Theories fitted to the lists of people drawn with replacement, n times."""
    all_people = replace(observe_people(f"murdock1962/{CONDITION}", TWENTY), recalls=None)
    subject = all_people.labels["subject"].to_numpy()
    rng = np.random.default_rng(seed)
    models: dict[str, list[Any]] = {"static": [], "descriptive": [], "rich": [], "CMR": []}
    for _ in range(n):
        drawn = rng.choice(np.unique(subject), len(np.unique(subject)))
        some = all_people.take(
            np.sort(np.concatenate([np.flatnonzero(subject == s) for s in drawn]))
        )
        for name, kind in (("static", Static), ("descriptive", Descriptive), ("rich", Rich)):
            models[name].append(kind.estimate(some.schedule, some.responses))
        models["CMR"].append(_fitted_cmr(some))
    return models | {"SAM": [SAM.preset("SAM-20-1"), SAM.preset("SAM-M62")]}


def _fitted_cmr(people: People) -> CMR:
    with warnings.catch_warnings():
        # tau at its bound is no news here, see PRESETS of CMR
        warnings.simplefilter("ignore", FitWarning)
        model: CMR = fit(CMR.preset("G20u"), people, by=None, n_starts=1).models["all"]
    return model


def markdown_parameters(found: dict[str, Recovery]) -> str:
    """One row per parameter; weights of a table in one row, with their worst and best r."""
    first = next(iter(found.values()))
    lines = [
        f"{first.n_data} data sets of {first.n_lists:,} lists for each theory.",
        "",
        "| | parameter | claimed | r | RMSE | spread of the truth | within 1.96 SE | verdict |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, recovery in found.items():
        summary = recovery.summary
        of = summary["parameter"].str.partition("[")[0]
        for parameter, rows in summary.groupby(of, sort=False):
            covered = rows["covered"].mean()
            verdict = rows["verdict"].unique()
            lines.append(
                f"| {name} | {parameter} | {'yes' if rows['claimed'].all() else ''} | "
                f"{_range(rows['r'])} | {_range(rows['rmse'])} | {_range(rows['spread'])} | "
                f"{'-' if np.isnan(covered) else f'{covered:.2f}'} | "
                f"{verdict[0] if len(verdict) == 1 else 'in part'} |"
            )
    return "\n".join(lines) + "\n"


def _range(values: pd.Series) -> str:
    low, high = f"{values.min():.2f}", f"{values.max():.2f}"
    return low if low == high else f"{low} to {high}"


def markdown_models(found: ModelRecovery) -> str:
    """Who wins on whose data, and by how much the runner-up is behind."""
    names = [*found.confusion.columns]
    nats = found.table.pivot_table(index=["generator", "data_set"], columns="model", values="nats")
    what = (
        f"Share of {found.n_data} data sets of {found.n_lists:,} lists on which each theory "
        "(columns) predicts held-out lists best; in brackets the mean of its nats per recall."
    )
    lines = [
        what,
        "",
        f"| data of | {' | '.join(names)} |",
        f"|{'---|' * (len(names) + 1)}",
    ]
    for generator, shares in found.confusion.iterrows():
        mean = nats.loc[generator].mean()
        cells = [f"{shares[name]:.2f} ({mean[name]:.3f})" for name in names]
        lines.append(f"| {generator} | {' | '.join(cells)} |")
    n_not = int((~found.table["converged"]).sum())
    lines += ["", f"{n_not} of {len(found.table)} fits to data sets did not converge in a half."]
    return "\n".join(lines) + "\n"


def counter(label: str) -> Callable[[int, int], None]:
    def count(done: int, of_all: int) -> None:
        print(f"\r{label}: {done} of {of_all}", end="\n" if done == of_all else "", flush=True)

    return count


def recover_parameters(n_data: int, **same: Any) -> tuple[str, Figure]:
    """Table of all studies, and the figure of one."""
    found = {
        name: parameter_recovery(
            study.model, study.paradigm, claimed=study.claimed, box=study.box,
            n_data=n_data, progress=counter(name), **same,
        )
        for name, study in STUDIES.items()
    }  # fmt: skip
    return markdown_parameters(found), plot_recovery(found[FIGURE].table)


def recover_models(n_data: int, **same: Any) -> tuple[str, Figure]:
    """Confusion matrix, as table and figure."""
    models = generators(min(5, n_data), same["seed"])
    found = model_recovery(
        models, TWENTY, n_data=n_data, n_starts=1, progress=counter("models"), **same
    )
    return markdown_models(found), plot_confusion(found.confusion)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("parameters", "models"))
    parser.add_argument("--data", type=int, help="data sets of each study (30) or theory (10)")
    parser.add_argument("--lists", type=int, default=1200, help="in each data set")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("docs"))
    options = parser.parse_args()
    same = {"n_lists": options.lists, "seed": options.seed, "workers": options.workers}
    if options.what == "parameters":
        text, fig = recover_parameters(options.data or 30, **same)
    else:
        text, fig = recover_models(options.data or 10, **same)
    print(text)
    save_figure(fig, options.out / f"figures/recovery_{options.what}", ["png"])
    begin, end = BEGIN.format(options.what), END.format(options.what)
    page = (options.out / "theories.md").read_text()
    before, after = page.split(begin)[0], page.split(end)[1]
    (options.out / "theories.md").write_text(f"{before}{begin}{text}{end}{after}")


if __name__ == "__main__":
    main()
