"""MATLAB files of version 7.3: HDF5 with MATLAB's own notes on what each array is.

MATLAB stores by columns, so every array lies turned; a cell holds references to arrays elsewhere
in the file; a text is a row of numbers of its characters.
"""

from os import PathLike
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

_HEADER = b"MATLAB 7.3 MAT-file, written by memsim"
#: MATLAB's name for each kind of number
_CLASSES = {
    "float64": "double",
    "float32": "single",
    "bool": "logical",
    **{f"{sign}int{bits}": f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)},
}


def read_content(path: str | PathLike[str]) -> dict[str, Any]:
    """Content of a file: structs as dicts, cells of structs as dicts by number, texts as objects."""
    with h5py.File(path) as file:
        return {name: _read(file, node) for name, node in file.items() if not name.startswith("#")}


def _read(file: h5py.File, node: h5py.Group | h5py.Dataset) -> Any:
    if isinstance(node, h5py.Group):
        return {name: _read(file, inner) for name, inner in node.items()}
    if node.attrs.get("MATLAB_empty", 0):
        return np.zeros(tuple(node[...].astype(int)))
    if node.dtype == h5py.ref_dtype:
        return _read_cells(file, node)
    values = node[...].T
    if _class(node) == "char":
        return np.array([[_text(values)]], dtype=object)
    return values


def _read_cells(file: h5py.File, node: h5py.Dataset) -> Any:
    # a file may hold each text once for all its cells, so each reference is followed once
    addresses = np.empty(node.shape, dtype=np.uint64)
    node.id.read(h5py.h5s.ALL, h5py.h5s.ALL, addresses, mtype=h5py.h5t.STD_REF_OBJ)
    _, first, of_cell = np.unique(addresses, return_index=True, return_inverse=True)
    references = node[...].ravel()[first]
    inner = [file[reference] for reference in references]
    if any(isinstance(cell, h5py.Group) for cell in inner):
        plain = [_read(file, inner[k]) for k in of_cell.ravel()]
        return plain[0] if len(plain) == 1 else {str(k): x for k, x in enumerate(plain, start=1)}
    texts = np.empty(len(inner), dtype=object)
    texts[:] = [_cell(cell) for cell in inner]
    return texts[of_cell.reshape(node.shape)].T


def _class(node: h5py.Dataset) -> str:
    name = node.attrs.get("MATLAB_class", b"")
    return name.decode() if isinstance(name, bytes) else str(name)


def _text(values: NDArray[Any]) -> str:
    return values.astype(np.uint16).tobytes().decode("utf-16-le")


def _cell(cell: h5py.Dataset) -> Any:
    """Text of a cell, or its number; None if it is empty."""
    if cell.attrs.get("MATLAB_empty", 0):
        return None
    values = cell[...].T
    if _class(cell) == "char":
        return _text(values) or None
    value = values.ravel()[0]
    return None if np.isnan(value) else value


def write_content(content: dict[str, dict[str, NDArray[Any]]], path: str | PathLike[str]) -> None:
    """Write structs of matrices of numbers and of texts."""
    with h5py.File(path, "w", userblock_size=512) as file:
        references = file.create_group("#refs#")
        for struct, fields in content.items():
            group = file.create_group(struct)
            group.attrs["MATLAB_class"] = np.bytes_("struct")
            for name, values in fields.items():
                if values.dtype == object:
                    _write_cells(group, references, name, values)
                else:
                    _write(group, name, values)
    # the first 128 bytes name the version: 0x0200, least byte first
    with open(path, "r+b") as raw:
        raw.write(_HEADER.ljust(116) + bytes(8) + b"\x00\x02IM")


def _write(group: h5py.Group, name: str, values: NDArray[Any]) -> h5py.Dataset:
    logical = values.dtype == bool
    data = group.create_dataset(name, data=values.T.astype(np.uint8) if logical else values.T)
    data.attrs["MATLAB_class"] = np.bytes_(_CLASSES[values.dtype.name])
    if logical:
        data.attrs["MATLAB_int_decode"] = np.int32(1)
    return data


def _write_cells(
    group: h5py.Group, references: h5py.Group, name: str, values: NDArray[Any]
) -> None:
    # each text once, however many cells hold it
    cells = {text: _write_text(references, text) for text in dict.fromkeys(values.ravel().tolist())}
    matrix = np.empty(values.T.shape, dtype=h5py.ref_dtype)
    matrix[...] = np.array([cells[text] for text in values.T.ravel()], dtype=object).reshape(
        matrix.shape
    )
    data = group.create_dataset(name, data=matrix, dtype=h5py.ref_dtype)
    data.attrs["MATLAB_class"] = np.bytes_("cell")


def _write_text(references: h5py.Group, text: str) -> h5py.Reference:
    name = str(len(references))
    if not text:
        data = references.create_dataset(name, data=np.zeros(2, dtype=np.uint64))
        data.attrs["MATLAB_empty"] = np.uint8(1)
    else:
        codes = np.frombuffer(text.encode("utf-16-le"), dtype=np.uint16)
        data = references.create_dataset(name, data=codes[:, None])
        data.attrs["MATLAB_int_decode"] = np.int32(2)
    data.attrs["MATLAB_class"] = np.bytes_("char")
    return data.ref
