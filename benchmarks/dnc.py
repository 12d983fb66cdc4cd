"""How fast the DNC is beside its peers: `make bench`, a few minutes on an idle machine.

Every comparison is interleaved in one process: round after round each candidate does one training
step (forward and backward), and the ratio of CPU times, on one thread, is taken within the round.
The table gives the median ratio and, in brackets, the range of the middle half of the rounds.
Peak memory is that of a process of its own for each candidate.
"""

import argparse
import datetime
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch

import memsim
from memsim.dnc import fast
from paradigms import Curriculum, FreeRecall
from paradigms.curriculum import Stage

#: batch, steps, inputs, N, W, R, hidden
SIZES = {
    "A": (16, 24, 6, 16, 16, 4, 64),
    "B": (64, 50, 64, 64, 32, 2, 128),
    "C": (32, 200, 64, 128, 48, 4, 256),
    "D": (8, 50, 64, 512, 64, 4, 256),
}
Step = Callable[[], None]


def ours(size: tuple[int, ...], *, fast: bool = True, **options: object) -> Step:
    """A training step of memsim's DNC."""
    batch, steps, inputs, n, w, r, hidden = size
    sizes = {"hidden_size": hidden, "n_locations": n, "word_size": w, "n_read_heads": r}
    net = memsim.DNC(inputs, inputs, **(sizes | options))
    net.fast = fast
    x = torch.randn(batch, steps, inputs)
    return lambda: train_step(net, net(x)[0])


def lstm(size: tuple[int, ...]) -> Step:
    """A training step of torch's LSTM of the same hidden size."""
    batch, steps, inputs, *_, hidden = size
    net = torch.nn.LSTM(inputs, hidden, batch_first=True)
    x = torch.randn(batch, steps, inputs)
    return lambda: train_step(net, net(x)[0])


def pypi(size: tuple[int, ...]) -> Step:
    """A training step of the package dnc 1.1.0, whose reads never reach the controller."""
    from dnc import DNC

    batch, steps, inputs, n, w, r, hidden = size
    net = DNC(
        inputs, hidden, rnn_type="lstm", num_layers=1, num_hidden_layers=1,
        nr_cells=n, cell_size=w, read_heads=r, batch_first=True, gpu_id=-1,
    )  # fmt: skip
    x = torch.randn(batch, steps, inputs)
    return lambda: train_step(net, net(x, (None, None, None), reset_experience=True)[0])


def train_step(net: torch.nn.Module, outputs: torch.Tensor) -> None:
    """Backward, and gradients forgotten."""
    net.zero_grad()
    outputs.square().mean().backward()


CANDIDATES: dict[str, Callable[[tuple[int, ...]], Step]] = {
    "ours": ours,
    "ours, step by step": lambda size: ours(size, fast=False),
    "dnc 1.1.0": pypi,
    "torch LSTM": lstm,
}


def interleaved(steps: dict[str, Step], seconds: float) -> dict[str, np.ndarray]:
    """CPU seconds of every step, round after round."""
    for step in steps.values():
        step()
    times: dict[str, list[float]] = {name: [] for name in steps}
    end = time.monotonic() + seconds
    while time.monotonic() < end or len(times[next(iter(times))]) < 5:
        for name, step in steps.items():
            began = time.process_time()
            step()
            times[name].append(time.process_time() - began)
    return {name: np.array(values) for name, values in times.items()}


def ratio(times: np.ndarray, base: np.ndarray, digits: int = 1) -> str:
    """Median and middle half of times / base, round by round."""
    low, middle, high = np.quantile(times / base, [0.25, 0.5, 0.75])
    return f"{middle:.{digits}f} ({low:.{digits}f}-{high:.{digits}f})"


def peak_memory(candidate: str, size: str) -> float:
    """MiB that two training steps add, in a process of their own."""
    command = [sys.executable, "-m", "benchmarks.dnc", "--memory", candidate, size]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1])


def print_memory(candidate: str, size: str) -> None:
    """What `peak_memory` reads."""
    torch.set_num_threads(1)
    CANDIDATES[candidate]((2, 3, 4, 5, 6, 1, 7))()  # libraries loaded, loops compiled
    step = CANDIDATES[candidate](SIZES.get(size) or tuple(map(int, size.split(","))))
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    before = resident("VmRSS")
    step()
    step()
    print((resident("VmHWM") - before) / 1024)


