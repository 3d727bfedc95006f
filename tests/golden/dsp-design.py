#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes dsp-design.txt: second-order sections designed by SciPy.

Each case is a line "family band order rate f1 f2 ripple stop sections"
followed by that many lines "b0 b1 b2 a1 a2"; repr() keeps every bit.
"""
import os
import numpy as np
import scipy
from scipy import signal

FAMILIES = ["butter", "cheby1", "cheby2", "ellip", "bessel"]
BANDS = ["lowpass", "highpass", "bandpass", "bandstop"]
out = ["# scipy %s" % scipy.__version__]


def case(family, band, order, rate, f1, f2, rp, rs):
    wn = [f1, f2] if band >= 2 else f1
    sos = signal.iirfilter(order, wn, rp=rp, rs=rs, btype=BANDS[band],
                           ftype=FAMILIES[family], output="sos", fs=rate)
    out.append("%d %d %d %r %r %r %r %r %d" % (family, band, order, rate, f1,
                                               f2, rp, rs, len(sos)))
    for s in sos:
        out.append(" ".join(repr(float(v)) for v in (s[0], s[1], s[2], s[4],
                                                     s[5])))


for family in range(5):
    for order in range(1, 17):
        case(family, 0, order, 250.0, 45.0, 0.0, 0.5, 60.0)
        case(family, 1, order, 250.0, 1.0, 0.0, 0.5, 60.0)
    for order in (1, 2, 3, 4, 5, 8):
        case(family, 2, order, 1000.0, 1.0, 45.0, 1.0, 40.0)
        case(family, 2, order, 500.0, 8.0, 13.0, 1.0, 40.0)
        case(family, 3, order, 1000.0, 48.0, 52.0, 1.0, 40.0)
    for rate in (250.0, 4000.0, 16000.0):
        for order in (2, 4):
            case(family, 1, order, rate, 0.1, 0.0, 0.1, 80.0)
            case(family, 0, order, rate, 45.0, 0.0, 0.1, 80.0)
            case(family, 0, order, rate, rate * 0.49, 0.0, 0.1, 80.0)
for rate in (250.0, 1000.0, 4000.0):
    for f in (50.0, 60.0):
        for q in (5.0, 30.0, 100.0):
            b, a = signal.iirnotch(f, q, fs=rate)
            out.append("notch %r %r %r" % (rate, f, q))
            out.append(" ".join(repr(float(v)) for v in (*b, a[1], a[2])))
path = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                    "dsp-design.txt")
with open(path, "w") as f:
    f.write("\n".join(out) + "\n")
