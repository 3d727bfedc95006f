#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes dsp-decimator.txt: decimation with SciPy's Kaiser-window FIR.

Input: noise of a 32-bit LCG, +-0.5, plus 3. Edges hold the first and the last
value, of every stage. Each case: "factor delay stages frames outputs", then the
outputs.
"""
import math
import os
import numpy as np
import scipy
from scipy import signal


def noise(n):
    s, v = 777, []
    for _ in range(n):
        s = (s * 1664525 + 1013904223) % 2**32
        v.append(s / 2**32 - 0.5)
    return np.array(v)


def stage(x, total, factor):
    """Keeps 0.4 of the final rate; what folds stays above 0.6 of it."""
    stop = 0.6 / total if factor == total else 1 / factor - 0.6 / total
    width = stop - 0.4 / total
    beta = 0.1102 * (104 - 8.7)
    half = math.ceil((104 - 7.95) / (2.285 * 2 * math.pi * width) / 2)
    h = signal.firwin(2 * half + 1, stop + 0.4 / total,
                      window=("kaiser", beta))
    x = np.pad(x, half, mode="edge")
    return np.convolve(x, h, mode="valid")[::factor], half


def ratio(x, up, down):
    """One stage: the output's place k down / up, with the taps of each place
    between two inputs normalised by themselves. A line of "ratio up down delay
    frames outputs" before the outputs; delay in 1/up inputs."""
    width = 0.2 / down
    beta = 0.1102 * (104 - 8.7)
    half = math.ceil((104 - 7.95) / (2.285 * 2 * math.pi * width) / 2)
    h = signal.firwin(2 * half + 1, 1 / down, window=("kaiser", beta))
    n = len(x)
    y = np.zeros(math.ceil(n * up / down))
    # zero-stuffed, edges held
    pad = half // up + 2
    x = np.pad(x, pad, mode="edge")
    z = np.zeros(len(x) * up)
    z[::up] = x
    ones = np.zeros(len(x) * up)
    ones[::up] = 1
    a = np.convolve(z, h, mode="same")
    b = np.convolve(ones, h, mode="same")
    at = (pad * up + np.arange(len(y)) * down)
    return a[at] / b[at], half


def main():
    out = ["# scipy %s" % scipy.__version__]
    for n, stages in ((101, [2]), (333, [5]), (1000, [4, 4]), (5, [4, 4]),
                      (999, [4, 3]), (4001, [16, 4]),
                      (9001, [16, 8])):
        y, total, rate, delay = noise(n) + 3, math.prod(stages), 1, 0
        factor = total
        for m in stages:
            y, half = stage(y, total, m)
            delay += half * rate
            rate *= m
            total //= m
        out.append("%d %d %s %d %d" % (factor, delay,
                                       "x".join(str(m) for m in stages), n,
                                       len(y)))
        out.extend("%.17g" % v for v in y)

    for n, up, down in ((203, 4, 5), (400, 25, 64), (300, 125, 128)):
        y, half = ratio(noise(n) + 3, up, down)
        out.append("ratio %d %d %d %d %d" % (up, down, half, n, len(y)))
        out.extend("%.17g" % v for v in y)
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                        "dsp-decimator.txt")
    with open(path, "w") as f:
        f.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
