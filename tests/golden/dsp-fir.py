#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes dsp-fir.txt: outputs of SciPy's lfilter with a finite response.

Taps and input are noise of a 32-bit LCG, +-0.5; the input has an offset of 3.
Each case: "taps frames steady", then the outputs.
"""
import os
import numpy as np
import scipy
from scipy import signal

out = ["# scipy %s" % scipy.__version__]


def noise(n, s):
    v = []
    for _ in range(n):
        s = (s * 1664525 + 1013904223) % 2**32
        v.append(s / 2**32 - 0.5)
    return np.array(v)


for taps, n, steady in ((1, 5, 1), (2, 40, 1), (7, 40, 0), (257, 400, 1),
                        (64, 300, 0)):
    h, x = noise(taps, 99), noise(n, 777) + 3
    zi = signal.lfilter_zi(h, [1.0]) if taps > 1 else np.zeros(0)
    y, _ = signal.lfilter(h, [1.0], x, zi=zi * x[0] * steady)
    out.append("%d %d %d" % (taps, n, steady))
    out.extend("%.17g" % v for v in y)
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "dsp-fir.txt")
with open(path, "w") as f:
    f.write("\n".join(out) + "\n")
