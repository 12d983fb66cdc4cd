"""Fit theories of memory to people, by likelihood or, without one, by curves."""

from memsim.fitting.cued import observe_cued
from memsim.fitting.curve_fit import CurveFits, fit_curves
from memsim.fitting.fits import Fits, FitWarning, fit
from memsim.fitting.people import People, observe_people
from memsim.fitting.space import Space, search_space
from memsim.fitting.stop import fit_stop, stop_nll

__all__ = [
    "CurveFits",
    "FitWarning",
    "Fits",
    "People",
    "Space",
    "fit",
    "fit_curves",
    "fit_stop",
    "observe_cued",
    "observe_people",
    "search_space",
    "stop_nll",
]
