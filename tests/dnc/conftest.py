import inspect

import pytest
import torch
from beartype import beartype
from jaxtyping import jaxtyped

from memsim.controllers import Controller
from memsim.dnc import DNC, Memory, equations, forgetting


def functions(module):
    """Names of the functions that a module defines."""
    return [
        name
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
    ]


# The shapes that the annotations state are checked while these tests run, on the functions
# themselves: an import hook would come too late where other tests imported the package before.
# Not Network.forward, which tells of wrong inputs itself.
OWNERS = {
    equations: functions(equations),
    forgetting: functions(forgetting),
    Memory: ["initial_state", "interface", "step", "_forget", "_allocate"],
    Controller: ["initial_state", "traced_step"],
    DNC: ["initial_state", "traced_step"],
}
CHECKED = [
    (owner, name, jaxtyped(typechecker=beartype)(getattr(owner, name)))
    for owner, names in OWNERS.items()
    for name in names
]


@pytest.fixture(autouse=True)
def checked_shapes(monkeypatch):
    for owner, name, checked in CHECKED:
        monkeypatch.setattr(owner, name, checked)


@pytest.fixture
def rng():
    return torch.Generator().manual_seed(20250101)
