"""Models and schedules for the tests of serial recall."""

import numpy as np

from memsim.cognitive.serial_recall import (
    ChainingModel,
    JointModel,
    PrimacyModel,
    StartEndModel,
    UniformModel,
)
from paradigms import SerialRecall

from . import reference

CHAIN = {"k_f": 0.9, "a_b": 0.4, "k_b": 1.3, "a_0": 1.1, "k_0": 0.8, "p": 0.3, "p_d": 0.6}
SEM = {"s0": 1.2, "S": 0.8, "e0": 0.6, "E": 0.5}
PRIMACY = {"P": 7.5, "D": 0.4, "step": 0.9, "dt": 0.6}
RULE = {"suppression": 0.9, "r_s": 0.4, "theta": 0.3, "theta_x": -0.1, "tau": 0.4}

#: a model of each theory with a likelihood that lets everything happen, and its values in loops
MODELS = {
    "primacy": (PrimacyModel(**PRIMACY, **RULE), reference.primacy_value),
    "SEM": (StartEndModel(**SEM, **RULE), reference.sem_value),
    "chaining": (ChainingModel(**CHAIN, a_f=0.8, **RULE), reference.chain_value),
    "joint": (
        JointModel(w_o=0.2, w_p=1.1, w_c=0.7, **PRIMACY, **SEM, **CHAIN, **RULE),
        reference.joint_value,
    ),
    "uniform": (
        UniformModel(theta=-0.4, theta_x=-1.0),
        lambda j, k, cue, n, m: 0.0,
    ),
}


def lists_of(list_length, n_lists=1, **options):
    return SerialRecall(list_length=list_length, **options).trials(0, 0, n_lists=n_lists)


def simulated(model, list_length, n_lists, seed=0, **options):
    return model.recall(lists_of(list_length, n_lists, **options), np.random.default_rng(seed))
