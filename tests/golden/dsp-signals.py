#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes dsp-signals.txt: SciPy's sosfilt on the signals that filters are judged by.

Rate 500 Hz, high-pass 0.5 Hz, low-pass 40 Hz, both Butterworth of order 4, notch
50 Hz, all from the steady state of the first sample. Each case: its name, the
number of samples, then the outputs; tests/check/libs/dsp-kernels.c makes the same
inputs. Offsets are those of electrodes at the rails of an ADS1299 at gain 24.
"""
import os
import numpy as np
import scipy
from scipy import signal

RATE, N = 500.0, 500
k = np.arange(N)


def lcg(n):
    s, v = 4711, []
    for _ in range(n):
        s = (s * 1664525 + 1013904223) % 2**32
        v.append(s / 2**32 - 0.5)
    return np.array(v)


cases = {
    "impulse": np.where(k == 10, 1e-3, 0.0),
    "step": np.where(k < 50, -0.1875, 0.1875),
    "sine": 0.1875 + 50e-6 * np.sin(2 * np.pi * 10 * k / RATE),
    "chirp": -0.1875 + 50e-6 * np.sin(2 * np.pi * 0.1 * k * k / RATE),
    "noise": 0.1875 + 100e-6 * lcg(N),
    "offset": np.full(N, -0.1875),
}
b, a = signal.iirnotch(50, 30, fs=RATE)
sos = np.vstack([
    signal.butter(4, 0.5, "highpass", output="sos", fs=RATE),
    signal.butter(4, 40, "lowpass", output="sos", fs=RATE),
    [[*b, *a]],
])
out = ["# scipy %s" % scipy.__version__]
for name, x in cases.items():
    x = x.astype(np.float32).astype(np.float64)
    y, _ = signal.sosfilt(sos, x, zi=signal.sosfilt_zi(sos) * x[0])
    out.append("%s %d" % (name, N))
    out.extend("%.17g" % v for v in y)
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "dsp-signals.txt")
with open(path, "w") as f:
    f.write("\n".join(out) + "\n")
