"""The command line: `memsim run PARADIGM`, `memsim fit MODEL`, `memsim compare`, `memsim data list`."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import get_args, get_type_hints

import docstring_parser
import pandas as pd
from jsonargparse import ArgumentParser
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table

from memsim.compare_command import compare_command, compare_options
from memsim.data_command import add_data_options, show_data
from memsim.experiments import RUNS, Run, run_experiment
from memsim.experiments.run import check_fit, plan
from memsim.fit_command import fit_command, fit_options
from memsim.run_folder import RunFolder
from memsim.train import Progress


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit status is 2 for what the user can mend, 130 for Ctrl-C."""
    words = [_underscored(word) for word in (sys.argv[1:] if arguments is None else arguments)]
    if words[:1] == ["fit"]:
        return fit_command(words[1:] or ["--help"])
    if words[:1] == ["compare"]:
        return compare_command(words[1:] or ["--help"])
    if words[:1] != ["run"] or len(words) < 2 or words[1] not in RUNS:
        # of the rest, all but `data` are help or a mistake, which end here
        unfinished = words in ([], ["run"], ["data"])
        parsed = command_line().parse_args([*words, "--help"] if unfinished else words)
        return show_data(parsed.data)
    kind = RUNS[words[1]]
    given = vars(run_options(kind).parse_args(words[2:]))
    try:
        run = kind(**{name: value for name, value in given.items() if name != "config"})
        check_fit(run)
        RunFolder(run.out)
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        print(f"tip: memsim run {kind.command} --help explains all options", file=sys.stderr)
        return 2
    try:
        _run(run)
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
    commands.add_subcommand("fit", fit_options(), help="fit a theory to people")
    commands.add_subcommand(
        "compare", compare_options(), help="who predicts people best: theories and networks"
    )
    data = ArgumentParser(description="Human data, by name.")
    commands.add_subcommand("data", data, help="list human data, show one data set")
    add_data_options(data)
    paradigms = run.add_subcommands(dest="paradigm")
    for name, kind in RUNS.items():
        paradigms.add_subcommand(name, run_options(kind), help=name.replace("-", " "))
    return parser


def run_options(kind: type[Run]) -> ArgumentParser:
    """Parser of the options of a run; they and their help come from the experiment itself."""
    parser = ArgumentParser(prog=f"memsim run {kind.command}", description=kind.help)
    parser.add_argument(
        "--config", action="config", help="YAML file of options, as --print_config writes it"
    )
    # by hand, since several values after one option are not what a list gets by itself
    several = {
        name: get_args(get_args(hint)[0] if type(None) in get_args(hint) else hint)[0]
        for name, hint in get_type_hints(kind).items()
        if "list[" in str(hint)
    }
    defaults = kind()
    for name, each in several.items():
        parser.add_argument(
            f"--{name}",
            type=each,
            nargs="+",
            default=getattr(defaults, name),
            help=_help(kind, name),
        )
    parser.add_class_arguments(kind, None, as_group=False, skip={*several})
    return parser


def _help(kind: type[Run], name: str) -> str:
    """What the docstring of an experiment, or of what all share, says of an option."""
    documented = [
        option
        for one in (kind, Run)
        for option in docstring_parser.parse(one.__doc__ or "").params
        if option.arg_name == name
    ]
    return str(documented[0].description)


def _underscored(word: str) -> str:
    """--list-length and --list_length are the same option."""
    name, equals, value = word.partition("=")
    return "--" + name[2:].replace("-", "_") + equals + value if word.startswith("--") else word


def _run(run: Run) -> None:
    console = Console()
    n_networks = len(plan(run))
    console.print(
        f"{run.title()}. Networks to train: {n_networks}, "
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

        summary = run_experiment(run, show)
    console.print(summary_table(summary, run.shown))
    console.print(run.key, style="dim")
    console.print(f"Begin with {Path(run.out, 'README.md')}")


def summary_table(summary: pd.DataFrame, shown: Mapping[str, str]) -> Table:
    """The summary as a terminal of 80 characters shows it: some columns, under short names."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=0)
    table.add_column("source", no_wrap=True)
    for heading in shown.values():
        table.add_column(heading, justify="right", no_wrap=True)
    for _, row in summary.iterrows():
        # probabilities without the leading zero, as psychologists print them
        values = ["" if pd.isna(row[name]) else _short(row[name]) for name in shown]
        table.add_row(f"{row['source']}\n[dim]{row['status']}", *values)
    return table


def _short(value: float) -> str:
    text = f"{value:.2f}"
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text
