"""Tests of cued recall, one row each: what was asked, what was answered, and where that came from."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis import checks
from analysis.counts import by_columns
from analysis.table import check_table

#: each test is of exactly one kind
KINDS = [
    "correct",
    "same-list intrusion",
    "prior-list intrusion",
    "later-list intrusion",
    "extra-list intrusion",
    "omission",
]

#: what `cued_tests` finds out about each test
COLUMNS = [
    "subject",
    "list",
    "test_position",
    "cue",
    "target",
    "answer",
    "pair",
    "n_pairs",
    "study_position",
    "presentations",
    "lag",
    "direction",
    "test",
    "correct",
    "kind",
    "pair_lag",
    "list_lag",
    "prior_lists",
]


def cued_tests(table: pd.DataFrame, later_lists: bool = False) -> pd.DataFrame:
    """Find out about every test of cued recall what the measures need.

    Parameters
    ----------
    table : DataFrame
        Recall table of cued recall: study rows are pairs, `cue` the first and `item` the second
        word; recall rows are tests, `cue` the word shown and `item` the answer, missing if there
        was none. A pair presented several times has several study rows, or one with the number of
        times in a column `presentations`. Tests may have `direction` and `target`, which tell
        the pair if a cue belongs to several of its list, and `study_position` and `lag`, which are
        kept, as where pairs are studied and tested in turns; otherwise all of these are found.
    later_lists : bool
        Whether words of later lists of the subject have been studied by then, as where several
        lists are studied before the first test (A-B, A-C). They are then later-list intrusions,
        otherwise extra-list intrusions, for they match by chance.

    Returns
    -------
    DataFrame
        One row per test:

        - `subject`, `list`, `test_position`, `cue`, `target` (the other word of the pair), `answer`
        - `pair`: number of the pair, in order of first presentation; `n_pairs` of the list
        - `study_position`: of the last presentation; `presentations` of the pair
        - `lag`: presentations and tests of the list between study and test; 0 right after
        - `direction`: "forward" if the cue is the first word of the pair, else "backward"
        - `test`: 1 for the first test of the pair in this list, 2 for the second, ...
        - `correct`, and `kind`: "correct", "same-list intrusion" (a word of another pair, or the
          cue itself), "prior-list intrusion" (a word of an earlier list of the subject),
          "later-list intrusion" (of a later one, with `later_lists`), "extra-list intrusion" (any
          other word), "omission"
        - `pair_lag`: of a same-list intrusion, number of its pair minus that of the cue
        - `list_lag`: of a prior-list intrusion, how many lists back its word was studied last; of a
          later-list intrusion negative
        - `prior_lists`: lists of the subject before this one
        - further columns of the tests (`rt`, `condition`, ...); if tests lack them, of the pairs

    Raises
    ------
    ValueError
        If it is no recall table of cued recall, a cue was not studied in its list, or it belongs
        to several pairs of its list and nothing tells which; the message names the first row.

    Examples
    --------
    Two pairs, each tested once; the second answer is from the first pair:

    >>> table = pd.DataFrame({
    ...     "subject": 1, "list": 1, "trial_type": ["study", "study", "recall", "recall"],
    ...     "position": [1, 2, 1, 2], "cue": ["owl", "elk", "ant", "elk"],
    ...     "item": ["ant", "bee", "owl", "ant"]})
    >>> cued_tests(table)[["cue", "target", "answer", "direction", "lag", "kind", "pair_lag"]]
       cue target answer direction  lag                 kind  pair_lag
    0  ant    owl    owl  backward    1              correct      <NA>
    1  elk    bee    ant   forward    1  same-list intrusion        -1
    """
    check_table(table, paradigm="cued recall")
    rows = _coded(table)
    study, tests = rows[rows["trial_type"] == "study"], rows[rows["trial_type"] == "recall"]
    if tests.empty:
        raise ValueError(
            "there are no tests: no row has trial_type 'recall'; a filter before this may have "
            "left only the study rows"
        )
    pairs = _pairs(study)
    words = _words(pairs)
    tests = _match(tests, words)
    tests = tests.sort_values(["list_number", "position"], kind="stable")
    tests["test"] = tests.groupby(["list_number", "pair"]).cumcount() + 1
    tests["lag"] = tests["n_study"] - tests["study_position"] + tests["position"] - 1
    given = [name for name in ("lag", "study_position") if f"given_{name}" in tests.columns]
    for name in given:
        said = pd.to_numeric(tests[f"given_{name}"])
        tests[name] = said.where(said.notna(), tests[name]).astype(np.int64)
    tests = _origin(tests, words, later_lists).drop(columns=[f"given_{name}" for name in given])
    tests["test_position"], tests["answer"] = tests["position"].astype(np.int64), tests["item"]
    return _with_columns_of_pairs(tests, study)


def as_tests(tests: pd.DataFrame, *columns: str | Sequence[str] | None) -> pd.DataFrame:
    """What `cued_tests` returned, or the recall table: every measure takes both.

    `columns` must be there, for they are to divide the tests.
    """
    return checks.as_tests(tests, cued_tests, COLUMNS, by_columns(*columns))


def shares(
    tests: pd.DataFrame, keys: Sequence[str], hit: pd.Series, value: str = "prob"
) -> pd.DataFrame:
    """Share of tests that hit, with counts: one row for each value of the keys."""
    keys = list(dict.fromkeys(keys))  # x may be one of `by`
    grouped = tests.assign(_hit=hit.astype(np.int64)).groupby(keys, observed=True, dropna=False)
    table = grouped["_hit"].agg(actual="sum", possible="size").reset_index()
    return table[keys].assign(
        **{value: table["actual"] / table["possible"]},
        actual=table["actual"],
        possible=table["possible"],
    )


def nth_test(tests: pd.DataFrame, test: int | None) -> pd.DataFrame:
    """The first, second, ... test of each pair, or all."""
    return tests if test is None else tests[tests["test"] == test]


def _coded(table: pd.DataFrame) -> pd.DataFrame:
    """The rows with numbers for words, -1 where there is none, and for lists."""
    columns = [name for name in ("cue", "item", "target") if name in table.columns]
    code = pd.factorize(pd.concat([table[name] for name in columns]).astype(object))[0]
    rows = table.reset_index(names="row")
    for name, codes in zip(columns, code.reshape(len(columns), -1), strict=True):
        rows[f"{name}_code"] = codes
    lists = rows.groupby(["subject", "list"], sort=True, observed=True)
    rows["list_number"] = lists.ngroup()
    rows["subject_number"] = rows.groupby("subject", sort=True, observed=True).ngroup()
    first = rows.groupby("subject_number")["list_number"].transform("min")
    rows["prior_lists"] = rows["list_number"] - first
    return rows


def _pairs(study: pd.DataFrame) -> pd.DataFrame:
    """One row per pair of each list."""
    keys = ["list_number", "cue_code", "item_code"]
    grouped = study.sort_values("position").groupby(keys, sort=False)
    pairs = grouped.agg(
        subject_number=("subject_number", "first"),
        prior_lists=("prior_lists", "first"),
        cue=("cue", "first"),
        item=("item", "first"),
        first_position=("position", "min"),
        study_position=("position", "max"),
        presentations=("position", "size"),
    ).reset_index()
    if "presentations" in study.columns:
        pairs["presentations"] = grouped["presentations"].first().to_numpy()
    in_list = pairs.groupby("list_number")
    pairs["pair"] = in_list["first_position"].rank().astype(np.int64)
    pairs["n_pairs"] = in_list["pair"].transform("size")
    pairs["n_study"] = in_list["study_position"].transform("max")
    return pairs


def _words(pairs: pd.DataFrame) -> pd.DataFrame:
    """One row per word of each pair, with the direction in which it would be a cue."""
    forward = pairs.rename(columns={"cue_code": "word", "item_code": "target_code"})
    backward = pairs.rename(columns={"item_code": "word", "cue_code": "target_code"})
    forward = forward.assign(target=pairs["item"], direction="forward")
    backward = backward.assign(target=pairs["cue"], direction="backward")
    return pd.concat([forward, backward], ignore_index=True).drop(columns=["cue", "item"])


def _match(tests: pd.DataFrame, words: pd.DataFrame) -> pd.DataFrame:
    """The pair that each test asks for."""
    on = ["list_number", "cue_code"]
    if "direction" in tests.columns:
        _check_direction(tests)
        on.append("direction")
    if "target" in tests.columns:
        on.append("target_code")
    words = words.rename(columns={"word": "cue_code"})
    asked = words.merge(tests[on].drop_duplicates(), on=on)
    twice = asked[asked.duplicated(on)]
    if len(twice):
        first = tests.merge(twice[on].head(1), on=on).iloc[0]
        raise ValueError(
            f"a cue asks for one pair: row {first['row']} shows {str(first['cue'])!r}, which belongs to "
            f"several pairs of list {first['list']} of subject {first['subject']}; "
            "say which with a column target (the answer asked for) or direction ('forward' or "
            "'backward')"
        )
    tests = tests.rename(columns={name: f"given_{name}" for name in ("lag", "study_position")})
    replaced = {*COLUMNS, *asked.columns} - {*on, "subject", "list", "cue"}
    replaced -= {"subject_number", "prior_lists"}
    tests = tests.drop(columns=[name for name in replaced if name in tests.columns])
    asked = asked.drop(columns=["subject_number", "prior_lists"])
    matched = tests.merge(asked, on=on, how="left")
    lost = matched["pair"].isna()
    if lost.any():
        first = matched[lost].iloc[0]
        raise ValueError(
            f"a cue must be a word of its list: row {first['row']} shows {str(first['cue'])!r}, which "
            f"no pair of list {first['list']} of subject {first['subject']} has"
            + "".join(
                f" with {name} {str(first[name])!r}"
                for name in ("direction", "target")
                if name in tests
            )
            + f"{checks.and_more(int(lost.sum()) - 1)}; study rows hold the first word in cue and "
            "the second in item, written as in the tests"
        )
    for name in ("pair", "n_pairs", "n_study", "study_position"):
        matched[name] = matched[name].astype(np.int64)
    return matched


def _check_direction(tests: pd.DataFrame) -> None:
    wrong = ~tests["direction"].isin(["forward", "backward"])
    if wrong.any():
        first = tests[wrong].iloc[0]
        raise ValueError(
            f"direction must be 'forward' or 'backward': row {first['row']} has "
            f"{first['direction']!r}; leave the column out, and it is found from the pairs"
        )


def _origin(tests: pd.DataFrame, words: pd.DataFrame, later_lists: bool) -> pd.DataFrame:
    """Whether the answer is right, and if not, where its word was studied."""
    tests = tests.reset_index(drop=True)
    answered = tests["item_code"] >= 0
    correct = answered & (tests["item_code"] == tests["target_code"])
    here = words.drop_duplicates(["list_number", "word"]).set_index(["list_number", "word"])["pair"]
    found = pd.MultiIndex.from_frame(tests[["list_number", "item_code"]])
    own = pd.Series(here.reindex(found).to_numpy(), index=tests.index, dtype="Int64")
    same = ~correct & own.notna()
    stray = tests.loc[~correct & ~same & answered, ["subject_number", "item_code", "prior_lists"]]
    elsewhere = words[["subject_number", "word", "prior_lists"]].drop_duplicates()
    matches = stray.reset_index().merge(
        elsewhere.rename(columns={"word": "item_code", "prior_lists": "studied"}),
        on=["subject_number", "item_code"],
    )
    # of several earlier lists the latest, and earlier lists before later ones
    matches["back"] = matches["prior_lists"] - matches["studied"]
    earlier = matches[matches["back"] > 0].groupby("index")["back"].min()
    list_lag = earlier.reindex(tests.index)
    if later_lists:
        later = matches[matches["back"] < 0].groupby("index")["back"].max()
        list_lag = list_lag.fillna(later.reindex(tests.index))
    tests["correct"] = correct
    tests["kind"] = np.select(
        [correct, same, list_lag > 0, list_lag < 0, answered], KINDS[:-1], default=KINDS[-1]
    )
    tests["pair_lag"] = (own - tests["pair"]).where(same)
    tests["list_lag"] = list_lag.astype("Int64")
    return tests


def _with_columns_of_pairs(tests: pd.DataFrame, study: pd.DataFrame) -> pd.DataFrame:
    """The columns of `COLUMNS`, then what else is known of the test, or else of its pair."""
    inner = {
        "row",
        "position",
        "item",
        "trial_type",
        "cue_code",
        "item_code",
        "target_code",
        "list_number",
        "subject_number",
        "first_position",
        "n_study",
    }
    extra = [name for name in study.columns if name not in inner and name not in COLUMNS]
    last = study.set_index(["list_number", "position"])
    pair = pd.MultiIndex.from_frame(tests[["list_number", "study_position"]])
    for name in extra:
        if tests[name].isna().all():
            tests[name] = last[name].reindex(pair).to_numpy()
    return tests[[*COLUMNS, *extra]].reset_index(drop=True)
