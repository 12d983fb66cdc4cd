"""`memsim fit MODEL --human NAME`: a theory fitted to people, into a folder."""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, is_dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from jsonargparse import ArgumentParser
from rich.console import Console
from rich.progress import Progress as Bars

from analysis import human_data, plot_free_recall, save_figure
from analysis.figures.composite import compose
from analysis.figures.serial_recall import plot_serial_accuracy, plot_transpositions
from analysis.figures.style import Kind
from memsim.cognitive import PRESETS
from memsim.cognitive.parameters import find_preset
from memsim.experiments.free_recall import TASKS as FREE_TASKS
from memsim.experiments.serial_recall import TASKS as SERIAL_TASKS
from memsim.fitting import CurveFits, Fits, fit, fit_curves, observe_people
from memsim.fitting.curves import PEOPLE, compare_curves, result_table
from memsim.fitting.fits import check_has_likelihood
from memsim.fitting.people import find_people
from memsim.run_folder import RunFolder
from paradigms import FreeRecall, SerialRecall

HELP = """\
Fit a theory to people, subject by subject or all together, and write what came out into a folder:
estimates.csv, starts.csv, models.json, curves.csv, rmsd.csv, curves.pdf and .png, and README.md.
Theories with a likelihood are fitted by it, others by the distance of their curves from people's."""


@dataclass(frozen=True)
class FitRun:
    """Options of `memsim fit`.

    Parameters
    ----------
    human : str
        Human data of free or serial recall, "NAME" or "NAME/CONDITION" as `memsim data list` and
        `memsim data show` name them, such as murdock1962/20-1. See there where trials come from.
    by : {"subject", "pooled"}
        Fit each subject apart, or all lists together.
    free : list of str
        Parameters to fit; all that the theory searches if left out.
    stop : {"saturated", "exponential"}
        Rule for when recall stops, fitted apart.
    n_starts : int
        Climbs from the model given and from random points.
    rounds : int
        Further rounds from the best; ask for 3 where many lists are pooled.
    n_lists : int
        Lists that each fitted model recalls for the curves.
    presentation_time : float
        Seconds that each word was shown.
    retention_interval : float
        Seconds of distraction before recall.
    interitem_interval : float
        Seconds of distraction before each word. Where none of the three is given, and memsim knows
        how these people took part, it is done as they did it.
    seed : int
        Of random starts and of simulations.
    workers : int
        Processes; the result is the same with any number.
    out : Path
        A new folder.
    """

    human: str
    by: Literal["subject", "pooled"] = "subject"
    free: list[str] | None = None
    stop: Literal["saturated", "exponential"] = "saturated"
    n_starts: int = 10
    rounds: int = 0
    n_lists: int = 1000
    presentation_time: float | None = None
    retention_interval: float | None = None
    interitem_interval: float | None = None
    seed: int = 0
    workers: int = 1
    out: Path = Path("runs/fit")


def fit_options() -> ArgumentParser:
    """Parser of `memsim fit`."""
    parser = ArgumentParser(prog="memsim fit", description=HELP)
    parser.add_argument(
        "model", help="parameter set that gives the theory and variant: " + ", ".join(PRESETS)
    )
    parser.add_argument(
        "--free", type=str, nargs="+", default=None, help="parameters to fit; all if left out"
    )
    parser.add_class_arguments(FitRun, None, as_group=False, skip={"free"})
    return parser


