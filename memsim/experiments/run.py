"""Run an experiment: train, simulate, measure, and write the folder; alike for all paradigms."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import torch

from memsim.experiments.options import Run, network_label
from memsim.experiments.report import write_report
from memsim.memory_limit import check_memory
from memsim.networks import make_network
from memsim.parallel import train_many
from memsim.participant import channels
from memsim.run_folder import RunFolder
from memsim.simulate import simulate
from memsim.train import Progress, Trained, default_options
from memsim.weights import save_network
from paradigms import RandomBinary

LSTM = "LSTM"
#: lists of a training batch, as `memsim.train` has it
BATCH = 32


def plan(run: Run) -> list[tuple[str, str, dict[str, Any]]]:
    """Networks to train: label, name of the file of weights, options of `memsim.train`."""
    shared = {"n_updates": run.n_updates, "device": run.device}
    dnc = {"temporal_links": run.temporal_links, **shared}
    seeds = [run.seed + k for k in range(run.networks)]
    networks = [
        (
            network_label(noise),
            f"network_noise{noise:g}_seed{seed}",
            {"seed": seed, "storage_noise": noise, **dnc},
        )
        for noise in sorted(run.noise)
        for seed in seeds
    ]
    if run.lstm:
        networks += [
            (LSTM, f"network_lstm_seed{seed}", {"seed": seed, "network": "lstm", **shared})
            for seed in seeds
        ]
    return networks


def check_fit(run: Run) -> None:
    """Raise a ValueError if the networks of a run need more memory than there is."""
    paradigm = run.paradigm()
    n_steps = paradigm.trials(seed=0, i=0, n_lists=1).event.shape[1]
    options = default_options("dnc", paradigm) | {"temporal_links": run.temporal_links}
    with torch.random.fork_rng(devices=[]):  # the caller's random state stays as it was
        network = make_network("dnc", *channels(paradigm, RandomBinary(n_bits=16)), **options)
    check_memory(network, BATCH, n_steps)


def run_experiment(
    run: Run, progress: Callable[[str, Progress], None] | None = None
) -> pd.DataFrame:
    """Run an experiment and write its folder.

    Parameters
    ----------
    run : Run
        One of `memsim.experiments.RUNS`, with its options.
    progress : function, optional
        Called with the name of a network and its `Progress` while networks are trained.

    Returns
    -------
    DataFrame
        The summary table, one row per source.

    Raises
    ------
    ValueError
        If the networks do not fit into memory; nothing is written then.
    FileExistsError
        If the folder holds anything.
    """
    check_fit(run)
    folder = RunFolder(run.out)
    paradigm = run.paradigm()
    # the configuration as resolved, so that other defaults one day do not change this run
    folder.begin(run.resolved())

    networks = plan(run)
    names = [f"{label}, seed {options['seed']}" for label, _, options in networks]
    trained = train_many(
        paradigm,
        [options for _, _, options in networks],
        workers=run.workers,
        progress=(lambda k, now: progress(names[k], now)) if progress else None,
    )
    models: dict[str, Any] = {}
    for (label, file, _), network in zip(networks, trained, strict=True):
        save_network(network.network, run.out / f"{file}.safetensors")
        models.setdefault(label, []).append(network)
    training = training_table(names, trained)
    training.to_csv(run.out / "training.csv", index=False)
    histories = [
        part.history.assign(network=name) for name, part in zip(names, trained, strict=True)
    ]
    pd.concat(histories).to_csv(run.out / "training_history.csv", index=False)

    recalls = simulate(models | run.models(), paradigm, n_lists=run.n_lists, seed=run.seed)
    recalls.to_parquet(run.out / "recalls.parquet", index=False)

    report = run.report(recalls, training)
    write_report(run.out, report)
    folder.end()
    return report.summary


def training_table(names: list[str], trained: list[Trained]) -> pd.DataFrame:
    """How each network came to be: one row each, every restart counted."""
    return pd.DataFrame(
        {
            "network": names,
            "seed": [network.seed for network in trained],
            "loss": [_last(network.history["loss"]) for network in trained],
            "right": [_last(network.history["right"]) for network in trained],
            "restarts": [len(network.restarts) for network in trained],
            "failed": [network.failure is not None for network in trained],
            "what_failed": [
                "; ".join([*network.restarts, *([network.failure] if network.failure else [])])
                for network in trained
            ],
        }
    )


def _last(values: pd.Series) -> float:
    """NaN for a network that diverged before its first report."""
    return float(values.iloc[-1]) if len(values) else float("nan")
