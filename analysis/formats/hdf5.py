"""Read and write HDF5 files of matrices, as jaxcmr and its kin keep them."""

from os import PathLike

import h5py
import numpy as np

from analysis.formats.fields import from_fields, to_fields
from analysis.recalls import Recalls


def read_hdf5(path: str | PathLike[str], group: str = "data", omissions: bool = False) -> Recalls:
    """Read recalls from an HDF5 file of matrices, (columns, lists) each.

    Parameters
    ----------
    path : path
    group : str
        Group that holds the matrices: `recalls` and `subject`, mostly `listLength`,
        `pres_itemnos` (study positions), `pres_itemids` and `rec_itemids` (item numbers), and more
        (`condition`, `session`, ...); `analysis.formats.fields` tells what becomes of each.
    omissions : bool
        Whether a 0 between responses is an omission, as in serial recall.

    Returns
    -------
    Recalls

    Raises
    ------
    ValueError
        If there is no such group or `recalls` or `subject` is missing from it, or the matrices
        contradict each other. MATLAB files of version 7.3 are read by `read_mat`.
    """
    with h5py.File(path) as file:
        if file.get(group, getclass=True) is not h5py.Group:
            raise ValueError(
                f"{path} has no group {group!r}, only {', '.join(file) or 'nothing'}; name yours "
                "with group="
            )
        fields = {
            name: np.atleast_2d(
                data.asstr()[...] if h5py.check_string_dtype(data.dtype) else data[...]
            ).T
            for name, data in file[group].items()
            if isinstance(data, h5py.Dataset)
        }
    for values in fields.values():
        if values.dtype == object:
            values[values == ""] = None
    return from_fields(fields, omissions)


def write_hdf5(recalls: Recalls, path: str | PathLike[str], group: str = "data") -> None:
    """Write recalls as an HDF5 file of matrices, (columns, lists) each, for jaxcmr and `read_hdf5`.

    Item numbers go into `pres_itemids` and `rec_itemids`, words into `pres_items` and `rec_items`,
    study positions into `pres_itemnos` (of a word shown several times, its first), labels into
    fields of one row, `rt` into `times`, other columns of words and responses into `pres_<name>`
    and `rec_<name>`. True and false come back as numbers.

    Parameters
    ----------
    recalls : Recalls
    path : path
        An existing file is written over.
    group : str

    Examples
    --------
    >>> import tempfile
    >>> path = tempfile.mkdtemp() + "/recalls.h5"
    >>> write_hdf5(Recalls.from_positions([[2, -1]], list_length=2, subject="Ada"), path)
    >>> read_hdf5(path).labels
      subject  list  list_length
    0     Ada     1            2
    """
    with h5py.File(path, "w") as file:
        matrices = file.create_group(group)
        for name, values in to_fields(recalls, "itemids").items():
            if values.dtype == object:
                matrices.create_dataset(name, data=values.T, dtype=h5py.string_dtype())
            else:
                matrices.create_dataset(name, data=values.T)
