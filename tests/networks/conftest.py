import inspect

import pytest
import torch
from beartype import beartype
from jaxtyping import jaxtyped

from memsim.networks import NTM, RelationalMemory, ntm, relational

# The shapes that the annotations state are checked while these tests run.
OWNERS = {
    module: [
        name
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
    ]
    for module in (ntm, relational)
} | {
    NTM: ["initial_state", "traced_step", "_move"],
    RelationalMemory: ["initial_state", "traced_step"],
    relational.RelationalCore: ["forward"],
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
