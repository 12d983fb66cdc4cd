"""What a theory of a run is: its parameter set, where that comes from, and what it was fitted to."""

from collections.abc import Mapping

from memsim.cognitive import PRESETS
from memsim.experiments.report import PEOPLE


def fit_status(
    source: str, human: str | None, theories: Mapping[str, str]
) -> dict[str, str | None]:
    """What a source is, and whether and to what it was fitted.

    Parameters
    ----------
    source : str
    human : str, optional
        People laid beside.
    theories : mapping of str to str
        Parameter set of each theory.

    Returns
    -------
    dict
        `kind` ("people", "network", "theory"); `status`: "data", "not fitted" (networks), "fitted
        to these data", "fitted elsewhere" or "reference parameters"; of a theory `preset`, its
        `origin`, `fitted_to` and `fitted_by` ("likelihood" or "curves").

    Examples
    --------
    >>> fit_status("SAM", "murdock1962/10-2", {"SAM": "SAM-M62"})["status"]
    'fitted elsewhere'
    """
    said: dict[str, str | None] = dict.fromkeys(("preset", "origin", "fitted_to", "fitted_by"))
    if source not in theories:
        people = source == PEOPLE
        kind, status = ("people", "data") if people else ("network", "not fitted")
        return {"kind": kind, "status": status, **said}
    preset = PRESETS[theories[source]]
    if preset.fitted_to is None:
        status = "reference parameters"
    else:
        here = human is not None and covers(preset.fitted_to, human)
        status = "fitted to these data" if here else "fitted elsewhere"
    return {
        "kind": "theory",
        "status": status,
        "preset": theories[source],
        "origin": preset.source,
        "fitted_to": preset.fitted_to,
        "fitted_by": preset.criterion,
    }


def covers(fitted_to: str, human: str) -> bool:
    """Whether people of this name are among the data that something was fitted to.

    Examples
    --------
    >>> covers("davis2008/all", "davis2008")
    True
    >>> covers("logan2021/serial_recall", "logan2021/serial_recall|LL6")
    True
    >>> covers("murdock1962/20-1", "murdock1962/20-2")
    False
    """
    return human in (fitted_to, fitted_to.removesuffix("/all")) or human.startswith(f"{fitted_to}|")
