"""Fit theories of memory to people, by likelihood or, without one, by curves."""

from memsim.fitting.confusion import ModelRecovery, model_recovery
from memsim.fitting.cued import observe_cued
from memsim.fitting.curve_fit import CurveFits, fit_curves
from memsim.fitting.fits import Fits, FitWarning, fit
from memsim.fitting.people import People, observe_people
from memsim.fitting.recovery import Recovery, box_around, parameter_recovery, simulated_people
from memsim.fitting.space import Space, search_space
from memsim.fitting.stop import fit_stop, stop_nll

__all__ = [
    "CurveFits",
    "FitWarning",
    "Fits",
    "ModelRecovery",
    "People",
    "Recovery",
    "Space",
    "box_around",
    "fit",
    "fit_curves",
    "fit_stop",
    "model_recovery",
    "observe_cued",
    "observe_people",
    "parameter_recovery",
    "search_space",
    "simulated_people",
    "stop_nll",
]
