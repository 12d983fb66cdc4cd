"""Contenders on the same lists: fitted to some, scored on others, in one table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.statistics.bootstrap import bootstrap_subjects
from memsim.comparison.curves import Replicates, ceilings, distances, replicates
from memsim.comparison.folds import Split, split_lists
from memsim.comparison.scores import SUMS, generate, is_free, scores
from memsim.comparison.store import Part, Store, describe, fingerprint
from memsim.fitting.people import People
from memsim.fitting.workers import run_each
from memsim.threads import one_thread

#: name of the split in which all lists are both fitted to and scored
IN_SAMPLE = "in sample"


@dataclass(frozen=True, eq=False)
class Comparison:
    """What contenders make of the same lists.

    Attributes
    ----------
    scores : DataFrame
        One row per contender, fold and subject, of lists that the contender was not fitted to:
        `contender`, `kind`, `fold`, `subject`, `n_lists`, `n_events`, `n_recalls`, `nll`,
        `nll_choice`, `nll_stop` (sums, in nats), and nats per event, `nats` and `nats_stop`, and
        per recall, `nats_choice`.
    in_sample : DataFrame
        The same where contenders were fitted to all lists and scored on these; empty if that was
        not asked for. `n_free` says how many numbers each has estimated; NaN if that cannot be
        counted.
    curves : DataFrame
        How far curves of simulated lists are from people's; see `distances`. Empty if none were
        simulated.
    ceilings : DataFrame
        How far halves of people's lists are from each other; see
        `memsim.comparison.curves.ceilings`.
    contenders : tuple
    people : People
    """

    scores: pd.DataFrame
    in_sample: pd.DataFrame
    curves: pd.DataFrame
    ceilings: pd.DataFrame
    contenders: tuple[Any, ...]
    people: People

    def per_subject(self, data: str = "", by_fold: bool = False) -> pd.DataFrame:
        """Held-out nats of each subject as `analysis.plot_held_out` takes them.

        Parameters
        ----------
        data : str
            What the data are called.
        by_fold : bool
            Keep splits apart, by their names, as after `transfer`.
        """
        scores = self.scores.assign(data=self.scores["fold"] if by_fold else data)
        keys = ["data", "contender", "subject"]
        sums = scores.groupby(keys, sort=False)[["nll", "n_events"]].sum()
        nats = (sums["nll"] / sums["n_events"]).rename("nats").reset_index()
        return nats.rename(columns={"contender": "theory"})

    def differences(self, reference: str, seed: int = 0) -> pd.DataFrame:
        """How many nats per event each contender predicts better than the reference.

        Parameters
        ----------
        reference : str
            Name of a contender.
        seed : int
            Of the resamples.

        Returns
        -------
        DataFrame
            One row per contender: `contender`, `better`, the mean over subjects of their paired
            differences, above 0 where it predicts better than the reference; `low`, `high`, 95 %
            interval from resampling subjects; `n`, subjects; `n_better`, subjects whom it
            predicts better.
        """
        wide = self.per_subject().pivot(index="subject", columns="theory", values="nats")
        names = [contender.name for contender in self.contenders]
        if reference not in names:
            raise ValueError(f"reference must be one of {', '.join(names)}, got {reference!r}")
        rows = []
        for name in names:
            gain = (wide[reference] - wide[name]).rename("gain").reset_index()
            gain = gain[np.isfinite(gain["gain"])]
            ends = bootstrap_subjects(gain, None, "gain", seed=seed)
            better, low, high = (
                float(ends[key].iloc[0]) if len(ends) else np.nan for key in ("mean", "low", "high")
            )
            n_better = int((gain["gain"] > 0).sum())
            rows.append(
                {"contender": name, "better": better, "low": low, "high": high}
                | {"n": len(gain), "n_better": n_better}
            )
        return pd.DataFrame(rows)

    def table(
        self, reference: str, floor: str | None = None, mark: str | None = None
    ) -> pd.DataFrame:
        """One row per contender, as a paper has it.

        Parameters
        ----------
        reference : str
            That the others are held against.
        floor, mark : str, optional
            Contenders that get 0 and 1 on the normalised score,
            (floor - contender) / (floor - mark); there is none if left out.

        Returns
        -------
        DataFrame
            `contender`, `kind`; held out and over all events, `nats` per event, of which
            `nats_stop`, and `nats_choice` per recall; `score`; `better`, `low`, `high`, `n`,
            `n_better` (see `differences`); in sample `n_free`, `nll`, `aic`, `bic` (n is the number of events),
            `weight` (of AIC, among those with a count); and `rmsd_*` and `g2_*` of each curve.
        """
        n = ["nll", "nll_choice", "nll_stop", "n_events", "n_recalls"]
        sums = self.scores.groupby("contender", sort=False)[n].sum()
        table = pd.DataFrame(
            {
                "contender": sums.index,
                "kind": [kind_of(each) for each in self.contenders],
                "nats": (sums["nll"] / sums["n_events"]).to_numpy(),
                "nats_choice": (sums["nll_choice"] / sums["n_recalls"]).to_numpy(),
                "nats_stop": (sums["nll_stop"] / sums["n_events"]).to_numpy(),
            }
        )
        nats = table.set_index("contender")["nats"]
        if floor is not None and mark is not None:
            table["score"] = ((nats[floor] - nats) / (nats[floor] - nats[mark])).to_numpy()
        table = table.merge(self.differences(reference), on="contender")
        if len(self.in_sample):
            table = table.merge(criteria(self.in_sample), on="contender", how="left")
        if len(self.curves):
            wide = self.curves.groupby(["contender", "measure"], sort=False).agg(
                rmsd=("rmsd", "mean"), g2=("g2", lambda g: g.sum(min_count=1))
            )
            for value in ("rmsd", "g2"):
                columns = wide[value].unstack("measure").add_prefix(f"{value}_")
                known = columns.dropna(axis=1, how="all")
                table = table.merge(known, left_on="contender", right_index=True, how="left")
        return table


def criteria(in_sample: pd.DataFrame) -> pd.DataFrame:
    """AIC and BIC of contenders whose parameters can be counted.

    Parameters
    ----------
    in_sample : DataFrame
        See `Comparison`.

    Returns
    -------
    DataFrame
        `contender`, `n_free`, `nll`, `aic` = 2 k + 2 nll, `bic` = k ln n + 2 nll with n the number
        of events, `weight`: exp(-d / 2), d the distance from the least AIC, over their sum. All
        but `contender` are NaN where parameters cannot be counted.

    Examples
    --------
    >>> two = pd.DataFrame({"contender": ["A", "B"], "n_free": [2, 4], "nll": [100.0, 98.0],
    ...                     "n_events": 50})
    >>> criteria(two)[["aic", "weight"]].round(3)
         aic  weight
    0  204.0     0.5
    1  204.0     0.5
    """
    sums = in_sample.groupby("contender", sort=False).agg(
        n_free=("n_free", "first"), nll=("nll", "sum"), n_events=("n_events", "sum")
    )
    sums["nll"] = sums["nll"].where(sums["n_free"].notna())
    sums["aic"] = 2 * sums["n_free"] + 2 * sums["nll"]
    log_n = np.log(sums["n_events"].where(sums["n_free"].notna()))
    sums["bic"] = sums["n_free"] * log_n + 2 * sums["nll"]
    relative = np.exp(-(sums["aic"] - sums["aic"].min()) / 2)
    sums["weight"] = relative / relative.sum()
    return sums.drop(columns="n_events").reset_index()


def compare(
    contenders: Sequence[Any],
    people: People,
    splits: Sequence[Split] | None = None,
    *,
    in_sample: bool = True,
    n_generated: int = 20,
    seed: int = 0,
    out: str | Path | None = None,
    workers: int = 1,
    progress: Callable[[int, int, str], None] | None = None,
) -> Comparison:
    """Fit contenders to some lists and score them on others, the same for all.

    Every response is predicted from those that the person has really given before it. A contender
    gets nothing of the lists it is scored on before its fit is done.

    Parameters
    ----------
    contenders : sequence of contender
        See `Contender`; `FREE_CONTENDERS` and `SERIAL_CONTENDERS` hold some.
    people : People
        Lists of free or serial recall.
    splits : sequence of Split, optional
        Five folds over lists within subject if left out; see `split_lists`, `split_subjects`,
        `transfer`.
    in_sample : bool
        Also fit those whose parameters can be counted to all lists, for AIC and BIC.
    n_generated : int
        How often the lists held out are simulated, for curves; 0 for none.
    seed : int
        Of fits and simulations.
    out : path, optional
        Folder that keeps what is done; the same call goes on there. More contenders may join.
    workers : int
        Processes; the result is the same with any number.
    progress : function, optional
        Called with how many fits are done, of how many, and the one done last.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        If names of contenders are not unique, a split is not one, or lists cannot be scored.
    FileExistsError
        If the folder holds another comparison.

    Examples
    --------
    >>> from memsim import simulate
    >>> from memsim.cognitive import TCM
    >>> from memsim.comparison import find_contenders
    >>> from memsim.fitting import observe_people
    >>> from paradigms import FreeRecall
    >>> task = FreeRecall(list_length=5)
    >>> table = simulate([TCM.preset("TCM-10")] * 3, task, n_lists=40)
    >>> done = compare(
    ...     find_contenders(["uniform", "static"]), observe_people(table, task), n_generated=0
    ... )
    >>> nats = done.table("Uniform").set_index("contender")["nats"]
    >>> bool(nats["Static"] < nats["Uniform"])
    True
    """
    contenders = tuple(contenders)
    names = [contender.name for contender in contenders]
    if not names:
        raise ValueError("there are no contenders to compare")
    if len({*names}) < len(names):
        raise ValueError(f"contenders need names of their own, got {', '.join(names)}")
    if n_generated < 0:
        raise ValueError(f"n_generated must be 0 or more, got {n_generated!r}")
    is_free(people)
    splits = split_lists(people, seed=seed) if splits is None else [*splits]
    splits = [Split(name, np.sort(train), np.sort(test)) for name, train, test in splits]
    _check_splits(splits, len(people))
    plan = {
        "people": fingerprint(people),
        "splits": {each.name: _rows(each) for each in splits},
        "seed": seed,
        "n_generated": n_generated,
    }
    store = Store(
        None if out is None else Path(out), plan, {each.name: describe(each) for each in contenders}
    )
    every = np.arange(len(people))
    counted = [each for each in contenders if in_sample and _n_free(each, people) is not None]
    keys = [(each, split, n_generated) for split in splits for each in contenders]
    keys += [(each, Split(IN_SAMPLE, every, every), 0) for each in counted]
    jobs = [
        _Job(
            _fitted(each, split),
            split.name,
            people.take(split.train),
            people.take(split.test),
            n,
            seed,
        )
        for each, split, n in keys
        if (each.name, split.name) not in store
    ]
    n_before = len(keys) - len(jobs)

    def done(number: int, part: Part) -> None:
        nonlocal n_before
        n_before += 1
        job = jobs[number]
        store.add((job.contender.name, job.split), part)
        if progress is not None:
            progress(n_before, len(keys), f"{job.contender.name}, {job.split}")

    run_each(_run, jobs, workers, done)
    held_out = _tidy(store, contenders, [split.name for split in splits])
    inside = pd.DataFrame()
    if counted:
        inside = _tidy(store, counted, [IN_SAMPLE])
        free = {each.name: _n_free(each, people) for each in counted}
        rest = pd.DataFrame({"contender": [n for n in names if n not in free]})
        inside = pd.concat([inside.assign(n_free=inside["contender"].map(free)), rest])
    simulated = _replicates(store, contenders, splits, people) if n_generated else {}
    curves, ceiling = pd.DataFrame(), pd.DataFrame()
    if simulated:
        predicted = people.take(np.unique(np.concatenate([split.test for split in splits])))
        curves, ceiling = distances(simulated, people), ceilings(predicted, seed=seed)
    return Comparison(held_out, inside, curves, ceiling, contenders, people)


def kind_of(contender: Any) -> str:
    """What a contender is: "description", "theory" or "network"."""
    return str(getattr(contender, "kind", "network"))


def _n_free(contender: Any, people: People) -> int | None:
    count = getattr(contender, "n_free", None)
    return None if count is None else count(people)


class _Job(NamedTuple):
    """One contender on one split; it holds the lists themselves, since workers have no others."""

    contender: Any
    split: str
    training: People
    test: People
    n_generated: int
    seed: int


def _run(job: _Job) -> Part:
    fitted = job.contender.fit(job.training, job.seed)
    with one_thread():
        table = scores(fitted, job.test, job.contender.name)
        seed = [job.seed, *job.split.encode()]
        generated = generate(fitted, job.test, job.n_generated, seed) if job.n_generated else None
    return Part(table, generated)


def _check_splits(splits: Sequence[Split], n_lists: int) -> None:
    if not splits:
        raise ValueError("there are no splits: no lists would be held out")
    names = [split.name for split in splits]
    if len({*names}) < len(names) or IN_SAMPLE in names:
        raise ValueError(
            f"splits need names of their own, and not {IN_SAMPLE!r}; got {', '.join(names)}"
        )
    for split in splits:
        split.check(n_lists)


def _fitted(contender: Any, split: Split) -> Any:
    """What is fitted of a contender: with nothing held out, its maximum of the likelihood."""
    in_sample = split.name == IN_SAMPLE and hasattr(contender, "at_best")
    return contender.at_best() if in_sample else contender


def _rows(split: Split) -> list[list[int]]:
    return [split.train.tolist(), split.test.tolist()]


def _tidy(store: Store, contenders: Sequence[Any], splits: Sequence[str]) -> pd.DataFrame:
    parts = [
        store.parts[each.name, split].scores.assign(
            contender=each.name, kind=kind_of(each), fold=split
        )
        for each in contenders
        for split in splits
    ]
    table = pd.concat(parts, ignore_index=True)
    with np.errstate(invalid="ignore", divide="ignore"):  # nobody recalled anything
        table["nats"] = table["nll"] / table["n_events"]
        table["nats_choice"] = table["nll_choice"] / table["n_recalls"]
        table["nats_stop"] = table["nll_stop"] / table["n_events"]
    first = ["contender", "kind", "fold", "subject", *SUMS]
    return table[[*first, *table.columns.difference(first, sort=False)]]


def _replicates(
    store: Store, contenders: Sequence[Any], splits: Sequence[Split], people: People
) -> dict[str, Replicates]:
    """Simulated responses to all lists held out, of contenders that simulate."""
    if people.paradigm is None:
        return {}
    simulated = {}
    for each in contenders:
        parts = [(split.test, store.parts[each.name, split.name].generated) for split in splits]
        if all(generated is not None for _, generated in parts):
            simulated[each.name] = replicates(parts)
    return simulated
