"""One step of the memory, forward and backward, as loops that numba compiles.

What `memsim.dnc.fast` calls. The equations are those of `memsim.dnc.equations`, for one write
head; backward is their derivative by hand. Letters in shapes as there, and:

    t time    q batch and block together (q = b * n_blocks + k)    i interface

Arrays with a leading time hold a whole sequence; `u, w, p, wr, reads` have one more entry, the
state before the first step. Scalars are cast to the arrays' type wherever they meet them in an
inner loop: a Python number there would make a single-precision loop a double-precision one.
"""

import numpy as np
from numba import njit

EPSILON = 1e-6
#: numbers between two arrays in one block
GAP = 64

# sums may be reordered, which lets them use vector instructions; inf and nan keep their meaning
_compile = njit(cache=True, nogil=True, fastmath={"reassoc", "contract", "arcp", "nsz"})


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
def content_weighting(memory, norms, act, key, beta, cosine, weighting):
    """Key at act[key:], strength act[beta]; fills cosine (n) and weighting (n)."""
    N, W = memory.shape
    zero = memory.dtype.type(0)
    total = zero
    for k in range(W):
        total += act[key + k] * act[key + k]
    key_norm = np.sqrt(total)
    strength = act[beta]
    top = memory.dtype.type(-np.inf)
    for i in range(N):
        dot = zero
        for k in range(W):
            dot += memory[i, k] * act[key + k]
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
    memory, norms, act, key, beta, cosine, weighting, d_weighting, d_act, d_memory
):
    """Adds to d_act and d_memory."""
    N, W = memory.shape
    T = memory.dtype.type
    zero = T(0)
    total = zero
    for k in range(W):
        total += act[key + k] * act[key + k]
    key_norm = np.sqrt(total)
    mean = zero
    for i in range(N):
        mean += weighting[i] * d_weighting[i]
    d_strength, d_key_norm = zero, zero
    for i in range(N):
        d_logit = weighting[i] * (d_weighting[i] - mean)
        d_strength += d_logit * cosine[i]
        d_dot = T(act[beta] * d_logit / (key_norm * norms[i] + EPSILON))
        d_denominator = -d_dot * cosine[i]
        d_key_norm += d_denominator * norms[i]
        along = zero
        if norms[i] > 0:
            along = T(d_denominator * key_norm / norms[i])
        for k in range(W):
            d_act[key + k] += d_dot * memory[i, k]
            d_memory[i, k] += d_dot * act[key + k] + along * memory[i, k]
    d_act[beta] += d_strength
    if key_norm > 0:
        along = T(d_key_norm / key_norm)
        for k in range(W):
            d_act[key + k] += along * act[key + k]


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
def write(memory, w, act, erase, value):
    """M (1 - w e) + w v in place."""
    N, W = memory.shape
    for i in range(N):
        weight = w[i]
        for k in range(W):
            memory[i, k] += weight * (act[value + k] - memory[i, k] * act[erase + k])


@_compile
def link_and_follow(before, link, w, p, wr, forward, backward):
    """L_t from L_{t-1} (n, n), which may be the same array, and L wr, L^T wr (r, n)."""
    N, R = len(w), wr.shape[0]
    one, zero = w.dtype.type(1), w.dtype.type(0)
    backward[:] = 0
    for i in range(N):
        keep, weight = one - w[i], w[i]
        for j in range(N):
            link[i, j] = (keep - w[j]) * before[i, j] + weight * p[j]
        link[i, i] = 0
        for r in range(R):
            total, here = zero, wr[r, i]
            for j in range(N):
                total += link[i, j] * wr[r, j]
                backward[r, j] += link[i, j] * here
            forward[r, i] = total


@_compile
def link_and_follow_backward(
    before, link, w, p, wr, d_forward, d_backward, d_link, d_w, d_p, d_wr
):
    """d_link is that of L_t, and then that of L_{t-1}; adds to d_w, d_p, d_wr."""
    N, R = len(w), wr.shape[0]
    one, zero = w.dtype.type(1), w.dtype.type(0)
    for i in range(N):
        for r in range(R):
            total, df, here = zero, d_forward[r, i], wr[r, i]
            for j in range(N):
                d_link[i, j] += df * wr[r, j] + here * d_backward[r, j]
                total += link[i, j] * d_backward[r, j]
                d_wr[r, j] += link[i, j] * df
            d_wr[r, i] += total
        d_link[i, i] = 0
        keep, weight, total = one - w[i], w[i], zero
        for j in range(N):
            lost = d_link[i, j] * before[i, j]
            total += d_link[i, j] * p[j] - lost
            d_w[j] -= lost
            d_p[j] += d_link[i, j] * weight
            d_link[i, j] *= keep - w[j]
        d_w[i] += total


