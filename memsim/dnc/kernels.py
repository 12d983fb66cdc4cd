"""One step of the memory, forward and backward, as loops that numba compiles.

What `memsim.dnc.fast` calls. The equations are those of `memsim.dnc.equations`, for one write
head; backward is their derivative by hand. Letters in shapes as there, and:

    s network    t time    q batch and block together (q = b * n_blocks + k)    i interface

What the fast path calls takes several networks, one after the other: names that end in `_s` are
of all of them, the same without it of one. Arrays with a time hold a whole sequence, or more;
`u, w, p, wr, fed, cell` have one more entry, the state before the first step. Scalars are cast to
the arrays' type wherever they meet them in an inner loop: a Python number there would make a
single-precision loop a double-precision one.
"""

from typing import Any

import numpy as np
from numba import njit

from memsim.dnc.arrays import GAP

EPSILON = 1e-6

# sums may be reordered, which lets them use vector instructions; inf and nan keep their meaning
_compile: Any = njit(cache=True, nogil=True, fastmath={"reassoc", "contract", "arcp", "nsz"})


@_compile
def sigmoid(x):
    if x >= 0:
        return 1.0 / (1.0 + np.exp(-x))
    e = np.exp(x)
    return e / (1.0 + e)


@_compile
def softplus(x):
    return max(x, 0.0) + np.log1p(np.exp(-abs(x)))


@_compile
def lstm_cell(t, k, gates_s, cell_s):
    """c_t = f c_{t-1} + i g; gates (s, t, b, 4 hidden) are i, f, g, o, each in its range; cells
    (s, t + 1, b, hidden) are read at k and written at k + 1."""
    H = cell_s.shape[3]
    for net in range(len(gates_s)):
        gates, before, after = gates_s[net, t], cell_s[net, k], cell_s[net, k + 1]
        for item in range(len(gates)):
            i, f, g = gates[item, :H], gates[item, H : 2 * H], gates[item, 2 * H : 3 * H]
            old, new = before[item], after[item]
            for j in range(H):
                new[j] = f[j] * old[j] + i[j] * g[j]


@_compile
def lstm_backward(t, gates_s, cell_s, squashed_s, d_fed_s, d_cell_s):
    """Derivative of h = o tanh(c) at step t; squashed (s, b, hidden) is tanh(c_t), the last of
    d_fed (s, t + 1, b, more + hidden) is that of h, d_cell (s, b, hidden) is that of c_t and then
    that of c_{t-1}; that of what the gates were computed from takes their place."""
    H = cell_s.shape[3]
    one = gates_s.dtype.type(1)
    for net in range(len(gates_s)):
        gates, before, squashed = gates_s[net, t], cell_s[net, t], squashed_s[net]
        d_fed, d_cell = d_fed_s[net, t + 1], d_cell_s[net]
        for item in range(len(gates)):
            i, f = gates[item, :H], gates[item, H : 2 * H]
            g, o = gates[item, 2 * H : 3 * H], gates[item, 3 * H :]
            old, tanh, d_c = before[item], squashed[item], d_cell[item]
            d_h = d_fed[item, d_fed.shape[1] - H :]
            for j in range(H):
                i_j, f_j, g_j, o_j = i[j], f[j], g[j], o[j]
                d = d_c[j] + d_h[j] * o_j * (one - tanh[j] * tanh[j])
                o[j] = d_h[j] * tanh[j] * o_j * (one - o_j)
                i[j] = d * g_j * i_j * (one - i_j)
                f[j] = d * old[j] * f_j * (one - f_j)
                g[j] = d * i_j * (one - g_j * g_j)
                d_c[j] = d * f_j


@_compile
def tanh_backward(t, fed_s, d_fed_s, d_total_s):
    """Derivative of h = tanh(x) at step t, h and its derivative the last of fed and d_fed."""
    B, H = d_total_s.shape[2:]
    one, first = d_total_s.dtype.type(1), fed_s.shape[3] - H
    for net in range(len(fed_s)):
        fed, d_fed, d_total = fed_s[net, t + 1], d_fed_s[net, t + 1], d_total_s[net, t]
        for item in range(B):
            h, d_h, d = fed[item, first:], d_fed[item, first:], d_total[item]
            for j in range(H):
                d[j] = d_h[j] * (one - h[j] * h[j])


