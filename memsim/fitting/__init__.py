"""Fit theories of memory to people, by likelihood or, without one, by curves."""

from memsim.fitting.fits import Fits, FitWarning, fit, fit_stop, stop_nll
from memsim.fitting.people import People, observe_people
from memsim.fitting.space import Space, search_space

__all__ = [
    "FitWarning",
    "Fits",
    "People",
    "Space",
    "fit",
    "fit_stop",
    "observe_people",
    "search_space",
    "stop_nll",
]
