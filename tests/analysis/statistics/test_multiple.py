"""Adjusted p values by hand."""

import numpy as np
import pandas as pd
import pytest

from analysis import adjust_p

#: Benjamini & Hochberg (1995): 15 p values of a study of myocardial infarction
INFARCTION = [.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .3240, .4262, .5719,
              .6528, .7590, 1.0]  # fmt: skip


def test_example_of_benjamini_and_hochberg():
    """At .05 Bonferroni and Holm reject the first three hypotheses, theirs the first four."""
    table = pd.DataFrame({"p": INFARCTION})
    for correction, rejected in (("bonferroni", 3), ("holm", 3), ("fdr_bh", 4)):
        adjusted = adjust_p(table, correction)["p_adjusted"]
        assert (adjusted <= 0.05).tolist() == [True] * rejected + [False] * (15 - rejected)


def test_fdr_by_hand():
    """p m / rank, no larger than that of a larger p: .02 * 3, .04 * 3 / 2, .05."""
    table = pd.DataFrame({"p": [0.04, 0.02, 0.05]})
    assert adjust_p(table, "fdr_bh")["p_adjusted"].tolist() == pytest.approx([0.05, 0.05, 0.05])
    table = pd.DataFrame({"p": [0.04, 0.001, 0.5]})
    assert adjust_p(table, "fdr_bh")["p_adjusted"].tolist() == pytest.approx([0.06, 0.003, 0.5])


def test_another_column_and_rows_out_of_order():
    table = pd.DataFrame({"p_gg": [0.5, 0.01]}, index=[7, 3])
    result = adjust_p(table, p="p_gg")
    assert result["p_gg_adjusted"].to_dict() == pytest.approx({7: 0.5, 3: 0.02})


@pytest.mark.parametrize(
    ("table", "options", "message"),
    [
        ({"p": [0.1, np.nan]}, {}, "from 0 to 1: row 1 has nan"),
        ({"p": [1.1]}, {}, "row 0 has 1.1"),
        ({"q": [0.1]}, {}, "no column 'p', only q"),
        (
            {"p": [0.1]},
            {"correction": "lsd"},
            "'holm', 'fdr_bh', 'bonferroni' or 'none', got 'lsd'",
        ),
    ],
)
def test_bad_input_teaches(table, options, message):
    with pytest.raises(ValueError, match=message):
        adjust_p(pd.DataFrame(table), **options)
