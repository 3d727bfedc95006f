#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes dsp-spectrum.txt: tapers, densities and measures of SciPy and NumPy.

Input: the upper 20 bits of a 32-bit LCG that starts at 777 as +-0.5 V, on an offset
of 3 V, plus a square of 1/16 V at a tenth of the rate: exact in a float too.

taper NAME n, then n values
welch NAME rate window segment overlap, then segment / 2 + 1 values
band low high power; peak low high frequency; slope low high offset exponent:
of the welch above them.
"""
import os
import numpy as np
import scipy
from scipy import integrate, signal

out = ["# scipy %s" % scipy.__version__]


def noise(n, s):
    v = []
    for _ in range(n):
        s = (s * 1664525 + 1013904223) % 2**32
        v.append((s >> 12) / 2**20 - 0.5)
    return np.array(v)


def numbers(values):
    out.extend("%.17g" % v for v in values)


for name in ("hann", "hamming", "blackman", "blackmanharris", "flattop", "boxcar"):
    out.append("taper %s 21" % name)
    numbers(signal.get_window(name, 21))

CASES = (
    ("hann", 250, 500, 500, 0),
    ("hann", 250, 500, 250, 125),
    ("hamming", 250, 501, 501, 0),       # 3 * 167: Bluestein, odd
    ("blackman", 256, 512, 512, 0),
    ("blackmanharris", 1024, 2048, 512, 384),
    ("flattop", 360, 720, 719, 0),       # prime
    ("boxcar", 100, 22, 22, 0),          # 11
    ("hann", 100, 202, 202, 0),          # 101: Bluestein, even
    ("hann", 210, 1001, 1001, 0),        # 7 * 11 * 13
    ("hann", 4000, 8000, 8000, 0),
    ("hann", 50, 8, 8, 0),
    ("hann", 50, 9, 9, 4),
)
for name, rate, window, segment, overlap in CASES:
    x = noise(window, 777) + 3 + np.where(np.arange(window) % 10 < 5, 1, -1) / 16
    f, p = signal.welch(x, rate, name, segment, overlap)
    out.append("welch %s %d %d %d %d" % (name, rate, window, segment, overlap))
    # Long spectra are sampled: every 16th bin.
    numbers(p[:: 16 if len(p) > 1500 else 1])
    for low, high in ((0, rate / 2), (rate * 0.03, rate * 0.05), (rate * 0.0917, rate * 0.133), (rate * 0.2, rate * 0.2001)):
        g = np.unique(np.concatenate([[low], f[(f > low) & (f < high)], [min(high, f[-1])]]))
        out.append("band %.17g %.17g %.17g" % (low, high, integrate.trapezoid(np.interp(g, f, p), g)))
    lo, hi = rate * 0.05, rate * 0.4
    m = (f >= lo) & (f <= hi) & (f > 0)
    if m.sum() > 2:
        b, a = np.polyfit(np.log10(f[m]), np.log10(p[m]), 1)
        out.append("slope %.17g %.17g %.17g %.17g" % (lo, hi, a, -b))
        k = [i for i in range(1, len(p) - 1)
             if lo <= f[i] <= hi and p[i] > p[i - 1] and p[i] >= p[i + 1]]
        k = max(k, key=lambda i: p[i])
        q = np.polyfit([-1, 0, 1], np.log(p[k - 1:k + 2]), 2)
        out.append("peak %.17g %.17g %.17g" % (lo, hi, (k - q[1] / (2 * q[0])) * rate / segment))
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "dsp-spectrum.txt")
with open(path, "w") as f:
    f.write("\n".join(out) + "\n")
