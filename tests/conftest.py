"""What all tests share."""

import matplotlib
import numpy as np
import pytest
import torch

matplotlib.use("agg")
# networks in tests are so small that a second thread only costs time
torch.set_num_threads(1)


@pytest.fixture
def rng():
    return np.random.default_rng(20250101)
