"""Figures are drawn without a screen and closed after each test."""

import matplotlib
import matplotlib.pyplot as plt
import pytest


@pytest.fixture(autouse=True)
def no_screen():
    matplotlib.use("agg")
    yield
    plt.close("all")