def fit_command(arguments: list[str]) -> int:
    """Run `memsim fit`; the exit status is 2 for what the user can mend, 130 for Ctrl-C."""
    given = vars(fit_options().parse_args(arguments))
    name = given.pop("model")
    try:
        run = FitRun(**given)
        model = find_preset(PRESETS, name)
        folder = RunFolder(run.out)
        fits = _fit(run, model)
    except (ValueError, TypeError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        print("tip: memsim fit --help explains all options", file=sys.stderr)
        return 2
    folder.begin(run)
    curves = write_fits(fits, run, name)
    console = Console()
    console.print(_short(fits.table).to_string(index=False), markup=False, highlight=False)
    console.print(compare_curves(curves).round(3).to_string(index=False), markup=False)
    console.print(f"Begin with {run.out / 'README.md'}")
    if fits.note:
        print(fits.note, file=sys.stderr)
        return 130
    folder.end()
    return 0


def task_of(run: FitRun) -> Any:
    """The paradigm in which these people took part."""
    serial = human_data(run.human.partition("/")[0]).kind == "serial"
    recalls = find_people(run.human, omissions=serial)
    lengths = tuple(sorted(set(recalls.list_length.tolist())))
    known: Mapping[str, Any] = SERIAL_TASKS if serial else FREE_TASKS
    names = ("presentation_time", "retention_interval", "interitem_interval")
    options = {name: getattr(run, name) for name in names if getattr(run, name) is not None}
    if not options and run.human in known:
        return known[run.human]
    if not serial:
        return FreeRecall(list_length=lengths[0] if len(lengths) == 1 else lengths, **options)
    if "interitem_interval" in options:
        raise ValueError("interitem_interval is of free recall; these people recalled serially")
    return {n: SerialRecall(list_length=n, **options) for n in lengths}


def _fit(run: FitRun, model: Any) -> Fits | CurveFits:
    people = observe_people(run.human, task_of(run), paradigm_by="list_length")
    by = "subject" if run.by == "subject" else None
    options: dict[str, Any] = {"by": by, "free": run.free, "seed": run.seed, "workers": run.workers}
    with Bars(console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("fitting", total=None)

        def progress(n_done: int, n_all: int) -> None:
            bars.update(task, completed=n_done, total=n_all)

        try:
            check_has_likelihood(model)
        except TypeError:
            return fit_curves(model, people, progress=progress, **options)
        options |= {"stop": run.stop, "n_starts": run.n_starts, "rounds": run.rounds}
        return fit(model, people, progress=progress, **options)


def write_fits(fits: Fits | CurveFits, run: FitRun, name: str) -> pd.DataFrame:
    """Write all files of a fit but those of `RunFolder`, and return the curves."""
    fits.table.to_csv(run.out / "estimates.csv", index=False)
    if isinstance(fits, Fits):
        fits.starts.to_csv(run.out / "starts.csv", index=False)
    models = {str(key): as_json(model) for key, model in fits.models.items()}
    (run.out / "models.json").write_text(json.dumps(models, indent=2) + "\n")
    curves = fits.curves(run.n_lists, run.seed)
    curves.to_csv(run.out / "curves.csv", index=False)
    distances = compare_curves(curves)
    distances.to_csv(run.out / "rmsd.csv", index=False)
    for condition in pd.unique(curves["condition"]):
        ending = f"_{condition.replace(' ', '_')}" if condition else ""
        _draw(curves[curves["condition"] == condition], run.out / f"curves{ending}")
    (run.out / "README.md").write_text(_page(fits, run, name, distances))
    return curves


def as_json(model: Any) -> dict[str, Any]:
    """The parameters of a model and of its stop rule, with the names of both."""
    parameters = {"model": type(model).__name__, **asdict(model)}
    if is_dataclass(getattr(model, "stop", None)):
        parameters["stop"] = {"rule": type(model.stop).__name__, **asdict(model.stop)}
    return parameters


def _draw(curves: pd.DataFrame, path: Path) -> None:
    sources: dict[str, Kind] = {
        source: "people" if source == PEOPLE else "theory" for source in pd.unique(curves["source"])
    }
    tables = {name: result_table(curves, str(name)) for name in pd.unique(curves["measure"])}
    if "spc" in tables:
        figure = plot_free_recall(tables["spc"], tables["pfr"], tables["lag_crp"], sources)
    else:
        drawn = (
            (plot_serial_accuracy, tables["accuracy"]),
            (plot_transpositions, tables["transpositions"]),
        )
        figure = compose([drawn], sources, "double", [56], letters=False)
    save_figure(figure, path)


def _page(fits: Fits | CurveFits, run: FitRun, name: str, distances: pd.DataFrame) -> str:
    """The numbers, and what must be known of them."""
    table = fits.table
    by_likelihood = isinstance(fits, Fits)
    began = f"Began with the parameter set {name} ({PRESETS[name].source})."
    said = [f"# {name} fitted to {run.human}", "", began, ""]
    said += [fits.note, ""] if fits.note else []
    if by_likelihood:
        total = table[["nll", "nll_choice", "nll_stop", "n_events"]].sum()
        summed = (
            f"{len(fits.models)} of {len(table)} fitted by maximum likelihood. Sums over them: "
            f"{total['nll']:.2f} nats, {total['nll_choice']:.2f} of them for what was recalled and "
            f"{total['nll_stop']:.2f} for when it stopped, over {total['n_events']:.0f} events."
        )
        said += [summed, ""]
        for column, text in (
            ("at_bound", "at a side of the search box"),
            ("trade_off", "not identified, or traded off against each other"),
        ):
            there = table[table[column].fillna("") != ""]
            if len(there):
                said += [f"Parameters {text} in {len(there)} of {len(table)} fits; see below.", ""]
        failed = int((table["converged"] == False).sum())
        alone = int((table["n_best"] == 1).sum())
        if failed:
            said += [f"**{failed} did not converge**: their estimates are no optimum.", ""]
        if alone:
            better = "there may be better ones (--n-starts, --rounds)"
            said += [f"In {alone} only one climb reached the best value; {better}.", ""]
    else:
        said += [
            "Fitted by the distance of its curves from people's; `loss` is of fresh simulations.",
            "",
        ]
    said += ["## Estimates", "", _markdown(_short(table)), ""]
    said += ["## Distance from people's curves", "", _markdown(distances.round(4)), ""]
    said += ["Curves are means over subjects, of people without intrusions and repetitions.", ""]
    return "\n".join(said)


def _short(table: pd.DataFrame) -> pd.DataFrame:
    """The table without what only estimates.csv needs."""
    left_out = [name for name in table if str(name).startswith("se_")] + ["slope", "status"]
    short = table.drop(columns=left_out, errors="ignore")
    numbers = short.select_dtypes("float").columns
    return short.assign(**{name: short[name].map("{:.5g}".format) for name in numbers})


def _markdown(table: pd.DataFrame) -> str:
    rows = [[str(cell) for cell in row] for row in table.itertuples(index=False)]
    lines = [[str(name) for name in table.columns], ["---"] * table.shape[1], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
