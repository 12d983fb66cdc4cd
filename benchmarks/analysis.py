"""How fast the measures of free recall are beside psifr: `python -m benchmarks.analysis`, a minute.

Each round counts, one after the other, what ours and psifr take for the same measure of the same
lists. The table gives the median over the rounds of the ratio of CPU times and, in brackets, its
range. The cost of a million lists is that of a process of its own.
"""

import argparse
import datetime
import os
import platform
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from psifr import fr

from analysis import Recalls, lag_crp, pfr, pli_list_lag, pnr, spc, temporal_factor

LENGTH = 16
LISTS_OF_A_SUBJECT = 280
Measure = Callable[..., pd.DataFrame]

#: name, ours, psifr's
PAIRS: list[tuple[str, Measure, Measure]] = [
    ("SPC", spc, fr.spc),
    ("PNR", pnr, fr.pnr),
    ("lag-CRP", lag_crp, fr.lag_crp),
    ("temporal factor", temporal_factor, fr.lag_rank),
    (
        "PLI by list lag",
        lambda recalls: pli_list_lag(recalls, 3),
        lambda merged: fr.pli_list_lag(merged, 3),
    ),
]


def some_recalls(n_lists: int, seed: int = 0) -> Recalls:
    """Lists of 16 words, 4 to 12 responses each, of which some are intrusions and repeats.

    No two lists of a subject share a word; an intrusion is from the list before, where there is
    one.
    """
    rng = np.random.default_rng(seed)
    subject = np.arange(n_lists) // LISTS_OF_A_SUBJECT + 1
    number = np.arange(n_lists) % LISTS_OF_A_SUBJECT + 1
    presented = (number[:, None] - 1) * LENGTH + np.arange(1, LENGTH + 1)
    # neighbours come near one another: each word at its position, jittered
    order = (np.arange(LENGTH) + rng.normal(0, 3, (n_lists, LENGTH))).argsort(axis=1) + 1
    recalled = order[:, :12]
    recalled = np.where(rng.random(recalled.shape) < 0.05, recalled[:, [0]], recalled)
    intruded = (rng.random(recalled.shape) < 0.05) & (number > 1)[:, None]
    ended = np.arange(12) >= rng.integers(4, 13, n_lists)[:, None]
    items = np.take_along_axis(presented, recalled - 1, axis=1)
    items = np.where(intruded, items - LENGTH, items)
    return Recalls(
        presented=presented.astype(np.int32),
        recalled=np.where(ended, 0, np.where(intruded, -1, recalled)),
        labels=pd.DataFrame({"subject": subject, "list": number}),
        recalled_items=np.where(ended, 0, items).astype(np.int32),
        vocabulary=np.array(
            [f"word{i:05}" for i in range(1, LENGTH * LISTS_OF_A_SUBJECT + 1)], dtype=object
        ),
    )


def cpu(call: Callable[[], object]) -> float:
    """CPU seconds of a call, all threads of this process."""
    start = time.process_time()
    call()
    return time.process_time() - start


def beside_psifr(n_lists: int, n_rounds: int) -> list[str]:
    """Rows of the table: from the dense twin, and from the long table."""
    recalls = some_recalls(n_lists)
    table = recalls.to_table()
    merged = fr.merge_free_recall(table)
    rows = []
    for name, mine, theirs in PAIRS:
        mine(recalls.take(slice(1000)))  # imports, caches
        rounds = []
        for _ in range(n_rounds):
            twin = cpu(lambda mine=mine: mine(recalls))
            long = cpu(lambda mine=mine: mine(table))
            measured = cpu(lambda theirs=theirs: theirs(merged))
            merging = cpu(lambda: fr.merge_free_recall(table))
            if name.startswith("PLI"):  # psifr looks up the earlier lists while it merges
                measured, merging = measured + merging, 0.0
            rounds.append(
                (twin, long, measured, measured / twin, (merging + measured) / long, merging)
            )
        twin, long, measured, *_, merging = np.median(rounds, axis=0)
        ratios = [spread([one[i] for one in rounds]) for i in (3, 4)]
        rows.append(
            f"| {name} | {twin:.3f} | {measured:.2f} | {ratios[0]} "
            f"| {long:.3f} | {measured + merging:.2f} | {ratios[1]} |"
        )
        print(rows[-1], flush=True)
    return rows


def spread(values: list[float]) -> str:
    """Median and range."""
    return f"{np.median(values):.0f} ({min(values):.0f}-{max(values):.0f})"


def many_lists(n_lists: int) -> None:
    """SPC, PFR and lag-CRP of so many lists; prints CPU and wall seconds and peak memory, MiB."""
    recalls = some_recalls(n_lists)
    cpu_start, wall_start = time.process_time(), time.perf_counter()
    for measure in (spc, pfr, lag_crp):
        measure(recalls)
    wall = time.perf_counter() - wall_start
    taken = time.process_time() - cpu_start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{taken:.2f} {wall:.2f} {peak:.0f}")


def of_a_process(n_lists: int) -> str:
    """Row of the table of sizes."""
    command = [sys.executable, "-m", "benchmarks.analysis", "--many", str(n_lists)]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    taken, wall, peak = out.split()
    each = float(taken) / n_lists * 1e6
    return f"| {n_lists:,} | {taken} | {wall} | {each:.2f} | {peak} |"


def machine() -> str:
    info = Path("/proc/cpuinfo")
    model = platform.machine()
    if info.exists():
        lines = [x for x in info.read_text().splitlines() if x.startswith("model name")]
        model = lines[0].split(": ")[1] if lines else model
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lists", type=int, default=28_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("docs/benchmarks_analysis.md"))
    parser.add_argument("--many", type=int, help="only time so many lists, for the second table")
    options = parser.parse_args()
    if options.many:
        many_lists(options.many)
        return
    warnings.simplefilter("ignore")  # psifr averages empty sets and relies on older pandas
    rows = beside_psifr(options.lists, options.rounds)
    sizes = [of_a_process(n) for n in (125_000, 250_000, 500_000, 1_000_000)]
    options.out.write_text(
        f"""# Benchmarks of the analysis

`python -m benchmarks.analysis`, {datetime.date.today()}: {machine()}, numpy {np.__version__}, pandas {pd.__version__}, psifr {version("psifr")}.

## Beside psifr

{options.lists:,} lists of {LENGTH} words with 4 to 12 responses, {LISTS_OF_A_SUBJECT} lists a subject. CPU seconds, median of {options.rounds} interleaved rounds. From the long table ours includes the check and the conversion, psifr its merge; of prior-list intrusions (PLI) always, for that is where psifr looks up the earlier lists. Ratios: psifr / ours, median and range.

| measure | ours from the twin, s | psifr, s | ratio | ours from the table, s | psifr with merge, s | ratio |
| --- | --- | --- | --- | --- | --- | --- |
{chr(10).join(rows)}

## Many lists

SPC, PFR and lag-CRP together, from the twin, each size in a process of its own (whose peak memory includes making the lists).

| lists | CPU, s | wall, s | CPU per list, µs | peak memory, MiB |
| --- | --- | --- | --- | --- |
{chr(10).join(sizes)}
"""
    )


if __name__ == "__main__":
    main()
