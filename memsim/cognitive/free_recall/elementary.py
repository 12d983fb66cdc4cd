"""exp and log of all entries of an array, in loops that numba turns into vector instructions.

numba alone calls the C library once for each entry. Accurate to a few units of the last place;
NaN stays NaN.
"""

import math
from typing import Any

import numpy as np
from numba import njit

#: below this exp is taken to be what it is here, about 1e-307
LOWEST = -708.0

LOG2_E = 1 / math.log(2)
LN_2_HIGH = 0.693145751953125  # so few digits that whole multiples are exact
LN_2_LOW = 1.4286068203094173e-06  # ln 2 less that
SQRT_2 = math.sqrt(2)
MANTISSA = (1 << 52) - 1

_compile: Any = njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})


@_compile
def exp_of(x, out):
    """exp of x (n,), none above 700, into `out`: 2^k times Taylor's series on [-ln 2, ln 2] / 2."""
    bits = out.view(np.int64)
    for j in range(len(x)):
        y = max(x[j], LOWEST)
        k = np.floor(y * LOG2_E + 0.5)
        r = (y - k * LN_2_HIGH) - k * LN_2_LOW
        p = 1.6059043836821613e-10  # 1 / 13!
        p = p * r + 2.08767569878681e-09
        p = p * r + 2.505210838544172e-08
        p = p * r + 2.755731922398589e-07
        p = p * r + 2.7557319223985893e-06
        p = p * r + 2.48015873015873e-05
        p = p * r + 0.0001984126984126984
        p = p * r + 0.001388888888888889
        p = p * r + 0.008333333333333333
        p = p * r + 0.041666666666666664
        p = p * r + 0.16666666666666666
        p = p * r + 0.5
        p = p * r + 1.0
        p = p * r + 1.0
        bits[j] = (np.int64(k) + 1023) << 52
        out[j] *= p


@_compile
def log_of(x, out):
    """log of x (n,), positive and no subnormal numbers, into `out`: k ln 2 + 2 artanh(s), with
    m = x / 2^k from sqrt(1/2) to sqrt(2) and s = (m - 1) / (m + 1)."""
    for j in range(len(x)):
        out[j] = x[j]
    bits = out.view(np.int64)
    for j in range(len(x)):
        k = float((bits[j] >> 52) - 1023)
        bits[j] = (bits[j] & MANTISSA) | (1023 << 52)
        m = out[j]
        half = m > SQRT_2
        m = 0.5 * m if half else m
        k = k + 1.0 if half else k
        s = (m - 1.0) / (m + 1.0)
        z = s * s
        p = 2.0 / 21.0
        p = p * z + 2.0 / 19.0
        p = p * z + 2.0 / 17.0
        p = p * z + 2.0 / 15.0
        p = p * z + 2.0 / 13.0
        p = p * z + 2.0 / 11.0
        p = p * z + 2.0 / 9.0
        p = p * z + 2.0 / 7.0
        p = p * z + 2.0 / 5.0
        p = p * z + 2.0 / 3.0
        p = p * z + 2.0
        out[j] = k * LN_2_HIGH + (k * LN_2_LOW + s * p) + (x[j] - x[j])
