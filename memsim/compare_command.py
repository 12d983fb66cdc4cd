"""`memsim compare --human NAME --models A B C`: who predicts people best, into a folder."""

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from jsonargparse import ArgumentParser
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from analysis import human_data, plot_held_out, save_figure
from memsim.comparison import Comparison, EachSubject, Split, compare, find_contenders
from memsim.comparison.compare import kind_of
from memsim.comparison.contenders import FREE_CONTENDERS, SERIAL_CONTENDERS
from memsim.comparison.folds import split_lists, split_subjects, transfer
from memsim.comparison.page import page
from memsim.comparison.store import PLAN
from memsim.experiments.page import who
from memsim.fit_command import FitRun, task_of
from memsim.fitting import People, observe_people
from memsim.run_folder import RunFolder

HELP = """\
Fit theories, descriptions without a theory and networks to some of people's lists, and see how well
each predicts the others, response by response. Writes table.csv, scores.csv, in_sample.csv, rmsd.csv,
figure.pdf and .png, and README.md, where to begin. If it is stopped, the same command goes on where it
was; with further --models it adds them. Networks that were trained on the task take part in Python:
memsim.comparison.TaskTrained."""

#: contenders with 0 and 1 on the normalised score, first where both are there
SCALES = (
    ("Uniform", "Descriptive"),
    ("Uniform", "Descriptive, from both ends"),
    ("No order", "Places, counted"),
)


@dataclass(frozen=True)
class CompareRun:
    """Options of `memsim compare`.

    Parameters
    ----------
    human : str
        Human data of free or serial recall, "NAME" or "NAME/CONDITION" as `memsim data list` and
        `memsim data show` name them, such as murdock1962/20-1. See there where trials come from.
    models : list of str
        Contenders by name.
    reference : str
        Contender that the others are held against; descriptive, or the first one named, if left out.
    folds : int
        Parts of the lists; each is predicted by what was fitted to the others.
    only_fold : int
        Predict this one only, from 1; for data that take long.
    leave_out : {"lists", "subjects"}
        Folds of each subject's lists, or of subjects.
    train_on : str
        Condition to fit to; then those of test_on are predicted, and there are no folds.
    test_on : list of str
        Conditions to predict.
    each_subject : bool
        Fit to every subject apart, not to all together.
    in_sample : bool
        Also fit to all lists, for AIC and BIC of classical contenders.
    n_generated : int
        How often held-out lists are simulated, for curves; 0 for none.
    presentation_time, retention_interval, interitem_interval : float
        Seconds, where the data by themselves do not say how they were presented.
    seed : int
        Of folds, fits and simulations.
    workers : int
        Processes; the result is the same with any number.
    out : Path
        A new folder, or that of the same comparison, which goes on.
    """

    human: str
    models: list[str] = field(default_factory=lambda: ["uniform", "static", "cmr", "descriptive"])
    reference: str | None = None
    folds: int = 5
    only_fold: int | None = None
    leave_out: Literal["lists", "subjects"] = "lists"
    train_on: str | None = None
    test_on: list[str] | None = None
    each_subject: bool = False
    in_sample: bool = True
    n_generated: int = 20
    presentation_time: float | None = None
    retention_interval: float | None = None
    interitem_interval: float | None = None
    seed: int = 0
    workers: int = 1
    out: Path = Path("runs/compare")


def compare_options() -> ArgumentParser:
    """Parser of `memsim compare`."""
    parser = ArgumentParser(prog="memsim compare", description=HELP)
    free, serial = ", ".join(FREE_CONTENDERS), ", ".join(SERIAL_CONTENDERS)
    parser.add_argument(
        "--models",
        type=str,
        nargs="+",
        default=["uniform", "static", "cmr", "descriptive"],
        help=f"contenders; of free recall: {free}; of serial recall: {serial}",
    )
    parser.add_argument(
        "--test_on", type=str, nargs="+", default=None, help="conditions to predict"
    )
    parser.add_class_arguments(CompareRun, None, as_group=False, skip={"models", "test_on"})
    return parser


def compare_command(arguments: list[str]) -> int:
    """Run `memsim compare`; the exit status is 2 for what the user can mend, 130 for Ctrl-C."""
    run = CompareRun(**vars(compare_options().parse_args(arguments)))
    console = Console()
    try:
        people, contenders, splits, reference = prepare(run)
        folder = RunFolder(run.out, resume=(run.out / PLAN).exists())
        if not folder.resume:
            folder.begin(run)
        comparison = _compare(run, people, contenders, splits)
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        print("tip: memsim compare --help explains all options", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"\nstopped; the same command goes on where {run.out} is", file=sys.stderr)
        return 130
    table = write_comparison(comparison, run, reference)
    folder.end()
    shown = table[["contender", "nats", "nats_choice", "better", "low", "high"]]
    console.print(shown.round(3).to_string(index=False), markup=False, highlight=False)
    console.print(
        "Held-out nats per event, and per recall for the choice of item; how many nats better than "
        f"{reference}, with 95 % interval.",
        style="dim",
    )
    console.print(f"Begin with {run.out / 'README.md'}")
    return 0


