#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes eegfilter-families.txt: outputs of SciPy's sosfilt for every family.

The input is x[n] = 187 mV + 50 uV sin(2 pi 10 n / rate) + a 32-bit LCG noise of
+-10 uV, rounded to float32, so that a test can make the same numbers; the filter
starts as if the first value had been there for ever. The state of that is solved
for section by section, because sosfilt_zi loses digits at low corners.
Each case: "rate highpass lowpass order family", then every 7th output.
"""
import os
import numpy as np
import scipy
from scipy import signal

FRAMES = 700
RIPPLE, STOPBAND = 0.5, 60
out = ["# scipy %s" % scipy.__version__]


def design(family, order, corner, band, rate):
    kw = {"btype": band, "output": "sos", "fs": rate}
    return {
        "butterworth": lambda: signal.butter(order, corner, **kw),
        "chebyshev1": lambda: signal.cheby1(order, RIPPLE, corner, **kw),
        "chebyshev2": lambda: signal.cheby2(order, STOPBAND, corner, **kw),
        "elliptic": lambda: signal.ellip(order, RIPPLE, STOPBAND, corner,
                                         **kw),
        "bessel": lambda: signal.bessel(order, corner, **kw),
    }[family]()


def steady(sos, x):
    zi = np.zeros((len(sos), 2))
    for i, (b0, b1, b2, _, a1, a2) in enumerate(sos):
        y = x * (b0 + b1 + b2) / (1 + a1 + a2)
        zi[i] = (b1 + b2) * x - (a1 + a2) * y, b2 * x - a2 * y
        x = y
    return zi


def noise(n):
    s, v = 12345, []
    for _ in range(n):
        s = (s * 1664525 + 1013904223) % 2**32
        v.append(s / 2**32 - 0.5)
    return np.array(v)


for family in ("butterworth", "chebyshev1", "chebyshev2", "elliptic",
               "bessel"):
    for rate, hp, lp in ((250.0, 1.0, 40.0), (4000.0, 0.5, 100.0)):
        for order in (1, 2, 3, 5, 8):
            k = np.arange(FRAMES)
            x = (0.187 + 50e-6 * np.sin(2 * np.pi * 10 * k / rate) +
                 20e-6 * noise(FRAMES))
            x = x.astype(np.float32).astype(np.float64)
            sos = np.vstack([design(family, order, hp, "highpass", rate),
                             design(family, order, lp, "lowpass", rate)])
            y, _ = signal.sosfilt(sos, x, zi=steady(sos, x[0]))
            out.append("%r %r %r %d %s" % (rate, hp, lp, order, family))
            out.extend("%.10g" % v for v in y[::7])
path = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                    "eegfilter-families.txt")
with open(path, "w") as f:
    f.write("\n".join(out) + "\n")
