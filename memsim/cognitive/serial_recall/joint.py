"""Gradient, position and chain together, each with its weight: chaining versus position."""

from dataclasses import dataclass
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor

from memsim.cognitive.parameters import Parameter, Preset, find_preset
from memsim.cognitive.serial_recall.chaining import ChainingModel
from memsim.cognitive.serial_recall.phases import SerialPhase
from memsim.cognitive.serial_recall.primacy import PrimacyModel
from memsim.cognitive.serial_recall.start_end import StartEndModel
from memsim.cognitive.serial_recall.states import States


@dataclass(frozen=True, kw_only=True)
class JointModel(PrimacyModel, StartEndModel, ChainingModel):
    r"""Strength is :math:`w_o v_{primacy} + w_p v_{SEM} + w_c v_{chain}`.

    With one weight above 0 it is that theory, so that its weights say what the order of a report
    owes to each, and each theory is nested in it.

    Parameters
    ----------
    w_o, w_p, w_c : float
        Weights of the gradient, of position and of the chain, 0 or more. They share their scale
        with `tau`, so that a fit leaves it at 1.
    others
        Those of `PrimacyModel`, `StartEndModel` and `ChainingModel`.

    Raises
    ------
    ValueError
        If a parameter is out of range, or not exactly one of the two rules is given.

    Examples
    --------
    >>> from dataclasses import asdict
    >>> import numpy as np
    >>> from paradigms import SerialRecall
    >>> sem = StartEndModel.preset("SEM-softmax")
    >>> joint = JointModel(
    ...     w_o=0.0, w_p=1.0, w_c=0.0, P=11.5, D=0.27,
    ...     k_f=1.0, a_b=0.3, k_b=1.0, a_0=1.0, k_0=1.0, p=0.3, p_d=0.6, **asdict(sem)
    ... )
    >>> six = SerialRecall(list_length=6).trials(0, 0, n_lists=1)
    >>> reports = np.array([[1, 3, 2, 4, 0, 6]])
    >>> joint.log_likelihood(six, reports).allclose(sem.log_likelihood(six, reports))
    True
    """

    w_o: Parameter
    w_p: Parameter
    w_c: Parameter

    ranges: ClassVar[dict[str, str]] = {
        **ChainingModel.ranges,
        **StartEndModel.ranges,
        **PrimacyModel.ranges,
        **dict.fromkeys(("w_o", "w_p", "w_c"), "[0, inf)"),
    }
    search: ClassVar[dict[str, tuple[float, float]]] = {
        "w_o": (0.0, 30.0),
        "w_p": (0.0, 30.0),
        "w_c": (0.0, 30.0),
        **{name: box for name, box in ChainingModel.search.items() if name != "tau"},
        **{name: box for name, box in StartEndModel.search.items() if name not in ("s0", "tau")},
        **{name: box for name, box in PrimacyModel.search.items() if name != "tau"},
        **dict.fromkeys(("theta", "theta_x"), (-20.0, 60.0)),
    }

    @staticmethod
    def preset(name: str) -> "JointModel":
        """The model with a reference parameter set; `PRESETS` tells where each comes from."""
        return find_preset(PRESETS, name)

    def values(self, phase: SerialPhase, states: States) -> Float[Tensor, "lists states items"]:
        """Weighted sum of the strengths of the three theories: (lists, states, items)."""
        return (
            self.w_o * PrimacyModel.values(self, phase, states)
            + self.w_p * StartEndModel.values(self, phase, states)
            + self.w_c * ChainingModel.values(self, phase, states)
        )


#: Reference sets. Several parameters trade off; the weights are not amounts of anything.
PRESETS: dict[str, Preset[JointModel]] = {}
