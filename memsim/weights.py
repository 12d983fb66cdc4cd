"""Networks on disk: weights and options in one safetensors file, read without executing it."""

import json
from os import PathLike
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save

from memsim.base import Network
from memsim.networks import PRESETS

_KEY = "memsim.network"


def save_network(network: Network, path: str | PathLike[str]) -> None:
    """Write a network's weights, with its kind and options as the file's metadata.

    Examples
    --------
    >>> import tempfile, torch
    >>> from memsim import DNC
    >>> network = DNC(3, 2, hidden_size=4, n_locations=5, word_size=2)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_network(network, f"{folder}/network.safetensors")
    ...     again = load_network(f"{folder}/network.safetensors")
    >>> inputs = torch.randn(1, 6, 3)
    >>> bool((again(inputs)[0] == network(inputs)[0]).all())
    True
    """
    tensors = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
    description = {"kind": type(network).__name__, "options": network.options}
    metadata = {_KEY: json.dumps(description, sort_keys=True)}
    # not save_file, whose files nobody but their owner may read
    Path(path).write_bytes(save(tensors, metadata))


def load_network(path: str | PathLike[str], device: str = "cpu") -> Network:
    """Read a network that `save_network` wrote.

    Parameters
    ----------
    path : path
        A .safetensors file.
    device : str
        Where the network goes.

    Raises
    ------
    ValueError
        If the file holds something else than a network of this toolkit.
    """
    with safe_open(Path(path), framework="pt") as file:
        metadata = file.metadata() or {}
    if _KEY not in metadata:
        raise ValueError(
            f"{path} holds no {_KEY} (its metadata: {sorted(metadata) or 'none'}); only files "
            "written by save_network can be loaded"
        )
    description = json.loads(metadata[_KEY])
    kinds = {preset.kind.__name__: preset.kind for preset in PRESETS.values()}
    if description["kind"] not in kinds:
        raise ValueError(
            f"{path} holds a {description['kind']}, which is none of {', '.join(kinds)}; it was "
            "written by another version"
        )
    tensors = load_file(Path(path))
    with torch.random.fork_rng(devices=[]):  # the caller's random state stays as it was
        network = kinds[description["kind"]](**description["options"])
    network.to(next(iter(tensors.values())).dtype).load_state_dict(tensors)
    return network.to(device)
