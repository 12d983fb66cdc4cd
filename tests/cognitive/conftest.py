import numpy as np
import pytest
from jaxtyping import install_import_hook

# the shapes that the equations state are checked while these tests run
CHECKED = ["memsim.cognitive." + name for name in ("choice", "context", "sequence")]
install_import_hook(CHECKED, "beartype.beartype")


@pytest.fixture
def rng():
    return np.random.default_rng(20250101)
