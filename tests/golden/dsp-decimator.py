#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes dsp-decimator.txt: decimation with SciPy's Kaiser-window FIR.

Input: noise of a 32-bit LCG, +-0.5, plus 3. Edges hold the first and the last
value. Each case: "factor half-length beta frames outputs", then the outputs.
"""
import math
import os
import numpy as np
import scipy
from scipy import signal

out = ["# scipy %s" % scipy.__version__]


def noise(n):
    s, v = 777, []
    for _ in range(n):
        s = (s * 1664525 + 1013904223) % 2**32
        v.append(s / 2**32 - 0.5)
    return np.array(v)


for factor, n in ((2, 101), (5, 333), (16, 1000), (16, 5)):
    beta = 0.1102 * (104 - 8.7)
    half = math.ceil((104 - 7.95) / (2.285 * 2 * math.pi * 0.2 / factor) / 2)
    h = signal.firwin(2 * half + 1, 1 / factor, window=("kaiser", beta))
    x = np.pad(noise(n) + 3, half, mode="edge")
    y = np.convolve(x, h, mode="valid")[::factor]
    out.append("%d %d %r %d %d" % (factor, half, beta, n, len(y)))
    out.extend("%.17g" % v for v in y)
path = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                    "dsp-decimator.txt")
with open(path, "w") as f:
    f.write("\n".join(out) + "\n")
