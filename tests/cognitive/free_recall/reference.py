"""TCM, CMR and SAM once more, in plain loops written from their equations alone.

Slow and without any code in common with the package: each list, item and unit by itself. Phases
are lists of ("study" | "distractor", seconds).
"""

import math
import random


def length_one(vector):
    norm = math.sqrt(sum(x * x for x in vector))
    return [x / norm for x in vector]


def integrate(context, c_in, beta, elementwise=False):
    products = [c * x for c, x in zip(context, c_in, strict=True)]
    new = []
    for c, x, product in zip(context, c_in, products, strict=True):
        d = product if elementwise else sum(products)
        rho = math.sqrt(1 + beta**2 * (d**2 - 1)) - beta * d
        new.append(rho * c + beta * x)
    return length_one(new) if elementwise else new


def unit(i, n):
    return [1.0 if i == j else 0.0 for j in range(n)]


def study(phase, beta, rho_distractor):
    """Contexts before and after each item, and at the end."""
    n_items = sum(kind == "study" for kind, _ in phase)
    n = 1 + len(phase)
    context, before, after, distractors = unit(0, n), [], [], 0
    for kind, seconds in phase:
        if kind == "study":
            before.append(context)
            context = integrate(context, unit(1 + len(after), n), beta)
            after.append(context)
        else:
            kept = rho_distractor**seconds
            new = unit(1 + n_items + distractors, n)
            distractors += 1
            context = [
                kept * c + math.sqrt(1 - kept**2) * x for c, x in zip(context, new, strict=True)
            ]
    return before, after, context


def log_p_sequence(context, support_of, retrieved, weight, beta_rec, sequence, hazard, elementwise):
    """Log probability of each recall and of the stop; `weight` turns supports into weights."""
    n_items = len(retrieved)
    recalled, log_p = [], []
    for item in [i - 1 for i in sequence]:
        p_stop = hazard(len(recalled))
        weights = weight([support_of(j, context) for j in range(n_items)])
        total = sum(w for j, w in enumerate(weights) if j not in recalled)
        log_p.append(math.log(1 - p_stop) + math.log(weights[item] / total))
        recalled.append(item)
        context = integrate(context, retrieved[item], beta_rec, elementwise)
    log_p.append(0.0 if len(recalled) == n_items else math.log(hazard(len(recalled))))
    return log_p


def exponential(theta_s, theta_r):
    return lambda k: min(max(theta_s * math.exp(theta_r * k), 1e-6), 1 - 1e-6)


def tcm(phase, sequence, hazard, *, beta, gamma, tau, beta_rec, rho_distractor, phi_s, phi_d):
    _, after, context = study(phase, beta, rho_distractor)

    def support_of(i, cue):
        primacy = 1 + phi_s * math.exp(-phi_d * i)
        return primacy * sum(t * c for t, c in zip(after[i], cue, strict=True))

    retrieved = [
        length_one([(1.0 if k == i + 1 else 0.0) + gamma * t for k, t in enumerate(after[i])])
        for i in range(len(after))
    ]
    return log_p_sequence(
        context,
        support_of,
        retrieved,
        lambda supports: [math.exp(2 * a / tau) for a in supports],
        beta_rec,
        sequence,
        hazard,
        elementwise=False,
    )


def cmr(
    phase,
    sequence,
    hazard,
    *,
    beta_enc,
    beta_start,
    beta_rec,
    gamma,
    delta,
    alpha,
    phi_s,
    phi_d,
    rho_distractor,
    tau=None,
    temperature=None,
    use_new_context=True,
    rho="exact",
    semantic=None,
):
    """`semantic[k][i]` is what the unit of item k adds to the support of item i."""
    elementwise = rho == "elementwise"
    before, after, context = study(phase, beta_enc, rho_distractor)
    learned = after if use_new_context else before
    n_items, n = len(learned), len(context)
    m_fc = [[(1 - gamma) * x for x in unit(i + 1, n)] for i in range(n_items)]
    m_cf = [[0.0] * n_items for _ in range(n)]
    for i in range(n_items):
        for k in range(1, n_items + 1):
            m_cf[k][i] = delta if k == i + 1 else alpha
            m_cf[k][i] += 0.0 if semantic is None else semantic[k - 1][i]
        for k in range(n):
            m_fc[i][k] += gamma * learned[i][k]
            m_cf[k][i] += (1 + phi_s * math.exp(-phi_d * i)) * learned[i][k]

    def weight(supports):
        if tau is None:
            return [math.exp(2 * max(a, 1e-6) / temperature) for a in supports]
        return [(a / max(supports)) ** tau + 2**-23 for a in supports]

    return log_p_sequence(
        integrate(context, unit(0, n), beta_start, elementwise),
        lambda i, cue: sum(cue[k] * m_cf[k][i] for k in range(n)),
        [length_one(row) for row in m_fc],
        weight,
        beta_rec,
        sequence,
        hazard,
        elementwise,
    )