@_compile
def activate(xi, act, n_words, n_heads, links, softmax, strength_from, block):
    """Bring one block's part of the interface vector into range: xi (i), act (i)."""
    W, R = n_words, n_heads
    o = block
    for j in range(o, o + R * W):  # read keys
        act[j] = xi[j]
    o += R * W
    for j in range(o, o + R):  # read strengths
        act[j] = strength_from + softplus(xi[j])
    o += R
    for j in range(o, o + W):  # write key
        act[j] = xi[j]
    o += W
    act[o] = strength_from + softplus(xi[o])  # write strength
    o += 1
    for j in range(o, o + W):  # erase vector
        act[j] = sigmoid(xi[j])
    o += W
    for j in range(o, o + W):  # write vector
        act[j] = xi[j]
    o += W
    for j in range(o, o + R + 2):  # free gates, allocation gate, write gate
        act[j] = sigmoid(xi[j])
    o += R + 2
    if links:
        for r in range(R):  # read modes
            softmax_of(xi, act, o + 3 * r, 1, 3)
        o += 3 * R
    if softmax:  # allocation strength
        act[o] = strength_from + softplus(xi[o])


@_compile
def activate_backward(act, d_act, d_xi, n_words, n_heads, links, softmax, strength_from, block):
    """Derivative of `activate`, from its results."""
    W, R = n_words, n_heads
    o = block
    for j in range(o, o + R * W):
        d_xi[j] = d_act[j]
    o += R * W
    for j in range(o, o + R):
        d_xi[j] = -d_act[j] * np.expm1(strength_from - act[j])
    o += R
    for j in range(o, o + W):
        d_xi[j] = d_act[j]
    o += W
    d_xi[o] = -d_act[o] * np.expm1(strength_from - act[o])
    o += 1
    for j in range(o, o + W):
        d_xi[j] = d_act[j] * act[j] * (1.0 - act[j])
    o += W
    for j in range(o, o + W):
        d_xi[j] = d_act[j]
    o += W
    for j in range(o, o + R + 2):
        d_xi[j] = d_act[j] * act[j] * (1.0 - act[j])
    o += R + 2
    if links:
        for r in range(R):
            softmax_of_backward(act, d_act, d_xi, o + 3 * r, 1, 3)
        o += 3 * R
    if softmax:
        d_xi[o] = -d_act[o] * np.expm1(strength_from - act[o])


@_compile
def softmax_of(x, out, first, step, n):
    """Softmax of n entries that lie `step` apart."""
    top = x[first]
    for j in range(1, n):
        top = max(top, x[first + j * step])
    total = 0.0
    for j in range(n):
        e = np.exp(x[first + j * step] - top)
        out[first + j * step] = e
        total += e
    for j in range(n):
        out[first + j * step] /= total


@_compile
def softmax_of_backward(out, d_out, d_x, first, step, n):
    mean = 0.0
    for j in range(n):
        mean += out[first + j * step] * d_out[first + j * step]
    for j in range(n):
        d_x[first + j * step] = out[first + j * step] * (d_out[first + j * step] - mean)


@_compile
def row_norms(memory, norms):
    """memory (n, w), norms (n)."""
    zero = memory.dtype.type(0)
    for i in range(memory.shape[0]):
        total = zero
        for k in range(memory.shape[1]):
            total += memory[i, k] * memory[i, k]
        norms[i] = np.sqrt(total)


@_compile
def content_weighting(memory, norms, key, strength, cosine, weighting):
    """Key (w) and its strength; fills cosine (n) and weighting (n)."""
    N, W = memory.shape
    zero = memory.dtype.type(0)
    total = zero
    for k in range(W):
        total += key[k] * key[k]
    key_norm = np.sqrt(total)
    top = memory.dtype.type(-np.inf)
    for i in range(N):
        dot, row = zero, memory[i]
        for k in range(W):
            dot += row[k] * key[k]
        cosine[i] = dot / (key_norm * norms[i] + EPSILON)
        top = max(top, strength * cosine[i])
    total = zero
    for i in range(N):
        weighting[i] = np.exp(strength * cosine[i] - top)
        total += weighting[i]
    scale = memory.dtype.type(1) / total
    for i in range(N):
        weighting[i] *= scale


