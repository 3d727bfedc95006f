#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes dsp-cascade.txt: outputs of SciPy's sosfilt.

The input is x[n] = 20 mV + 50 uV sin(2 pi 10 n / rate) + a 32-bit LCG noise of
+-10 uV, rounded to float32, so that a test can make the same numbers.
Each case: "rate highpass lowpass notch order steady frames", then the outputs.
"""
import os
import numpy as np
import scipy
from scipy import signal

out = ["# scipy %s" % scipy.__version__]


def noise(n):
    s, v = 12345, []
    for _ in range(n):
        s = (s * 1664525 + 1013904223) % 2**32
        v.append(s / 2**32 - 0.5)
    return np.array(v)


def case(rate, hp, lp, notch, order, steady, n=400):
    k = np.arange(n)
    x = (0.02 + 50e-6 * np.sin(2 * np.pi * 10 * k / rate) + 20e-6 * noise(n))
    y = x.astype(np.float32).astype(np.float64)
    parts = []
    if hp:
        parts.append(signal.butter(order, hp, "highpass", output="sos",
                                   fs=rate))
    if lp:
        parts.append(signal.butter(order, lp, "lowpass", output="sos",
                                   fs=rate))
    if notch:
        b, a = signal.iirnotch(notch, 30, fs=rate)
        parts.append(np.array([[*b, *a]]))
    sos = np.vstack(parts)
    zi = signal.sosfilt_zi(sos) * y[0] * steady
    y, _ = signal.sosfilt(sos, y, zi=zi)
    out.append("%r %r %r %r %d %d %d" % (rate, hp, lp, notch, order, steady,
                                         n))
    out.extend("%.17g" % v for v in y)


case(250.0, 1.0, 45.0, 50.0, 4, 1)
case(250.0, 1.0, 45.0, 50.0, 4, 0)
case(4000.0, 1.0, 45.0, 50.0, 4, 1)
case(4000.0, 0.1, 0.0, 0.0, 2, 1)
case(1000.0, 0.5, 100.0, 60.0, 8, 1)
case(500.0, 0.0, 30.0, 0.0, 3, 1)
path = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                    "dsp-cascade.txt")
with open(path, "w") as f:
    f.write("\n".join(out) + "\n")
