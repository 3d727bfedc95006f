#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes dsp-agree.txt: what float stages give, in more digits than they have, so
that a result off by more than half a unit in the last place is seen; two processors
that both pass are then at most one unit apart.

Input: noise of a 32-bit LCG, rounded to float. Sums and recursions are computed with
60 decimal digits; only the taps of the decimator are SciPy's doubles. Lines: a word
and whole numbers, then coefficients and inputs as hexadecimal floats, outputs with
17 digits, texts as they are.
"""
import importlib
import os
import struct
import sys
from decimal import Decimal, getcontext, ROUND_HALF_EVEN

import numpy as np
import scipy
from scipy import signal

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
decimator = importlib.import_module("dsp-decimator")
getcontext().prec = 60
FOLDER = os.path.dirname(os.path.abspath(__file__))
out = ["# scipy %s" % scipy.__version__]


class Noise:
    def __init__(self, seed):
        self.s = seed

    def word(self):
        self.s = (self.s * 1664525 + 1013904223) % 2**32
        return self.s

    def floats(self, n, offset, size):
        return np.array([np.float32(offset + size * (self.word() / 2**32 - 0.5)) for _ in range(n)])


def numbers(values, form):
    out.extend(form(float(v)) for v in values)


def outputs(values):
    values = [float(v) for v in values]
    # half a unit in the last place of the smallest is more than what doubles lose
    assert min(abs(v) for v in values) > 1e-9
    numbers(values, lambda v: "%.17g" % v)


def exact(values):
    return [Decimal(float(v)) for v in values]


def cascade(sections, x):
    """Direct form II transposed, from rest."""
    for row in sections:
        b0, b1, b2, _, a1, a2 = exact(row)
        z1 = z2 = Decimal(0)
        y = []
        for v in x:
            w = b0 * v + z1
            z1 = b1 * v - a1 * w + z2
            z2 = b2 * v - a2 * w
            y.append(+w)
        x = y
    return x


def columns(y):
    """Channels one after the other -> interleaved."""
    return [v for frame in zip(*y) for v in frame]


rate, channels, frames = 250, 5, 120
sos = np.vstack([signal.butter(4, 1, "highpass", fs=rate, output="sos"),
                 signal.butter(4, 45, "lowpass", fs=rate, output="sos"),
                 signal.tf2sos(*signal.iirnotch(50, 30, fs=rate))])
x = Noise(1).floats(frames * channels, 0.02, 1e-4)
out.append("filter %d %d %d" % (len(sos), channels, frames))
numbers(sos[:, [0, 1, 2, 4, 5]].ravel(), float.hex)
outputs(columns([cascade(sos, exact(x[c::channels])) for c in range(channels)]))

taps = Noise(2).floats(33, 0.01, 1)
x = Noise(3).floats(frames * channels, 0.02, 1e-4)
out.append("fir %d %d %d" % (len(taps), channels, frames))
numbers(taps, float.hex)
outputs(columns([[sum(h * v for h, v in zip(exact(taps), exact(np.r_[np.zeros(33), x[c::channels]][k + 33:k:-1])))
                  for k in range(frames)] for c in range(channels)]))

for up, down, n in ((1, 16, 2000), (4, 5, 200)):
    x = Noise(4).floats(n * channels, 0.02, 1e-4).astype(float)
    y = []
    for c in range(channels):
        v = x[c::channels]
        if up > 1:
            v = decimator.ratio(v, up, down)[0]
        else:
            for total, factor in ((16, 4), (4, 4)):
                v = decimator.stage(v, total, factor)[0]
        y.append(v)
    out.append("decimator %d %d %d %d %d" % (up, down, channels, n, len(y[0])))
    outputs(columns(y))

rows, cols = 7, 11
m = Noise(5).floats(rows * cols, 0.05, 2)
x = Noise(6).floats(frames * cols, 0.02, 1e-4)
out.append("matrix %d %d %d" % (rows, cols, frames))
numbers(m, float.hex)
outputs([sum(a * v for a, v in zip(exact(m[r * cols:(r + 1) * cols]), exact(x[f * cols:(f + 1) * cols])))
         for f in range(frames) for r in range(rows)])

# counts: three bytes, the highest first; volts with a gain of 24 and 4.5 V
noise, channels, frames = Noise(7), 8, 40
data = [noise.word() >> 8 for _ in range(channels * frames)]
codes = [v - 2**24 if v >= 2**23 else v for v in data]
out.append("unpack %d %d" % (channels, frames))
out.extend(str(v) for v in codes)
factor = Decimal(float(np.float64(4.5 / 24) / 2**23))
numbers([v * factor for v in codes], lambda v: "%.17g" % v)

values = [np.float32(v) for v in
          (0, 1e-6, -1e-6, 0.1875, -0.1875, 5e-13, 1.5e-12, 2.5e-12, 2**-14, 1e-45, 98.9999923, 1e3, -1.17e-38)]
for _ in range(200):
    bits = noise.word()
    values.append(np.float32((1 + (bits >> 9) / 2**23) * 2.0 ** (-(bits & 31)) * (1 if bits & 32 else -1)))
for decimals in (0, 3, 6, 12):
    out.append("format %d %d" % (decimals, len(values)))
    numbers(values, float.hex)
    for v in values:
        # the product is a double, and all of its digits count
        d = Decimal(float(v) * 1e6).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN)
        text = "{:f}".format(abs(d))
        out.append(("-" if struct.pack(">f", v)[0] & 0x80 else "") + text)

with open(os.path.join(FOLDER, "dsp-agree.txt"), "w") as f:
    f.write("\n".join(out) + "\n")