@_compile
def content_weighting_backward(
    memory, norms, key, strength, cosine, weighting, d_weighting, d_key, d_memory
):
    """The strength's derivative; adds to d_key and d_memory."""
    N, W = memory.shape
    T = memory.dtype.type
    zero = T(0)
    total = zero
    for k in range(W):
        total += key[k] * key[k]
    key_norm = np.sqrt(total)
    mean = zero
    for i in range(N):
        mean += weighting[i] * d_weighting[i]
    d_strength, d_key_norm = zero, zero
    for i in range(N):
        d_logit = weighting[i] * (d_weighting[i] - mean)
        d_strength += d_logit * cosine[i]
        d_dot = T(strength * d_logit / (key_norm * norms[i] + EPSILON))
        d_denominator = -d_dot * cosine[i]
        d_key_norm += d_denominator * norms[i]
        along = zero
        if norms[i] > 0:
            along = T(d_denominator * key_norm / norms[i])
        row, d_row = memory[i], d_memory[i]
        for k in range(W):
            d_key[k] += d_dot * row[k]
            d_row[k] += d_dot * key[k] + along * row[k]
    if key_norm > 0:
        along = T(d_key_norm / key_norm)
        for k in range(W):
            d_key[k] += along * key[k]
    return d_strength


@_compile
def add_noise(memory, norms, scale, normal):
    """M + s rms(row) z in place; norms are those before, and then those after."""
    N, W = memory.shape
    for i in range(N):
        rms = memory.dtype.type(scale * norms[i] / np.sqrt(W))
        for k in range(W):
            memory[i, k] += rms * normal[i, k]
    row_norms(memory, norms)


@_compile
def sort_usage(usage, order):
    """Sort locations by (usage, index), beginning from the order at hand: few have moved."""
    for j in range(1, len(order)):
        location = order[j]
        value = usage[location]
        k = j - 1
        while k >= 0 and (
            usage[order[k]] > value or (usage[order[k]] == value and order[k] > location)
        ):
            order[k + 1] = order[k]
            k -= 1
        order[k + 1] = location


@_compile
def allocation_by_sort(usage, order, allocation):
    before = 1.0
    for j in range(len(order)):
        after = before * (EPSILON + (1.0 - EPSILON) * usage[order[j]])
        allocation[order[j]] = before - after
        before = after


@_compile
def allocation_by_sort_backward(usage, order, d_allocation, d_usage, products):
    """Adds to d_usage; no division, so that usages may be zero."""
    N = len(order)
    products[0] = 1.0
    for j in range(N):
        products[j + 1] = products[j] * (EPSILON + (1.0 - EPSILON) * usage[order[j]])
    d_product = 0.0  # of products[j + 1]
    for j in range(N - 1, -1, -1):
        d_product -= d_allocation[order[j]]
        drawn_in = EPSILON + (1.0 - EPSILON) * usage[order[j]]
        d_usage[order[j]] += (1.0 - EPSILON) * d_product * products[j]
        d_product = d_product * drawn_in + d_allocation[order[j]]


@_compile
def write(memory, w, erase, value):
    """M (1 - w e) + w v in place."""
    for i in range(len(w)):
        weight, row = w[i], memory[i]
        for k in range(len(row)):
            row[k] += weight * (value[k] - row[k] * erase[k])


@_compile
def write_backward(memory, w, erase, value, d_memory, d_w, d_erase, d_value):
    """d_memory is that after, and then that before writing; adds to d_w, d_erase, d_value."""
    one = w.dtype.type(1)
    for i in range(len(w)):
        total, weight, row, d_row = w.dtype.type(0), w[i], memory[i], d_memory[i]
        for k in range(len(row)):
            d, d_weighted = d_row[k], d_row[k] * weight
            total += d * (value[k] - row[k] * erase[k])
            d_erase[k] -= d_weighted * row[k]
            d_value[k] += d_weighted
            d_row[k] = d * (one - weight * erase[k])
        d_w[i] += total


