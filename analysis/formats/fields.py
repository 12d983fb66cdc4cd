"""The fields of a file of matrices (`.mat`, HDF5) to `Recalls` and back.

A file is a dict of arrays by field name, one row per list:

====================================  ==================================================
field                                 becomes
====================================  ==================================================
`recalls`                             `recalled`; see `from_matrices` for its codes
`subject`                             label `subject`
`list`                                label `list`; without it, lists are numbered
`listLength`, `list_length` or `LL`   length of each list, or of all; label `list_length`
`pres_items`, `rec_items`             words
`pres_itemids`, `rec_itemids`         item numbers; `pres_itemnos` beside them holds the
                                      study position, and is left out if it does
`pres_itemnos`, `rec_itemnos`         item numbers, if there are no `pres_itemids`
`times`                               recall column `rt`, in milliseconds
other `pres_...`, as wide as a list   study column named by what follows `pres_`
other `rec_...`, as wide as recalls   recall column named by what follows `rec_`
others, as wide as recalls            recall column
one value per list                    label
several values per list               labels `name_1`, `name_2`, ...
====================================  ==================================================

Where words and numbers go together one to one, words keep their numbers; where not, words are the
items and the numbers columns. Missing words and texts are empty texts. A field that has another
number of rows than there are lists is left out.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.convert import outputs_given
from analysis.formats.matrices import from_matrices, whole
from analysis.formats.words import number_words
from analysis.recalls import Recalls

Fields = Mapping[str, NDArray[Any]]
Columns = dict[str, NDArray[Any]]


def from_fields(fields: Fields, omissions: bool = False) -> Recalls:
    """Recalls from the fields of a file, (lists, columns) arrays by name; see the module."""
    missing = [name for name in ("recalls", "subject") if name not in fields]
    if missing:
        raise ValueError(
            f"the file needs the fields recalls and subject; {' and '.join(missing)} missing here, "
            f"which has {', '.join(fields) or 'none'}; other matrices enter through from_matrices"
        )
    recalled = whole("recalls", fields["recalls"])
    rest = {name: _upright(value, len(recalled)) for name, value in fields.items()}
    del rest["recalls"]
    lengths = [rest.pop(name) for name in ("list_length", "listLength", "LL") if name in rest]
    study, recall, labels = _sort_fields(rest, recalled)
    presented, items, vocabulary = _take_items(study, recall, recalled)
    if "times" in recall:
        recall["rt"] = np.where(outputs_given(recalled), recall.pop("times"), np.nan)

    subject = labels.pop("subject")
    length = lengths[0] if lengths else None
    bare = from_matrices(recalled, subject, length, presented, items, omissions, **labels)
    return replace(bare, vocabulary=vocabulary, study_columns=study, recall_columns=recall)


def _upright(value: NDArray[Any], n_lists: int) -> NDArray[Any]:
    """One value per list lies in a row in some files."""
    return value.T if value.shape == (1, n_lists) else value


def _sort_fields(fields: Fields, recalled: NDArray[np.int64]) -> tuple[Columns, Columns, Columns]:
    """Columns of studied words, columns of responses, labels of lists."""
    n_lists, n_outputs = recalled.shape
    fields = {name: value for name, value in fields.items() if len(value) == n_lists}
    n_places = next(
        (fields[f"pres_{key}"].shape[1] for key in _ITEMS if f"pres_{key}" in fields), None
    )
    study: Columns = {}
    recall: Columns = {}
    labels: Columns = {}
    for name, value in fields.items():
        width = value.shape[1]
        if name.startswith("pres_") and width == n_places:
            study[name.removeprefix("pres_")] = value
        elif name.startswith("rec_") and width == n_outputs:
            recall[name.removeprefix("rec_")] = value
        elif name == "times":
            recall[name] = value
        elif width == 1:
            labels[name] = value[:, 0]
        elif width == n_outputs:
            recall[name] = value
        else:
            labels |= {f"{name}_{k}": column for k, column in enumerate(value.T, start=1)}
    return study, recall, labels


_ITEMS = "items", "itemids", "itemnos"


def _take_items(
    study: Columns, recall: Columns, recalled: NDArray[np.int64]
) -> tuple[NDArray[Any] | None, NDArray[Any] | None, NDArray[Any] | None]:
    """Numbers of words shown and recalled, and the words: taken out of the columns."""
    key = "itemids" if "itemids" in study else "itemnos"
    if key == "itemids" and "itemnos" in study:
        place = first_places(whole("pres_itemids", study["itemids"]))
        if np.array_equal(place, study["itemnos"]):
            del study["itemnos"]
    if "items" not in study:
        return study.pop(key, None), recall.pop(key, None), None
    words = study.pop("items"), recall.pop("items", np.full(recalled.shape, None))
    numbers = study.get(key), recall.get(key)
    shown, given, vocabulary, kept = number_words(*words, *numbers, recalled)
    if kept:
        study.pop(key)
        recall.pop(key, None)
    return shown, given, vocabulary


def first_places(items: NDArray[np.integer]) -> NDArray[np.int64]:
    """(lists, L) from (lists, L): study position at which each item is first shown, 0 if none."""
    n_lists, length = items.shape
    key = np.arange(n_lists)[:, None] * (items.max(initial=0) + 1) + items
    _, first, each = np.unique(key, return_index=True, return_inverse=True)
    return np.where(items == 0, 0, first[each.reshape(items.shape)] % max(length, 1) + 1)


def to_fields(recalls: Recalls, key: str) -> dict[str, NDArray[Any]]:
    """Fields of a file, item numbers under `key` ("itemnos" or "itemids"); see the module."""
    shown, given = recalls.presented != 0, outputs_given(recalls.recalled)
    fields: dict[str, NDArray[Any]] = {
        str(name): _storable(str(name), column.to_numpy())[:, None]
        for name, column in _plain(recalls.labels).items()
        if name != "list_length"
    }
    fields["listLength"] = recalls.list_length[:, None].astype(np.int64)
    fields["recalls"] = recalls.recalled
    fields[f"pres_{key}"] = recalls.presented
    fields[f"rec_{key}"] = recalls.recalled_items
    if key == "itemids":
        fields["pres_itemnos"] = first_places(recalls.presented)
    if recalls.vocabulary is not None:
        words = np.append(recalls.vocabulary, "")  # 0, padding, is the word before the first
        fields["pres_items"] = words[recalls.presented.astype(np.intp) - 1]
        fields["rec_items"] = words[recalls.recalled_items.astype(np.intp) - 1]
    for name, column in recalls.study_columns.items():
        fields[f"pres_{name}"] = _storable(name, column, shown)
    for name, column in recalls.recall_columns.items():
        fields["times" if name == "rt" else f"rec_{name}"] = _storable(name, column, given)
    return fields


def _plain(labels: pd.DataFrame) -> pd.DataFrame:
    """Numbers that may be missing as decimals with NaN."""
    nullable = [
        name
        for name, kind in labels.dtypes.items()
        if pd.api.types.is_numeric_dtype(kind) and labels[name].isna().any()
    ]
    return labels.astype(dict.fromkeys(nullable, float))


def _storable(
    name: str, values: NDArray[Any], there: NDArray[np.bool_] | None = None
) -> NDArray[Any]:
    """Numbers as they are, anything else as text, empty where missing."""
    if values.dtype.kind in "biuf":
        return values
    missing = pd.isna(values) if there is None else pd.isna(values) | ~there
    some = values[~missing]
    if any(isinstance(value, list | dict | np.ndarray) for value in some):
        raise ValueError(
            f"column {name!r} holds several numbers in each cell, which these files cannot: give "
            "each its own column, or keep the table as Parquet"
        )
    if len(some) and all(isinstance(value, int | float | np.number) for value in some):
        numbers = np.full(values.shape, np.nan)
        numbers[~missing] = some.astype(float)
        return numbers
    texts = np.full(values.shape, "", dtype=object)
    texts[~missing] = [str(value) for value in some]
    return texts
