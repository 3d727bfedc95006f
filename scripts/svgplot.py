# SPDX-License-Identifier: LGPL-2.1-or-later
"""Line plots as small SVG files, without any plotting library.

A figure is a row of panels; colours follow the reader's light or dark theme.
"""
import math

COLOURS = ["#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf",
           "#8c564b", "#e377c2"]
STYLE = """<style>
text{font:11px sans-serif;fill:#333}.t{font-weight:bold;font-size:12px}
.g{stroke:#ddd;stroke-width:1}.f{fill:none;stroke:#888}
path{fill:none;stroke-width:1.6}
@media (prefers-color-scheme:dark){text{fill:#ccc}.g{stroke:#444}.f{stroke:#777}
svg{background:#161b1f}}
</style>"""


def _ticks(lo, hi, log):
    if log:
        first, last = math.floor(math.log10(lo)), math.ceil(math.log10(hi))
        steps = (1,) if last - first > 3 else (1, 2, 5)
        marks = [m * 10.0**e for e in range(first, last + 1) for m in steps]
        return [m for m in marks if lo * 0.999 <= m <= hi * 1.001]
    raw = (hi - lo) / 5
    step = 10.0**math.floor(math.log10(raw))
    step *= next(m for m in (1, 2, 5, 10) if step * m >= raw * 0.999)
    n = math.ceil(lo / step - 1e-9)
    marks = []
    while n * step <= hi + 1e-9 * step:
        marks.append(n * step)
        n += 1
    return marks


class Panel:
    """One set of axes: title, x and y label, (lo, hi) of both, log x or y."""

    def __init__(self, title, xlabel, ylabel, xrange, yrange, xlog=False,
                 ylog=False):
        self.title, self.xlabel, self.ylabel = title, xlabel, ylabel
        self.xrange, self.yrange, self.xlog, self.ylog = (
            xrange, yrange, xlog, ylog)
        self.lines = []

    def line(self, x, y, label=None):
        self.lines.append((list(x), list(y), label))

    def _scale(self, v, rng, log, lo, hi):
        a, b = rng
        if log:
            v, a, b = math.log10(max(v, 1e-300)), math.log10(a), math.log10(b)
        return lo + (v - a) / (b - a) * (hi - lo)

    def svg(self, x0, y0, width, height, number):
        left, right, top, bottom = x0 + 52, x0 + width - 18, y0 + 26, y0 + height - 40
        out = ['<text class="t" x="%d" y="%d">%s</text>' % (left, y0 + 16, self.title)]
        for v in _ticks(*self.xrange, self.xlog):
            x = self._scale(v, self.xrange, self.xlog, left, right)
            out.append('<line class="g" x1="%.1f" x2="%.1f" y1="%d" y2="%d"/>' % (x, x, top, bottom))
            out.append('<text x="%.1f" y="%d" text-anchor="middle">%g</text>' % (x, bottom + 14, v))
        for v in _ticks(*self.yrange, self.ylog):
            y = self._scale(v, self.yrange, self.ylog, bottom, top)
            out.append('<line class="g" x1="%d" x2="%d" y1="%.1f" y2="%.1f"/>' % (left, right, y, y))
            out.append('<text x="%d" y="%.1f" text-anchor="end">%g</text>' % (left - 5, y + 4, v))
        out.append('<rect class="f" x="%d" y="%d" width="%d" height="%d"/>' % (left, top, right - left, bottom - top))
        out.append('<text x="%d" y="%d" text-anchor="middle">%s</text>' % ((left + right) // 2, bottom + 30, self.xlabel))
        out.append('<text transform="translate(%d,%d) rotate(-90)" text-anchor="middle">%s</text>' % (x0 + 13, (top + bottom) // 2, self.ylabel))
        out.append('<clipPath id="c%d"><rect x="%d" y="%d" width="%d" height="%d"/></clipPath>' % (number, left, top, right - left, bottom - top))
        for i, (xs, ys, _) in enumerate(self.lines):
            d = []
            inside = sum(self.xrange[0] <= x <= self.xrange[1] for x in xs)
            stride = max(1, inside // 500)
            for x, y in zip(xs[::stride], ys[::stride]):
                if not (math.isfinite(y) and self.xrange[0] <= x <= self.xrange[1]):
                    continue
                px = self._scale(x, self.xrange, self.xlog, left, right)
                py = self._scale(y, self.yrange, self.ylog, bottom, top)
                py = min(max(py, top - 1000), bottom + 1000)
                d.append("%s%.1f,%.1f" % ("L" if d else "M", px, py))
            out.append('<path clip-path="url(#c%d)" stroke="%s" d="%s"/>' % (number, COLOURS[i % len(COLOURS)], "".join(d)))
        return out


def write(path, panels, width=380, height=260):
    """Panels side by side, one legend of the first one's labels below."""
    labels = [l for _, _, l in panels[0].lines if l]
    total = width * len(panels), height + (22 if labels else 0)
    out = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d">' % (*total, *total), STYLE]
    for i, p in enumerate(panels):
        out += p.svg(i * width, 0, width, height, i)
    x = 52
    for i, label in enumerate(labels):
        out.append('<line x1="%d" x2="%d" y1="%d" y2="%d" stroke="%s" stroke-width="3"/>' % (x, x + 18, height + 6, height + 6, COLOURS[i % len(COLOURS)]))
        out.append('<text x="%d" y="%d">%s</text>' % (x + 23, height + 10, label))
        x += 36 + 7 * len(label)
    out.append("</svg>")
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(out) + "\n")