@_compile
def link_rows(before, link, w, p):
    """L[i, j] = (1 - w[i] - w[j]) L[i, j] + w[i] p[j], 0 if i = j; `before` may be `link`."""
    one = w.dtype.type(1)
    for i in range(len(w)):
        keep, weight, row, old = one - w[i], w[i], link[i], before[i]
        for j in range(len(w)):
            row[j] = (keep - w[j]) * old[j] + weight * p[j]
        row[i] = 0


@_compile
def follow(link, ahead, back, forward, backward):
    """forward = L ahead and backward = L^T back (r, n each), four rows of L (n, n) at a time."""
    N, R = link.shape[0], ahead.shape[0]
    zero, fours = link.dtype.type(0), N - N % 4
    backward[:] = 0
    for i in range(0, fours, 4):
        for r in range(R):
            x, y, out = ahead[r], back[r], backward[r]
            t0 = t1 = t2 = t3 = zero
            y0, y1, y2, y3 = y[i], y[i + 1], y[i + 2], y[i + 3]
            l0, l1, l2, l3 = link[i], link[i + 1], link[i + 2], link[i + 3]
            for j in range(N):
                t0 += l0[j] * x[j]
                t1 += l1[j] * x[j]
                t2 += l2[j] * x[j]
                t3 += l3[j] * x[j]
                out[j] += (l0[j] * y0 + l1[j] * y1) + (l2[j] * y2 + l3[j] * y3)
            forward[r, i], forward[r, i + 1] = t0, t1
            forward[r, i + 2], forward[r, i + 3] = t2, t3
    for i in range(fours, N):
        for r in range(R):
            x, out, row, total = ahead[r], backward[r], link[i], zero
            for j in range(N):
                total += row[j] * x[j]
                out[j] += row[j] * back[r, i]
            forward[r, i] = total


@_compile
def add_outer(d_link, d_forward, d_backward, wr):
    """d_L += sum_r df wr^T + wr db^T, the derivative of `follow` for the links."""
    N, R = d_link.shape[0], wr.shape[0]
    for i in range(N):
        row = d_link[i]
        for r in range(0, R - R % 2, 2):
            f0, h0, x0, y0 = d_forward[r, i], wr[r, i], wr[r], d_backward[r]
            f1, h1, x1, y1 = d_forward[r + 1, i], wr[r + 1, i], wr[r + 1], d_backward[r + 1]
            for j in range(N):
                row[j] += (f0 * x0[j] + h0 * y0[j]) + (f1 * x1[j] + h1 * y1[j])
        if R % 2:
            f0, h0, x0, y0 = d_forward[R - 1, i], wr[R - 1, i], wr[R - 1], d_backward[R - 1]
            for j in range(N):
                row[j] += f0 * x0[j] + h0 * y0[j]


@_compile
def link_rows_backward(before, w, p, d_link, d_w, d_p):
    """d_link is that of L_t, and then that of L_{t-1}; adds to d_w, d_p."""
    one = w.dtype.type(1)
    for i in range(len(w)):
        d, old = d_link[i], before[i]
        d[i] = 0
        keep, weight, total = one - w[i], w[i], w.dtype.type(0)
        for j in range(len(w)):
            lost = d[j] * old[j]
            total += d[j] * p[j] - lost
            d_w[j] -= lost
            d_p[j] += d[j] * weight
            d[j] *= keep - w[j]
        d_w[i] += total


