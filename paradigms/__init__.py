"""Psychology paradigms: what is presented and when, what is asked, what counts as an answer."""

from paradigms.codes import RandomBinary, encode
from paradigms.free_recall import FreeRecall
from paradigms.schedule import Event, Schedule

__all__ = ["Event", "FreeRecall", "RandomBinary", "Schedule", "encode"]
