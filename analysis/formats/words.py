"""Words of a file of matrices: which number each has."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def number_words(
    shown: NDArray[Any],
    given: NDArray[Any],
    shown_numbers: NDArray[Any] | None,
    given_numbers: NDArray[Any] | None,
    recalled: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[Any], bool]:
    """Numbers of the words shown and recalled, the words by number, and whose numbers these are.

    Parameters
    ----------
    shown, given : (lists, L) and (lists, outputs) texts, None where there is none
    shown_numbers, given_numbers : integers, optional
        Their numbers in the file, of use if each word has one and each number is of one word.
    recalled : (lists, outputs) integers
        Study positions. An intrusion without a word is named "unknown 1", "unknown 2", ...

    Returns
    -------
    shown, given : integers, 0 where there is no word
    vocabulary : (words,) texts, empty where no word has that number
    kept : whether words have the numbers of the file
    """
    in_list = np.take_along_axis(
        shown, np.clip(recalled - 1, 0, shown.shape[1] - 1).astype(np.intp), axis=1
    )
    given = np.where(pd.isna(given) & (recalled > 0), in_list, given)
    unnamed = pd.isna(given) & (recalled < 0)
    given[unnamed] = [f"unknown {k}" for k in range(1, int(unnamed.sum()) + 1)]
    given[recalled == 0] = None

    words = pd.Series(np.concatenate([shown.ravel(), given.ravel()]))
    number_of = _numbers_of_file(words, shown_numbers, given_numbers, given.size)
    kept = bool(number_of)
    highest = max(number_of.values(), default=0)
    new = sorted(set(words.dropna()) - set(number_of))
    number_of |= {word: highest + k for k, word in enumerate(new, start=1)}
    vocabulary = np.full(highest + len(new), "", dtype=object)
    vocabulary[np.array([*number_of.values()]) - 1] = [*number_of]
    numbers: NDArray[Any] = words.map(number_of).fillna(0).to_numpy(dtype=np.int64)
    return (
        numbers[: shown.size].reshape(shown.shape),
        numbers[shown.size :].reshape(given.shape),
        vocabulary,
        kept,
    )


def _numbers_of_file(
    words: pd.Series, shown: NDArray[Any] | None, given: NDArray[Any] | None, n_given: int
) -> dict[str, int]:
    """Number of each word, if the file numbers words one to one."""
    if shown is None:
        return {}
    given = np.zeros(n_given) if given is None else given
    numbers = np.nan_to_num(np.concatenate([shown.ravel(), given.ravel()]).astype(float))
    pairs = pd.DataFrame({"word": words, "number": numbers.astype(np.int64)})
    pairs = pairs[pairs["word"].notna() & (pairs["number"] > 0)].drop_duplicates()
    if pairs["word"].duplicated().any() or pairs["number"].duplicated().any():
        return {}
    return dict(zip(pairs["word"], pairs["number"].tolist(), strict=True))