@_compile
def memory_forward(
    t, xi_s, normal_s, scale, links, softmax, strength_from,
    M_s, L_s, norms_s, act_s, u_s, w_s, p_s, wr_s, order_s, a_s, cw_s, cosw_s, cr_s, cosr_s, f_s,
    b_s, block_reads_s, fed_s,
):  # fmt: skip
    """Step t: writes and reads; M (s, q, n, w), L (s, q, n, n), norms (s, q, n), order change in
    place.

    xi (s, b, i) is the raw interface vector, normal (s, t, q, n, w) the noise; everything else, by
    its letters, is kept for backward: act (s, t, b, i), u, w, p (s, t + 1, q, n),
    wr (s, t + 1, q, r, n), order, a, cw, cosw (s, t, q, n), cr, cosr, f, b (s, t, q, r, n),
    block_reads (s, t, q, r, w), fed (s, t + 1, b, r * w + more).
    """
    B, R = act_s.shape[2], wr_s.shape[3]
    Q, N, W = M_s.shape[1:]
    K = Q // B
    size = (xi_s.shape[2] - (R * K if K > 1 else 0)) // K
    T = M_s.dtype.type
    for net in range(len(M_s)):
        M, L, norms, xi, act = M_s[net], L_s[net], norms_s[net], xi_s[net], act_s[net]
        u, w, p, wr, order = u_s[net], w_s[net], p_s[net], wr_s[net], order_s[net]
        a, cw, cosw, cr, cosr = a_s[net], cw_s[net], cosw_s[net], cr_s[net], cosr_s[net]
        f, b, block_reads, fed = f_s[net], b_s[net], block_reads_s[net], fed_s[net]
        for q in range(Q):
            item, block = q // K, (q % K) * size
            x = act[t, item]
            activate(xi[item], x, W, R, links, softmax, strength_from, block)
            read_strengths = block + R * W
            write_key = read_strengths + R
            write_strength = write_key + W
            erase = write_strength + 1
            value = erase + W
            free = value + W
            gate = free + R
            modes = gate + 2
            if scale > 0:
                add_noise(M[q], norms[q], scale, normal_s[net, t, q])
            before, written, used = u[t, q], w[t, q], u[t + 1, q]
            for i in range(N):
                used[i] = before[i] + written[i] - before[i] * written[i]
            for r in range(R):
                freed, weighting = x[free + r], wr[t, q, r]
                for i in range(N):
                    used[i] *= T(1) - freed * weighting[i]
            if softmax:
                strength = x[modes + (3 * R if links else 0)]
                for i in range(N):
                    a[t, q, i] = strength * (T(1) - u[t + 1, q, i])
                softmax_of(a[t, q], a[t, q], 0, 1, N)
            else:
                if t > 0:
                    order[t, q] = order[t - 1, q]
                sort_usage(u[t + 1, q], order[t, q])
                allocation_by_sort(u[t + 1, q], order[t, q], a[t, q])
            content_weighting(
                M[q], norms[q], x[write_key:write_strength], x[write_strength], cosw[t, q], cw[t, q]
            )
            allocating, writing = x[gate], x[gate + 1]
            allocated, found, weights = a[t, q], cw[t, q], w[t + 1, q]
            for i in range(N):
                weights[i] = writing * (allocating * allocated[i] + (T(1) - allocating) * found[i])
            write(M[q], w[t + 1, q], x[erase:value], x[value:free])
            row_norms(M[q], norms[q])
            for r in range(R):
                key = block + r * W
                content_weighting(
                    M[q], norms[q], x[key : key + W], x[read_strengths + r],
                    cosr[t, q, r], cr[t, q, r],
                )  # fmt: skip
            if links:
                link_rows(L[q], L[q], w[t + 1, q], p[t, q])
                follow(L[q], wr[t, q], wr[t, q], f[t, q], b[t, q])
                total, old, new = T(0), p[t, q], p[t + 1, q]
                for i in range(N):
                    total += weights[i]
                for i in range(N):
                    new[i] = (T(1) - total) * old[i] + weights[i]
            else:
                p[t + 1, q] = p[t, q]
            for r in range(R):
                weighting, content, out = wr[t + 1, q, r], cr[t, q, r], block_reads[t, q, r]
                if links:
                    o = modes + 3 * r
                    m0, m1, m2, back, ahead = x[o], x[o + 1], x[o + 2], b[t, q, r], f[t, q, r]
                    for i in range(N):
                        weighting[i] = m0 * back[i] + m1 * content[i] + m2 * ahead[i]
                else:
                    weighting[:] = content
                out[:] = 0
                for i in range(N):
                    weight, row = weighting[i], M[q, i]
                    for k in range(W):
                        out[k] += weight * row[k]
        for item in range(B):
            x, out = act[t, item], fed[t + 1, item]
            if K > 1:
                for r in range(R):
                    softmax_of(xi[item], x, K * size + r * K, 1, K)
            for r in range(R):
                for k in range(W):
                    out[r * W + k] = 0
                for block in range(K):
                    share = x[K * size + r * K + block] if K > 1 else T(1)
                    vector = block_reads[t, item * K + block, r]
                    for k in range(W):
                        out[r * W + k] += share * vector[k]


