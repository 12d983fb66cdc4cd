"""Participants by script, written from what the paradigms show and not from their answers."""

import numpy as np
import pandas as pd

from paradigms import Event, FreeRecall, Interference, ProbedRecall, SerialRecall


def perfect(paradigm, schedule):
    """Responses of somebody who keeps everything and goes by the instructions."""
    if isinstance(paradigm, (FreeRecall, SerialRecall)):
        positions = np.arange(1, schedule.n_responses + 1)
        if getattr(paradigm, "direction", "forward") == "backward":
            positions = positions[::-1]
        n_words = (schedule.event == Event.STUDY).sum(axis=1)
        return np.where(positions <= n_words[:, None], positions, 0)
    return np.array([_tested(paradigm, schedule, row) for row in range(schedule.n_lists)])


def _tested(paradigm, schedule, row):
    """Go through a list event by event, with a notebook."""
    studied, other, label, before, responses = [], {}, 0, 0, []
    events = zip(schedule.event[row], schedule.item[row], schedule.partner[row], strict=True)
    events = [(kind, int(item), int(partner)) for kind, item, partner in events]
    for step, (kind, item, partner) in enumerate(events):
        if kind == Event.STUDY:
            studied.append((item, partner))
            if isinstance(paradigm, ProbedRecall) and paradigm.probe == "item":
                other[before if paradigm.direction == "forward" else item] = (
                    item if paradigm.direction == "forward" else before
                )
                before = item
            else:
                other[label, item], other[label, partner] = partner, item
        elif kind == Event.CUE and events[step + 1][0] != Event.RESPONSE:
            label = item
        elif kind == Event.CUE:
            if paradigm.objective == "choice":
                # option 1 is yes, or none
                times = studied.count((item, partner))
                responses.append((1 if times else 2) if hasattr(paradigm, "pairs") else times + 1)
            elif isinstance(paradigm, Interference):
                responses.append(other[partner, item])
            elif isinstance(paradigm, ProbedRecall) and paradigm.probe == "item":
                responses.append(other[item])
            else:
                responses.append(other[0, item])
    return responses


def guessing(paradigm, schedule, rng, n_others):
    """Responses of somebody who says anything that might be asked for, or other words."""
    shape = (schedule.n_lists, schedule.n_responses)
    if paradigm.objective == "choice":
        return rng.integers(1, len(paradigm.options) + 1, shape)
    if isinstance(paradigm, (FreeRecall, SerialRecall)):
        n_words = (schedule.event == Event.STUDY).sum(axis=1)
        lots = (rng.random(shape) * (n_words + n_others)[:, None]).astype(int) + 1
        lots = np.where(lots > n_words[:, None], -1, lots)
        # rows of shorter lists ask for fewer responses
        asked = (schedule.event == Event.RESPONSE).sum(axis=1)
        return np.where(np.arange(shape[1]) < asked[:, None], lots, 0)
    responses = np.zeros(shape, dtype=int)
    for row in range(schedule.n_lists):
        known = words_asked_for(paradigm, schedule, row)
        responses[row] = rng.choice([*known, *[-1] * n_others], shape[1])
    return responses


def words_asked_for(paradigm, schedule, row):
    """Words of the list that a test might be about."""
    studied = schedule.event[row] == Event.STUDY
    words = set(schedule.item[row, studied])
    if not isinstance(paradigm, ProbedRecall):
        words |= set(schedule.partner[row, studied])
    if type(paradigm).__name__ == "ContinuousPairedAssociates":
        tested = set(schedule.item[row, schedule.event[row] == Event.CUE])
        words &= tested | set(schedule.answers[row])  # without pairs that fill gaps
    return sorted(words)


def as_table(columns):
    """Columns that a test paradigm scores -> recall table."""
    table = pd.DataFrame(columns).assign(subject=1)
    for name in ("item", "cue", "target"):
        if name in table:
            table[name] = table[name].astype("Int64").mask(table[name] == 0)
    for name in table.columns.difference(["trial_type"]):
        if isinstance(columns.get(name, np.zeros(1))[0], str):
            table[name] = table[name].mask(table[name] == "")
    return table
