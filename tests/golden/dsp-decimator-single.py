#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes dsp-decimator-single.txt: an EEG-sized signal on electrode offsets,
decimated with SciPy's Kaiser-window FIR in double.

Input: noise of a 32-bit LCG, +-500 uV, plus an offset, plus a drift a frame, as
the F32 number nearest to it. Edges hold the first and the last value, of every
stage. Each case: "up down offset drift frames outputs", then the outputs.
"""
import importlib.util
import os

import numpy as np
import scipy

here = os.path.dirname(os.path.abspath(__file__))
# The filters and their edges are those of the other file.
spec = importlib.util.spec_from_file_location(
    "golden", os.path.join(here, "dsp-decimator.py"))
golden = importlib.util.module_from_spec(spec)
spec.loader.exec_module(golden)

out = ["# scipy %s" % scipy.__version__]


def signal(n, offset, drift):
    s, v = 777, []
    for i in range(n):
        s = (s * 1664525 + 1013904223) % 2**32
        v.append((s / 2**32 - 0.5) * 1e-3 + (offset + drift * i))
    return np.array(v).astype(np.float32).astype(np.float64)


CASES = ((0, 0), (0.187, 0), (-0.187, 0), (0.02, 1e-5))
for up, down, stages, n, cases in ((1, 16, [4, 4], 4000, CASES),
                                   (25, 64, None, 2400, CASES[1::2])):
    for offset, drift in cases:
        y = signal(n, offset, drift)
        if stages:
            total = down
            for m in stages:
                y, _ = golden.stage(y, total, m)
                total //= m
        else:
            y, _ = golden.ratio(y, up, down)
        out.append("%d %d %.17g %.17g %d %d" % (up, down, offset, drift, n,
                                                len(y)))
        out.extend("%.17g" % v for v in y)
with open(os.path.join(here, "dsp-decimator-single.txt"), "w") as f:
    f.write("\n".join(out) + "\n")
