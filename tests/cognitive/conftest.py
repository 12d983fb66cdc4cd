import numpy as np
import pytest
from jaxtyping import install_import_hook

# the shapes that the equations state are checked while these tests run
FREE_RECALL = ("context", "sequence", "retrieved_context", "item_space")
CHECKED = ["choice", *("free_recall." + name for name in FREE_RECALL)]
install_import_hook(["memsim.cognitive." + name for name in CHECKED], "beartype.beartype")


@pytest.fixture
def rng():
    return np.random.default_rng(20250101)