def prepare(run: CompareRun) -> tuple[People, list[Any], list[Split], str]:
    """People, contenders, splits, and the name of the reference."""
    serial = human_data(run.human.partition("/")[0]).kind == "serial"
    contenders = find_contenders(run.models, serial)
    named = dict(zip(run.models, contenders, strict=True))
    default = "descriptive" if "descriptive" in named else run.models[0]
    key = run.reference or default
    if key not in named:
        raise ValueError(f"reference={key!r} is not among --models {' '.join(run.models)}")
    if run.each_subject:
        named = {name: EachSubject(each) for name, each in named.items()}
    if (run.train_on is None) != (run.test_on is None):
        raise ValueError("train_on and test_on go together: conditions to fit to, and to predict")
    names = ("presentation_time", "retention_interval", "interitem_interval")
    task = task_of(FitRun(run.human, **{name: getattr(run, name) for name in names}))
    people = observe_people(run.human, task, paradigm_by="list_length")
    if run.train_on is not None:
        wanted = [run.train_on, *(run.test_on or [])]
        transfer(people, run.train_on, run.test_on or [])  # tells of conditions that are not there
        there = people.labels["condition"].isin(wanted).to_numpy()
        people = people.take(np.flatnonzero(there))
    return people, [*named.values()], splits_of(run, people), named[key].name


def splits_of(run: CompareRun, people: People) -> list[Split]:
    """The splits asked for."""
    if run.train_on is not None:
        return transfer(people, run.train_on, run.test_on or [])
    divide = split_lists if run.leave_out == "lists" else split_subjects
    splits = divide(people, run.folds, run.seed)
    if run.only_fold is None:
        return splits
    if not 1 <= run.only_fold <= len(splits):
        raise ValueError(f"only_fold must be 1 to {len(splits)}, got {run.only_fold}")
    return [splits[run.only_fold - 1]]


def _compare(
    run: CompareRun, people: People, contenders: list[Any], splits: list[Split]
) -> Comparison:
    with Bars(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bars:
        task = bars.add_task("fitting", total=None)

        def progress(n_done: int, n_all: int, last: str) -> None:
            bars.update(task, completed=n_done, total=n_all, description=last)

        return compare(
            contenders,
            people,
            splits,
            in_sample=run.in_sample and run.train_on is None,
            n_generated=run.n_generated,
            seed=run.seed,
            out=run.out,
            workers=run.workers,
            progress=progress,
        )


def write_comparison(comparison: Comparison, run: CompareRun, reference: str) -> pd.DataFrame:
    """Write all files but those of `RunFolder` and the parts, and return the table."""
    names = [each.name for each in comparison.contenders]
    ending = names[0].removeprefix(names[0].partition(", each subject")[0])
    scales = [(low + ending, high + ending) for low, high in SCALES]
    floor, mark = next((pair for pair in scales if {*pair} <= {*names}), (None, None))
    table = comparison.table(reference, floor, mark)
    table.to_csv(run.out / "table.csv", index=False)
    comparison.scores.to_csv(run.out / "scores.csv", index=False)
    for name, frame in (("in_sample", comparison.in_sample), ("rmsd", comparison.curves)):
        if len(frame):
            frame.to_csv(run.out / f"{name}.csv", index=False)
    if len(comparison.ceilings):
        comparison.ceilings.to_csv(run.out / "halves.csv", index=False)
    drawn = draw(comparison, run, reference, floor)
    text = page(
        comparison,
        title=f"Who predicts people: {run.human}",
        people=who(run.human, comparison.people.labels["subject"].nunique()),
        how=how(run),
        reference=reference,
        floor=floor,
        mark=mark,
        figure="figure" if drawn else None,
    )
    (run.out / "README.md").write_text(text)
    return table


def draw(comparison: Comparison, run: CompareRun, reference: str, floor: str | None) -> bool:
    """The figure, best at the bottom; without what is so far off that one would see nothing else."""
    by_split = run.train_on is not None
    scores = comparison.per_subject(run.human, by_fold=by_split)
    finite = scores.groupby("theory")["nats"].apply(lambda nats: np.isfinite(nats).all())
    shown = [name for name in finite.index[finite] if name != floor or len(finite) < 4]
    if reference not in shown:
        return False
    scores = scores[scores["theory"].isin(shown)]
    order = scores.groupby("theory")["nats"].mean().sort_values(ascending=False)
    kinds = {each.name: kind_of(each) for each in comparison.contenders}
    save_figure(plot_held_out(scores, reference, [*order.index], kinds), run.out / "figure")
    return True


def how(run: CompareRun) -> str:
    """A sentence on how lists were divided."""
    whom = "subject by subject" if run.each_subject else "all subjects together"
    if run.train_on is not None:
        return f"Fitted to condition {run.train_on}, {whom}."
    parts = "each subject's lists" if run.leave_out == "lists" else "the subjects"
    said = f"Fitted to {whom}: {run.folds} folds of {parts}, each predicted from the others"
    only = f"; only fold {run.only_fold} was predicted" if run.only_fold is not None else ""
    return f"{said}{only} (seed {run.seed})."
