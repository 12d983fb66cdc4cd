"""Psychology paradigms: what is presented and when, what is asked, what counts as an answer."""

from paradigms.associative_recall import PairedAssociates
from paradigms.bit_tasks import bits_per_sequence, wrong_bits
from paradigms.codes import Gaussian, OneHot, RandomBinary, encode
from paradigms.continuous_recall import ContinuousPairedAssociates
from paradigms.copy import Copy
from paradigms.curriculum import Curriculum, Stage, growing_lists, lists_once_learnt
from paradigms.embeddings import Embeddings
from paradigms.free_recall import FreeRecall
from paradigms.frequency_judgment import FrequencyJudgment
from paradigms.interference import Interference
from paradigms.item_recall import ItemRecall
from paradigms.probed_recall import ProbedRecall
from paradigms.recognition import Recognition
from paradigms.repeat_copy import RepeatCopy
from paradigms.representation_recall import RepresentationRecall
from paradigms.schedule import Event, Schedule
from paradigms.scoring import accuracy
from paradigms.serial_recall import SerialRecall, span_test
from paradigms.similar_codes import Similar

#: paradigms by name: they have items, and score into the recall table
PARADIGMS = {
    "free-recall": FreeRecall,
    "serial-recall": SerialRecall,
    "paired-associates": PairedAssociates,
    "continuous-paired-associates": ContinuousPairedAssociates,
    "interference": Interference,
    "probed-recall": ProbedRecall,
    "recognition": Recognition,
    "frequency-judgment": FrequencyJudgment,
}

#: tasks of bit vectors by name, for checking that a network can use its memory at all
BIT_TASKS = {
    "copy": Copy,
    "repeat-copy": RepeatCopy,
    "item-recall": ItemRecall,
    "representation-recall": RepresentationRecall,
}

__all__ = [
    "BIT_TASKS",
    "PARADIGMS",
    "ContinuousPairedAssociates",
    "Copy",
    "Curriculum",
    "Embeddings",
    "Event",
    "FreeRecall",
    "FrequencyJudgment",
    "Gaussian",
    "Interference",
    "ItemRecall",
    "OneHot",
    "PairedAssociates",
    "ProbedRecall",
    "RandomBinary",
    "Recognition",
    "RepeatCopy",
    "RepresentationRecall",
    "Schedule",
    "SerialRecall",
    "Similar",
    "Stage",
    "accuracy",
    "bits_per_sequence",
    "encode",
    "growing_lists",
    "lists_once_learnt",
    "span_test",
    "wrong_bits",
]
