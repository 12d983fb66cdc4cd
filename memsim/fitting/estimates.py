"""Models whose parameters need no search: the maximum of their likelihood is found directly."""

from dataclasses import fields
from typing import Any, Literal

import numpy as np

from memsim.cognitive.stopping import ExponentialStop
from memsim.fitting.people import People
from memsim.fitting.stop import fit_stop, n_events


def is_estimated(model: Any) -> bool:
    """Whether a model estimates its parameters itself, as log-linear models do."""
    return callable(getattr(type(model), "estimate", None))


def estimate(
    model: Any, people: People, stop: Literal["saturated", "exponential"] | None
) -> tuple[dict[str, Any], Any]:
    """Row of the table of fits, and the model of one subject.

    Parameters
    ----------
    model : model
        Its kind, what its tables are anchored to, and its stop rule where `stop` is None.
    people : People
    stop : {"saturated", "exponential"}, optional

    Examples
    --------
    >>> from memsim import simulate
    >>> from memsim.cognitive import Static
    >>> from memsim.fitting import fit
    >>> from paradigms import FreeRecall
    >>> truth, task = Static.preset("static-10"), FreeRecall()
    >>> fits = fit(truth, simulate(truth, task, n_lists=500), task)
    >>> fits.table[["status", "converged"]].values.tolist()
    [['fitted', True]]
    >>> bool(abs(np.subtract(fits.models[1].position, truth.position)).max() < 0.5)
    True
    """
    has_anchor = "anchor" in {field.name for field in fields(model)}
    options = {"anchor": model.anchor} if has_anchor else {}
    fitted = type(model).estimate(people.schedule, people.responses, stop=model.stop, **options)
    fitted, nll_stop = fit_stop(fitted, people, stop)
    nll = float(fitted.choice_nll(fitted.observe(people.schedule, people.responses)))
    rule = fitted.stop
    of_stop = {}
    if isinstance(rule, ExponentialStop):
        of_stop = {"theta_s": rule.theta_s, "theta_r": rule.theta_r}
    row = {
        "status": "fitted",
        "n_lists": len(people),
        "n_events": n_events(fitted, people),
        "nll": nll + nll_stop,
        "nll_choice": nll,
        "nll_stop": nll_stop,
        **of_stop,
        # a convex problem: `estimate` ends at its one optimum or raises
        "converged": True,
        "slope": 0.0,
        "at_bound": "",
        "trade_off": "",
        "condition": np.nan,
        "n_starts": 0,
        "n_best": 0,
    }
    return row, fitted