def resident(what: str) -> int:
    """KiB that this process has (VmRSS), or had at most (VmHWM)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what))


def table(header: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def peers(seconds: float) -> str:
    """Against the peers at all sizes."""
    rows = []
    for name, size in SIZES.items():
        times = interleaved({label: make(size) for label, make in CANDIDATES.items()}, seconds)
        base = times["ours"]
        memory = {label: peak_memory(label, name) for label in ("ours", "dnc 1.1.0")}
        rows.append(
            [
                name,
                f"{1e3 * np.median(base):.1f}",
                ratio(times["dnc 1.1.0"], base),
                ratio(times["ours, step by step"], base),
                ratio(base, times["torch LSTM"]),
                f"{memory['ours']:.0f}",
                f"{memory['dnc 1.1.0'] / memory['ours']:.1f}",
            ]
        )
        print(rows[-1], flush=True)
    return table(
        [
            "size",
            "ours, ms",
            "dnc 1.1.0 / ours",
            "ours step by step / ours",
            "ours / torch LSTM",
            "peak memory, MiB",
            "dnc 1.1.0's / ours",
        ],
        rows,
    )


def options(seconds: float) -> str:
    """What options cost, at sizes A-D."""
    rows = []
    for name, size in SIZES.items():
        steps = {
            "sort, links": ours(size),
            "softmax, links": ours(size, allocation="softmax"),
            "sort, no links": ours(size, temporal_links=False),
        }
        times = interleaved(steps, seconds)
        base = times["sort, links"]
        rows.append([name, *(ratio(base, times[label], 2) for label in list(steps)[1:])])
        print(rows[-1], flush=True)
    return table(["size", "sort / softmax", "links / no links"], rows)


def growth(seconds: float) -> str:
    """Time as one size doubles, from size B."""
    rows = []
    for k, what in ((1, "steps T"), (0, "batch"), (3, "locations N")):
        sizes = []
        for factor in (1, 2, 4):
            size = list(SIZES["B"])
            size[k] *= factor
            sizes.append(tuple(size))
        steps = {str(size[k]): ours(size) for size in sizes}
        times = interleaved(steps, seconds)
        base = next(iter(times.values()))
        rows.append([what, *(f"{size}: {ratio(t, base, 2)}" for size, t in times.items())])
        print(rows[-1], flush=True)
    return table(["what grows", "x 1", "x 2", "x 4"], rows)


def memory_growth() -> str:
    """Peak memory of a training step as the sequence grows, beside what links alone would take."""
    batch, n = 8, 256
    rows = []
    for steps in (64, 128, 256):
        measured = peak_memory("ours", f"{batch},{steps},16,{n},16,1,32")
        square = 4 * batch * n * n / 2**20
        rows.append(
            [str(steps), f"{measured:.0f}", f"{square * steps / 8:.0f}", f"{square * steps:.0f}"]
        )
        print(rows[-1], flush=True)
    header = ["steps T", "peak, MiB", "T / 8 links of N x N, MiB", "T links of N x N, MiB"]
    return table(header, rows)


def training(seconds: float) -> str:
    """Updates of the free-recall demo at full list length, compiled and step by step."""
    updates, task = 60, FreeRecall(list_length=10)

    def run(fast: bool) -> Step:
        def step() -> None:
            memsim.DNC.fast = fast
            memsim.train(task, n_updates=updates, max_restarts=0, curriculum=FULL_LENGTH)

        return step

    times = interleaved({"compiled": run(True), "step by step": run(False)}, seconds)
    memsim.DNC.fast = True
    return ratio(times["step by step"], times["compiled"])


GPU = (
    "Not measured yet: `python -m benchmarks.gpu` on a machine with a CUDA device does, kernel after "
    "kernel beside CUDA graphs (`memsim.train(..., device='cuda', cuda_graph=True)`) and torch's LSTM."
)
#: lists of full length from the first update on
FULL_LENGTH = Curriculum([Stage()])
#: 11 words, a distractor, 12 responses: 24 steps as in size A
TASK_A = FreeRecall(list_length=11, presentation_time=1.0, retention_interval=1.0)


def train_at_a(seed: int, **options: object) -> None:
    """Train a participant at size A, or several of them."""
    batch, _, _, n, w, r, hidden = SIZES["A"]
    sizes = {"n_locations": n, "word_size": w, "n_read_heads": r, "hidden_size": hidden}
    memsim.train(
        TASK_A, seed=seed, batch_size=batch, controller="lstm", max_restarts=0,
        curriculum=FULL_LENGTH, **(sizes | {"n_updates": 120} | options),
    )  # fmt: skip


def four(seed: int, n_updates: int) -> None:
    """What one of two processes does."""
    torch.set_num_threads(1)
    train_at_a(seed, n_networks=4, n_updates=n_updates)


def participants(rounds: int = 4) -> str:
    """Wall time of training eight participants at size A, in ways that are taken in turn."""

    def alone() -> None:
        for seed in range(8):
            train_at_a(seed)

    with ProcessPoolExecutor(2, get_context("spawn")) as pool:

        def in_two(n_updates: int = 120) -> None:
            list(pool.map(partial(four, n_updates=n_updates), (0, 4)))

        in_two(1)  # processes started, loops loaded
        train_at_a(0, n_networks=8, n_updates=1)
        ways = {"alone": alone, "at once": partial(train_at_a, 0, n_networks=8), "in two": in_two}
        walls: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, way in ways.items():
                began = time.monotonic()
                way()
                walls[name].append(time.monotonic() - began)
    base = np.array(walls["alone"])
    rows = [
        ["one after the other, one process", f"{np.median(base) / 8 / 120 * 1e3:.1f} ms", "1"],
        ["eight at once, one process", "", ratio(np.array(walls["at once"]), base, 2)],
        ["four at once in each of two processes", "", ratio(np.array(walls["in two"]), base, 2)],
    ]
    print(*rows, sep="\n", flush=True)
    return table(["eight participants", "an update of one", "wall / one after the other"], rows)


def steps_at_once(seconds: float) -> str:
    """Forward and backward of eight networks at size A, at once and one after the other."""
    batch, steps, inputs, n, w, r, hidden = SIZES["A"]
    sizes = {"hidden_size": hidden, "n_locations": n, "word_size": w, "n_read_heads": r}
    nets = [memsim.DNC(inputs, inputs, **sizes) for _ in range(8)]
    x = torch.randn(8 * batch, steps, inputs)

    def alone() -> None:
        for net, part in zip(nets, x.split(batch), strict=True):
            train_step(net, net(part)[0])

    def at_once() -> None:
        outputs, _ = fast.run_together(nets, x, nets[0].initial_state(len(x)))
        for net in nets:
            net.zero_grad()
        torch.autograd.backward([part.square().mean() for part in outputs.split(batch)])

    times = interleaved({"alone": alone, "at once": at_once}, seconds)
    return ratio(times["at once"], times["alone"], 2)


def machine() -> str:
    """What this ran on."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            line.split(":")[1].strip()
            for line in info.read_text().splitlines()
            if "model name" in line
        ]
        cpu = names[0] if names else cpu
    return f"{cpu}, {os.cpu_count()} cores, Python {platform.python_version()}, torch {torch.__version__}"


