"""Log-linear models once more, one logit at a time, straight from their description."""

import math


def first_half(position, n_items):
    return position <= n_items // 2


def at(table, position, n_items, anchor):
    """Entry of a study position, from 1, in a table that may be made for lists of another length."""
    size = len(table)
    if anchor == "start":
        return table[position - 1]
    from_end = n_items - position  # 0 for the last
    if n_items <= size:
        return table[position - 1] if first_half(position, n_items) else table[size - 1 - from_end]
    if position <= size // 2:
        return table[position - 1]
    if from_end < size - size // 2:
        return table[size - 1 - from_end]
    middle = table[size // 4 : size - size // 4]
    return sum(middle) / len(middle)


def clip(lag, limit):
    return max(-limit, min(limit, lag))


def uniform_logit(model, said, j, n_items):
    return 0.0


def static_logit(model, said, j, n_items):
    return at(model.position, j, n_items, model.anchor)


def descriptive_logit(model, said, j, n_items):
    if not said:
        return at(model.first, j, n_items, model.anchor)
    lag = clip(j - said[-1], 5)
    return at(model.position, j, n_items, model.anchor) + model.lag[lag + 5]


def rich_logit(model, said, j, n_items):
    logit = descriptive_logit(model, said, j, n_items)
    if not said:
        return logit
    phase = min(len(said) + 1, 6)  # the recall to come
    lag = j - said[-1]
    logit += at(model.phase_position[phase - 2], j, n_items, model.anchor)
    logit += model.phase_lag[phase - 2][clip(lag, 5) + 5]
    logit += model.wide_lag[clip(lag, 12) + 12]
    logit += model.neighbour[int(j - 1 in said)][int(j + 1 in said)]
    if len(said) > 1:
        logit += model.second_lag[clip(j - said[-2], 5) + 5]
        logit += model.lag_lag[clip(said[-1] - said[-2], 3) + 3][clip(lag, 3) + 3]
    return logit


LOGITS = {
    "Uniform": uniform_logit,
    "Static": static_logit,
    "Descriptive": descriptive_logit,
    "Rich": rich_logit,
}


def log_p(model, sequence, n_items):
    """Log probability of each recall of a sequence, given the ones before it."""
    logit = LOGITS[type(model).__name__]
    events = []
    for k, chosen in enumerate(sequence):
        said = list(sequence[:k])
        left = {j: logit(model, said, j, n_items) for j in range(1, n_items + 1) if j not in said}
        events.append(left[chosen] - math.log(sum(math.exp(x) for x in left.values())))
    return events
