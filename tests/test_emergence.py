"""What the networks of the demo show: four seeds of each kind, chosen in advance.

Slow: twelve networks are trained as `memsim run free-recall` trains them.
"""

import numpy as np
import pandas as pd
import pytest

from analysis import bootstrap_lists, curves, pfr
from memsim.parallel import train_many
from memsim.simulate import simulate
from paradigms import FreeRecall

pytestmark = pytest.mark.slow

SEEDS = (0, 1, 2, 3)
KINDS = {
    "no noise": {"storage_noise": 0.0},
    "noise": {"storage_noise": 0.4},
    "noise, no links": {"storage_noise": 0.4, "temporal_links": False},
}


@pytest.fixture(scope="module")
def networks() -> pd.DataFrame:
    """One row per network: the measures at issue, 1,000 lists each."""
    task = FreeRecall(list_length=10)
    settings = [(kind, seed) for kind in KINDS for seed in SEEDS]
    trained = train_many(
        task, [{"seed": seed, **KINDS[kind]} for kind, seed in settings], workers=2
    )
    rows = []
    for (kind, seed), network in zip(settings, trained, strict=True):
        recalls = simulate(network, task, n_lists=1000, seed=100)
        value = curves(recalls).set_index(["measure", "x"])["mean"]
        chance = curves(shuffled(recalls)).set_index(["measure", "x"])["mean"]
        first = bootstrap_lists(pfr, recalls).set_index("input")
        rows.append(
            {
                "kind": kind,
                "seed": seed,
                "restarts": len(network.restarts),
                "failure": network.failure,
                "words": value["n_recall", 0],
                "intrusions": value["n_intrusion", 0],
                "repeats": value["n_repeat", 0],
                "spc_first": value["spc", 1],
                "spc_last": value["spc", 10],
                "pfr_last": first["mean"].get(10, 0.0),
                "pfr_last_low": first["low"].get(10, 0.0),
                "forward": value["lag_crp", 1],
                "backward": value["lag_crp", -1],
                "forward_shuffled": chance["lag_crp", 1],
                "backward_shuffled": chance["lag_crp", -1],
            }
        )
    table = pd.DataFrame(rows)
    print("\n" + table.round(3).to_string(index=False))
    return table


def shuffled(recalls: pd.DataFrame) -> pd.DataFrame:
    """The same words recalled, in a random order: what the lag-CRP owes to which words they are."""
    rng = np.random.default_rng(0)
    recall = recalls["trial_type"] == "recall"
    order = recalls[recall].assign(lot=rng.random(recall.sum())).sort_values(["list", "lot"])
    items = recalls.sort_values(["list", "position"])
    items.loc[items["trial_type"] == "recall", "item"] = order["item"].to_numpy()
    return items


def kind(networks: pd.DataFrame, name: str) -> pd.DataFrame:
    return networks[networks["kind"] == name]


def test_no_network_fails(networks):
    assert networks["failure"].isna().all()


def test_without_noise_most_words_are_recalled_in_no_order(networks):
    chosen = kind(networks, "no noise")
    assert (chosen["words"] >= 9).all()
    assert (chosen[["forward", "backward", "pfr_last"]] < 0.25).all(axis=None)


def test_with_noise_recall_begins_at_the_end(networks):
    chosen = kind(networks, "noise")
    assert (chosen["pfr_last_low"] > 0.1).all()
    assert (chosen["spc_last"] > chosen["spc_first"] + 0.2).all()
    assert (chosen["forward"] > 0.4).all()


def chains(networks: pd.DataFrame) -> pd.Series:
    """Whether recall goes forward; else it goes on among the last words, in either direction."""
    return networks["forward"] > 2 * networks["backward"]


def test_most_networks_then_go_forward_and_none_does_without_links(networks):
    assert chains(kind(networks, "noise")).sum() >= 2
    assert not chains(kind(networks, "noise, no links")).any()


def test_forward_recall_is_more_than_which_words_are_recalled(networks):
    chosen = kind(networks, "noise")
    assert (chosen["forward"] > chosen["forward_shuffled"] + 0.1).all()
