"""Train many networks, at once and in worker processes; the result does not depend on how many."""

import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from contextlib import contextmanager
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event
from typing import Any, NamedTuple

import numpy as np

from memsim.train import MOST_TOGETHER, Progress, Trained, train_group
from paradigms.scoring import Paradigm


def train_many(
    paradigm: Paradigm,
    settings: Sequence[dict[str, Any]],
    *,
    workers: int = 1,
    progress: Callable[[int, Progress], None] | None = None,
) -> list[Trained]:
    """Train one network per entry of `settings`.

    Networks whose settings differ in nothing but the seed are trained at once, up to eight in a
    process, where the fast path runs them and batches are multiples of 16. Each becomes what it
    becomes alone, to the bit.

    Parameters
    ----------
    paradigm : paradigm
    settings : sequence of dict
        Keyword arguments of `memsim.train`, such as `seed` and `storage_noise`.
    workers : int
        Processes that train at the same time, each on one thread; 1 trains in this process.
    progress : function, optional
        Called with the number of the network and its `Progress`.

    Returns
    -------
    list of Trained
        In the order of `settings`.

    Raises
    ------
    ValueError
        If `workers` is below 1.

    Examples
    --------
    >>> from paradigms import FreeRecall
    >>> options = {"n_updates": 1, "hidden_size": 4, "word_size": 2}
    >>> two = train_many(FreeRecall(list_length=2), [options | {"seed": k} for k in (7, 8)])
    >>> [trained.seed for trained in two]
    [7, 8]
    """
    if workers < 1:
        raise ValueError(f"workers must be 1 or more, got {workers!r}")
    report = progress or (lambda k, now: None)
    groups = _alike(settings, workers)
    if min(workers, len(groups)) > 1:
        done = _in_processes(paradigm, settings, groups, workers, report)
    else:
        done = [_train_group(paradigm, settings, group, report) for group in groups]
    trained = {
        k: each
        for group, together in zip(groups, done, strict=True)
        for k, each in zip(group, together, strict=True)
    }
    return [trained[k] for k in range(len(settings))]


def _alike(settings: Sequence[dict[str, Any]], workers: int) -> list[list[int]]:
    """Numbers of the settings, in groups that differ in nothing but the seed.

    Groups are so small that each worker gets one, where that is possible.
    """
    kinds: list[tuple[dict[str, Any], list[int]]] = []
    for k, options in enumerate(settings):
        kind = {name: value for name, value in options.items() if name != "seed"}
        same = next((numbers for other, numbers in kinds if other == kind), None)
        if same is None:
            kinds.append((kind, [k]))
        else:
            same.append(k)
    size = min(MOST_TOGETHER, -(-len(settings) // workers))
    return [
        part.tolist()
        for _, numbers in kinds
        for part in np.array_split(numbers, -(-len(numbers) // size))
    ]


def _train_group(
    paradigm: Paradigm,
    settings: Sequence[dict[str, Any]],
    group: list[int],
    report: Callable[[int, Progress], None],
) -> list[Trained]:
    """Those of the settings whose numbers are in the group."""
    options = {name: value for name, value in settings[group[0]].items() if name != "seed"}
    seeds = [settings[k].get("seed", 0) for k in group]
    return train_group(paradigm, seeds, lambda k, now: report(group[k], now), **options)


def _in_processes(
    paradigm: Paradigm,
    settings: Sequence[dict[str, Any]],
    groups: list[list[int]],
    workers: int,
    report: Callable[[int, Progress], None],
) -> list[list[Trained]]:
    # a fresh interpreter per worker: a forked one may hang in a library's threads
    context = multiprocessing.get_context("spawn")
    line = _Line(context.SimpleQueue(), context.Event())
    with ProcessPoolExecutor(min(workers, len(groups)), context, _begin, (line,)) as pool:
        try:
            with interrupts_ignored():  # workers inherit that: Ctrl-C is for this process
                futures = [pool.submit(_train, paradigm, settings, group) for group in groups]
            pending = set(futures)
            while pending:
                done, pending = wait(pending, timeout=0.2, return_when=FIRST_COMPLETED)
                while not line.reports.empty():
                    report(*line.reports.get())
                for future in done:
                    future.result()  # an error ends the run here, not after the last network
        except BaseException:
            line.stop.set()
            pool.shutdown(cancel_futures=True)
            raise
    return [pickle.loads(future.result()) for future in futures]


class _Line(NamedTuple):
    """What a worker and the main process tell each other."""

    reports: "SimpleQueue[tuple[int, Progress]]"
    stop: Event


class _Stopped(Exception):
    """The main process has given up."""


_line: _Line


def _begin(line: _Line) -> None:
    """Start a worker."""
    global _line
    _line = line
    end_with_main_process()


def end_with_main_process() -> None:
    """End this worker when the main process ends, even if that was killed."""
    main = multiprocessing.parent_process()
    assert main is not None

    def end_with_it() -> None:
        main.join()
        os._exit(1)

    threading.Thread(target=end_with_it, daemon=True).start()


def _train(paradigm: Paradigm, settings: Sequence[dict[str, Any]], group: list[int]) -> bytes:
    def report(k: int, now: Progress) -> None:
        if _line.stop.is_set():
            raise _Stopped
        _line.reports.put((k, now))

    trained = _train_group(paradigm, settings, group, report)
    # as bytes, not as shared memory: that takes an open file per tensor, and ends with the worker
    return pickle.dumps(trained)


@contextmanager
def interrupts_ignored() -> Iterator[None]:
    """Processes started within the context leave Ctrl-C to this one."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may say what signals do
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