def sam(phase, rng: random.Random, p):
    """One simulated list, with the parameters of the record `p`: words, and samples taken by then."""
    n_items = sum(kind == "study" for kind, _ in phase)
    r = min(max(round(rng.gauss(p.mu_r, p.sigma_r)), 1), n_items)
    buffer, C = [], [0.0] * n_items
    S = [[0.0] * n_items for _ in range(n_items)]
    studied = 0
    for kind, seconds in phase:
        if kind == "distractor":
            buffer = []
            continue
        if len(buffer) == r:
            weights = [p.q * (1 - p.q) ** k if p.q else 1.0 for k in range(r)]
            buffer.remove(rng.choices(buffer, weights)[0])
        buffer.append(studied)
        studied += 1
        for i in buffer:
            seconds_each = seconds / len(buffer) if p.share else seconds
            C[i] += p.a * seconds_each
            for j in buffer:
                S[i][j] += (p.c if i == j else p.b1 if i < j else p.b2) * seconds_each
    S = [[s if s else p.d for s in row] for row in S]

    out = {"study": buffer, "recency": buffer[::-1], "random": rng.sample(buffer, len(buffer))}[
        p.sts_order
    ]
    out, failed, K, L = list(out), set(), 0, 0
    n_samples, taken = 0, [0] * len(out)
    cue = out[-1] if out else None
    while K < p.K_max and len(out) < n_items:
        if cue is None:
            (j,) = rng.choices(range(n_items), [C[i] ** p.W_c for i in range(n_items)])
            strength = p.W_c * C[j]
        else:
            weights = [C[i] ** p.W_c * S[cue][i] ** p.W_e for i in range(n_items)]
            (j,) = rng.choices(range(n_items), weights)
            strength = p.W_c * C[j] + p.W_e * S[cue][j]
        n_samples += 1
        new = j not in out and (cue, j) not in failed
        if new and rng.random() < 1 - math.exp(-strength):
            out.append(j)
            taken.append(n_samples)
            C[j] += p.e
            S[j][j] += p.g
            if cue is not None:
                S[cue][j] += p.f
            cue, L = j, 0
        else:
            failed.add((cue, j))
            K, L = K + 1, L + 1
            if L == p.L_max:
                cue = None
    return [i + 1 for i in out], taken


def source_cmr(
    phase,
    source,
    sequence,
    hazard,
    *,
    beta_source,
    source_learning,
    disruption,
    n_sources,
    use_new_context=True,
    rho="exact",
    **p,
):
    """CMR with two contexts; `source` numbers the source of each item from 1."""
    n_items = len(source)
    # time: an event of its own wherever the source changes
    n = 1 + 2 * len(phase)
    time, of_time, of_source, i, extra = unit(0, n), [], [], 0, n_items
    sources = unit(0, 1 + n_sources)
    for kind, seconds in phase:
        if kind == "distractor":
            extra += 1
            weight = math.sqrt(1 - p["rho_distractor"] ** (2 * seconds))
            time = integrate(time, unit(extra, n), weight)
            continue
        if i and source[i] != source[i - 1]:
            extra += 1
            time = integrate(time, unit(extra, n), disruption)
        before = time, sources
        time = integrate(time, unit(1 + i, n), p["beta_enc"])
        sources = integrate(sources, unit(source[i], 1 + n_sources), beta_source)
        learned = (time, sources) if use_new_context else before
        of_time.append(learned[0])
        of_source.append(learned[1])
        i += 1
    time = integrate(time, unit(0, n), p["beta_start"], rho == "elementwise")
    recalled, log_p = [], []
    for item in [i - 1 for i in sequence]:
        supports = []
        for j in range(n_items):
            phi = 1 + p["phi_s"] * math.exp(-p["phi_d"] * j)
            support = 0.0
            for k in range(n):
                before = (p["delta"] if k == j + 1 else p["alpha"]) if 1 <= k <= n_items else 0.0
                support += time[k] * (before + phi * of_time[j][k])
            for c, x in zip(sources, of_source[j], strict=True):
                support += c * source_learning * phi * x
            supports.append(support)
        if p.get("tau") is None:
            weights = [math.exp(2 * max(a, 1e-6) / p["temperature"]) for a in supports]
        else:
            weights = [(a / max(supports)) ** p["tau"] + 2**-23 for a in supports]
        total = sum(w for j, w in enumerate(weights) if j not in recalled)
        log_p.append(math.log(1 - hazard(len(recalled))) + math.log(weights[item] / total))
        recalled.append(item)
        old = [(1 - p["gamma"]) * x for x in unit(item + 1, n)]
        back = [x + p["gamma"] * c for x, c in zip(old, of_time[item], strict=True)]
        time = integrate(time, length_one(back), p["beta_rec"], rho == "elementwise")
        sources = integrate(sources, of_source[item], beta_source)
    log_p.append(0.0 if len(recalled) == n_items else math.log(hazard(len(recalled))))
    return log_p
