"""Jobs in worker processes; what comes out does not depend on how many there are."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing.synchronize import Event
from typing import Any

import torch

from memsim.parallel import end_with_main_process, interrupts_ignored
from memsim.threads import one_thread


def run_each(
    function: Callable[[Any], Any],
    jobs: Sequence[Any],
    workers: int,
    done: Callable[[int, Any], None],
) -> None:
    """Run a function on each job, and hand over each result as it comes.

    Parameters
    ----------
    function : function
        Of a module, so that workers find it.
    jobs : sequence
        What it is called with.
    workers : int
        Processes, each on one thread; 1 runs in this process.
    done : function
        Called with the number of the job and what came out.

    Raises
    ------
    ValueError
        If `workers` is below 1.
    KeyboardInterrupt
        On Ctrl-C, once the workers have ended; jobs done until then were handed over.

    Examples
    --------
    >>> run_each(abs, [-3, -4], 1, lambda k, value: print(k, value))
    0 3
    1 4
    """
    if workers < 1:
        raise ValueError(f"workers must be 1 or more, got {workers!r}")
    if min(workers, len(jobs)) <= 1:
        with one_thread():
            for k, job in enumerate(jobs):
                done(k, function(job))
        return
    # a fresh interpreter per worker: a forked one may hang in a library's threads
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    with ProcessPoolExecutor(min(workers, len(jobs)), context, _begin, (stop,)) as pool:
        try:
            with interrupts_ignored():  # workers inherit that: Ctrl-C is for this process
                futures = {pool.submit(function, job): k for k, job in enumerate(jobs)}
            for future in as_completed(futures):
                done(futures[future], future.result())
        except BaseException:
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise


def _begin(stop: Event) -> None:
    """Start a worker, which ends in the middle of a job if it is told to stop."""
    torch.set_num_threads(1)
    end_with_main_process()

    def end_when_told() -> None:
        stop.wait()
        os._exit(1)

    threading.Thread(target=end_when_told, daemon=True).start()
