"""The theories of serial recall once more, in plain loops written from their equations alone.

One list, one item at a time; no code in common with the package. A report is a list of study
positions, 0 for an omission, -1 for an intrusion.
"""

import math


def primacy_value(j, k, cue, n, m):
    activation = max(m["P"] - (j - 1) * m["step"], 0.0)
    return activation * math.exp(-m["D"] * m["dt"] * (k - 1))


def sem_code(position, n, m):
    return m["s0"] * m["S"] ** (position - 1), m["e0"] * m["E"] ** (n - position)


def sem_value(j, k, cue, n, m):
    (s1, e1), (s2, e2) = sem_code(k, n, m), sem_code(j, n, m)
    return math.sqrt(s1 * s2 + e1 * e2) * math.exp(-math.hypot(s1 - s2, e1 - e2))


def chain_value(j, k, cue, n, m):
    if cue == "start":
        link = m["a_0"] * math.exp(-m["k_0"] * (j - 1))
    elif cue == "intrusion" or cue == j:
        link = 0.0
    elif cue < j:
        link = m["a_f"] * math.exp(-m["k_f"] * (j - cue - 1))
    else:
        link = m["a_b"] * math.exp(-m["k_b"] * (cue - j - 1))
    return link * (1 + m["p"] * math.exp(-m["p_d"] * (j - 1)))


def joint_value(j, k, cue, n, m):
    return (
        m["w_o"] * primacy_value(j, k, cue, n, m)
        + m["w_p"] * sem_value(j, k, cue, n, m)
        + m["w_c"] * chain_value(j, k, cue, n, m)
    )


def log_p_report(value, report, n, m):
    """Log probability of each response, in order."""
    cue, reported_at, log_p = "start", {}, []
    for k, response in enumerate(report, start=1):
        utility = {0: m["theta"]}
        if m["theta_x"] is not None:
            utility[-1] = m["theta_x"]
        for j in range(1, n + 1):
            v = value(j, k, cue, n, m)
            if j in reported_at:
                v *= 1 - m["suppression"] * math.exp(-m["r_s"] * (k - reported_at[j] - 1))
            utility[j] = v
        total = sum(math.exp(u / m["tau"]) for u in utility.values())
        log_p.append(utility[response] / m["tau"] - math.log(total))
        if response > 0:
            reported_at[response] = k
            cue = response
        elif response < 0:
            cue = "intrusion"
    return log_p
