"""Train many networks in worker processes; the result does not depend on how many."""

import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from contextlib import contextmanager
from functools import partial
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event
from typing import Any, NamedTuple

from memsim.train import Progress, Trained, train
from paradigms import FreeRecall


def train_many(
    paradigm: FreeRecall,
    settings: Sequence[dict[str, Any]],
    *,
    workers: int = 1,
    progress: Callable[[int, Progress], None] | None = None,
) -> list[Trained]:
    """Train one network per entry of `settings`.

    Parameters
    ----------
    paradigm : FreeRecall
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
    >>> options = {"n_updates": 1, "hidden_size": 4, "word_size": 2}
    >>> two = train_many(FreeRecall(list_length=2), [options | {"seed": k} for k in (7, 8)])
    >>> [trained.seed for trained in two]
    [7, 8]
    """
    if workers < 1:
        raise ValueError(f"workers must be 1 or more, got {workers!r}")
    report = progress or (lambda k, now: None)
    if min(workers, len(settings)) > 1:
        return _in_processes(paradigm, settings, workers, report)
    return [
        train(paradigm, progress=partial(report, k), **options)
        for k, options in enumerate(settings)
    ]


def _in_processes(
    paradigm: FreeRecall,
    settings: Sequence[dict[str, Any]],
    workers: int,
    report: Callable[[int, Progress], None],
) -> list[Trained]:
    # a fresh interpreter per worker: a forked one may hang in a library's threads
    context = multiprocessing.get_context("spawn")
    line = _Line(context.SimpleQueue(), context.Event())
    with ProcessPoolExecutor(min(workers, len(settings)), context, _begin, (line,)) as pool:
        try:
            with _interrupts_ignored():  # workers inherit that: Ctrl-C is for this process
                futures = [
                    pool.submit(_train, k, paradigm, options) for k, options in enumerate(settings)
                ]
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
    """Start a worker, which ends when the main process does, even if that was killed."""
    global _line
    _line = line
    main = multiprocessing.parent_process()
    assert main is not None

    def end_with_it() -> None:
        main.join()
        os._exit(1)

    threading.Thread(target=end_with_it, daemon=True).start()


def _train(k: int, paradigm: FreeRecall, options: dict[str, Any]) -> bytes:
    def report(now: Progress) -> None:
        if _line.stop.is_set():
            raise _Stopped
        _line.reports.put((k, now))

    trained = train(paradigm, progress=report, **options)
    # as bytes, not as shared memory: that takes an open file per tensor, and ends with the worker
    return pickle.dumps(trained)


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may say what signals do
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
