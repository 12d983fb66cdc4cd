"""Read and write psifr's CSV: the recall table as text."""

from io import TextIOBase
from os import PathLike

import pandas as pd

from analysis.recalls import Recalls
from analysis.table import COLUMNS, check_table

#: columns of words, where NA, None or null are words like others
_WORDS = {"item", "cue"}
_MISSING = ["", "NA", "N/A", "NaN", "nan", "<NA>", "None"]


def read_psifr(path: str | PathLike[str] | TextIOBase, omissions: bool = False) -> pd.DataFrame:
    """Read a recall table in psifr's format, `.csv` or `.csv.gz`.

    Parameters
    ----------
    path : path
        CSV with columns `subject, list, position, trial_type, item` and any others.
    omissions : bool
        Whether a recall without item is an omission, as in serial and cued recall.

    Returns
    -------
    DataFrame
        The recall table, rows as in the file. An empty field is missing; in `item` and `cue`
        nothing else is, for NA, None and null are words there.

    Raises
    ------
    ValueError
        If it is not a recall table; see `check_table`.

    Examples
    --------
    >>> from io import StringIO
    >>> text = "subject,list,position,trial_type,item\\n1,1,1,study,NULL\\n1,1,1,recall,NULL\\n"
    >>> read_psifr(StringIO(text))
       subject  list  position trial_type  item
    0        1     1         1      study  NULL
    1        1     1         1     recall  NULL
    """
    columns = pd.read_csv(path, nrows=0).columns
    if isinstance(path, TextIOBase):
        path.seek(0)
    missing = {name: [""] if name in _WORDS else _MISSING for name in columns}
    table = pd.read_csv(path, keep_default_na=False, na_values=missing)
    for name in _WORDS & {*columns}:
        if table[name].dtype.kind == "f" and (table[name].dropna() % 1 == 0).all():
            table[name] = table[name].astype("Int64")  # whole numbers of which some are missing
    check_table(table, omissions)
    return table


def write_psifr(
    recalls: pd.DataFrame | Recalls, path: str | PathLike[str], omissions: bool = False
) -> None:
    """Write a recall table, or its twin, in psifr's format, `.csv` or `.csv.gz`.

    Parameters
    ----------
    recalls : recall table or Recalls
    path : path
        An existing file is written over.
    omissions : bool
        Whether a table's recall without item is an omission; Recalls know it themselves. psifr
        itself knows no omissions.

    Raises
    ------
    ValueError
        If it is not a recall table; see `check_table`.
    """
    if isinstance(recalls, Recalls):
        omissions = recalls.omissions
    table = recalls.to_table() if isinstance(recalls, Recalls) else recalls
    check_table(table, omissions)
    first = ["subject", "list", "position", "trial_type", "item"]
    others = [name for name in table.columns if name not in COLUMNS]
    table[first + others].to_csv(path, index=False)