@_compile
def rebuild(
    first, last, normal_s, scale, links, R, size, act_s, w_s, p_s,
    M_s, noisy_s, L_s, norms_s, noisy_norms_s,
):  # fmt: skip
    """Memory and links of steps first..last from those before step `first`, k = t - first.

    M (s, k + 1, q, n, w) and L (s, k + 1, q, n, n) hold the ones before in their first entry; noisy
    (s, k, q, n, w) is what step k wrote to, M itself where there is no noise; norms
    (s, k + 1, q, n) and noisy_norms (s, k, q, n) are of their rows.
    """
    Q, W = M_s.shape[2], M_s.shape[4]
    K = Q // act_s.shape[2]
    for net in range(len(M_s)):
        M, noisy, L = M_s[net], noisy_s[net], L_s[net]
        norms, noisy_norms = norms_s[net], noisy_norms_s[net]
        normal, act, w, p = normal_s[net], act_s[net], w_s[net], p_s[net]
        for q in range(Q):
            item, block = q // K, (q % K) * size
            erase = block + R * W + R + W + 1
            row_norms(M[0, q], norms[0, q])
            for s in range(last - first):
                t = first + s
                if scale > 0:
                    noisy[s, q] = M[s, q]
                    noisy_norms[s, q] = norms[s, q]
                    add_noise(noisy[s, q], noisy_norms[s, q], scale, normal[t, q])
                M[s + 1, q] = noisy[s, q]
                value = erase + W
                x = act[t, item]
                write(M[s + 1, q], w[t + 1, q], x[erase:value], x[value : value + W])
                row_norms(M[s + 1, q], norms[s + 1, q])
                if links:
                    link_rows(L[s, q], L[s + 1, q], w[t + 1, q], p[t, q])


