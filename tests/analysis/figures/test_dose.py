"""The dose curve."""

import numpy as np
import pandas as pd
import pytest

from analysis import plot_dose


def dose() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "noise": [0.0, 0.0, 0.2, 0.4],
            "words": [8.0, 9.0, 7.0, 6.0],
            "pfr_last": [0.1, 0.3, 0.5, 0.6],
            "crp_plus1": [0.2, 0.4, 0.5, np.nan],
            "crp_minus1": [0.2, 0.2, 0.1, np.nan],
        }
    )


def test_a_dose_curve_shows_every_network_their_mean_and_people():
    fig = plot_dose(dose(), {"words": 6.5, "pfr_last": 0.3})
    mean, each, people = fig.axes[0].lines
    assert mean.get_xydata().tolist() == [[0, 8.5], [0.2, 7], [0.4, 6]]
    assert each.get_xydata().tolist() == dose()[["noise", "words"]].to_numpy().tolist()
    assert [*people.get_ydata()] == [6.5, 6.5]
    assert [len(ax.lines) for ax in fig.axes] == [3, 3, 2, 2]
    assert all(ax.get_ylim()[0] == 0 for ax in fig.axes)
    assert fig.get_figwidth() * 25.4 == pytest.approx(180)


def test_a_dose_curve_names_a_missing_column():
    with pytest.raises(ValueError, match="no column 'pfr_last', only"):
        plot_dose(dose().drop(columns="pfr_last"), {})
