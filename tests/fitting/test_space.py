"""Scaled parameters: the cube and the box are the same, linearly or by logarithm."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from memsim.cognitive import CMR, SAM
from memsim.fitting import search_space

CMR_SPACE = search_space(CMR.preset("CMR-10"))


@given(st.lists(st.floats(0, 1), min_size=9, max_size=9))
def test_there_and_back(point):
    model = CMR_SPACE.model(np.array(point))
    np.testing.assert_allclose(CMR_SPACE.point(model), point, atol=1e-9)


def test_all_that_is_searched_is_free_but_what_is_none():
    assert set(CMR_SPACE.names) == {
        *("beta_enc", "beta_start", "beta_rec", "gamma", "delta", "alpha", "phi_s", "phi_d", "tau")
    }


@pytest.mark.parametrize("u", [0.0, 0.3, 1.0])
def test_logarithm_where_the_box_is_wide(u):
    space = search_space(
        CMR.preset("CMR-10"), ["tau", "delta"], {"tau": (0.5, 50), "delta": (1.0, 99.0)}
    )
    tau, delta = space.numbers(np.array([u, u])).values()
    assert tau == pytest.approx(0.5 * 100**u) and delta == pytest.approx(1 + 98 * u)


def test_slopes_are_those_of_the_values():
    point = torch.full((9,), 0.37, dtype=torch.float64, requires_grad=True)
    for i, value in enumerate(CMR_SPACE.values(point).values()):
        (gradient,) = torch.autograd.grad(value, point, retain_graph=True)
        assert float(gradient[i]) == pytest.approx(CMR_SPACE.slopes(np.full(9, 0.37))[i])


def test_whole_numbers_have_equal_room():
    space = search_space(SAM.preset("SAM-10"), ["L_max"], {"L_max": (2, 4)})
    u = np.linspace(0, 1, 301)
    values = [space.model(np.array([each])).L_max for each in u]
    assert np.bincount(values).tolist() == [0, 0, 100, 100, 101]
    for n in (2, 3, 4):
        point = space.point(
            SAM.preset("SAM-10").__class__(**{**vars(SAM.preset("SAM-10")), "L_max": n})
        )
        assert space.model(point).L_max == n


def test_outside_the_box_comes_to_its_side():
    space = search_space(CMR.preset("CMR-10"), ["tau"], {"tau": (1, 10)})
    assert space.point(CMR.preset("CMR-10")).tolist() == [1.0]  # tau 20
    assert space.model(np.array([1.0])).tau == 10
