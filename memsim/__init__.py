"""Memory networks and cognitive models: train, simulate, compare."""

from memsim import networks
from memsim.dnc import DNC
from memsim.lesion import Lesion
from memsim.participant import Participant
from memsim.simulate import simulate
from memsim.train import Trained, train
from memsim.train_bits import train_bits
from memsim.weights import load_network, save_network

__all__ = [
    "DNC",
    "Lesion",
    "Participant",
    "Trained",
    "load_network",
    "networks",
    "save_network",
    "simulate",
    "train",
    "train_bits",
]
