#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Draws what perf-check measured: cost of the filter against channels, frames and rate.

Usage: perf-plot.py perf-check.json OUT.svg
"""
import html
import json
import math
import sys

W, H, LEFT, TOP, GAP = 1140, 330, 62, 68, 70
PW, PH = (W - LEFT - 2 * GAP - 20) / 3, H - TOP - 62


def panel(out, left, title, axis, points):
    xs = [math.log2(p[0]) for p in points]
    top = max(p[1] for p in points) * 1.08
    x = lambda v: left + (v - xs[0]) / (xs[-1] - xs[0]) * PW
    y = lambda v: TOP + PH - v / top * PH
    out.append('<text x="%.0f" y="%d" class="t">%s</text>' % (left, TOP - 12, title))
    step = 10 ** math.floor(math.log10(top / 3))
    while top / step > 6:
        step *= 2
    v = 0.0
    while v <= top:
        out.append('<path d="M%.1f %.1fh%.1f" class="g"/>' % (left, y(v), PW))
        out.append('<text x="%.1f" y="%.1f" class="n" text-anchor="end">%g</text>'
                   % (left - 6, y(v) + 4, round(v, 6)))
        v += step
    for i, p in enumerate(points):
        if i % 2 == 0 or len(points) < 10:
            out.append('<text x="%.1f" y="%.1f" class="n" text-anchor="middle">%d</text>'
                       % (x(xs[i]), TOP + PH + 16, p[0]))
    line = " ".join("%.1f,%.1f" % (x(a), y(p[1])) for a, p in zip(xs, points))
    out.append('<polyline points="%s" class="l"/>' % line)
    for a, p in zip(xs, points):
        out.append('<circle cx="%.1f" cy="%.1f" r="3"><title>%d: %.3g</title></circle>'
                   % (x(a), y(p[1]), p[0], p[1]))
    out.append('<text x="%.1f" y="%d" class="n" text-anchor="middle">%s</text>'
               % (left + PW / 2, TOP + PH + 36, axis))


def main():
    with open(sys.argv[1]) as f:
        data = json.load(f)
    machine = data["machine"]
    out = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" '
           'font-family="sans-serif">' % (W, H),
           "<style>.t{font-size:14px;font-weight:bold;fill:#222}.n{font-size:11px;"
           "fill:#444}.g{stroke:#ddd;fill:none}.l{stroke:#0a6ebd;stroke-width:2;"
           "fill:none}circle{fill:#0a6ebd}</style>",
           '<rect width="%d" height="%d" fill="#fff"/>' % (W, H),
           '<text x="%d" y="22" class="n">Filter of five sections with double state, on %s; '
           "%s</text>" % (LEFT, machine["isa"], html.escape(machine["processor"]))]
    for k, (key, title, axis) in enumerate([
            ("channels", "ns a sample, buffers of 16 frames", "channels"),
            ("frames", "ns a sample, 32 channels", "frames in a buffer"),
            ("rates", "% of a core, 32 channels, 4 ms", "samples per second")]):
        points = sorted((int(a), b) for a, b in data[key].items())
        panel(out, LEFT + k * (PW + GAP), title, axis, points)
    out.append("</svg>")
    with open(sys.argv[2], "w") as f:
        f.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
