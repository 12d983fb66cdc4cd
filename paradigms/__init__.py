"""Psychology paradigms: what is presented and when, what is asked, what counts as an answer."""

from paradigms.codes import Gaussian, OneHot, RandomBinary, encode
from paradigms.embeddings import Embeddings
from paradigms.free_recall import FreeRecall
from paradigms.schedule import Event, Schedule
from paradigms.scoring import accuracy
from paradigms.similar_codes import Similar

__all__ = [
    "Embeddings",
    "Event",
    "FreeRecall",
    "Gaussian",
    "OneHot",
    "RandomBinary",
    "Schedule",
    "Similar",
    "accuracy",
    "encode",
]
