"""Every measure and option that psifr 0.10.1 shares with this package, side by side."""

import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from psifr import fr

from analysis import (
    Recalls,
    category_clustering,
    category_crp,
    distance_crp,
    distance_rank,
    distance_rank_shifted,
    distance_rank_window,
    input_crp,
    lag_crp,
    lag_crp_compound,
    pli_list_lag,
    pnr,
    spc,
    temporal_factor,
)

LATE = "input > 2"
WINDOW = [-1, 0, 1]


class Pair(NamedTuple):
    mine: Callable[[Recalls], pd.DataFrame]
    theirs: Callable[[pd.DataFrame], pd.DataFrame]
    x: list[str]


def same(before: Any, after: Any) -> Any:
    return before == after


def near(before: Any, after: Any) -> Any:
    return np.abs(before - after) <= 2


def by_position() -> dict[str, Pair]:
    """Measures of the positions alone."""
    within = {"test_key": "input", "test": near}
    return {
        "spc": Pair(spc, fr.spc, ["input"]),
        "pnr": Pair(pnr, fr.pnr, ["output", "input"]),
        "pnr late": Pair(
            lambda r: pnr(r, item_query=LATE),
            lambda m: fr.pnr(m, item_query=LATE),
            ["output", "input"],
        ),
        "lag_crp": Pair(lag_crp, fr.lag_crp, ["lag"]),
        "lag_crp late": Pair(
            lambda r: lag_crp(r, item_query=LATE), lambda m: fr.lag_crp(m, item_query=LATE), ["lag"]
        ),
        "lag_crp near": Pair(
            lambda r: lag_crp(r, **within), lambda m: fr.lag_crp(m, **within), ["lag"]
        ),
        "lag_crp half": Pair(
            lambda r: lag_crp(r, lag_key="half"), lambda m: fr.lag_crp(m, lag_key="half"), ["lag"]
        ),
        "lag_crp half unique": Pair(
            lambda r: lag_crp(r, lag_key="half", count_unique=True),
            lambda m: fr.lag_crp(m, lag_key="half", count_unique=True),
            ["lag"],
        ),
        "compound": Pair(lag_crp_compound, fr.lag_crp_compound, ["previous", "current"]),
        "compound late": Pair(
            lambda r: lag_crp_compound(r, item_query=LATE),
            lambda m: fr.lag_crp_compound(m, item_query=LATE),
            ["previous", "current"],
        ),
        "compound near": Pair(
            lambda r: lag_crp_compound(r, **within),
            lambda m: fr.lag_crp_compound(m, **within),
            ["previous", "current"],
        ),
        # its columns are swapped
        "input_crp": Pair(
            lambda r: input_crp(r).rename(columns={"previous": "current", "current": "previous"}),
            fr.input_crp,
            ["previous", "current"],
        ),
        "lag_rank": Pair(temporal_factor, fr.lag_rank, []),
        "lag_rank late": Pair(
            lambda r: temporal_factor(r, item_query=LATE),
            lambda m: fr.lag_rank(m, item_query=LATE),
            [],
        ),
        "lag_rank near": Pair(
            lambda r: temporal_factor(r, **within), lambda m: fr.lag_rank(m, **within), []
        ),
        "lag_rank half": Pair(
            lambda r: temporal_factor(r, lag_key="half"),
            lambda m: fr.lag_rank(m, lag_key="half"),
            [],
        ),
    }


def by_category() -> dict[str, Pair]:
    within = {"test_key": "category", "test": same}
    return {
        "lag_crp within": Pair(
            lambda r: lag_crp(r, **within), lambda m: fr.lag_crp(m, **within), ["lag"]
        ),
        "lag_rank within": Pair(
            lambda r: temporal_factor(r, **within), lambda m: fr.lag_rank(m, **within), []
        ),
        "category_crp": Pair(category_crp, lambda m: fr.category_crp(m, "category"), []),
        "category_crp late": Pair(
            lambda r: category_crp(r, item_query=LATE),
            lambda m: fr.category_crp(m, "category", item_query=LATE),
            [],
        ),
    }


def by_distance(distances: pd.DataFrame) -> dict[str, Pair]:
    matrix = distances.to_numpy()
    # between the distances: at an edge psifr 0.10.1 loses what was possible if `count_unique`
    edges = np.quantile(matrix[np.triu_indices_from(matrix, 1)], [0.05, 0.3, 0.6, 0.9]) + 1e-6
    within = {"test_key": "category", "test": same}

    return {
        "distance_crp": Pair(
            lambda r: distance_crp(r, distances, edges),
            lambda m: fr.distance_crp(m, "index", matrix, edges),
            ["center"],
        ),
        "distance_crp unique within": Pair(
            lambda r: distance_crp(r, distances, edges, count_unique=True, **within),
            lambda m: fr.distance_crp(m, "index", matrix, edges, count_unique=True, **within),
            ["center"],
        ),
        "distance_rank": Pair(
            lambda r: distance_rank(r, distances),
            lambda m: fr.distance_rank(m, "index", matrix),
            [],
        ),
        "distance_rank within late": Pair(
            lambda r: distance_rank(r, distances, item_query=LATE, **within),
            lambda m: fr.distance_rank(m, "index", matrix, item_query=LATE, **within),
            [],
        ),
        "distance_rank_shifted": Pair(
            lambda r: distance_rank_shifted(r, distances, 2),
            lambda m: fr.distance_rank_shifted(m, "index", matrix, 2),
            ["shift"],
        ),
        "distance_rank_shifted within": Pair(
            lambda r: distance_rank_shifted(r, distances, 2, **within),
            lambda m: fr.distance_rank_shifted(m, "index", matrix, 2, **within),
            ["shift"],
        ),
    }


