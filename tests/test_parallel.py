"""Training in worker processes: errors come through, and no worker outlives the main process."""

import os
import signal
import subprocess
import sys
from contextlib import suppress

import pytest

from memsim.parallel import train_many
from paradigms import FreeRecall

# says which processes train, once both do, and is killed in the middle of it
KILLED = """
import multiprocessing, os, signal
from memsim.parallel import train_many
from paradigms import FreeRecall

training = set()

def progress(k, now):
    training.add(k)
    if len(training) == 2:
        print(*[worker.pid for worker in multiprocessing.active_children()], flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    options = {"n_updates": 10**9, "hidden_size": 4, "word_size": 2, "batch_size": 1}
    settings = [options | {"seed": seed} for seed in range(2)]
    train_many(FreeRecall(list_length=2), settings, workers=2, progress=progress)
"""


def test_an_error_in_a_worker_comes_through():
    settings = [{"n_updates": 1}, {"n_updates": 1, "n_heads": 3}]
    with pytest.raises(TypeError, match="n_heads"):
        train_many(FreeRecall(list_length=2), settings, workers=2)


@pytest.mark.skipif(os.name != "posix", reason="kills processes the POSIX way")
def test_workers_end_when_the_main_process_is_killed():
    command = [sys.executable, "-c", KILLED]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as main:
        try:
            workers = main.stdout.readline().split()
            assert main.wait() == -signal.SIGKILL and len(workers) == 2
            # workers hold the same pipe: it ends with the last of them
            main.communicate(timeout=60)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(main.pid, signal.SIGKILL)
