"""Read and write recall tables as Parquet: every type, word and feature as it was."""

from os import PathLike

import pandas as pd

from analysis.recalls import Recalls
from analysis.table import check_table


def read_parquet(path: str | PathLike[str]) -> pd.DataFrame:
    """Read a recall table from Parquet.

    Parameters
    ----------
    path : path

    Returns
    -------
    DataFrame
        The recall table as it was written; recalls without item are omissions. (A column of type
        object that holds texts comes back as one of texts.)

    Raises
    ------
    ValueError
        If it is not a recall table; see `check_table`.
    """
    table = pd.read_parquet(path)
    check_table(table, omissions=True)
    return table


def write_parquet(recalls: pd.DataFrame | Recalls, path: str | PathLike[str]) -> None:
    """Write a recall table, or its twin, as Parquet.

    Parameters
    ----------
    recalls : recall table or Recalls
        Recalls without item are omissions. Cells may hold vectors, such as semantic features.
    path : path
        An existing file is written over.

    Raises
    ------
    ValueError
        If it is not a recall table; see `check_table`.

    Examples
    --------
    >>> import tempfile
    >>> path = tempfile.mkdtemp() + "/recalls.parquet"
    >>> write_parquet(Recalls.from_positions([[2]], list_length=2, condition="fast"), path)
    >>> read_parquet(path)
       subject  list trial_type  position  item condition
    0        1     1      study         1     1      fast
    1        1     1      study         2     2      fast
    2        1     1     recall         1     2      fast
    """
    table = recalls.to_table() if isinstance(recalls, Recalls) else recalls
    check_table(table, omissions=True)
    table.to_parquet(path)
