"""How fast the likelihood of CMR is beside cymr: `python -m benchmarks.theories`, a minute.

Each round counts, one after the other and on one thread, what cymr and ours take for minus the log
likelihood of the same simulated lists under the same parameters: one parameter vector, a population
of them, and with the gradient. The tables give medians over the rounds of CPU time per list and
vector and, in brackets, the range; ratios are taken within rounds.
"""

import argparse
import datetime
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.analysis import cpu, machine
from memsim.cognitive import CMR
from paradigms import FreeRecall

LENGTH = 20
POPULATION = 64
COMMON = ["beta_enc", "beta_start", "beta_rec", "gamma", "delta", "alpha", "phi_s", "phi_d"]
Call = Callable[[], object]


def calls_of_ours(model: CMR, recalled: NDArray[np.integer]) -> dict[str, tuple[Call, int]]:
    """What is timed, and how many parameter vectors it computes."""
    schedule = FreeRecall(LENGTH, presentation_time=1.0).trials(0, 0, len(recalled))
    observed = model.observe(schedule, recalled)
    names = [*COMMON, "tau" if model.tau is not None else "temperature"]
    start = torch.tensor([getattr(model, name) for name in names], dtype=torch.float64)
    many = start * (1 + 0.02 * torch.rand(POPULATION, len(names), dtype=torch.float64))

    def nll(vector: torch.Tensor) -> torch.Tensor:
        return replace(model, **dict(zip(names, vector, strict=True))).choice_nll(observed)

    def with_gradient() -> object:
        vector = start.clone().requires_grad_()
        return torch.autograd.grad(nll(vector), vector)

    return {
        "one vector": (lambda: nll(start), 1),
        "one vector, with gradient": (with_gradient, 1),
        f"{POPULATION} vectors": (lambda: torch.vmap(nll)(many), POPULATION),
        f"{POPULATION} vectors, with gradient": (
            lambda: torch.vmap(torch.func.grad(nll))(many),
            POPULATION,
        ),
        "plain code, one vector": (lambda: model.log_choice(schedule, recalled), 1),
        "what depends on no parameter": (lambda: model.observe(schedule, recalled), 1),
    }


def call_of_cymr(model: CMR, recalled: NDArray[np.integer]) -> Call:
    """The likelihood by cymr, stop rule included, from what it prepares once."""
    import cymr.cmr

    configuration, patterns = cymr.cmr.config_loc_cmr(LENGTH)
    parameters = {
        "B_enc": model.beta_enc, "B_start": model.beta_start, "B_rec": model.beta_rec,
        "Afc": 0.0, "Dfc": 1 - model.gamma, "Lfc": model.gamma,
        "Acf": model.alpha, "Dcf": model.delta - model.alpha, "Lcf": 1.0,
        "P1": model.phi_s, "P2": model.phi_d, "T": model.temperature,
        "X1": model.stop.theta_s, "X2": model.stop.theta_r,
    }  # fmt: skip
    positions = [np.arange(LENGTH)] * len(recalled)
    study = {"input": positions, "item_index": positions}
    recall = {"input": [row[row > 0] - 1 for row in recalled]}
    peer = cymr.cmr.CMR()
    return lambda: peer.likelihood_subject(study, recall, parameters, configuration, patterns)


def table(preset: str, n_lists: int, n_rounds: int, peer: bool) -> list[str]:
    """Rows for one parameter set; a peer is timed in every round."""
    model = CMR.preset(preset)
    schedule = FreeRecall(LENGTH, presentation_time=1.0).trials(0, 0, n_lists)
    recalled = model.recall(schedule, np.random.default_rng(0))
    calls = calls_of_ours(model, recalled)
    if peer:
        calls["cymr"] = call_of_cymr(model, recalled), 1
    for call, _ in calls.values():  # compiles, fills caches
        call()
    rounds = [
        {name: each(call) / n_vectors / n_lists * 1e6 for name, (call, n_vectors) in calls.items()}
        for _ in range(n_rounds)
    ]
    rows = []
    for name in calls:
        taken = [one[name] for one in rounds]
        ratio = spread([one["cymr"] / one[name] for one in rounds], ".0f") if peer else "-"
        rows.append(f"| {preset} | {name} | {spread(taken, '.2f')} | {ratio} |")
        print(rows[-1], flush=True)
    return rows


def each(call: Call) -> float:
    """CPU seconds of a call, one of as many as take a tenth of a second, as in a fit."""
    taken, n_calls = 0.0, 0
    while taken < 0.1:
        taken += cpu(call)
        n_calls += 1
    return taken / n_calls


def spread(values: list[float], form: str) -> str:
    """Median and range."""
    return f"{np.median(values):{form}} ({min(values):{form}}-{max(values):{form}})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lists", type=int, default=1200)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--out", type=Path, default=Path("docs/benchmarks_theories.md"))
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    rows = table("G20-softmax", options.lists, options.rounds, peer=True)
    rows += table("G20", options.lists, options.rounds, peer=False)
    options.out.write_text(
        f"""# Benchmarks of the theories

`python -m benchmarks.theories`, {datetime.date.today()}: {machine()}, torch {torch.__version__}, numba {version("numba")}, cymr {version("cymr")}. One thread.

Likelihood of {options.lists:,} simulated lists of {LENGTH} words under CMR, CPU microseconds per list and parameter vector: median of {options.rounds} interleaved rounds, and range; in a round each is called again until a tenth of a second has passed. Ours is `choice_nll` of what `observe` gives, or its gradient; it leaves out the stop rule, whose likelihood does not depend on these parameters and which is fitted by itself. cymr includes it. The plain code is `log_choice`, which follows contexts list by list and checks the recalls first. cymr has the softmax rule only, so that there is no ratio for the power rule. Ratios: cymr / ours.

| parameters | what | microseconds per list | ratio |
| --- | --- | --- | --- |
{chr(10).join(rows)}
"""
    )


if __name__ == "__main__":
    main()