@_compile
def memory_backward(
    t, s, normal_s, scale, links, softmax, strength_from, d_fed_s, d_xi_s,
    M_s, noisy_s, L_s, norms_s, noisy_norms_s, act_s, u_s, w_s, p_s, wr_s, order_s, a_s, cw_s,
    cosw_s, cr_s, cosr_s, f_s, b_s, block_reads_s, d_M_s, d_L_s, d_u_s, d_w_s, d_p_s, d_wr_s,
):  # fmt: skip
    """Derivative of step t, the s-th of those rebuilt.

    d_fed (s, t + 1, b, r * w + more) comes in, d_xi (s, t, b, i) goes out; d_M (s, q, n, w),
    d_L (s, q, n, n), d_u, d_w, d_p (s, q, n), d_wr (s, q, r, n) are those of the state after step
    t, and then of the state before it.
    """
    B, R = d_xi_s.shape[2], wr_s.shape[3]
    Q, N, W = M_s.shape[2:]
    K = Q // B
    size = (d_xi_s.shape[3] - (R * K if K > 1 else 0)) // K
    T = M_s.dtype.type
    # one block with gaps: of arrays that lie close together a loop may be compiled in two ways,
    # whose sums differ in their last bits
    scratch = np.empty((12, max(d_xi_s.shape[3], R * N, R * W) + GAP), M_s.dtype)
    d_act, d_read = scratch[0, : d_xi_s.shape[3]], scratch[1, : R * W].reshape(R, W)
    d_content, d_wr_new = scratch[2, : R * N].reshape(R, N), scratch[3, : R * N].reshape(R, N)
    d_f, d_b = scratch[4, : R * N].reshape(R, N), scratch[5, : R * N].reshape(R, N)
    d_w_new, d_a, d_cw = scratch[6, :N], scratch[7, :N], scratch[8, :N]
    d_p_new, d_u_new = scratch[9, :N], scratch[10, :N]
    d_ahead = scratch[11, : R * N].reshape(R, N)
    products = np.empty(N + 1)
    for net in range(len(M_s)):
        M, noisy, L = M_s[net], noisy_s[net], L_s[net]
        norms, noisy_norms, normal = norms_s[net], noisy_norms_s[net], normal_s[net]
        act, u, w, p, wr = act_s[net], u_s[net], w_s[net], p_s[net], wr_s[net]
        order, a, cw, cosw, cr = order_s[net], a_s[net], cw_s[net], cosw_s[net], cr_s[net]
        cosr, f, b, block_reads = cosr_s[net], f_s[net], b_s[net], block_reads_s[net]
        d_fed, d_xi = d_fed_s[net, t + 1], d_xi_s[net, t]
        d_M, d_L, d_u, d_w = d_M_s[net], d_L_s[net], d_u_s[net], d_w_s[net]
        d_p, d_wr = d_p_s[net], d_wr_s[net]
        for item in range(B):
            x = act[t, item]
            d_act[:] = 0
            if K > 1:
                for r in range(R):
                    o = K * size + r * K
                    for k in range(K):
                        total = T(0)
                        for c in range(W):
                            total += d_fed[item, r * W + c] * block_reads[t, item * K + k, r, c]
                        d_act[o + k] = total
                    softmax_of_backward(x, d_act, d_xi[item], o, 1, K)
            for k in range(K):
                q, block = item * K + k, k * size
                read_strengths = block + R * W
                write_key = read_strengths + R
                write_strength = write_key + W
                erase = write_strength + 1
                value = erase + W
                free = value + W
                gate = free + R
                modes = gate + 2

                # reading
                for r in range(R):
                    share = x[K * size + r * K + k] if K > 1 else T(1)
                    for c in range(W):
                        d_read[r, c] = share * d_fed[item, r * W + c]
                    d_out, d_weighting, weighting = d_read[r], d_wr_new[r], wr[t + 1, q, r]
                    for i in range(N):
                        total, weight = d_wr[q, r, i], weighting[i]
                        row, d_row = M[s + 1, q, i], d_M[q, i]
                        for c in range(W):
                            total += d_out[c] * row[c]
                            d_row[c] += weight * d_out[c]
                        d_weighting[i] = total
                    d_content[r] = d_wr_new[r]
                    if links:
                        o = modes + 3 * r
                        d0, d1, d2 = T(0), T(0), T(0)
                        m0, m1, m2 = x[o], x[o + 1], x[o + 2]
                        back, found, ahead = b[t, q, r], cr[t, q, r], f[t, q, r]
                        for i in range(N):
                            d = d_weighting[i]
                            d0 += d * back[i]
                            d1 += d * found[i]
                            d2 += d * ahead[i]
                            d_b[r, i] = m0 * d
                            d_content[r, i] = m1 * d
                            d_f[r, i] = m2 * d
                        d_act[o], d_act[o + 1], d_act[o + 2] = d0, d1, d2
                    key = block + r * W
                    d_act[read_strengths + r] = content_weighting_backward(
                        M[s + 1, q], norms[s + 1, q], x[key : key + W], x[read_strengths + r],
                        cosr[t, q, r], cr[t, q, r], d_content[r], d_act[key : key + W], d_M[q],
                    )  # fmt: skip

                # links and precedence
                d_w_new[:] = d_w[q]
                d_wr[q] = 0
                if links:
                    total, d_total = T(0), T(0)
                    for i in range(N):
                        total += w[t + 1, q, i]
                        d_total -= d_p[q, i] * p[t, q, i]
                    for i in range(N):
                        d_w_new[i] += d_p[q, i] + d_total
                        d_p_new[i] = (T(1) - total) * d_p[q, i]
                    add_outer(d_L[q], d_f, d_b, wr[t, q])
                    follow(L[s + 1, q], d_b, d_f, d_ahead, d_wr[q])
                    for r in range(R):
                        for i in range(N):
                            d_wr[q, r, i] += d_ahead[r, i]
                    link_rows_backward(L[s, q], w[t + 1, q], p[t, q], d_L[q], d_w_new, d_p_new)
                    d_p[q] = d_p_new

                # writing
                write_backward(
                    noisy[s, q], w[t + 1, q], x[erase:value], x[value:free],
                    d_M[q], d_w_new, d_act[erase:value], d_act[value:free],
                )  # fmt: skip
                allocating, writing = x[gate], x[gate + 1]
                allocated, found = a[t, q], cw[t, q]
                d_allocating, d_writing = T(0), T(0)
                for i in range(N):
                    d = d_w_new[i]
                    d_writing += d * (allocating * allocated[i] + (T(1) - allocating) * found[i])
                    d_allocating += writing * d * (allocated[i] - found[i])
                    d_a[i] = writing * allocating * d
                    d_cw[i] = writing * (T(1) - allocating) * d
                d_act[gate], d_act[gate + 1] = d_allocating, d_writing
                d_act[write_strength] = content_weighting_backward(
                    noisy[s, q], noisy_norms[s, q], x[write_key:write_strength], x[write_strength],
                    cosw[t, q], cw[t, q], d_cw, d_act[write_key:write_strength], d_M[q],
                )  # fmt: skip

                # allocation and usage
                d_u_new[:] = d_u[q]
                if softmax:
                    o = modes + (3 * R if links else 0)
                    softmax_of_backward(a[t, q], d_a, d_a, 0, 1, N)
                    for i in range(N):
                        d_act[o] += d_a[i] * (T(1) - u[t + 1, q, i])
                        d_u_new[i] -= x[o] * d_a[i]
                else:
                    allocation_by_sort_backward(u[t + 1, q], order[t, q], d_a, d_u_new, products)
                before, written = u[t, q], w[t, q]
                for i in range(N):
                    d = d_u_new[i]
                    for r in range(R):
                        d *= T(1) - x[free + r] * wr[t, q, r, i]
                    d_u[q, i] = d * (T(1) - written[i])
                    d_w[q, i] = d * (T(1) - before[i])
                for r in range(R):
                    freed, d_freed = x[free + r], T(0)
                    weighting, d_weighting = wr[t, q, r], d_wr[q, r]
                    for i in range(N):
                        d = d_u_new[i] * (before[i] + written[i] - before[i] * written[i])
                        for other in range(R):
                            if other != r:
                                d *= T(1) - x[free + other] * wr[t, q, other, i]
                        d_freed -= d * weighting[i]
                        d_weighting[i] -= d * freed
                    d_act[free + r] = d_freed

                # forgetting
                if scale > 0:
                    for i in range(N):
                        if norms[s, q, i] > 0:
                            along = T(0)
                            for c in range(W):
                                along += d_M[q, i, c] * normal[t, q, i, c]
                            along *= T(scale / (np.sqrt(W) * norms[s, q, i]))
                            for c in range(W):
                                d_M[q, i, c] += along * M[s, q, i, c]
                activate_backward(x, d_act, d_xi[item], W, R, links, softmax, strength_from, block)


