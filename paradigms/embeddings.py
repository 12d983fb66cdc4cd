"""Item codes from a file of the user's own: word vectors."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from paradigms.code_pools import from_pool, redrawn_from_pool

FORMATS = (".npy", ".npz", ".csv", ".txt")


@dataclass(frozen=True)
class Embeddings:
    """Word vectors from a file: item number k is its k-th row.

    The file is read and checked at once, so that a bad one is told before anything runs.

    Parameters
    ----------
    path : str
        - .npy: an array (words, numbers)
        - .npz: the same, alone or under the name `vectors`
        - .csv: a line for each word, its first cell the word or already a number; a first line
          that names the columns is passed over
        - .txt: a line for each word, separated by blanks, as GloVe and word2vec write them; a
          first line of two counts is passed over
    width : int, optional
        Numbers in a vector that are expected. Left out, as many as the file has.
    pool_size : int, optional
        Words, from the first row on, that are used. Left out, all of the file.
    fixed : bool
        Whether words keep their vectors in all lists; else they are shared out anew in every list,
        and the similarity of two words means nothing.

    Attributes
    ----------
    words : tuple of str
        The words, where the file has them; else empty.

    Raises
    ------
    ValueError
        If the file is missing or of another format, has another width, fewer rows than the pool, a
        number that is missing, not finite or none at all, or two rows that are the same.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "vectors.txt"
    >>> _ = file.write_text("owl 1 0.5\\nelk -1 0\\n")
    >>> codes = Embeddings(str(file))
    >>> codes.words, codes.draw(np.random.default_rng(0), np.array([[2]]))
    (('owl', 'elk'), array([[[-1.,  0.]]]))
    """

    path: str
    width: int = None  # type: ignore[assignment]  # that of the file
    pool_size: int = None  # type: ignore[assignment]  # all of the file
    fixed: bool = True

    kind: ClassVar[str] = "real"
    words: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        path = Path(self.path)
        if path.suffix not in FORMATS:
            raise ValueError(f"path must end in {', '.join(FORMATS)}, got {path.name!r}")
        if not path.is_file():
            raise ValueError(f"there is no file {path}; relative paths start from {Path.cwd()}")
        words, vectors = _read_lines(path) if path.suffix in (".csv", ".txt") else _read_array(path)
        vectors = vectors[: self.pool_size]
        _check(path, vectors, self.width, self.pool_size)
        object.__setattr__(self, "width", vectors.shape[1])
        object.__setattr__(self, "pool_size", len(vectors))
        object.__setattr__(self, "words", words[: len(vectors)])
        object.__setattr__(self, "_vectors", vectors)

    def draw(
        self, rng: np.random.Generator, items: NDArray[np.integer], *, n_others: int = 0
    ) -> NDArray[np.floating]:
        """Codes of the items shown, and of others; see `RandomBinary.draw`."""
        draw = from_pool if self.fixed else redrawn_from_pool
        return draw(self._vectors, rng, items, n_others)  # type: ignore[attr-defined]


def _check(
    path: Path, vectors: NDArray[np.floating], width: int | None, pool_size: int | None
) -> None:
    n_words, n_numbers = vectors.shape
    if width is not None and n_numbers != width:
        raise ValueError(
            f"{path} has vectors of {n_numbers} numbers, but width={width} is expected; set width "
            "to that, or give the file whose vectors the network was made for"
        )
    if pool_size is not None and n_words < pool_size:
        raise ValueError(
            f"{path} has {n_words} words, but pool_size={pool_size}; use a smaller pool or a "
            "longer file"
        )
    if not np.isfinite(vectors).all():
        row, column = np.argwhere(~np.isfinite(vectors))[0]
        raise ValueError(
            f"{path} has {vectors[row, column]} in row {row + 1}, number {column + 1}; every "
            "number must be finite: leave words without a vector out"
        )
    _, first, count = np.unique(vectors, axis=0, return_index=True, return_counts=True)
    if (count > 1).any():
        row = first[count > 1].min()
        twin = np.flatnonzero((vectors == vectors[row]).all(axis=1))[1]
        raise ValueError(
            f"{path} has the same vector in rows {row + 1} and {twin + 1}; nothing could tell "
            "these words apart: leave one out"
        )


def _read_array(path: Path) -> tuple[tuple[str, ...], NDArray[np.floating]]:
    try:
        loaded = np.load(path, allow_pickle=False)
    except ValueError as error:
        raise ValueError(
            f"{path} holds Python objects or is no NumPy file ({error}); only plain arrays of "
            "numbers are read, as np.save(path, vectors.astype(float)) writes them"
        ) from error
    if path.suffix == ".npz":
        names = loaded.files
        name = "vectors" if "vectors" in names else names[0] if len(names) == 1 else None
        if name is None:
            raise ValueError(
                f"{path} holds {', '.join(names) or 'nothing'}; name the one to use `vectors`"
            )
        loaded = loaded[name]
    if loaded.ndim != 2 or loaded.dtype.kind not in "fiu" or 0 in loaded.shape:
        raise ValueError(
            f"{path} must hold numbers of shape (words, numbers), got {loaded.dtype} of shape "
            f"{loaded.shape}"
        )
    return (), loaded.astype(float)


def _read_lines(path: Path) -> tuple[tuple[str, ...], NDArray[np.floating]]:
    with path.open(encoding="utf-8", newline="") as file:
        lines = [
            (k, cells)
            for k, cells in enumerate(
                csv.reader(file) if path.suffix == ".csv" else map(str.split, file), start=1
            )
            if cells
        ]
    counts = path.suffix == ".txt" and len(lines) > 1 and len(lines[0][1]) == 2 < len(lines[1][1])
    lines = lines[1:] if counts or (path.suffix == ".csv" and _names(lines)) else lines
    if not lines:
        raise ValueError(f"{path} has no lines of numbers")
    has_words = any(not _is_number(cells[0]) for _, cells in lines)
    n_cells = len(lines[0][1])
    for k, cells in lines:
        if len(cells) != n_cells:
            raise ValueError(
                f"line {k} of {path} has {len(cells)} cells, but those before it {n_cells}; every "
                "line holds one word's numbers, as many in each"
            )
        for cell in cells[has_words:]:
            if not _is_number(cell):
                raise ValueError(
                    f"line {k} of {path} has {cell!r} where a number should be"
                    + ("; a word stands in the first cell only" if has_words else "")
                )
    words = tuple(cells[0] for _, cells in lines) if has_words else ()
    return words, np.array([[float(x) for x in cells[has_words:]] for _, cells in lines])


def _names(lines: list[tuple[int, list[str]]]) -> bool:
    """Whether the first line names the columns, in words or as pandas counts them: 0, 1, 2, ..."""
    cells = lines[0][1] if lines else []
    counted = [str(k) for k in range(len(cells))]
    return not any(map(_is_number, cells)) or cells == counted or cells[1:] == counted[:-1]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