def main() -> None:
    """Measure everything and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--memory", nargs=2, metavar=("CANDIDATE", "SIZE"), help="one process")
    parser.add_argument("--seconds", type=float, default=12, help="for each comparison")
    parser.add_argument("--out", type=Path, default=Path("docs/benchmarks.md"))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.memory:
        print_memory(*arguments.memory)
        return
    parts = [
        "# Benchmarks",
        f"`make bench`, {datetime.date.today()}: {machine()}. Training steps (forward and backward) "
        "on one thread, interleaved; ratios of CPU time, median and middle half of the rounds. "
        "Sizes are batch, steps, inputs, N, W, R, hidden: "
        + "; ".join(f"{name} {size}" for name, size in SIZES.items())
        + ". LSTM controller, sort, links, single precision.",
        "## Beside peers",
        "The package dnc 1.1.0 never passes reads to the controller, so it does less work.",
        peers(arguments.seconds),
        "## Options",
        options(arguments.seconds),
        "## Growth, from size B",
        growth(arguments.seconds),
        "Of the links, N x N numbers for each list, every eighth step is kept, at N 256, batch 8:",
        memory_growth(),
        "## Training a participant",
        f"Free recall of lists of ten words, step by step / compiled: {training(arguments.seconds)}.",
        "## Participants at once",
        (
            "Training at size A by free recall of 11 words of 16 bits, after a distractor, wall time on "
            f"{os.cpu_count()} cores; starting processes is not counted."
        ),
        participants(),
        (
            "Forward and backward alone, eight networks at once / one after the other, CPU time: "
            f"{steps_at_once(arguments.seconds)}."
        ),
        "## On a GPU",
        GPU,
    ]
    arguments.out.write_text("\n\n".join(parts) + "\n")
    print(f"written: {arguments.out}")


if __name__ == "__main__":
    main()
