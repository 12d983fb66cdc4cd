"""The race and CMR2 once more, in plain loops written from their equations alone.

Slow and without any code in common with the package. Random numbers are drawn one at a time, for
each step and each racing item, the best supported first, so that the same generator gives the same
race.
"""

import math

from .reference import integrate, length_one, unit


def race(support, threshold, max_steps, rng, *, kappa, lam, eta, step, blocked):
    """Winner (None if there is none) and steps."""
    x = [0.0] * len(support)
    for t in range(1, max_steps + 1):
        beyond = {}
        old = list(x)
        for i in range(len(x)):
            inhibition = lam * sum(old[j] for j in range(len(x)) if j != i)
            drift = (support[i] - kappa * old[i] - inhibition) * step
            x[i] = max(old[i] + drift + eta * rng.standard_normal() * math.sqrt(step), 0.0)
            if x[i] >= threshold[i]:
                if blocked[i]:
                    x[i] = 0.95 * threshold[i]
                else:
                    beyond[i] = x[i] - threshold[i]
        if beyond:
            return max(beyond, key=beyond.get), t
    return None, max_steps


def session(lists, rng, *, model, similarity=None):
    """Lists of (words, [("study" | "distractor", seconds)], seconds of recall), one after another.

    For each list, (word, ms) of every response.
    """
    words = sorted({word for shown, _, _ in lists for word in shown})
    n = len(words)
    n_units = 1 + n + sum(1 + len(events) for _, events, _ in lists)
    unused = iter(range(1 + n, n_units))
    M_fc = {
        w: [(1 - model.gamma_fc) * u for u in unit(1 + i, n_units)] for i, w in enumerate(words)
    }
    M_cf = {
        w: [(1 - model.gamma_cf) * u for u in unit(1 + i, n_units)] for i, w in enumerate(words)
    }
    if similarity is not None:
        for w in words:
            for i, other in enumerate(words):
                if other != w:
                    M_cf[w][1 + i] += model.s_cf * similarity[w - 1][other - 1]
    context = unit(0, n_units)
    threshold = dict.fromkeys(words, 1.0)
    said = []
    for number, (shown, events, seconds) in enumerate(lists):
        if number > 0:
            context = integrate(context, unit(next(unused), n_units), model.beta_post)
        position = 0
        for kind, duration in events:
            if kind == "distractor":
                kept = model.rho_distractor**duration
                new = unit(next(unused), n_units)
                pairs = zip(context, new, strict=True)
                context = [kept * c + math.sqrt(1 - kept**2) * u for c, u in pairs]
                continue
            word = shown[position]
            phi = 1 + model.phi_s * math.exp(-model.phi_d * position)
            before, context = context, integrate(context, length_one(M_fc[word]), model.beta_enc)
            learned = context if model.use_new_context else before
            for k in range(n_units):
                M_fc[word][k] += model.gamma_fc * learned[k]
                M_cf[word][k] += model.gamma_cf * phi * learned[k]
            position += 1
        if model.thresholds == "list":
            threshold = dict.fromkeys(words, 1.0)
        said.append([])
        retrieved, unreported, steps = set(), 0, 0
        n_steps = round(1000 * seconds / model.dt)
        while len(said[-1]) < len(shown) + 3 and unreported < len(shown) + 3:
            support = {w: sum(a * c for a, c in zip(M_cf[w], context, strict=True)) for w in words}
            racing = sorted(words, key=lambda w: -support[w])[: 4 * len(shown)]
            winner, took = race(
                [support[w] for w in racing],
                [threshold[w] for w in racing],
                n_steps - steps,
                rng,
                kappa=model.kappa,
                lam=model.lam,
                eta=model.eta,
                step=model.dt / model.T_a,
                blocked=[model.omega is None and w in retrieved for w in racing],
            )
            if winner is None:
                break
            word = racing[winner]
            steps += took
            retrieved.add(word)
            if model.omega is not None:
                threshold = {w: 1 + model.alpha * (x - 1) for w, x in threshold.items()}
                threshold[word] = 1 + model.omega
            c_in = length_one(M_fc[word])
            match = sum(a * c for a, c in zip(c_in, context, strict=True))
            context = integrate(context, c_in, model.beta_rec)
            if model.c_thresh is None or match >= model.c_thresh:
                said[-1].append((word, steps * model.dt))
            else:
                unreported += 1
    return said
