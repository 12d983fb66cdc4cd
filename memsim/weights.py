"""Networks on disk: weights and options in one safetensors file, read without executing it."""

import json
from os import PathLike
from pathlib import Path

from safetensors import safe_open
from safetensors.torch import load_file, save

from memsim.dnc import DNC

_KEY = "memsim.DNC"


def save_network(network: DNC, path: str | PathLike[str]) -> None:
    """Write a network's weights, with its options as the file's metadata.

    Examples
    --------
    >>> import tempfile, torch
    >>> network = DNC(3, 2, hidden_size=4, n_locations=5, word_size=2)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_network(network, f"{folder}/network.safetensors")
    ...     again = load_network(f"{folder}/network.safetensors")
    >>> inputs = torch.randn(1, 6, 3)
    >>> bool((again(inputs)[0] == network(inputs)[0]).all())
    True
    """
    tensors = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
    metadata = {_KEY: json.dumps(network.options, sort_keys=True)}
    # not save_file, whose files nobody but their owner may read
    Path(path).write_bytes(save(tensors, metadata))


def load_network(path: str | PathLike[str], device: str = "cpu") -> DNC:
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
    network = DNC(**json.loads(metadata[_KEY]))
    network.load_state_dict(load_file(Path(path)))
    return network.to(device)