def by_window(distances: pd.DataFrame) -> dict[str, Pair]:
    """Measures for which psifr wants lists of one length."""
    matrix = distances.to_numpy()

    def asymmetry(recalls: Recalls) -> pd.DataFrame:
        table = distance_rank_window(recalls, distances, WINDOW)
        rank = table.pivot(index="subject", columns="lag", values="rank")
        n = table.query("lag == 1").set_index("subject")["possible"]
        return pd.DataFrame({"n": n, "asym": rank[1] - rank[-1]}).reset_index()

    def window(recalls: Recalls, **options: Any) -> pd.DataFrame:
        table = distance_rank_window(recalls, distances, WINDOW, **options)
        return table.rename(columns={"possible": "n"})

    return {
        "window": Pair(
            window, lambda m: fr.distance_rank_window(m, "index", matrix, WINDOW), ["lag"]
        ),
        "window excluding": Pair(
            lambda r: window(r, exclude_prev_window=True),
            lambda m: fr.distance_rank_window(m, "index", matrix, WINDOW, exclude_prev_window=True),
            ["lag"],
        ),
        "asymmetry": Pair(
            asymmetry, lambda m: fr.distance_rank_window_asym(m, "index", matrix), []
        ),
    }


def by_clustering() -> dict[str, Pair]:
    """Measures for which psifr wants a word recalled in every list."""
    return {
        "category_clustering": Pair(
            category_clustering, lambda m: fr.category_clustering(m, "category"), []
        ),
    }


def by_list() -> dict[str, Pair]:
    """Measures for which psifr wants words that are studied once in all."""
    return {
        f"pli_list_lag {max_lag}": Pair(
            lambda r, k=max_lag: pli_list_lag(r, k),
            lambda m, k=max_lag: fr.pli_list_lag(m, k),
            ["list_lag"],
        )
        for max_lag in (1, 3)
    }


def prepared(table: pd.DataFrame, distances: pd.DataFrame | None = None) -> pd.DataFrame:
    """psifr's merge of study and recall, with the keys that the pairs need."""
    study_keys = [key for key in ("half", "category") if key in table]
    merged = fr.merge_free_recall(table, study_keys=study_keys)
    if distances is not None:
        merged["index"] = fr.pool_index(merged["item"], distances.index.tolist())
    return merged


def halved(table: pd.DataFrame) -> pd.DataFrame:
    """With a lag key that two successive positions share."""
    studied = table["trial_type"] == "study"
    return table.assign(half=((table["position"] + 1) // 2).where(studied))


def assert_same(
    table: pd.DataFrame, pairs: dict[str, Pair], distances: pd.DataFrame | None = None
) -> None:
    """Ours and psifr's agree to 1e-12 in every column that psifr has, on every row that it has."""
    recalls = Recalls.from_table(table)
    for name, mine, theirs, x in compared(recalls, table, pairs, distances):
        keys = ["subject", *x]
        theirs = theirs.astype({key: np.float64 for key in x}).round(dict.fromkeys(x, 9))
        mine = mine.astype({key: np.float64 for key in x}).round(dict.fromkeys(x, 9))
        joined = theirs.merge(mine, on=keys, how="left", suffixes=("_psifr", ""), indicator=True)
        assert len(theirs) and (joined["_merge"] == "both").all(), name
        values = [c for c in theirs.columns if c not in [*keys, "bin"]]
        assert values, name
        for column in values:
            np.testing.assert_allclose(
                joined[column].to_numpy(dtype=np.float64, na_value=np.nan),
                joined[f"{column}_psifr"].to_numpy(dtype=np.float64, na_value=np.nan),
                rtol=0,
                atol=1e-12,
                err_msg=f"{name}: {column}",
            )
        # what psifr has no row for never happened
        if "actual" in mine and "actual" in theirs:
            assert mine["actual"].sum() == theirs["actual"].sum(), name


def compared(
    recalls: Recalls,
    table: pd.DataFrame,
    pairs: dict[str, Pair],
    distances: pd.DataFrame | None,
) -> Iterator[tuple[str, pd.DataFrame, pd.DataFrame, list[str]]]:
    with warnings.catch_warnings():
        # psifr averages empty sets and relies on pandas' older ways
        warnings.simplefilter("ignore")
        merged = prepared(table, distances)
        expected = [pair.theirs(merged) for pair in pairs.values()]
    for (name, pair), theirs in zip(pairs.items(), expected, strict=True):
        yield name, pair.mine(recalls), theirs, pair.x


def of_one_length(table: pd.DataFrame) -> pd.DataFrame:
    """Those lists that have the commonest length."""
    studied = table[table["trial_type"] == "study"]
    length = studied.groupby(["subject", "list"])["position"].max()
    return of_lists(table, length[length == length.mode()[0]].index)


def with_recall(table: pd.DataFrame) -> pd.DataFrame:
    """Those lists of which a studied word was recalled."""
    key = ["subject", "list", "item"]
    studied = pd.MultiIndex.from_frame(table[table["trial_type"] == "study"][key])
    recalls = table[table["trial_type"] == "recall"]
    correct = recalls[pd.MultiIndex.from_frame(recalls[key]).isin(studied)]
    return of_lists(table, pd.MultiIndex.from_frame(correct[["subject", "list"]]))


def of_lists(table: pd.DataFrame, lists: pd.Index) -> pd.DataFrame:
    mine = pd.MultiIndex.from_frame(table[["subject", "list"]])
    return table[mine.isin(lists)].reset_index(drop=True)