def load(dtype: np.dtype) -> None:
    """Compile every loop for this type, or load it from the cache, the inner ones first.

    An inner loop exists once by itself and once within each that calls it, rounded differently;
    which one runs depends on what was there first. So they are always there in this order.
    """
    T = dtype.type

    def vector(n: int = 4) -> np.ndarray:
        return np.ones(n, dtype)

    def square() -> np.ndarray:
        return np.ones((4, 4), dtype)

    order = np.arange(4, dtype=f"i{dtype.itemsize}")
    sigmoid(T(1))
    softplus(T(1))
    softmax_of(vector(), vector(), 0, 1, 4)
    softmax_of_backward(vector(), vector(), vector(), 0, 1, 4)
    activate(vector(40), vector(40), 2, 1, True, False, 1.0, 0)
    activate_backward(vector(40), vector(40), vector(40), 2, 1, True, False, 1.0, 0)
    row_norms(square(), vector())
    content_weighting(square(), vector(), vector(), T(1), vector(), vector())
    content_weighting_backward(
        square(), vector(), vector(), T(1), vector(), vector(), vector(), vector(), square()
    )
    add_noise(square(), vector(), 0.1, square())
    sort_usage(vector(), order)
    allocation_by_sort(vector(), order, vector())
    allocation_by_sort_backward(vector(), order, vector(), vector(), np.ones(5))
    write(square(), vector(), vector(), vector())
    write_backward(square(), vector(), vector(), vector(), square(), vector(), vector(), vector())
    link_rows(square(), square(), vector(), vector())
    follow(square(), square(), square(), square(), square())
    add_outer(square(), square(), square(), square())
    link_rows_backward(square(), vector(), vector(), square(), vector(), vector())
