"""What arguments and tables are checked for everywhere, with one wording for each error."""

from collections.abc import Callable, Sequence

import pandas as pd


def one_of(name: str, value: object, allowed: Sequence[str]) -> None:
    """Raise if an argument is none of those there are.

    Examples
    --------
    >>> one_of("scoring", "loose", ("strict", "item"))
    Traceback (most recent call last):
    ValueError: scoring must be 'strict' or 'item', got 'loose'
    """
    if not isinstance(value, str) or value not in allowed:
        known = ", ".join(map(repr, allowed[:-1]))
        raise ValueError(f"{name} must be {known} or {allowed[-1]!r}, got {value!r}")


def need_frame(what: str, table: object) -> None:
    """Raise if something else was given in place of a DataFrame."""
    if not isinstance(table, pd.DataFrame):
        raise TypeError(f"{what} is a DataFrame, got {type(table).__name__}")


def need_columns(has: str, table: pd.DataFrame, columns: Sequence[str], cure: str = "") -> None:
    """Raise if a table lacks a column; `has` is how the error begins.

    Examples
    --------
    >>> need_columns("the curve has", pd.DataFrame({"lag": [1]}), ["lag", "prob"], "; look at x")
    Traceback (most recent call last):
    ValueError: the curve has no column 'prob', only lag; look at x
    """
    missing = [name for name in columns if name not in table.columns]
    if missing:
        known = ", ".join(map(str, table.columns)) or "none at all"
        raise ValueError(f"{has} no column {missing[0]!r}, only {known}{cure}")


def and_more(n: int, what: str = "row") -> str:
    """How many further ones have the same fault as the one told.

    Examples
    --------
    >>> and_more(0), and_more(1), and_more(2, "subject")
    ('', ' (and 1 more row)', ' (and 2 more subjects)')
    """
    return f" (and {n} more {what}{'s' if n > 1 else ''})" if n else ""


def check_level(level: float) -> None:
    """Raise if a level, such as the coverage of an interval, is no share between 0 and 1."""
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, such as .95, got {level}")


def as_tests(
    tests: pd.DataFrame,
    make: Callable[[pd.DataFrame], pd.DataFrame],
    made: Sequence[str],
    wanted: Sequence[str],
) -> pd.DataFrame:
    """Tests of cued recall or recognition: what `make` returned, or the recall table it takes.

    Parameters
    ----------
    tests : DataFrame
    make : function
        Recall table to tests.
    made : list of str
        Columns that it makes.
    wanted : list of str
        Columns that are to divide the tests.
    """
    if not isinstance(tests, pd.DataFrame):
        raise TypeError(
            f"this measure takes a recall table or what {make.__name__} returned, got "
            f"{type(tests).__name__}; Recalls.to_table() gives a table"
        )
    if "trial_type" in tests.columns:
        tests = make(tests)
    cure = f"; make tests of a recall table with {make.__name__}(table)"
    need_columns("the tests have", tests, made, cure)
    need_columns("the tests have", tests, wanted)
    return tests
