"""Train a network to recall: one participant from one seed."""

from collections.abc import Callable, Sequence
from typing import Any, overload

import numpy as np
import torch
from torch import nn

from memsim.base import Network
from memsim.dnc import DNC, fast
from memsim.learner import Learner, Progress, Trained
from memsim.lockstep import Pace, learn
from memsim.memory_limit import check_memory
from memsim.networks import make_network
from memsim.participant import Participant, channels
from memsim.threads import one_thread
from paradigms import Curriculum, Event, RandomBinary
from paradigms.codes import Codes
from paradigms.curriculum import default_curriculum
from paradigms.scoring import Paradigm

#: networks that are trained at once in one process: more share no more of what a step costs
MOST_TOGETHER = 8
#: a batch that is a multiple of this is computed alike alone and beside those of other networks
WHOLE_BATCH = 16


@overload
def train(
    paradigm: Paradigm,
    *,
    seed: int = 0,
    n_networks: None = None,
    progress: Callable[[Progress], None] | None = None,
    **options: Any,
) -> Trained: ...


@overload
def train(
    paradigm: Paradigm,
    *,
    seed: int = 0,
    n_networks: int,
    workers: int = 1,
    progress: Callable[[int, Progress], None] | None = None,
    **options: Any,
) -> list[Trained]: ...


def train(
    paradigm: Paradigm,
    *,
    network: str = "dnc",
    seed: int = 0,
    n_networks: int | None = None,
    workers: int = 1,
    n_updates: int = 4000,
    batch_size: int = 32,
    learning_rate: float = 2e-3,
    codes: Codes | None = None,
    curriculum: Curriculum | None = None,
    n_other_words: int = 200,
    max_restarts: int = 1,
    device: str = "cpu",
    cuda_graph: bool = False,
    progress: Callable[..., None] | None = None,
    **network_options: Any,
) -> Trained | list[Trained]:
    """Train a network on a paradigm, or several of different seeds.

    The loss is minus the log probability of a right response (see `memsim.objectives`), summed
    over a list. Lists grow, by count if nothing else is said, from a quarter of their length. A wrong
    response is corrected with a probability that falls from 1 to 0 during training; else, as in
    every test, the network goes on from whatever it said. Adam, with gradients clipped at norm 5
    and a rate that is constant for half of training and then falls to a twentieth. One thread,
    as small networks want it.

    Parameters
    ----------
    paradigm : paradigm
        One of `paradigms.PARADIGMS`, such as `FreeRecall()`.
    network : str
        Its name in `memsim.networks.table()`: a kind, or the settings of a paper.
    seed : int
        Of the network's weights and of all it sees.
    n_networks : int, optional
        Train as many, of seeds `seed`, `seed` + 1, ...: DNCs that the fast path runs (see
        `memsim.dnc.fast.why_not`) at once where `batch_size` is a multiple of 16, others one
        after the other. Each becomes what it becomes alone, to the bit.
    workers : int
        Processes that share the networks; see `memsim.parallel.train_many`.
    n_updates, batch_size : int
        Updates, and lists in each.
    learning_rate : float
    codes : item codes, optional
        Such as `paradigms.RandomBinary`; 16 bits where left out.
    curriculum : Curriculum, optional
        Stages of training; `paradigms.curriculum.default_curriculum` where left out.
    n_other_words : int
        Words a participant may say besides those shown; see `Participant`.
    max_restarts : int
        How often a network may start again, from other weights, because its loss or a gradient
        is no longer a finite number (diverged), or because after 40 % of training or at its end
        it is right no more often than by guessing (stuck). Restarts are counted in the result, never hidden; the last
        attempt goes through to the end.
    device : str
        "cpu", "cuda", ...
    cuda_graph : bool
        On a CUDA device: record updates as graphs, a stream for each of up to eight networks (see
        `memsim.cuda_graph`). Written for GPUs, and not yet measured on one.
    progress : function, optional
        Called with a `Progress` every 20 updates; with `n_networks`, with the number of the
        network, from 0, and its `Progress`.
    **network_options
        Options of the network; a setting it lacks is a TypeError. Left out: 128 hidden units; for
        a "dnc" and an "ntm" words of 16 numbers (32 for pairs) and 6 locations more than there is
        to study; for a "dnc" a feed-forward controller and a read head (4 for tests with cues). Papers have sizes of their own.

    Returns
    -------
    Trained, or a list of them with `n_networks`

    Raises
    ------
    ValueError
        For numbers out of range, and where training needs more memory than there is.

    Examples
    --------
    >>> from paradigms import FreeRecall
    >>> task = FreeRecall(list_length=2)
    >>> trained = train(task, n_updates=20, hidden_size=8, word_size=4)
    >>> trained.recall(task.trials(seed=1, i=0, n_lists=5), np.random.default_rng(0)).shape
    (5, 3)
    >>> [each.seed for each in train(task, seed=7, n_networks=2, n_updates=1, hidden_size=8)]
    [7, 8]
    """
    options: dict[str, Any] = network_options | {
        "network": network,
        "n_updates": n_updates,
        "batch_size": batch_size,
        "learning_rate": learning_rate,
        "codes": codes,
        "curriculum": curriculum,
        "n_other_words": n_other_words,
        "max_restarts": max_restarts,
        "device": device,
        "cuda_graph": cuda_graph,
    }
    if n_networks is None:
        if workers != 1:
            raise ValueError(f"workers={workers!r} needs n_networks: one network has one process")
        return train_group(paradigm, [seed], lambda k, now: progress and progress(now), **options)[
            0
        ]
    if n_networks < 1:
        raise ValueError(f"n_networks must be 1 or more, got {n_networks!r}")
    from memsim.parallel import train_many

    settings = [options | {"seed": seed + k} for k in range(n_networks)]
    return train_many(paradigm, settings, workers=workers, progress=progress)


