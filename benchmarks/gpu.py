"""How fast a DNC trains on a GPU: `python -m benchmarks.gpu`, on a machine with a CUDA device.

Training steps (forward and backward) at the sizes of `benchmarks.dnc`: kernel after kernel, as a
CUDA graph, and torch's LSTM of the same hidden size; then several networks side by side, a graph
and a stream each. Rounds are interleaved; numbers are medians of wall time. Prints Markdown.
"""

import sys
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import torch

import memsim
from benchmarks.dnc import SIZES, table, train_step
from memsim.cuda_graph import record

Step = Callable[[], None]
ROUNDS = 20
#: networks side by side
SIDE_BY_SIDE = (1, 2, 4, 8, 16, 32)


def dnc(size: tuple[int, ...]) -> Step:
    """A training step, kernel after kernel."""
    batch, steps, inputs, n, w, r, hidden = size
    sizes = {"hidden_size": hidden, "n_locations": n, "word_size": w, "n_read_heads": r}
    net = memsim.DNC(inputs, inputs, **sizes).cuda()
    x = torch.randn(batch, steps, inputs, device="cuda")
    return lambda: train_step(net, net(x)[0])


def lstm(size: tuple[int, ...]) -> Step:
    """A training step of torch's LSTM."""
    batch, steps, inputs, *_, hidden = size
    net = torch.nn.LSTM(inputs, hidden, batch_first=True).cuda()
    x = torch.randn(batch, steps, inputs, device="cuda")
    return lambda: train_step(net, net(x)[0])


def graphed(size: tuple[int, ...]) -> Step:
    """A training step as one graph."""
    with torch.cuda.stream(torch.cuda.Stream()):
        return record(dnc(size))


def seconds(step: Step) -> float:
    """Wall time of a step, until the device is done."""
    torch.cuda.synchronize()
    began = time.perf_counter()
    step()
    torch.cuda.synchronize()
    return time.perf_counter() - began


def interleaved(steps: dict[str, Step]) -> dict[str, float]:
    """Median milliseconds of each, round after round."""
    for step in steps.values():
        step()
    times = {name: [] for name in steps}
    for _ in range(ROUNDS):
        for name, step in steps.items():
            times[name].append(seconds(step))
    return {name: 1000 * float(np.median(some)) for name, some in times.items()}


def together(steps: list[Step], streams: list[torch.cuda.Stream]) -> None:
    """Start all, each on its stream."""
    for step, stream in zip(steps, streams, strict=True):
        with torch.cuda.stream(stream):
            step()


def main() -> None:
    """Measure and print."""
    if not torch.cuda.is_available():
        sys.exit("this benchmark needs a CUDA device; `make bench` measures on the CPU")
    print(f"{torch.cuda.get_device_name()}, torch {torch.__version__}\n")
    rows = []
    for name, size in SIZES.items():
        times = interleaved({"single": dnc(size), "graph": graphed(size), "lstm": lstm(size)})
        rows.append([name, *(f"{ms:.2f}" for ms in times.values())])
    print(table(["size", "kernel after kernel, ms", "graph, ms", "torch LSTM, ms"], rows))
    rows = []
    for name in ("A", "B"):
        steps = [graphed(SIZES[name]) for _ in range(max(SIDE_BY_SIDE))]
        streams = [torch.cuda.Stream() for _ in steps]
        several = {str(s): partial(together, steps[:s], streams[:s]) for s in SIDE_BY_SIDE}
        times = interleaved(several)
        rows.append([name, *(f"{ms / times['1']:.2f}" for ms in times.values())])
    print("\nNetworks side by side, time for all / time for one:\n")
    print(table(["size", *map(str, SIDE_BY_SIDE)], rows))


if __name__ == "__main__":
    main()
