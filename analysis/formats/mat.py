"""Read and write the `.mat` files of EMBAM, pybeh and their kin: a struct of matrices."""

from collections.abc import Iterator
from os import PathLike
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray
from scipy.io import loadmat, savemat

from analysis.checks import one_of
from analysis.formats.fields import from_fields, to_fields
from analysis.formats.mat73 import read_content, write_content
from analysis.recalls import Recalls


def read_mat(path: str | PathLike[str], struct: str = "data", omissions: bool = False) -> Recalls:
    """Read recalls from a MATLAB file, up to version 7 or of version 7.3 (HDF5).

    Parameters
    ----------
    path : path
    struct : str
        Struct that holds the matrices, (lists, columns) each: `recalls` and `subject`, mostly
        `pres_itemnos`, `rec_itemnos` and `listLength`, and more; `analysis.formats.fields` tells
        what becomes of each. In a struct of structs it is a path, "data/LL/2" for the second cell
        of `LL`. For a file of bare matrices it is "".
    omissions : bool
        Whether a 0 between responses is an omission, as in serial recall.

    Returns
    -------
    Recalls

    Raises
    ------
    ValueError
        If there is no such struct, `recalls` or `subject` is missing from it, or the matrices
        contradict each other. Several structs (one for each list length, say) are read one by one,
        for only you know whether subject 1 of each is the same person.

    Examples
    --------
    >>> import tempfile
    >>> path = tempfile.mkdtemp() + "/recalls.mat"
    >>> write_mat(Recalls.from_positions([[2, -1]], list_length=2, subject="Ada"), path)
    >>> read_mat(path).recalled
    array([[ 2, -1]], dtype=int16)
    """
    file = read_content(path) if h5py.is_hdf5(path) else _read_v5(path)
    content = file
    for part in filter(None, struct.split("/")):
        if not isinstance(content, dict) or part not in content:
            raise ValueError(
                f"{path} has no struct {struct!r}; those with recalls are "
                f"{_quoted(_with_recalls(file, ''))}; name one with struct="
            )
        content = content[part]
    if not isinstance(content, dict) or "recalls" not in content:
        raise ValueError(
            f"{struct!r} of {path} holds no recalls; structs that do are "
            f"{_quoted(_with_recalls(file, ''))}; read one with struct=, or each of them, giving "
            "subjects numbers of their own where different people share one"
        )
    fields = {name: value for name, value in content.items() if isinstance(value, np.ndarray)}
    return from_fields(fields, omissions)


def write_mat(
    recalls: Recalls, path: str | PathLike[str], struct: str = "data", version: str = "5"
) -> None:
    """Write recalls as a MATLAB file, a struct of matrices that EMBAM, pybeh and `read_mat` know.

    Item numbers go into `pres_itemnos` and `rec_itemnos`, words into `pres_items` and `rec_items`,
    labels into columns of one value per list, `rt` into `times`, other columns of words and
    responses into `pres_<name>` and `rec_<name>`. True and false come back as numbers.

    Parameters
    ----------
    recalls : Recalls
    path : path
        An existing file is written over.
    struct : str
        Name of the struct.
    version : {"5", "7.3"}
        "5" is read by every MATLAB, "7.3" (HDF5) holds matrices above 2 GB.

    Raises
    ------
    ValueError
        If `version` is neither, or a column holds what a matrix cannot.
    """
    one_of("version", version, ("5", "7.3"))
    content = {struct: to_fields(recalls, "itemnos")}
    if version == "7.3":
        write_content(content, path)
    else:
        savemat(path, content, long_field_names=True, do_compression=True)


def _quoted(names: Iterator[str]) -> str:
    return ", ".join(map(repr, names)) or "none"


def _with_recalls(content: dict[str, Any], path: str) -> Iterator[str]:
    """Paths of all structs that hold recalls."""
    if "recalls" in content:
        yield path
    for name, value in content.items():
        if isinstance(value, dict):
            yield from _with_recalls(value, f"{path}/{name}" if path else name)


def _read_v5(path: str | PathLike[str]) -> dict[str, Any]:
    """Content of a file: structs as dicts, cells of structs as dicts by number, texts as objects."""
    file = loadmat(path, struct_as_record=False, appendmat=False)
    return {name: _plain(value) for name, value in file.items() if not name.startswith("__")}


def _plain(value: Any) -> Any:
    if hasattr(value, "_fieldnames"):
        return {name: _plain(getattr(value, name)) for name in value._fieldnames}
    if value.dtype.kind == "U":
        return np.array([[_text(value)]], dtype=object)
    if value.dtype != object:
        return value
    cells = value.ravel()
    if any(hasattr(cell, "_fieldnames") or _holds_structs(cell) for cell in cells):
        plain = [_plain(cell) for cell in cells]
        return plain[0] if len(plain) == 1 else {str(k): x for k, x in enumerate(plain, start=1)}
    texts = np.empty(len(cells), dtype=object)
    texts[:] = [_text(cell) for cell in cells]
    return texts.reshape(value.shape)


def _holds_structs(cell: Any) -> bool:
    return (
        isinstance(cell, np.ndarray)
        and cell.dtype == object
        and any(hasattr(inner, "_fieldnames") for inner in cell.ravel())
    )


def _text(cell: NDArray[Any]) -> Any:
    """Text of a cell, or its number; None if it is empty."""
    if cell.size == 0:
        return None
    value = cell.ravel()[0]
    if isinstance(value, str):
        return value or None
    return None if isinstance(value, float) and np.isnan(value) else value
