#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The peer of perf-check: the same work as Python programs do it.

Says "ready", then for each line "what channels frames calls" does that so many times
and answers with the nanoseconds of processor time that it took, 0 for what is not
installed. Filters carry their state; scipy.decimate cannot.
"""
import os
import sys
import tempfile
import time

import numpy as np
from scipy import signal

FS = 4000
b, a = signal.iirnotch(50, 30, fs=FS)
sos = np.vstack([signal.butter(4, 1, "highpass", output="sos", fs=FS),
                 signal.butter(4, 45, "lowpass", output="sos", fs=FS),
                 [[*b, *a]]])
data = {}
kept = {}


def sosfilt(x, key):
    zi = kept.get(key, np.zeros((len(sos), 2, x.shape[1])))
    y, kept[key] = signal.sosfilt(sos, x, axis=0, zi=zi)


def decimate(x, key):
    signal.decimate(x, 16, ftype="fir", axis=0)


def welch(x, key):
    signal.welch(x, FS, nperseg=len(x), axis=0)


def to_csv(x, key):
    import pandas
    pandas.DataFrame(1e6 * x).to_csv(kept.setdefault("csv", out.name), float_format="%.6f")


work = {f.__name__: f for f in (sosfilt, decimate, welch, to_csv)}
out = tempfile.NamedTemporaryFile(dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
print("ready", flush=True)
for line in sys.stdin:
    what, *shape = line.split()
    channels, frames, calls = map(int, shape)
    key = channels, frames
    if key not in data:
        data[key] = np.random.default_rng(1).normal(0, 5e-5, (frames, channels))
    try:
        work[what](data[key], key)
    except ImportError:
        print(0, flush=True)
        continue
    start = time.thread_time_ns()
    for _ in range(calls):
        work[what](data[key], key)
    print(time.thread_time_ns() - start, flush=True)
