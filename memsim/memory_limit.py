"""Whether a training fits into memory: asked before anything is allocated."""

import os
from pathlib import Path

from memsim.base import Network
from memsim.dnc import DNC, fast

#: where the system says what a process and its kin may have
GROUP = Path("/sys/fs/cgroup")


def training_bytes(network: Network, batch: int, n_steps: int) -> int | None:
    """Bytes that one update of a network takes at its peak, beside its weights.

    Of the fast path the sum of its arrays; of a DNC that runs step by step a rough number, what
    torch keeps for the derivative; None for other networks, which are small.

    Parameters
    ----------
    network : Network
    batch, n_steps : int
        Lists, and steps of each.

    Examples
    --------
    >>> net = DNC(64, 64, hidden_size=128, n_locations=64, word_size=32, n_read_heads=2)
    >>> training_bytes(net, batch=64, n_steps=50) // 2**20
    62
    """
    if not isinstance(network, DNC):
        return None
    if fast.applies(network):
        itemsize = network.to_interface.weight.element_size()
        return fast.sizes([network], batch, n_steps).n_bytes(itemsize, learning=True)
    memory = network.memory
    n, w, heads = memory.n_locations, memory.word_size, memory.n_write_heads
    links = 5 * heads * n * n if memory.temporal_links else 0
    numbers = memory.n_blocks * (links + (4 + memory.n_read_heads) * n * w)
    numbers += 10 * (network.controller.output_size + memory.interface_size)
    return 4 * batch * n_steps * numbers


def check_memory(network: Network, batch: int, n_steps: int) -> int:
    """How many such networks can be trained at the same time, 1 at least.

    Parameters
    ----------
    network : Network
    batch, n_steps : int
        Lists, and steps of each.

    Raises
    ------
    ValueError
        If not even one can; it names what is needed, what there is, and which sizes drive it.
    """
    needed, available = training_bytes(network, batch, n_steps), available_bytes()
    weight = next(network.parameters())
    if needed is None or available is None or weight.device.type != "cpu":
        return 2**31  # nothing is known
    if needed <= available:
        return available // max(needed, 1)
    assert isinstance(network, DNC)
    memory = network.memory
    n, w = memory.n_locations, memory.word_size
    advice = "Make one of them smaller"
    if memory.temporal_links and n > w:
        advice = (
            f"Temporal links take n_locations squared ({n * n:,} numbers a list): make n_locations "
            "smaller, or train with temporal_links=False"
        )
    raise ValueError(
        f"training needs about {in_words(needed)} of memory and {in_words(available)} are free; "
        f"it grows with batch_size={batch}, {n_steps} steps of a list, n_locations={n}, "
        f"word_size={w} and n_blocks={memory.n_blocks}. {advice}"
    )


def available_bytes() -> int | None:
    """What this process can still have: of the machine, or of its control group if that is less.

    None where the system does not say.
    """
    found = []
    meminfo = Path("/proc/meminfo")
    if meminfo.exists():
        fields = dict(line.split(":") for line in meminfo.read_text().splitlines())
        if "MemAvailable" in fields:
            found.append(1024 * int(fields["MemAvailable"].split()[0]))
    elif {"SC_AVPHYS_PAGES", "SC_PAGE_SIZE"} <= getattr(os, "sysconf_names", {}).keys():
        found.append(os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    for limit, used in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        if (GROUP / limit).exists() and (GROUP / used).exists():
            most = (GROUP / limit).read_text().strip()
            if most.isdigit():  # else "max"
                found.append(max(0, int(most) - int((GROUP / used).read_text())))
    return min(found, default=None)


def in_words(n_bytes: int) -> str:
    """A size for people."""
    unit, name = (2**30, "GiB") if n_bytes >= 2**30 else (2**20, "MiB")
    return f"{n_bytes / unit:,.1f} {name}"
