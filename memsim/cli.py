"""The command line: `memsim run PARADIGM`, `memsim data list`."""

import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from jsonargparse import ArgumentParser
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table

from memsim.data_command import add_data_options, show_data
from memsim.experiments import FreeRecallRun, run_free_recall
from memsim.run_folder import RunFolder
from memsim.train import Progress

#: columns of the summary that the terminal shows, and how it names them
SHOWN = {
    "words": "words",
    "intrusions": "intr.",
    "repeats": "rep.",
    "spc_first": "SPC\n1st",
    "spc_last": "SPC\nlast",
    "pfr_first": "PFR\n1st",
    "pfr_last": "PFR\nlast",
    "crp_minus1": "CRP\n-1",
    "crp_plus1": "CRP\n+1",
    "rmsd_spc": "RMSD\nSPC",
    "rmsd_pfr": "RMSD\nPFR",
    "rmsd_crp": "RMSD\nCRP",
}
KEY = (
    "Per list: words, intr(usions), rep(eats). SPC: recall of the first and last word. PFR: recall "
    "begins with it. CRP: lag-CRP. RMSD: root mean squared deviation from people."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit status is 2 for what the user can mend, 130 for Ctrl-C."""
    words = [_underscored(word) for word in (sys.argv[1:] if arguments is None else arguments)]
    if words[:2] != ["run", "free-recall"]:
        # of the rest, all but `data` are help or a mistake, which end here
        unfinished = words in ([], ["run"], ["data"])
        parsed = command_line().parse_args([*words, "--help"] if unfinished else words)
        return show_data(parsed.data)
    given = vars(free_recall_options().parse_args(words[2:]))
    try:
        run = FreeRecallRun(**{name: value for name, value in given.items() if name != "config"})
        RunFolder(run.out)
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        print("tip: memsim run free-recall --help explains all options", file=sys.stderr)
        return 2
    try:
        _free_recall(run)
    except KeyboardInterrupt:
        print(f"\nstopped; {run.out} holds an unfinished run", file=sys.stderr)
        return 130
    return 0


def command_line() -> ArgumentParser:
    """Parser of all commands."""
    parser = ArgumentParser(
        prog="memsim",
        description="Networks with external memory, theories of human memory, and people, "
        "on the same task and under the same measures.",
    )
    run = ArgumentParser(description="Run a whole experiment into a folder.")
    commands = parser.add_subcommands(dest="command")
    commands.add_subcommand("run", run, help="run a whole experiment into a folder")
    data = ArgumentParser(description="Human data, by name.")
    commands.add_subcommand("data", data, help="list human data, show one data set")
    add_data_options(data)
    run.add_subcommands(dest="paradigm").add_subcommand(
        "free-recall", free_recall_options(), help="free recall of word lists"
    )
    return parser


def free_recall_options() -> ArgumentParser:
    """Parser of the options of a run; most, and their help, come from the experiment itself."""
    parser = ArgumentParser(
        prog="memsim run free-recall",
        description="Train DNCs with and without forgetting on immediate free recall, simulate "
        "TCM, CMR and SAM, and lay all of them beside people. Begin with the README.md of the "
        "folder it writes. A first look in a minute: --n_updates 40 --n_lists 50. A dose curve: "
        "--noise 0 0.1 0.2 0.3 0.4 --networks 5. Longer lists: --list_length 20 --noise 0.3 "
        "--human murdock1962/20-1.",
    )
    parser.add_argument(
        "--config", action="config", help="YAML file of options, as --print_config writes it"
    )
    # by hand, since several values after one option are not what a list gets by itself
    parser.add_argument(
        "--noise",
        type=float,
        nargs="+",
        default=FreeRecallRun().noise,
        help="Forgetting of the networks, one or more levels: each step, every stored word "
        "diffuses by this share of its own size. 0 is the DNC of Graves et al. (2016).",
    )
    parser.add_class_arguments(FreeRecallRun, None, as_group=False, skip={"noise"})
    return parser


def _underscored(word: str) -> str:
    """--list-length and --list_length are the same option."""
    name, equals, value = word.partition("=")
    return "--" + name[2:].replace("-", "_") + equals + value if word.startswith("--") else word


def _free_recall(run: FreeRecallRun) -> None:
    console = Console()
    n_networks = len(run.noise) * run.networks
    console.print(
        f"Free recall of {run.paradigm().list_length} words. Networks to train: {n_networks}, "
        f"each for {run.n_updates} updates, {min(run.workers, n_networks)} at a time."
    )
    with Bars(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[right]:>4} right"),
        TimeElapsedColumn(),
        console=console,
    ) as bars:
        tasks = {}

        def show(name: str, now: Progress) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=run.n_updates, right="")
            again = f" (restart {now.attempt})" if now.attempt else ""
            bars.update(
                tasks[name],
                completed=now.update,
                description=name + again,
                right=f"{now.right:.0%}",
            )

        summary = run_free_recall(run, show)
    console.print(summary_table(summary))
    console.print(KEY, style="dim")
    console.print(f"Begin with {Path(run.out, 'README.md')}")


def summary_table(summary: pd.DataFrame) -> Table:
    """The summary as a terminal of 80 characters shows it."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=0)
    table.add_column("source", no_wrap=True)
    for heading in SHOWN.values():
        table.add_column(heading, justify="right", no_wrap=True)
    for _, row in summary.iterrows():
        # probabilities without the leading zero, as psychologists print them
        values = [
            "" if pd.isna(row[name]) else f"{row[name]:.2f}".removeprefix("0") for name in SHOWN
        ]
        table.add_row(f"{row['source']}\n[dim]{row['status']}", *values)
    return table