def train_group(
    paradigm: Paradigm,
    seeds: Sequence[int],
    report: Callable[[int, Progress], object],
    *,
    network: str = "dnc",
    n_updates: int = 4000,
    batch_size: int = 32,
    learning_rate: float = 2e-3,
    codes: Codes | None = None,
    curriculum: Curriculum | None = None,
    n_other_words: int = 200,
    max_restarts: int = 1,
    device: str = "cpu",
    cuda_graph: bool = False,
    **network_options: Any,
) -> list[Trained]:
    """`train` for several seeds in this process, at once where that is possible."""
    for name, value in (("n_updates", n_updates), ("batch_size", batch_size)):
        if value < 1:
            raise ValueError(f"{name} must be 1 or more, got {value!r}")
    for name, value in (("n_other_words", n_other_words), ("max_restarts", max_restarts)):
        if value < 0:
            raise ValueError(f"{name} must be 0 or more, got {value!r}")
    if cuda_graph and torch.device(device).type != "cuda":
        raise ValueError(f"cuda_graph=True needs a CUDA device, got device={device!r}")
    codes = codes or RandomBinary(n_bits=16)
    curriculum = curriculum or default_curriculum(paradigm)
    options = default_options(network, paradigm) | network_options
    inputs_and_outputs = channels(paradigm, codes)
    guessing = chance_of_guessing(paradigm, n_other_words)
    pace = Pace(n_updates, batch_size, learning_rate, guessing, cuda_graph)

    def begin(seed: int, attempt: int) -> Participant:
        with torch.random.fork_rng(devices=[]):  # the caller's random state stays as it was
            state = np.random.SeedSequence([seed, attempt]).generate_state(1)
            torch.default_generator.manual_seed(int(state[0]))
            net = make_network(network, *inputs_and_outputs, **options)
            initialise(net)
        return Participant(net.to(device), codes, n_other_words, paradigm.objective)

    n_steps = paradigm.trials(seed=0, i=0, n_lists=1).event.shape[1]
    learners = [Learner(k, seed, max_restarts) for k, seed in enumerate(seeds)]
    with one_thread():
        waiting = learners
        while waiting:
            for learner in waiting:
                learner.begin(begin, learning_rate)
            net = waiting[0].participant.network
            fit = check_memory(net, batch_size, n_steps)
            together = batch_size % WHOLE_BATCH == 0 and isinstance(net, DNC) and fast.applies(net)
            size = min(MOST_TOGETHER, fit) if together or cuda_graph else 1
            for first in range(0, len(waiting), size):
                group = waiting[first : first + size]
                learn(group, paradigm, curriculum, pace, report)
            # those that failed begin again, from other weights
            waiting = [learner for learner in waiting if learner.begins_again()]
    return [learner.trained() for learner in learners]


def initialise(network: Network) -> None:
    """Weights from which recall is learnt in minutes.

    Orthogonal weights, but for recurrent cells, and in a DNC a memory that from the first step is written to unused
    locations (allocation gate .88, write gate .73), keeps what is stored (free gates .12), and
    reads on forward or by content rather than backward (read modes .04, .26, .70 with one write
    head).
    """
    for module in network.modules():
        if isinstance(module, nn.Linear):
            nn.init.orthogonal_(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    for module in network.modules():
        if isinstance(module, DNC):
            normed = module.norm is not None and module.layer_norm == "interface"
            last = module.norm if normed else module.to_interface
            bias = module.memory.parts(last.bias)  # type: ignore[union-attr, arg-type]
            with torch.no_grad():
                bias["allocation_gates"].fill_(2.0)
                bias["write_gates"].fill_(1.0)
                bias["free_gates"].fill_(-2.0)
                if module.memory.temporal_links:
                    n_heads = module.memory.n_write_heads
                    backward, forward = [-2.0] * n_heads, [1.0] * n_heads
                    modes = torch.tensor([*backward, 0.0, *forward])
                    bias["read_modes"].copy_(modes.expand_as(bias["read_modes"]))


def default_options(network: str, paradigm: Paradigm) -> dict[str, Any]:
    """Sizes of a network where none are given: room for all that is studied, and some more."""
    schedule = paradigm.trials(0, 0, 1)
    longest = max(getattr(paradigm, "lengths", [schedule.presented.shape[1]]))
    memory = {
        "hidden_size": 128,
        "n_locations": longest + 6,
        "word_size": 32 if schedule.has_pairs else 16,
    }
    # heads for cues, which may match first or second words, each by a key of its own
    n_read_heads = 4 if (schedule.event == Event.CUE).any() else 1
    defaults: dict[str, dict[str, Any]] = {
        "dnc": memory | {"controller": "feedforward", "n_read_heads": n_read_heads},
        "lstm": {"hidden_size": 128},
        "gru": {"hidden_size": 128},
        "ntm": memory,
        "relational": {"n_slots": 8, "n_heads": 4, "head_size": 16},
    }
    return defaults.get(network, {})


def chance_of_guessing(paradigm: Paradigm, n_other_words: int) -> float:
    """Share of responses that are right if they are any words known, in free recall never twice.

    Examples
    --------
    >>> from paradigms import FreeRecall
    >>> chance_of_guessing(FreeRecall(list_length=3), 1)  # the mean of 3/4, 2/4 and 1/4
    0.5
    """
    if paradigm.objective != "order-free":
        return paradigm.chance(n_other_words)
    n = paradigm.trials(0, 0, 1).presented.shape[1]
    return (n + 1) / (2 * (n + n_other_words))
