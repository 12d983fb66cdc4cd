"""Which theory of serial recall predicts people: ``python -m benchmarks.theories_serial``.

Gradient, position, chain and all three together are fitted to two data sets by maximum likelihood,
once with the same parameters for all people and once for each person, and scored on lists they were
not fitted to. Writes one row per theory, person and fold, prints the tables of
docs/serial_theories.md, and draws its figure. Trials come from MEMSIM_DATA, or from their source
with --download. About ten minutes of CPU time.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import chi2

from analysis import (
    Recalls,
    bootstrap_subjects,
    fill_in_ratio,
    load_human,
    plot_held_out,
    save_figure,
    serial_accuracy,
)
from benchmarks.serial_fits import (
    CHAIN,
    DATA,
    GRADIENT,
    JOINT,
    ORDER,
    PARTS,
    POSITION,
    STAGES,
    compare,
    complete,
)
from memsim.fitting import People, observe_people
from memsim.simulate import simulate
from paradigms import SerialRecall


def per_person(table: pd.DataFrame, in_sample: bool = False) -> pd.DataFrame:
    """Nats per response of each person: `data`, `theory`, `subject`, `nats`."""
    some = table[(table["fold"] < 0) == in_sample]
    sums = some.groupby(["data", "parameters", "theory", "subject"])[["nll", "n_responses"]].sum()
    return (sums["nll"] / sums["n_responses"]).rename("nats").reset_index()


def report(table: pd.DataFrame) -> None:
    """Print what the docs say."""
    held_out, inside = per_person(table), per_person(table, in_sample=True)
    for (data, parameters), some in held_out.groupby(["data", "parameters"], sort=False):
        print(f"\n## {data}, {parameters} parameters\n")
        print(
            "| theory | free | in sample | held out | than start-end |\n| --- | --- | --- | --- | --- |"
        )
        wide = some.pivot(index="subject", columns="theory", values="nats")
        rest = inside[(inside["data"] == data) & (inside["parameters"] == parameters)]
        for label in [*ORDER, *(f"{JOINT} but {part}" for part in PARTS)]:
            if label not in wide:
                continue
            gain = (wide[POSITION] - wide[label]).rename("nats").reset_index()
            ends = bootstrap_subjects(gain, None, "nats").iloc[0]
            free = table[(table["theory"] == label) & (table["data"] == data)]
            free = free[free["parameters"] == parameters]["n_free"].iloc[0]
            fitted = rest[rest["theory"] == label]["nats"].mean()
            better = (
                ""
                if label == POSITION
                else (f"{ends['mean']:+.3f} ({ends['low']:+.3f} to {ends['high']:+.3f})")
            )
            print(f"| {label} | {free} | {fitted:.3f} | {wide[label].mean():.3f} | {better} |")
    print("\n## Without one of the three (in sample, shared parameters)\n")
    print("| data | without | nats lost | fewer | p |\n| --- | --- | --- | --- | --- |")
    inside = table[(table["fold"] < 0) & (table["parameters"] == "shared")]
    total = inside.groupby(["data", "theory"], sort=False).agg(
        nll=("nll", "sum"), n_free=("n_free", "first")
    )
    for data in inside["data"].unique():
        whole = total.loc[(data, JOINT)]
        for part in PARTS:
            less = total.loc[(data, f"{JOINT} but {part}")]
            lost, fewer = less["nll"] - whole["nll"], int(whole["n_free"] - less["n_free"])
            p = chi2.sf(2 * lost, fewer)
            print(f"| {data} | {part} | {lost:.1f} | {fewer} | {p:.0e} |")
    print(
        "\n## Fits that did not converge: share, and the largest slope left (nats per search box)\n"
    )
    print("| data | parameters | theory | share | slope |\n| --- | --- | --- | --- | --- |")
    ends = table.drop_duplicates(["data", "parameters", "theory", "fold"])
    for key, some in ends.groupby(["data", "parameters", "theory"], sort=False):
        if (some["converged"] < 1).any():
            share = 1 - some["converged"].mean()
            print(f"| {' | '.join(key)} | {share:.2f} | {some['slope'].max():.2g} |")


def phenomena(data: str, shared: Mapping[str, Any], people: People) -> None:
    """Print accuracy by position and fill-in : infill of people and of the fitted theories, L 6."""
    recalls = recalls_of(people)
    six = recalls.take(recalls.list_length == 6)
    tables = {"People": six} | {
        label: simulate(shared[label], SerialRecall(list_length=6), n_lists=20_000)
        for label in (GRADIENT, CHAIN, POSITION, JOINT)
    }
    print(f"\n## {data}, lists of six\n")
    for label, some in tables.items():
        accuracy = serial_accuracy(some).groupby("input")["recall"].mean()
        counts = fill_in_ratio(some)[["fill_in", "infill"]].sum()
        curve = " ".join(f"{x:.2f}".lstrip("0") for x in accuracy[:6])
        print(f"| {label} | {curve} | {counts['fill_in'] / counts['infill']:.1f} |")


def gains(data: str, shared: Mapping[str, Any], people: People) -> None:
    """Print how much better than the start-end model, by what was said just before."""
    places = np.arange(1, people.schedule.presented.shape[1] + 1)
    said = recalls_of(people).recalled[:, : len(places)]
    before = np.pad(said, ((0, 0), (1, len(places) - said.shape[1])))[:, : len(places)]
    asked = places <= people.schedule.asked.sum(axis=1)[:, None]
    kinds = {
        "nothing yet": places == 1,
        "the right item": before == places - 1,
        "another item": (before > 0) & (before != places - 1),
        "nothing": before == 0,
        "no item of the list": before < 0,
    }
    log_p = {
        label: shared[label].log_likelihood(people.schedule, people.responses).numpy()
        for label in (POSITION, GRADIENT, JOINT)
    }
    print(f"\n## {data}: nats gained on the start-end model (per response, total)\n")
    rest = asked.copy()
    for kind, there in kinds.items():
        here, rest = rest & there, rest & ~there
        for label in (GRADIENT, JOINT):
            gain = (log_p[label] - log_p[POSITION])[here]
            if gain.size:
                print(f"| after {kind} | {label} | {gain.mean():+.3f} | {gain.sum():+.0f} |")


def draw(table: pd.DataFrame, path: str) -> None:
    """The figure of docs/serial_theories.md."""
    # without the model of no order, which is so far off that one would see nothing else
    shown = ORDER[1:]
    scores = per_person(table[table["theory"].isin(shown) & table["data"].isin([*DATA])])
    parameters = "own" if "own" in [*scores["parameters"]] else "shared"
    fig = plot_held_out(scores[scores["parameters"] == parameters], POSITION, order=shown)
    save_figure(fig, path, ["png"])


def run(data: str, stage: str, n_starts: int) -> pd.DataFrame:
    """Scores on one data set; of shared parameters also what they make of lists of six."""
    name, lengths, intrusions = DATA[data]
    tasks = {n: SerialRecall(list_length=n) for n in lengths}
    people = observe_people(name, tasks, paradigm_by="list_length")
    if stage == "complete":
        people, intrusions = complete(people), False
    print(f"{data}, {stage}: {len(people)} lists", flush=True)
    scores, fits = compare(people, intrusions, "own" if stage == "own" else "shared", n_starts)
    if stage == "shared":
        shared = {label: each.models["all"] for label, each in fits.items()}
        for label, model in shared.items():
            print(label, model, flush=True)
        phenomena(data, shared, people)
        gains(data, shared, people)
    return scores.assign(data=f"{data}, complete reports" if stage == "complete" else data)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("runs/serial_theories"))
    parser.add_argument("--figure", default="docs/figures/serial_theories")
    parser.add_argument("--starts", type=int, default=3, help="of each fit in sample")
    parser.add_argument("--only", nargs="*", default=[*DATA], help="data sets to fit anew")
    parser.add_argument("--stages", nargs="*", default=[*STAGES], choices=STAGES)
    parser.add_argument("--download", action="store_true", help="load trials from their source")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for data in args.only:
        name = DATA[data][0].partition("/")[0]
        if args.download:
            load_human(name, download=True)
        for stage in args.stages:
            scores = run(data, stage, args.starts)
            scores.to_csv(args.out / f"{name}-{stage}.csv", index=False)
    found = [pd.read_csv(path) for path in sorted(args.out.glob("*.csv"))]
    table = pd.concat(found, ignore_index=True)
    report(table)
    draw(table, args.figure)


def recalls_of(people: People) -> Recalls:
    """The reports as measures take them."""
    return Recalls(
        presented=people.schedule.presented,
        recalled=people.responses,
        labels=people.labels,
        omissions=True,
    )


if __name__ == "__main__":
    main()