@_compile
def memory_forward(
    t, xi, normal, scale, links, softmax, strength_from,
    M, L, norms, act, u, w, p, wr, order, a, cw, cosw, cr, cosr, f, b, block_reads, reads,
):  # fmt: skip
    """Step t: writes and reads; M (q, n, w), L (q, n, n), norms (q, n) and order change in place.

    xi (b, i) is the raw interface vector; everything else, by its letters, is kept for backward:
    act (t, b, i), u, w, p (t + 1, q, n), wr (t + 1, q, r, n), order, a, cw, cosw (t, q, n),
    cr, cosr, f, b (t, q, r, n), block_reads (t, q, r, w), reads (t + 1, b, r, w).
    """
    B = xi.shape[0]
    Q, N, W = M.shape
    R = wr.shape[2]
    K = Q // B
    size = (xi.shape[1] - (R * K if K > 1 else 0)) // K
    T = M.dtype.type
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
            add_noise(M[q], norms[q], scale, normal[q])
        for i in range(N):
            psi = T(1)
            for r in range(R):
                psi *= T(1) - x[free + r] * wr[t, q, r, i]
            before, written = u[t, q, i], w[t, q, i]
            u[t + 1, q, i] = (before + written - before * written) * psi
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
        content_weighting(M[q], norms[q], x, write_key, write_strength, cosw[t, q], cw[t, q])
        for i in range(N):
            w[t + 1, q, i] = x[gate + 1] * (
                x[gate] * a[t, q, i] + (T(1) - x[gate]) * cw[t, q, i]
            )
        write(M[q], w[t + 1, q], x, erase, value)
        row_norms(M[q], norms[q])
        for r in range(R):
            content_weighting(
                M[q], norms[q], x, block + r * W, read_strengths + r, cosr[t, q, r], cr[t, q, r]
            )
        if links:
            link_and_follow(L[q], L[q], w[t + 1, q], p[t, q], wr[t, q], f[t, q], b[t, q])
            total = T(0)
            for i in range(N):
                total += w[t + 1, q, i]
            for i in range(N):
                p[t + 1, q, i] = (T(1) - total) * p[t, q, i] + w[t + 1, q, i]
        else:
            p[t + 1, q] = p[t, q]
        for r in range(R):
            for i in range(N):
                weight = cr[t, q, r, i]
                if links:
                    o = modes + 3 * r
                    weight = x[o] * b[t, q, r, i] + x[o + 1] * weight + x[o + 2] * f[t, q, r, i]
                wr[t + 1, q, r, i] = weight
            block_reads[t, q, r, :] = 0
            for i in range(N):
                weight = wr[t + 1, q, r, i]
                for k in range(W):
                    block_reads[t, q, r, k] += weight * M[q, i, k]
    for item in range(B):
        reads[t + 1, item] = block_reads[t, item * K]
        if K > 1:
            x = act[t, item]
            for r in range(R):
                softmax_of(xi[item], x, K * size + r * K, 1, K)
                reads[t + 1, item, r, :] = 0
                for block in range(K):
                    share = x[K * size + r * K + block]
                    for k in range(W):
                        reads[t + 1, item, r, k] += share * block_reads[t, item * K + block, r, k]


@_compile
def rebuild(
    first, last, normal, scale, links, R, size, act, w, p, M, noisy, L, norms, noisy_norms
):
    """Memory and links of steps first..last from those before step `first`.

    M (s + 1, q, n, w) and L (s + 1, q, n, n) hold the ones before in their first entry; noisy
    (s, q, n, w) is what step s wrote to; norms (s + 1, q, n), noisy_norms (s, q, n).
    """
    Q, N, W = M.shape[1:]
    K = Q // act.shape[1]
    one = M.dtype.type(1)
    for q in range(Q):
        item, block = q // K, (q % K) * size
        erase = block + R * W + R + W + 1
        row_norms(M[0, q], norms[0, q])
        for s in range(last - first):
            t = first + s
            noisy[s, q] = M[s, q]
            noisy_norms[s, q] = norms[s, q]
            if scale > 0:
                add_noise(noisy[s, q], noisy_norms[s, q], scale, normal[t, q])
            M[s + 1, q] = noisy[s, q]
            write(M[s + 1, q], w[t + 1, q], act[t, item], erase, erase + W)
            row_norms(M[s + 1, q], norms[s + 1, q])
            if links:
                for i in range(N):
                    keep, weight = one - w[t + 1, q, i], w[t + 1, q, i]
                    for j in range(N):
                        L[s + 1, q, i, j] = (keep - w[t + 1, q, j]) * L[s, q, i, j] + weight * p[
                            t, q, j
                        ]
                    L[s + 1, q, i, i] = 0


