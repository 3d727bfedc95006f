#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Draws what the filters do: gain, delay and step response, measured by sending
an impulse and a step through the built elements.

usage: meson devenv -C build scripts/plot-filters.py [docs/images]
"""
import os
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstApp", "1.0")
from gi.repository import Gst, GstApp  # noqa: E402,F401
import numpy as np  # noqa: E402

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import svgplot  # noqa: E402

Gst.init(None)


def run(chain, x, rate):
    """x (volts) through a gst-launch chain; what comes out, as float64."""
    p = Gst.parse_launch(
        "appsrc name=in format=time max-bytes=0 caps=audio/x-raw,format=F64LE,"
        "layout=interleaved,channels=1,rate=%d,channel-mask=(bitmask)0x0,"
        "eeg-unit=V ! %s ! appsink name=out sync=false" % (rate, chain))
    src, sink = p.get_by_name("in"), p.get_by_name("out")
    buf = Gst.Buffer.new_wrapped(np.asarray(x, "<f8").tobytes())
    buf.pts, buf.duration = 0, int(len(x) / rate * 1e9)
    p.set_state(Gst.State.PLAYING)
    src.emit("push-buffer", buf)
    src.emit("end-of-stream")
    out = []
    while True:
        sample = sink.emit("pull-sample")
        if sample is None:
            break
        b = sample.get_buffer()
        out.append(np.frombuffer(b.extract_dup(0, b.get_size()), "<f8"))
    p.set_state(Gst.State.NULL)
    return np.concatenate(out)


def response(chain, rate, hz, seconds=40):
    """Gain in dB and group delay in ms at the frequencies hz."""
    x = np.zeros(int(seconds * rate))
    x[0] = 1.0
    h = run(chain, x, rate)
    n = np.arange(len(h))
    gain, delay = [], []
    for f in hz:
        e = np.exp(-2j * np.pi * f / rate * n)
        top, bottom = np.sum(n * h * e), np.sum(h * e)
        gain.append(20 * np.log10(max(abs(bottom), 1e-12)))
        delay.append(float((top / bottom).real) / rate * 1e3
                     if abs(bottom) > 1e-6 else float("nan"))
    return gain, delay


def step(chain, rate, before, after):
    """100 uV from time 0 on, in uV; seconds before and after it."""
    a, b = int(before * rate), int(after * rate)
    y = run(chain, np.r_[np.zeros(a), np.full(b, 1e-4)], rate)
    return (np.arange(a + b) - a) / rate, y * 1e6


def figure(path, rate, chains, frange, grange, drange, trange):
    hz = np.geomspace(frange[0], frange[1], 240)
    gain = svgplot.Panel("Gain", "Hz", "dB", frange, grange, xlog=True)
    delay = svgplot.Panel("Group delay", "Hz", "ms", frange, drange, xlog=True)
    shape = svgplot.Panel("A step of 100 uV", "s", "uV", trange, (-60, 130))
    for label, chain in chains:
        g, d = response(chain + " initial-state=zero", rate, hz)
        gain.line(hz, g, label)
        delay.line(hz, d, label)
        shape.line(*step(chain + " initial-state=zero", rate, -trange[0],
                         trange[1]), label)
    svgplot.write(path, [gain, delay, shape])


def main():
    out = sys.argv[1] if len(sys.argv) > 1 else "docs/images"
    figure(out + "/filter-highpass.svg", 250,
           [("%g Hz" % f, "eegfilter highpass=%g" % f)
            for f in (0.1, 0.3, 0.5, 1, 2)],
           (0.05, 20), (-60, 5), (0, 1500), (-0.5, 5))
    figure(out + "/filter-lowpass.svg", 250,
           [(f, "eegfilter lowpass=45 family=" + f) for f in
            ("butterworth", "chebyshev1", "chebyshev2", "elliptic", "bessel")],
           (5, 120), (-90, 5), (0, 60), (-0.02, 0.2))
    figure(out + "/filter-notch.svg", 250,
           [("Q %d" % q, "eegfilter notch=50 notch-q=%d" % q)
            for q in (10, 30, 100)],
           (30, 80), (-60, 5), (0, 250), (-0.05, 0.6))
    figure(out + "/filter-usual.svg", 250,
           [("1-45 Hz, notch 50 Hz",
             "eegfilter highpass=1 lowpass=45 notch=50"),
            ("the same, bessel",
             "eegfilter highpass=1 lowpass=45 notch=50 family=bessel"),
            ("0.1-45 Hz, no notch", "eegfilter highpass=0.1 lowpass=45")],
           (0.3, 120), (-60, 5), (0, 150), (-0.2, 1.5))

    # Decimation is not time invariant: a sine and a cosine through the element;
    # the sum of their squares is the squared amplitude wherever they fold to.
    gain = svgplot.Panel("eegdownsample 4000 -&gt; 250 Hz", "Hz", "dB",
                         (10, 1000), (-170, 10), xlog=True)
    t = np.arange(4000) / 4000
    for quality in ("low", "standard", "high"):
        chain = "eegdownsample factor=16 quality=" + quality
        hz = np.geomspace(10, 1000, 150)
        y = []
        for f in hz:
            s = run(chain, np.sin(2 * np.pi * f * t), 4000)[60:190]
            c = run(chain, np.cos(2 * np.pi * f * t), 4000)[60:190]
            y.append(10 * np.log10(max(np.mean(s * s + c * c), 1e-18)))
        gain.line(hz, y, quality)
    shape = svgplot.Panel("A step of 100 uV", "s", "uV", (-0.05, 0.15),
                          (-20, 120))
    for label, chain in (("linear", "eegdownsample factor=16"),
                         ("minimum",
                          "eegdownsample factor=16 phase=minimum")):
        y = run(chain, np.r_[np.zeros(4000), np.full(4000, 1e-4)], 4000)
        shape.line(np.arange(len(y)) / 250 - 1, y * 1e6, label)
    svgplot.write(out + "/filter-downsample.svg", [gain])
    svgplot.write(out + "/filter-downsample-step.svg", [shape])


main()
