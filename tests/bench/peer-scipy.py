#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The peer of perf-check: sosfilt with carried state, as Python programs do it.

Says "ready", then for each line "channels frames calls" filters so many buffers and
answers with the nanoseconds of processor time that it took.
"""
import sys
import time

import numpy as np
from scipy import signal

b, a = signal.iirnotch(50, 30, fs=4000)
sos = np.vstack([signal.butter(4, 1, "highpass", output="sos", fs=4000),
                 signal.butter(4, 45, "lowpass", output="sos", fs=4000),
                 [[*b, *a]]])
zi = {}
data = {}
print("ready", flush=True)
for line in sys.stdin:
    channels, frames, calls = map(int, line.split())
    key = channels, frames
    if key not in zi:
        zi[key] = np.zeros((len(sos), 2, channels))
        data[key] = np.random.default_rng(1).normal(0, 5e-5, (frames, channels))
    x, z = data[key], zi[key]
    start = time.thread_time_ns()
    for _ in range(calls):
        y, z = signal.sosfilt(sos, x, axis=0, zi=z)
    end = time.thread_time_ns()
    zi[key] = z
    print(end - start, flush=True)
