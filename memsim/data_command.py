"""`memsim data list` and `memsim data show NAME`: which human data there are."""

import sys
import textwrap

import pandas as pd
from jsonargparse import ArgumentParser, Namespace
from rich import box
from rich.console import Console
from rich.table import Table

from analysis import human_data, human_data_table

#: columns of a terminal in which the longest name fits on one line
WIDE = 110
#: what the column of trials says
KEY = (
    "Curves of each set ship with memsim: analysis.human_curves(NAME). Trials, by "
    "analysis.load_human(NAME): in the folder that MEMSIM_DATA names, in the cache of earlier "
    "downloads, for download on request, or not here (show NAME says why)."
)


def add_data_options(parser: ArgumentParser) -> None:
    """What `memsim data` understands."""
    commands = parser.add_subcommands(dest="action")
    commands.add_subcommand(
        "list", ArgumentParser(description="List the human data sets."), help="list the data sets"
    )
    show = ArgumentParser(description="Show the citation of a data set and what to know of it.")
    show.add_argument("name", help="name of the data set, as `memsim data list` shows it")
    commands.add_subcommand("show", show, help="citation, licence, source and notes of one")


def show_data(given: Namespace) -> int:
    """Run `memsim data`, parsed; the exit status is 2 for a name that is none."""
    console = Console()
    if given.action == "list":
        console.print(_overview(console.width))
        console.print(KEY, style="dim")
        return 0
    try:
        text = describe(given.show.name)
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    # one line each, so that an address can be copied whole
    console.print(text, markup=False, highlight=False, soft_wrap=True)
    return 0


def describe(name: str) -> str:
    """Citation, licence, source and notes of a human data set."""
    data = human_data(name)
    trials = human_data_table().set_index("name")["trials"][name]
    facts = {
        "kind": f"{data.kind} recall",
        "subjects": data.subjects,
        "lists": data.lists,
        "list lengths": ", ".join(map(str, data.list_lengths)),
        "conditions": ", ".join(data.conditions),
        "licence": f"{data.licence} (as the repository states it)",
        "source": data.page,
        "trials": f"{trials}: {data.folder_only}" if trials == "not here" else trials,
    }
    lines = [f"{data.name}", data.citation, ""]
    lines += [f"{label + ':':14}{value}" for label, value in facts.items() if value]
    return "\n".join([*lines, "", *(f"- {note}" for note in data.notes)])


def _overview(width: int) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=0)
    for heading in ("name", "kind"):
        table.add_column(heading, no_wrap=True)
    for heading in ("sub-\njects", "lists", "lengths", "condi-\ntions"):
        table.add_column(heading, justify="right", no_wrap=True)
    for heading in ("licence", "trials"):
        table.add_column(heading, no_wrap=True)
    for name, *row in human_data_table().itertuples(index=False):
        lines = [name] if width >= WIDE else _lines(name)
        table.add_row("\n".join(lines), *("" if pd.isna(cell) else str(cell) for cell in row))
    return table


def _lines(name: str, width: int = 19) -> list[str]:
    """A long name in several lines, broken between its words."""
    return [
        line.replace(" ", "")
        for line in textwrap.wrap(name.replace("_", "_ "), width, break_long_words=False)
    ]