@_compile
def memory_backward(
    t, s, normal, scale, links, softmax, strength_from, d_reads, d_xi,
    M, noisy, L, norms, noisy_norms, act, u, w, p, wr, order, a, cw, cosw, cr, cosr, f, b,
    block_reads, d_M, d_L, d_u, d_w, d_p, d_wr,
):  # fmt: skip
    """Derivative of step t, the s-th of those rebuilt.

    d_reads (b, r, w) comes in, d_xi (b, i) goes out; d_M (q, n, w), d_L (q, n, n), d_u, d_w, d_p
    (q, n), d_wr (q, r, n) are those of the state after step t, and then of the state before it.
    """
    B = d_xi.shape[0]
    Q, N, W = M.shape[1:]
    R = wr.shape[2]
    K = Q // B
    size = (d_xi.shape[1] - (R * K if K > 1 else 0)) // K
    T = M.dtype.type
    # one block with gaps: of arrays that lie close together a loop may be compiled in two ways,
    # whose sums differ in their last bits
    scratch = np.empty((11, max(d_xi.shape[1], R * N, R * W) + GAP), M.dtype)
    d_act, d_read = scratch[0, : d_xi.shape[1]], scratch[1, : R * W].reshape(R, W)
    d_content, d_wr_new = scratch[2, : R * N].reshape(R, N), scratch[3, : R * N].reshape(R, N)
    d_f, d_b = scratch[4, : R * N].reshape(R, N), scratch[5, : R * N].reshape(R, N)
    d_w_new, d_a, d_cw = scratch[6, :N], scratch[7, :N], scratch[8, :N]
    d_p_new, d_u_new = scratch[9, :N], scratch[10, :N]
    products = np.empty(N + 1)
    for item in range(B):
        x = act[t, item]
        d_act[:] = 0
        if K > 1:
            for r in range(R):
                o = K * size + r * K
                for k in range(K):
                    total = T(0)
                    for c in range(W):
                        total += d_reads[item, r, c] * block_reads[t, item * K + k, r, c]
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
                    d_read[r, c] = share * d_reads[item, r, c]
                for i in range(N):
                    total, weight = d_wr[q, r, i], wr[t + 1, q, r, i]
                    for c in range(W):
                        total += d_read[r, c] * M[s + 1, q, i, c]
                        d_M[q, i, c] += weight * d_read[r, c]
                    d_wr_new[r, i] = total
                d_content[r] = d_wr_new[r]
                if links:
                    o = modes + 3 * r
                    d0, d1, d2 = T(0), T(0), T(0)
                    for i in range(N):
                        d = d_wr_new[r, i]
                        d0 += d * b[t, q, r, i]
                        d1 += d * cr[t, q, r, i]
                        d2 += d * f[t, q, r, i]
                        d_b[r, i] = x[o] * d
                        d_content[r, i] = x[o + 1] * d
                        d_f[r, i] = x[o + 2] * d
                    d_act[o], d_act[o + 1], d_act[o + 2] = d0, d1, d2
                content_weighting_backward(
                    M[s + 1, q], norms[s + 1, q], x, block + r * W, read_strengths + r,
                    cosr[t, q, r], cr[t, q, r], d_content[r], d_act, d_M[q],
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
                link_and_follow_backward(
                    L[s, q], L[s + 1, q], w[t + 1, q], p[t, q], wr[t, q],
                    d_f, d_b, d_L[q], d_w_new, d_p_new, d_wr[q],
                )  # fmt: skip
                d_p[q] = d_p_new

            # writing
            for i in range(N):
                total, weight = T(0), w[t + 1, q, i]
                for c in range(W):
                    d, old = d_M[q, i, c], noisy[s, q, i, c]
                    total += d * (x[value + c] - old * x[erase + c])
                    d_act[erase + c] -= d * weight * old
                    d_act[value + c] += d * weight
                    d_M[q, i, c] = d * (T(1) - weight * x[erase + c])
                d_w_new[i] += total
            allocating, writing = x[gate], x[gate + 1]
            d_allocating, d_writing = T(0), T(0)
            for i in range(N):
                d = d_w_new[i]
                d_writing += d * (allocating * a[t, q, i] + (T(1) - allocating) * cw[t, q, i])
                d_allocating += writing * d * (a[t, q, i] - cw[t, q, i])
                d_a[i] = writing * allocating * d
                d_cw[i] = writing * (T(1) - allocating) * d
            d_act[gate], d_act[gate + 1] = d_allocating, d_writing
            content_weighting_backward(
                noisy[s, q], noisy_norms[s, q], x, write_key, write_strength,
                cosw[t, q], cw[t, q], d_cw, d_act, d_M[q],
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
            for i in range(N):
                psi = T(1)
                for r in range(R):
                    psi *= T(1) - x[free + r] * wr[t, q, r, i]
                before, written = u[t, q, i], w[t, q, i]
                d_psi = d_u_new[i] * (before + written - before * written)
                d_u[q, i] = d_u_new[i] * psi * (T(1) - written)
                d_w[q, i] = d_u_new[i] * psi * (T(1) - before)
                for r in range(R):
                    others = d_psi
                    for other in range(R):
                        if other != r:
                            others *= T(1) - x[free + other] * wr[t, q, other, i]
                    d_act[free + r] -= others * wr[t, q, r, i]
                    d_wr[q, r, i] -= others * x[free + r]

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
            activate_backward(
                x, d_act, d_xi[item], W, R, links, softmax, strength_from, block
            )
