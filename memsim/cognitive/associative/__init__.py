"""Theories of cued recall, recognition and judgments of frequency."""

from memsim.cognitive.associative.hebbian import HebbianMatrix
from memsim.cognitive.associative.minerva2 import MINERVA2
from memsim.cognitive.associative.summed_similarity import SummedSimilarity
from memsim.cognitive.associative.todam import TODAM

__all__ = ["MINERVA2", "TODAM", "HebbianMatrix", "SummedSimilarity"]
